"""Discounts, bank fees and small rests that are written off with a payment."""

from odoo import fields
from odoo.tests import tagged

from .settling import SettlingCase


@tagged('standard', 'post_install', '-at_install')
class TestWriteOffs(SettlingCase):
    """Each step is drained, and the open balances compared; the cash is what the bank got."""

    def setUp(self):
        super().setUp()
        self.move = self.document(100.0)

    def pay_with_rest(self, amount, **values):
        """Register a payment that settles the invoice whatever the amount."""
        return self.pay(self.move, amount, payment_difference_handling='reconcile',
                        **{'writeoff_account_id': self.fees.id, **values})

    def test_what_is_written_off_is_a_journal_entry_linked_with_the_payment(self):
        self.map('account', self.fees, "Bank Charges")
        self.pay_with_rest(98.0)
        self.drained()
        payment, journal = self.one('Payment'), self.one('JournalEntry')
        self.assertEqual((payment['TotalAmt'], payment['UnappliedAmt']), (98, 0))
        self.assertEqual(self.links(payment), {'Invoice': 100.0, 'JournalEntry': 2.0})
        self.assertEqual(self.one('Invoice')['Balance'], 0)
        self.assertEqual([
            (line['JournalEntryLineDetail']['PostingType'], line['JournalEntryLineDetail']['AccountRef']['name'],
             float(line['Amount'])) for line in journal['Line']],
            [('Debit', "Bank Charges", 2.0), ('Credit', "Accounts Receivable (A/R)", 2.0)])
        self.assertEqual(journal['TxnDate'], payment['TxnDate'])

    def test_without_a_counterpart_of_its_account_the_payment_waits_and_says_why(self):
        payment = self.pay_with_rest(98.0)
        self.drain(self.connection)
        self.assertEqual(payment.qbo_state, 'blocked')
        self.assertIn("Fees of the Bank has no counterpart", payment.qbo_message)
        self.assertEqual(self.books().get('Payment', []), [], "no income account stands in for it")
        self.map('account', self.fees, "Bank Charges")
        self.drained()

    def test_what_was_paid_too_much_and_kept_is_a_charge(self):
        income = self.env['account.account'].create({
            'name': "Small Gains", 'code': '499998', 'account_type': 'income_other'})
        self.map('account', income, "Interest Earned")
        self.pay_with_rest(101.0, writeoff_account_id=income.id)
        self.drained()
        payment = self.one('Payment')
        self.assertEqual((payment['TotalAmt'], payment['UnappliedAmt']), (101, 0))
        self.assertEqual(self.links(payment), {'Invoice': 100.0, 'JournalEntry': 1.0})

    def test_an_early_payment_discount_with_its_tax(self):
        discount = self.env['account.account'].create({
            'name': "Cash Discounts", 'code': '699997', 'account_type': 'expense'})
        self.company.account_journal_early_pay_discount_loss_account_id = discount
        tax = self.env['account.tax'].create({'name': "Ten", 'amount': 10.0, 'type_tax_use': 'sale'})
        terms = self.env['account.payment.term'].create({
            'name': "2 % in 10 days", 'early_discount': True, 'discount_days': 10, 'discount_percentage': 2,
            'early_pay_discount_computation': 'included',
            'line_ids': [fields.Command.create({'value': 'percent', 'value_amount': 100.0, 'nb_days': 30})]})
        move = self.invoice(invoice_payment_term_id=terms.id, lines=[{
            'product_id': self.product.id, 'quantity': 1, 'price_unit': 100.0, 'tax_ids': tax.ids}])
        payment = self.pay(move)
        self.assertEqual((payment.amount, move.amount_residual), (107.8, 0))
        for line in payment._seek_for_lines()[2]:
            self.map('account', line.account_id, "Discounts given" if line.account_id == discount else "Loan Payable")
        self.drained()
        self.assertEqual(self.one('Payment')['TotalAmt'], 107.8)
        self.assertEqual(self.links(self.one('Payment')), {'Invoice': 110.0, 'JournalEntry': 2.2})

    def test_a_cancelled_payment_takes_its_write_off_along(self):
        self.map('account', self.fees, "Bank Charges")
        payment = self.pay_with_rest(98.0)
        self.drained()
        payment.action_draft()
        payment.action_cancel()
        self.drained()
        self.assertEqual(self.books().get('JournalEntry', []), [])
        self.assertEqual(self.one('Invoice')['Balance'], 100)

    def test_a_payment_that_is_reset_and_posted_again_has_its_write_off_once(self):
        self.map('account', self.fees, "Bank Charges")
        payment = self.pay_with_rest(98.0)
        self.drained()
        payment.action_draft()
        self.drain(self.connection)
        self.one('JournalEntry')
        self.assertEqual((self.move.amount_residual, self.one('Invoice')['Balance']), (0, 0), "Odoo keeps it settled")
        payment.action_post()
        self.drained()
        self.one('JournalEntry')
        self.assertEqual(self.one('Invoice')['Balance'], 0)

    def test_a_write_off_that_is_taken_out_of_a_draft_goes_with_it(self):
        self.map('account', self.fees, "Bank Charges")
        for settled in (True, False):
            payment = self.pay_with_rest(98.0)
            self.drained()
            self.one('JournalEntry')
            payment.action_draft()
            self.drain(self.connection)
            self.receivables(payment).remove_move_reconcile()
            rest = payment._seek_for_lines()[2]
            payment.move_id.write({'line_ids': [
                fields.Command.delete(rest.id),
                fields.Command.update(self.receivables(payment).id, {'credit': 98.0})]})
            if settled:
                self.drain(self.connection)
            payment.action_post()
            self.drained()
            self.assertEqual(self.books().get('JournalEntry', []), [])
            self.assertEqual(self.one('Payment', TotalAmt=98)['UnappliedAmt'], 98)
            payment.action_draft()
            payment.action_cancel()
            self.drained()

    def test_where_drafts_are_voided_the_write_off_goes_and_comes_back(self):
        self.connection.on_draft = 'void'
        self.map('account', self.fees, "Bank Charges")
        payment = self.pay_with_rest(98.0)
        self.drained()
        payment.action_draft()
        self.drain(self.connection)
        self.assertEqual(self.books().get('JournalEntry', []), [])
        self.assertEqual((payment.qbo_state, self.one('Invoice')['Balance']), ('voided', 100))
        payment.action_post()
        self.drained()
        self.one('JournalEntry')
        self.assertEqual(self.one('Invoice')['Balance'], 0)

    def test_taken_off_its_invoice_the_write_off_stays_a_credit_of_the_customer(self):
        self.map('account', self.fees, "Bank Charges")
        payment = self.pay_with_rest(98.0)
        self.drained()
        self.receivables(payment).remove_move_reconcile()
        self.drained()
        self.assertEqual(self.one('Payment')['UnappliedAmt'], 98)
        self.assertEqual(self.one('Invoice')['Balance'], 100)

    def test_a_write_off_whose_answer_was_lost_is_found_and_not_repeated(self):
        self.map('account', self.fees, "Bank Charges")
        self.drained()
        payment = self.pay_with_rest(98.0)
        self.control('fail', {'times': 1, 'entity': 'JournalEntry', 'method': 'POST', 'kind': 'lost_answer'})
        self.drain(self.connection)
        self.control('answers', method='DELETE')
        self.entries(payment.move_id).not_before = False
        self.drained()
        self.one('JournalEntry')

    def test_the_bank_kept_a_fee_of_a_transaction_that_pays_an_invoice(self):
        self.map('account', self.fees, "Bank Charges")
        self.transaction(97.0, self.move, fee=(self.fees, 3.0))
        self.drained()
        self.assertEqual(self.one('Payment')['TotalAmt'], 97)
        self.assertEqual(self.links(self.one('Payment')), {'Invoice': 100.0, 'JournalEntry': 3.0})

    def test_a_fee_that_is_taken_out_of_a_bank_transaction_goes(self):
        self.map('account', self.fees, "Bank Charges")
        line = self.transaction(97.0, self.move, fee=(self.fees, 3.0))
        self.drained()
        self.one('JournalEntry')
        for undone_first in (True, False):
            line.action_undo_reconciliation()
            if undone_first:
                self.drained()
                self.assertEqual(self.books().get('JournalEntry', []), [])
            suspense = line._seek_for_lines()[1]
            line.move_id.with_context(skip_readonly_check=True, force_delete=True).write({'line_ids': [
                fields.Command.update(suspense.id, {
                    'account_id': self.receivables(self.move).account_id.id, 'partner_id': self.partner.id})]})
            self.reconcile(line, self.move)
            self.drained()
            self.assertEqual(self.books().get('JournalEntry', []), [])
            self.assertEqual(self.one('Invoice')['Balance'], 3)

    def test_an_account_of_early_payment_discounts_is_offered_for_mapping(self):
        self.company.account_journal_early_pay_discount_loss_account_id = self.fees
        used, _others = self.env['qbo.mapping']._fill(self.connection)
        row = used.filtered(lambda row: row.kind == 'account' and row.res_id == self.fees.id)
        self.assertEqual(row.state, 'missing')

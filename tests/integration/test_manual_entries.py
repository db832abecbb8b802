"""Journal entries made by hand that settle documents, or are settled by payments."""

from odoo import fields
from odoo.tests import tagged

from .settling import SettlingCase


@tagged('standard', 'post_install', '-at_install')
class TestManualEntries(SettlingCase):
    """Each step is drained, and the open balances compared."""

    def setUp(self):
        super().setUp()
        self.map('account', self.fees, "Bank Charges")
        self.receivable = self.partner.property_account_receivable_id
        self.move = self.document(100.0)

    def entry(self, *lines, post=True, **values):
        """Post a journal entry of (account, debit or negative credit, partner)."""
        entry = self.env['account.move'].create({
            'move_type': 'entry', 'ref': "Bad debt", 'date': fields.Date.today(),
            'line_ids': [fields.Command.create({
                'account_id': account.id, 'balance': balance, 'partner_id': partner.id if partner else False,
                'name': "Written off"}) for account, balance, partner in lines], **values})
        if post:
            entry.action_post()
        return entry

    def bad_debt(self, amount=40.0, **values):
        """Post what is written off of the customer's account."""
        return self.entry((self.fees, amount, None), (self.receivable, -amount, self.partner), **values)

    def stop(self, record):
        """Drain and return the message of what stopped the entry of a record."""
        self.drain(self.connection)
        return self.entries(record)[:1].fault_message

    def test_what_writes_off_an_invoice_goes_along_and_settles_it(self):
        entry = self.bad_debt()
        self.drain(self.connection)
        self.assertEqual(self.books().get('JournalEntry', []), [], "not before it settles something")
        self.reconcile(self.move, entry)
        self.drained()
        journal, payment = self.one('JournalEntry'), self.one('Payment')
        self.assertEqual([
            (line['JournalEntryLineDetail']['PostingType'], line['JournalEntryLineDetail']['AccountRef']['name'],
             float(line['Amount'])) for line in journal['Line']],
            [('Debit', "Bank Charges", 40.0), ('Credit', "Accounts Receivable (A/R)", 40.0)])
        self.assertIn(f"{entry.name}: Bad debt", journal['PrivateNote'])
        self.assertEqual((payment['TotalAmt'], self.links(payment)), (0, {'Invoice': 40.0, 'JournalEntry': 40.0}))
        self.assertEqual(self.one('Invoice')['Balance'], 60)
        self.pay(self.move)
        self.drained()
        self.assertEqual(self.one('Invoice')['Balance'], 0)

    def test_taken_off_again_it_goes_and_comes_back(self):
        entry = self.bad_debt()
        for _time in range(2):
            self.reconcile(self.move, entry)
            self.drained()
            self.one('JournalEntry')
            self.receivables(entry).remove_move_reconcile()
            self.drain(self.connection)
            self.assertEqual((self.books()['JournalEntry'], self.books()['Payment']), ([], []))
            self.assertEqual(self.one('Invoice')['Balance'], 100)

    def test_reset_changed_and_posted_again(self):
        entry = self.bad_debt()
        self.reconcile(self.move, entry)
        self.drained()
        entry.button_draft()
        self.drain(self.connection)
        self.assertEqual(self.books()['JournalEntry'], [])
        entry.button_cancel()
        self.drained()
        entry = self.bad_debt(30.0)
        self.reconcile(self.move, entry)
        self.drained()
        self.assertEqual(self.one('Invoice')['Balance'], 70)

    def test_a_charge_by_hand_is_paid_by_a_payment_and_by_a_credit_note(self):
        income = self.env['account.account'].create({
            'name': "Dunning Fees", 'code': '499997', 'account_type': 'income_other'})
        self.map('account', income, "Interest Earned")
        charge = self.entry((income, -25.0, None), (self.receivable, 25.0, self.partner))
        payment, note = self.money(15.0), self.document(10.0, 'out_refund')
        self.reconcile(charge, payment)
        self.reconcile(charge, note)
        self.drained()
        self.assertEqual([self.links(found) for found in self.payments()], [
            {'JournalEntry': 15.0}, {'JournalEntry': 10.0, 'CreditMemo': 10.0}])

    def test_a_credit_by_hand_that_is_paid_out(self):
        entry, payment = self.bad_debt(), self.money(40.0, 'outbound')
        self.reconcile(entry, payment)
        self.drained()
        self.assertEqual(self.links(self.payments()[-1]), {'Expense': 40.0, 'JournalEntry': 40.0})

    def test_an_account_without_a_counterpart_is_named(self):
        self.env['qbo.mapping'].search([('kind', '=', 'account'), ('res_id', '=', self.fees.id)]).reference_id = False
        entry = self.bad_debt()
        self.reconcile(self.move, entry)
        self.assertIn("Fees of the Bank has no counterpart", self.stop(entry))
        self.map('account', self.fees, "Bank Charges")
        self.drained()
        self.assertEqual(self.one('Invoice')['Balance'], 60)

    def test_what_quickbooks_cannot_hold_is_refused_aloud(self):
        other = self.env['res.partner'].create({'name': "Another"})
        for lines, words in (
                (((self.receivable, 40.0, other), (self.receivable, -40.0, self.partner)), "several customers"),
                (((self.fees, 40.0, None), (self.receivable, -40.0, None)), "without a customer"),
                (((other.property_account_payable_id, 40.0, other), (self.receivable, -40.0, self.partner)),
                 "payables")):
            entry = self.entry(*lines)
            (self.receivables(entry).filtered(lambda line: line.balance < 0) | self.receivables(self.move)).reconcile()
            self.assertIn(words, self.stop(entry))
            self.assertEqual((entry.qbo_state, self.books().get('JournalEntry', [])), ('failed', []))
            self.receivables(entry).remove_move_reconcile()
            self.drain(self.connection)
            self.assertEqual(entry.qbo_state, 'none')

    def test_a_payment_does_not_wait_for_an_entry_that_quickbooks_cannot_hold(self):
        other = self.env['res.partner'].create({'name': "Another"})
        opening = self.entry((self.receivable, 40.0, self.partner), (self.receivable, 10.0, other),
                             (self.fees, -50.0, None))
        payment = self.money(40.0)
        (self.receivables(opening).filtered(lambda line: line.partner_id == self.partner)
         | self.receivables(payment)).reconcile()
        self.drain(self.connection)
        self.assertEqual(self.one('Payment')['UnappliedAmt'], 40)

    def test_an_entry_of_a_journal_that_is_kept_out_stays_out(self):
        entry = self.bad_debt()
        entry.journal_id.qbo_excluded = True
        self.reconcile(self.move, entry)
        self.drain(self.connection)
        self.assertEqual(self.books().get('JournalEntry', []), [])
        self.assertEqual(self.one('Invoice')['Balance'], 100)

    def test_the_sweep_finds_what_was_reconciled_unseen(self):
        self.drained()
        entry = self.bad_debt()
        self.reconcile(self.move, entry)
        self.env.cr.precommit.run()
        self.env['qbo.queue.entry'].search([('state', '=', 'pending')]).unlink()
        self.connection.action_push_missing()
        self.drained()
        self.assertEqual(self.one('Invoice', DocNumber=self.move.name)['Balance'], 60)

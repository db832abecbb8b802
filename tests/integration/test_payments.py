"""Payments: what they settle, what is left of them, and what becomes of them later."""

from odoo import fields
from odoo.tests import tagged

from .settling import SettlingCase


@tagged('standard', 'post_install', '-at_install')
class TestPayments(SettlingCase):
    """Each step is drained, and the open balances compared."""

    def test_one_payment_for_many_invoices_and_many_for_one(self):
        first, second = self.document(100.0), self.document(250.0)
        self.pay(first | second, 300.0, group_payment=True)
        self.drained()
        self.assertEqual(self.links(self.one('Payment')), {'Invoice': 300.0})
        self.pay(second, 20.0)
        self.pay(second, 30.0)
        self.drained()
        self.assertEqual([float(i['Balance']) for i in self.books()['Invoice']], [0.0, 0.0])

    def test_a_batch_is_one_payment_for_each_customer_or_for_each_invoice(self):
        other = self.env['res.partner'].create({'name': "Second Customer"})
        moves = self.document(10.0) | self.document(20.0) | self.document(40.0, partner=other)
        self.pay(moves, group_payment=True)
        self.drained()
        self.assertEqual(sorted(float(p['TotalAmt']) for p in self.payments()), [30.0, 40.0])
        moves = self.document(1.0) | self.document(2.0)
        self.pay(moves, group_payment=False)
        self.drained()
        self.assertEqual(sorted(float(p['TotalAmt']) for p in self.payments()), [1.0, 2.0, 30.0, 40.0])

    def test_an_invoice_and_a_credit_note_paid_together_leave_nothing_open(self):
        move, note = self.document(100.0), self.document(30.0, 'out_refund')
        self.pay(move | note, group_payment=True)
        self.drained()
        self.assertEqual([float(p['TotalAmt']) for p in self.payments()], [70.0, 0.0])
        self.assertEqual((self.one('Invoice')['Balance'], self.one('CreditMemo')['Balance']), (0, 0))

    def test_a_prepayment_is_unapplied_until_odoo_reconciles_it(self):
        payment = self.money(120.0)
        self.drained()
        self.assertEqual(self.one('Payment')['UnappliedAmt'], 120)
        move = self.document(100.0)
        self.reconcile(move, payment)
        self.drained()
        self.assertEqual(self.one('Payment')['UnappliedAmt'], 20)

    def test_what_a_payment_settles_may_change(self):
        first, second = self.document(100.0), self.document(100.0)
        payment = self.pay(first)
        self.drained()
        self.receivables(first).remove_move_reconcile()
        self.reconcile(second, payment)
        self.drained()
        self.assertEqual({i['DocNumber']: i['Balance'] for i in self.books()['Invoice']},
                         {first.name: 100, second.name: 0})

    def test_two_payments_change_places_within_one_transaction(self):
        move = self.document(100.0)
        first, second = self.pay(move), self.money(100.0)
        self.drained()
        self.receivables(first).remove_move_reconcile()
        self.reconcile(move, second)
        self.drained()
        self.assertEqual([float(p['UnappliedAmt']) for p in self.payments()], [100.0, 0.0])

    def test_cancelled_and_rejected_payments_are_voided(self):
        moves = [self.document(100.0), self.document(50.0)]
        cancelled, rejected = (self.pay(move) for move in moves)
        self.drained()
        cancelled.action_draft()
        cancelled.action_cancel()
        self.receivables(rejected).remove_move_reconcile()
        rejected.action_reject()
        self.drain(self.connection)
        self.assertEqual([p['TotalAmt'] for p in self.books()['Payment']], [0, 0])
        self.assertEqual([float(i['Balance']) for i in self.books()['Invoice']], [100.0, 50.0])
        self.assertEqual({cancelled.qbo_state, rejected.qbo_state}, {'voided'})

    def test_a_payment_that_bounced_is_voided_and_its_invoice_open_again(self):
        move = self.document(100.0)
        payment = self.pay(move)
        self.drained()
        payment.move_id._reverse_moves(cancel=True)
        self.drained()
        self.assertEqual(payment.qbo_state, 'voided')
        self.assertEqual(self.one('Invoice')['Balance'], 100)

    def test_a_payment_for_another_customers_invoice_is_refused_with_a_cure(self):
        stranger = self.env['res.partner'].create({'name': "Stranger"})
        move = self.document(100.0, partner=stranger)
        payment = self.money(100.0)
        self.reconcile(move, payment)
        self.drain(self.connection)
        self.assertEqual(self.books().get('Payment', []), [])
        self.assertEqual(payment.qbo_state, 'failed')
        for words in (move.name, "another customer (Stranger)", "Undo the reconciliation", "retry"):
            self.assertIn(words, payment.qbo_message)

    def test_a_payment_in_another_currency_than_its_invoice_is_refused_with_a_cure(self):
        self.env.ref('base.EUR').active = True
        move = self.document(100.0)
        payment = self.money(900.0, currency_id=self.env.ref('base.EUR').id)  # more than the invoice takes
        self.control(f'preferences/{self.connection.realm_id}', {'CurrencyPrefs': {'MultiCurrencyEnabled': True}})
        self.connection.multi_currency = True
        self.reconcile(move, payment)
        self.drain(self.connection)
        self.assertEqual(payment.qbo_state, 'failed')
        self.assertIn("register it in the currency of the document", payment.qbo_message)

    def test_a_link_that_quickbooks_drops_is_said(self):
        move = self.document(100.0)
        self.drained()
        invoice = self.one('Invoice')
        payment = self.pay(move)
        self.control('seed', {'objects': {self.connection.realm_id: {'Customer': [{'DisplayName': "Somebody Else"}]}}})
        stranger = self.one('Customer', DisplayName="Somebody Else")
        self.control(f'touch/{self.connection.realm_id}', {
            'entity': 'Invoice', 'id': invoice['Id'], 'change': {'CustomerRef': {'value': stranger['Id']}}})
        self.drain(self.connection)
        self.assertEqual(payment.qbo_state, 'variance')
        self.assertIn("unapplied 0.00 in Odoo, 100.00 in QuickBooks", payment.qbo_message)


@tagged('standard', 'post_install', '-at_install')
class TestBankTransactions(SettlingCase):
    """Receipts that are reconciled on the bank statement, without a payment."""

    def test_a_transaction_that_pays_invoices_is_a_payment(self):
        first, second = self.document(100.0), self.document(50.0)
        self.transaction(150.0, first, second)
        self.drained()
        payment = self.one('Payment')
        self.assertEqual((payment['TotalAmt'], payment['UnappliedAmt']), (150, 0))
        self.assertEqual(payment['DepositToAccountRef']['name'], "Checking")
        self.assertIn("Transfer 77", payment['PrivateNote'])

    def test_of_more_than_what_was_open_the_rest_is_unapplied(self):
        self.transaction(130.0, self.document(100.0))
        self.drained()
        self.assertEqual(self.one('Payment')['UnappliedAmt'], 30)

    def test_undone_it_is_voided_and_done_again_it_is_the_same_payment(self):
        move = self.document(100.0)
        line = self.transaction(100.0, move)
        self.drained()
        line.action_undo_reconciliation()
        self.drained()
        self.assertEqual(self.one('Payment')['TotalAmt'], 0)
        self.assertEqual(self.one('Invoice')['Balance'], 100)

    def test_deleted_it_is_voided(self):
        line = self.transaction(100.0, self.document(100.0))
        self.drained()
        line.unlink()
        self.drained()
        self.assertEqual(self.one('Invoice')['Balance'], 100)

    def test_a_transaction_that_settles_nothing_of_customers_never_leaves(self):
        line = self.transaction(100.0)
        self.drained()
        self.assertEqual(self.books().get('Payment', []), [])
        self.assertFalse(self.entries(line))

    def test_a_payment_that_its_transaction_books_is_not_sent_twice(self):
        self.patch(type(self.env['account.move']), '_get_invoice_in_payment_state', lambda model: 'in_payment')
        self.book_payments_on(self.env['account.account'])
        move = self.document(100.0)
        self.pay(move)
        self.drain(self.connection)
        self.transaction(100.0, move)
        self.drained()
        self.assertEqual(len(self.payments()), 1)

    def test_a_payment_matched_with_its_transaction_is_not_sent_twice(self):
        payment = self.pay(self.document(100.0))
        line = self.transaction(100.0)
        suspense = line._seek_for_lines()[1] or line.move_id.line_ids.filtered('credit')
        line.move_id.with_context(skip_readonly_check=True).write({'line_ids': [
            (1, suspense.id, {'account_id': self.outstanding.id})]})
        (suspense | payment._seek_for_lines()[0]).reconcile()
        self.drained()
        self.assertEqual(len(self.payments()), 1)

    def test_two_customers_in_one_transaction_are_refused_with_a_cure(self):
        other = self.env['res.partner'].create({'name': "Second Customer"})
        moves = self.document(60.0), self.document(40.0, partner=other)
        line = self.transaction(60.0, moves[0])
        line.move_id.line_ids.remove_move_reconcile()
        receivable = self.receivables(line)
        line.move_id.with_context(skip_readonly_check=True, force_delete=True).write({'line_ids': [
            (1, receivable.id, {'balance': -40.0, 'partner_id': other.id}),
            (0, 0, {'account_id': receivable.account_id.id, 'balance': -20.0, 'partner_id': self.partner.id})]})
        for move in moves:
            (self.receivables(line).filtered(
                lambda item, move=move: item.partner_id == move.partner_id) | self.receivables(move)).reconcile()
        self.drain(self.connection)
        self.assertEqual(self.entries(line)[0].state, 'failed')
        self.assertIn("several customers", self.entries(line)[0].fault_message)

    def test_the_sweep_finds_a_transaction_that_no_hook_saw(self):
        line = self.transaction(100.0, self.document(100.0))
        self.entries(line).unlink()
        self.env['qbo.queue.entry']._sweep(self.connection)
        self.drained()
        self.assertEqual(self.one('Payment', TotalAmt=100)['UnappliedAmt'], 0)


@tagged('standard', 'post_install', '-at_install')
class TestForeignMoney(SettlingCase):
    """Euros in a company that keeps its books in dollars and several currencies."""

    def setUp(self):
        super().setUp()
        self.control(f'preferences/{self.connection.realm_id}', {'CurrencyPrefs': {'MultiCurrencyEnabled': True}})
        with self.own_cursors():
            self.connection.action_test()
        self.euro = self.env.ref('base.EUR')
        self.euro.active = True
        self.env['res.currency.rate'].search([('currency_id', '=', self.euro.id)]).unlink()
        self.env['res.currency.rate'].create({
            'currency_id': self.euro.id, 'name': '2020-01-01', 'rate': 0.8, 'company_id': self.company.id})

    def test_dollars_that_pay_euros_are_held_in_euros_and_worth_what_came_in(self):
        move = self.document(100.0, currency_id=self.euro.id)
        self.pay(move, 120.0, currency_id=self.company.currency_id.id)
        self.drain(self.connection)
        payment = self.one('Payment')
        self.assertEqual((payment['CurrencyRef']['value'], float(payment['TotalAmt']), payment['ExchangeRate']),
                         ('EUR', 96, 1.25))
        self.assertEqual(payment['UnappliedAmt'], 0)
        self.assertEqual((float(self.one('Invoice')['Balance']), move.amount_residual), (4, 4))
        self.pay(move, 5.0, currency_id=self.company.currency_id.id)
        self.drain(self.connection)
        self.assertEqual((move.amount_residual, float(self.one('Invoice')['Balance'])), (0, 0))

    def test_a_transaction_of_the_bank_in_dollars_pays_euros(self):
        move = self.document(100.0, currency_id=self.euro.id)
        self.transaction(125.0, move)
        self.drain(self.connection)
        payment = self.one('Payment')
        self.assertEqual((payment['CurrencyRef']['value'], float(payment['TotalAmt']), payment['ExchangeRate']),
                         ('EUR', 100, 1.25))
        self.assertEqual((move.amount_residual, float(self.one('Invoice')['Balance'])), (0, 0))

    def test_euros_that_pay_dollars_are_held_in_dollars(self):
        move = self.document(100.0)
        payment = self.money(80.0, currency_id=self.euro.id)
        self.reconcile(move, payment)
        self.drain(self.connection)
        held = self.one('Payment')
        self.assertEqual((held['CurrencyRef']['value'], float(held['TotalAmt'])), ('USD', 100))
        self.assertEqual((move.amount_residual, float(self.one('Invoice')['Balance'])), (0, 0))

    def test_a_payment_that_finds_its_documents_later_changes_its_currency_by_being_made_anew(self):
        payment = self.money(125.0)
        self.drain(self.connection)
        self.assertEqual(self.one('Payment')['CurrencyRef']['value'], 'USD')
        move = self.document(100.0, currency_id=self.euro.id)
        self.reconcile(move, payment)
        self.drain(self.connection)
        self.drain(self.connection)
        held = self.one('Payment')
        self.assertEqual((held['CurrencyRef']['value'], float(held['TotalAmt']), held['ExchangeRate']),
                         ('EUR', 100, 1.25))
        self.assertEqual(float(self.one('Invoice')['Balance']), 0)
        self.receivables(payment).remove_move_reconcile()
        self.drain(self.connection)
        self.drain(self.connection)
        held = self.one('Payment')
        self.assertEqual((held['CurrencyRef']['value'], float(held['TotalAmt']), float(held['UnappliedAmt'])),
                         ('USD', 125, 125))
        self.assertEqual(float(self.one('Invoice')['Balance']), 100)
        self.assertFalse(self.env['qbo.queue.entry'].search([('state', 'not in', ('done', 'superseded'))]))

    def test_payment_write_off_credit_and_refund_carry_currency_and_rate(self):
        self.map('account', self.fees, "Bank Charges")
        move = self.document(100.0, currency_id=self.euro.id)
        note = self.document(30.0, 'out_refund', currency_id=self.euro.id)
        self.reconcile(move, note)
        self.drain(self.connection)
        with self.own_cursors():
            self.connection._load_references()  # the account that QuickBooks has made for customers in euros
        self.pay(move, 68.0, payment_difference_handling='reconcile', writeoff_account_id=self.fees.id,
                 currency_id=self.euro.id)
        second = self.document(10.0, 'out_refund', currency_id=self.euro.id)
        self.pay(second, currency_id=self.euro.id)
        self.drain(self.connection)
        books = self.books()
        for obj in (*books['Payment'], *books['JournalEntry'], *books['Purchase']):
            self.assertEqual((obj['CurrencyRef']['value'], obj['ExchangeRate']), ('EUR', 1.25))
        self.assertEqual([float(obj['Balance']) for obj in (*books['Invoice'], *books['CreditMemo'])], [0, 0, 0])

    def test_an_entry_made_by_hand_carries_its_own_rate_and_exchange_differences_stay_out(self):
        self.map('account', self.fees, "Bank Charges")
        move = self.document(100.0, currency_id=self.euro.id)
        self.drain(self.connection)
        with self.own_cursors():
            self.connection._load_references()
        entry = self.env['account.move'].create({'move_type': 'entry', 'date': fields.Date.today(), 'line_ids': [
            fields.Command.create({
                'account_id': account.id, 'currency_id': self.euro.id, 'amount_currency': sign * 40.0,
                'balance': sign * 80.0, 'partner_id': self.partner.id})
            for account, sign in ((self.fees, 1), (self.partner.property_account_receivable_id, -1))]})
        entry.action_post()
        self.reconcile(move, entry)
        self.assertTrue(self.receivables(entry).matched_debit_ids.exchange_move_id, "Odoo books a difference")
        self.drain(self.connection)
        self.assertFalse(self.env['qbo.queue.entry'].search([('state', 'not in', ('done', 'superseded'))]))
        journal = self.one('JournalEntry')
        self.assertEqual((journal['CurrencyRef']['value'], journal['ExchangeRate']), ('EUR', 2))
        self.assertEqual((float(self.one('Invoice')['Balance']), move.amount_residual), (60, 60))
        self.assertEqual(len(self.books()['Payment']), 1)

"""Money that is paid out to customers: expenses and checks to accounts receivable, linked with what they pay back."""

from odoo.tests import tagged

from .settling import SettlingCase


@tagged('standard', 'post_install', '-at_install')
class TestRefunds(SettlingCase):
    """Each step is drained, and the open balances compared."""

    def test_a_refund_of_a_credit_note_is_an_expense_that_a_payment_of_nothing_links(self):
        note = self.document(30.0, 'out_refund')
        self.drained()
        payment = self.pay(note)
        self.drained()
        purchase = self.one('Purchase')
        self.assertEqual((purchase['PaymentType'], purchase['TotalAmt'], purchase['AccountRef']['name']),
                         ('Cash', 30, "Checking"))
        self.assertEqual(self.links(self.one('Payment')), {'Expense': 30.0, 'CreditMemo': 30.0})
        self.assertEqual(self.one('CreditMemo')['Balance'], 0)
        self.assertEqual(payment.qbo_state, 'synced')

    def test_nothing_is_taken_from_the_income_twice(self):
        self.pay(self.document(30.0, 'out_refund'))
        self.drained()
        accounts = {account['Id']: account['AccountType'] for account in self.books()['Account']}
        used = [line['AccountBasedExpenseLineDetail']['AccountRef']['value'] for line in self.one('Purchase')['Line']]
        self.assertEqual([accounts[account] for account in used], ['Accounts Receivable'])

    def test_a_part_is_paid_out_and_a_part_applied(self):
        move, note = self.document(100.0), self.document(30.0, 'out_refund')
        self.pay(note, 10.0)
        self.reconcile(move, note)
        self.drained()
        self.assertEqual(self.one('CreditMemo')['Balance'], 0)
        self.assertEqual(self.one('Invoice')['Balance'], 80)

    def test_a_refund_of_an_overpayment_is_linked_by_that_payment(self):
        move = self.document(100.0)
        payment = self.pay(move, 140.0)
        self.drained()
        self.assertEqual(self.one('Payment')['UnappliedAmt'], 40)
        self.reconcile(payment, self.money(40.0, 'outbound'))
        self.drained()
        self.assertEqual(self.links(self.one('Payment')), {'Invoice': 100.0, 'Expense': 40.0})
        self.assertEqual(self.one('Payment')['UnappliedAmt'], 0)

    def test_a_refund_that_settles_nothing_yet_is_owed_by_the_customer(self):
        refund = self.money(25.0, 'outbound')
        self.drained()
        note = self.document(25.0, 'out_refund')
        self.reconcile(note, refund)
        self.drained()
        self.assertEqual(self.one('CreditMemo')['Balance'], 0)

    def test_a_refund_that_is_cancelled_is_taken_off_and_deleted(self):
        note = self.document(30.0, 'out_refund')
        payment = self.pay(note)
        self.drained()
        payment.action_draft()
        payment.action_cancel()
        self.drained()
        self.assertEqual(self.books().get('Purchase', []), [])
        self.assertEqual(self.one('CreditMemo')['Balance'], 30)

    def test_a_refund_without_journal_entry_is_linked_as_well(self):
        self.patch(type(self.env['account.move']), '_get_invoice_in_payment_state', lambda model: 'in_payment')
        self.book_payments_on(self.env['account.account'])
        note = self.document(30.0, 'out_refund')
        payment = self.pay(note)
        self.assertFalse(payment.move_id)
        self.drain(self.connection)
        self.assertEqual(self.links(self.one('Payment')), {'Expense': 30.0, 'CreditMemo': 30.0})
        self.assertEqual(self.one('CreditMemo')['Balance'], 0)
        payment.action_cancel()
        self.drain(self.connection)
        self.assertEqual(self.one('CreditMemo')['Balance'], 30)
        self.assertEqual(self.books().get('Purchase', []), [])

    def test_a_fee_that_was_kept_is_a_line_of_the_expense(self):
        self.map('account', self.fees, "Bank Charges")
        note = self.document(30.0, 'out_refund')
        self.pay(note, 28.0, payment_difference_handling='reconcile', writeoff_account_id=self.fees.id)
        self.drained()
        self.assertEqual([float(line['Amount']) for line in self.one('Purchase')['Line']], [30.0, -2.0])
        self.assertEqual(self.one('Purchase')['TotalAmt'], 28)
        self.assertEqual(self.one('CreditMemo')['Balance'], 0)

    def test_without_a_mapped_bank_account_it_waits_for_the_mapping(self):
        self.env['qbo.mapping'].search([('kind', '=', 'journal'), ('res_id', '=', self.bank.id)]).reference_id = False
        payment = self.pay(self.document(30.0, 'out_refund'))
        self.drain(self.connection)
        self.assertEqual(payment.qbo_state, 'failed')
        self.assertEqual(self.entries(payment).mapping_id.res_id, self.bank.id)
        self.map('journal', self.bank, "Checking")
        self.drained()

    def test_undeposited_funds_pay_nothing_out(self):
        self.map('journal', self.bank, "Undeposited Funds")
        payment = self.pay(self.document(30.0, 'out_refund'))
        self.drain(self.connection)
        self.assertIn("Map it to a bank account", payment.qbo_message)

    def test_a_refund_whose_answer_was_lost_is_found_and_not_repeated(self):
        note = self.document(30.0, 'out_refund')
        self.drained()
        payment = self.pay(note)
        self.control('fail', {'times': 1, 'entity': 'Purchase', 'method': 'POST', 'kind': 'lost_answer'})
        self.drain(self.connection)
        self.control('answers', method='DELETE')
        self.entries(payment).not_before = False
        self.drained()
        self.one('Purchase')

    def test_a_check_is_a_check(self):
        self.patch(type(self.env['qbo.entity.refund']), '_kind', lambda *args: 'Check')  # needs account_check_printing
        self.pay(self.document(30.0, 'out_refund'))
        self.drained()
        self.assertEqual(self.one('Purchase')['PaymentType'], 'Check')
        self.assertEqual(self.links(self.one('Payment')), {'Check': 30.0, 'CreditMemo': 30.0})

    def test_a_bank_transaction_that_pays_a_credit_note_out_is_a_refund_too(self):
        note = self.document(30.0, 'out_refund')
        self.transaction(-30.0, note)
        self.drained()
        self.assertEqual(self.one('Purchase')['TotalAmt'], 30)
        self.assertEqual(self.one('CreditMemo')['Balance'], 0)

"""From a payment posted in Odoo to the money in QuickBooks' books, and what it is applied to."""

from odoo.tests import tagged

from .documents import DocumentCase


@tagged('standard', 'post_install', '-at_install')
class TestDocumentsPaid(DocumentCase):
    """Each test pays in Odoo, drains, and looks into the simulator's books."""

    def test_a_registered_payment_is_applied_to_its_invoice(self):
        move = self.invoice()
        self.pay(move, 60.0)
        self.drain(self.connection)
        payment = self.one('Payment')
        invoice = self.one('Invoice', DocNumber=move.name)
        self.assertAlmostEqual(payment['TotalAmt'], 60.0)
        self.assertAlmostEqual(invoice['Balance'], 40.0)
        self.assertAlmostEqual(payment['UnappliedAmt'], 0.0)

    def test_one_payment_covers_several_invoices_with_its_own_allocations(self):
        moves = self.invoice() | self.invoice(lines=[{
            'product_id': self.product.id, 'quantity': 1, 'price_unit': 250.0, 'tax_ids': []}])
        self.pay(moves, 350.0, group_payment=True)
        self.drain(self.connection)
        payment = self.one('Payment')
        self.assertAlmostEqual(payment['TotalAmt'], 350.0)
        self.assertEqual(sorted(float(line['Amount']) for line in payment['Line']), [100.0, 250.0])
        self.assertEqual([i['Balance'] for i in self.books()['Invoice']], [0, 0])

    def test_of_an_overpayment_only_what_was_open_is_applied(self):
        move = self.invoice()
        self.pay(move, 60.0)
        self.pay(move, 100.0)
        self.drain(self.connection)
        payments = sorted(self.books()['Payment'], key=lambda payment: payment['TotalAmt'])
        self.assertEqual([float(payment['UnappliedAmt']) for payment in payments], [0.0, 60.0])
        self.assertAlmostEqual(self.one('Invoice', DocNumber=move.name)['Balance'], 0.0)

    def test_money_without_an_invoice_stays_unapplied_and_is_applied_when_odoo_reconciles(self):
        self.book_payments_on(self.env['account.account'].create({
            'name': "Outstanding Receipts", 'code': '101499', 'account_type': 'asset_current', 'reconcile': True}))
        payment = self.env['account.payment'].create({
            'payment_type': 'inbound', 'partner_type': 'customer', 'partner_id': self.partner.id, 'amount': 100.0})
        payment.action_post()
        self.drain(self.connection)
        self.assertAlmostEqual(self.one('Payment')['UnappliedAmt'], 100.0)
        move = self.invoice()
        (move | payment.move_id).line_ids.filtered(
            lambda line: line.account_id.account_type == 'asset_receivable').reconcile()
        self.drain(self.connection)
        self.assertAlmostEqual(self.one('Payment')['UnappliedAmt'], 0.0)
        self.assertAlmostEqual(self.one('Invoice', DocNumber=move.name)['Balance'], 0.0)

    def test_a_payment_without_journal_entry_is_applied_to_its_invoices_in_turn(self):
        # as with Odoo's accounting app, which books such a payment with the bank statement only
        self.patch(type(self.env['account.move']), '_get_invoice_in_payment_state', lambda model: 'in_payment')
        self.book_payments_on(self.env['account.account'])
        moves = self.invoice() | self.invoice()
        payment = self.pay(moves, 150.0, group_payment=True)
        self.assertFalse(payment.move_id)
        self.drain(self.connection)
        self.assertEqual([float(i['Balance']) for i in self.books()['Invoice']], [0.0, 50.0])
        self.pay(moves[1], 70.0)
        self.drain(self.connection)
        self.assertEqual([float(i['Balance']) for i in self.books()['Invoice']], [0.0, 0.0])
        self.assertEqual(sum(float(p['UnappliedAmt']) for p in self.books()['Payment']), 20.0)

    def test_a_payment_taken_off_its_invoice_is_unapplied_and_a_cancelled_one_is_voided(self):
        self.book_payments_on(self.env['account.account'].create({
            'name': "Outstanding Receipts", 'code': '101499', 'account_type': 'asset_current', 'reconcile': True}))
        move = self.invoice()
        payment = self.pay(move, 100.0)
        self.drain(self.connection)
        move.line_ids.remove_move_reconcile()
        self.drain(self.connection)
        payment_seen = self.one('Payment')
        self.assertEqual(payment_seen['Line'], [])
        self.assertAlmostEqual(self.one('Invoice', DocNumber=move.name)['Balance'], 100.0)
        payment.action_draft()
        payment.action_cancel()
        self.drain(self.connection)
        self.assertAlmostEqual(self.one('Payment')['TotalAmt'], 0.0)
        self.assertEqual(payment.qbo_state, 'voided')

"""Credit notes that are applied in Odoo are applied in QuickBooks."""

from odoo.tests import tagged

from .settling import SettlingCase


@tagged('standard', 'post_install', '-at_install')
class TestCredits(SettlingCase):
    """Each step is drained, and the open balances compared."""

    def setUp(self):
        super().setUp()
        self.move, self.note = self.document(100.0), self.document(30.0, 'out_refund')

    def applications(self):
        """Return the rows that stand for applied credits."""
        return self.env['qbo.credit.application'].search([('credit_id', '=', self.note.id)])

    def test_a_credit_applied_to_an_invoice_is_a_payment_of_nothing_with_both_links(self):
        self.drained()
        self.reconcile(self.move, self.note)
        self.drained()
        payment = self.one('Payment')
        self.assertEqual((payment['TotalAmt'], self.links(payment)), (0, {'Invoice': 30.0, 'CreditMemo': 30.0}))
        self.assertEqual(self.one('Invoice')['Balance'], 70)
        self.assertEqual(self.applications().qbo_state, 'synced')

    def test_both_documents_lead_to_the_row_that_applies_the_credit(self):
        self.reconcile(self.move, self.note)
        self.drained()
        row = self.entries(self.applications())
        self.assertTrue(row)
        for document in (self.move, self.note):
            shown = row.search(document.action_qbo_entries()['domain'])
            self.assertEqual(shown, self.entries(document) | row)
        self.assertNotIn(row, row.search(self.document(5.0).action_qbo_entries()['domain']))

    def test_it_waits_for_both_documents(self):
        self.reconcile(self.move, self.note)
        self.drained()
        self.assertEqual(self.links(self.one('Payment')), {'Invoice': 30.0, 'CreditMemo': 30.0})

    def test_taken_off_again_it_goes(self):
        self.reconcile(self.move, self.note)
        self.drained()
        self.receivables(self.note).remove_move_reconcile()
        self.drained()
        self.assertEqual(self.books().get('Payment', []), [])
        self.reconcile(self.move, self.note)
        self.drained()
        self.assertEqual(self.one('Invoice')['Balance'], 70)

    def test_one_credit_on_two_invoices_is_two_applications(self):
        other = self.document(20.0)
        self.reconcile(other, self.note)
        self.reconcile(self.move, self.note)
        self.drained()
        self.assertEqual([self.links(payment) for payment in self.payments()], [
            {'Invoice': 20.0, 'CreditMemo': 20.0}, {'Invoice': 10.0, 'CreditMemo': 10.0}])

    def test_several_parts_between_two_documents_are_one_application(self):
        terms = self.env['account.payment.term'].create({'name': "In two", 'line_ids': [
            (0, 0, {'value': 'percent', 'value_amount': 20.0, 'nb_days': 0}),
            (0, 0, {'value': 'percent', 'value_amount': 80.0, 'nb_days': 30})]})
        move = self.document(100.0, invoice_payment_term_id=terms.id)
        self.reconcile(move, self.note)
        self.assertEqual(len(self.receivables(move).matched_credit_ids), 2)
        self.drained()
        self.assertEqual(self.links(self.one('Payment')), {'Invoice': 30.0, 'CreditMemo': 30.0})

    def test_a_credit_moved_to_another_invoice_leaves_the_first(self):
        self.reconcile(self.move, self.note)
        self.drained()
        other = self.document(30.0)
        self.receivables(self.note).remove_move_reconcile()
        self.reconcile(other, self.note)
        self.drained()
        self.assertEqual(self.one('Invoice', DocNumber=other.name)['Balance'], 0)

    def test_money_takes_the_place_of_a_credit_in_one_go(self):
        self.reconcile(self.move, self.note)
        self.drained()
        self.receivables(self.note).remove_move_reconcile()
        self.pay(self.move)
        self.drained()
        self.assertEqual(self.one('Invoice')['Balance'], 0)

    def test_a_credit_takes_the_place_of_money_in_one_go(self):
        payment = self.pay(self.move)
        self.drained()
        self.receivables(payment).remove_move_reconcile()
        self.reconcile(self.move, self.note)
        self.reconcile(self.move, payment)
        self.drained()
        self.assertEqual(self.one('Payment', TotalAmt=100)['UnappliedAmt'], 30)

    def test_a_credit_note_that_is_cancelled_is_taken_off_first(self):
        self.reconcile(self.move, self.note)
        self.drained()
        self.note.button_cancel()
        self.drained()
        self.assertEqual(self.books().get('CreditMemo', []), [])
        self.assertEqual(self.one('Invoice')['Balance'], 100)

    def test_an_invoice_that_is_cancelled_gives_the_credit_back(self):
        self.reconcile(self.move, self.note)
        self.drained()
        self.move.button_cancel()
        self.drained()
        self.assertEqual(self.one('CreditMemo')['Balance'], 30)

    def test_a_credit_between_two_customers_is_refused_with_a_cure(self):
        stranger = self.document(50.0, partner=self.env['res.partner'].create({'name': "Stranger"}))
        self.reconcile(stranger, self.note)
        self.drain(self.connection)
        self.assertEqual(self.books().get('Payment', []), [])
        self.assertEqual(self.applications().qbo_state, 'failed')
        self.assertIn("another customer (Stranger)", self.applications().qbo_message)

    def test_what_is_not_sent_itself_is_not_linked(self):
        self.note.qbo_excluded = True
        self.reconcile(self.move, self.note)
        self.drain(self.connection)
        self.assertEqual(self.books().get('Payment', []), [])
        self.assertEqual(self.entries(self.applications())[0].state, 'done')
        self.note.qbo_excluded = False
        self.env['qbo.queue.entry']._sweep(self.connection)
        self.drained()
        self.assertEqual(self.one('Invoice', DocNumber=self.move.name)['Balance'], 70)

    def test_the_sweep_finds_an_application_that_no_hook_saw(self):
        self.reconcile(self.move, self.note)
        self.entries(self.applications()).unlink()
        self.applications().unlink()
        self.env['qbo.queue.entry']._sweep(self.connection)
        self.drained()
        self.assertEqual(self.one('Invoice', DocNumber=self.move.name)['Balance'], 70)

    def test_an_application_whose_answer_was_lost_is_found_and_not_repeated(self):
        self.drained()
        self.reconcile(self.move, self.note)
        self.control('fail', {'times': 1, 'entity': 'Payment', 'method': 'POST', 'kind': 'lost_answer'})
        self.drain(self.connection)
        self.control('answers', method='DELETE')
        self.entries(self.applications()).not_before = False
        self.drained()
        self.assertEqual(len(self.payments()), 1)

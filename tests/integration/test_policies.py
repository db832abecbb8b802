"""What becomes of a pushed document that is cancelled, reset to draft or deleted: the connection's policy."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .lifecycle import LifecycleCase


class PolicyCase(LifecycleCase):
    """A pushed invoice, and what QuickBooks holds of it."""

    def pushed(self, **values):
        """Return a document that stands in QuickBooks."""
        move = self.invoice(**values)
        self.drain(self.connection)
        self.control('calls', method='DELETE')
        return move

    def total(self, number, entity='Invoice'):
        """Return what QuickBooks shows as the total of a document, None when it was deleted."""
        found = self.standing(entity, number)
        return found[0]['TotalAmt'] if found else None

    def outstanding(self):
        """Let money that came in wait on an account of its own, so that payments have journal entries."""
        account = self.env['account.account'].create({
            'name': "Outstanding Receipts", 'code': '101499', 'account_type': 'asset_current', 'reconcile': True})
        self.env['account.journal'].search([
            ('type', 'in', ('bank', 'cash')), ('company_id', '=', self.company.id),
        ]).inbound_payment_method_line_ids.payment_account_id = account

    def pay(self, move, amount=100.0):
        """Register a payment as the user does, with the wizard."""
        return self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=move.ids).create({'amount': amount})._create_payments()


@tagged('standard', 'post_install', '-at_install')
class TestOnCancel(PolicyCase):
    """Cancelled, or deleted after it was posted once."""

    def test_by_default_an_invoice_is_voided_and_a_credit_memo_deleted(self):
        move, note = self.pushed(), self.pushed(move_type='out_refund')
        (move | note).button_cancel()
        self.drain(self.connection)
        self.assertEqual((self.total(move.name), self.total(note.name, 'CreditMemo')), (0, None))
        self.assertEqual((move.qbo_state, note.qbo_state), ('voided', 'none'))

    def test_it_can_be_deleted(self):
        self.connection.on_cancel = 'delete'
        move = self.pushed()
        number = move.name
        move.button_cancel()
        self.drain(self.connection)
        self.assertIsNone(self.total(number))
        move.button_draft()
        move.action_post()
        self.drain(self.connection)
        self.assertEqual(self.total(move.name), 100)
        self.assertEqual(move.qbo_state, 'synced')

    def test_it_can_be_left_and_flagged(self):
        self.connection.on_cancel = 'leave'
        move = self.pushed()
        move.button_cancel()
        self.drain(self.connection)
        self.assertEqual(self.writes(), [])
        self.assertEqual(self.total(move.name), 100)
        self.assertEqual(move.qbo_state, 'kept')
        self.assertIn("leaves such documents", move.qbo_message)
        self.assertIn(move, self.env['account.move'].search([('qbo_state', '=', 'kept')]))
        move.button_draft()
        move.action_post()
        self.drain(self.connection)
        self.assertEqual(move.qbo_state, 'synced')

    def test_a_document_that_never_left_is_not_flagged(self):
        self.connection.on_cancel = 'leave'
        move = self.invoice()
        move.button_cancel()
        self.drain(self.connection)
        self.assertEqual(move.qbo_state, 'none')

    def test_it_can_be_refused_while_the_document_stands_in_quickbooks(self):
        self.connection.on_cancel = 'block'
        move, fresh = self.pushed(), self.invoice()
        with self.assertRaisesRegex(UserError, f"{move.name}.*credit note"):
            move.button_cancel()
        move.invalidate_recordset()
        self.assertEqual(move.state, 'posted')
        fresh.button_cancel()  # never reached QuickBooks
        move.button_draft()  # another policy
        with self.assertRaisesRegex(UserError, "does not delete"):
            move.with_context(force_delete=True).unlink()

    def test_a_draft_that_was_posted_once_and_is_deleted_follows_the_policy(self):
        outcomes = {'void': 0, 'delete': None, 'leave': 100}
        for policy, total in outcomes.items():
            self.connection.on_cancel = policy
            move = self.pushed()
            number = move.name
            move.button_draft()
            move.with_context(force_delete=True).unlink()
            self.drain(self.connection)
            self.assertEqual(self.total(number), total, policy)

    def test_the_number_of_a_deleted_document_that_another_gets_is_free_again(self):
        move = self.pushed()
        number = move.name
        move.button_draft()
        move.with_context(force_delete=True).unlink()
        self.drain(self.connection)
        again = self.pushed()
        self.assertEqual(again.name, number)
        self.assertEqual((again.qbo_state, self.total(number)), ('synced', 100))
        (voided,) = [invoice for invoice in self.books()['Invoice'] if invoice['TotalAmt'] == 0]
        self.assertTrue(voided['DocNumber'].endswith(f"-void-{voided['Id']}"), voided['DocNumber'])


@tagged('standard', 'post_install', '-at_install')
class TestOnDraft(PolicyCase):
    """Reset to draft; posting it again brings QuickBooks in line."""

    def test_by_default_quickbooks_keeps_what_was_posted_and_the_document_shows_it(self):
        move = self.pushed()
        move.button_draft()
        move.invoice_line_ids.price_unit = 70.0
        self.drain(self.connection)
        self.assertEqual((self.writes(), self.total(move.name), move.qbo_state), ([], 100, 'changed'))
        move.action_post()
        self.drain(self.connection)
        self.assertEqual((self.total(move.name), move.qbo_state), (70, 'synced'))
        self.assertEqual(len(self.books()['Invoice']), 2, "the same object was updated")

    def test_the_flag_goes_when_the_same_is_posted_again(self):
        move = self.pushed()
        move.button_draft()
        self.drain(self.connection)
        move.action_post()
        self.drain(self.connection)
        self.assertEqual((self.writes(), move.qbo_state), ([], 'synced'))

    def test_it_can_be_voided_and_stands_again_when_posted(self):
        self.connection.on_draft = 'void'
        move = self.pushed()
        move.button_draft()
        self.drain(self.connection)
        self.assertEqual((self.total(move.name), move.qbo_state), (0, 'voided'))
        move.action_post()
        self.drain(self.connection)
        self.assertEqual((self.total(move.name), move.qbo_state), (100, 'synced'))

    def test_it_can_be_deleted_and_is_created_again_when_posted(self):
        self.connection.on_draft = 'delete'
        move = self.pushed()
        first = self.standing('Invoice', move.name)[0]['Id']
        move.button_draft()
        self.drain(self.connection)
        self.assertIsNone(self.total(move.name))
        move.action_post()
        self.drain(self.connection)
        self.assertNotEqual(self.one('Invoice', DocNumber=move.name)['Id'], first)

    def test_it_can_be_refused_and_cancelling_is_another_matter(self):
        self.connection.on_draft = 'block'
        move = self.pushed()
        with self.assertRaisesRegex(UserError, f"{move.name}.*credit note"):
            move.button_draft()
        move.button_cancel()
        self.drain(self.connection)
        self.assertEqual(self.total(move.name), 0)

    def test_a_company_without_a_connection_is_never_asked(self):
        self.connection.on_draft = self.connection.on_cancel = 'block'
        move = self.pushed()
        self.connection.write({'state': 'disconnected', 'realm_id': False})
        self.env.flush_all()
        self.env['qbo.connection']._connected()
        asked = self.patch_search()
        move.button_draft()
        move.button_cancel()
        self.assertEqual(asked, [])

    def patch_search(self):
        """Return a list that notes every search for links."""
        asked = []
        plain = type(self.env['qbo.binding'])._search

        def search(records, *args, **kwargs):
            asked.append(args)
            return plain(records, *args, **kwargs)

        self.patch(type(self.env['qbo.binding']), '_search', search)
        return asked

    def test_a_payment_stays_applied_while_its_invoice_is_a_draft(self):
        self.outstanding()
        move = self.pushed()
        payment = self.pay(move, 60.0)
        self.drain(self.connection)
        move.button_draft()
        payment.memo = "their transfer 7"
        payment.action_qbo_push()
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['Balance'], 40)


@tagged('standard', 'post_install', '-at_install')
class TestPaidDocuments(PolicyCase):
    """QuickBooks does not void what a payment is applied to: the payment comes off first."""

    def setUp(self):
        super().setUp()
        self.outstanding()
        self.move = self.pushed()

    def test_the_payment_comes_off_first_when_both_change_at_once(self):
        self.pay(self.move)
        self.drain(self.connection)
        self.control('calls', method='DELETE')
        self.move.line_ids.remove_move_reconcile()
        self.move.button_cancel()
        self.drain(self.connection)
        self.assertEqual(self.total(self.move.name), 0)
        self.assertEqual(self.writes()[0][0], 'payment')
        self.assertNotIn('6000', str(self.api_calls()), "QuickBooks had no reason to refuse")

    def test_the_payment_comes_off_first_when_the_invoice_was_there_earlier(self):
        payment = self.pay(self.move)
        self.drain(self.connection)
        self.move.button_cancel()
        self.assertEqual(payment.state, 'in_process', "it is money that came in")
        self.env.cr.precommit.run()
        self.entries(self.move)[0].rank = 5
        self.drain(self.connection)
        self.assertEqual(self.total(self.move.name), 0)
        self.assertEqual(self.one('Payment')['Line'], [])
        self.assertEqual(self.move.qbo_state, 'voided')

    def test_a_draft_that_is_voided_takes_its_payment_off_and_posting_puts_it_on_again(self):
        self.connection.on_draft = 'void'
        payment = self.pay(self.move, 60.0)
        self.drain(self.connection)
        self.move.button_draft()
        self.drain(self.connection)
        self.assertEqual(self.total(self.move.name), 0)
        self.assertEqual(self.one('Payment')['UnappliedAmt'], 60)
        self.move.action_post()
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=self.move.name)['Balance'], self.move.amount_residual)
        self.assertEqual(self.move.amount_residual, 40)
        self.assertEqual({self.move.qbo_state, payment.qbo_state}, {'synced'})

    def test_a_payment_that_a_person_booked_in_quickbooks_is_named(self):
        invoice = self.one('Invoice', DocNumber=self.move.name)
        (payment,) = self.control('seed', {'objects': {self.connection.realm_id: {'Payment': [{
            'CustomerRef': invoice['CustomerRef'], 'TotalAmt': 100, 'Line': [
                {'Amount': 100, 'LinkedTxn': [{'TxnId': invoice['Id'], 'TxnType': 'Invoice'}]}]}]}},
        })['objects'][self.connection.realm_id]['Payment']
        self.move.button_cancel()
        self.drain(self.connection)
        self.assertEqual(self.total(self.move.name), 100)
        self.assertEqual(self.move.qbo_state, 'failed')
        for words in ("somebody booked in QuickBooks", f"Id {payment['Id']}", "retry"):
            self.assertIn(words, self.move.qbo_message)

    def test_a_lower_total_waits_until_the_payment_has_come_off(self):
        payment = self.pay(self.move)
        self.drain(self.connection)
        self.move.line_ids.remove_move_reconcile()
        self.move.button_draft()
        self.move.invoice_line_ids.price_unit = 30.0
        self.move.action_post()
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=self.move.name)['TotalAmt'], 30)
        self.assertEqual({self.move.qbo_state, payment.qbo_state}, {'synced'})

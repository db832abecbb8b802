"""Every row of the table of faults: provoked in the simulator, mended by its button, and right in the books."""

from unittest.mock import patch

from odoo.addons.qbo_connector.qbo import cures
from odoo.exceptions import UserError
from odoo.tests import tagged

from .cures import CureCase

#: Rows that QuickBooks' answer to a document leads to, whatever the document is; the others have tests of their own.
BY_CODE = (
    'frozen', 'needed', 'length', 'characters', 'email', 'required', 'value', 'amounts', 'stock', 'card', 'business',
    'feature', 'operation', 'request', 'tax', 'account', 'unknown')


@tagged('standard', 'post_install', '-at_install')
class TestCodes(CureCase):
    """One invoice for each row, all of them in one batch; which code leads to which row is a unit test's."""

    def test_each_row_is_told_and_its_button_leads_into_the_books(self):
        codes = {(cures.BY_NAME[name].codes or ('9999',))[-1]: name for name in BY_CODE}
        moves = {code: self.invoice() for code in codes}
        self.control('fail', [
            {'kind': 'item_fault', 'entity': 'Invoice', 'item': position, 'status': 400, 'code': code}
            for position, code in enumerate(codes)])
        self.drain(self.connection)
        self.assertEqual(len(self.books()['Invoice']), 1, "each was refused")
        for code, name in codes.items():
            with self.subTest(code=code, row=name):
                entry = self.check_row(moves[code], name)
                self.assertEqual(entry.fault_code, code)
                self.assertEqual((entry.fault_status, bool(entry.fault_title)), (400, True))
                self.mend(cures.BY_NAME[name].button, entry, moves[code])
        self.drain(self.connection)
        totals = {booked['DocNumber']: float(booked['TotalAmt']) for booked in self.books()['Invoice'][1:]}
        self.assertEqual(totals, {move.name: move.amount_total for move in moves.values()})
        self.assertEqual({move.qbo_state for move in moves.values()}, {'synced'})

    def mend(self, button, entry, move):
        """Press the button, and do what it asks for."""
        action = entry.action_fix()
        if button == 'record':
            self.assertEqual((action['res_model'], action['res_id']), (move._name, move.id))
            self.assertEqual(action.get('context', {}).get('qbo_field') or False, entry.fault_field)
            move.ref = f"corrected after {entry.fault_code}"
            if self.newest(move) == entry:
                entry.action_retry()
        elif button == 'look':
            self.assertEqual(self.dialog(action), entry)
            entry.action_retry()
        elif button == 'skip':
            wizard = self.dialog(action)
            wizard.reason = "Booked by hand"
            wizard.action_skip()
            self.assertEqual((entry.state, move.qbo_state), ('cancelled', 'excluded'))
            self.assertIn("Booked by hand", move.qbo_message)
            self.assertIn(self.env.user.name, move.qbo_message)
            move.action_qbo_push()
        elif button == 'mapping':  # nothing that was sent comes from a mapping: all of them are shown
            self.assertEqual(action['res_model'], 'qbo.mapping.wizard')
            entry.action_retry()
        else:
            self.assertEqual((button, entry.state), ('retry', 'pending'))


@tagged('standard', 'post_install', '-at_install')
class TestTaken(CureCase):
    """Names and numbers that QuickBooks has already."""

    def seed(self, entity, **values):
        """Let a person create something in QuickBooks."""
        (made,) = self.control('seed', {'objects': {self.connection.realm_id: {entity: [values]}}})[
            'objects'][self.connection.realm_id][entity]
        return made

    def seed_invoice(self, number, customer, amount=1.0):
        """Let a person write an invoice in QuickBooks."""
        return self.seed('Invoice', DocNumber=number, CustomerRef={'value': customer['Id']}, Line=[{
            'DetailType': 'SalesItemLineDetail', 'Amount': amount, 'SalesItemLineDetail': {
                'ItemRef': {'value': self.one('Item', Name="Queue Item")['Id']}, 'TaxCodeRef': {'value': 'NON'}}}])

    def numbered(self, number, **values):
        """Post an invoice of a number and push it."""
        move = self.invoice(post=False, **values)
        move.name = number
        move.action_post()
        self.drain(self.connection)
        return move

    def test_the_same_document_is_shown_linked_and_brought_up_to_date(self):
        customer = self.one('Customer', DisplayName="Queue Customer")
        theirs = self.seed_invoice('TAKEN-1', customer)
        move = self.numbered('TAKEN-1')
        self.check_row(move, 'duplicate_number')
        wizard = self.dialog(self.press(self.cause_of(move)))
        self.assertEqual((wizard.holder_ref, wizard.holder_party, wizard.holder_name, wizard.obstacle),
                         (theirs['Id'], "Queue Customer", 'TAKEN-1', ''))
        self.assertEqual((wizard.holder_total, wizard.own_total), ("1.0 USD", "100.00 USD"))
        self.assertEqual(wizard.choice, 'link')
        with self.own_cursors():
            wizard.action_apply()
        self.assertIn("linked with Invoice", self.env['qbo.audit'].search([('event', '=', 'linked')], limit=1).text)
        self.drain(self.connection)
        self.booked(move)
        self.assertEqual(self.one('Invoice', DocNumber='TAKEN-1')['Id'], theirs['Id'])

    def test_another_customers_document_is_refused_and_ours_goes_under_another_number(self):
        theirs = self.seed_invoice('TAKEN-2', self.seed('Customer', DisplayName="Stranger"))
        move = self.numbered('TAKEN-2')
        entry = self.check_row(move, 'duplicate_number')
        wizard = self.dialog(self.press(entry))
        self.assertIn("another customer", wizard.obstacle)
        self.assertEqual((wizard.choice, wizard.new_name), ('rename', 'TAKEN-2-2'))
        wizard.choice = 'link'
        with self.own_cursors(), self.assertRaisesRegex(UserError, "another customer"):
            wizard.action_apply()
        wizard.choice = 'rename'
        wizard.suffix = '-B'
        with self.own_cursors():
            wizard.action_apply()
        self.drain(self.connection)
        self.booked(move, DocNumber='TAKEN-2-B')
        self.assertEqual(float(self.one('Invoice', Id=theirs['Id'])['TotalAmt']), 1.0)
        move.button_draft()
        move.invoice_line_ids.price_unit = 120.0
        move.action_post()
        self.drain(self.connection)
        self.booked(move, DocNumber='TAKEN-2-B')

    def test_a_name_that_every_suffix_of_ours_meets_too_is_given_one_by_a_person(self):
        partner = self.env['res.partner'].create({'name': "Crowd"})
        for name in ("Crowd", "Crowd (Customer)", f"Crowd ({partner.id})"):
            self.seed('Vendor', DisplayName=name)
        moves = [self.invoice(partner=partner) for _each in range(3)]
        self.drain(self.connection)
        entry = self.check_row(partner, 'duplicate_name')
        cause = self.cause_of(moves[0])
        self.assertEqual((cause.entry_id, cause.entry_count, cause.stuck_count), (entry, 4, 1))
        wizard = self.dialog(self.press(cause))
        self.assertEqual(wizard.holder_entity, 'Vendor')
        self.assertTrue(wizard.obstacle, "a customer cannot be linked with a vendor")
        wizard.suffix = "(shop)"
        self.assertEqual(wizard.new_name, "Crowd (shop)")
        with self.own_cursors():
            wizard.action_apply()
        self.drain(self.connection)
        self.one('Customer', DisplayName="Crowd (shop)")
        for move in moves:
            self.booked(move)

    def test_a_payment_made_in_quickbooks_is_taken_off_a_cancelled_invoice(self):
        move = self.invoice()
        self.drain(self.connection)
        invoice = self.one('Invoice', DocNumber=move.name)
        payment = self.seed('Payment', CustomerRef=invoice['CustomerRef'], TotalAmt=100, Line=[{
            'Amount': 100, 'LinkedTxn': [{'TxnId': invoice['Id'], 'TxnType': 'Invoice'}]}])
        move.button_draft()
        move.button_cancel()
        self.drain(self.connection)
        self.check_row(move, 'applied')
        wizard = self.dialog(self.press(self.cause_of(move)))
        self.assertIn(f"Payment {payment['Id']}", wizard.payments)
        with self.own_cursors():
            wizard.action_unlink_payments()
        self.drain(self.connection)
        self.assertEqual(float(self.one('Invoice', Id=invoice['Id'])['TotalAmt']), 0)
        self.assertEqual(move.qbo_state, 'voided')
        payment = self.one('Payment', Id=payment['Id'])
        self.assertEqual((float(payment['TotalAmt']), float(payment['UnappliedAmt'])), (100.0, 100.0))


@tagged('standard', 'post_install', '-at_install')
class TestStanding(CureCase):
    """What stands in QuickBooks, or no longer, or may not be touched."""

    def change(self, move, price):
        """Change an invoice and push it."""
        move.button_draft()
        move.invoice_line_ids.price_unit = price
        move.action_post()
        self.drain(self.connection)

    def test_what_is_stale_again_and_again_what_was_deleted_and_what_lies_in_closed_books_is_retried(self):
        stale, gone, closed = moves = [self.invoice(), self.invoice(), self.invoice()]
        self.drain(self.connection)
        self.script(times=50, entity='Invoice', code='5010')
        self.change(stale, 51.0)
        self.calm()
        standing = self.one('Invoice', DocNumber=gone.name)
        with self.own_cursors():
            self.connection._qbo_client().write('Invoice', 'delete', '{"Id": "%s", "SyncToken": "%s"}' % (
                standing['Id'], standing['SyncToken']), 'by-hand')
        self.change(gone, 52.0)
        books = f'preferences/{self.connection.realm_id}'
        self.control(books, {'AccountingInfoPrefs': {'BookCloseDate': '2099-12-31'}})
        self.change(closed, 53.0)
        later = self.invoice()
        self.drain(self.connection)
        for move, name in zip((*moves, later), ('stale', 'gone', 'closed', 'closed'), strict=True):
            self.check_row(move, name)
        shut = self.cause_of(closed)
        self.assertEqual((shut, shut.entry_count), (self.cause_of(later), 2))
        self.press(shut)
        self.drain(self.connection)
        self.check_row(closed, 'closed')
        self.control(books, {'AccountingInfoPrefs': {'BookCloseDate': None}})
        for move in moves:
            self.press(self.cause_of(move))
        self.drain(self.connection)
        for move in (*moves, later):
            self.booked(move)
        self.assertFalse(self.causes())

    def test_a_change_of_a_deposited_payment_waits_until_it_is_off_the_deposit(self):
        payment = self.payment(30.0)
        self.drain(self.connection)
        standing = self.one('Payment', TotalAmt=30.0)
        touch = {'entity': 'Payment', 'id': standing['Id']}
        self.control(f'touch/{self.connection.realm_id}', {
            **touch, 'change': {'LinkedTxn': [{'TxnId': '999', 'TxnType': 'Deposit'}]}})
        payment.action_draft()
        payment.amount = 35.0
        payment.action_post()
        self.drain(self.connection)
        self.check_row(payment, 'frozen')
        self.control(f'touch/{self.connection.realm_id}', {**touch, 'change': {'LinkedTxn': []}})
        self.press(self.cause_of(payment))
        self.drain(self.connection)
        self.assertEqual(float(self.one('Payment', Id=standing['Id'])['TotalAmt']), 35.0)

    def test_what_cannot_be_sent_opens_at_its_field_and_all_that_waits_for_it_goes(self):
        nameless = self.env['res.partner'].create({'name': "\U0001F600"})
        moves = [self.invoice(partner=nameless) for _each in range(2)]
        self.drain(self.connection)
        self.check_row(nameless, 'refused')
        cause = self.cause_of(moves[0])
        self.assertEqual((cause.entry_count, cause.who, cause.amounts), (3, 'accountant', "$\xa0200.00"))
        action = self.press(cause)
        self.assertEqual((action['res_model'], action['res_id'], action['context']),
                         ('res.partner', nameless.id, {'qbo_field': 'name'}))
        self.assertTrue(nameless.qbo_fixable, "the same button is on the form itself")
        self.assertEqual(nameless.action_qbo_fix()['context'], {'qbo_field': 'name'})
        nameless.name = "Smiling Sam"
        self.drain(self.connection)
        for move in moves:
            self.booked(move)

    def test_an_unexpected_error_is_looked_at_and_retried(self):
        def broken(*_arguments):
            raise ZeroDivisionError

        with patch.object(type(self.env['qbo.entity.invoice']), '_content', broken), self.assertLogs(
                'odoo.addons.qbo_connector.models.qbo_queue_outcome', 'ERROR'):
            move = self.invoice()
            self.drain(self.connection)
        entry = self.check_row(move, 'unexpected')
        self.assertEqual(self.dialog(self.press(self.cause_of(move))), entry)
        self.assertIn("class: Unexpected", entry.support_text)
        entry.action_retry()
        self.drain(self.connection)
        self.booked(move)

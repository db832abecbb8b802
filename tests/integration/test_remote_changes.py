"""What people do in QuickBooks meanwhile: changed, voided and deleted objects, and creates nobody heard the end of."""

import json
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .lifecycle import LifecycleCase


class RemoteCase(LifecycleCase):
    """An accountant at work in QuickBooks."""

    hours = 0

    def by_hand(self, entity, operation, standing, **changes):
        """Change, void or delete an object in QuickBooks' own screens."""
        body = {'Id': standing['Id'], 'SyncToken': standing['SyncToken'], **({'sparse': True} if changes else {}),
                **changes}
        with self.own_cursors():
            self.connection._qbo_client().write(
                entity, operation, json.dumps(body), f'by-hand-{entity}-{standing["Id"]}-{standing["SyncToken"]}')
        self.control('calls', method='DELETE')

    def change(self, move, price):
        """Correct the price of a posted document."""
        move.button_draft()
        move.invoice_line_ids.price_unit = price
        move.action_post()

    def lose_answer(self, entity, kind='lost_answer'):
        """Let the next write of an entity end without an answer, performed (or not: reset)."""
        self.control('fail', {'times': 1, 'method': 'POST', 'entity': entity, 'kind': kind})

    def pass_the_safe_age(self):
        """Let so much time pass that QuickBooks may have forgotten our request ids, and has; then drain."""
        self.control('answers', method='DELETE')
        self.control('calls', method='DELETE')
        self.hours += 3
        self.control('clock', {'advance': 3 * 3600})
        with freeze_time(fields.Datetime.now() + timedelta(hours=self.hours)):
            self.drain(self.connection)

    def reads(self):
        """Return the paths of what was read from QuickBooks."""
        return [call['path'].rpartition('/')[0].rpartition('/')[2] for call in self.api_calls('GET')]

    def notes(self, record):
        """Return what the chatter of a record says."""
        return ' '.join(record.message_ids.mapped('body'))


@tagged('standard', 'post_install', '-at_install')
class TestGoneInQuickBooks(RemoteCase):
    """What was voided or deleted there and is pushed again gets an answer of its own, not the ghost of the old one."""

    def requestids(self, move):
        """Return the request ids of all entries of a document."""
        return [entry.requestid for entry in self.entries(move) if entry.requestid]

    def test_a_credit_note_cancelled_and_posted_again_is_created_under_a_fresh_request_id(self):
        note = self.invoice(move_type='out_refund')
        self.drain(self.connection)
        first = self.one('CreditMemo', DocNumber=note.name)
        note.button_cancel()
        self.drain(self.connection)
        self.assertEqual(self.standing('CreditMemo', note.name), [])
        note.button_draft()
        note.action_post()
        self.drain(self.connection)
        again = self.one('CreditMemo', DocNumber=note.name)
        self.assertNotEqual(again['Id'], first['Id'])
        self.assertEqual(len(set(self.requestids(note))), 3)
        link = self.env['qbo.binding']._of_record(self.connection, note._name, note.id)
        self.assertEqual((link.remote_id, link.state), (again['Id'], 'active'))

    def test_an_invoice_deleted_there_is_created_again_under_a_fresh_request_id(self):
        move = self.invoice()
        self.drain(self.connection)
        first = self.one('Invoice', DocNumber=move.name)
        self.by_hand('Invoice', 'delete', first)
        self.change(move, 80.0)
        self.drain(self.connection)
        self.newest(move).action_retry()
        self.drain(self.connection)
        again = self.one('Invoice', DocNumber=move.name)
        self.assertEqual((again['TotalAmt'], again['Id'] == first['Id']), (80, False))
        self.assertEqual(len(set(self.requestids(move))), 2)
        self.assertFalse([call for call in self.api_calls() if call.get('replayed')])

    def test_the_same_content_is_created_again_after_it_was_deleted_there(self):
        """Nothing changed in Odoo, so the bytes are those of the first create: only the request id is another."""
        move = self.invoice()
        self.drain(self.connection)
        first = self.one('Invoice', DocNumber=move.name)
        payload = self.newest(move).payload
        self.by_hand('Invoice', 'delete', first)
        move.button_cancel()  # finds it gone
        self.drain(self.connection)
        move.button_draft()
        move.action_post()
        self.drain(self.connection)
        again = self.one('Invoice', DocNumber=move.name)
        self.assertNotEqual(again['Id'], first['Id'])
        self.assertEqual(self.newest(move).payload, payload)
        self.assertFalse([call for call in self.api_calls() if call.get('replayed')])

    def test_an_invoice_voided_there_stands_again_when_odoo_changes_it(self):
        move = self.invoice()
        self.drain(self.connection)
        self.by_hand('Invoice', 'void', self.one('Invoice', DocNumber=move.name))
        self.change(move, 80.0)
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['TotalAmt'], 80)
        self.assertEqual(move.qbo_state, 'synced')

    def test_an_invoice_voided_from_here_stands_again_when_it_is_posted_again(self):
        move = self.invoice()
        self.drain(self.connection)
        move.button_cancel()
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['TotalAmt'], 0)
        move.button_draft()
        move.action_post()
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['TotalAmt'], 100)
        self.assertEqual(move.qbo_state, 'synced')

    def test_cancelling_what_was_deleted_there_is_done_without_complaint(self):
        move, note = self.invoice(), self.invoice(move_type='out_refund')
        self.drain(self.connection)
        self.by_hand('Invoice', 'delete', self.one('Invoice', DocNumber=move.name))
        self.by_hand('CreditMemo', 'delete', self.one('CreditMemo', DocNumber=note.name))
        (move | note).button_cancel()
        self.drain(self.connection)
        self.assertEqual({self.newest(record).state for record in (move, note)}, {'done'})


@tagged('standard', 'post_install', '-at_install')
class TestChangedInQuickBooks(RemoteCase):
    """Odoo owns what it sends; the rest of an object belongs to the people in QuickBooks."""

    def test_what_odoo_does_not_own_survives_and_the_object_is_read_once(self):
        move = self.invoice()
        self.drain(self.connection)
        self.by_hand('Invoice', 'update', self.one('Invoice', DocNumber=move.name), TrackingNum="1Z999")
        self.change(move, 70.0)
        self.drain(self.connection)
        invoice = self.one('Invoice', DocNumber=move.name)
        self.assertEqual((invoice['TotalAmt'], invoice['TrackingNum']), (70, "1Z999"))
        self.assertEqual(self.reads(), ['invoice'])
        self.assertEqual([path for path, _requestid in self.writes()], ['invoice'] * 2)
        self.assertNotIn("Changed in QuickBooks", self.notes(move))

    def test_of_a_customer_too(self):
        customer = self.one('Customer', DisplayName=self.partner.name)
        self.by_hand('Customer', 'update', customer, Fax={'FreeFormNumber': "555 0199"})
        self.partner.phone = "555 0100"
        self.drain(self.connection)
        customer = self.one('Customer', DisplayName=self.partner.name)
        self.assertEqual([customer[field]['FreeFormNumber'] for field in ('Fax', 'PrimaryPhone')],
                         ["555 0199", "555 0100"])
        self.assertEqual(self.reads(), ['customer'])

    def test_in_what_odoo_owns_odoo_wins_and_the_chatter_says_what_was_replaced(self):
        move = self.invoice()
        self.drain(self.connection)
        due = self.one('Invoice', DocNumber=move.name)['DueDate']
        self.by_hand('Invoice', 'update', self.one('Invoice', DocNumber=move.name), DueDate="2031-01-31")
        self.change(move, 70.0)
        self.drain(self.connection)
        invoice = self.one('Invoice', DocNumber=move.name)
        self.assertEqual((invoice['DueDate'], invoice['TotalAmt']), (due, 70))
        for word in ("DueDate", "2031-01-31", due):
            self.assertIn(word, self.notes(move))
        self.assertNotIn("TotalAmt", self.notes(move), "what Odoo itself changed is no news")

    def test_lines_changed_there_are_replaced_and_said(self):
        move = self.invoice()
        self.drain(self.connection)
        invoice = self.one('Invoice', DocNumber=move.name)
        (line,) = [line for line in invoice['Line'] if line['DetailType'] == 'SalesItemLineDetail']
        line = {**line, 'Amount': 130, 'SalesItemLineDetail': {**line['SalesItemLineDetail'], 'UnitPrice': 130}}
        self.by_hand('Invoice', 'update', invoice, Line=[line])
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['TotalAmt'], 130)
        move.ref = "Their order 7"
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['TotalAmt'], 100)
        for word in ("Line", "130", "100"):
            self.assertIn(word, self.notes(move))

    def test_of_a_customer_the_chatter_says_it_too(self):
        self.partner.phone = "555 0100"
        self.drain(self.connection)
        self.by_hand('Customer', 'update', self.one('Customer', DisplayName=self.partner.name),
                     PrimaryPhone={'FreeFormNumber': "555 0666"})
        self.partner.phone = "555 0123"
        self.drain(self.connection)
        customer = self.one('Customer', DisplayName=self.partner.name)
        self.assertEqual(customer['PrimaryPhone']['FreeFormNumber'], "555 0123")
        for word in ("PrimaryPhone", "555 0666", "555 0123"):
            self.assertIn(word, self.notes(self.partner))

    def test_in_a_batch_too(self):
        moves = self.invoice() | self.invoice()
        self.drain(self.connection)
        for move in moves:
            self.by_hand('Invoice', 'update', self.one('Invoice', DocNumber=move.name),
                         TrackingNum="1Z999", DueDate="2031-01-31")
        for move in moves:
            self.change(move, 70.0)
        self.drain(self.connection)
        self.assertEqual(self.reads(), ['invoice', 'invoice'])
        for move in moves:
            invoice = self.one('Invoice', DocNumber=move.name)
            self.assertEqual((invoice['TotalAmt'], invoice['TrackingNum']), (70, "1Z999"))
            self.assertIn("2031-01-31", self.notes(move))


@tagged('standard', 'post_install', '-at_install')
class TestNothingUseless(RemoteCase):
    """What QuickBooks has already is not sent."""

    def test_unchanged_records_are_not_sent(self):
        move, payment = self.invoice(), self.payment()
        self.drain(self.connection)
        self.control('calls', method='DELETE')
        for record in (move, payment, self.partner, self.product):
            record.action_qbo_push()
        self.drain(self.connection)
        self.assertEqual(self.api_calls(), [])
        self.assertEqual(self.newest(move).operation, 'create')

    def test_twenty_edits_before_the_drain_are_one_update(self):
        for number in range(20):
            self.partner.phone = f"555 01{number:02}"
            self.env.cr.precommit.run()  # the end of a transaction
        self.assertEqual(len(self.entries(self.partner).filtered(lambda row: row.state == 'pending')), 20)
        self.drain(self.connection)
        self.assertEqual([path for path, _requestid in self.writes()], ['customer'])
        customer = self.one('Customer', DisplayName=self.partner.name)
        self.assertEqual(customer['PrimaryPhone']['FreeFormNumber'], "555 0119")

    def test_an_edit_that_was_taken_back_before_the_drain_is_not_sent(self):
        phone = self.partner.phone
        for value in ("555 0100", phone):
            self.partner.phone = value
            self.env.cr.precommit.run()
        self.drain(self.connection)
        self.assertEqual(self.api_calls(), [])

"""The poll: what no webhook told is found by asking, and what Odoo knows costs nothing."""

from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.addons.qbo_connector.qbo import capture
from odoo.tests import tagged

from .common import US_REALM
from .test_inbox import InboxCase


@tagged('standard', 'post_install', '-at_install')
class TestPoll(InboxCase):
    """An invoice and its customer stand in QuickBooks, and were edited there."""

    def poll(self):
        """Ask now, as the button does, and return what was found by type and operation."""
        known = self.env['qbo.change'].search([])
        self.connection.action_poll()
        self.drain(self.connection)
        news = self.env['qbo.change'].search([]) - known
        return sorted((row.entity, row.remote_id, row.operation) for row in news)

    def paths(self):
        """Return the last part of the addresses that were called."""
        return [call['path'].rsplit('/', 1)[-1] for call in self.api_calls()]

    def test_what_changed_there_is_found_with_one_read_and_what_odoo_did_itself_is_not(self):
        self.assertEqual(self.poll(), [
            ('Customer', self.customer, 'updated'), ('Invoice', self.link.remote_id, 'updated')])
        self.assertEqual(self.paths(), ['cdc'], "the objects came with the answer")
        self.assertEqual(sorted((row[0], row[4]['Id']) for row in self.pulled), [
            ('Customer', self.customer), ('Invoice', self.link.remote_id)])
        self.assertFalse(self.env['qbo.change'].search([('data', '!=', False)]), "what was brought is not kept")
        self.connection.poll_cursor = fields.Datetime.now() + timedelta(minutes=5)
        self.edit('Customer', self.customer)
        self.assertEqual(self.poll(), [('Customer', self.customer, 'updated')], "what is seen late is not missed")
        self.assertEqual(self.poll(), [], "the overlap tells it again, which is no news")
        self.invoice()
        self.drain(self.connection)
        self.assertEqual(self.poll(), [], "what Odoo sent is no news either")
        self.assertEqual(self.connection.poll_note, "0 changes that Odoo did not know")

    def test_deletions_are_found_without_a_read_and_the_cursor_is_quickbooks_clock(self):
        self.poll()
        self.delete('Invoice', self.link.remote_id)
        self.pulled.clear()
        self.control('calls', method='DELETE')
        before = self.connection.poll_cursor
        self.control('clock', {'advance': 1200})
        self.assertEqual(self.poll(), [('Invoice', self.link.remote_id, 'deleted')])
        self.assertEqual((self.paths(), [row[4] for row in self.pulled]), (['cdc'], [None]))
        self.assertGreaterEqual(self.connection.poll_cursor - before, timedelta(minutes=19), "told by deletions alone")

    def test_more_than_an_answer_holds_is_asked_for_type_by_type_and_then_queried(self):
        company = self.simulator.companies[US_REALM]
        with self.subTest("an answer that is full"):
            self.cap(2)
            self.assertEqual(self.poll(), [
                ('Customer', self.customer, 'updated'), ('Invoice', self.link.remote_id, 'updated')])
            self.assertGreater(self.paths().count('cdc'), 1)
        with self.subTest("a type that fills an answer by itself"):
            self.cap(1)
            self.edit('Invoice', self.link.remote_id)
            self.assertEqual(self.poll(), [('Invoice', self.link.remote_id, 'updated')])
            self.assertIn("does not show what was deleted", self.connection.poll_note)
            self.cap(1000)
        with self.subTest("a type that QuickBooks never tells of, as an extension may follow"):
            self.edit('Invoice', self.link.remote_id)
            with patch.object(capture, 'NOT_SERVED', ('Invoice',)):
                self.assertEqual(self.poll(), [('Invoice', self.link.remote_id, 'updated')])
            self.assertEqual(self.paths()[-2:], ['cdc', 'query'])
            self.assertNotIn('Invoice', self.api_calls()[-2]['query']['entities'].split(','))
        with self.subTest("a gap that is too long"):
            company.switches['cdc_old'] = 'fault'
            self.connection.poll_cursor = fields.Datetime.now() - timedelta(days=60)
            self.edit('Invoice', self.link.remote_id)
            item = self.one('Item', Name="Queue Item")['Id']
            self.simulator.bookkeeper(US_REALM).make_inactive('Item', item)
            self.control('calls', method='DELETE')
            self.assertEqual(self.poll(), [
                ('Invoice', self.link.remote_id, 'updated'), ('Item', item, 'updated')])
            self.assertIn('query', self.paths())
            self.assertIn("does not show what was deleted", self.connection.poll_note)

    def test_it_is_time_every_four_hours_of_a_live_company(self):
        self.connection.polled_at = fields.Datetime.now()
        self.drain(self.connection)
        self.assertEqual(self.paths(), [])
        with freeze_time(fields.Datetime.now() + timedelta(hours=4, minutes=1)):
            self.drain(self.connection)
        self.assertEqual(self.paths(), ['cdc'])
        self.connection.live_at = False
        self.assertFalse(self.connection.with_context(now=datetime.now())._poll_is_due())

    def test_a_poll_that_fails_holds_up_nothing_and_is_not_repeated_at_once(self):
        self.control('fail', {'times': 99, 'method': 'GET', 'kind': 'status', 'status': 503})
        for time in range(4):
            self.assertEqual(self.poll(), [])
            self.drain(self.connection)
            self.assertEqual(len(self.paths()), time + 1, "asked once each time")
        self.assertFalse(self.connection.paused_until, "what goes out is told by its own troubles")
        self.assertIn("10000", self.connection.poll_note)
        move = self.invoice()
        self.control('fail', method='DELETE')
        self.drain(self.connection)
        self.one('Invoice', DocNumber=move.name)
        with self.subTest("it asks again by itself, and nothing was passed over"), freeze_time(
                fields.Datetime.now() + timedelta(minutes=16)):
            self.drain(self.connection)
            self.assertEqual(len(self.pulled), 2, self.connection.poll_note)
        with self.subTest("an answer that nobody foresaw"), patch.object(
                self.env.registry['qbo.connection'], '_note_findings', side_effect=KeyError('Id')), self.assertLogs(
                'odoo.addons.qbo_connector.models.qbo_connection_poll', 'ERROR'):
            cursor = self.connection.poll_cursor
            self.poll()
            self.assertIn("Unexpected error", self.connection.poll_note)
            self.assertEqual(self.connection.poll_cursor, cursor, "it is asked for again")
        with self.subTest("too many calls hold up everything"):
            self.control('fail', {'times': 1, 'method': 'GET', 'kind': 'status', 'status': 429})
            self.poll()
            self.assertTrue(self.connection.paused_until)

    def test_webhooks_that_tell_nothing_while_there_are_changes_are_reported_once(self):
        long_ago = fields.Datetime.now() - timedelta(days=3)
        self.connection.webhook_token_ids = [(0, 0, {'name': "app", 'token': 'verifier'})]
        self.env.cr.execute('UPDATE qbo_webhook_token SET create_date = %s', [long_ago])
        self.assertFalse(self.connection.webhook_silent_since, "there may have been nothing to tell")
        self.poll()
        self.env['qbo.change'].search([]).changed_at = fields.Datetime.now() - timedelta(hours=2)
        self.env.invalidate_all()
        self.assertEqual(self.connection.webhook_silent_since, long_ago.replace(microsecond=0))
        silent = self.env.ref('qbo_connector.mail_activity_type_silent')
        for _time in range(2):
            self.connection._alert_people()
        self.assertEqual(self.connection.activity_ids.activity_type_id, silent)
        self.assertEqual(len(self.connection.activity_ids), 1)
        self.env['qbo.webhook'].create({'connection_id': self.connection.id})
        self.env.invalidate_all()
        self.connection._alert_people()
        self.assertFalse(self.connection.activity_ids)

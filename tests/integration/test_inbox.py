"""What comes from QuickBooks: told once, read once, taken in once, and never the echo of Odoo's own push."""

import json
from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from odoo.addons.qbo_connector.exceptions import PullError
from odoo.addons.qbo_connector.qbo.webhooks import Change
from odoo.tests import tagged

from .common import US_REALM, QueueCase


@tagged('standard', 'post_install', '-at_install')
class InboxCase(QueueCase):
    """An invoice and its customer stand in QuickBooks, and were edited there. What handlers make of it is elsewhere."""

    def setUp(self):
        super().setUp()
        self.move = self.invoice()
        self.drain(self.connection)
        self.link = self.env['qbo.binding'].search([('model', '=', 'account.move'), ('res_id', '=', self.move.id)])
        self.pulled = []
        handlers = self.env.registry['qbo.entity']

        def _pull(handler, change, binding, data):
            self.pulled.append((change.entity, change.remote_id, change.operation, binding.res_id, data))
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

        self.answer = "Looked at"
        self.startPatcher(patch.object(handlers, '_pull', _pull))
        self.customer = self.env['qbo.binding'].search([('entity', '=', 'Customer')]).remote_id
        for entity, remote in (('Invoice', self.link.remote_id), ('Customer', self.customer)):
            self.edit(entity, remote)
        self.control('calls', method='DELETE')

    def edit(self, entity, remote_id):
        """Change an object in QuickBooks behind Odoo's back."""
        with self.enter_registry_test_mode():
            client = self.connection._qbo_client()
            token = client.read(entity, remote_id).data['SyncToken']
            client.write(entity, 'update', json.dumps({
                'Id': remote_id, 'SyncToken': token, 'sparse': True,
                **({'Notes': f"Edit {token}"} if entity == 'Customer' else {
                    'CustomerMemo': {'value': f"Edit {token}"}})}),
                f'{entity}{remote_id}{token}')

    def delete(self, entity, remote_id):
        """Delete an object in QuickBooks behind Odoo's back."""
        with self.enter_registry_test_mode():
            client = self.connection._qbo_client()
            token = client.read(entity, remote_id).data['SyncToken']
            client.write(entity, 'delete', json.dumps({'Id': remote_id, 'SyncToken': token}), f'gone{remote_id}')

    def cap(self, objects):
        """Let an answer of change capture be full with so few objects, there and here."""
        self.startPatcher(patch('tests.simulator.bulk.MAX_CDC', objects))
        self.startPatcher(patch('odoo.addons.qbo_connector.qbo.capture.MOST', objects))

    def told(self, *changes, source='webhook'):
        """Note changes as a webhook does: (entity, remote id, operation, seconds after the link's version)."""
        base = self.link.remote_updated_at.replace(tzinfo=timezone.utc)
        rows = self.env['qbo.change']._note(self.connection, [
            Change(US_REALM, entity, remote_id, operation, base + timedelta(seconds=seconds),
                   f'{entity}{remote_id}{operation}{seconds}') for entity, remote_id, operation, seconds in changes],
            source)
        self.env.invalidate_all()
        return rows


@tagged('standard', 'post_install', '-at_install')
class TestInbox(InboxCase):
    """How the drain works off the inbox."""

    def test_the_link_knows_the_version_that_was_pushed_so_an_echo_costs_no_read(self):
        remote = self.one('Invoice', DocNumber=self.move.name)
        updated_at = datetime.fromisoformat(remote['MetaData']['CreateTime']).astimezone(timezone.utc)
        self.assertEqual(self.link.remote_updated_at, updated_at.replace(tzinfo=None))
        self.assertEqual(self.link.origin, 'odoo')
        remote_id = self.link.remote_id
        echo = self.told(('Invoice', remote_id, 'created', 0), ('Invoice', remote_id, 'updated', -5))
        unknown = self.told(('Employee', '77', 'created', 0), ('Invoice', '4711', 'updated', 9))
        self.drain(self.connection)
        self.assertEqual(self.pulled, [])
        self.assertEqual({*echo.mapped('state'), *unknown.mapped('state')}, {'ignored'})
        self.assertEqual(self.api_calls(), [])

    def test_two_events_of_the_second_in_which_odoo_wrote_are_looked_at_once(self):
        remote_id = self.link.remote_id
        self.edit('Invoice', remote_id)
        second = datetime.fromisoformat(self.one('Invoice', DocNumber=self.move.name)['MetaData']['LastUpdatedTime'])
        self.link.remote_updated_at = second.astimezone(timezone.utc).replace(tzinfo=None)  # Odoo wrote in it as well
        self.control('calls', method='DELETE')
        self.told(('Invoice', remote_id, 'created', 0))
        self.drain(self.connection)
        self.assertEqual(self.api_calls(), [], "the first may be the echo")
        self.told(('Invoice', remote_id, 'updated', 0))
        self.drain(self.connection)
        self.assertEqual((len(self.api_calls()), len(self.pulled)), (1, 1), "the other is somebody else's")

    def test_what_the_poll_brought_is_read_anew_when_something_was_taken_in_meanwhile(self):
        remote_id = self.link.remote_id
        brought = self.told(('Invoice', remote_id, 'updated', 5), source='poll')
        brought.data = json.dumps({'Id': remote_id, 'SyncToken': '1', 'CustomerMemo': {'value': "of yesterday"}})
        brought.not_before = datetime.now() + timedelta(hours=1)
        self.told(('Invoice', remote_id, 'updated', 9))
        self.drain(self.connection)
        self.link.remote_updated_at = False
        brought.not_before = False
        self.edit('Invoice', remote_id)
        self.drain(self.connection)
        self.assertEqual([row[4]['SyncToken'] for row in self.pulled], ['1', '2'])
        self.assertNotIn("of yesterday", str(self.pulled[-1]))

    def test_what_is_told_often_is_one_read_and_taken_in_once(self):
        remote_id, customer = self.link.remote_id, self.customer
        rows = self.told(
            *[('Invoice', remote_id, 'updated', n) for n in (3, 9, 5)], ('Customer', customer, 'updated', 9))
        self.assertFalse(self.told(('Invoice', remote_id, 'updated', 9)), "the same event is inserted once")
        self.drain(self.connection)
        self.assertEqual([(row[0], row[3]) for row in self.pulled], [
            ('Invoice', self.move.id), ('Customer', self.partner.id)])
        self.assertEqual(self.pulled[0][4]['Id'], remote_id)
        self.assertEqual([call['path'].rsplit('/', 1)[-1] for call in self.api_calls()], ['query', 'query'])
        self.assertEqual(rows.mapped('state'), ['done'] * 4)
        self.assertEqual({*rows.mapped('outcome')}, {"Looked at"})
        self.assertEqual(rows[0].res_id, self.move.id)

    def test_what_is_not_found_is_told_as_gone_to_its_handler(self):
        self.told(('Invoice', self.link.remote_id, 'updated', 5))
        self.delete('Invoice', self.link.remote_id)
        self.drain(self.connection)
        self.assertEqual([(row[3], row[4]) for row in self.pulled], [(self.move.id, None)])

    def test_what_a_query_does_not_show_is_read_before_it_is_called_gone(self):
        self.told(('Invoice', self.link.remote_id, 'updated', 5))
        with patch('odoo.addons.qbo_connector.qbo.client.QboClient.query_all', return_value=[]):
            self.drain(self.connection)
        self.assertEqual([row[4]['Id'] for row in self.pulled], [self.link.remote_id])

    def test_a_refusal_needs_a_person_and_what_happens_later_settles_it(self):
        self.answer = PullError("Not like this")
        first = self.told(('Invoice', self.link.remote_id, 'updated', 5))
        self.drain(self.connection)
        self.assertEqual((first.state, first.outcome), ('failed', "Not like this"))
        self.answer = ValueError("nobody foresaw this")
        with self.assertLogs('odoo.addons.qbo_connector.models.qbo_change_drain', 'ERROR'):
            first.action_retry()
            self.drain(self.connection)
        self.assertEqual(first.state, 'failed')
        self.env.cr.execute("UPDATE qbo_change SET create_date = '2020-01-01' WHERE id = %s", [first.id])
        self.env['qbo.change']._gc_settled()
        self.assertTrue(first.exists(), "what failed is a person's, however old")
        self.answer = "Looked at"
        second = self.told(('Invoice', self.link.remote_id, 'updated', 9))
        self.drain(self.connection)
        self.assertEqual((first.state, second.state), ('ignored', 'done'))
        self.env['qbo.change']._gc_settled()
        self.assertEqual((first | second).exists(), second)

    def test_a_person_may_ask_for_what_odoo_knows(self):
        rows = self.env['qbo.change']._ask(self.connection, 'Invoice', [self.link.remote_id])
        self.drain(self.connection)
        self.assertEqual((len(self.pulled), rows.state), (1, 'done'))

    def test_reads_wait_while_quickbooks_does_not_answer(self):
        rows = self.told(('Invoice', self.link.remote_id, 'updated', 5))
        self.control('fail', {'times': 1, 'method': 'GET', 'kind': 'status', 'status': 429})
        self.drain(self.connection)
        self.assertEqual((rows.state, rows.attempts, self.pulled), ('waiting', 0, []))
        self.assertTrue(self.connection.paused_until)
        self.connection.action_resume()
        self.control('fail', {'times': 1, 'method': 'GET', 'kind': 'reset'})
        self.drain(self.connection)
        self.assertEqual((rows.state, rows.attempts, bool(rows.not_before)), ('waiting', 1, True))

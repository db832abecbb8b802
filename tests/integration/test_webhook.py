"""The webhook over HTTP: only Intuit is heard, what is told is told once, and everything else changes nothing."""

import json
from unittest.mock import patch

from odoo.addons.qbo_connector.controllers.webhook import LARGEST
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import SQL

from tests.simulator import notices

from .common import UK_REALM, US_REALM, QboCase

TOKEN, OLD, FOREIGN = 'verifier-new', 'verifier-old', 'verifier-of-the-other-app'


@tagged('standard', 'post_install', '-at_install')
class TestWebhook(QboCase, HttpCase):
    """Two companies of two apps; the first is changing its token."""

    def setUp(self):
        super().setUp()
        self.connection = self.env['qbo.connection'].create({
            'company_id': self.company.id, 'environment': 'sandbox', 'realm_id': US_REALM,
            'webhook_token_ids': [(0, 0, {'name': "new", 'token': TOKEN}), (0, 0, {'name': "old", 'token': OLD})]})
        other = self.env['res.company'].create({'name': "Other Company"})
        self.other = self.env['qbo.connection'].create({
            'company_id': other.id, 'environment': 'production', 'realm_id': UK_REALM,
            'webhook_token_ids': [(0, 0, {'name': "foreign", 'token': FOREIGN})]})
        self.env.flush_all()

    def events(self, *what, realm=US_REALM):
        """Return classic entities of (name, id, operation) of one company."""
        return {'realmId': realm, 'dataChangeEvent': {'entities': [
            {'name': name, 'id': remote_id, 'operation': operation, 'lastUpdated': '2026-11-21T10:00:00-0800'}
            for name, remote_id, operation in what]}}

    def post(self, body, token=TOKEN, signature=None, content_type='application/json'):
        """Post a body as Intuit does, and return the status."""
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        signature = notices.signature(body, token) if signature is None else signature
        headers = {'Content-Type': content_type, **({'intuit-signature': signature} if signature else {})}
        status = self.url_open('/qbo/webhook', data=body, headers=headers, method='POST').status_code
        self.env.invalidate_all()
        return status

    def inbox(self):
        """Return what is in the inbox."""
        return sorted((row.connection_id.id, row.entity, row.remote_id, row.operation)
                      for row in self.env['qbo.change'].search([]))

    def test_what_intuit_tells_is_stored_once_and_logged_with_its_token(self):
        body = {'eventNotifications': [
            self.events(('Invoice', '11', 'Update'), ('Payment', '12', 'Void'), ('Spaceship', '1', 'Create')),
            self.events(('Invoice', '99', 'Update'), realm=UK_REALM), self.events(('Item', '1', 'Update'), realm='5')]}
        self.assertEqual(self.post(body), 200)
        first = [(self.connection.id, 'Invoice', '11', 'updated'), (self.connection.id, 'Payment', '12', 'voided')]
        self.assertEqual(self.inbox(), first, "the token speaks for its own company alone")
        log = self.env['qbo.webhook'].search([])
        self.assertEqual((log.connection_id, log.token_id.name, log.event_count, log.new_count), (
            self.connection, "new", 3, 2))
        self.assertNotIn(UK_REALM, log.body)
        self.assertEqual(log.change_ids.mapped('remote_id'), ['12', '11'])
        self.assertEqual(self.post(body), 200)
        self.assertEqual(
            (self.inbox(), self.env['qbo.webhook'].search_count([])), (first, 1), "a replay changes nothing")
        self.assertEqual(self.connection.last_webhook_at, log.create_date)

        events = [{
            'specversion': '1.0', 'id': f'e-{n}', 'type': kind, 'time': '2026-11-21T10:00:00.123456789Z',
            'intuitentityid': remote_id, 'intuitaccountid': US_REALM, 'data': data,
        } for n, (kind, remote_id, data) in enumerate([
            ('qbo.creditmemo.voided.v1', '21', {}), ('qbo.customer.merged.v1', '22', {'deletedid': '23'})])]
        self.assertEqual(self.post(events, token=OLD, content_type='application/cloudevents+json'), 200)
        self.assertEqual([row[1:] for row in self.inbox() if row[2] > '20'], [
            ('CreditMemo', '21', 'voided'), ('Customer', '22', 'updated'), ('Customer', '23', 'merged')])
        self.assertEqual(self.env['qbo.change'].search([('remote_id', '=', '23')]).merged_into, '22')

    def test_what_is_not_intuits_or_too_large_is_refused_and_changes_nothing(self):
        body = json.dumps({'eventNotifications': [self.events(('Invoice', '11', 'Update'))]}).encode()
        good = notices.signature(body, TOKEN)
        with patch('odoo.addons.qbo_connector.models.qbo_webhook._refusals.add') as refused:
            for signature in ('', 'nonsense', good[:-4], good[:20], good.swapcase(), notices.signature(body, 'forged'),
                              notices.signature(body + b' ', TOKEN), 'é' * 44):
                self.assertEqual(self.post(body, signature=signature.encode('latin-1')), 401, signature)
            self.assertEqual(self.post(b'', signature=good), 401)
            self.assertEqual(self.post(body, content_type='application/x-www-form-urlencoded'), 401)
        self.assertEqual(refused.call_count, 10)
        self.assertEqual(self.post(b' ' * (LARGEST + 1)), 413)
        with self.assertLogs('odoo.addons.qbo_connector.controllers.webhook', 'ERROR'):
            for unreadable in (b'', b'{', b'"text"', b'[' * 100000, b'\xff\xfe', b'{"other": []}'):
                self.assertEqual(self.post(unreadable), 200, "tried again it would be no better")
        self.assertEqual(self.post([1, None, {}, {'specversion': '1.0', 'type': 'qbo.invoice.created.v1'}]), 200)
        self.assertEqual((self.inbox(), self.env['qbo.webhook'].search_count([])), ([], 0))

    def test_a_forged_post_costs_no_query_of_ours_and_a_removed_token_is_forgotten(self):
        body = {'eventNotifications': [self.events(('Invoice', '11', 'Update'))]}
        self.assertEqual(self.post(body, token='forged'), 401)
        with patch.object(self.env.registry['qbo.webhook.token'], 'search') as search:
            self.assertEqual(self.post(body, token='forged'), 401)
        search.assert_not_called()
        self.connection.webhook_token_ids.filtered(lambda token: token.name == "new").unlink()
        self.assertEqual(self.post(body), 401)
        self.assertEqual(self.post(body, token=OLD), 200)

    def test_an_administrator_adds_and_replaces_a_token(self):
        body = {'eventNotifications': [self.events(('Invoice', '11', 'Update'))]}
        administrator = new_test_user(self.env, 'sets_up', groups='qbo_connector.group_qbo_administrator')
        connection = self.connection.with_user(administrator)
        connection.webhook_token_ids = [(0, 0, {'name': "next", 'token': ' verifier-next '})]
        self.assertEqual(self.post(body, token='verifier-next'), 200)
        connection.webhook_token_ids[0].token = 'verifier-last'
        self.assertEqual([self.post(body, token=token) for token in ('verifier-next', 'verifier-last')], [401, 200])

    def test_a_token_is_never_read_again_and_administrators_alone_see_what_was_posted(self):
        token = self.connection.webhook_token_ids[0]
        self.env.invalidate_all()
        self.assertFalse(token.token)
        self.assertNotIn(TOKEN, str(self.env.execute_query_dict(SQL('SELECT * FROM qbo_webhook_token'))))
        self.post({'eventNotifications': [self.events(('Invoice', '11', 'Update'))]})
        accountant = new_test_user(self.env, 'hears', groups='qbo_connector.group_qbo_accountant')
        post = self.env['qbo.webhook'].with_user(accountant).search([])
        self.assertEqual(post.summary, "Invoice 11 changed")
        with self.assertRaises(AccessError):
            post.read(['body'])

"""What monitoring may ask, with which token, and what it is told."""

import json
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.addons.qbo_connector.models.qbo_connection_health import TOKEN_HASH
from odoo.exceptions import AccessError
from odoo.tests import Form, HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .test_progress import RowsMixin


@tagged('standard', 'post_install', '-at_install')
class TestHealth(RowsMixin, HttpCase):
    """Requests over HTTP, as a monitoring system makes them: no session, no cookie of a user."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['qbo.connection'].search([]).unlink()
        cls.company = cls.env['res.company'].create({'name': "Confidential Company"})
        cls.connection = cls.env['qbo.connection'].create({
            'company_id': cls.company.id, 'client_id': 'secret-client', 'client_secret': 'secret-secret'})
        cls.connection.sudo().write({
            'state': 'connected', 'realm_id': '9999', 'qbo_company_name': "Confidential Inc",
            'database_uuid': cls.connection._current_uuid()})
        now = fields.Datetime.now()
        cls.connection._credential_sudo().write({
            'refresh_expires_at': now + timedelta(days=99, hours=1), 'hard_expires_at': now + timedelta(days=1000)})

    def setUp(self):
        super().setUp()
        self.token = self.env['qbo.connection']._issue_health_token()

    def ask(self, authorization=None, path='/qbo/health', **kwargs):
        """Ask as a monitoring system does."""
        self.env.flush_all()
        headers = {'Authorization': authorization} if authorization is not None else {}
        return self.url_open(path, headers=headers, **kwargs)

    def health(self, status=200):
        """Ask with the token and return the decoded answer."""
        answer = self.ask(f'Bearer {self.token}')
        self.assertEqual(answer.status_code, status, answer.text)
        return answer.json()

    def one(self, status=200):
        """Return what is said about the one connection."""
        (one,) = self.health(status)['connections']
        return one

    def since(self, rows, **ago):
        """Let rows wait since some time ago."""
        self.env.flush_all()
        self.env.cr.execute("UPDATE qbo_queue_entry SET write_date = %s WHERE id = ANY(%s)", [
            fields.Datetime.now() - timedelta(**ago), rows.ids])
        rows.invalidate_recordset()

    # === WHO MAY ASK === #

    def test_without_the_token_nothing_is_said_and_nothing_looked_up(self):
        wrong = (None, '', 'Bearer', 'Bearer ', 'Bearer wrong', f'Basic {self.token}', self.token,
                 f'Bearer {self.token}x', 'Bearer Ünicode'.encode())
        with patch.object(type(self.connection), '_health', side_effect=AssertionError):
            for authorization in wrong:
                answer = self.ask(authorization)
                self.assertEqual((answer.status_code, answer.text), (401, ''), authorization)
                self.assertEqual(answer.headers['WWW-Authenticate'], 'Bearer')

    def test_a_token_in_the_address_is_not_taken(self):
        for name in ('token', 'access_token', 'Authorization'):
            self.assertEqual(self.ask(path=f'/qbo/health?{name}={self.token}').status_code, 401)

    def test_where_no_token_was_issued_none_is_good(self):
        self.env['qbo.connection']._revoke_health_token()
        for token in (self.token, '', 'False', 'None'):
            self.assertEqual(self.ask(f'Bearer {token}').status_code, 401)

    def test_a_new_token_ends_the_old_one(self):
        old, self.token = self.token, self.env['qbo.connection']._issue_health_token()
        self.assertEqual(self.ask(f'Bearer {old}').status_code, 401)
        self.assertEqual(self.health()['status'], 'ok')

    def test_it_is_a_question_that_leaves_nothing_behind(self):
        answer = self.ask(f'bearer {self.token}')
        self.assertEqual((answer.status_code, answer.headers['Cache-Control']), (200, 'no-store'))
        self.assertEqual(answer.headers['Content-Type'].partition(';')[0], 'application/json')
        self.assertNotIn('session_id', answer.headers.get('Set-Cookie', ''))
        with mute_logger('odoo.http'):
            self.assertEqual(self.ask(f'Bearer {self.token}', data={'a': 'b'}).status_code, 405)

    def test_the_token_is_stored_as_its_hash_alone(self):
        self.env.flush_all()
        self.env.cr.execute("SELECT value FROM ir_config_parameter WHERE key = %s", [TOKEN_HASH])
        self.assertRegex(self.env.cr.fetchone()[0], '^[0-9a-f]{64}$')
        self.env.cr.execute("SELECT count(*) FROM ir_config_parameter WHERE value LIKE %s", [f'%{self.token}%'])
        self.assertEqual(self.env.cr.fetchone()[0], 0)

    def test_only_who_administers_the_system_issues_tokens(self):
        administrator = new_test_user(self.env, login='books', groups='qbo_connector.group_qbo_administrator')
        with mute_logger('odoo.addons.base.models.ir_model'):
            for action in ('_issue_health_token', '_revoke_health_token'):
                with self.assertRaises(AccessError):
                    getattr(self.env['qbo.connection'].with_user(administrator), action)()
            with self.assertRaises(AccessError):
                self.env['qbo.health.token'].with_user(administrator).create({})
        self.assertEqual(self.health()['status'], 'ok')

    def test_the_dialog_shows_a_token_once_and_takes_it_back(self):
        system = new_test_user(
            self.env, login='system', groups='base.group_system,qbo_connector.group_qbo_user')
        dialog = self.env['qbo.health.token'].with_user(system)
        action = dialog.create({}).action_issue()
        self.token = action['context']['default_token']
        with Form(dialog.with_context(**action['context'])) as form:
            self.assertEqual(form.token, self.token)
            self.assertTrue(form.url.endswith('/qbo/health'))
        stored = self.env['qbo.health.token'].with_user(system).browse(form.record.id)
        self.env.invalidate_all()
        self.assertFalse(stored.token)
        self.assertEqual(self.health()['status'], 'ok')
        self.assertTrue(stored.issued_at)
        stored.action_revoke()
        self.assertEqual(self.ask(f'Bearer {self.token}').status_code, 401)

    # === WHAT IS SAID === #

    def test_a_healthy_connection(self):
        self.finished(2, 1)
        one = self.one()
        last = one.pop('last_success')
        self.assertEqual(one, {
            'id': self.connection.id, 'status': 'ok', 'state': 'connected', 'oldest_due_seconds': None,
            'queue': {'pending': 0, 'sending': 0, 'failed': 0, 'dead': 0, 'unknown': 0},
            'paused_until': None, 'reconnect_needed': False, 'token_days_left': 99})
        self.assertRegex(last, r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$')

    def test_neither_names_nor_secrets_are_said(self):
        self.rows(3, state='failed', fault_message="Confidential customer", record_name="INV/1")
        text = json.dumps(self.health())
        for secret in ("Confidential", 'INV/1', '9999', 'secret', self.token, self.env.cr.dbname):
            self.assertNotIn(secret, text)

    def test_without_a_connection_nothing_is_wrong(self):
        self.connection.active = False
        self.assertEqual(self.health(), {'status': 'ok', 'connections': []})

    def test_what_nobody_connected_is_not_in_trouble(self):
        self.connection.sudo().state = 'disconnected'
        self.rows(3, state='failed')
        self.assertEqual(self.one()['status'], 'ok')

    def test_stuck_entries_degrade(self):
        for state in ('failed', 'dead', 'unknown'):
            rows = self.rows(2, state=state)
            one = self.one()
            self.assertEqual((one['status'], one['queue'][state]), ('degraded', 2))
            rows.unlink()

    def test_due_entries_that_nobody_sends_degrade_and_then_are_down(self):
        rows = self.rows(2)
        self.since(rows, minutes=14)
        self.assertEqual(self.one()['status'], 'ok')
        self.since(rows, minutes=20)
        one = self.one()
        self.assertEqual(one['status'], 'degraded')
        self.assertAlmostEqual(one['oldest_due_seconds'], 20 * 60, delta=30)
        self.since(rows, minutes=70)
        health = self.health(503)
        self.assertEqual((health['status'], health['connections'][0]['status']), ('down', 'down'))

    def test_a_long_queue_that_gets_shorter_is_no_trouble(self):
        self.since(self.rows(1000), hours=5)
        self.finished(1, 1)
        self.assertEqual(self.one()['status'], 'ok')

    def test_at_an_interval_entries_may_wait_for_it(self):
        self.connection.write({'sync_mode': 'queue', 'sync_interval': 240})
        rows = self.rows(1)
        self.since(rows, minutes=200)
        self.assertEqual(self.one()['status'], 'ok')
        self.since(rows, minutes=301)
        self.assertEqual(self.one(503)['status'], 'down')

    def test_entries_whose_time_has_not_come_are_no_trouble(self):
        rows = self.rows(2, not_before=fields.Datetime.now() + timedelta(hours=1))
        self.since(rows, hours=5)
        one = self.one()
        self.assertEqual((one['status'], one['oldest_due_seconds'], one['queue']['pending']), ('ok', None, 2))

    def test_a_connection_that_must_be_renewed_is_down(self):
        self.connection.sudo().state = 'reconnect'
        one = self.one(503)
        self.assertEqual((one['status'], one['reconnect_needed']), ('down', True))

    def test_a_copied_database_that_sends_nothing_is_down(self):
        self.connection.sudo().state = 'paused'
        self.assertEqual(self.one(503)['state'], 'paused')

    def test_a_pause_is_said_and_degrades_when_it_lasts(self):
        until = fields.Datetime.now() + timedelta(minutes=3)
        self.connection.sudo().write({'paused_until': until, 'paused_reason': "Confidential"})
        one = self.one()
        self.assertEqual((one['status'], one['paused_until']), ('ok', f'{until.isoformat()}Z'))
        self.connection.sudo().paused_since = fields.Datetime.now() - timedelta(hours=1)
        self.assertEqual(self.one()['status'], 'degraded')

    def test_a_consent_that_ends_soon_degrades(self):
        self.connection._credential_sudo().refresh_expires_at = fields.Datetime.now() + timedelta(days=7, hours=1)
        one = self.one()
        self.assertEqual((one['status'], one['token_days_left']), ('degraded', 7))

    def test_the_worst_connection_speaks_for_all(self):
        other = self.env['qbo.connection'].create({
            'company_id': self.env['res.company'].create({'name': "Other"}).id})
        other.sudo().state = 'reconnect'
        self.rows(1, state='failed')
        health = self.health(503)
        self.assertEqual(health['status'], 'down')
        self.assertEqual(
            {one['id']: one['status'] for one in health['connections']},
            {self.connection.id: 'degraded', other.id: 'down'})

"""Tokens: refreshed in time, by one process at a time; dead ones and lost keys stop the connection, not the server."""

import threading
from contextlib import closing, contextmanager
from datetime import datetime, timedelta, timezone
from unittest.mock import patch

import psycopg2

from odoo import SUPERUSER_ID, api, fields
from odoo.addons.qbo_connector.models import qbo_credential
from odoo.addons.qbo_connector.qbo import auth, faults
from odoo.addons.qbo_connector.qbo.vault import generate_key
from odoo.tests import TransactionCase, tagged

from tests.integration.common import US_REALM, QboCase, SimulatorMixin

TOKEN_PATH = '/oauth2/v1/tokens/bearer'


class CredentialCase(QboCase):
    """A fresh connection."""

    def setUp(self):
        super().setUp()
        self.connection = self.connect()
        self.credential = self.connection._credential_sudo()
        self.control('calls', method='DELETE')

    def age(self, **seconds):
        """Move expiry dates: seconds from now, negative for the past."""
        now = fields.Datetime.now()
        self.credential.write({name: now + timedelta(seconds=value) for name, value in seconds.items()})

    def token(self, stale=None):
        """Fetch the access token as the client does."""
        with self.own_cursors():
            return self.credential._access_token(stale)

    def refusal(self, kind):
        """Fetch a token in vain (assertRaises would roll back what the credential's own cursor committed)."""
        refused = None
        try:
            self.token()
        except kind as error:
            refused = error
        self.assertIsInstance(refused, kind)
        self.env.invalidate_all()

    def refreshes(self):
        """Return how often Intuit's token service was asked."""
        return len(self.api_calls('POST', TOKEN_PATH))

    def forget_consent(self):
        """Let QuickBooks' side forget the consent, as when the app is removed there."""
        for grant in self.simulator.oauth.grants:
            grant.revoked = True

    @contextmanager
    def keys(self, *keys):
        """Run with other encryption keys."""
        with patch.object(qbo_credential, 'encryption_keys', lambda: list(keys)):
            yield

    def alerts(self):
        """Return ``(activities, mails)`` about the connection."""
        return self.connection.activity_ids, self.env['mail.mail'].sudo().search(
            [('model', '=', 'qbo.connection'), ('res_id', '=', self.connection.id)])


class TestRefresh(CredentialCase):
    """When tokens are refreshed."""

    def test_a_good_token_is_used_as_it_is(self):
        self.assertEqual(self.token(), self.token())
        self.assertEqual(self.refreshes(), 0)

    def test_a_token_is_refreshed_five_minutes_before_it_expires(self):
        self.age(access_expires_at=310)
        before = self.token()
        self.assertEqual(self.refreshes(), 0)
        self.age(access_expires_at=290)
        self.assertNotEqual(self.token(), before)
        self.assertEqual(self.refreshes(), 1)
        self.assertGreater(self.connection.access_expires_at, fields.Datetime.now() + timedelta(minutes=50))

    def test_a_refused_token_is_refreshed_once_and_the_request_answered(self):
        self.control('expire')
        with self.own_cursors():
            info = self.connection._qbo_client().company_info().data
        self.assertEqual(info['CompanyName'], "Sandbox Company US")
        self.assertEqual(self.refreshes(), 1)

    def test_a_token_that_was_replaced_meanwhile_is_not_refreshed_again(self):
        old = self.token()
        new = self.token(stale=old)
        self.assertEqual(self.token(stale=old), new)
        self.assertEqual(self.refreshes(), 1)

    def test_the_rotated_refresh_token_is_stored(self):
        before = self.credential._open_secret(self.credential.refresh_token_enc)
        self.control('clock', {'advance': 26 * 3600})
        self.age(access_expires_at=-1)
        self.token()
        after = self.credential._open_secret(self.credential.refresh_token_enc)
        self.assertNotEqual(before, after)
        self.age(access_expires_at=-1)
        self.assertTrue(self.token())

    def test_while_the_token_service_is_away_a_living_token_still_serves(self):
        before = self.token()
        self.age(access_expires_at=60)
        self.control('fail', {'kind': 'status', 'status': 503, 'path': TOKEN_PATH, 'times': 0})
        self.assertEqual(self.token(), before)
        self.age(access_expires_at=-1)
        self.refusal(faults.Retryable)
        self.assertEqual(self.connection.state, 'connected')

    def test_the_cron_keeps_an_idle_connection_alive(self):
        self.run_keep_alive()
        self.assertEqual(self.refreshes(), 0)
        self.age(refreshed_at=-25 * 3600)
        self.run_keep_alive()
        self.assertEqual(self.refreshes(), 1)
        self.age(access_expires_at=-1)
        self.run_keep_alive()
        self.assertEqual(self.refreshes(), 2)

    def test_the_end_of_the_consent_is_announced_once_ahead(self):
        self.age(hard_expires_at=31 * 86400)
        self.run_keep_alive()
        self.assertFalse(self.connection.activity_ids)
        self.age(hard_expires_at=29 * 86400)
        for _run in range(2):
            self.run_keep_alive()
        activities, mails = self.alerts()
        self.assertEqual((len(activities), len(mails)), (1, 1))
        self.assertEqual(activities.user_id, self.env.ref('base.user_admin'), "OdooBot is nobody to tell")

    def test_a_connection_about_to_lapse_is_announced(self):
        self.age(refresh_expires_at=13 * 86400)
        self.run_keep_alive()
        self.assertEqual(len(self.connection.activity_ids), 1)

    def run_keep_alive(self):
        """Run the 30-minute cron on the real cron runner."""
        with self.own_cursors():
            self.assertIs(self.env.ref('qbo_connector.ir_cron_keep_tokens').method_direct_trigger(), True)
        self.env.invalidate_all()


class TestDeadConsent(CredentialCase):
    """When QuickBooks no longer knows us."""

    def test_a_dead_refresh_token_asks_for_a_reconnect_with_one_activity_and_one_mail(self):
        self.forget_consent()
        self.age(access_expires_at=-1)
        for _attempt in range(3):
            self.refusal(faults.Disconnected)
        self.assertEqual(self.connection.state, 'reconnect')
        self.assertTrue(self.connection.state_reason)
        activities, mails = self.alerts()
        self.assertEqual((len(activities), len(mails)), (1, 1))
        self.assertFalse(self.connection._may_send())

    def test_the_drain_stops_and_spends_no_attempts(self):
        entry = self.env['qbo.queue.entry'].create({
            'connection_id': self.connection.id, 'model': 'res.partner', 'res_id': self.company.partner_id.id})
        self.forget_consent()
        self.age(access_expires_at=-1)
        self.drain(self.connection)
        self.assertEqual(self.connection.state, 'reconnect')
        self.assertEqual((entry.state in ('pending', 'sending'), entry.attempts), (True, 0))
        asked = self.refreshes()
        self.drain(self.connection)
        self.assertEqual(self.refreshes(), asked, "nobody asks again before an administrator has connected")

    def test_connecting_again_settles_the_activity(self):
        self.forget_consent()
        self.age(access_expires_at=-1)
        self.refusal(faults.Disconnected)
        callback = self.consent(self.connection.action_connect()['url'], US_REALM)
        with self.own_cursors():
            pending, redirect_uri = self.env['qbo.oauth.state']._consume(callback['state'], self.env.user)
            pending._complete_oauth(callback['code'], callback['realmId'], redirect_uri)
        self.assertEqual(self.connection.state, 'connected')
        self.assertFalse(self.connection.activity_ids)

    def test_a_client_secret_that_was_changed_at_intuit_is_named_as_the_reason(self):
        self.connection.client_secret = 'an old secret'
        self.age(access_expires_at=-1)
        self.refusal(faults.InvalidClient)
        self.assertEqual(self.connection.state, 'reconnect')


class TestKeys(CredentialCase):
    """The key that encrypts the tokens."""

    def test_losing_the_key_asks_for_a_reconnect_instead_of_crashing(self):
        with self.keys(generate_key()):
            self.refusal(faults.Disconnected)
            self.assertEqual(self.connection.state, 'reconnect')
            self.assertIn("key", self.connection.state_reason)
            self.drain(self.connection)
            self.assertTrue(self.connection.has_client_secret)

    def test_after_losing_the_key_the_secret_is_entered_again_and_all_is_well(self):
        with self.keys(generate_key()):
            self.refusal(faults.Disconnected)
            self.connection.client_secret = 'sim-secret'
            callback = self.consent(self.connection.action_connect()['url'], US_REALM)
            with self.own_cursors():
                pending, redirect_uri = self.env['qbo.oauth.state']._consume(callback['state'], self.env.user)
                pending._complete_oauth(callback['code'], callback['realmId'], redirect_uri)
            self.assertEqual(self.connection.state, 'connected')
            self.assertTrue(self.token())

    def test_keys_rotate_without_a_reconnect(self):
        old, new = generate_key(), generate_key()
        with self.keys(old):
            self.credential._set_client_secret('sim-secret')
            self.credential.access_token_enc = self.credential._encrypt('the token')
        with self.keys(new, old):
            self.assertEqual(self.credential._client_secret(), 'sim-secret')
            self.assertEqual(self.token(), 'the token')
            self.credential._set_client_secret('sim-secret')
        with self.keys(new):
            self.assertEqual(self.credential._client_secret(), 'sim-secret')

    def test_after_a_refresh_the_old_key_is_not_needed_any_more(self):
        old, new = generate_key(), generate_key()
        with self.keys(old):
            self.connection.client_secret = 'sim-secret'
            self.credential._store(self.tokens())
        with self.keys(new, old):
            self.credential._store(self.tokens())
        with self.keys(new):
            self.assertEqual(self.credential._client_secret(), 'sim-secret')
            self.assertEqual(self.credential._open_secret(self.credential.refresh_token_enc), 'the refresh token')

    def tokens(self):
        """Return what Intuit issues."""
        end = datetime.now(timezone.utc) + timedelta(days=1)
        return auth.Tokens('the token', 'the refresh token', end, end, end)

    def test_the_key_comes_from_the_configuration_before_the_file(self):
        with patch.dict(qbo_credential.os.environ, {'QBO_ENCRYPTION_KEY': ' first , second '}):
            self.assertEqual(qbo_credential.encryption_keys(), ['first', 'second'])


@tagged('standard', 'post_install', '-at_install')
class TestSingleFlight(SimulatorMixin, TransactionCase):
    """Several processes want a token at once: real transactions, committed rows."""

    def setUp(self):
        super().setUp()
        self.control('seed', {'apps': [{
            'client_id': 'sim-client', 'client_secret': 'sim-secret', 'redirect_uris': ['http://localhost/cb']}],
            'switches': {'refresh_race_revokes': True}})
        app = self.simulator.oauth.apps['sim-client']
        code = self.simulator.oauth.issue_code(app, US_REALM, 'http://localhost/cb')
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            company = env['res.company'].create({'name': "Single flight"})
            self.addCleanup(self.remove, company.id)
            connection = env['qbo.connection'].create({
                'company_id': company.id, 'environment': 'sandbox', 'client_id': 'sim-client',
                'client_secret': 'sim-secret'})
            tokens = auth.exchange_code(
                connection._endpoints(), 'sim-client', 'sim-secret', code, 'http://localhost/cb',
                now=datetime.now(timezone.utc))
            connection.write({'realm_id': US_REALM, 'state': 'connected', 'database_uuid': connection._current_uuid()})
            credential = connection._credential_sudo()
            credential._store(tokens)
            credential.access_expires_at = fields.Datetime.now()
            self.credential_id = credential.id
        self.control('calls', method='DELETE')

    def remove(self, company_id):
        """Take the committed rows away again."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env['qbo.connection'].with_context(active_test=False).search([('company_id', '=', company_id)]).unlink()
            env['res.company'].browse(company_id).unlink()

    def test_five_at_once_refresh_once_and_all_get_the_new_token(self):
        workers, tokens = 5, []
        real_refresh = auth.refresh

        def refresh_when_the_others_wait(*args, **kwargs):
            self.wait_for_waiters(workers - 1)
            return real_refresh(*args, **kwargs)

        def work():
            with self.registry.cursor() as cr:
                credential = api.Environment(cr, SUPERUSER_ID, {})['qbo.credential'].browse(self.credential_id)
                tokens.append(credential._access_token())

        with patch.object(auth, 'refresh', refresh_when_the_others_wait):
            threads = [threading.Thread(target=work) for _worker in range(workers)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=30)
        self.assertEqual(len(tokens), workers)
        self.assertEqual(len(set(tokens)), 1)
        self.assertEqual(len(self.api_calls('POST', TOKEN_PATH)), 1)

    def wait_for_waiters(self, wanted):
        """Return when that many transactions wait for the row (or the test's patience ends)."""
        give_up = datetime.now() + timedelta(seconds=10)
        with closing(psycopg2.connect(dbname=self.registry.db_name)) as connection:
            connection.autocommit = True  # within a transaction PostgreSQL shows the same activity for ever
            cr = connection.cursor()
            while datetime.now() < give_up:
                cr.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                           " AND query LIKE '%qbo_credential%FOR UPDATE%' AND datname = current_database()")
                if cr.fetchone()[0] >= wanted:
                    return
        self.fail("the other transactions did not wait")

"""The connection: connecting, testing, disconnecting, copies, companies, secrets."""

import logging
import os
import pathlib
from unittest.mock import patch

import psycopg2

import odoo.addons.qbo_connector as addon
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from tests.integration.common import UK_REALM, US_REALM, QboCase

GROUPS = ('group_qbo_user', 'group_qbo_accountant', 'group_qbo_administrator')


class ConnectionCase(QboCase):
    """Two companies to connect."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env['res.company'].create({'name': "Second Company"})
        cls.env.user.company_ids |= cls.other_company

    def user_with(self, group, companies=None):
        """Return a user who has one group of the connector and nothing else."""
        companies = companies or self.company
        return new_test_user(
            self.env, login=f'{group}-{"-".join(map(str, companies.ids))}', groups=f'qbo_connector.{group}',
            company_id=companies[0].id, company_ids=[fields.Command.set(companies.ids)])

    def link(self, connection, remote_id='77'):
        """Give the connection a link, as a pushed document would."""
        return self.env['qbo.binding'].create({
            'connection_id': connection.id, 'entity': 'Invoice', 'remote_id': remote_id, 'model': 'account.move',
            'res_id': int(remote_id)})

    def disconnect(self, connection, links='keep'):
        """Disconnect through the dialog."""
        action = connection.action_disconnect()
        wizard = self.env['qbo.disconnect.wizard'].with_context(**action['context']).create({'links': links})
        with self.own_cursors():
            wizard.action_disconnect()


class TestConnect(ConnectionCase):
    """From the consent page to a connection that says what it is connected with."""

    def test_connecting_reads_what_kind_of_company_it_is(self):
        connection = self.connect()
        self.assertEqual(connection.state, 'connected')
        self.assertEqual(connection.realm_id, US_REALM)
        self.assertEqual(connection.qbo_company_name, "Sandbox Company US")
        self.assertEqual((connection.home_currency, connection.country_code), ('USD', 'US'))
        self.assertEqual(connection.tax_regime, 'us')
        self.assertTrue(connection.reference_count)
        self.assertGreater(connection.access_expires_at, fields.Datetime.now())
        self.assertGreater(connection.refresh_expires_at, connection.access_expires_at)

    def test_a_company_outside_the_us_has_a_tax_code_on_every_line(self):
        connection = self.connect(self.other_company, realm=UK_REALM)
        self.assertEqual((connection.home_currency, connection.country_code, connection.tax_regime),
                         ('GBP', 'GB', 'global'))

    def test_testing_names_the_company_that_was_reached_and_refreshes_the_facts(self):
        connection = self.connect()
        connection.qbo_company_name = "stale"
        with self.own_cursors():
            action = connection.action_test()
        self.assertIn("Sandbox Company US", action['params']['message'])
        self.assertEqual(connection.qbo_company_name, "Sandbox Company US")

    def test_a_test_that_succeeds_ends_the_need_to_reconnect(self):
        connection = self.connect()
        with self.own_cursors():
            connection._needs_reconnect("the client secret was wrong")
        self.assertEqual((connection.state, len(connection.activity_ids)), ('reconnect', 1))
        with self.own_cursors():
            connection.action_test()
        self.assertEqual((connection.state, len(connection.activity_ids)), ('connected', 0))

    def test_trouble_pauses_the_company_and_success_forgets_it(self):
        connection = self.connect()
        for _trouble in range(2):
            connection._note_trouble("no answer")
        self.assertTrue(connection._may_send())
        connection._note_trouble("no answer")
        self.assertFalse(connection._may_send())
        self.assertEqual(connection.paused_reason, "no answer")
        connection.action_resume()
        self.assertTrue(connection._may_send())
        connection._note_success()
        self.assertEqual((connection.failure_streak, connection.paused_until), (0, False))

    def test_testing_without_a_connection_says_so(self):
        connection = self.env['qbo.connection'].create({'company_id': self.other_company.id})
        with self.assertRaisesRegex(UserError, "Connect to QuickBooks first"):
            connection.action_test()

    def test_connecting_without_client_id_says_what_to_enter(self):
        connection = self.env['qbo.connection'].create({'company_id': self.other_company.id})
        with self.assertRaisesRegex(UserError, "client ID"):
            connection.action_connect()

    def test_the_app_of_the_system_parameters_serves_connections_without_their_own(self):
        set_param = self.env['ir.config_parameter'].set_param
        set_param('qbo_connector.client_id', 'sim-client')
        set_param('qbo_connector.client_secret', 'of production')
        set_param('qbo_connector.client_secret.sandbox', 'sim-secret')
        connection = self.connect(client_id=False, client_secret=False)
        self.assertEqual(connection.state, 'connected')

    def test_only_the_servers_environment_puts_a_simulator_in_quickbooks_place(self):
        connection = self.connect()
        self.assertFalse(connection.simulated)
        self.assertTrue(connection.action_connect()['url'].startswith('https://appcenter.intuit.com/'))
        with patch.dict(os.environ, {'QBO_SIMULATOR_URL': 'http://127.0.0.1:9'}):
            connection.invalidate_recordset()
            self.assertTrue(connection.simulated)
            self.assertTrue(connection.action_connect()['url'].startswith('http://127.0.0.1:9/connect/oauth2?'))

    def test_a_company_has_one_connection(self):
        self.connect()
        with self.assertRaises(psycopg2.IntegrityError), mute_logger('odoo.sql_db'), self.cr.savepoint():
            self.env['qbo.connection'].create({'company_id': self.company.id})

    def test_a_connection_with_links_is_archived_and_never_deleted(self):
        connection = self.connect()
        self.link(connection)
        with self.assertRaisesRegex(UserError, "archived, not deleted"):
            connection.unlink()
        connection.active = False
        self.assertFalse(connection._may_send())

    def test_each_connection_has_a_cron_that_follows_it(self):
        connection = self.connect(sync_interval=7)
        cron = connection.cron_id
        self.assertEqual((cron.interval_number, cron.interval_type, cron.active), (7, 'minutes', True))
        connection.sync_interval = 9
        self.assertEqual(cron.interval_number, 9)
        connection.active = False
        self.assertFalse(cron.active)
        connection.active = True
        self.assertTrue(cron.active)
        connection.unlink()
        self.assertFalse(cron.exists())

    def test_a_transaction_triggers_the_cron_once_in_real_time_and_never_in_queue_mode(self):
        connection = self.connect()
        triggers = self.env['ir.cron.trigger']
        self.env.cr.precommit.run()
        triggers.search([('cron_id', '=', connection.cron_id.id)]).unlink()
        for _record in range(3):
            connection._trigger_drain()
        self.env.cr.precommit.run()
        self.assertEqual(triggers.search_count([('cron_id', '=', connection.cron_id.id)]), 1)
        connection.sync_mode = 'queue'
        connection._trigger_drain()
        self.env.cr.precommit.run()
        self.assertEqual(triggers.search_count([('cron_id', '=', connection.cron_id.id)]), 1)


class TestReconnect(ConnectionCase):
    """Which QuickBooks company may stand behind a connection."""

    def test_reconnecting_the_same_company_keeps_the_links(self):
        connection = self.connect()
        link = self.link(connection)
        self.disconnect(connection)
        self.assertEqual((connection.state, connection.realm_id), ('disconnected', US_REALM))
        self.reconnect(connection, US_REALM)
        self.assertEqual(connection.state, 'connected')
        self.assertTrue(link.active)

    def test_another_company_is_refused_until_the_links_are_archived(self):
        connection = self.connect()
        link = self.link(connection)
        self.disconnect(connection)
        with self.assertRaisesRegex(UserError, "archive the links"):
            self.reconnect(connection, UK_REALM)
        self.assertEqual((connection.state, connection.realm_id), ('disconnected', US_REALM))
        self.disconnect(connection, links='archive')
        self.assertFalse(link.active)
        self.reconnect(connection, UK_REALM)
        self.assertEqual((connection.state, connection.realm_id), ('connected', UK_REALM))
        self.assertEqual(link.realm_id, US_REALM, "an archived link still says where its document stands")

    def test_a_company_that_another_connection_uses_is_refused(self):
        self.connect()
        with self.assertRaisesRegex(UserError, "already connected"):
            self.connect(self.other_company)
        other = self.env['qbo.connection'].search([('company_id', '=', self.other_company.id)])
        self.assertEqual((other.state, other.realm_id), ('disconnected', False))
        self.assertFalse(other._credential_sudo().access_token_enc)

    def test_disconnecting_revokes_the_consent_and_forgets_the_tokens(self):
        connection = self.connect()
        token = connection._credential_sudo()._open_secret(connection._credential_sudo().access_token_enc)
        self.disconnect(connection)
        credential = connection._credential_sudo()
        self.assertFalse(credential.access_token_enc or credential.refresh_token_enc)
        self.assertTrue(connection.has_client_secret)
        answer = self.sim_client.get(
            f'/v3/company/{US_REALM}/companyinfo/{US_REALM}', headers={'Authorization': f'Bearer {token}'})
        self.assertEqual(answer.status_code, 401, "QuickBooks was told")

    def test_environment_and_company_stay_while_links_lead_into_quickbooks(self):
        connection = self.connect()
        with self.assertRaisesRegex(UserError, "archive"):
            connection.environment = 'production'

    def reconnect(self, connection, realm):
        """Connect once more, choosing a company on the consent page."""
        callback = self.consent(connection.action_connect()['url'], realm)
        with self.own_cursors():
            pending, redirect_uri = self.env['qbo.oauth.state']._consume(callback['state'], self.env.user)
            with self.env.cr.savepoint():
                pending._complete_oauth(callback['code'], callback['realmId'], redirect_uri)


class TestCopies(ConnectionCase):
    """A copied database never writes to a real company."""

    def test_a_copy_pauses_itself_and_leaves_the_refresh_token_alone(self):
        connection = self.connect()
        self.env['ir.config_parameter'].set_param('database.uuid', 'a-copy')
        self.control('calls', method='DELETE')
        self.assertFalse(connection._may_send())
        self.assertEqual(connection.state, 'paused')
        with self.own_cursors():
            self.env['qbo.connection']._cron_keep_tokens()
        with self.assertRaisesRegex(UserError, "copy"):
            connection.action_test()
        self.assertFalse(self.api_calls(path_part='/'))

    def test_only_an_administrator_lets_a_copy_take_over(self):
        connection = self.connect()
        self.env['ir.config_parameter'].set_param('database.uuid', 'the-new-home')
        connection._may_send()
        accountant = self.user_with('group_qbo_accountant')
        with self.assertRaises(AccessError):
            connection.with_user(accountant).action_adopt()
        connection.action_adopt()
        self.assertTrue(connection._may_send())

    def test_neutralizing_clears_every_secret_and_disconnects(self):
        connection = self.connect()
        self.env['ir.config_parameter'].set_param('qbo_connector.client_secret', 'of the shared app')
        connection.webhook_token_ids = [(0, 0, {'name': "app", 'token': 'verifier'})]
        self.env.flush_all()
        script = pathlib.Path(addon.__file__).parent / 'data' / 'neutralize.sql'
        self.env.cr.execute(script.read_text())
        self.env.invalidate_all()
        credential = connection._credential_sudo()
        self.assertFalse(credential.client_secret_enc or credential.access_token_enc or credential.refresh_token_enc)
        self.assertEqual(connection.state, 'disconnected')
        self.assertFalse(connection._may_send())
        self.assertFalse(connection.webhook_token_ids or connection.poll_hours, "it neither hears nor asks")
        self.assertFalse(self.env['ir.config_parameter'].search([('key', '=', 'qbo_connector.client_secret')]))


class TestRights(ConnectionCase):
    """Who sees what."""

    def test_a_user_of_another_company_sees_no_connection_mapping_list_entry_or_link(self):
        connection = self.connect()
        self.link(connection)
        self.accept_mappings(connection)
        self.env['qbo.queue.entry'].create(
            {'connection_id': connection.id, 'model': 'account.move', 'res_id': 1})
        stranger = self.user_with('group_qbo_administrator', self.other_company)
        colleague = self.user_with('group_qbo_user')
        for model in ('qbo.connection', 'qbo.mapping', 'qbo.reference', 'qbo.queue.entry', 'qbo.binding'):
            domain = [('id' if model == 'qbo.connection' else 'connection_id', '=', connection.id)]
            self.assertFalse(self.env[model].with_user(stranger).search(domain), model)
            self.assertTrue(self.env[model].with_user(colleague).search(domain), model)

    def test_users_and_accountants_cannot_connect_test_or_disconnect(self):
        connection = self.connect()
        for group in GROUPS[:2]:
            theirs = connection.with_user(self.user_with(group))
            for attempt in (theirs.action_connect, theirs.action_test, lambda t=theirs: t._disconnect(False)):
                with self.assertRaises(AccessError):
                    attempt()

    def test_an_accountant_maps_and_refreshes_lists_and_a_user_does_neither(self):
        connection = self.connect()
        accountant, user = self.user_with('group_qbo_accountant'), self.user_with('group_qbo_user')
        wizards = self.env['qbo.mapping.wizard']
        wizard = wizards.with_user(accountant).create({'connection_id': connection.id})
        wizard.action_accept_all()
        wizard.action_save()
        with self.own_cursors():
            connection.with_user(accountant).action_refresh_references()
        with self.assertRaises(AccessError):
            wizards.with_user(user).create({'connection_id': connection.id})
        with self.assertRaises(AccessError):
            connection.with_user(user).action_refresh_references()

    def test_the_client_secret_can_be_set_and_never_read(self):
        connection = self.connect()
        administrator = self.user_with('group_qbo_administrator')
        administrator.group_ids |= self.env.ref('base.group_allow_export')
        theirs = connection.with_user(administrator)
        theirs.client_secret = 'a new secret'
        self.assertFalse(theirs.client_secret)
        self.assertFalse(theirs.read(['client_secret'])[0]['client_secret'])
        self.assertFalse(theirs.export_data(['client_secret'])['datas'][0][0])
        self.assertTrue(theirs.has_client_secret)
        self.assertEqual(connection._credential_sudo()._client_secret(), 'a new secret')

    def test_nobody_reads_credentials_or_states_whatever_the_group(self):
        connection = self.connect()
        credential = connection._credential_sudo()
        for group in (*GROUPS, None):
            user = self.user_with(group) if group else self.env.ref('base.user_admin')
            with self.assertRaises(AccessError):
                self.env['qbo.credential'].with_user(user).search([])
            with self.assertRaises(AccessError):
                credential.with_user(user).with_env(self.env(user=user, su=False)).read(['refresh_token_enc'])
            with self.assertRaises(AccessError):
                self.env['qbo.oauth.state'].with_user(user).search([])

    def test_secrets_are_encrypted_in_the_database(self):
        connection = self.connect()
        credential = connection._credential_sudo()
        stored = ' '.join((credential.client_secret_enc, credential.access_token_enc, credential.refresh_token_enc))
        for secret in self.secrets(connection):
            self.assertNotIn(secret, stored)

    def test_no_secret_reaches_the_log_or_the_chatter(self):
        with self.assertLogs('odoo', logging.DEBUG) as logs:
            connection = self.connect()
            secrets = self.secrets(connection)
            with self.own_cursors():
                connection.action_test()
                connection._credential_sudo().access_expires_at = fields.Datetime.now()
                self.env.flush_all()
                connection._credential_sudo()._access_token()
            self.env.invalidate_all()
            secrets |= self.secrets(connection)
            self.disconnect(connection)
        said = [record.getMessage() for record in logs.records]
        said += connection.message_ids.mapped('body')
        for text in said:
            for secret in secrets:
                self.assertNotIn(secret, text)

    def secrets(self, connection):
        """Return what must never be seen."""
        credential = connection._credential_sudo()
        return {'sim-secret'} | {
            credential._open_secret(value) for value in (credential.access_token_enc, credential.refresh_token_enc)}

"""The address Intuit sends the administrator back to: what it accepts, and what it says to everything else."""

from datetime import timedelta
from urllib.parse import urlencode

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from tests.integration.common import US_REALM, QboCase, SimulatorMixin


@tagged('standard', 'post_install', '-at_install')
class TestOauthCallback(SimulatorMixin, HttpCase):
    """Requests to /qbo/oauth/callback by real users over HTTP."""

    consent = QboCase.consent

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['qbo.connection'].search([]).unlink()
        cls.company = cls.env['res.company'].create({'name': "Callback Company"})
        cls.administrator = cls.new_user('qbo_admin', 'group_qbo_administrator')

    @classmethod
    def new_user(cls, login, group, company=None):
        """Create a user with one group of the connector, in one company."""
        company = company or cls.company
        return new_test_user(
            cls.env, login=login, password=f'{login}-password', groups=f'qbo_connector.{group}',
            company_id=company.id, company_ids=[fields.Command.set(company.ids)])

    def setUp(self):
        super().setUp()
        self.connection = self.env['qbo.connection'].create({
            'company_id': self.company.id, 'environment': 'sandbox', 'client_id': 'sim-client',
            'client_secret': 'sim-secret', 'user_id': self.administrator.id})
        self.control('seed', {'apps': [{
            'client_id': 'sim-client', 'client_secret': 'sim-secret',
            'redirect_uris': [self.connection.redirect_uri]}]})
        self.sign_in(self.administrator)

    def sign_in(self, user):
        """Open a session of the user."""
        self.user = user
        self.authenticate(user.login, f'{user.login}-password')

    def ask(self, decision='approve'):
        """Go through the consent page; return the parameters it sends back."""
        action = self.connection.with_user(self.user).action_connect()
        self.env.flush_all()
        return self.consent(action['url'], US_REALM, decision)

    def call_back(self, **params):
        """Let the browser follow Intuit's redirect."""
        self.env.flush_all()
        answer = self.url_open(f'/qbo/oauth/callback?{urlencode(params)}', allow_redirects=False)
        self.env.invalidate_all()
        return answer

    def assert_refused(self, answer, text, status=400):
        """Check the page and that nothing is half-written."""
        self.assertEqual(answer.status_code, status, answer.text)
        self.assertIn(text, answer.text)
        self.assertIn("QuickBooks was not connected", answer.text)
        credential = self.connection._credential_sudo()
        self.assertEqual((self.connection.state, self.connection.realm_id), ('disconnected', False))
        self.assertFalse(credential.access_token_enc or credential.refresh_token_enc)
        self.assertFalse(self.env['qbo.reference'].search_count([('connection_id', '=', self.connection.id)]))

    def test_an_allowed_connection_leads_back_to_the_guided_path_and_when_live_to_its_form(self):
        answer = self.call_back(**self.ask())
        self.assertEqual(answer.status_code, 303)
        self.assertTrue(answer.headers['Location'].endswith(f'/odoo/quickbooks-setup/{self.connection.id}'))
        self.connection.live_at = fields.Datetime.now()
        answer = self.call_back(**self.ask())  # a consent is renewed
        self.assertTrue(answer.headers['Location'].endswith(f'/odoo/quickbooks/{self.connection.id}'))
        self.assertEqual((self.connection.state, self.connection.realm_id), ('connected', US_REALM))

    def test_the_state_is_not_in_the_database_as_it_travels(self):
        state = self.ask()['state']
        stored = self.env['qbo.oauth.state'].sudo().search([('connection_id', '=', self.connection.id)])
        self.assertTrue(stored)
        self.assertNotIn(state, str(stored.read()))

    def test_a_forged_state_is_refused(self):
        answer = self.call_back(**{**self.ask(), 'state': 'forged'})
        self.assert_refused(answer, "not asked for here")

    def test_an_answer_without_state_is_refused(self):
        self.assert_refused(self.call_back(code='AB1', realmId=US_REALM), "not asked for here")

    def test_a_state_is_good_for_one_answer(self):
        params = self.ask('deny')
        self.assert_refused(self.call_back(**params), "not allowed")
        self.assert_refused(self.call_back(**{**params, 'code': 'AB1', 'realmId': US_REALM}), "used already")

    def test_a_second_delivery_of_the_same_answer_leaves_the_connection_alone(self):
        params = self.ask()
        self.call_back(**params)
        token = self.connection._credential_sudo().access_token_enc
        self.assertEqual(self.call_back(**params).status_code, 400)
        self.assertEqual(self.connection.state, 'connected')
        self.assertEqual(self.connection._credential_sudo().access_token_enc, token)

    def test_an_expired_state_is_refused(self):
        params = self.ask()
        self.env['qbo.oauth.state'].sudo().search([]).expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.assert_refused(self.call_back(**params), "ten minutes")

    def test_a_state_of_another_user_is_refused_and_used_up(self):
        params = self.ask()
        self.sign_in(self.new_user('qbo_admin_2', 'group_qbo_administrator'))
        self.assert_refused(self.call_back(**params), "Another user", status=403)
        self.assertFalse(self.env['qbo.oauth.state'].sudo().search([('connection_id', '=', self.connection.id)]))

    def test_a_user_who_is_no_administrator_is_refused(self):
        params = self.ask()
        self.administrator.group_ids -= self.env.ref('qbo_connector.group_qbo_administrator')
        self.assert_refused(self.call_back(**params), "Only a QuickBooks administrator", status=403)

    def test_a_user_who_left_the_company_is_refused(self):
        params = self.ask()
        other = self.env['res.company'].create({'name': "Elsewhere"})
        self.administrator.write({'company_id': other.id, 'company_ids': [fields.Command.set(other.ids)]})
        self.assert_refused(self.call_back(**params), "no access to", status=403)

    def test_an_anonymous_visitor_is_asked_to_sign_in(self):
        self.logout()
        answer = self.call_back(state='x', code='y', realmId=US_REALM)
        self.assertEqual(answer.status_code, 303)
        self.assertIn('/web/login', answer.headers['Location'])

    def test_denied_consent_changes_nothing_and_says_what_to_do(self):
        self.assert_refused(self.call_back(**self.ask('deny')), "not allowed")

    def test_another_error_of_intuit_is_not_echoed_into_the_page(self):
        state = self.ask()['state']
        answer = self.call_back(error='<script>alert(1)</script>', state=state)
        self.assert_refused(answer, "redirect URI")
        self.assertNotIn('alert(1)', answer.text)

    def test_a_wrong_client_secret_is_named(self):
        self.connection.client_secret = 'wrong'
        self.assert_refused(self.call_back(**self.ask()), "client secret")

    def test_a_made_up_code_is_refused(self):
        self.assert_refused(self.call_back(**{**self.ask(), 'code': 'AB1made-up'}), "no longer accepts")

    def test_a_company_of_the_other_environment_is_refused_and_its_tokens_revoked(self):
        params = self.ask()
        self.control('fail', {'kind': 'status', 'status': 403, 'path': '/companyinfo/', 'times': 0})
        self.assert_refused(self.call_back(**params), "environment")
        self.assertTrue(self.simulator.oauth.grants[-1].revoked)
        self.control('fail', method='DELETE')

    def test_a_realm_that_is_no_number_is_refused(self):
        self.assert_refused(self.call_back(**{**self.ask(), 'realmId': '../1'}), "which company")

    def test_a_realm_used_by_another_company_is_refused(self):
        other = self.env['res.company'].create({'name': "First Come"})
        self.env['qbo.connection'].create({
            'company_id': other.id, 'environment': 'sandbox', 'realm_id': US_REALM, 'state': 'connected'})
        self.assert_refused(self.call_back(**self.ask()), "already connected with First Come")

    def test_the_exchange_uses_the_redirect_uri_of_the_question(self):
        params = self.ask()
        asked = self.connection.redirect_uri
        self.env['ir.config_parameter'].set_param('web.base.url', 'https://moved.example.com')
        self.connection.invalidate_recordset()
        self.assertNotEqual(self.connection.redirect_uri, asked)
        self.call_back(**params)
        self.assertEqual(self.connection.state, 'connected')

    def test_intuit_being_away_is_said_and_nothing_is_written(self):
        params = self.ask()
        self.control('fail', {'kind': 'reset', 'path': '/oauth2/v1/tokens/bearer'})
        self.assert_refused(self.call_back(**params), "could not be reached")

    def test_a_minute_whose_calls_are_used_up_is_said_and_not_waited_for(self):
        params = self.ask()
        self.patch(type(self.env['qbo.governor']), '_take_slot', lambda *_args: (11.2, None))
        self.assert_refused(self.call_back(**params), "Try again in 12 seconds.")

    def test_lists_that_cannot_be_read_do_not_undo_the_connection(self):
        params = self.ask()
        self.control('fail', {'kind': 'status', 'status': 503, 'path': '/query', 'times': 0})
        self.call_back(**params)
        self.control('fail', method='DELETE')
        self.assertEqual(self.connection.state, 'connected')
        self.assertIn("Refresh Lists", "".join(self.connection.message_ids.mapped('body')))

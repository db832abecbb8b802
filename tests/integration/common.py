"""What the integration tests share: Odoo on one side, the simulator's books on the other.

The simulator sits behind Odoo's own door for outbound HTTP (``_request_handler``), so the addon uses Intuit's
production URLs and its real HTTP code.
"""

import json
from contextlib import contextmanager
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import requests
from werkzeug.test import Client, EnvironBuilder

from odoo import fields
from odoo.addons.qbo_connector.qbo import limiter
from odoo.tests import TransactionCase, tagged

from tests.simulator import Simulator
from tests.simulator.failures import DroppedConnection

INTUIT_HOSTS = {
    'appcenter.intuit.com', 'oauth.platform.intuit.com', 'developer.api.intuit.com',
    'quickbooks.api.intuit.com', 'sandbox-quickbooks.api.intuit.com',
}
US_REALM = '9130000000000001'
UK_REALM = '9130000000000002'


class SimulatorMixin:
    """Routes requests for Intuit's hosts into a simulator of the test class's own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.simulator = Simulator(now=None)
        cls.sim_client = Client(cls.simulator.wsgi)

    @classmethod
    def _request_handler(cls, session, request, /, **kwargs):
        if urlsplit(request.url).hostname not in INTUIT_HOSTS:
            return super()._request_handler(session, request, **kwargs)
        return cls.ask_simulator(request)

    @classmethod
    def ask_simulator(cls, request):
        """Let the simulator answer a prepared request of the requests library."""
        url = urlsplit(request.url)
        body = request.body.encode() if isinstance(request.body, str) else request.body
        builder = EnvironBuilder(
            path=url.path, query_string=url.query, method=request.method, headers=dict(request.headers),
            base_url=f"{url.scheme}://{url.hostname}", data=body or b'')
        try:
            answer = cls.sim_client.open(builder)
        except DroppedConnection as error:
            raise requests.exceptions.ConnectionError("Connection aborted") from error
        response = requests.Response()
        response.status_code = answer.status_code
        response.headers.update(dict(answer.headers))
        response._content = answer.data
        response.url = request.url
        response.request = request
        return response

    @classmethod
    def control(cls, path, data=None, method='POST'):
        """Use the simulator's control plane; returns the decoded answer."""
        answer = cls.sim_client.open(f'/_sim/{path}', method=method, json=data if method == 'POST' else None)
        assert answer.status_code < 300, (path, answer.status_code, answer.text)
        return json.loads(answer.data) if answer.data else None

    @classmethod
    def books(cls, realm=US_REALM):
        """Return what stands in a QuickBooks company: ``{entity: [objects]}``."""
        return cls.control(f'books/{realm}', method='GET')

    @classmethod
    def api_calls(cls, method=None, path_part='/v3/company/'):
        """Return the recorded calls of the Accounting API, oldest first."""
        calls = cls.control('calls', method='GET')
        calls = calls['calls'] if isinstance(calls, dict) else calls
        return [c for c in calls if path_part in c['path'] and method in (None, c['method'])]


@tagged('standard', 'post_install', '-at_install')
class QboCase(SimulatorMixin, TransactionCase):
    """Base of the tests that push records and look into the simulator's books."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Intuit's limits have tests of their own; here a minute's calls pass in a second.
        cls.startClassPatcher(patch.object(limiter, 'PER_SECOND', 10 ** 6))
        cls.startClassPatcher(patch.object(limiter, 'PER_MINUTE', 10 ** 6))
        cls.startClassPatcher(patch.object(limiter, 'BATCHES_PER_MINUTE', 10 ** 6))
        cls.company = cls.env.company
        cls.env.user.group_ids |= cls.env.ref('qbo_connector.group_qbo_administrator')
        cls.env['qbo.connection'].search([]).unlink()

    @classmethod
    def use_uk_company(cls, name):
        """Work from now on in a new British company, with its chart of accounts and taxes."""
        cls.company = cls.env['res.company'].create({
            'name': name, 'country_id': cls.env.ref('base.uk').id, 'currency_id': cls.env.ref('base.GBP').id})
        cls.env.ref('base.GBP').active = True
        cls.env.user.company_ids |= cls.company
        cls.env = cls.env(context={**cls.env.context, 'allowed_company_ids': cls.company.ids})
        cls.env['account.chart.template'].try_loading('uk', company=cls.company, install_demo=False)

    def connect(self, company=None, realm=US_REALM, **values):
        """Connect a company through the simulator's consent page, as the controller would after the redirect.

        It is live at once, unless ``live_at`` says otherwise: the way there has tests of its own.

        :return: the connected ``qbo.connection``
        """
        company = company or self.company
        connection = self.env['qbo.connection'].create({
            'company_id': company.id, 'environment': 'sandbox', 'client_id': 'sim-client',
            'client_secret': 'sim-secret', 'sync_from': False, 'live_at': fields.Datetime.now(), **values,
        })
        self.control('seed', {'apps': [{
            'client_id': 'sim-client', 'client_secret': 'sim-secret', 'redirect_uris': [connection.redirect_uri]}]})
        callback = self.consent(connection.action_connect()['url'], realm)
        with self.own_cursors():
            pending, redirect_uri = self.env['qbo.oauth.state']._consume(callback['state'], self.env.user)
            pending._complete_oauth(callback['code'], callback['realmId'], redirect_uri)
        connection.invalidate_recordset()
        return connection

    @contextmanager
    def own_cursors(self):
        """Let code that opens cursors of its own (token refresh, OAuth state, the cron) see the test's data."""
        if type(self)._registry_patched:
            self.env.flush_all()
            yield
            self.env.invalidate_all()
        else:
            with self.enter_registry_test_mode():
                yield

    def consent(self, url, realm, decision='approve'):
        """Press a button of the consent page and return the parameters of the redirect back to Odoo."""
        query = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
        answer = self.sim_client.post(
            '/connect/oauth2', query_string=urlsplit(url).query,
            data={**query, 'realm_id': realm, 'decision': decision})
        self.assertEqual(answer.status_code, 302, answer.text)
        return {key: values[0] for key, values in parse_qs(urlsplit(answer.headers['Location']).query).items()}

    def accept_mappings(self, connection):
        """Accept and save the suggested mappings, as the wizard's user does."""
        wizard = self.env['qbo.mapping.wizard'].create({'connection_id': connection.id})
        wizard.action_accept_all()
        wizard.action_save()

    def drain(self, connection):
        """Run the connection's cron once, on the real cron runner."""
        self.env.cr.precommit.run()
        with self.own_cursors():
            self.assertIs(connection.cron_id.method_direct_trigger(), True)
        self.env.invalidate_all()

    def invoice(self, partner=None, lines=None, move_type='out_invoice', post=True, **values):
        """Create a customer document; lines are dicts of account.move.line values."""
        move = self.env['account.move'].create({
            'move_type': move_type, 'partner_id': (partner or self.partner).id,
            'invoice_date': fields.Date.today(),
            'invoice_line_ids': [fields.Command.create(line) for line in lines or [{
                'product_id': self.product.id, 'quantity': 1, 'price_unit': 100.0, 'tax_ids': []}]],
            **values,
        })
        if post:
            move.action_post()
        return move

    def entries(self, record):
        """Return the queue entries of a record, newest first; what this transaction noted is inserted first."""
        self.env.cr.precommit.run()
        return self.env['qbo.queue.entry'].search([('model', '=', record._name), ('res_id', '=', record.id)])

    def one(self, entity, realm=US_REALM, **match):
        """Return the one object of the books that matches; fails when there is none or more."""
        found = [o for o in self.books(realm).get(entity, []) if all(o.get(k) == v for k, v in match.items())]
        stuck = self.env['qbo.queue.entry'].search([('state', '!=', 'done'), ('fault_message', '!=', False)])
        self.assertEqual(
            len(found), 1, f"{entity} {match}: {len(found)} in the books; stuck: {stuck.mapped('fault_message')}")
        return found[0]


@tagged('standard', 'post_install', '-at_install')
class QueueCase(QboCase):
    """A connected company with its mappings, a customer and a service product."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.env['res.partner'].create({'name': "Queue Customer"})
        cls.product = cls.env['product.product'].create({'name': "Queue Item", 'type': 'service', 'taxes_id': False})

    def setUp(self):
        super().setUp()
        self.control('reset')
        self.connection = self.connect()
        self.accept_mappings(self.connection)

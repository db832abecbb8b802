"""The main job in a real browser: connect, map, post an invoice, see that it stands in QuickBooks."""

from urllib.parse import urlencode, urlsplit

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from tests.integration.common import INTUIT_HOSTS, US_REALM, QboCase, SimulatorMixin


@tagged('standard', 'post_install', '-at_install')
class TestTour(SimulatorMixin, HttpCase):
    """One accountant who also administers the connection."""

    consent = QboCase.consent

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['qbo.connection'].search([]).unlink()
        cls.user = new_test_user(
            cls.env, login='bookkeeper', password='bookkeeper',
            groups='qbo_connector.group_qbo_administrator,account.group_account_manager,base.group_system',
            company_id=cls.env.company.id, company_ids=[fields.Command.set(cls.env.company.ids)])

    def fetch_proxy(self, url):
        """Answer the browser's requests to Intuit: press Connect on the consent page and send it back."""
        if urlsplit(url).hostname not in INTUIT_HOSTS:
            return super().fetch_proxy(url)
        params = self.consent(url, US_REALM)
        location = f'{self.connection.redirect_uri}?{urlencode(params)}'
        return {'body': '', 'responseCode': 302, 'responseHeaders': [{'name': 'Location', 'value': location}]}

    def test_connect_map_post_and_see_the_badge(self):
        self.connection = self.env['qbo.connection'].create({
            'environment': 'sandbox', 'client_id': 'sim-client', 'client_secret': 'sim-secret',
            'user_id': self.user.id, 'live_at': fields.Datetime.now()})
        self.control('seed', {'apps': [{
            'client_id': 'sim-client', 'client_secret': 'sim-secret',
            'redirect_uris': [self.connection.redirect_uri]}]})
        self.start_tour(f'/odoo/quickbooks/{self.connection.id}', 'qbo_connect_and_map', login='bookkeeper')
        self.assertEqual((self.connection.state, self.connection.realm_id), ('connected', US_REALM))

        invoice = self.env['account.move'].create({
            'move_type': 'out_invoice', 'invoice_date': fields.Date.today(),
            'partner_id': self.env['res.partner'].create({'name': "Tour Customer"}).id,
            'invoice_line_ids': [fields.Command.create({
                'product_id': self.env['product.product'].create({'name': "Tour Guide", 'type': 'service'}).id,
                'quantity': 3, 'price_unit': 40, 'tax_ids': []})]})
        self.env.flush_all()
        self.start_tour(f'/odoo/customer-invoices/{invoice.id}', 'qbo_post_invoice', login='bookkeeper')
        for _run in range(2):  # the customer and the item go first
            self.assertIs(self.connection.cron_id.method_direct_trigger(), True)
        self.env.invalidate_all()
        booked = [i for i in self.books()['Invoice'] if i['DocNumber'] == invoice.name]
        self.assertEqual([i['TotalAmt'] for i in booked], [120])
        self.start_tour(f'/odoo/customer-invoices/{invoice.id}', 'qbo_see_badge', login='bookkeeper')

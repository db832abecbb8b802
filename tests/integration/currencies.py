"""What the tests of foreign currencies share: a company that keeps several, and currencies with known rates."""

from odoo import fields

from tests.simulator import US_MULTICURRENCY

from .common import QboCase

MC_REALM = US_MULTICURRENCY['realm_id']


class CurrencyCase(QboCase):
    """A US company with a customer, and euros at two rates: 0.5 for a dollar last month, 0.8 now."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.env['res.partner'].create({
            'name': "Bright Lamps Ltd", 'is_company': True, 'email': "ap@bright.example"})
        cls.product = cls.env['product.product'].create({'name': "Lamp", 'type': 'service', 'taxes_id': False})
        cls.today = fields.Date.today()
        cls.last_month = fields.Date.subtract(cls.today, months=1)
        cls.dollar = cls.env.ref('base.USD')
        cls.euro = cls.currency('EUR', 0.8, last_month=0.5)

    @classmethod
    def currency(cls, code, rate, last_month=None):
        """Return a currency whose rates, in its units for a dollar, are just these."""
        currency = cls.env['res.currency'].with_context(active_test=False).search([('name', '=', code)])
        currency = currency or cls.env['res.currency'].create({'name': code, 'symbol': code})
        currency.active = True
        currency.rate_ids.unlink()
        for day, value in ((cls.last_month, last_month or rate), (cls.today, rate)):
            cls.env['res.currency.rate'].create({
                'name': day, 'rate': value, 'currency_id': currency.id, 'company_id': cls.company.id})
        return currency

    def setUp(self):
        super().setUp()
        self.control('reset')
        self.control('seed', {'companies': [US_MULTICURRENCY]})

    def join(self, realm=MC_REALM, **values):
        """Connect and map."""
        self.connection = self.connect(realm=realm, **values)
        self.accept_mappings(self.connection)

    def bill(self, currency, *prices, partner=None, move_type='out_invoice', tax=None, **values):
        """Post a document with a line for each price."""
        return self.invoice(partner=partner, move_type=move_type, currency_id=currency.id, lines=[
            {'product_id': self.product.id, 'quantity': 1, 'price_unit': price, 'tax_ids': tax.ids if tax else []}
            for price in prices or (100.0,)], **values)

    def refusal(self, record):
        """Drain, and return why a record was refused; it must not have reached the books."""
        self.drain(self.connection)
        entry = self.entries(record)[0]
        self.assertEqual((entry.state, entry.fault_class), ('failed', 'Refused'), entry.fault_message)
        return entry.fault_message

    def refresh(self):
        """Read QuickBooks' lists again."""
        with self.own_cursors():
            self.connection.action_refresh_references()

    def names(self, realm=MC_REALM):
        """Return ``{DisplayName: currency}`` of the customers in the books."""
        return {c['DisplayName']: c['CurrencyRef']['value'] for c in self.books(realm)['Customer']}

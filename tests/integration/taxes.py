"""Companies of other countries, with taxes of their own and no chart of accounts of a country."""

from odoo import fields

from .common import QboCase

COUNTRIES = {'CA': 'CAD', 'AU': 'AUD', 'NL': 'EUR', 'IN': 'INR', 'GB': 'GBP', 'US': 'USD'}


class TaxCase(QboCase):
    """A company with a generic chart of accounts, and a QuickBooks company of a country; one test class a country."""

    country = 'GB'
    realm = '9130000000000099'
    switches = {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        currency = cls.env['res.currency'].with_context(active_test=False).search(
            [('name', '=', COUNTRIES[cls.country])])
        currency.active = True
        cls.country_record = cls.env['res.country'].search([('code', '=', cls.country)])
        cls.company = cls.env['res.company'].create({
            'name': f"Lamps of {cls.country}", 'currency_id': currency.id, 'country_id': cls.country_record.id})
        cls.env.user.company_ids |= cls.company
        cls.env = cls.env(context={**cls.env.context, 'allowed_company_ids': cls.company.ids})
        cls.env['account.chart.template'].try_loading('generic_coa', company=cls.company, install_demo=False)
        cls.company.write({  # the generic chart is an American one
            'currency_id': currency.id, 'country_id': cls.country_record.id,
            'account_fiscal_country_id': cls.country_record.id})
        cls.tax_group = cls.env['account.tax.group'].create({
            'name': "Taxes", 'country_id': cls.country_record.id, 'company_id': cls.company.id})
        cls.partner = cls.env['res.partner'].create({'name': "Jane Roe"})
        cls.product = cls.env['product.product'].create({'name': "Mug", 'type': 'consu', 'taxes_id': False})

    def setUp(self):
        super().setUp()
        self.control('reset')
        self.control('seed', {'companies': [{
            'realm_id': self.realm, 'name': "Books", 'country': self.country,
            'home_currency': COUNTRIES[self.country], 'switches': self.switches}]})
        self.connection = self.connect(realm=self.realm)

    def tax(self, name, amount=0.0, **values):
        """Create a sales tax."""
        return self.env['account.tax'].create({
            'name': name, 'amount': amount, 'type_tax_use': 'sale', 'company_id': self.company.id,
            'country_id': self.country_record.id, 'tax_group_id': self.tax_group.id, **values})

    def bill(self, *lines, **values):
        """Push an invoice of (price, taxes) or (quantity, price, taxes) and return it."""
        def line(quantity, price, taxes):
            return {'product_id': self.product.id, 'quantity': quantity, 'price_unit': price,
                    'tax_ids': [fields.Command.set(taxes.ids if taxes else [])]}
        move = self.invoice(lines=[line(*(row if len(row) == 3 else (1, *row))) for row in lines], **values)
        self.accept_mappings(self.connection)
        self.drain(self.connection)
        return move

    def standing(self, move, entity='Invoice'):
        """Return the document in QuickBooks' books."""
        return self.one(entity, realm=self.realm, DocNumber=move.name)

    def assert_equal_figures(self, move, entity='Invoice'):
        """Check that total, tax and open balance of both systems agree; returns the object in QuickBooks."""
        remote = self.standing(move, entity)
        self.assertAlmostEqual(remote['TotalAmt'], move.amount_total)
        self.assertAlmostEqual(remote['TxnTaxDetail'].get('TotalTax', 0), move.amount_tax)
        self.assertAlmostEqual(remote['Balance'], move.amount_total)
        self.assertEqual(move.qbo_state, 'synced')
        return remote

    def map(self, tax, name):
        """Map a tax to a QuickBooks tax code by its name."""
        code = self.env['qbo.reference'].search([
            ('connection_id', '=', self.connection.id), ('entity', '=', 'TaxCode'), ('name', '=', name)])
        mapping = self.env['qbo.mapping'].search([
            ('connection_id', '=', self.connection.id), ('kind', '=', 'tax'), ('res_id', '=', tax.id)])
        mapping = mapping or self.env['qbo.mapping']._add(self.connection, 'tax', tax)
        mapping.reference_id = code
        return code

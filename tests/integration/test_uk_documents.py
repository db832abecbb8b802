"""Documents of a company outside the US."""

from odoo.tests import tagged

from .common import UK_REALM, QboCase


@tagged('standard', 'post_install', '-at_install')
class TestUkDocuments(QboCase):
    """A company outside the US: one tax code per line, QuickBooks computes the tax."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.use_uk_company("London Lamps")
        cls.partner = cls.env['res.partner'].create({'name': "Jane Roe"})
        cls.product = cls.env['product.product'].create({'name': "Mug", 'type': 'consu', 'taxes_id': False})

    def setUp(self):
        super().setUp()
        self.control('reset')
        self.connection = self.connect(realm=UK_REALM)
        self.accept_mappings(self.connection)

    def test_vat_is_computed_by_quickbooks_and_equals_odoos(self):
        tax = self.company.account_sale_tax_id
        move = self.invoice(lines=[
            {'product_id': self.product.id, 'quantity': 7, 'price_unit': 2.55, 'tax_ids': tax.ids},
            {'product_id': self.product.id, 'quantity': 1, 'price_unit': 3.39, 'tax_ids': []},
        ])
        self.drain(self.connection)
        invoice = self.one('Invoice', realm=UK_REALM, DocNumber=move.name)
        self.assertEqual(invoice['GlobalTaxCalculation'], 'TaxExcluded')
        self.assertAlmostEqual(invoice['TotalAmt'], move.amount_total)
        self.assertAlmostEqual(invoice['TxnTaxDetail']['TotalTax'], move.amount_tax)

    def test_prices_that_include_vat_and_negative_lines_come_to_the_same_total(self):
        move = self.invoice_with_vat_included(12.0)
        invoice = self.one('Invoice', realm=UK_REALM, DocNumber=move.name)
        self.assertAlmostEqual(invoice['TotalAmt'], move.amount_total)
        self.assertAlmostEqual(invoice['TxnTaxDetail']['TotalTax'], move.amount_tax)
        self.assertEqual(move.qbo_state, 'synced')

    def test_prices_that_include_vat_come_to_the_cent(self):
        move = self.invoice_with_vat_included(9.99)
        invoice = self.one('Invoice', realm=UK_REALM, DocNumber=move.name)
        self.assertEqual((move.amount_total, float(invoice['TotalAmt'])), (86.97, 86.97))
        self.assertEqual(move.qbo_state, 'synced')

    def test_a_cent_of_tax_by_which_the_books_differ_is_shown_with_both_figures(self):
        self.company.tax_calculation_rounding_method = 'round_per_line'
        move = self.invoice(lines=[{
            'product_id': self.product.id, 'quantity': 1, 'price_unit': 0.88,
            'tax_ids': self.company.account_sale_tax_id.ids} for _line in range(3)])
        self.drain(self.connection)
        invoice = self.one('Invoice', realm=UK_REALM, DocNumber=move.name)
        self.assertEqual((move.amount_total, float(invoice['TotalAmt'])), (3.18, 3.18))
        self.assertEqual(move.qbo_state, 'variance')
        self.assertIn("0.54", move.qbo_message)
        self.assertIn("0.53", move.qbo_message)
        self.assertIn(move, self.env['account.move'].search([('qbo_state', '=', 'variance')]))

    def invoice_with_vat_included(self, price):
        """Push three pieces at a price that includes VAT, less 10 %, 120.00 and a down payment of 60.00."""
        tax = self.company.account_sale_tax_id.copy({'name': "20% incl", 'price_include_override': 'tax_included'})
        values = {'product_id': self.product.id, 'tax_ids': tax.ids}
        move = self.invoice(lines=[
            {**values, 'quantity': 3, 'price_unit': price, 'discount': 10},
            {**values, 'quantity': 1, 'price_unit': 120.0},
            {**values, 'name': "Down payment", 'quantity': -1, 'price_unit': 60.0},
        ])
        self.accept_mappings(self.connection)
        self.drain(self.connection)
        return move

    def test_cash_rounding_is_a_line_of_its_own(self):
        income = self.product.product_tmpl_id._get_product_accounts()['income']
        rounding = self.env['account.cash.rounding'].create({
            'name': "To 0.05", 'rounding': 0.05, 'strategy': 'add_invoice_line', 'rounding_method': 'HALF-UP',
            'profit_account_id': income.id, 'loss_account_id': income.id})
        for move_type, entity in (('out_invoice', 'Invoice'), ('out_refund', 'CreditMemo')):
            move = self.invoice(move_type=move_type, invoice_cash_rounding_id=rounding.id, lines=[
                {'product_id': self.product.id, 'quantity': 1, 'price_unit': 10.02, 'tax_ids': []}])
            self.drain(self.connection)
            self.assertAlmostEqual(move.amount_total, 10.0)
            self.assertAlmostEqual(self.one(entity, realm=UK_REALM, DocNumber=move.name)['TotalAmt'], 10.0)

    def test_an_unmapped_tax_fails_by_name_and_saving_the_mapping_retries(self):
        tax = self.env['account.tax'].create({
            'name': "GST 18%", 'amount': 18, 'type_tax_use': 'sale', 'company_id': self.company.id})
        move = self.invoice(lines=[{
            'product_id': self.product.id, 'quantity': 1, 'price_unit': 10, 'tax_ids': tax.ids}])
        self.drain(self.connection)
        entry = self.entries(move)[0]
        self.assertEqual(entry.state, 'failed')
        self.assertIn("GST 18%", entry.fault_message)
        self.assertEqual(move.qbo_state, 'failed')
        self.assertIn("GST 18%", move.message_ids[0].body)
        self.assertEqual(entry.action_fix()['res_id'], entry.mapping_id.id)

        code = self.env['qbo.reference'].search([
            ('connection_id', '=', self.connection.id), ('entity', '=', 'TaxCode'), ('rate', '=', 20)], limit=1)
        entry.mapping_id.reference_id = code
        self.assertEqual(entry.state, 'pending')
        self.drain(self.connection)
        self.one('Invoice', realm=UK_REALM, DocNumber=move.name)
        self.assertEqual(self.entries(move)[0].fault_class, 'Variance')  # 18 % here, 20 % there

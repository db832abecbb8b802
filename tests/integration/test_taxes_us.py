"""Taxes in the US: automated sales tax takes Odoo's total, manual tax has one code a document."""

from odoo.tests import tagged

from .taxes import TaxCase


@tagged('standard', 'post_install', '-at_install')
class TestAutomatedTax(TaxCase):
    """Automated sales tax, as all newer US companies have it."""

    country = 'US'

    def test_several_rates_on_one_document_and_lines_without_tax(self):
        remote = self.assert_equal_figures(self.bill(
            (99.99, self.tax("City", 8.25)), (50.0, self.tax("County", 6)), (20.0, None)))
        codes = [line['SalesItemLineDetail']['TaxCodeRef']['value'] for line in remote['Line'][:3]]
        self.assertEqual(codes, ['TAX', 'TAX', 'NON'])

    def test_rounding_line_by_line_is_handed_over(self):
        self.company.tax_calculation_rounding_method = 'round_per_line'
        tax = self.tax("City", 8.25)
        self.assert_equal_figures(self.bill(*((0.99, tax) for _ in range(7))))

    def test_a_group_of_taxes_and_an_amount_for_each_piece(self):
        state, city = (self.tax(name, rate, type_tax_use='none') for name, rate in (("State", 6), ("City", 1.5)))
        both = self.tax("Both", amount_type='group', children_tax_ids=[(6, 0, (state | city).ids)])
        self.assert_equal_figures(self.bill((3, 33.33, both | self.tax("Bottle", 0.05, amount_type='fixed'))))

    def test_a_customer_whom_odoo_does_not_tax_has_lines_without_tax(self):
        remote = self.assert_equal_figures(self.bill((100.0, None)))
        self.assertEqual(remote['Line'][0]['SalesItemLineDetail']['TaxCodeRef']['value'], 'NON')

    def test_taxed_lines_that_cancel_out_are_no_trouble(self):
        tax = self.tax("City", 8.25)
        self.assert_equal_figures(self.bill((100.0, tax), (-1, 100.0, tax), (25.0, None)))

    def test_what_rounding_leaves_of_the_tax_on_nothing_becomes_a_line(self):
        self.company.tax_calculation_rounding_method = 'round_per_line'
        tax = self.tax("City", 8.25)
        move = self.bill((66.66, tax), (-1, 30.12, tax), (-1, 36.54, tax), (25.0, None))
        self.assertEqual(move.amount_tax, 0.01)
        remote = self.standing(move)
        self.assertAlmostEqual(remote['TotalAmt'], move.amount_total)
        self.assertAlmostEqual(remote['Balance'], move.amount_total)
        self.assertEqual(remote['TxnTaxDetail']['TotalTax'], 0)
        self.assertEqual(move.qbo_state, 'variance')

    def test_a_tax_on_lines_that_cancel_out_is_refused_beforehand(self):
        move = self.bill((100.0, self.tax("City", 10)), (-1, 100.0, self.tax("County", 5)), (25.0, None))
        self.assertEqual((move.amount_tax, move.qbo_state), (5, 'failed'))
        self.assertIn("credit note", move.qbo_message)
        self.assertEqual(self.books(self.realm).get('Invoice', []), [])

    def test_an_exempt_customer_has_its_reason_and_resale_number(self):
        self.assertTrue(self.partner.qbo_in_us)
        self.partner.write({'qbo_sales_tax': '9', 'vat': "12-3456789"})
        self.bill((100.0, None))
        customer = self.one('Customer', realm=self.realm, DisplayName="Jane Roe")
        self.assertEqual((customer['Taxable'], customer['TaxExemptionReasonId'], customer['ResaleNum']), (
            False, '9', "12-3456789"))
        move = self.bill((100.0, self.tax("City", 8.25)))
        self.assertEqual(move.qbo_state, 'failed')
        self.assertIn("exempt from sales tax", move.qbo_message)
        self.assertEqual(len(self.books(self.realm)['Invoice']), 1, "refused before it is sent")
        self.partner.qbo_sales_tax = '0'
        move.action_qbo_push()
        self.drain(self.connection)
        self.assertTrue(self.one('Customer', realm=self.realm, DisplayName="Jane Roe")['Taxable'])
        self.assert_equal_figures(move)

    def test_a_customer_of_whom_odoo_says_nothing_stays_as_quickbooks_has_it(self):
        self.bill((1.0, None))
        customer = self.one('Customer', realm=self.realm, DisplayName="Jane Roe")
        self.assertEqual((customer['Taxable'], customer.get('TaxExemptionReasonId')), (True, None))
        company = self.simulator.companies[self.realm]
        company.touch('Customer', dict(
            company.get('Customer', customer['Id']), Taxable=False, TaxExemptionReasonId='8'))
        self.partner.phone = "555"
        self.drain(self.connection)
        customer = self.one('Customer', realm=self.realm, DisplayName="Jane Roe")
        self.assertEqual((customer['PrimaryPhone']['FreeFormNumber'], customer['Taxable']), ("555", False))

    def test_a_customer_whom_quickbooks_does_not_tax_is_said_aloud(self):
        self.bill((1.0, None))
        customer = self.one('Customer', realm=self.realm, DisplayName="Jane Roe")
        company = self.simulator.companies[self.realm]
        company.touch('Customer', dict(company.get('Customer', customer['Id']), Taxable=False))
        move = self.bill((100.0, self.tax("City", 8.25)))
        self.assertEqual(move.qbo_state, 'failed')
        self.assertIn("108.25", move.qbo_message)
        self.assertIn("100.00", move.qbo_message)
        self.assertIn("does not tax", move.qbo_message)


@tagged('standard', 'post_install', '-at_install')
class TestManualTax(TaxCase):
    """A US company that keeps its rates itself."""

    country = 'US'

    def setUp(self):
        super().setUp()
        self.control(f'preferences/{self.realm}', {'TaxPrefs': {'PartnerTaxEnabled': False}})
        with self.own_cursors():
            self.connection.action_test()
        self.company.tax_calculation_rounding_method = 'round_per_line'
        self.city = self.tax("California", 9.375)
        self.lines = [(0.88, self.city)] * 3  # 3 x 0.08 in Odoo, 0.25 in QuickBooks: 6 % and 3.375 %

    def test_a_rounding_line_makes_the_total(self):
        self.assertFalse(self.connection.partner_tax)
        move = self.bill(*self.lines)
        remote = self.standing(move)
        self.assertAlmostEqual(remote['TotalAmt'], move.amount_total)
        self.assertAlmostEqual(remote['Balance'], move.amount_total)
        self.assertEqual(self.connection.tax_override, 'ignored')
        self.assertEqual(move.qbo_state, 'variance')

    def test_a_total_that_is_honoured_needs_none(self):
        self.simulator.companies[self.realm].switches['manual_tax_override'] = True
        self.assert_equal_figures(self.bill(*self.lines))
        self.assertEqual(self.connection.tax_override, 'unknown')

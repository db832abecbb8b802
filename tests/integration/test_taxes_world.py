"""Taxes outside the US: a code on every line, rounding, prices that include tax, several taxes on a line."""

from odoo.fields import Command
from odoo.tests import tagged

from .taxes import TaxCase


@tagged('standard', 'post_install', '-at_install')
class TestUkRounding(TaxCase):
    """Odoo and QuickBooks round differently."""

    def setUp(self):
        super().setUp()
        self.company.tax_calculation_rounding_method = 'round_per_line'
        self.vat = self.tax("VAT 20", 20)

    def odd(self, **values):
        return self.bill(*((0.88, self.vat) for _ in range(3)), (10, None), **values)

    def test_odoos_tax_is_sent_by_rate_where_quickbooks_would_round_it_otherwise(self):
        self.simulator.companies[self.realm].switches['line_tax_override'] = True
        move = self.odd()
        self.assertAlmostEqual(move.amount_tax, 0.54)
        remote = self.assert_equal_figures(move)
        self.assertEqual(len(remote['TxnTaxDetail']['TaxLine']), 2)
        self.assertEqual(self.connection.tax_override, 'honoured')

    def test_a_tax_that_is_ignored_is_closed_by_a_rounding_line_at_once_and_told(self):
        move = self.odd()
        remote = self.standing(move)
        self.assertEqual(self.connection.tax_override, 'ignored')
        self.assertAlmostEqual(remote['TotalAmt'], move.amount_total)
        self.assertAlmostEqual(remote['Balance'], move.amount_total)
        self.assertEqual(remote['Line'][-2]['Description'], "Rounding")
        self.assertAlmostEqual(remote['Line'][-2]['Amount'], 0.01)
        self.assertEqual(move.qbo_state, 'variance')
        self.assertIn("0.54", move.qbo_message)
        self.assertIn("0.53", move.qbo_message)

    def test_once_known_the_rounding_line_goes_with_the_first_push(self):
        self.connection.tax_override = 'ignored'
        self.control('calls', method='DELETE')
        move = self.odd()
        self.assertEqual(self.standing(move)['SyncToken'], '0')
        self.assertAlmostEqual(self.standing(move)['TotalAmt'], move.amount_total)

    def test_where_the_guess_is_wrong_quickbooks_answer_decides(self):
        self.connection.tax_override = 'ignored'
        self.simulator.companies[self.realm].switches['tax_rounding'] = 'line'
        move = self.odd()
        remote = self.assert_equal_figures(move)
        self.assertNotIn("Rounding", [line.get('Description') for line in remote['Line']])
        self.env['qbo.queue.entry']._enqueue(move, self.connection)
        self.drain(self.connection)
        self.assertEqual(self.standing(move)['SyncToken'], remote['SyncToken'])

    def test_a_credit_note_is_closed_the_same_way(self):
        move = self.odd(move_type='out_refund')
        remote = self.standing(move, 'CreditMemo')
        self.assertAlmostEqual(remote['TotalAmt'], move.amount_total)
        self.assertEqual(move.qbo_state, 'variance')

    def test_rounded_once_per_document_both_agree_by_themselves(self):
        self.company.tax_calculation_rounding_method = 'round_globally'
        remote = self.assert_equal_figures(self.odd())
        self.assertAlmostEqual(remote['TxnTaxDetail']['TotalTax'], 0.53)

    def test_cash_rounding_within_a_tax_is_odoos_tax(self):
        self.simulator.companies[self.realm].switches['line_tax_override'] = True
        rounding = self.env['account.cash.rounding'].create({
            'name': "To 0.05", 'rounding': 0.05, 'strategy': 'biggest_tax', 'rounding_method': 'HALF-UP'})
        move = self.bill((10.01, self.vat), invoice_cash_rounding_id=rounding.id)
        self.assertAlmostEqual(move.amount_total, 12.0)
        self.assert_equal_figures(move)

    def test_a_credit_that_quickbooks_applies_by_itself_is_told(self):
        self.simulator.companies[self.realm].switches['auto_apply_credit'] = True
        self.bill((5.0, None), move_type='out_refund')
        move = self.bill((100.0, None))
        self.assertEqual(move.qbo_state, 'variance')
        self.assertIn("5.00 applied by QuickBooks itself", move.qbo_message)

    def test_a_person_may_have_it_asked_again(self):
        self.connection.tax_override = 'ignored'
        self.simulator.companies[self.realm].switches['line_tax_override'] = True
        self.connection.tax_override = 'unknown'
        self.assert_equal_figures(self.odd())

    def test_prices_of_six_decimals_and_quantities_of_five(self):
        self.env.ref('product.decimal_price').digits = 6
        self.env.ref('uom.decimal_product_uom').digits = 5
        self.assert_equal_figures(self.bill((1.23457, 33.333333, self.vat), (0.00001, 999.999999, self.vat)))


@tagged('standard', 'post_install', '-at_install')
class TestPricesIncludingTax(TaxCase):
    """Prices that include tax: the total is the sum of what the lines show."""

    def setUp(self):
        super().setUp()
        self.included = self.tax("VAT 20 incl", 20, price_include_override='tax_included')

    def test_the_total_is_the_sum_of_the_gross_amounts(self):
        # Rounded line by line, Odoo's tax is not QuickBooks'; the total is, and that is what counts here.
        for method, state in (('round_globally', 'synced'), ('round_per_line', 'variance')):
            self.company.tax_calculation_rounding_method = method
            with self.subTest(method):
                move = self.bill((3, 9.99, self.included), (1, 0.03, self.included), (7, 1.01, self.included),
                                 (1, 5.0, None))
                remote = self.standing(move)
                self.assertEqual(remote['GlobalTaxCalculation'], 'TaxInclusive')
                self.assertAlmostEqual(remote['TotalAmt'], move.amount_total)
                self.assertAlmostEqual(sum(
                    line['SalesItemLineDetail']['TaxInclusiveAmt'] for line in remote['Line'][:4]), move.amount_total)
                self.assertEqual((move.qbo_state, self.entries(move)[0].state), (state, 'done'))

    def test_a_document_with_both_kinds_of_prices_is_sent_without_tax(self):
        move = self.bill((12.0, self.included), (10.0, self.tax("VAT 20", 20)))
        self.assertEqual(self.assert_equal_figures(move)['GlobalTaxCalculation'], 'TaxExcluded')

    def test_should_the_word_change_the_display_only_the_total_is_closed_all_the_same(self):
        self.simulator.companies[self.realm].switches['inclusive_amounts'] = 'display'
        move = self.bill(*((9.99, self.included) for _ in range(4)))
        self.assertAlmostEqual(self.standing(move)['TotalAmt'], move.amount_total)

    def test_should_amount_be_the_gross_one_it_is_said_aloud(self):
        self.simulator.companies[self.realm].switches['inclusive_amounts'] = 'amount'
        move = self.bill((12.0, self.included))
        self.assertEqual(move.qbo_state, 'failed')
        self.assertIn("10.00", move.qbo_message)


@tagged('standard', 'post_install', '-at_install')
class TestCanada(TaxCase):
    """GST and PST on one line are one tax code."""

    country = 'CA'

    def test_two_taxes_on_a_line_are_mapped_together_by_their_sum(self):
        gst, pst = self.tax("GST", 5), self.tax("PST BC", 7)
        remote = self.assert_equal_figures(self.bill((100.0, gst | pst), (50.0, gst)))
        self.assertEqual(sorted(row['Amount'] for row in remote['TxnTaxDetail']['TaxLine']), [2.5, 5, 7])

    def test_an_unmapped_combination_names_its_taxes(self):
        move = self.bill((100.0, self.tax("GST", 5) | self.tax("Luxury", 6)))
        self.assertEqual(move.qbo_state, 'failed')
        self.assertIn("GST + Luxury", move.qbo_message)
        self.assertEqual(self.books(self.realm).get('Invoice', []), [])

    def test_a_group_of_taxes_and_harmonised_tax(self):
        gst, qst = self.tax("GST", 5, type_tax_use='none'), self.tax("QST", 9.975, type_tax_use='none')
        both = self.tax("GST + QST", amount_type='group', children_tax_ids=[Command.set((gst | qst).ids)])
        self.assert_equal_figures(self.bill((100.0, both), (33.33, self.tax("HST ON", 13))))

    def test_a_tax_on_the_tax_before_it_is_suggested_a_code_of_the_same_sum(self):
        first = self.tax("First", 5, include_base_amount=True, sequence=1)
        second = self.tax("Second", 10, is_base_affected=True, sequence=2)
        combination = self.env['qbo.tax.combination']._of(first | second)
        self.assertAlmostEqual(self.env['qbo.mapping']._tax_rate(combination), 15.5)


@tagged('standard', 'post_install', '-at_install')
class TestEurope(TaxCase):
    """Two rates, zero rate, exempt, reverse charge, and taxes that are no percentage."""

    country = 'NL'

    def test_every_kind_of_rate_on_one_document(self):
        remote = self.assert_equal_figures(self.bill(
            (99.99, self.tax("21%", 21)), (10.05, self.tax("9%", 9)), (5.0, self.tax("0%", 0)), (3.0, None)))
        self.assertAlmostEqual(remote['TxnTaxDetail']['TotalTax'], 21.90)

    def test_reverse_charge_is_suggested_a_code_of_nothing_and_charges_nothing(self):
        lines = [Command.create({'repartition_type': 'base'}),
                 Command.create({'repartition_type': 'tax', 'factor_percent': 100}),
                 Command.create({'repartition_type': 'tax', 'factor_percent': -100})]
        reverse = self.tax("21% Reverse Charge", 21, invoice_repartition_line_ids=lines,
                           refund_repartition_line_ids=[Command.create(dict(command[2])) for command in lines])
        remote = self.assert_equal_figures(self.bill((100.0, reverse)))
        self.assertEqual(remote['TotalAmt'], 100)
        code = remote['Line'][0]['SalesItemLineDetail']['TaxCodeRef']['value']
        names = {code['Id']: code['Name'] for code in self.books(self.realm)['TaxCode']}
        self.assertEqual(names[code], "Reverse Charge")

    def test_a_tax_by_the_piece_and_a_withheld_one_are_refused_with_the_cure(self):
        for tax, word in ((self.tax("Eco fee", 0.5, amount_type='fixed'), "line of its own"),
                          (self.tax("Withholding", -15), "withheld")):
            with self.subTest(tax.name):
                move = self.bill((100.0, tax))
                self.assertEqual(move.qbo_state, 'failed')
                self.assertIn(tax.name, move.qbo_message)
                self.assertIn(word, move.qbo_message)
        self.assertEqual(self.books(self.realm).get('Invoice', []), [])

    def test_a_division_tax_is_the_rate_it_comes_to(self):
        tax = self.tax("Of the total", 17.355372, amount_type='division')
        self.map(tax, "21.0%")
        self.assert_equal_figures(self.bill((100.0, tax)))

    def test_cash_basis_does_not_disturb(self):
        self.company.tax_exigibility = True
        account = self.env['account.account'].create({
            'name': "Tax to come", 'code': 'X251', 'account_type': 'liability_current', 'reconcile': True})
        self.assert_equal_figures(self.bill((100.0, self.tax(
            "21% cash", 21, tax_exigibility='on_payment', cash_basis_transition_account_id=account.id))))


@tagged('standard', 'post_install', '-at_install')
class TestAustralia(TaxCase):
    """GST of 10 %, prices with and without."""

    country = 'AU'

    def test_gst(self):
        included = self.tax("GST incl", 10, price_include_override='tax_included')
        self.assert_equal_figures(self.bill((19.95, self.tax("GST", 10)), (1.0, self.tax("GST free", 0))))
        self.assert_equal_figures(self.bill((19.95, included), (2, 3.33, included)))


@tagged('standard', 'post_install', '-at_install')
class TestIndia(TaxCase):
    """GST as a group of a central and a state tax."""

    country = 'IN'

    def test_a_group_is_one_code_of_two_rates(self):
        central, state = (self.tax(name, 9, type_tax_use='none') for name in ("CGST", "SGST"))
        both = self.tax("GST 18%", amount_type='group', children_tax_ids=[Command.set((central | state).ids)])
        remote = self.assert_equal_figures(self.bill((100.0, both), (0.5, both)))
        self.assertEqual(len(remote['TxnTaxDetail']['TaxLine']), 2)

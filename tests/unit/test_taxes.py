"""What QuickBooks makes of a document, and how differences are closed."""

from datetime import date
from decimal import Decimal

import pytest
from qbo.documents import LineDoc, SalesDoc
from qbo.payloads.sales import sales_payload
from qbo.taxes import HONOURED, IGNORED, UNKNOWN, closed, predicted

D = Decimal
RATES = {'S': (('20', D(20)),), 'Z': (('0', D(0)),), 'B': (('5', D(5)), ('7', D(7)))}


def line(amount, code='S', **values):
    """Return a line of an amount."""
    return LineDoc(**{'item': '7', 'amount': D(amount), 'tax_code': code, 'description': "Desk", **values})


def sale(*lines, tax='0', **values):
    """Return a document whose total is what its lines and tax come to."""
    total = sum(each.amount for each in lines) + D(tax)
    return SalesDoc(**{
        'kind': 'Invoice', 'number': "1", 'date': date(2026, 11, 21), 'customer': '58', 'lines': lines, 'total': total,
        'tax_total': D(tax), 'tax_regime': 'global', 'tax_rates': RATES, 'untaxed_code': 'Z', **values})


def figures(doc):
    """Return (net, tax, total) of a prediction."""
    expected = predicted(doc)
    return expected.net, expected.tax, expected.total


# === WHAT QUICKBOOKS COMES TO === #

def test_tax_is_rounded_half_up_once_for_each_rate():
    lines = [line('0.88') for _ in range(3)]
    assert figures(sale(*lines)) == (D('2.64'), D('0.53'), D('3.17'))
    assert figures(sale(line('0.125', 'S'), digits=2))[0] == D('0.13')


def test_rates_that_several_codes_share_are_charged_on_the_sum():
    shares = predicted(sale(line(100, 'B'), line(50, 'G'), tax_rates={**RATES, 'G': (('5', D(5)),)})).shares
    assert {share.rate: (share.base, share.amount) for share in shares} == {'5': (150, D('7.50')), '7': (100, D(7))}


def test_without_the_rates_of_a_code_nothing_is_foretold():
    assert predicted(sale(line(100, 'X'))) is None
    assert predicted(sale(line(100, 'X'), tax_rates={'X': None})) is None


def test_a_currency_without_decimals_is_rounded_to_whole_units():
    assert figures(sale(line(1003), digits=0)) == (1003, 201, 1204)


def test_prices_with_tax_add_up_to_the_total():
    lines = [line('8.33', gross=D('9.99')) for _ in range(3)]
    assert figures(sale(*lines, tax_included=True)) == (D('24.97'), D(5), D('29.97'))


def test_several_rates_are_taken_out_of_one_gross_amount():
    assert figures(sale(line(100, 'B', gross=D(112)), tax_included=True)) == (100, 12, 112)


def test_us_automated_tax_is_what_we_say_next_to_a_code():
    us = {'tax_regime': 'us', 'automated_tax': True, 'tax_code': '2'}
    assert figures(sale(line(100, taxable=True), tax='8.25', **us)) == (100, D('8.25'), D('108.25'))
    assert figures(sale(line(100), tax='8.25', **us)) == (100, 0, 100)
    assert figures(sale(line(100, taxable=True), tax='8.25', **{**us, 'tax_code': None})) == (100, 0, 100)


def test_us_manual_tax_is_one_code_on_what_is_taxable():
    us = {'tax_regime': 'us', 'tax_code': 'B'}
    assert figures(sale(line(100, taxable=True), line(50), **us)) == (150, 12, 162)
    assert predicted(sale(line(100, taxable=True), **{**us, 'tax_code': 'X'})) is None


def test_without_sales_tax_there_is_none():
    assert figures(sale(line(100), tax_regime='none')) == (100, 0, 100)


# === CLOSING A DIFFERENCE === #

def odd():
    """Return a document whose tax Odoo rounded line by line."""
    return sale(*(line('0.88') for _ in range(3)), line(10, 'Z'), tax='0.54')


@pytest.mark.parametrize('override', [UNKNOWN, HONOURED, IGNORED])
def test_what_agrees_is_sent_as_it_is(override):
    doc = sale(line(100), tax='20')
    assert closed(doc, override) == doc


@pytest.mark.parametrize('override', [UNKNOWN, HONOURED])
def test_odoos_tax_is_sent_for_each_rate(override):
    detail = sales_payload(closed(odd(), override))['TxnTaxDetail']
    assert detail['TotalTax'] == 0.54
    assert [(row['TaxLineDetail']['TaxRateRef']['value'], row['Amount']) for row in detail['TaxLine']] == [
        ('20', 0.54), ('0', 0)]


def test_where_that_is_ignored_a_line_without_tax_makes_the_total():
    payload = sales_payload(closed(odd(), IGNORED))
    assert 'TxnTaxDetail' not in payload
    assert payload['Line'][-1] == {
        'DetailType': 'SalesItemLineDetail', 'Amount': 0.01, 'Description': "Rounding",
        'SalesItemLineDetail': {'ItemRef': {'value': '7'}, 'TaxCodeRef': {'value': 'Z'}}}


def test_what_quickbooks_answered_counts_more_than_what_was_foretold():
    assert closed(odd(), IGNORED, D('0.02')).rounding == D('0.02')
    assert closed(odd(), IGNORED, D(0)).rounding == 0


def test_another_rate_is_not_rounding_and_stays_in_sight():
    doc = sale(line(100), tax='19')
    assert closed(doc, UNKNOWN) == doc
    assert closed(doc, IGNORED) == doc


def test_what_odoo_rounded_within_a_tax_counts_as_rounding():
    doc = sale(line('10.01'), tax='2.04', rounded=D('0.04'))
    assert closed(doc, IGNORED).rounding == D('0.04')


def test_a_us_company_with_manual_tax_gets_a_rounding_line_and_automated_tax_does_not():
    us = {'tax_regime': 'us', 'tax_code': 'S'}
    doc = sale(*(line('0.88', taxable=True) for _ in range(3)), tax='0.54', **us)
    payload = sales_payload(closed(doc, IGNORED))
    assert payload['Line'][-1]['Amount'] == 0.01
    assert payload['Line'][-1]['SalesItemLineDetail']['TaxCodeRef'] == {'value': 'NON'}
    assert payload['TxnTaxDetail'] == {'TxnTaxCodeRef': {'value': 'S'}}
    assert sales_payload(closed(doc, UNKNOWN))['TxnTaxDetail']['TotalTax'] == 0.54
    automated = sale(line(100, taxable=True), tax='8', automated_tax=True, **us)
    assert closed(automated, IGNORED) == automated


def test_under_automated_tax_lines_that_cancel_out_get_odoos_cent_as_a_line():
    us = {'tax_regime': 'us', 'tax_code': 'S', 'automated_tax': True}
    lines = line('66.66', taxable=True), line('-33.33', taxable=True), line('-33.33', taxable=True)
    payload = sales_payload(closed(sale(*lines, tax='0.01', **us)))
    assert (payload['Line'][-1]['Description'], payload['Line'][-1]['Amount']) == ("Rounding", 0.01)
    assert payload['TxnTaxDetail'] == {'TxnTaxCodeRef': {'value': 'S'}}, "no tax of ours on nothing"
    for doc in (sale(*lines, **us), sale(*lines, tax='5', **us), sale(*lines, line(1, taxable=True), tax='0.08', **us)):
        assert closed(doc) == doc


# === PRICES WITH TAX === #

def test_lines_say_both_amounts():
    payload = sales_payload(sale(line('8.33', gross=D('9.99'), quantity=D(1)), tax_included=True))
    assert payload['GlobalTaxCalculation'] == 'TaxInclusive'
    detail = payload['Line'][0]['SalesItemLineDetail']
    assert (payload['Line'][0]['Amount'], detail['UnitPrice'], detail['TaxInclusiveAmt']) == (8.33, 8.33, 9.99)


def test_a_discount_takes_its_part_of_the_tax():
    payload = sales_payload(sale(line(90, gross=D(108), discount=D(10)), tax_included=True))
    assert [(row['Amount'], row['SalesItemLineDetail']['TaxInclusiveAmt']) for row in payload['Line']] == [
        (100, 120), (-10, -12)]


def test_in_a_currency_without_cents_rounding_is_whole_units():
    doc = sale(*(line(3) for _ in range(3)), tax='3', digits=0)  # 3 x 0.6 line by line, 1.8 together
    assert closed(doc, IGNORED).rounding == 1

"""Taxes: the simulator works them out and never echoes."""

import pytest

from .support import Caller, line, ref, sale

STANDARD, REDUCED, ZERO, EXEMPT = '1', '2', '3', '4'


def test_automated_sales_tax_works_out_the_rates_itself(us):
    invoice = us.invoice(us.customer(), line(100, 'TAX'), line(50, 'NON'))
    detail = invoice['TxnTaxDetail']
    assert (detail['TotalTax'], invoice['TotalAmt'], detail['TxnTaxCodeRef']) == (9.38, 159.38, {'value': '2'})
    assert [(row['Amount'], row['TaxLineDetail']['TaxPercent'], row['TaxLineDetail']['NetAmountTaxable'])
            for row in detail['TaxLine']] == [(6, 6, 100), (3.38, 3.375, 100)]


def test_an_explicit_total_next_to_a_tax_code_is_honoured_and_spread(us):
    invoice = us.invoice(us.customer(), line(100, 'TAX'),
                         TxnTaxDetail={'TxnTaxCodeRef': {'value': '2'}, 'TotalTax': 9})
    assert invoice['TotalAmt'] == 109
    assert [row['Amount'] for row in invoice['TxnTaxDetail']['TaxLine']] == [5.76, 3.24]


def test_an_explicit_total_without_a_tax_code_is_ignored(us):
    assert us.invoice(us.customer(), line(100, 'TAX'), TxnTaxDetail={'TotalTax': 1})['TotalAmt'] == 109.38


def test_a_total_is_not_honoured_where_nothing_is_taxable(us):
    detail = {'TxnTaxCodeRef': {'value': '2'}, 'TotalTax': 9}
    assert us.invoice(us.customer(), line(100, 'NON'), TxnTaxDetail=detail)['TotalAmt'] == 100
    assert us.invoice(us.customer("B", Taxable=False), line(100, 'TAX'), TxnTaxDetail=detail)['TotalAmt'] == 100


def test_an_override_lasts_until_the_lines_change(us):
    invoice = us.invoice(us.customer(), line(100, 'TAX'),
                         TxnTaxDetail={'TxnTaxCodeRef': {'value': '2'}, 'TotalTax': 9})
    noted = us.post('Invoice', ref(invoice, sparse=True, PrivateNote="x"))
    assert noted['TotalAmt'] == 109
    assert us.post('Invoice', ref(noted, sparse=True, Line=[line(200, 'TAX')]))['TotalAmt'] == 218.75


@pytest.mark.parametrize('code', ['2'])
def test_us_lines_take_tax_or_non_only(us, code):
    assert us.refused('Invoice', sale(us.customer(), line(100, code)))['code'] == '6100'
    assert us.refused('Invoice', sale(us.customer("B"), line(100, '77')))['code'] == '2500'


def test_a_us_line_without_a_code_is_not_taxed(us):
    body = line(100)
    del body['SalesItemLineDetail']['TaxCodeRef']
    invoice = us.invoice(us.customer(), body)
    assert invoice['Line'][0]['SalesItemLineDetail']['TaxCodeRef'] == {'value': 'NON'}
    assert invoice['TxnTaxDetail'] == {'TotalTax': 0}


def test_us_manual_tax_follows_the_documents_code(us):
    us.preferences(TaxPrefs={'PartnerTaxEnabled': False})
    customer = us.customer()
    assert us.invoice(customer, line(100, 'TAX'))['TotalAmt'] == 100
    detail = {'TxnTaxCodeRef': {'value': '2'}, 'TotalTax': 9}
    assert us.invoice(customer, line(100, 'TAX'), TxnTaxDetail=detail)['TotalAmt'] == 109.38
    us.company.switches['manual_tax_override'] = True
    assert us.invoice(customer, line(100, 'TAX'), TxnTaxDetail=detail)['TotalAmt'] == 109


def test_a_company_without_sales_tax_charges_none(us):
    us.preferences(TaxPrefs={'UsingSalesTax': False})
    assert us.invoice(us.customer(), line(100, 'TAX'))['TotalAmt'] == 100


def test_elsewhere_each_line_carries_a_code_and_tax_is_rounded_per_rate(uk):
    lines = [line('0.33', STANDARD)] * 3 + [line(10, REDUCED), line(10, ZERO), line(10, EXEMPT)]
    invoice = uk.invoice(uk.customer(), *lines)
    assert invoice['GlobalTaxCalculation'] == 'TaxExcluded'
    assert invoice['TxnTaxDetail']['TotalTax'] == 0.7   # 20 % of 0.99 is 0.198, 5 % of 10 is 0.50
    assert invoice['TotalAmt'] == 31.69
    bases = [row['TaxLineDetail']['NetAmountTaxable'] for row in invoice['TxnTaxDetail']['TaxLine']]
    assert bases == [0.99, 10, 10, 10]
    uk.company.switches['tax_rounding'] = 'line'
    assert uk.invoice(uk.customer("B"), *lines)['TxnTaxDetail']['TotalTax'] == 0.71


@pytest.mark.parametrize('code', [None, 'NON', 'TAX'])
def test_elsewhere_a_line_without_a_code_is_refused(uk, code):
    body = line(100, code or '1')
    if not code:
        del body['SalesItemLineDetail']['TaxCodeRef']
    error = uk.refused('Invoice', sale(uk.customer(), body))
    if code:
        assert error['code'] == '2500'
    else:
        assert error['code'] == '6000' and "before you save" in error['Detail']


def tax_lines(*rows):
    """A TxnTaxDetail of (rate, amount)."""
    return {'TotalTax': sum(amount for _rate, amount in rows), 'TaxLine': [
        {'DetailType': 'TaxLineDetail', 'Amount': amount, 'TaxLineDetail': {'TaxRateRef': {'value': rate}}}
        for rate, amount in rows]}


def test_elsewhere_taxes_that_are_sent_are_ignored_unless_switched(uk):
    customer = uk.customer()
    rate = uk.invoice(customer, line(100, STANDARD))['TxnTaxDetail']['TaxLine'][0]['TaxLineDetail']['TaxRateRef']
    ours = tax_lines((rate['value'], 19.99))
    assert uk.invoice(customer, line(100, STANDARD), TxnTaxDetail=ours)['TotalAmt'] == 120
    uk.company.switches['line_tax_override'] = True
    invoice = uk.invoice(customer, line(100, STANDARD), TxnTaxDetail=ours)
    assert (invoice['TotalAmt'], invoice['TxnTaxDetail']['TotalTax']) == (119.99, 19.99)
    assert uk.invoice(customer, line(100, STANDARD), TxnTaxDetail={'TotalTax': 5})['TotalAmt'] == 120


@pytest.mark.parametrize('override', [True, False])
def test_a_tax_rate_must_belong_to_the_codes_of_the_lines_and_the_lines_to_the_total(uk, override):
    uk.company.switches['line_tax_override'] = override
    customer = uk.customer()
    rate = uk.invoice(customer, line(100, STANDARD))['TxnTaxDetail']['TaxLine'][0]['TaxLineDetail']['TaxRateRef']
    other = sale(customer, line(100, ZERO), TxnTaxDetail=tax_lines((rate['value'], 20)))
    assert uk.refused('Invoice', other)['code'] == '6000'
    wrong_sum = dict(tax_lines((rate['value'], 20)), TotalTax=21)
    assert uk.refused('Invoice', sale(customer, line(100, STANDARD), TxnTaxDetail=wrong_sum))['code'] == '6000'


def test_not_applicable_knows_no_tax(uk):
    customer = uk.customer()
    body = sale(customer, line(100, STANDARD), GlobalTaxCalculation='NotApplicable')
    assert uk.post('Invoice', body)['TotalAmt'] == 100
    assert uk.refused('Invoice', dict(body, TxnTaxDetail={'TotalTax': 0}))['code'] == '6170'
    assert uk.refused('Invoice', dict(body, GlobalTaxCalculation='Sometimes'))['code'] == '2170'


def gross(amount, with_tax, code=STANDARD):
    """A line that says both amounts."""
    body = line(amount, code)
    body['SalesItemLineDetail']['TaxInclusiveAmt'] = with_tax
    return body


def test_tax_inclusive_amounts_hold_the_tax(uk):
    customer = uk.customer()
    invoice = uk.invoice(customer, gross(100, 120), GlobalTaxCalculation='TaxInclusive')
    assert (invoice['TotalAmt'], invoice['TxnTaxDetail']['TotalTax'], invoice['Line'][0]['Amount']) == (120, 20, 100)
    invoice = uk.invoice(customer, line(100, STANDARD), GlobalTaxCalculation='TaxInclusive')
    assert invoice['Line'][0]['SalesItemLineDetail']['TaxInclusiveAmt'] == 120
    uk.company.switches['inclusive_amounts'] = 'amount'
    assert uk.invoice(customer, gross(100, 120), GlobalTaxCalculation='TaxInclusive')['TotalAmt'] == 100


def test_a_tax_inclusive_total_is_the_sum_of_the_gross_amounts(uk):
    lines = [gross('8.33', '9.99')] * 3
    invoice = uk.invoice(uk.customer(), *lines, GlobalTaxCalculation='TaxInclusive')
    assert (invoice['TotalAmt'], invoice['TxnTaxDetail']['TotalTax']) == (29.97, 5)
    assert round(sum(row['Amount'] for row in invoice['Line'][:3]), 2) == 24.97
    uk.company.switches['inclusive_amounts'] = 'display'
    assert uk.invoice(uk.customer("B"), *lines, GlobalTaxCalculation='TaxInclusive')['TotalAmt'] == 29.99


def test_a_discount_lowers_the_base_of_the_tax(uk):
    discount = {'DetailType': 'DiscountLineDetail', 'DiscountLineDetail': {'PercentBased': True, 'DiscountPercent': 10}}
    assert uk.invoice(uk.customer(), line(100, STANDARD), discount)['TotalAmt'] == 108


def test_us_tax_comes_before_the_discount_unless_told_otherwise(us):
    discount = {'DetailType': 'DiscountLineDetail', 'Amount': 10, 'DiscountLineDetail': {}}
    customer = us.customer()
    assert us.invoice(customer, line(100, 'TAX'), discount)['TotalAmt'] == 99.38
    assert us.invoice(customer, line(100, 'TAX'), discount, ApplyTaxAfterDiscount=True)['TotalAmt'] == 98.44


def test_canada_says_gst(sim):
    sim.add_company('9130000000000003', name="Canada", country='CA', home_currency='CAD')
    canada = Caller(sim, '9130000000000003')
    body = line(100)
    del body['SalesItemLineDetail']['TaxCodeRef']
    error = canada.refused('Invoice', sale(canada.customer(), body, TxnTaxDetail={'TxnTaxCodeRef': {'value': '1'}}))
    assert error['Detail'].endswith("Make sure all your transactions have a GST/HST rate before you save.")


@pytest.mark.parametrize(('country', 'code', 'taxes'), [
    ('CA', "GST/PST BC", [5, 7]), ('CA', "GST/QST QC", [5, 9.98]), ('CA', "HST ON", [13]), ('AU', "GST", [10]),
    ('IN', "GST 18%", [9, 9]), ('NL', "21.0%", [21]), ('NL', "Reverse Charge", [0])])
def test_a_code_charges_each_of_its_rates(sim, country, code, taxes):
    sim.add_company('9130000000000003', country=country, home_currency='USD')
    caller = Caller(sim, '9130000000000003')
    remote_id = caller.company.by_name('TaxCode', code)['Id']
    detail = caller.invoice(caller.customer(), line(100, remote_id))['TxnTaxDetail']
    assert [row['Amount'] for row in detail['TaxLine']] == taxes

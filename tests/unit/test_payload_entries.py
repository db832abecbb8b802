"""What a mapping makes in QuickBooks: inside the lengths and ranges of the published schema."""

from decimal import Decimal

import pytest
from qbo.payloads import PayloadError
from qbo.payloads import lists as payloads

D = Decimal


def test_terms_and_methods_have_short_names():
    term = payloads.term_payload("Thirty days: " + "x" * 40, 30, 10, D('2.5'))
    assert term == {
        'Name': ("Thirty days - " + "x" * 40)[:31], 'DueDays': 30, 'DiscountDays': 10, 'DiscountPercent': 2.5}
    assert payloads.payment_method_payload("Visa", True) == {'Name': "Visa", 'Type': 'CREDIT_CARD'}
    assert 'DiscountDays' not in payloads.term_payload("Net 30", 30, 10, None)


@pytest.mark.parametrize('days', [-1, 1000])
def test_days_out_of_range_are_refused(days):
    with pytest.raises(PayloadError, match="999"):
        payloads.term_payload("Long", days)


@pytest.mark.parametrize(('code', 'country', 'number'), [
    ('4000', 'US', '4000'), ('40000000', 'US', None), ('40000000', 'CA', '40000000'), ('', 'US', None)])
def test_an_account_has_its_number_where_it_fits(code, country, number):
    account = payloads.account_payload('Sales: "best"', 'Income', 'SalesOfProductIncome', code, country)
    assert account.get('AcctNum') == number
    assert account['Name'] == "Sales - 'best'"


def test_the_rates_of_a_code_have_names_of_their_own():
    body = payloads.tax_code_payload("GST and PST", [("GST", D(5)), ("PST", D('7.25'))], '3')
    assert [(rate['TaxRateName'], rate['RateValue'], rate['TaxAgencyId'], rate['TaxApplicableOn'])
            for rate in body['TaxRateDetails']] == [
        ("GST and PST - GST", 5, '3', 'Sales'), ("GST and PST - PST", 7.25, '3', 'Sales')]
    assert payloads.tax_code_payload("VAT", [("x", D(20))], '3')['TaxRateDetails'][0]['TaxRateName'] == "VAT"
    with pytest.raises(PayloadError):
        payloads.tax_code_payload("Free", [("x", D(0))], '3')


def test_what_has_no_name_left_is_refused():
    for make in (payloads.named, payloads.agency_payload):
        with pytest.raises(PayloadError):
            make("😀")

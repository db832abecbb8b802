"""What a mapping makes in QuickBooks: inside the lengths and ranges of the published schema."""

import calendar
from datetime import date, timedelta
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


def on_day(year, month, day):
    """Return a day of a month counted from January, or the last one of a shorter month."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


@pytest.mark.parametrize('goes_on', [True, False], ids=["from the next such day", "from this month's"])
@pytest.mark.parametrize('day', payloads.DAYS_OF_NEXT_MONTH)
def test_a_term_of_a_day_of_the_following_month_is_due_then_whenever_a_document_is_issued(day, goes_on):
    term = payloads.next_month_term_payload("Following month", day)
    assert (1 <= term['DayOfMonthDue'] <= 31, 1 <= term['DueNextMonthDays'] <= 999) == (True, True)
    for number in range(4 * 366):
        issued = date(2027, 1, 1) + timedelta(days=number)
        month = issued.month
        due = on_day(issued.year, month, term['DayOfMonthDue'])
        if goes_on and due < issued:
            month += 1
            due = on_day(issued.year, month, term['DayOfMonthDue'])
        if (due - issued).days <= term['DueNextMonthDays']:
            due = on_day(issued.year, month + 1, term['DayOfMonthDue'])
        assert due == on_day(issued.year, issued.month + 1, day), issued


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

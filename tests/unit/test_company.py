"""What kind of company is on the other side."""

from datetime import date

import pytest
from qbo.company import parse_company, regime
from qbo.countries import alpha2

INFO = {
    'CompanyName': "Sandbox Company_US_1", 'LegalName': "Sandbox Inc", 'Country': 'US',
    'NameValue': [{'Name': 'NeoEnabled', 'Value': 'true'}, {'Name': 'OfferingSku', 'Value': "QuickBooks Online Plus"}],
}
PREFERENCES = {
    'AccountingInfoPrefs': {
        'TrackDepartments': True, 'ClassTrackingPerTxn': False, 'ClassTrackingPerTxnLine': True,
        'BookCloseDate': '2025-12-31',
    },
    'ProductAndServicesPrefs': {'QuantityOnHand': True},
    'SalesFormsPrefs': {
        'CustomTxnNumbers': True, 'AllowDiscount': True, 'AllowShipping': False, 'AutoApplyCredit': True,
    },
    'TaxPrefs': {'UsingSalesTax': True, 'PartnerTaxEnabled': True, 'TaxGroupCodeRef': {'value': '2'}},
    'CurrencyPrefs': {'MultiCurrencyEnabled': False, 'HomeCurrency': {'value': 'USD'}},
}


def test_a_us_company_is_read():
    assert parse_company(INFO, PREFERENCES) == {
        'qbo_company_name': "Sandbox Company_US_1", 'country_code': 'US', 'home_currency': 'USD',
        'multi_currency': False, 'tax_regime': 'us', 'using_sales_tax': True, 'partner_tax': True, 'us_tax_code': '2',
        'custom_txn_numbers': True, 'allow_discount': True, 'allow_shipping': False, 'auto_apply_credit': True,
        'track_departments': True, 'class_tracking': 'line', 'track_quantity': True,
        'book_close_date': date(2025, 12, 31), 'plan': "QuickBooks Online Plus",
    }


def test_a_company_of_which_nothing_is_known_is_read_too():
    facts = parse_company({}, {})
    assert facts['qbo_company_name'] == facts['country_code'] == facts['plan'] == ''
    assert facts['book_close_date'] is None and facts['us_tax_code'] is None
    assert facts['tax_regime'] == 'global' and facts['multi_currency'] is False


@pytest.mark.parametrize(('once', 'per_line', 'tracking'), [
    (True, True, 'line'), (False, True, 'line'), (True, False, 'txn'), (False, False, 'none')])
def test_classes_are_kept_on_lines_or_once_a_document(once, per_line, tracking):
    accounting = {'ClassTrackingPerTxn': once, 'ClassTrackingPerTxnLine': per_line}
    assert parse_company({}, {'AccountingInfoPrefs': accounting})['class_tracking'] == tracking


def test_a_company_without_a_name_goes_by_its_legal_one():
    assert parse_company({'LegalName': "Legal Ltd"}, {})['qbo_company_name'] == "Legal Ltd"


@pytest.mark.parametrize('broken', ['', None, 'soon', '2025-13-01', 2025])
def test_an_odd_closing_date_is_none(broken):
    preferences = {'AccountingInfoPrefs': {'BookCloseDate': broken}}
    assert parse_company({}, preferences)['book_close_date'] is None


def test_the_default_tax_code_counts_in_the_us_only():
    assert parse_company({'Country': 'GBR'}, PREFERENCES)['us_tax_code'] is None


@pytest.mark.parametrize(('country', 'tax', 'expected'), [
    ('US', {'UsingSalesTax': True}, 'us'),
    ('US', {'UsingSalesTax': False, 'PartnerTaxEnabled': True}, 'us'),
    ('US', {'UsingSalesTax': False}, 'none'),
    ('US', {}, 'none'),
    ('GB', {'UsingSalesTax': True}, 'global'),
    ('GB', {'UsingSalesTax': False}, 'none'),
    ('GB', {}, 'global'),
    ('CA', {'UsingSalesTax': 'true'}, 'global'),
    ('', {'UsingSalesTax': True}, 'global'),
])
def test_the_way_of_taxing_follows_country_and_preferences(country, tax, expected):
    assert regime(country, {'TaxPrefs': tax}) == expected


@pytest.mark.parametrize(('country', 'code'), [
    ('US', 'US'), ('USA', 'US'), ('usa', 'US'), ('GBR', 'GB'), ('GB', 'GB'), ('UK', 'GB'), ('United Kingdom', 'GB'),
    ('DEU', 'DE'), ('ZAF', 'ZA'), (' CAN ', 'CA'), ('XX', ''), ('XXX', ''), ('', ''), (None, ''), ('Narnia', ''),
])
def test_countries_are_understood_however_they_are_written(country, code):
    assert alpha2(country) == code

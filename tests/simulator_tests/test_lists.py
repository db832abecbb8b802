"""Items, accounts, terms and the other lists."""

import pytest

from .support import ref

SERVICE = {'Name': "Advice", 'Type': 'Service', 'IncomeAccountRef': {'value': '15'}}


def account(us, name):
    """Reference to an account by name."""
    return {'value': us.company.by_name('Account', name)['Id']}


@pytest.fixture
def stock(us):
    """An inventory item's body."""
    return {'Name': "Pump", 'Type': 'Inventory', 'TrackQtyOnHand': True, 'QtyOnHand': 3, 'InvStartDate': '2026-01-01',
            'IncomeAccountRef': account(us, "Sales of Product Income"),
            'AssetAccountRef': account(us, "Inventory Asset"),
            'ExpenseAccountRef': account(us, "Cost of Goods Sold")}


def test_an_item_must_tell_its_name_type_and_income_account(us):
    for missing in ('Name', 'Type', 'IncomeAccountRef'):
        body = {key: value for key, value in SERVICE.items() if key != missing}
        assert us.refused('Item', body)['code'] == '2020'
    item = us.post('Item', SERVICE)
    assert (item['FullyQualifiedName'], item['Active'], item['Taxable']) == ("Advice", True, False)
    assert item['IncomeAccountRef'] == {'value': '15', 'name': "Services"}


def test_a_non_inventory_item_needs_one_of_two_accounts(us):
    assert us.refused('Item', {'Name': "A", 'Type': 'NonInventory'})['code'] == '2020'
    us.post('Item', dict(SERVICE, Type='NonInventory'))


def test_an_inventory_item_needs_quantities_dates_and_three_accounts(us, stock):
    assert us.post('Item', stock)['QtyOnHand'] == 3
    for missing, code in (('InvStartDate', '2020'), ('AssetAccountRef', '2020'), ('IncomeAccountRef', '2020'),
                          ('ExpenseAccountRef', '2020'), ('QtyOnHand', '6520')):
        body = {key: value for key, value in stock.items() if key != missing}
        assert us.refused('Item', dict(body, Name=f"No {missing}"))['code'] == code
    assert us.refused('Item', dict(stock, Name="B", TrackQtyOnHand=False))['code'] == '2020'


@pytest.mark.parametrize('key', ['AssetAccountRef', 'IncomeAccountRef', 'ExpenseAccountRef'])
def test_an_inventory_item_takes_only_accounts_of_the_right_type(us, stock, key):
    assert us.refused('Item', dict(stock, **{key: account(us, "Checking")}))['code'] == '6430'


def test_a_plan_without_inventory_refuses_inventory_items(us, stock):
    us.preferences(ProductAndServicesPrefs={'QuantityOnHand': False})
    assert us.refused('Item', stock)['code'] == '5030'


def test_item_names_are_unique_in_their_own_list_and_know_no_colon(us):
    us.post('Item', SERVICE)
    assert us.refused('Item', dict(SERVICE, Name="ADVICE"))['code'] == '6240'
    us.customer("Advice")
    for character in ':\t\n':
        assert us.refused('Item', dict(SERVICE, Name=f"a{character}b"))['code'] == '2040'


def test_groups_cannot_be_made_and_categories_have_no_accounts(us):
    assert us.refused('Item', {'Name': "G", 'Type': 'Group'})['code'] == '6000'
    us.post('Item', {'Name': "Garden", 'Type': 'Category'})
    assert us.refused('Item', dict(SERVICE, Type='Category'))['code'] == '6000'


def test_references_must_exist_and_be_active(us):
    error = us.refused('Item', dict(SERVICE, IncomeAccountRef={'value': '999'}))
    assert (error['code'], error['element']) == ('2500', 'Reference Id')
    assert error['Detail'].endswith("Accounts element id 999 not found")
    closed = us.post('Account', ref(us.get('Account', '15'), sparse=True, Active=False))
    assert closed['Name'] == "Services (deleted)"
    error = us.refused('Item', SERVICE)
    assert error['code'] == '610' and "made inactive" in error['Detail']
    us.company.switches['inactive_reference_code'] = 2500
    assert us.refused('Item', SERVICE)['code'] == '2500'


def test_an_account_needs_a_type_and_a_plain_name(us):
    assert us.refused('Account', {'Name': "New"})['code'] == '6010'
    made = us.post('Account', {'Name': "New", 'AccountType': 'Income'})
    assert (made['Classification'], made['AccountSubType']) == ('Revenue', 'SalesOfProductIncome')
    for character in ':"':
        assert us.refused('Account', {'Name': f"a{character}b", 'AccountType': 'Bank'})['code'] == '2040'
    assert us.refused('Account', {'Name': "Long", 'AccountType': 'Bank', 'AcctNum': '12345678'})['code'] == '2050'


@pytest.mark.parametrize(('body', 'code'), [
    ({'DueDays': 1000}, '2070'), ({'DayOfMonthDue': 32, 'DueNextMonthDays': 5}, '2070'), ({}, '2020'),
    ({'DayOfMonthDue': 3}, '2020'), ({'DueDays': 3, 'DiscountPercent': 101}, '2070'),
])
def test_terms_keep_to_their_ranges(us, body, code):
    assert us.refused('Term', dict(body, Name="T"))['code'] == code


def test_terms_are_standard_or_driven_by_the_date(us):
    assert us.post('Term', {'Name': "T1", 'DueDays': 3})['Type'] == 'STANDARD'
    assert us.post('Term', {'Name': "T2", 'DayOfMonthDue': 3, 'DueNextMonthDays': 5})['Type'] == 'DATE_DRIVEN'


def test_classes_and_locations_have_paths(us):
    parent = us.post('Class', {'Name': "North"})
    child = us.post('Class', {'Name': "Oslo", 'ParentRef': {'value': parent['Id']}})
    assert (child['FullyQualifiedName'], child['SubClass']) == ("North:Oslo", True)
    assert us.post('Department', {'Name': "Shop"})['SubDepartment'] is False
    assert us.refused('Class', {'Name': "X", 'ParentRef': {'value': '99'}})['Detail'].endswith(
        "Klasses element id 99 not found")


def test_tax_codes_are_made_only_by_the_tax_service(uk):
    assert uk.refused('TaxCode', {'Name': "A"})['code'] == '500'
    body = {'TaxCode': "Special", 'TaxRateDetails': [
        {'TaxRateName': "Special 7", 'RateValue': '7', 'TaxAgencyId': '1', 'TaxApplicableOn': 'Sales'}]}
    answer = uk.call('POST', 'taxservice/taxcode', body)
    made = answer.get_json()
    assert answer.status_code == 200 and made['TaxRateDetails'][0]['TaxRateId']
    assert uk.get('TaxCode', made['TaxCodeId'])['SalesTaxRateList']['TaxRateDetail'][0]['TaxRateRef']['name'] == (
        "Special 7")
    assert uk.call('POST', 'taxservice/taxcode', body).get_json()['Fault']['Error'][0]['code'] == '6240'
    again = dict(body, TaxCode="Other")
    assert uk.call('POST', 'taxservice/taxcode', again).get_json()['Fault']['Error'][0]['code'] == '6240'
    lost = {'TaxCode': "X", 'TaxRateDetails': [{'TaxRateId': '999'}]}
    assert uk.call('POST', 'taxservice/taxcode', lost).get_json()['Fault']['Error'][0]['code'] == '2500'


def test_a_currency_needs_multicurrency_and_an_exchange_rate_defaults_to_one(us):
    assert us.refused('CompanyCurrency', {'Code': 'EUR'})['code'] == '6000'
    rate = us.call('GET', 'exchangerate', sourcecurrencycode='EUR').get_json()['ExchangeRate']
    assert (rate['Rate'], rate['TargetCurrencyCode']) == (1, 'USD')
    us.call('POST', 'exchangerate', {'SourceCurrencyCode': 'EUR', 'Rate': 1.25})
    assert us.call('GET', 'exchangerate', sourcecurrencycode='EUR').get_json()['ExchangeRate']['Rate'] == 1.25
    assert us.call('GET', 'exchangerate').get_json()['Fault']['Error'][0]['code'] == '2020'


def test_a_fresh_company_has_what_quickbooks_gives(us, uk):
    names = {row['Name'] for row in us.query("select * from Account maxresults 1000")['Account']}
    assert {"Sales of Product Income", "Services", "Undeposited Funds", "Checking", "Inventory Asset"} <= names
    assert {row['Name'] for row in us.query("select * from Term")['Term']} == {
        "Due on receipt", "Net 15", "Net 30", "Net 60"}
    assert {row['Id'] for row in us.query("select * from TaxCode")['TaxCode']} == {'TAX', 'NON', '2'}
    assert {"20.0% S", "5.0% R", "0.0% Z", "Exempt", "No VAT"} <= {
        row['Name'] for row in uk.query("select * from TaxCode")['TaxCode']}
    prefs = us.call('GET', 'preferences').get_json()['Preferences']
    assert prefs['SalesFormsPrefs']['CustomTxnNumbers'] is True
    assert prefs['TaxPrefs']['PartnerTaxEnabled'] is True
    assert prefs['CurrencyPrefs']['HomeCurrency'] == {'value': 'USD'}
    info = uk.call('GET', f"companyinfo/{uk.realm}").get_json()['CompanyInfo']
    assert (info['CompanyName'], info['Country'], info['CompanyAddr']['Country']) == ("Sandbox Company UK", 'GB', 'GBR')

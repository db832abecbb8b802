"""Customers, vendors, employees: one space of names, and what happens to a name."""

import pytest

from .support import ref


def test_a_customer_needs_a_name(us):
    error = us.refused('Customer', {'CompanyName': "Acme"})
    assert error['code'] == '2020' and 'DisplayName' in error['Detail']


def test_the_display_name_follows_from_the_parts_of_a_name(us):
    customer = us.post('Customer', {'Title': "Dr", 'GivenName': "Ann", 'FamilyName': "Baker", 'Suffix': "Jr"})
    assert customer['DisplayName'] == customer['PrintOnCheckName'] == "Dr Ann Baker Jr"


@pytest.mark.parametrize('other', ['Customer', 'Vendor', 'Employee'])
def test_a_name_is_taken_for_customers_vendors_and_employees_alike(us, other):
    us.post(other, {'GivenName': "Ann", 'FamilyName': "Baker"})
    error = us.refused('Customer', {'DisplayName': "ANN baker"})
    assert (error['code'], error['Detail']) == ('6240', "The name supplied already exists. : null")
    assert us.query("select count(*) from Customer")['totalCount'] == (other == 'Customer')


@pytest.mark.parametrize('character', [':', '\t', '\n'])
@pytest.mark.parametrize('field', ['DisplayName', 'GivenName', 'PrintOnCheckName'])
def test_some_characters_are_forbidden_in_names(us, field, character):
    body = {'DisplayName': "Acme", field: f"A{character}B"}
    assert us.refused('Customer', body)['code'] == '2040'


def test_an_inactive_name_is_marked_deleted_and_free_again(us):
    first = us.customer("Acme")
    gone = us.post('Customer', ref(first, sparse=True, Active=False))
    assert (gone['DisplayName'], gone['Active']) == ("Acme (deleted)", False)
    second = us.customer("Acme")
    assert second['Id'] != first['Id']
    assert us.refused('Customer', ref(gone, sparse=True, Active=True, DisplayName="Acme"))['code'] == '6240'
    assert us.refused('Customer', ref(second, sparse=True, Active=False))['code'] == '6240'


def test_a_reactivated_name_keeps_the_mark_until_the_plain_name_is_sent(us):
    gone = us.post('Customer', ref(us.customer("Acme"), sparse=True, Active=False))
    back = us.post('Customer', ref(gone, sparse=True, Active=True))
    assert back['DisplayName'] == "Acme (deleted)"
    assert us.post('Customer', ref(back, sparse=True, DisplayName="Acme"))['DisplayName'] == "Acme"


def test_a_reactivated_name_loses_the_mark_by_itself_with_the_switch(us):
    us.company.switches['reactivated_name'] = 'strip'
    gone = us.post('Customer', ref(us.customer("Acme"), sparse=True, Active=False))
    assert us.post('Customer', ref(gone, sparse=True, Active=True))['DisplayName'] == "Acme"


def test_a_name_with_an_open_balance_stays_active(us):
    customer = us.customer()
    us.invoice(customer)
    assert us.refused('Customer', ref(customer, sparse=True, Active=False))['code'] == '6220'


def test_lists_cannot_be_deleted(us):
    assert us.refused('Customer', ref(us.customer()), operation='delete')['code'] == '500'


@pytest.mark.parametrize('address', ['nobody', 'a@b', '@b.example'])
def test_an_address_that_is_no_mail_address_is_refused(us, address):
    assert us.refused('Customer', {'DisplayName': "A", 'PrimaryEmailAddr': {'Address': address}})['code'] == '2210'


def test_several_addresses_separated_by_commas_are_fine(us):
    us.customer(PrimaryEmailAddr={'Address': "a@b.example, c@d.example"})


def test_sub_customers_carry_the_path_of_their_parents(us):
    parent = us.customer("Acme")
    child = us.customer("Site", Job=True, ParentRef={'value': parent['Id']})
    assert (child['FullyQualifiedName'], child['Level'], child['Job']) == ("Acme:Site", 1, True)
    for number in range(3):
        child = us.customer(f"Deep {number}", Job=True, ParentRef={'value': child['Id']})
    body = {'DisplayName': "Too deep", 'Job': True, 'ParentRef': {'value': child['Id']}}
    assert us.refused('Customer', body)['code'] == '6180'
    assert us.refused('Customer', {'DisplayName': "X", 'Job': True})['code'] == '2020'
    assert us.refused('Customer', {'DisplayName': "X", 'ParentRef': {'value': '999'}})['code'] == '2500'


def test_the_balance_of_a_customer_is_what_is_open(us):
    customer = us.customer()
    us.invoice(customer)
    us.payment(customer, 30)
    assert us.get('Customer', customer['Id'])['Balance'] == 70


def test_the_currency_of_a_customer_is_fixed_for_ever(us):
    us.preferences(CurrencyPrefs={'MultiCurrencyEnabled': True})
    customer = us.customer(CurrencyRef={'value': 'EUR'})
    assert customer['CurrencyRef'] == {'value': 'EUR', 'name': "Euro"}
    assert us.refused('Customer', ref(customer, sparse=True, CurrencyRef={'value': 'USD'}))['code'] == '6000'
    assert [row['Code'] for row in us.query("select * from CompanyCurrency")['CompanyCurrency']] == ['EUR']
    assert us.query("select * from Account where Name = 'Accounts Receivable (A/R) - EUR'")['maxResults'] == 1


def test_another_currency_needs_multicurrency(us):
    assert us.refused('Customer', {'DisplayName': "A", 'CurrencyRef': {'value': 'EUR'}})['code'] == '6000'
    us.preferences(CurrencyPrefs={'MultiCurrencyEnabled': True})
    assert us.refused('Customer', {'DisplayName': "A", 'CurrencyRef': {'value': 'XXQ'}})['code'] == '2500'


def test_an_employee_needs_a_given_or_family_name(us):
    assert us.refused('Employee', {'EmployeeNumber': "1"})['code'] == '2020'
    assert us.post('Employee', {'GivenName': "Jo"})['DisplayName'] == "Jo"

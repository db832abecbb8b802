"""Rules at the edge: what a careful caller never sends."""

import random

import pytest

from .support import BASIC, line, paid, ref, sale


def test_parents_must_exist(us):
    parent = {'ParentRef': {'value': '999'}}
    item = {'Name': "A", 'Type': 'Service', 'IncomeAccountRef': {'value': '15'}, 'SubItem': True}
    assert us.refused('Item', dict(item, **parent))['Detail'].endswith("Items element id 999 not found")
    account = {'Name': "A", 'AccountType': 'Income'}
    assert us.refused('Account', dict(account, **parent))['Detail'].endswith("Accounts element id 999 not found")


@pytest.mark.parametrize(('price', 'code'), [(100000000000, '2080'), ('NaN', '2080'), ([1], '2080'), (True, '2080')])
def test_prices_have_a_limit_and_are_numbers(us, price, code):
    item = {'Name': "A", 'Type': 'Service', 'IncomeAccountRef': {'value': '15'}}
    assert us.refused('Item', dict(item, UnitPrice=price))['code'] == code


def test_currencies_are_those_of_the_world(us):
    us.preferences(CurrencyPrefs={'MultiCurrencyEnabled': True})
    assert us.refused('CompanyCurrency', {'Code': 'XXQ'})['code'] == '2500'
    assert us.post('CompanyCurrency', {'Code': 'CHF'})['Name'] == "Swiss Franc"


def test_a_sale_without_customer_in_another_currency_needs_multicurrency(us):
    assert us.refused('SalesReceipt', {'Line': [line()], 'CurrencyRef': {'value': 'EUR'}})['code'] == '6000'


def test_an_employee_without_names_is_told_which_are_missing(us):
    assert "GivenName or FamilyName" in us.refused('Employee', {'Title': "Dr"})['Detail']


def test_money_does_not_flow_backwards_through_payments(us):
    customer = us.customer()
    assert us.refused('Payment', paid(customer, -1))['Detail'].endswith("payment must be 0 or greater")
    invoice = us.invoice(customer)
    error = us.refused('Payment', paid(customer, 5, ('Invoice', invoice['Id'], -5)))
    assert error['Detail'].endswith("line must be 0 or greater")


def test_a_document_of_subtotals_alone_has_no_line(us):
    body = sale(us.customer(), {'Amount': 1, 'DetailType': 'SubTotalLineDetail', 'SubTotalLineDetail': {}})
    assert us.refused('Invoice', body)['code'] == '2020'


def test_a_line_without_a_kind_or_of_another_form_is_refused(us):
    customer = us.customer()
    kind = us.refused('Invoice', sale(customer, {'Amount': 1}))
    assert (kind['code'], kind['element']) == ('2020', 'DetailType')
    purchase = {'Amount': 1, 'DetailType': 'ItemBasedExpenseLineDetail', 'ItemBasedExpenseLineDetail': {}}
    assert us.refused('Invoice', sale(customer, purchase))['code'] == '2170'


def test_a_credit_memo_cannot_shrink_below_what_is_used_of_it(us):
    customer = us.customer()
    invoice = us.invoice(customer)
    memo = us.post('CreditMemo', sale(customer, line(30)))
    us.payment(customer, 0, ('Invoice', invoice['Id'], 30), ('CreditMemo', memo['Id'], 30))
    live = us.get('CreditMemo', memo['Id'])
    assert us.refused('CreditMemo', ref(live, sparse=True, Line=[line(10)]))['code'] == '6000'


def test_a_percentage_discount_needs_its_percentage(us):
    discount = {'DetailType': 'DiscountLineDetail', 'DiscountLineDetail': {'PercentBased': True}}
    assert us.refused('Invoice', sale(us.customer(), line(), discount))['code'] == '6090'


@pytest.mark.parametrize(('body', 'code'), [
    ({}, '2020'), ({'TaxCode': "A"}, '2020'), ({'TaxCode': "20.0% S", 'TaxRateDetails': [{'TaxRateId': '1'}]}, '6240'),
    ({'TaxCode': "A", 'TaxRateDetails': [{'TaxRateName': "R", 'RateValue': 5}]}, '2020'),
    ({'TaxCode': "A", 'TaxRateDetails': [{'TaxRateName': "R", 'RateValue': 5, 'TaxAgencyId': '9'}]}, '2500'),
])
def test_the_tax_service_checks_what_it_gets(uk, body, code):
    answer = uk.call('POST', 'taxservice/taxcode', body)
    assert answer.get_json()['Fault']['Error'][0]['code'] == code


def test_an_exchange_rate_needs_currency_and_rate(us):
    for body in ({'Rate': 2}, {'SourceCurrencyCode': 'EUR'}):
        answer = us.call('POST', 'exchangerate', body)
        assert answer.get_json()['Fault']['Error'][0]['code'] == '2020'


def test_read_only_lists_take_no_update(uk):
    code = uk.get('TaxCode', '1')
    assert uk.refused('TaxCode', ref(code, sparse=True, Name="Mine"))['code'] == '500'


def test_an_empty_query_is_no_query(us):
    for answer in (us.call('GET', 'query'), us.call('GET', 'query', query='  ')):
        assert answer.get_json()['Fault']['Error'][0]['code'] == '4000'


def test_a_line_that_is_no_object_is_refused(us):
    assert us.refused('Invoice', sale(us.customer(), None))['code'] == '2090'


def test_a_revocation_that_is_no_json_is_refused(us):
    answer = us.client.post('/v2/oauth2/tokens/revoke', data='token=x', headers={'Authorization': BASIC})
    assert (answer.status_code, answer.get_json()) == (400, {'error': 'invalid_request'})


def test_a_us_code_that_is_preferred_must_exist(us):
    us.preferences(TaxPrefs={'TaxGroupCodeRef': {'value': '99'}})
    assert us.refused('Invoice', sale(us.customer(), line(10, 'TAX')))['code'] == '2500'


_JUNK = (None, '', 0, -1, 1e20, True, 'x', [], {}, [None], [{}], {'value': None}, {'value': '1'}, '2026-02-31')


def _spoiled(value, source):
    """The value with something replaced by junk, somewhere."""
    if isinstance(value, dict) and value and source.random() < .8:
        key = source.choice(list(value))
        return {**value, key: _spoiled(value[key], source)}
    if isinstance(value, list) and value and source.random() < .8:
        return [_spoiled(value[0], source), *value[1:]]
    return source.choice(_JUNK)


def test_whatever_is_sent_is_accepted_or_refused_with_a_fault(us):
    source = random.Random(19)
    customer = us.customer()
    invoice = us.invoice(customer)
    discount = {'DetailType': 'DiscountLineDetail', 'Amount': 1, 'DiscountLineDetail': {'DiscountPercent': 3}}
    bodies = [
        ('invoice', sale(customer, line(10, 'TAX', Qty=2, UnitPrice=5), discount, TxnDate='2026-01-01', Deposit=1,
                         TxnTaxDetail={'TxnTaxCodeRef': {'value': '2'}, 'TotalTax': 1},
                         LinkedTxn=[{'TxnId': '1', 'TxnType': 'Estimate'}])),
        ('payment', paid(customer, 10, ('Invoice', invoice['Id'], 1), DepositToAccountRef={'value': '1'})),
        ('customer', {'DisplayName': "A", 'BillAddr': {'Line1': "x"}, 'PrimaryEmailAddr': {'Address': "a@b.example"},
                      'ParentRef': {'value': '1'}, 'Job': True, 'CurrencyRef': {'value': 'USD'}}),
        ('item', {'Name': "A", 'Type': 'Service', 'IncomeAccountRef': {'value': '15'}, 'UnitPrice': 1}),
        ('account', {'Name': "A", 'AccountType': 'Bank'}), ('term', {'Name': "A", 'DueDays': 3}),
        ('batch', {'BatchItemRequest': [{'bId': '1', 'operation': 'create', 'Customer': {'DisplayName': "Q"}}]}),
        ('taxservice/taxcode', {'TaxCode': "A", 'TaxRateDetails': [{'TaxRateId': '1'}]}),
        ('exchangerate', {'SourceCurrencyCode': 'EUR', 'Rate': 2}),
    ]
    for _number in range(1500):
        path, body = source.choice(bodies)
        answer = us.call('POST', path, _spoiled(body, source))
        assert answer.status_code in (200, 400)
        assert ('Fault' in answer.get_json()) == (answer.status_code == 400)

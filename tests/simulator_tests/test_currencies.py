"""Several currencies in one company: customers, documents, payments, accounts, rates."""

import pytest

from tests.simulator import US_MULTICURRENCY

from .support import Caller, line, paid, ref, sale

EUR, JPY, KWD = {'value': 'EUR'}, {'value': 'JPY'}, {'value': 'KWD'}


@pytest.fixture
def us(sim):
    """A caller connected to a US company that keeps several currencies."""
    sim.add_company(**US_MULTICURRENCY)
    return Caller(sim, US_MULTICURRENCY['realm_id'])


@pytest.fixture
def customer(us):
    """A customer in euros."""
    return us.customer("Ann Baker (EUR)", CurrencyRef=EUR)


def account_id(us, name):
    """The Id of an account by name."""
    return us.company.by_name('Account', name)['Id']


def test_a_currency_comes_into_use_with_its_first_customer_and_gets_a_receivable_account(us, customer):
    assert us.query("select * from CompanyCurrency")['CompanyCurrency'][0]['Code'] == 'EUR'
    assert us.company.by_name('Account', "Accounts Receivable (A/R) - EUR")['CurrencyRef'] == EUR
    us.customer("Another (EUR)", CurrencyRef=EUR)
    assert us.query("select count(*) from CompanyCurrency")['totalCount'] == 1


def test_every_iso_currency_is_taken_and_no_other(us):
    us.customer("Gulf", CurrencyRef=KWD)
    assert us.refused('Customer', {'DisplayName': "Points", 'CurrencyRef': {'value': 'BTC'}})['code'] == '2500'
    for call in (('GET', None, {'sourcecurrencycode': 'BTC'}), ('POST', {'SourceCurrencyCode': 'BTC', 'Rate': 2}, {})):
        method, body, query = call
        answer = us.call(method, 'exchangerate', body, **query)
        assert answer.get_json()['Fault']['Error'][0]['code'] == '2500'


def test_a_customer_of_another_currency_is_another_customer(us, customer):
    assert us.refused('Customer', {'DisplayName': "Ann Baker (EUR)"})['code'] == '6240'
    assert us.refused('Customer', ref(customer, sparse=True, CurrencyRef={'value': 'USD'}))['code'] == '6000'
    assert us.customer("Ann Baker")['CurrencyRef']['value'] == 'USD'


def test_the_rate_of_a_document_makes_its_home_total_and_home_balance(us, customer):
    invoice = us.invoice(customer, line(33.33), CurrencyRef=EUR, ExchangeRate=1.094209421)
    assert (invoice['TotalAmt'], invoice['HomeTotalAmt'], invoice['ExchangeRate']) == (33.33, 36.47, 1.094209421)
    us.payment(customer, 13.33, ('Invoice', invoice['Id'], 13.33), CurrencyRef=EUR, ExchangeRate=1.2)
    assert us.get('Invoice', invoice['Id'])['HomeBalance'] == 21.88


def test_a_document_in_home_currency_has_the_rate_one_whatever_is_sent(us):
    invoice = us.invoice(us.customer(), CurrencyRef={'value': 'USD'}, ExchangeRate=3)
    assert (invoice['ExchangeRate'], invoice['HomeTotalAmt']) == (1, 100)


@pytest.mark.parametrize('rate', [0, -1.1])
def test_a_rate_is_positive(us, customer, rate):
    assert us.refused('Invoice', sale(customer, CurrencyRef=EUR, ExchangeRate=rate))['code'] == '2080'


def test_a_transaction_names_its_currency(us, customer):
    assert us.refused('Invoice', sale(customer))['code'] == '2020'
    assert us.refused('Payment', paid(customer, 5))['code'] == '2020'
    us.company.switches['currency_required'] = False
    assert us.invoice(customer)['CurrencyRef']['value'] == 'EUR'


def test_the_currency_of_a_transaction_does_not_change(us, customer):
    dollars = {'value': 'USD'}
    payment = us.payment(us.customer(), 5, CurrencyRef=dollars)
    moved = ref(payment, sparse=True, CustomerRef={'value': customer['Id']}, CurrencyRef=EUR)
    assert us.refused('Payment', moved)['code'] == '6000'
    us.company.switches['currency_change'] = 'keep'
    assert us.post('Payment', moved)['CurrencyRef']['value'] == 'EUR'


def test_a_payment_cannot_pay_what_is_in_another_currency(us, customer):
    dollars = us.invoice(us.customer(), CurrencyRef={'value': 'USD'})
    body = paid(customer, 100, ('Invoice', dollars['Id'], 100), CurrencyRef=EUR, ExchangeRate=1.1)
    assert us.refused('Payment', body)['code'] == '6000'
    assert us.get('Invoice', dollars['Id'])['Balance'] == 100


def test_money_goes_to_an_account_in_its_own_or_the_home_currency(us, customer):
    pounds = us.post('Account', {'Name': "Pounds", 'AccountType': 'Bank', 'CurrencyRef': {'value': 'GBP'}})
    euros = us.post('Account', {'Name': "Euros", 'AccountType': 'Bank', 'CurrencyRef': EUR})
    body = paid(customer, 5, CurrencyRef=EUR, ExchangeRate=1.1)
    assert us.refused('Payment', dict(body, DepositToAccountRef={'value': pounds['Id']}))['code'] == '6000'
    for remote_id in (euros['Id'], account_id(us, "Checking")):
        us.post('Payment', dict(body, DepositToAccountRef={'value': remote_id}))


def test_a_document_is_receivable_in_its_own_currency(us, customer):
    wrong, right = (account_id(us, name) for name in ("Accounts Receivable (A/R)", "Accounts Receivable (A/R) - EUR"))
    body = sale(customer, CurrencyRef=EUR)
    assert us.refused('Invoice', dict(body, ARAccountRef={'value': wrong}))['code'] == '6000'
    us.post('Invoice', dict(body, ARAccountRef={'value': right}))


def test_yen_have_no_cents_and_dinars_two(us):
    yen = us.invoice(us.customer("Tokyo", CurrencyRef=JPY), line(1001), CurrencyRef=JPY, ExchangeRate=0.0066)
    assert (yen['TotalAmt'], yen['HomeTotalAmt']) == (1001, 6.61)
    dinars = us.invoice(us.customer("Kuwait", CurrencyRef=KWD), line(10.125), CurrencyRef=KWD, ExchangeRate=3.25)
    assert dinars['TotalAmt'] == 10.13

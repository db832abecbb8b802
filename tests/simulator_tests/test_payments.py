"""Payments: what they move, and what they refuse."""

import pytest

from .support import line, paid, ref, sale


@pytest.fixture
def customer(us):
    """A customer."""
    return us.customer()


@pytest.fixture
def invoice(us, customer):
    """An invoice of 100."""
    return us.invoice(customer)


def test_a_payment_moves_the_balance_and_the_synctoken_of_its_invoice(us, customer, invoice):
    payment = us.payment(customer, 40, ('Invoice', invoice['Id'], 40))
    live = us.get('Invoice', invoice['Id'])
    assert (live['Balance'], live['TotalAmt'], live['SyncToken']) == (60, 100, '1')
    assert live['LinkedTxn'] == [{'TxnId': payment['Id'], 'TxnType': 'Payment'}]
    assert (payment['UnappliedAmt'], payment['DepositToAccountRef']['name']) == (0, "Undeposited Funds")


def test_one_payment_pays_several_invoices_and_several_pay_one(us, customer, invoice):
    other = us.invoice(customer)
    us.payment(customer, 130, ('Invoice', invoice['Id'], 100), ('Invoice', other['Id'], 30))
    us.payment(customer, 70, ('Invoice', other['Id'], 70))
    assert [us.get('Invoice', row['Id'])['Balance'] for row in (invoice, other)] == [0, 0]


def test_what_is_paid_too_much_stays_unapplied(us, customer, invoice):
    payment = us.payment(customer, 150, ('Invoice', invoice['Id'], 100))
    assert payment['UnappliedAmt'] == 50
    assert us.get('Customer', customer['Id'])['Balance'] == -50


def test_more_than_the_open_balance_cannot_be_applied(us, customer, invoice):
    body = paid(customer, 150, ('Invoice', invoice['Id'], 150))
    assert us.refused('Payment', body)['code'] == '6000'
    us.payment(customer, 60, ('Invoice', invoice['Id'], 60))
    assert us.refused('Payment', paid(customer, 60, ('Invoice', invoice['Id'], 60)))['code'] == '6000'
    assert us.refused('Payment', paid(customer, 10, ('Invoice', invoice['Id'], 40)))['code'] == '6000'


def test_a_credit_memo_is_applied_by_a_payment_of_zero(us, customer, invoice):
    memo = us.post('CreditMemo', sale(customer, line(30)))
    assert (memo['Balance'], memo['RemainingCredit']) == (30, 30)
    us.payment(customer, 0, ('Invoice', invoice['Id'], 30), ('CreditMemo', memo['Id'], 30))
    memo = us.get('CreditMemo', memo['Id'])
    assert (memo['Balance'], memo['RemainingCredit'], memo['SyncToken']) == (0, 0, '1')
    assert us.get('Invoice', invoice['Id'])['Balance'] == 70


def test_links_to_another_customer_are_dropped_without_a_word(us, invoice):
    stranger = us.customer("Stranger")
    payment = us.payment(stranger, 100, ('Invoice', invoice['Id'], 100))
    assert (payment['Line'], payment['UnappliedAmt']) == ([], 100)
    assert us.get('Invoice', invoice['Id'])['Balance'] == 100
    us.company.switches['wrong_customer_link'] = 'refuse'
    assert us.refused('Payment', paid(stranger, 1, ('Invoice', invoice['Id'], 1)))['code'] == '6000'


@pytest.mark.parametrize(('body', 'code'), [
    ({'TotalAmt': None}, '2020'), ({'CustomerRef': None}, '2020'), ({'TotalAmt': -1}, '6000'),
    ({'Line': [{'Amount': 5}]}, '2020'), ({'Line': [{'LinkedTxn': []}]}, '2020'),
    ({'Line': [{'Amount': 5, 'LinkedTxn': [{'TxnId': '1', 'TxnType': 'Estimate'}]}]}, '620'),
    ({'Line': [{'Amount': 5, 'LinkedTxn': [{'TxnId': '99', 'TxnType': 'Invoice'}]}]}, '6000'),
    ({'Line': [{'Amount': -5, 'LinkedTxn': [{'TxnId': '1', 'TxnType': 'Invoice'}]}]}, '6000'),
    ({'PaymentRefNum': 'x' * 22}, '2050'), ({'DepositToAccountRef': {'value': '15'}}, '6430'),
    ({'DepositToAccountRef': {'value': '999'}}, '2500'), ({'PaymentMethodRef': {'value': '99'}}, '2500'),
])
def test_a_payment_that_makes_no_sense_is_refused(us, customer, body, code):
    assert us.refused('Payment', dict(paid(customer, 10), **body))['code'] == code


def test_lines_are_replaced_all_or_none(us, customer, invoice):
    payment = us.payment(customer, 40, ('Invoice', invoice['Id'], 40))
    loose = us.post('Payment', ref(payment, sparse=True, Line=[]))
    assert (loose['UnappliedAmt'], us.get('Invoice', invoice['Id'])['Balance']) == (40, 100)
    again = us.post('Payment', ref(loose, **paid(customer, 40, ('Invoice', invoice['Id'], 25))))
    assert (again['UnappliedAmt'], us.get('Invoice', invoice['Id'])['Balance']) == (15, 75)


def test_a_deleted_payment_gives_the_balance_back(us, customer, invoice):
    payment = us.payment(customer, 40, ('Invoice', invoice['Id'], 40))
    us.post('Payment', ref(payment), operation='delete')
    live = us.get('Invoice', invoice['Id'])
    assert (live['Balance'], live['LinkedTxn'], live['SyncToken']) == (100, [], '2')


def test_a_voided_payment_stays_with_nothing_in_it(us, customer, invoice):
    payment = us.payment(customer, 40, ('Invoice', invoice['Id'], 40), PrivateNote="ours")
    assert us.refused('Payment', ref(payment), operation='void')['code'] == '500'
    voided = us.post('Payment', ref(payment, sparse=True), operation='update', include='void')
    assert (voided['TotalAmt'], voided['Line'], voided['UnappliedAmt']) == (0, [], 0)
    assert voided['PrivateNote'] == "Voided - ours"
    assert us.get('Invoice', invoice['Id'])['Balance'] == 100


def test_a_deposited_payment_is_frozen(us, customer):
    payment = us.payment(customer, 40)
    us.client.post(f"/_sim/touch/{us.realm}", json={
        'entity': 'Payment', 'id': payment['Id'], 'change': {'LinkedTxn': [{'TxnId': '9', 'TxnType': 'Deposit'}]}})
    live = us.get('Payment', payment['Id'])
    assert us.refused('Payment', ref(live, sparse=True, PrivateNote="x"))['code'] == '6540'
    assert us.refused('Payment', ref(live), operation='delete')['code'] == '6540'


def test_an_invoice_cannot_shrink_below_what_is_applied(us, customer, invoice):
    us.payment(customer, 80, ('Invoice', invoice['Id'], 80))
    live = us.get('Invoice', invoice['Id'])
    assert us.refused('Invoice', ref(live, sparse=True, Line=[line(50)]))['code'] == '6000'
    assert us.post('Invoice', ref(live, sparse=True, Line=[line(90)]))['Balance'] == 10


def test_a_payment_cannot_be_applied_from_the_invoice_side(us, customer):
    payment = us.payment(customer, 40)
    invoice = us.invoice(customer, LinkedTxn=[{'TxnId': payment['Id'], 'TxnType': 'Payment'}])
    assert (invoice['Balance'], invoice['LinkedTxn']) == (100, [])


def test_a_down_payment_lowers_the_balance(us, customer):
    assert us.invoice(customer, Deposit=30)['Balance'] == 70


def test_a_payment_is_in_its_customers_currency_and_its_rate_defaults_to_one(us):
    us.preferences(CurrencyPrefs={'MultiCurrencyEnabled': True})
    customer = us.customer("Euro", CurrencyRef={'value': 'EUR'})
    assert us.refused('Payment', paid(customer, 5, CurrencyRef={'value': 'USD'}))['code'] == '6000'
    payment = us.payment(customer, 5, CurrencyRef={'value': 'EUR'})
    assert (payment['ExchangeRate'], payment['CurrencyRef']['value']) == (1, 'EUR')


def test_closed_books_take_no_payment(us, customer):
    us.preferences(AccountingInfoPrefs={'BookCloseDate': '2026-02-28'})
    assert us.refused('Payment', paid(customer, 5, TxnDate='2026-02-01'))['code'] == '6210'


def test_lines_tell_the_number_of_what_they_pay(us, customer):
    invoice = us.invoice(customer, DocNumber='INV/1')
    payment = us.payment(customer, 40, ('Invoice', invoice['Id'], 40))
    extras = {extra['value']['Name']: extra['value']['Value'] for extra in payment['Line'][0]['LineEx']['any']}
    assert extras['txnReferenceNumber'] == 'INV/1'
    assert us.refused('Payment', ref(payment, sparse=True, Line=payment['Line']))['code'] == '2010'


def test_open_credits_are_applied_by_themselves_only_when_switched(us, customer):
    memo = us.post('CreditMemo', sale(customer, line(30)))
    assert us.invoice(customer)['Balance'] == 100
    us.company.switches['auto_apply_credit'] = True
    assert us.invoice(customer)['Balance'] == 70
    assert us.get('CreditMemo', memo['Id'])['Balance'] == 0

"""Payments of QuickBooks, read: what came in, what it settles, and by what each document is settled."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qbo.receipts import Application, ReceiptError, read_receipt, split

D = Decimal
#: The sample answer of Intuit's API reference "Payment", one payment on two invoices.
SAMPLE = json.loads('''{
    "SyncToken": "0", "domain": "QBO", "Id": "154", "TxnDate": "2026-11-12", "TotalAmt": 65.10, "UnappliedAmt": 10.10,
    "DepositToAccountRef": {"value": "4", "name": "Undeposited Funds"}, "ProcessPayment": false, "sparse": false,
    "CustomerRef": {"name": "Red Rock Diner", "value": "20"}, "PaymentMethodRef": {"value": "2", "name": "Check"},
    "PaymentRefNum": "1075", "PrivateNote": "by post", "CurrencyRef": {"name": "Euro", "value": "EUR"},
    "ExchangeRate": 1.1034,
    "Line": [
        {"Amount": 20.0, "LinkedTxn": [{"TxnId": "88", "TxnType": "Invoice"}],
         "LineEx": {"any": [{"value": {"Name": "txnId", "Value": "88"}},
                            {"value": {"Name": "txnReferenceNumber", "Value": "INV/7"}}]}},
        {"Amount": 15.0, "LinkedTxn": [{"TxnId": "89", "TxnType": "Invoice"}]},
        {"Amount": 20.0, "LinkedTxn": [{"TxnId": "88", "TxnType": "Invoice"}]}],
    "MetaData": {"CreateTime": "2026-11-12T10:22:05-08:00", "LastUpdatedTime": "2026-11-12T10:22:05-08:00"}
}''', parse_float=Decimal)


def payment(total, *links, **values):
    """Return a Payment's JSON with links of (type, Id, amount)."""
    return {'Id': '1', 'TxnDate': '2026-11-21', 'TotalAmt': total, 'CustomerRef': {'value': '3'}, 'Line': [
        {'Amount': amount, 'LinkedTxn': [{'TxnType': kind, 'TxnId': txn}]} for kind, txn, amount in links], **values}


def test_the_sample_of_the_reference_is_read_whole():
    receipt = read_receipt(SAMPLE)
    assert (receipt.remote_id, receipt.customer, receipt.customer_name) == ('154', '20', 'Red Rock Diner')
    assert (receipt.date, receipt.total, receipt.unapplied) == (date(2026, 11, 12), D('65.10'), D('10.10'))
    assert (receipt.currency, receipt.rate, receipt.home_value()) == ('EUR', D('1.1034'), D('71.83'))
    assert (receipt.deposit_account, receipt.method_name) == ('4', 'Check')
    assert (receipt.reference, receipt.memo) == ('1075', 'by post')
    assert receipt.applications == (
        Application('Invoice', '88', D(40), 'INV/7'), Application('Invoice', '89', D(15)))
    assert not receipt.is_empty


def test_what_was_voided_is_empty_and_what_applies_credits_is_not():
    assert read_receipt(payment(0, PrivateNote='Voided', UnappliedAmt=0)).is_empty
    assert not read_receipt(payment(0, ('Invoice', '1', 5), ('CreditMemo', '2', 5))).is_empty


def test_what_is_left_out_is_empty_and_no_rate_is_made_up():
    receipt = read_receipt(payment(D('5.5')))
    assert (receipt.currency, receipt.reference, receipt.deposit_account) == ('', '', '')
    assert (receipt.rate, receipt.home_value()) == (None, None)


@pytest.mark.parametrize('broken', [
    {}, {'Id': '1'}, payment(-1), payment('much'), payment(float('nan')), payment(1, TxnDate='tomorrow'),
    payment(1, TxnDate=None), payment(1, CustomerRef='3'), payment(1, Line=[{'LinkedTxn': [{}], 'Amount': 1}]),
    payment(1, Line=['x']), payment(2, Line=[{'Amount': 1, 'LinkedTxn': [
        {'TxnId': '1', 'TxnType': 'Invoice'}, {'TxnId': '2', 'TxnType': 'Invoice'}]}]),
])
def test_what_is_no_payment_is_refused_and_nothing_guessed(broken):
    with pytest.raises(ReceiptError):
        read_receipt(broken)


def test_credits_go_to_the_charges_in_their_order_and_the_money_takes_the_rest():
    receipt = read_receipt(payment(
        75, ('Invoice', 'a', 20), ('Invoice', 'b', 90), ('CreditMemo', 'x', 30), ('CreditMemo', 'y', 10)))
    assert split(receipt) == ({'b': D(70)}, {('x', 'a'): D(20), ('x', 'b'): D(10), ('y', 'b'): D(10)})


@pytest.mark.parametrize('links', [
    [('Invoice', 'a', 11)], [('Invoice', 'a', 5), ('CreditMemo', 'x', 6)], [('CreditMemo', 'x', 1)]])
def test_more_than_there_is_is_refused(links):
    with pytest.raises(ReceiptError):
        split(read_receipt(payment(10, *links)))


cents = st.integers(1, 10 ** 9).map(lambda n: D(n).scaleb(-2))
documents = st.dictionaries(st.integers(1, 60).map(str), cents, max_size=6)


@given(charges=documents, credits=documents, over=st.integers(0, 10 ** 6).map(lambda n: D(n).scaleb(-2)))
def test_every_cent_of_every_document_is_accounted_for_once(charges, credits, over):
    owed, credited = sum(charges.values()), sum(credits.values())
    total = max(owed - credited, D(0)) + over
    receipt = read_receipt(json.loads(json.dumps(payment(
        total, *(('Invoice', txn, amount) for txn, amount in charges.items()),
        *(('CreditMemo', txn, amount) for txn, amount in credits.items())), default=str), parse_float=Decimal))
    if credited > owed:
        with pytest.raises(ReceiptError):
            split(receipt)
        return
    money, paired = split(receipt)
    for txn, amount in charges.items():
        assert money.get(txn, 0) + sum(a for (_credit, charge), a in paired.items() if charge == txn) == amount
    for txn, amount in credits.items():
        assert sum(a for (credit, _charge), a in paired.items() if credit == txn) == amount
    assert all(amount > 0 for amount in (*money.values(), *paired.values()))
    assert total - sum(money.values()) == over

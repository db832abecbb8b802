"""Journal entries and purchases as JSON."""

from datetime import date
from decimal import Decimal

import pytest
from qbo.documents import JournalDoc, PostingDoc, PurchaseDoc
from qbo.payloads import PayloadError
from qbo.payloads.postings import journal_payload, purchase_payload

D = Decimal
TODAY = date(2026, 11, 21)


def journal(*postings, **values):
    """Return the payload of a journal entry."""
    return journal_payload(JournalDoc(**{'date': TODAY, 'postings': postings, **values}))


def purchase(*postings, **values):
    """Return the payload of a purchase."""
    return purchase_payload(PurchaseDoc(**{
        'kind': 'Cash', 'customer': '58', 'account': '35', 'date': TODAY, 'postings': postings, **values}))


def test_a_write_off():
    assert journal(
        PostingDoc('7', D(2), "Fee"), PostingDoc('84', D(-2), "PBNK/1", customer='58'), currency='EUR',
        exchange_rate=D('1.1'), private_note="odoo:1:account.move:1",
    ) == {
        'TxnDate': '2026-11-21', 'CurrencyRef': {'value': 'EUR'}, 'ExchangeRate': 1.1, 'Line': [
            {'Amount': 2, 'Description': "Fee", 'DetailType': 'JournalEntryLineDetail',
             'JournalEntryLineDetail': {'PostingType': 'Debit', 'AccountRef': {'value': '7'}}},
            {'Amount': 2, 'Description': "PBNK/1", 'DetailType': 'JournalEntryLineDetail', 'JournalEntryLineDetail': {
                'PostingType': 'Credit', 'AccountRef': {'value': '84'},
                'Entity': {'Type': 'Customer', 'EntityRef': {'value': '58'}}}},
        ], 'PrivateNote': "odoo:1:account.move:1"}


@pytest.mark.parametrize('postings', [(), (PostingDoc('7', D(0)),), (PostingDoc('7', D(2)), PostingDoc('8', D(-1)))])
def test_a_journal_entry_that_does_not_balance_is_refused(postings):
    with pytest.raises(PayloadError):
        journal(*postings)


def test_a_refund_names_its_customer_and_that_there_is_no_tax():
    found = purchase(PostingDoc('84', D(30), "RINV/1"), PostingDoc('7', D(-2)), untaxed=True)
    assert (found['PaymentType'], found['AccountRef'], found['EntityRef']) == (
        'Cash', {'value': '35'}, {'value': '58', 'type': 'Customer'})
    assert found['GlobalTaxCalculation'] == 'NotApplicable'
    assert [line['Amount'] for line in found['Line']] == [30, -2]
    assert 'GlobalTaxCalculation' not in purchase(PostingDoc('84', D(30)))


@pytest.mark.parametrize(('postings', 'values'), [
    ((PostingDoc('84', D(30)),), {'kind': 'CreditCard'}), ((PostingDoc('84', D(-30)),), {}),
])
def test_a_refund_that_makes_no_sense_is_refused(postings, values):
    with pytest.raises(PayloadError):
        purchase(*postings, **values)


def test_amounts_are_exact():
    with pytest.raises(TypeError):
        PostingDoc('7', 2.5)

"""Which document of QuickBooks is the one of Odoo."""

from datetime import date
from decimal import Decimal

import pytest
from qbo.cutover import Wanted, find_document, find_payment


def wanted(**values):
    """An invoice of Odoo."""
    return Wanted(**{
        'numbers': ('INV/1',), 'customers': frozenset({'7'}), 'names': ("Acme",), 'total': Decimal('120.00'),
        'day': date(2026, 3, 1), 'currency': 'USD', **values})


def remote(**values):
    """A document of QuickBooks."""
    return {'Id': '1', 'DocNumber': 'inv/1', 'CustomerRef': {'value': '7', 'name': "ACME"}, 'TotalAmt': 120.0,
            'TxnDate': '2026-03-01', 'CurrencyRef': {'value': 'USD'}, **values}


@pytest.mark.parametrize(('candidates', 'result', 'differs'), [
    ([], 'none', ()),
    ([remote()], 'exact', ()),
    ([remote(DocNumber='INV/12')], 'none', ()),
    ([remote(TxnDate='2026-03-02')], 'date', ('date',)),
    ([remote(TotalAmt=119.99)], 'total', ('total',)),
    ([remote(CurrencyRef={'value': 'EUR'})], 'total', ('total',)),
    ([remote(CustomerRef={'value': '8', 'name': "Acme"}, TotalAmt=1)], 'customer', ('customer', 'total')),
    ([remote(TotalAmt=1), remote(Id='2')], 'exact', ()),
])
def test_a_document_is_found_by_its_number_and_compared(candidates, result, differs):
    found, = find_document(wanted(), candidates)
    assert (found.result, found.differs) == (result, differs)
    assert (found.remote is None) is (result == 'none')


def test_several_of_a_number_are_for_a_person_to_choose_from():
    found = find_document(wanted(), [remote(), remote(Id='2')])
    assert [(one.result, one.remote['Id']) for one in found] == [('ambiguous', '1'), ('ambiguous', '2')]
    assert len(find_document(wanted(), [remote(TotalAmt=1), remote(Id='2', TotalAmt=2)])) == 2


def test_a_customer_who_has_no_link_yet_is_compared_by_name():
    assert find_document(wanted(customers=frozenset()), [remote()])[0].result == 'exact'
    assert find_document(wanted(customers=frozenset(), names=("Bolt",)), [remote()])[0].result == 'customer'


def payment(**values):
    """A Payment of QuickBooks."""
    return remote(**{'DocNumber': None, 'PaymentRefNum': 'R1', **values})


APPLIED = [{'Amount': 120, 'LinkedTxn': [{'TxnId': '55', 'TxnType': 'Invoice'}]}]


@pytest.mark.parametrize(('candidates', 'result', 'remote_id'), [
    ([payment(PaymentRefNum='zzz')], 'exact', '1'),
    ([payment(TxnDate='2026-03-04', PaymentRefNum='zzz')], 'date', '1'),
    ([payment(TxnDate='2026-04-04', PaymentRefNum='zzz')], 'none', None),
    ([payment(TxnDate='2026-04-04')], 'none', None),
    ([payment(TxnDate='2026-04-04', PaymentRefNum='PAY9')], 'exact', '1'),
    ([payment(TxnDate='2026-04-04', Line=APPLIED)], 'exact', '1'),
    ([payment(TotalAmt=100, Line=APPLIED)], 'total', '1'),
    ([payment(TotalAmt=100)], 'none', None),
    ([payment(), payment(Id='2', PaymentRefNum='PAY9')], 'exact', '2'),
    ([payment(), payment(Id='2', Line=APPLIED)], 'exact', '2'),
])
def test_a_payment_is_found_by_what_it_settles_its_reference_or_its_money(candidates, result, remote_id):
    found, = find_payment(wanted(numbers=('PAY9',), settles=frozenset({('Invoice', '55')})), candidates)
    assert (found.result, found.remote and found.remote['Id']) == (result, remote_id)


def test_payments_that_are_equal_in_everything_are_for_a_person_to_choose_from():
    found = find_payment(wanted(numbers=()), [payment(), payment(Id='2')])
    assert [one.result for one in found] == ['ambiguous', 'ambiguous']

"""What differs between two books is told, all of it and nothing else."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qbo.cutover import Wanted
from qbo.reconciling import (
    KINDS,
    Here,
    Tally,
    There,
    differences,
    explain_exchange,
    is_beyond,
    pair,
    read_object,
    status_of,
)

DAY = date(2026, 3, 31)
HERE = Here(numbers=('INV/1',), day=DAY, customers=frozenset({'7', '8'}), names=("Amy",), currency='EUR',
            total=Decimal('120.00'), tax=Decimal('20.00'), balances=(Decimal('50.00'),), home=Decimal('132.00'))
THERE = There(remote_id='9', number='inv/1', day=DAY, customer='8', customer_name="amy", currency='EUR',
              total=Decimal('120'), tax=Decimal('20'), balance=Decimal('50'), home=Decimal('132'),
              rate=Decimal('1.1'))

# What is planted -> what must be told of it. Each leaves everything else as it is.
PLANTS = {
    'currency': lambda one: replace(one, currency='USD'),
    'total': lambda one: replace(one, total=one.total + Decimal('0.01')),
    'tax': lambda one: replace(one, tax=one.tax - Decimal('0.01')),
    'balance': lambda one: replace(one, balance=one.balance + 1),
    'date': lambda one: replace(one, day=one.day + timedelta(days=1)),
    'customer': lambda one: replace(one, customer='11', customer_name="Bob"),
    'number': lambda one: replace(one, number=one.number + 'x'),
    'exchange': lambda one: replace(one, home=one.home + Decimal('0.02')),
    'rounded': lambda one: replace(one, home=one.home - Decimal('0.01')),
    'voided_there': lambda one: replace(one, voided=True, total=Decimal(0), balance=Decimal(0)),
}


def test_documents_that_agree_have_no_difference():
    assert differences(HERE, THERE) == ()


@pytest.mark.parametrize('kind', PLANTS)
def test_each_difference_is_told_by_its_name(kind):
    assert differences(HERE, PLANTS[kind](THERE)) == (kind,)


def test_what_is_voided_on_both_sides_agrees_and_on_one_does_not():
    voided = replace(THERE, voided=True, total=Decimal(0))
    assert differences(replace(HERE, stands=False), voided) == ()
    assert differences(replace(HERE, stands=False), THERE) == ('voided_here',)
    assert differences(replace(HERE, total=Decimal(0)), voided) == ()


def test_values_in_home_currency_are_compared_of_documents_that_are_otherwise_worth_the_same():
    apart = replace(THERE, home=Decimal('999'))
    assert differences(HERE, replace(apart, total=HERE.total + 1)) == ('total',)
    assert differences(HERE, replace(apart, currency='USD')) == ('currency',)


def test_the_worst_difference_is_the_first_by_which_a_document_is_called():
    wrong = replace(THERE, currency='USD', total=Decimal(1), tax=Decimal(2), balance=Decimal(3), customer='11',
                    day=DAY + timedelta(days=1), number='x')
    assert differences(HERE, wrong) == ('currency', 'total', 'tax', 'balance', 'date', 'customer', 'number')


def test_a_linked_customer_counts_and_not_its_namesake():
    assert differences(HERE, replace(THERE, customer='11')) == ('customer',)
    assert differences(HERE, replace(THERE, customer='7', customer_name="Bob")) == ()


def test_without_known_customers_the_name_counts():
    assert differences(replace(HERE, customers=frozenset()), THERE) == ()
    assert differences(replace(HERE, customers=frozenset(), names=("Bob",)), THERE) == ('customer',)


def test_an_object_is_read_as_it_was_answered():
    read = read_object({
        'Id': '12', 'DocNumber': 'A1', 'TxnDate': '2026-03-31', 'TotalAmt': Decimal('10.5'), 'Balance': 0,
        'TxnTaxDetail': {'TotalTax': Decimal('0.5')}, 'CustomerRef': {'value': '3', 'name': "Amy"},
        'CurrencyRef': {'value': 'EUR'}, 'ExchangeRate': Decimal('1.115'),
        'PrivateNote': "from the shop\nodoo:1a2b3c4d:account.move:42"}, '1a2b3c4d')
    assert (read.total, read.tax, read.balance, read.home) == (
        Decimal('10.5'), Decimal('0.5'), 0, Decimal('11.71'))
    assert (read.mark, read.voided) == ('account.move:42', False)
    voided = read_object({'Id': '1', 'TotalAmt': 0, 'PrivateNote': "Voided odoo:1a2b3c4d:account.move:4"}, '00000000')
    assert (voided.voided, voided.mark) == (True, '')
    assert read_object({'Id': '1', 'TotalAmt': 5, 'UnappliedAmt': 2}).balance == 2
    assert read_object({'Id': '1', 'PaymentRefNum': "check 7"}).number == "check 7"
    assert read_object({'Id': '1', 'TotalAmt': 5, 'ExchangeRate': 2, 'HomeTotalAmt': 9}).home == 9


@pytest.mark.parametrize(('total', 'note'), [(0, "for nothing"), (0, None), (5, "Voided check, sent anew")])
def test_what_is_only_worth_nothing_or_only_says_so_is_not_voided(total, note):
    assert not read_object({'Id': '1', 'TotalAmt': total, 'PrivateNote': note}).voided


def test_a_difference_of_exchange_is_explained_by_the_two_rates():
    assert explain_exchange(HERE, PLANTS['exchange'](THERE)) == (Decimal('1.1'), Decimal('1.1'), Decimal('-0.02'))


def test_what_waits_or_is_left_on_purpose_is_no_drift_and_everything_else_is():
    reasons = ('', 'failed', 'waiting', 'excluded', 'before', 'left', 'accepted', 'documents')
    assert [status_of(('total',), reason) for reason in reasons] == [
        'drift', 'drift', 'waiting', 'known', 'known', 'known', 'known', 'known']
    assert status_of(('rounded',), '') == 'known'
    assert status_of(('rounded', 'balance'), '') == 'drift'


@pytest.mark.parametrize(('rest', 'beyond'), [('0', False), ('1.00', False), ('-1.01', True)])
def test_the_threshold_is_a_share_of_the_larger_total(rest, beyond):
    assert is_beyond(Decimal(rest), Decimal(1000), Decimal(999), Decimal('0.1')) is beyond


def test_any_rest_is_beyond_the_threshold_of_an_empty_book():
    assert is_beyond(Decimal('0.01'), Decimal(0), Decimal(0), Decimal('0.1'))


def test_sums_survive_as_json_to_the_cent():
    tally = Tally()
    for _time in range(3):
        tally.add('EUR', Decimal('0.10'), Decimal('0.01'), Decimal('0'))
    [(count, total, tax, balance)] = Tally.load(tally.dump()).dump().values()
    assert (count, total, tax, balance) == (3, '0.30', '0.03', '0')


# === WHOLE BOOKS === #

AMOUNTS = st.decimals(min_value=1, max_value=10 ** 9, places=2)


@st.composite
def books(draw):
    """Return (documents of Odoo, objects of QuickBooks, what was planted: {key: kinds})."""
    count = draw(st.integers(1, 6))
    here, there, planted = {}, {}, {}
    for key in range(count):
        total = draw(AMOUNTS)
        ours = replace(HERE, numbers=(f'INV/{key}',), total=total, home=total * 2, tax=Decimal(1),
                       balances=(total,), day=DAY + timedelta(days=draw(st.integers(-40, 40))))
        theirs = replace(THERE, remote_id=str(1000 + key), number=f'INV/{key}', total=total, home=total * 2,
                         tax=Decimal(1), balance=total, day=ours.day)
        what = draw(st.sampled_from(['', '', 'missing_there', 'missing_here', 'doubled', *PLANTS]))
        if what != 'missing_here':
            here[key] = ours
        if what != 'missing_there':
            there[theirs.remote_id] = PLANTS.get(what, lambda one: one)(theirs)
        if what == 'doubled':
            there['2' + theirs.remote_id] = replace(theirs, remote_id='2' + theirs.remote_id)
        if what:
            planted[key] = what
    return here, there, planted


def as_wanted(one):
    """Return what a document without a link is looked for by."""
    return Wanted(one.numbers, one.customers, one.names, one.total, one.day, one.currency)


@given(books())
def test_of_linked_books_exactly_what_was_planted_is_told(made):
    here, there, planted = made
    told = {key: ('missing_there',) if str(1000 + key) not in there else differences(one, there[str(1000 + key)])
            for key, one in here.items()}
    assert {key: kinds for key, kinds in told.items() if kinds} == {
        key: (what,) for key, what in planted.items() if what not in ('missing_here', 'doubled')}
    links = {str(1000 + key) for key in here}
    assert {int(remote_id[-4:]) - 1000 for remote_id in there if remote_id not in links} == {
        key for key, what in planted.items() if what in ('missing_here', 'doubled')}


@given(books())
def test_books_without_links_are_paired_by_their_numbers_and_told_likewise(made):
    here, there, planted = made
    paired = pair({key: as_wanted(one) for key, one in here.items()}, there.values(), by_number=True)
    assert len(set(paired.values())) == len(paired)
    for key, one in here.items():
        what = planted.get(key, '')
        if what in ('missing_there', 'number', 'voided_there'):  # no such number in the books there
            assert key not in paired
        else:
            assert paired[key][-4:] == str(1000 + key)
            assert differences(one, there[paired[key]]) == ((what,) if what and what != 'doubled' else ())


@given(st.lists(AMOUNTS, min_size=1, max_size=8), st.integers(0, 8), st.integers(0, 8))
def test_payments_without_numbers_are_paired_by_customer_amount_and_day_one_to_one(amounts, lost_here, lost_there):
    here = {key: Wanted((), HERE.customers, HERE.names, amount, DAY, 'EUR') for key, amount in enumerate(amounts)}
    there = [replace(THERE, remote_id=str(100 + key), number='', total=amount) for key, amount in enumerate(amounts)]
    here.pop(lost_here, None)
    there = [one for one in there if one.remote_id != str(100 + lost_there)]
    paired = pair(here, there, by_number=False)
    assert len(set(paired.values())) == len(paired)
    totals = {one.remote_id: one.total for one in there}
    assert all(here[key].total == totals[remote_id] for key, remote_id in paired.items())
    # as many as can be: of each amount the lesser number of the two sides
    wanted, offered = [one.total for one in here.values()], list(totals.values())
    assert len(paired) == sum(min(wanted.count(amount), offered.count(amount)) for amount in set(amounts))


def test_one_that_agrees_is_not_taken_by_one_that_does_not():
    near = Wanted((), HERE.customers, HERE.names, HERE.total, DAY - timedelta(days=2), 'EUR')
    exact = Wanted((), HERE.customers, HERE.names, HERE.total, DAY, 'EUR')
    assert pair({'near': near, 'exact': exact}, [replace(THERE, number='')], by_number=False) == {'exact': '9'}


def test_payments_of_another_customer_and_amount_are_not_the_same_for_their_reference():
    other = Wanted(('101',), frozenset({'5'}), ("Zoe",), Decimal(1), DAY, 'EUR')
    assert pair({'other': other}, [replace(THERE, number='101')], by_number=False) == {}


def test_every_kind_has_its_place():
    assert len(set(KINDS)) == len(KINDS)
    assert set(PLANTS) < set(KINDS)

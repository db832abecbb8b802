"""Two lists side by side: the same, the alike, and what is there twice."""

import random

import pytest
from qbo import pairing
from qbo.pairing import Directory, Entry, contested

CUSTOMERS = Directory([
    Entry(1, "Acme Corporation", email='office@acme.example', currency='USD'),
    Entry(2, "Microsoft", email='info@microsoft.example', currency='USD'),
    Entry(3, "John Smith", email='john@smith.example', currency='USD'),
    Entry(4, "Northwind Traders", email='sales@northwind.example', currency='EUR'),
    Entry(5, "Store 5"), Entry(6, "Müller & Söhne GmbH"),
])
ITEMS = Directory([
    Entry(1, "Office Chair", code='CH-01'), Entry(2, "Desk"), Entry(3, "Lamp", code='L1'),
    Entry(4, "Lamp 2", code='L1'),
])


@pytest.mark.parametrize(('wanted', 'key', 'reason'), [
    (Entry(0, "ACME corporation"), 1, 'name'),
    (Entry(0, "J. Smith", email='John@Smith.example', currency='USD'), 3, 'email'),
    (Entry(0, "Somebody Else", email='john@smith.example', currency='USD'), None, None),
    (Entry(0, "Northwind", email='sales@northwind.example', currency='USD'), None, None),
    (Entry(0, "Acme"), None, None),
    (Entry(0, ""), None, None),
])
def test_a_customer_is_the_same_by_name_or_by_an_e_mail_with_a_name_that_is_alike(wanted, key, reason):
    found = CUSTOMERS.same(wanted)
    assert (found and found.candidate.key, found and found.reason) == (key, reason)


@pytest.mark.parametrize(('wanted', 'key'), [
    (Entry(0, "Anything", code='CH-01'), 1), (Entry(0, "desk", code='D9'), 2), (Entry(0, "Office Chair"), 1),
    (Entry(0, "Office Chair", code='CH-02'), None), (Entry(0, "Bulb", code='L1'), None),
])
def test_an_item_is_the_same_by_its_own_code_or_by_a_name_without_another_code(wanted, key):
    found = ITEMS.same(wanted)
    assert (found and found.candidate.key) == key


@pytest.mark.parametrize(('wanted', 'key', 'reason', 'least'), [
    (Entry(0, "Acme Corp."), 1, 'legal', 97),
    (Entry(0, "Mikrosoft"), 2, 'similar', 85),
    (Entry(0, "Jon Smith"), 3, 'similar', 85),
    (Entry(0, "Smith John"), 3, 'similar', 90),
    (Entry(0, "Muller und Sohne"), 6, 'legal', 97),
    (Entry(0, "Nobody", email='info@microsoft.example'), 2, 'mail_only', 60),
    (Entry(0, "Store 6"), None, None, 0),
    (Entry(0, "Payroll"), None, None, 0),
    (Entry(0, "GmbH"), None, None, 0),
])
def test_the_likely_customer_is_found_with_its_reason(wanted, key, reason, least):
    found = CUSTOMERS.like(wanted)
    assert (found and found.candidate.key, found and found.reason) == (key, reason)
    assert not found or least <= found.confidence < 100


def test_a_code_that_is_written_differently_and_a_name_with_another_code_are_likely():
    coded, named = ITEMS.like(Entry(0, "Armchair", code='ch01')), ITEMS.like(Entry(0, "Office Chair", code='CH-02'))
    assert (coded.candidate.key, coded.reason) == (1, 'like_code')
    assert (named.candidate.key, named.reason) == (1, 'other_code')


def test_what_stands_in_one_list_twice_is_told_with_the_reason():
    twins = Directory([
        Entry(1, "Acme Inc"), Entry(2, "ACME"), Entry(3, "Bolt Ltd", email='a@b.example'),
        Entry(4, "Nut", email='A@b.example'), Entry(5, "Office Supply Center"), Entry(6, "Office Suply Center"),
        Entry(7, "Lone Wolf"), Entry(8, "Shop 1"), Entry(9, "Shop 2"), Entry(10, "Nut"),
    ]).twins()
    assert twins == {
        1: [(2, 'legal')], 2: [(1, 'legal')], 3: [(4, 'email')], 4: [(10, 'name'), (3, 'email')],
        10: [(4, 'name')], 5: [(6, 'similar')], 6: [(5, 'similar')]}


def test_one_entry_that_suits_two_is_contested():
    both = {key: CUSTOMERS.same(Entry(key, "Microsoft")) for key in ('a', 'b')}
    assert contested({**both, 'c': CUSTOMERS.same(Entry('c', "John Smith"))}) == {'a', 'b'}


def test_thousands_on_each_side_are_not_compared_with_one_another(monkeypatch):
    chance, compared = random.Random(7), []
    words = [''.join(chance.choices('abcdefghijklmnop', k=6)) for _ in range(900)]
    names = [f"{' '.join(chance.sample(words, 2))} {chance.choice(['Inc', 'LLC', 'Services', 'Group'])}"
             for _ in range(4000)]
    monkeypatch.setattr(pairing, 'likeness', lambda one, other: compared.append(1) or 0.0)
    directory = Directory(Entry(key, name) for key, name in enumerate(names))
    for key, name in enumerate(names):
        directory.like(Entry(key, name[:-7] + 'Holding'))
    directory.twins()
    assert 0 < len(compared) < len(names) * 3 * pairing.COMPARED < len(names) ** 2 / 100

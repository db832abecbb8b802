"""Batches as strict as they can be: identity and replay of items, bIds, throttling, failures inside of them."""

import pytest

from tests.simulator import DroppedConnection

from .support import error_of, ref, sale
from .test_bulk import batch
from .test_failures import script


def creates(*names):
    """Items that create vendors of these names, numbered from 1."""
    return [{'bId': str(number), 'operation': 'create', 'Vendor': {'DisplayName': name}}
            for number, name in enumerate(names, start=1)]


def count(us, entity='Vendor'):
    """How many objects there are."""
    return us.query(f"select count(*) from {entity}")['totalCount']


def ids(answers):
    """The Ids of the vendors in a batch answer, None for faults."""
    return [answer.get('Vendor', {}).get('Id') for answer in answers]


@pytest.mark.parametrize('bids', [('1', '1'), ('1', None), ('1', ''), ('1', 2)])
def test_a_batch_with_a_bid_missing_or_twice_is_refused_as_a_whole(us, bids):
    items = [dict(item, bId=bid) for item, bid in zip(creates("A", "B"), bids, strict=True)]
    assert error_of(us.call('POST', 'batch', {'BatchItemRequest': items}))['code'] in ('2020', '2090')
    assert count(us) == 0


def test_a_switch_lets_bids_be_missing_or_twice(us):
    us.company.switches['batch_bid'] = 'keep'
    items = [{key: value for key, value in item.items() if key != 'bId'} for item in creates("A", "B")]
    assert [answer['bId'] for answer in batch(us, *items)] == [None, None]
    assert count(us) == 2


@pytest.mark.parametrize(('change', 'code'), [
    ({'Customer': {'DisplayName': "C"}}, '2000'), ({'colour': 'red'}, '2000'), ({'optionsData': 'paint'}, '2170')])
def test_an_item_with_more_than_it_may_hold_is_refused_alone(us, change, code):
    first, second = creates("A", "B")
    answers = batch(us, {**first, **change}, second)
    assert answers[0]['Fault']['Error'][0]['code'] == code and answers[1]['Vendor']['DisplayName'] == "B"


def test_a_batch_sent_twice_gets_the_first_answers_faults_included(us):
    items = creates("A", "A", "B")
    first = batch(us, *items, requestid='r')
    us.post('Vendor', ref(first[0]['Vendor'], sparse=True, DisplayName="C"))  # now the second would be free to go
    assert batch(us, *items, requestid='r') == first
    assert count(us) == 2


@pytest.mark.parametrize(('switch', 'single', 'batched'), [('none', False, False), ('batch', False, True),
                                                           ('all', True, True)])
def test_refusals_are_kept_for_replay_as_the_switch_says(us, switch, single, batched):
    us.company.switches['requestid_faults'] = switch
    holder = us.post('Vendor', {'DisplayName': "A"})
    us.refused('Vendor', {'DisplayName': "A"}, requestid='single')
    batch(us, *creates("A"), requestid='batch')
    us.post('Vendor', ref(holder, sparse=True, DisplayName="B"))  # now the name would be free
    assert (ids(batch(us, *creates("A"), requestid='batch')) == [None]) is batched
    holder = us.query("select * from Vendor where DisplayName = 'A'").get('Vendor', [])
    for vendor in holder:
        us.post('Vendor', ref(vendor, sparse=True, DisplayName="C"))
    assert (us.call('POST', 'vendor', {'DisplayName': "A"}, requestid='single').status_code == 400) is single


def test_other_content_under_the_same_requestid_and_bid_is_refused(us):
    batch(us, *creates("A", "B"), requestid='r')
    answers = batch(us, *creates("A", "C"), requestid='r')
    assert answers[0]['Vendor']['DisplayName'] == "A" and answers[1]['Fault']['Error'][0]['code'] == '600'
    us.company.switches['requestid_conflict'] = 'replay'
    assert batch(us, *creates("A", "C"), requestid='r')[1]['Vendor']['DisplayName'] == "B"


def test_a_longer_batch_under_the_same_requestid_performs_only_what_is_new(us):
    first = batch(us, *creates("A", "B"), requestid='r')
    assert ids(batch(us, *creates("A", "B", "C"), requestid='r'))[:2] == ids(first)
    assert count(us) == 3


def test_replay_ends_with_the_memory_of_requestids(us):
    items = creates("A")
    batch(us, *items, requestid='r')
    us.client.post('/_sim/clock', json={'advance': 100})
    assert us.client.delete('/_sim/answers', json={'older_than': 101}).get_json() == {'forgotten': 0}
    assert us.client.delete('/_sim/answers', json={'older_than': 100}).get_json() == {'forgotten': 1}
    assert batch(us, *items, requestid='r')[0]['Fault']['Error'][0]['code'] == '6240'


def test_a_batch_counts_as_one_request_and_forty_a_minute_are_allowed(us):
    us.company.switches['rate_limits'] = True
    for _number in range(40):
        us.client.post('/_sim/clock', json={'advance': 1})
        batch(us, *[{'bId': str(bid), 'Query': "select * from Term"} for bid in range(30)])
    us.client.post('/_sim/clock', json={'advance': 1})
    throttled = us.call('POST', 'batch', {'BatchItemRequest': creates("A")})
    assert error_of(throttled, 429)['code'] == '3001'
    assert us.call('GET', 'preferences').status_code == 200, "single requests still go"
    us.client.post('/_sim/clock', json={'advance': 60})
    assert ids(batch(us, *creates("A"))) != [None]


def test_all_apps_together_have_a_hundred_and_twenty_batches_a_minute(sim):
    sent = []
    for number in range(124):
        sim.clock.advance(0.2)
        sent.append(sim.limiter.exceeded('1', f"app {number // 40}", True))
    assert sent == [False] * 120 + [True] * 4


def test_a_batch_can_be_matched_by_its_address_and_by_its_operation(us):
    script(us, kind='reset', path='/batch$')
    script(us, kind='lost_answer', operation='batch')
    for applied in (False, True):
        with pytest.raises(DroppedConnection) as dropped:
            batch(us, *creates("A", "B"), requestid='r')
        assert dropped.value.applied is applied
    assert count(us) == 2
    assert None not in ids(batch(us, *creates("A", "B"), requestid='r'))
    assert count(us) == 2


def test_a_connection_may_drop_in_the_middle_of_a_batch(us):
    script(us, kind='lost_answer', path='/batch$', items=2)
    with pytest.raises(DroppedConnection):
        batch(us, *creates("A", "B", "C"), requestid='r')
    assert count(us) == 2
    assert None not in ids(batch(us, *creates("A", "B", "C"), requestid='r'))
    assert count(us) == 3


def test_one_item_may_be_throttled_and_succeeds_under_the_same_identity_later(us):
    script(us, kind='item_fault', bid='2')
    answers = batch(us, *creates("A", "B", "C"), requestid='r')
    [error] = answers[1]['Fault']['Error']
    assert (error['code'], answers[1]['Fault']['type'], answers[1]['bId']) == ('3001', 'SERVICE', '2')
    assert ids(answers)[0] and ids(answers)[2] and count(us) == 2
    assert None not in ids(batch(us, *creates("A", "B", "C"), requestid='r'))
    assert count(us) == 3


def test_an_item_may_be_performed_and_yet_answered_by_a_failure(us):
    script(us, kind='item_fault', item=0, code='10000', apply=True)
    [answer] = batch(us, *creates("A"), requestid='r')
    assert (answer['Fault']['Error'][0]['code'], answer['Fault']['type']) == ('10000', 'SystemFault')
    assert count(us) == 1
    assert ids(batch(us, *creates("A"), requestid='r')) != [None]
    assert count(us) == 1


def test_item_faults_match_the_entity_and_operation_of_the_item(us):
    script(us, kind='item_fault', entity='Invoice', operation='void', code='6000', message="No", detail="Not today")
    customer = us.customer()
    invoice = us.invoice(customer)
    answers = batch(us, {'bId': 'a', 'operation': 'create', 'Invoice': sale(customer)},
                    {'bId': 'b', 'operation': 'update', 'optionsData': 'void', 'Invoice': ref(invoice)})
    assert 'Invoice' in answers[0] and answers[1]['Fault']['Error'][0]['Detail'] == "Not today"
    assert us.get('Invoice', invoice['Id'])['TotalAmt'] == 100

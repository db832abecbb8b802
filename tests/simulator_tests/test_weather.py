"""Bad weather: each kind strikes as it should, and the same seed brings the same weather."""

import pytest

from tests.simulator import DroppedConnection

from .support import ref
from .test_batch import count, creates


def blow(us, *kinds, rate=1, seed=1, **more):
    """Let the weather blow."""
    answer = us.client.post('/_sim/weather', json={'seed': seed, 'rate': rate, 'kinds': list(kinds), **more})
    assert answer.status_code == 200, answer.get_data(as_text=True)


def calm(us):
    """Stop it; returns its report."""
    return us.client.delete('/_sim/weather').get_json()


def fate(us, method, path, body=None, **query):
    """What becomes of a call: its status, or how the connection dropped."""
    try:
        return us.call(method, path, body, **query).status_code
    except DroppedConnection as dropped:
        return 'applied' if dropped.applied else 'reset'


def create(us, name="Store"):
    """The fate of one create."""
    return fate(us, 'POST', 'vendor', {'DisplayName': name}, requestid=name)


@pytest.mark.parametrize(('kind', 'fates', 'applied'), [
    ('lost_answer', {'applied'}, 1), ('reset', {'reset'}, 0), ('error_before', {500, 502, 503, 504}, 0),
    ('error_after', {500, 502, 503, 504}, 1), ('throttle', {429}, 0), ('throttle_retry_after', {429}, 0),
    ('truncated', {200}, 1), ('slow', {200}, 1), ('late', {200}, 1), ('forgotten', {200}, 1)])
def test_a_write_meets_its_fate_and_is_applied_or_not(us, kind, fates, applied):
    blow(us, kind, slow_seconds=0.01, late_seconds=0.01)
    assert create(us) in fates
    assert calm(us)['blown'] == {kind: 1}
    assert count(us) == applied
    assert create(us) == 200
    assert count(us) == 1, "repeated under its requestid it stands there once"


def test_errors_come_as_json_xml_and_html_and_throttles_with_and_without_a_time(us):
    blow(us, 'error_before')
    answers = [us.call('GET', 'preferences') for _number in range(60)]
    assert {answer.status_code for answer in answers} == {500, 502, 503, 504}
    assert {answer.content_type.partition(';')[0] for answer in answers} == {
        'application/json', 'application/xml', 'text/html'}
    blow(us, 'throttle', 'throttle_retry_after', retry_after=3)
    answers = [us.call('GET', 'preferences') for _number in range(60)]
    assert {answer.headers.get('Retry-After') for answer in answers} == {None, '0', '1', '2', '3'}
    assert {answer.content_type.partition(';')[0] for answer in answers} == {'application/json', 'application/xml'}


def test_a_truncated_answer_breaks_off(us):
    blow(us, 'truncated')
    assert not us.call('GET', 'preferences').get_data(as_text=True).endswith('}')


def test_tokens_end_in_the_middle_but_not_right_after_their_renewal(us):
    blow(us, 'expired')
    assert create(us) == 401
    us.tokens = us.refresh(us.tokens['refresh_token']).get_json()
    assert create(us) == 200
    assert calm(us)['blown'] == {'expired': 1}


def test_somebody_edits_what_is_about_to_be_updated_and_the_edit_is_told(us):
    customer = us.customer()
    blow(us, 'stale')
    assert us.refused('Customer', ref(customer, sparse=True, Notes="x"))['code'] == '5010'
    [edit] = calm(us)['edits']
    changed = us.get('Customer', customer['Id'])
    assert changed['SyncToken'] == '1' and changed[edit['field']] == edit['value']
    us.post('Customer', ref(changed, sparse=True, Notes="x"))
    assert us.get('Customer', customer['Id'])['Fax'] == edit['value']


def test_only_one_item_of_a_batch_turns_out_to_be_edited(us):
    customers = [us.customer(name) for name in ("A", "B", "C")]
    blow(us, 'stale')
    answers = us.call('POST', 'batch', {'BatchItemRequest': [
        {'bId': customer['Id'], 'operation': 'update', 'Customer': ref(customer, sparse=True, Notes="x")}
        for customer in customers]}).get_json()['BatchItemResponse']
    assert sorted('Fault' in answer for answer in answers) == [False, False, True]


@pytest.mark.parametrize(('kind', 'code', 'applied'), [
    ('item_throttle', '3001', 2), ('item_error_before', '10000', 2), ('item_error_after', '10000', 3)])
def test_one_item_of_a_batch_fails(us, kind, code, applied):
    blow(us, kind)
    answers = us.call('POST', 'batch', {'BatchItemRequest': creates("A", "B", "C")}).get_json()['BatchItemResponse']
    calm(us)
    [failed] = [answer for answer in answers if 'Fault' in answer]
    assert failed['Fault']['Error'][0]['code'] == code
    assert count(us) == applied


def test_a_batch_is_cut_in_the_middle(us):
    blow(us, 'half_batch')
    assert fate(us, 'POST', 'batch', {'BatchItemRequest': creates(*"ABCDEF")}, requestid='r') == 'applied'
    calm(us)
    assert count(us) < 6
    us.call('POST', 'batch', {'BatchItemRequest': creates(*"ABCDEF")}, requestid='r')
    assert count(us) == 6


def test_the_memory_of_requestids_is_lost_when_it_is_old_enough(us):
    assert create(us) == 200
    blow(us, 'forgotten', memory_seconds=60)
    assert create(us) == 200, "remembered: the first answer again"
    us.client.post('/_sim/clock', json={'advance': 61})
    assert create(us) == 400, "forgotten: a second of that name"


def test_what_cannot_strike_a_call_does_not(us):
    blow(us, 'item_throttle', 'half_batch', 'stale', 'error_after', 'late', 'forgotten')
    assert us.call('GET', 'preferences').status_code == 200
    assert us.refresh(us.tokens['refresh_token']).status_code == 200
    assert calm(us)['blown'] == {}


def test_the_token_address_is_struck_too_and_other_addresses_are_not(us):
    blow(us, 'error_before')
    assert us.refresh(us.tokens['refresh_token']).status_code >= 500
    assert us.client.get('/').status_code == 200 and us.client.get('/_sim/weather').get_json()['calls'] == 1


def test_the_same_seed_brings_the_same_weather_and_another_seed_another(us):
    def night(seed):
        blow(us, 'lost_answer', 'reset', 'error_before', 'error_after', 'throttle', 'truncated', 'slow', 'late',
             rate=0.5, seed=seed, slow_seconds=0, late_seconds=0)
        return [fate(us, 'POST', 'invoice', {}) for _number in range(80)]

    first = night(7)
    assert night(7) == first != night(8)
    assert 20 < sum(one != 400 for one in first) < 60, "about half of the calls are struck"


def test_reads_may_meet_better_weather_than_writes(us):
    us.client.post('/_sim/weather', json={'rate': 1, 'read_rate': 0, 'kinds': ['throttle']})
    assert us.call('GET', 'preferences').status_code == 200
    assert us.refresh(us.tokens['refresh_token']).status_code == 200
    assert create(us) == 429


def test_answers_may_take_their_time_on_the_accounting_addresses_only(us):
    us.client.post('/_sim/weather', json={'latency': 0.5, 'seed': 3})
    calls = [{'path': '/v3/company/1/batch'}, {'path': '/books/1'}]
    (before, after), none = (us.sim.weather.delays(call) for call in calls)
    assert 0 < before < 0.25 and 0 < after < 0.25 and none == (0, 0)
    us.client.delete('/_sim/weather')
    assert us.sim.weather.delays(calls[0]) == (0, 0)


def test_scripted_failures_come_before_the_weather(us):
    us.client.post('/_sim/fail', json={'kind': 'status', 'status': 503, 'path': 'preferences'})
    blow(us, 'throttle')
    assert us.call('GET', 'preferences').status_code == 503
    assert us.call('GET', 'preferences').status_code == 429


def test_kinds_may_have_weights_and_nonsense_is_refused(us):
    us.client.post('/_sim/weather', json={'rate': 1, 'kinds': {'throttle': 1, 'reset': 0}})
    assert us.call('GET', 'preferences').status_code == 429
    for nonsense in ({'kinds': ['locusts']}, {'rate': 2}, {'mood': 'bad'}):
        assert us.client.post('/_sim/weather', json=nonsense).status_code == 400


def test_a_reset_of_the_simulator_calms_the_weather(us):
    blow(us, 'throttle')
    us.client.post('/_sim/reset')
    assert us.client.get('/_sim/weather').get_json()['rate'] == 0

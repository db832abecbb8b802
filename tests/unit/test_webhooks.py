"""Webhooks: only the right bytes with the right token are Intuit's, and no body makes the parser fall."""

import base64
import hashlib
import hmac
import json
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qbo import capture
from qbo.moments import moment
from qbo.webhooks import ENTITIES, OPERATIONS, Change, Malformed, parse, part, verify

TOKENS = (('new', 'token-new'), ('old', 'token-old'))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(['eventNotifications', 'realmId', 'dataChangeEvent', 'entities', 'name', 'id', 'operation',
                         'type', 'intuitentityid', 'intuitaccountid', 'specversion', 'data', 'time', 'deletedid'])
        | st.text(max_size=5), inner, max_size=5), max_leaves=25)


def sign(body, token):
    """Sign as Intuit does."""
    return base64.b64encode(hmac.new(token.encode(), body, hashlib.sha256).digest()).decode()


def classic(*entities, realm='1'):
    """Return a classic body with entities of one company."""
    return {'realmId': realm, 'dataChangeEvent': {'entities': list(entities)}}


# === SIGNATURES === #

@given(st.binary(max_size=200), st.sampled_from(TOKENS))
def test_a_signature_is_known_by_its_token(body, pair):
    label, token = pair
    assert verify(body, sign(body, token), TOKENS) == label
    assert verify(body, f' {sign(body, token)}\n', TOKENS) == label


@given(st.binary(min_size=1, max_size=200), st.text(max_size=60), st.integers(0, 43), st.integers(0, 199))
def test_nothing_else_is_a_signature(body, text, cut, place):
    good = sign(body, 'token-new')
    other = bytearray(body)
    other[place % len(body)] ^= 1
    assert verify(bytes(other), good, TOKENS) is None
    assert verify(body, good[:cut], TOKENS) is None
    assert verify(body, text, TOKENS) is None
    assert verify(body, good, ()) is None
    assert verify(body, sign(body, ''), [('empty', '')]) is None


def test_a_missing_signature_is_none():
    assert verify(b'{}', None, TOKENS) is None


# === BODIES === #

def test_the_classic_body_of_several_companies():
    body = json.dumps({'eventNotifications': [
        classic({'name': 'Invoice', 'id': '7', 'operation': 'Update', 'lastUpdated': '2026-01-02T03:04:05-0800'},
                {'name': 'Payment', 'id': 8, 'operation': 'Void', 'lastUpdated': '2026-01-02T03:04:05.000Z'}),
        classic({'name': 'Customer', 'id': '9', 'operation': 'Merge', 'lastUpdated': 'soon', 'deletedId': '10'},
                realm='2')]}).encode()
    changes = parse(body)
    assert [(c.realm_id, c.entity, c.remote_id, c.operation, c.deleted_id) for c in changes] == [
        ('1', 'Invoice', '7', 'updated', ''), ('1', 'Payment', '8', 'voided', ''),
        ('2', 'Customer', '9', 'merged', '10')]
    assert [c.changed_at and c.changed_at.hour for c in changes] == [11, 3, None]
    assert len({c.event_id for c in changes}) == 3
    assert parse(body) == changes, "tried again it is the same"
    assert json.loads(part(body, '2')) == {'eventNotifications': json.loads(body)['eventNotifications'][1:]}


def test_cloud_events_in_all_their_spellings():
    events = [{
        'specversion': '1.0', 'id': f'guid-{n}', 'type': f'qbo.{kind}', 'time': time, 'intuitentityid': str(n),
        'intuitaccountid': '1', 'data': data,
    } for n, (kind, time, data) in enumerate([
        ('creditmemo.created.v1', '2026-01-02T03:04:05.123456789Z', {}),
        ('invoice.void.v1', '2026-01-02T03:04:05.12Z', {}),
        ('payment.voided.v1', '2026-01-02T03:04:05Z', None), ('customer.merged.v1', '2026-01-02T03:04:05Z', {
            'deletedId': '27'}), ('spaceship.created.v2', '', {})])]
    changes = parse(json.dumps(events).encode())
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    assert changes[0] == Change('1', 'CreditMemo', '0', 'created', at, 'guid-0')
    assert [(c.entity, c.operation, c.deleted_id, c.known) for c in changes[1:]] == [
        ('Invoice', 'voided', '', True), ('Payment', 'voided', '', True), ('Customer', 'merged', '27', True),
        ('spaceship', 'created', '', False)]
    assert parse(json.dumps(events[0]).encode()) == changes[:1], "one event without its array"
    assert part(json.dumps(events).encode(), '1') == json.dumps(events)


@pytest.mark.parametrize('body', [b'', b'{', b'"text"', b'5', b'{}', b'\xff\xfe\x00', b'[' * 100000])
def test_what_is_neither_body_is_malformed(body):
    with pytest.raises(Malformed):
        parse(body)


@given(JSON)
def test_no_body_makes_the_parser_fall_and_all_that_it_returns_can_be_stored(data):
    try:
        changes = parse(json.dumps(data).encode())
    except Malformed:
        return
    for change in changes:
        assert change.realm_id and change.remote_id and change.event_id
        assert change.operation in OPERATIONS.values()
        texts = (change.realm_id, change.entity, change.remote_id, change.event_id, change.deleted_id)
        assert all(len(text) <= 200 and '\x00' not in text for text in texts)
        assert '\x00' not in part(json.dumps(data).encode(), change.realm_id)


@given(st.lists(st.tuples(st.sampled_from(ENTITIES), st.integers(1, 10 ** 18), st.sampled_from(['Create', 'Void'])),
                max_size=20))
def test_each_event_of_a_body_is_one_change(told):
    body = {'eventNotifications': [classic(*[
        {'name': name, 'id': str(number), 'operation': operation} for name, number, operation in told])]}
    assert [(c.entity, c.remote_id) for c in parse(json.dumps(body).encode())] == [
        (name, str(number)) for name, number, _operation in told]


def test_a_classic_event_is_told_from_one_that_looks_the_same_unless_its_post_is_sent_again():
    event = {'name': 'Payment', 'id': '7', 'operation': 'Update', 'lastUpdated': '2026-01-02T03:04:05Z'}
    posts = [json.dumps({'eventNotifications': [classic(*events)]}).encode() for events in ([event] * 2, [event])]
    ids = [[change.event_id for change in parse(post)] for post in (*posts, posts[0])]
    assert len({*ids[0], *ids[1]}) == 3
    assert ids[2] == ids[0]


# === TIMES, CHANGE CAPTURE === #

@pytest.mark.parametrize('text', ['', None, 5, '2026-01-02', '2026-01-02T03:04:05', '2026-13-02T03:04:05Z',
                                  '9999-12-31T23:59:59-0800', '2026-01-02T03:04:05+99:00x'])
def test_what_is_no_time_is_none(text):
    assert moment(text) is None


def test_an_answer_of_change_capture_is_read_with_its_deletions_and_its_clock():
    gone = {'Id': '3', 'status': 'Deleted', 'MetaData': {'LastUpdatedTime': '2026-01-02T03:04:05-08:00'}}
    answer = capture.captured({
        'CDCResponse': [{'QueryResponse': [{'Invoice': [{'Id': '1'}, gone], 'maxResults': 2}, {}]}],
        'time': '2026-01-02T04:00:00.123-08:00'})
    assert answer.objects == [('Invoice', {'Id': '1'})]
    assert answer.deleted == [('Invoice', '3', datetime(2026, 1, 2, 11, 4, 5, tzinfo=timezone.utc))]
    assert (answer.time, answer.cut) == (datetime(2026, 1, 2, 12, tzinfo=timezone.utc), False)
    full = {'CDCResponse': [{'QueryResponse': [{'Invoice': [{'Id': '1'}], 'totalCount': 2}]}]}
    assert capture.captured(full).cut
    many = {'CDCResponse': [{'QueryResponse': [{'Invoice': [{'Id': str(n)} for n in range(capture.MOST)]}]}]}
    assert capture.captured(many).cut

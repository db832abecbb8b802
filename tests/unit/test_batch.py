"""Batches: what goes out, and what each write's answer means."""

import json
from decimal import Decimal

import pytest
from qbo import faults
from qbo.answer import Answer
from qbo.batch import BatchItem, batch_body, batch_outcomes

from .server import ScriptedServer, answer, hang_up
from .test_client import client_of

INVOICE = BatchItem('1', 'Invoice', 'create', '{"DocNumber": "Zoë-1", "TotalAmt": 10.10}')
MEMO = BatchItem('2', 'CreditMemo', 'delete', '{"Id": "7", "SyncToken": "0"}')
VOIDED = BatchItem('3', 'Payment', 'void', '{"Id": "8", "SyncToken": "1", "sparse": true}')


def response(*items):
    """Return the Answer to a batch."""
    return Answer(data={'BatchItemResponse': list(items)}, intuit_tid='tid', http_status=200)


def test_the_stored_bytes_of_each_write_go_out_as_they_are():
    body = batch_body([INVOICE, MEMO, VOIDED], 'r')
    assert INVOICE.body in body
    assert json.loads(body) == {'BatchItemRequest': [
        {'bId': '1', 'operation': 'create', 'Invoice': {'DocNumber': 'Zoë-1', 'TotalAmt': 10.10}},
        {'bId': '2', 'operation': 'delete', 'CreditMemo': {'Id': '7', 'SyncToken': '0'}},
        {'bId': '3', 'operation': 'update', 'optionsData': 'void',
         'Payment': {'Id': '8', 'SyncToken': '1', 'sparse': True}},
    ]}


@pytest.mark.parametrize(('items', 'requestid'), [
    ([], 'r'), ([INVOICE] * 31, 'r'), ([INVOICE], ''), ([INVOICE], 'r' * 37),
    ([BatchItem('12345678901', 'Invoice', 'create', '{}')], 'r'), ([BatchItem('', 'Invoice', 'create', '{}')], 'r'),
    ([BatchItem('1', 'Invoice', 'send', '{}')], 'r'),
])
def test_what_quickbooks_would_refuse_is_refused_before(items, requestid):
    with pytest.raises(ValueError):
        batch_body(items, requestid)


def test_each_write_has_an_outcome_of_its_own_in_whatever_order():
    outcomes = batch_outcomes([INVOICE, MEMO], response(
        {'bId': '2', 'Fault': {'Error': [{'Message': 'Stale Object Error', 'code': '5010'}]}},
        {'bId': '1', 'Invoice': {'Id': '55', 'TotalAmt': Decimal('10.10')}}))
    assert outcomes['1'] == Answer({'Id': '55', 'TotalAmt': Decimal('10.10')}, 'tid', 200)
    assert isinstance(outcomes['2'], faults.StaleObject)
    assert outcomes['2'].intuit_tid == 'tid'


@pytest.mark.parametrize('items', [
    [{'bId': '2', 'Invoice': {'Id': '55'}}], [], ['nonsense'], [{'bId': 1, 'Invoice': {'Id': '55'}}],
    [{'bId': '1', 'CreditMemo': {'Id': '55'}}], [{'bId': '1'}],
])
def test_a_write_that_was_not_answered_is_in_doubt(items):
    assert isinstance(batch_outcomes([INVOICE], response(*items))['1'], faults.InDoubt)


def test_a_throttle_fault_within_a_batch_is_one_of_that_write():
    outcomes = batch_outcomes([INVOICE], response({'bId': '1', 'Fault': {'Error': [{
        'Message': 'message=ThrottleExceeded; errorCode=003001; statusCode=429', 'code': '003001'}]}}))
    assert isinstance(outcomes['1'], faults.Throttled)


def test_a_batch_is_one_post_with_its_requestid_and_passes_the_gate_as_a_batch():
    asked = []
    with ScriptedServer() as server:
        server.then(answer({'BatchItemResponse': [{'bId': '1', 'Invoice': {'Id': '5'}}]}))
        outcomes = client_of(server.url, gate=asked.append).write_batch([INVOICE], 'rid')
    (seen,) = server.seen
    assert (seen.method, seen.path.rpartition('/')[2], seen.query['requestid']) == ('POST', 'batch', ['rid'])
    assert outcomes['1'].data == {'Id': '5'}
    assert asked == [True]


def test_a_batch_whose_answer_is_lost_is_in_doubt_as_a_whole():
    with ScriptedServer() as server, pytest.raises(faults.InDoubt):
        server.then(hang_up)
        client_of(server.url).write_batch([INVOICE], 'rid')

"""The stub that stands in for QuickBooks in the benchmark: what it answers, counts and refuses."""
import asyncio
import json
from urllib.parse import urlencode

import pytest

from tests.bench.rates import MOST, MOST_AT_ONCE
from tests.bench.stub import Connection, Stub

INVOICE = {'Line': [{'Amount': 10.5}, {'Amount': 4.25}], 'TxnTaxDetail': {'TotalTax': 1.25}, 'DocNumber': 'B/1'}


@pytest.fixture
def clock():
    """A clock that stands still until it is set."""
    class Clock:
        now = 100.0

        def __call__(self):
            return self.now
    return Clock()


@pytest.fixture
def stub(clock):
    """A stub with that clock."""
    return Stub(clock)


def post(stub, path, data):
    """Post something and return status and answer."""
    return stub.answer('POST', f'/v3/company/1/{path}?requestid=x', json.dumps(data).encode())[:2]


def test_an_invoice_comes_back_with_id_token_and_its_total(stub):
    status, answer = post(stub, 'invoice', INVOICE)
    assert status == 200
    assert answer['Invoice'] == {**INVOICE, 'Id': '1000', 'SyncToken': '0', 'TotalAmt': 16.0, 'Balance': 16.0,
                                 'MetaData': answer['Invoice']['MetaData']}
    assert stub.counts == {'write': 1, 'batch': 0, 'read': 0, 'documents': 1, 'refused': 0}


def test_each_item_of_a_batch_is_answered_under_its_bid(stub):
    items = [{'bId': str(n), 'operation': 'create', 'Invoice': INVOICE} for n in range(3)]
    _status, answer = post(stub, 'batch', {'BatchItemRequest': items})
    assert [item['bId'] for item in answer['BatchItemResponse']] == ['0', '1', '2']
    assert len({item['Invoice']['Id'] for item in answer['BatchItemResponse']}) == 3
    assert stub.counts['batch'] == 1 and stub.counts['documents'] == 3


def test_a_query_counts_as_a_read_however_it_is_asked(stub):
    assert stub.answer('GET', '/v3/company/1/query?query=select', b'')[1]['QueryResponse'] == {}
    assert post(stub, 'query', 'select')[1]['QueryResponse'] == {}
    assert stub.counts['read'] == 2


@pytest.mark.parametrize(('path', 'data', 'admitted', 'every', 'refused_until'), [
    ('invoice', INVOICE, 10, 0.0, 1.0),
    ('invoice', INVOICE, 500, 0.11, 60.0),
    ('batch', {'BatchItemRequest': []}, 40, 0.2, 60.0),
])
def test_what_exceeds_a_limit_is_refused_until_the_first_call_is_old_enough(
        stub, clock, path, data, admitted, every, refused_until):
    stub.behave(0.0, limits=True)
    began = clock.now
    for number in range(admitted):
        clock.now = began + number * every
        assert post(stub, path, data)[0] == 200
    clock.now = began + max(refused_until - 0.01, admitted * every)
    assert post(stub, path, data)[0] == 429
    clock.now = began + refused_until + 0.01
    assert post(stub, path, data)[0] == 200
    assert stub.counts['refused'] == 1


def test_a_new_behaviour_forgets_what_was_counted(stub):
    post(stub, 'invoice', INVOICE)
    assert stub.answer('GET', '/set?latency=0.3&limits=1', b'')[:2] == (200, {})
    assert (stub.latency, stub.limits) == (0.3, True)
    assert not any(stub.counts.values())
    assert stub.answer('GET', '/stats', b'')[1] is stub.counts


class Wire:
    """The other end of a connection."""

    def __init__(self, stub):
        self.sent = []
        self.connection = Connection(stub)
        self.connection.connection_made(self)

    def write(self, data):
        """Keep what was answered."""
        self.sent.append(data)

    def receive(self, *parts):
        """Let bytes arrive as they come."""
        for part in parts:
            self.connection.data_received(part)


def test_a_request_that_arrives_in_pieces_is_answered_once_it_is_whole(stub):
    wire = Wire(stub)
    body = json.dumps(INVOICE).encode()
    head = b'POST /v3/company/1/invoice HTTP/1.1\r\nHost: stub\r\ncontent-length: %d\r\n\r\n' % len(body)
    wire.receive(head[:20], head[20:], body[:5])
    assert not wire.sent
    wire.receive(body[5:])
    answer_head, _, answer = wire.sent[0].partition(b'\r\n\r\n')
    assert answer_head.startswith(b'HTTP/1.1 200')
    assert b'Content-Length: %d' % len(answer) in answer_head
    assert json.loads(answer)['Invoice']['Id'] == '1000'
    wire.receive(b'GET /stats HTTP/1.1\r\n\r\n')
    assert len(wire.sent) == 2, "the connection is kept"


def test_an_answer_takes_its_time_and_holds_nobody_up(stub):
    stub.behave(0.02, limits=False)

    async def two_at_once():
        loop, wires = asyncio.get_running_loop(), [Wire(stub), Wire(stub)]
        began, done = loop.time(), loop.create_future()
        wires[1].write = done.set_result
        for wire in wires:
            wire.receive(b'GET /v3/company/1/query HTTP/1.1\r\n\r\n')
        assert not wires[0].sent
        await done
        assert wires[0].sent
        return loop.time() - began

    assert 0.02 <= asyncio.run(two_at_once()) < 1


def test_the_most_that_the_limits_admit_is_what_one_and_what_many_senders_can_send_in_a_minute():
    assert MOST == pytest.approx(40 * 30 + 160)
    assert MOST_AT_ONCE == 40 * 30 + 460


def test_queries_are_answered_from_the_books_that_it_was_told_of():
    stub = Stub()
    stub.answer('POST', '/books', json.dumps({
        'count': 5, 'tag': 'B/', 'day': '2026-01-15', 'templates': [[10, 1, '7'], [20, 2, '8']]}).encode())

    def ask(statement):
        return stub.answer('GET', f'/v3/company/1/query?{urlencode({"query": statement})}', b'')[1]['QueryResponse']

    page = ask('SELECT * FROM Invoice ORDERBY Id STARTPOSITION 4 MAXRESULTS 1000')['Invoice']
    assert [(one['DocNumber'], one['TotalAmt'], one['CustomerRef']['value']) for one in page] == [
        ('B/4', 20, '8'), ('B/5', 10, '7')]
    assert ask('SELECT COUNT(*) FROM Invoice') == {'totalCount': 5}
    customers = ask('SELECT * FROM Customer WHERE Active IN (true, false) ORDERBY Id STARTPOSITION 1 MAXRESULTS 1000')
    assert [(one['Id'], one['Balance']) for one in customers['Customer']] == [('7', 30), ('8', 40)]
    assert ask('SELECT * FROM Payment ORDERBY Id STARTPOSITION 1 MAXRESULTS 1000') == {}

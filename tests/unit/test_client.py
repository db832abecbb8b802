"""The HTTP client against a real server on this machine, polite and rude."""

import json
import traceback
from decimal import Decimal

import pytest
import requests
from qbo import faults
from qbo.batch import BatchItem
from qbo.client import Call, QboClient
from qbo.endpoints import Endpoints, endpoints_for
from qbo.transport import new_session

from .server import (
    ScriptedServer,
    answer,
    closed_port,
    cut_chunk,
    cut_short,
    hang,
    hang_up,
    not_gzip,
    reset,
    self_signed,
    trickle,
)

TOKEN = 'eyJ-very-secret-access-token'
RENEWED = 'eyJ-renewed-secret-access-token'
REALM = '9130000000000001'
TID = {'intuit_tid': '1-5f6ed2a0-aaaabbbbccccddddeeeeffff'}

EXPIRED = answer(
    {'fault': {'error': [{
        'message': 'message=AuthenticationFailed; errorCode=003200; statusCode=401',
        'detail': f'Token expired: {TOKEN}', 'code': '3200'}]}},
    status=401, headers={**TID, 'WWW-Authenticate': 'Bearer realm="Intuit", error="invalid_token"'})


class Tokens:
    """A token source that remembers what it was asked."""

    def __init__(self, *tokens):
        self.tokens = list(tokens) or [TOKEN]
        self.asked = []

    def __call__(self, stale):
        self.asked.append(stale)
        return self.tokens[min(len(self.asked), len(self.tokens)) - 1]


def client_of(url, tokens=None, **options):
    """Return a client whose every address is the given one."""
    endpoints = endpoints_for('sandbox', url)
    return QboClient(endpoints, REALM, tokens or Tokens(), timeout=(0.5, 0.3), **options)


@pytest.fixture
def client(server):
    """A client of the scripted server."""
    return client_of(server.url)


# === WHAT IS SENT === #

def test_the_body_is_sent_byte_for_byte_in_utf_8(server, client):
    server.then(answer({'Invoice': {'Id': '1'}}))
    body = '{"PrivateNote": "Müller — 東京",   "Line":[]}'
    client.write('Invoice', 'create', body, 'r-1')
    assert server.seen[0].body == body.encode('utf-8')


def test_a_write_carries_version_requestid_types_and_token(server, client):
    server.then(answer({'CreditMemo': {'Id': '1'}}))
    client.write('CreditMemo', 'create', '{}', 'r-1')
    [seen] = server.seen
    assert (seen.method, seen.path) == ('POST', f'/v3/company/{REALM}/creditmemo')
    assert seen.query == {'minorversion': ['75'], 'requestid': ['r-1']}
    assert seen.headers['authorization'] == f'Bearer {TOKEN}'
    assert (seen.headers['accept'], seen.headers['content-type']) == ('application/json', 'application/json')


@pytest.mark.parametrize(('entity', 'operation', 'expected'), [
    ('Invoice', 'create', {}),
    ('Invoice', 'update', {}),
    ('Invoice', 'delete', {'operation': ['delete']}),
    ('Invoice', 'void', {'operation': ['void']}),
    ('Payment', 'void', {'operation': ['update'], 'include': ['void']}),
    ('SalesReceipt', 'void', {'operation': ['update'], 'include': ['void']}),
    ('BillPayment', 'void', {'operation': ['update'], 'include': ['void']}),
    ('RefundReceipt', 'void', {'operation': ['update'], 'include': ['void']}),
])
def test_each_operation_has_its_address(server, client, entity, operation, expected):
    server.then(answer({entity: {'Id': '1'}}))
    client.write(entity, operation, '{}', 'r-1')
    assert server.seen[0].query == {**expected, 'minorversion': ['75'], 'requestid': ['r-1']}


@pytest.mark.parametrize(('entity', 'operation', 'requestid'), [
    ('CreditMemo', 'void', 'r-1'), ('Invoice', 'destroy', 'r-1'), ('Invoice', 'create', ''),
    ('Invoice', 'create', 'x' * 51),
])
def test_what_quickbooks_does_not_offer_is_not_sent(server, client, entity, operation, requestid):
    with pytest.raises(ValueError):
        client.write(entity, operation, '{}', requestid)
    assert not server.seen


def test_a_netrc_does_not_replace_the_token(server, client, tmp_path, monkeypatch):
    netrc = tmp_path / 'netrc'
    netrc.write_text('machine 127.0.0.1 login someone password else\n')
    monkeypatch.setenv('NETRC', str(netrc))
    server.then(answer({'Invoice': {'Id': '1'}}))
    client.read('Invoice', '1')
    assert server.seen[0].headers['authorization'] == f'Bearer {TOKEN}'


def test_the_simulator_is_not_sought_behind_a_proxy(server, client, monkeypatch):
    for name in ('http_proxy', 'all_proxy'):
        monkeypatch.setenv(name, f'http://127.0.0.1:{closed_port()}')
    server.then(answer({'Invoice': {'Id': '1'}}))
    assert client.read('Invoice', '1').data == {'Id': '1'}


def test_ids_cannot_leave_their_place_in_the_address(server, client):
    server.then(answer({'Invoice': {'Id': '1'}}))
    client.read('Invoice', '../customer/1?x=y')
    assert server.seen[0].path == f'/v3/company/{REALM}/invoice/..%2Fcustomer%2F1%3Fx%3Dy'


# === WHAT COMES BACK === #

def test_numbers_come_back_exactly(server, client):
    server.then(answer(
        '{"Invoice": {"Id": "1", "TotalAmt": 0.10, "Balance": 3, "Rate": 33.333333333333333333}}', headers=TID))
    got = client.read('Invoice', '1')
    assert got.data['TotalAmt'] == Decimal('0.10') and str(got.data['Rate']) == '33.333333333333333333'
    assert (got.data['Balance'], got.intuit_tid, got.http_status) == (3, TID['intuit_tid'], 200)


def test_a_query_goes_by_get_and_gives_the_query_response(server, client):
    server.then(answer({'QueryResponse': {'Customer': [{'Id': '1'}]}}))
    statement = "SELECT * FROM Customer WHERE DisplayName = 'Amy\\'s & co + x'"
    assert client.query(statement).data == {'Customer': [{'Id': '1'}]}
    assert server.seen[0].method == 'GET' and server.seen[0].query['query'] == [statement]


def test_a_client_that_may_only_read_refuses_every_write_before_it_leaves(server, client):
    client.read_only = True
    server.then(answer({'QueryResponse': {}}), answer({'QueryResponse': {}}))
    for write in (lambda: client.write('Invoice', 'create', '{}', 'r-1'),
                  lambda: client.write_batch([BatchItem('1', 'Invoice', 'create', '{}')], 'r-2'),
                  lambda: client.make_tax_code('{}', 'r-3')):
        with pytest.raises(faults.ReadOnly):
            write()
    client.query('SELECT * FROM Invoice')
    client.query('SELECT * FROM Invoice WHERE Id IN (' + ', '.join(['1'] * 2000) + ')')
    assert [seen.path for seen in server.seen] == [f'/v3/company/{REALM}/query'] * 2


def test_a_long_query_is_posted_as_text(server, client):
    server.then(answer({'QueryResponse': {}}))
    statement = 'SELECT * FROM Invoice WHERE Id IN (' + ', '.join(f"'{n}'" for n in range(999)) + ')'
    client.query(statement)
    [seen] = server.seen
    assert (seen.method, seen.body, seen.headers['content-type']) == ('POST', statement.encode(), 'application/text')
    assert 'query' not in seen.query


def page(start, count):
    """Answer a page of accounts."""
    return answer({'QueryResponse': {'Account': [{'Id': str(n)} for n in range(start, start + count)]}})


def test_all_pages_are_read_in_the_order_of_ids(server, client):
    server.then(page(1, 1000), page(1001, 1000), page(2001, 3))
    ids = [row['Id'] for row in client.query_all('Account', {'Active': (True, False)})]
    assert ids == [str(n) for n in range(1, 2004)]
    assert [seen.query['query'][0].partition(' WHERE ')[2] for seen in server.seen] == [
        f'Active IN (true, false) ORDERBY Id STARTPOSITION {start} MAXRESULTS 1000' for start in (1, 1001, 2001)]


def test_a_full_last_page_is_followed_by_an_empty_one(server, client):
    server.then(page(1, 1000), answer({'QueryResponse': {}}))
    assert len(list(client.query_all('Account'))) == 1000


def test_a_row_that_moves_between_pages_comes_once(server, client):
    server.then(page(1, 1000), page(1000, 2))
    assert len(list(client.query_all('Account'))) == 1001


def test_company_and_preferences_have_their_own_addresses(server, client):
    server.then(answer({'CompanyInfo': {'CompanyName': "Sandbox"}}), answer({'Preferences': {'Id': '1'}}))
    assert client.company_info().data == {'CompanyName': "Sandbox"}
    assert client.preferences().data == {'Id': '1'}
    assert server.seen[0].path == f'/v3/company/{REALM}/companyinfo/{REALM}'
    assert server.seen[1].path == f'/v3/company/{REALM}/preferences'


def test_calls_are_reported_without_secrets(server):
    calls = []
    client = client_of(server.url, Tokens(TOKEN, RENEWED), on_call=calls.append)
    server.then(EXPIRED, answer({'Invoice': {'Id': '1'}}, headers=TID))
    client.write('Invoice', 'create', '{"secret": "body"}', 'r-1')
    assert [type(call) for call in calls] == [Call, Call]
    assert [(call.method, call.path, call.requestid, call.status, call.error) for call in calls] == [
        ('POST', '/invoice', 'r-1', 401, 'TokenExpired'), ('POST', '/invoice', 'r-1', 200, '')]
    assert calls[1].intuit_tid == TID['intuit_tid'] and calls[1].seconds > 0
    assert TOKEN not in repr(calls) and RENEWED not in repr(calls) and 'body' not in repr(calls)


def test_a_lost_answer_is_reported_too(server):
    calls = []
    server.then(hang_up)
    with pytest.raises(faults.InDoubt):
        client_of(server.url, on_call=calls.append).read('Invoice', '1')
    assert [(call.status, call.error) for call in calls] == [(None, 'InDoubt')]


# === WHEN IT BREAKS: NOT APPLIED === #

def test_a_refused_connection_is_unavailable():
    with pytest.raises(faults.Unavailable):
        client_of(f'http://127.0.0.1:{closed_port()}').write('Invoice', 'create', '{}', 'r-1')


def test_an_unknown_host_is_unavailable():
    with pytest.raises(faults.Unavailable):
        client_of('http://nobody.invalid').write('Invoice', 'create', '{}', 'r-1')


def test_a_connection_that_does_not_come_about_in_time_is_unavailable(monkeypatch):
    session = new_session()

    def too_slow(*args, **kwargs):
        raise requests.exceptions.ConnectTimeout(f"secret {TOKEN}")
    monkeypatch.setattr(session, 'send', too_slow)
    with pytest.raises(faults.Unavailable):
        client_of('http://127.0.0.1:1', session=session).write('Invoice', 'create', '{}', 'r-1')


def test_a_proxy_that_does_not_answer_is_unavailable(monkeypatch):
    monkeypatch.setenv('https_proxy', f'http://127.0.0.1:{closed_port()}')
    with pytest.raises(faults.Unavailable):
        client_of('https://nobody.invalid').write('Invoice', 'create', '{}', 'r-1')


def test_a_server_without_tls_is_unavailable(server):
    with pytest.raises(faults.Unavailable):
        client_of(server.url.replace('http:', 'https:')).write('Invoice', 'create', '{}', 'r-1')


def test_a_certificate_nobody_vouches_for_is_unavailable(tmp_path):
    context, _path = self_signed(tmp_path)
    with ScriptedServer(context) as server, pytest.raises(faults.Unavailable):
        client_of(server.url).write('Invoice', 'create', '{}', 'r-1')
    assert not server.seen


def test_an_address_that_is_none_is_unavailable():
    endpoints = Endpoints(authorize='', token='', revoke='', api='http://[broken')
    with pytest.raises(ValueError):
        endpoints_for('sandbox', 'http://[broken')
    with pytest.raises((faults.Unavailable, ValueError)):
        QboClient(endpoints, REALM, Tokens()).read('Invoice', '1')


@pytest.mark.parametrize('damaged', ['', None, TOKEN + '\r\nX-Evil: 1', 'tök en'])
def test_a_damaged_token_is_renewed_instead_of_sent(server, damaged):
    server.then(answer({'Invoice': {'Id': '1'}}))
    assert client_of(server.url, Tokens(damaged, RENEWED)).read('Invoice', '1').data == {'Id': '1'}
    assert len(server.seen) == 1


def test_a_damaged_token_is_not_quoted(server):
    with pytest.raises(faults.TokenExpired) as caught:
        client_of(server.url, Tokens(TOKEN + '\r\nX-Evil: 1')).read('Invoice', '1')
    assert TOKEN not in everything_said(caught.value) and not server.seen


@pytest.mark.parametrize('status', [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(server, client, status):
    with ScriptedServer() as elsewhere:
        elsewhere.then(answer({'Invoice': {'Id': '1'}}))
        server.then(answer('', status=status, headers={'Location': elsewhere.url}))
        with pytest.raises(faults.Unavailable):
            client.write('Invoice', 'create', '{}', 'r-1')
        assert not elsewhere.seen


# === WHEN IT BREAKS: PERHAPS APPLIED === #

@pytest.mark.parametrize('act', [
    hang, trickle, reset, hang_up, cut_short, cut_chunk, not_gzip,
    answer('{"Invoice": {"Id": "1"'), answer('<html><body>Maintenance</body></html>', content_type='text/html'),
    answer(''), answer('null'), answer('[]'), answer('{"Invoice": null}'), answer('{"Customer": {"Id": "1"}}'),
    answer(b'\xff\xfe{"Invoice": {}}'), answer('{"Invoice": {"TotalAmt": NaN}}'), answer('[' * 200_000),
    answer('<html>Bad gateway</html>', status=502, content_type='text/html'), answer('', status=503),
    answer({'Fault': {'Error': [{'code': '10000', 'Message': "An application error"}]}}, status=500), answer('', 504),
], ids=[
    'silence', 'half', 'reset', 'hang up', 'cut short', 'cut chunk', 'not gzip', 'cut JSON', 'HTML 200', 'nothing',
    'null', 'list', 'no object', 'other object', 'not UTF-8', 'NaN', 'deep', 'HTML 502', '503', '500', '504',
])
def test_a_lost_or_unreadable_answer_is_in_doubt_and_never_repeated(server, client, act):
    server.then(act, answer({'Invoice': {'Id': '1'}}))
    with pytest.raises(faults.InDoubt):
        client.write('Invoice', 'create', '{}', 'r-1')
    assert len(server.seen) == 1


def test_a_tls_connection_that_breaks_after_sending_is_in_doubt(tmp_path):
    context, certificate = self_signed(tmp_path)
    session = new_session()
    session.verify = str(certificate)
    with ScriptedServer(context) as server:
        server.then(answer({'Invoice': {'Id': '1'}}), reset)
        client = client_of(server.url, session=session)
        assert client.read('Invoice', '1').data == {'Id': '1'}
        with pytest.raises(faults.InDoubt):
            client.write('Invoice', 'create', '{}', 'r-1')
        assert len(server.seen) == 2


# === REFUSALS === #

def test_a_refusal_is_classified_with_its_trace_id(server, client):
    server.then(answer(
        {'Fault': {'Error': [{'Message': "Duplicate Name", 'Detail': ": null", 'code': '6240'}]}}, 400, TID))
    with pytest.raises(faults.DuplicateName) as caught:
        client.write('Customer', 'create', '{}', 'r-1')
    assert (caught.value.code, caught.value.intuit_tid) == ('6240', TID['intuit_tid'])


def test_a_fault_inside_a_success_is_a_fault(server, client):
    server.then(answer({'Fault': {'Error': [{'code': '5010', 'Message': "Stale"}]}}))
    with pytest.raises(faults.StaleObject):
        client.write('Customer', 'update', '{}', 'r-1')


def test_throttling_says_how_long_to_wait(server, client):
    server.then(answer('', 429, {'Retry-After': '42'}))
    with pytest.raises(faults.Throttled) as caught:
        client.read('Invoice', '1')
    assert caught.value.retry_after == 42


def test_in_doubt_answers_keep_their_trace_id(server, client):
    server.then(answer('<html></html>', headers=TID))
    with pytest.raises(faults.InDoubt) as caught:
        client.read('Invoice', '1')
    assert (caught.value.intuit_tid, caught.value.http_status) == (TID['intuit_tid'], 200)


# === TOKENS === #

def test_after_a_401_the_token_is_renewed_and_the_same_request_repeated_once(server):
    tokens = Tokens(TOKEN, RENEWED)
    server.then(EXPIRED, answer({'Invoice': {'Id': '1'}}))
    assert client_of(server.url, tokens).write('Invoice', 'create', '{"a": 1}', 'r-1').data == {'Id': '1'}
    first, second = server.seen
    assert (first.path, first.query, first.body) == (second.path, second.query, second.body)
    assert second.headers['authorization'] == f'Bearer {RENEWED}'
    assert tokens.asked == [None, TOKEN]


def test_a_second_401_is_the_end(server):
    server.then(EXPIRED, EXPIRED, answer({'Invoice': {'Id': '1'}}))
    with pytest.raises(faults.TokenExpired):
        client_of(server.url, Tokens(TOKEN, RENEWED)).read('Invoice', '1')
    assert len(server.seen) == 2


def test_a_source_that_has_no_other_token_is_not_tried_again(server):
    server.then(EXPIRED, answer({'Invoice': {'Id': '1'}}))
    with pytest.raises(faults.TokenExpired):
        client_of(server.url, Tokens(TOKEN)).read('Invoice', '1')
    assert len(server.seen) == 1


def test_what_the_token_source_raises_goes_through(server):
    def dead(stale):
        raise faults.Disconnected("Reconnect")
    with pytest.raises(faults.Disconnected):
        client_of(server.url, dead).read('Invoice', '1')
    assert not server.seen


def test_a_refusal_by_another_company_is_not_answered_by_a_new_token(server):
    tokens = Tokens(TOKEN, RENEWED)
    server.then(answer({'fault': {'error': [{'code': '3100', 'message': 'x'}]}}, 403))
    with pytest.raises(faults.WrongRealm):
        client_of(server.url, tokens).read('Invoice', '1')
    assert tokens.asked == [None]


# === SECRETS === #

def everything_said(error):
    """Return all that a log or a chatter could show of an error."""
    said = [str(error), repr(error), str(error.args), error.message, error.detail, error.element, json.dumps(
        {key: str(value) for key, value in vars(error).items()})]
    return '\n'.join(said + traceback.format_exception(type(error), error, error.__traceback__))


@pytest.mark.parametrize('act', [
    hang, reset, hang_up, cut_short, cut_chunk, EXPIRED,
    answer(f'<html>{TOKEN}</html>'), answer(f'<html>{TOKEN}</html>', 502),
    answer({'Fault': {'Error': [{'code': '2010', 'Message': f"bad {TOKEN}", 'Detail': f"echo {TOKEN}"}]}}, 400),
    answer({'fault': {'error': [{'code': '3100', 'message': f'x {TOKEN}', 'detail': TOKEN}]}}, 403),
], ids=['silence', 'reset', 'hang up', 'cut', 'chunk', '401', 'HTML', '502', 'echo', '403'])
def test_no_error_tells_the_token(server, client, act):
    server.then(act, act)
    with pytest.raises(faults.QboError) as caught:
        client.write('Invoice', 'create', '{}', 'r-1')
    assert TOKEN not in everything_said(caught.value)


def test_a_refused_connection_tells_no_token():
    with pytest.raises(faults.Unavailable) as caught:
        client_of(f'http://127.0.0.1:{closed_port()}').read('Invoice', '1')
    assert TOKEN not in everything_said(caught.value)
    assert caught.value.__context__ is None


def test_the_client_shows_no_secret(client):
    assert TOKEN not in repr(client) and REALM in repr(client)

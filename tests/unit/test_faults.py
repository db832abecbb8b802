"""Classification of what QuickBooks refuses: one test per row of the table, then shapes and texts."""

import json
from datetime import datetime, timezone

import pytest
from qbo import fault_body, faults

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=timezone.utc)


def fault(code='', message="Message", detail="Detail", **more):
    """Return a business fault as QuickBooks writes it."""
    error = {'Message': message, 'Detail': detail, 'code': code, **more}
    return json.dumps({'Fault': {'Error': [error], 'type': 'ValidationFault'}, 'time': '2026-11-21T04:00:00Z'})


def gateway(code, status, name, detail=""):
    """Return a fault of the gateway in front of QuickBooks."""
    message = f'message={name}; errorCode={code}; statusCode={status}'
    return json.dumps({'warnings': None, 'fault': {
        'error': [{'message': message, 'detail': detail, 'code': code.lstrip('0'), 'element': None}],
        'type': 'AUTHENTICATION'}, 'time': 1601391072830})


#: (row of the table, HTTP status to try it with, expected class)
ROWS = [
    ((429, None), 429, faults.Throttled),
    ((None, '3001'), 403, faults.Throttled),
    ((401, None), 401, faults.TokenExpired),
    ((None, '3200'), 400, faults.TokenExpired),
    ((None, '3100'), 403, faults.WrongRealm),
    (('5xx', None), 503, faults.InDoubt),
    ((408, None), 408, faults.InDoubt),
    ((None, '10000'), 400, faults.InDoubt),
    ((None, '100'), 400, faults.AuthError),
    ((None, '110'), 400, faults.AuthError),
    ((None, '120'), 400, faults.AuthError),
    ((None, '130'), 400, faults.Unavailable),
    ((None, '140'), 400, faults.Unavailable),
    ((None, '150'), 400, faults.Unavailable),
    ((None, '600'), 400, faults.DuplicateRequest),
    ((None, '610'), 400, faults.NotFound),
    ((None, '2500'), 400, faults.InvalidReference),
    ((None, '6250'), 400, faults.InvalidReference),
    ((None, '5010'), 400, faults.StaleObject),
    ((None, '6140'), 400, faults.DuplicateDocNumber),
    ((None, '6190'), 400, faults.CompanyStatus),
    ((None, '6200'), 400, faults.ClosedPeriod),
    ((None, '6210'), 400, faults.ClosedPeriod),
    ((None, '6240'), 400, faults.DuplicateName),
    ((None, '6450'), 400, faults.FrozenTransaction),
    ((None, '6480'), 400, faults.FrozenTransaction),
    ((None, '6540'), 400, faults.FrozenTransaction),
    ((403, None), 403, faults.AuthError),
    (('3xx', None), 302, faults.Unavailable),
]


def test_every_row_of_the_table_is_tested():
    assert [row for row, _status, _class in ROWS] == [(status, code) for status, code, _class in faults.TABLE]


@pytest.mark.parametrize(('row', 'status', 'expected'), ROWS, ids=lambda value: str(value))
def test_a_row_of_the_table_gives_its_class(row, status, expected):
    code = row[1] or ''
    body = fault(code) if code else ''
    assert type(faults.classify(status, {}, body)) is expected


@pytest.mark.parametrize('code', [
    '500', '630', '700', '1040', '2010', '2020', '2030', '2050', '2170', '2210', '4000', '4001', '5030', '6000',
    '6070', '6100', '6170', '6270', '6430', '6520', '10100', '10200',
])
def test_complaints_about_our_data_are_validation_faults(code):
    assert type(faults.classify(400, {}, fault(code))) is faults.ValidationFault


@pytest.mark.parametrize(('status', 'body'), [
    (400, ''), (404, '<html><body>Not here</body></html>'), (400, fault('77777')), (418, 'teapot'), (400, '{}'),
    (400, fault('abc')), (200, fault('99')), (405, '[]'),
])
def test_what_nobody_knows_is_rejected(status, body):
    assert type(faults.classify(status, {}, body)) is faults.Rejected


@pytest.mark.parametrize('body', ['', '<html></html>', '{"Invoice": ', '[1]', 'OK'])
def test_a_success_without_readable_content_is_in_doubt(body):
    assert type(faults.classify(200, {}, body)) is faults.InDoubt


@pytest.mark.parametrize('code', ['3001', '003001', 3001, '0003001'])
def test_codes_count_without_leading_zeros_and_as_numbers(code):
    error = faults.classify(400, {}, json.dumps({'Fault': {'Error': [{'code': code}]}}))
    assert (type(error), error.code) == (faults.Throttled, '3001')


def test_a_code_that_only_stands_in_the_message_is_found():
    body = json.dumps({'fault': {'error': [{'message': 'message=ThrottleExceeded; errorCode=003001; statusCode=403'}]}})
    error = faults.classify(403, {}, body)
    assert (type(error), error.code, error.message) == (faults.Throttled, '3001', "ThrottleExceeded")


@pytest.mark.parametrize('status', [500, 502, 503, 504])
def test_a_server_error_is_in_doubt_whatever_it_says(status):
    assert type(faults.classify(status, {}, fault('6240'))) is faults.InDoubt
    assert type(faults.classify(status, {}, '<html>Bad gateway</html>')) is faults.InDoubt


def test_all_facts_are_kept():
    error = faults.classify(400, {'Intuit_Tid': '1-abc'}, fault(
        '2050', "String length is either shorter or longer", "Max:21 supported. Supplied length:45",
        element='DocNumber'))
    assert (error.code, error.element, error.intuit_tid, error.http_status) == ('2050', 'DocNumber', '1-abc', 400)
    assert error.message == "String length is either shorter or longer"
    assert str(error) == "[2050] String length is either shorter or longer: Max:21 supported. Supplied length:45"
    assert '2050' in repr(error) and '1-abc' in repr(error)


def test_of_several_errors_the_one_with_a_class_of_its_own_decides_and_all_details_are_kept():
    body = json.dumps({'Fault': {'Error': [
        {'Message': "Bad", 'Detail': "one", 'code': '2010'}, {'Message': "Stale", 'Detail': "two", 'code': '5010'},
    ]}})
    error = faults.classify(400, {}, body)
    assert (type(error), error.message, error.detail) == (faults.StaleObject, "Stale", "one; two")


def test_the_holder_of_a_document_number_is_read_from_the_detail():
    detail = "Duplicate Document Number Error : DocNumber=X is assigned to TxnType=Invoice with TxnId=1109"
    error = faults.classify(400, {}, fault('6140', "Duplicate", detail))
    assert (error.txn_id, error.txn_type) == ('1109', 'Invoice')


def test_a_document_number_that_looks_like_a_holder_does_not_deceive():
    detail = "DocNumber=TxnId=5 is assigned to TxnType=Estimate with TxnId=77"
    error = faults.classify(400, {}, fault('6140', detail=detail))
    assert (error.txn_id, error.txn_type) == ('77', 'Estimate')


def test_an_unnamed_holder_is_none():
    error = faults.classify(400, {}, fault('6140', detail="Numéro de document en double"))
    assert (error.txn_id, error.txn_type) == (None, None)


def test_the_gateway_quotes_the_token_and_we_do_not():
    error = faults.classify(401, {}, gateway('003200', 401, 'AuthenticationFailed', "Token expired: SECRET"))
    assert type(error) is faults.TokenExpired
    assert error.message == "AuthenticationFailed"
    assert 'SECRET' not in str(error) + repr(error) + error.detail


def test_a_fault_of_another_company_is_the_wrong_realm():
    assert type(faults.classify(403, {}, gateway('003100', 403, 'ApplicationAuthorizationFailed'))) is faults.WrongRealm


XML = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<IntuitResponse xmlns="http://schema.intuit.com/finance/v3" time="2016-11-01T01:02:03Z"><Fault type="SERVICE">'
    '<Error code="3001"><Message>message=ThrottleExceeded; errorCode=003001; statusCode=429</Message>'
    '<Detail>The request limit was reached.</Detail></Error></Fault></IntuitResponse>'
)


def test_xml_faults_are_read_although_json_was_asked_for():
    error = faults.classify(403, {}, XML)
    assert (type(error), error.code, error.detail) == (faults.Throttled, '3001', "The request limit was reached.")


def test_an_xml_bomb_is_not_unpacked():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Fault><Error code="3001"><Message>&b;</Message>'
    assert fault_body.parse_faults(bomb + '</Error></Fault>') == ()


@pytest.mark.parametrize('body', [
    None, '', '   ', '{', '[]', '{"Fault": null}', '{"Fault": "x"}', '{"Fault": {"Error": null}}', '<a', '<a/>',
    '{"Fault": {"Error": ["x", 3]}}', '[' * 100_000, '{"a":' * 100_000, '\x00',
])
def test_garbage_holds_no_fault_and_breaks_nothing(body):
    assert fault_body.parse_faults(body) == ()


def test_a_single_error_need_not_be_a_list():
    assert fault_body.parse_faults('{"Fault": {"Error": {"code": "610"}}}')[0].code == '610'


def test_endless_texts_are_cut():
    assert len(faults.classify(400, {}, fault('2010', detail="x" * 100_000)).detail) <= 4000


@pytest.mark.parametrize(('value', 'seconds'), [
    ('30', 30), ('1.5', 1.5), (' 60 ', 60), ('', None), (None, None), ('soon', None), ('-5', None), ('99999999', 86400),
    ('Sat, 21 Nov 2026 04:02:00 GMT', 120), ('Sat, 21 Nov 2026 03:00:00 GMT', 0),
    ('Sat, 21 Nov 2026 04:00:30 -0000', 30),
])
def test_retry_after_is_read_as_seconds_or_date(value, seconds):
    headers = {} if value is None else {'Retry-After': value}
    assert faults.classify(429, headers, '', now=NOW).retry_after == seconds


def test_only_retryable_errors_carry_a_wish_to_wait():
    assert not hasattr(faults.classify(400, {'Retry-After': '5'}, fault('6240')), 'retry_after')
    assert faults.InDoubt("x").retry_after is None


@pytest.mark.parametrize(('data', 'expected'), [
    ({'Fault': {}}, True), ({'fault': {}}, True), ({'fault': None}, False), ({'Invoice': {}}, False), ([], False),
])
def test_a_fault_envelope_is_recognised(data, expected):
    assert fault_body.has_fault(data) is expected


@pytest.mark.parametrize(('child', 'parent'), [
    (faults.Throttled, faults.Retryable), (faults.Unavailable, faults.Retryable), (faults.InDoubt, faults.Retryable),
    (faults.ValidationFault, faults.Rejected), (faults.StaleObject, faults.Rejected),
    (faults.TokenExpired, faults.AuthError), (faults.Disconnected, faults.AuthError),
    (faults.InvalidClient, faults.AuthError), (faults.WrongRealm, faults.AuthError),
])
def test_the_type_is_the_policy(child, parent):
    assert issubclass(child, parent)
    others = {faults.Retryable, faults.Rejected, faults.AuthError} - {parent}
    assert not any(issubclass(child, other) for other in others)

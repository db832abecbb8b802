"""Headers, envelopes, refusals of the gateway, requestid, throttling."""

import re

import pytest

from tests.simulator import UK_REALM, US_REALM

from .support import error_of, ref, sale

PACIFIC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}-0[78]:00")


def test_every_answer_carries_a_trace_id_and_a_pacific_time(us):
    good, bad = us.call('GET', 'preferences'), us.call('GET', 'customer/1')
    for answer in (good, bad):
        assert re.fullmatch(r"1-[0-9a-f]{8}-[0-9a-f]{24}", answer.headers['intuit_tid'])
        assert PACIFIC.fullmatch(answer.get_json()['time'])
        assert 'no-store' in answer.headers['Cache-Control'] and answer.headers['Expires'] == '0'
    assert 'QBO-Version' in good.headers and 'QBO-Version' not in bad.headers


def test_summer_and_winter_have_their_own_offset(us):
    assert us.customer()['MetaData']['CreateTime'] == '2026-11-06T12:00:00-08:00'
    us.client.post('/_sim/clock', json={'now': '2026-07-01T12:00:00+00:00'})
    assert us.customer("B")['MetaData']['CreateTime'] == '2026-07-01T05:00:00-07:00'


def test_a_create_answers_200_and_any_minor_version_will_do(us):
    for number, version in enumerate(('75', '4', None, '99')):
        query = {'minorversion': version} if version else {}
        answer = us.call('POST', 'customer', {'DisplayName': f"C{number}"}, **query)
        assert answer.status_code == 200 and 'Taxable' in answer.get_json()['Customer']


def test_a_bad_token_gets_401_in_the_lower_case_envelope(us):
    answer = us.call('GET', 'preferences', headers={'Authorization': 'Bearer wrong'})
    body = answer.get_json()
    assert answer.status_code == 401 and isinstance(body['time'], int)
    assert answer.headers['WWW-Authenticate'] == 'Bearer realm="Intuit", error="invalid_token"'
    assert (body['fault']['type'], body['fault']['error'][0]['code']) == ('AUTHENTICATION', '3200')


def test_another_company_is_forbidden(us):
    for realm in (UK_REALM, '123'):
        answer = us.call('GET', 'preferences', realm=realm)
        fault = answer.get_json()['fault']
        assert (answer.status_code, fault['type'], fault['error'][0]['code']) == (403, 'SERVICE', '3100')


def test_keys_of_one_environment_do_not_open_the_other(us):
    assert us.call('GET', 'preferences', headers={'Host': 'sandbox-quickbooks.api.intuit.com'}).status_code == 200
    assert us.call('GET', 'preferences', headers={'Host': 'quickbooks.api.intuit.com'}).status_code == 403
    us.sim.add_company(US_REALM, environment='production')
    assert us.call('GET', 'preferences').status_code == 403
    assert us.call('GET', 'preferences', headers={'Host': 'quickbooks.api.intuit.com'}).status_code == 200


def test_a_company_whose_subscription_ended_refuses_everything(us):
    us.sim.add_company(US_REALM, status='SUBSCRIPTION_ENDED')
    assert error_of(us.call('GET', 'preferences'))['code'] == '6190'


@pytest.mark.parametrize(('method', 'path'), [
    ('GET', 'customer/1/5'), ('GET', 'unicorn/1'), ('POST', 'Customer'), ('DELETE', 'customer/1'), ('GET', ''),
    ('POST', 'taxservice/rates'), ('GET', 'companyinfo/1/2')])
def test_an_unknown_address_is_an_unsupported_operation(us, method, path):
    answer = us.call(method, path, {} if method == 'POST' else None)
    error = error_of(answer)
    assert error['code'] == '500' and 'is not supported' in error['Detail']


def test_an_id_that_is_no_number_is_refused_without_a_time(us):
    answer = us.call('GET', 'customer/1.5')
    error = error_of(answer)
    assert (error['code'], error['element']) == ('2030', 'Id') and 'time' not in answer.get_json()


# --- requestid ---

def test_the_same_request_again_gets_the_first_answer_and_is_not_done_twice(us):
    body = sale(us.customer())
    first = us.call('POST', 'invoice', body, requestid='r1').get_json()
    again = us.call('POST', 'invoice', body, requestid='r1').get_json()
    assert again['Invoice'] == first['Invoice']
    assert us.query("select count(*) from Invoice")['totalCount'] == 1
    other = us.call('POST', 'invoice', body, requestid='r2').get_json()
    assert other['Invoice']['Id'] != first['Invoice']['Id']


def test_replay_covers_updates_voids_and_deletions(us):
    customer = us.customer()
    invoice = us.invoice(customer)
    for query in ({'requestid': 'u'}, {'requestid': 'u'}):
        assert us.post('Invoice', ref(invoice, sparse=True, PrivateNote="x"), **query)['SyncToken'] == '1'
    for _time in (1, 2):
        gone = us.post('Invoice', {'Id': invoice['Id'], 'SyncToken': '1'}, operation='delete', requestid='d')
        assert gone['status'] == 'Deleted'


def test_the_replayed_answer_is_the_old_one_even_when_the_object_has_moved_on(us):
    body = {'DisplayName': "Ann"}
    first = us.post('Customer', body, requestid='r')
    us.post('Customer', ref(first, sparse=True, Active=False))
    assert us.post('Customer', body, requestid='r') == first


def test_another_request_under_the_same_id_is_refused_or_replayed(us):
    first = us.post('Customer', {'DisplayName': "Ann"}, requestid='r')
    assert us.refused('Customer', {'DisplayName': "Bob"}, requestid='r')['code'] == '600'
    us.company.switches['requestid_conflict'] = 'replay'
    assert us.post('Customer', {'DisplayName': "Bob"}, requestid='r') == first


def test_answers_are_forgotten_after_a_while(us):
    us.post('Customer', {'DisplayName': "Ann"}, requestid='r')
    us.company.switches['requestid_seconds'] = 60
    us.client.post('/_sim/clock', json={'advance': 61})
    assert us.refused('Customer', {'DisplayName': "Ann"}, requestid='r')['code'] == '6240'


def test_a_refused_request_does_not_use_up_its_id(us):
    us.refused('Customer', {'CompanyName': "x"}, requestid='r')
    us.post('Customer', {'DisplayName': "Ann"}, requestid='r')


def test_request_ids_have_a_length(us):
    us.post('Customer', {'DisplayName': "Ann"}, requestid='x' * 50)
    assert us.refused('Customer', {'DisplayName': "Bob"}, requestid='x' * 51)['code'] == '2130'


def test_ids_count_by_company(us, uk):
    us.post('Customer', {'DisplayName': "Ann"}, requestid='r')
    uk.post('Customer', {'DisplayName': "Ann"}, requestid='r')
    assert uk.query("select count(*) from Customer")['totalCount'] == 1


# --- limits ---

def test_limits_are_off_unless_switched_on(us):
    assert {us.call('GET', 'preferences').status_code for _number in range(30)} == {200}


def test_more_than_ten_calls_a_second_are_throttled(us):
    us.sim.set_switches(rate_limits=True)
    answers = [us.call('GET', 'preferences') for _number in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    error = error_of(answers[-1], 429)
    assert (error['code'], answers[-1].get_json()['Fault']['type']) == ('3001', 'SERVICE')
    assert 'Retry-After' not in answers[-1].headers
    us.client.post('/_sim/clock', json={'advance': 1})
    assert us.call('GET', 'preferences').status_code == 200


def test_more_than_five_hundred_calls_a_minute_are_throttled(us):
    us.sim.set_switches(rate_limits=True, throttle_format='xml', retry_after=30)
    for _second in range(50):
        us.client.post('/_sim/clock', json={'advance': 1})
        assert {us.call('GET', 'preferences').status_code for _number in range(10)} == {200}
    us.client.post('/_sim/clock', json={'advance': 1})
    answer = us.call('GET', 'preferences')
    assert (answer.status_code, answer.headers['Retry-After']) == (429, '30')
    assert 'xml' in answer.content_type and 'code="3001"' in answer.get_data(as_text=True)
    us.client.post('/_sim/clock', json={'advance': 60})
    assert us.call('GET', 'preferences').status_code == 200


def test_batches_have_a_limit_of_their_own(us):
    us.sim.set_switches(rate_limits=True)
    body = {'BatchItemRequest': [{'bId': '1', 'Query': "select * from Term"}]}
    for _second in range(40):
        us.client.post('/_sim/clock', json={'advance': 1})
        assert us.call('POST', 'batch', body).status_code == 200
    us.client.post('/_sim/clock', json={'advance': 1})
    assert us.call('POST', 'batch', body).status_code == 429
    assert us.call('GET', 'preferences').status_code == 200

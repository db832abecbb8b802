"""Scripted failures."""

import pytest

from tests.simulator import DroppedConnection

from .support import error_of, sale


def script(us, **rule):
    """Script a failure."""
    answer = us.client.post('/_sim/fail', json=rule)
    assert answer.status_code == 200, answer.get_data(as_text=True)


def test_a_lost_answer_is_really_applied_and_replayed_later(us):
    body = sale(us.customer())
    script(us, kind='lost_answer', entity='Invoice', operation='create')
    with pytest.raises(DroppedConnection) as dropped:
        us.call('POST', 'invoice', body, requestid='r')
    assert dropped.value.applied and isinstance(dropped.value, ConnectionError)
    assert us.query("select count(*) from Invoice")['totalCount'] == 1
    us.post('Invoice', body, requestid='r')
    assert us.query("select count(*) from Invoice")['totalCount'] == 1


def test_a_reset_happens_before_anything_is_done(us):
    script(us, kind='reset', method='POST', path='/customer$')
    with pytest.raises(DroppedConnection) as dropped:
        us.customer()
    assert not dropped.value.applied
    assert us.query("select count(*) from Customer")['totalCount'] == 0


@pytest.mark.parametrize(('status', 'code'), [(429, '3001'), (500, '10000'), (503, '10000')])
def test_a_status_comes_with_its_own_body(us, status, code):
    script(us, kind='status', status=status, headers={'Retry-After': '7'})
    answer = us.call('GET', 'preferences')
    assert error_of(answer, status)['code'] == code
    assert answer.headers['Retry-After'] == '7' and answer.headers['intuit_tid']
    assert us.call('GET', 'preferences').status_code == 200


def test_gateways_may_answer_in_xml_html_or_their_own_words(us):
    script(us, kind='status', status=401, format='xml')
    answer = us.call('GET', 'preferences')
    assert 'xml' in answer.content_type and 'code="3200"' in answer.get_data(as_text=True)
    script(us, kind='status', status=503, format='html')
    answer = us.call('GET', 'preferences')
    assert 'html' in answer.content_type and answer.get_data(as_text=True).startswith('<html>')
    script(us, kind='status', status=200, format='html', body="<html>sorry</html>")
    assert us.call('GET', 'preferences').get_data(as_text=True) == "<html>sorry</html>"
    script(us, kind='status', status=400, body={'Fault': {'Error': []}})
    assert us.call('GET', 'preferences').get_json() == {'Fault': {'Error': []}}


def test_a_fault_of_any_code_can_be_scripted(us):
    script(us, kind='status', status=400, code='6190', detail="Ended", message="Invalid Company Status")
    error = error_of(us.call('GET', 'preferences'))
    assert (error['code'], error['Detail']) == ('6190', "Ended")


def test_a_status_may_hide_that_the_write_was_applied(us):
    script(us, kind='status', status=503, apply=True)
    assert us.call('POST', 'customer', {'DisplayName': "Ann"}).status_code == 503
    assert us.query("select count(*) from Customer")['totalCount'] == 1


def test_a_truncated_answer_is_no_json(us):
    script(us, kind='truncated')
    answer = us.call('GET', 'preferences')
    assert answer.status_code == 200 and not answer.get_data(as_text=True).endswith('}')


def test_a_slow_answer_comes_all_the_same(us):
    script(us, kind='slow', seconds=0)
    assert us.call('GET', 'preferences').status_code == 200


def test_failures_strike_after_so_many_and_so_often(us):
    script(us, kind='status', status=500, path='preferences', after=1, times=2)
    assert [us.call('GET', 'preferences').status_code for _number in range(4)] == [200, 500, 500, 200]
    script(us, kind='status', status=500, path='preferences', times=0)
    assert [us.call('GET', 'preferences').status_code for _number in range(3)] == [500] * 3
    us.client.delete('/_sim/fail')
    assert us.call('GET', 'preferences').status_code == 200


def test_failures_match_by_realm_entity_and_operation(us, uk):
    script(us, kind='status', status=500, realm=uk.realm, entity='Invoice', operation='delete')
    customer = us.customer()
    us.post('Invoice', {**sale(customer)})
    assert uk.call('POST', 'invoice', {'Id': '1', 'SyncToken': '0'}, operation='delete').status_code == 500
    assert us.call('POST', 'invoice', {'Id': '1', 'SyncToken': '0'}, operation='delete').status_code == 200


def test_the_token_address_can_fail_too(us):
    script(us, kind='lost_answer', path='/oauth2/v1/tokens/bearer')
    us.client.post('/_sim/clock', json={'advance': 86400})
    with pytest.raises(DroppedConnection):
        us.refresh(us.tokens['refresh_token'])
    assert us.refresh(us.tokens['refresh_token']).get_json() == {'error': 'invalid_grant'}


@pytest.mark.parametrize('rule', [{'kind': 'boredom'}, {'kind': 'reset', 'colour': 'red'}, {}])
def test_a_rule_that_makes_no_sense_is_refused(us, rule):
    assert us.client.post('/_sim/fail', json=rule).status_code == 400

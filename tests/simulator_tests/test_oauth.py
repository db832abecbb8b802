"""Consent, codes, tokens, rotation, revocation."""

import base64
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.simulator import UK_REALM

from .support import AUTHORIZE, BASIC, REDIRECT

DAY = 86400


def later(us, seconds):
    """Let time pass."""
    us.client.post('/_sim/clock', json={'advance': seconds})


def works(us, tokens):
    """Whether an access token opens the company."""
    us.tokens = tokens
    return us.call('GET', 'preferences').status_code == 200


def test_the_consent_page_offers_the_companies_and_refuses_to_be_framed(us):
    answer = us.client.get('/connect/oauth2', query_string=AUTHORIZE)
    text = answer.get_data(as_text=True)
    assert "Sandbox Company US" in text and "Sandbox Company UK" in text and 'value="abc"' in text
    assert answer.headers['Content-Security-Policy'] == "frame-ancestors 'none'"


def test_approval_returns_code_state_and_realm(us):
    answer = us.client.post('/connect/oauth2', data=dict(AUTHORIZE, realm_id=UK_REALM, decision='approve'))
    address = urlsplit(answer.headers['Location'])
    query = parse_qs(address.query)
    assert answer.status_code == 302 and answer.headers['Location'].startswith(REDIRECT)
    assert (query['state'], query['realmId'], set(query)) == (['abc'], [UK_REALM], {'code', 'state', 'realmId'})


def test_denial_returns_an_error_and_the_state(us):
    answer = us.client.post('/connect/oauth2', data=dict(AUTHORIZE, realm_id=UK_REALM, decision='deny'))
    assert parse_qs(urlsplit(answer.headers['Location']).query) == {'error': ['access_denied'], 'state': ['abc']}


@pytest.mark.parametrize('changed', [
    {'client_id': 'other'}, {'redirect_uri': REDIRECT + '/'}, {'response_type': 'token'}, {'scope': 'openid'},
    {'state': ''}])
def test_a_wrong_request_is_shown_and_never_redirected(us, changed):
    answer = us.client.get('/connect/oauth2', query_string=dict(AUTHORIZE, **changed))
    assert answer.status_code == 400 and 'Location' not in answer.headers
    answer = us.client.post('/connect/oauth2', data=dict(AUTHORIZE, decision='approve', realm_id=UK_REALM, **changed))
    assert answer.status_code == 400 and 'Location' not in answer.headers


def test_a_company_must_be_chosen_from_those_offered(us):
    answer = us.client.post('/connect/oauth2', data=dict(AUTHORIZE, realm_id='1', decision='approve'))
    assert answer.status_code == 400


def test_the_token_answer_has_the_documented_fields(us):
    answer = us.exchange(us.code())
    tokens = answer.get_json()
    assert set(tokens) == {'token_type', 'expires_in', 'access_token', 'refresh_token', 'x_refresh_token_expires_in'}
    assert (tokens['token_type'], tokens['expires_in']) == ('bearer', 3600)
    assert tokens['x_refresh_token_expires_in'] == 8726400
    assert answer.headers['intuit_tid'] and 'QBO-Version' not in answer.headers


def test_the_hard_expiry_comes_only_to_those_who_ask(us):
    header = {'x-include-refresh-token-hard-expires-in': 'true'}
    tokens = us.token(headers=header, grant_type='refresh_token', refresh_token=us.tokens['refresh_token']).get_json()
    assert tokens['x_refresh_token_hard_expires_in'] == 157680000
    later(us, 3600)
    tokens = us.token(headers=header, grant_type='refresh_token', refresh_token=us.tokens['refresh_token']).get_json()
    assert tokens['x_refresh_token_hard_expires_in'] == 157676400


def test_a_code_works_once(us):
    code = us.code()
    tokens = us.exchange(code).get_json()
    again = us.exchange(code)
    assert (again.status_code, again.get_json()) == (400, {'error': 'invalid_grant'})
    assert works(us, tokens)
    us.sim.set_switches(refresh_race_revokes=True)
    us.exchange(code)
    assert not works(us, tokens)


def test_a_code_must_be_known_and_needs_its_own_redirect_uri(us):
    for answer in (us.exchange('unknown'), us.exchange(us.code(), redirect_uri=REDIRECT + '?a=1')):
        assert (answer.status_code, answer.get_json()['error']) == (400, 'invalid_grant')


def test_a_code_grows_old(us):
    code = us.code()
    later(us, 601)
    assert us.exchange(code).get_json() == {'error': 'invalid_grant'}


def test_a_code_belongs_to_one_app(us):
    us.sim.oauth.register('other', 'secret', [REDIRECT])
    other = 'Basic ' + base64.b64encode(b'other:secret').decode()
    answer = us.token(headers={'Authorization': other}, grant_type='authorization_code', code=us.code(),
                      redirect_uri=REDIRECT)
    assert answer.get_json() == {'error': 'invalid_grant'}


@pytest.mark.parametrize('header', [
    '', 'Basic !!!', 'Bearer x', 'Basic ' + base64.b64encode(b'sim-client:wrong').decode(),
    'Basic ' + base64.b64encode(b'nobody:sim-secret').decode()])
def test_a_wrong_client_is_refused_with_401(us, header):
    answer = us.token(headers={'Authorization': header}, grant_type='refresh_token', refresh_token='x')
    assert (answer.status_code, answer.get_json()) == (401, {'error': 'invalid_client'})
    answer = us.client.post('/v2/oauth2/tokens/revoke', json={'token': 'x'}, headers={'Authorization': header})
    assert answer.status_code == 401


def test_other_grant_types_are_refused(us):
    assert us.token(grant_type='password').get_json() == {'error': 'unsupported_grant_type'}


def test_an_access_token_lives_an_hour(us):
    later(us, 3599)
    assert works(us, us.tokens)
    later(us, 1)
    assert not works(us, us.tokens)


def test_within_a_day_the_refresh_token_keeps_its_value(us):
    later(us, DAY - 1)
    tokens = us.refresh(us.tokens['refresh_token']).get_json()
    assert tokens['refresh_token'] == us.tokens['refresh_token']
    assert tokens['access_token'] != us.tokens['access_token'] and works(us, tokens)


def test_after_a_day_the_value_changes_and_the_old_one_is_dead(us):
    later(us, DAY)
    tokens = us.refresh(us.tokens['refresh_token']).get_json()
    assert tokens['refresh_token'] != us.tokens['refresh_token']
    stale = us.refresh(us.tokens['refresh_token'])
    assert (stale.status_code, stale.get_json()) == (400, {'error': 'invalid_grant'})
    assert works(us, tokens) and us.refresh(tokens['refresh_token']).status_code == 200


def test_the_old_value_may_have_a_grace_period(us):
    us.sim.set_switches(refresh_grace_seconds=60, invalid_grant_description=True)
    old = us.tokens['refresh_token']
    later(us, DAY)
    us.refresh(old)
    later(us, 59)
    assert us.refresh(old).status_code == 200
    later(us, 1)
    assert us.refresh(old).get_json() == {
        'error': 'invalid_grant', 'error_description': "Incorrect or invalid refresh token"}


def test_a_race_may_cost_the_whole_connection(us):
    us.sim.set_switches(refresh_race_revokes=True)
    old = us.tokens['refresh_token']
    later(us, DAY)
    winner = us.refresh(old).get_json()
    us.refresh(old)
    assert not works(us, winner) and us.refresh(winner['refresh_token']).status_code == 400


def test_a_refresh_token_dies_unused_and_is_extended_by_use(us):
    later(us, 100 * DAY)
    tokens = us.refresh(us.tokens['refresh_token']).get_json()
    assert tokens['x_refresh_token_expires_in'] == 8726400
    later(us, 101 * DAY)
    assert us.refresh(tokens['refresh_token']).get_json() == {'error': 'invalid_grant'}


def test_after_five_years_nothing_helps(us):
    tokens = us.tokens
    for _number in range(18):
        later(us, 100 * DAY)
        tokens = us.refresh(tokens['refresh_token']).get_json()
    assert tokens['x_refresh_token_expires_in'] == 25 * DAY
    later(us, 25 * DAY)
    assert us.refresh(tokens['refresh_token']).get_json() == {'error': 'invalid_grant'}


@pytest.mark.parametrize('which', ['access_token', 'refresh_token'])
def test_revoking_either_token_kills_both(us, which):
    def revoke():
        return us.client.post('/v2/oauth2/tokens/revoke', json={'token': us.tokens[which]},
                              headers={'Authorization': BASIC}).status_code
    assert revoke() == 200
    assert not works(us, us.tokens)
    assert us.refresh(us.tokens['refresh_token']).get_json() == {'error': 'invalid_grant'}
    assert revoke() == 400


def test_both_discovery_documents_name_the_addresses(us):
    for name in ('openid_configuration', 'openid_sandbox_configuration'):
        document = us.client.get(f"/.well-known/{name}").get_json()
        assert document['authorization_endpoint'].endswith('/connect/oauth2')
        assert document['token_endpoint'].endswith('/oauth2/v1/tokens/bearer')
        assert document['revocation_endpoint'].endswith('/v2/oauth2/tokens/revoke')


def test_the_clock_starts_where_the_caller_says(sim):
    assert sim.clock.now() == datetime(2026, 11, 6, 20, 0, tzinfo=timezone.utc)
    sim.clock.set(sim.clock.now() + timedelta(days=1))
    assert sim.clock.now().day == 7

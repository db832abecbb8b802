"""OAuth 2.0 against a scripted token host."""

import base64
import json
import traceback
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qs, urlsplit

import pytest
from qbo import auth, faults
from qbo.endpoints import MINOR_VERSION, SCOPE_ACCOUNTING, endpoints_for

from .server import answer, closed_port, cut_short, hang_up, reset

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=timezone.utc)
SECRET, CODE, REFRESH = 'client-secret-xyz', 'code-abc-xyz', 'RT1-refresh-xyz'
GRANT = {
    'token_type': 'bearer', 'access_token': 'access-new-xyz', 'refresh_token': 'RT1-refresh-new-xyz',
    'expires_in': 3600, 'x_refresh_token_expires_in': 8726400,
}
SECRETS = (SECRET, CODE, REFRESH, GRANT['access_token'], GRANT['refresh_token'])


def exchange(url):
    """Exchange a code."""
    return auth.exchange_code(endpoints_for('sandbox', url), 'client', SECRET, CODE, 'https://odoo/cb', NOW)


def refresh(url):
    """Refresh a token."""
    return auth.refresh(endpoints_for('sandbox', url), 'client', SECRET, REFRESH, NOW)


def revoke(url):
    """Revoke a token."""
    return auth.revoke(endpoints_for('sandbox', url), 'client', SECRET, REFRESH)


everyone = pytest.mark.parametrize('call', [exchange, refresh, revoke])
tokens_only = pytest.mark.parametrize('call', [exchange, refresh])


# === ENDPOINTS === #

def test_sandbox_and_production_differ_in_the_api_host_only():
    sandbox, production = endpoints_for('sandbox'), endpoints_for('production')
    assert sandbox.api == 'https://sandbox-quickbooks.api.intuit.com'
    assert production.api == 'https://quickbooks.api.intuit.com'
    assert production.authorize == sandbox.authorize == 'https://appcenter.intuit.com/connect/oauth2'
    assert production.token == sandbox.token == 'https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer'
    assert production.revoke == sandbox.revoke == 'https://developer.api.intuit.com/v2/oauth2/tokens/revoke'
    assert MINOR_VERSION == '75'


@pytest.mark.parametrize('url', ['http://127.0.0.1:8010', 'http://127.0.0.1:8010/'])
def test_a_simulator_stands_in_for_every_host_under_the_same_paths(url):
    found = endpoints_for('production', url)
    assert found.api == 'http://127.0.0.1:8010'
    assert found.token == 'http://127.0.0.1:8010/oauth2/v1/tokens/bearer'
    assert found.authorize == 'http://127.0.0.1:8010/connect/oauth2'
    assert found.revoke == 'http://127.0.0.1:8010/v2/oauth2/tokens/revoke'


@pytest.mark.parametrize(('environment', 'url'), [
    ('staging', None), ('sandbox', 'ftp://x'), ('sandbox', 'localhost:8010'), ('sandbox', 'http://'),
    ('sandbox', 'http://x?y=1'),
])
def test_nonsense_is_no_endpoint(environment, url):
    with pytest.raises(ValueError):
        endpoints_for(environment, url)


# === CONSENT === #

def test_the_consent_page_is_asked_with_everything_encoded():
    url = auth.authorize_url(endpoints_for('production'), 'client&1', 'https://odoo.example/qbo/oauth/callback', 's+t=')
    assert url.startswith('https://appcenter.intuit.com/connect/oauth2?')
    assert parse_qs(urlsplit(url).query) == {
        'client_id': ['client&1'], 'response_type': ['code'], 'scope': [SCOPE_ACCOUNTING],
        'redirect_uri': ['https://odoo.example/qbo/oauth/callback'], 'state': ['s+t='],
    }


# === TOKENS === #

def test_a_code_is_exchanged_as_intuit_wants_it(server):
    server.then(answer(GRANT))
    exchange(server.url)
    [seen] = server.seen
    assert seen.path == '/oauth2/v1/tokens/bearer'
    assert parse_qs(seen.body.decode()) == {
        'grant_type': ['authorization_code'], 'code': [CODE], 'redirect_uri': ['https://odoo/cb']}
    assert seen.headers['authorization'] == 'Basic ' + base64.b64encode(f'client:{SECRET}'.encode()).decode()
    assert seen.headers['content-type'] == 'application/x-www-form-urlencoded'
    assert seen.headers['accept'] == 'application/json'
    assert seen.headers['x-include-refresh-token-hard-expires-in'] == 'true'


def test_a_refresh_is_asked_as_intuit_wants_it(server):
    server.then(answer(GRANT))
    refresh(server.url)
    assert parse_qs(server.seen[0].body.decode()) == {'grant_type': ['refresh_token'], 'refresh_token': [REFRESH]}


@tokens_only
def test_lifetimes_are_those_of_the_answer(server, call):
    server.then(answer({**GRANT, 'x_refresh_token_hard_expires_in': 157680000}))
    tokens = call(server.url)
    assert (tokens.access_token, tokens.refresh_token) == (GRANT['access_token'], GRANT['refresh_token'])
    assert tokens.access_expires_at == NOW + timedelta(hours=1)
    assert tokens.refresh_expires_at == NOW + timedelta(days=101)
    assert tokens.hard_expires_at == NOW + timedelta(days=1825)


def test_without_the_five_year_limit_it_is_unknown(server):
    server.then(answer(GRANT))
    assert refresh(server.url).hard_expires_at is None


def test_tokens_do_not_show_their_secrets(server):
    server.then(answer(GRANT))
    tokens = refresh(server.url)
    assert not [secret for secret in SECRETS if secret in repr(tokens) + str(tokens)]


def test_letters_outside_latin_reach_intuit_unharmed(server):
    server.then(answer(GRANT))
    auth.refresh(endpoints_for('sandbox', server.url), 'klient', 'sécret-東京', REFRESH, NOW)
    encoded = server.seen[0].headers['authorization'].removeprefix('Basic ')
    assert base64.b64decode(encoded) == 'klient:sécret-東京'.encode()


def test_a_token_is_revoked_by_json(server):
    server.then(answer('', 200))
    revoke(server.url)
    [seen] = server.seen
    assert (seen.path, json.loads(seen.body)) == ('/v2/oauth2/tokens/revoke', {'token': REFRESH})
    assert seen.headers['content-type'] == 'application/json'


# === REFUSALS === #

INVALID_GRANT = answer({'error': 'invalid_grant'}, 400, {'intuit_tid': '1-x'})
DESCRIBED = answer(
    {'error': 'invalid_grant', 'error_description': f'Incorrect or invalid refresh token {REFRESH}'}, 400)


@tokens_only
@pytest.mark.parametrize('act', [INVALID_GRANT, DESCRIBED], ids=['short', 'described'])
def test_a_dead_grant_means_disconnected(server, call, act):
    server.then(act)
    with pytest.raises(faults.Disconnected):
        call(server.url)
    assert len(server.seen) == 1


@everyone
@pytest.mark.parametrize('act', [
    answer({'error': 'invalid_client'}, 401), answer({'error': 'invalid_client'}, 400), answer('', 401),
    answer('<html>Unauthorized</html>', 401),
])
def test_a_wrong_client_secret_is_named(server, call, act):
    server.then(act)
    with pytest.raises(faults.InvalidClient):
        call(server.url)


@everyone
@pytest.mark.parametrize(('act', 'expected'), [
    (answer('', 429), faults.Throttled), (answer('', 503), faults.InDoubt),
    (answer('<html></html>', 500), faults.InDoubt),
    (answer('', 302, {'Location': '/elsewhere'}), faults.Unavailable),
    (hang_up, faults.InDoubt), (reset, faults.InDoubt), (cut_short, faults.InDoubt),
    (answer({'error': 'invalid_request'}, 400), faults.AuthError),
    (answer('nonsense', 400), faults.AuthError), (answer(['x'], 400), faults.AuthError),
    (answer({'error': {'nested': 1}}, 403), faults.AuthError),
], ids=['429', '503', '500', '302', 'hang up', 'reset', 'cut', 'bad request', 'nonsense', 'list', 'nested'])
def test_other_trouble_has_its_class(server, call, act, expected):
    server.then(act)
    with pytest.raises(faults.QboError) as caught:
        call(server.url)
    assert type(caught.value) is expected
    assert len(server.seen) == 1


@tokens_only
@pytest.mark.parametrize('body', [
    '', '{', '[]', '{}', {**GRANT, 'access_token': ''}, {**GRANT, 'refresh_token': None},
    {**GRANT, 'expires_in': 'soon'}, {**GRANT, 'expires_in': 10 ** 30},
    {key: GRANT[key] for key in ('access_token', 'refresh_token')},
], ids=str)
def test_an_answer_without_usable_tokens_is_in_doubt(server, call, body):
    server.then(answer(body))
    with pytest.raises(faults.InDoubt):
        call(server.url)


@everyone
def test_a_refused_connection_is_unavailable(call):
    with pytest.raises(faults.Unavailable):
        call(f'http://127.0.0.1:{closed_port()}')


@everyone
@pytest.mark.parametrize('act', [
    DESCRIBED, answer(f'{SECRET} {CODE} {REFRESH}', 400), answer({'error': REFRESH}, 400), answer({'error': CODE}, 503),
    answer({**GRANT, 'expires_in': None}), hang_up, cut_short, answer(f'<html>{SECRET}</html>', 502),
], ids=['described', 'echo', 'echoed error', '503', 'no lifetime', 'hang up', 'cut', '502'])
def test_no_error_tells_a_secret(server, call, act):
    server.then(act)
    try:
        call(server.url)
    except faults.QboError as error:
        said = ''.join(traceback.format_exception(error)) + repr(error) + repr(vars(error))
        assert not [secret for secret in SECRETS if secret in said]
    else:
        assert call is revoke


@everyone
def test_a_netrc_does_not_replace_the_client_secret(server, call, tmp_path, monkeypatch):
    netrc = tmp_path / 'netrc'
    netrc.write_text('machine 127.0.0.1 login someone password else\n')
    monkeypatch.setenv('NETRC', str(netrc))
    server.then(answer(GRANT))
    call(server.url)
    encoded = server.seen[0].headers['authorization'].removeprefix('Basic ')
    assert base64.b64decode(encoded) == f'client:{SECRET}'.encode()

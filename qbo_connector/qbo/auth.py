"""OAuth 2.0 with Intuit: consent address, code exchange, refresh, revocation.

Facts used: the parameters of the consent page, HTTP Basic credentials and form bodies at the token host,
a refresh token value that changes about once a day and must be stored every time ("Set up OAuth 2.0",
"Authorization FAQ"); the absolute five-year limit, reported only on request ("Important changes to
refresh token policy"). Lifetimes are data of the answer; nothing is assumed where the answer speaks.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from requests.auth import HTTPBasicAuth

from .endpoints import SCOPE_ACCOUNTING
from .faults import AuthError, Disconnected, InDoubt, InvalidClient, Retryable, classify
from .transport import exchange, new_session

#: Seconds a refresh token lives when the answer does not say: the documented 100 days.
DOCUMENTED_REFRESH_LIFETIME = 8_640_000

#: Error names of RFC 6749; anything else in an answer might be an echo of a secret and is not repeated.
OAUTH_ERRORS = ('invalid_request', 'unauthorized_client', 'unsupported_grant_type', 'invalid_scope')


@dataclass(frozen=True)
class Tokens:
    """A pair of tokens with their ends (aware datetimes); the secrets are not part of its repr.

    ``hard_expires_at`` is the day after which no refresh helps, None if Intuit did not tell.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_expires_at: datetime
    hard_expires_at: datetime | None = None


def authorize_url(endpoints, client_id, redirect_uri, state):
    """Return the address of Intuit's consent page for our app.

    :param str redirect_uri: exactly as registered with Intuit
    :param str state: single-use secret that comes back with the answer
    """
    return endpoints.authorize + '?' + urlencode({
        'client_id': client_id,
        'response_type': 'code',
        'scope': SCOPE_ACCOUNTING,
        'redirect_uri': redirect_uri,
        'state': state,
    })


def exchange_code(endpoints, client_id, client_secret, code, redirect_uri, now, session=None):
    """Exchange the code of the consent page for the first :class:`Tokens`.

    :param datetime now: aware time from which the lifetimes count
    :raises Disconnected: the code is used up, expired, or was given for another redirect URI
    :raises InvalidClient: wrong client id or secret
    :raises Retryable: transport trouble; after InDoubt the code may be spent
    """
    form = {'grant_type': 'authorization_code', 'code': code, 'redirect_uri': redirect_uri}
    return _token_request(endpoints, client_id, client_secret, form, now, session)


def refresh(endpoints, client_id, client_secret, refresh_token, now, session=None):
    """Return fresh :class:`Tokens`; both values must be stored, the old ones may be dead.

    Two refreshes at the same time can kill the connection, so callers hold a lock around this.

    :raises Disconnected: the refresh token is dead; never retry, ask a person to reconnect
    :raises InvalidClient: wrong client id or secret
    :raises Retryable: transport trouble
    """
    form = {'grant_type': 'refresh_token', 'refresh_token': refresh_token}
    return _token_request(endpoints, client_id, client_secret, form, now, session)


def revoke(endpoints, client_id, client_secret, token, session=None):
    """Revoke a connection by either of its tokens.

    :raises AuthError: Intuit refuses, for instance because the token is dead already
    :raises Retryable: transport trouble
    """
    response = _post(
        endpoints.revoke, client_id, client_secret, session,
        data=json.dumps({'token': token}).encode(), headers={'Content-Type': 'application/json'},
    )
    if response.status_code not in (200, 204):
        raise _refusal(response)


def _token_request(endpoints, client_id, client_secret, form, now, session):
    response = _post(
        endpoints.token, client_id, client_secret, session,
        data=form, headers={'x-include-refresh-token-hard-expires-in': 'true'},
    )
    if response.status_code != 200:
        raise _refusal(response)
    tokens = _read_tokens(response, now)
    if tokens is None:
        raise InDoubt(
            "Intuit's answer contained no usable tokens",
            intuit_tid=response.headers.get('intuit_tid', ''), http_status=response.status_code,
        )
    return tokens


def _post(url, client_id, client_secret, session, data, headers):
    # As bytes, since the library would encode text as Latin-1.
    basic = HTTPBasicAuth(client_id.encode(), client_secret.encode())
    headers = {'Accept': 'application/json', **headers}
    return exchange(session or new_session(), 'POST', url, auth=basic, data=data, headers=headers)


def _read_tokens(response, now):
    """Return the Tokens of an answer, or None when it is not what Intuit documents."""
    data = _json_object(response)
    access, renewal = data.get('access_token'), data.get('refresh_token')
    if not (isinstance(access, str) and access and isinstance(renewal, str) and renewal):
        return None
    try:
        hard = data.get('x_refresh_token_hard_expires_in')
        return Tokens(
            access_token=access,
            refresh_token=renewal,
            access_expires_at=_after(now, data['expires_in']),
            refresh_expires_at=_after(
                now, data.get('x_refresh_token_expires_in', DOCUMENTED_REFRESH_LIFETIME)),
            hard_expires_at=None if hard is None else _after(now, hard),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _after(now, seconds):
    return now + timedelta(seconds=int(seconds))


def _json_object(response):
    try:
        data = json.loads(response.content)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _refusal(response):
    """Return the error for a refusal of the token host; its texts are ours, as it may echo secrets."""
    error = _json_object(response).get('error')
    facts = {
        'intuit_tid': response.headers.get('intuit_tid', ''),
        'http_status': response.status_code,
    }
    if error == 'invalid_grant':
        return Disconnected("Intuit no longer accepts the authorization", code='invalid_grant', **facts)
    if error == 'invalid_client':
        return InvalidClient("Intuit does not know this client id and secret", code='invalid_client', **facts)
    other = classify(response.status_code, response.headers, '')
    if isinstance(other, Retryable):
        return other
    if response.status_code == 401:
        return InvalidClient("Intuit does not know this client id and secret", **facts)
    code = error if error in OAUTH_ERRORS else ''
    return AuthError("Intuit refused the request for authorization", code=code, **facts)

"""OAuth 2.0 with Intuit: consent address, code exchange, refresh, revoke.

Sources: Intuit "Set up OAuth 2.0", "Authorization FAQ", blog "Important changes to refresh token policy".
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from requests.auth import HTTPBasicAuth

from .endpoints import SCOPE_ACCOUNTING
from .faults import AuthError, Disconnected, InDoubt, InvalidClient
from .transport import exchange, new_session

#: Asks Intuit to tell when the five-year limit of the consent ends.
HARD_EXPIRY_HEADER = {'x-include-refresh-token-hard-expires-in': 'true'}


@dataclass(frozen=True)
class Tokens:
    """What one token answer holds; moments are aware UTC, lifetimes are Intuit's own, never constants."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_expires_at: datetime
    hard_expires_at: datetime | None = None


def authorize_url(endpoints, client_id, redirect_uri, state):
    """Return the address of Intuit's consent page.

    :param str redirect_uri: exactly as registered with the app
    :param str state: single-use secret that comes back with the answer
    """
    query = {
        'client_id': client_id, 'response_type': 'code', 'scope': SCOPE_ACCOUNTING,
        'redirect_uri': redirect_uri, 'state': state,
    }
    return f'{endpoints.authorize}?{urlencode(query)}'


def exchange_code(endpoints, client_id, client_secret, code, redirect_uri, now, session=None):
    """Exchange the single-use code of the callback for :class:`Tokens`.

    :param datetime now: aware UTC
    :raises Disconnected: the code is used, expired, or the redirect URI differs
    :raises InvalidClient, Unavailable, InDoubt: see :mod:`.faults`
    """
    form = {'grant_type': 'authorization_code', 'code': code, 'redirect_uri': redirect_uri}
    return _ask_token(endpoints, client_id, client_secret, form, now, session)


def refresh(endpoints, client_id, client_secret, refresh_token, now, session=None):
    """Exchange a refresh token for new :class:`Tokens`; the refresh token may change and must be stored at once.

    :param datetime now: aware UTC
    :raises Disconnected: the refresh token is dead; asking again is useless
    :raises InvalidClient, Unavailable, InDoubt: see :mod:`.faults`
    """
    form = {'grant_type': 'refresh_token', 'refresh_token': refresh_token}
    return _ask_token(endpoints, client_id, client_secret, form, now, session)


def revoke(endpoints, client_id, client_secret, token, session=None):
    """Revoke a token; either one ends the whole consent. A token that is already dead (400) is fine.

    :raises InvalidClient, Unavailable, InDoubt: the token may still be alive
    """
    response = exchange(
        session or new_session(), 'POST', endpoints.revoke, json={'token': token},
        auth=HTTPBasicAuth(client_id, client_secret), headers={'Accept': 'application/json'})
    if response.status_code not in (200, 400):
        raise _refusal(response)


def _ask_token(endpoints, client_id, client_secret, form, now, session):
    response = exchange(
        session or new_session(), 'POST', endpoints.token, data=form,
        auth=HTTPBasicAuth(client_id, client_secret), headers={'Accept': 'application/json', **HARD_EXPIRY_HEADER})
    if response.status_code != 200:
        raise _refusal(response)
    try:
        data = json.loads(response.text)
        hard = data.get('x_refresh_token_hard_expires_in')
        return Tokens(
            access_token=data['access_token'], refresh_token=data['refresh_token'],
            access_expires_at=now + timedelta(seconds=int(data['expires_in'])),
            refresh_expires_at=now + timedelta(seconds=int(data['x_refresh_token_expires_in'])),
            hard_expires_at=now + timedelta(seconds=int(hard)) if hard else None,
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        pass  # raised outside, so that the body with its tokens is not attached as context
    raise InDoubt("Intuit's token answer was unreadable")


def _refusal(response):
    """Return the error of a token or revoke answer, without quoting its body."""
    try:
        reason = json.loads(response.text).get('error')
    except (AttributeError, ValueError):
        reason = None
    known = {'intuit_tid': response.headers.get('intuit_tid', ''), 'http_status': response.status_code}
    if reason == 'invalid_grant':
        return Disconnected("QuickBooks has ended this connection", code='invalid_grant', **known)
    if reason == 'invalid_client' or response.status_code == 401:
        return InvalidClient("Intuit does not know this client id and client secret", code='invalid_client', **known)
    if response.status_code >= 500 or response.status_code == 429:
        return InDoubt(f"Intuit's token server answered with HTTP status {response.status_code}", **known)
    return AuthError(f"Intuit refused the request (HTTP status {response.status_code})", **known)

"""Addresses and constants of Intuit's OAuth 2.0 and Accounting API.

Sources: Intuit "Set up OAuth 2.0" and "Authorization discovery documents" (OAuth hosts, the same for
sandbox and production), "Basic schema and data formats for the QuickBooks Online Accounting API" (API
hosts), "Changes to our Accounting API that may impact your application" (minor version 75 is the base
since August 2025; lower values are ignored).
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

MINOR_VERSION = '75'
SCOPE_ACCOUNTING = 'com.intuit.quickbooks.accounting'

API_HOSTS = {
    'production': 'https://quickbooks.api.intuit.com',
    'sandbox': 'https://sandbox-quickbooks.api.intuit.com',
}

AUTHORIZE_PATH = '/connect/oauth2'
TOKEN_PATH = '/oauth2/v1/tokens/bearer'
REVOKE_PATH = '/v2/oauth2/tokens/revoke'


@dataclass(frozen=True)
class Endpoints:
    """Where to send what: three complete OAuth URLs, and the API host without a path."""

    authorize: str
    token: str
    revoke: str
    api: str


def endpoints_for(environment, simulator_url=None):
    """Return the :class:`Endpoints` of an environment.

    :param str environment: ``'sandbox'`` or ``'production'``
    :param str simulator_url: base URL of a simulator that stands in for every Intuit host, under the
        same paths; it comes from the server's configuration, never from a database field
    :raises ValueError: unknown environment, or a simulator address that is no http(s) URL
    """
    if environment not in API_HOSTS:
        raise ValueError(f"Unknown QuickBooks environment {environment!r}")
    if simulator_url:
        base = simulator_url.rstrip('/')
        parts = urlsplit(base)
        if parts.scheme not in ('http', 'https') or not parts.hostname or parts.query or parts.fragment:
            raise ValueError(f"Not a simulator address: {simulator_url!r}")
        return Endpoints(
            authorize=base + AUTHORIZE_PATH, token=base + TOKEN_PATH, revoke=base + REVOKE_PATH, api=base,
        )
    return Endpoints(
        authorize='https://appcenter.intuit.com' + AUTHORIZE_PATH,
        token='https://oauth.platform.intuit.com' + TOKEN_PATH,
        revoke='https://developer.api.intuit.com' + REVOKE_PATH,
        api=API_HOSTS[environment],
    )

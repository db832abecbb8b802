"""One HTTP exchange, with every way it can break translated into our errors.

The question that decides about duplicates is whether a request can have reached QuickBooks. It surely has
not when no connection came about (refused, unknown host, connect timeout, proxy, TLS handshake): that is
:class:`~.faults.Unavailable`. Whatever breaks later leaves us in doubt: :class:`~.faults.InDoubt`.

Texts of the HTTP library never go into our errors, since they may quote headers and hence tokens.
"""

import ipaddress
import ssl
import traceback
from urllib.parse import urlsplit

import requests
from urllib3 import exceptions as urllib3_errors

from .faults import InDoubt, Unavailable

#: Seconds to connect, and of silence while reading; Intuit ends requests itself after 120 s
#: ("API call limits and throttles").
TIMEOUT = (5, 20)

#: For a batch, whose items QuickBooks works off one by one; an Odoo cron must not sit still much longer.
BATCH_TIMEOUT = (5, 40)


def new_session():
    """Return a session that never repeats a request by itself.

    Proxies and certificate bundles of the environment are honoured, as companies rely on them. A
    ``.netrc`` is not: callers always pass an explicit ``auth``, which switches that look-up off.
    """
    session = requests.Session()
    for scheme in ('https://', 'http://'):
        session.mount(scheme, requests.adapters.HTTPAdapter(max_retries=0))
    return session


def exchange(session, method, url, **kwargs):
    """Send one request and return the complete response, whatever its status; follows no redirect.

    :param auth: required: the credentials as a requests auth object
    :raises Unavailable: surely not applied
    :raises InDoubt: perhaps applied
    """
    kwargs.setdefault('timeout', TIMEOUT)
    if _is_loopback(url):
        # A company's proxy cannot reach the simulator on this machine.
        kwargs['proxies'] = {'http': None, 'https': None, 'all': None}
    host = urlsplit(url).hostname
    failure = None
    try:
        response = session.request(method, url, allow_redirects=False, **kwargs)
        if not _is_cut(response):
            return response
        failure = InDoubt(f"The answer of {host} was cut off or unreadable")
    except (requests.RequestException, urllib3_errors.HTTPError, ValueError) as error:
        # ValueError: http.client quotes a header it does not like, and the header may be the token.
        failure = _translate(error, host)
    # Raised outside the handler, so that the library's error is not even attached as context.
    raise failure


def _is_cut(response):
    """Tell whether fewer bytes came than were announced, which older versions of urllib3 do not mind."""
    announced = response.headers.get('Content-Length', '')
    return (
        announced.isdigit() and not response.headers.get('Content-Encoding')
        and len(response.content) < int(announced)
    )


def _translate(error, host):
    """Return our error for an error of requests, without any of its text."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Unavailable(f"No connection to {host} in time")
    if isinstance(error, requests.exceptions.ProxyError):
        return Unavailable(f"The proxy did not connect to {host}")
    if isinstance(error, requests.exceptions.SSLError):
        if _in_handshake(error):
            return Unavailable(f"No trustworthy TLS connection to {host}")
        return InDoubt(f"The TLS connection to {host} broke")
    if isinstance(error, requests.exceptions.Timeout):
        return InDoubt(f"{host} did not answer in time")
    if isinstance(error, requests.exceptions.ConnectionError):
        reason = _reason(error)
        if isinstance(reason, urllib3_errors.NewConnectionError):
            # Refused, unreachable, or (its subclass in newer versions) a name nobody knows.
            return Unavailable(f"No connection to {host}")
        if isinstance(reason, urllib3_errors.ReadTimeoutError):
            return InDoubt(f"{host} did not answer in time")
        return InDoubt(f"The connection to {host} broke before the answer was complete")
    if isinstance(error, ValueError) and isinstance(error, requests.RequestException):
        # Invalid URL, header or proxy address: refused by the library itself, before anything was sent.
        return Unavailable(f"The request to {host} could not be built ({type(error).__name__})")
    return InDoubt(f"The answer of {host} was cut off or unreadable")


def _reason(error):
    """Return the innermost urllib3 reason of an error of requests."""
    inner = error.args[0] if error.args else None
    return getattr(inner, 'reason', None) or inner


def _in_handshake(error):
    """Tell whether a TLS error happened before the request was sent."""
    cause = _reason(error)
    while isinstance(cause, urllib3_errors.SSLError) and cause.args:
        cause = cause.args[0]
    if isinstance(cause, ssl.SSLCertVerificationError):
        return True
    frames = traceback.extract_tb(getattr(cause, '__traceback__', None))
    return any(frame.name == 'do_handshake' for frame in frames)


def _is_loopback(url):
    host = urlsplit(url).hostname or ''
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == 'localhost'

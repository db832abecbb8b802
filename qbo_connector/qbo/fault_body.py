"""Reading the bodies of refusals: JSON in two spellings, XML and HTML.

Business faults come as ``{"Fault": {"Error": [{"Message", "Detail", "code", "element"}]}}``, those of
the gateway in front of it as ``{"fault": {"error": [{"message", ...}]}}``, or as XML even when JSON was
asked for; proxies answer in HTML. Codes are printed with and without leading zeros, as text or number.

Sources: Intuit "Review QuickBooks Online Accounting API error codes", "Fix common QuickBooks Online
Accounting API errors".
"""

import json
import re
from dataclasses import dataclass
from datetime import timezone
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

#: A server that wishes us to wait longer than this (seconds) is asked again all the same.
LONGEST_WAIT = 24 * 3600


@dataclass(frozen=True)
class FaultEntry:
    """One error of a fault envelope; ``code`` is without leading zeros, ``''`` when absent."""

    code: str = ''
    message: str = ''
    detail: str = ''
    element: str = ''


def parse_faults(body_text):
    """Return the faults in a body as a tuple of :class:`FaultEntry`, empty if there are none."""
    text = (body_text or '').strip()
    if text.startswith('{'):
        return _from_json(text)
    if text.startswith('<') and '<!' not in text:
        # No doctype, hence no entities to expand; HTML pages announce themselves with one or fail to parse.
        return _from_xml(text)
    return ()


def has_fault(data):
    """Tell whether parsed JSON is a fault envelope; answers with status 200 may be one."""
    if not isinstance(data, dict):
        return False
    return any(isinstance(data.get(key), dict) for key in ('Fault', 'fault'))


def _from_json(text):
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    if not has_fault(data):
        return ()
    envelope = _lower(data.get('Fault') or data.get('fault'))
    errors = envelope.get('error')
    errors = errors if isinstance(errors, list) else [errors]
    return tuple(_entry(_lower(error)) for error in errors if isinstance(error, dict))


def _from_xml(text):
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError):
        return ()
    faults = []
    for node in root.iter():
        if _local(node.tag) == 'error':
            values = {_local(child.tag): child.text for child in node}
            faults.append(_entry({**values, **_lower(node.attrib)}))
    return tuple(faults)


def _entry(values):
    """Build a FaultEntry from a dict with lowercase keys."""
    message = _text(values.get('message'))
    code = _text(values.get('code'))
    if not code:
        # Gateway messages read "message=ThrottleExceeded; errorCode=003001; statusCode=429".
        embedded = re.search(r'errorCode=(\d+)', message)
        code = embedded.group(1) if embedded else ''
    return FaultEntry(
        code=code.lstrip('0') if code.isdigit() else code,
        message=_readable(message) or "QuickBooks gave no reason",
        detail=_text(values.get('detail')),
        element=_text(values.get('element')),
    )


def _readable(message):
    """Take the words out of the gateway's ``message=...; errorCode=...; statusCode=...``."""
    gateway = re.match(r'message=([^;]*);', message)
    return gateway.group(1).strip() if gateway else message


def _text(value):
    return '' if value is None else str(value).strip()[:4000]


def _lower(mapping):
    return {str(key).lower(): value for key, value in mapping.items()}


def _local(tag):
    return str(tag).rpartition('}')[2].lower()


def retry_after_seconds(value, now):
    """Return a Retry-After header (seconds or an HTTP date) as seconds from now, None if absent or odd."""
    value = (value or '').strip()
    if not value:
        return None
    if re.fullmatch(r'\d{1,9}(\.\d+)?', value):
        return min(float(value), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return min(max(0.0, (moment - now).total_seconds()), LONGEST_WAIT)

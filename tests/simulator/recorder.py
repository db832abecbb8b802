"""Every request and answer, without what must stay secret."""

from urllib.parse import parse_qs

from . import jsonio

SECRETS = {'access_token', 'refresh_token', 'id_token', 'client_secret', 'token', 'code'}
_HIDDEN_HEADERS = {'authorization', 'cookie', 'set-cookie'}
REDACTED = '***'
KEEP = 20000


def headers_without_secrets(headers):
    """Headers as a dict, the secret ones redacted."""
    return {key: REDACTED if key.lower() in _HIDDEN_HEADERS else value for key, value in headers}


def query_without_secrets(query):
    """Query parameters as a dict, the secret ones redacted."""
    return {key: REDACTED if key in SECRETS else value for key, value in query.items()}


def body_without_secrets(text, content_type='', oauth=False):
    """A body for the record: parsed if it is JSON or a form; tokens and secrets redacted on OAuth addresses."""
    if not text:
        return None
    if 'form-urlencoded' in (content_type or ''):
        form = {key: values[0] for key, values in parse_qs(text).items()}
        return {key: REDACTED if key in SECRETS else value for key, value in form.items()}
    try:
        value = jsonio.loads(text)
    except ValueError:
        return text[:200000]
    return _redact(value) if oauth else value


def _redact(value):
    if isinstance(value, dict):
        return {key: REDACTED if key in SECRETS else _redact(inner) for key, inner in value.items()}
    return value


class Recorder:
    """The calls of the simulator, oldest first; only the last `KEEP` are kept."""

    def __init__(self):
        self.calls = []
        self._count = 0

    def start(self, **facts):
        """Note a request; returns the record, to be completed by the answer."""
        self._count += 1
        call = {'n': self._count, **facts, 'status': None, 'dropped': False, 'failure': None,
                'response_headers': {}, 'response_body': None}
        self.calls.append(call)
        del self.calls[:-KEEP]
        return call

    def clear(self):
        """Forget everything."""
        self.calls.clear()

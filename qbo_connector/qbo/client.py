"""The HTTP client of the Accounting API: one ``_send`` under every operation.

Sources: Intuit "Basic schema and data formats for the QuickBooks Online Accounting API", "Basic ID and field
definitions" (requestid), "Query operations and syntax", API reference of the entities (void, delete).
"""

import json
from dataclasses import dataclass
from decimal import Decimal

from requests.auth import AuthBase

from .endpoints import MINOR_VERSION
from .fault_body import has_fault
from .faults import InDoubt, TokenExpired, classify
from .query import select
from .transport import TIMEOUT, exchange, new_session

PAGE = 1000  # rows; the most one query answers

#: What an operation adds to the address of a write; void differs by entity.
OPERATIONS = {
    'create': {},
    'update': {},
    'delete': {'operation': 'delete'},
    'void': {'operation': 'update', 'include': 'void'},
}
VOID_INVOICE = {'operation': 'void'}


@dataclass(frozen=True)
class Answer:
    """What QuickBooks answered: the object (numbers as Decimal or int), and Intuit's trace id."""

    data: dict
    intuit_tid: str = ''
    http_status: int = 200


class _Bearer(AuthBase):
    """Puts the token on the request only, out of sight of reprs and of ``.netrc``."""

    def __init__(self, token):
        self._token = token

    def __call__(self, request):
        request.headers['Authorization'] = f'Bearer {self._token}'
        return request


class QboClient:
    """Talks to one QuickBooks company.

    :param Endpoints endpoints: hosts of the environment
    :param str realm_id: the company's id
    :param token_source: ``token_source(stale)`` returns an access token; ``stale`` is None, or the token that was just
        refused with 401 and must be replaced
    :param session: requests session, by default a new one
    :param timeout: (connect, read) seconds

    Every method raises :class:`~.faults.QboError`.
    """

    def __init__(self, endpoints, realm_id, token_source, session=None, timeout=TIMEOUT):
        self._base = f'{endpoints.api}/v3/company/{realm_id}'
        self.realm_id = realm_id
        self._token_source = token_source
        self._session = session or new_session()
        self._timeout = timeout

    def write(self, entity, operation, body, requestid):
        """Create, update, delete or void an object.

        :param str entity: Intuit's name, e.g. ``'Invoice'``
        :param str operation: a key of :data:`OPERATIONS`
        :param str body: the JSON text, sent as it is
        :param str requestid: at most 50 characters; the same id gets the first answer again
        :return: :class:`Answer` with the object
        """
        extra = VOID_INVOICE if (entity, operation) == ('Invoice', 'void') else OPERATIONS[operation]
        body, response = self._send('POST', entity.lower(), {**extra, 'requestid': requestid}, body)
        return self._answer(entity, body, response)

    def read(self, entity, remote_id):
        """Return :class:`Answer` with one object (a metered call)."""
        body, response = self._send('GET', f'{entity.lower()}/{remote_id}')
        return self._answer(entity, body, response)

    def query(self, statement):
        """Return :class:`Answer` with the QueryResponse of one statement (a metered call)."""
        body, response = self._send('GET', 'query', {'query': statement})
        return self._answer('QueryResponse', body, response)

    def query_all(self, entity, where=None):
        """Yield every object of a query, page by page in the order of their Ids."""
        start = 1
        while True:
            page = self.query(select(entity, where, start=start, max_results=PAGE)).data.get(entity, [])
            yield from page
            if len(page) < PAGE:
                return
            start += PAGE

    def company_info(self):
        """Return the CompanyInfo object; a good test of the connection."""
        return self.read('CompanyInfo', self.realm_id).data

    def preferences(self):
        """Return the Preferences object."""
        body, response = self._send('GET', 'preferences')
        return self._answer('Preferences', body, response).data

    def _send(self, method, path, params=None, body=None):
        """Send one request, with a fresh token once if the first is refused.

        :return: (parsed JSON, response)
        """
        token = self._token_source(None)
        try:
            return self._send_once(token, method, path, params, body)
        except TokenExpired:
            token = self._token_source(token)
        return self._send_once(token, method, path, params, body)

    def _send_once(self, token, method, path, params, body):
        headers = {'Accept': 'application/json'}
        if body is not None:
            headers['Content-Type'] = 'application/json'
        response = exchange(
            self._session, method, f'{self._base}/{path}', params={'minorversion': MINOR_VERSION, **(params or {})},
            data=None if body is None else body.encode(), headers=headers, auth=_Bearer(token), timeout=self._timeout)
        if response.status_code == 200:
            data = _parse(response.text)
            if data is not None and not has_fault(data):
                return data, response
        raise classify(response.status_code, response.headers, response.text)

    def _answer(self, name, body, response):
        """Wrap the object under a name; an answer without it tells nothing about what was applied."""
        tid = response.headers.get('intuit_tid', '')
        if not isinstance(body.get(name), dict):
            raise InDoubt(f"QuickBooks' answer holds no {name}", intuit_tid=tid, http_status=response.status_code)
        return Answer(data=body[name], intuit_tid=tid, http_status=response.status_code)


def _parse(text):
    """Return the JSON object of a body with exact decimals, or None."""
    try:
        data = json.loads(text, parse_float=Decimal)
    except ValueError:
        return None
    return data if isinstance(data, dict) else None

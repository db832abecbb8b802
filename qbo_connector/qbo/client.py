"""The HTTP client of the Accounting API: every request goes through one ``_send()``.

It knows how to address, authenticate and read; it knows nothing of records. Each request carries the
minor version and a timeout, follows no redirect, and is never repeated, with one exception: after a 401
the access token is renewed and the same request sent again, once.

Sources: Intuit "Basic schema and data formats for the QuickBooks Online Accounting API", "Basic ID and
field definitions" (requestid), "Query operations and syntax", API reference of each entity (delete, void).
"""

import re
import time
from dataclasses import dataclass
from urllib.parse import quote as url_quote

from requests.auth import AuthBase

from . import query as queries
from .answer import read_answer, unwrap
from .batch import batch_body, batch_outcomes
from .capture import captured
from .endpoints import MINOR_VERSION
from .faults import QboError, ReadOnly, TokenExpired
from .transport import BATCH_TIMEOUT, TIMEOUT, exchange, new_session

#: Query parameters of a write. Void differs by entity; others can only be deleted.
PLAIN_OPERATIONS = {'create': {}, 'update': {}, 'delete': {'operation': 'delete'}}
VOID_PARAMETERS = {
    'Invoice': {'operation': 'void'},
    'Payment': {'operation': 'update', 'include': 'void'},
    'SalesReceipt': {'operation': 'update', 'include': 'void'},
    'BillPayment': {'operation': 'update', 'include': 'void'},
    'RefundReceipt': {'operation': 'update', 'include': 'void'},
}

#: "Basic ID and field definitions": a requestid has at most 50 characters.
REQUESTID_LENGTH = 50

BATCH = '/batch'
QUERY = '/query'

#: Longer statements are posted; addresses of some 8000 characters are cut or refused on the way.
LONGEST_QUERY_IN_URL = 2000


@dataclass(frozen=True)
class Call:
    """What ``on_call`` is told about one HTTP attempt; no header, no body, no secret.

    ``status`` is None when there was no answer, ``error`` the class name of what went wrong or ``''``, ``slot`` what
    the gate returned.
    """

    method: str
    path: str
    requestid: str
    status: int | None
    intuit_tid: str
    seconds: float
    error: str
    slot: object = None


class _Bearer(AuthBase):
    """Puts the token on a request; being an explicit auth, it also keeps ``.netrc`` out."""

    def __init__(self, token):
        if not re.fullmatch(r'[!-~]+', token or ''):
            raise TokenExpired("The stored access token is damaged")
        self._token = token

    def __call__(self, request):
        request.headers['Authorization'] = f'Bearer {self._token}'
        return request


class QboClient:
    """Talks to one QuickBooks company.

    :param Endpoints endpoints: where
    :param str realm_id: which company
    :param token_source: ``token_source(stale)`` returns an access token; ``stale`` is None, or the token
        that has just been refused and must not be returned again
    :param session: a requests session to use instead of an own one
    :param tuple timeout: seconds to connect, and of silence while reading
    :param on_call: called with a :class:`Call` after every HTTP attempt
    :param gate: ``gate(batch)`` is called before every HTTP attempt and returns when it may leave; ``batch`` tells
        whether it is a batch, of which fewer are allowed. What it returns is the ``slot`` of the :class:`Call`
    """

    def __init__(self, endpoints, realm_id, token_source, session=None, timeout=TIMEOUT, on_call=None, gate=None):
        self._base = f'{endpoints.api}/v3/company/{url_quote(str(realm_id), safe="")}'
        self.realm_id = str(realm_id)
        self._token_source = token_source
        self._session = session or new_session()
        self._timeout = timeout
        self._on_call = on_call
        self._gate = gate
        self.read_only = False  # whether everything but reading and asking is refused, before it leaves

    def __repr__(self):
        return f'QboClient({self._base!r})'

    # This is no model, and its write() and read() are not the ORM's.
    # pylint: disable=method-required-super

    def write(self, entity, operation, body, requestid):
        """Create, update, delete or void one object.

        :param str entity: as Intuit spells it, e.g. ``'CreditMemo'``
        :param str operation: ``create``, ``update``, ``delete`` or ``void``
        :param str body: the JSON text, sent exactly as it is, in UTF-8
        :param str requestid: the idempotency key; repeating it with the same body is answered by the
            first answer
        :return: :class:`~.answer.Answer` with the entity object
        :raises QboError: see :mod:`.faults`
        """
        parameters = _write_parameters(entity, operation)
        if not requestid or len(requestid) > REQUESTID_LENGTH:
            raise ValueError(f"A requestid has 1 to {REQUESTID_LENGTH} characters")
        answer = self._send(
            'POST', f'/{entity.lower()}', {**parameters, 'requestid': requestid}, body=body.encode('utf-8'))
        return unwrap(answer, entity)

    def write_batch(self, items, requestid):
        """Perform up to 30 writes in one request; each succeeds or fails by itself, in no particular order.

        :param items: a sequence of :class:`~.batch.BatchItem`
        :param str requestid: the idempotency key; a write is known by it and its bId
        :return: ``{bid: Answer or QboError}``, with :class:`~.faults.InDoubt` for a write that was not answered
        :raises QboError: the request as a whole failed, see :mod:`.faults`
        """
        body = batch_body(items, requestid)
        answer = self._send('POST', BATCH, {'requestid': requestid}, body=body.encode('utf-8'))
        return batch_outcomes(items, answer)

    def make_tax_code(self, body, requestid):
        """Make a tax code with its rates (QBO: "TaxService"); neither can be changed or deleted by the API.

        :param str body: JSON, see :func:`~.payloads.lists.tax_code_payload`
        :return: :class:`~.answer.Answer` with TaxCodeId
        :raises QboError: see :mod:`.faults`
        """
        return self._send('POST', '/taxservice/taxcode', {'requestid': requestid}, body=body.encode('utf-8'))

    def read(self, entity, remote_id):
        """Return the :class:`~.answer.Answer` with one object; a deleted transaction raises NotFound."""
        path = f'/{entity.lower()}/{url_quote(str(remote_id), safe="")}'
        return unwrap(self._send('GET', path), entity)

    def query(self, statement):
        """Run one statement (see :mod:`.query`) and return the Answer with its QueryResponse."""
        if len(statement) > LONGEST_QUERY_IN_URL:
            answer = self._send(
                'POST', QUERY, body=statement.encode('utf-8'), content_type='application/text')
        else:
            answer = self._send('GET', QUERY, {'query': statement})
        return unwrap(answer, 'QueryResponse')

    def query_all(self, entity, where=None):
        """Yield every object of a type as a dict, page by page in the order of Id.

        An object that moves between pages while we read is not yielded twice.
        """
        start, seen = 1, set()
        while True:
            rows = self.query(queries.select(entity, where, start=start)).data.get(entity) or []
            for row in rows:
                if row.get('Id') not in seen:
                    seen.add(row.get('Id'))
                    yield row
            if len(rows) < queries.MAX_PAGE:
                return
            start += len(rows)

    def cdc(self, entities, since):
        """Return what changed since a moment, as :class:`~.capture.Captured`; one metered read.

        :param entities: Intuit's names, none of :data:`~.capture.NOT_SERVED`
        :param datetime since: aware; not longer ago than :data:`~.capture.LOOK_BACK`
        """
        parameters = {'entities': ','.join(entities), 'changedSince': since.isoformat(timespec='seconds')}
        return captured(self._send('GET', '/cdc', parameters).data)

    def company_info(self):
        """Return the Answer with CompanyInfo; also a good test of the connection."""
        return self.read('CompanyInfo', self.realm_id)

    def preferences(self):
        """Return the Answer with the company's Preferences."""
        return unwrap(self._send('GET', '/preferences'), 'Preferences')

    def _send(self, method, path, parameters=None, body=None, content_type='application/json'):
        """Send one request, renewing the token at most once, and return the Answer with the whole JSON."""
        if self.read_only and method != 'GET' and path != QUERY:
            raise ReadOnly("Nothing is sent to this QuickBooks company at present")
        token = self._token_source(None)
        try:
            return self._attempt(method, path, parameters, body, content_type, token)
        except TokenExpired:
            renewed = self._token_source(token)
            if renewed == token:
                raise
        return self._attempt(method, path, parameters, body, content_type, renewed)

    def _attempt(self, method, path, parameters, body, content_type, token):
        parameters = {**(parameters or {}), 'minorversion': MINOR_VERSION}
        headers = {'Accept': 'application/json', 'Content-Type': content_type}
        slot = self._gate(path == BATCH) if self._gate else None
        started = time.monotonic()
        response, error = None, None
        try:
            response = exchange(
                self._session, method, self._base + path, params=parameters, data=body, headers=headers,
                auth=_Bearer(token), timeout=BATCH_TIMEOUT if path == BATCH else self._timeout,
            )
            return read_answer(response)
        except QboError as failure:
            error = failure
            _scrub(error, token)
            raise
        finally:
            self._report(method, path, parameters, response, error, time.monotonic() - started, slot)

    def _report(self, method, path, parameters, response, error, seconds, slot):
        if self._on_call:
            self._on_call(Call(
                method=method,
                path=path,
                requestid=parameters.get('requestid', ''),
                status=None if response is None else response.status_code,
                intuit_tid='' if response is None else response.headers.get('intuit_tid', ''),
                seconds=seconds,
                error=type(error).__name__ if error else '',
                slot=slot,
            ))


def _write_parameters(entity, operation):
    """Return the query parameters of a write; ValueError if QuickBooks offers no such operation."""
    if operation == 'void':
        if entity not in VOID_PARAMETERS:
            raise ValueError(f"QuickBooks cannot void a {entity}, only delete it")
        return VOID_PARAMETERS[entity]
    if operation not in PLAIN_OPERATIONS:
        raise ValueError(f"Not an operation: {operation!r}")
    return PLAIN_OPERATIONS[operation]


def _scrub(error, token):
    """Take the token out of an error's texts, should an answer have echoed it."""
    if token:
        error.message = error.message.replace(token, '***')
        error.detail = error.detail.replace(token, '***')
        error.args = (error.message,)

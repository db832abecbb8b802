"""The errors of QuickBooks Online: a small tree whose type is the policy, and one table that fills it.

::

    QboError
    ├── Retryable            try again later
    │   ├── Throttled        too many requests; surely not applied
    │   ├── Unavailable      surely not applied; LimitReached: we did not even ask
    │   └── InDoubt          maybe applied: only the same bytes under the same requestid may be repeated
    ├── Rejected             QuickBooks said no; repeating the same request is useless
    │   └── ValidationFault, DuplicateName, DuplicateDocNumber, StaleObject, NotFound, ...
    └── AuthError            the connection, not the record, is the problem
        └── TokenExpired, Disconnected, InvalidClient, WrongRealm

Classification goes by HTTP status and fault code, never by text: messages are translated into the
company's language. What the table does not know is :class:`Rejected` (closed by default).

Sources: Intuit "Review QuickBooks Online Accounting API error codes", "Fix common QuickBooks Online
Accounting API errors", "API call limits and throttles".
"""

import re
from datetime import datetime, timezone

from .fault_body import parse_faults, retry_after_seconds


class QboError(Exception):
    """Anything that went wrong between us and QuickBooks.

    :param str message: short text, fit for a person
    :param str code: fault code without leading zeros, ``''`` when there was none
    :param str detail: QuickBooks' longer text
    :param str intuit_tid: Intuit's trace id, which their support asks for
    :param int http_status: status of the answer, None when there was no answer
    :param str element: the field QuickBooks complains about, if it says so
    """

    def __init__(self, message, code='', detail='', intuit_tid='', http_status=None, element=''):
        super().__init__(message)
        self.message = message
        self.code = code
        self.detail = detail
        self.intuit_tid = intuit_tid
        self.http_status = http_status
        self.element = element

    def __str__(self):
        text = f"[{self.code}] {self.message}" if self.code else self.message
        return f"{text}: {self.detail}" if self.detail and self.detail != self.message else text

    def __repr__(self):
        return (
            f'{type(self).__name__}({self.message!r}, code={self.code!r}, http_status={self.http_status!r}, '
            f'intuit_tid={self.intuit_tid!r})'
        )


class Retryable(QboError):
    """A later attempt may succeed; ``retry_after`` (seconds or None) is the server's own wish."""

    def __init__(self, message, *args, retry_after=None, **kwargs):
        super().__init__(message, *args, **kwargs)
        self.retry_after = retry_after


class Throttled(Retryable):
    """Too many requests (429, or fault 3001). Not applied. Intuit advises to wait 60 seconds."""


class Unavailable(Retryable):
    """QuickBooks could not be reached, or turned us away before looking. Surely not applied."""


class LimitReached(Unavailable):
    """Held back by us: the calls that Intuit allows in a minute are used up for ``retry_after`` seconds."""


class InDoubt(Retryable):
    """The request left and no readable answer came back: it may have been applied."""


class Rejected(QboError):
    """QuickBooks refused the request; a person or the entity's handler must change something."""


class ValidationFault(Rejected):
    """A field, a value or a business rule is violated; ``detail`` and ``element`` say which."""


class ReadOnly(Rejected):
    """Held back by us: the books are only compared, see :attr:`.client.QboClient.read_only`."""


class DuplicateName(Rejected):
    """6240: the name is taken, perhaps by a vendor, an employee or an inactive record."""


class DuplicateDocNumber(Rejected):
    """6140: the document number is taken; ``txn_id`` and ``txn_type`` name the holder if QuickBooks did."""

    @property
    def txn_id(self):
        """Remote id of the document that holds the number, or None."""
        return self._last(r'TxnId\s*=\s*(\d+)')

    @property
    def txn_type(self):
        """Type of the document that holds the number, e.g. ``'Invoice'``, or None."""
        return self._last(r'TxnType\s*=\s*(\w+)')

    def _last(self, pattern):
        # The number itself is quoted first and may contain anything, so the last match counts.
        found = re.findall(pattern, self.detail)
        return found[-1] if found else None


class PaymentApplied(ValidationFault):
    """6000, as far as we found out: a payment that somebody booked in QuickBooks holds on to the document."""


class DuplicateRequest(Rejected):
    """600: the requestid was used before. What the first request did must be looked up."""


class StaleObject(Rejected):
    """5010: the SyncToken is out of date; read again and rebuild, once."""


class NotFound(Rejected):
    """610: the object is deleted or never existed (also a document's reference to an inactive record)."""


class InvalidReference(Rejected):
    """2500, 6250: the document points to a record that is deleted, inactive or of the wrong kind."""


class ClosedPeriod(Rejected):
    """6200, 6210: the books are closed for that date, which the API cannot override."""


class FrozenTransaction(Rejected):
    """6540, 6480, 6450: deposited, matched or settled in QuickBooks and therefore not changeable."""


class CompanyStatus(Rejected):
    """6190: the QuickBooks subscription has lapsed; concerns the whole company."""


class AuthError(QboError):
    """QuickBooks does not accept who we are; no record is to blame."""


class TokenExpired(AuthError):
    """401: the access token is not (or no longer) valid. The client refreshes it once by itself."""


class Disconnected(AuthError):
    """The refresh token is dead (``invalid_grant``): somebody has to connect again."""


class InvalidClient(AuthError):
    """Wrong client id or client secret (``invalid_client``)."""


class WrongRealm(AuthError):
    """403 with fault 3100: token of another company, sandbox keys on production, or app disconnected."""


#: What is wrong is not what was sent: whatever is sent next would fare alike.
TROUBLE = (Retryable, AuthError, CompanyStatus)

#: (HTTP status, fault code) -> class; None matches anything, '5xx' and '3xx' a family. First match wins.
TABLE = (
    (429, None, Throttled),
    (None, '3001', Throttled),
    (401, None, TokenExpired),
    (None, '3200', TokenExpired),
    (None, '3100', WrongRealm),
    ('5xx', None, InDoubt),
    (408, None, InDoubt),
    (None, '10000', InDoubt),
    (None, '100', AuthError),
    (None, '110', AuthError),
    (None, '120', AuthError),
    (None, '130', Unavailable),
    (None, '140', Unavailable),
    (None, '150', Unavailable),
    (None, '600', DuplicateRequest),
    (None, '610', NotFound),
    (None, '2500', InvalidReference),
    (None, '6250', InvalidReference),
    (None, '5010', StaleObject),
    (None, '6140', DuplicateDocNumber),
    (None, '6190', CompanyStatus),
    (None, '6200', ClosedPeriod),
    (None, '6210', ClosedPeriod),
    (None, '6240', DuplicateName),
    (None, '6450', FrozenTransaction),
    (None, '6480', FrozenTransaction),
    (None, '6540', FrozenTransaction),
    (403, None, AuthError),
    ('3xx', None, Unavailable),
)

#: Fault codes of the families below are complaints about our data, even when they have no class of their own.
VALIDATION_CODES = re.compile(r'(500|6[23]0|[789]00|10\d\d|2\d\d\d|4\d\d\d|5\d\d\d|6\d\d\d|10100|10200)')


def _class_for(http_status, code):
    """Return the class of one (status, code) pair, or None when neither table nor families know it."""
    family = f'{(http_status or 0) // 100}xx'
    for status, known_code, fault_class in TABLE:
        if status in (None, http_status, family) and known_code in (None, code):
            return fault_class
    return ValidationFault if VALIDATION_CODES.fullmatch(code) else None


def classify(http_status, headers, body_text, now=None):
    """Turn an answer that is not a success into the matching :class:`QboError`.

    :param int http_status: status of the answer; a 200 may hold a Fault, too
    :param headers: mapping of response headers, in any letter case
    :param str body_text: JSON (``Fault`` or the gateway's lowercase ``fault``), XML, HTML or garbage
    :param datetime now: aware "now" to turn a Retry-After date into seconds
    :return: the error, not raised
    """
    headers = {key.lower(): value for key, value in headers.items()}
    faults = parse_faults(body_text)
    classes = [_class_for(http_status, fault.code) for fault in faults] or [_class_for(http_status, '')]
    main = next((index for index, found in enumerate(classes) if found not in (None, ValidationFault)), 0)
    fault_class = classes[main]
    if fault_class is None:
        # A success status without anything readable behind it tells nothing about what was applied.
        fault_class = InDoubt if 200 <= http_status < 300 and not faults else Rejected
    extra = {}
    if issubclass(fault_class, Retryable):
        extra['retry_after'] = retry_after_seconds(
            headers.get('retry-after'), now or datetime.now(timezone.utc))
    if issubclass(fault_class, AuthError):
        # The gateway quotes the token it refuses ("Token expired: ..."); secrets stay out of errors.
        details = []
    else:
        details = list(dict.fromkeys(fault.detail for fault in faults if fault.detail))
    return fault_class(
        faults[main].message if faults else f"QuickBooks answered with HTTP status {http_status}",
        code=faults[main].code if faults else '',
        detail='; '.join(details),
        intuit_tid=headers.get('intuit_tid', ''),
        http_status=http_status,
        element=faults[main].element if faults else '',
        **extra,
    )

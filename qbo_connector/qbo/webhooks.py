"""Webhooks: whether a post is Intuit's, and what it says has changed.

A post names objects and never brings them: amounts are read from QuickBooks afterwards. Sources: Intuit "Webhooks",
"Webhooks - data objects", blog 2025-11-12 "Upcoming change to webhooks payload structure". An app gets one of two
bodies: the classic ``{"eventNotifications": [...]}``, or an array of CloudEvents; both may name several companies.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import datetime

from .moments import moment

#: What webhooks tell of ("Webhooks", entities; ChangeOrder and CompanyCurrency came later).
ENTITIES = (
    'Account', 'Bill', 'BillPayment', 'Budget', 'ChangeOrder', 'Class', 'CompanyCurrency', 'CreditMemo', 'Currency',
    'Customer', 'Department', 'Deposit', 'Employee', 'Estimate', 'Invoice', 'Item', 'JournalCode', 'JournalEntry',
    'Payment', 'PaymentMethod', 'Preferences', 'Purchase', 'PurchaseOrder', 'RefundReceipt', 'SalesReceipt',
    'TaxAgency', 'Term', 'TimeActivity', 'Transfer', 'Vendor', 'VendorCredit',
)
BY_LOWER = {entity.lower(): entity for entity in ENTITIES}

#: Intuit's own pages do not agree on ``void`` and ``voided``; the classic body has ``Create``, CloudEvents ``created``.
OPERATIONS = {
    'create': 'created', 'created': 'created', 'update': 'updated', 'updated': 'updated', 'delete': 'deleted',
    'deleted': 'deleted', 'void': 'voided', 'voided': 'voided', 'merge': 'merged', 'merged': 'merged',
    'email': 'emailed', 'emailed': 'emailed',
}
ID = re.compile(r'[0-9A-Za-z_.:-]{1,64}')
EVENT_ID = re.compile(r'[!-~]{1,200}')
TYPE = re.compile(r'qbo\.([A-Za-z_-]{1,40})\.([A-Za-z]{1,20})(?:\.v\d+)?')


class Malformed(ValueError):
    """A body that is neither of the two: nothing in it can be understood, today or when it is sent again."""


@dataclass(frozen=True)
class Change:
    """One object that changed, as a post or the poll told it.

    :param str entity: Intuit's name where we know it, else what the post said
    :param str operation: created, updated, deleted, voided, merged or emailed
    :param datetime changed_at: aware UTC, whole seconds; None when it was not said
    :param str event_id: the same whenever the same event is told again
    :param str deleted_id: of a merge, the Id of the object that is no more; ``remote_id`` is that which stays
    """

    realm_id: str
    entity: str
    remote_id: str
    operation: str
    changed_at: datetime | None
    event_id: str
    deleted_id: str = ''

    @property
    def known(self):
        """Tell whether the entity is one that we have heard of."""
        return self.entity in ENTITIES


def verify(body, signature, tokens):
    """Tell with which verifier token a post was signed.

    :param bytes body: exactly as it came: the signature is of the bytes, not of what they mean
    :param str signature: the header ``intuit-signature``, base64 of the HMAC-SHA256
    :param tokens: pairs of (label, token); all are tried, so that the time tells nothing of which one fits
    :return: the label of the token, None when it is none of them
    """
    try:
        given = base64.b64decode((signature or '').strip().encode('ascii'), validate=True)
    except (UnicodeEncodeError, binascii.Error, ValueError):
        given = b''
    found = None
    for label, token in tokens:
        if token and hmac.compare_digest(hmac.new(token.encode(), body, hashlib.sha256).digest(), given):
            found = label
    return found


def parse(body):
    """Return the list of :class:`Change` in a post; what lacks its company or Id is passed over.

    :param bytes body: JSON in UTF-8
    :raises Malformed: it is neither of the two bodies
    """
    try:
        data = json.loads(body.decode('utf-8-sig'))
    except (ValueError, RecursionError) as error:
        raise Malformed("The body is no JSON") from error
    if isinstance(data, list):
        return [change for event in data if (change := _cloud_event(event))]
    if isinstance(data, dict) and isinstance(data.get('eventNotifications'), list):
        post = hashlib.sha256(body).hexdigest()
        return [change for notification in data['eventNotifications'] for change in _classic(notification, post)]
    if isinstance(data, dict) and 'specversion' in data:  # one event by itself
        return [change for change in [_cloud_event(data)] if change]
    raise Malformed("The body is neither eventNotifications nor CloudEvents")


def part(body, realm_id):
    """Return what a post says of one company, as text: what the administrators of that company may see of it.

    It is the body itself where nothing else is in it.
    """
    data = json.loads(body.decode('utf-8-sig'))
    if isinstance(data, list):
        mine = [event for event in data if _id(_dict(event).get('intuitaccountid')) == realm_id]
        whole = len(mine) == len(data)
    elif 'eventNotifications' in data:
        all_of_them = data['eventNotifications']
        mine = [one for one in all_of_them if _id(_dict(one).get('realmId')) == realm_id]
        whole, mine = len(mine) == len(all_of_them), {'eventNotifications': mine}
    else:
        whole, mine = True, data
    text = body.decode('utf-8-sig') if whole else json.dumps(mine, ensure_ascii=False)
    return text.replace('\x00', '')


def _classic(notification, post):
    """Yield the changes of one company of a classic body.

    :param str post: what tells this body from others: an event has no id of its own, and a second one of the same
        second would look like the first. Tried again, a post is the same to the byte.
    """
    events = _dict(_dict(notification).get('dataChangeEvent')).get('entities')
    realm_id = _id(_dict(notification).get('realmId'))
    for place, entity in enumerate(events if isinstance(events, list) and realm_id else ()):
        entity = _dict(entity)
        name, remote_id = entity.get('name'), _id(entity.get('id'))
        operation = OPERATIONS.get(str(entity.get('operation')).lower())
        if not remote_id or not operation or not isinstance(name, str):
            continue
        name = _entity(name)
        changed_at, deleted_id = moment(entity.get('lastUpdated')), _id(entity.get('deletedId'))
        told = [post, place, name, remote_id, operation, entity.get('lastUpdated'), deleted_id]
        yield Change(realm_id, name, remote_id, operation, changed_at, _digest(told), deleted_id)


def _cloud_event(event):
    """Return the change of one CloudEvent, None when it is about nothing."""
    event = _dict(event)
    match = TYPE.fullmatch(event['type']) if isinstance(event.get('type'), str) else None
    realm_id, remote_id = _id(event.get('intuitaccountid')), _id(event.get('intuitentityid'))
    operation = OPERATIONS.get(match[2].lower()) if match else None
    if not realm_id or not remote_id or not operation:
        return None
    event_id = event.get('id')
    if not isinstance(event_id, str) or not EVENT_ID.fullmatch(event_id):
        event_id = _digest(event)
    data = {key.lower(): value for key, value in _dict(event.get('data')).items()}
    return Change(realm_id, _entity(match[1]), remote_id, operation, moment(event.get('time')), event_id,
                  _id(data.get('deletedid')))


def _entity(name):
    """Return Intuit's spelling of an entity, or what was said, cut to what can be shown."""
    return BY_LOWER.get(re.sub(r'[^a-z]', '', name.lower())) or re.sub(r'[^0-9A-Za-z_.-]', '', name)[:40]


def _id(value):
    """Return an Id as text, '' when it is none."""
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ''
    return text if ID.fullmatch(text) else ''


def _dict(value):
    return value if isinstance(value, dict) else {}


def _digest(value):
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:40]

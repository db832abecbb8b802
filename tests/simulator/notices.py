"""Bodies and headers of webhook posts, in both formats ("QBO: Webhooks", "Webhooks: data objects").

The pages and samples show several spellings of times, ids and `data`; each is used in turn, so a receiver meets all.
"""

import base64
import hashlib
import hmac
import itertools
import uuid
from collections import namedtuple

from . import clock as clocks
from . import jsonio

CLASSIC, CLOUDEVENTS = 'classic', 'cloudevents'
#: Entities that raise notifications; of what this simulator knows, TaxCode, TaxRate, CompanyInfo do not.
NOTIFIED = frozenset((
    'Account', 'Bill', 'BillPayment', 'Budget', 'Class', 'CreditMemo', 'Currency', 'Customer', 'Department', 'Deposit',
    'Employee', 'Estimate', 'Invoice', 'Item', 'JournalCode', 'JournalEntry', 'Payment', 'PaymentMethod', 'Preferences',
    'Purchase', 'PurchaseOrder', 'RefundReceipt', 'SalesReceipt', 'TaxAgency', 'Term', 'TimeActivity', 'Transfer',
    'Vendor', 'VendorCredit', 'ChangeOrder', 'CompanyCurrency'))
WORDS = {'Create': 'created', 'Update': 'updated', 'Delete': 'deleted', 'Merge': 'merged', 'Void': 'void',
         'Emailed': 'emailed'}

#: What a post tells of: one change of one company; `id` stays the same when it is told again.
Event = namedtuple('Event', 'id realm_id change')
_numbers = itertools.count(1)


def event(realm_id, change):
    """An event of its own id; some ids have the entity behind a guid."""
    guid = str(uuid.uuid4())
    return Event(f"{guid}-{change.entity}-{change.remote_id}" if next(_numbers) % 3 == 0 else guid, realm_id, change)


def body(events, form, void='void'):
    """The bytes of a post.

    :param str void: the word of CloudEvents for a void: 'void' or 'voided', both were seen
    """
    if form == CLASSIC:
        content = {'eventNotifications': [
            {'realmId': realm, 'dataChangeEvent': {'entities': [_entity(each) for each in group]}}
            for realm, group in itertools.groupby(events, lambda each: each.realm_id)]}
    else:
        content = [_cloud_event(each, void) for each in events]
    return jsonio.dumps(content).encode()


def _entity(each):
    change = each.change
    entity = {'name': change.entity, 'id': change.remote_id, 'operation': change.operation,
              'lastUpdated': _classic_time(change.at, each.id)}
    return {**entity, 'deletedId': change.deleted_id} if change.deleted_id else entity


def _classic_time(moment, turn):
    """As on the wire: an offset without a colon (Intuit's sample), or UTC with milliseconds."""
    if ord(turn[0]) % 2:
        return clocks.pacific(moment).strftime('%Y-%m-%dT%H:%M:%S%z')
    return moment.strftime('%Y-%m-%dT%H:%M:%S.000Z')


def _cloud_event(each, void):
    change = each.change
    word = void if change.operation == 'Void' else WORDS[change.operation]
    content = {
        'specversion': '1.0', 'id': each.id,
        'source': 'intuit.' + base64.b64encode(hashlib.sha256(each.realm_id.encode()).digest()).decode(),
        'type': f"qbo.{change.entity.lower()}.{word}.v1", 'datacontenttype': 'application/json',
        'time': change.at.strftime('%Y-%m-%dT%H:%M:%S') + ('.123456789Z', '.17Z', 'Z')[ord(each.id[0]) % 3],
        'intuitentityid': change.remote_id, 'intuitaccountid': each.realm_id,
    }
    if change.deleted_id:
        content['data'] = {'deletedid': change.deleted_id}
    elif ord(each.id[1]) % 2:
        content['data'] = {}
    return content


def headers(content, token, now, content_type='application/json'):
    """The headers of a post, its signature among them."""
    return {
        'Content-Type': content_type, 'User-Agent': 'intuit_notification_server/0.1',
        'intuit-signature': signature(content, token), 'intuit-created-time': now.strftime('%Y-%m-%dT%H:%M:%SZ'),
        'intuit-t-id': str(uuid.uuid4()), 'intuit-notification-schema-version': '0.1',
    }


def signature(content, token):
    """base64(HMAC-SHA256(raw body, verifier token))."""
    return base64.b64encode(hmac.new(token.encode(), content, hashlib.sha256).digest()).decode()

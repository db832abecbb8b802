"""Several writes in one request: each succeeds or fails by itself, in no particular order.

Source: API reference "Batch" (30 items; where a requestid is sent it has at most 36 characters and a bId at most 10,
"Basic ID and field definitions"; a void is an update with an option).
"""

import json
from dataclasses import dataclass

from .answer import Answer, unwrap
from .fault_body import has_fault
from .faults import InDoubt, classify

BATCH_LIMIT = 30
REQUESTID_LENGTH = 36
BID_LENGTH = 10
OPTIONS = {
    'create': {'operation': 'create'}, 'update': {'operation': 'update'}, 'delete': {'operation': 'delete'},
    'void': {'operation': 'update', 'optionsData': 'void'},
}


@dataclass(frozen=True)
class BatchItem:
    """One write of a batch; ``bid`` tells its answer from the others'. The other fields are those of ``write()``."""

    bid: str
    entity: str
    operation: str
    body: str


def batch_body(items, requestid):
    """Return the JSON text of a batch.

    The stored text of each write goes in as it is, so that a repetition of the batch is the same to the byte.

    :raises ValueError: too many items, an unknown operation, an id that is too long
    """
    if not 0 < len(items) <= BATCH_LIMIT:
        raise ValueError(f"A batch has 1 to {BATCH_LIMIT} items")
    if not requestid or len(requestid) > REQUESTID_LENGTH:
        raise ValueError(f"The requestid of a batch has 1 to {REQUESTID_LENGTH} characters")
    return '{"BatchItemRequest": [%s]}' % ', '.join(map(_item, items))


def _item(item):
    if item.operation not in OPTIONS:
        raise ValueError(f"Not an operation: {item.operation!r}")
    if not item.bid or len(item.bid) > BID_LENGTH:
        raise ValueError(f"A bId has 1 to {BID_LENGTH} characters")
    head = json.dumps({'bId': item.bid, **OPTIONS[item.operation]})
    return f'{head[:-1]}, "{item.entity}": {item.body}}}'


def batch_outcomes(items, answer):
    """Return ``{bid: Answer or QboError}``; a write that the answer does not mention is in doubt."""
    answers = {
        data['bId']: data for data in answer.data.get('BatchItemResponse') or ()
        if isinstance(data, dict) and isinstance(data.get('bId'), str)
    }
    return {item.bid: _outcome(item, answers.get(item.bid), answer) for item in items}


def _outcome(item, data, answer):
    tid, status = answer.intuit_tid, answer.http_status
    if data is None:
        return InDoubt("QuickBooks' answer does not mention this write", intuit_tid=tid, http_status=status)
    if has_fault(data):
        fault = {key: data[key] for key in data if key.lower() == 'fault'}
        return classify(400, {'intuit_tid': tid}, json.dumps(fault, default=str))
    try:
        return unwrap(Answer(data=data, intuit_tid=tid, http_status=status), item.entity)
    except InDoubt as error:
        return error

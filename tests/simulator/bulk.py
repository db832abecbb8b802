"""Batch and change data capture ("QBO: Batch", "QBO: ChangeDataCapture")."""

from datetime import datetime, timedelta

from . import clock as clocks
from . import faults, operations, queries
from .entities import ENTITIES

MAX_BATCH = 30
MAX_CDC = 1000
_NOT_CAPTURED = ('TaxAgency', 'TaxCode', 'TaxRate', 'CompanyInfo', 'Preferences')


def batch_items(body):
    """The items of a batch request.

    :raises faults.Refusal: 2020, 2090
    """
    items = body.get('BatchItemRequest') if isinstance(body, dict) else None
    if not items:
        raise faults.required('BatchItemRequest')
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise faults.malformed(2090, 'BatchItemRequest', items)
    return items


def batch(company, body, perform):
    """Answer a batch: every item by itself, in the order asked, faults included.

    :param callable perform: (company, bId, item callable) -> answer of the item; keeps answers for replay
    :raises faults.Refusal: 1040, 2020, 2090
    """
    items = batch_items(body)
    if len(items) > MAX_BATCH:
        raise faults.Refusal(1040, "Batch size exceeded",
                             f"Maximum number of batch items is {MAX_BATCH}. Supplied value:{len(items)}")
    return [perform(company, item.get('bId'), lambda item=item: _item(company, item)) for item in items]


def _item(company, item):
    answer = {}
    try:
        if 'Query' in item:
            answer['QueryResponse'] = queries.run(company, item['Query'])
        else:
            name = next((key for key in item if key in ENTITIES), None)
            if name is None:
                raise faults.Refusal(2000, "Invalid or unsupported object name", "No supported entity in the item")
            operation = item.get('operation')
            if operation not in ('create', 'update', 'delete'):
                raise faults.enumeration('operation', operation)
            if item.get('optionsData') == 'void':
                operation = 'void' if name == 'Invoice' else 'void-include'
            answer[name] = operations.write(company, ENTITIES[name], operation, item[name])
    except faults.Refusal as refusal:
        answer = {'Fault': refusal.fault()}
    answer['bId'] = item.get('bId')
    return answer


def captured(company, names, since):
    """Answer change data capture: one block per entity, oldest change first, deletions last.

    :raises faults.Refusal: 2020, 2000, 2060
    """
    if not names:
        raise faults.required('entities')
    if not since:
        raise faults.required('changedSince')
    try:
        moment = clocks.parse(since)
    except ValueError as error:
        raise faults.malformed(2060, 'changedSince', since) from error
    oldest = company.clock.now() - timedelta(days=company.switch('cdc_days'))
    moment = max(moment, oldest).replace(microsecond=0)
    return [_block(company, name.strip(), moment) for name in names.split(',')]


def _block(company, name, moment):
    if name not in ENTITIES or name in _NOT_CAPTURED:
        raise faults.Refusal(2000, "Invalid or unsupported object name", f"{name} is not supported by CDC")
    rows = [obj for obj in company.all(name) if _changed(obj['MetaData']['LastUpdatedTime'], moment)]
    rows.sort(key=lambda obj: datetime.fromisoformat(obj['MetaData']['LastUpdatedTime']))
    shown = [ENTITIES[name].shown(company, obj) for obj in rows]
    shown += [
        {'domain': 'QBO', 'status': 'Deleted', 'Id': remote_id, 'MetaData': {'LastUpdatedTime': when}}
        for kind, remote_id, when in company.deleted if kind == name and _changed(when, moment)
    ]
    if not shown:
        return {}
    block = {name: shown[:MAX_CDC], 'startPosition': 1, 'maxResults': len(shown[:MAX_CDC])}
    if len(shown) > MAX_CDC:
        block['totalCount'] = len(shown)
    return block


def _changed(when, moment):
    return clocks.parse(when) >= moment

"""Batch and change data capture ("QBO: Batch", "QBO: ChangeDataCapture")."""

from datetime import datetime, timedelta

from . import clock as clocks
from . import faults, operations, queries
from .entities import ENTITIES

MAX_BATCH = 30
MAX_CDC = 1000
_ITEM_KEYS = ('bId', 'operation', 'optionsData')
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

    :param callable perform: (position, item, callable that performs it) -> answer of the item
    :raises faults.Refusal: 1040, 2020, 2090, and what is wrong with the bIds
    """
    items = batch_items(body)
    if len(items) > MAX_BATCH:
        raise faults.Refusal(1040, "Batch size exceeded",
                             f"Maximum number of batch items is {MAX_BATCH}. Supplied value:{len(items)}")
    if company.switch('batch_bid') == 'refuse':
        _check_bids(items)
    return [perform(position, item, lambda item=item: _perform(company, item)) for position, item in enumerate(items)]


def _check_bids(items):
    """Whoever leaves out a bId, or uses one twice, could not tell the answers apart: nothing is done at all.

    What QuickBooks does with such a batch is not documented; this is the strictest it could do.
    """
    seen = set()
    for item in items:
        bid = item.get('bId')
        if not isinstance(bid, str) or not bid:
            raise faults.required('bId')
        if bid in seen:
            raise faults.malformed(2090, 'bId', bid)
        seen.add(bid)


def item_facts(item):
    """(entity, operation) of a batch item, for failures and records: None where it does not say."""
    if 'Query' in item:
        return 'query', 'query'
    operation = item.get('operation')
    if item.get('optionsData') == 'void':
        operation = 'void'
    return next((key for key in item if key in ENTITIES), None), operation


def _perform(company, item):
    """Do what one item asks.

    :raises faults.Refusal:
    """
    if 'Query' in item:
        return {'QueryResponse': queries.run(company, item['Query'])}
    names = [key for key in item if key not in _ITEM_KEYS]
    if len(names) != 1 or names[0] not in ENTITIES:
        raise faults.Refusal(2000, "Invalid or unsupported object name",
                             f"An item holds one supported entity, not: {', '.join(names) or 'none'}")
    name, operation = names[0], item.get('operation')
    if operation not in ('create', 'update', 'delete'):
        raise faults.enumeration('operation', operation)
    if item.get('optionsData') not in (None, '', 'void'):
        raise faults.enumeration('optionsData', item['optionsData'])
    if item.get('optionsData') == 'void':
        operation = 'void' if name == 'Invoice' else 'void-include'
    return {name: operations.write(company, ENTITIES[name], operation, item[name])}


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
    moment = _within_reach(company, moment, since).replace(microsecond=0)
    blocks, room = [], MAX_CDC
    for name in names.split(','):
        block = _block(company, name.strip(), moment, room)
        if company.switch('cdc_cap') == 'answer':
            room -= block.get('maxResults', 0)
        blocks.append(block)
    return blocks


def _within_reach(company, moment, since):
    """The moment from which changes are told; what becomes of an older one is not known today (switch `cdc_old`)."""
    oldest = company.clock.now() - timedelta(days=company.switch('cdc_days'))
    if moment >= oldest or company.switch('cdc_old') == 'accept':
        return moment
    if company.switch('cdc_old') == 'fault':
        raise faults.malformed(2060, 'changedSince', since)
    return oldest


def _block(company, name, moment, room):
    if name not in ENTITIES or name in _NOT_CAPTURED:
        raise faults.Refusal(2000, "Invalid or unsupported object name", f"{name} is not supported by CDC")
    rows = [obj for obj in company.all(name) if _changed(obj['MetaData']['LastUpdatedTime'], moment)]
    rows.sort(key=lambda obj: datetime.fromisoformat(obj['MetaData']['LastUpdatedTime']))
    found = [ENTITIES[name].shown(company, obj) for obj in rows[:room]]
    stubs = [
        {'domain': 'QBO', 'status': 'Deleted', 'Id': remote_id, 'MetaData': {'LastUpdatedTime': when}}
        for kind, remote_id, when in company.deleted if kind == name and _changed(when, moment)
    ]
    shown = (found + stubs)[:room]
    if not shown:
        return {}
    block = {name: shown, 'startPosition': 1, 'maxResults': len(shown)}
    if company.switch('cdc_total'):
        block['totalCount'] = len(rows) + len(stubs)
    return block


def _changed(when, moment):
    return clocks.parse(when) >= moment

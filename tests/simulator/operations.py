"""Create, read, update, delete and void of any entity: the part of a write that is the same for all."""

import re

from . import faults

_IGNORED = ('SyncToken', 'MetaData')


def read(company, entity, remote_id):
    """The object as an answer shows it.

    :raises faults.Refusal: 2030, 610
    """
    return entity.alone(company, _existing(company, entity, remote_id))


def write(company, entity, operation, body, params=None):
    """Perform one write and return the object of the answer.

    :param str operation: create, update, delete, or void ('void' by operation=void, 'void-include' by include=void)
    :raises faults.Refusal:
    """
    if not isinstance(body, dict):
        raise faults.malformed(2090, entity.name, body)
    params = params or {}
    with company.atomic():
        if operation == 'create':
            return create(company, entity, body, params)
        old = _current(company, entity, body)
        if operation == 'update':
            return _update(company, entity, old, body, params)
        if operation == 'delete':
            entity.delete(company, old, params)
            return {'domain': 'QBO', 'status': 'Deleted', 'Id': old['Id']}
        new = entity.void(company, old, 'include' if operation == 'void-include' else 'operation')
        return _store(company, entity, old, new, 'Void')


def create(company, entity, body, params=None, seeding=False):
    """Store a new object.

    :param bool seeding: an Id in the body is kept, as scenery of a test needs it
    :raises faults.Refusal:
    """
    if not entity.writable:
        raise faults.unsupported(f"create on {entity.name}")
    obj = entity.prepare(company, {key: value for key, value in body.items() if key not in ('Id', 'SyncToken')},
                         None, params or {})
    if seeding and body.get('Id'):
        obj['Id'], obj['SyncToken'] = str(body['Id']), str(body.get('SyncToken', '0'))
    stored = company.add(entity.name, obj, entity.space)
    entity.saved(company, stored, None)
    return entity.alone(company, company.get(entity.name, stored['Id']))


def _update(company, entity, old, body, params):
    if not entity.writable:
        raise faults.unsupported(f"update on {entity.name}")
    new = entity.prepare(company, body, old, params)
    return _store(company, entity, old, new)


def _store(company, entity, old, new, operation='Update'):
    """Store the new state; a write that changes nothing leaves SyncToken and time alone (recorded)."""
    if _same(old, new):
        return entity.alone(company, old)
    stored = company.touch(entity.name, new, operation)
    entity.saved(company, stored, old)
    return entity.alone(company, company.get(entity.name, stored['Id']))


def _same(old, new):
    return _bare(old) == _bare(new)


def _bare(obj):
    """An object without what changes by itself: tokens, times, and ids of addresses."""
    bare = {key: value for key, value in obj.items() if key not in _IGNORED}
    for key, value in bare.items():
        if isinstance(value, dict) and key.endswith('Addr'):
            bare[key] = {part: text for part, text in value.items() if part != 'Id'}
    return bare


def _existing(company, entity, remote_id):
    if not re.fullmatch(r"\d+", str(remote_id)) and not company.get(entity.name, remote_id):
        raise faults.invalid_id(remote_id)
    obj = company.get(entity.name, remote_id)
    if obj is None:
        raise faults.not_found()
    return obj


def _current(company, entity, body):
    """The stored object that a write refers to, if its SyncToken is the current one.

    :raises faults.Refusal: 2020, 2030, 610, 5010
    """
    if not body.get('Id'):
        raise faults.required('Id')
    old = _existing(company, entity, body['Id'])
    token = body.get('SyncToken')
    if token in (None, ''):
        raise faults.required('SyncToken')
    if str(token) != old['SyncToken']:
        raise faults.stale(company.user)
    return old

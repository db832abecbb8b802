"""Field facts of the entities, and the checks that follow from them alone: names, types, lengths, enumerations.

`fields.json` is distilled from Intuit's published XSDs and reference pages; a property that is not listed there
does not exist and is refused with fault 2010.
"""

import json
import re
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from . import faults

_FACTS = json.loads((Path(__file__).parent / 'fields.json').read_text(encoding='utf-8'))
TYPES = _FACTS['types']
ENUMS = _FACTS['enums']
_CODE = re.compile(r"(\*?)([a-zA-Z])([^!]*)(!?)")
_SYSTEM = {'Id', 'SyncToken', 'sparse', 'domain', 'MetaData', 'status'}
_REF = {'value', 'name', 'type'}


class Field:
    """One property of a type: repeated?, kind letter, argument (length, enumeration or type), read-only?"""

    def __init__(self, code):
        star, self.kind, argument, mark = _CODE.fullmatch(code).groups()
        self.repeated = bool(star)
        self.argument = argument
        self.read_only = bool(mark)
        self.length = int(argument) if self.kind == 's' and argument else None


FIELDS = {name: {key: Field(code) for key, code in fields.items()} for name, fields in TYPES.items()}


def clean(entity, body):
    """Check `body` against the type `entity` and return it without what a caller cannot set.

    :raises faults.Refusal: 2010, 2050, 2060..2090, 2170
    """
    return _object(entity, body, entity)


def _object(type_name, body, path):
    if not isinstance(body, dict):
        raise faults.malformed(2090, path, body)
    fields = FIELDS[type_name]
    cleaned = {}
    for key, value in body.items():
        if key not in fields:
            raise faults.unknown_property(key, type_name, list(fields))
        field = fields[key]
        if field.read_only:
            continue  # "Values sent in read-only attributes are ignored" (QBO: Basic schema and data formats)
        if value is None:
            cleaned[key] = None
            continue
        cleaned[key] = _repeated(field, key, value) if field.repeated else _value(field, key, value)
    return cleaned


def _repeated(field, key, value):
    items = value if isinstance(value, list) else [value]
    return [_value(field, key, item) for item in items]


def _value(field, key, value):
    check = _CHECKS[field.kind]
    return check(field, key, value)


def _string(field, key, value):
    if isinstance(value, (dict, list)):
        raise faults.malformed(2090, key, value)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if field.length and len(text) > field.length:
        raise faults.too_long(key, field.length, len(text))
    return text


def _decimal(_field, key, value):
    if isinstance(value, bool) or isinstance(value, (dict, list)):
        raise faults.malformed(2080, key, value)
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise faults.malformed(2080, key, value) from error
    if not number.is_finite():
        raise faults.malformed(2080, key, value)
    return number


def _integer(_field, key, value):
    if isinstance(value, bool) or not re.fullmatch(r"-?\d+", str(value)):
        raise faults.malformed(2070, key, value)
    return int(value)


def _boolean(_field, key, value):
    if value in (True, False, 'true', 'false'):
        return value in (True, 'true')
    raise faults.malformed(2090, key, value)


def _date(_field, key, value):
    text = str(value)
    try:
        date.fromisoformat(text[:10])
    except ValueError as error:
        raise faults.malformed(2060, key, value) from error
    return text[:10]


def _reference(_field, key, value):
    if not isinstance(value, dict):
        raise faults.malformed(2090, key, value)
    for part in value:
        if part not in _REF:
            raise faults.unknown_property(part, 'ReferenceType', sorted(_REF))
    if value.get('value') in (None, ''):
        return None
    kind = {'type': str(value['type'])} if key == 'EntityRef' and value.get('type') else {}
    return {'value': str(value['value']), **kind}


def _enum(field, key, value):
    if value not in ENUMS[field.argument]:
        raise faults.enumeration(key, value)
    return value


def _nested(field, key, value):
    if field.argument == 'MemoRef' and isinstance(value, dict) and len(str(value.get('value') or '')) > 1000:
        raise faults.too_long("Customer Memo", '1,000', len(str(value['value'])))
    if field.argument not in FIELDS:
        return value
    return _object(field.argument, value, key)


def _anything(_field, key, _value):
    # Extension blocks come with answers; echoing them back fails.
    raise faults.unknown_property(key, 'IntuitAnyType', [])


_CHECKS = {
    's': _string, 'd': _decimal, 'i': _integer, 'b': _boolean, 'D': _date, 'T': _string,
    'r': _reference, 'e': _enum, 'o': _nested, 'a': _anything,
}


def writable(entity):
    """Names of the properties of `entity` that a full update empties when they are left out."""
    return {key for key, field in FIELDS[entity].items() if not field.read_only and key not in _SYSTEM}

"""Statements of QuickBooks' query language, safely quoted.

Grammar and limits are Intuit's "Query operations and syntax": no OR, no joins; values in single quotes
with a backslash as escape, booleans bare; pages of at most 1000 rows, counted from 1. The default order
is not dependable, so every statement names its own.
"""

import re
from datetime import date, datetime

MAX_PAGE = 1000
MAX_IN = 100  # values of one IN list: how many QuickBooks takes is not documented

#: Lists hide their inactive rows unless both are asked for; other types have no such field.
LISTS = ('Account', 'Class', 'Customer', 'Department', 'Employee', 'Item', 'PaymentMethod', 'TaxCode', 'TaxRate',
         'Term', 'Vendor')

OPERATORS = ('=', '<', '>', '<=', '>=', 'IN', 'LIKE')


def quote(value):
    """Return one value as a literal: text, number, date, aware datetime or boolean.

    :raises ValueError: control characters, which no QuickBooks name contains, or a naive datetime
    """
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("A point in time needs its zone")
        value = value.isoformat(timespec='seconds')
    elif isinstance(value, date):
        value = value.isoformat()
    text = str(value)
    if re.search(r'[\x00-\x1f\x7f]', text):
        raise ValueError("A query cannot contain control characters")
    return "'" + text.replace('\\', '\\\\').replace("'", "\\'") + "'"


def select(entity, where=None, order_by='Id', start=1, max_results=MAX_PAGE):
    """Return a SELECT of one page.

    :param where: a dict ``{field: value}``, where a list or tuple as value means IN, or a list of
        ``(field, operator, value)``; conditions are joined by AND
    :param str order_by: field, optionally with ``DESC``
    :param int start: 1-based position of the first row
    """
    if not 1 <= max_results <= MAX_PAGE:
        raise ValueError(f"A page has 1 to {MAX_PAGE} rows")
    if start < 1:
        raise ValueError("Positions count from 1")
    field, _blank, direction = order_by.partition(' ')
    if direction not in ('', 'ASC', 'DESC'):
        raise ValueError(f"Not a sort order: {order_by!r}")
    order = f'{_name(field)} {direction}'.rstrip()
    return (
        f'SELECT * FROM {_name(entity)}{_conditions(where)} ORDERBY {order} '
        f'STARTPOSITION {start} MAXRESULTS {max_results}'
    )


def these(entity, ids):
    """Return the conditions for objects by their Ids, at most :data:`MAX_IN` of them, inactive ones included."""
    return {'Id': list(ids), **({'Active': (True, False)} if entity in LISTS else {})}


def count(entity, where=None):
    """Return a SELECT COUNT(*) with conditions as for :func:`select`."""
    return f'SELECT COUNT(*) FROM {_name(entity)}{_conditions(where)}'


def _conditions(where):
    if isinstance(where, dict):
        where = [
            (field, 'IN' if isinstance(value, (list, tuple)) else '=', value)
            for field, value in where.items()
        ]
    parts = [_condition(*condition) for condition in where or []]
    return ' WHERE ' + ' AND '.join(parts) if parts else ''


def _condition(field, operator, value):
    if operator not in OPERATORS:
        raise ValueError(f"Not an operator of QuickBooks' query language: {operator!r}")
    if operator == 'IN':
        if not value:
            raise ValueError("IN needs at least one value")
        if len(value) > MAX_IN:
            raise ValueError(f"IN takes {MAX_IN} values at most")
        return f'{_name(field)} IN ({", ".join(quote(item) for item in value)})'
    return f'{_name(field)} {operator} {quote(value)}'


def _name(text):
    if not re.fullmatch(r'[A-Za-z][A-Za-z0-9_.]*', text):
        raise ValueError(f"Not a name of QuickBooks' query language: {text!r}")
    return text

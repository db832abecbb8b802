"""Conditions of queries: equality without case, IN, LIKE with %, comparison of numbers, dates and texts."""

import re
from decimal import Decimal, InvalidOperation

from . import clock as clocks
from . import faults


def get(obj, path):
    """The value at a path, or None."""
    for part in path:
        obj = obj.get(part) if isinstance(obj, dict) else None
    return obj


def holds(company, obj, path, operator, wanted):
    """Whether one condition of a query is true for an object.

    :raises faults.Refusal: 4001 for a value that cannot be compared
    """
    actual = get(obj, path)
    if operator == 'IN':
        return any(_same(actual, value) for value in wanted)
    if operator == 'LIKE':
        pattern = '.*'.join(re.escape(part) for part in str(wanted).split('%'))
        return re.fullmatch(pattern, str(actual if actual is not None else ''), re.IGNORECASE | re.DOTALL) is not None
    if wanted == 'CURRENT_DATE':
        wanted = company.clock.today()
    if operator == '=':
        return _same(actual, wanted)
    if actual is None:
        return False
    left, right = _comparable(path, actual, wanted)
    return {'<': left < right, '>': left > right, '<=': left <= right, '>=': left >= right}[operator]


def _same(actual, wanted):
    if isinstance(actual, bool) or isinstance(wanted, bool):
        return str(actual).lower() == str(wanted).lower()
    if actual is None:
        return str(wanted).strip() == ''
    if isinstance(actual, (Decimal, int)):
        try:
            return actual == Decimal(str(wanted))
        except InvalidOperation:
            return False
    if _is_time(actual) and _is_time(wanted):
        return clocks.parse(actual) == clocks.parse(wanted).replace(microsecond=0)
    return str(actual).casefold() == str(wanted).casefold()


def _is_time(text):
    return isinstance(text, str) and re.match(r"\d{4}-\d\d-\d\dT", text) is not None


def _comparable(path, actual, wanted):
    if path[0] == 'MetaData':
        try:
            return clocks.parse(actual), clocks.parse(str(wanted)).replace(microsecond=0)
        except ValueError as error:
            raise faults.invalid_query(f"invalid date {wanted}") from error
    if isinstance(actual, (Decimal, int)):
        try:
            return actual, Decimal(str(wanted))
        except InvalidOperation as error:
            raise faults.invalid_query(f"invalid number {wanted}") from error
    return str(actual).casefold(), str(wanted).casefold()

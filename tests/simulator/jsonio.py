"""JSON in and out without binary floats: numbers become Decimal, and leave as QuickBooks prints them."""

import json
from decimal import Decimal


def loads(text):
    """Parse JSON text; every number with a point becomes a Decimal, integers stay integers."""
    return json.loads(text, parse_float=Decimal)


def _number(value):
    """Print a Decimal as recorded answers do: 0 for nothing, else a plain number."""
    if isinstance(value, Decimal):
        return float(value) if value else 0
    raise TypeError(f"{type(value).__name__} has no place in an answer")


def dumps(value, indent=None):
    """JSON text of an answer."""
    return json.dumps(value, default=_number, indent=indent, ensure_ascii=False)


def decimal(value, default=None):
    """The Decimal of a JSON number, or of a number sent as a string; `default` when there is none."""
    if value is None or value == '':
        return default
    return value if isinstance(value, Decimal) else Decimal(str(value))

"""Reading answers: JSON with exact numbers, or the error that the answer means."""

import json
from dataclasses import dataclass
from decimal import Decimal

from .fault_body import has_fault
from .faults import InDoubt, classify


@dataclass(frozen=True)
class Answer:
    """A success: the entity object (or QueryResponse) with Decimals for its numbers."""

    data: dict
    intuit_tid: str
    http_status: int


def read_answer(response):
    """Return the Answer in a response of the HTTP library, or raise what it means.

    :raises QboError: see :mod:`.faults`
    """
    tid = response.headers.get('intuit_tid', '')
    text = response.content.decode('utf-8', errors='replace')
    if response.status_code != 200:
        raise classify(response.status_code, response.headers, text)
    try:
        data = json.loads(
            response.content.decode('utf-8-sig'), parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        data = None
    if isinstance(data, dict) and not has_fault(data):
        return Answer(data=data, intuit_tid=tid, http_status=response.status_code)
    if isinstance(data, dict):
        raise classify(response.status_code, response.headers, text)
    raise InDoubt("QuickBooks' answer could not be read", intuit_tid=tid, http_status=response.status_code)


def _no_constant(name):
    raise ValueError(f"{name} is not JSON")


def unwrap(answer, key):
    """Return the Answer reduced to the object under ``key``; without one the outcome is in doubt."""
    data = answer.data.get(key)
    if not isinstance(data, dict):
        raise InDoubt(
            f"QuickBooks' answer contains no {key}",
            intuit_tid=answer.intuit_tid, http_status=answer.http_status,
        )
    return Answer(data=data, intuit_tid=answer.intuit_tid, http_status=answer.http_status)

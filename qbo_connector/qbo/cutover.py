"""Documents on both sides: which one of QuickBooks is the one of Odoo, by number or by money. Nothing is asked here.

Objects of QuickBooks are the dicts that it answered (API reference "Invoice", "CreditMemo", "Payment").
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .matching import plain

#: From sure to unsure: what a person sees and decides about.
EXACT, DATE, TOTAL, CUSTOMER, AMBIGUOUS, NONE = 'exact', 'date', 'total', 'customer', 'ambiguous', 'none'
AROUND = 5  # days between the dates of one payment in two books


@dataclass(frozen=True)
class Wanted:
    """A document or payment of Odoo.

    :param numbers: under which it may stand in QuickBooks
    :param customers: remote Ids of its customer, as far as they are known
    :param names: what its customer is called
    :param str currency: ISO code; empty where QuickBooks keeps one currency only
    :param settles: (TxnType, remote Id) of what a payment is applied to
    """

    numbers: tuple[str, ...]
    customers: frozenset
    names: tuple[str, ...]
    total: Decimal
    day: date
    currency: str = ''
    settles: frozenset = frozenset()


@dataclass(frozen=True)
class Found:
    """What was found: ``remote`` is the object, ``result`` one of the words above, ``differs`` which facts differ."""

    result: str
    remote: dict | None = None
    differs: tuple[str, ...] = ()


def find_document(wanted, candidates):
    """Return a list of :class:`Found` for a document, of which there is one unless it is ambiguous.

    :param candidates: objects of QuickBooks that have one of its numbers
    """
    numbers = {number.casefold() for number in wanted.numbers}
    judged = [_judged(wanted, remote) for remote in candidates
              if (remote.get('DocNumber') or '').casefold() in numbers]
    return _decided(judged)


def find_payment(wanted, candidates):
    """Return a list of :class:`Found` for a payment.

    One that is applied to the same documents or has the same reference is it, whatever its date; else it is one of the
    same customer, amount and day. Of one that settles the same, amount or customer may differ, which a person decides.

    :param candidates: Payments of QuickBooks of its time
    """
    judged = []
    for remote in candidates:
        found = _judged(wanted, remote)
        numbered = (remote.get('PaymentRefNum') or '').casefold() in {
            number.casefold() for number in wanted.numbers if number}
        if numbered or _settled(remote) & wanted.settles:
            if found.result == DATE:  # its day is not what tells it apart
                found, rank = Found(EXACT, remote, found.differs), 2
            else:
                rank = 3
            judged.append((rank, found))
        elif found.result in (EXACT, DATE) and abs((_day(remote) - wanted.day).days) <= AROUND:
            judged.append((1, found))
    best = max((rank for rank, found in judged if found.result == EXACT), default=None)
    return _decided([found for rank, found in judged if best is None or (rank, found.result) == (best, EXACT)])


def _judged(wanted, remote):
    """Compare one object with what is wanted."""
    customer = remote.get('CustomerRef') or {}
    same_customer = customer.get('value') in wanted.customers if wanted.customers else (
        plain(customer.get('name')) in {plain(name) for name in wanted.names})
    currency = (remote.get('CurrencyRef') or {}).get('value')
    differs = []
    if not same_customer:
        differs.append(CUSTOMER)
    if Decimal(str(remote.get('TotalAmt') or 0)) != wanted.total or (
            wanted.currency and currency and currency != wanted.currency):
        differs.append(TOTAL)
    if _day(remote) != wanted.day:
        differs.append(DATE)
    return Found(differs[0] if differs else EXACT, remote, tuple(differs))


def _decided(judged):
    """Return the one that is it, or all between which a person must choose."""
    if not judged:
        return [Found(NONE)]
    exact = [found for found in judged if found.result == EXACT]
    if len(exact) == 1:
        return exact
    if len(judged) == 1:
        return judged
    return [Found(AMBIGUOUS, found.remote, found.differs) for found in exact or judged]


def _settled(payment):
    """Return {(TxnType, Id)} of what a Payment is applied to."""
    return {(link.get('TxnType'), str(link.get('TxnId')))
            for line in payment.get('Line') or () for link in line.get('LinkedTxn') or ()}


def _day(remote):
    return date.fromisoformat(remote['TxnDate'])

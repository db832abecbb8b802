"""Two books side by side: how one document differs, which of two lists belong together, what stands twice.

Nothing is asked and nothing is tolerated here: a cent is a difference. Amounts are Decimals in the currency of the
document, ``home`` in home currency. Fields of QuickBooks' objects: API reference "Invoice", "CreditMemo", "Payment"
(TotalAmt, TxnTaxDetail.TotalTax, Balance, UnappliedAmt, ExchangeRate, HomeTotalAmt); that a voided object stays, with
all amounts 0 and "Voided" before its note, is recorded.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .cutover import CUSTOMER, NONE, TOTAL, find_document, find_payment
from .matching import plain
from .money import round_half_up

#: What can be told of a document, the worst first; the words for the user are Odoo's.
MISSING_THERE, MISSING_HERE, DOUBLED, VOIDED_HERE, VOIDED_THERE = (
    'missing_there', 'missing_here', 'doubled', 'voided_here', 'voided_there')
CURRENCY, AMOUNT, TAX, BALANCE, DAY, PARTY, NUMBER, EXCHANGE, ROUNDED = (
    'currency', 'total', 'tax', 'balance', 'date', 'customer', 'number', 'exchange', 'rounded')
KINDS = (MISSING_THERE, MISSING_HERE, DOUBLED, VOIDED_HERE, VOIDED_THERE, CURRENCY, AMOUNT, TAX, BALANCE, DAY, PARTY,
         NUMBER, EXCHANGE, ROUNDED)
CENT = Decimal('0.01')
ZERO = Decimal(0)
_MARK = re.compile(r'\bodoo:([0-9a-f]{8}):([a-z_.]+:\d+)')


@dataclass(frozen=True, kw_only=True, slots=True)
class Here:
    """A document or payment of Odoo; what is None or empty is not compared.

    :param numbers: under which it may stand in QuickBooks
    :param customers: remote Ids of its customer; without any, ``names`` count
    :param bool stands: it is posted
    :param balances: what may be open of it: more than one while Odoo itself does not know yet
    """

    numbers: tuple[str, ...] = ()
    day: date | None = None
    customers: frozenset = frozenset()
    names: tuple[str, ...] = ()
    currency: str = ''
    total: Decimal = ZERO
    tax: Decimal | None = None
    balances: tuple[Decimal, ...] = ()
    home: Decimal | None = None
    stands: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class There:
    """A document or payment of QuickBooks; ``mark`` is the record it came from (``account.move:42``), if it says so."""

    remote_id: str
    number: str = ''
    mark: str = ''
    day: date | None = None
    customer: str = ''
    customer_name: str = ''
    currency: str = ''
    total: Decimal = ZERO
    tax: Decimal = ZERO
    balance: Decimal = ZERO
    home: Decimal | None = None
    rate: Decimal | None = None
    voided: bool = False

    def as_object(self):
        """Return what :mod:`.cutover` compares."""
        return {'Id': self.remote_id, 'DocNumber': self.number, 'PaymentRefNum': self.number, 'TotalAmt': self.total,
                'TxnDate': str(self.day), 'CurrencyRef': {'value': self.currency},
                'CustomerRef': {'value': self.customer, 'name': self.customer_name}}


def read_object(data, database=''):
    """Return :class:`There` of an object as QuickBooks answered it.

    :param str database: the first eight characters of the database's uuid, whose marks count
    """
    total, rate = _decimal(data.get('TotalAmt')), data.get('ExchangeRate')
    note, customer = data.get('PrivateNote') or '', data.get('CustomerRef') or {}
    mark = next((mark for uuid, mark in _MARK.findall(note) if uuid == database), '')
    home = data.get('HomeTotalAmt')
    if home is None and rate is not None:
        home = round_half_up(total * _decimal(rate))
    return There(
        remote_id=str(data['Id']), number=str(data.get('DocNumber') or data.get('PaymentRefNum') or ''), mark=mark,
        day=date.fromisoformat(data['TxnDate']) if data.get('TxnDate') else None,
        customer=str(customer.get('value') or ''), customer_name=customer.get('name') or '',
        currency=(data.get('CurrencyRef') or {}).get('value') or '', total=total,
        tax=_decimal((data.get('TxnTaxDetail') or {}).get('TotalTax')),
        balance=_decimal(data['Balance'] if 'Balance' in data else data.get('UnappliedAmt')),
        home=None if home is None else _decimal(home), rate=None if rate is None else _decimal(rate),
        voided=not total and note.startswith('Voided'))


def differences(here, there):
    """Return the kinds by which a document differs from its counterpart, the worst first; none when they agree."""
    if not here.stands:
        return () if there.voided else (VOIDED_HERE,)
    if there.voided:
        return (VOIDED_THERE,) if here.total else ()
    currency = bool(here.currency and there.currency and here.currency != there.currency)
    told = {
        CURRENCY: currency,
        AMOUNT: here.total != there.total,
        TAX: here.tax is not None and here.tax != there.tax,
        BALANCE: bool(here.balances) and there.balance not in here.balances,
        DAY: here.day is not None and here.day != there.day,
        PARTY: _another_customer(here, there),
        NUMBER: bool(here.numbers) and there.number.casefold() not in {one.casefold() for one in here.numbers},
    }
    if here.home is not None and there.home is not None and not currency and here.total == there.total:
        apart = abs(here.home - there.home)
        told |= {EXCHANGE: apart > CENT, ROUNDED: ZERO < apart <= CENT}
    return tuple(kind for kind in KINDS if told.get(kind))


def pair(wanted, candidates, by_number):
    """Find counterparts for documents that have no link: ``{key: remote Id}``; each object is taken once.

    Those that agree wholly go first, so that no other takes what is theirs.

    :param dict wanted: ``{key: cutover.Wanted}``
    :param candidates: of :class:`There`
    :param bool by_number: a document's number tells which it is; else customer, amount and day, or reference
    """
    free, paired = {one.remote_id: one.as_object() for one in candidates if not one.voided}, {}
    find = find_document if by_number else find_payment
    for exactly in (True, False):
        for key, one in wanted.items():
            if key in paired:
                continue
            found = [it for it in find(one, free.values()) if it.result != NONE and not (
                it.differs if exactly else not by_number and {CUSTOMER, TOTAL} <= set(it.differs))]
            if found:
                paired[key] = min(found, key=lambda it: len(it.differs)).remote['Id']
                del free[paired[key]]
    return paired


def status_of(kinds, reason):
    """Return what a difference means: ``drift``, ``waiting``, or ``known`` where its reason is in order.

    :param str reason: failed, waiting, excluded, before, left, accepted, documents, or '' when there is none
    """
    if reason == 'waiting':
        return 'waiting'
    if reason in ('excluded', 'before', 'left', 'accepted', 'documents') or set(kinds) == {ROUNDED}:
        return 'known'
    return 'drift'


@dataclass
class Sums:
    """Number and sums of documents of one currency on one side."""

    count: int = 0
    total: Decimal = ZERO
    tax: Decimal = ZERO
    balance: Decimal = ZERO

    def add(self, total, tax, balance):
        """Count one more."""
        self.count += 1
        self.total += total
        self.tax += tax
        self.balance += balance


@dataclass
class Tally:
    """Sums by currency, which survive as JSON: ``{currency: [count, total, tax, balance]}`` with amounts as text."""

    sums: dict = field(default_factory=dict)

    @classmethod
    def load(cls, data):
        """Return the tally that :meth:`dump` made."""
        return cls({currency: Sums(count, *map(Decimal, amounts)) for currency, (count, *amounts) in data.items()})

    def dump(self):
        """Return it as JSON takes it."""
        return {currency: [one.count, str(one.total), str(one.tax), str(one.balance)]
                for currency, one in self.sums.items()}

    def add(self, currency, total, tax, balance):
        """Count one more document."""
        self.sums.setdefault(currency, Sums()).add(total, tax, balance)


def is_beyond(rest, here, there, threshold):
    """Tell whether what no document explains of a difference of totals is more than a share of the larger total.

    :param Decimal rest: the difference of the totals less what the documents differ by
    :param Decimal threshold: in percent
    """
    return abs(rest) > max(abs(here), abs(there)) * threshold / 100


def explain_exchange(here, there):
    """Return ``(rate here, rate there, difference in home currency)`` of a document whose home amounts differ."""
    rate = here.home / here.total if here.total else ZERO
    return rate, there.rate or ZERO, here.home - there.home


def _another_customer(here, there):
    if here.customers:
        return there.customer not in here.customers
    return bool(here.names) and plain(there.customer_name) not in {plain(name) for name in here.names}


def _decimal(value):
    """Return a number of an answer exactly; the client reads numbers with a point as Decimals."""
    return Decimal(str(value or 0))

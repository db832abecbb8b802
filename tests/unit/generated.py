"""Documents nobody would think of, and how Odoo would book them: what the property tests draw from.

:func:`booked` is a stand-in for Odoo's two ways of rounding, in exact decimals; the same is asked of Odoo itself in
``tests/integration/test_generated_invoices.py``.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hypothesis import strategies as st
from qbo.documents import LineDoc, SalesDoc
from qbo.money import round_half_up

D = Decimal
DAY = date(2026, 11, 21)
ZERO = D(0)
#: The taxes of each regime in percent; the simulator's companies hold a code for each of them.
RATES = {'us': (D('9.375'), ZERO), 'global': (D(20), D(5), ZERO)}


@dataclass(frozen=True)
class Sold:
    """One line as a seller types it; the price holds the tax where the document says so."""

    quantity: Decimal
    price: Decimal
    discount: Decimal
    rate: Decimal

    @property
    def raw(self):
        """The amount at this price, not rounded."""
        return self.quantity * self.price * (1 - self.discount / 100)


@dataclass(frozen=True)
class Sale:
    """A document as Odoo holds it: ``per_line`` and ``included`` are its way of rounding and of pricing."""

    regime: str
    kind: str
    digits: int
    per_line: bool
    included: bool
    lines: tuple[Sold, ...]


@dataclass(frozen=True)
class Booked:
    """What stands in Odoo: the net amount of each line, the amount with tax that people see on it, and the tax."""

    nets: tuple[Decimal, ...]
    grosses: tuple[Decimal, ...]
    tax: Decimal

    @property
    def total(self):
        """What the customer owes."""
        return sum(self.nets, self.tax)


def _decimals(low, high, places):
    return st.decimals(low, high, allow_nan=False, places=places)


@st.composite
def _sold(draw, rates):
    quantity = draw(_decimals(-20, 200, draw(st.sampled_from((0, 0, 1, 2, 3, 5)))).filter(bool))
    price = draw(_decimals(-50, 3000, draw(st.sampled_from((0, 2, 2, 2, 4, 6)))))
    discount = draw(st.sampled_from((ZERO, ZERO, ZERO, D(5), D(10), D('12.5'), D('33.33'), D(100))))
    return Sold(quantity, price, discount, draw(st.sampled_from(rates)))


@st.composite
def sales(draw, regimes=('us', 'global')):
    """Draw a document of one to twelve lines whose total is not negative (Odoo posts no other)."""
    regime = draw(st.sampled_from(regimes))
    sale = Sale(
        regime=regime, kind=draw(st.sampled_from(('Invoice', 'CreditMemo'))),
        digits=draw(st.sampled_from((2, 2, 2, 0))), per_line=draw(st.booleans()), included=draw(st.booleans()),
        lines=tuple(draw(st.lists(_sold(RATES[regime]), min_size=1, max_size=12))))
    if booked(sale).total >= 0:
        return sale
    return Sale(**{**vars(sale), 'lines': tuple(
        Sold(-line.quantity, line.price, line.discount, line.rate) for line in sale.lines)})


def booked(sale):
    """Return what Odoo books: taxes rounded on each line, or once for each tax of the document."""
    nets, tax = {}, ZERO
    for rate in {line.rate for line in sale.lines}:
        lines = [(index, line.raw) for index, line in enumerate(sale.lines) if line.rate == rate]
        group_nets, group_tax = (_per_line if sale.per_line else _globally)(sale, lines, rate / 100)
        nets |= group_nets
        tax += group_tax
    factors = [1 if sale.included else 1 + line.rate / 100 for line in sale.lines]
    grosses = tuple(round_half_up(line.raw * factor, sale.digits)
                    for line, factor in zip(sale.lines, factors, strict=True))
    return Booked(tuple(nets[index] for index in range(len(sale.lines))), grosses, tax)


def shown(standing):
    """Return the lines' amounts with tax, adding up to the document's total: the largest takes what they are off by."""
    grosses = list(standing.grosses)
    largest = max(range(len(grosses)), key=lambda index: abs(grosses[index]))
    grosses[largest] += standing.total - sum(grosses)
    return grosses


def _per_line(sale, lines, rate):
    nets, total_tax = {}, ZERO
    for index, raw in lines:
        amount = round_half_up(raw, sale.digits)
        tax = round_half_up(amount * rate / (1 + rate) if sale.included else amount * rate, sale.digits)
        nets[index] = amount - tax if sale.included else amount
        total_tax += tax
    return nets, total_tax


def _globally(sale, lines, rate):
    net_factor = 1 / (1 + rate) if sale.included else D(1)
    whole = sum((raw for _index, raw in lines), ZERO)
    tax = round_half_up(whole * net_factor * rate, sale.digits)
    net = round_half_up(whole, sale.digits) - (tax if sale.included else ZERO)
    nets = {index: round_half_up(raw * net_factor, sale.digits) for index, raw in lines}
    # What the rounded lines miss is spread over them a unit at a time, the largest first.
    unit = D(1).scaleb(-sale.digits)
    missing = int((net - sum(nets.values())) / unit)
    largest = sorted(nets, key=lambda index: -abs(nets[index]))
    for step in range(abs(missing)):
        nets[largest[step % len(largest)]] += unit if missing > 0 else -unit
    return nets, tax


def document(sale, standing, tax_codes, item, **facts):
    """Return the SalesDoc that the connector makes of a sale.

    :param Booked standing: what stands in Odoo
    :param dict tax_codes: percent to QuickBooks' tax code
    :param facts: further fields of the document: number, customer, currency, ...
    """
    lines = tuple(
        LineDoc(description="Sold", item=item, quantity=line.quantity, discount=line.discount, amount=net,
                gross=gross, unit_price=None if sale.included and line.rate else line.price, taxable=bool(line.rate),
                tax_code=tax_codes[line.rate] if sale.regime == 'global' else None)
        for line, net, gross in zip(sale.lines, standing.nets, shown(standing), strict=True))
    return SalesDoc(
        kind=sale.kind, date=DAY, lines=lines, digits=sale.digits, tax_regime=sale.regime, total=standing.total,
        tax_total=standing.tax, tax_code=tax_codes[RATES['us'][0]] if sale.regime == 'us' else None,
        untaxed_code=tax_codes[ZERO] if sale.regime == 'global' else None, **facts)

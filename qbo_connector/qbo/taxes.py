"""What QuickBooks will make of a sales document, and how a difference from Odoo's tax is closed.

QuickBooks works taxes out by itself. How, in each regime, and how sure that is, stands in docs/taxes.md. Sources:
"Using QuickBooks Online API for automated sales tax", "Manage sales tax for US locales" and "for non-US locales", API
reference "Invoice" (TxnTaxDetail), "TaxCode" and "TaxRate".
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from .money import round_half_up

#: How a tax of our own is taken by the QuickBooks company, as its answers have shown.
UNKNOWN, HONOURED, IGNORED = 'unknown', 'honoured', 'ignored'
ZERO = Decimal(0)


@dataclass(frozen=True)
class TaxShare:
    """The tax of one TaxRate on a document: its Id, percent, the amount that it is charged on, and the tax."""

    rate: str
    percent: Decimal
    base: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Prediction:
    """What QuickBooks comes to: the net amount, the tax of each rate, and the total."""

    net: Decimal
    shares: tuple[TaxShare, ...]

    @property
    def tax(self):
        """Return the tax of all rates."""
        return sum((share.amount for share in self.shares), ZERO)

    @property
    def total(self):
        """Return what the customer owes."""
        return self.net + self.tax


def predicted(doc):
    """Return what QuickBooks will come to for a :class:`~.documents.SalesDoc`, or None where that is not known.

    It is not known where the document uses a tax code whose rates we have not got.
    """
    amounts = [(line, round_half_up(line.amount, doc.digits)) for line in doc.lines if line.amount is not None]
    net = sum((amount for _line, amount in amounts), ZERO)
    if doc.tax_regime == 'us':
        return _us(doc, net, sum((amount for line, amount in amounts if line.taxable), ZERO))
    if doc.tax_regime != 'global':
        return Prediction(net, ())
    codes = {}
    for line, amount in amounts:
        gross = line.gross if doc.tax_included else amount
        codes[line.tax_code] = codes.get(line.tax_code, ZERO) + gross
    if None in (doc.tax_rates.get(code) for code in codes):
        return None
    if doc.tax_included:
        return _inclusive(doc, codes)
    return Prediction(net, _shares(doc.tax_rates, codes, doc.digits))


def _us(doc, net, base):
    """A total of our own is honoured by automated sales tax; else one code for all taxable lines."""
    rates = doc.tax_rates.get(doc.tax_code)
    if not doc.tax_code or not base:
        return Prediction(net, ())
    if doc.automated_tax:
        return Prediction(net, (TaxShare('', ZERO, base, round_half_up(doc.tax_total, doc.digits)),))
    return None if rates is None else Prediction(net, _shares({'': rates}, {'': base}, doc.digits))


def _shares(rates, codes, digits):
    """Return the tax of each rate, rounded once for the document.

    :param dict rates: ``{code: ((rate Id, percent), ...)}``
    :param dict codes: ``{code: amount without tax}``
    """
    bases, percents = {}, {}
    for code, amount in codes.items():
        for rate, percent in rates[code]:
            bases[rate] = bases.get(rate, ZERO) + amount
            percents[rate] = percent
    return tuple(TaxShare(rate, percents[rate], base, round_half_up(base * percents[rate] / 100, digits))
                 for rate, base in bases.items())


def _inclusive(doc, codes):
    """The total is the sum of the gross amounts, and the tax is taken out of it for each rate."""
    bases, percents = {}, {}
    for code, gross in codes.items():
        whole = 100 + sum((percent for _rate, percent in doc.tax_rates[code]), ZERO)
        for rate, percent in doc.tax_rates[code]:
            bases[rate] = bases.get(rate, ZERO) + gross * 100 / whole
            percents[rate] = percent
    shares = tuple(
        TaxShare(rate, percents[rate], round_half_up(base, doc.digits),
                 round_half_up(base * percents[rate] / 100, doc.digits)) for rate, base in bases.items())
    total = sum(codes.values(), ZERO)
    return Prediction(total - sum((share.amount for share in shares), ZERO), shares)


def slack(lines, digits):
    """Return how far rounding alone can take two systems apart on so many lines: the smallest unit for each, and one.

    :param int digits: decimals of the currency
    """
    return (1 + lines) * Decimal(1).scaleb(-digits)


def closed(doc, override=UNKNOWN, measured=None):
    """Return the document with what lets QuickBooks come to Odoo's figures.

    In order of preference: nothing, where QuickBooks comes to them by itself; Odoo's tax, where the company honours
    it or we have not seen yet whether it does; else a rounding line, so that the total is right and with it what the
    customer owes. What is more than rounding (another rate) is not touched: it must be seen.

    :param override: whether the company honours a tax of ours
    :param Decimal measured: the rounding line that QuickBooks' own answer asked for
    """
    if doc.automated_tax:
        return _closed_without_base(doc)
    if doc.tax_regime not in ('us', 'global'):
        return doc
    if measured is not None:
        return replace(doc, rounding=measured)
    expected = predicted(doc)
    if expected is None:
        return doc
    total, tax = doc.total - expected.total, doc.tax_total - expected.tax
    most = slack(sum(line.amount is not None for line in doc.lines), doc.digits) + doc.rounded
    if not (total or tax) or max(abs(total), abs(tax)) > most:
        return doc
    if override != IGNORED and expected.shares:
        return replace(doc, taxes=_with_difference(expected.shares, tax))
    return replace(doc, rounding=total)


def _closed_without_base(doc):
    """Under automated sales tax Odoo's total stands, except where the taxable lines cancel out.

    Nothing says that QuickBooks takes a tax on nothing, so what Odoo's rounding left of it goes as a line of its own.
    """
    base = sum((round_half_up(line.amount, doc.digits) for line in doc.lines if line.taxable and line.amount), ZERO)
    if base or not doc.tax_total or abs(doc.tax_total) > slack(len(doc.lines), doc.digits):
        return doc
    return replace(doc, rounding=doc.tax_total)


def _with_difference(shares, difference):
    """Return the shares with a difference added to the largest tax."""
    largest = max(shares, key=lambda share: (abs(share.amount), abs(share.base)))
    return tuple(replace(share, amount=share.amount + difference) if share is largest else share for share in shares)

"""Lines of sales documents, whose amounts must stand in QuickBooks to the cent.

QuickBooks checks Qty times UnitPrice against Amount (fault 6070) and ignores the Amount of a line that
has no item. It knows no discount per line, so a discounted line becomes two: the full price, and a
negative line of the same item and tax. Sources: API reference "Invoice" and "CreditMemo".
"""

from dataclasses import replace
from decimal import Decimal

from ..documents import LineDoc
from ..money import limit_digits, round_half_up, unit_price
from ..names import clean_text
from . import PayloadError
from .common import compact, money, number, reference

DESCRIPTION_LIMIT = 4000
#: What the line is called that lets QuickBooks come to Odoo's total.
ROUNDING = "Rounding"


def line_payloads(line, doc):
    """Return the QuickBooks lines (none, one or two) of one :class:`~..documents.LineDoc` of a document.

    :raises PayloadError: an amount without an item, or a missing tax code outside the US
    """
    if line.item is None and line.amount is None:
        text = clean_text(line.description, DESCRIPTION_LIMIT)
        if not text:
            return []
        return [{'DetailType': 'DescriptionOnly', 'Description': text, 'DescriptionLineDetail': {}}]
    _check(line, doc)
    net = round_half_up(line.amount, doc.digits)
    if not line.discount:
        return [_item_line(line, net, doc, line.gross)]
    gross = gross_amount(line, doc.digits)
    words = f"Discount {_figure(line.discount)} %"
    if gross == net:
        # All that people read of the discount, where the price itself is not known (it includes tax, 100 % off).
        told = line if line.unit_price == 0 else replace(line, description=_with_words(line.description, words))
        return [_item_line(told, net, doc, line.gross)]
    off = LineDoc(
        description=words, item=line.discount_item or line.item, amount=net - gross,
        tax_code=line.tax_code, taxable=line.taxable, class_id=line.class_id,
    )
    with_tax = _with_tax(line, gross, doc)
    return [_item_line(line, gross, doc, with_tax),
            _item_line(off, net - gross, doc, line.gross - with_tax if doc.tax_included else None)]


def rounding_payload(doc):
    """Return the line that closes a difference between the two systems' rounding of tax."""
    largest = max((line for line in doc.lines if line.amount is not None), key=lambda line: abs(line.amount))
    line = LineDoc(description=ROUNDING, item=largest.item, amount=doc.rounding, tax_code=doc.untaxed_code,
                   class_id=largest.class_id)
    return _item_line(line, doc.rounding, doc, doc.rounding)


def _with_tax(line, amount, doc):
    """Return an amount before discount with its tax."""
    rates = doc.tax_rates.get(line.tax_code) or ()
    return round_half_up(amount * (100 + sum(percent for _rate, percent in rates)) / 100, doc.digits)


def gross_amount(line, digits):
    """Return the amount before discount.

    Where the discount has an account of its own, what is booked there decides. Else quantity times price, if
    the discount leads from there to the net amount (within one unit of the last digit, since both ends are
    rounded); else, as with prices that include tax, what the net amount and the percentage say.
    """
    net = round_half_up(line.amount, digits)
    if line.discount_amount is not None:
        return net + round_half_up(line.discount_amount, digits)
    remaining = 1 - line.discount / 100
    gross = None
    if line.quantity is not None and line.unit_price is not None:
        gross = round_half_up(line.quantity * line.unit_price, digits)
        if abs(gross * remaining - net) <= Decimal(1).scaleb(-digits):
            return gross
    if remaining:
        return round_half_up(net / remaining, digits)
    return net if gross is None else gross


def _check(line, doc):
    label = clean_text(line.description, 60).split('\n')[0]
    if not line.item:
        raise PayloadError(
            f"Line '{label}' has an amount and no product or service in QuickBooks.", 'ItemRef')
    if line.amount is None:
        raise PayloadError(f"Line '{label}' has no amount.", 'Amount')
    if doc.tax_regime == 'global' and not line.tax_code:
        raise PayloadError(
            f"Line '{label}' has no tax code; outside the US QuickBooks needs one on every line.", 'TaxCodeRef')


def _item_line(line, amount, doc, with_tax):
    """Return a SalesItemLineDetail line of exactly this amount, and with its tax this much where prices include it."""
    description = _with_words(line.description, f"unit: {line.unit}") if line.unit else line.description
    quantity = None if line.quantity is None else limit_digits(line.quantity)
    price = None if line.unit_price is None else limit_digits(line.unit_price)
    fitting = unit_price(quantity, price, amount, doc.digits)
    if fitting is None and quantity is not None:
        # No price leads from this quantity to the amount: QuickBooks books the amount, people read the rest.
        shown = f"{_figure(quantity)} x {_figure(price)}" if price is not None else _figure(quantity)
        description = _with_words(description, shown)
    return compact({
        'DetailType': 'SalesItemLineDetail',
        'Amount': money(amount, doc.digits, 'Amount'),
        'Description': clean_text(description, DESCRIPTION_LIMIT),
        'SalesItemLineDetail': compact({
            'ItemRef': reference(line.item),
            'Qty': None if fitting is None else number(quantity, 'Qty'),
            'UnitPrice': number(fitting, 'UnitPrice'),
            'TaxCodeRef': _tax_code(line, doc),
            'ClassRef': reference(line.class_id),
            'TaxInclusiveAmt': money(with_tax, doc.digits, 'TaxInclusiveAmt') if doc.tax_included else None,
        }),
    })


def _with_words(description, words):
    """Return a description that ends with words in brackets; what is too long is cut before them."""
    return f"{clean_text(description, DESCRIPTION_LIMIT - len(words) - 3)} ({words})".strip()


def _tax_code(line, doc):
    if doc.tax_regime == 'us':
        # The only two codes a US line may carry (fault 6100).
        return reference('TAX' if line.taxable else 'NON')
    return reference(line.tax_code) if doc.tax_regime == 'global' else None


def _figure(amount):
    """Return a Decimal as people write it: no exponent, no trailing zeros."""
    return format(amount.normalize(), 'f') if amount else '0'

"""Decimal arithmetic as QuickBooks does it.

Source: Intuit "Review QuickBooks Online Accounting API error codes" (6070: Amount must be Qty x UnitPrice, rounded half up in
exact decimals) and "Basic schema and data formats" (decimals of at most 15 digits).
"""

from decimal import ROUND_HALF_UP, Context, Decimal

SIGNIFICANT = 15  # digits a decimal may have on the wire
_WIRE = Context(prec=SIGNIFICANT, rounding=ROUND_HALF_UP)


def round_half_up(amount, digits=2):
    """Round an amount to the decimals of its currency, half away from zero."""
    return amount.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def as_number(value):
    """Return a Decimal as the JSON number that shows the same digits.

    :raises ValueError: more than 15 significant digits, which would not survive the wire
    """
    if not value.is_finite() or _WIRE.plus(value) != value:
        raise ValueError(f"{value} has more digits than QuickBooks takes")
    return int(value) if value == value.to_integral_value() else float(value)


def unit_price(quantity, price, amount, digits=2):
    """Return a price with which QuickBooks' own check ``round(Qty x UnitPrice) == Amount`` holds.

    :param Decimal quantity: not zero, unless the amount is
    :param price: the wished price (Decimal), kept if it fits, or None
    :param Decimal amount: the line's amount, rounded to ``digits``
    :return: the price with as few decimals as possible, or None if none of 15 digits fits
    """
    if price is not None:
        price = _WIRE.plus(price)
        if round_half_up(quantity * price, digits) == amount:
            return price
    if not quantity:
        return None
    exact = amount / quantity
    for places in range(digits, SIGNIFICANT + 1):
        candidate = round_half_up(exact, places)
        if _WIRE.plus(candidate) != candidate:
            return None
        if round_half_up(quantity * candidate, digits) == amount:
            return candidate
    return None

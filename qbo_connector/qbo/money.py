"""Money is Decimal until it becomes JSON.

QuickBooks checks every line: Qty times UnitPrice, rounded half up to the cent in exact decimals, must be
the Amount, else fault 6070; with either of the two absent nothing is checked. Numbers have at most 15
digits. Sources: API reference "Invoice", "Basic schema and data formats", error code 6070 in "Review
QuickBooks Online Accounting API error codes".
"""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal

#: "Basic schema and data formats": decimals have at most 15 digits.
MAX_DIGITS = 15

# Wide enough that products and quotients of 15-digit numbers are not rounded before we round them.
_EXACT = Context(prec=60)
_LIMITED = Context(prec=MAX_DIGITS, rounding=ROUND_HALF_EVEN)
_UNITS = [Decimal(1).scaleb(-digits) for digits in range(MAX_DIGITS + 1)]


def round_half_up(amount, digits=2):
    """Return ``amount`` rounded to ``digits`` decimals, halves away from zero as QuickBooks does."""
    return amount.quantize(_UNITS[digits], ROUND_HALF_UP, _EXACT)


def as_number(amount):
    """Return a Decimal as a number that JSON writes without loss: an int when integral, else a float.

    :raises ValueError: more than 15 digits, infinite, or not a Decimal or int
    """
    if isinstance(amount, bool) or not isinstance(amount, (Decimal, int)):
        raise ValueError(f"Not an exact number: {amount!r}")
    if not _fits(Decimal(amount)):
        raise ValueError(f"QuickBooks takes numbers of at most {MAX_DIGITS} digits, not {amount}")
    return int(amount) if amount == int(amount) else float(amount)


def limit_digits(amount, decimals=MAX_DIGITS):
    """Return a factor (an exchange rate, say) rounded to what QuickBooks takes; not for amounts of money.

    :param int decimals: at most so many decimals are kept
    """
    rounded = _LIMITED.plus(amount)
    if -rounded.as_tuple().exponent > decimals:
        rounded = round_half_up(rounded, decimals)
    return rounded


def unit_price(quantity, price, amount, digits=2):
    """Return the price to send so that QuickBooks' check of quantity times price gives ``amount``.

    The given price if it fits; else amount divided by quantity with as few decimals as do, at most 15
    digits in all; None if there is no such price (a quantity of zero with an amount, a huge quantity).

    :param Decimal quantity: as it will be sent
    :param Decimal price: the price as known to the seller, or None
    :param Decimal amount: the line's amount
    :param int digits: decimals of the currency
    """
    if quantity is None or not _fits(quantity):
        return None
    if price is not None and _passes(quantity, price, amount, digits):
        return price
    if not quantity:
        return None
    exact = _EXACT.divide(amount, quantity)
    for decimals in range(digits, MAX_DIGITS + 1):
        candidate = round_half_up(exact, decimals)
        if not _fits(candidate):
            return None
        if _passes(quantity, candidate, amount, digits):
            return candidate
    return None


def _passes(quantity, price, amount, digits):
    if not _fits(price):
        return False
    return round_half_up(_EXACT.multiply(quantity, price), digits) == amount


def _fits(amount):
    """Tell whether a Decimal has at most 15 digits, before and after the point together."""
    if not amount.is_finite():
        return False
    _sign, digits, exponent = amount.as_tuple()
    if len(digits) > MAX_DIGITS or exponent < -MAX_DIGITS:  # perhaps only by zeros at the end
        _sign, digits, exponent = amount.normalize(_EXACT).as_tuple()
    return max(len(digits) + max(exponent, 0), -exponent) <= MAX_DIGITS

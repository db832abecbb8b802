"""Arithmetic of amounts: exact decimals, rounded half up."""

from decimal import ROUND_HALF_UP, Decimal

from .iso import WHOLE


def cents(value, currency='USD'):
    """`value` rounded half up to the currency's smallest unit, but never to more than two decimals."""
    return value.quantize(Decimal(1) if currency in WHOLE else Decimal('0.01'), ROUND_HALF_UP)


def spread(total, weights, currency='USD'):
    """Parts of `total` in proportion to `weights`, adding up to it exactly (the last part takes the rest)."""
    whole = sum(weights)
    parts, left = [], total
    for weight in weights[:-1]:
        part = cents(total * weight / whole, currency) if whole else Decimal(0)
        parts.append(part)
        left -= part
    return [*parts, left] if weights else []

"""Document numbers as QuickBooks takes them: at most 21 characters (API reference "Invoice", DocNumber)."""

import hashlib

from .names import clean_text

DOC_NUMBER_LIMIT = 21
DIGEST = 6


def short_number(number, limit=DOC_NUMBER_LIMIT):
    """Return a number that fits: itself, or six characters that stand for the whole of it and its end.

    The end is kept because it is what counts up. The same number always becomes the same, and numbers that differ
    anywhere differ afterwards, too.

    >>> short_number("INV/2026/00042")
    'INV/2026/00042'
    >>> short_number("NORTHERN-BRANCH/INV/2026/00042")
    '06e520-INV/2026/00042'
    """
    number = clean_text(number, 10 ** 6).replace('\n', ' ')
    if len(number) <= limit:
        return number
    digest = hashlib.sha256(number.encode()).hexdigest()[:DIGEST]
    return f'{digest}-{number[DIGEST + 1 - limit:]}'

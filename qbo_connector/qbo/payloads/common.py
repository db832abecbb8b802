"""Pieces that several payloads share: references, numbers, addresses, e-mail.

Lengths are those of the type definitions behind the API reference (PhysicalAddress: lines 500, city,
region and country 255, postal code 30; EmailAddress 100; telephone numbers 30).
"""

import re
from email.utils import getaddresses

from ..currencies import RATE_DECIMALS
from ..money import as_number, limit_digits, round_half_up
from ..names import clean_text
from . import PayloadError

ADDRESS_LINES = 5
EMAIL_LIMIT = 100
PLAIN_EMAIL = re.compile(r'[\w.+-]+@[\w-]+(\.[\w-]+)+')  # needs no taking apart


def compact(values):
    """Return a dict without what is absent: None, empty text, empty objects. False, 0 and [] stay."""
    return {key: value for key, value in values.items() if value is not None and value not in ('', {})}


def reference(remote_id):
    """Return a reference object, or None without an id."""
    return {'value': str(remote_id)} if remote_id else None


def number(amount, field):
    """Return a Decimal as a JSON number; PayloadError naming the field when it has too many digits."""
    if amount is None:
        return None
    try:
        return as_number(amount)
    except ValueError as error:
        raise PayloadError(str(error), field) from None


def money(amount, digits, field):
    """Return an amount of money, rounded to its currency, as a JSON number."""
    return None if amount is None else number(round_half_up(amount, digits), field)


def rate(exchange_rate):
    """Return an exchange rate (home units for one foreign unit) as a JSON number, or None."""
    return None if exchange_rate is None else number(limit_digits(exchange_rate, RATE_DECIMALS), 'ExchangeRate')


def limited(text, limit, field, noun):
    """Return a text that must not be shortened; PayloadError if it is longer than QuickBooks takes."""
    text = clean_text(text, 10 ** 6).replace('\n', ' ')
    if len(text) > limit:
        raise PayloadError(f"{noun} '{text}' has {len(text)} characters; QuickBooks takes {limit}.", field)
    return text


def address(doc):
    """Return a PhysicalAddress, or None when there is nothing in it.

    QuickBooks prints five lines; further ones are appended to the fifth.
    """
    if doc is None:
        return None
    lines = [line for line in (clean_text(text, 500).replace('\n', ', ') for text in doc.lines) if line]
    if len(lines) > ADDRESS_LINES:
        lines[ADDRESS_LINES - 1:] = [clean_text(', '.join(lines[ADDRESS_LINES - 1:]), 500)]
    return compact({
        **{f'Line{position}': line for position, line in enumerate(lines, start=1)},
        'City': clean_text(doc.city, 255),
        'CountrySubDivisionCode': clean_text(doc.state, 255),
        'PostalCode': clean_text(doc.postal_code, 30),
        'Country': clean_text(doc.country, 255),
    }) or None


def email(text):
    """Return an EmailAddress with the well-formed addresses of a text, or None.

    QuickBooks refuses a document for a malformed address (fault 2210). A typing error in an address
    must not keep a sale out of the books, so malformed ones are left out, and so is what exceeds 100
    characters.
    """
    if text and PLAIN_EMAIL.fullmatch(text) and len(text) <= EMAIL_LIMIT:
        return {'Address': text}
    kept = ''
    for _name, found in getaddresses([text.replace(';', ',')] if text else []):
        longer = f'{kept}, {found}' if kept else found
        if re.fullmatch(r'[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+', found) and len(longer) <= EMAIL_LIMIT:
            kept = longer
    return {'Address': kept} if kept else None

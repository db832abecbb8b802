"""PhysicalAddress (API reference of Customer and Invoice: Line1 to Line5)."""

from ..names import clean_text
from . import filled

LINES = 5


def address_payload(address):
    """Return a PhysicalAddress, or None. Lines beyond the fifth join the last one."""
    if address is None:
        return None
    lines = [clean_text(line, 500) for line in address.lines]
    if len(lines) > LINES:
        lines[LINES - 1:] = [', '.join(lines[LINES - 1:])]
    return filled({
        **{f'Line{number}': line for number, line in enumerate(lines, 1)},
        'City': clean_text(address.city, 255),
        'CountrySubDivisionCode': clean_text(address.state, 255),
        'PostalCode': clean_text(address.postal_code, 30),
        'Country': clean_text(address.country, 255),
    })

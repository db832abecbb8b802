"""CustomerDoc -> Customer. Lengths and name rules: API reference "Customer"."""

import re

from ..names import DISPLAY_NAME_LIMIT, clean_name, clean_text
from . import PayloadError
from .common import address, compact, email, reference

NAME_PART_LIMIT = 100
NOTES_LIMIT = 2000
PHONE_LIMIT = 30
RESALE_LIMIT = 16
TAX_IDENTIFIER_LIMIT = 20
URI_LIMIT = 1000


def customer_payload(doc):
    """Return the JSON object of a :class:`~..documents.CustomerDoc`.

    A telephone number or tax id that is longer than QuickBooks takes would be wrong if cut: it is written
    into the notes instead.

    :raises PayloadError: nothing of the name is left that QuickBooks accepts
    """
    try:
        display_name = clean_name(doc.display_name, DISPLAY_NAME_LIMIT)
    except ValueError:
        raise PayloadError("A customer needs a name that QuickBooks can show.", 'DisplayName') from None
    notes = [doc.notes]
    payload = {
        'DisplayName': display_name,
        'CompanyName': clean_name(doc.company_name, NAME_PART_LIMIT, empty=True),
        'GivenName': clean_name(doc.given_name, NAME_PART_LIMIT, empty=True),
        'FamilyName': clean_name(doc.family_name, NAME_PART_LIMIT, empty=True),
        'PrimaryEmailAddr': email(doc.email),
        'PrimaryPhone': _phone(doc.phone, "Phone", notes),
        'Mobile': _phone(doc.mobile, "Mobile", notes),
        'WebAddr': _website(doc.website),
        'BillAddr': address(doc.billing),
        'ShipAddr': address(doc.shipping),
        'CurrencyRef': reference(doc.currency),
        'ResaleNum': _or_note(doc.resale_number, RESALE_LIMIT, "Tax ID", notes),
        'PrimaryTaxIdentifier': _or_note(doc.tax_identifier, TAX_IDENTIFIER_LIMIT, "Tax ID", notes),
        'Taxable': doc.taxable,
        'TaxExemptionReasonId': str(doc.exemption) if doc.exemption else None,
        'Active': doc.active,
    }
    payload['Notes'] = clean_text('\n'.join(filter(None, notes)), NOTES_LIMIT)
    return compact(payload)


def _phone(text, label, notes):
    """Return a TelephoneNumber; blanks and punctuation go before the number itself would be too long."""
    number = clean_text(text, 200).replace('\n', ' ')
    if len(number) > PHONE_LIMIT:
        number = re.sub(r'[\s().\-/]+', '', number)
    number = _or_note(number, PHONE_LIMIT, label, notes)
    return {'FreeFormNumber': number} if number else None


def _website(text):
    uri = clean_text(text, URI_LIMIT + 1).replace('\n', '')
    return {'URI': uri} if uri and len(uri) <= URI_LIMIT else None


def _or_note(text, limit, label, notes):
    """Return a text that fits, or put it into the notes and return ``''``."""
    text = clean_text(text, 200).replace('\n', ' ')
    if len(text) <= limit:
        return text
    notes.append(f'{label}: {text}')
    return ''

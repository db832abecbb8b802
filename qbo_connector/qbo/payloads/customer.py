"""CustomerDoc -> Customer (API reference of Customer: lengths and required fields)."""

from ..names import clean_text
from . import PayloadError, filled, ref
from .address import address_payload

EMAIL_LIMIT, PHONE_LIMIT, RESALE_LIMIT, NOTES_LIMIT, WEB_LIMIT = 100, 30, 16, 2000, 1000


def customer_payload(doc):
    """Return the JSON object of a customer.

    :raises PayloadError: a resale number that QuickBooks cannot hold
    """
    if len(doc.resale_number) > RESALE_LIMIT:
        raise PayloadError(
            f"Resale number '{doc.resale_number}' has {len(doc.resale_number)} characters; QuickBooks takes "
            f"{RESALE_LIMIT}.", 'vat')
    return filled({
        'DisplayName': doc.display_name,
        'CompanyName': doc.company_name,
        'GivenName': doc.given_name,
        'FamilyName': doc.family_name,
        'PrimaryEmailAddr': {'Address': doc.email} if 0 < len(doc.email) <= EMAIL_LIMIT else None,
        'PrimaryPhone': _phone(doc.phone),
        'Mobile': _phone(doc.mobile),
        'WebAddr': {'URI': doc.website} if 0 < len(doc.website) <= WEB_LIMIT else None,
        'BillAddr': address_payload(doc.billing),
        'ShipAddr': address_payload(doc.shipping),
        'CurrencyRef': ref(doc.currency) if doc.currency else None,
        'ResaleNum': doc.resale_number,
        'PrimaryTaxIdentifier': doc.tax_identifier,
        'Notes': clean_text(doc.notes, NOTES_LIMIT),
    })


def _phone(number):
    return {'FreeFormNumber': number[:PHONE_LIMIT]} if number else None

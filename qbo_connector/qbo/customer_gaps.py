"""What QuickBooks would miss, change or refuse of a customer, field by field, before it is sent.

Lengths and rules are those of :mod:`.payloads.customer`, which shortens, notes or leaves out what does not fit.
"""

from dataclasses import dataclass

from .names import clean_name
from .payloads.common import email
from .payloads.customer import customer_payload

REFUSED, MISSING, CHANGED, NOTED, LEFT_OUT = 'refused', 'missing', 'changed', 'noted', 'left_out'


@dataclass(frozen=True)
class Gap:
    """One field.

    :param str field: name, email, phone, website, tax_id, notes, street, city, state, postal_code or country
    :param str kind: refused (nothing can be created), missing (it can, without that), changed (to ``value``), noted
        (it goes into the notes, being too long for its field) or left_out
    :param str value: what QuickBooks gets; of what is noted or left out, what Odoo has
    """

    field: str
    kind: str
    value: str = ''


def customer_gaps(doc, taxed_by_address=False):
    """Return the gaps of a :class:`~.documents.CustomerDoc` as Odoo has it, nothing cleaned.

    :param bool taxed_by_address: the company's sales tax is worked out from addresses (automated sales tax)
    """
    name = clean_name(doc.display_name, empty=True)
    if not name:
        return [Gap('name', REFUSED), *_address_gaps(doc.billing, taxed_by_address)]
    gaps = [Gap('name', CHANGED, name)] if name != doc.display_name.strip() else []
    gaps += _address_gaps(doc.billing, taxed_by_address)
    payload = customer_payload(doc)
    kept = (email(doc.email) or {}).get('Address', '')
    if not doc.email:
        gaps.append(Gap('email', MISSING))
    elif kept != doc.email.strip():
        gaps.append(Gap('email', CHANGED, kept) if kept else Gap('email', LEFT_OUT, doc.email))
    phone = (payload.get('PrimaryPhone') or {}).get('FreeFormNumber', '')
    if doc.phone and phone != doc.phone.strip():
        gaps.append(Gap('phone', CHANGED, phone) if phone else Gap('phone', NOTED, doc.phone))
    if doc.website and 'WebAddr' not in payload:
        gaps.append(Gap('website', LEFT_OUT, doc.website))
    for number, key in ((doc.resale_number, 'ResaleNum'), (doc.tax_identifier, 'PrimaryTaxIdentifier')):
        if number and key not in payload:
            gaps.append(Gap('tax_id', NOTED, number))
    if len(payload.get('Notes', '')) < len(doc.notes.strip()):
        gaps.append(Gap('notes', CHANGED, payload.get('Notes', '')))
    return gaps


def _address_gaps(billing, taxed_by_address):
    """Return what is missing of the address on invoices; the state where the tax is worked out from it."""
    parts = {
        'street': billing and billing.lines, 'city': billing and billing.city,
        'postal_code': billing and billing.postal_code, 'country': billing and billing.country}
    if taxed_by_address:
        parts['state'] = billing and billing.state
    return [Gap(field, MISSING) for field, value in parts.items() if not value]

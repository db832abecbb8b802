"""What a person changed in QuickBooks of an object that we pushed, field by field, as people read it.

Compared are QuickBooks' answer to our last push and the object as it is there now. Only what we sent counts, with the
totals that follow from it; of a document all of its lines, which a push replaces as a whole (QBO: "Sparse update").
Texts are English and marked for translation; they are translated where they are shown.
"""

# pylint: disable=prefer-env-translation  # nothing here knows Odoo

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from .changes import LINE_EXTRAS
from .money import round_half_up


def _(text):
    """Mark a text for translation."""
    return text


#: The fields that we send, and what they are called on QuickBooks' screens.
LABELS = {
    'DocNumber': _("Number"), 'TxnDate': _("Date"), 'DueDate': _("Due date"), 'SalesTermRef': _("Terms"),
    'CustomerRef': _("Customer"), 'EntityRef': _("Payee"), 'CurrencyRef': _("Currency"),
    'ExchangeRate': _("Exchange rate"), 'TotalAmt': _("Total"), 'TotalTax': _("Tax"), 'TxnTaxCodeRef': _("Tax code"),
    'GlobalTaxCalculation': _("Amounts are"), 'CustomerMemo': _("Message to the customer"),
    'PrivateNote': _("Private note"), 'BillAddr': _("Billing address"), 'ShipAddr': _("Shipping address"),
    'BillEmail': _("E-mail"), 'ClassRef': _("Class"), 'DepartmentRef': _("Location"),
    'DepositToAccountRef': _("Deposit to"), 'PaymentMethodRef': _("Payment method"), 'PaymentRefNum': _("Reference"),
    'PaymentType': _("Payment type"), 'AccountRef': _("Account"),
    'DisplayName': _("Name"), 'CompanyName': _("Company name"), 'GivenName': _("First name"),
    'FamilyName': _("Last name"), 'PrimaryEmailAddr': _("E-mail"), 'PrimaryPhone': _("Phone"), 'Mobile': _("Mobile"),
    'WebAddr': _("Website"), 'ResaleNum': _("Tax ID"), 'PrimaryTaxIdentifier': _("Tax ID"), 'Notes': _("Notes"),
    'Taxable': _("Taxable"), 'TaxExemptionReasonId': _("Exempt because"), 'Active': _("Active"),
    'Name': _("Name"), 'Sku': _("SKU"), 'Description': _("Description"), 'UnitPrice': _("Price"),
    'PurchaseDesc': _("Description on purchases"), 'PurchaseCost': _("Cost"), 'Type': _("Type"),
    'IncomeAccountRef': _("Income account"), 'ExpenseAccountRef': _("Expense account"),
    'AssetAccountRef': _("Inventory account"), 'Line': _("Line"), 'LinkedTxn': _("Applied to"),
    'Amount': _("Amount"), 'Qty': _("Quantity"), 'ItemRef': _("Product or service"), 'TaxCodeRef': _("Tax code"),
    'ServiceDate': _("Service date"), 'DiscountPercent': _("Discount (%)"), 'PostingType': _("Debit or credit"),
    'Entity': _("Name"),
}
#: What QuickBooks adds to an address or a line by itself (places come a while after the address), or works out.
ADDED = (*LINE_EXTRAS, 'Lat', 'Long', 'Tag', 'ItemAccountRef', 'TaxInclusiveAmt', 'MarkupInfo', 'DetailType')
MONEY = ('TotalAmt', 'TotalTax', 'Amount')
DERIVED = ('TotalAmt', 'TxnTaxDetail')  # what follows from what we send
SUBTOTAL = 'SubTotalLineDetail'


@dataclass(frozen=True)
class Difference:
    """One field that differs; values are as people read them, '' where there is none.

    :param str field: QuickBooks' name of the field
    :param int line: of a line's field the position of the line from 1, else 0
    :param str pushed: what QuickBooks answered to our last push
    :param str theirs: what is there now
    :param tuple linked: (type, Id) of the transaction that a payment is applied to
    """

    field: str
    pushed: str
    theirs: str
    line: int = 0
    linked: tuple = ()


def differences(before, now, sent, digits=2, same=None):
    """Return the :class:`Difference` list between what we pushed and what is there now.

    :param dict before: QuickBooks' answer to our last push
    :param dict now: the object as it is there now
    :param sent: names of the fields that we send
    :param int digits: decimals of the object's currency
    :param dict same: ``{Id of a customer: Id of the one it was merged into}``
    """
    found = []
    for field in dict.fromkeys((*sent, *DERIVED)):
        old, new = before.get(field), now.get(field)
        if field == 'Line':
            found += _lines(old or [], new or [], digits)
        elif field == 'TxnTaxDetail':
            old, new = old or {}, new or {}
            taxed = _number(old.get('TotalTax') or 0) or _number(new.get('TotalTax') or 0)  # else no code matters
            found += _fields(old, new, ('TxnTaxCodeRef', 'TotalTax') if taxed else (), digits)
        elif field in LABELS:
            if same and isinstance(old, dict) and old.get('value') in same:
                old = {**old, 'value': same[old['value']]}
            found += _fields({field: old}, {field: new}, (field,), digits)
    return found


def shown(field, value, digits=2):
    """Return a value as a person reads it, '' for none; amounts of money have the decimals of their currency."""
    if value is None:
        return ''
    if isinstance(value, dict):
        if 'value' in value:
            return str(value.get('name') or value['value'] or '')
        return ", ".join(filter(None, (shown(key, part) for key, part in value.items() if key not in ADDED)))
    if isinstance(value, bool) or isinstance(value, str):
        return str(value)
    if isinstance(value, list):
        return "; ".join(shown(field, part, digits) for part in value)
    amount = Decimal(str(value))
    return format(round_half_up(amount, digits) if field in MONEY else _plain(amount), 'f')


def is_voided(before, now):
    """Tell whether an object was voided: its amounts are 0, and were not (QBO: "Void an invoice")."""
    return bool(_number(before.get('TotalAmt'))) and 'TotalAmt' in now and not _number(now['TotalAmt'])


def label_of(field):
    """Return the English name of a field; of one that we do not know its own, with blanks."""
    return LABELS.get(field) or re.sub(r'(?<=[a-z])(?=[A-Z])', ' ', field.removesuffix('Ref'))


def _fields(old, new, names, digits, line=0):
    return [
        Difference(name, shown(name, old.get(name), digits), shown(name, new.get(name), digits), line)
        for name in names if _content(old.get(name)) != _content(new.get(name))]


def _content(value):
    """Return what of a value counts: the Id of a reference, a number whatever its decimals."""
    if value in (None, '', {}, []):
        return None
    if isinstance(value, dict):
        if 'value' in value:
            return str(value['value'])
        return {key: content for key, part in value.items()
                if key not in ADDED and (content := _content(part)) is not None} or None
    if isinstance(value, list):
        return [_content(part) for part in value]
    if isinstance(value, bool) or isinstance(value, str):
        return value
    return _number(value)


def _number(value):
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _plain(amount):
    """Return a number without trailing zeros."""
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount.normalize()


# === LINES === #

def _lines(before, now, digits):
    before, now = ([line for line in lines if line.get('DetailType') != SUBTOTAL] for lines in (before, now))
    if any(line.get('LinkedTxn') and not line.get('DetailType') for line in (*before, *now)):
        return _applied(before, now, digits)
    found = []
    for position, (old, new) in enumerate(_pairs(before, now), start=1):
        if old is None or new is None:
            found.append(Difference('Line', _line(old, digits), _line(new, digits), position))
            continue
        old, new = _flat(old), _flat(new)
        found += _fields(old, new, dict.fromkeys((*old, *new)), digits, position)
    return found


def _pairs(before, now):
    """Return pairs of lines: those of one Id, where QuickBooks kept the Ids, else those of one position."""
    ids = [line.get('Id') for line in now]
    if {line.get('Id') for line in before}.isdisjoint(ids):
        longest = max(len(before), len(now))
        return list(zip(*(lines + [None] * (longest - len(lines)) for lines in (before, now)), strict=True))
    left = {line.get('Id'): line for line in now}
    pairs = [(line, left.pop(line.get('Id'), None)) for line in before]
    return [*pairs, *((None, line) for line in left.values())]


def _flat(line):
    """Return the fields of a line and of its detail."""
    return {key: value for key, value in {**line, **(line.get(line.get('DetailType')) or {})}.items()
            if key not in ADDED and key != line.get('DetailType')}


def _line(line, digits):
    """Return a whole line in words."""
    flat = _flat(line or {})
    words = [shown(key, flat.get(key), digits) for key in ('ItemRef', 'Description', 'Amount')]
    return " ".join(dict.fromkeys(filter(None, words)))


def _applied(before, now, digits):
    """Compare what a payment is applied to."""
    old, new = _links(before), _links(now)
    return [
        Difference('LinkedTxn', shown('Amount', old.get(link), digits), shown('Amount', new.get(link), digits),
                   linked=link)
        for link in dict.fromkeys((*old, *new)) if old.get(link) != new.get(link)]


def _links(lines):
    return {(link.get('TxnType'), str(link.get('TxnId'))): _number(line.get('Amount'))
            for line in lines for link in line.get('LinkedTxn') or ()}


# === WHAT ODOO SAYS === #

def value_at(payload, field, line=0, linked=(), digits=2):
    """Return, as people read it, what an object that we would send has at the place of a :class:`Difference`."""
    lines = [part for part in payload.get('Line') or () if part.get('DetailType') != SUBTOTAL]
    if linked:
        return shown('Amount', _links(lines).get(tuple(linked)), digits)
    if line:
        if line > len(lines):
            return ''
        return _line(lines[line - 1], digits) if field == 'Line' else shown(
            field, _flat(lines[line - 1]).get(field), digits)
    if field in ('TxnTaxCodeRef', 'TotalTax'):
        return shown(field, (payload.get('TxnTaxDetail') or {}).get(field), digits)
    return shown(field, payload.get(field), digits)

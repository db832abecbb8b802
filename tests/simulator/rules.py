"""Rules that several entities share: references, names, characters, required properties."""

from . import faults
from .iso import CURRENCIES

# Property -> (entity it points to, word the fault uses). Properties that are missing here are not followed.
REFERENCES = {
    'CustomerRef': ('Customer', 'Names'), 'VendorRef': ('Vendor', 'Names'), 'ItemRef': ('Item', 'Items'),
    'IncomeAccountRef': ('Account', 'Accounts'), 'ExpenseAccountRef': ('Account', 'Accounts'),
    'AssetAccountRef': ('Account', 'Accounts'), 'COGSAccountRef': ('Account', 'Accounts'),
    'DepositToAccountRef': ('Account', 'Accounts'), 'ARAccountRef': ('Account', 'Accounts'),
    'APAccountRef': ('Account', 'Accounts'), 'AccountRef': ('Account', 'Accounts'),
    'DiscountAccountRef': ('Account', 'Accounts'), 'ItemAccountRef': ('Account', 'Accounts'),
    'ClassRef': ('Class', 'Klasses'), 'DepartmentRef': ('Department', 'Depts'),
    'SalesTermRef': ('Term', 'Terms'), 'TermRef': ('Term', 'Terms'),
    'PaymentMethodRef': ('PaymentMethod', 'PaymentMethods'),
    'TaxCodeRef': ('TaxCode', 'TaxCodes'), 'TxnTaxCodeRef': ('TaxCode', 'TaxCodes'),
    'DefaultTaxCodeRef': ('TaxCode', 'TaxCodes'), 'SalesTaxCodeRef': ('TaxCode', 'TaxCodes'),
    'PurchaseTaxCodeRef': ('TaxCode', 'TaxCodes'), 'TaxRateRef': ('TaxRate', 'TaxRates'),
    'AgencyRef': ('TaxAgency', 'TaxAgencies'), 'PrefVendorRef': ('Vendor', 'Names'),
}
# References whose name recorded answers print; the others come as a bare value.
NAMED = {
    'CustomerRef', 'VendorRef', 'ItemRef', 'IncomeAccountRef', 'ExpenseAccountRef', 'AssetAccountRef',
    'DepositToAccountRef', 'AccountRef', 'DiscountAccountRef', 'ItemAccountRef', 'ClassRef', 'DepartmentRef',
    'SalesTermRef', 'CurrencyRef', 'PaymentMethodRef',
}
_PEOPLE = ('Customer', 'Vendor', 'Employee')


def label(entity, obj):
    """The name under which references to an object print it."""
    if entity in _PEOPLE:
        return obj.get('DisplayName')
    return obj.get('FullyQualifiedName') or obj.get('Name')


def check_references(company, body, old=None):
    """Every reference of `body` must exist and be active; one that the object already had may be inactive.

    :raises faults.Refusal: 2500 or 610
    """
    known = set(_walk(old or {}))
    for key, remote_id in _walk(body):
        _check_reference(company, key, remote_id, (key, remote_id) in known)


def _check_reference(company, key, remote_id, known):
    entity, word = REFERENCES[key]
    if remote_id == 'SHIPPING_ITEM_ID' and entity == 'Item':
        return
    target = company.get(entity, remote_id)
    if target is None:
        raise faults.reference(word, remote_id)
    if target.get('Active') is False and not known:
        raise faults.made_inactive(company.switch('inactive_reference_code'))
    if key == 'ItemRef' and target.get('Type') == 'Category':
        raise faults.reference(word, remote_id)


def _walk(value):
    """(property, id) of every reference inside `value` that is to be followed."""
    if isinstance(value, list):
        for item in value:
            yield from _walk(item)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in REFERENCES and isinstance(inner, dict) and inner.get('value'):
                yield key, str(inner['value'])
            elif not key.startswith('_'):
                yield from _walk(inner)


def with_names(company, value):
    """A copy of `value` for an answer: references carry the present name, private keys are left out."""
    if isinstance(value, list):
        return [with_names(company, item) for item in value]
    if not isinstance(value, dict):
        return value
    shown = {}
    for key, inner in value.items():
        if key.startswith('_') or inner is None:
            continue
        shown[key] = _named(company, key, inner) if key in NAMED and inner else with_names(company, inner)
    return shown


def _named(company, key, ref):
    if key == 'CurrencyRef':
        return {'value': ref['value'], 'name': CURRENCIES.get(ref['value'], ref['value'])}
    entity, _word = REFERENCES[key]
    target = company.get(entity, ref['value'])
    return {'value': ref['value'], 'name': label(entity, target)} if target else dict(ref)


def check_characters(company, obj, fields, forbidden):
    """No forbidden character in the given properties.

    :raises faults.Refusal: the code of switch `forbidden_character_code`
    """
    for field in fields:
        if any(char in (obj.get(field) or '') for char in forbidden):
            raise faults.characters(field, company.switch('forbidden_character_code'))


def check_planes(company, value, path=''):
    """Characters beyond the Basic Multilingual Plane (emoji) are refused while the switch says so."""
    if company.switch('beyond_bmp') != 'refuse':
        return
    if isinstance(value, str):
        if any(ord(char) > 0xFFFF for char in value):
            raise faults.characters(path, company.switch('forbidden_character_code'))
    elif isinstance(value, list):
        for item in value:
            check_planes(company, item, path)
    elif isinstance(value, dict):
        for key, inner in value.items():
            check_planes(company, inner, key)


def check_required(obj, *paths):
    """Properties that must be there and not empty.

    :raises faults.Refusal: 2020
    """
    for path in paths:
        value = obj
        for part in path.split('.'):
            value = (value or {}).get(part)
        if value is None or value == '' or value == []:
            raise faults.required(path)


def check_unique_name(company, entity, obj, space, name):
    """The name is free in its space (case does not count); the object itself may hold it.

    :raises faults.Refusal: 6240
    """
    holders = company.find(('name', space, name.casefold()))
    if any(holder != (entity, obj.get('Id')) for holder in holders):
        raise faults.duplicate_name()


def check_account_type(company, ref, allowed, code=6430):
    """The account has one of the types that this property takes.

    :raises faults.Refusal: 6430
    """
    account = company.get('Account', ref['value']) if ref else None
    if account and account['AccountType'] not in allowed:
        raise faults.Refusal(code, "Invalid account type used",
                             f"Business Validation Error: Select an account of type {' or '.join(allowed)} "
                             f"instead of {account['Name']}.", "")


def close_date(company):
    """The date up to which the books are closed, or None."""
    return company.objects['Preferences']['1']['AccountingInfoPrefs'].get('BookCloseDate')


def check_open_period(company, *dates):
    """None of the transaction dates lies in the closed period.

    :raises faults.Refusal: 6210
    """
    closed = close_date(company)
    if closed and any(day and day <= closed for day in dates):
        raise faults.Refusal(6210, "Account Period Closed, Cannot Update Through Services API",
                             "The account period has closed and the account books cannot be updated through the "
                             "QBO Services API. Please use the QBO website to make these changes.", "")

"""Customer, Vendor, Employee: three lists that share one space of display names ("QBO: Customer", "QBO: Vendor")."""

import re

from .. import faults, ledger
from .base import Entity

_PARTS = ('Title', 'GivenName', 'MiddleName', 'FamilyName', 'Suffix')
_DELIVERY = ('Print', 'Email', 'None')


class Person(Entity):
    """What the three kinds of names have in common."""

    name_field = 'DisplayName'
    name_space = 'people'
    named = 'DisplayName'
    forbidden = ':\t\n'
    checked_names = ('DisplayName', *_PARTS, 'PrintOnCheckName')
    kept = ('DefaultTaxCodeRef',)

    def defaults(self, company, obj, old):
        """DisplayName from the parts of the name, PrintOnCheckName from DisplayName."""
        obj.setdefault('Active', True)
        full = ' '.join(obj[part] for part in _PARTS if obj.get(part))
        if not (obj.get('DisplayName') or '').strip():
            obj['DisplayName'] = full
        if not obj['DisplayName']:
            raise faults.required("DisplayName, GivenName, FamilyName, MiddleName, Title or Suffix")
        obj['DisplayName'] = obj['DisplayName'].strip()
        if not obj.get('PrintOnCheckName'):
            obj['PrintOnCheckName'] = obj.get('CompanyName') or obj['DisplayName'][:110]

    def check(self, company, obj, old):
        """E-mail form, currency for ever, no deactivation with an open balance."""
        self._check_mail(obj)
        self._check_currency(company, obj, old)
        if old and old.get('Active') and not obj.get('Active') and ledger.name_balance(company, self.name, old):
            raise faults.business("You can't make a name inactive that has a balance", 6220)

    def _check_mail(self, obj):
        address = (obj.get('PrimaryEmailAddr') or {}).get('Address')
        if address and not all(re.fullmatch(r"\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*", part) for part in address.split(',')):
            raise faults.Refusal(2210, "Invalid Email Address format",
                                 f"Invalid Email Address format : Email Address does not conform to the RFC 822 "
                                 f"standard: {address}", 'EmailAddress')

    def _check_currency(self, company, obj, old):
        code = (obj.get('CurrencyRef') or {}).get('value') or company.home_currency
        if old and old.get('CurrencyRef', {}).get('value') != code:
            raise faults.business("You can't change the currency of a name once it is set")
        ledger.use_currency(company, code)
        obj['CurrencyRef'] = {'value': code}

    def compute(self, company, obj, old):
        """Addresses get ids of their own."""
        for key in ('BillAddr', 'ShipAddr', 'PrimaryAddr'):
            if obj.get(key):
                address = {part: text for part, text in obj[key].items() if text is not None and part != 'Id'}
                before = dict((old or {}).get(key) or {})
                remote_id = before.pop('Id', None)
                if before != address or not remote_id:
                    remote_id = company.next_id('address')
                obj[key] = dict(address, Id=remote_id) if address else None


class Customer(Person):
    """A customer, or a sub-customer up to four levels below it."""

    kept = ('DefaultTaxCodeRef', 'Taxable')

    def defaults(self, company, obj, old):
        """The values of a recorded create."""
        super().defaults(company, obj, old)
        obj.setdefault('Taxable', True)
        obj.setdefault('Job', bool(obj.get('ParentRef')))
        obj.setdefault('BillWithParent', False)
        obj.setdefault('PreferredDeliveryMethod', 'Print')
        if obj.get('Job') and not obj.get('ParentRef'):
            raise faults.required('ParentRef')

    def check(self, company, obj, old):
        """Delivery method, tax exemption reason, depth of sub-customers."""
        super().check(company, obj, old)
        if obj['PreferredDeliveryMethod'] not in _DELIVERY:
            raise faults.enumeration('PreferredDeliveryMethod', obj['PreferredDeliveryMethod'])
        reason = obj.get('TaxExemptionReasonId')
        if reason and reason not in {str(number) for number in range(1, 16)}:
            raise faults.enumeration('TaxExemptionReasonId', reason)

    def compute(self, company, obj, old):
        """FullyQualifiedName and Level from the parents."""
        super().compute(company, obj, old)
        obj['FullyQualifiedName'], obj['Level'] = self._path(company, obj)

    def _path(self, company, obj):
        parts, level, parent = [obj['DisplayName']], 0, obj.get('ParentRef')
        while parent:
            holder = company.get('Customer', parent['value'])
            if holder is None:
                raise faults.reference('Names', parent['value'])
            parts.insert(0, holder['DisplayName'])
            level += 1
            if holder['Id'] == obj.get('Id') or level > 4:
                raise faults.business("Names can only have five levels", 6180)
            parent = holder.get('ParentRef')
        return ':'.join(parts), level or None

    def shown(self, company, obj):
        """Balances are worked out from the open transactions."""
        shown = super().shown(company, obj)
        shown['Balance'] = ledger.name_balance(company, 'Customer', obj)
        jobs = company.find_objects(('parent', obj['Id']))
        shown['BalanceWithJobs'] = shown['Balance'] + sum(ledger.name_balance(company, 'Customer', job) for job in jobs)
        return shown

    def alone(self, company, obj):
        """Reads and writes tell the company's default tax code, queries do not (recorded)."""
        shown = self.shown(company, obj)
        default = company.objects['Preferences']['1']['TaxPrefs'].get('TaxGroupCodeRef')
        if company.is_us and obj.get('Taxable') and default:
            shown.setdefault('DefaultTaxCodeRef', dict(default))
        return shown

    def index_keys(self, obj):
        """Also found by parent."""
        yield from super().index_keys(obj)
        if obj.get('ParentRef'):
            yield ('parent', obj['ParentRef']['value'])


class Vendor(Person):
    """A supplier."""

    kept = ()

    def defaults(self, company, obj, old):
        """Vendor1099 is false until somebody says otherwise."""
        super().defaults(company, obj, old)
        obj.setdefault('Vendor1099', False)

    def shown(self, company, obj):
        """The balance is worked out from the open bills."""
        return dict(super().shown(company, obj), Balance=ledger.name_balance(company, 'Vendor', obj))


class Employee(Person):
    """A member of staff; shares its name with customers and vendors and has no currency."""

    kept = ()

    def defaults(self, company, obj, old):
        """GivenName or FamilyName is needed; the display name follows from them."""
        if old is None and not (obj.get('GivenName') or obj.get('FamilyName')):
            raise faults.required("GivenName or FamilyName")
        if old is None or not obj.get('DisplayName'):
            obj['DisplayName'] = ' '.join(obj[part] for part in _PARTS if obj.get(part))
        super().defaults(company, obj, old)
        obj.setdefault('BillableTime', False)

    def _check_currency(self, company, obj, old):
        obj.pop('CurrencyRef', None)



"""Plain lists: accounts, classes, locations, terms, payment methods, tax codes, rates and agencies, currencies."""

from decimal import Decimal

from .. import faults, ledger, rules
from .base import Entity

_CLASSIFICATION = {
    'Bank': 'Asset', 'Accounts Receivable': 'Asset', 'Other Current Asset': 'Asset', 'Fixed Asset': 'Asset',
    'Other Asset': 'Asset', 'Accounts Payable': 'Liability', 'Credit Card': 'Liability',
    'Other Current Liability': 'Liability', 'Long Term Liability': 'Liability', 'Equity': 'Equity',
    'Income': 'Revenue', 'Other Income': 'Revenue', 'Cost of Goods Sold': 'Expense', 'Expense': 'Expense',
    'Other Expense': 'Expense', 'Non-Posting': 'Equity',
}
_FIRST_SUBTYPE = {
    'Bank': 'CashOnHand', 'Accounts Receivable': 'AccountsReceivable', 'Income': 'SalesOfProductIncome',
    'Other Current Asset': 'EmployeeCashAdvances', 'Fixed Asset': 'FurnitureAndFixtures', 'Other Asset': 'Licenses',
    'Accounts Payable': 'AccountsPayable', 'Credit Card': 'CreditCard', 'Equity': 'OpeningBalanceEquity',
    'Other Current Liability': 'OtherCurrentLiabilities', 'Long Term Liability': 'NotesPayable',
    'Other Income': 'OtherMiscellaneousIncome', 'Cost of Goods Sold': 'SuppliesMaterialsCogs',
    'Expense': 'Travel', 'Other Expense': 'Depreciation',
}
_SUBTYPE_OWNER = {subtype: kind for kind, subtype in _FIRST_SUBTYPE.items()}


class NamedList(Entity):
    """A list whose only rule is a unique name."""

    name_field = 'Name'
    required = ('Name',)

    def defaults(self, company, obj, old):
        """Records are born active."""
        obj.setdefault('Active', True)


class Account(NamedList):
    """An account of the chart ("QBO: Account")."""

    forbidden = ':"'
    checked_names = ('Name',)
    kept = ('AccountType', 'AccountSubType', 'Classification')

    def defaults(self, company, obj, old):
        """Type and sub-type follow from one another."""
        super().defaults(company, obj, old)
        if not obj.get('AccountType') and not obj.get('AccountSubType'):
            raise faults.Refusal(6010, "Account type or sub-type is required",
                                 "AccountType or AccountSubType must be specified", "")
        obj.setdefault('AccountType', _SUBTYPE_OWNER.get(obj.get('AccountSubType'), 'Expense'))
        obj.setdefault('AccountSubType', _FIRST_SUBTYPE.get(obj['AccountType'], 'Travel'))
        obj['Classification'] = _CLASSIFICATION[obj['AccountType']]
        obj['SubAccount'] = bool(obj.get('ParentRef'))
        obj.setdefault('CurrentBalance', Decimal(0))
        obj.setdefault('CurrentBalanceWithSubAccounts', Decimal(0))

    def check(self, company, obj, old):
        """Account numbers are short, and unique where given; the currency must be in use."""
        limit = 20 if company.country in ('AU', 'CA') else 7
        number = obj.get('AcctNum') or ''
        if len(number) > limit:
            raise faults.too_long('AcctNum', limit, len(number))
        code = (obj.get('CurrencyRef') or {}).get('value') or company.home_currency
        ledger.use_currency(company, code)
        obj['CurrencyRef'] = {'value': code}

    def compute(self, company, obj, old):
        """FullyQualifiedName from the parent."""
        parent = company.get('Account', (obj.get('ParentRef') or {}).get('value'))
        if obj.get('ParentRef') and parent is None:
            raise faults.reference('Accounts', obj['ParentRef']['value'])
        obj['FullyQualifiedName'] = f"{parent['FullyQualifiedName']}:{obj['Name']}" if parent else obj['Name']


class Tree(NamedList):
    """Class and Department (location): names with parents."""

    forbidden = ':'
    checked_names = ('Name',)
    preferences = {'Class': ('ClassTrackingPerTxn', 'ClassTrackingPerTxnLine'), 'Department': ('TrackDepartments',)}

    def check(self, company, obj, old):
        """New ones belong to a company that tracks them (its plan has the feature).

        :raises faults.Refusal: 5030, as switch `untracked` says
        """
        kept = company.objects['Preferences']['1']['AccountingInfoPrefs']
        if old is None and company.switch('untracked') == 'refuse' and not any(
                kept.get(preference) for preference in self.preferences[self.name]):
            raise faults.Refusal(5030, "Feature Not Supported Error",
                                 f"Feature Not Supported Error : {self.name} is turned off for this company", "")

    def compute(self, company, obj, old):
        """FullyQualifiedName and the flag that tells of a parent."""
        parent = company.get(self.name, (obj.get('ParentRef') or {}).get('value'))
        if obj.get('ParentRef') and parent is None:
            raise faults.reference('Klasses' if self.name == 'Class' else 'Depts', obj['ParentRef']['value'])
        obj['FullyQualifiedName'] = f"{parent['FullyQualifiedName']}:{obj['Name']}" if parent else obj['Name']
        obj[f"Sub{self.name}"] = bool(parent)


class Term(NamedList):
    """Terms of payment: standard (DueDays) or driven by the date."""

    def check(self, company, obj, old):
        """The ranges of the published schema."""
        if obj.get('DueDays') is None:
            rules.check_required(obj, 'DayOfMonthDue', 'DueNextMonthDays')
        for key, low, high in (('DayOfMonthDue', 1, 31), ('DueNextMonthDays', 1, 999), ('DiscountDays', 0, 999),
                               ('DiscountPercent', 0, 100), ('DueDays', 0, 999)):
            if obj.get(key) is not None and not low <= obj[key] <= high:
                raise faults.malformed(2070, key, obj[key])
        obj['Type'] = 'STANDARD' if obj.get('DueDays') is not None else 'DATE_DRIVEN'


class PaymentMethod(NamedList):
    """A way of paying."""

    def check(self, company, obj, old):
        """Type is one of two words."""
        obj.setdefault('Type', 'NON_CREDIT_CARD')
        if obj['Type'] not in ('CREDIT_CARD', 'NON_CREDIT_CARD'):
            raise faults.enumeration('Type', obj['Type'])


class ReadOnlyList(Entity):
    """Tax codes and rates: read here, made through the tax service."""

    writable = False
    name_field = 'Name'


class TaxAgency(Entity):
    """A tax authority."""

    name_field = 'DisplayName'
    named = 'DisplayName'
    required = ('DisplayName',)

    def defaults(self, company, obj, old):
        """Tracked on sales unless told otherwise."""
        obj.setdefault('TaxTrackedOnSales', True)
        obj.setdefault('TaxTrackedOnPurchases', False)


class CompanyCurrency(Entity):
    """A currency in use; needs multicurrency."""

    name_field = 'Code'
    required = ('Code',)

    def check(self, company, obj, old):
        """A known currency, in a company that keeps several.

        :raises faults.Refusal: 6000, 2500
        """
        if not ledger.multicurrency(company):
            raise faults.business("Multicurrency must be turned on before another currency can be used")
        if obj['Code'] not in rules.CURRENCIES:
            raise faults.reference('Currencies', obj['Code'])
        obj['Name'] = rules.CURRENCIES[obj['Code']]
        obj.setdefault('Active', True)

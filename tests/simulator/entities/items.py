"""Item: products and services ("QBO: Item")."""

from decimal import Decimal

from .. import faults, rules
from .base import Entity

_REQUIRED = {
    'Service': ('IncomeAccountRef',),
    'NonInventory': (),
    'Inventory': ('InvStartDate', 'AssetAccountRef', 'IncomeAccountRef', 'ExpenseAccountRef'),
    'Category': (),
}
_TOP_PRICE = Decimal(99999999999)


class Item(Entity):
    """A product or service; its Type must be told (since minor version 4)."""

    name_field = 'Name'
    forbidden = ':\t\n'
    required = ('Name',)
    kept = ('Type', 'TrackQtyOnHand', 'QtyOnHand', 'InvStartDate')

    def defaults(self, company, obj, old):
        """Active, not taxable, no price."""
        obj.setdefault('Active', True)
        rules.check_required(obj, 'Name', 'Type')
        if obj['Type'] != 'Category':
            obj.setdefault('Taxable', False)
            obj.setdefault('UnitPrice', Decimal(0))
            obj.setdefault('PurchaseCost', Decimal(0))
            obj.setdefault('TrackQtyOnHand', obj['Type'] == 'Inventory')

    def check(self, company, obj, old):
        """The accounts and stock data that each type asks for."""
        kind = obj['Type']
        if kind not in _REQUIRED:
            raise faults.enumeration('Type', kind) if kind not in ('Group', 'Bundle') else faults.business(
                "Group items cannot be created through the API")
        rules.check_required(obj, *_REQUIRED[kind])
        if kind == 'NonInventory' and not (obj.get('IncomeAccountRef') or obj.get('ExpenseAccountRef')):
            raise faults.required('ExpenseAccountRef')
        if kind == 'Inventory':
            self._check_inventory(company, obj, old)
        elif kind == 'Category' and (obj.get('IncomeAccountRef') or obj.get('ExpenseAccountRef')):
            raise faults.business("A category has no accounts")
        if abs(obj.get('UnitPrice') or 0) > _TOP_PRICE:
            raise faults.malformed(2080, 'UnitPrice', obj['UnitPrice'])
        rules.check_account_type(company, obj.get('IncomeAccountRef'),
                                 ('Income', 'Other Income', 'Other Current Liability', 'Expense',
                                  'Cost of Goods Sold', 'Other Expense'))
        rules.check_account_type(company, obj.get('ExpenseAccountRef'),
                                 ('Expense', 'Cost of Goods Sold', 'Other Expense', 'Other Current Asset',
                                  'Fixed Asset', 'Income', 'Other Current Liability'))

    def _check_inventory(self, company, obj, old):
        if not company.objects['Preferences']['1']['ProductAndServicesPrefs'].get('QuantityOnHand'):
            raise faults.Refusal(5030, "Feature Not Supported Error",
                                 "Feature Not Supported Error : Inventory is not part of this subscription", "")
        if not obj.get('TrackQtyOnHand'):
            raise faults.required('TrackQtyOnHand') if old is None else faults.business(
                "An item that tracks quantities cannot stop doing so")
        if obj.get('QtyOnHand') is None:
            raise faults.Refusal(6520, "Inventory quantity missing",
                                 "Business Validation Error: QtyOnHand is required for an inventory item", "")
        rules.check_account_type(company, obj['AssetAccountRef'], ('Other Current Asset',))
        rules.check_account_type(company, obj['IncomeAccountRef'], ('Income',))
        rules.check_account_type(company, obj['ExpenseAccountRef'], ('Cost of Goods Sold',))

    def compute(self, company, obj, old):
        """FullyQualifiedName from the parent."""
        parent = company.get('Item', (obj.get('ParentRef') or {}).get('value'))
        if obj.get('ParentRef') and parent is None:
            raise faults.reference('Items', obj['ParentRef']['value'])
        obj['FullyQualifiedName'] = f"{parent['FullyQualifiedName']}:{obj['Name']}" if parent else obj['Name']
        if parent:
            obj['SubItem'], obj['Level'] = True, (parent.get('Level') or 0) + 1

"""The entities, by JSON key and by the lower-case word of their address."""

from .company import Singleton
from .items import Item
from .lists import Account, CompanyCurrency, PaymentMethod, ReadOnlyList, TaxAgency, Term, Tree
from .names import Customer, Employee, Vendor
from .payments import Payment
from .purchases import JournalEntry, Purchase
from .sales import CreditMemo, Estimate, Invoice, RefundReceipt, SalesReceipt

_KINDS = {
    'Account': Account, 'Class': Tree, 'CompanyCurrency': CompanyCurrency, 'CompanyInfo': Singleton,
    'CreditMemo': CreditMemo, 'Customer': Customer, 'Department': Tree, 'Employee': Employee, 'Estimate': Estimate,
    'Invoice': Invoice, 'Item': Item, 'JournalEntry': JournalEntry, 'Payment': Payment,
    'PaymentMethod': PaymentMethod, 'Preferences': Singleton, 'Purchase': Purchase, 'RefundReceipt': RefundReceipt,
    'SalesReceipt': SalesReceipt, 'TaxAgency': TaxAgency, 'TaxCode': ReadOnlyList, 'TaxRate': ReadOnlyList,
    'Term': Term, 'Vendor': Vendor,
}
ENTITIES = {name: kind(name) for name, kind in _KINDS.items()}
BY_PATH = {name.lower(): entity for name, entity in ENTITIES.items()}
TRANSACTIONS = [name for name, entity in ENTITIES.items() if entity.is_transaction]


def index_keys(name, obj):
    """Keys under which the store finds an object of the entity `name`."""
    return ENTITIES[name].index_keys(obj) if name in ENTITIES else ()


__all__ = ['BY_PATH', 'ENTITIES', 'TRANSACTIONS', 'index_keys']

"""ItemDoc -> Item. Required fields and lengths: API reference "Item"."""

from ..money import limit_digits
from ..names import ITEM_NAME_LIMIT, clean_name, clean_text
from . import PayloadError
from .common import compact, limited, number, reference

KINDS = ('Service', 'NonInventory', 'Inventory')
SKU_LIMIT = 100
DESCRIPTION_LIMIT = 4000
PURCHASE_DESCRIPTION_LIMIT = 1000
LARGEST_PRICE = 99_999_999_999


def item_payload(doc):
    """Return the JSON object of a :class:`~..documents.ItemDoc`.

    The purchase side (description, cost) is only sent along with an expense account, without which
    QuickBooks does not show it.

    :raises PayloadError: no usable name, a price beyond QuickBooks' range, an item code over 100
        characters, an unknown kind, or an Inventory item without its accounts
    """
    if doc.kind not in KINDS:
        raise PayloadError(f"'{doc.kind}' is not a type of item in QuickBooks.", 'Type')
    try:
        name = clean_name(doc.name, ITEM_NAME_LIMIT)
    except ValueError:
        raise PayloadError("A product needs a name that QuickBooks can show.", 'Name') from None
    if not doc.income_account:
        raise PayloadError(f"Product '{name}' has no income account in QuickBooks.", 'IncomeAccountRef')
    return compact({
        'Name': name,
        'Type': doc.kind,
        'Sku': limited(doc.sku, SKU_LIMIT, 'Sku', "Item code"),
        'Description': clean_text(doc.description, DESCRIPTION_LIMIT),
        'UnitPrice': _price(doc.price, 'UnitPrice'),
        'IncomeAccountRef': reference(doc.income_account),
        'Taxable': doc.taxable,
        'Active': doc.active,
        **_purchase(doc),
        **(_stock(doc, name) if doc.kind == 'Inventory' else {}),
    })


def _purchase(doc):
    if not doc.expense_account:
        return {}
    return {
        'ExpenseAccountRef': reference(doc.expense_account),
        'PurchaseDesc': clean_text(doc.purchase_description, PURCHASE_DESCRIPTION_LIMIT),
        'PurchaseCost': _price(doc.cost, 'PurchaseCost'),
    }


def _stock(doc, name):
    """Return the fields of an item whose stock QuickBooks keeps (faults 2020 and 6520 without them)."""
    if not doc.asset_account or not doc.expense_account:
        raise PayloadError(
            f"Product '{name}' is an inventory item: it needs an inventory asset account and a cost of goods "
            "sold account in QuickBooks.", 'AssetAccountRef')
    return {
        'TrackQtyOnHand': True,
        'AssetAccountRef': reference(doc.asset_account),
        'QtyOnHand': number(doc.quantity_on_hand, 'QtyOnHand'),
        'InvStartDate': doc.start_date.isoformat() if doc.start_date else None,
    }


def _price(price, field):
    if price is None:
        return None
    if abs(price) > LARGEST_PRICE:
        raise PayloadError(f"QuickBooks takes prices up to {LARGEST_PRICE}, not {price}.", field)
    return number(limit_digits(price), field)

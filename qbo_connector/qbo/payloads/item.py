"""ItemDoc -> Item (API reference of Item: lengths, and what each type requires)."""

from ..money import as_number
from ..names import clean_text
from . import PayloadError, filled, ref

SKU_LIMIT, DESCRIPTION_LIMIT, PURCHASE_LIMIT = 100, 4000, 1000


def item_payload(doc):
    """Return the JSON object of an item.

    :raises PayloadError: a code that QuickBooks cannot hold
    """
    if len(doc.sku) > SKU_LIMIT:
        raise PayloadError(
            f"Internal reference '{doc.sku}' has {len(doc.sku)} characters; QuickBooks takes {SKU_LIMIT}.", 'default_code')
    payload = {
        'Name': doc.name,
        'Type': doc.kind,
        'Sku': clean_text(doc.sku, SKU_LIMIT),
        'Description': clean_text(doc.description, DESCRIPTION_LIMIT),
        'UnitPrice': None if doc.price is None else as_number(doc.price),
        'IncomeAccountRef': ref(doc.income_account),
    }
    if doc.expense_account:  # what is bought needs an account to go to
        payload |= {
            'ExpenseAccountRef': ref(doc.expense_account),
            'PurchaseDesc': clean_text(doc.purchase_description, PURCHASE_LIMIT),
            'PurchaseCost': None if doc.cost is None else as_number(doc.cost),
        }
    if doc.quantity_on_hand is not None:
        payload |= {
            'TrackQtyOnHand': True, 'QtyOnHand': as_number(doc.quantity_on_hand),
            'InvStartDate': doc.start_date.isoformat(), 'AssetAccountRef': ref(doc.asset_account),
        }
    return filled(payload)

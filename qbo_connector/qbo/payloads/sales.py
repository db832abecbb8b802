"""SalesDoc -> Invoice or CreditMemo.

Sources: API reference of Invoice and CreditMemo; Intuit blog "Using QuickBooks Online API for automated sales tax" (US: lines are TAX or
NON, and TxnTaxDetail.TotalTax with a TxnTaxCodeRef overrides what QuickBooks would compute); "Fix common QuickBooks Online
Accounting API errors" (outside the US every line needs a tax code).
"""

from ..money import as_number, round_half_up, unit_price
from ..names import clean_text
from . import PayloadError, filled, ref
from .address import address_payload

NUMBER_LIMIT, DESCRIPTION_LIMIT, MEMO_LIMIT, EMAIL_LIMIT = 21, 4000, 1000, 100


def sales_payload(doc):
    """Return the JSON object of a sales document.

    :raises PayloadError: a number that is too long, or US tax without a tax code
    """
    if len(doc.number) > NUMBER_LIMIT:
        raise PayloadError(
            f"Number '{doc.number}' has {len(doc.number)} characters; QuickBooks takes {NUMBER_LIMIT}.", 'name')
    invoice = doc.kind == 'Invoice'
    return filled({
        'DocNumber': doc.number,
        'TxnDate': doc.date.isoformat(),
        'DueDate': doc.due_date.isoformat() if invoice and doc.due_date else None,
        'SalesTermRef': ref(doc.term) if invoice and doc.term else None,
        'CustomerRef': ref(doc.customer),
        'CurrencyRef': ref(doc.currency) if doc.currency else None,
        'ExchangeRate': as_number(doc.exchange_rate) if doc.exchange_rate else None,
        'Line': [line for part in doc.lines for line in _lines(part, doc)],
        'GlobalTaxCalculation': 'TaxExcluded' if doc.tax_regime == 'global' else None,
        'TxnTaxDetail': _us_tax(doc) if doc.tax_regime == 'us' else None,
        'CustomerMemo': {'value': clean_text(doc.memo, MEMO_LIMIT)} if doc.memo else None,
        'PrivateNote': doc.private_note,
        'BillAddr': address_payload(doc.billing),
        'ShipAddr': address_payload(doc.shipping),
        'BillEmail': {'Address': doc.email} if 0 < len(doc.email) <= EMAIL_LIMIT else None,
    })


def _us_tax(doc):
    """Return the tax that Odoo charged, which QuickBooks then takes over instead of its own."""
    if not doc.tax_total:
        return None
    if not doc.tax_code:
        raise PayloadError(
            "QuickBooks has no default sales tax code, so it would compute its own tax. Map the taxes of this document to a "
            "QuickBooks tax code.")
    return {'TxnTaxCodeRef': ref(doc.tax_code), 'TotalTax': as_number(doc.tax_total)}


def _lines(line, doc):
    """Return the JSON lines of one line: a discounted one is shown at its price, followed by its discount."""
    if line.item is None:
        text = clean_text(line.description, DESCRIPTION_LIMIT).strip()
        return [{'DetailType': 'DescriptionOnly', 'Description': text}] if text else []
    if not line.discount or line.unit_price is None or line.quantity is None:
        return [_item_line(line, doc, line.description, line.amount)]
    gross = round_half_up(line.quantity * line.unit_price, doc.digits)
    rows = [_item_line(line, doc, line.description, gross)]
    if line.amount != gross:
        label = f"Discount {line.discount.normalize():f} %"
        rows.append(_row(line, doc, label, line.amount - gross))
    return rows


def _item_line(line, doc, description, amount):
    """Return a line with quantity and price such that QuickBooks' own product is the amount."""
    if line.quantity is None:
        return _row(line, doc, description, amount)
    price = unit_price(line.quantity, line.unit_price, amount, doc.digits)
    if price is None:  # no price of 15 digits gives this amount: say in words what it was made of
        shown = f"{line.quantity.normalize():f} x {line.unit_price.normalize():f}" if line.unit_price is not None \
            else f"Quantity {line.quantity.normalize():f}"
        return _row(line, doc, f"{description}\n{shown}", amount)
    return _row(line, doc, description, amount, {'Qty': as_number(line.quantity), 'UnitPrice': as_number(price)})


def _row(line, doc, description, amount, extra=None):
    detail = {'ItemRef': ref(line.item), **(extra or {})}
    if doc.tax_regime == 'us':
        detail['TaxCodeRef'] = ref('TAX' if line.taxable else 'NON')
    elif doc.tax_regime == 'global':
        detail['TaxCodeRef'] = ref(line.tax_code)
    return filled({
        'DetailType': 'SalesItemLineDetail', 'Amount': as_number(amount),
        'Description': clean_text(description, DESCRIPTION_LIMIT), 'SalesItemLineDetail': detail,
    })

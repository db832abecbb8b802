"""One abstract model per QuickBooks entity: how an Odoo record is pushed."""

from . import (
    qbo_entity,
    variance,
    undo,
    others,
    closed_books,
    currencies,
    named,
    customer,
    customer_currency,
    item,
    account_item,
    sales_document,
    sales_numbers,
    sales_lines,
    sales_taxes,
    sales_classes,
    invoice,
    credit_memo,
    payment,
    payment_customer,
)

"""One abstract model per QuickBooks entity: how an Odoo record is pushed."""

from . import (
    qbo_entity,
    currencies,
    named,
    customer,
    item,
    account_item,
    sales_document,
    sales_lines,
    sales_taxes,
    invoice,
    credit_memo,
    payment,
)

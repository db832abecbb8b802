"""One abstract model per QuickBooks entity: how an Odoo record is pushed."""

from . import (
    qbo_entity,
    named,
    customer,
    item,
    account_item,
    sales_document,
    invoice,
    credit_memo,
    payment,
)

"""Customer invoices -> Invoice."""

from odoo import models


class QboInvoice(models.AbstractModel):
    """Pushes posted customer invoices; a cancelled one is voided (QBO: Invoice, void)."""

    _name = 'qbo.entity.invoice'
    _inherit = 'qbo.entity.sales_document'
    _description = "Invoice"

    _qbo_entity = 'Invoice'
    _qbo_move_types = ('out_invoice',)

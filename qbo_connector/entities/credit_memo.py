"""Customer credit notes -> CreditMemo."""

from odoo import models


class QboCreditMemo(models.AbstractModel):
    """Pushes posted credit notes; a cancelled one is deleted, the API does not void credit memos."""

    _name = 'qbo.entity.credit_memo'
    _inherit = 'qbo.entity.sales_document'
    _description = "Credit Memo"

    _qbo_entity = 'CreditMemo'
    _qbo_undo = 'delete'
    _qbo_move_types = ('out_refund',)

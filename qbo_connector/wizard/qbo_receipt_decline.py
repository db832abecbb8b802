"""Leave a payment of QuickBooks out of Odoo, or Odoo as it is, with a reason."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class QboReceiptDecline(models.TransientModel):
    """One question: why."""

    _name = 'qbo.receipt.decline'
    _description = "Leave Out a Payment from QuickBooks"

    receipt_ids = fields.Many2many('qbo.receipt', string="Payments", readonly=True)
    reason = fields.Char(help="Shown with the payment, and kept in the audit trail.")

    @api.model
    def _open(self, receipts):
        """Return the action that asks."""
        if not receipts:
            raise UserError(self.env._("Nothing of this waits for a decision."))
        wizard = self.create({'receipt_ids': [fields.Command.set(receipts.ids)]})
        return {'type': 'ir.actions.act_window', 'name': self.env._("Leave Out"), 'res_model': self._name,
                'res_id': wizard.id, 'view_mode': 'form', 'views': [(False, 'form')], 'target': 'new'}

    def action_decline(self):
        """Do it."""
        self.ensure_one()
        self.check_access('write')
        if not (self.reason or '').strip():
            raise UserError(self.env._("Say why, for whoever wonders later."))
        self.receipt_ids._decline(self.reason.strip())
        return {'type': 'ir.actions.act_window_close'}

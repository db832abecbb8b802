"""From invoices and payments to what QuickBooks says was paid."""

from odoo import api, fields, models

from .qbo_badge import READERS


class QboReceived(models.AbstractModel):
    """Gives a model its way to the payments that were entered in QuickBooks."""

    _name = 'qbo.received'
    _description = "Record with Payments from QuickBooks"

    qbo_receipt_count = fields.Integer(
        compute='_compute_qbo_receipt_count', compute_sudo=True, string="Payments from QuickBooks", groups=READERS)

    @api.depends_context('company')
    def _compute_qbo_receipt_count(self):
        for record in self:
            record.qbo_receipt_count = len(record._qbo_receipts())

    def _qbo_receipts(self):
        """Return the payments of QuickBooks that concern the record."""
        return self.env['qbo.receipt']

    def action_qbo_receipts(self):
        """Open the payments of QuickBooks that concern the record."""
        self.ensure_one()
        self.check_access('read')
        self.env['qbo.receipt'].check_access('read')
        return self.sudo()._qbo_receipts().sudo(self.env.su)._open()


class AccountMove(models.Model):
    """Invoices and credit notes."""

    _name = 'account.move'
    _inherit = ['account.move', 'qbo.received']

    def _qbo_receipts(self):
        return self.env['qbo.receipt.line'].search([('move_id', 'in', self._origin.ids)]).receipt_id


class AccountPayment(models.Model):
    """Payments."""

    _name = 'account.payment'
    _inherit = ['account.payment', 'qbo.received']

    def _qbo_receipts(self):
        return self.env['qbo.receipt'].search([('payment_id', 'in', self._origin.ids)])

"""Hooks on journal entries: posted, cancelled, deleted and edited documents are enqueued."""

from odoo import models
from odoo.fields import Domain

PUSHED_FIELDS = {'ref', 'narration', 'invoice_date_due', 'invoice_payment_term_id', 'partner_shipping_id'}


class AccountMove(models.Model):
    """Invoices and credit notes."""

    _name = 'account.move'
    _inherit = ['account.move', 'qbo.syncable']

    def _post(self, soft=True):
        """Override of account to enqueue what was posted."""
        posted = super()._post(soft)
        posted._qbo_enqueue()
        return posted

    def button_cancel(self):
        """Override of account to enqueue what was cancelled."""
        result = super().button_cancel()
        self._qbo_enqueue()
        return result

    def write(self, vals):
        """Override to enqueue posted documents whose pushed fields were edited."""
        result = super().write(vals)
        if not PUSHED_FIELDS.isdisjoint(vals):
            self.filtered(lambda move: move.state == 'posted')._qbo_enqueue()
        return result

    def unlink(self):
        """Override to enqueue what was deleted; the entry only keeps the name and the id."""
        self._qbo_enqueue()
        return super().unlink()

    def _qbo_draft_domain(self):
        return Domain('state', '=', 'draft')

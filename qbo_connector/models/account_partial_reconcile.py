"""Hooks on reconciliations: a payment whose allocations change is enqueued again."""

from odoo import api, models


class AccountPartialReconcile(models.Model):
    """One allocation of a payment to a document."""

    _inherit = 'account.partial.reconcile'

    @api.model_create_multi
    def create(self, vals_list):
        """Override to enqueue the payments that were allocated."""
        partials = super().create(vals_list)
        partials._qbo_payments()._qbo_enqueue()
        return partials

    def unlink(self):
        """Override to enqueue the payments that lose an allocation."""
        payments = self._qbo_payments()
        result = super().unlink()
        payments.exists()._qbo_enqueue()
        return result

    def _qbo_payments(self):
        """Return the payments on either side of the allocations."""
        return (self.debit_move_id | self.credit_move_id).move_id.origin_payment_id

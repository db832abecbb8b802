"""Hooks on payments: in 19 the state is computed, so the actions are hooked, not write()."""

from odoo import models
from odoo.fields import Domain


class AccountPayment(models.Model):
    """Payments."""

    _name = 'account.payment'
    _inherit = ['account.payment', 'qbo.syncable']

    def action_post(self):
        """Override of account to enqueue what was posted."""
        result = super().action_post()
        self._qbo_enqueue()
        return result

    def action_validate(self):
        """Override of account to enqueue what was validated."""
        result = super().action_validate()
        self._qbo_enqueue()
        return result

    def action_cancel(self):
        """Override of account to enqueue what was cancelled."""
        result = super().action_cancel()
        self._qbo_enqueue()
        return result

    def action_reject(self):
        """Override of account to enqueue what was rejected."""
        result = super().action_reject()
        self._qbo_enqueue()
        return result

    def unlink(self):
        """Override to enqueue what was deleted."""
        self._qbo_enqueue()
        return super().unlink()

    def _qbo_draft_domain(self):
        return Domain('state', '=', 'draft')

"""Hook on accounts: one whose name changes may stand in QuickBooks as the item of its lines."""

from odoo import models

PUSHED_FIELDS = {'name', 'code'}


class AccountAccount(models.Model):
    """Accounts."""

    _inherit = 'account.account'

    def write(self, vals):
        """Override to enqueue accounts that were renamed."""
        result = super().write(vals)
        if not PUSHED_FIELDS.isdisjoint(vals):
            self.env['qbo.queue.entry']._collect(self)
        return result

"""Analytic accounts -> Class: a whole entity in one file, the engine untouched."""

from odoo import api, models
from odoo.addons.qbo_connector.qbo.names import clean_name

PUSHED_FIELDS = {'name', 'active'}


class QboClass(models.AbstractModel):
    """Pushes an analytic account as a Class."""

    _name = 'qbo.entity.class'
    _inherit = 'qbo.entity.named'
    _description = "Class"

    _qbo_entity = 'Class'
    _qbo_model = 'account.analytic.account'
    _qbo_rank = 15

    @api.model
    def _content(self, connection, record, suffix, ids):
        return {'Name': clean_name(record.name, 100)}, 0.0, 0.0

    @api.model
    def _missing(self, connection):
        """Return the accounts that have no class yet, for the daily search."""
        return self._unlinked(connection, self.env['account.analytic.account'].search([
            ('company_id', 'in', (False, connection.company_id.id))]))


class AccountAnalyticAccount(models.Model):
    """Analytic accounts."""

    _name = 'account.analytic.account'
    _inherit = ['account.analytic.account', 'qbo.syncable']

    @api.model_create_multi
    def create(self, vals_list):
        """Override to enqueue new analytic accounts."""
        accounts = super().create(vals_list)
        accounts._qbo_enqueue()
        return accounts

    def write(self, vals):
        """Override to enqueue analytic accounts that were renamed or archived."""
        result = super().write(vals)
        if not PUSHED_FIELDS.isdisjoint(vals):
            self._qbo_enqueue()
        return result

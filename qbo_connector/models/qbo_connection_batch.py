"""What leads from a connection to its batches, and what ends them."""

from odoo import models


class QboConnection(models.Model):
    """The part of the connection that leads to its batches."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def _archive_links(self):
        """Override to end what was meant for the QuickBooks company that the links lead to."""
        super()._archive_links()
        for batch_sudo in self.env['qbo.push.batch'].sudo().search([
                ('connection_id', 'in', self.ids), ('state', 'in', ('running', 'paused'))]):
            batch_sudo._abandon()

    def action_open_backfill(self):
        """Open the backfills of the connection, or begin with the first one."""
        self.ensure_one()
        batches = self.env['qbo.push.batch'].search([('connection_id', '=', self.id), ('kind', '=', 'backfill')])
        action = self._open('qbo.push.batch', self.env._("Backfill"), [('kind', '=', 'backfill')])
        action['context'] = {**action['context'], 'default_date_from': self.sync_from}
        if not batches:
            return {**action, 'view_mode': 'form', 'views': [(False, 'form')]}
        return action

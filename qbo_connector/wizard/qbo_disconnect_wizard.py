"""Disconnect from QuickBooks: what becomes of the links."""

from odoo import fields, models


class QboDisconnectWizard(models.TransientModel):
    """One question before the consent is revoked."""

    _name = 'qbo.disconnect.wizard'
    _description = "Disconnect from QuickBooks"

    connection_id = fields.Many2one('qbo.connection', required=True, ondelete='cascade')
    link_count = fields.Integer(related='connection_id.link_count')
    links = fields.Selection(
        [
            ('keep', "Keep the links: I will connect the same QuickBooks company again"),
            ('archive', "Archive the links: I will connect another QuickBooks company, or none"),
        ],
        required=True, default='keep',
        help="Links tell which document is which. Archived links stay readable, but documents would be sent anew.")

    def action_disconnect(self):
        """Disconnect as chosen."""
        self.ensure_one()
        self.connection_id._disconnect(archive_links=self.links == 'archive')
        return {'type': 'ir.actions.act_window_close'}

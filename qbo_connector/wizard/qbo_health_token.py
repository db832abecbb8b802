"""Issues the token with which a monitoring system may ask /qbo/health."""

from odoo import fields, models

from ..models.qbo_connection_health import TOKEN_HASH


class QboHealthToken(models.TransientModel):
    """Shows a token once: it is no column, and what is kept elsewhere is its hash."""

    _name = 'qbo.health.token'
    _description = "QuickBooks Monitoring Token"

    token = fields.Char(store=False, readonly=True)
    url = fields.Char(string="Address", compute='_compute_url')
    issued_at = fields.Datetime(compute='_compute_issued_at')

    def _compute_url(self):
        base = self.env['ir.config_parameter'].sudo().get_param('web.base.url', '').rstrip('/')
        self.url = f'{base}/qbo/health'

    def _compute_issued_at(self):
        # Only those who administer system parameters come here.
        self.issued_at = self.env['ir.config_parameter'].search([('key', '=', TOKEN_HASH)]).write_date

    def action_issue(self):
        """Issue a new token and show it, this once."""
        token = self.env['qbo.connection']._issue_health_token()
        return self._show(default_token=token)

    def action_revoke(self):
        """Take the token back."""
        self.env['qbo.connection']._revoke_health_token()
        return self._show()

    def _show(self, **context):
        """Open the dialog afresh."""
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("Monitoring"), 'res_model': self._name,
            'view_mode': 'form', 'target': 'new', 'context': context,
        }

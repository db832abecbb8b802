"""Verifier tokens: the secrets with which Intuit signs what it tells."""

from odoo import api, fields, models


class QboWebhookToken(models.Model):
    """One verifier token of the Intuit app of a connection: encrypted, set and never read, like the client secret.

    An app has one for development and one for production. While it is replaced, the old and the new one are both valid
    here. A post is believed for those companies only whose connection holds the token that signed it.
    """

    _name = 'qbo.webhook.token'
    _description = "QuickBooks Webhook Verifier Token"
    _order = 'id desc'

    connection_id = fields.Many2one('qbo.connection', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='connection_id.company_id', store=True)
    name = fields.Char(string="Label", required=True, default="Webhooks", help="For you: which app, since when.")
    token = fields.Char(
        string="Verifier Token", compute='_compute_token', readonly=False, copy=False,
        help="Of your app at developer.intuit.com, under Webhooks, for the environment of this connection. Can be set, "
             "never read.")
    token_enc = fields.Char(groups=fields.NO_ACCESS, copy=False)
    last_post_at = fields.Datetime(
        string="Last Post", compute='_compute_last_post_at',
        help="When Intuit last told something new with this token.")

    def _compute_token(self):
        self.token = False  # write-only

    def _compute_last_post_at(self):
        last = dict(self.env['qbo.webhook'].sudo()._read_group(
            [('token_id', 'in', self.ids)], ['token_id'], ['create_date:max']))
        for token in self:
            token.last_post_at = last.get(token._origin)

    @api.model_create_multi
    def create(self, vals_list):
        """Override to store the token encrypted."""
        tokens = super().create([
            {name: value for name, value in vals.items() if name != 'token'} for vals in vals_list])
        for row, vals in zip(tokens, vals_list, strict=True):
            row._keep(vals.get('token'))
        tokens._note(self.env._("Webhook verifier token added"))
        return tokens

    def write(self, vals):
        """Override to store the token encrypted."""
        if 'token_enc' in vals:
            return super().write(vals)
        self.check_access('write')
        vals = dict(vals)
        token = vals.pop('token', False)
        result = super().write(vals)
        self._keep(token)
        self._note(self.env._("Webhook verifier token changed"))
        return result

    def _keep(self, token):
        """Store a token encrypted, so that it never reaches the ORM's cache or log; the field is nobody's to write."""
        if token := (token or '').strip():
            self.sudo().token_enc = self.env['qbo.credential'].sudo()._encrypt(token)

    def unlink(self):
        """Override to forget the token in all processes."""
        self._note(self.env._("Webhook verifier token removed"))
        return super().unlink()

    def _note(self, text):
        """Note in the audit trail that keys changed, and forget what is kept in memory."""
        self.env.registry.clear_cache()
        for token in self:
            self.env['qbo.audit']._note(token.connection_id, 'credentials', f'{text}: {token.name}')

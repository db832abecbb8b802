"""What comes from QuickBooks, on the connection: its webhooks, its inbox, and whether Intuit has gone silent."""

from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError

SILENT = 'qbo_connector.mail_activity_type_silent'
SILENT_AFTER = timedelta(days=2)  # changes that only the poll told, for so long, are no bad luck any more
LOST_AFTER = timedelta(minutes=30)  # the first event of an app may take minutes; a retry some more


class QboConnection(models.Model):
    """The part of the connection that hears."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    webhook_token_ids = fields.One2many(
        'qbo.webhook.token', 'connection_id', string="Verifier Tokens", groups='qbo_connector.group_qbo_administrator',
        help="With which Intuit signs what it tells. While you replace one, keep the old one until the new one works.")
    webhook_url = fields.Char(
        string="Webhook URL", compute='_compute_webhook_url',
        help="Enter this address with your app at developer.intuit.com. It is the same for all companies.")
    last_webhook_at = fields.Datetime(
        string="Last Webhook", compute='_compute_inbox', help="When Intuit last told something new of this company.")
    webhook_silent_since = fields.Datetime(
        string="Webhooks Silent Since", compute='_compute_inbox',
        help="Since then changes were found by asking only, although a verifier token is stored.")
    inbox_waiting_count = fields.Integer(compute='_compute_inbox')
    inbox_failed_count = fields.Integer(compute='_compute_inbox')

    def _compute_webhook_url(self):
        base = self.env['ir.config_parameter'].sudo().get_param('web.base.url', '').rstrip('/')
        self.webhook_url = f'{base}/qbo/webhook'

    def _compute_inbox(self):
        counts = {(connection.id, state): count for connection, state, count in
                  self.env['qbo.change'].sudo()._read_group(
                      [('connection_id', 'in', self.ids), ('state', 'in', ('waiting', 'failed'))],
                      ['connection_id', 'state'], ['__count'])}
        last = {connection.id: at for connection, at in self.env['qbo.webhook'].sudo()._read_group(
            [('connection_id', 'in', self.ids)], ['connection_id'], ['create_date:max'])}
        for connection in self:
            connection.inbox_waiting_count = counts.get((connection._origin.id, 'waiting'), 0)
            connection.inbox_failed_count = counts.get((connection._origin.id, 'failed'), 0)
            connection.last_webhook_at = last.get(connection._origin.id, False)
            connection.webhook_silent_since = connection._silent_since()

    def _silent_since(self):
        """Return since when webhooks have told nothing of what changed, False when they may be trusted.

        That is: a token has been stored for some days, and what the poll found over as long was told by no webhook.
        """
        now = fields.Datetime.now()
        tokens_sudo = self.env['qbo.webhook.token'].sudo().search([('connection_id', '=', self._origin.id)])
        told_at = self.last_webhook_at or min(tokens_sudo.mapped('create_date'), default=False)
        if not tokens_sudo or not told_at or told_at > now - SILENT_AFTER:
            return False
        lost = self.env['qbo.change'].sudo().search_count([
            ('connection_id', '=', self._origin.id), ('source', '=', 'poll'), ('changed_at', '>', told_at),
            ('changed_at', '<', now - LOST_AFTER)], limit=1)
        return told_at if lost else False

    def _check_may_ask(self):
        """Let accountants ask.

        :raise AccessError: for others
        """
        if not (self.env.su or self.env.user.has_group('qbo_connector.group_qbo_accountant')):
            raise AccessError(self.env._("Asking QuickBooks needs the QuickBooks accountant group."))

    def action_open_inbox(self):
        """Open what came from QuickBooks and needs a person, or all of it."""
        context = {'default_connection_id': self.id}
        if self.inbox_failed_count:
            context['search_default_failed'] = 1
        return self._open('qbo.change', self.env._("Inbox"), [], context=context)

    def action_open_webhooks(self):
        """Open the log of webhook posts."""
        return self._open('qbo.webhook', self.env._("Webhook Log"), [])

    # === ALERT === #

    def _alert_people(self):
        """Override to tell of webhooks that have gone silent."""
        super()._alert_people()
        if self.exists():
            self._for_alerted_user()._alert_of_silence()

    def _alert_of_silence(self):
        """Tell once that webhooks do not work, take it back when they do."""
        since = self.active and self.state == 'connected' and self.webhook_silent_since
        if not since:
            self.activity_unlink([SILENT])
        elif not self.activity_search([SILENT], additional_domain=[('active', 'in', (True, False))]):
            self._tell(SILENT, self.env._("QuickBooks' webhooks are silent"), self.env._(
                "Since %(since)s UTC no webhook has told anything, while changes were found by asking QuickBooks. What "
                "changes there reaches Odoo late. Check the address %(url)s, the entities and the verifier token of "
                "your app at developer.intuit.com, under Webhooks.",
                since=fields.Datetime.to_string(since), url=self.webhook_url))

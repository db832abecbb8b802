"""What comes from QuickBooks, on the connection: its webhooks, its inbox, and whether Intuit has gone silent."""

import threading
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError
from odoo.modules.registry import Registry

from .rows import insert_rows

SILENT = 'qbo_connector.mail_activity_type_silent'
SILENT_AFTER = timedelta(days=2)  # changes that only the poll told, for so long, are no bad luck any more
LOST_AFTER = timedelta(minutes=30)  # the first event of an app may take minutes; a retry some more


RING = 0.1  # seconds


class _Bell:
    """Calls the cron workers for all that was committed within a moment: each call takes a connection of its own.

    It rings after the last of them, never before: whoever was not rung for would wait up to a minute, until the cron
    workers look by themselves.
    """

    def __init__(self):
        self._lock, self._due = threading.Lock(), set()

    def ring(self, database):
        """Call the cron workers of a database in a moment."""
        with self._lock:
            if database in self._due:
                return
            self._due.add(database)
        timer = threading.Timer(RING, self._ring, [database])
        timer.daemon = True
        timer.start()

    def _ring(self, database):
        with self._lock:
            self._due.discard(database)
        with Registry(database).cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})['ir.cron']._notifydb()


_bell = _Bell()


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
        now, mine = fields.Datetime.now(), [('connection_id', 'in', self.ids)]
        posts = self._by_connection('qbo.webhook', mine, 'create_date:max')
        tokens = self._by_connection('qbo.webhook.token', mine, 'create_date:min')
        found = self._by_connection(
            'qbo.change', [*mine, ('source', '=', 'poll'), ('changed_at', '<', now - LOST_AFTER)], 'changed_at:max')
        for connection in self:
            id_ = connection._origin.id
            connection.inbox_waiting_count = counts.get((id_, 'waiting'), 0)
            connection.inbox_failed_count = counts.get((id_, 'failed'), 0)
            connection.last_webhook_at = posts.get(id_, False)
            # With a token stored for days, the poll found what happened after the last thing that webhooks told.
            told_at = id_ in tokens and (posts.get(id_) or tokens[id_])
            silent = told_at and told_at < now - SILENT_AFTER and id_ in found and found[id_] > told_at
            connection.webhook_silent_since = told_at if silent else False

    def _by_connection(self, model, domain, aggregate):
        """Return ``{connection id: aggregate}`` of rows, by one query for all connections."""
        return {connection.id: value for connection, value in
                self.env[model].sudo()._read_group(domain, ['connection_id'], [aggregate])}

    def _wake_for_inbox(self):
        """Wake the drain when this transaction commits; like ``_trigger_drain()``, for a hundred times a second."""
        cron_sudo = self.sudo().cron_id
        if not cron_sudo or self.sync_mode != 'realtime':
            return
        insert_rows(self.env['ir.cron.trigger'].sudo(), [
            {'cron_id': cron_sudo.id, 'call_at': fields.Datetime.now()}])
        self.env.cr.postcommit.add(lambda: _bell.ring(self.env.cr.dbname))

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

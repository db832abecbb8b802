"""The log of webhook posts: what Intuit told, when, with which token, and what was new of it."""

import logging
import threading
import time
from collections import Counter

from odoo import api, fields, models, tools
from odoo.tools import groupby

from ..qbo import faults, webhooks
from .own_cursor import Contended, in_own_transaction
from .qbo_change import KEEP_INBOX_DAYS
from .rows import insert_rows

_logger = logging.getLogger(__name__)

SAY_AGAIN = 60  # seconds between two lines of the server's log about refused posts: whoever forges them fills no disk
SHOWN = 5  # events that are named in the summary of a post


class QboWebhook(models.Model):
    """What one post told of one company; posts that told nothing new leave no row."""

    _name = 'qbo.webhook'
    _description = "QuickBooks Webhook Post"
    _inherit = ['qbo.exportable']
    _order = 'id desc'
    _rec_name = 'summary'

    connection_id = fields.Many2one('qbo.connection', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='connection_id.company_id', store=True)
    realm_id = fields.Char(string="QuickBooks Company ID")
    token_id = fields.Many2one('qbo.webhook.token', string="Signed With", index='btree_not_null', ondelete='set null')
    summary = fields.Char(string="What Was Told")
    event_count = fields.Integer(string="Events", aggregator='sum')
    new_count = fields.Integer(string="New", aggregator='sum', help="The others had been told before.")
    body = fields.Text(
        groups='qbo_connector.group_qbo_administrator', prefetch=False,
        help="As Intuit sent it; of a post about several companies, what concerns this one.")
    change_ids = fields.One2many('qbo.change', 'webhook_id', string="Events in the Inbox")

    # === WHO MAY TELL === #

    @api.model
    @tools.ormcache()
    def _tokens(self):
        """Return the verifier tokens as pairs of (holders, token); holders are pairs of (connection, token row) ids.

        Kept in memory by each process, so that a forged post costs no query; forgotten when tokens or connections
        change.
        """
        holders = {}
        for row in self.env['qbo.webhook.token'].sudo().search(
                [('connection_id.active', '=', True), ('connection_id.realm_id', '!=', False)]):
            try:
                token = self.env['qbo.credential'].sudo()._open_secret(row.token_enc)
            except faults.Disconnected as error:
                _logger.error("Webhook verifier token %s cannot be read: %s", row.id, error)
                continue
            holders.setdefault(token, []).append((row.connection_id.id, row.id))
        return tuple((tuple(rows), token) for token, rows in holders.items() if token)

    @api.model
    def _note_refused(self):
        """Say in the server's log, once a minute at most, that posts were refused; nothing else comes of them."""
        _refusals.add()

    # === WHAT IS TOLD === #

    @api.model
    def _receive(self, holders, body, changes):
        """Store what a post tells, in a transaction of its own; what was told before leaves no trace.

        :param holders: pairs of (connection id, token row id): for those the token speaks
        :param bytes body: the whole post
        :param changes: list of :class:`~..qbo.webhooks.Change`
        """
        try:
            told = in_own_transaction(
                self.env.registry, lambda env: env['qbo.webhook']._store(dict(holders), body, changes))
        except Contended:  # once more, in Odoo's own time
            told = self._store(dict(holders), body, changes)
        if ignored := Counter(change.entity if change.realm_id in told else 'other companies' for change in changes
                              if change.realm_id not in told or not change.known):
            _logger.info("QuickBooks webhook: passed over %s", dict(ignored))

    @api.model
    def _store(self, holders, body, changes):
        """Store what a post tells of the companies of these connections.

        No row of a connection is written: the drain writes those, and would have to wait, or we.

        :param dict holders: ``{connection id: id of the token row}``
        :return: the realm ids of those companies
        """
        connections = self.env['qbo.connection'].search_fetch(
            [('id', 'in', list(holders)), ('realm_id', '!=', False)],
            ['realm_id', 'company_id', 'cron_id', 'sync_mode'])
        by_realm = {connection.realm_id: connection for connection in connections}
        for realm_id, group in groupby(changes, lambda change: change.realm_id):
            known = [change for change in group if change.known]
            connection = by_realm.get(realm_id)
            new = self.env['qbo.change']._note(connection, known, 'webhook') if connection else ()
            if not new:
                continue
            post = insert_rows(self, [{
                'connection_id': connection.id, 'company_id': connection.company_id.id, 'realm_id': realm_id,
                'token_id': holders[connection.id], 'event_count': len(group), 'new_count': len(new),
                'summary': self._summary(known), 'body': webhooks.part(body, realm_id),
            }])
            self.env.cr.execute(
                "UPDATE qbo_change SET webhook_id = %s WHERE id = ANY(%s)", [post.id, new.ids])
        return set(by_realm)

    @api.model
    def _summary(self, changes):
        """Return a few events in words."""
        operations = dict(self.env['qbo.change']._fields['operation'].selection)
        told = [f'{change.entity} {change.remote_id} {operations[change.operation].lower()}' for change in changes]
        return ', '.join(told[:SHOWN]) + (f' (+{len(told) - SHOWN})' if len(told) > SHOWN else '')

    # === MAINTENANCE === #

    @api.autovacuum
    def _gc_old(self):
        """Delete posts after as many days as what they told (qbo.change)."""
        days = int(self.env['ir.config_parameter'].sudo().get_param(KEEP_INBOX_DAYS) or 30)
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=days)
        old = self.search([('create_date', '<', limit)], order='id', limit=1000)
        old.unlink()
        return len(old), len(old) == 1000


class _Refusals:
    """Counts the refused posts of this process between two lines in the log."""

    def __init__(self):
        self._lock, self._count, self._said_at = threading.Lock(), 0, None

    def add(self):
        """Count one, and say so when it is time again."""
        with self._lock:
            self._count += 1
            now = time.monotonic()
            if self._said_at is not None and now - self._said_at < SAY_AGAIN:
                return
            count, self._count, self._said_at = self._count, 0, now
        _logger.warning(
            "%s QuickBooks webhook posts were refused: their signature is of none of our verifier tokens", count)


_refusals = _Refusals()

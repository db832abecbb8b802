"""Calls of QuickBooks' API, counted per connection, day and kind: reads are metered, everything else is free.

A call counts whatever becomes of the push it belongs to, so it is counted in a short transaction of its own.
"""

import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models

from ..qbo.client import BATCH
from .own_cursor import AT_EASE, Contended, in_own_transaction

_logger = logging.getLogger(__name__)

KEEP_DAYS = 400  # a month can be compared with the same month of the year before
# A count may be lost with the machine's power, so it does not wait for the disk; nor does a push wait for a count.
UNHURRIED = f"{AT_EASE}; SET LOCAL lock_timeout = '2s'"
ADD = """
    UPDATE qbo_usage SET calls = calls + 1, metered = metered + %(metered)s, write_date = %(now)s
     WHERE connection_id = %(connection)s AND day = %(day)s AND kind = %(kind)s
"""
BEGIN = """
    INSERT INTO qbo_usage (connection_id, company_id, day, kind, calls, metered,
                           create_uid, create_date, write_uid, write_date)
    SELECT id, company_id, %(day)s, %(kind)s, 1, %(metered)s, %(uid)s, %(now)s, %(uid)s, %(now)s
      FROM qbo_connection WHERE id = %(connection)s
        ON CONFLICT (connection_id, day, kind)
        DO UPDATE SET calls = qbo_usage.calls + 1, metered = qbo_usage.metered + EXCLUDED.metered
"""


class QboUsage(models.Model):
    """How many calls of one kind one connection made on one day. Rows are written by SQL alone."""

    _name = 'qbo.usage'
    _description = "QuickBooks API Calls"
    _rec_name = 'day'
    _order = 'day desc, connection_id, kind'

    connection_id = fields.Many2one('qbo.connection', required=True, readonly=True, ondelete='cascade')
    company_id = fields.Many2one(related='connection_id.company_id', store=True, index=True)
    day = fields.Date(required=True, readonly=True, help="The day in UTC.")
    kind = fields.Selection(
        [('read', "Read"), ('write', "Write"), ('batch', "Batch"), ('failed', "Failed")],
        required=True, readonly=True,
        help="Failed: refused, or without an answer. A batch carries up to 30 writes.")
    calls = fields.Integer(readonly=True)
    metered = fields.Integer(
        string="Metered Reads", readonly=True,
        help="Intuit meters reads of production companies; writes, failed calls and sandboxes are free.")

    _day_unique = models.Constraint('UNIQUE (connection_id, day, kind)', "There is one row for a day and kind.")
    _month_index = models.Index('(day) WHERE metered > 0')

    # === COUNT === #

    @api.model
    def _counter(self, connection):
        """Return the function that the client tells of each call (``on_call``); it keeps no cursor and never fails."""
        registry, connection_id = self.env.registry, connection.id
        is_metered = connection.environment == 'production' and not connection.simulated

        def count(call):
            kind = kind_of(call)
            metered = int(is_metered and kind == 'read')

            def note(env):
                env['qbo.usage']._count(connection_id, kind, metered)
                if call.slot:
                    env['qbo.governor']._answered(connection_id, call.slot, call.path == BATCH)
            try:
                in_own_transaction(registry, note)
            except (Contended, psycopg2.Error) as error:  # a push is worth more than its place in the statistics
                _logger.warning("A call of QuickBooks was not counted: %s", type(error).__name__)
        return count

    @api.model
    def _count(self, connection_id, kind, metered):
        """Add one call; nothing happens when the connection has been deleted meanwhile."""
        now = fields.Datetime.now()
        values = {'connection': connection_id, 'day': now.date(), 'kind': kind, 'metered': metered, 'now': now,
                  'uid': self.env.uid}
        self.env.cr.execute(UNHURRIED)
        self.env.cr.execute(ADD, values, log_exceptions=False)
        if not self.env.cr.rowcount:  # the first one of the day
            self.env.cr.execute(BEGIN, values, log_exceptions=False)

    # === READ === #

    @api.model
    def _today(self, connections):
        """Return ``{connection id: {kind: calls}}`` of this day in UTC."""
        rows = self.sudo()._read_group(
            [('connection_id', 'in', connections.ids), ('day', '=', fields.Datetime.now().date())],
            ['connection_id', 'kind'], ['calls:sum'])
        today = {connection_id: {} for connection_id in connections.ids}
        for connection, kind, calls in rows:
            today[connection.id][kind] = calls
        return today

    @api.model
    def _metered_this_month(self):
        """Return ``{connection: metered reads}`` since the first of this month in UTC, of all companies."""
        first = fields.Datetime.now().date().replace(day=1)
        return dict(self.sudo()._read_group(
            [('day', '>=', first), ('metered', '>', 0)], ['connection_id'], ['metered:sum']))

    # === MAINTENANCE === #

    @api.autovacuum
    def _gc_old(self):
        """Delete what is older than :data:`KEEP_DAYS`."""
        limit = fields.Datetime.now().date() - timedelta(days=KEEP_DAYS)
        old = self.sudo().search([('day', '<', limit)], limit=10000)
        old.unlink()
        return len(old), len(old) == 10000


def kind_of(call):
    """Return as which kind a :class:`~..qbo.client.Call` counts.

    Queries are reads even where they are posted. A call without an answer counts as failed: whether Intuit's meter saw
    it is unknown.
    """
    if call.error:
        return 'failed'
    if call.path == BATCH:
        return 'batch'
    return 'read' if call.method == 'GET' or call.path == '/query' else 'write'

"""The drain: claims due rows of one connection and takes them through their phases until none is left.

The phases are in :mod:`.qbo_queue_push`, what becomes of errors in :mod:`.qbo_queue_outcome`.
"""

from datetime import timedelta

from odoo import api, fields, models

from ..qbo.batch import BATCH_LIMIT
from .qbo_queue_entry import BEHIND

AHEAD = 8  # batches that are prepared together, which shares what preparing reads; more would be old when they leave
CLAIMED_FIELDS = [  # what preparing reads of a row, of its forty fields
    'connection_id', 'company_id', 'model', 'res_id', 'record_name', 'state', 'entity', 'name_suffix', 'bid',
    'batch_id',
]
BRIEF = 2.0  # seconds: so long a drain waits for a free slot itself; for a later one it is woken again

# Orphans first, then by rank and age. A row of another that is not settled waits; whatever the other has become. So do
# those of a batch that is paused.
CLAIM = f"""
    SELECT id, state, rank, requestid, bid IS NOT NULL AS batched, recoveries FROM qbo_queue_entry entry
     WHERE connection_id = %s AND state IN ('pending', 'sending') AND (not_before IS NULL OR not_before <= %s)
       AND NOT EXISTS (
           SELECT 1 FROM qbo_queue_entry_dependency waits JOIN qbo_queue_entry other ON other.id = waits.dependency_id
            WHERE waits.entry_id = entry.id AND other.state NOT IN ('done', 'superseded', 'cancelled'))
       AND (rank < {BEHIND} OR NOT EXISTS (
           SELECT 1 FROM qbo_push_batch batch WHERE batch.id = entry.batch_id AND batch.state = 'paused'))
  ORDER BY state DESC, rank, id LIMIT %s
"""


class QboQueueEntry(models.Model):
    """The part of the queue that decides which rows are next."""

    _inherit = 'qbo.queue.entry'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    # === LOOP === #

    @api.model
    def _drain(self, connection):
        """Work off the due rows of one connection until none is left or the cron's time is up.

        Only the cron of the connection calls this; its row lock is what keeps one drain per company.
        """
        company = connection.company_id
        self = self.sudo().with_company(company).with_context(lang=company.partner_id.lang or 'en_US')
        connection = connection.with_env(self.env)
        self._report(connection)
        if connection.sweep_due and connection._may_send():
            connection.sweep_due = False
            self._commit()  # before, or an error in the sweep would stop every later drain
            connection._sweep()
            self._commit()
        if connection._may_send():
            connection._poll_if_due()
        client, changes = None, self.env['qbo.change']
        while connection._may_send():
            # By turns, so that neither what goes out nor what comes in ever waits for all of the other.
            entries, incoming = self._claim(connection), changes._claim(connection)
            if not entries and not incoming:
                break
            batched = len(entries) > 1 or bool(entries.bid)
            if wait := self.env['qbo.governor']._wait(connection, batched):
                if not batched:
                    if not self._wait_briefly(connection, wait):
                        break
                    continue
                # Batches are rarer than calls: meanwhile rows go one by one, an orphaned batch waits its turn.
                entries = entries[:1] if entries[0].state == 'pending' else self._claim(connection, ('pending',))[:1]
                if not entries and not incoming:
                    connection._trigger_drain(at=fields.Datetime.now() + timedelta(seconds=wait + 1))
                    break
            if client is None or client.realm_id != connection.realm_id:  # or connected with another one meanwhile
                client = connection._qbo_client()
            if entries:
                entries._perform(client)
            if incoming and connection._may_send():
                incoming._take_in(client)
            if not self.env['ir.cron']._commit_progress(len(entries) + len(incoming), remaining=1):
                break
        self._report(connection)
        self._schedule_rest(connection)

    @api.model
    def _commit(self, done=0):
        """End a phase: what it did is on disk, and what it read is read anew.

        :param int done: how much of the cron's work that was
        :return: the seconds left of the cron's turn
        """
        return self.env['ir.cron']._commit_progress(done)

    @api.model
    def _report(self, connection):
        """Commit, report progress to the cron and return the seconds left of its turn."""
        # What may not be sent does not remain to be done: Odoo would run the cron again and again for it.
        remaining = connection._may_send() and self._is_due(connection)
        return self.env['ir.cron']._commit_progress(remaining=int(remaining))

    @api.model
    def _wait_briefly(self, connection, seconds):
        """Wait for a free slot, with no transaction open, or leave when that takes longer.

        :return: whether the drain may go on
        """
        if seconds > BRIEF or self._report(connection) < seconds:
            connection._trigger_drain(at=fields.Datetime.now() + timedelta(seconds=seconds + 1))
            return False
        self.env['qbo.governor']._sleep(seconds)
        return True

    # === CLAIM === #

    @api.model
    def _is_due(self, connection):
        """Tell whether anything can be worked off now, that goes out or comes in."""
        return bool(self._due(connection, limit=1) or self.env['qbo.change']._claim(connection, limit=1))

    @api.model
    def _due(self, connection, limit, states=None):
        """Return (id, state, rank, requestid, batched, recoveries) of the rows that can be worked off now."""
        self.flush_model()
        query = CLAIM if states is None else CLAIM.replace("('pending', 'sending')", "('pending')")
        self.env.cr.execute(query, [connection.id, fields.Datetime.now(), limit])
        return self.env.cr.fetchall()

    @api.model
    def _claim(self, connection, states=None):
        """Return the rows that are worked off next, together: of one rank, as many as may leave now in a few batches.

        Orphans come first, with what they were sent with. Only one drain runs for a connection, so nothing is locked
        here.
        """
        batches = max(1, min(AHEAD, self.env['qbo.governor']._room(connection)))
        due = self._due(connection, batches * BATCH_LIMIT, states)
        if not due:
            return self.browse()
        _id, state, rank, requestid, batched, recoveries = due[0]
        if state == 'sending':
            return self.browse(due[0][0]) if not batched else self.search([
                ('connection_id', '=', connection.id), ('state', '=', 'sending'), ('requestid', '=', requestid)])
        if recoveries:  # it was refused before: alone, so that it stops no other
            return self.browse(due[0][0])
        claimed = self.browse([row[0] for row in due if row[1] == 'pending' and row[2] == rank and not row[5]])
        claimed.fetch(CLAIMED_FIELDS)
        return claimed

    @api.model
    def _schedule_rest(self, connection):
        """Wake the cron again for what is due now, or at the moment when something will be.

        A connection that may not send wakes nobody: connecting it again, or the end of its pause, will.
        """
        if connection.state != 'connected':
            return
        now = fields.Datetime.now()
        if connection._may_send() and self._is_due(connection):
            connection._trigger_drain(at=now)
            return
        later = min(filter(None, (rows.search([
            ('connection_id', '=', connection.id), ('state', 'in', states), ('not_before', '>', now),
        ], order='not_before', limit=1).not_before for rows, states in (
            (self, ('pending', 'sending')), (self.env['qbo.change'], ('waiting',))))), default=None)
        if later and later > (connection.paused_until or now):
            connection._trigger_drain(at=later)

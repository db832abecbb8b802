"""How far a drain is: what remains, how fast it goes, when it will end, and how much of Intuit's limits is used."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, timezone

from odoo import api, fields, models

from ..qbo.pace import Finished, Pace, pace_of
from .qbo_queue_entry import BEHIND, OPEN_STATES, STUCK_STATES

LOOK_BACK = timedelta(hours=12)  # the longest run that is counted from its beginning

UNSETTLED = f"""
    WITH unsettled AS MATERIALIZED (
        SELECT id, connection_id, state, write_date, not_before,
               coalesce(not_before > %(now)s, false) OR rank >= {BEHIND} AND batch_id IN (
                   SELECT id FROM qbo_push_batch WHERE state = 'paused') AS later
          FROM qbo_queue_entry
         WHERE connection_id = ANY(%(ids)s) AND state IN ('pending', 'sending', 'failed', 'dead', 'unknown')
    ), blocked AS (
        SELECT waits.entry_id, bool_or(other.state NOT IN ('pending', 'sending')) AS hopeless
          FROM unsettled other JOIN qbo_queue_entry_dependency waits ON waits.dependency_id = other.id
      GROUP BY waits.entry_id
    )
    SELECT entry.connection_id, entry.state, count(*),
           count(*) FILTER (WHERE later),
           count(*) FILTER (WHERE NOT later AND blocked.entry_id IS NOT NULL),
           count(*) FILTER (WHERE NOT later AND blocked.hopeless),
           min(greatest(write_date, not_before)) FILTER (WHERE NOT later AND blocked.entry_id IS NULL)
      FROM unsettled entry LEFT JOIN blocked ON blocked.entry_id = entry.id
  GROUP BY entry.connection_id, entry.state
"""
FINISHED = """
    SELECT connection_id, extract(epoch FROM min(done_at))::float, extract(epoch FROM max(done_at))::float, count(*)
      FROM qbo_queue_entry
     WHERE connection_id = ANY(%(ids)s) AND state = 'done' AND done_at >= %(since)s
  GROUP BY connection_id, date_trunc('minute', done_at) ORDER BY connection_id, 2
"""
LAST_DONE = """
    SELECT connection.id, (
        SELECT done_at FROM qbo_queue_entry entry
         WHERE entry.connection_id = connection.id AND state = 'done' AND operation <> 'none'
      ORDER BY done_at DESC LIMIT 1)
      FROM qbo_connection connection WHERE connection.id = ANY(%(ids)s)
"""


@dataclass
class Progress:
    """What the queue of one connection looks like.

    :param dict states: rows that are not settled, by state
    :param int later: of those that wait, the ones whose time has not come, or whose batch is paused
    :param int blocked: of those that wait, the ones that wait for others
    :param int hopeless: of the blocked ones, those that wait for a person
    :param datetime oldest_due: since when the oldest row that could be sent has waited for its turn
    :param list finished: the last hours
    """

    states: dict = field(default_factory=lambda: dict.fromkeys(OPEN_STATES + STUCK_STATES, 0))
    later: int = 0
    blocked: int = 0
    hopeless: int = 0
    oldest_due: datetime | None = None
    finished: list = field(default_factory=list)

    def add(self, state, count, later, blocked, hopeless, oldest_due):
        """Add the rows of one state; stuck ones wait for nothing but a person."""
        self.states[state] = count
        if state in OPEN_STATES:
            self.later += later
            self.blocked += blocked
            self.hopeless += hopeless
            self.oldest_due = min(filter(None, (self.oldest_due, oldest_due)), default=None)

    @property
    def due(self):
        """Return how many rows can be sent now."""
        return sum(self.states[state] for state in OPEN_STATES) - self.later - self.blocked

    @property
    def stuck(self):
        """Return how many rows wait for a person."""
        return sum(self.states[state] for state in STUCK_STATES)

    @property
    def moving(self):
        """Return how many rows will be gone when the drain has ended: the due ones, and what follows them."""
        return self.due + self.blocked - self.hopeless


class QboQueueEntry(models.Model):
    """What is asked about the queue of a connection as a whole."""

    _inherit = 'qbo.queue.entry'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    _done_index = models.Index("(connection_id, done_at) WHERE state = 'done'")

    @api.model
    def _progress(self, connections, since):
        """Return ``{connection id: Progress}``, with what was finished since a moment."""
        self.flush_model()
        values = {'ids': connections.ids, 'now': fields.Datetime.now(), 'since': since}
        progress = {connection_id: Progress() for connection_id in connections.ids}
        self.env.cr.execute(UNSETTLED, values)
        for connection_id, *figures in self.env.cr.fetchall():
            progress[connection_id].add(*figures)
        self.env.cr.execute(FINISHED, values)
        for connection_id, first, last, count in self.env.cr.fetchall():
            progress[connection_id].finished.append(Finished(first, last, count))
        return progress

    @api.model
    def _last_done(self, connections):
        """Return ``{connection id: when QuickBooks last took something}``."""
        self.flush_model()
        self.env.cr.execute(LAST_DONE, {'ids': connections.ids})
        return dict(self.env.cr.fetchall())


class QboConnection(models.Model):
    """The part of the connection that tells how its drain is getting on. Nothing of it is stored."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    due_count = fields.Integer(string="Can Be Sent", compute='_compute_progress')
    remaining_count = fields.Integer(
        string="Remaining", compute='_compute_progress',
        help="What the drain is working off: entries that can be sent now, and those that wait for them.")
    later_count = fields.Integer(
        string="Wait for Their Time", compute='_compute_progress', help="Retries whose time has not come.")
    blocked_count = fields.Integer(
        string="Wait for Others", compute='_compute_progress',
        help="An invoice waits for its customer, a payment for its invoice.")
    oldest_due_at = fields.Datetime(
        string="Oldest Due Since", compute='_compute_progress',
        help="Since when the oldest entry that could be sent has waited for its turn.")
    done_today = fields.Integer(compute='_compute_progress')
    last_done_at = fields.Datetime(string="Last Success", compute='_compute_last_done')
    run_count = fields.Integer(string="Done in This Run", compute='_compute_progress')
    run_share = fields.Float(string="Done (%)", compute='_compute_progress')
    rate = fields.Float(
        string="Per Minute", digits=(16, 1), compute='_compute_progress', help="Entries a minute in the last minutes.")
    expected_end = fields.Datetime(compute='_compute_progress', help="At the rate of the last minutes.")

    requests_used = fields.Integer(string="Requests", compute='_compute_governor', help="In the last minute.")
    request_limit = fields.Integer(compute='_compute_governor')
    batches_used = fields.Integer(string="Batches", compute='_compute_governor', help="In the last minute.")
    batch_limit = fields.Integer(compute='_compute_governor')

    @api.depends_context('tz', 'uid')
    def _compute_progress(self):
        now, midnight = fields.Datetime.now(), self._midnight()
        found = self.env['qbo.queue.entry'].sudo()._progress(self._origin, min(midnight, now - LOOK_BACK))
        for connection in self:
            progress = found.get(connection._origin.id) or Progress()
            pace = pace_of(progress.finished, _seconds(now)) if progress.finished else Pace()
            end = pace.end(progress.moving, _seconds(now)) if progress.moving else None
            connection.due_count = progress.due
            connection.remaining_count = progress.moving
            connection.later_count = progress.later
            connection.blocked_count = progress.blocked
            connection.oldest_due_at = progress.oldest_due
            connection.done_today = sum(
                minute.count for minute in progress.finished if minute.last >= _seconds(midnight))
            connection.run_count = pace.run
            connection.run_share = 100 * pace.run / ((pace.run + progress.moving) or 1)
            connection.rate = pace.per_minute
            connection.expected_end = datetime.fromtimestamp(end, timezone.utc).replace(
                tzinfo=None, microsecond=0) if end else False

    def _compute_last_done(self):
        last = self.env['qbo.queue.entry'].sudo()._last_done(self._origin)
        for connection in self:
            connection.last_done_at = last.get(connection._origin.id)

    def _compute_governor(self):
        for connection in self:
            used = self.env['qbo.governor'].sudo()._used(connection._origin)
            connection.requests_used, connection.request_limit = used['requests'], used['request_limit']
            connection.batches_used, connection.batch_limit = used['batches'], used['batch_limit']

    @api.model
    def _midnight(self):
        """Return when today began for the user, in naive UTC."""
        zone = self.env.tz
        today = fields.Datetime.now().replace(tzinfo=timezone.utc).astimezone(zone).date()
        return zone.localize(datetime.combine(today, time())).astimezone(timezone.utc).replace(tzinfo=None)


def _seconds(moment):
    """Return a naive UTC moment in seconds since the epoch."""
    return moment.replace(tzinfo=timezone.utc).timestamp()

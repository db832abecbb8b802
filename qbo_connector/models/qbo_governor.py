"""The governor: keeps all processes together inside Intuit's limits for one realm.

One row a connection holds when the calls of the last minute left. A slot is taken in a short transaction of its own
before a call leaves, so it counts whatever becomes of the caller, and survives a restart. When the answer comes late,
the slot is moved towards it, as nobody knows how long the call was on its way. The clock is the database's: it is the
one clock that all workers on all machines share.
"""

import time

from odoo import api, fields, models
from odoo.tools import SQL

from ..qbo.faults import LimitReached, Unavailable
from ..qbo.limiter import BATCHES_PER_MINUTE, PER_MINUTE, SECOND, Window
from .own_cursor import AT_EASE, Contended, in_own_transaction

PATIENCE = 5.0  # seconds; whoever asks when the minute is used up is told so instead of waiting longer
PACE = SECOND  # seconds; so long a user's own request may wait, as ten calls leave in a second and it may make more
ATTEMPTS = 40
NOW = SQL("extract(epoch FROM clock_timestamp())::float")


class QboGovernor(models.Model):
    """The calls of the last minute of one connection; read and written by SQL alone."""

    _name = 'qbo.governor'
    _description = "QuickBooks Call Limits"
    _rec_name = 'connection_id'

    connection_id = fields.Many2one('qbo.connection', required=True, ondelete='cascade')
    request_times = fields.Json(default=list)
    batch_times = fields.Json(default=list)

    _connection_unique = models.Constraint('UNIQUE (connection_id)', "A connection has only one governor.")

    @api.model
    def _gate(self, connection, patience=PATIENCE):
        """Return the function that the client calls before each call; it returns the slot once one is taken.

        It keeps no cursor: while it sleeps, no transaction of its own is open.

        :param patience: seconds that a call may wait for its slot before it raises LimitReached
        """
        registry, connection_id = self.env.registry, connection.id

        def gate(batch):
            waited = 0.0
            while True:
                wait, slot = _take(registry, connection_id, batch)
                if slot:
                    return slot
                if waited + wait > patience:
                    raise LimitReached("The calls that QuickBooks allows in a minute are used up", retry_after=wait)
                self._sleep(wait)
                waited += wait
        return gate

    @api.model
    def _sleep(self, seconds):
        """Wait; a method, so that tests need not."""
        time.sleep(seconds)

    @api.model
    def _wait(self, connection, batch):
        """Return the seconds until a call may leave, 0 when it may leave now."""
        window, now = self._window(connection.id)
        return window.wait(batch, now)

    @api.model
    def _room(self, connection):
        """Return how many batches may leave now, one right after the other."""
        window, now = self._window(connection.id)
        return window.room(now)

    @api.model
    def _used(self, connection):
        """Return how many calls left in the last minute and how many may: for the eye."""
        window, now = self._window(connection.id)
        window = window.at(now)
        return {'requests': len(window.requests), 'request_limit': PER_MINUTE,
                'batches': len(window.batches), 'batch_limit': BATCHES_PER_MINUTE}

    @api.model
    def _window(self, connection_id, lock=False):
        """Return the window of a connection and the database's time in seconds since the epoch."""
        self.env.cr.execute(SQL(
            "SELECT request_times, batch_times, %s FROM qbo_governor WHERE connection_id = %s %s",
            NOW, connection_id, SQL("FOR UPDATE") if lock else SQL()))
        row = self.env.cr.fetchone()
        if not row:  # nothing was ever sent
            self.env.cr.execute(SQL("SELECT NULL, NULL, %s", NOW))
            row = self.env.cr.fetchone()
        requests, batches, now = row
        return Window(tuple(requests or ()), tuple(batches or ())), round(now, 3)  # as it is stored

    @api.model
    def _take_slot(self, connection_id, batch):
        """Take a slot if one is free.

        :return: the seconds to wait before asking again, and the slot when it is taken, else None
        """
        window, now = self._window(connection_id, lock=True)
        if wait := window.wait(batch, now):
            return wait, None
        window = window.taken(batch, now)
        self.env.cr.execute(AT_EASE)
        self.env.cr.execute(
            "INSERT INTO qbo_governor (connection_id, request_times, batch_times) VALUES (%s, %s, %s) "
            "ON CONFLICT (connection_id) DO UPDATE "
            "SET request_times = EXCLUDED.request_times, batch_times = EXCLUDED.batch_times",
            [connection_id, _json(window.requests), _json(window.batches)])
        return 0.0, now

    @api.model
    def _answered(self, connection_id, slot, batch):
        """Move the slot of a call that is answered late."""
        window, now = self._window(connection_id)
        if window.answered(slot, batch, now) is window:
            return
        window, now = self._window(connection_id, lock=True)
        window = window.answered(slot, batch, now)
        self.env.cr.execute(
            "UPDATE qbo_governor SET request_times = %s, batch_times = %s WHERE connection_id = %s",
            [_json(window.requests), _json(window.batches), connection_id])


def _take(registry, connection_id, batch):
    try:
        return in_own_transaction(
            registry, lambda env: env['qbo.governor']._take_slot(connection_id, batch), attempts=ATTEMPTS)
    except Contended as error:
        raise Unavailable("Too many processes ask QuickBooks at once") from error


def _json(times):
    return '[' + ','.join(f'{moment:.3f}' for moment in times) + ']'

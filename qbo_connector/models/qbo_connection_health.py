"""The state of all connections, for a monitoring system: numbers and states, no names and no secrets."""

import hashlib
import hmac
import secrets
from datetime import timedelta

from odoo import api, fields, models

TOKEN_HASH = 'qbo_connector.health_token_hash'

# A due entry is sent within seconds, or when its interval has passed; where Odoo's crons are busy, some minutes later.
STALLED = timedelta(minutes=15)
# The longest pause after an outage is half an hour: if nothing has moved for an hour, nothing will by itself.
STANDSTILL = timedelta(hours=1)
GRADES = ('ok', 'degraded', 'down')


class QboConnection(models.Model):
    """The part of the connection that answers monitoring."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    # === TOKEN === #

    @api.model
    def _issue_health_token(self):
        """Make a new token, which ends the old one, and return it; only its hash is kept.

        It opens figures of all companies, hence the rights on system parameters are needed.
        """
        token = secrets.token_urlsafe(32)
        self.env['ir.config_parameter'].set_param(TOKEN_HASH, _digest(token))
        return token

    @api.model
    def _revoke_health_token(self):
        """Let no token be good any more."""
        self.env['ir.config_parameter'].set_param(TOKEN_HASH, False)

    @api.model
    def _is_health_token(self, token):
        """Tell whether a token is the one that was issued; nothing but its hash is read."""
        expected = self.env['ir.config_parameter'].sudo().get_param(TOKEN_HASH) or ''
        return hmac.compare_digest(_digest(token), expected)

    # === FIGURES === #

    @api.model
    def _health(self):
        """Return what monitoring is told: the state of each connection, and the worst of them as a whole."""
        connections_sudo = self.sudo().search([('active', '=', True)], order='id')
        now = fields.Datetime.now()
        progress = self.env['qbo.queue.entry'].sudo()._progress(connections_sudo, now)
        found = [connection._health_of_one(progress[connection.id], now) for connection in connections_sudo]
        return {'status': max((one['status'] for one in found), key=GRADES.index, default='ok'), 'connections': found}

    def _health_of_one(self, progress, now):
        """Return the figures of one connection."""
        ends = [end for end in (self.refresh_expires_at, self.hard_expires_at) if end]
        paused = self.paused_until and self.paused_until > now
        return {
            'id': self.id,
            'status': self._grade(progress, now),
            'state': self.state,
            'queue': progress.states,
            'oldest_due_seconds': int((now - progress.oldest_due).total_seconds()) if progress.oldest_due else None,
            'last_success': _iso(self.last_done_at),
            'paused_until': _iso(self.paused_until) if paused else None,
            'reconnect_needed': self.state == 'reconnect',
            'token_days_left': (min(ends) - now).days if ends else None,
        }

    def _grade(self, progress, now):
        """Return how a connection is doing. What nobody has connected cannot be in trouble."""
        if self.state == 'disconnected':
            return 'ok'
        allowed = timedelta(minutes=self.sync_interval if self.sync_mode == 'queue' else 0)
        # A long queue is no trouble while it gets shorter.
        still = timedelta()
        if progress.oldest_due:
            still = now - max(filter(None, (progress.oldest_due, self.last_done_at))) - allowed
        if self.state != 'connected' or still > STANDSTILL:
            return 'down'
        if progress.stuck or still > STALLED or self.expires_soon or self._is_paused_for_long():
            return 'degraded'
        return 'ok'


def _digest(token):
    """Return what is stored of a token; it is long and random, so it needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def _iso(moment):
    """Return a naive UTC moment as ISO 8601."""
    return f'{moment.isoformat(timespec="seconds")}Z' if moment else None

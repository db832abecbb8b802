"""The ``state`` of the OAuth flow: proof that the answer belongs to a question this user asked here."""

import hashlib
import hmac
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

LIFETIME = timedelta(minutes=10)


class QboOauthState(models.Model):
    """One question on its way through Intuit's consent page. Single use, hashed, bound to user and connection."""

    _name = 'qbo.oauth.state'
    _description = "QuickBooks OAuth State"
    _rec_name = 'connection_id'

    connection_id = fields.Many2one('qbo.connection', required=True, ondelete='cascade')
    user_id = fields.Many2one('res.users', required=True, ondelete='cascade')
    state_hash = fields.Char(required=True, index=True)
    redirect_uri = fields.Char(required=True, help="Intuit compares it with the one of the code exchange.")
    expires_at = fields.Datetime(required=True)

    @api.model
    def _issue(self, connection):
        """Store a new question of the current user and return its secret text."""
        state = secrets.token_urlsafe(32)
        self.sudo().create({
            'connection_id': connection.id, 'user_id': self.env.uid, 'state_hash': _digest(state),
            'redirect_uri': connection.redirect_uri, 'expires_at': fields.Datetime.now() + LIFETIME,
        })
        return state

    @api.model
    def _consume(self, state, user):
        """Use up a state and return ``(connection, redirect_uri)``, as the given user.

        The row is deleted in a transaction of its own, so that it is gone whatever becomes of the answer, and so that
        of two requests with the same state only one gets through.

        :raises UserError: forged, used, expired, or asked by someone else
        """
        taken = self._take(_digest(state or ''))
        if not taken:
            raise UserError(self.env._(
                "This answer from QuickBooks was not asked for here, or it was used already. Press Connect to "
                "QuickBooks again."))
        connection_id, user_id, redirect_uri, expires_at = taken
        if user_id != user.id:
            raise AccessError(self.env._(
                "Another user asked QuickBooks for this connection. Press Connect to QuickBooks yourself."))
        if expires_at <= fields.Datetime.now():
            raise UserError(self.env._(
                "QuickBooks' answer took longer than ten minutes. Press Connect to QuickBooks again."))
        return self.env['qbo.connection'].browse(connection_id), redirect_uri

    @api.model
    def _take(self, digest):
        """Delete the row of a digest and return its values, or None."""
        with self.env.registry.cursor() as cr:
            cr.execute(
                "DELETE FROM qbo_oauth_state WHERE state_hash = %s"
                " RETURNING state_hash, connection_id, user_id, redirect_uri, expires_at", [digest])
            row = cr.fetchone()
        self.env.invalidate_all(flush=False)
        return row[1:] if row and hmac.compare_digest(row[0], digest) else None

    @api.autovacuum
    def _gc_expired(self):
        """Delete questions nobody answered."""
        self.search([('expires_at', '<', fields.Datetime.now())]).unlink()


def _digest(state):
    """Return what is stored of a state: a reader of the database must not be able to answer."""
    return hashlib.sha256(state.encode()).hexdigest()

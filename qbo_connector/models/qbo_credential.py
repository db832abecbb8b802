"""Tokens and secrets of a connection: encrypted at rest, refreshed by one process at a time.

Access tokens live an hour; a refresh may also replace the refresh token, and two refreshes at once can cost both
parties their tokens (QBO: "Set up OAuth 2.0", "OAuth 2.0 FAQ"). Hence a refresh holds the row's lock in a cursor of its
own, and the new tokens are committed before anybody uses them.
"""

import logging
import os
from contextlib import suppress
from datetime import datetime, timedelta, timezone

from psycopg2.errors import LockNotAvailable

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import config

from ..qbo import auth, faults
from ..qbo.vault import Vault, VaultError, load_or_create_key_file
from .own_cursor import Contended, in_own_transaction

_logger = logging.getLogger(__name__)

REFRESH_AHEAD = timedelta(minutes=5)
KEEP_TOKEN = timedelta(seconds=10)  # far less than it is good for when it is handed out
KEEP_ALIVE_AFTER = timedelta(days=1)  # the refresh token's value rotates about once a day
LOCK_TIMEOUT = "SET LOCAL lock_timeout = '40s'"  # longer than the slowest refresh of whoever holds the lock
ACTIVE_FIELDS = ('access_token_enc', 'refresh_token_enc', 'access_expires_at', 'refresh_expires_at', 'hard_expires_at',
                 'refreshed_at')


def encryption_keys():
    """Return the Fernet keys, the one that encrypts first.

    From odoo.conf (``qbo_encryption_key``, several separated by commas while rotating) or the environment
    (``QBO_ENCRYPTION_KEY``); else one is generated once, into a file of Odoo's data directory that only the server's
    user can read. Never in the database: its backups must not open the tokens.
    """
    configured = config.get('qbo_encryption_key') or os.environ.get('QBO_ENCRYPTION_KEY')
    if configured:
        return [key.strip() for key in configured.split(',') if key.strip()]
    try:
        return load_or_create_key_file(os.path.join(config['data_dir'], 'qbo_connector.key'))
    except OSError as error:
        raise VaultError(f"The key file cannot be used ({type(error).__name__})") from error


class QboCredential(models.Model):
    """The secrets of one connection. No user has access rights: code reaches it through sudo alone."""

    _name = 'qbo.credential'
    _description = "QuickBooks Credential"
    _rec_name = 'connection_id'

    connection_id = fields.Many2one('qbo.connection', required=True, ondelete='cascade')
    client_secret_enc = fields.Char(groups=fields.NO_ACCESS, copy=False)
    access_token_enc = fields.Text(groups=fields.NO_ACCESS, copy=False)
    refresh_token_enc = fields.Text(groups=fields.NO_ACCESS, copy=False)
    access_expires_at = fields.Datetime()
    refresh_expires_at = fields.Datetime()
    hard_expires_at = fields.Datetime()
    refreshed_at = fields.Datetime()

    _connection_unique = models.Constraint('UNIQUE (connection_id)', "A connection has only one credential.")

    # === SECRETS === #

    @api.model
    def _vault(self):
        """Return the vault with this server's keys.

        :raises VaultError: a configured key is no Fernet key, or the key file cannot be read
        """
        return Vault(encryption_keys())

    def _set_client_secret(self, secret):
        """Encrypt and store the client secret."""
        self.client_secret_enc = self._encrypt(secret)

    def _encrypt(self, text):
        """Encrypt one value.

        :raises UserError: the server's key is not usable, which only its administrator can change
        """
        try:
            return self._vault().encrypt(text)
        except VaultError as error:
            raise UserError(self.env._(
                "The server's key for QuickBooks secrets (qbo_encryption_key) is not usable: %(reason)s",
                reason=str(error))) from error

    def _client_secret(self):
        """Return the client secret, or an empty text when there is none.

        :raises Disconnected: the key that encrypted it is gone
        """
        return self._open_secret(self.client_secret_enc)

    def _open_secret(self, encrypted):
        """Decrypt one value.

        :raises Disconnected: the key that encrypted it is gone
        """
        try:
            return self._vault().decrypt(encrypted) if encrypted else ''
        except VaultError as error:
            raise faults.Disconnected(self.env._(
                "The key that encrypts this database's QuickBooks tokens is missing or another one. Restore it, or "
                "enter the client secret and connect again.")) from error

    def _store(self, tokens):
        """Encrypt and store what Intuit just issued (every time: the refresh token changes now and then).

        The client secret is encrypted anew with it, so that an old key is not needed any more a day after a rotation.
        """
        if self.client_secret_enc:
            with suppress(faults.Disconnected):  # its key is gone; the tokens are of the shared app then
                self._set_client_secret(self._client_secret())
        self.write({
            'access_token_enc': self._encrypt(tokens.access_token),
            'refresh_token_enc': self._encrypt(tokens.refresh_token),
            'access_expires_at': _naive(tokens.access_expires_at),
            'refresh_expires_at': _naive(tokens.refresh_expires_at),
            'hard_expires_at': _naive(tokens.hard_expires_at),
            'refreshed_at': fields.Datetime.now(),
        })

    def _forget(self):
        """Clear the tokens; the client secret stays for the next connection."""
        self.write(dict.fromkeys(ACTIVE_FIELDS, False))

    def _revoke(self):
        """Tell Intuit that the tokens are not wanted any more.

        :return: whether Intuit heard it
        """
        connection = self.connection_id
        try:
            if refresh_token := self._open_secret(self.refresh_token_enc):
                auth.revoke(connection._endpoints(), *connection._app(), refresh_token)
                return True
        except (faults.QboError, UserError) as error:
            _logger.info("QuickBooks did not confirm a revocation: %s", type(error).__name__)
        return False

    # === THE ACCESS TOKEN === #

    def _token_source(self):
        """Return the function that gives the client its access token.

        It keeps no cursor, and a token for moments only: another process may have refreshed it, which leaves the old
        one good until it expires, and somebody may have disconnected.
        """
        registry, credential_id = self.env.registry, self.id
        kept = {}

        def source(stale=None):
            now = fields.Datetime.now()
            if stale or kept.get('until', now) <= now:
                kept['token'] = _with_own_row(registry, credential_id, lambda row: row._current_token(stale))
                kept['until'] = now + KEEP_TOKEN
            return kept['token']
        return source

    def _access_token(self, stale=None):
        """Return an access token that is good for five more minutes, refreshed if need be.

        :param str stale: the token that QuickBooks has just refused, if one was
        :raises Disconnected: the consent is gone; the connection says so
        :raises Retryable: Intuit's token service did not answer
        """
        self.ensure_one()
        return self._token_source()(stale)

    def _current_token(self, stale):
        """Return the token without a lock if it is good, else with the lock (on a cursor of its own)."""
        return self._usable_token(stale) or self._locked(lambda: self._usable_token(stale) or self._refresh(stale))

    def _usable_token(self, stale=None):
        """Return the stored access token when it is neither about to expire nor the one just refused."""
        if not self.exists() or not self.access_token_enc:
            return None
        if self.access_expires_at <= fields.Datetime.now() + REFRESH_AHEAD:
            return None
        token = self._open_or_disconnect(self.access_token_enc)
        return token if token != stale else None

    def _locked(self, action):
        """Do something while no other process can refresh; what it read before the lock is read again."""
        self.env.cr.execute(LOCK_TIMEOUT)
        self.env.cr.execute(
            'SELECT id FROM qbo_credential WHERE id = %s FOR UPDATE', [self.id], log_exceptions=False)
        self.invalidate_recordset()
        return action()

    def _refresh(self, stale=None):
        """Fetch new tokens and commit them; the row is locked.

        :return: the new access token
        """
        connection = self.connection_id
        if not connection._is_our_database():  # a copy must not use up the original's refresh token
            raise faults.Disconnected(connection._copy_reason())
        refresh_token = self._open_or_disconnect(self.refresh_token_enc)
        if not refresh_token:
            raise faults.Disconnected(self.env._("QuickBooks is not connected."))
        try:
            tokens = self._ask_for_tokens(refresh_token)
        except faults.AuthError as error:
            self._disconnected(error.message)
            raise
        except faults.Retryable:
            if token := self._token_for_now(stale):
                return token
            raise
        self._store(tokens)
        self.env.cr.commit()  # pylint: disable=invalid-commit  # own cursor: on disk before anybody uses it
        return tokens.access_token

    def _ask_for_tokens(self, refresh_token):
        """Trade the refresh token for new tokens.

        :raises InvalidClient: the client id or secret is refused, or no longer there
        """
        connection = self.connection_id
        try:
            client_id, client_secret = connection._app()
        except UserError as error:
            raise faults.InvalidClient(str(error)) from error
        now = datetime.now(timezone.utc)
        return auth.refresh(connection._endpoints(), client_id, client_secret, refresh_token, now=now)

    def _token_for_now(self, stale):
        """Return the old access token for as long as it lives, while Intuit's token service is away."""
        if not self.access_token_enc or self.access_expires_at <= fields.Datetime.now():
            return None
        token = self._open_or_disconnect(self.access_token_enc)
        return token if token != stale else None

    def _open_or_disconnect(self, encrypted):
        """Decrypt a token; a lost key puts the connection in its reconnect state."""
        try:
            return self._open_secret(encrypted)
        except faults.Disconnected as error:
            self._disconnected(error.message)
            raise

    def _disconnected(self, reason):
        """Store, in this own cursor, that an administrator has to connect again."""
        self.connection_id._set_reconnect(reason)
        self.env.cr.commit()  # pylint: disable=invalid-commit  # own cursor: the caller's transaction may roll back

    def _keep_alive(self):
        """Refresh the tokens of an idle connection, unless another process is at it, and warn before they end."""
        self.ensure_one()
        _with_own_row(self.env.registry, self.id, lambda row: row._keep_alive_locked())

    def _keep_alive_locked(self):
        """Refresh when the refresh token was not used for a day or the access token has expired."""
        if not self.try_lock_for_update():
            return
        now = fields.Datetime.now()
        old = not self.refreshed_at or self.refreshed_at <= now - KEEP_ALIVE_AFTER
        if old or not self.access_expires_at or self.access_expires_at <= now:
            self._refresh()
        self.connection_id._warn_of_expiry()


def _with_own_row(registry, credential_id, action):
    """Run an action on the credential in a transaction of its own.

    :raises Unavailable: the row could not be had
    """
    try:
        return in_own_transaction(registry, lambda env: action(env['qbo.credential'].browse(credential_id)))
    except LockNotAvailable as error:
        raise faults.Unavailable("Another process is refreshing the QuickBooks tokens") from error
    except Contended as error:
        raise faults.Unavailable("The QuickBooks tokens are being refreshed by other processes") from error


def _naive(moment):
    """Return an aware moment as Odoo stores it: naive UTC."""
    return moment.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0) if moment else False

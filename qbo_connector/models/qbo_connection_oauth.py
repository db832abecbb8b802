"""How a company is connected with QuickBooks, tested and disconnected."""

import logging
import math
import os
from contextlib import suppress
from datetime import datetime, timezone

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import config

from ..qbo import auth, faults
from ..qbo.client import QboClient
from ..qbo.company import parse_company
from ..qbo.endpoints import endpoints_for
from .qbo_governor import PACE, PATIENCE
from .qbo_list import PAGES_NOW

_logger = logging.getLogger(__name__)


class QboConnection(models.Model):
    """The part of the connection that talks OAuth with Intuit."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    # === WHERE AND AS WHOM === #

    def _simulator_url(self):
        """Return the simulator that stands in for QuickBooks, or None.

        Only the server's configuration decides: who can write a database field could redirect the tokens.
        """
        return config.get('qbo_simulator_url') or os.environ.get('QBO_SIMULATOR_URL') or None

    def _endpoints(self):
        """Return Intuit's addresses for this connection."""
        return endpoints_for(self.environment, self._simulator_url())

    def _app(self):
        """Return ``(client id, client secret)``: the connection's own, else the system parameters'.

        A parameter may be given for one environment alone, e.g. ``qbo_connector.client_id.sandbox``.

        :raises UserError: neither place has them, or the stored secret cannot be decrypted any more
        """
        self.ensure_one()
        if self.client_id:
            try:
                client_id, client_secret = self.client_id.strip(), self._credential_sudo()._client_secret()
            except faults.Disconnected as error:
                raise UserError(str(error)) from error
        else:
            client_id, client_secret = self._parameter('client_id'), self._parameter('client_secret')
        if not client_id or not client_secret:
            raise UserError(self.env._(
                "Enter the client ID and the client secret of your Intuit app first (or set the system parameters "
                "qbo_connector.client_id and qbo_connector.client_secret)."))
        return client_id, client_secret

    def _parameter(self, name):
        """Return a system parameter of the shared app, the environment's own one first."""
        get_param = self.env['ir.config_parameter'].sudo().get_param
        key = f'qbo_connector.{name}'
        return get_param(f'{key}.{self.environment}') or get_param(key)

    def _qbo_client(self, token_source=None, patience=PATIENCE):
        """Return the HTTP client of this realm.

        :param token_source: only while connecting, when the tokens are not stored yet; otherwise the credential's
            single-flight source, which uses a cursor of its own and leaves this transaction alone
        :param patience: seconds that a call may wait for its turn inside Intuit's limits
        """
        self.ensure_one()
        source = token_source or self._credential_sudo()._token_source()
        return QboClient(
            self._endpoints(), self.realm_id, source, gate=self.env['qbo.governor']._gate(self, patience),
            on_call=self.env['qbo.usage']._counter(self))

    # === CONNECT === #

    def action_connect(self):
        """Send the administrator to Intuit's consent page."""
        self.ensure_one()
        self._check_administrator()
        client_id, _secret = self._app()
        state = self.env['qbo.oauth.state']._issue(self)
        return {
            'type': 'ir.actions.act_url', 'target': 'self',
            'url': auth.authorize_url(self._endpoints(), client_id, self.redirect_uri, state),
        }

    def _check_administrator(self):
        """Refuse users who may not connect."""
        if not self.env.user.has_group('qbo_connector.group_qbo_administrator'):
            raise AccessError(self.env._("Only a QuickBooks administrator can connect or disconnect."))
        self.check_access('write')

    def _complete_oauth(self, code, realm_id, redirect_uri):
        """Finish what the consent page began: exchange the code, read the company, store everything.

        Every refusal comes before the first write, so a failure leaves the connection as it was.

        :param str redirect_uri: the one the code was asked for; Intuit compares it
        :raises UserError: the realm may not be connected here
        :raises QboError: Intuit refused the code, the secret or the realm
        """
        self.ensure_one()
        self._check_administrator()
        self._check_realm(realm_id)
        # A code is good for one exchange: whoever else writes these rows has to wait, so that ours cannot fail later.
        self.lock_for_update(allow_referencing=True)
        self._credential_sudo().lock_for_update(allow_referencing=True)
        client_id, client_secret = self._app()
        endpoints = self._endpoints()
        tokens = auth.exchange_code(
            endpoints, client_id, client_secret, code, redirect_uri, now=datetime.now(timezone.utc))
        client = QboClient(
            endpoints, realm_id, _fixed_source(tokens.access_token), gate=self.env['qbo.governor']._gate(self, PACE),
            on_call=self.env['qbo.usage']._counter(self))
        try:
            facts = self._read_facts(client)
        except faults.QboError:
            with suppress(faults.QboError):  # nobody will use these tokens
                auth.revoke(endpoints, client_id, client_secret, tokens.refresh_token)
            raise
        self._credential_sudo()._store(tokens)
        self._set_connected(realm_id, facts)
        self._load_references_or_note(client)

    def _check_realm(self, realm_id):
        """Refuse a realm that belongs to another connection, or that is not the one the links point to."""
        if not (realm_id or '').isdigit():
            raise UserError(self.env._("QuickBooks did not say which company was chosen. Please connect again."))
        other_sudo = self.sudo().with_context(active_test=False).search([
            ('realm_id', '=', realm_id), ('environment', '=', self.environment), ('id', '!=', self.id)], limit=1)
        if other_sudo:
            raise UserError(self.env._(
                "This QuickBooks company is already connected with %(company)s. Each QuickBooks company belongs to "
                "one Odoo company: choose another one, or disconnect it there and archive its links.",
                company=other_sudo.company_id.name))
        if self.realm_id and self.realm_id != realm_id:
            raise UserError(self.env._(
                "The links of this connection lead into %(company)s (company ID %(realm)s), and you chose another "
                "QuickBooks company. Choose %(company)s, or disconnect and archive the links first.",
                company=self.qbo_company_name or self.realm_id, realm=self.realm_id))

    def _set_connected(self, realm_id, facts):
        """Store the connected company and take back what was said about a broken connection."""
        self.write({
            **facts, 'realm_id': realm_id, 'state': 'connected', 'state_reason': False,
            'database_uuid': self._current_uuid(), 'expiry_warned_for': False,
            'paused_until': False, 'paused_reason': False, 'failure_streak': 0,
        })
        self._drop_activities()
        note = self.env._(
            "Connected with %(company)s (company ID %(realm)s).", company=self.qbo_company_name, realm=realm_id)
        self.env['qbo.audit']._note(self, 'connected', note)
        self.message_post(body=note)
        self._trigger_drain()

    def _read_facts(self, client):
        """Return the fields that say what kind of company this is and what it prefers."""
        facts = parse_company(client.company_info().data, client.preferences().data)
        values = {name: facts[name] for name in facts if name in self._fields}
        return {**values, 'facts_read_at': fields.Datetime.now()}

    def _load_references_or_note(self, client=None):
        """Read QuickBooks' lists; the connection stands even when that fails."""
        try:
            self._load_references(client=client, pages=PAGES_NOW)
        except faults.QboError as error:
            self.message_post(body=self.env._(
                "The lists of QuickBooks could not be read (%(reason)s). Use Refresh Lists.", reason=str(error)))

    # === TEST, REFRESH, DISCONNECT === #

    def action_test(self):
        """Ask QuickBooks who it is, and say so."""
        self.check_access('write')
        self._ask(lambda client: self.write(self._read_facts(client)))
        if self.state == 'reconnect':  # what was wrong has been mended without a new consent
            self.write({'state': 'connected', 'state_reason': False})
            self._drop_activities()
            self._trigger_drain()
        return self._notification(self.env._("QuickBooks answers"), self.env._(
            "Reached %(company)s (company ID %(realm)s).", company=self.qbo_company_name, realm=self.realm_id))

    def action_refresh_references(self):
        """Read QuickBooks' lists again: also for the accountant who has just added an account there."""
        if not self.env.user.has_group('qbo_connector.group_qbo_accountant'):
            raise AccessError(self.env._("Only a QuickBooks accountant can refresh the lists."))
        self.check_access('read')
        self.sudo()._ask(lambda client: self.sudo()._load_references(client=client, pages=PAGES_NOW))
        return self._notification(self.env._("Lists read"), " ".join(filter(None, (self.env._(
            "%(count)s accounts, tax codes, terms, methods, items and customers.", count=self.reference_count),
            self._still_reading()))))

    def _ask(self, question):
        """Ask QuickBooks something on behalf of a user, who does not wait for the end of a minute.

        :raises UserError: in the user's words, when there is no connection or no answer
        """
        self.ensure_one()
        if self.state == 'disconnected':
            raise UserError(self.env._("Connect to QuickBooks first."))
        if not self._is_our_database():
            raise UserError(self._copy_reason())
        try:
            question(self._qbo_client(patience=PACE))
        except faults.AuthError as error:
            self._needs_reconnect(error.message)
            raise UserError(self.env._("QuickBooks refused: %(reason)s", reason=str(error))) from error
        except faults.LimitReached as error:
            raise UserError(self._limit_reason(error)) from error
        except faults.QboError as error:
            raise UserError(self.env._("QuickBooks did not answer as hoped: %(reason)s", reason=str(error))) from error

    def _limit_reason(self, error):
        """Return in the user's words why the governor held a call back, and until when."""
        return self.env._("QuickBooks' limit of calls in a minute is used up. Try again in %(seconds)s seconds.",
                          seconds=math.ceil(error.retry_after))

    def _notification(self, title, message, kind='success', then=None):
        """Return a notification that also reloads the form, or does something else then."""
        return {
            'type': 'ir.actions.client', 'tag': 'display_notification',
            'params': {'title': title, 'message': message, 'type': kind,
                       'next': then or {'type': 'ir.actions.client', 'tag': 'soft_reload'}},
        }

    def action_disconnect(self):
        """Ask what becomes of the links."""
        self.ensure_one()
        self._check_administrator()
        return {
            'type': 'ir.actions.act_window', 'res_model': 'qbo.disconnect.wizard', 'view_mode': 'form',
            'name': self.env._("Disconnect from QuickBooks"), 'target': 'new',
            'context': {'default_connection_id': self.id},
        }

    def _disconnect(self, archive_links):
        """Revoke the consent, forget the tokens and, if wished, let go of the realm.

        Revoking is a courtesy: a dead token or a silent Intuit does not keep anyone connected.
        """
        self.ensure_one()
        self._check_administrator()
        revoked = self._is_our_database() and self._credential_sudo()._revoke()
        self._credential_sudo()._forget()
        note = self.env._("Disconnected. The links are kept for a later connection with the same company.")
        values = {'state': 'disconnected', 'state_reason': False, 'paused_until': False, 'paused_reason': False}
        if archive_links:
            self._archive_links()
            note = self.env._("Disconnected, links archived.")
            values.update(realm_id=False, qbo_company_name=False, tax_regime=False, us_tax_code=False,
                          references_read_at=False)
        self.env['qbo.audit']._note(self, 'disconnected', note)
        if not revoked:
            note = Markup("%s<br/>%s") % (note, self.env._(
                "QuickBooks could not be told: remove the app there under Apps > My Apps if it is still listed."))
        self.write(values)
        self._drop_activities()
        self.message_post(body=note)

    def _archive_links(self):
        """Let go of the realm: links archived, lists forgotten, what waited superseded (the sweep finds it again)."""
        self.env['qbo.binding'].sudo().search([('connection_id', '=', self.id)]).write({'active': False})
        self.env['qbo.queue.entry'].sudo().search([
            ('connection_id', '=', self.id), ('state', 'not in', ('done', 'superseded', 'cancelled')),
        ]).write({'state': 'superseded', 'not_before': False})
        self.env['qbo.reference'].sudo().with_context(active_test=False).search(
            [('connection_id', '=', self.id)]).unlink()
        self.env['qbo.list'].sudo().search([('connection_id', '=', self.id)]).unlink()


def _fixed_source(access_token):
    """Return a token source for a token that is minutes old and not stored yet."""
    def source(stale=None):
        if stale:
            raise faults.TokenExpired("QuickBooks refused the access token it has just issued")
        return access_token
    return source

"""When a connection may send, what stops it, and the crons that keep it going."""

import logging
import random
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..qbo import faults, retry

_logger = logging.getLogger(__name__)

STREAK_LIMIT = 3  # troubles in a row before the realm is paused as a whole
SOFT_WARNING = timedelta(days=14)
HARD_WARNING = timedelta(days=30)
OWN_ROW_TIMEOUT = "SET LOCAL lock_timeout = '10s'"


class QboConnection(models.Model):
    """The part of the connection that decides whether the drain may run."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    # === MAY IT SEND === #

    def _may_send(self):
        """Tell whether the drain may go on."""
        return self._may_ask()

    def _may_ask(self):
        """Tell whether QuickBooks may be asked; a copy of a database finds out here and pauses itself."""
        self.ensure_one()
        self.company_id.fetch(['active'])  # and not the hundred others
        if self.state != 'connected' or not self.active or not self.company_id.active:
            return False
        if not self._is_our_database():
            self._set_copy()
            return False
        return not self.paused_until or self.paused_until <= fields.Datetime.now()

    @api.model
    def _current_uuid(self):
        """Return the uuid of this database."""
        return self.env['ir.config_parameter'].sudo().get_param('database.uuid')

    def _is_our_database(self):
        """Tell whether this database is the one that was connected, and not a copy of it."""
        return self.database_uuid == self._current_uuid()

    def _copy_reason(self):
        """Return why a copy does not send."""
        return self.env._(
            "This database is a copy of the one that was connected, so nothing is sent. If it has taken the "
            "original's place, an administrator can let it take over the connection.")

    def _set_copy(self):
        """Pause in a copied database, so that tests on a copy never reach the real books."""
        if self.state != 'paused':
            self.write({'state': 'paused', 'state_reason': self._copy_reason()})
            self.message_post(body=self._copy_reason())

    def action_adopt(self):
        """Let this database take over the connection of the database it was copied from."""
        for connection in self:
            connection._check_administrator()
            if connection._is_our_database() and connection.state != 'paused':
                raise UserError(self.env._("This database owns the connection already."))
            has_tokens = bool(connection._credential_sudo().refresh_token_enc)
            connection.write({
                'database_uuid': self._current_uuid(), 'state': 'connected' if has_tokens else 'disconnected',
                'state_reason': False,
            })
            note = self.env._("This database has taken over the connection.")
            self.env['qbo.audit']._note(connection, 'adopted', note)
            connection.message_post(body=note)
            connection._trigger_drain()

    # === TROUBLE === #

    def _needs_reconnect(self, reason):
        """Stop until an administrator connects again, in a transaction of its own: the caller's may roll back."""
        self.ensure_one()
        with self.env.registry.cursor() as cr:
            cr.execute(OWN_ROW_TIMEOUT)
            connection_sudo = self.with_env(self.env(cr=cr, user=api.SUPERUSER_ID, su=True))
            connection_sudo._set_reconnect(reason)
        self.invalidate_recordset()

    def _set_reconnect(self, reason):
        """Store that the consent is gone, and tell the responsible user once."""
        if not self.try_lock_for_update(allow_referencing=True) or self.state in ('reconnect', 'disconnected'):
            return
        self.write({'state': 'reconnect', 'state_reason': reason})
        self = self._for_alerted_user()
        self._alert(self.env._("Reconnect QuickBooks"), self.env._(
            "Nothing is sent to QuickBooks any more: %(reason)s Press Connect to QuickBooks; what waits is kept.",
            reason=reason if reason.endswith('.') else f'{reason}.'))

    def _alert(self, summary, note):
        """Give the responsible user an activity and one mail; call it :meth:`_for_alerted_user`."""
        self.with_context(mail_activity_quick_update=True).activity_schedule(
            'mail.mail_activity_data_warning', summary=summary, note=note, user_id=self._alerted_user_sudo().id)
        self._mail_alert(summary, note)

    def _drop_activities(self):
        """Settle the warnings about this connection: they are out of date."""
        self.activity_unlink(['mail.mail_activity_data_warning'])

    def _pause(self, seconds, reason, code=''):
        """Pause the realm as a whole: the fault lies with QuickBooks, no row is to blame.

        :param seconds: how long, or None for an outage, whose pauses grow while it lasts
        :param str code: the fault code, if there was one
        """
        self.ensure_one()
        streak = self.failure_streak + 1
        seconds = seconds if seconds is not None else retry.outage_delay(streak, random)
        until = fields.Datetime.now() + timedelta(seconds=seconds)
        self.write({'paused_until': until, 'paused_reason': reason, 'paused_code': code, 'failure_streak': streak})
        self._trigger_drain(at=until)

    def _is_held_by(self, error):
        """Stop or pause the company where an error of the client says so, and no row is to blame.

        :return: whether it did
        """
        if isinstance(error, faults.AuthError):
            self._needs_reconnect(str(error))
        elif isinstance(error, faults.Throttled):
            self._pause(retry.throttle_delay(retry_after=error.retry_after), str(error), error.code)
        elif isinstance(error, faults.Unavailable):
            self._pause(error.retry_after, str(error), error.code)
        elif isinstance(error, faults.CompanyStatus):
            self._pause(3600, str(error), error.code)
        else:
            return False
        return True

    def _note_trouble(self, reason):
        """Count a delivery in doubt; several in a row pause the realm."""
        if self.failure_streak + 1 >= STREAK_LIMIT:
            self._pause(None, reason)
        else:
            self.failure_streak += 1

    def _note_success(self):
        """Forget past trouble (and write nothing when there was none)."""
        if self.failure_streak or self.paused_until:
            self.write({'failure_streak': 0, 'paused_until': False, 'paused_reason': False})

    def action_resume(self):
        """Try again now, without waiting for the end of the pause."""
        self.check_access('write')
        self.write({'paused_until': False, 'paused_reason': False})
        for connection in self:
            connection._trigger_drain()

    def action_push_missing(self):
        """Enqueue every record that should stand in QuickBooks and does not, and start sending at once."""
        self.ensure_one()
        self.check_access('write')
        found = self.env['qbo.queue.entry']._sweep(self)
        self.env['qbo.audit']._note(self, 'pushed', self.env._("Push What Is Missing"), found)
        self._trigger_drain(at=fields.Datetime.now())
        return self.action_open_waiting()

    # === CRONS === #

    def _trigger_drain(self, at=None):
        """Wake the drain: at a moment, or (in real time mode) when this transaction commits, once.

        :param datetime at: naive UTC
        """
        self.ensure_one()
        if not self.cron_id:
            return
        if at:
            self.sudo().cron_id._trigger(at)
        elif self.sync_mode == 'realtime':
            precommit = self.env.cr.precommit
            crons = precommit.data.get('qbo_connector.crons')
            if crons is None:
                crons = precommit.data['qbo_connector.crons'] = set()
                precommit.add(self.env['qbo.connection'].sudo()._trigger_crons)
            crons.add(self.sudo().cron_id.id)

    @api.model
    def _trigger_crons(self):
        """Trigger the crons collected in this transaction."""
        for cron in self.env['ir.cron'].browse(self.env.cr.precommit.data.pop('qbo_connector.crons', ())):
            cron._trigger()

    def _create_cron(self):
        """Give the connection a cron of its own: companies drain in parallel, a realm has one drain at a time."""
        self.ensure_one()
        self.sudo().cron_id = self.env['ir.cron'].sudo().create({
            'name': self.env._("QuickBooks: send %(company)s", company=self.company_id.name),
            'model_id': self.env['ir.model']._get_id('qbo.connection'),
            'state': 'code', 'code': f'model._cron_drain({self.id})',
            'user_id': self.env.ref('base.user_root').id,
            'interval_number': self.sync_interval, 'interval_type': 'minutes', 'active': self.active,
        })

    def _update_cron(self):
        """Let the cron follow the interval and the archiving of its connection."""
        for connection in self.sudo():
            connection.cron_id.write({
                'interval_number': connection.sync_interval, 'active': connection.active,
                'name': self.env._("QuickBooks: send %(company)s", company=connection.company_id.name),
            })

    @api.model
    def _cron_drain(self, connection_id):
        """Work off the queue of one connection (its own cron)."""
        connection = self.sudo().browse(connection_id).exists()
        if connection:
            self.env['qbo.queue.entry']._drain(connection)

    @api.model
    def _cron_sweep(self):
        """Daily: let each connection's own cron sweep, so that trouble of one company is no other's."""
        connections = self.sudo().search([('state', '=', 'connected')])
        connections.write({'sweep_due': True})
        for connection in connections:
            connection._trigger_drain(at=fields.Datetime.now())

    def _sweep(self):
        """Enqueue what no hook enqueued, and read what may have changed in QuickBooks."""
        self.ensure_one()
        self.env['qbo.queue.entry']._sweep(self)
        try:
            self.write(self._read_facts(self._qbo_client()))
        except faults.QboError as error:
            _logger.info("QuickBooks' preferences of %s not read: %s", self.company_id.name, error)
        self.env['qbo.list']._ask(self)

    @api.model
    def _cron_keep_tokens(self):
        """Every 30 minutes: keep the tokens of idle connections alive, and warn before a consent runs out."""
        for connection in self.sudo().search([('state', '=', 'connected')]):
            if not connection._is_our_database():
                continue  # a pause, on the other hand, is no reason to let a consent lapse
            try:
                connection._credential_sudo()._keep_alive()
            except faults.QboError as error:
                _logger.info("QuickBooks tokens of %s not refreshed: %s", connection.company_id.name, error)

    def _expiry_to_warn_of(self):
        """Return when the connection ends, once that is near (30 days for the consent, 14 for lapsing), else None."""
        now = fields.Datetime.now()
        ends = [(self.hard_expires_at, HARD_WARNING), (self.refresh_expires_at, SOFT_WARNING)]
        return min((end for end, ahead in ends if end and end - ahead <= now), default=None)

    def _warn_of_expiry(self):
        """Warn the responsible user once per date."""
        due = self._expiry_to_warn_of()
        if self.state != 'connected' or not due or due == self.expiry_warned_for:
            return
        self.expiry_warned_for = due
        self = self._for_alerted_user()
        self._alert(self.env._("Renew the QuickBooks consent"), self.env._(
            "QuickBooks ends this connection on %(date)s unless an administrator renews the consent before.",
            date=fields.Date.to_string(due)))

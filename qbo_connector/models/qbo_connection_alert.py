"""Tells people what needs them: bundled by connection and cause, one activity and one mail instead of one per entry.

Nothing here is called by the drain. A cron compares what stands in the database with what people were told.
"""

import logging
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools.misc import formatLang

from .own_cursor import Contended, in_own_transaction
from .qbo_connection_usage import FREE_READS

_logger = logging.getLogger(__name__)

STUCK = 'qbo_connector.mail_activity_type_stuck'
PAUSED = 'qbo_connector.mail_activity_type_paused'
READS = 'qbo_connector.mail_activity_type_reads'

SHOWN_CAUSES = 5  # a mail is read to its end; the list of entries shows the others
LONG_PAUSE = timedelta(minutes=30)  # a throttle is over in a minute, a hiccup of QuickBooks in a quarter of an hour
# A new pause this soon after the end of the old one is the same trouble: the attempt between the two failed.
SAME_TROUBLE = timedelta(minutes=5)
WARN_AT = 80  # per cent: late enough to matter, early enough to find out in a week or so what reads so much


class QboConnection(models.Model):
    """The part of the connection that alerts its responsible user."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    paused_since = fields.Datetime(readonly=True, copy=False, help="When the trouble began that pauses this company.")
    pause_told_for = fields.Datetime(readonly=True, copy=False)
    reads_told_for = fields.Date(readonly=True, copy=False, help="The month whose use of free reads was warned of.")

    def write(self, vals):
        """Override to note when a pause began: its end moves on with each attempt that fails."""
        if 'paused_until' not in vals:
            return super().write(vals)
        for connection in self:
            super(QboConnection, connection).write({**vals, 'paused_since': connection._trouble_since(vals)})
        return True

    def _trouble_since(self, vals):
        """Return since when the company will have been paused after a write."""
        if not vals['paused_until']:
            return False
        now = fields.Datetime.now()
        goes_on = self.paused_since and self.paused_until and self.paused_until + SAME_TROUBLE > now
        return self.paused_since if goes_on else now

    def _is_paused_for_long(self):
        """Tell whether the company has been paused, again and again, for longer than :data:`LONG_PAUSE`."""
        now = fields.Datetime.now()
        return bool(
            self.state == 'connected' and self.paused_until and self.paused_since
            and self.paused_until + SAME_TROUBLE > now and self.paused_since + LONG_PAUSE <= now)

    # === CRON === #

    @api.model
    def _cron_alert(self):
        """Every 10 minutes: bring the activities of each connection up to date; trouble of one is no other's."""
        for connection in self.sudo().search([('active', 'in', (True, False))]):
            try:
                in_own_transaction(
                    self.env.registry, lambda env, id_=connection.id: env[self._name].browse(id_)._alert_people())
            except Contended:
                _logger.info("QuickBooks alerts of connection %s wait for the next time", connection.id)

    def _alert_people(self):
        """Compare what needs a person with what people were told."""
        if not self.exists():
            return
        connection = self._for_alerted_user()
        if not self.active or self.state == 'disconnected':
            connection.activity_unlink([STUCK, PAUSED, READS])
            return
        connection._alert_of_stuck()
        connection._alert_of_pause()
        connection._alert_of_reads()

    # === WHAT NEEDS A PERSON === #

    def _alert_of_stuck(self):
        """Tell of entries that failed, are dead or unknown: by mail what is new, in the activity all there is."""
        Entry = self.env['qbo.queue.entry'].sudo()
        news = Entry._mark_told(self)
        causes, cause_count, count = Entry._causes(self, SHOWN_CAUSES)
        if not count:
            self.activity_unlink([STUCK])
            return
        summary = self.env._("%(count)s QuickBooks entries need attention", count=count) if count > 1 else self.env._(
            "A QuickBooks entry needs attention")
        if news:
            self._tell(STUCK, summary, self._stuck_note(causes, cause_count - len(causes)))
        elif (activity := self.activity_search([STUCK])[:1]) and activity.summary != summary:
            # Some were mended; whoever took the activity away is not told again.
            activity.write({'summary': summary, 'note': self._stuck_note(causes, cause_count - len(causes))})

    def _stuck_note(self, causes, others):
        """Return the causes with their counts and the way to the entries, as HTML."""
        states = dict(self.env['qbo.queue.entry']._fields['state']._description_selection(self.env))
        lines = Markup().join(
            Markup("<li>%s</li>") % self.env._(
                "%(state)s (%(count)s): %(cause)s", count=count, state=states[state], cause=cause)
            for state, cause, count in causes)
        if others:
            lines += Markup("<li>%s</li>") % self.env._("other causes: %(count)s", count=others)
        address = f'{self.get_base_url()}/odoo/quickbooks/{self.id}/quickbooks-attention'
        return Markup('<ul>%s</ul><p><a href="%s">%s</a></p>') % (lines, address, self.env._("Open the entries"))

    def _alert_of_pause(self):
        """Tell once of a pause that lasts; take it back when the company sends again."""
        if not self._is_paused_for_long():
            self.activity_unlink([PAUSED])
        elif self.pause_told_for != self.paused_since:
            self.pause_told_for = self.paused_since
            self._tell(PAUSED, self.env._("QuickBooks does not take anything"), self.env._(
                "Nothing has reached QuickBooks since %(since)s UTC: %(reason)s. It is tried again and again; what "
                "waits is kept.", since=fields.Datetime.to_string(self.paused_since), reason=self.paused_reason or ''))

    def _alert_of_reads(self):
        """Warn once a month when the free reads of the app run out."""
        month = fields.Datetime.now().date().replace(day=1)
        if not self.metered_month or self.metered_share < WARN_AT:
            self.activity_unlink([READS])
            return
        if self.reads_told_for == month:
            return
        app = self._app_id()
        # One warning for the app: its other connections have been told with this one.
        connections_sudo = self.sudo().search([('state', '!=', 'disconnected')])
        connections_sudo.filtered(lambda other: other._app_id() == app).reads_told_for = month
        self._tell(READS, self.env._("QuickBooks reads are running out"), self.env._(
            "%(used)s of the %(free)s reads that Intuit grants your app each month are used, %(own)s of them by this "
            "company. Once all are, QuickBooks refuses reads until the month ends; writes go on.",
            **{name: formatLang(self.env, number, digits=0) for name, number in (
                ('used', self.metered_app_month), ('free', FREE_READS), ('own', self.metered_month))}))

    # === HOW === #

    def _alerted_user_sudo(self):
        """Return whom alerts go to: the responsible user, or the administrator in the place of one who has left."""
        user_sudo = self.sudo().user_id
        return user_sudo if user_sudo.active else self.env.ref('base.user_admin').sudo()

    def _for_alerted_user(self):
        """Return the connection in the language of whom alerts go to, for texts that are made for them."""
        return self.with_context(lang=self._alerted_user_sudo().lang)

    def _tell(self, kind, summary, note):
        """Put one activity of a kind on the connection, or renew the one there is, and send one mail.

        :param str kind: the external id of an activity type
        """
        user_sudo = self._alerted_user_sudo()
        connection = self.with_context(mail_activity_quick_update=True)
        activity = connection.activity_search([kind])[:1]
        if activity:
            activity.write({
                'summary': summary, 'note': note, 'user_id': user_sudo.id,
                'date_deadline': fields.Date.context_today(self)})
        else:
            connection.activity_schedule(kind, summary=summary, note=note, user_id=user_sudo.id)
        self._mail_alert(summary, note)

    def _mail_alert(self, summary, note):
        """Send one mail, framed by the template in the language of whom it goes to."""
        user_sudo = self._alerted_user_sudo()
        template = self.env.ref('qbo_connector.mail_template_connection_alert', raise_if_not_found=False)
        if template:
            template.with_context(lang=user_sudo.lang, qbo_summary=summary, qbo_note=note).send_mail(
                self.id, email_values={'recipient_ids': [fields.Command.link(user_sudo.partner_id.id)]})

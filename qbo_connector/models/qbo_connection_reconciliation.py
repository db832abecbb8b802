"""When the books are compared by themselves, who is told, and what the card of the dashboard says of it."""

from datetime import datetime, time, timedelta, timezone

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date

DRIFTED = 'qbo_connector.mail_activity_type_reconciliation'
NIGHT = time(2, 0)  # at the responsible user's place
APART = 7  # minutes between two companies, so that they do not all begin at once
SPREAD = 180  # minutes in which all begin
NAMED = 10  # differences that a mail names
DAY = timedelta(days=1)
# What the last word on the books is: that a period agrees says nothing of the rest, that it does not does.
TELLING = ['|', ('state', 'in', ('drift', 'failed')), '&', ('state', '=', 'clean'), '&', ('date_to', '=', False),
           '|', '|', ('kind', '!=', 'hand'), ('date_from', '=', False), ('connection_id.reconcile_days', '>', 0)]


class QboConnection(models.Model):
    """The part of the connection that reconciles."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    reconcile_nightly = fields.Boolean(
        string="Compare the Books Every Night", default=True,
        help="Every document and payment is compared with QuickBooks, one read for a thousand of them.")
    reconcile_days = fields.Integer(
        string="Days Compared at Night", default=0,
        help="How many days back documents are compared every night. 0: all that should stand in QuickBooks.")
    reconcile_threshold = fields.Float(
        string="Threshold of the Totals (%)", digits=(16, 4), default=0.1,
        help="By how much of the larger total the two totals may differ without a document that differs. Documents "
             "themselves have no threshold: one that is off by a cent is told.")
    reconcile_channel_id = fields.Many2one(
        'discuss.channel', string="Tell This Channel", ondelete='set null',
        groups='qbo_connector.group_qbo_administrator',
        help="Drift is posted here too, besides the activity and the mail to the responsible user. Empty: nowhere.")
    reconcile_next = fields.Datetime(string="Next Comparison", readonly=True, copy=False)
    reconciliation_told = fields.Integer(readonly=True, copy=False)
    reconciliation_id = fields.Many2one(
        'qbo.reconciliation', string="Last Reconciliation", compute='_compute_reconciliation_id')
    reconciliation_state = fields.Char(compute='_compute_reconciliation_id')
    reconciliation_text = fields.Char(string="Reconciliation", compute='_compute_reconciliation_id')

    _reconcile_days_positive = models.Constraint('CHECK (reconcile_days >= 0)', "Days are counted from 0.")
    _reconcile_threshold_sane = models.Constraint(
        'CHECK (reconcile_threshold >= 0 AND reconcile_threshold <= 100)', "The threshold is between 0 and 100 %.")

    def _compute_reconciliation_id(self):
        Run = self.env['qbo.reconciliation']
        last = {connection.id: Run.browse(run_id) for connection, run_id in Run._read_group(
            [('connection_id', 'in', self._origin.ids), *TELLING], ['connection_id'], ['id:max'])}
        for connection in self:
            run = last.get(connection._origin.id, Run)
            connection.reconciliation_id, connection.reconciliation_state = run, run.state
            texts = {'clean': self.env._("in agreement"), 'failed': self.env._("not completed"),
                     'drift': self.env._("%(count)s differences", count=run.drift_count)}
            connection.reconciliation_text = self.env._(
                "%(date)s: %(outcome)s", date=format_date(self.env, run.ended_at), outcome=texts[run.state],
            ) if run else False

    # === NIGHT === #

    @api.model
    def _begin_nightly(self):
        """Let the comparisons wait for the cron that are due, and set the time of the next ones."""
        now = fields.Datetime.now()
        Run = self.env['qbo.reconciliation']
        for connection in self.search([('state', '=', 'connected'), ('reconcile_nightly', '=', True)]):
            if not connection.reconcile_next:
                connection.reconcile_next = connection._next_night(now)
            elif connection.reconcile_next <= now:
                connection.reconcile_next = connection._next_night(now)
                busy = Run.search_count(
                    [('connection_id', '=', connection.id), ('state', 'in', ('waiting', 'running'))], limit=1)
                if not busy and (connection.live_at or connection.parallel_run):
                    Run.create(connection._nightly_values())._start()
        Run._commit()

    def _nightly_values(self):
        """Return the values of tonight's comparison."""
        today = fields.Date.context_today(self)
        since = self.parallel_from if self.parallel_run else (
            today - self.reconcile_days * DAY if self.reconcile_days else False)
        return {'connection_id': self.id, 'kind': 'parallel' if self.parallel_run else 'nightly', 'date_from': since}

    def _next_night(self, now):
        """Return the next night's time of a connection, in UTC: each company has its own minute."""
        zone = self.with_user(self._alerted_user_sudo()).env.tz
        local = now.replace(tzinfo=timezone.utc).astimezone(zone)
        for day in (local.date(), local.date() + DAY):
            moment = zone.localize(datetime.combine(day, NIGHT)) + timedelta(minutes=self.id * APART % SPREAD)
            if moment > local:
                break
        return moment.astimezone(timezone.utc).replace(tzinfo=None)

    # === BUTTONS === #

    def action_reconcile(self):
        """Compare now, in the background, what is compared at night."""
        self.ensure_one()
        Run = self.env['qbo.reconciliation']
        run = Run.create({**self._nightly_values(), 'kind': 'parallel' if self.parallel_run else 'hand'})
        run.action_start()
        return self.action_open_reconciliations()

    def action_open_reconciliations(self):
        """Open the history of the comparisons of this company."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('qbo_connector.qbo_reconciliation_action')
        return action | {'domain': [('connection_id', '=', self.id)], 'context': {
            'default_connection_id': self.id}}

    # === ALERT === #

    def _alert_people(self):
        """Override to tell of drift, and to take that back when the books agree."""
        super()._alert_people()
        if self.exists() and self.active and self.state != 'disconnected':
            self._for_alerted_user()._alert_of_reconciliation()

    def _alert_of_reconciliation(self):
        """Tell once of a comparison that found drift, or could not be completed."""
        run = self.sudo().reconciliation_id
        if not run or run.state == 'clean':
            self.activity_unlink([DRIFTED])
        elif self.reconciliation_told != run.id:
            self.reconciliation_told = run.id
            summary = self.env._(
                "QuickBooks and Odoo differ: %(count)s", count=run.drift_count) if run.state == 'drift' else self.env._(
                "QuickBooks and Odoo could not be compared")
            note = self._reconciliation_note(run)
            self._tell(DRIFTED, summary, note)
            channel_sudo = self.sudo().reconcile_channel_id
            if channel_sudo:
                channel_sudo.message_post(
                    body=Markup("<p><b>%s</b></p>%s") % (f'{self.company_id.name}: {summary}', note),
                    message_type='comment', subtype_xmlid='mail.mt_comment', author_id=self.env.ref(
                        'base.partner_root').id)

    def _reconciliation_note(self, run):
        """Return what differs, as far as a mail is read, and the way to the rest, as HTML."""
        lines = run.line_ids.filtered_domain([('status', '=', 'drift')])
        kinds = dict(lines._fields['kind']._description_selection(self.env))
        items = Markup().join(
            Markup("<li>%s</li>") % f"{line.record_name or line.remote_number or line.remote_id}: "
                                    f"{kinds[line.kind]}. {line.text or ''}" for line in lines[:NAMED])
        if len(lines) > NAMED:
            items += Markup("<li>%s</li>") % self.env._("and %(count)s more", count=len(lines) - NAMED)
        address = f'{self.get_base_url()}/odoo/quickbooks-reconciliation/{run.id}'
        return Markup('<p>%s</p><ul>%s</ul><p><a href="%s">%s</a></p>') % (
            run.trouble or run.remark or '', items, address, self.env._("Open the reconciliation"))

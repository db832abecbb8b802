"""Reconciliations: the books of Odoo and of QuickBooks side by side, at night or when somebody asks.

A run works in its cron, a page at a time, and keeps where it is; how is in :mod:`.qbo_reconciliation_run`. It only
reads: neither ledger is changed.
"""

import logging
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..qbo import faults

_logger = logging.getLogger(__name__)

OPEN = ('waiting', 'running')
CHOSEN = ('connection_id', 'kind', 'date_from', 'date_to')  # by a person
TURN = 30.0  # seconds of one company, before the next one has its turn
ATTEMPTS = 8  # troubles in a row before a run is given up
WAIT = timedelta(minutes=5)
KEEP_DAYS = 'qbo_connector.keep_reconciliation_days'
GC_LIMIT = 100  # runs at once; one may have many rows
# Runs that nobody will ask for again. Not: of a period, which is filed; the last one of a month, or of a connection;
# with a spreadsheet that somebody took; what a person explained, and the newest row of what was ever explained, since
# that one tells later runs whether the explanation still holds or was taken back.
OLD = """
    DELETE FROM qbo_reconciliation WHERE id IN (
        SELECT run.id FROM qbo_reconciliation run
         WHERE run.state IN ('clean', 'drift', 'failed', 'cancelled') AND run.ended_at < %(limit)s
           AND run.date_to IS NULL
           AND (run.state IN ('failed', 'cancelled') OR EXISTS (
               SELECT 1 FROM qbo_reconciliation later
                WHERE later.connection_id = run.connection_id AND later.date_to IS NULL
                  AND (later.ended_at, later.id) > (run.ended_at, run.id) AND later.state IN ('clean', 'drift')
                  AND date_trunc('month', later.ended_at) = date_trunc('month', run.ended_at)))
           AND NOT EXISTS (
               SELECT 1 FROM ir_attachment file
                WHERE file.res_model = 'qbo.reconciliation' AND file.res_id = run.id)
           AND NOT EXISTS (
               SELECT 1 FROM qbo_reconciliation_line line
                WHERE line.reconciliation_id = run.id AND (line.explained_at >= run.ended_at OR (
                      EXISTS (SELECT 1 FROM qbo_reconciliation_line same
                               WHERE same.connection_id = line.connection_id AND same.signature = line.signature
                                 AND same.explained_at IS NOT NULL)
                  AND NOT EXISTS (SELECT 1 FROM qbo_reconciliation_line newer
                                   WHERE newer.connection_id = line.connection_id
                                     AND newer.signature = line.signature AND newer.id > line.id))))
      ORDER BY run.id LIMIT %(count)s)
"""


class QboReconciliation(models.Model):
    """One comparison of the documents of a time; kept, so that the history shows how the books drift."""

    _name = 'qbo.reconciliation'
    _description = "QuickBooks Reconciliation"
    _inherit = ['qbo.exportable', 'qbo.isolating']
    _order = 'id desc'

    connection_id = fields.Many2one(
        'qbo.connection', required=True, index=True, ondelete='cascade',
        help="Whose books are compared with QuickBooks.",
        default=lambda self: self.env['qbo.connection'].search([('company_id', '=', self.env.company.id)], limit=1))
    company_id = fields.Many2one(related='connection_id.company_id', store=True, index=True)
    kind = fields.Selection(
        [('nightly', "Nightly"), ('hand', "On Demand"), ('parallel', "Parallel Run")], required=True, default='hand',
        readonly=True)
    date_from = fields.Date(
        string="From", help="Documents and payments of this day and later; what is older than the day from which "
                            "documents are sent is not compared. Empty: all.")
    date_to = fields.Date(string="To", help="Documents and payments up to this day. Empty: all.")
    state = fields.Selection(
        [('draft', "To Start"), ('waiting', "Waiting"), ('running', "Running"), ('clean', "In Agreement"),
         ('drift', "Drift"), ('failed', "Not Completed"), ('cancelled', "Cancelled")],
        default='draft', required=True, readonly=True, copy=False)
    started_at = fields.Datetime(string="Started", readonly=True, copy=False)
    ended_at = fields.Datetime(string="Ended", readonly=True, copy=False)
    seconds = fields.Float(string="Run Time (s)", readonly=True, copy=False, help="Of our own work and QuickBooks'.")
    api_calls = fields.Integer(
        string="Reads of QuickBooks", readonly=True, copy=False, help="Calls that Intuit meters.")
    compared = fields.Integer(string="Documents Compared", readonly=True, copy=False, aggregator='max')
    drift_count = fields.Integer(
        string="Differences", readonly=True, copy=False, aggregator='max',
        help="Missing, doubled, or off by a cent or more, and not explained.")
    waiting_count = fields.Integer(string="Still Waiting", readonly=True, copy=False, aggregator='max')
    known_count = fields.Integer(
        string="Known", readonly=True, copy=False, aggregator='max',
        help="Kept out, left as they are by a policy, or accepted before.")
    explained_count = fields.Integer(string="Explained", readonly=True, copy=False, aggregator='max')
    drift_amount = fields.Float(
        string="Drift", digits=(16, 2), readonly=True, copy=False, aggregator='max',
        help="What the differences add up to without their signs, each in its own currency.")
    remark = fields.Char(readonly=True, copy=False)
    trouble = fields.Char(readonly=True, copy=False, help="Why it waits, or was given up.")
    attempts = fields.Integer(readonly=True, copy=False)
    not_before = fields.Datetime(readonly=True, copy=False)
    position = fields.Json(readonly=True, copy=False)
    line_ids = fields.One2many('qbo.reconciliation.line', 'reconciliation_id', string="Differences Found")
    total_ids = fields.One2many('qbo.reconciliation.total', 'reconciliation_id', string="Totals")
    exchange_ids = fields.One2many(
        'qbo.reconciliation.line', 'reconciliation_id', string="Exchange Differences",
        domain=[('kind', 'in', ('exchange', 'rounded'))])

    _one_open = models.UniqueIndex(
        "(connection_id) WHERE state IN ('waiting', 'running')", "A reconciliation of this company is running already.")

    @api.depends('connection_id', 'date_from', 'date_to')
    def _compute_display_name(self):
        for run in self:
            company = run.company_id.name or ""
            run.display_name = self.env._(
                "%(company)s, %(start)s to %(end)s", company=company, start=run.date_from or "…",
                end=run.date_to or "…",
            ) if run.date_from or run.date_to else self.env._("%(company)s, all dates", company=company)

    @api.constrains('date_from', 'date_to')
    def _check_dates(self):
        if any(run.date_from and run.date_to and run.date_from > run.date_to for run in self):
            raise UserError(self.env._("The period ends before it begins."))

    @api.model_create_multi
    def create(self, vals_list):
        """Override to begin as a draft, whatever a caller says."""
        if not self.env.su:
            vals_list = [{name: value for name, value in vals.items() if name in CHOSEN} for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        """Override: what was compared is evidence, which nobody edits.

        :raise AccessError: by hand, once it was started or of what is not chosen by hand
        """
        if not self.env.su and (set(vals) - set(CHOSEN) or any(run.state != 'draft' for run in self)):
            raise AccessError(self.env._("A reconciliation cannot be changed by hand."))
        return super().write(vals)

    # === BUTTONS === #

    def _check_accountant(self):
        """Let accountants start, stop and explain.

        :raise AccessError: for others
        """
        self.check_access('read')
        if not (self.env.su or self.env.user.has_group('qbo_connector.group_qbo_accountant')):
            raise AccessError(self.env._("Reconciling needs the QuickBooks accountant group."))

    def action_start(self):
        """Let the cron compare; the user need not wait for it."""
        self.ensure_one()
        self._check_accountant()
        if self.state != 'draft':
            raise UserError(self.env._("This reconciliation was started already. Start a new one."))
        self._check_connected()
        if self.search_count([('connection_id', '=', self.connection_id.id), ('state', 'in', OPEN)], limit=1):
            raise UserError(self.env._("A reconciliation of this company is running already."))
        self.sudo()._start()

    def _check_connected(self):
        """Refuse to ask a QuickBooks company that is not connected.

        :raise UserError: why
        """
        connection = self.connection_id
        if connection.state not in ('connected', 'reconnect') or not connection._is_our_database():
            raise UserError(connection._standstill() or connection._copy_reason())

    def _start(self):
        """Wait for the cron, and wake it."""
        self.state = 'waiting'
        self._wake()

    def action_again(self):
        """Compare the same time anew."""
        self.ensure_one()
        self._check_accountant()
        new = self.copy({'kind': 'parallel' if self.connection_id.parallel_run else 'hand'})
        new.action_start()
        return {'type': 'ir.actions.act_window', 'res_model': self._name, 'res_id': new.id, 'view_mode': 'form'}

    def action_cancel(self):
        """Stop; what was found is kept, and says that it is not all."""
        self._check_accountant()
        for run_sudo in self.sudo().filtered(lambda run: run.state in OPEN):
            run_sudo._end('cancelled')

    def action_open_lines(self):
        """List what was found."""
        self.ensure_one()
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('qbo_connector.qbo_reconciliation_line_action')
        return action | {'domain': [('reconciliation_id', '=', self.id)],
                         'context': {'search_default_to_look_at': 1} if self.drift_count else {}}

    # === CRON === #

    @api.model
    def _wake(self, at=None):
        """Trigger the cron, now or at a moment."""
        self.env.ref('qbo_connector.ir_cron_reconcile').sudo()._trigger(at)

    @api.model
    def _cron_reconcile(self):
        """Begin what is due tonight, and take the runs forward in turns, until all ended or the cron's time is up."""
        self.env['qbo.connection'].sudo()._begin_nightly()
        while runs := self._due():
            for run in runs:
                if not run._turn():
                    self._wake()
                    return
        if later := self.search([('state', 'in', OPEN), ('not_before', '!=', False)], order='not_before', limit=1):
            self._wake(later.not_before)

    @api.model
    def _due(self):
        """Return the runs that can go on now."""
        return self.sudo().search([
            ('state', 'in', OPEN), '|', ('not_before', '=', False), ('not_before', '<=', fields.Datetime.now())],
            order='id')

    def _turn(self):
        """Take one run forward for a while; each step is on disk when it ends.

        :return: whether the cron has time left
        """
        company = self.connection_id.company_id
        self = self.with_company(company).with_context(lang=company.partner_id.lang or 'en_US')
        client, begun, end, left = self.connection_id._qbo_client(), 0.0, time.monotonic() + TURN, 1.0
        while self.state in OPEN and not self._waits() and left and not begun > end:
            begun = time.monotonic()
            self._isolated(lambda run: run._step(client))
            self.seconds += time.monotonic() - begun
            left = self._commit(1)
        return bool(left)

    @api.model
    def _commit(self, done=0):
        """End a step as the drain ends its own: it is on disk.

        :return: the seconds left of the cron's turn
        """
        return self.env['qbo.queue.entry']._commit(done)

    def _waits(self):
        """Tell whether the run has to wait: its time has not come, or its company may not be asked."""
        if self.not_before and self.not_before > fields.Datetime.now():
            return True
        connection = self.connection_id
        if connection._may_ask():
            return False
        if not connection.active or connection.state == 'disconnected' or not connection._is_our_database():
            self.trouble = connection._standstill()
            self._end('failed')
            return True
        self._wait(connection._standstill(), connection.paused_until)
        return True

    def _wait(self, trouble, until=None):
        """Go on later, where it was."""
        self.write({'trouble': trouble, 'not_before': until or fields.Datetime.now() + WAIT})
        self._wake(self.not_before)

    def _on_surprise(self, error):
        """Wait where a later attempt may succeed, else give up and say why."""
        if self._starts_again(error):
            return
        self.attempts += 1
        if isinstance(error, faults.AuthError):
            self.connection_id._needs_reconnect(error.message)
            self._wait(str(error))
        elif isinstance(error, faults.LimitReached) or (
                isinstance(error, faults.Retryable) and self.attempts < ATTEMPTS):
            seconds = timedelta(seconds=error.retry_after + 1) if error.retry_after else WAIT
            self._wait(str(error), fields.Datetime.now() + seconds)
        else:
            if not isinstance(error, faults.QboError):
                _logger.error("The reconciliation %s of QuickBooks stopped", self.id, exc_info=error)
            self.trouble = str(error) if isinstance(error, faults.QboError) else self.env._(
                "An error nobody foresaw (%(kind)s); it is in the server log.", kind=type(error).__name__)
            self._end('failed')

    def _end(self, state):
        """Leave the cron, and the work table."""
        self.write({'state': state, 'ended_at': fields.Datetime.now(), 'not_before': False})
        self._recount()
        self.env['qbo.reconciliation.item']._forget(self)

    def _recount(self):
        """Count the rows by what they mean; a run whose drift was explained away is in agreement.

        One with a remark has not seen all there is, which is no agreement.
        """
        for run in self:
            counts = dict(self.env['qbo.reconciliation.line'].sudo()._read_group(
                [('reconciliation_id', '=', run.id)], ['status'], ['__count']))
            beyond = len(run.total_ids.filtered('beyond'))
            [(apart,)] = self.env['qbo.reconciliation.line'].sudo()._read_group(
                [('reconciliation_id', '=', run.id), ('status', '=', 'drift')], [], ['amount_apart:sum'])
            run.sudo().write({
                'drift_count': counts.get('drift', 0) + beyond + bool(run.remark),
                'waiting_count': counts.get('waiting', 0), 'known_count': counts.get('known', 0),
                'explained_count': counts.get('explained', 0), 'drift_amount': apart,
            })
            if run.state in ('clean', 'drift'):
                run.sudo().state = 'drift' if run.drift_count else 'clean'

    @api.autovacuum
    def _gc_old(self):
        """Delete runs after a while, with their rows; what is filed or was explained stays, see :data:`OLD`.

        The system parameter ``qbo_connector.keep_reconciliation_days`` says after how many days, 180 without it.
        """
        days = int(self.env['ir.config_parameter'].sudo().get_param(KEEP_DAYS) or 180)
        self.env.flush_all()
        self.env.cr.execute(OLD, {
            'limit': fields.Datetime.subtract(fields.Datetime.now(), days=days), 'count': GC_LIMIT})
        deleted = self.env.cr.rowcount
        self.env.invalidate_all(flush=False)
        return deleted, deleted == GC_LIMIT

    @api.ondelete(at_uninstall=False)
    def _unlink_except_filed(self):
        """Keep what was compared: it is evidence."""
        if any(run.state not in ('draft', 'cancelled') for run in self):
            raise UserError(self.env._("A reconciliation is kept: it tells how the books stood."))

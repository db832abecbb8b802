"""Batches of pushes: what a person sent at once, and a backfill of earlier documents.

Every row of the queue and every link knows the batch it came from, so a batch can be watched, paused, and undone. How
a batch gets into the queue, a part at a time, is in :mod:`.qbo_push_batch_feed`.
"""

from datetime import datetime, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..qbo.pace import Finished, Pace, pace_of
from .qbo_queue_entry import OPEN_STATES, STUCK_STATES

FINISHED = """
    SELECT extract(epoch FROM min(done_at))::float, extract(epoch FROM max(done_at))::float, count(*)
      FROM qbo_queue_entry
     WHERE batch_id = %s AND id > %s AND state = 'done'
  GROUP BY date_trunc('minute', done_at) ORDER BY 1
"""


class QboPushBatch(models.Model):
    """What was pushed together, how far that is, and what became of it."""

    _name = 'qbo.push.batch'
    _description = "QuickBooks Batch"
    _inherit = ['mail.thread']
    _order = 'id desc'

    name = fields.Char(
        required=True, default=lambda self: self._default_name(), help="By which you find it again in the queue.")
    connection_id = fields.Many2one(
        'qbo.connection', required=True, index=True, ondelete='cascade',
        default=lambda self: self.env['qbo.connection'].search([('company_id', '=', self.env.company.id)], limit=1),
        help="Into which QuickBooks company it is sent.")
    company_id = fields.Many2one(related='connection_id.company_id', store=True, index=True)
    kind = fields.Selection(
        [('backfill', "Backfill"), ('cutover', "Cut-Over"), ('selection', "Selection")],
        required=True, default='backfill', readonly=True)
    state = fields.Selection(
        [('draft', "To Start"), ('running', "Running"), ('paused', "Paused"), ('done', "Done"),
         ('cancelled', "Cancelled"), ('undone', "Undone")],
        required=True, default='draft', readonly=True, copy=False, tracking=True)
    undoing = fields.Boolean(readonly=True, copy=False)
    date_from = fields.Date(
        string="From", help="Documents and payments of this date and later. Empty: as the connection is set.")
    date_to = fields.Date(string="To", help="Empty: up to today and later.")
    partner_ids = fields.Many2many(
        'res.partner', string="Only Customers", domain=[('parent_id', '=', False)],
        help="Only what is booked on these customers. Empty: all.")
    journal_ids = fields.Many2many(
        'account.journal', string="Only Journals", check_company=True,
        help="Only documents and payments of these journals. Empty: all.")
    kind_ids = fields.One2many(
        'qbo.push.batch.kind', 'batch_id', string="Kinds", copy=True, default=lambda self: self._default_kinds(),
        help="Which kinds of records are sent.")
    part_ids = fields.One2many('qbo.push.batch.part', 'batch_id')
    dry_run_at = fields.Datetime(string="Dry Run", readonly=True, copy=False)
    started_at = fields.Datetime(string="Started", readonly=True, copy=False)
    ended_at = fields.Datetime(string="Ended", readonly=True, copy=False)
    first_entry = fields.Integer(readonly=True, copy=False, help="Entries up to this one belong to an earlier run.")
    settled = fields.Integer(readonly=True, copy=False, help="How many entries had been settled when it ended.")
    left_ids = fields.One2many(
        'qbo.binding', 'batch_id', string="Left in QuickBooks", domain=[('undo_state', '=', 'left')])

    remaining_count = fields.Integer(string="Remaining", compute='_compute_progress')
    done_count = fields.Integer(string="Done", compute='_compute_progress')
    failed_count = fields.Integer(string="Need Attention", compute='_compute_progress')
    share = fields.Float(string="Done (%)", compute='_compute_progress')
    rate = fields.Float(string="Per Minute", digits=(16, 1), compute='_compute_progress')
    expected_end = fields.Datetime(compute='_compute_progress', help="At the rate of the last minutes.")
    created_count = fields.Integer(
        string="Created in QuickBooks", compute='_compute_links', help="By this batch, and still standing there.")
    undone_count = fields.Integer(string="Taken Back", compute='_compute_links')
    left_count = fields.Integer(string="Left There", compute='_compute_links')
    standstill = fields.Char(compute='_compute_standstill')

    # === DEFAULTS === #

    @api.model
    def _default_name(self):
        """Return a name by which a person finds the batch again."""
        return self.env._("Backfill of %(date)s", date=fields.Date.to_string(fields.Date.context_today(self)))

    @api.model
    def _default_kinds(self):
        """Return the kinds of records that a backfill may send; the others come along as they are needed."""
        return [Command.create({'handler': handler._name}) for handler in self.env['qbo.entity']._handlers()
                if not handler._qbo_on_demand]

    @api.model
    def _of_selection(self, connection, records):
        """Return a new batch for records that a person chose, on one connection."""
        return self.sudo().create({
            'name': self.env._("%(count)s %(kind)s chosen", count=len(records),
                               kind=self.env['ir.model']._get(records._name).name),
            'connection_id': connection.id, 'kind': 'selection', 'state': 'running', 'kind_ids': [],
            'started_at': fields.Datetime.now()})

    # === PROGRESS === #

    @api.depends('state')
    def _compute_progress(self):
        now = fields.Datetime.now().replace(tzinfo=timezone.utc).timestamp()
        for batch in self:
            states = dict(self.env['qbo.queue.entry'].sudo()._read_group(
                batch._rows_domain(), ['state'], ['__count']))
            waiting = sum(states.get(state, 0) for state in OPEN_STATES)
            batch.failed_count = sum(states.get(state, 0) for state in STUCK_STATES)
            batch.done_count = max(states.get('done', 0) + states.get('superseded', 0), batch.settled)
            batch.remaining_count = (waiting + batch._still_outside()) if batch.state in ('running', 'paused') else 0
            total = batch.remaining_count + batch.failed_count + batch.done_count
            batch.share = 100 * batch.done_count / (total or 1)
            pace = batch._pace(now) if batch.state == 'running' and batch.remaining_count else Pace()
            batch.rate = pace.per_minute
            end = pace.end(batch.remaining_count, now)
            batch.expected_end = datetime.fromtimestamp(end, timezone.utc).replace(
                tzinfo=None, microsecond=0) if end else False

    def _pace(self, now):
        """Return how fast the entries of the batch are settled; what the first of them took counts, too."""
        self.env['qbo.queue.entry'].flush_model()
        self.env.cr.execute(FINISHED, [self._origin.id, self.first_entry])
        begun = self.started_at.replace(tzinfo=timezone.utc).timestamp()
        return pace_of([Finished(begun, begun, 0), *(Finished(*row) for row in self.env.cr.fetchall())], now)

    def _rows_domain(self):
        """Return the domain of the entries of the present run."""
        return Domain('batch_id', '=', self._origin.id) & Domain('id', '>', self.first_entry)

    def _still_outside(self):
        """Return how many records have not been put into the queue yet."""
        if self.undoing:
            return self.env['qbo.binding'].sudo().search_count([
                ('batch_id', '=', self._origin.id), ('undo_state', '=', 'asked')])
        [(count,)] = self.env['qbo.push.batch.part'].sudo()._read_group(
            [('batch_id', '=', self._origin.id), ('done', '=', False)], [], ['size:sum'])
        return count or 0

    def _compute_links(self):
        links = self.env['qbo.binding'].sudo().with_context(active_test=False)
        counts = {}
        for batch, undo_state, state, count in links._read_group(
                [('batch_id', 'in', self.ids)], ['batch_id', 'undo_state', 'state'], ['__count']):
            key = undo_state if undo_state in ('undone', 'left') else 'created' if state == 'active' else ''
            counts[batch.id, key] = counts.get((batch.id, key), 0) + count
        for batch in self:
            batch.undone_count = counts.get((batch.id, 'undone'), 0)
            batch.left_count = counts.get((batch.id, 'left'), 0)
            batch.created_count = counts.get((batch.id, 'created'), 0) + batch.left_count

    def _compute_standstill(self):
        for batch in self:
            batch.standstill = batch.connection_id._standstill() if batch.connection_id else ''

    # === WHAT BELONGS TO IT === #

    def _domain_of(self, handler):
        """Return the domain on the model of a handler that the date and the filters make."""
        domain = Domain.TRUE
        if self.date_to and handler._qbo_date:
            domain &= Domain(handler._qbo_date, '<=', self.date_to)
        for records, path in ((self.partner_ids.commercial_partner_id, handler._qbo_partner),
                              (self.journal_ids, handler._qbo_journal)):
            if records and path:
                domain &= Domain(path, 'in', records.ids)
        return domain

    def _last_entry(self):
        """Return the number of the newest entry of the batch."""
        return self.env['qbo.queue.entry'].sudo().search([('batch_id', '=', self.id)], order='id desc', limit=1).id

    # === BUTTONS === #

    def _check_accountant(self):
        """Let accountants start, stop and undo; the rows themselves nobody writes."""
        self.check_access('read')
        self.env['qbo.queue.entry']._check_may_repair()

    def _check_state(self, *states):
        """Refuse what a batch in its present state does not offer."""
        if any(batch.state not in states for batch in self):
            raise UserError(self.env._("This batch has gone on meanwhile. Load the page again."))

    def action_dry_run(self):
        """Look at everything that the batch would send, as if it were sent."""
        self.ensure_one()
        self._check_accountant()
        wizard = self.env['qbo.dry.run.wizard'].with_context(default_batch_id=self.id).create({
            'connection_id': self.connection_id.id, 'batch_id': self.id,
            'date_from': self.date_from, 'date_to': self.date_to})
        return wizard.action_run()

    def action_start(self):
        """Begin, or run again: what stands in QuickBooks or waits already is passed over."""
        self.ensure_one()
        self._check_accountant()
        self.connection_id._check_live()
        self._check_state('draft', 'done', 'cancelled', 'undone')
        if self.kind != 'backfill' or not self.kind_ids.filtered('chosen'):
            raise UserError(self.env._("Choose at least one kind of records."))
        batch_sudo = self.sudo()
        batch_sudo.part_ids.unlink()
        batch_sudo.kind_ids.write({'listed': False, 'attempts': 0, 'found': 0})
        batch_sudo._begin()
        self._log_event(self.env._("Started"))
        self.connection_id._trigger_drain(at=fields.Datetime.now())

    def _begin(self, undoing=False):
        """Count from here on."""
        self.write({
            'state': 'running', 'undoing': undoing, 'started_at': fields.Datetime.now(), 'ended_at': False,
            'first_entry': self._last_entry(), 'settled': 0})

    def action_pause(self):
        """Send no more of it for the time being; what is on its way arrives, everything else goes on."""
        self._check_accountant()
        self._check_state('running')
        self.sudo().state = 'paused'
        self._log_event(self.env._("Paused"))

    def action_resume(self):
        """Go on where it was paused."""
        self._check_accountant()
        self._check_state('paused')
        self.sudo().state = 'running'
        self._log_event(self.env._("Resumed"))
        for connection in self.connection_id:
            connection._trigger_drain(at=fields.Datetime.now())

    def action_cancel(self):
        """Take what has not been sent yet out of the queue, for good."""
        self._check_accountant()
        self._check_state('running', 'paused')
        for batch_sudo in self.sudo():
            batch_sudo._abandon()
        self._log_event(self.env._("Cancelled"))

    def _abandon(self):
        """End a batch: its rows leave the queue, and what was to be taken back stays."""
        self.part_ids.unlink()
        rows = self.env['qbo.queue.entry'].search(
            self._rows_domain() & Domain('state', 'in', ('pending', *STUCK_STATES)))
        rows.write({'state': 'cancelled', 'not_before': False})
        self._stay()
        self._end('cancelled')

    def _stay(self):
        """Let what was to be taken back and was not sent yet stand in QuickBooks."""
        links = self.env['qbo.binding'].sudo().search([
            ('batch_id', 'in', self.ids), ('undo_state', 'in', ('asked', 'waiting'))])
        on_its_way = self.env['qbo.queue.entry'].sudo().search([
            ('batch_id', 'in', self.ids), ('state', '=', 'sending')])
        busy = {(row.model, row.res_id) for row in on_its_way}
        links.filtered(lambda link: (link.model, link.res_id) not in busy).undo_state = False

    def _end(self, state):
        """Leave the run, and keep its figures: entries are not kept for ever."""
        self.flush_recordset()
        self.invalidate_recordset(['done_count', 'failed_count', 'created_count', 'undone_count', 'left_count'])
        self.write({
            'state': state, 'undoing': False, 'ended_at': fields.Datetime.now(), 'settled': self.done_count})

    def _log_event(self, text, event='backfill'):
        """Say in the chatter and in the audit trail who did what."""
        for batch in self:
            batch.sudo()._message_log(body=text, author_id=self.env.user.partner_id.id)
            self.env['qbo.audit']._note(batch.connection_id, event, f'{batch.name}: {text}', batch)

    def _report_end(self):
        """Say in the chatter how the run ended."""
        missed = self.kind_ids.filtered(lambda kind: kind.chosen and not kind.listed).mapped('name')
        missed += [str(part.size) for part in self.part_ids.filtered(lambda part: not part.done)]
        texts = [self.env._(
            "Undone: %(undone)s taken back, %(left)s left in QuickBooks, %(failed)s need attention.",
            undone=self.undone_count, left=self.left_count, failed=self.failed_count) if self.state == 'undone' else (
            self.env._("Done: %(done)s settled, %(created)s created in QuickBooks, %(failed)s need attention.",
                       done=self.done_count, created=self.created_count, failed=self.failed_count))]
        if missed:
            texts.append(self.env._("Not put into the queue because of an error that is in the server log: %(what)s",
                                    what=", ".join(missed)))
        self._message_log(body=" ".join(texts))

    # === UNDO === #

    def action_undo(self):
        """Ask whether what the batch created shall be taken back."""
        self.ensure_one()
        self._check_accountant()
        wizard = self.env['qbo.undo.wizard'].create({'batch_id': self.id})
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("Undo Batch"), 'res_model': wizard._name,
            'res_id': wizard.id, 'view_mode': 'form', 'target': 'new'}

    def _created(self):
        """Return the links of what the batch created and still stands in QuickBooks."""
        return self.env['qbo.binding'].sudo().search([('batch_id', 'in', self.ids), ('state', '=', 'active')])

    def _undo(self):
        """Let everything be taken back that the batch created, as far as nobody has touched it since."""
        self.ensure_one()
        self._check_accountant()
        if self.state in ('running', 'paused'):
            self.action_cancel()
        self._created().write({'undo_state': 'asked', 'undo_note': False})
        self.sudo()._begin(undoing=True)
        self._log_event(self.env._("Undo requested"), 'undone')
        self.connection_id._trigger_drain(at=fields.Datetime.now())

    # === OPEN === #

    def action_open_entries(self):
        """Open the entries of the queue."""
        return self.connection_id._open('qbo.queue.entry', self.name, [('batch_id', '=', self.id)])

    def action_open_attention(self):
        """Open the entries that a person must look at."""
        return self.connection_id._open('qbo.queue.entry', self.name, [
            ('batch_id', '=', self.id), ('state', 'in', STUCK_STATES)])

    def action_open_links(self):
        """Open the links to what was created."""
        return self.connection_id._open('qbo.binding', self.name, [('batch_id', '=', self.id)], context={
            'active_test': False})

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """Keep what tells where the links come from."""
        if any(batch.state != 'draft' for batch in self):
            raise UserError(self.env._("A batch that was started is kept: it tells what was sent with it."))


class QboPushBatchKind(models.Model):
    """One kind of records in a backfill."""

    _name = 'qbo.push.batch.kind'
    _description = "QuickBooks Batch: Kind of Records"
    _order = 'id'

    batch_id = fields.Many2one('qbo.push.batch', required=True, index=True, ondelete='cascade')
    handler = fields.Char(required=True, readonly=True)
    name = fields.Char(compute='_compute_name')
    chosen = fields.Boolean(
        string="Send", default=True,
        help="Records of other kinds go only where a record of a chosen kind needs them.")
    listed = fields.Boolean(readonly=True, copy=False)
    attempts = fields.Integer(readonly=True, copy=False)
    found = fields.Integer(string="Missing", readonly=True, copy=False, help="Not in QuickBooks when it was started.")
    ready = fields.Integer(readonly=True, copy=False, help="The dry run found nothing in their way.")
    total = fields.Char(string="Amount", readonly=True, copy=False)
    stopped = fields.Integer(readonly=True, copy=False, help="A problem must be solved first.")
    stays_out = fields.Integer(readonly=True, copy=False, help="They are not to be in QuickBooks.")

    @api.depends('handler')
    def _compute_name(self):
        for kind in self:
            kind.name = self.env['qbo.entity']._label(kind.handler)

    def _keep_dry_run(self, lines):
        """Keep what a dry run found.

        :param lines: the kinds of the dry run
        """
        found = lines.grouped('handler')
        for kind in self:
            if line := found.get(kind.handler):
                kind.write({'found': line.found, 'ready': line.to_send, 'total': line.total,
                            'stopped': line.stopped, 'stays_out': line.stays_out})


class QboPushBatchPart(models.Model):
    """Some hundred records of one kind that go into the queue together: one short transaction, whatever the whole."""

    _name = 'qbo.push.batch.part'
    _description = "QuickBooks Batch: Part"
    _order = 'id'

    batch_id = fields.Many2one('qbo.push.batch', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='batch_id.company_id')
    handler = fields.Char(required=True)
    record_ids = fields.Json()
    size = fields.Integer(required=True)
    done = fields.Boolean()
    attempts = fields.Integer(help="After three it is passed over: something in it cannot even be put into the queue.")

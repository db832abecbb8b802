"""The dry run of a backfill: what would be sent, and everything that stops it, before anything is sent."""

import time
from decimal import Decimal

from odoo import api, fields, models, tools
from odoo.fields import Command

from ..models.qbo_preflight import Problem
from .qbo_preflight_wizard import OUT

BATCH = 500  # records looked at together; then everything read for them is forgotten
TURN = 40.0  # seconds that one press of the button takes at most: servers end requests after 120


class QboDryRunWizard(models.TransientModel):
    """Looks at all that is missing in QuickBooks, in turns. Nothing is written to the books and nobody is called."""

    _name = 'qbo.dry.run.wizard'
    _description = "QuickBooks Dry Run"

    connection_id = fields.Many2one('qbo.connection', required=True, ondelete='cascade')
    batch_id = fields.Many2one('qbo.push.batch', ondelete='cascade', help="The backfill of which this is the dry run.")
    date_from = fields.Date(
        string="From", help="Suppose that the connection pushed documents from this date; empty: as it is set.")
    date_to = fields.Date(string="To")
    state = fields.Selection(
        [('choose', "To Start"), ('running', "Interrupted"), ('done', "Done")], default='choose', readonly=True)
    kind_ids = fields.One2many(
        'qbo.dry.run.kind', 'wizard_id', string="Kinds", default=lambda self: self._default_kinds())
    problem_ids = fields.One2many(
        'qbo.preflight.problem', 'dry_run_id', string="Problems", readonly=True, domain=[('kind', '!=', OUT)])
    out_ids = fields.One2many(
        'qbo.preflight.problem', 'dry_run_id', string="What Stays Out", readonly=True, domain=[('kind', '=', OUT)])
    found = fields.Integer(compute='_compute_progress')
    examined = fields.Integer(compute='_compute_progress')
    share = fields.Float(compute='_compute_progress', string="Looked At (%)")
    standstill = fields.Char(compute='_compute_standstill')

    @api.depends('kind_ids.found', 'kind_ids.examined')
    def _compute_progress(self):
        for wizard in self:
            wizard.found = sum(wizard.kind_ids.mapped('found'))
            wizard.examined = sum(wizard.kind_ids.mapped('examined'))
            wizard.share = 100 * wizard.examined / (wizard.found or 1)

    @api.depends('connection_id')
    def _compute_standstill(self):
        for wizard in self:
            wizard.standstill = wizard.connection_id._standstill()

    def _preflight(self):
        """Return what looks ahead; a backfill brings back what an undo took back."""
        return self.env['qbo.preflight'].with_context(qbo_bring_back=bool(self.batch_id))

    @api.model
    def _default_kinds(self):
        """Return the kinds of records of the backfill, or those that one may send."""
        batches = self.env['qbo.push.batch']
        if batch := batches.browse(self.env.context.get('default_batch_id')):
            return [Command.create({'handler': kind.handler, 'chosen': kind.chosen}) for kind in batch.kind_ids]
        return batches._default_kinds()

    def action_run(self):
        """Look at everything from the beginning."""
        self.ensure_one()
        self.check_access('write')
        (self.problem_ids | self.out_ids).unlink()
        for kind in self.kind_ids:
            ids = kind._ids_to_examine() if kind.chosen else []
            kind.write({'found': len(ids), 'examined': 0, 'last_id': 0, 'result': {}, 'totals': {}})
        return self.action_continue()

    def action_continue(self):
        """Look at what is left, as far as it goes in one turn."""
        self.ensure_one()
        self.check_access('write')
        end, problems = time.monotonic() + TURN, self._problems_so_far()
        for kind in self.kind_ids.filtered('chosen'):
            kind._examine(end, problems)
        (self.problem_ids | self.out_ids).unlink()
        self.env['qbo.preflight.problem'].create([{**values, 'dry_run_id': self.id} for values in problems.values()])
        self.state = 'done' if self.examined >= self.found else 'running'
        if self.state == 'done' and self.batch_id:
            self.batch_id.dry_run_at = fields.Datetime.now()
            self.batch_id.kind_ids._keep_dry_run(self.kind_ids)
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("QuickBooks Dry Run"), 'res_model': self._name,
            'res_id': self.id, 'view_mode': 'form', 'target': 'new', 'context': {'dialog_size': 'extra-large'},
        }

    def _problems_so_far(self):
        """Return the problems found in earlier turns, to be added to."""
        names = ('kind', 'message', 'name', 'entity', 'record_count', 'stopped_model', 'stopped_ids', 'culprit_model',
                 'culprit_ids', 'mapping_kind', 'mapping_res_id')
        groups = {}
        for problem in self.problem_ids | self.out_ids:
            key = (problem.connection_id.id, problem.stopped_model, problem.entity, problem.kind, problem.message)
            groups[key] = {'connection_id': problem.connection_id.id, **{name: problem[name] for name in names}}
        return groups


class QboDryRunKind(models.TransientModel):
    """One kind of records in a dry run: whether it is looked at, and what would become of it."""

    _name = 'qbo.dry.run.kind'
    _description = "QuickBooks Dry Run: Kind of Records"
    _order = 'id'

    wizard_id = fields.Many2one('qbo.dry.run.wizard', required=True, ondelete='cascade')
    handler = fields.Char(required=True, readonly=True)
    name = fields.Char(compute='_compute_name')
    chosen = fields.Boolean(string="Look At", default=True)
    found = fields.Integer(string="Missing", readonly=True, help="Not in QuickBooks, and should be.")
    examined = fields.Integer(readonly=True)
    last_id = fields.Integer(readonly=True)
    result = fields.Json(readonly=True, help="How many by what would become of them.")
    totals = fields.Json(readonly=True, help="What the documents come to that would be sent, by currency.")
    to_send = fields.Integer(compute='_compute_result')
    stays_out = fields.Integer(compute='_compute_result')
    stopped = fields.Integer(compute='_compute_result')
    total = fields.Char(compute='_compute_result')
    reasons = fields.Char(string="Why They Stay Out", compute='_compute_result')

    @api.depends('handler')
    def _compute_name(self):
        for kind in self:
            kind.name = self.env['qbo.entity']._label(kind.handler)

    @api.depends('result', 'totals')
    def _compute_result(self):
        for kind in self:
            result = kind.result or {}
            kind.to_send, kind.stopped = result.get('send', 0), result.get('stopped', 0)
            out = {reason: count for reason, count in result.items() if reason not in ('send', 'stopped')}
            kind.stays_out = sum(out.values())
            kind.reasons = " ".join(f"{count}: {reason}" for reason, count in out.items())
            kind.total = ", ".join(
                tools.formatLang(self.env, float(total), currency_obj=self.env['res.currency'].with_context(
                    active_test=False).search([('name', '=', currency)]))
                for currency, total in (kind.totals or {}).items())

    def _ids_to_examine(self):
        """Return the ids of what a backfill would enqueue, in their order."""
        wizard, handler = self.wizard_id, self.env[self.handler]
        batch = wizard.batch_id or wizard.batch_id.new({'date_to': wizard.date_to})
        return wizard._preflight()._missing(
            wizard.connection_id, handler, wizard.date_from, batch._domain_of(handler))

    def _examine(self, end, problems):
        """Look at what is left of this kind, batch by batch.

        :param end: the moment of the monotonic clock after which no batch begins
        :param dict problems: where problems are added
        """
        if self.examined >= self.found:
            return
        wizard, model = self.wizard_id, self.env[self.env[self.handler]._qbo_model]
        last_id, examined, result = self.last_id, self.examined, dict(self.result or {})
        totals = {currency: Decimal(total) for currency, total in (self.totals or {}).items()}
        ids = [record_id for record_id in self._ids_to_examine() if record_id > last_id]
        done = not ids
        for start in range(0, len(ids), BATCH):
            if time.monotonic() > end:
                break
            batch = model.browse(ids[start:start + BATCH])
            findings = wizard._preflight()._examine(wizard.connection_id, batch, wizard.date_from)
            for record_id in batch.ids:
                self._count(findings, findings[model._name, record_id], result, totals, problems)
            last_id, examined, done = batch.ids[-1], examined + len(batch), start + BATCH >= len(ids)
        self.write({
            'last_id': last_id, 'result': result,
            'totals': {currency: str(total) for currency, total in totals.items()},
            'examined': self.found if done else examined,  # others may have come or gone meanwhile
        })

    def _count(self, findings, finding, result, totals, problems):
        """Add what would become of one record."""
        if finding.operation == 'none':
            result[finding.note] = result.get(finding.note, 0) + 1
            self.env['qbo.preflight.problem']._grouped(
                [(self.wizard_id.connection_id, finding, Problem(OUT, finding.note))], problems)
            return
        reasons = self.env['qbo.preflight']._problems(findings, finding.key)
        outcome = 'stopped' if reasons else 'send'
        result[outcome] = result.get(outcome, 0) + 1
        if finding.currency and not reasons:
            totals[finding.currency] = totals.get(finding.currency, Decimal(0)) + Decimal(repr(finding.total))
        connection = self.wizard_id.connection_id
        self.env['qbo.preflight.problem']._grouped([(connection, finding, reason) for reason in reasons], problems)

"""Check and preview: what would be sent for some records, and what stops it."""

import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..models.qbo_mapping import KINDS

LIMIT = 500  # records in one dialog; a dry run looks at any number
OUT = 'out'  # the kind of what stops nothing: why records stay out
OPERATIONS = [
    ('create', "Create"), ('update', "Update"), ('void', "Void"), ('delete', "Delete"), ('none', "Nothing to send")]


class QboPreflightWizard(models.TransientModel):
    """What a push of some records would do. Nothing was written or sent to find out."""

    _name = 'qbo.preflight.wizard'
    _description = "QuickBooks Check"

    summary = fields.Char(readonly=True)
    ready = fields.Boolean(readonly=True)
    nothing = fields.Boolean(readonly=True, help="QuickBooks has it already, or is not to have it.")
    preview = fields.Boolean(readonly=True)
    payload = fields.Text(readonly=True, help="The JSON of the one record that was asked for.")
    problem_ids = fields.One2many('qbo.preflight.problem', 'wizard_id', readonly=True)
    step_ids = fields.One2many('qbo.preflight.step', 'wizard_id', string="In This Order", readonly=True)

    @api.model
    def _open(self, records, preview=False):
        """Look ahead for records and return the dialog with the result.

        :param bool preview: whether the JSON is what the user wants to see
        """
        records.check_access('read')
        self.check_access('create')
        if len(records) > LIMIT:
            raise UserError(self.env._(
                "This looks at %(limit)s records at most. Use the dry run of the connection for more.", limit=LIMIT))
        groups = self._by_connection(records)
        if not groups:
            raise UserError(self.env._("No QuickBooks company is connected for this record."))
        steps, problems = [], []
        preflight = self.env['qbo.preflight']
        for connection, group in groups:
            findings = preflight._examine(connection, group)
            steps += findings.values()
            standing_still = preflight._standing_still(connection)
            for record in group:
                finding = findings[record._name, record.id]
                if finding.operation != 'none':
                    problems += [(connection, finding, problem) for problem in (
                        *standing_still, *preflight._problems(findings, finding.key))]
        own = [step for step in steps if step.model == records._name and step.res_id in records.ids]
        nothing = not problems and all(step.operation == 'none' for step in own)
        wizard = self.create({
            'preview': preview, 'ready': not problems, 'nothing': nothing,
            'summary': self._summary(records, own if nothing else [], problems),
            'payload': self._pretty(findings[records._name, records.id].body) if len(records) == 1 else False,
            'problem_ids': [Command.create(values) for values in
                            self.env['qbo.preflight.problem']._grouped(problems).values()],
            'step_ids': [Command.create({
                'sequence': position, 'name': step.name, 'entity': step.entity, 'operation': step.operation,
                'note': step.note, 'payload': self._pretty(step.body), 'model': step.model,
            }) for position, step in enumerate(steps)],
        })
        return {
            'type': 'ir.actions.act_window', 'res_model': self._name, 'res_id': wizard.id, 'view_mode': 'form',
            'name': self.env._("QuickBooks Preview") if preview else self.env._("QuickBooks Check"), 'target': 'new',
        }

    @api.model
    def _by_connection(self, records):
        """Return [(connection, records)] of those records that have a connection."""
        handlers, groups = self.env['qbo.entity'], {}
        for record in records:
            connection = record._qbo_connections(handlers._for_record(record))[:1]
            if connection:
                groups[connection] = groups.get(connection, records.browse()) | record
        return list(groups.items())

    @api.model
    def _summary(self, records, idle, problems):
        """Return the result in one sentence.

        :param idle: the steps of the records, if there is nothing to send
        """
        if problems:
            stopped = len({finding.key for _connection, finding, _problem in problems})
            return self.env._("%(count)s of %(all)s cannot be sent yet.", count=stopped, all=len(records)) if (
                len(records) > 1) else self.env._("Cannot be sent yet.")
        if idle:
            notes = list(dict.fromkeys(step.note for step in idle))
            return self.env._("Nothing to send: %(why)s", why=" ".join(notes))
        return self.env._("Ready to be sent.")

    @api.model
    def _pretty(self, body):
        """Return JSON text for the eye."""
        return json.dumps(json.loads(body), indent=4, ensure_ascii=False) if body else False

    def action_preview(self):
        """Show the JSON of the same check."""
        self.ensure_one()
        self.preview = True
        return {
            'type': 'ir.actions.act_window', 'res_model': self._name, 'res_id': self.id, 'view_mode': 'form',
            'name': self.env._("QuickBooks Preview"), 'target': 'new',
        }


class QboPreflightStep(models.TransientModel):
    """One write that would be sent."""

    _name = 'qbo.preflight.step'
    _description = "QuickBooks Preview of One Record"
    _order = 'sequence, id'

    wizard_id = fields.Many2one('qbo.preflight.wizard', required=True, ondelete='cascade')
    sequence = fields.Integer()
    name = fields.Char(string="Odoo Record")
    model = fields.Char()
    entity = fields.Selection(
        lambda self: self.env['qbo.entity']._entity_labels(), string="QuickBooks Type")
    operation = fields.Selection(OPERATIONS, help="Empty: it cannot be said as long as a problem stops it.")
    note = fields.Char()
    payload = fields.Text(string="JSON")


class QboPreflightProblem(models.TransientModel):
    """One reason why records cannot be sent, with all records that it stops."""

    _name = 'qbo.preflight.problem'
    _description = "QuickBooks Check: Problem"
    _order = 'record_count desc, id'

    wizard_id = fields.Many2one('qbo.preflight.wizard', ondelete='cascade')
    dry_run_id = fields.Many2one('qbo.dry.run.wizard', ondelete='cascade')
    connection_id = fields.Many2one('qbo.connection', required=True, ondelete='cascade')
    kind = fields.Selection([
        ('connection', "Connection"), ('mapping', "Mapping"), ('record', "Record"),
        ('quickbooks', "Refused by QuickBooks"), (OUT, "Stays Out")], required=True)
    message = fields.Text(required=True)
    name = fields.Char(string="To Correct", help="The first of what must be corrected.")
    entity = fields.Selection(
        lambda self: self.env['qbo.entity']._entity_labels(), string="QuickBooks Type")
    record_count = fields.Integer(string="Records", help="How many records this stops.")
    stopped_model = fields.Char()
    stopped_ids = fields.Json()
    culprit_model = fields.Char()
    culprit_ids = fields.Json()
    mapping_kind = fields.Char()
    mapping_res_id = fields.Integer()

    @api.model
    def _grouped(self, problems, groups=None):
        """Group problems of one cause.

        :param problems: (connection, finding of the record that is stopped, problem)
        :param dict groups: what was grouped before, to be added to
        :return: ``{key: values of a row}``
        """
        groups = {} if groups is None else groups
        for connection, finding, problem in problems:
            mapping_kind, mapping_res_id = problem.mapping or (False, 0)
            key = (connection.id, finding.model, finding.entity, problem.kind, problem.message)
            values = groups.setdefault(key, {
                'connection_id': connection.id, 'kind': problem.kind, 'message': problem.message,
                'name': problem.name, 'entity': finding.entity, 'record_count': 0,
                'stopped_model': finding.model, 'stopped_ids': [],
                'culprit_model': problem.model, 'culprit_ids': [],
                'mapping_kind': mapping_kind, 'mapping_res_id': mapping_res_id,
            })
            if finding.res_id not in values['stopped_ids'][-1:]:
                values['record_count'] += 1
                values['stopped_ids'].append(finding.res_id)
            if problem.res_id and problem.res_id not in values['culprit_ids'][-1:]:
                values['culprit_ids'].append(problem.res_id)
        return groups

    def action_fix(self):
        """Open what must be corrected: the mapping, or the records."""
        self.ensure_one()
        return self._open_mapping() if self.mapping_kind else self._action(self.culprit_model, self.culprit_ids)

    def action_open_records(self):
        """Open the records that this stops."""
        self.ensure_one()
        return self._action(self.stopped_model, self.stopped_ids)

    def _open_mapping(self):
        """Open the row to complete, which the check itself has not made."""
        kind, mappings = self.mapping_kind, self.env['qbo.mapping']
        mapping = mappings.search([
            ('connection_id', '=', self.connection_id.id), ('kind', '=', kind), ('res_id', '=', self.mapping_res_id)])
        record = self.env[KINDS[kind][0]].browse(self.mapping_res_id or [])
        if not mapping and record != record.exists():  # made for the check alone: the wizard makes it for good
            return self.connection_id.action_open_mapping_wizard()
        return (mapping or mappings._add(self.connection_id, kind, record)).action_open()

    def _action(self, model, ids):
        """Return the action that opens records of one model."""
        ids = self.env[model].browse(ids).exists().ids  # what a check makes for itself is gone after it
        if not ids:
            raise UserError(self.env._("There is no record to open."))
        action = {'type': 'ir.actions.act_window', 'res_model': model, 'name': self.message, 'target': 'current'}
        if len(ids) == 1:
            return {**action, 'res_id': ids[0], 'view_mode': 'form'}
        return {**action, 'view_mode': 'list,form', 'domain': Domain('id', 'in', ids)}

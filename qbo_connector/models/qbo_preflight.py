"""Preflight: what would be sent for records, and what stops it, found by the very code that sends.

Nothing is written: the work is done behind a savepoint that is always rolled back, on queue rows that exist in memory
only. Nothing is asked of QuickBooks either.
"""

from contextlib import closing
from dataclasses import dataclass, field

from odoo import api, models
from odoo.fields import Domain

from ..exceptions import MissingDependency, MissingMapping
from .qbo_queue_entry import STUCK_STATES

# what the check itself finds again, if it is still so
OWN_REASONS = ('MissingMapping', 'Refused', 'Variance', 'Unexpected')


@dataclass(frozen=True)
class Problem:
    """One reason why a record cannot be sent.

    :param str kind: connection, mapping, record, or quickbooks (which refused it before)
    :param str message: cause and cure, in the words of the user
    :param str model: with ``res_id`` and ``name`` the record to correct
    :param tuple mapping: (kind, record id) of the mapping to complete
    """

    kind: str
    message: str
    model: str = ''
    res_id: int = 0
    name: str = ''
    mapping: tuple = ()


@dataclass
class Finding:
    """What a push of one record would do.

    :param int rank: lower is sent first
    :param str operation: create, update, void, delete, none; empty when it cannot be said
    :param str body: the JSON text that would be sent; what has no Id yet is named in brackets
    :param str note: why there is nothing to send
    :param total: of the document in its currency
    :param list problems: what stops the record itself
    :param list first: keys of the findings of what would be sent before it
    """

    model: str
    res_id: int
    name: str
    entity: str = ''
    rank: int = 0
    operation: str = ''
    body: str = ''
    note: str = ''
    total: float = 0.0
    currency: str = ''
    problems: list = field(default_factory=list)
    first: list = field(default_factory=list)

    @property
    def key(self):
        """Return what the finding is looked up by."""
        return self.model, self.res_id


class QboPreflight(models.AbstractModel):
    """Looks ahead: the same plan that a drain would make, without the drain."""

    _name = 'qbo.preflight'
    _description = "QuickBooks Preflight"

    @api.model
    def _examine(self, connection, records, sync_from=None):
        """Say what a push of the records would do, and of all that would be sent before them.

        :param records: a recordset
        :param sync_from: suppose that the connection pushed documents from this date
        :return: ``{(model, id): Finding}``, in the order of sending
        """
        company = connection.company_id
        self = self.sudo().with_company(company).with_context(
            lang=company.partner_id.lang or 'en_US', qbo_noted=[])
        connection, findings = connection.with_env(self.env), {}
        todo = [(record._name, record.id) for record in records]
        with closing(self.env.cr.savepoint()):  # closing it rolls it back, and forgets what was cached meanwhile
            self._suppose(connection, sync_from)
            while todo:
                found = self._plan_for(connection, todo)
                findings |= found
                todo = [key for finding in found.values() for key in finding.first if key not in findings]
        return dict(sorted(findings.items(), key=lambda item: item[1].rank))

    @api.model
    def _missing(self, connection, handler, sync_from=None, domain=Domain.TRUE):
        """Return what :meth:`_listed` does, and leave nothing behind."""
        with closing(self.env.cr.savepoint()):
            return self._listed(connection, handler, sync_from, domain)

    @api.model
    def _listed(self, connection, handler, sync_from=None, domain=Domain.TRUE):
        """Return the ids of what a backfill of one kind would enqueue, ascending.

        Records of our own that stand for what is missing, as those of applied credits do, are made.

        :param sync_from: suppose that the connection pushed documents from this date
        :param Domain domain: only those records of the handler's model
        """
        self = self.sudo().with_company(connection.company_id).with_context(qbo_once={})
        connection, handler = connection.with_env(self.env), handler.with_env(self.env)
        self._suppose(connection, sync_from)
        records = handler._missing(connection)
        if not domain.is_true():
            records = records.search(Domain('id', 'in', records.ids) & domain)
        connection.invalidate_recordset(['sync_from'], flush=False)
        return sorted(records.ids)

    @api.model
    def _suppose(self, connection, sync_from):
        """Let the connection look, in this savepoint's cache alone, as if it pushed documents from a date."""
        if sync_from:
            connection._fields['sync_from']._update_cache(connection, sync_from)

    @api.model
    def _plan_for(self, connection, keys):
        """Make the plans of records.

        :param keys: (model, id) of each
        :return: ``{(model, id): Finding}``
        """
        handlers, rows, found, ids = self.env['qbo.entity'], [], {}, {}
        for model, res_id in dict.fromkeys(keys):
            ids.setdefault(model, []).append(res_id)
        for record in (record for model, res_ids in ids.items() for record in self.env[model].browse(res_ids)):
            finding = found[record._name, record.id] = Finding(record._name, record.id, record.display_name or '')
            if handlers._for_record(record) is None:
                finding.operation = 'none'
                finding.note = self.env._("Records of this kind are not sent to QuickBooks.")
            else:
                rows.append({'connection_id': connection.id, 'model': record._name, 'res_id': record.id,
                             'record_name': finding.name})
        noted = self.env.context['qbo_noted']
        entries = self.env['qbo.queue.entry']
        entries = entries.union(*(entries.new(row) for row in rows))
        for entry, handler, plan in entries._plans() if rows else ():
            finding = found[entry.model, entry.res_id]
            reasons = [*noted, *([plan] if isinstance(plan, Exception) else [])]
            noted.clear()
            finding.entity, finding.rank = handler._qbo_entity, handler._qbo_rank
            if not isinstance(plan, Exception):
                record = self.env[entry.model].browse(entry.res_id)
                finding.operation, finding.body, finding.note = plan.operation, plan.body, plan.note
                finding.total = plan.total
                finding.currency = record.currency_id.name if plan.total else ''
            for reason in reasons:
                if isinstance(reason, MissingDependency):
                    finding.first += [(record._name, record.id) for record in reason.records]
                else:
                    finding.problems.append(self._problem(finding, reason))
        self._add_refusals(connection, found, ids)
        return found

    @api.model
    def _problem(self, finding, reason):
        """Return an error of the plan as a problem."""
        if isinstance(reason, MissingMapping):
            mapping = reason.mapping
            return Problem('mapping', str(reason), name=mapping.name, mapping=(mapping.kind, mapping.res_id))
        return Problem('record', str(reason), finding.model, finding.res_id, finding.name)

    @api.model
    def _add_refusals(self, connection, found, ids):
        """Add what QuickBooks itself refused before and nobody retried since: only a retry will tell.

        :param dict ids: ``{model: [id]}`` of the findings
        """
        for model, res_ids in ids.items():
            rows = self.env['qbo.queue.entry'].search([
                ('connection_id', '=', connection.id), ('model', '=', model), ('res_id', 'in', res_ids),
                ('state', 'in', STUCK_STATES), ('fault_class', 'not in', OWN_REASONS)])
            for row in rows:
                finding = found[model, row.res_id]
                if finding.operation != 'none':
                    finding.problems.append(Problem(
                        'quickbooks', row.fault_message or '', model, row.res_id, finding.name))

    @api.model
    def _problems(self, findings, key, seen=None):
        """Return the problems of a record and of all that is sent before it, each once.

        :param dict findings: as :meth:`_examine` returns them
        """
        seen = set() if seen is None else seen
        if key in seen or key not in findings:
            return []
        seen.add(key)
        problems = [problem for other in findings[key].first for problem in self._problems(findings, other, seen)]
        return list(dict.fromkeys([*problems, *findings[key].problems]))

    @api.model
    def _standing_still(self, connection):
        """Return, as a list of problems, why nothing at all is sent on a connection until a person acts."""
        reason = connection.state != 'connected' and connection._standstill()
        return [Problem('connection', reason, connection._name, connection.id, connection.display_name)] if (
            reason) else []


class QboConnection(models.Model):
    """The part of the connection that tells why nothing moves."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def _standstill(self):
        """Return why nothing is sent now, or ''."""
        if self.state != 'connected':
            return self.state_reason or self.env._(
                "%(company)s is not connected with QuickBooks.", company=self.company_id.name)
        return self.paused_reason if self.paused_until else ''

"""Finding records by their badge: conditions on the link and on the newest row of the queue, by their indexes.

The same rules as :meth:`QboSyncable._qbo_status`, in SQL: with a hundred thousand documents in the queue, nothing is
worked out one by one. Each condition asks for the rows of one record, which the index on ``(model, res_id)`` finds, so
the planner may begin with the few rows of a state or with the documents of a page.
"""

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .qbo_queue_entry import OPEN_STATES, STUCK_STATES
from .qbo_queue_variance import VARIANCE

BLOCKED = SQL("""EXISTS (
    SELECT 1 FROM qbo_queue_entry_dependency link JOIN qbo_queue_entry cause ON cause.id = link.dependency_id
     WHERE link.entry_id = entry.id AND cause.state IN %s)""", STUCK_STATES)
STANDING = SQL("state = 'active'")
DECIDED = "remote_change_state IS DISTINCT FROM 'open'"
LINKS = {  # badge of what neither waits nor failed: condition on its link
    'synced': SQL(f"state = 'active' AND kept_because IS NULL AND variance IS NULL AND {DECIDED}"),
    'changed_there': SQL("remote_change_state = 'open'"),
    'variance': SQL(f"state = 'active' AND kept_because IS NULL AND variance IS NOT NULL AND {DECIDED}"),
    'kept': SQL(f"state = 'active' AND kept_because IS NOT NULL AND {DECIDED}"),
    'inactive': SQL(f"state = 'inactive' AND {DECIDED}"),
    'voided': SQL(f"state = 'voided' AND {DECIDED}"),
    'deleted': SQL(f"state = 'deleted' AND {DECIDED}"),
}


class QboSyncable(models.AbstractModel):
    """The part of the mixin that is asked by searches."""

    _inherit = 'qbo.syncable'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _search_qbo_state(self, operator, value):
        """Find records by badge."""
        if operator != 'in':
            return NotImplemented
        self._check_field_access(self._fields['qbo_state'], 'read')  # the ORM does so for stored fields only
        states = set(value)
        found = self._qbo_by_company(lambda company: self._qbo_hits(company, states - {'none'}))
        if 'none' in states:
            found |= ~self._qbo_by_company(self._qbo_present)
        return found

    @api.model
    def _search_qbo_changed(self, operator, value):
        """Find records of which QuickBooks holds an earlier version."""
        if operator != 'in':
            return NotImplemented
        self._check_field_access(self._fields['qbo_changed'], 'read')
        changed = self._qbo_by_company(lambda company: (
            self._qbo_linked(company, STANDING) & ~self._qbo_kept_out(company)
            & (self._qbo_draft_domain() | self._qbo_newest(company, OPEN_STATES + STUCK_STATES, SQL(
                "NOT (entry.state = 'failed' AND entry.fault_class IS NOT DISTINCT FROM %s)", VARIANCE)))))
        return Domain.OR(changed if wanted else ~changed for wanted in value)

    @api.model
    def _qbo_by_company(self, condition):
        """Return the domain of a condition in the QuickBooks of the company that a record's badge is about.

        :param condition: returns the domain for a company
        """
        connections = self.env['qbo.connection'].sudo().with_context(active_test=False).search(
            [('company_id', 'in', self.env.companies.ids)])
        return Domain.OR(
            Domain('company_id', 'in', [company.id, *([False] if company == self.env.company else [])])
            & condition(company) for company in connections.company_id)

    @api.model
    def _qbo_hits(self, company, states):
        """Return the domain of the records that show one of these badges in a company's QuickBooks."""
        standing, draft = self._qbo_linked(company, STANDING), self._qbo_draft_domain()
        busy, skipped = self._qbo_newest(company, OPEN_STATES + STUCK_STATES), self._qbo_skipped(company)
        waiting = self._qbo_newest(company, OPEN_STATES, SQL("NOT %s", BLOCKED))
        badges = {
            'failed': lambda: self._qbo_newest(company, ('failed', 'dead')),
            'unknown': lambda: self._qbo_newest(company, ('unknown',)),
            'blocked': lambda: self._qbo_newest(company, OPEN_STATES, BLOCKED),
            'waiting': lambda: waiting & ~standing,
            'changed': lambda: standing & (waiting | draft & ~busy & ~skipped),
            'excluded': lambda: skipped & ~standing,
            'kept': lambda: skipped & standing,
        }
        hits = [badges[state]() for state in badges if state in states]
        if linked := [condition for state, condition in LINKS.items() if state in states]:
            quiet = ~busy & ~skipped & ~(draft & standing)
            hits.append(self._qbo_linked(company, SQL(" OR ").join(SQL("(%s)", one) for one in linked)) & quiet)
        excluded = self._qbo_kept_out(company)
        return Domain.OR(hits) & ~excluded | (excluded if 'excluded' in states else Domain.FALSE)

    @api.model
    def _qbo_present(self, company):
        """Return the domain of the records that have a link, are on their way, or are kept out."""
        return (self._qbo_linked(company, SQL("TRUE")) | self._qbo_newest(company, OPEN_STATES + STUCK_STATES)
                | self._qbo_skipped(company) | self._qbo_kept_out(company))

    @api.model
    def _qbo_skipped(self, company):
        """Return the domain of what a person took out of the queue with a reason."""
        return self._qbo_newest(company, ('cancelled',), SQL("entry.skip_reason IS NOT NULL"))

    @api.model
    def _qbo_kept_out(self, company):
        """Return the domain of what a person keeps out of a company's QuickBooks, and is not on its way there."""
        if not any(company_id == company.id for _connection, company_id in self.env['qbo.connection']._connected()):
            return Domain.FALSE
        excluded = self.with_company(company).sudo()._qbo_excluded_here()
        return excluded & ~self._qbo_newest(company, ('sending', 'unknown'))

    @api.model
    def _qbo_excluded_here(self):
        """Return the domain of what is kept out in the current company."""
        if 'qbo_excluded' not in self._fields:
            return Domain.FALSE
        return Domain('id', 'in', self._search([('qbo_excluded', '=', True)]))

    @api.model
    def _qbo_linked(self, company, condition):
        """Return the domain of the records with a live link that meets a condition."""
        links = self.env['qbo.binding']
        links.flush_model([
            'model', 'res_id', 'company_id', 'active', 'state', 'kept_because', 'variance', 'remote_change_state'])
        return Domain.custom(to_sql=lambda _model, alias, _query: SQL(
            "EXISTS (SELECT 1 FROM qbo_binding WHERE model = %s AND res_id = %s AND company_id = %s AND active "
            "AND (%s))", self._name, SQL.identifier(alias, 'id'), company.id, condition))

    @api.model
    def _qbo_newest(self, company, states, condition=None):
        """Return the domain of the records whose newest row that counts is in one of these states.

        :param tuple states: open or stuck ones, or with a condition for which there is an index as well
        :param condition: SQL about the row, which it calls ``entry``
        """
        rows = self.env['qbo.queue.entry']
        rows.flush_model(['model', 'res_id', 'company_id', 'state', 'fault_class', 'skip_reason', 'dependency_ids'])
        return Domain.custom(to_sql=lambda _model, alias, _query: SQL(
            """EXISTS (
                SELECT 1 FROM qbo_queue_entry entry
                 WHERE entry.model = %s AND entry.res_id = %s AND entry.company_id = %s AND entry.state IN %s AND %s
                   AND NOT EXISTS (
                    SELECT 1 FROM qbo_queue_entry newer
                     WHERE newer.model = entry.model AND newer.res_id = entry.res_id AND newer.id > entry.id
                       AND newer.company_id = entry.company_id
                       AND (newer.state NOT IN ('superseded', 'cancelled') OR newer.skip_reason IS NOT NULL)))""",
            self._name, SQL.identifier(alias, 'id'), company.id, states, condition or SQL("TRUE")))


class QboQueueEntry(models.Model):
    """What the queue has for these searches."""

    _inherit = 'qbo.queue.entry'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    _skipped_index = models.Index("(model, res_id) WHERE skip_reason IS NOT NULL")

"""Mixin of the records that QuickBooks mirrors: enqueue, badge, smart button, chatter notes."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .qbo_queue_entry import OPEN_STATES, STUCK_STATES

READERS = 'qbo_connector.group_qbo_user'
LINK_STATES = {
    'synced': Domain('state', '=', 'active') & Domain('kept_because', '=', False) & Domain('variance', '=', False),
    'variance': Domain('state', '=', 'active') & Domain('kept_because', '=', False) & Domain('variance', '!=', False),
    'kept': Domain('state', '=', 'active') & Domain('kept_because', '!=', False),
    'inactive': Domain('state', '=', 'inactive'),
    'voided': Domain('state', '=', 'voided'),
    'deleted': Domain('state', '=', 'deleted'),
}


class QboSyncable(models.AbstractModel):
    """Gives a model its place in QuickBooks; hooks of the model only call :meth:`_qbo_enqueue`."""

    _name = 'qbo.syncable'
    _description = "QuickBooks Mirrored Record"

    qbo_state = fields.Selection(
        [
            ('none', "Not in QuickBooks"),
            ('excluded', "Excluded"),
            ('waiting', "Waiting"),
            ('changed', "Changed Since Sync"),
            ('blocked', "Blocked"),
            ('synced', "In QuickBooks"),
            ('variance', "In QuickBooks, with variance"),
            ('kept', "Left in QuickBooks as It Was"),
            ('failed', "Failed"),
            ('unknown', "Outcome Unknown"),
            ('inactive', "Inactive in QuickBooks"),
            ('voided', "Voided in QuickBooks"),
            ('deleted', "Deleted in QuickBooks"),
        ],
        compute='_compute_qbo_state', search='_search_qbo_state', string="QuickBooks", compute_sudo=True,
        groups=READERS,
    )
    qbo_message = fields.Char(
        compute='_compute_qbo_state', compute_sudo=True, string="QuickBooks Status", groups=READERS)
    qbo_changed = fields.Boolean(
        compute='_compute_qbo_state', search='_search_qbo_changed', compute_sudo=True,
        string="Changed Since Sync", groups=READERS,
        help="QuickBooks holds an earlier version: the update waits, is blocked or failed, or it was reset to draft.")
    qbo_differs = fields.Boolean(
        compute='_compute_qbo_state', compute_sudo=True, string="Figures Differ", groups=READERS,
        help="It stands in QuickBooks with figures of its own, and a person has to look.")
    qbo_fixable = fields.Boolean(
        compute='_compute_qbo_state', compute_sudo=True, string="Stopped by Something Else", groups=READERS,
        help="What stops it is a missing mapping or another record.")
    qbo_entry_id = fields.Many2one(
        'qbo.queue.entry', compute='_compute_qbo_state', compute_sudo=True, groups=READERS)
    qbo_entry_count = fields.Integer(compute='_compute_qbo_state', compute_sudo=True, groups=READERS)

    # === BADGE === #

    @api.depends_context('allowed_company_ids')
    def _compute_qbo_state(self):
        """Read the newest entry and the link of each record; never stored, so it can't be stale."""
        key = [('model', '=', self._name), ('res_id', 'in', self.ids),
               ('company_id', 'in', (self.env.companies or self.env.company).ids)]
        entries = self.env['qbo.queue.entry'].search(key).grouped('res_id')
        bindings = self.env['qbo.binding'].search(key).grouped('res_id')
        handlers = self.env['qbo.entity'].with_context(qbo_once={})
        drafts = self.filtered_domain(self._qbo_draft_domain())
        for record in self:
            rows = entries.get(record.id, self.env['qbo.queue.entry'])
            binding = bindings.get(record.id, self.env['qbo.binding'])[:1]
            entry = rows.filtered(lambda row: row.skip_reason or row.state not in ('superseded', 'cancelled'))[:1]
            record.qbo_entry_id = entry
            record.qbo_entry_count = len(rows)
            record.qbo_state, record.qbo_message = record._qbo_status(handlers, entry, binding, record in drafts)
            record.qbo_fixable = entry.state in OPEN_STATES + STUCK_STATES and bool(
                entry.mapping_id or entry.cure_button not in (False, 'record', 'retry', 'look')
                or entry.dependency_ids.filtered(lambda row: row.state in STUCK_STATES))
            record.qbo_differs = entry.state == 'failed' and entry.fault_class == 'Variance'
            record.qbo_changed = binding.state == 'active' and record.qbo_state != 'excluded' and (
                record in drafts or (entry.state in OPEN_STATES + STUCK_STATES and not record.qbo_differs))

    def _qbo_status(self, handlers, entry, binding, draft):
        """Return the badge and its explanation.

        :param handlers: where what several records have in common is worked out once
        :param entry: the newest row that counts
        :param binding: the link
        :param bool draft: whether a document is not posted, or no longer
        """
        handler = handlers._for_record(self)
        connection = entry.connection_id or binding.connection_id or self._qbo_connections(handler)[:1]
        standing = binding.state == 'active'
        reason = handler._excluded(connection, self) if handler is not None and connection else ''
        if reason and entry.state not in ('sending', 'unknown'):
            return 'excluded', self.env._(
                "%(reason)s QuickBooks keeps what it has.", reason=reason) if standing else reason
        if entry.state in STUCK_STATES:
            return 'unknown' if entry.state == 'unknown' else 'failed', entry.fault_message
        if entry.state in OPEN_STATES:
            blocker = entry.dependency_ids.filtered(lambda row: row.state in STUCK_STATES)[:1]
            if blocker:
                return 'blocked', f'{blocker.record_name}: {blocker.fault_message}'
            return 'changed' if standing else 'waiting', (
                entry.note or entry.fault_message or connection._standstill()
                or self.env._("In the queue for QuickBooks."))
        if entry.skip_reason:
            return 'kept' if standing else 'excluded', entry._skip_text()
        if draft and standing:
            return 'changed', self.env._("Reset to draft; QuickBooks still shows what was posted.")
        if not binding:
            return 'none', entry.note or self._qbo_absence(handler, connection)
        if not standing:
            return binding.state, ''
        if binding.kept_because:
            return 'kept', binding.kept_because
        return ('variance', binding.variance) if binding.variance else ('synced', '')

    def _qbo_absence(self, handler, connection):
        """Return why nothing of the record is in QuickBooks or on its way there."""
        if handler is None:
            return ''
        if not connection:
            return self.env._("No QuickBooks company is connected.")
        if self.qbo_entry_count:  # and none that counts
            return self.env._("Taken out of the queue; it can be pushed again.")
        if handler._qbo_on_demand:
            return ''
        if not handler._wanted(connection, self):
            return self.env._("Goes to QuickBooks with the first document that needs it.")
        return handler._intent(connection, self)[1] or connection._standstill() or connection._not_live() or self.env._(
            "Not in the queue; the daily search for what is missing will find it, or push it now.")

    def _qbo_connections(self, handler):
        """Return the connections of the record's companies, that of the user's current company first."""
        companies = (handler is not None and handler._companies(self)) or self.env.companies
        connected = self.env['qbo.connection']._connected()
        return self.env['qbo.connection'].sudo().browse([
            connection_id for connection_id, company_id in sorted(
                connected, key=lambda pair: (pair[1] != self.env.company.id, pair[0]))
            if company_id in companies.ids])

    def _qbo_draft_domain(self):
        """Return the domain of documents that are not posted, or no longer."""
        return Domain.FALSE

    # === SEARCH === #

    @api.model
    def _search_qbo_state(self, operator, value):
        """Find records by badge; by the newest open or stuck entry first, else by the link."""
        if operator != 'in':
            return NotImplemented
        links, excluded = self.env['qbo.binding'].sudo(), self._qbo_excluded_domain()
        mine = Domain('model', '=', self._name)
        undecided = self._qbo_undecided()  # few: their badge depends on more than the link
        hits = Domain.FALSE
        linked = [domain for state, domain in LINK_STATES.items() if state in value]
        if linked:
            hits |= Domain('id', 'in', links._search(mine & Domain.OR(linked)).subselect('res_id'))
        if 'none' in value:
            hits |= Domain('id', 'not in', links._search(mine).subselect('res_id'))
        hits &= ~excluded
        if 'excluded' in value:
            hits |= excluded
        decided = Domain('id', 'not in', undecided.ids)
        return hits & decided | Domain(
            'id', 'in', undecided.filtered(lambda record: record.qbo_state in value).ids)

    @api.model
    def _search_qbo_changed(self, operator, value):
        """Find records of which QuickBooks holds an earlier version."""
        if operator != 'in':
            return NotImplemented
        changed = Domain('id', 'in', self._qbo_undecided().filtered('qbo_changed').ids)
        return Domain.OR(changed if wanted else ~changed for wanted in value)

    @api.model
    def _qbo_undecided(self):
        """Return the records that have an open or stuck row, or stand in QuickBooks and are being changed."""
        mine = Domain('model', '=', self._name)
        rows = self.env['qbo.queue.entry'].sudo().search_fetch(
            mine & (Domain('state', 'in', OPEN_STATES + STUCK_STATES) | Domain('skip_reason', '!=', False)), ['res_id'])
        links = self.env['qbo.binding'].sudo()._search(mine & Domain('state', '=', 'active'))
        return self.browse(set(rows.mapped('res_id'))).exists() | self.search(
            self._qbo_draft_domain() & Domain('id', 'in', links.subselect('res_id')))

    @api.model
    def _qbo_excluded_domain(self):
        """Return the domain of what a person keeps out of QuickBooks, company by company."""
        connections = self.env['qbo.connection'].sudo().search([
            ('realm_id', '!=', False), ('company_id', 'in', self.env.companies.ids)])
        return Domain.OR(
            self.with_company(company).sudo()._qbo_excluded_here() & Domain('company_id', 'in', (False, company.id))
            for company in connections.company_id)

    @api.model
    def _qbo_excluded_here(self):
        """Return the domain of what is kept out in the current company."""
        if 'qbo_excluded' not in self._fields:
            return Domain.FALSE
        return Domain('id', 'in', self._search([('qbo_excluded', '=', True)]))

    # === ENQUEUE === #

    def _qbo_enqueue(self, rank=None):
        """Say that QuickBooks must be made to agree with these records: one INSERT at commit, no call to anybody.

        :param int rank: when, if not in the order of their kind
        """
        self.env['qbo.queue.entry']._collect(self, rank)

    def action_qbo_push(self):
        """Enqueue the records now, by the user's wish, whether or not anything changed."""
        self.check_access('read')
        self.env['qbo.queue.entry']._check_may_repair()
        entries = self.env['qbo.queue.entry']._enqueue(self)
        if not entries:
            raise UserError(self.env._("Nothing to push: no QuickBooks company is connected for this record."))
        entries._note_audit('pushed', self.env._("Sent by hand"))

    def action_qbo_check(self):
        """Say whether the records can be sent, and if not, all that must be corrected first."""
        return self.env['qbo.preflight.wizard']._open(self)

    def action_qbo_preview(self):
        """Show the JSON that would be sent for the records."""
        return self.env['qbo.preflight.wizard']._open(self, preview=True)

    def action_qbo_retry(self):
        """Try the failed entry of the record again."""
        self.ensure_one()
        self.check_access('read')
        self.qbo_entry_id.action_retry()

    def action_qbo_fix(self):
        """Open what stops the record: the missing mapping, or what it waits for."""
        self.ensure_one()
        self.check_access('read')
        return self.qbo_entry_id.action_fix()

    def action_qbo_entries(self):
        """Open the queue entries of the record, and of what else QuickBooks keeps for it."""
        self.ensure_one()
        self.check_access('read')
        self.env['qbo.queue.entry'].check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('qbo_connector.qbo_queue_entry_action')
        shown = Domain.OR(Domain('model', '=', records._name) & Domain('res_id', 'in', records.ids)
                          for records in (self, self._qbo_companions()))
        return action | {'domain': list(shown), 'context': {}}

    def _qbo_companions(self):
        """Return the records that are objects of their own in QuickBooks and part of this one in Odoo."""
        return self.browse()

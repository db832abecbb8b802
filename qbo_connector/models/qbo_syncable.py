"""Mixin of the records that QuickBooks mirrors: enqueue, badge, smart button, chatter notes.

How records are found by their badge is in :mod:`.qbo_badge_search`, sending by a person's wish in
:mod:`.qbo_send_now`.
"""

from odoo import api, models
from odoo.fields import Domain

from .qbo_badge import NOTICES
from .qbo_queue_entry import OPEN_STATES, STUCK_STATES


class QboSyncable(models.AbstractModel):
    """Gives a model its place in QuickBooks; hooks of the model only call :meth:`_qbo_enqueue`."""

    _name = 'qbo.syncable'
    _inherit = ['qbo.badge']
    _description = "QuickBooks Mirrored Record"

    # === BADGE === #

    @api.depends_context('company')
    def _compute_qbo_state(self):
        """Read the newest entry and the link of each record; never stored, so it can't be stale.

        What belongs to all companies shows how it stands in the QuickBooks of the current one.
        """
        Entry, Binding = self.env['qbo.queue.entry'], self.env['qbo.binding']
        key = [('model', '=', self._name), ('res_id', 'in', self._origin.ids),
               ('company_id', 'in', (self.company_id | self.env.company).ids)]
        entries = Entry.search(key).grouped(lambda row: (row.res_id, row.company_id))
        bindings = Binding.search(key).grouped(lambda link: (link.res_id, link.company_id))
        handlers = self.env['qbo.entity'].with_context(qbo_once={})
        drafts = self.filtered_domain(self._qbo_draft_domain())
        for record in self:
            place = (record._origin.id, record.company_id or self.env.company)
            rows, binding = entries.get(place, Entry), bindings.get(place, Binding)[:1]
            entry = rows.filtered(lambda row: row.skip_reason or row.state not in ('superseded', 'cancelled'))[:1]
            record.qbo_entry_id = entry
            record.qbo_entry_count = len(rows)
            state, message = record._qbo_status(handlers, entry, binding, record in drafts)
            record.qbo_state, record.qbo_message = state, message
            record.qbo_notice = NOTICES.get(state) or (
                state == 'none' and message and record._qbo_is_expected() and 'info')
            record.qbo_number = binding.remote_number
            record.qbo_url = binding.qbo_url
            record.qbo_fixable = entry.state in OPEN_STATES + STUCK_STATES and bool(
                entry.mapping_id or entry.cure_button not in (False, 'record', 'retry', 'look')
                or (entry.cure_button == 'record' and entry.fault_field)  # its form opens there
                or entry.dependency_ids.filtered(lambda row: row.state in STUCK_STATES))
            record.qbo_differs = entry.state == 'failed' and entry.fault_class == 'Variance'
            record.qbo_changed = binding.state == 'active' and state != 'excluded' and (
                record in drafts or (entry.state in OPEN_STATES + STUCK_STATES and not record.qbo_differs))

    def _qbo_status(self, handlers, entry, binding, draft):
        """Return the badge and its explanation.

        :param handlers: where what several records have in common is worked out once
        :param entry: the newest row that counts
        :param binding: the link
        :param bool draft: whether a document is not posted, or no longer
        """
        handler = handlers._for_record(self)
        connection = entry.connection_id or binding.connection_id or self._qbo_connections(handler).filtered(
            lambda connection: connection.company_id == (self.company_id or self.env.company))
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
        if binding.remote_change_state == 'open':
            return 'changed_there', binding.remote_change_text
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
            return self.env._("Taken out of the queue; it can be sent again.")
        if handler._qbo_on_demand:
            return ''
        if not handler._wanted(connection, self):
            return self.env._("Goes to QuickBooks with the first document that needs it.")
        return handler._intent(connection, self)[1] or connection._standstill() or connection._not_live() or self.env._(
            "Not in the queue; the daily search for what is missing will find it, or send it now.")

    def _qbo_connections(self, handler):
        """Return the connections of the record's companies, that of the user's current company first."""
        companies = (handler is not None and handler._companies(self)) or self.env.companies
        connected = self.env['qbo.connection']._connected()
        return self.env['qbo.connection'].sudo().browse([
            connection_id for connection_id, company_id in sorted(
                connected, key=lambda pair: (pair[1] != self.env.company.id, pair[0]))
            if company_id in companies.ids])

    def _qbo_is_expected(self):
        """Tell whether people expect to find the record in QuickBooks, so that its form says why it is not there."""
        return False

    def _qbo_draft_domain(self):
        """Return the domain of documents that are not posted, or no longer."""
        return Domain.FALSE

    # === ENQUEUE === #

    def _qbo_enqueue(self, rank=None):
        """Say that QuickBooks must be made to agree with these records: one INSERT at commit, no call to anybody.

        :param int rank: when, if not in the order of their kind
        """
        self.env['qbo.queue.entry']._collect(self, rank)

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

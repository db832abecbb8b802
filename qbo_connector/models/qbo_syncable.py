"""Mixin of the records that QuickBooks mirrors: enqueue, badge, smart button, chatter notes."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .qbo_queue_entry import OPEN_STATES, STUCK_STATES

READERS = 'qbo_connector.group_qbo_user'
LINK_STATES = {
    'synced': Domain('state', '=', 'active') & Domain('variance', '=', False),
    'variance': Domain('state', '=', 'active') & Domain('variance', '!=', False),
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
            ('waiting', "Waiting"),
            ('blocked', "Blocked"),
            ('synced', "In QuickBooks"),
            ('variance', "In QuickBooks, with variance"),
            ('failed', "Failed"),
            ('unknown', "Outcome Unknown"),
            ('voided', "Voided in QuickBooks"),
            ('deleted', "Deleted in QuickBooks"),
        ],
        compute='_compute_qbo_state', search='_search_qbo_state', string="QuickBooks", compute_sudo=True,
        groups=READERS,
    )
    qbo_message = fields.Char(
        compute='_compute_qbo_state', compute_sudo=True, string="QuickBooks Status", groups=READERS)
    qbo_entry_id = fields.Many2one(
        'qbo.queue.entry', compute='_compute_qbo_state', compute_sudo=True, groups=READERS)
    qbo_entry_count = fields.Integer(compute='_compute_qbo_state', compute_sudo=True, groups=READERS)

    def _compute_qbo_state(self):
        """Read the newest entry and the link of each record; never stored, so it can't be stale."""
        key = [('model', '=', self._name), ('res_id', 'in', self.ids),
               ('company_id', 'in', (self.env.companies or self.env.company).ids)]
        entries = self.env['qbo.queue.entry'].search(key).grouped('res_id')
        bindings = self.env['qbo.binding'].search(key).grouped('res_id')
        for record in self:
            rows = entries.get(record.id, self.env['qbo.queue.entry'])
            binding = bindings.get(record.id, self.env['qbo.binding'])[:1]
            entry = rows.filtered(lambda row: row.state not in ('superseded', 'cancelled'))[:1]
            record.qbo_entry_id = entry
            record.qbo_entry_count = len(rows)
            record.qbo_state, record.qbo_message = record._qbo_status(entry, binding)

    def _qbo_status(self, entry, binding):
        """Return the badge and its explanation from the newest entry and the link."""
        if entry.state in ('failed', 'dead'):
            return 'failed', entry.fault_message
        if entry.state == 'unknown':
            return 'unknown', entry.fault_message
        if entry.state in OPEN_STATES:
            blocker = entry.dependency_ids.filtered(lambda row: row.state in STUCK_STATES)[:1]
            if blocker:
                return 'blocked', f'{blocker.record_name}: {blocker.fault_message}'
            return 'waiting', entry.note or entry.fault_message or ''
        if not binding:
            return 'none', entry.note or ''
        if binding.state != 'active':
            return binding.state, ''
        return ('variance', binding.variance) if binding.variance else ('synced', '')

    @api.model
    def _search_qbo_state(self, operator, value):
        """Find records by badge; by the newest open or stuck entry first, else by the link."""
        if operator != 'in':
            return NotImplemented
        entries, bindings = self.env['qbo.queue.entry'].sudo(), self.env['qbo.binding'].sudo()
        mine = Domain('model', '=', self._name)
        open_ids = entries.search(mine & Domain('state', 'in', OPEN_STATES + STUCK_STATES)).mapped('res_id')
        undecided = self.browse(set(open_ids)).exists()  # few: their badge depends on more than the link
        hits = Domain('id', 'in', undecided.filtered(lambda record: record.qbo_state in value).ids)
        linked = [domain for state, domain in LINK_STATES.items() if state in value]
        if linked:
            of_links = bindings._search(mine & Domain.OR(linked)).subselect('res_id')
            hits |= Domain('id', 'in', of_links) & Domain('id', 'not in', undecided.ids)
        if 'none' in value:
            hits |= Domain('id', 'not in', bindings._search(mine).subselect('res_id')) & Domain(
                'id', 'not in', undecided.ids)
        return hits

    # === ENQUEUE === #

    def _qbo_enqueue(self):
        """Say that QuickBooks must be made to agree with these records: one INSERT at commit, no call to anybody."""
        self.env['qbo.queue.entry']._collect(self)

    def action_qbo_push(self):
        """Enqueue the records now, by the user's wish, whether or not anything changed."""
        self.check_access('read')
        self.env['qbo.queue.entry']._check_may_repair()
        if not self.env['qbo.queue.entry']._enqueue(self):
            raise UserError(self.env._("Nothing to push: no QuickBooks company is connected for this record."))

    def action_qbo_retry(self):
        """Try the failed entry of the record again."""
        self.ensure_one()
        self.qbo_entry_id.action_retry()

    def action_qbo_fix(self):
        """Open what stops the record: the missing mapping, or what it waits for."""
        self.ensure_one()
        return self.qbo_entry_id.action_fix()

    def action_qbo_entries(self):
        """Open the queue entries of the record."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('qbo_connector.qbo_queue_entry_action')
        return action | {'domain': [('model', '=', self._name), ('res_id', '=', self.id)], 'context': {}}

"""Skip with a reason: entries leave the queue, and their records say by whom and why."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..models.qbo_queue_entry import OPEN_STATES


class QboSkipWizard(models.TransientModel):
    """One question: why."""

    _name = 'qbo.skip.wizard'
    _description = "Skip for QuickBooks"

    entry_ids = fields.Many2many('qbo.queue.entry', string="Entries", readonly=True)
    entry_count = fields.Integer(compute='_compute_counts')
    waiting_count = fields.Integer(compute='_compute_counts')
    reason = fields.Char(help="Shown on the records, and kept in the audit trail.")
    with_waiting = fields.Boolean(
        string="Skip what waits for them, too", default=True,
        help="Without it, what waits asks for these records again.")

    @api.model
    def _open(self, entries):
        """Return the action that opens the wizard for rows."""
        wizard = self.create({'entry_ids': [fields.Command.set(entries.ids)]})
        return {'type': 'ir.actions.act_window', 'name': self.env._("Skip"), 'res_model': self._name,
                'res_id': wizard.id, 'view_mode': 'form', 'views': [(False, 'form')], 'target': 'new'}

    @api.depends('entry_ids')
    def _compute_counts(self):
        for wizard in self:
            wizard.entry_count = len(wizard.entry_ids)
            wizard.waiting_count = len(wizard._waiting())

    def _waiting(self):
        """Return the rows that wait for these, directly or through others."""
        Entry = self.env['qbo.queue.entry']
        found, last = Entry, self.entry_ids
        while last:
            last = Entry.search(
                Domain('dependency_ids', 'in', last.ids) & Domain('state', 'in', OPEN_STATES)) - found - self.entry_ids
            found |= last
        return found

    def action_skip(self):
        """Skip as decided."""
        self.ensure_one()
        if not (self.reason or '').strip():
            raise UserError(self.env._("Say why, for whoever wonders later."))
        (self.entry_ids | (self._waiting() if self.with_waiting else self.entry_ids))._skip(self.reason.strip())
        return {'type': 'ir.actions.act_window_close'}

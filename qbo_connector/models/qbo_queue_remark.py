"""What a row says for itself in the history of its record."""

from odoo import api, fields, models

from .qbo_queue_entry import OPEN_STATES, STUCK_STATES


class QboQueueEntry(models.Model):
    """The part of the queue that a person reads in one line."""

    _inherit = 'qbo.queue.entry'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    remark = fields.Char(compute='_compute_remark', help="Why it waits, failed, or sent nothing.")

    @api.depends('note', 'fault_message', 'state')
    def _compute_remark(self):
        for entry in self:
            failure = entry.fault_message if entry.state in OPEN_STATES + STUCK_STATES else False
            entry.remark = entry.note or failure

"""Rows whose document stands in QuickBooks with other figures than in Odoo: a person corrects, or accepts."""

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

VARIANCE = 'Variance'


class QboQueueEntry(models.Model):
    """The part of the queue that keeps differences in sight until somebody has looked."""

    _inherit = 'qbo.queue.entry'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def _set_differing(self, values):
        """Stop rows for a person although QuickBooks took them; what waits for their records need not wait.

        :param dict values: ``{row: {field: value, 'message': cause and cure}}``
        """
        for entry, fields in values.items():
            message = fields.pop('message')
            older = self.search(
                entry._records_domain() & Domain('state', 'in', ('failed', 'dead')) & Domain('id', '!=', entry.id))
            older.state = 'superseded'
            news = message not in (entry.fault_message, *older.mapped('fault_message'))
            entry.write({
                **fields, 'state': 'failed', 'cure': 'variance', 'fault_class': VARIANCE, 'fault_message': message,
                'note': False, 'fault_code': False, 'fault_title': False, 'fault_detail': False, 'fault_field': False,
                'fault_status': 0, 'mapping_id': False, 'not_before': False,
            })
            self.env.cr.execute("DELETE FROM qbo_queue_entry_dependency WHERE dependency_id = %s", [entry.id])
            if news:
                entry._note_on_records(message)

    def action_accept_variance(self):
        """Accept that QuickBooks' figures differ: the document stays as it is there, and shows its variance."""
        self._check_may_repair()
        if any(entry.state != 'failed' or entry.fault_class != VARIANCE for entry in self):
            raise UserError(self.env._("Only differences between the figures of Odoo and QuickBooks can be accepted."))
        self._note_audit('accepted', self.env._("Difference between Odoo and QuickBooks accepted"))
        for entry in self.sudo():
            binding = self.env['qbo.binding']._of_record(entry.connection_id, entry.model, entry.res_id)
            binding.variance_open = False
            entry.write({'fault_message': False})
            entry._set_done({entry: {'operation': entry.operation}})
            entry._note_on_records(self.env._(
                "The difference from QuickBooks was accepted: %(variance)s.", variance=binding.variance))


class QboSyncable(models.AbstractModel):
    """Accepting from the record."""

    _inherit = 'qbo.syncable'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def action_qbo_accept_variance(self):
        """Accept that QuickBooks' figures differ from those of the record."""
        self.ensure_one()
        self.check_access('read')
        self.qbo_entry_id.action_accept_variance()

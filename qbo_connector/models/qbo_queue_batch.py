"""Which batch a row came from, and what follows from that: when it is sent, and what a refused undo means."""

from odoo import api, fields, models

from ..qbo import faults
from .qbo_queue_entry import BEHIND
from .qbo_queue_outcome import MAX_RECOVERIES


class QboQueueEntry(models.Model):
    """The part of the queue that knows batches (qbo.push.batch)."""

    _inherit = 'qbo.queue.entry'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    batch_id = fields.Many2one(
        'qbo.push.batch', readonly=True, index='btree_not_null', ondelete='set null',
        help="The backfill, cut-over or selection with which it was sent.")

    # === ENQUEUE === #

    @api.model
    def _row(self, connection, handler, record):
        """Override to note the batch, if it is the work of one (context ``qbo_batches``: ``{connection id: id}``)."""
        values = super()._row(connection, handler, record)
        batch_id = self.env.context.get('qbo_batches', {}).get(connection.id)
        if batch_id:
            values['batch_id'] = batch_id
            if self.env['qbo.push.batch'].sudo().browse(batch_id).kind == 'backfill':
                values['rank'] += BEHIND
        return values

    def _wait_for(self, waiting):
        """Override: what a row of a batch pulls in belongs to the batch, what one of today needs goes first."""
        groups = {}
        for entry, records in waiting.items():
            groups.setdefault(entry.batch_id, {})[entry] = records
        for batch, group in groups.items():
            rows = self.browse([entry.id for entry in group])
            batches = {batch.connection_id.id: batch.id} if batch else {}
            super(QboQueueEntry, rows.with_context(qbo_batches=batches))._wait_for(group)
        urgent = self.filtered(lambda entry: entry.rank < BEHIND).dependency_ids.filtered(
            lambda entry: entry.state == 'pending' and entry.rank >= BEHIND)
        for entry in urgent:
            entry.rank -= BEHIND

    # === DRAIN === #

    @api.model
    def _claim(self, connection, states=None):
        """Override to let running batches add what is next of them."""
        self.env['qbo.push.batch']._feed(connection)
        return super()._claim(connection, states)

    @api.model
    def _schedule_rest(self, connection):
        """Override to come again at once for batches that have more to add."""
        super()._schedule_rest(connection)
        batches = self.env['qbo.push.batch']._running(connection)
        if connection._may_send() and any(batch._still_outside() and batch._has_room() for batch in batches):
            connection._trigger_drain(at=fields.Datetime.now())

    # === UNDO === #

    def _on_refusal(self, client, error):
        """Override: what QuickBooks does not let go, or somebody changed there, is left, and its batch says why."""
        link = self.env['qbo.binding']._of_record(self.connection_id, self.model, self.res_id)
        if link.undo_state != 'waiting':
            return super()._on_refusal(client, error)
        try:
            reason = self._handler()._why_left(client, link, error)
        except faults.QboError as trouble:
            return self._on_fault(client, trouble)
        if reason or self.recoveries >= MAX_RECOVERIES:
            link._leave(reason or self._handler()._explain(self, error))
        self.write({'state': 'pending', 'recoveries': self.recoveries + 1})
        return None

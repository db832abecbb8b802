"""Which stuck rows people have been told of, and by what causes they are stuck."""

from odoo import api, fields, models

TELL = """
    UPDATE qbo_queue_entry SET alerted_for = write_date WHERE id IN (
        SELECT id FROM qbo_queue_entry
         WHERE connection_id = %s AND state IN ('failed', 'dead', 'unknown') AND alerted_for IS DISTINCT FROM write_date
           FOR UPDATE SKIP LOCKED)
"""


class QboQueueEntry(models.Model):
    """The part of the queue that knows what is news."""

    _inherit = 'qbo.queue.entry'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    alerted_for = fields.Datetime(
        readonly=True, copy=False,
        help="The change of this entry that people were told of: stuck again after a retry, it is news again.")

    @api.model
    def _mark_told(self, connection):
        """Mark the stuck rows that nobody was told of; what somebody is just retrying is left for the next time.

        :return: how many there were
        """
        self.flush_model()
        self.env.cr.execute(TELL, [connection.id])
        self.invalidate_model(['alerted_for'])
        return self.env.cr.rowcount

    @api.model
    def _causes(self, connection, limit):
        """Return what rows are stuck by, the most frequent causes first (see :mod:`.qbo_queue_cause`).

        :return: ``(list of (state, cause, rows), number of causes, number of rows)``
        """
        Cause = self.env['qbo.queue.cause'].sudo()
        domain = [('connection_id', '=', connection.id), ('entry_id', '!=', False)]
        ((count, entries),) = Cause._read_group(domain, aggregates=['__count', 'stuck_count:sum'])
        causes = Cause.search(domain, order='stuck_count desc, entry_id desc', limit=limit)
        return [(cause.state, cause.message, cause.stuck_count) for cause in causes], count, int(entries or 0)

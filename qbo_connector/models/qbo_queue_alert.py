"""Which stuck rows people have been told of, and by what causes they are stuck."""

from odoo import api, fields, models

TELL = """
    UPDATE qbo_queue_entry SET alerted_for = write_date WHERE id IN (
        SELECT id FROM qbo_queue_entry
         WHERE connection_id = %s AND state IN ('failed', 'dead', 'unknown') AND alerted_for IS DISTINCT FROM write_date
           FOR UPDATE SKIP LOCKED)
"""
CAUSES = """
    SELECT state, coalesce(fault_message, ''), count(*), count(*) OVER () AS causes, sum(count(*)) OVER () AS entries
      FROM qbo_queue_entry WHERE connection_id = %s AND state IN ('failed', 'dead', 'unknown')
  GROUP BY 1, 2 ORDER BY 3 DESC, max(id) DESC LIMIT %s
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
        """Return what rows are stuck by, the most frequent causes first.

        :return: ``(list of (state, cause, rows), number of causes, number of rows)``
        """
        self.flush_model()
        self.env.cr.execute(CAUSES, [connection.id, limit])
        rows = self.env.cr.fetchall()
        causes, entries = (rows[0][3], int(rows[0][4])) if rows else (0, 0)
        return [row[:3] for row in rows], causes, entries

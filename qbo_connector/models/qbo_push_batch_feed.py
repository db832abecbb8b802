"""How a batch gets into the queue: a part at a time, so that the rows of a batch of any size are few.

The drain asks for more whenever little is left that can be sent. Each turn is a transaction of its own: list one kind
of records, put one part of them into the queue, or ask for the undoing of some. After a crash the next drain goes on;
a part that was put into the queue twice would find its records waiting there.
"""

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import split_every

from .qbo_queue_entry import BEHIND, OPEN_STATES, STUCK_STATES

PART = 500  # records that go into the queue together
LOW = 300  # rows that can be sent: below that there is room for another part
HIGH = 5000  # open rows: more of them wait for a person, and nothing is added
TRIES = 3  # of a turn that does not come to its end

READY = """
    SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (
        SELECT 1 FROM qbo_queue_entry_dependency waits JOIN qbo_queue_entry other ON other.id = waits.dependency_id
         WHERE waits.entry_id = entry.id AND other.state NOT IN ('done', 'superseded', 'cancelled')))
      FROM qbo_queue_entry entry WHERE batch_id = %s AND state IN ('pending', 'sending')
"""


class QboPushBatch(models.Model):
    """The part of the batches that the drain calls."""

    _inherit = 'qbo.push.batch'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _feed(self, connection):
        """Put more of the running batches into the queue where little of them is left there."""
        queue = self.env['qbo.queue.entry']
        for batch in self._running(connection):
            while batch.state == 'running' and batch._has_room() and batch._take_turn():
                if not queue._report(connection):
                    return

    @api.model
    def _running(self, connection):
        """Return the running batches of a connection, the oldest first."""
        return self.sudo().search([('connection_id', '=', connection.id), ('state', '=', 'running')], order='id')

    def _has_room(self):
        """Tell whether there is room for another part."""
        self.env['qbo.queue.entry'].flush_model()
        self.env.cr.execute(READY, [self.id])
        waiting, ready = self.env.cr.fetchone()
        return waiting < HIGH and ready < LOW

    def _take_turn(self):
        """Do what is next, in this transaction.

        :return: whether something was done
        """
        if self.undoing:
            return self._ask_next()
        kind = self.kind_ids.filtered(lambda kind: kind.chosen and not kind.listed and kind.attempts < TRIES)[:1]
        part = kind or self.part_ids.search(
            [('batch_id', '=', self.id), ('done', '=', False), ('attempts', '<', TRIES)], limit=1)
        if not part:
            return self._come_to_end('done')
        part.attempts += 1  # stored first: should it fail every time, it does not stop the drain for ever
        self.env['qbo.queue.entry']._commit()
        if not self.try_lock_for_update(allow_referencing=True):
            return False  # somebody is just pausing or cancelling it
        part._work_off()
        return True

    def _come_to_end(self, state):
        """Leave the run once nothing of it waits any more.

        :return: False, as nothing is left to do
        """
        queue = self.env['qbo.queue.entry']
        if not queue.search_count(self._rows_domain() & Domain('state', 'in', OPEN_STATES), limit=1):
            self._end(state)
            self._report_end()
            queue._commit()
        return False

    # === UNDO === #

    def _ask_next(self):
        """Put some of what is to be taken back into the queue: payments before what they pay, customers last.

        What was created first goes last, and only when nothing that may stand on it is on its way any more.

        :return: whether something was done
        """
        links, handlers = self.env['qbo.binding'], self.env['qbo.entity']
        asked = Domain('batch_id', '=', self.id) & Domain('undo_state', '=', 'asked')
        ranks = {(model, entity): getattr(handlers._by_name(model, entity), '_qbo_rank', 0)
                 for model, entity in links._read_group(asked, ['model', 'entity'])}
        if not ranks:
            return self._come_to_end('undone')
        model, entity = max(ranks, key=ranks.get)
        rank = 2 * BEHIND - ranks[model, entity]
        queue = self.env['qbo.queue.entry']
        if queue.search_count(
                self._rows_domain() & Domain('state', 'in', OPEN_STATES) & Domain('rank', '<', rank), limit=1):
            return False
        chosen = links.search(
            asked & Domain('model', '=', model) & Domain('entity', '=', entity), order='id desc', limit=PART)
        chosen.undo_state = 'waiting'
        queue._insert({
            'connection_id': link.connection_id.id, 'company_id': link.company_id.id, 'model': model,
            'res_id': link.res_id, 'record_name': link.record_name, 'rank': rank, 'entity': entity,
            'batch_id': self.id} for link in chosen)
        return True


class QboPushBatchKind(models.Model):
    """Listing what a kind lacks in QuickBooks."""

    _inherit = 'qbo.push.batch.kind'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def _work_off(self):
        """Divide what is missing into parts."""
        batch = self.batch_id
        ids = self.env['qbo.preflight'].with_context(qbo_bring_back=True)._listed(
            batch.connection_id, self.env[self.handler], batch.date_from, batch._domain_of(self.env[self.handler]))
        self.env['qbo.push.batch.part'].create([
            {'batch_id': batch.id, 'handler': self.handler, 'record_ids': list(part), 'size': len(part)}
            for part in split_every(PART, ids, list)])
        self.write({'listed': True, 'found': len(ids), 'attempts': 0})


class QboPushBatchPart(models.Model):
    """Putting a part into the queue."""

    _inherit = 'qbo.push.batch.part'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def _work_off(self):
        """Enqueue the records that are still missing, or make their rows our own; what was taken back comes again."""
        connection, queue = self.batch_id.connection_id, self.env['qbo.queue.entry']
        handler = self.env[self.handler].with_company(connection.company_id)
        records = handler.env[handler._qbo_model].browse(self.record_ids).exists()
        waiting = queue.search([
            ('connection_id', '=', connection.id), ('model', '=', records._name), ('res_id', 'in', records.ids),
            ('state', 'in', OPEN_STATES + STUCK_STATES)])
        missing = handler._unlinked(connection, records).filtered(
            lambda record: not handler._excluded(connection, record))
        self.env['qbo.binding']._bring_back(connection, missing)
        waiting.filtered(lambda row: row.res_id in missing._ids and not row.batch_id).batch_id = self.batch_id
        chosen = missing.browse(set(missing.ids) - set(waiting.mapped('res_id')))
        queue.with_context(qbo_batches={connection.id: self.batch_id.id})._enqueue(chosen, connection)
        self.done = True

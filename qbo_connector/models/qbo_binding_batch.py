"""Which batch created what stands in QuickBooks, and whether it was taken back."""

from odoo import api, fields, models
from odoo.fields import Domain

from .qbo_queue_entry import OPEN_STATES, STUCK_STATES

TAKEN_BACK = ('asked', 'waiting', 'undone')


class QboBinding(models.Model):
    """The part of the links that outlives the rows of the queue: where an object came from."""

    _inherit = 'qbo.binding'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    batch_id = fields.Many2one(
        'qbo.push.batch', string="Created by Batch", readonly=True, index='btree_not_null', ondelete='set null',
        help="Empty: it was sent by itself, or stood in QuickBooks before.")
    fingerprint = fields.Char(
        readonly=True, help="Of the object as QuickBooks returned it: by it is told whether somebody changed it there.")
    undo_state = fields.Selection(
        [('asked', "To Be Taken Back"), ('waiting', "On Its Way Back"), ('undone', "Taken Back"),
         ('left', "Left There")],
        string="Undo", readonly=True, help="What became of it when its batch was undone.")
    undo_note = fields.Char(string="Why It Was Left", readonly=True)

    _taken_back_index = models.Index(
        "(connection_id, model, res_id) WHERE undo_state IN ('asked', 'waiting', 'undone')")

    @api.model
    def _here(self, connection, records):
        """Return the domain of the links of a kind with the present QuickBooks company, not with an earlier one."""
        return Domain('connection_id', '=', connection.id) & Domain('realm_id', '=', connection.realm_id) & Domain(
            'model', '=', records._name)

    @api.model
    def _taken_back(self, connection, records):
        """Return ``{record id: link}`` of what a person took back, or is about to."""
        domain = self._here(connection, records)
        links = self.sudo().with_context(active_test=False).search(
            domain & Domain('res_id', 'in', records.ids) & Domain('undo_state', 'in', TAKEN_BACK))
        linked_anew = links and self.sudo().search(
            domain & Domain('res_id', 'in', links.mapped('res_id')) & Domain('state', '=', 'active')
            & Domain('undo_state', 'not in', TAKEN_BACK)).mapped('res_id')
        return {link.res_id: link for link in links if link.res_id not in linked_anew}

    @api.model
    def _backfilled(self, connection, records):
        """Return the ids of the records that a backfill sends or has sent, whatever their date."""
        backfill = Domain('res_id', 'in', records.ids) & Domain('batch_id.kind', '=', 'backfill')
        links = self.sudo().with_context(active_test=False).search(self._here(connection, records) & backfill)
        rows = self.env['qbo.queue.entry'].sudo().search(
            backfill & Domain('connection_id', '=', connection.id) & Domain('model', '=', records._name)
            & Domain('state', 'in', OPEN_STATES + STUCK_STATES))
        return {*links.mapped('res_id'), *rows.mapped('res_id')}

    @api.model
    def _bring_back(self, connection, records):
        """Let records be sent again that were taken back."""
        for link in self._taken_back(connection, records).values():
            link.undo_state = False

    def _leave(self, reason):
        """Note why an object was not taken back; from now on it is kept in line with Odoo again."""
        self.write({'undo_state': 'left', 'undo_note': reason})


class QboSyncable(models.AbstractModel):
    """What a batch means for a record."""

    _inherit = 'qbo.syncable'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def _qbo_bring_back(self):
        """Let records be sent again that an undo took back."""
        for connection, records in self.env['qbo.preflight.wizard']._by_connection(self):
            self.env['qbo.binding']._bring_back(connection, records)

    def _qbo_as_batch(self):
        """Return ``{connection id: id of a new batch}`` of records that are sent together; none of a single one."""
        groups = self.env['qbo.preflight.wizard']._by_connection(self) if len(self) > 1 else ()
        batches = self.env['qbo.push.batch']
        return {connection.id: batches._of_selection(connection, records).id for connection, records in groups}

    def _qbo_status(self, handlers, entry, binding, draft):
        """Override to say that a batch was undone with which it had been sent."""
        state, message = super()._qbo_status(handlers, entry, binding, draft)
        handler = handlers._for_record(self)
        connection = entry.connection_id or binding.connection_id or self._qbo_connections(handler)[:1]
        if state in ('none', 'voided', 'deleted', 'inactive') and handler is not None and connection and (
                reason := handler._taken_back(connection, self)):
            return state, reason
        return state, message

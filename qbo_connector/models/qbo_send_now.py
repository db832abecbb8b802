"""*Send to QuickBooks*, for one record or a selection: what goes, what is there already, what stays out and why.

The records are put into the queue; nothing here waits for QuickBooks.
"""

from odoo import models

from ..entities.qbo_entity import GONE, PRESENT
from .qbo_queue_entry import OPEN_STATES

ABSENT = ('none', 'excluded', 'inactive', 'voided', 'deleted')
COMPARED = 200  # as many that stand in QuickBooks are compared while the user waits; the others when their turn comes
NAMED = 3  # records that the answer names


class QboSyncable(models.AbstractModel):
    """The part of the mixin that sends by a person's wish."""

    _inherit = 'qbo.syncable'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def action_qbo_push(self):
        """Enqueue the records now, by the user's wish, and say what becomes of them.

        :return: a notification
        """
        self.check_access('read')
        self.env['qbo.queue.entry']._check_may_repair()
        records = self._qbo_pushed()
        records._qbo_bring_back()
        out, unchanged = records._qbo_stays_out()
        going = records - unchanged - self.browse().union(*out.values())
        on_their_way = going.filtered(lambda record: record.qbo_entry_id.state in OPEN_STATES)
        queue = self.env['qbo.queue.entry'].with_context(qbo_batches=going._qbo_as_batch())
        queue._enqueue(going)._note_audit('pushed', self.env._("Sent by hand"))
        return self._qbo_sent_notification(going, on_their_way, unchanged, out)

    def _qbo_pushed(self):
        """Return the records that are pushed for these: those of whole contacts, say, and not of their addresses."""
        return self

    def _qbo_stays_out(self):
        """Return (``{reason: records}`` that are not sent, records that QuickBooks has as they are)."""
        out, standing = {}, self.browse()
        handlers = self.env['qbo.entity'].sudo().with_context(qbo_once={})
        for record in self.sudo():
            if reason := record._qbo_refusal(handlers):
                out[reason] = out.get(reason, self.browse()) | record.sudo(self.env.su)
            elif record.qbo_state in ('synced', 'variance', 'kept') and len(standing) < COMPARED:
                standing |= record.sudo(self.env.su)
        same, unchanged = self.env._("QuickBooks already has it like this."), self.browse()
        for connection, records in self.env['qbo.preflight.wizard']._by_connection(standing):
            for (model, res_id), finding in self.env['qbo.preflight']._examine(connection, records).items():
                if model != self._name or res_id not in records.ids or finding.operation != 'none':
                    continue
                if not finding.problems and finding.note in (same, ''):
                    unchanged |= records.browse(res_id)
                elif not finding.problems:
                    out[finding.note] = out.get(finding.note, self.browse()) | records.browse(res_id)
        return out, unchanged

    def _qbo_refusal(self, handlers):
        """Return why the record is not sent, or ''."""
        handler = handlers._for_record(self)
        if handler is None:
            return self.env._("Records of this kind are not sent to QuickBooks.")
        connection = self._qbo_connections(handler)[:1]
        if not connection:
            return self.env._("No QuickBooks company is connected.")
        intent, reason = handler._intent(connection, self)
        return '' if intent == PRESENT or (intent == GONE and self.qbo_state not in ABSENT) else reason

    def _qbo_sent_notification(self, going, on_their_way, unchanged, out):
        """Return the notification that says what becomes of records."""
        parts = []
        if going:
            parts.append(self.env._("%(count)s queued for QuickBooks.", count=len(going)))
        if on_their_way:
            parts.append(self.env._("%(count)s of them waited already.", count=len(on_their_way)))
        if unchanged:
            parts.append(self.env._("%(count)s in QuickBooks already, unchanged.", count=len(unchanged)))
        for reason, records in out.items():
            names = ", ".join(record.display_name or '' for record in records[:NAMED])
            if len(records) > NAMED:
                names = self.env._("%(names)s and %(count)s more", names=names, count=len(records) - NAMED)
            parts.append(self.env._("Not sent: %(names)s. %(reason)s", names=names, reason=reason))
        connections = [connection for connection, _records in self.env['qbo.preflight.wizard']._by_connection(going)]
        standstill = list(filter(None, (connection._standstill() for connection in connections)))
        parts += [self.env._("Nothing is sent at the moment: %(reason)s", reason=reason) for reason in standstill]
        return {
            'type': 'ir.actions.client', 'tag': 'display_notification', 'params': {
                'title': self.env._("Send to QuickBooks"),
                'message': "\n".join(parts) or self.env._("Nothing was chosen."),
                'type': 'warning' if out or standstill else 'success', 'sticky': bool(out or standstill),
                'next': {'type': 'ir.actions.client', 'tag': 'soft_reload'},
            }}

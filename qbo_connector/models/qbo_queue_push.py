"""How rows are pushed: prepare -> deliver -> settle, each ended by a commit.

1. *prepare* (ORM -> bytes): the payloads are built from the records as they are now and stored with a request id,
   state ``sending``. Nothing has left yet; what will leave is on disk.
2. *deliver* (bytes -> answers): HTTP only, no lock held. One row goes to its own endpoint, several in one batch.
3. *settle* (answers -> ORM): links, figures, state ``done``; then what was refused, row by row.

A row found in ``sending`` is the orphan of a crash, or one whose outcome is in doubt: the stored bytes go out again
under the stored request id and bId, so QuickBooks answers with its first answer (QBO: "Basic ID and field
definitions", requestid). How long QuickBooks remembers request ids is not documented, so past :data:`SAFE_REPLAY` the
document is looked up there before it is sent again.
"""

import json
import uuid
from dataclasses import dataclass
from datetime import timedelta

from odoo import fields, models
from odoo.tools import groupby, split_every

from ..entities.qbo_entity import Plan
from ..exceptions import PushError
from ..qbo import faults
from ..qbo.batch import BATCH_LIMIT, BatchItem
from ..qbo.payloads import PayloadError
from .own_cursor import AT_EASE
from .rows import insert_rows, update_rows

SAME_RECORDS = """
    SELECT id, model, res_id, state FROM qbo_queue_entry
     WHERE connection_id = %s AND model = %s AND res_id = ANY(%s)
       AND (state IN ('pending', 'sending', 'unknown')
            OR state IN ('cancelled', 'superseded') AND operation = 'create' AND sent_at IS NOT NULL)
  ORDER BY id
"""
SETTLED_FIELDS = [  # what settling reads of a row
    'connection_id', 'model', 'res_id', 'record_name', 'state', 'entity', 'operation', 'content_hash', 'name_suffix',
    'expected_total', 'expected_tax', 'expected_number', 'note', 'fault_message',
    'attempts', 'recoveries', 'to_look_up', 'bid', 'requestid', 'batch_id',
]
STOPS = (PushError, PayloadError)  # why a record cannot be sent yet
SAFE_REPLAY = timedelta(hours=1)  # well inside "hours, not days": the retention of request ids is undocumented


@dataclass(frozen=True, eq=False)
class Parcel:
    """What is sent for one row, as it stands on disk.

    :param entry: the row
    :param BatchItem item: the write; its ``bid`` is empty when it goes alone
    :param bool look_up: whether QuickBooks may hold it already, unknown to us
    """

    entry: models.BaseModel
    requestid: str
    item: BatchItem
    look_up: bool = False


class QboQueueEntry(models.Model):
    """The part of the queue that pushes rows."""

    _inherit = 'qbo.queue.entry'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def _perform(self, client):
        """Take rows that were claimed together through their phases."""
        sending = self.filtered(lambda entry: entry.state == 'sending')
        orphans = sending._isolated(lambda entries: entries._reload(), [])
        fresh = (self - sending)._isolated(lambda entries: entries._prepare(), [])
        outcomes, kept_back = self._deliver(client, orphans + fresh)
        kept_back = [parcel.entry.id for parcel in fresh if parcel in kept_back]  # an orphan may have left before
        self.browse(kept_back)._isolated(lambda entries: entries._take_back())
        answers = {parcel.entry: outcome for parcel, outcome in outcomes if not isinstance(outcome, Exception)}
        self.browse([entry.id for entry in answers])._isolated(lambda entries: entries._settle(answers))
        # Errors one by one, after the others: a name that is taken may be one that this very batch has just given.
        errors = {}
        for parcel, outcome in outcomes:
            if isinstance(outcome, Exception):
                cause = outcome if isinstance(outcome, (faults.Rejected, Ambiguous)) else type(outcome)
                errors.setdefault(cause, (outcome, []))[1].append(parcel.entry.id)
        for error, ids in errors.values():
            self.browse(ids)._isolated(lambda rows, error=error: rows._on_fault(client, error))

    # === PREPARE === #

    def _prepare(self):
        """Build what will be sent and store it as ``sending``; what cannot be sent gets a state that says why.

        :return: list of :class:`Parcel`
        """
        chosen, abandoned = self._choose()
        parcels, values = [], {}
        for batch in split_every(BATCH_LIMIT, chosen._with_plan(), list):
            requestid, batched = uuid.uuid4().hex, len(batch) > 1
            for position, (entry, handler, plan) in enumerate(batch, start=1):
                item = BatchItem(
                    str(position) if batched else '', handler._qbo_entity, plan.operation, plan.body)
                values[entry] = {
                    'entity': item.entity, 'operation': item.operation, 'note': plan.note or False,
                    'payload': item.body, 'content_hash': plan.content_hash, 'requestid': requestid,
                    'bid': item.bid or False,
                    'to_look_up': plan.operation == 'create' and (entry.model, entry.res_id) in abandoned,
                    'expected_total': plan.total, 'expected_tax': plan.tax, 'expected_number': plan.number or False,
                }
                parcels.append(Parcel(entry, requestid, item, values[entry]['to_look_up']))
        update_rows(self, values, state='sending', sent_at=fields.Datetime.now(), answer=False, not_before=False)
        self._commit()
        return parcels

    def _choose(self):
        """Decide which rows are prepared: the newest of each record, unless something of it is on its way already.

        Older waiting rows of a record are superseded by the newest; rows of a busy record wait for what became of it.

        :return: (the chosen rows, (model, id) of records whose earlier create was given up with an open outcome)
        """
        pending, busy, abandoned = {}, {}, set()
        for entry_id, model, res_id, state in self._rows_of_same_records():
            key = (model, res_id)
            if state == 'pending':
                pending.setdefault(key, []).append(entry_id)
            elif state in ('sending', 'unknown'):
                busy.setdefault(key, []).append(entry_id)
            else:
                abandoned.add(key)
        self.browse([entry_id for ids in pending.values() for entry_id in ids[:-1]]).write({'state': 'superseded'})
        self._set_dependencies({
            self.browse(pending[key][-1]): self.browse(ids) for key, ids in busy.items() if key in pending})
        return self.browse(sorted(ids[-1] for key, ids in pending.items() if key not in busy)), abandoned

    def _rows_of_same_records(self):
        """Return (id, model, record id, state) of what else is in the queue about the records of these rows.

        That is: rows that wait, are on their way or of unknown outcome, and creates that were sent and given up.
        """
        self.flush_model()
        found = []
        for model, entries in self.grouped('model').items():
            self.env.cr.execute(SAME_RECORDS, [entries.connection_id.id, model, entries.mapped('res_id')])
            found += self.env.cr.fetchall()
        return found

    def _with_plan(self):
        """Decide what each row has to send; rows that have nothing to send, or cannot, get a state that says why.

        :return: list of (row, handler, plan) of those that have something
        """
        ready, done, stops = [], {}, []
        for entry, handler, plan in self._plans():
            if isinstance(plan, Exception):
                stops.append((entry, plan))
            elif plan.operation == 'none':
                done[entry] = {
                    'operation': 'none', 'note': plan.note, 'entity': handler._qbo_entity if handler else entry.entity}
            else:
                ready.append((entry, handler, plan))
        self.browse([entry.id for entry in done])._set_done(done)
        self._stop_before_sending(stops)
        return ready

    def _plans(self):
        """Work out what each row has to send, or why it cannot: for the drain, and for a preflight (qbo.preflight).

        :return: yields (row, handler, Plan or the error that stops it); no handler for what was deleted unpushed
        """
        # What is the same for several of them is worked out once (qbo.entity, _once).
        connection, handlers = self.connection_id, self.env['qbo.entity'].with_context(qbo_once={})
        bindings = self.env['qbo.binding']._of_records(connection, self)
        records = self._records()
        for model, group in self.grouped('model').items():
            found = [records[model, entry.res_id] for entry in group if (model, entry.res_id) in records]
            for handler in handlers._handlers(model) if found else ():
                handler._prefetch(found[0].union(*found))
        planned = []
        for entry in self:
            record = records.get((entry.model, entry.res_id))
            binding = bindings.get((entry.model, entry.res_id), self.env['qbo.binding'])
            handler = handlers._for_record(record) if record else handlers._for_binding(binding)
            if handler is None:
                yield entry, None, Plan('none', note=self.env._("The record was deleted before it reached QuickBooks."))
            else:
                planned.append((entry, handler, record, binding))
        references = {
            entry: handler._references(connection, record) if record else []
            for entry, handler, record, _binding in planned}
        links = self.env['qbo.binding']._remote_ids(connection, references.values())
        for entry, handler, record, binding in planned:
            try:
                plan = handler._plan(
                    entry, record, binding, lambda entry=entry: handlers._resolved(references[entry], links))
            except STOPS as error:
                plan = error
            yield entry, handler, plan

    def _reload(self):
        """Take up rows that were prepared before: orphans of a crash, and what is in doubt.

        Updates past the safe age are repeatable by nature: they are built anew on the current SyncToken.

        :return: list of :class:`Parcel`
        """
        limit = fields.Datetime.now() - SAFE_REPLAY
        parcels = []
        for entry in self.sorted(lambda row: int(row.bid or 0)):
            old = entry.sent_at < limit
            if old and entry.operation != 'create':
                entry.state = 'pending'
                continue
            item = BatchItem(entry.bid or '', entry.entity, entry.operation, entry.payload)
            look_up = entry.operation == 'create' and (
                old or entry.to_look_up or not entry._handler()._is_numbered(entry.connection_id))
            parcels.append(Parcel(entry, entry.requestid, item, look_up))
        self._commit()
        return parcels

    # === DELIVER === #

    def _deliver(self, client, parcels):
        """Send what was prepared, or find out that it had arrived before.

        After an error that is not about what was sent, nothing more is: that would only be another of its kind.

        :return: (list of (parcel, Answer or QboError), set of the parcels that were kept back)
        """
        outcomes, kept_back = [], set()
        for _requestid, group in groupby(parcels, key=lambda parcel: parcel.requestid):
            if any(isinstance(outcome, faults.TROUBLE) for _parcel, outcome in outcomes):
                kept_back.update(group)
                continue
            rest = {}
            for parcel in group:
                found = parcel.entry._isolated(
                    lambda _entry, parcel=parcel: [(parcel, self._look_up(client, parcel))], []
                ) if parcel.look_up else [(parcel, None)]
                rest |= {parcel.entry.id: parcel for parcel, outcome in found if outcome is None}
                outcomes += [(parcel, outcome) for parcel, outcome in found if outcome is not None]
            outcomes += self.browse(rest)._isolated(
                lambda entries, rest=rest: self._send(client, [rest[entry.id] for entry in entries]), [])
        return outcomes, kept_back

    def _take_back(self):
        """Let rows wait again that were prepared and never left."""
        self._still_sending().write({'state': 'pending', 'sent_at': False})
        self._commit()

    def _send(self, client, parcels):
        """Send parcels of one request id."""
        requestid, items = parcels[0].requestid, [parcel.item for parcel in parcels]
        try:
            if items[0].bid:
                answers = client.write_batch(items, requestid)
                return [(parcel, answers[parcel.item.bid]) for parcel in parcels]
            return [(parcel, client.write(item.entity, item.operation, item.body, requestid))
                    for parcel, item in zip(parcels, items, strict=True)]
        except faults.QboError as error:
            return [(parcel, error) for parcel in parcels]

    def _look_up(self, client, parcel):
        """Look for what a create of unknown outcome may have left in QuickBooks.

        :return: the Answer for what was found, None when there is nothing, or the error that leaves it open
        """
        handler = self.env['qbo.entity']._by_name(parcel.entry.model, parcel.item.entity)
        try:
            found = handler._find_remote(client, parcel.entry, json.loads(parcel.item.body))
        except faults.QboError as error:
            return error
        if len(found) > 1:
            return Ambiguous(self.env._(
                "QuickBooks may have booked this already: %(count)s documents there look like it. Remove the "
                "surplus ones in QuickBooks, then retry.", count=len(found)))
        return handler._found_answer(found[0]) if found else None

    # === SETTLE === #

    def _still_sending(self):
        """Return the rows that are ours yet: links may have been archived, with their rows, while we waited."""
        return self.search_fetch([('id', 'in', self.ids), ('state', '=', 'sending')], SETTLED_FIELDS, order='id')

    def _settle(self, answers):
        """Link the records, compare QuickBooks' figures with Odoo's and close the rows.

        :param dict answers: ``{row: Answer}``
        """
        Binding, handlers = self.env['qbo.binding'], self.env['qbo.entity']
        mine = self._still_sending()
        bindings = Binding._of_records(mine.connection_id, mine)
        new, done, differing = [], {}, {}
        for entry in mine:
            handler, answer = handlers._by_name(entry.model, entry.entity), answers[entry]
            binding = bindings.get((entry.model, entry.res_id), Binding)
            values = handler._settled(entry, binding, answer.data)
            if binding:
                binding.write(values)
            else:
                new.append(Binding._values(entry, handler._qbo_entity, answer.data['Id'], **values))
            done[entry] = {
                'operation': entry.operation, 'intuit_tid': answer.intuit_tid,
                'answer': json.dumps(answer.data, default=float, ensure_ascii=False),
            }
            if values.get('variance_open'):
                differing[entry] = {**done.pop(entry), 'message': handler._variance_message(values['variance'])}
        insert_rows(Binding, new)
        self.browse([entry.id for entry in done])._set_done(done)
        self._set_differing(differing)
        mine.connection_id._note_success()
        self.env.cr.execute(AT_EASE)  # lost with the power, it is repeated: the rows are found in `sending`
        self._commit()


class Ambiguous(faults.QboError):
    """Several objects in QuickBooks look like the one that a create may have left: a person must choose."""

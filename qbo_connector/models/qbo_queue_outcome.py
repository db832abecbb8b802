"""What becomes of rows that were not settled: the type of the error is the policy."""

import logging
from datetime import timedelta

from odoo import fields, models

from ..exceptions import MissingDependency, MissingMapping
from ..qbo import faults, retry
from .qbo_queue_entry import OPEN_STATES
from .qbo_queue_push import Ambiguous
from .rows import update_rows

_logger = logging.getLogger(__name__)

MAX_RECOVERIES = 3
AUTH_RETRY = timedelta(minutes=1)


class QboQueueEntry(models.Model):
    """The part of the queue that turns errors into states."""

    _inherit = 'qbo.queue.entry'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    # === BEFORE IT WAS SENT === #

    def _stop_before_sending(self, stops):
        """Store why rows cannot be sent yet; those of one cause together.

        :param stops: list of (row, error)
        """
        waiting = {entry: error.records for entry, error in stops if isinstance(error, MissingDependency)}
        if waiting:
            self.browse([entry.id for entry in waiting])._wait_for(waiting)
        causes = {}
        for entry, error in stops:
            if isinstance(error, MissingMapping):
                causes.setdefault(('MissingMapping', str(error), None, error.mapping), []).append(entry.id)
            elif not isinstance(error, MissingDependency):
                causes.setdefault(
                    (getattr(error, 'fault_class', 'Refused'), str(error), error.field, None), []).append(entry.id)
        for (fault_class, message, field, mapping), ids in causes.items():
            if mapping:
                # Written by us, the mapping cannot be completed unseen at the same moment: PostgreSQL lets one of the
                # two transactions fail and start again, so either the drain sees the mapping or its saving sees this
                # row.
                mapping.sudo().missed_at = fields.Datetime.now()
            self.browse(ids)._set_failed(
                fault_class, message, fault_field=field, mapping_id=mapping.id if mapping else False)

    def _wait_for(self, waiting):
        """Let rows wait for records that must stand in QuickBooks first; no attempt is spent.

        :param dict waiting: ``{row: records}``
        """
        required = self._require(self.connection_id, [record for records in waiting.values() for record in records])
        self._set_dependencies({
            entry: self.browse().union(*(required[record._name, record.id] for record in records))
            for entry, records in waiting.items()})
        update_rows(self, {entry: {'note': self.env._(
            "Waits for %(records)s", records=", ".join(record.display_name for record in records))}
            for entry, records in waiting.items()})

    def _set_dependencies(self, dependencies):
        """Replace what rows wait for, in two statements whatever their number.

        :param dict dependencies: ``{row: rows}``
        """
        if not dependencies:
            return
        self.env.cr.execute(
            "DELETE FROM qbo_queue_entry_dependency WHERE entry_id = ANY(%s)", [[row.id for row in dependencies]])
        self.env.cr.execute_values(
            "INSERT INTO qbo_queue_entry_dependency (entry_id, dependency_id) VALUES %s",
            [(row.id, other.id) for row, others in dependencies.items() for other in others])
        self.invalidate_model(['dependency_ids'])

    def _is_awaited(self):
        """Tell whether other rows wait for this one."""
        self.ensure_one()
        return bool(self.search_count([('dependency_ids', 'in', self.ids), ('state', 'in', OPEN_STATES)], limit=1))

    # === AFTER IT WAS SENT === #

    def _on_fault(self, client, error):
        """Turn an error of the client, which these rows share, into their state.

        The realm is paused as a whole where no row is to blame; the rows keep their bytes and their attempts.
        """
        self = self._still_sending()
        connection = self.connection_id
        if not self:
            return
        if connection._is_held_by(error):
            if isinstance(error, faults.AuthError):  # should the connection be locked just now
                self.write({'not_before': fields.Datetime.now() + AUTH_RETRY})
        elif isinstance(error, faults.Retryable):
            connection._note_trouble(str(error))
            self._set_in_doubt(error)
        elif isinstance(error, Ambiguous):
            self._set_stopped('unknown', 'OutcomeUnknown', str(error))
        elif isinstance(error, faults.DuplicateRequest):
            self._look_up_or_prepare_anew(client, error)
        elif len(self) > 1:  # the batch as a whole was refused, so nothing of it was booked: find out which row it is
            for entry in self:
                entry.write({'state': 'pending', 'recoveries': entry.recoveries + 1})
        else:
            self._on_refusal(client, error)

    def _look_up_or_prepare_anew(self, client, error):
        """Answer a request id that QuickBooks calls used and answers no more: what it did must be looked up."""
        for entry in self:
            if entry.operation == 'create' and not entry.to_look_up:
                entry.to_look_up = True
            elif entry.recoveries >= MAX_RECOVERIES:  # of ever new request ids
                entry._on_refusal(client, error)
            else:  # looked up in vain, or repeatable by nature
                entry.write({'state': 'pending', 'recoveries': entry.recoveries + 1, 'to_look_up': False})

    def _on_refusal(self, client, error):
        """Let the handler answer a refusal (adopt, rename, re-read) a few times, or stop for a person."""
        binding = self.env['qbo.binding']._of_record(self.connection_id, self.model, self.res_id)
        handler = self._handler()
        try:
            if self.recoveries < MAX_RECOVERIES and handler._recover(client, self, binding, error):
                self.write({'state': 'pending', 'recoveries': self.recoveries + 1})
                return
        except faults.Rejected as refusal:
            error = refusal
        except faults.QboError as trouble:
            self._on_fault(client, trouble)
            return
        self._set_failed(
            type(error).__name__, handler._explain(self, error), **self._fault_values(error),
            fault_field=handler._field_of(self, error))
        self.connection_id._note_success()  # it answers, so no pause is due any more

    def _on_surprise(self, error):
        """Keep the row after an error nobody foresaw (the transaction was rolled back)."""
        if not self.try_lock_for_update():
            return  # somebody else is writing the row; the next turn finds it as they left it
        if self._starts_again(error):
            return
        _logger.error("QuickBooks queue entry %s stopped unexpectedly", self.id, exc_info=error)
        if self.state == 'sending':
            self.connection_id._note_trouble(str(error))
            self._set_in_doubt(error)
        else:
            self._set_failed('Unexpected', self.env._(
                "Unexpected error (%(kind)s) while preparing; the server log has the details.",
                kind=type(error).__name__))

    def _set_in_doubt(self, error):
        """Retry the same bytes later, all of them at the same moment, or stop when the retries are spent."""
        values = self._fault_values(error)
        for attempts, entries in self.grouped(lambda entry: entry.attempts + 1).items():
            if attempts <= retry.MAX_RETRIES:
                wait = retry.delay(attempts, retry_after=getattr(error, 'retry_after', None))
                entries.write({
                    'attempts': attempts, 'not_before': fields.Datetime.now() + timedelta(seconds=wait),
                    'fault_class': type(error).__name__, 'fault_message': str(error), **values,
                })
                continue
            # Only a create can have left something behind that we do not know of.
            for operation, stopped in entries.grouped('operation').items():
                stopped._set_stopped(
                    'unknown' if operation == 'create' else 'dead', type(error).__name__, str(error), **values)

    def _fault_values(self, error):
        """Return the fault fields of an error of the client."""
        return {
            'fault_code': getattr(error, 'code', False),
            'fault_detail': getattr(error, 'detail', False),
            'intuit_tid': getattr(error, 'intuit_tid', False),
            'fault_title': getattr(error, 'message', False),
            'fault_status': getattr(error, 'http_status', False) or 0,
        }

    def _handler(self):
        """Return the handler of a prepared row."""
        return self.env['qbo.entity']._by_name(self.model, self.entity)

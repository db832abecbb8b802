"""The drain: prepare -> deliver -> settle, each ended by a commit.

1. *prepare* (ORM -> bytes): the payload is built from the record as it is now and stored with a request id, state
   ``sending``. Nothing has left yet; what will leave is on disk.
2. *deliver* (bytes -> answer): HTTP only, no lock held.
3. *settle* (answer -> ORM): link, figures, state ``done``.

A row found in ``sending`` is the orphan of a crash, or one whose outcome is in doubt: the stored bytes go out again
under the stored request id, so QuickBooks answers with its first answer (QBO: "Basic ID and field definitions",
requestid). How long QuickBooks remembers request ids is not documented, so past :data:`SAFE_REPLAY` the document is
looked up there before it is sent again.
"""

import json
import logging
import uuid
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.fields import Domain

from ..exceptions import MissingDependency, MissingMapping, Refused
from ..qbo import faults, retry
from ..qbo.payloads import PayloadError
from .qbo_queue_entry import OPEN_STATES

_logger = logging.getLogger(__name__)

SAFE_REPLAY = timedelta(hours=1)  # well inside "hours, not days": the retention of request ids is undocumented
MAX_RECOVERIES = 3
COUNT_LIMIT = 1000  # how many due rows are counted for the cron's progress
DATABASE_RETRY = timedelta(seconds=5)
AUTH_RETRY = timedelta(minutes=1)


class QboQueueEntry(models.Model):
    """The part of the queue that works rows off."""

    _inherit = 'qbo.queue.entry'

    # === LOOP === #

    @api.model
    def _drain(self, connection):
        """Work off the due rows of one connection until none is left or the cron's time is up.

        Only the cron of the connection calls this; its row lock is what keeps one drain per company.
        """
        company = connection.company_id
        self = self.sudo().with_company(company).with_context(lang=company.partner_id.lang or 'en_US')
        connection = connection.with_env(self.env)
        self._commit(connection)
        client = None
        while connection._may_send() and (entry := self._next_due(connection)):
            client = client or connection._qbo_client()
            entry._perform(client)
            if not self._commit(connection, processed=1):
                break
        self._schedule_rest(connection)

    @api.model
    def _commit(self, connection, processed=0):
        """Commit, report progress to the cron and return the seconds left of its turn."""
        # What may not be sent does not remain to be done: Odoo would run the cron again and again for it.
        remaining = connection._may_send() and self.search_count(self._due_domain(connection), limit=COUNT_LIMIT)
        return self.env['ir.cron']._commit_progress(processed, remaining=int(remaining))

    @api.model
    def _due_domain(self, connection):
        """Return the domain of the rows that can be worked off now: not waiting for a time or another row."""
        return (
            Domain('connection_id', '=', connection.id)
            & Domain('state', 'in', OPEN_STATES)
            & (Domain('not_before', '=', False) | Domain('not_before', '<=', fields.Datetime.now()))
            & Domain('dependency_ids', 'not any', [('state', 'not in', ('done', 'superseded', 'cancelled'))])
        )

    @api.model
    def _next_due(self, connection):
        """Lock and return the next row: orphans first, then by rank and age.

        Several waiting rows of one record collapse into the newest, the others are superseded.
        """
        candidates = self.search(self._due_domain(connection), order='state desc, rank, id', limit=10)
        entry = candidates.try_lock_for_update(limit=1)
        if entry.state != 'pending':
            return entry
        rows = (entry | self.search(entry._sibling_domain() & Domain('state', '=', 'pending'))).sorted('id')
        rows[:-1].write({'state': 'superseded'})
        return rows[-1]

    @api.model
    def _schedule_rest(self, connection):
        """Wake the cron again for what is due now, or at the moment when something will be.

        A connection that may not send wakes nobody: connecting it again, or the end of its pause, will.
        """
        if connection.state != 'connected':
            return
        now = fields.Datetime.now()
        if connection._may_send() and self.search_count(self._due_domain(connection), limit=1):
            connection._trigger_drain(at=now)
            return
        later = self.search([
            ('connection_id', '=', connection.id), ('state', 'in', OPEN_STATES), ('not_before', '>', now),
        ], order='not_before', limit=1).not_before
        if later and later > (connection.paused_until or now):
            connection._trigger_drain(at=later)

    # === ONE ROW === #

    def _perform(self, client):
        """Take one row through its phases; whatever goes wrong ends as a state of this row."""
        self.ensure_one()
        try:
            self._advance(client)
            self.env.flush_all()
        except Exception as error:  # noqa: BLE001 -- the one place: an error of one row must not stop the cron
            self.env.cr.rollback()
            self._on_surprise(error)

    def _advance(self, client):
        """Prepare, deliver and settle, as far as it goes."""
        try:
            if self.state == 'sending' or self._prepare():
                self._deliver_and_settle(client)
        except MissingDependency as error:
            self._wait_for(error.records)
        except MissingMapping as error:
            # Written by us, the mapping cannot be completed unseen at the same moment: PostgreSQL lets one of the two
            # transactions fail and start again, so either the drain sees the mapping or its saving sees this row.
            error.mapping.sudo().missed_at = fields.Datetime.now()
            self._set_failed('MissingMapping', str(error), mapping_id=error.mapping.id)
        except (Refused, PayloadError) as error:
            self._set_failed('Refused', str(error), fault_field=error.field)
        except faults.QboError as error:
            self._on_fault(error)

    def _prepare(self):
        """Build what will be sent and commit it as ``sending``.

        :return: whether there is something to deliver
        """
        connection = self.connection_id
        busy = self.search(self._sibling_domain() & Domain('state', 'in', ('sending', 'unknown')))
        if busy:  # what the record became in QuickBooks is not known yet
            self.write({'dependency_ids': [fields.Command.set(busy.ids)]})
            return False
        record = self._record()
        binding = self.env['qbo.binding']._of_record(connection, self.model, self.res_id)
        handlers = self.env['qbo.entity']
        handler = handlers._for_record(record) if record else handlers._for_binding(binding)
        if handler is None:
            self._set_done('none', self.env._("The record was deleted before it reached QuickBooks."))
            return False
        plan = handler._plan(self, record, binding)
        if plan.operation == 'none':
            self._set_done('none', plan.note, entity=handler._qbo_entity)
            return False
        self.write({
            'state': 'sending', 'entity': handler._qbo_entity, 'operation': plan.operation, 'note': False,
            'payload': json.dumps(plan.body, ensure_ascii=False), 'content_hash': plan.content_hash,
            'requestid': uuid.uuid4().hex, 'sent_at': fields.Datetime.now(), 'answer': False,
            'expected_total': plan.total, 'expected_tax': plan.tax, 'not_before': False,
        })
        self._commit(connection)
        return True

    def _deliver_and_settle(self, client):
        """Send the stored bytes and write down what came of it."""
        try:
            answer = self._deliver(client)
        except faults.Rejected as error:
            if not self._recover(client, error):
                raise
            return
        if answer:
            self._settle(answer)

    def _deliver(self, client):
        """Send the stored bytes, or find out that they had arrived before.

        :return: the answer, or None when the outcome cannot be decided without a person
        """
        old = fields.Datetime.now() - self.sent_at > SAFE_REPLAY
        if old and self.operation != 'create':  # repeatable by nature: build it anew on the current SyncToken
            self.write({'state': 'pending'})
            return None
        if self.operation == 'create' and (old or self._has_abandoned_create()):
            found = self._handler()._find_remote(client, self, json.loads(self.payload))
            if len(found) > 1:
                self._set_stopped('unknown', 'OutcomeUnknown', self.env._(
                    "QuickBooks may have booked this already: %(count)s documents there look like it. Remove the "
                    "surplus ones in QuickBooks, then retry.", count=len(found)))
                return None
            if found:
                return self._handler()._found_answer(found[0])
        return client.write(self.entity, self.operation, self.payload, self.requestid)

    def _has_abandoned_create(self):
        """Tell whether an earlier create was given up, by a person or with its realm, its outcome unknown."""
        return bool(self.search_count(
            self._sibling_domain() & Domain('state', 'in', ('cancelled', 'superseded'))
            & Domain('operation', '=', 'create')
            & Domain('sent_at', '!=', False), limit=1))

    def _settle(self, answer):
        """Link the record, compare QuickBooks' figures with Odoo's and close the row."""
        self._handler()._settle(self, answer.data)
        self._set_done(
            self.operation, answer=json.dumps(answer.data, default=str, ensure_ascii=False),
            intuit_tid=answer.intuit_tid)
        self.connection_id._note_success()

    def _recover(self, client, error):
        """Let the handler answer a refusal (adopt, rename, re-read), a few times at most.

        :return: whether the row waits to be prepared again
        """
        if self.recoveries >= MAX_RECOVERIES:
            return False
        binding = self.env['qbo.binding']._of_record(self.connection_id, self.model, self.res_id)
        if not self._handler()._recover(client, self, binding, error):
            return False
        self.write({'state': 'pending', 'recoveries': self.recoveries + 1})
        return True

    # === OUTCOMES === #

    def _wait_for(self, records):
        """Let the row wait for records that must stand in QuickBooks first; no attempt is spent."""
        dependencies = self._require(self.connection_id, records)
        self.write({
            'dependency_ids': [fields.Command.set(dependencies.ids)],
            'note': self.env._("Waits for %(records)s", records=", ".join(r.display_name for r in records)),
        })

    def _on_fault(self, error):
        """Turn an error of the QuickBooks client into a state: its class is the retry policy.

        The realm is paused as a whole where the row is not to blame; the row keeps its bytes and its attempts.
        """
        connection = self.connection_id
        if isinstance(error, faults.AuthError):
            connection._needs_reconnect(str(error))
            self.not_before = fields.Datetime.now() + AUTH_RETRY  # should the connection be locked just now
        elif isinstance(error, (faults.Throttled, faults.Unavailable)):
            connection._pause(error.retry_after, str(error))
        elif isinstance(error, faults.CompanyStatus):
            connection._pause(3600, str(error))
        elif isinstance(error, faults.Retryable):
            self._set_in_doubt(error)
        else:
            self._set_failed(type(error).__name__, self._handler()._explain(self, error), **self._fault_values(error))
            connection._note_success()  # it answers, so no pause is due any more

    def _on_surprise(self, error):
        """Keep the row after an error nobody foresaw (the transaction was rolled back)."""
        if not self.try_lock_for_update():
            return  # somebody else is writing the row; the next turn finds it as they left it
        conflict = isinstance(error, (psycopg2.OperationalError, psycopg2.errors.UniqueViolation))
        if conflict and self.attempts < retry.MAX_RETRIES:  # serialization failure, deadlock: simply again
            wait = DATABASE_RETRY * 2 ** self.attempts
            self.write({'attempts': self.attempts + 1, 'not_before': fields.Datetime.now() + wait})
            return
        _logger.error("QuickBooks queue entry %s stopped unexpectedly", self.id, exc_info=error)
        if self.state == 'sending':
            self._set_in_doubt(error)
        else:
            self._set_failed('Unexpected', self.env._(
                "Unexpected error (%(kind)s) while preparing; the server log has the details.",
                kind=type(error).__name__))

    def _set_in_doubt(self, error):
        """Retry the same bytes later, or stop when the retries are spent."""
        values = self._fault_values(error)
        attempts = self.attempts + 1
        self.connection_id._note_trouble(str(error))
        if attempts <= retry.MAX_RETRIES:
            wait = retry.delay(attempts, retry_after=getattr(error, 'retry_after', None))
            self.write({
                'attempts': attempts, 'not_before': fields.Datetime.now() + timedelta(seconds=wait),
                'fault_class': type(error).__name__, 'fault_message': str(error), **values,
            })
        else:  # only a create can have left something behind that we do not know of
            state = 'unknown' if self.operation == 'create' else 'dead'
            self._set_stopped(state, type(error).__name__, str(error), **values)

    def _fault_values(self, error):
        """Return the fault fields of an error of the client."""
        return {
            'fault_code': getattr(error, 'code', False),
            'fault_detail': getattr(error, 'detail', False),
            'intuit_tid': getattr(error, 'intuit_tid', False),
        }

    def _handler(self):
        """Return the handler of a prepared row."""
        return self.env['qbo.entity']._by_name(self.model, self.entity)

"""How the inbox is taken in: by the drain of the connection, between what goes out.

What was told of one object is one piece of work, however often it was told. What Odoo knows already (the echo of its
own push) is closed without a read; the rest is read by one query for each type, as reads are metered and limited. Each
object is then taken in by its handler in a transaction of its own.
"""

import json
import logging
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..exceptions import PullError, PullLater, PushError
from ..qbo import faults, retry
from ..qbo.marker import has_marker_of
from ..qbo.query import MAX_IN, these

_logger = logging.getLogger(__name__)

LATER = timedelta(minutes=1)
AT_ONCE = 200  # rows that are taken in between two turns of what goes out
ENDED = ('deleted', 'merged')  # told like this, an object that is not found needs no second look


@dataclass(eq=False)
class Subject:
    """One object, with all that was told of it.

    :param changes: the rows, the newest last
    :param binding: its live link, or empty
    :param handler: who takes it in
    :param dict data: the object, None when it is not there any more
    """

    changes: models.BaseModel
    binding: models.BaseModel
    handler: models.BaseModel
    data: dict | None = None

    @property
    def newest(self):
        """Return the row that speaks for all: that of a merge, which nothing but it tells, else the newest."""
        return self.changes.filtered('merged_into')[-1:] or self.changes[-1]


class QboChange(models.Model):
    """The part of the inbox that takes in what was told."""

    _inherit = 'qbo.change'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _commit(self):
        """End a piece of work: what it did is on disk."""
        self.env['qbo.queue.entry']._commit()

    @api.model
    def _claim(self, connection, limit=AT_ONCE):
        """Return the oldest rows that can be taken in now; only the drain of the connection works on them."""
        return self.search([
            ('connection_id', '=', connection.id), ('state', '=', 'waiting'),
            '|', ('not_before', '=', False), ('not_before', '<=', fields.Datetime.now()),
        ], order='id', limit=limit)

    def _take_in(self, client):
        """Take in rows that were claimed together."""
        to_read, known = {}, []
        for subject in self._subjects():
            if subject.newest.operation == 'deleted' and subject.newest.source == 'poll':
                known.append(subject)  # the list of changes itself says that it is gone
            elif subject.newest.sudo().data and not subject.newest._is_overtaken():
                subject.data = json.loads(subject.newest.sudo().data, parse_float=Decimal)
                known.append(subject)
            else:
                to_read.setdefault(subject.newest.entity, []).append(subject)
        self._commit()
        for subject in known:
            subject.newest._isolated(lambda _row, subject=subject: self._take_in_one(subject))
        for entity, subjects in to_read.items():
            for some in split_every(MAX_IN, subjects, list):
                if not self.connection_id._may_send():
                    return
                for subject in self._read(client, entity, some):
                    subject.newest._isolated(lambda _row, subject=subject: self._take_in_one(subject))

    # === WHAT IS WORTH A READ === #

    def _subjects(self):
        """Close what needs no look: what Odoo knows already, and what no handler takes.

        :return: list of :class:`Subject` of the rest
        """
        handlers = self.env['qbo.entity']
        links, told = self._links(), self._told()
        subjects = []
        for (entity, remote_id), changes in self._by_object().items():
            link = links.get((entity, remote_id), self.env['qbo.binding'])
            binding = link.filtered('active')
            handler = handlers._taker(binding, entity)
            if all(change._is_known(link, told) for change in changes):
                changes._close('ignored', self.env._("Odoo knew it already"), link)
            elif handler is None:
                changes._close('ignored', self.env._("Not followed"), link)
            else:
                subjects.append(Subject(changes, binding, handler))
        return subjects

    def _by_object(self):
        """Return ``{(entity, remote Id): rows}``, the newest last."""
        rows = self.sorted(lambda change: (change.source == 'hand', change.changed_at or change.create_date, change.id))
        return rows.grouped(lambda change: (change.entity, change.remote_id))

    def _links(self):
        """Return ``{(entity, remote Id): link}``, the live one before one that has ended."""
        links = self.env['qbo.binding'].sudo().with_context(active_test=False).search([
            ('connection_id', '=', self.connection_id.id), ('remote_id', 'in', self.mapped('remote_id')),
            ('realm_id', '=', self.connection_id.realm_id), ('entity', 'in', self.mapped('entity')),
        ], order='active, id')
        return {(link.entity, link.remote_id): link for link in links}

    def _told(self):
        """Return how often something was told of the same objects, by (entity, remote Id, changed at)."""
        return Counter((row.entity, row.remote_id, row.changed_at) for row in self.search_fetch([
            ('connection_id', '=', self.connection_id.id),
            ('entity', 'in', self.mapped('entity')), ('remote_id', 'in', self.mapped('remote_id')),
        ], ['entity', 'remote_id', 'changed_at']))

    def _is_overtaken(self):
        """Tell whether the object was taken in after the poll brought it: what it brought may be out of date."""
        return bool(self.search_count([
            ('connection_id', '=', self.connection_id.id), ('entity', '=', self.entity),
            ('remote_id', '=', self.remote_id), ('state', '=', 'done'), '|', ('done_at', '>', self.create_date),
            '&', ('done_at', '=', self.create_date), ('id', '>', self.id)], limit=1))

    def _is_known(self, link, told):
        """Tell whether Odoo knows already what the row tells: most of all, because Odoo did it."""
        if self.source == 'hand' or not link:
            return False
        if self.operation in ENDED:  # as true in the second in which it was sent as later
            return self.operation == 'deleted' and link.state == 'deleted'
        if not self.changed_at or not link.remote_updated_at or not link.active:
            return False
        # QuickBooks' time has whole seconds. The only event of the second in which Odoo wrote is the echo; of two, one
        # may be somebody else's. The poll knows versions, so it told only what is new.
        same = self.changed_at == link.remote_updated_at and self.source == 'webhook' and (
            told[self.entity, self.remote_id, self.changed_at] == 1)
        return same or self.changed_at < link.remote_updated_at

    # === READ === #

    def _read(self, client, entity, subjects):
        """Read objects of one type by one query; what it does not find is looked at by itself.

        :return: the subjects that were read, with their data
        """
        try:
            found = {data['Id']: data for data in client.query_all(
                entity, these(entity, [subject.newest.remote_id for subject in subjects]))}
            for subject in subjects:
                subject.data = found.get(subject.newest.remote_id) or self._look_again(client, subject.newest)
        except faults.QboError as error:
            rows = self.browse([change.id for subject in subjects for change in subject.changes])
            rows._isolated(lambda changes, error=error: changes._on_fault(error))
            self._commit()
            return []
        return subjects

    def _look_again(self, client, change):
        """Return an object that a query did not find, None when it was deleted."""
        if change.operation in ENDED:
            return None
        try:
            return client.read(change.entity, change.remote_id).data
        except faults.NotFound:
            return None

    # === TAKE IN === #

    def _take_in_one(self, subject):
        """Let the handler take in one object; what it did is undone when it cannot."""
        change, changes, data = subject.newest, subject.changes, subject.data
        binding = subject.binding.exists()
        if reason := change._why_not(binding, data):
            changes._close('ignored', reason, binding)
            self._commit()
            return
        try:
            with self.env.cr.savepoint():
                outcome = subject.handler._pull(change, binding, data)
        except PullLater as later:
            changes.write({'not_before': fields.Datetime.now() + LATER, 'outcome': str(later)})
        except (PullError, PushError, UserError) as error:
            changes._fail(str(error))
        except faults.QboError as error:
            changes._on_fault(error)
        else:
            link = binding.exists() or self._links_of(change)
            updated_at = data and subject.handler._updated_at(data)
            if link and updated_at and (not link.remote_updated_at or link.remote_updated_at < updated_at):
                link.remote_updated_at = updated_at
            change.version = (data or {}).get('SyncToken')
            changes._close('done', outcome, link)
            changes._settle_failed()
        self._commit()

    def _why_not(self, binding, data):
        """Return why an object that was read is not taken in, or ''."""
        if binding:
            same = data and data.get('SyncToken') == binding.sync_token
            known = same and self.source != 'hand' and not self.merged_into
            return self.env._("Odoo knew it already") if known else ''
        if data is None:
            return self.env._("It is not there any more, and no record is linked with it.")
        uuid = self.env['ir.config_parameter'].sudo().get_param('database.uuid')
        if has_marker_of(data.get('PrivateNote'), uuid):  # its link waits for an answer that was lost, or was taken off
            return self.env._("Odoo itself sent it.")
        return ''

    def _links_of(self, change):
        """Return the live link of an object."""
        return change._links().get((change.entity, change.remote_id), self.env['qbo.binding']).filtered('active')

    # === WHAT BECAME OF IT === #

    def _close(self, state, outcome, link):
        """Close rows that were taken in, or need not be."""
        self.write({
            'state': state, 'outcome': outcome, 'done_at': fields.Datetime.now(), 'data': False, 'not_before': False,
            'model': link.model, 'res_id': link.res_id,
        })

    def _settle_failed(self):
        """Close what failed before of an object that was taken in now."""
        newest = self[-1]
        failed = self.search([
            ('connection_id', '=', newest.connection_id.id), ('entity', '=', newest.entity),
            ('remote_id', '=', newest.remote_id), ('state', '=', 'failed')])
        failed.write({'state': 'ignored', 'outcome': self.env._("Told again later"), 'done_at': newest.done_at})

    def _fail(self, message):
        """Stop for a person. Of what was told of one object the newest row stays, the others are settled with it."""
        newest = self[-1]
        (self - newest).write({
            'state': 'ignored', 'outcome': self.env._("Told again later"), 'data': False,
            'done_at': fields.Datetime.now()})
        newest.write({'state': 'failed', 'outcome': message, 'not_before': False, 'data': False})

    def _on_fault(self, error):
        """Turn an error of the client, which these rows share, into their state: reads may simply be repeated."""
        connection = self.connection_id
        if connection._is_held_by(error):
            return
        if not isinstance(error, faults.Retryable):
            self._fail_each(str(error))
            return
        connection._note_trouble(str(error))
        for attempts, changes in self.grouped(lambda change: change.attempts + 1).items():
            if attempts > retry.MAX_RETRIES:
                changes._fail_each(str(error))
                continue
            wait = retry.delay(attempts, retry_after=error.retry_after)
            changes.write({
                'attempts': attempts, 'not_before': fields.Datetime.now() + timedelta(seconds=wait),
                'outcome': str(error)})

    def _fail_each(self, message):
        """Stop each object's rows for a person."""
        for changes in self._by_object().values():
            changes._fail(message)

    def _on_surprise(self, error):
        """Keep a row after an error nobody foresaw (the transaction was rolled back)."""
        if not self.exists().try_lock_for_update():
            return
        if self._starts_again(error):
            return
        _logger.error("Change %s in QuickBooks stopped unexpectedly", self.id, exc_info=error)
        self._fail(self.env._(
            "Unexpected error (%(kind)s); the server log has the details.", kind=type(error).__name__))

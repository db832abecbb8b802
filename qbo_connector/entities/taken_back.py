"""What a person took back by undoing the batch that had created it.

Only what nobody touched since goes: an object whose SyncToken has moved is read, and what differs from QuickBooks' own
answer to our last push is somebody's work. That payments were applied or money deposited is told by its links.
"""

import json

from odoo import api, models

from ..exceptions import Refused
from ..qbo import faults
from ..qbo.changes import fingerprint
from .qbo_entity import GONE, PRESENT, Plan


class QboEntity(models.AbstractModel):
    """The part of the handlers that takes back, and knows what was."""

    _inherit = 'qbo.entity'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    # === WHAT IS KNOWN === #

    @api.model
    def _taken_back(self, connection, record):
        """Return, in words, that a person took the record back, or ''; who starts a backfill wants it there again."""
        if self.env.context.get('qbo_bring_back'):
            return ''
        link = self._of_batch(('taken back', connection.id, record._name), record, lambda records: {
            **dict.fromkeys(records.ids), **self.env['qbo.binding']._taken_back(connection, records)})
        return self.env._("Taken back: the batch “%(batch)s” was undone. Push it again to have it in QuickBooks.",
                          batch=link.batch_id.name) if link else ''

    @api.model
    def _backfilled(self, connection, record):
        """Tell whether a backfill sends the record, or has sent it, although it is older than *Documents From*."""
        def work(records):
            known = self.env['qbo.binding']._backfilled(connection, records)
            return {record_id: record_id in known for record_id in records.ids}
        return self._of_batch(('backfilled', connection.id, record._name), record, work)

    @api.model
    def _intent(self, connection, record):
        """Override: what was taken back is gone, whatever Odoo says of it."""
        intent = super()._intent(connection, record)
        if intent[0] == PRESENT and (reason := self._taken_back(connection, record)):
            return GONE, reason
        return intent

    # === TAKE BACK === #

    @api.model
    def _plan(self, entry, record, binding, resolve):
        """Override to void, delete or make inactive what is to be taken back, unless there is a reason to leave it."""
        connection = entry.connection_id
        if not record or not (reason := self._taken_back(connection, record)):
            return super()._plan(entry, record, binding, resolve)
        if entry._is_awaited():  # what is sent now needs it
            self._stays(connection, record)
            return super()._plan(entry, record, binding, resolve)
        if binding.state != 'active':
            if binding.undo_state in ('asked', 'waiting'):
                binding.undo_state = 'undone'  # somebody was quicker
            return Plan('none', note=reason)
        return self._plan_taking_back(connection, record, binding)

    @api.model
    def _plan_taking_back(self, connection, record, binding):
        """Decide how an object goes that a batch had created."""
        binding.undo_state = 'waiting'
        try:
            reason = (binding.remote_touched and self.env._("It was changed in QuickBooks since.")) or (
                self._still_needed(connection, record, binding)) or self._frozen(
                    connection, record, binding, undone=True)
        except Refused as refusal:
            reason = str(refusal)
        if reason:
            binding._leave(reason)
            return Plan('none', note=self.env._("Not taken back: %(reason)s", reason=reason))
        undo = self._undo(connection, record)
        body = {'Id': binding.remote_id, 'SyncToken': binding.sync_token}
        if undo != 'delete':
            body['sparse'] = True
        if undo == 'none':
            body['Active'] = False
        return Plan('update' if undo == 'none' else undo, json.dumps(body), note=self.env._(
            "Taken back from QuickBooks: the batch “%(batch)s” was undone.", batch=binding.batch_id.name))

    @api.model
    def _still_needed(self, connection, record, binding):
        """Return why an object has to stay for the sake of others that stand in QuickBooks, or ''."""
        return ''

    @api.model
    def _stays(self, connection, record):
        """Let the record be as if nobody had taken it back."""
        self.env['qbo.binding']._bring_back(connection, record)
        self._once(('taken back', connection.id, record._name), dict)[record.id] = None

    # === AFTERWARDS === #

    @api.model
    def _settled(self, entry, binding, data):
        """Override to note what was created by which batch, and what went because its batch was undone."""
        values = super()._settled(entry, binding, data)
        if binding.undo_state in ('asked', 'waiting') and values['state'] != 'active':
            return {**values, 'undo_state': 'undone'}
        if entry.operation not in ('create', 'update'):
            return values
        if entry.operation == 'create' or binding.state != 'active':
            values['batch_id'] = entry.batch_id.id if entry.operation == 'create' or binding.batch_id else False
        return {**values, 'fingerprint': fingerprint(data)}

    @api.model
    def _why_left(self, client, binding, error):
        """Return why an object that QuickBooks would not let go is left there, or '' to try once more.

        :raise QboError: it could not be read
        """
        if isinstance(error, faults.NotFound):
            binding.state = 'deleted'
            return ''
        if isinstance(error, faults.FrozenTransaction):
            return self.env._("It was deposited or matched in QuickBooks. (%(detail)s)",
                              detail=error.detail or error.message)
        if isinstance(error, faults.ClosedPeriod):
            return self.env._("QuickBooks' books are closed for its date.")
        if not isinstance(error, (faults.StaleObject, faults.ValidationFault)):
            return ": ".join(filter(None, (error.message, error.detail)))
        remote = client.read(self._qbo_entity, binding.remote_id).data
        applied = [link['TxnType'] for link in remote.get('LinkedTxn') or ()]
        if applied:
            return self.env._("In QuickBooks it is paid, applied or deposited (%(links)s).",
                              links=", ".join(sorted(set(applied))))
        voided = binding.remote_total and not remote.get('TotalAmt')
        if not voided and fingerprint(remote) != binding.fingerprint:
            return self.env._("It was changed in QuickBooks since.")
        if not isinstance(error, faults.StaleObject):
            return ": ".join(filter(None, (error.message, error.detail)))
        binding.sync_token = remote['SyncToken']
        return ''


class QboCustomer(models.AbstractModel):
    """Customers stay while something of them does."""

    _inherit = 'qbo.entity.customer'

    @api.model
    def _still_needed(self, connection, record, binding):
        others = self.env['qbo.binding'].sudo().search_count([
            ('connection_id', '=', connection.id), ('remote_customer', '=', binding.remote_id),
            ('state', '=', 'active')])
        return self.env._("%(count)s documents or payments of this customer stand in QuickBooks.", count=others) if (
            others) else ''


class QboItem(models.AbstractModel):
    """Items stay while a document with them does."""

    _inherit = 'qbo.entity.item'

    @api.model
    def _still_needed(self, connection, record, binding):
        standing = self.env['qbo.binding'].sudo()._search([
            ('connection_id', '=', connection.id), ('model', '=', 'account.move'), ('state', '=', 'active')])
        others = self.env['account.move.line'].sudo().search_count([
            (self._qbo_on_line, '=', record.id), ('display_type', '=', 'product'),
            ('move_id', 'in', standing.subselect('res_id'))])
        return self.env._("It is on %(count)s lines of documents that stand in QuickBooks.", count=others) if (
            others) else ''

"""What list objects with a unique name have in common: adopting the namesake, or telling ours apart."""

import json

from odoo import api, models

from ..qbo import faults
from ..qbo.query import select
from .qbo_entity import Plan

LAST = 60  # the rank of what becomes inactive: after documents and payments


class QboNamed(models.AbstractModel):
    """Base of the handlers whose objects QuickBooks knows by a unique name."""

    _name = 'qbo.entity.named'
    _inherit = 'qbo.entity'
    _description = "Named Object"

    _qbo_undo = 'none'  # what has history cannot go, only become inactive
    _qbo_name_field = 'Name'

    # === ARCHIVED AND TAKEN UP AGAIN === #

    @api.model
    def _in_use(self, record):
        """Tell whether the record is not archived in Odoo."""
        return 'active' not in record or record.active

    @api.model
    def _rank(self, record):
        """What is archived becomes inactive after the documents that still need it, or that bring its balance to 0."""
        return super()._rank(record) if self._in_use(record) else LAST

    @api.model
    def _plan(self, entry, record, binding, resolve):
        """Override to make inactive what was archived (or merged into another), unless a document waits for it."""
        if record and (self._in_use(record) or entry._is_awaited()):
            return super()._plan(entry, record, binding, resolve)
        if binding.state != 'active':
            return Plan('none', note=self.env._("Archived in Odoo."))
        if entry.recoveries and binding.kept_because:
            return Plan('none', note=binding.kept_because)
        return Plan('update', json.dumps({
            'Id': binding.remote_id, 'SyncToken': binding.sync_token, 'sparse': True, 'Active': False}))

    @api.model
    def _leave_active(self, entry, binding, error):
        """QuickBooks does not let it become inactive (QBO: 6220, open balance; 6240, the name is taken): say so."""
        known = binding.kept_because
        binding.inactive_later = not isinstance(error, faults.DuplicateName)
        binding._keep(self.env._(
            "Archived in Odoo, and still active in QuickBooks, which says: %(reason)s",
            reason=error.detail or error.message))
        if binding.kept_because != known:
            entry._note_on_records(binding.kept_because)

    # === ITS NAME === #

    @api.model
    def _recover(self, client, entry, binding, error):
        """A name that is taken (QBO: 6240): adopt its holder, or add what tells ours apart."""
        if isinstance(error, (faults.ValidationFault, faults.DuplicateName)) and binding and (
                json.loads(entry.payload).get('Active') is False):
            self._leave_active(entry, binding, error)
            return True
        if not isinstance(error, faults.DuplicateName):
            return super()._recover(client, entry, binding, error)
        record = entry._record()
        found = self._find_remote(client, entry, json.loads(entry.payload))
        if found and not binding and self._may_adopt(entry.connection_id, record, found[0]):
            binding._bind(entry, self._qbo_entity, found[0]['Id'], sync_token=found[0]['SyncToken'])
            return True
        suffix, used = self._suffix(record, found), (entry.name_suffix, binding.name_suffix)
        entry.name_suffix = suffix if suffix not in used else f"({entry.res_id})"
        return True

    @api.model
    def _may_adopt(self, connection, record, data):
        """Tell whether the record may be linked with an object of its name."""
        return not (self.env['qbo.match']._is_new(connection, record)
                    or self.env['qbo.binding']._is_taken(connection, self._qbo_entity, data['Id']))

    @api.model
    def _suffix(self, record, found):
        """Return what tells the record from its namesake.

        :param found: the objects of this entity that have the name; none when another kind of object has it
        """
        return f"({record.id})"

    @api.model
    def _find_remote(self, client, entry, payload):
        name = payload[self._qbo_name_field]
        found = client.query(select(self._qbo_entity, {self._qbo_name_field: name}))
        return list(found.data.get(self._qbo_entity, []))

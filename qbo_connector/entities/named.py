"""What list objects with a unique name have in common: adopting the namesake, or telling ours apart."""

import json

from odoo import api, models

from ..qbo import faults
from ..qbo.query import select


class QboNamed(models.AbstractModel):
    """Base of the handlers whose objects QuickBooks knows by a unique name."""

    _name = 'qbo.entity.named'
    _inherit = 'qbo.entity'
    _description = "QuickBooks Named Object"

    _qbo_undo = 'none'  # what has history cannot go; making it inactive there is the accountant's decision
    _qbo_name_field = 'Name'

    @api.model
    def _recover(self, client, entry, binding, error):
        """A name that is taken (QBO: 6240): adopt its holder, or add what tells ours apart."""
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
        return not self.env['qbo.binding']._is_taken(connection, self._qbo_entity, data['Id'])

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

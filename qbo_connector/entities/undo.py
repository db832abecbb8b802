"""How what was pushed goes again: voided, deleted, or left in QuickBooks as it is."""

import json

from odoo import api, models

from .qbo_entity import GONE, Plan


class QboEntity(models.AbstractModel):
    """The part of the handlers that undoes."""

    _inherit = 'qbo.entity'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _rank(self, record):
        """Return the rank of a record in its present state; what is undone may have to wait for others."""
        return self._qbo_rank

    @api.model
    def _intent_deleted(self, connection):
        """Tell what QuickBooks should hold of a record that was deleted in Odoo, as :meth:`_intent` does."""
        return GONE, ''

    @api.model
    def _undo(self, connection, record):
        """Return what makes an object go: void, delete, or none where neither exists.

        :param record: the record, empty when it was deleted
        """
        return self._qbo_undo

    @api.model
    def _plan_undo(self, connection, record, binding, undo):
        """Decide how an object goes that should no longer stand in QuickBooks.

        :raise Refused: it lies in closed books
        """
        if reason := self._frozen(connection, record, binding, undone=True):
            binding._keep(reason)
            return Plan('none', note=reason)
        body = {'Id': binding.remote_id, 'SyncToken': binding.sync_token}
        if undo == 'void':
            body['sparse'] = True
        return Plan(undo, json.dumps(body))

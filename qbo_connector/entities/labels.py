"""What people call QuickBooks' entities: Intuit's API says ``CreditMemo``, a page says Credit Memo."""

import re

from odoo import api, models, tools

from ..qbo.webhooks import ENTITIES

# Of an entity with several handlers, the one whose name all its objects bear; else the first.
PLAIN = {'Item': 'qbo.entity.item', 'Payment': 'qbo.entity.payment', 'Purchase': 'qbo.entity.refund'}


class QboEntity(models.AbstractModel):
    """The part of the handlers that has names."""

    _inherit = 'qbo.entity'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _label(self, name):
        """Return what the records of a handler are called in QuickBooks, by the name of its model."""
        return self.env['ir.model']._get(name).name or name

    @api.model
    def _entity_label(self, entity):
        """Return what the objects of an entity are called."""
        return dict(self._entity_labels()).get(entity, entity)

    @api.model
    @tools.ormcache('self.env.lang')
    def _entity_labels(self):
        """Return ((Intuit's name, what people call it), ...) of all that can be told of, as a selection takes it.

        Handlers and lists have names that are translated; the others are not followed, and read as words.
        """
        labels = {entity: re.sub(r'(?<=[a-z])(?=[A-Z])', " ", entity) for entity in ENTITIES}
        labels |= self.env['qbo.reference']._fields['entity']._description_selection(self.env)
        for handler in reversed(self._handlers()):
            labels[handler._qbo_entity] = self._label(PLAIN.get(handler._qbo_entity, handler._name))
        return tuple(sorted(labels.items()))

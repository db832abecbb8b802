"""Objects of QuickBooks' lists that no record of Odoo is linked with: they change in the mirror alone."""

from odoo import api, models

#: Of these webhooks and the list of changes tell; of tax codes and tax rates neither does (QBO: "Change data capture").
FOLLOWED = ('Account', 'Item', 'Customer', 'Vendor', 'Term', 'PaymentMethod', 'Class', 'Department')


class QboMirrored(models.AbstractModel):
    """Takes in what changed of them; the mirror itself is written for linked ones too, before any handler."""

    _name = 'qbo.entity.mirrored'
    _inherit = 'qbo.entity'
    _description = "QuickBooks List Entry"

    @api.model
    def _pull(self, change, binding, data):
        return self.env._("Read into QuickBooks Lists")


class QboEntity(models.AbstractModel):
    """The part of the registry that knows who takes them."""

    _inherit = 'qbo.entity'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _taker(self, binding, entity):
        """Override to let the mirror take list entries that no other handler takes."""
        handler = super()._taker(binding, entity)
        return self.env['qbo.entity.mirrored'] if handler is None and entity in FOLLOWED else handler

"""A mapping of accounts that changes: the items that post to the account are pushed again."""

from odoo import models
from odoo.fields import Domain


class QboMapping(models.Model):
    """The part of the mapping that lets items follow their accounts."""

    _inherit = 'qbo.mapping'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def write(self, vals):
        """Override to push again the items that posted to the counterpart until now."""
        before = {mapping: mapping.reference_id for mapping in self} if 'reference_id' in vals else {}
        result = super().write(vals)
        for mapping, reference in before.items():
            if mapping.kind == 'account' and mapping.reference_id != reference:
                mapping._push_items(reference)
        return result

    def _push_items(self, reference):
        """Enqueue what posts to an account of QuickBooks, or to the default where the row had no counterpart yet."""
        connection = self.connection_id
        reference = reference or self.sudo().search(
            [('connection_id', '=', connection.id), ('kind', '=', 'account'), ('res_id', '=', 0)]).reference_id
        if not reference:
            return
        bindings = self.env['qbo.binding'].sudo().search(
            Domain('connection_id', '=', connection.id) & Domain('posting_account', '=', reference.remote_id))
        for model, linked in bindings.grouped('model').items():
            self.env['qbo.queue.entry'].sudo()._enqueue(
                self.env[model].browse(linked.mapped('res_id')).exists(), connection)

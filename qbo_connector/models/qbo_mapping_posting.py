"""A mapping of accounts that changes: the items that post to the account are pushed again."""

from odoo import models
from odoo.fields import Domain

WRONG_TYPE = '6430'  # QBO: invalid account type used

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
        """Enqueue the items of an account, and what QuickBooks refused for its type.

        :param reference: the counterpart until now; the default's stood in where there was none
        """
        connection, Entry = self.connection_id, self.env['qbo.queue.entry'].sudo()
        reference = reference or self.sudo().search(
            [('connection_id', '=', connection.id), ('kind', '=', 'account'), ('res_id', '=', 0)]).reference_id
        items = Domain('posting_account', '!=', False) & (
            Domain('posting_account', '=', reference.remote_id)
            | Domain('model', '=', self.res_model) & Domain('res_id', '=', self.res_id))
        bindings = self.env['qbo.binding'].sudo().search(Domain('connection_id', '=', connection.id) & items)
        for model, linked in bindings.grouped('model').items():
            Entry._enqueue(self.env[model].browse(linked.mapped('res_id')).exists(), connection)
        Entry.search([('connection_id', '=', connection.id), ('state', '=', 'failed'),
                      ('fault_code', '=', WRONG_TYPE)])._set_waiting()

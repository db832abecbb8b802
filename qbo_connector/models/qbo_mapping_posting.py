"""A mapping of accounts that changes: the items that post to the account are pushed again."""

from odoo import models
from odoo.fields import Domain

WRONG_TYPE = '6430'  # QBO: invalid account type used


class QboMapping(models.Model):
    """The part of the mapping that lets items follow their accounts."""

    _inherit = 'qbo.mapping'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def _follow(self, before):
        """Override to push again the items that posted to the counterparts until now."""
        super()._follow(before)
        changed = {mapping: reference for mapping, reference in before.items()
                   if mapping.kind == 'account' and mapping.reference_id != reference}
        for connection, mappings in self.browse().union(*changed).grouped('connection_id').items():
            mappings._push_items(connection, {mapping: changed[mapping] for mapping in mappings})

    def _push_items(self, connection, before):
        """Enqueue the items of accounts, and what QuickBooks refused for its type.

        :param dict before: ``{mapping: reference}`` until now; the default's stood in where there was none
        """
        Entry = self.env['qbo.queue.entry'].sudo()
        default = self.sudo().search(
            [('connection_id', '=', connection.id), ('kind', '=', 'account'), ('res_id', '=', 0)]).reference_id
        posted = {(reference or default).remote_id for reference in before.values()} - {False}
        items = Domain('posting_account', '!=', False) & (
            Domain('posting_account', 'in', list(posted))
            | Domain('model', '=', 'account.account') & Domain('res_id', 'in', [row.res_id for row in before]))
        bindings = self.env['qbo.binding'].sudo().search(Domain('connection_id', '=', connection.id) & items)
        for model, linked in bindings.grouped('model').items():
            Entry._enqueue(self.env[model].browse(linked.mapped('res_id')).exists(), connection)
        Entry.search([('connection_id', '=', connection.id), ('state', '=', 'failed'),
                      ('fault_code', '=', WRONG_TYPE)])._set_waiting()

"""Payments: the customer they move to, as after a merge of contacts.

QuickBooks links a payment with documents of its own customer only, and drops other links without a word (QBO:
"Payment"). So a payment is first taken off documents that do not stand for its new customer yet; once one does, its
payments are pushed again.
"""

from odoo import api, models


class QboSettlement(models.AbstractModel):
    """The part of the payments that knows whose documents they can settle."""

    _inherit = 'qbo.entity.settlement'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _fitted(self, binding, payload):
        payload = super()._fitted(binding, payload)
        customer = payload['CustomerRef']['value']
        if not binding.remote_customer or binding.remote_customer == customer:
            return payload
        linked = {link['TxnId'] for line in payload['Line'] for link in line['LinkedTxn']}
        strangers = set(binding.search([
            ('connection_id', '=', binding.connection_id.id), ('remote_id', 'in', list(linked)),
            ('remote_customer', 'not in', (False, customer))]).mapped('remote_id'))
        return {**payload, 'Line': [
            line for line in payload['Line'] if strangers.isdisjoint(link['TxnId'] for link in line['LinkedTxn'])]}

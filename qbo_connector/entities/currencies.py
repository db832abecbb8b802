"""Currencies: QuickBooks fixes that of a customer for ever, so one that is billed in two of them is two there."""

from odoo import api, models


class QboEntity(models.AbstractModel):
    """The part of the handlers that knows the currencies of documents and of their customers."""

    _inherit = 'qbo.entity'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _customer_in(self, connection, partner, currency):
        """Return the record that stands for a commercial partner in QuickBooks when it is billed in a currency."""
        return partner

    @api.model
    def _currency_facts(self, connection, currency, record):
        """Return ``{'currency': ISO code or None, 'exchange_rate': Decimal or None}`` of a document or payment.

        :param record: the document; its rate on its own date counts, in home units for one foreign unit
        """
        return {'currency': currency.name if connection.multi_currency else None, 'exchange_rate': None}

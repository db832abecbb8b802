"""Lines without a product need an Item too: one per income account, posting to the account it is mapped to."""

from odoo import api, models

from ..qbo.documents import ItemDoc
from ..qbo.names import clean_name, unique_name
from ..qbo.payloads.item import item_payload
from .item import NAME_LIMIT


class QboAccountItem(models.AbstractModel):
    """Pushes an income account as the Service item that its product-less lines use."""

    _name = 'qbo.entity.account_item'
    _inherit = 'qbo.entity.item'
    _description = "QuickBooks Item of an Account"

    _qbo_model = 'account.account'

    @api.model
    def _companies(self, record):
        return record.company_ids

    @api.model
    def _wanted(self, connection, record):
        return False

    @api.model
    def _missing(self, connection):
        return self.env['account.account']  # only when a line needs one

    @api.model
    def _adoptable(self, connection, record):
        return self.env['qbo.reference']

    @api.model
    def _name_of(self, record):
        return clean_name(record.display_name, NAME_LIMIT)

    @api.model
    def _code(self, record):
        return record.code

    @api.model
    def _content(self, connection, record, suffix, ids):
        document = ItemDoc(
            name=unique_name(self._name_of(record), suffix, NAME_LIMIT), kind='Service',
            income_account=self._account(connection, record), price=None, cost=None)
        return item_payload(document), 0.0, 0.0

"""Lines need an Item: one per account, for lines without a product and for those on another account than its own."""

from odoo import api, models

from ..qbo.documents import ItemDoc
from ..qbo.names import clean_name, unique_name
from ..qbo.payloads.item import item_payload
from .item import NAME_LIMIT


class QboAccountItem(models.AbstractModel):
    """Pushes an account as the Service item of its lines, which posts to the account it is mapped to."""

    _name = 'qbo.entity.account_item'
    _inherit = 'qbo.entity.item'
    _description = "Item of an Account"

    _qbo_model = 'account.account'
    _qbo_on_line = 'account_id'
    _qbo_on_demand = True
    _qbo_matched = False

    @api.model
    def _companies(self, record):
        return record.company_ids

    @api.model
    def _excluders(self, record):
        return []

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
        # Not the display name, which depends on the user's rights.
        return clean_name(record.name, NAME_LIMIT, empty=True) or record.code

    @api.model
    def _code(self, record):
        return record.code

    @api.model
    def _may_adopt(self, connection, record, data):
        """An item of the same name serves only if it posts to the account: others may use it for what it is."""
        account = (data.get('IncomeAccountRef') or {}).get('value')
        return account == self._account(connection, record) and super()._may_adopt(connection, record, data)

    @api.model
    def _content(self, connection, record, suffix, ids):
        document = ItemDoc(
            name=unique_name(self._name_of(record), suffix, NAME_LIMIT), kind='Service',
            income_account=self._account(connection, record), price=None, cost=None)
        return item_payload(document), 0.0, 0.0

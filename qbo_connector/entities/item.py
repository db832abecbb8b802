"""Product variants -> Item; each variant is an item of its own with a readable, unique name."""

from odoo import api, fields, models
from odoo.fields import Domain

from ..exceptions import Refused
from ..qbo.documents import ItemDoc
from ..qbo.names import clean_name, unique_name
from ..qbo.pairing import Entry
from ..qbo.payloads import PayloadError
from ..qbo.payloads.item import item_payload

NAME_LIMIT = 100  # QBO: Item, Name


class QboItem(models.AbstractModel):
    """Pushes a product variant as a Service, NonInventory or Inventory item."""

    _name = 'qbo.entity.item'
    _inherit = 'qbo.entity.named'
    _description = "Item"

    _qbo_entity = 'Item'
    _qbo_model = 'product.product'
    _qbo_rank = 20
    _qbo_matched = True
    _qbo_on_line = 'product_id'  # where a document line names it
    _qbo_clearable = ('Sku', 'PurchaseDesc')

    @api.model
    def _excluders(self, record):
        return [record.product_tmpl_id]  # which holds the flag for all its variants

    @api.model
    def _wanted(self, connection, record):
        return connection.push_all_products and record.sale_ok

    @api.model
    def _missing(self, connection):
        if not connection.push_all_products:
            return self.env['product.product']
        return self._unlinked(connection, self._to_match(connection))

    @api.model
    def _name_of(self, record):
        """Return the readable name that tells a record from its siblings, cleaned for QuickBooks."""
        try:
            return clean_name(record.with_context(display_default_code=False).display_name, NAME_LIMIT)
        except ValueError:
            raise PayloadError(self.env._(
                "This product has no name that QuickBooks can show. Give it a name with letters or digits."),
                'name') from None

    @api.model
    def _content(self, connection, record, suffix, ids):
        accounts = record.product_tmpl_id._get_product_accounts()
        linked = self.env['qbo.binding']._of_record(connection, record._name, record.id)
        kind = self._kind(connection, record, linked)
        stock = self._inventory(connection, record, accounts) if kind == 'Inventory' and not linked else {}
        document = ItemDoc(
            # what QuickBooks keeps of an item's stock is set once; later it would mean an adjustment (QBO: Item)
            name=unique_name(self._name_of(record), suffix, NAME_LIMIT), kind=kind if stock else self._unstocked(kind),
            sku=record.default_code or '', description=record.description_sale or record.name or '',
            price=self._decimal(record.lst_price), purchase_description=record.description_purchase or '',
            cost=self._decimal(record.standard_price),
            income_account=self._account(connection, accounts['income']), **stock,
        )
        return {**item_payload(document), 'Type': kind}, 0.0, 0.0

    @api.model
    def _settled(self, entry, binding, data):
        """Keep with the link to which account the item posts: lines of other accounts must not use it."""
        account = data.get('IncomeAccountRef') or {}
        return {**super()._settled(entry, binding, data), 'posting_account': account.get('value')}

    @api.model
    def _unstocked(self, kind):
        """Return the type under which an item is written without its stock."""
        return 'NonInventory' if kind == 'Inventory' else kind

    @api.model
    def _kind(self, connection, record, linked):
        """Return Intuit's item type: what an adopted item is already, else what the product is.

        Stockable goods only become Inventory where the connection says so.
        """
        present = self.env['qbo.reference'].sudo().search([
            ('connection_id', '=', connection.id), ('entity', '=', 'Item'), ('remote_id', '=', linked.remote_id)])
        if present.type in ('Service', 'NonInventory', 'Inventory'):
            return present.type
        if record.type != 'consu':
            return 'Service'
        storable = 'is_storable' in record and record.is_storable
        return 'Inventory' if storable and connection.stockable_as == 'inventory' else 'NonInventory'

    @api.model
    def _inventory(self, connection, record, accounts):
        """Return what QuickBooks wants of a new item whose stock it keeps; it starts at no stock."""
        return {
            'expense_account': self._stock_account(connection, accounts['expense'], 'Cost of Goods Sold'),
            'asset_account': self._stock_account(
                connection, accounts.get('stock_valuation'), 'Other Current Asset', 'Inventory'),
            'quantity_on_hand': self._decimal(0), 'start_date': fields.Date.context_today(record),
        }

    @api.model
    def _account(self, connection, account):
        """Return the remote Id of a mapped account; without one, of the default income account."""
        return self.env['qbo.mapping']._target(connection, 'account', account or None).remote_id

    @api.model
    def _stock_account(self, connection, account, account_type, subtype=None):
        """Return the remote Id of an account that an Inventory item needs: the mapped one, else QuickBooks' own.

        :raise Refused: QuickBooks has no such account
        """
        mapped = self.env['qbo.mapping'].sudo().search([
            ('connection_id', '=', connection.id), ('kind', '=', 'account'),
            ('res_id', '=', account.id if account else -1),
            ('reference_id.active', '=', True)]).reference_id
        domain = [('connection_id', '=', connection.id), ('entity', '=', 'Account'), ('active', '=', True),
                  ('type', '=', account_type)]
        if subtype:
            domain.append(('subtype', '=', subtype))
        reference = mapped or self.env['qbo.reference'].sudo().search(domain, order='id', limit=1)
        if not reference:
            raise Refused(self.env._(
                "QuickBooks has no %(type)s account for inventory items. Create one there and refresh the lists, or "
                "push stockable goods as non-inventory.", type=subtype or account_type))
        return reference.remote_id

    @api.model
    def _sent_fields(self, payload):
        """Override: a full update of an item whose stock QuickBooks keeps would mean an adjustment (QBO: Item)."""
        return [] if payload['Type'] == 'Inventory' else super()._sent_fields(payload)

    # === EXISTING ITEMS === #

    @api.model
    def _to_match(self, connection):
        return self.env['product.product'].search([
            ('sale_ok', '=', True), ('company_id', 'in', (False, connection.company_id.id))])

    @api.model
    def _entry(self, connection, record):
        return Entry(record.id, clean_name(record.with_context(display_default_code=False).display_name or '',
                                           NAME_LIMIT, empty=True), code=record.default_code or '')

    @api.model
    def _offered(self, connection):
        return super()._offered(connection) & Domain('type', '!=', 'Category')

    @api.model
    def _may_adopt(self, connection, record, data):
        """An item of the same name is ours unless it has another code or is a mere category."""
        other_code = data.get('Sku') and self._code(record) and data['Sku'] != self._code(record)
        return not other_code and data.get('Type') != 'Category' and super()._may_adopt(connection, record, data)

    @api.model
    def _suffix(self, record, found):
        return f"({self._code(record) or record.id})"

    @api.model
    def _code(self, record):
        """Return the code that tells records of one name apart."""
        return record.default_code

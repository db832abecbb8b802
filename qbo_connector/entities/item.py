"""Product variants -> Item; each variant is an item of its own with a readable, unique name."""

import json

from odoo import api, fields, models
from odoo.tools import escape_psql

from ..exceptions import Refused
from ..qbo import faults
from ..qbo.documents import ItemDoc
from ..qbo.names import clean_name, unique_name
from ..qbo.payloads.item import item_payload
from ..qbo.query import select

NAME_LIMIT = 100  # QBO: Item, Name


class QboItem(models.AbstractModel):
    """Pushes a product variant as a Service, NonInventory or Inventory item."""

    _name = 'qbo.entity.item'
    _inherit = 'qbo.entity'
    _description = "QuickBooks Item"

    _qbo_entity = 'Item'
    _qbo_model = 'product.product'
    _qbo_rank = 20
    _qbo_undo = 'none'

    @api.model
    def _wanted(self, connection, record):
        return connection.push_all_products and record.sale_ok

    @api.model
    def _missing(self, connection):
        products = self.env['product.product']
        if not connection.push_all_products:
            return products
        return self._unlinked(connection, products.search([
            ('sale_ok', '=', True), ('company_id', 'in', (False, connection.company_id.id))]))

    @api.model
    def _name_of(self, record):
        """Return the readable name that tells a record from its siblings, cleaned for QuickBooks."""
        return clean_name(record.with_context(display_default_code=False).display_name, NAME_LIMIT)

    @api.model
    def _content(self, connection, record, suffix):
        accounts = record.product_tmpl_id._get_product_accounts()
        kind = self._kind(connection, record)
        document = ItemDoc(
            name=unique_name(self._name_of(record), suffix, NAME_LIMIT), kind=kind,
            sku=record.default_code or '', description=record.description_sale or record.name or '',
            price=self._decimal(record.lst_price), purchase_description=record.description_purchase or '',
            cost=self._decimal(record.standard_price),
            income_account=self._account(connection, accounts['income']),
            **(self._inventory(connection, record, accounts) if kind == 'Inventory' else {}),
        )
        return item_payload(document), 0.0, 0.0

    @api.model
    def _kind(self, connection, record):
        """Return Intuit's item type; stockable goods only become Inventory where the connection says so."""
        if record.type != 'consu':
            return 'Service'
        storable = 'is_storable' in record and record.is_storable
        return 'Inventory' if storable and connection.stockable_as == 'inventory' else 'NonInventory'

    @api.model
    def _inventory(self, connection, record, accounts):
        """Return what QuickBooks wants of an item whose stock it keeps.

        It starts at no stock, and only once: on an update the date would mean an adjustment (QBO: Item, InvStartDate).
        """
        values = {
            'expense_account': self._stock_account(connection, accounts['expense'], 'Cost of Goods Sold'),
            'asset_account': self._stock_account(
                connection, accounts.get('stock_valuation'), 'Other Current Asset', 'Inventory'),
        }
        if not self.env['qbo.binding']._of_record(connection, record._name, record.id):
            values |= {'quantity_on_hand': self._decimal(0), 'start_date': fields.Date.context_today(record)}
        return values

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
            ('connection_id', '=', connection.id), ('kind', '=', 'account'), ('res_id', '=', account.id or -1),
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

    # === EXISTING ITEMS === #

    @api.model
    def _adoptable(self, connection, record):
        references = self.env['qbo.reference'].sudo()
        base = [('connection_id', '=', connection.id), ('entity', '=', 'Item'), ('active', '=', True),
                ('type', '!=', 'Category')]
        coded = record.default_code and references.search([*base, ('number', '=', record.default_code)])
        if coded and len(coded) == 1:
            return coded
        named = references.search([*base, ('name', '=ilike', escape_psql(self._name_of(record)))], limit=1)
        return named if not (named.number and record.default_code) else references

    @api.model
    def _recover(self, client, entry, binding, error):
        """A name that is taken: adopt the item if it is not another record's, else add the code or the id."""
        if not isinstance(error, faults.DuplicateName):
            return super()._recover(client, entry, binding, error)
        record = entry._record()
        found = self._find_remote(client, entry, json.loads(entry.payload))
        if found and not binding and self._is_ours(entry.connection_id, record, found[0]):
            binding._bind(entry, 'Item', found[0]['Id'], sync_token=found[0]['SyncToken'])
            return True
        suffix = f"({self._code(record) or record.id})"
        used = (entry.name_suffix, binding.name_suffix)
        entry.name_suffix = suffix if suffix not in used else f"({record.id})"
        return True

    @api.model
    def _is_ours(self, connection, record, data):
        """Tell whether an item of the same name may be adopted: free, usable, and not of another code."""
        other_code = data.get('Sku') and self._code(record) and data['Sku'] != self._code(record)
        return not other_code and data.get('Type') != 'Category' \
            and not self.env['qbo.binding']._is_taken(connection, 'Item', data['Id'])

    @api.model
    def _code(self, record):
        """Return the code that tells records of one name apart."""
        return record.default_code

    @api.model
    def _find_remote(self, client, entry, payload):
        return list(client.query(select('Item', {'Name': payload['Name']})).data.get('Item', []))

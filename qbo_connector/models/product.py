"""Hooks on products: edits of fields that QuickBooks shows enqueue the variants."""

from odoo import api, fields, models

from ..entities.named import LAST
from .qbo_syncable import READERS

TEMPLATE_FIELDS = {
    'name', 'type', 'list_price', 'description_sale', 'description_purchase', 'categ_id', 'default_code',
    'property_account_income_id', 'sale_ok', 'is_storable',
}
VARIANT_FIELDS = {'active', 'default_code', 'lst_price'}


class ProductTemplate(models.Model):
    """Products: what their variants share."""

    _inherit = 'product.template'

    qbo_entry_count = fields.Integer(related='product_variant_ids.qbo_entry_count', groups=READERS)
    qbo_state = fields.Selection(related='product_variant_ids.qbo_state', groups=READERS)

    def action_qbo_entries(self):
        """Open the queue entries of all variants."""
        self.ensure_one()
        self.check_access('read')
        self.env['qbo.queue.entry'].check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('qbo_connector.qbo_queue_entry_action')
        variants = self.product_variant_ids
        return action | {
            'domain': [('model', '=', variants._name), ('res_id', 'in', variants.ids)], 'context': {}}

    def action_qbo_check(self):
        """Say whether all variants can be sent."""
        return self.product_variant_ids.action_qbo_check()

    def action_qbo_preview(self):
        """Show the JSON that would be sent for all variants."""
        return self.product_variant_ids.action_qbo_preview()

    def write(self, vals):
        """Override to enqueue the variants whose shared fields were edited."""
        result = super().write(vals)
        if not TEMPLATE_FIELDS.isdisjoint(vals):
            self.product_variant_ids._qbo_enqueue()
        return result

    def unlink(self):
        """Override to enqueue the variants, which the database deletes along: they become inactive in QuickBooks."""
        self.with_context(active_test=False).product_variant_ids._qbo_enqueue(LAST)
        return super().unlink()


class ProductCategory(models.Model):
    """Product categories: the income account of their products."""

    _inherit = 'product.category'

    def write(self, vals):
        """Override to enqueue the products whose income account was changed with that of their category."""
        result = super().write(vals)
        if 'property_account_income_categ_id' in vals and self.env['qbo.connection']._connected():
            self.env['product.product'].sudo().search([('categ_id', 'in', self.ids)])._qbo_enqueue()
        return result


class ProductProduct(models.Model):
    """Product variants: each is an item of its own."""

    _name = 'product.product'
    _inherit = ['product.product', 'qbo.syncable']

    @api.model_create_multi
    def create(self, vals_list):
        """Override to enqueue new saleable products."""
        products = super().create(vals_list)
        products._qbo_enqueue()
        return products

    def write(self, vals):
        """Override to enqueue variants whose own fields were edited."""
        result = super().write(vals)
        if not VARIANT_FIELDS.isdisjoint(vals):
            self._qbo_enqueue()
        return result

    def unlink(self):
        """Override to enqueue what was deleted: it becomes inactive in QuickBooks."""
        self.exists()._qbo_enqueue(LAST)
        return super().unlink()

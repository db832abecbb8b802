"""Hooks on products: edits of fields that QuickBooks shows enqueue the variants."""

from odoo import api, models
from odoo.fields import Domain

from ..entities.named import LAST
from .qbo_queue_entry import STUCK_STATES

TEMPLATE_FIELDS = {
    'name', 'type', 'list_price', 'description_sale', 'description_purchase', 'categ_id', 'default_code',
    'property_account_income_id', 'sale_ok', 'is_storable',
}
# Badges of variants by how much they want to be seen: the product shows the first.
URGENCY = ('failed', 'unknown', 'blocked', 'changed_there', 'variance', 'changed', 'waiting', 'kept', 'synced',
           'inactive', 'voided', 'deleted', 'excluded', 'none')
BADGE = ('qbo_message', 'qbo_notice', 'qbo_differs', 'qbo_fixable', 'qbo_number', 'qbo_url', 'qbo_entry_id')
VARIANT_FIELDS = {'active', 'default_code', 'lst_price'}


class ProductTemplate(models.Model):
    """Products: what their variants share."""

    _name = 'product.template'
    _inherit = ['product.template', 'qbo.badge']

    @api.depends_context('company')
    @api.depends('product_variant_ids')
    def _compute_qbo_state(self):
        """Show the most urgent badge of the variants."""
        for template in self:
            variants = template._qbo_shown_records()
            first = min(variants, key=lambda variant: URGENCY.index(variant.qbo_state), default=variants)
            for name in BADGE:
                template[name] = first[name]
            template.qbo_state = first.qbo_state or 'none'
            template.qbo_entry_count = sum(variants.mapped('qbo_entry_count'))
            template.qbo_changed = any(variants.mapped('qbo_changed'))
            if len(variants) > 1:
                alike = variants.filtered(lambda variant, state=first.qbo_state: variant.qbo_state == state)
                template.qbo_message = self.env._(
                    "%(count)s of %(all)s variants. %(why)s", count=len(alike), all=len(variants),
                    why=first.qbo_message or '').strip()
                template.qbo_url = template.qbo_number = False  # each has its own

    @api.model
    def _search_qbo_state(self, operator, value):
        """Find products by the most urgent badge of their variants."""
        if operator != 'in':
            return NotImplemented

        def shown(states):
            return Domain('product_variant_ids', 'any', [('qbo_state', 'in', states)])

        hits = [shown([state]) & ~shown(URGENCY[:place]) if place else shown([state])
                for place, state in enumerate(URGENCY) if state in value]
        if 'none' in value:
            hits.append(Domain('product_variant_ids', '=', False))
        return Domain.OR(hits)

    @api.model
    def _search_qbo_changed(self, operator, value):
        """Find products with a variant of which QuickBooks holds an earlier version."""
        if operator != 'in':
            return NotImplemented
        changed = Domain('product_variant_ids', 'any', [('qbo_changed', '=', True)])
        return Domain.OR(changed if wanted else ~changed for wanted in value)

    def _qbo_shown_records(self):
        """Override: each variant is an item of its own."""
        return self.product_variant_ids or self.with_context(active_test=False).product_variant_ids

    def action_qbo_push(self):
        """Enqueue all variants, and say what becomes of them."""
        self.check_access('read')
        return self._qbo_shown_records().action_qbo_push()

    def action_qbo_fix(self):
        """Open what stops the first variant that is stopped."""
        self.ensure_one()
        self.check_access('read')
        return self.qbo_entry_id.action_fix()

    def action_qbo_retry(self):
        """Try the failed entries of the variants again."""
        self.ensure_one()
        self.check_access('read')
        return self._qbo_shown_records().qbo_entry_id.filtered(
            lambda entry: entry.state in STUCK_STATES).action_retry()

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

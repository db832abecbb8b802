"""Hook on companies: the income account of products that have none of their own, nor their category."""

from odoo import models


class ResCompany(models.Model):
    """Companies."""

    _inherit = 'res.company'

    def write(self, vals):
        """Override to enqueue the products that stand in QuickBooks when that account changes."""
        result = super().write(vals)
        if 'income_account_id' in vals and self.env['qbo.connection']._connected():
            links = self.env['qbo.binding'].sudo().search_fetch([
                ('model', '=', 'product.product'), ('company_id', 'in', self.ids)], ['res_id'])
            self.env['product.product'].sudo().browse(links.mapped('res_id')).exists()._qbo_enqueue()
        return result

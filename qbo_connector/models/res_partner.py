"""Hooks on contacts: edits of fields that QuickBooks shows enqueue the commercial partner."""

from odoo import api, models

PUSHED_FIELDS = {
    'name', 'is_company', 'company_name', 'email', 'phone', 'website', 'vat', 'comment', 'parent_id', 'type',
    'street', 'street2', 'city', 'zip', 'state_id', 'country_id',
}


class ResPartner(models.Model):
    """Contacts."""

    _name = 'res.partner'
    _inherit = ['res.partner', 'qbo.syncable']

    @api.model_create_multi
    def create(self, vals_list):
        """Override to enqueue new customers, and customers who got a new address."""
        partners = super().create(vals_list)
        partners.commercial_partner_id._qbo_enqueue()
        return partners

    def write(self, vals):
        """Override to enqueue customers whose pushed fields were edited."""
        result = super().write(vals)
        if not PUSHED_FIELDS.isdisjoint(vals):
            self.commercial_partner_id._qbo_enqueue()
        return result

"""A customer's other currencies: each is a customer of its own in QuickBooks."""

from odoo import api, fields, models

from .qbo_badge import READERS


class QboCustomerCurrency(models.Model):
    """A contact in a currency that is not its own in a QuickBooks company.

    QuickBooks fixes the currency of a customer for ever, so it is pushed as a second one, "Name (EUR)". Of one
    connection: what a contact's own currency is depends on the QuickBooks company. Made when a document needs it.
    """

    _name = 'qbo.customer.currency'
    _description = "QuickBooks Customer in Another Currency"
    _inherit = ['qbo.syncable']
    _order = 'partner_id, currency_id'

    connection_id = fields.Many2one('qbo.connection', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='connection_id.company_id', store=True, index=True)
    partner_id = fields.Many2one('res.partner', string="Contact", required=True, readonly=True, ondelete='cascade')
    currency_id = fields.Many2one('res.currency', required=True, readonly=True, ondelete='restrict')

    _unique = models.Constraint(
        'UNIQUE (partner_id, currency_id, connection_id)', "A contact is one customer in each currency.")

    @api.depends('partner_id.name', 'currency_id.name')
    def _compute_display_name(self):
        for customer in self:
            customer.display_name = f'{customer.partner_id.name} ({customer.currency_id.name})'


class ResPartner(models.Model):
    """Contacts."""

    _inherit = 'res.partner'

    qbo_currency_ids = fields.One2many(
        'qbo.customer.currency', 'partner_id', string="Other Currencies in QuickBooks", groups=READERS)

    def _qbo_companions(self):
        """Override to show the customers in other currencies."""
        return self.qbo_currency_ids

    def _qbo_enqueue(self, *args, **kwargs):
        """Override to let the customers in other currencies follow."""
        if self.env['qbo.connection']._connected():
            self.sudo().qbo_currency_ids._qbo_enqueue(*args, **kwargs)
        return super()._qbo_enqueue(*args, **kwargs)

"""Companies that are connected from the start, and a queue that is written at once."""

from odoo import api, fields, models


class ResCompany(models.Model):
    """Companies."""

    _inherit = 'res.company'

    @api.model_create_multi
    def create(self, vals_list):
        """Override to connect each new company."""
        companies = super().create(vals_list)
        companies._qbo_pretend_connection()
        return companies

    def _qbo_pretend_connection(self):
        """Connect these companies with realms that do not exist; branches are sent with their main company."""
        self.env['qbo.connection'].sudo().with_context(tracking_disable=True, mail_create_nolog=True).create([{
            'company_id': company.id, 'environment': 'sandbox', 'state': 'connected', 'realm_id': f'{company.id:016}',
            'client_id': "nobody", 'home_currency': company.currency_id.name, 'tax_regime': 'global',
            'using_sales_tax': True, 'custom_txn_numbers': True, 'multi_currency': True, 'sync_from': False,
            'push_all_customers': True, 'push_all_products': True, 'live_at': fields.Datetime.now(),
        } for company in self if not company.parent_id])


class QboQueueEntry(models.Model):
    """The queue."""

    _inherit = 'qbo.queue.entry'

    @api.model
    def _collect(self, *args, **kwargs):
        """Override to insert the rows at once: a test never commits, so it would never see them written."""
        super()._collect(*args, **kwargs)
        self.sudo()._insert_collected()

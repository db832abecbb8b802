"""Hooks on contacts: edits of fields that QuickBooks shows enqueue the commercial partner."""

from odoo import api, fields, models

from ..entities.named import LAST
from .qbo_excludable import ACCOUNTANTS

PUSHED_FIELDS = {
    'active', 'name', 'is_company', 'company_name', 'email', 'phone', 'website', 'vat', 'comment', 'parent_id', 'type',
    'street', 'street2', 'city', 'zip', 'state_id', 'country_id', 'qbo_sales_tax',
}
AFTER_DOCUMENTS = LAST  # of a customer whose documents have to go over to another first

TAXED = '0'
SALES_TAX = [  # the exemptions by QuickBooks' TaxExemptionReasonId (QBO: Customer)
    (TAXED, "Taxed"),
    ('1', "Exempt: federal government"),
    ('2', "Exempt: state government"),
    ('3', "Exempt: local government"),
    ('4', "Exempt: tribal government"),
    ('5', "Exempt: charitable organization"),
    ('6', "Exempt: religious organization"),
    ('7', "Exempt: educational organization"),
    ('8', "Exempt: hospital"),
    ('9', "Exempt: resale"),
    ('10', "Exempt: direct pay permit"),
    ('11', "Exempt: multiple points of use"),
    ('12', "Exempt: direct mail"),
    ('13', "Exempt: agricultural production"),
    ('14', "Exempt: industrial production or manufacturing"),
    ('15', "Exempt: foreign diplomat"),
]


class ResPartner(models.Model):
    """Contacts."""

    _name = 'res.partner'
    _inherit = ['res.partner', 'qbo.syncable']

    qbo_sales_tax = fields.Selection(
        SALES_TAX, string="Sales Tax in QuickBooks", groups=ACCOUNTANTS, copy=False,
        help="Of customers of US companies: whether QuickBooks taxes them, and if not, why. Empty: as it is there.")
    qbo_in_us = fields.Boolean(
        compute='_compute_qbo_in_us', compute_sudo=True, groups='qbo_connector.group_qbo_user',
        help="The current company is connected with a US company.")

    @api.depends_context('company')
    def _compute_qbo_in_us(self):
        connections = self.env['qbo.connection'].browse(
            connection_id for connection_id, company_id in self.env['qbo.connection']._connected()
            if company_id == self.env.company.id)
        self.qbo_in_us = 'us' in connections.mapped('tax_regime')

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

    def unlink(self):
        """Override to enqueue what was deleted, which becomes inactive in QuickBooks, and whose address it was."""
        self._qbo_enqueue(LAST)
        self.sudo().qbo_currency_ids._qbo_enqueue(LAST)
        others = self.commercial_partner_id - self
        result = super().unlink()
        others.exists()._qbo_enqueue()
        return result

    def _qbo_pushed(self):
        """Override: an address goes with its customer."""
        return self.commercial_partner_id

    def _qbo_is_exempt(self):
        """Tell whether QuickBooks is told to tax nothing that is sold to the contact."""
        return bool(self.qbo_sales_tax) and self.qbo_sales_tax != TAXED

    # === MERGING === #

    def _qbo_pushed_documents(self):
        """Return the documents and payments of these contacts that QuickBooks has, or is about to get."""
        connected = self.env['qbo.connection']._connected()
        if not connected:
            return []
        connections = self.env['qbo.connection'].sudo().browse(connection for connection, _company in connected)
        entries, found = self.env['qbo.queue.entry'], []
        for model, field in (
                ('account.move', 'commercial_partner_id'), ('account.payment', 'partner_id.commercial_partner_id')):
            records = self.env[model].sudo().search([(field, 'in', self.ids)])
            known = {res_id for _connection, res_id in entries._known(connections, records)} if records else ()
            found.append(records.filtered(lambda record, known=known: record.id in known))
        return found

    def _qbo_merge_into(self, partner):
        """Give the links of a contact to the one it is merged into; a second customer there is made inactive."""
        self.ensure_one()
        Binding, notes = self.env['qbo.binding'].sudo(), []
        for link in Binding.search([('model', '=', self._name), ('res_id', '=', self.id)]):
            if link.remote_change_kind == 'merged':  # as somebody did in QuickBooks before
                link.write({'active': False, 'remote_change_state': False})
                continue
            if not Binding._of_record(link.connection_id, self._name, partner.id, link.entity):
                link.write({'res_id': partner.id, 'record_name': partner.display_name})
                partner._qbo_enqueue()
                continue
            self._qbo_enqueue(AFTER_DOCUMENTS)
            notes.append(self.env._(
                "%(name)s is merged into this contact. QuickBooks keeps the two customers apart: documents of "
                "%(name)s (Id %(remote)s there) go over to this contact's customer, and once its balance is 0, that "
                "customer is made inactive.", name=self.display_name, remote=link.remote_id))
        for note in notes:
            partner._message_log(body=note)

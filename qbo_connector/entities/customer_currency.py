"""Contacts in a further currency -> Customer "Name (EUR)"."""

from dataclasses import replace

from odoo import api, models

from ..qbo.names import unique_name
from .customer import NAME_LIMIT


class QboCustomerCurrency(models.AbstractModel):
    """Pushes a contact once more, under a name and with a currency of its own."""

    _name = 'qbo.entity.customer_currency'
    _inherit = 'qbo.entity.customer'
    _description = "Customer in Another Currency"

    _qbo_model = 'qbo.customer.currency'
    _qbo_partner = 'partner_id'
    _qbo_on_demand = True
    _qbo_matched = False

    @api.model
    def _handles(self, record):
        return super()._handles(record.partner_id)

    @api.model
    def _companies(self, record):
        return record.company_id

    @api.model
    def _wanted(self, connection, record):
        return False

    @api.model
    def _missing(self, connection):
        return self.env['qbo.customer.currency']  # only when a document needs one

    @api.model
    def _partner(self, record):
        return record.partner_id

    @api.model
    def _currency(self, connection, record):
        return record.currency_id.name

    @api.model
    def _named(self, connection, record, suffix):
        """Return the name with the currency at its end; a suffix that tells the contact from a namesake stays."""
        plain = self.env['qbo.binding']._of_record(connection, 'res.partner', record.partner_id.id, 'Customer')
        name = super()._named(connection, record, suffix or plain.name_suffix or '')
        return unique_name(name, f'({record.currency_id.name})', NAME_LIMIT)

    @api.model
    def _entry(self, connection, record):
        entry = super()._entry(connection, record.partner_id)
        return replace(entry, key=record.id, name=record.display_name, currency=record.currency_id.name)

    @api.model
    def _adoptable(self, connection, record):
        """Return the customer of that name, or of the contact's e-mail, if it has the currency."""
        found = super()._adoptable(connection, record)
        return found.filtered(lambda reference: reference.currency == record.currency_id.name)

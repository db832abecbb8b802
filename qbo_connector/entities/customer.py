"""Contacts -> Customer. The customer of a document is its commercial partner."""

from dataclasses import replace

from odoo import api, models
from odoo.tools import html2plaintext

from ..qbo.customer_gaps import customer_gaps
from ..qbo.documents import Address, CustomerDoc
from ..qbo.names import clean_name, split_person_name, unique_name
from ..qbo.pairing import Entry
from ..qbo.payloads import PayloadError
from ..qbo.payloads.customer import customer_payload

NAME_LIMIT = 100  # DisplayName takes 500, QuickBooks' own screens 100 (QBO: Customer)


class QboCustomer(models.AbstractModel):
    """Pushes a commercial partner as a Customer; companies and persons differ in their names only."""

    _name = 'qbo.entity.customer'
    _inherit = 'qbo.entity.named'
    _description = "Customer"

    _qbo_entity = 'Customer'
    _qbo_model = 'res.partner'
    _qbo_rank = 10
    _qbo_matched = True
    _qbo_partner = 'id'
    _qbo_name_field = 'DisplayName'
    _qbo_clearable = (
        'CompanyName', 'GivenName', 'FamilyName', 'PrimaryEmailAddr', 'PrimaryPhone', 'WebAddr', 'BillAddr', 'ShipAddr',
        'ResaleNum', 'PrimaryTaxIdentifier', 'Notes')

    @api.model
    def _handles(self, record):
        return record == record.commercial_partner_id

    @api.model
    def _wanted(self, connection, record):
        return connection.push_all_customers and record.customer_rank > 0

    @api.model
    def _missing(self, connection):
        if not connection.push_all_customers:
            return self.env['res.partner']
        return self._unlinked(connection, self._to_match(connection))

    @api.model
    def _partner(self, record):
        """Return the contact that a record pushes as a customer."""
        return record

    @api.model
    def _excluders(self, record):
        return [self._partner(record)]

    @api.model
    def _in_use(self, record):
        return super()._in_use(self._partner(record))

    @api.model
    def _currency(self, connection, record):
        """Return the ISO code of the customer's currency, which QuickBooks never changes."""
        return self._own_currency(connection, record)

    @api.model
    def _named(self, connection, record, suffix):
        """Return the DisplayName.

        :raise ValueError: nothing of the name is left that QuickBooks accepts
        """
        return unique_name(clean_name(self._partner(record).name or '', NAME_LIMIT), suffix, NAME_LIMIT)

    @api.model
    def _content(self, connection, record, suffix, ids):
        partner = self._partner(record)
        try:
            name, display_name = clean_name(partner.name or '', NAME_LIMIT), self._named(connection, record, suffix)
        except ValueError:
            raise PayloadError(self.env._(
                "This contact has no name that QuickBooks can show. Give it a name with letters or digits."),
                'name') from None
        return customer_payload(self._document(connection, record, name, display_name)), 0.0, 0.0

    @api.model
    def _document(self, connection, record, name, display_name):
        """Return a record as a :class:`~..qbo.documents.CustomerDoc`."""
        partner = self._partner(record)
        given, family = ('', '') if partner.is_company else split_person_name(name)
        addresses = partner.address_get(['invoice', 'delivery'])
        return CustomerDoc(
            display_name=display_name,
            company_name=name if partner.is_company else clean_name(partner.company_name or '', NAME_LIMIT, empty=True),
            given_name=given, family_name=family,
            email=partner.email_normalized or '', phone=partner.phone or '', website=partner.website or '',
            billing=self._address(partner.browse(addresses['invoice'])),
            shipping=self._address(partner.browse(addresses['delivery'])),
            currency=self._currency(connection, record) if connection.multi_currency else None,
            resale_number=(partner.vat or '') if connection.tax_regime == 'us' else '',
            tax_identifier=(partner.vat or '') if connection.tax_regime != 'us' else '',
            notes=self._plain(partner.comment), **self._sales_tax(connection, partner),
        )

    @api.model
    def _gaps(self, connection, partner):
        """Return what QuickBooks would miss, change or refuse of a contact (:class:`~..qbo.customer_gaps.Gap`)."""
        document = self._document(connection, partner, partner.name or '', partner.name or '')
        return customer_gaps(replace(document, email=partner.email or ''), bool(connection.partner_tax))

    @api.model
    def _sales_tax(self, connection, partner):
        """Return whether a customer is taxed, and if not why, where somebody said so in Odoo."""
        if connection.tax_regime != 'us' or not partner.qbo_sales_tax:
            return {}
        return {'taxable': not partner._qbo_is_exempt(), 'exemption': int(partner.qbo_sales_tax) or None}

    @api.model
    def _address(self, partner, company_name=''):
        """Return a partner's postal address, empty ones as None.

        :param str company_name: a first line above the street
        """
        return self._once(('address', partner.id, company_name), lambda: self._address_of(partner, company_name))

    @api.model
    def _address_of(self, partner, company_name):
        """Work an address out, see :meth:`_address`."""
        lines = tuple(filter(None, (company_name, partner.street, partner.street2)))
        if not (lines or partner.city or partner.zip or partner.country_id):
            return None
        return Address(
            lines=lines, city=partner.city or '', state=partner.state_id.code or partner.state_id.name or '',
            postal_code=partner.zip or '', country=partner.country_id.name or '')

    @api.model
    def _plain(self, html):
        """Return the text of an HTML field."""
        return html2plaintext(html) if html else ''

    # === EXISTING CUSTOMERS === #

    @api.model
    def _to_match(self, connection):
        return self.env['res.partner'].search([
            ('parent_id', '=', False), ('customer_rank', '>', 0),
            ('company_id', 'in', (False, connection.company_id.id))]).filtered(self._handles)

    @api.model
    def _entry(self, connection, record):
        return Entry(record.id, (record.name or '').strip(), email=record.email_normalized or '',
                     currency=connection.home_currency or '')

    @api.model
    def _may_adopt(self, connection, record, data):
        """A customer of the same name in another currency is another one."""
        theirs = (data.get('CurrencyRef') or {}).get('value')
        same = not connection.multi_currency or theirs in (None, self._currency(connection, record))
        return same and super()._may_adopt(connection, record, data)

    @api.model
    def _suffix(self, record, found):
        """Names are unique over customers, vendors and employees (QBO: Customer, DisplayName)."""
        partner = self._partner(record)
        return f"({partner.ref or partner.city or partner.id})" if found else self.env._("(Customer)")

"""What handlers know for the cure of a refusal: which field of Odoo is meant, and what stands in the way there."""

import json

from odoo import api, models

from ..qbo import cures, faults
from ..qbo.names import unique_name
from ..qbo.numbers import short_number
from ..qbo.query import select
from .item import NAME_LIMIT as ITEM_NAME_LIMIT
from .others import PAYMENTS

NAMESAKES = ('Vendor', 'Employee')  # share their names with customers (QBO: "Customer", DisplayName)


class QboEntity(models.AbstractModel):
    """The part of the handlers that explains refusals and helps to mend them."""

    _inherit = 'qbo.entity'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    _qbo_fields = {}  # what QuickBooks calls a field in a fault -> the field of the record
    _qbo_amount = None  # the field with the amount of its records in their currency

    @api.model
    def _field_of(self, entry, error):
        """Return the field of the record that QuickBooks complains of, or False.

        QuickBooks names it by property ("DocNumber"), path ("PrimaryEmailAddr.Address") or label ("Customer Memo").
        """
        names = [name.replace(' ', '') for name in (error.element or '').split('.')]
        found = next((self._qbo_fields[name] for name in (*names, ''.join(names)) if name in self._qbo_fields), False)
        return found if found and entry.model in self.env and found in self.env[entry.model]._fields else False

    @api.model
    def _in_plain_words(self, entry, error):
        """Return a refusal as its cause and cure, with QuickBooks' own words behind it."""
        cure = cures.cure_of(error.code, type(error).__name__)
        words = ": ".join(filter(None, (error.message, error.detail)))
        name = self._field_of(entry, error)
        label = name and self.env[entry.model]._fields[name]._description_string(self.env)
        if cure.by_text:
            return f'{label}: {words}' if label else words
        cause = f'{label}: {self.env._(cure.cause)}' if label else self.env._(cure.cause)
        return self.env._("%(cause)s (QuickBooks: %(words)s)", cause=cause, words=error.detail or error.message)

    @api.model
    def _sent(self, entry):
        """Return the object as it was sent."""
        return json.loads(entry.sudo().payload or '{}')

    # === WHAT HAS THE NAME OR NUMBER === #

    @api.model
    def _holder(self, client, entry):
        """Return what has the name or number that a record was refused for: (entity, object), or None."""
        return None

    @api.model
    def _with_suffix(self, entry, suffix):
        """Return what the record would be called in QuickBooks with a suffix.

        :raise ValueError: nothing of the name would be left
        """
        return f'{entry.record_name}{suffix}'

    @api.model
    def _why_not_link(self, entry, entity, data):
        """Return why a record cannot be linked with an object that is there, or ''."""
        connection, Binding = entry.connection_id, self.env['qbo.binding']
        if entity != self._qbo_entity:
            return self.env._("It is of another kind (%(kind)s).", kind=entity)
        if Binding._of_record(connection, entry.model, entry.res_id):
            return self.env._("%(record)s is linked with another one already.", record=entry.record_name)
        if Binding._is_taken(connection, entity, data['Id']):
            return self.env._("It is linked with another record of Odoo.")
        return ''

    # === PAYMENTS OF OTHERS === #

    @api.model
    def _strange_payments(self, client, entry, binding):
        """Return the payments that somebody made in QuickBooks for a document: a list of (entity, object)."""
        remote = client.read(self._qbo_entity, binding.remote_id).data
        linked = [(link['TxnType'], link['TxnId']) for link in remote.get('LinkedTxn') or ()
                  if link.get('TxnType') in PAYMENTS]
        ours = binding.search([('connection_id', '=', entry.connection_id.id), ('entity', 'in', PAYMENTS),
                               ('remote_id', 'in', [txn_id for _entity, txn_id in linked])]).mapped('remote_id')
        return [(entity, client.read(entity, txn_id).data) for entity, txn_id in linked if txn_id not in ours]

    @api.model
    def _lines_without(self, binding, payment):
        """Return the lines of a payment but for those that apply it to a document; the rest as it stands there."""
        return [
            {'Amount': line['Amount'], 'LinkedTxn': line['LinkedTxn']} for line in payment.get('Line') or ()
            if all((link['TxnType'], link['TxnId']) != (self._qbo_entity, binding.remote_id)
                   for link in line['LinkedTxn'])]


class QboNamed(models.AbstractModel):
    """What is known by its name."""

    _inherit = 'qbo.entity.named'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    _qbo_namesakes = ()  # other lists that share their names with it

    @api.model
    def _holder(self, client, entry):
        name = self._sent(entry).get(self._qbo_name_field)
        for entity in (self._qbo_entity, *self._qbo_namesakes) if name else ():
            field = 'DisplayName' if entity in NAMESAKES else self._qbo_name_field
            found = client.query(select(entity, {field: name})).data.get(entity)
            if found:
                return entity, found[0]
        return None

    @api.model
    def _with_suffix(self, entry, suffix):
        record = entry._record()
        return self._called(entry.connection_id, record, suffix) if record else super()._with_suffix(entry, suffix)

    @api.model
    def _called(self, connection, record, suffix):
        """Return the name of a record with a suffix."""
        return f'{record.display_name} {suffix}'

    @api.model
    def _why_not_link(self, entry, entity, data):
        reason = super()._why_not_link(entry, entity, data)
        if not reason and not self._may_adopt(entry.connection_id, entry._record(), data):
            return self.env._("It has another currency or code.")
        return reason


class QboCustomer(models.AbstractModel):
    """Customers."""

    _inherit = 'qbo.entity.customer'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    _qbo_namesakes = NAMESAKES
    _qbo_fields = {
        'DisplayName': 'name', 'CompanyName': 'name', 'GivenName': 'name', 'FamilyName': 'name', 'Name': 'name',
        'PrimaryEmailAddr': 'email', 'Address': 'email', 'PrimaryPhone': 'phone', 'FreeFormNumber': 'phone',
        'WebAddr': 'website', 'URI': 'website', 'BillAddr': 'street', 'ShipAddr': 'street', 'Line1': 'street',
        'City': 'city', 'PostalCode': 'zip', 'ResaleNum': 'vat', 'PrimaryTaxIdentifier': 'vat', 'Notes': 'comment',
    }

    @api.model
    def _called(self, connection, record, suffix):
        return self._named(connection, record, suffix)


class QboItem(models.AbstractModel):
    """Items."""

    _inherit = 'qbo.entity.item'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    _qbo_fields = {
        'Name': 'name', 'Sku': 'default_code', 'Description': 'description_sale', 'UnitPrice': 'lst_price',
        'PurchaseDesc': 'description_purchase', 'PurchaseCost': 'standard_price', 'Type': 'type',
        'InvStartDate': 'type',
    }

    @api.model
    def _called(self, connection, record, suffix):
        return unique_name(self._name_of(record), suffix, ITEM_NAME_LIMIT)


class QboSalesDocument(models.AbstractModel):
    """Invoices and credit notes."""

    _inherit = 'qbo.entity.sales_document'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    _qbo_amount = 'amount_total'
    _qbo_fields = {
        'DocNumber': 'name', 'TxnDate': 'invoice_date', 'DueDate': 'invoice_date_due', 'CustomerMemo': 'narration',
        'PrivateNote': 'ref', 'BillEmail': 'partner_id', 'CustomerRef': 'partner_id', 'BillAddr': 'partner_id',
        'ShipAddr': 'partner_shipping_id', 'Line': 'invoice_line_ids', 'Description': 'invoice_line_ids',
        'Amount': 'invoice_line_ids', 'UnitPrice': 'invoice_line_ids', 'Qty': 'invoice_line_ids',
        'SalesTermRef': 'invoice_payment_term_id', 'CurrencyRef': 'currency_id',
    }

    @api.model
    def _holder(self, client, entry):
        fault = faults.DuplicateDocNumber('', detail=entry.fault_detail or '')
        if not (fault.txn_id and fault.txn_type):
            return None
        return fault.txn_type, client.read(fault.txn_type, fault.txn_id).data

    @api.model
    def _with_suffix(self, entry, suffix):
        return short_number(f'{entry._record().name or entry.record_name}{suffix}')

    @api.model
    def _why_not_link(self, entry, entity, data):
        reason = super()._why_not_link(entry, entity, data)
        if reason:
            return reason
        payer = self._sent(entry).get('CustomerRef') or {}
        if (data.get('CustomerRef') or {}).get('value') != payer.get('value'):
            return self.env._("It belongs to another customer.")
        return ''


class QboPayment(models.AbstractModel):
    """Payments."""

    _inherit = 'qbo.entity.payment'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    _qbo_amount = 'amount'
    _qbo_fields = {
        'PaymentRefNum': 'memo', 'TxnDate': 'date', 'TotalAmt': 'amount', 'CustomerRef': 'partner_id',
        'DepositToAccountRef': 'journal_id', 'PaymentMethodRef': 'payment_method_line_id', 'PrivateNote': 'memo',
    }

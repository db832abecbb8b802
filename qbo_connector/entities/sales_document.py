"""What invoices and credit notes have in common."""

import json

from odoo import api, models
from odoo.tools import float_is_zero

from ..exceptions import Refused
from ..qbo import currencies, faults
from ..qbo.documents import SalesDoc
from ..qbo.marker import has_any_marker, note_with_marker
from ..qbo.payloads import PayloadError
from ..qbo.payloads.sales import sales_payload
from ..qbo.query import select
from .qbo_entity import GONE, KEEP, PRESENT

# Read at once for a batch: a document has a hundred fields, and a line sixty.
MOVE_FIELDS = (
    'move_type', 'state', 'name', 'ref', 'narration', 'invoice_date', 'invoice_date_due', 'invoice_payment_term_id',
    'company_id', 'journal_id', 'commercial_partner_id', 'partner_id', 'partner_shipping_id', 'currency_id',
    'amount_tax', 'amount_total', 'amount_total_signed', 'invoice_currency_rate', 'line_ids', 'qbo_excluded',
)
LINE_FIELDS = (
    'move_id', 'display_type', 'sequence', 'name', 'product_id', 'product_uom_id', 'account_id', 'quantity',
    'price_unit', 'discount', 'amount_currency', 'tax_ids', 'tax_repartition_line_id', 'analytic_distribution',
)
PARTNER_FIELDS = (
    'name', 'email_normalized', 'street', 'street2', 'city', 'zip', 'state_id', 'country_id', 'qbo_excluded')


class QboSalesDocument(models.AbstractModel):
    """Base of the handlers of customer documents; one concrete handler per QuickBooks entity."""

    _name = 'qbo.entity.sales_document'
    _inherit = 'qbo.entity'
    _description = "QuickBooks Sales Document"

    _qbo_model = 'account.move'
    _qbo_rank = 30
    _qbo_date = 'invoice_date'
    _qbo_move_types = ()

    @api.model
    def _handles(self, record):
        return record.move_type in self._qbo_move_types

    @api.model
    def _prefetch(self, records):
        records.fetch(MOVE_FIELDS)
        records.line_ids.fetch(LINE_FIELDS)
        (records.partner_id | records.commercial_partner_id | records.partner_shipping_id).fetch(PARTNER_FIELDS)
        records.company_id.fetch(['account_price_include'])  # what taxes ask of it

    @api.model
    def _excluders(self, record):
        return [*super()._excluders(record), record.journal_id, record.commercial_partner_id]

    @api.model
    def _intent(self, connection, record):
        intent = super()._intent(connection, record)
        if intent[0] != PRESENT:
            return intent
        if record.state == 'cancel':
            return GONE, self.env._("Cancelled before it reached QuickBooks.")
        if record.state != 'posted':
            return KEEP, self.env._("Only posted documents are pushed.")
        if connection.sync_from and record.invoice_date < connection.sync_from:
            return KEEP, self.env._("Dated before %(date)s, from which documents are pushed.",
                                    date=connection.sync_from)
        return PRESENT, ''

    @api.model
    def _missing(self, connection):
        domain = [
            ('move_type', 'in', self._qbo_move_types), ('state', '=', 'posted'),
            ('company_id', '=', connection.company_id.id),
        ]
        if connection.sync_from:
            domain.append(('invoice_date', '>=', connection.sync_from))
        return self._unlinked(connection, self.env['account.move'].search(domain, order='invoice_date, id'))

    @api.model
    def _references(self, connection, record):
        return [('Customer', self._customer(connection, record)), *self._items(connection, record)]

    @api.model
    def _content(self, connection, record, suffix, ids):
        lines = self._lines(record)
        customer = self.env['qbo.entity.customer']
        company_name = record.commercial_partner_id.name if connection.print_company_name else ''
        document = SalesDoc(
            kind=self._qbo_entity, number=self._number(connection, record),
            date=record.invoice_date, due_date=record.invoice_date_due,
            term=self._term(connection, record), customer=ids[self._customer(connection, record)],
            digits=min(record.currency_id.decimal_places, currencies.DECIMALS),
            **self._currency_facts(connection, record.currency_id, record),
            lines=tuple(self._line(connection, line, ids) for line in lines),
            **self._document_taxes(connection, record, lines), **self._document_classes(connection, record),
            memo=customer._plain(record.narration), private_note=self._private_note(connection, record),
            billing=customer._address(record.partner_id, company_name),
            shipping=customer._address(record.partner_shipping_id or record.partner_id, company_name),
            email=record.partner_id.email_normalized or '',
        )
        try:
            return sales_payload(document), record.amount_total, record.amount_tax
        except PayloadError as error:
            if error.field != 'DocNumber':
                raise
            raise Refused(self.env._(
                "%(cause)s Reset it to draft, give it a shorter number and post it again.", cause=error),
                'name') from error

    @api.model
    def _check(self, connection, record):
        """Refuse what QuickBooks could not book to the cent.

        :raise Refused: with cause and cure
        """
        currency, nets = record.currency_id, self._nets(record).values()
        self._check_currency(connection, currency, [*nets, record.amount_tax, record.amount_total])
        if not record.commercial_partner_id:
            raise Refused(self.env._("This document has no customer. Set one, then retry."), 'partner_id')
        net = sum(nets)
        if currency.compare_amounts(net + record.amount_tax, record.amount_total):
            raise Refused(self.env._(
                "The lines and the tax of this document add up to %(sum).2f, its total is %(total).2f; it has lines "
                "that QuickBooks cannot show.", sum=net + record.amount_tax, total=record.amount_total))
        if connection.tax_regime == 'none' and record.amount_tax:
            raise Refused(self.env._(
                "This document has tax, and sales tax is switched off in the QuickBooks company. Switch it on there, "
                "then use Test Connection and retry."))

    # === HEADER === #

    @api.model
    def _customer(self, connection, record):
        """Return the record that stands for the customer in the currency of the document."""
        return self._customer_in(connection, record.commercial_partner_id, record.currency_id)

    @api.model
    def _number(self, connection, record):
        """Return the number under which QuickBooks shows the document."""
        return record.name

    @api.model
    def _term(self, connection, record):
        """Return the remote Id of the payment term; unmapped ones are left out, the due date says it all."""
        term = record.invoice_payment_term_id
        target = term and self.env['qbo.mapping']._target(connection, 'term', term, required=False)
        return target.remote_id if target else None

    @api.model
    def _private_note(self, connection, record):
        """Return the note the customer does not see: the reference, what QuickBooks cannot show, and our mark."""
        texts = filter(None, (record.ref, *self._split_notes(connection, record)))
        return note_with_marker('\n'.join(texts), self._marker(record._name, record.id))

    # === EXISTING DOCUMENTS === #

    @api.model
    def _find_remote(self, client, entry, payload):
        """Of the documents of that number, those with our mark; else those of that customer and total with no mark."""
        found = client.query(select(self._qbo_entity, {'DocNumber': payload['DocNumber']}))
        candidates = found.data.get(self._qbo_entity, [])
        return self._marked(candidates, entry) or [
            data for data in candidates
            if not has_any_marker(data.get('PrivateNote') or '')
            and data['CustomerRef']['value'] == payload['CustomerRef']['value']
            and float_is_zero(float(data['TotalAmt']) - entry.expected_total, precision_digits=4)]

    @api.model
    def _recover(self, client, entry, binding, error):
        """A number that is taken: the document is ours if it carries our mark."""
        if isinstance(error, faults.DuplicateDocNumber) and not binding:
            found = self._find_remote(client, entry, json.loads(entry.payload))
            if len(found) == 1:
                binding._bind(entry, self._qbo_entity, found[0]['Id'], sync_token=found[0]['SyncToken'])
                return True
        return super()._recover(client, entry, binding, error)

    @api.model
    def _explain(self, entry, error):
        if isinstance(error, faults.DuplicateDocNumber):
            return self.env._(
                "QuickBooks already has a document number %(number)s that did not come from here. Renumber it there, "
                "or renumber this one, then retry. (%(detail)s)", number=entry.record_name, detail=error.detail)
        return super()._explain(entry, error)

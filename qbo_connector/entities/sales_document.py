"""What invoices and credit notes have in common."""

from odoo import api, models
from odoo.fields import Domain

from ..exceptions import Refused
from ..qbo.documents import SalesDoc
from ..qbo.marker import note_with_marker
from ..qbo.payloads.sales import sales_payload
from .qbo_entity import GONE, KEEP, PRESENT

# Read at once for a batch: a document has a hundred fields.
MOVE_FIELDS = (
    'move_type', 'state', 'name', 'ref', 'narration', 'date', 'journal_id', 'invoice_date', 'invoice_date_due',
    'invoice_payment_term_id', 'company_id', 'commercial_partner_id', 'partner_id', 'partner_shipping_id',
    'currency_id', 'amount_tax', 'amount_total', 'amount_total_signed', 'invoice_currency_rate', 'qbo_excluded',
)
UNDONE = 45  # the rank of what goes: after the payments
PARTNER_FIELDS = (
    'name', 'commercial_partner_id', 'email_normalized', 'street', 'street2', 'city', 'zip', 'state_id', 'country_id',
    'qbo_excluded', 'qbo_sales_tax')


class QboSalesDocument(models.AbstractModel):
    """Base of the handlers of customer documents; one concrete handler per QuickBooks entity."""

    _name = 'qbo.entity.sales_document'
    _inherit = 'qbo.entity'
    _description = "Sales Document"

    _qbo_model = 'account.move'
    _qbo_rank = 30
    _qbo_in_currency = True
    _qbo_payable = True
    _qbo_cutover = 'number'
    _qbo_date = 'invoice_date'
    _qbo_partner = 'commercial_partner_id'
    _qbo_journal = 'journal_id'
    _qbo_move_types = ()
    _qbo_clearable = ('SalesTermRef', 'CustomerMemo', 'BillAddr', 'ShipAddr', 'BillEmail', 'ClassRef', 'DepartmentRef')

    @api.model
    def _handles(self, record):
        return record.move_type in self._qbo_move_types

    @api.model
    def _prefetch(self, records):
        records.fetch(MOVE_FIELDS)
        (records.partner_id | records.commercial_partner_id | records.partner_shipping_id).fetch(PARTNER_FIELDS)
        records.company_id.fetch(['account_price_include'])  # what taxes ask of it

    @api.model
    def _excluders(self, record):
        return [*super()._excluders(record), record.journal_id, record.commercial_partner_id]

    @api.model
    def _rank(self, record):
        """What is undone waits for its payments, which keep QuickBooks from voiding or deleting it."""
        return super()._rank(record) if record.state == 'posted' else UNDONE

    @api.model
    def _locks(self, record):
        return record.company_id._get_violated_lock_dates(record.date, bool(record.amount_tax), record.journal_id)

    @api.model
    def _undo(self, connection, record):
        """Return what the connection's policies want; where the API cannot void, it is deleted."""
        policy = connection.on_draft if record and record.state == 'draft' else connection.on_cancel
        return 'delete' if policy == 'delete' else super()._undo(connection, record)

    @api.model
    def _intent_deleted(self, connection):
        if connection.on_cancel == 'leave':
            return KEEP, self.env._("Deleted in Odoo; this connection leaves such documents in QuickBooks.")
        return super()._intent_deleted(connection)

    @api.model
    def _intent(self, connection, record):
        intent = super()._intent(connection, record)
        if intent[0] != PRESENT:
            return intent
        if record.state == 'cancel' and connection.on_cancel == 'leave':
            return KEEP, self.env._("Cancelled in Odoo; this connection leaves such documents in QuickBooks.")
        if record.state == 'cancel':
            return GONE, self.env._("Cancelled before it reached QuickBooks.")
        if record.state != 'posted':
            intent = GONE if connection.on_draft in ('void', 'delete') else KEEP
            return intent, self.env._("Only posted documents are pushed.")
        if connection.sync_from and record.invoice_date < connection.sync_from and not (
                self._backfilled(connection, record)):
            return KEEP, self.env._("Dated before %(date)s, from which documents are pushed.",
                                    date=connection.sync_from)
        if reason := self._closed_out(connection, record):
            return KEEP, reason
        return PRESENT, ''

    @api.model
    def _booked_domain(self, connection):
        return Domain('move_type', 'in', self._qbo_move_types) & Domain('state', '=', 'posted') & Domain(
            'company_id', '=', connection.company_id.id)

    @api.model
    def _missing(self, connection):
        return self._unlinked(connection, self._booked(connection, connection.sync_from))

    @api.model
    def _references(self, connection, record):
        return [('Customer', self._customer(connection, record)),
                *(('Item', records) for records in self._items(connection, record))]

    @api.model
    def _content(self, connection, record, suffix, ids):
        lines = self._lines(record)
        customer = self.env['qbo.entity.customer']
        company_name = record.commercial_partner_id.name if connection.print_company_name else ''
        document = SalesDoc(
            kind=self._qbo_entity, number=self._number(connection, record, suffix),
            date=record.invoice_date, due_date=record.invoice_date_due,
            term=self._term(connection, record), customer=ids[self._customer(connection, record)],
            digits=self._digits(record),
            **self._currency_facts(connection, record.currency_id, record),
            lines=tuple(self._line(connection, line, ids) for line in lines),
            **self._document_taxes(connection, record, lines), **self._document_classes(connection, record),
            memo=self._headed(connection, record, customer._plain(record.narration)),
            private_note=self._private_note(connection, record),
            billing=customer._address(record.partner_id, company_name),
            shipping=customer._address(record.partner_shipping_id or record.partner_id, company_name),
            email=record.partner_id.email_normalized or '',
        )
        document = self._closed(connection, record, document)
        return sales_payload(document), record.amount_total, record.amount_tax

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
        self._check_taxes(connection, record)
        if connection.tax_regime == 'none' and record.amount_tax:
            raise Refused(self.env._(
                "This document has tax, and sales tax is switched off in the QuickBooks company. Switch it on there, "
                "then use Test Connection and retry."))

    # === HEADER === #

    @api.model
    def _customer(self, connection, record):
        """Return the record that stands for the customer in the currency of the document."""
        # once more, as after a merge of contacts a document may name one that is not commercial itself
        partner = record.commercial_partner_id.commercial_partner_id
        return self._customer_in(connection, partner, record.currency_id)

    @api.model
    def _term(self, connection, record):
        """Return the remote Id of the payment term; unmapped ones are left out, the due date says it all."""
        term = record.invoice_payment_term_id
        target = term and self.env['qbo.mapping']._target(connection, 'term', term, required=False)
        return target.remote_id if target else None

    @api.model
    def _private_note(self, connection, record):
        """Return the note the customer does not see: the reference, what QuickBooks cannot show, and our mark."""
        texts = '\n'.join(filter(None, (record.ref, *self._split_notes(connection, record))))
        return note_with_marker(
            self._headed(connection, record, texts), self._marker(record._name, record.id))

    @api.model
    def _headed(self, connection, record, text):
        """Return a note, headed by Odoo's number where QuickBooks shows another one."""
        return '\n'.join(filter(None, (self._number_note(connection, record), text)))

    # === EXISTING DOCUMENTS === #

    @api.model
    def _settled(self, entry, binding, data):
        """Override to apply payments again that QuickBooks took off a document as it got another customer."""
        values = super()._settled(entry, binding, data)
        if binding.remote_customer and values.get('remote_customer', binding.remote_customer) != (
                binding.remote_customer):
            self._relink(entry.connection_id, entry._record())  # deleted meanwhile, it is undone next
        return values

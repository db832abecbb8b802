"""Credit notes that Odoo reconciles with invoices or refunds -> Payment of 0 that links the two."""

from odoo import api, models

from ..exceptions import Refused
from ..qbo.documents import PaymentDoc
from ..qbo.marker import note_with_marker
from ..qbo.payloads.payment import payment_payload
from .qbo_entity import GONE, PRESENT

LET_GO = 38  # before the payments: what it settled may be theirs now


class QboCreditApplication(models.AbstractModel):
    """Pushes what a credit note settles: both documents must stand, and nothing depends on it."""

    _name = 'qbo.entity.credit_application'
    _inherit = 'qbo.entity.settlement'
    _description = "Payment That Applies a Credit"

    _qbo_entity = 'Payment'
    _qbo_model = 'qbo.credit.application'
    _qbo_rank = 42
    _qbo_date = None
    _qbo_partner = 'credit_id.commercial_partner_id'
    _qbo_journal = 'credit_id.journal_id'
    _qbo_undo = 'delete'

    @api.model
    def _handles(self, record):
        return True

    @api.model
    def _excluders(self, record):
        return []  # its documents are asked

    @api.model
    def _rank(self, record):
        return self._qbo_rank if self._amount(record) else LET_GO

    @api.model
    def _amount(self, record):
        """Return how much of the credit note the other side takes, in the currency of the credit note."""
        charge = record._charge()
        if not charge:
            return 0
        if charge._name == 'account.payment' and not charge.move_id:
            return self._settled_in_turn(charge).get(record.credit_id, 0)
        return sum((self._decimal(partial.credit_amount_currency) for partial in record._partials()), self._decimal(0))

    @api.model
    def _intent(self, connection, record):
        if not self._amount(record):
            return GONE, self.env._("No longer reconciled.")
        if any(self._link_handler(connection, side, (entity,)) is None for side, entity in self._sides(record)):
            return GONE, self.env._("One of the two is not sent to QuickBooks.")
        reason = self._taken_back(connection, record)
        return (GONE, reason) if reason else (PRESENT, '')

    @api.model
    def _sides(self, record):
        """Return (record, entity) of the credit note and of what it settles."""
        charge = record._charge()
        handlers = self.env['qbo.entity']
        found = [(side, handlers._for_record(side)) for side in (record.credit_id, charge)]
        return [(side, handler._qbo_entity if handler is not None else None) for side, handler in found]

    @api.model
    def _missing(self, connection):
        applications = self.env['qbo.credit.application']._of_company(connection.company_id)
        return self._unlinked(connection, applications.filtered(
            lambda record: self._intent(connection, record)[0] == PRESENT))

    @api.model
    def _own_date(self, record):
        """The day from which both exist."""
        charge = record._charge()
        handlers = self.env['qbo.entity']
        return max(filter(None, (handlers._for_record(side)._own_date(side)
                                 for side in (record.credit_id, charge) if side)))

    @api.model
    def _check(self, connection, record):
        charge, credit = record._charge(), record.credit_id
        handlers, currency = self.env['qbo.entity'], self._credit_currency(record)
        if any(handlers._for_record(side)._unfit(side) for side in (charge, credit)):
            return  # it says so itself
        theirs = handlers._for_record(charge)._currency_of(charge)
        self._check_currency(connection, currency, [float(self._amount(record))])
        if theirs != currency:
            raise Refused(self.env._(
                "%(credit)s in %(currency)s is reconciled with %(other)s in %(theirs)s, and QuickBooks takes one "
                "currency a transaction. Undo the reconciliation and credit it in %(theirs)s.",
                credit=credit.display_name, currency=currency.name, other=charge.display_name, theirs=theirs.name))
        self._check_linked(self._credit_partner(record), currency, [charge])

    @api.model
    def _references(self, connection, record):
        return [('Customer', self._application_customer(connection, record)),
                *((entity, document) for document, entity in self._sides(record) if document)]

    @api.model
    def _application_customer(self, connection, record):
        """Return the record that stands for the customer of the credit note."""
        return self._customer_in(connection, self._credit_partner(record)[:1], self._credit_currency(record))

    @api.model
    def _credit_partner(self, record):
        """Return the commercial partner whom the credit belongs to."""
        return self.env['qbo.entity']._for_record(record.credit_id)._payer(record.credit_id)

    @api.model
    def _credit_currency(self, record):
        """Return the currency of the credit."""
        return self.env['qbo.entity']._for_record(record.credit_id)._currency_of(record.credit_id)

    @api.model
    def _content(self, connection, record, suffix, ids):
        amount, charge, credit = self._amount(record), record._charge(), record.credit_id
        document = PaymentDoc(
            customer=ids[self._application_customer(connection, record)], date=self._own_date(record),
            total=self._decimal(0), **self._currency_facts(connection, self._credit_currency(record), credit),
            allocations=self._linked(ids, {charge: amount, credit: amount}),
            private_note=note_with_marker(record.display_name, self._marker(record._name, record.id)),
        )
        return payment_payload(document), 0.0, 0.0

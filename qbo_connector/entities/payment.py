"""Customer payments -> Payment, with exactly the allocations that Odoo has."""

from odoo import api, models

from ..qbo.documents import Allocation, PaymentDoc
from ..qbo.marker import note_with_marker
from ..qbo.payloads.payment import payment_payload

CHARGES = ('Invoice', 'Purchase', 'JournalEntry')  # what a payment may settle


class QboPayment(models.AbstractModel):
    """Pushes money received from customers. Odoo reconciles after posting, so allocations are read when it is sent.

    What the journal entry writes off besides is a JournalEntry of its own in QuickBooks, linked as the credit (or
    charge) that it is: the money remains what came in, and the documents are settled as in Odoo.
    """

    _name = 'qbo.entity.payment'
    _inherit = 'qbo.entity.settlement'
    _description = "Payment"

    _qbo_entity = 'Payment'
    _qbo_model = 'account.payment'
    _qbo_rank = 40
    _qbo_direction = 'inbound'
    _qbo_in_currency = True
    _qbo_cutover = 'money'
    _qbo_clearable = ('PaymentMethodRef', 'PaymentRefNum')

    @api.model
    def _check(self, connection, record):
        super()._check(connection, record)
        currency = self._currency_of(record)
        self._check_account(connection, currency, self.env['qbo.mapping']._target(
            connection, 'journal', record.journal_id, required=False))
        self._check_linked(self._payer(record), currency, self._allocations(connection, record))

    @api.model
    def _references(self, connection, record):
        references = [('Customer', self._customer(connection, record))]
        references += self._linked_references(self._allocations(connection, record))
        if self._written_off_lines(record):
            references.append(('JournalEntry', record.move_id))
        return references

    @api.model
    def _content(self, connection, record, suffix, ids):
        currency, total, _home = self._held(record)
        document = PaymentDoc(
            customer=ids[self._customer(connection, record)], date=record.date, total=total,
            **self._currency_facts(connection, currency, record),
            allocations=self._links(connection, record, ids),
            deposit_account=self._mapped(connection, 'journal', record.journal_id),
            method=self._mapped(connection, 'payment_method', self._method(record)),
            reference=self._reference(record),
            private_note=note_with_marker(self._memo(record), self._marker(record._name, record.id)),
        )
        return payment_payload(document), float(total), 0.0

    @api.model
    def _links(self, connection, record, ids):
        """Return what the money settles, and the write-off that helps it.

        Of a write-off no more than that: as long as nothing is settled it stays open by itself, as in Odoo.
        """
        amounts = self._allocations(connection, record)
        links, extra = self._linked(ids, amounts), self._written_off(record)
        helped = min(extra, sum(amounts.values())) if extra > 0 else -extra
        if not helped:
            return links
        return (*links, Allocation(ids[record.move_id], 'JournalEntry', helped, credit=extra > 0))

    @api.model
    def _method(self, record):
        """Return the method of payment, to be mapped."""
        return record.payment_method_line_id

    @api.model
    def _reference(self, record):
        """Return the number of the payment that the customer knows."""
        return record.payment_reference or ''

    @api.model
    def _mapped(self, connection, kind, record):
        """Return an optional mapping's remote Id; without one QuickBooks uses Undeposited Funds and no method."""
        target = record and self.env['qbo.mapping']._target(connection, kind, record, required=False)
        return target.remote_id if target else None

    @api.model
    def _allocations(self, connection, record):
        """Return ``{invoice, money paid out or charge by hand: amount}`` that it settles, of what is in QuickBooks."""
        return {
            other: amount for other, amount in self._settled_documents(record).items()
            if amount > 0 and (handler := self._link_handler(connection, other, CHARGES)) is not None
            and not handler._unfit(other)}

    # === EXISTING PAYMENTS === #

    @api.model
    def _sought_numbers(self, record):
        return tuple(dict.fromkeys(filter(None, (record.payment_reference, record.memo, record.name))))

    @api.model
    def _sought_money(self, record):
        return self._held(record)[:2]

    @api.model
    def _sought_settled(self, connection, record, matched):
        settled = self._settled_documents(record)
        links = self.env['qbo.binding']._remote_ids(connection, [[
            (handler._qbo_entity, other) for other in settled
            if (handler := self.env['qbo.entity']._for_record(other)) is not None]])
        known = {(entity, remote_id) for (entity, _model, _id), remote_id in links.items()}
        return frozenset(known | {
            matched[other._name, other.id] for other in settled if (other._name, other.id) in matched})

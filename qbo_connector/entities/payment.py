"""Customer payments -> Payment, with exactly the allocations that Odoo has."""

import json
from decimal import Decimal

from odoo import api, models

from ..exceptions import Refused
from ..qbo.documents import Allocation, PaymentDoc
from ..qbo.marker import note_with_marker
from ..qbo.payloads.payment import payment_payload
from ..qbo.query import select
from .qbo_entity import GONE, KEEP, PRESENT


class QboPayment(models.AbstractModel):
    """Pushes money received from customers. Odoo reconciles after posting, so allocations are read when it is sent."""

    _name = 'qbo.entity.payment'
    _inherit = 'qbo.entity'
    _description = "QuickBooks Payment"

    _qbo_entity = 'Payment'
    _qbo_model = 'account.payment'
    _qbo_rank = 40
    _qbo_date = 'date'
    _qbo_numbered = False

    @api.model
    def _handles(self, record):
        return record.payment_type == 'inbound' and record.partner_type == 'customer'

    @api.model
    def _excluders(self, record):
        return [*super()._excluders(record), record.journal_id, record.partner_id.commercial_partner_id]

    @api.model
    def _intent(self, connection, record):
        intent = super()._intent(connection, record)
        if intent[0] != PRESENT:
            return intent
        if record.state in ('canceled', 'rejected'):
            return GONE, self.env._("Cancelled before it reached QuickBooks.")
        if record.state not in ('in_process', 'paid'):
            return KEEP, self.env._("Only posted payments are pushed.")
        if connection.sync_from and record.date < connection.sync_from:
            return KEEP, self.env._("Dated before %(date)s, from which payments are pushed.", date=connection.sync_from)
        return PRESENT, ''

    @api.model
    def _missing(self, connection):
        domain = [
            ('payment_type', '=', 'inbound'), ('partner_type', '=', 'customer'),
            ('state', 'in', ('in_process', 'paid')), ('company_id', '=', connection.company_id.id),
        ]
        if connection.sync_from:
            domain.append(('date', '>=', connection.sync_from))
        return self._unlinked(connection, self.env['account.payment'].search(domain, order='date, id'))

    @api.model
    def _check(self, connection, record):
        self._check_currency(connection, record.currency_id, [record.amount])
        self._check_account(connection, record.currency_id, self.env['qbo.mapping']._target(
            connection, 'journal', record.journal_id, required=False))
        if not record.partner_id.commercial_partner_id:
            raise Refused(self.env._("This payment has no customer. Set one, then retry."), 'partner_id')
        invoices = self._paid(connection, record)
        foreign = invoices.filtered(lambda move: move.currency_id != record.currency_id)
        if foreign:
            raise Refused(self.env._(
                "This payment in %(currency)s pays %(invoices)s in another currency, which is not pushed.",
                currency=record.currency_id.name, invoices=", ".join(foreign.mapped('name'))))

    @api.model
    def _paid(self, connection, record):
        """Return the invoices that the payment settles in QuickBooks."""
        return self.env['account.move'].union(*self._within(record, self._allocations(connection, record)))

    @api.model
    def _references(self, connection, record):
        return [('Customer', self._customer(connection, record)), ('Invoice', self._paid(connection, record))]

    @api.model
    def _customer(self, connection, record):
        """Return the record that stands for the payer in the currency of the payment."""
        return self._customer_in(connection, record.partner_id.commercial_partner_id, record.currency_id)

    @api.model
    def _content(self, connection, record, suffix, ids):
        amounts = self._within(record, self._allocations(connection, record))
        document = PaymentDoc(
            customer=ids[self._customer(connection, record)], date=record.date, total=self._decimal(record.amount),
            **self._currency_facts(connection, record.currency_id, record),
            allocations=tuple(Allocation(ids[move], 'Invoice', amount) for move, amount in amounts.items()),
            deposit_account=self._mapped(connection, 'journal', record.journal_id),
            method=self._mapped(connection, 'payment_method', record.payment_method_line_id),
            reference=record.payment_reference or '',
            private_note=note_with_marker(record.memo or record.name or '', self._marker(record._name, record.id)),
        )
        return payment_payload(document), record.amount, 0.0

    @api.model
    def _mapped(self, connection, kind, record):
        """Return an optional mapping's remote Id; without one QuickBooks uses Undeposited Funds and no method."""
        target = record and self.env['qbo.mapping']._target(connection, kind, record, required=False)
        return target.remote_id if target else None

    @api.model
    def _allocations(self, connection, record):
        """Return ``{invoice: amount}`` that the payment settles, for invoices that are pushed on this connection.

        A written-off rest counts as settled by the payment it was booked with, so the sum may exceed the payment.
        """
        handlers = self.env['qbo.entity']
        amounts = self._reconciled(record) if record.move_id else self._paid_in_turn(record)
        return {
            move: amount for move, amount in amounts.items()
            if amount > 0 and (handler := handlers._for_record(move)) is not None and handler._qbo_entity == 'Invoice'
            and handler._may_refer(connection, move)
        }

    @api.model
    def _reconciled(self, record):
        """Return ``{entry: amount}`` that the payment's journal entry is reconciled with."""
        amounts = {}
        lines = record.move_id.line_ids.filtered(lambda line: line.account_id.account_type == 'asset_receivable')
        for partial in lines.matched_debit_ids:
            move = partial.debit_move_id.move_id
            amounts[move] = amounts.get(move, Decimal(0)) + self._decimal(partial.debit_amount_currency)
        return amounts

    @api.model
    def _paid_in_turn(self, record):
        """Return ``{invoice: amount}`` of a payment without journal entry: oldest first, after earlier payments.

        Not from the residual amounts: those fall when the bank statement is reconciled later.
        """
        amounts, left = {}, self._decimal(record.amount)
        for move in record.invoice_ids.sorted(lambda m: (m.invoice_date_due or m.date, m.id)):
            earlier = (move.matched_payment_ids | move.reconciled_payment_ids).filtered(
                lambda payment: payment.id < record.id and payment.state in ('in_process', 'paid'))
            taken = sum((
                (self._reconciled(payment) if payment.move_id else self._paid_in_turn(payment)).get(move, Decimal(0))
                for payment in earlier), Decimal(0))
            amounts[move] = max(min(left, self._decimal(move.amount_total) - taken), Decimal(0))
            left -= amounts[move]
        return amounts

    @api.model
    def _within(self, record, amounts):
        """Return the allocations cut down to the money that came in: a write-off is no money."""
        left, cut = self._decimal(record.amount), {}
        for move, amount in amounts.items():
            if left > 0:
                cut[move] = min(amount, left)
                left -= cut[move]
        return cut

    @api.model
    def _figures(self, entry, data):
        """Say where a link was dropped (QBO: Payment, UnappliedAmt) and what was written off in Odoo only."""
        figures = super()._figures(entry, data)
        record = entry._record()
        if not figures or entry.operation not in ('create', 'update'):
            return figures
        sent = json.loads(entry.payload)
        applied = sum(line['Amount'] for line in sent['Line'])
        notes = [figures['variance']]
        unapplied = round(sent['TotalAmt'] - applied, 4)
        if round(unapplied - figures['remote_balance'], 4):
            notes.append(self.env._(
                "unapplied %(odoo).2f in Odoo, %(qbo).2f in QuickBooks", odoo=unapplied, qbo=figures['remote_balance']))
        settled = float(sum(self._allocations(entry.connection_id, record).values(), Decimal(0))) if record else 0
        if round(settled - applied, 4) > 0 and not unapplied:
            notes.append(self.env._(
                "%(rest).2f written off in Odoo stay open in QuickBooks", rest=settled - applied))
        figures['variance'] = ", ".join(filter(None, notes)) or False
        return figures

    @api.model
    def _find_remote(self, client, entry, payload):
        found = client.query(select('Payment', {
            'TxnDate': payload['TxnDate'], 'CustomerRef': payload['CustomerRef']['value']}))
        return self._marked(found.data.get('Payment', []), entry)

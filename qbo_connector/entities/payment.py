"""Customer payments -> Payment, with exactly the allocations that Odoo has."""

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

    @api.model
    def _handles(self, record):
        return record.payment_type == 'inbound' and record.partner_type == 'customer'

    @api.model
    def _intent(self, connection, record):
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
    def _content(self, connection, record, suffix):
        if record.currency_id.name != connection.home_currency:
            raise Refused(self.env._(
                "This payment is in %(currency)s; payments in another currency than QuickBooks' home currency "
                "%(home)s are not pushed.", currency=record.currency_id.name, home=connection.home_currency))
        customer = record.partner_id.commercial_partner_id
        if not customer:
            raise Refused(self.env._("This payment has no customer. Set one, then retry."), 'partner_id')
        amounts = self._allocations(connection, record)
        invoices = self.env['account.move'].union(*amounts)
        ids = self._remote_ids(connection, ('Customer', customer), ('Invoice', invoices))
        document = PaymentDoc(
            customer=ids[customer], date=record.date, total=self._decimal(record.amount),
            currency=record.currency_id.name if connection.multi_currency else None, exchange_rate=None,
            allocations=tuple(Allocation(ids[move], 'Invoice', amount) for move, amount in amounts.items()),
            deposit_account=self._mapped(connection, 'journal', record.journal_id),
            method=self._mapped(connection, 'payment_method', record.payment_method_line_id),
            reference=record.payment_reference or '',
            private_note=note_with_marker(record.memo or record.name or '', self._marker(record)),
        )
        return payment_payload(document), record.amount, 0.0

    @api.model
    def _mapped(self, connection, kind, record):
        """Return an optional mapping's remote Id; without one QuickBooks uses Undeposited Funds and no method."""
        target = record and self.env['qbo.mapping']._target(connection, kind, record, required=False)
        return target.remote_id if target else None

    @api.model
    def _allocations(self, connection, record):
        """Return ``{invoice: amount}`` in the payment's currency, for invoices that are pushed on this connection.

        A payment without a journal entry has no partial reconciliations: its invoices are paid in turn.
        """
        if record.move_id:
            amounts = {}
            lines = record.move_id.line_ids.filtered(lambda line: line.account_id.account_type == 'asset_receivable')
            for partial in lines.matched_debit_ids:
                move = partial.debit_move_id.move_id
                amount = self._decimal(partial.debit_amount_currency)
                amounts[move] = amounts.get(move, Decimal(0)) + amount
        else:
            amounts, left = {}, self._decimal(record.amount)
            for move in record.invoice_ids.sorted(lambda m: (m.invoice_date_due or m.date, m.id)):
                amounts[move] = min(left, self._decimal(move.amount_residual))
                left -= amounts[move]
        handlers = self.env['qbo.entity']
        return {
            move: amount for move, amount in amounts.items()
            if amount and (handler := handlers._for_record(move)) is not None and handler._qbo_entity == 'Invoice'
            and handler._intent(connection, move)[0] == PRESENT
        }

    @api.model
    def _figures(self, entry, data):
        """A link that QuickBooks dropped silently shows as money left unapplied (QBO: Payment, UnappliedAmt)."""
        figures = super()._figures(entry, data)
        record = entry._record()
        if figures and entry.operation in ('create', 'update') and record:
            applied = sum(self._allocations(entry.connection_id, record).values(), Decimal(0))
            expected = float(self._decimal(record.amount) - applied)
            if round(expected - figures['remote_balance'], 4):
                figures['variance'] = ", ".join(filter(None, (figures['variance'], self.env._(
                    "unapplied %(odoo).2f in Odoo, %(qbo).2f in QuickBooks",
                    odoo=expected, qbo=figures['remote_balance']))))
        return figures

    @api.model
    def _find_remote(self, client, record, payload):
        found = client.query(select('Payment', {
            'TxnDate': payload['TxnDate'], 'CustomerRef': payload['CustomerRef']['value']}))
        return self._marked(found.data.get('Payment', []), record)

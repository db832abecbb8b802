"""Money in and out as Odoo books it: what a payment or bank transaction is reconciled with, what it writes off."""

from decimal import Decimal

from odoo import api, models
from odoo.fields import Domain

from ..exceptions import Refused
from .qbo_entity import GONE, KEEP, PRESENT
from .sales_document import UNDONE

POSTED = ('in_process', 'paid')


class QboMoney(models.AbstractModel):
    """Base of what is read from a payment, or from a bank transaction (``account.bank.statement.line``)."""

    _name = 'qbo.entity.money'
    _inherit = 'qbo.entity'
    _description = "Base of Money in QuickBooks"

    _qbo_date = 'date'
    _qbo_partner = 'partner_id.commercial_partner_id'
    _qbo_journal = 'journal_id'
    _qbo_numbered = False
    _qbo_direction = None  # inbound or outbound

    # === WHAT SHOULD STAND IN QUICKBOOKS === #

    @api.model
    def _handles(self, record):
        return record.payment_type == self._qbo_direction and record.partner_type == 'customer'

    @api.model
    def _excluders(self, record):
        return [*super()._excluders(record), record.journal_id, *self._payer(record)]

    @api.model
    def _intent(self, connection, record):
        intent = super()._intent(connection, record)
        if intent[0] != PRESENT:
            return intent
        if reason := self._not_booked(record):
            # Odoo leaves a draft reconciled: what it settles remains settled until it is cancelled.
            kept = record.state == 'draft' and connection.on_draft not in ('void', 'delete')
            return KEEP if kept else GONE, reason
        if connection.sync_from and record.date < connection.sync_from and not self._backfilled(connection, record):
            return KEEP, self.env._("Dated before %(date)s, from which payments are pushed.", date=connection.sync_from)
        closed_out = self._closed_out(connection, record)
        return (KEEP, closed_out) if closed_out else (PRESENT, '')

    @api.model
    def _not_booked(self, record):
        """Return why Odoo's books hold no such money, or ''."""
        if record.state in ('canceled', 'rejected'):
            return self.env._("Cancelled before it reached QuickBooks.")
        if record.state not in POSTED:
            return self.env._("Only posted payments are pushed.")
        if any(move.state == 'posted' for move in record.move_id.reversal_move_ids):
            return self.env._("The payment was returned: its journal entry was reversed.")
        return ''

    @api.model
    def _locks(self, record):
        return record.company_id._get_violated_lock_dates(record.date, False, record.journal_id)

    @api.model
    def _booked_domain(self, connection):
        return (Domain('payment_type', '=', self._qbo_direction) & Domain('partner_type', '=', 'customer')
                & Domain('state', 'in', POSTED) & Domain('company_id', '=', connection.company_id.id))

    @api.model
    def _missing(self, connection):
        return self._unlinked(connection, self._booked(connection, connection.sync_from))

    @api.model
    def _check(self, connection, record):
        currency, amount, _home = self._held(record)
        self._check_currency(connection, currency, [float(amount)])
        payer = self._payer(record)
        if not payer:
            raise Refused(self.env._("This payment has no customer. Set one, then retry."), 'partner_id')
        if len(payer) > 1:
            raise Refused(self.env._(
                "This bank transaction is reconciled with several customers (%(names)s), and a payment in QuickBooks "
                "has one. Register a payment for each of them and match the transaction with these payments.",
                names=", ".join(payer.mapped('display_name'))))
        odd = self._written_off_lines(record).filtered(lambda line: line.currency_id != record.currency_id)
        if odd:
            raise Refused(self.env._(
                "The journal entry of this payment in %(currency)s also posts %(others)s. QuickBooks takes one "
                "currency a transaction. Book that part in an entry of its own.",
                currency=record.currency_id.name, others=", ".join(set(odd.mapped('currency_id.name')))))

    # === READING === #

    @api.model
    def _customer(self, connection, record):
        """Return the record that stands for the payer in the currency of the payment."""
        return self._customer_in(connection, self._payer(record)[:1], self._currency_of(record))

    @api.model
    def _held(self, record):
        """Return (currency, amount, value in home currency) of the money in QuickBooks.

        The value is None where the rate of its day decides.
        """
        return record.currency_id, abs(self._decimal(record.amount)), None

    @api.model
    def _currency_of(self, record):
        return self._held(record)[0]

    @api.model
    def _memo(self, record):
        """Return what the private note says of the money."""
        return record.memo or record.name or ''

    @api.model
    def _receivable_lines(self, record):
        """Return the lines of its journal entry on customers' accounts; none without an entry."""
        return record.move_id.line_ids.filtered(lambda line: line.account_id.account_type == 'asset_receivable')

    @api.model
    def _written_off_lines(self, record):
        """Return what its journal entry books besides the money and the customer: write-offs, discounts, fees.

        What waits on a bank's suspense account is not decided yet: it stays the customer's, unapplied.
        """
        rest = record._seek_for_lines()[2] if record.move_id else self.env['account.move.line']
        return (rest - self._receivable_lines(record)).filtered('amount_currency')

    @api.model
    def _written_off(self, record):
        """Return what the written off adds to the money (a discount), or takes from it (negative), in its currency."""
        return sum((self._decimal(line.amount_currency) for line in self._written_off_lines(record)), Decimal(0))

    @api.model
    def _reconciled(self, record):
        """Return ``{document or money: amount}`` that the journal entry of the money is reconciled with.

        Amounts are in the other's currency. What is left over for exchange rates is in entries that stand for nothing.
        """
        lines, amounts = self._receivable_lines(record), {}
        pairs = [(partial.debit_move_id, partial.debit_amount_currency) for partial in lines.matched_debit_ids]
        pairs += [(partial.credit_move_id, partial.credit_amount_currency) for partial in lines.matched_credit_ids]
        for line, amount in pairs:
            other = line.move_id._qbo_booked_as()
            amounts[other] = amounts.get(other, Decimal(0)) + self._decimal(amount)
        return amounts

    @api.model
    def _settled_in_turn(self, record):
        """Return ``{document: amount}`` of a payment without journal entry: oldest first, after earlier payments.

        Not from the residual amounts: those fall when the bank statement is reconciled later.
        """
        amounts, left = {}, self._decimal(record.amount)
        for move in record.invoice_ids.sorted(lambda m: (m.invoice_date_due or m.date, m.id)):
            earlier = (move.matched_payment_ids | move.reconciled_payment_ids).filtered(
                lambda payment: payment.id < record.id and payment.state in POSTED
                and payment.payment_type == record.payment_type)
            taken = sum((
                (self._reconciled(payment) if payment.move_id else self._settled_in_turn(payment)).get(move, Decimal(0))
                for payment in earlier), Decimal(0))
            amounts[move] = max(min(left, self._decimal(move.amount_total) - taken), Decimal(0))
            left -= amounts[move]
        return amounts

    @api.model
    def _settled_documents(self, record):
        """Return ``{document or money: amount}`` that the money settles in Odoo."""
        return self._reconciled(record) if record.move_id else self._settled_in_turn(record)

    # === ACCOUNTS === #

    @api.model
    def _receivable_account(self, connection, currency):
        """Return the remote Id of the account that QuickBooks keeps customers of a currency on.

        It makes one for each currency by itself ("Manage multiple currencies").

        :raise Refused: it is not among the mirrored lists
        """
        accounts = self.env['qbo.reference'].sudo().search([
            ('connection_id', '=', connection.id), ('entity', '=', 'Account'), ('active', '=', True),
            ('type', '=', 'Accounts Receivable')])
        code = currency.name if connection.multi_currency else connection.home_currency
        fitting = accounts.filtered(lambda account: (account.currency or connection.home_currency) == code)
        if not fitting:
            self._put_off(Refused(self.env._(
                "No accounts receivable in %(currency)s are known in QuickBooks. Refresh the lists on the connection, "
                "then retry.", currency=currency.name)))
        return min(fitting.mapped('remote_id'), key=int, default='')

    @api.model
    def _postings(self, connection, lines):
        """Return (mapped account's remote Id, amount, label) of journal items.

        :raise MissingMapping: an account has no counterpart
        """
        target = self.env['qbo.mapping']._target
        return [(target(connection, 'account', line.account_id).remote_id, self._decimal(line.amount_currency),
                 line.name or '') for line in lines]


class QboApplicable(models.AbstractModel):
    """Base of what payments are applied to, as they are to documents: it goes after them."""

    _name = 'qbo.entity.applicable'
    _inherit = 'qbo.entity.money'
    _description = "Base of Postings in QuickBooks That Payments Settle"

    _qbo_rank = 35
    _qbo_undo = 'delete'
    _qbo_payable = True

    @api.model
    def _rank(self, record):
        """What goes waits for what is applied to it."""
        return UNDONE if self._not_booked(record) else self._qbo_rank

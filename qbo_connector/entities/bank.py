"""Bank transactions that were reconciled with documents directly, without a payment, are payments and refunds too."""

from odoo import api, models
from odoo.fields import Domain


class QboBankMoney(models.AbstractModel):
    """Reads a bank transaction as if it were a payment; only what is reconciled with customers' documents counts."""

    _name = 'qbo.entity.bank_money'
    _inherit = 'qbo.entity.money'
    _description = "Base of Bank Transactions in QuickBooks"

    _qbo_model = 'account.bank.statement.line'

    @api.model
    def _handles(self, record):
        return record.amount > 0 if self._qbo_direction == 'inbound' else record.amount < 0

    @api.model
    def _wanted(self, connection, record):
        return not self._not_booked(record)

    @api.model
    def _not_booked(self, record):
        if record.move_id.state != 'posted':
            return self.env._("Only posted payments are pushed.")
        settled = self._reconciled(record)
        if not any(self._counts(other) for other in settled):
            return self.env._("Not reconciled with documents of customers.")
        # Odoo books a payment without journal entry by its bank transaction; that payment is pushed already.
        if any(payment.state in ('in_process', 'paid') and not payment.move_id for other in settled
               if other._name == 'account.move' for payment in other.matched_payment_ids):
            return self.env._("Its payment is pushed instead.")
        return ''

    @api.model
    def _counts(self, other):
        """Tell whether what a transaction is reconciled with makes it a payment of a customer."""
        handler = self.env['qbo.entity']._for_record(other)
        return handler is not None and handler._qbo_entity in ('Invoice', 'CreditMemo', 'Payment', 'Purchase')

    @api.model
    def _booked_domain(self, connection):
        return (Domain('amount', '>' if self._qbo_direction == 'inbound' else '<', 0) & Domain('state', '=', 'posted')
                & Domain('company_id', '=', connection.company_id.id) & Domain('move_id.line_ids', 'any', [
                    ('account_type', '=', 'asset_receivable'),
                    '|', ('matched_debit_ids', '!=', False), ('matched_credit_ids', '!=', False)]))

    @api.model
    def _booked(self, connection, date_from=None, date_to=None):
        found = super()._booked(connection, date_from, date_to)
        return found.filtered(lambda line: not self._not_booked(line))

    @api.model
    def _payer(self, record):
        partners = self._receivable_lines(record).partner_id or record.partner_id
        return partners.commercial_partner_id

    @api.model
    def _memo(self, record):
        return record.payment_ref or record.name or ''


class QboBankReceipt(models.AbstractModel):
    """Pushes money that came in."""

    _name = 'qbo.entity.bank_receipt'
    _inherit = ['qbo.entity.bank_money', 'qbo.entity.payment']
    _description = "Payment of a Bank Transaction"

    _qbo_direction = 'inbound'

    @api.model
    def _method(self, record):
        return self.env['account.payment.method.line']

    @api.model
    def _reference(self, record):
        return ''

    @api.model
    def _sought_numbers(self, record):
        return tuple(dict.fromkeys(filter(None, (record.payment_ref, record.name))))


class QboBankRefund(models.AbstractModel):
    """Pushes money that went out."""

    _name = 'qbo.entity.bank_refund'
    _inherit = ['qbo.entity.bank_money', 'qbo.entity.refund']
    _description = "Refund of a Bank Transaction"

    _qbo_direction = 'outbound'

    @api.model
    def _kind(self, record):
        return 'Cash'

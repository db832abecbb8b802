"""Hooks on payments: in 19 the state is computed, so the actions are hooked, not write()."""

from odoo import models
from odoo.fields import Domain

from .qbo_queue_entry import FROM_THERE

HOME_VALUE = 'qbo_home_value'  # in the context: what the money is worth in company currency, whatever Odoo's rates say


class AccountPayment(models.Model):
    """Payments."""

    _name = 'account.payment'
    _inherit = ['account.payment', 'qbo.syncable']

    def action_post(self):
        """Override of account to enqueue what was posted."""
        result = super().action_post()
        self._qbo_enqueue()
        return result

    def action_validate(self):
        """Override of account to enqueue what was validated."""
        result = super().action_validate()
        self._qbo_enqueue()
        return result

    def action_cancel(self):
        """Override of account to enqueue what was cancelled."""
        result = super().action_cancel()
        self._qbo_enqueue()
        return result

    def action_draft(self):
        """Override of account to enqueue what was reset to draft."""
        result = super().action_draft()
        self._qbo_enqueue()
        return result

    def action_reject(self):
        """Override of account to enqueue what was rejected."""
        result = super().action_reject()
        self._qbo_enqueue()
        return result

    def unlink(self):
        """Override to enqueue what was deleted."""
        self._qbo_enqueue()
        return super().unlink()

    def _prepare_move_line_default_vals(self, write_off_line_vals=None, force_balance=None):
        """Override of account to keep the rate of QuickBooks where the money was entered there, and always to book it.

        Without an outstanding account of its own, the journal's payments are booked on the company's.
        """
        if force_balance is None:
            force_balance = self.env.context.get(HOME_VALUE)
        if self.env.context.get(FROM_THERE) and not self.outstanding_account_id:
            self.outstanding_account_id = self._get_outstanding_account(self.payment_type)
        return super()._prepare_move_line_default_vals(write_off_line_vals, force_balance)

    def _qbo_enqueue(self, *args, **kwargs):
        """Override to let go with them what they settle as refunds without a journal entry."""
        if self.env['qbo.connection']._connected():
            self._qbo_applications()._qbo_enqueue(*args, **kwargs)
        return super()._qbo_enqueue(*args, **kwargs)

    def _qbo_applications(self):
        """Return the applications of credit notes that were paid out by payments without a journal entry."""
        unbooked = self.filtered(lambda payment: payment.payment_type == 'outbound' and not payment.move_id)
        return self.env['qbo.credit.application']._between({
            (move, payment) for payment in unbooked for move in payment.invoice_ids if move.move_type == 'out_refund'})

    def _qbo_is_expected(self):
        return self.state in ('in_process', 'paid')

    def _qbo_draft_domain(self):
        return Domain('state', '=', 'draft')


class AccountMove(models.Model):
    """Journal entries of payments and bank transactions, and what was paid by payments without one."""

    _inherit = 'account.move'

    def _qbo_booked_as(self):
        """Return the record that stands for the entry in QuickBooks: its payment, its bank transaction, or itself."""
        return self.origin_payment_id or self.statement_line_id or self

    def _qbo_made_by_hand(self):
        """Tell whether an entry stands for itself: not for money, an exchange difference, or what became of those."""
        self.ensure_one()
        return (self.move_type == 'entry' and self._qbo_booked_as() == self
                and not self.tax_cash_basis_origin_move_id
                and self.journal_id != self.company_id.currency_exchange_journal_id
                and self.reversed_entry_id._qbo_booked_as()._name == 'account.move')

    def write(self, vals):
        """Override to enqueue the payments that are given to a document."""
        result = super().write(vals)
        if 'matched_payment_ids' in vals:
            self.matched_payment_ids._qbo_enqueue()
        return result


class AccountBankStatementLine(models.Model):
    """Bank transactions, which may be reconciled with documents directly."""

    _inherit = 'account.bank.statement.line'

    def unlink(self):
        """Override to enqueue what was deleted."""
        self.env['qbo.queue.entry']._collect(self)
        return super().unlink()

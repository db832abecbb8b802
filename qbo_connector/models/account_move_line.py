"""Reconciling two lines for just so much, where Odoo itself always takes all it can."""

from odoo import models

JUST = 'qbo_just'  # in the context: (debit line's id, credit line's id, amount in their currency)


class AccountMoveLine(models.Model):
    """Journal items."""

    _inherit = 'account.move.line'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def _prepare_reconciliation_single_partial(self, debit_values, credit_values, shadowed_aml_values=None):
        """Override of account to hold back what is beyond the amount that was asked for, on both sides."""
        debit_id, credit_id, amount = self.env.context.get(JUST) or (None, None, 0)
        if (debit_values['aml'].id, credit_values['aml'].id) != (debit_id, credit_id):
            return super()._prepare_reconciliation_single_partial(debit_values, credit_values, shadowed_aml_values)
        held = [(values, *self._qbo_hold_back(values, amount)) for values in (debit_values, credit_values)]
        result = super()._prepare_reconciliation_single_partial(debit_values, credit_values, shadowed_aml_values)
        for values, balance, amount_currency in held:
            values['amount_residual'] += balance
            values['amount_residual_currency'] += amount_currency
        return result

    def _qbo_hold_back(self, values, amount):
        """Take what is beyond an amount off the open amounts of a line.

        :return: (in company currency, in the line's), to be added again
        """
        line, open_amount = values['aml'], values['amount_residual_currency']
        if line.currency_id.compare_amounts(abs(open_amount), amount) <= 0:
            return 0.0, 0.0
        just = line.currency_id.round(amount if open_amount > 0 else -amount)
        balance = line.company_currency_id.round(values['amount_residual'] * just / open_amount)
        held = values['amount_residual'] - balance, open_amount - just
        values['amount_residual'], values['amount_residual_currency'] = balance, just
        return held

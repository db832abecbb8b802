"""Payments in another currency than what they settle: QuickBooks holds them in that of the documents.

QuickBooks takes one currency a transaction, and a customer has one for ever ("Manage multiple currencies"). Money in
another one is booked there as what it settled, at the rate that makes Odoo's own value in home currency of it; so an
account that is kept in home currency gets what came in.
"""

from odoo import api, models


class QboPayment(models.AbstractModel):
    """The part of the payments that knows the currency QuickBooks holds them in."""

    _inherit = 'qbo.entity.payment'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _held(self, record):
        """Override: what settled documents of one other currency in full, and nothing else, is held in theirs."""
        own = super()._held(record)
        return self._once(('held', record._name, record.id), lambda: self._find_held(record, own))

    @api.model
    def _find_held(self, record, own):
        """Work out :meth:`_held`; otherwise it is held as it came in."""
        lines, handlers = self._receivable_lines(record), self.env['qbo.entity']
        if not lines or not all(lines.mapped('reconciled')) or self._written_off_lines(record):
            return own
        settled = [(handler._currency_of(other), amount) for other, amount in self._reconciled(record).items()
                   if (handler := handlers._for_record(other)) is not None]
        currencies = {currency for currency, _amount in settled}
        if len(currencies) != 1 or record.currency_id in currencies:
            return own
        (currency,) = currencies
        amount = sum(amount for _currency, amount in settled)
        home = abs(sum(self._decimal(line.balance) for line in lines))
        if currency == record.company_id.currency_id and amount != home:
            return own
        return currency, amount, home

    @api.model
    def _home_value(self, currency, record):
        """Override: what the money was worth when it came in, whatever the documents' rates say."""
        held, amount, home = self._held(record)
        if home is None or held != currency:
            return super()._home_value(currency, record)
        return amount / home if home else 1, amount, home

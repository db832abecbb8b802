"""How QuickBooks' figures are compared with Odoo's after every push, and which differences need a person."""

import json

from odoo import api, models


class QboEntity(models.AbstractModel):
    """The part of the handlers that compares."""

    _inherit = 'qbo.entity'

    @api.model
    def _figures(self, entry, data):
        """Return the link's amounts from QuickBooks' answer, and how they differ from Odoo's."""
        if 'TotalAmt' not in data:
            return {}
        tax = (data.get('TxnTaxDetail') or {}).get('TotalTax') or 0
        figures = {
            'remote_total': float(data['TotalAmt']), 'remote_tax': float(tax),
            'remote_balance': float(data.get('Balance') or data.get('UnappliedAmt') or 0), 'variance': False,
        }
        if entry.operation in ('create', 'update'):
            figures['variance'] = self._variance(entry, figures)
        return figures

    @api.model
    def _add_variance(self, figures, text):
        """Note one more thing that differs."""
        figures['variance'] = "; ".join(filter(None, (figures['variance'], text)))

    @api.model
    def _variance(self, entry, figures):
        """Say how QuickBooks' own total and tax differ from Odoo's, or return False."""
        total, tax = (entry.expected_total, figures['remote_total']), (entry.expected_tax, figures['remote_tax'])
        if not any(round(ours - theirs, 4) for ours, theirs in (total, tax)):
            return False
        return "; ".join(
            self.env._("%(what)s %(odoo).2f in Odoo, %(qbo).2f in QuickBooks", what=what, odoo=ours, qbo=theirs)
            for what, (ours, theirs) in ((self.env._("total"), total), (self.env._("tax"), tax))
            if round(ours - theirs, 4))

    @api.model
    def _is_beyond(self, entry, figures):
        """Tell whether total or tax differ by more than the connection tolerates, so that a person must look.

        Where the totals agree, QuickBooks' own rounding of the tax is not a person's to correct: up to a cent a line,
        or what the rounding line of the document carries, is told and no more.
        """
        total = abs(round(entry.expected_total - figures['remote_total'], 4))
        tax = abs(round(entry.expected_tax - figures['remote_tax'], 4))
        if not (total or tax):
            return False  # something else differs, which is told
        lines = json.loads(entry.sudo().payload).get('Line') or []
        record = entry._record()
        # a cent, or what is its like in a currency without cents
        units = len(lines) * (10 ** -min(2, record.currency_id.decimal_places) if 'currency_id' in record else 0.01)
        allowed = round(100 * entry.connection_id.variance_tolerance * units, 4)
        return total > allowed or tax > max(allowed, round(units, 4), self._rounding_sent(lines))

    @api.model
    def _rounding_sent(self, lines):
        """Return the amount of the line that was added to close a difference of rounding, without its sign."""
        return 0.0

    @api.model
    def _variance_message(self, variance):
        """Return cause and cure of a difference that a person must look at."""
        return self.env._(
            "It is in QuickBooks, but the figures differ: %(variance)s. Look for the cause (the tax code in the "
            "mapping, a customer or item that QuickBooks does not tax, a change made there), correct it and push "
            "again; or accept the difference.", variance=variance)

"""Hooks on reconciliations: what settles documents is enqueued again when what it settles changes."""

from odoo import api, models


class AccountPartialReconcile(models.Model):
    """One allocation of a payment, a bank transaction or a credit note."""

    _inherit = 'account.partial.reconcile'

    @api.model_create_multi
    def create(self, vals_list):
        """Override to enqueue what settles something now."""
        partials = super().create(vals_list)
        for records in partials._qbo_settling():
            self.env['qbo.queue.entry']._collect(records)
        return partials

    def unlink(self):
        """Override to enqueue what settles less now."""
        settling = self._qbo_settling()
        result = super().unlink()
        for records in settling:
            self.env['qbo.queue.entry']._collect(records.exists())
        return result

    def _qbo_settling(self):
        """Return what stands in QuickBooks for these allocations, in companies that are connected: recordsets.

        What goes may have to go first, hence applications of credits before payments.
        """
        connected = {company_id for _connection, company_id in self.env['qbo.connection']._connected()}
        mine = self.filtered(lambda partial: partial.company_id.id in connected) if connected else self.browse()
        moves = (mine.debit_move_id | mine.credit_move_id).move_id
        return [mine._qbo_applications(), moves.origin_payment_id, moves.statement_line_id,
                moves.filtered(lambda move: move._qbo_made_by_hand())] if mine else []

    def _qbo_applications(self):
        """Return the applications of credit notes, and of entries made by hand, that these allocations are part of."""
        moves = [(partial.credit_move_id.move_id, partial.debit_move_id.move_id) for partial in self]
        pairs = {(credit, debit._qbo_booked_as()) for credit, debit in moves
                 if credit.move_type == 'out_refund' or credit._qbo_made_by_hand()}
        return self.env['qbo.credit.application']._between({
            (credit, charge) for credit, charge in pairs
            if charge._name != 'account.move' or charge.move_type == 'out_invoice'
            or (credit.move_type == 'out_refund' and charge._qbo_made_by_hand())})

"""A credit note that settles an invoice, or that was paid out: in QuickBooks that is an object of its own."""

from odoo import api, fields, models

CHARGES = ('account.move', 'account.payment', 'account.bank.statement.line')


class QboCreditApplication(models.Model):
    """The reconciliation between a credit note and what it settles, in however many parts it was made.

    How much that is, is read from the reconciliation when it is sent; of nothing, the application goes.
    """

    _name = 'qbo.credit.application'
    _description = "QuickBooks Credit Application"
    _inherit = ['qbo.syncable']
    _order = 'id desc'

    credit_id = fields.Many2one(
        'account.move', string="Credit Note", required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='credit_id.company_id', store=True, index=True)
    charge_model = fields.Char(required=True, readonly=True)
    charge_id = fields.Many2oneReference(
        model_field='charge_model', string="Settles", required=True, readonly=True,
        help="An invoice, or money that was paid out.")

    _unique = models.Constraint(
        'UNIQUE (credit_id, charge_model, charge_id)', "A credit note is applied to another document once.")

    @api.depends('credit_id.name', 'charge_model', 'charge_id')
    def _compute_display_name(self):
        for application in self:
            charge = application._charge()
            application.display_name = f'{application.credit_id.name} → {charge.display_name if charge else "?"}'

    def _charge(self):
        """Return what the credit note settles, empty when it was deleted."""
        self.ensure_one()
        return self.env[self.charge_model].browse(self.charge_id).exists()

    def _partials(self):
        """Return the reconciliations that make it up."""
        self.ensure_one()
        charge = self._charge()
        partials = self.credit_id.line_ids.matched_debit_ids
        return partials.filtered(lambda partial: partial.debit_move_id.move_id._qbo_booked_as() == charge)

    # === WHERE THEY COME FROM === #

    @api.model
    def _between(self, pairs):
        """Return the applications of (credit note, what it settles), made where there are none yet."""
        keys = {(credit.id, charge._name, charge.id) for credit, charge in pairs if charge._name in CHARGES}
        if not keys:
            return self.browse()
        found = self.sudo().search([('credit_id', 'in', [credit_id for credit_id, _model, _id in keys])])
        found = found.filtered(lambda a: (a.credit_id.id, a.charge_model, a.charge_id) in keys)
        keys -= {(a.credit_id.id, a.charge_model, a.charge_id) for a in found}
        return found | self.sudo().create([
            {'credit_id': credit_id, 'charge_model': model, 'charge_id': charge_id}
            for credit_id, model, charge_id in sorted(keys)])

    @api.model
    def _of_company(self, company):
        """Return the applications of all credit notes of a company."""
        partials = self.env['account.partial.reconcile'].search([
            ('credit_move_id.move_id.move_type', 'in', ('out_refund', 'entry')),
            ('credit_move_id.account_id.account_type', '=', 'asset_receivable'),
            ('credit_move_id.move_id.origin_payment_id', '=', False),
            ('credit_move_id.move_id.statement_line_id', '=', False),
            ('credit_move_id.company_id', '=', company.id)])
        payments = self.env['account.payment'].search([
            ('payment_type', '=', 'outbound'), ('partner_type', '=', 'customer'), ('move_id', '=', False),
            ('invoice_ids', '!=', False), ('company_id', '=', company.id)])
        return partials._qbo_applications() | payments._qbo_applications()

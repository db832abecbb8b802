"""Hooks on journal entries: posted, cancelled, reset, deleted and edited documents are enqueued."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

PUSHED_FIELDS = {  # that can change while a document is posted, by hand, by resequencing or by code
    'name', 'ref', 'narration', 'invoice_date', 'invoice_date_due', 'invoice_payment_term_id', 'partner_id',
    'partner_shipping_id', 'currency_id', 'line_ids', 'invoice_line_ids',
}
PUSHED_LINE_FIELDS = {'name', 'analytic_distribution'}


class AccountMove(models.Model):
    """Invoices and credit notes."""

    _name = 'account.move'
    _inherit = ['account.move', 'qbo.syncable']

    def _post(self, soft=True):
        """Override of account to enqueue what was posted, and for the second time with its payments."""
        again = self.filtered('posted_before')
        posted = super()._post(soft)
        posted._qbo_enqueue()
        (posted & again)._qbo_enqueue_settling()
        return posted

    def button_draft(self):
        """Override of account to enqueue what was reset to draft, or to refuse that."""
        if not self.env.context.get('qbo_cancelling'):
            self._qbo_refuse_while_pushed('on_draft', self.env._(
                "These documents stand in QuickBooks, and this company does not reset such ones to draft: "
                "%(documents)s. Make a credit note instead, or have the policy of the QuickBooks connection changed."))
        result = super().button_draft()
        self._qbo_enqueue()
        self._qbo_enqueue_settling()
        return result

    def button_cancel(self):
        """Override of account to enqueue what was cancelled, or to refuse that."""
        self._qbo_refuse_while_pushed('on_cancel', self.env._(
            "These documents stand in QuickBooks, and this company does not cancel such ones: %(documents)s. Make a "
            "credit note instead, or have the policy of the QuickBooks connection changed."))
        result = super(AccountMove, self.with_context(qbo_cancelling=True)).button_cancel()
        self._qbo_enqueue()
        return result

    def write(self, vals):
        """Override to enqueue posted documents whose pushed fields were edited."""
        result = super().write(vals)
        if not PUSHED_FIELDS.isdisjoint(vals):
            self.filtered(lambda move: move.state == 'posted')._qbo_enqueue()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_pushed(self):
        """Refuse to delete what may not be cancelled."""
        self._qbo_refuse_while_pushed('on_cancel', self.env._(
            "These documents stand in QuickBooks, and this company does not delete such ones: %(documents)s. Make a "
            "credit note instead, or have the policy of the QuickBooks connection changed."))

    def unlink(self):
        """Override to enqueue what was deleted; the entry only keeps the name and the id."""
        self._qbo_enqueue()
        return super().unlink()

    def _qbo_is_expected(self):
        return self.state == 'posted'

    def _qbo_draft_domain(self):
        return Domain('state', '=', 'draft')

    def _qbo_companions(self):
        """Override to show the applications of a credit note, on both documents."""
        return self.env['qbo.credit.application'].search([
            '|', ('credit_id', 'in', self.ids), '&', ('charge_model', '=', self._name), ('charge_id', 'in', self.ids)])

    def _qbo_settling(self):
        """Return what settles these documents, of companies that are connected: recordsets of several models."""
        mine = self._qbo_of_connected_companies()
        partials = mine.line_ids.matched_debit_ids | mine.line_ids.matched_credit_ids
        return [*partials._qbo_settling(), mine.matched_payment_ids]

    def _qbo_enqueue_settling(self):
        """Enqueue what settles these documents."""
        for records in self._qbo_settling():
            self.env['qbo.queue.entry']._collect(records)

    def _qbo_of_connected_companies(self):
        """Return those of a company that is connected; no others are asked anything."""
        connected = {company_id for _connection, company_id in self.env['qbo.connection']._connected()}
        return self.filtered(lambda move: move.company_id.id in connected) if connected else self.browse()

    def _qbo_refuse_while_pushed(self, policy, message):
        """Refuse to undo documents that stand in QuickBooks, where the connection's policy says so.

        :raise UserError: naming them
        """
        mine = self._qbo_of_connected_companies()
        links = self.env['qbo.binding'].sudo().search([
            ('model', '=', self._name), ('res_id', 'in', mine.ids), ('state', '=', 'active'),
            (f'connection_id.{policy}', '=', 'block')]) if mine else ()
        if links:
            raise UserError(message % {'documents': ", ".join(links.mapped('record_name'))})


class AccountMoveLine(models.Model):
    """Their lines."""

    _inherit = 'account.move.line'

    def write(self, vals):
        """Override to enqueue posted documents whose lines were edited where Odoo lets that be done."""
        result = super().write(vals)
        if not PUSHED_LINE_FIELDS.isdisjoint(vals):
            self.move_id.filtered(lambda move: move.state == 'posted')._qbo_enqueue()
        return result

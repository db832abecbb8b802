"""Mark differences of a reconciliation as explained, with a reason that is kept."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class QboExplainWizard(models.TransientModel):
    """One question: why that is in order."""

    _name = 'qbo.explain.wizard'
    _description = "Explain a Difference from QuickBooks"

    line_ids = fields.Many2many('qbo.reconciliation.line', string="Differences", readonly=True)
    line_count = fields.Integer(compute='_compute_line_count', string="Number of Differences")
    reason = fields.Char(help="Printed in the report, and kept in the audit trail.")

    @api.depends('line_ids')
    def _compute_line_count(self):
        for wizard in self:
            wizard.line_count = len(wizard.line_ids)

    @api.model
    def _open(self, lines):
        """Return the action that opens the wizard for rows."""
        wizard = self.create({'line_ids': [fields.Command.set(lines.ids)]})
        return {'type': 'ir.actions.act_window', 'name': self.env._("Mark as Explained"), 'res_model': self._name,
                'res_id': wizard.id, 'view_mode': 'form', 'views': [(False, 'form')], 'target': 'new'}

    def action_explain(self):
        """Keep the reason."""
        self.ensure_one()
        self.check_access('write')
        if not (self.reason or '').strip():
            raise UserError(self.env._("Say why, for whoever reads the report."))
        self.line_ids._explain(self.reason.strip())
        return {'type': 'ir.actions.act_window_close'}

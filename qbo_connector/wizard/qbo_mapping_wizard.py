"""Review the suggested mappings and save them."""

from odoo import api, fields, models
from odoo.fields import Command


class QboMappingWizard(models.TransientModel):
    """What is in use in Odoo, with a suggested counterpart each; nothing is saved before it was reviewed."""

    _name = 'qbo.mapping.wizard'
    _description = "Map Odoo to QuickBooks"

    connection_id = fields.Many2one(
        'qbo.connection', required=True, ondelete='cascade',
        default=lambda self: self.env['qbo.connection'].search([('company_id', '=', self.env.company.id)], limit=1))
    line_ids = fields.One2many('qbo.mapping.wizard.line', 'wizard_id', string="Mappings")
    open_count = fields.Integer(compute='_compute_open_count', string="Needed")
    suggested_count = fields.Integer(compute='_compute_open_count', string="Suggested")

    @api.depends('line_ids.reference_id', 'line_ids.suggestion_id')
    def _compute_open_count(self):
        for wizard in self:
            open_lines = wizard.line_ids.filtered(lambda line: not line.reference_id)
            wizard.open_count = len(open_lines.filtered(lambda line: line.mapping_id.state != 'optional'))
            wizard.suggested_count = len(open_lines.filtered('suggestion_id'))

    @api.model_create_multi
    def create(self, vals_list):
        """Override to fill in the rows that are in use, with their suggestions."""
        wizards = super().create(vals_list)
        for wizard in wizards:
            wizard._propose()
        return wizards

    def _propose(self):
        """Fill the lines: one for each row in use, with what is mapped and what is suggested."""
        self.ensure_one()
        connection = self.connection_id
        if connection.state == 'connected' and not connection.references_read_at:
            connection.sudo()._load_references_or_note()
        rows = [(mapping, mapping._suggest(connection, mapping.kind, mapping._record()))
                for mapping in self.env['qbo.mapping']._fill(connection)]
        # What neither needs a counterpart nor has a likely one comes last.
        rows.sort(key=lambda row: row[0].state == 'optional' and not row[1].reference)
        self.line_ids = [Command.create({
            'mapping_id': mapping.id, 'reference_id': mapping.reference_id.filtered('active').id,
            'offered_id': mapping.reference_id.filtered('active').id,
            'suggestion_id': suggestion.reference.id, 'confidence': suggestion.confidence,
            'reason': suggestion.reason,
        }) for mapping, suggestion in rows]

    def action_accept_all(self):
        """Take every suggestion for the rows that have no counterpart; review, then save."""
        for wizard in self:
            wizard.line_ids.filtered(lambda line: not line.reference_id).action_accept()
        return self._reopen()

    def action_save(self):
        """Save what was chosen; entries that failed for want of it go on."""
        for line in self.line_ids:
            if line.reference_id != line.offered_id:  # what was not touched is not ours to change
                line.mapping_id.reference_id = line.reference_id
        return {'type': 'ir.actions.act_window_close'}

    def _reopen(self):
        """Return the action that shows this wizard."""
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("Map Odoo to QuickBooks"), 'res_model': self._name,
            'res_id': self[:1].id, 'view_mode': 'form', 'target': 'new', 'context': {'dialog_size': 'extra-large'},
        }


class QboMappingWizardLine(models.TransientModel):
    """One row under review."""

    _name = 'qbo.mapping.wizard.line'
    _description = "QuickBooks Mapping under Review"
    _order = 'id'

    wizard_id = fields.Many2one('qbo.mapping.wizard', required=True, ondelete='cascade')
    connection_id = fields.Many2one(related='wizard_id.connection_id')
    mapping_id = fields.Many2one('qbo.mapping', required=True, ondelete='cascade')
    kind = fields.Selection(related='mapping_id.kind')
    entity = fields.Char(related='mapping_id.entity')
    name = fields.Char(related='mapping_id.name')
    reference_id = fields.Many2one(
        'qbo.reference', string="In QuickBooks",
        domain="[('connection_id', '=', connection_id), ('entity', '=', entity), ('active', '=', True)]")
    offered_id = fields.Many2one('qbo.reference', readonly=True)
    suggestion_id = fields.Many2one('qbo.reference', readonly=True)
    confidence = fields.Integer(readonly=True)
    reason = fields.Char(readonly=True)
    warning = fields.Text(compute='_compute_warning')

    @api.depends('reference_id')
    def _compute_warning(self):
        for line in self:
            mapping = line.mapping_id
            line.warning = mapping._warning(mapping.kind, mapping._record(), line.reference_id)

    def action_accept(self):
        """Take the suggestion of these lines."""
        for line in self.filtered('suggestion_id'):
            line.reference_id = line.suggestion_id
        return self.wizard_id._reopen()

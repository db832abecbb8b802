"""Asks before a batch is undone, and says what that means in figures."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class QboUndoWizard(models.TransientModel):
    """The question, with the number of what would be voided, deleted or made inactive. Nobody is called to find out."""

    _name = 'qbo.undo.wizard'
    _description = "QuickBooks: Undo a Batch"

    batch_id = fields.Many2one('qbo.push.batch', required=True, ondelete='cascade')
    name = fields.Char(related='batch_id.name')
    void_count = fields.Integer(compute='_compute_counts', string="Voided")
    delete_count = fields.Integer(compute='_compute_counts', string="Deleted")
    inactive_count = fields.Integer(compute='_compute_counts', string="Made Inactive")
    total_count = fields.Integer(compute='_compute_counts')
    kinds = fields.Char(compute='_compute_counts', string="What It Created")
    still_open = fields.Boolean(compute='_compute_still_open')

    @api.depends('batch_id')
    def _compute_counts(self):
        handlers = self.env['qbo.entity']
        for wizard in self:
            found, counts = wizard.batch_id._created(), {'void': 0, 'delete': 0, 'none': 0}
            connection, kinds = wizard.batch_id.connection_id, []
            for (model, entity), links in found.grouped(lambda link: (link.model, link.entity)).items():
                handler = handlers._by_name(model, entity)
                counts[handler._undo(connection, self.env[model]) if handler is not None else 'none'] += len(links)
                kinds.append(f"{len(links)} {handlers._label(handler._name) if handler is not None else entity}")
            wizard.void_count, wizard.delete_count, wizard.inactive_count = counts.values()
            wizard.total_count, wizard.kinds = len(found), ", ".join(kinds)

    @api.depends('batch_id')
    def _compute_still_open(self):
        for wizard in self:
            wizard.still_open = wizard.batch_id.state in ('running', 'paused')

    def action_undo(self):
        """Begin; the batch shows how far it is."""
        self.ensure_one()
        if not self.total_count and not self.still_open:
            raise UserError(self.env._("Nothing that this batch created stands in QuickBooks any more."))
        self.batch_id._undo()
        return {'type': 'ir.actions.act_window', 'res_model': 'qbo.push.batch', 'res_id': self.batch_id.id,
                'view_mode': 'form', 'target': 'current'}

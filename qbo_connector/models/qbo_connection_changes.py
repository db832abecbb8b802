"""What becomes of changes that somebody made in QuickBooks to what Odoo pushed, and how many wait for a decision."""

from odoo import fields, models


class QboConnection(models.Model):
    """The part of the connection that says who wins."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    on_changed_there = fields.Selection(
        [
            ('ask', "Ask: show the difference and wait for a decision"),
            ('odoo', "Odoo wins: push it again"),
            ('accept', "Accept it, with a note on the record"),
        ],
        string="When It Is Changed in QuickBooks", required=True, default='ask',
        help="For documents, payments, customers and products that Odoo pushed and somebody edited, voided, deleted or "
             "made inactive in QuickBooks. Nothing changes in Odoo in any case. Pushed again three times within a day, "
             "and changed there each time, it is asked all the same.")
    changed_count = fields.Integer(string="Changed There", compute='_compute_changed_count')

    def _compute_changed_count(self):
        """Count what waits for a decision, all cards in one query."""
        counts = dict(self.env['qbo.binding'].sudo()._read_group(
            [('connection_id', 'in', self._origin.ids), ('remote_change_state', '=', 'open')],
            ['connection_id'], ['__count']))
        for connection in self:
            connection.changed_count = counts.get(connection._origin, 0)

    def action_open_changed(self):
        """Open what was changed in QuickBooks and waits for a decision."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('qbo_connector.qbo_binding_changed_action')
        return {**action, 'domain': [
            ('connection_id', '=', self.id), ('remote_change_kind', '!=', False)]}

"""The page in QuickBooks of what a link leads to."""

from odoo import fields, models

from ..qbo.weblinks import object_url


class QboBinding(models.Model):
    """The part of the link that a person clicks."""

    _inherit = 'qbo.binding'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    # Few of many: a search by such a badge begins with them.
    _unusual_index = models.Index(
        "(model, res_id) WHERE variance IS NOT NULL OR kept_because IS NOT NULL OR state <> 'active' "
        "OR remote_change_state = 'open'")

    qbo_url = fields.Char(compute='_compute_qbo_url', string="Page in QuickBooks")

    def _compute_qbo_url(self):
        """Work out the address; what was deleted in QuickBooks has no page any more."""
        for binding in self:
            connection_sudo = binding.connection_id.sudo()
            binding.qbo_url = binding.state != 'deleted' and object_url(
                connection_sudo.environment, binding.realm_id, binding.entity, binding.remote_id,
                connection_sudo._simulator_url())

    def action_qbo_open(self):
        """Open the page."""
        self.ensure_one()
        self.check_access('read')
        return self.env['qbo.badge']._qbo_visit(self.qbo_url)

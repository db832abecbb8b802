"""What a record shows of QuickBooks: badge, notice, number, link, and the parts of views that say so.

The parts are defined once, in ``views/qbo_record_templates.xml`` and ``static/src/qbo_badge.js``. A view of a model
names the place (``<div name="qbo_notice"/>``), and the part is put there when the view is read. Who belongs to no
company with a connection gets views without anything of ours.
"""

from copy import deepcopy

from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.tools.template_inheritance import remove_element

READERS = 'qbo_connector.group_qbo_user'
STATES = [
    ('none', "Not in QuickBooks"),
    ('excluded', "Excluded"),
    ('waiting', "Waiting"),
    ('changed', "Changed Since Sync"),
    ('blocked', "Blocked"),
    ('synced', "In QuickBooks"),
    ('changed_there', "Changed in QuickBooks"),
    ('variance', "In QuickBooks, with variance"),
    ('kept', "Left in QuickBooks as It Was"),
    ('failed', "Failed"),
    ('unknown', "Outcome Unknown"),
    ('inactive', "Inactive in QuickBooks"),
    ('voided', "Voided in QuickBooks"),
    ('deleted', "Deleted in QuickBooks"),
]
NOTICES = {  # how much a state of a record wants to be seen
    'failed': 'danger', 'blocked': 'danger', 'unknown': 'danger', 'variance': 'warning', 'kept': 'warning',
    'changed_there': 'warning', 'changed': 'info', 'excluded': 'info',
}
PARTS = {  # place in a view: template
    'qbo_notice': 'qbo_connector.qbo_record_notice',
    'qbo_buttons': 'qbo_connector.qbo_record_buttons',
    'qbo_filters': 'qbo_connector.qbo_record_filters',
}
OURS = "//*[starts-with(@name, 'qbo_') or starts-with(@name, 'action_qbo_')]"


class QboBadge(models.AbstractModel):
    """Gives a model the fields and the parts of views; what they say is computed by who inherits this."""

    _name = 'qbo.badge'
    _description = "Record with a QuickBooks Badge"

    qbo_state = fields.Selection(
        STATES, compute='_compute_qbo_state', search='_search_qbo_state', string="QuickBooks", compute_sudo=True,
        groups=READERS)
    qbo_message = fields.Char(
        compute='_compute_qbo_state', compute_sudo=True, string="QuickBooks Status", groups=READERS)
    qbo_notice = fields.Selection(
        [('danger', "Stopped"), ('warning', "Differs"), ('info', "For Information")],
        compute='_compute_qbo_state', compute_sudo=True, groups=READERS,
        help="How the form says it, beyond the badge.")
    qbo_changed = fields.Boolean(
        compute='_compute_qbo_state', search='_search_qbo_changed', compute_sudo=True,
        string="Changed Since Sync", groups=READERS,
        help="QuickBooks holds an earlier version: the update waits, is blocked or failed, or it was reset to draft.")
    qbo_differs = fields.Boolean(
        compute='_compute_qbo_state', compute_sudo=True, string="Figures Differ", groups=READERS,
        help="It stands in QuickBooks with figures of its own, and a person has to look.")
    qbo_fixable = fields.Boolean(
        compute='_compute_qbo_state', compute_sudo=True, string="Stopped by Something Else", groups=READERS,
        help="What stops it is a missing mapping or another record.")
    qbo_number = fields.Char(
        compute='_compute_qbo_state', compute_sudo=True, string="QuickBooks Number", groups=READERS)
    qbo_url = fields.Char(
        compute='_compute_qbo_state', compute_sudo=True, string="Page in QuickBooks", groups=READERS)
    qbo_entry_id = fields.Many2one(
        'qbo.queue.entry', compute='_compute_qbo_state', compute_sudo=True, groups=READERS)
    qbo_entry_count = fields.Integer(compute='_compute_qbo_state', compute_sudo=True, groups=READERS)

    def _compute_qbo_state(self):
        raise NotImplementedError

    @api.model
    def _search_qbo_state(self, operator, value):
        raise NotImplementedError

    @api.model
    def _search_qbo_changed(self, operator, value):
        raise NotImplementedError

    def _qbo_shown_records(self):
        """Return the records that stand for this one in QuickBooks."""
        return self

    # === BUTTONS === #

    def action_qbo_status(self):
        """Show how the record stands in QuickBooks, and its history."""
        self.ensure_one()
        return self.env['qbo.status.wizard']._open(self)

    def action_qbo_open(self):
        """Open the record's page in QuickBooks."""
        self.ensure_one()
        self.check_access('read')
        self.env['qbo.binding'].check_access('read')
        return self._qbo_visit(self.qbo_url)

    @api.model
    def _qbo_visit(self, url):
        """Return the action that opens a page of QuickBooks beside Odoo."""
        if not url:
            raise UserError(self.env._("There is no page in QuickBooks to open."))
        return {'type': 'ir.actions.act_url', 'url': url, 'target': 'new'}

    # === VIEWS === #

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type='form', **options):
        """Override: views differ by the connected companies that the user belongs to."""
        return (*super()._get_view_cache_key(view_id, view_type, **options),
                self.env['qbo.connection']._connected_companies_of_user())

    @api.model
    def _get_view(self, view_id=None, view_type='form', **options):
        """Override to put our parts in their places, or to take out whatever is ours."""
        arch, view = super()._get_view(view_id, view_type, **options)
        companies = self.env['qbo.connection']._connected_companies_of_user()
        if not companies:
            for node in arch.xpath(OURS):
                if node.getparent() is not None:
                    remove_element(node)
            return arch, view
        for place in arch.xpath(" | ".join(f"//*[@name='{name}'][not(*)]" for name in PARTS)):
            for part in self._qbo_part(PARTS[place.get('name')]):
                place.addprevious(part)
            remove_element(place)
        # The client knows which companies are chosen; what it is sent must not depend on them.
        elsewhere = " and ".join(f"{company} not in allowed_company_ids" for company in companies)
        attribute = {'list': 'column_invisible', 'search': 'invisible'}.get(view_type)
        for node in arch.xpath(OURS) if attribute else ():
            own = node.get(attribute)
            node.set(attribute, f"({own}) or ({elsewhere})" if own else elsewhere)
        return arch, view

    @api.model
    def _qbo_part(self, template):
        """Return new nodes of a part of views, in the user's language."""
        return deepcopy(list(self.env.ref(template).sudo()._get_combined_arch()))


class QboConnection(models.Model):
    """The part of the connection that says who sees anything of QuickBooks."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _connected_companies_of_user(self):
        """Return the ids of the companies with a connection that the user belongs to, chosen at the moment or not."""
        connected = {company_id for _connection, company_id in self._connected()}
        return tuple(sorted(connected.intersection(self.env.user._get_company_ids()))) if connected else ()


class IrActionsActions(models.Model):
    """The Action menu: nothing of ours for those who see nothing of QuickBooks."""

    _inherit = 'ir.actions.actions'

    @api.model
    def get_bindings(self, model_name):
        """Override to leave out our actions where the user belongs to no company with a connection."""
        bindings = super().get_bindings(model_name)
        if self.env['qbo.connection']._connected_companies_of_user():
            return bindings
        ours = self._qbo_action_ids()
        return {kind: [action for action in actions if action['id'] not in ours] for kind, actions in bindings.items()}

    @api.model
    @tools.ormcache()
    def _qbo_action_ids(self):
        """Return the ids of our actions in the Action menus of Odoo's own models."""
        return frozenset(self.env['ir.model.data'].sudo().search([
            ('module', '=', 'qbo_connector'), ('model', '=', 'ir.actions.server')]).mapped('res_id'))

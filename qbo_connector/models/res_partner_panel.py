"""The page *QuickBooks* of a contact: what stands there, from the mirror, and the way to have it read or created."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .qbo_badge import READERS
from .qbo_excludable import ACCOUNTANTS


class QboReference(models.Model):
    """The part of the mirror that says in a word whether an object can be used."""

    _inherit = 'qbo.reference'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    status = fields.Selection(
        [('active', "Active"), ('inactive', "Inactive or gone")], compute='_compute_status',
        help="Inactive or gone: QuickBooks takes nothing new for it.")

    @api.depends('active')
    def _compute_status(self):
        for reference in self:
            reference.status = 'active' if reference.active else 'inactive'


class ResPartner(models.Model):
    """Contacts: the page of what stands in QuickBooks."""

    _inherit = 'res.partner'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    qbo_customer_ids = fields.Many2many(
        'qbo.reference', compute='_compute_qbo_customer_ids', compute_sudo=True, groups=READERS,
        string="Customers in QuickBooks", help="One for each company and currency.")
    qbo_asked = fields.Boolean(
        compute='_compute_qbo_asked', compute_sudo=True, groups=READERS,
        help="Somebody asked for the customer, and it is being read.")

    def _qbo_links_sudo(self):
        """Return the live links of the contact and of its other currencies, in the companies that are chosen."""
        records = [self._origin, *self._origin._qbo_companions()] if self._origin else []
        return self.env['qbo.binding'].sudo().search(
            Domain('company_id', 'in', self.env.companies.ids) & Domain('entity', '=', 'Customer') & Domain.OR(
                Domain('model', '=', record._name) & Domain('res_id', '=', record.id) for record in records))

    @api.depends_context('allowed_company_ids')
    def _compute_qbo_customer_ids(self):
        for partner in self:
            partner.qbo_customer_ids = partner.qbo_customer_ids.browse().union(*(
                self.env['qbo.reference']._row(link.connection_id, link.entity, link.remote_id)
                for link in partner._qbo_links_sudo()))

    @api.depends_context('allowed_company_ids')
    def _compute_qbo_asked(self):
        for partner in self:
            links = partner._qbo_links_sudo()
            partner.qbo_asked = bool(links) and bool(self.env['qbo.change'].search_count([
                ('connection_id', 'in', links.connection_id.ids), ('entity', '=', 'Customer'),
                ('remote_id', 'in', links.mapped('remote_id')), ('state', '=', 'waiting')], limit=1))

    def action_qbo_refresh(self):
        """Have the customer read, with its open invoices, in the background."""
        self.ensure_one()
        self._qbo_check_accountant()
        links_sudo = self._qbo_links_sudo()
        if not links_sudo:
            raise UserError(self.env._("The contact is not in QuickBooks."))
        for connection_sudo, links in links_sudo.grouped('connection_id').items():
            if connection_sudo.state != 'connected':
                raise UserError(connection_sudo._standstill())
            self.env['qbo.change'].sudo()._ask(connection_sudo, 'Customer', links.mapped('remote_id'))
        return {
            'type': 'ir.actions.client', 'tag': 'display_notification', 'params': {
                'title': self.env._("QuickBooks is asked"),
                'message': self.env._("What it says stands here in a few seconds."),
                'type': 'success', 'next': {'type': 'ir.actions.client', 'tag': 'soft_reload'},
            }}

    def action_qbo_create(self):
        """Show what QuickBooks would miss, change or refuse of the contact, and offer to create it there."""
        self.ensure_one()
        self._qbo_check_accountant()
        return self.env['qbo.create.wizard']._open(self)

    def _qbo_check_accountant(self):
        """Let accountants alone cause calls of QuickBooks.

        :raises AccessError: for others
        """
        self.check_access('read')
        if not self.env.user.has_group(ACCOUNTANTS):
            raise AccessError(self.env._("This needs the QuickBooks accountant group."))

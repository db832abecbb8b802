"""How far the set-up of a connection is. What can be seen from facts is not counted in steps, so it is never wrong."""

from odoo import api, fields, models

SETUP = 'qbo_connector.qbo_connection_setup_action'
STEPS = ('app', 'connect', 'company', 'map', 'scope', 'dry_run', 'live')


class QboConnection(models.Model):
    """The part of the connection that guides from an empty page to the first document in QuickBooks."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    setup_step = fields.Selection(
        [('app', "Keys"), ('connect', "Connect"), ('company', "Company"), ('map', "Mapping"), ('scope', "What Is Sent"),
         ('dry_run', "Dry Run"), ('live', "Go Live"), ('done', "Done")],
        string="Next Step", compute='_compute_setup')
    setup_done = fields.Integer(string="Steps Done", compute='_compute_setup')
    setup_share = fields.Float(string="Set Up (%)", compute='_compute_setup')
    setup_app = fields.Boolean(string="Keys Entered", compute='_compute_setup')
    setup_company = fields.Boolean(string="Company Recognised", compute='_compute_setup')
    setup_map = fields.Boolean(string="Mappings Complete", compute='_compute_setup')
    mapped_count = fields.Integer(string="Mapped", compute='_compute_mapped_count')
    company_mismatch = fields.Char(string="Does Not Fit", compute='_compute_company_mismatch')
    country_mismatch = fields.Char(string="Other Country", compute='_compute_company_mismatch')

    # === FACTS === #

    @api.depends('company_id', 'home_currency', 'country_code', 'qbo_company_name')
    def _compute_company_mismatch(self):
        for connection in self:
            company = connection.company_id
            here, there = company.currency_id.name, connection.home_currency
            connection.company_mismatch = there and here != there and self.env._(
                "%(company)s keeps its books in %(here)s, %(other)s in QuickBooks in %(there)s. Nothing can be sent: "
                "disconnect and choose another QuickBooks company.",
                company=company.name, here=here, other=connection.qbo_company_name, there=there)
            here, there = company.account_fiscal_country_id.code, connection.country_code
            connection.country_mismatch = here and there and here != there and self.env._(
                "%(company)s is in %(here)s, %(other)s in QuickBooks in %(there)s. Is it the right one?",
                company=company.name, here=here, other=connection.qbo_company_name, there=there)

    def _compute_mapped_count(self):
        mapped = dict(self.env['qbo.mapping'].sudo()._read_group(
            [('connection_id', 'in', self.ids), ('state', '=', 'mapped')], ['connection_id'], ['__count']))
        for connection in self:
            connection.mapped_count = mapped.get(connection._origin, 0)

    @api.depends(
        'client_id', 'client_secret', 'has_client_secret', 'environment', 'state', 'company_mismatch', 'mapped_count',
        'unmapped_count', 'scope_set_at', 'dry_run_at', 'live_at')
    def _compute_setup(self):
        for connection in self:
            connected = connection.state not in ('disconnected', 'reconnect')
            connection.setup_app = connection._has_app()
            connection.setup_company = connected and bool(connection.facts_read_at) and not connection.company_mismatch
            connection.setup_map = bool(connection.mapped_count) and not connection.unmapped_count
            done = {
                'app': connection.setup_app, 'connect': connected, 'company': connection.setup_company,
                'map': connection.setup_map, 'scope': bool(connection.scope_set_at),
                'dry_run': bool(connection.dry_run_at), 'live': bool(connection.live_at)}
            connection.setup_done = sum(done.values())
            connection.setup_share = 100 * connection.setup_done / len(STEPS)
            connection.setup_step = 'done' if done['live'] else next(step for step in STEPS if not done[step])

    def _has_app(self):
        """Tell whether client ID and secret are there, the connection's own or the system parameters'."""
        if (self.sudo().client_id or '').strip():
            # The secret itself is never read; while it is being typed it stands in the form alone.
            return self.has_client_secret or bool(self._cache.get('client_secret'))
        return bool(self._parameter('client_id') and self._parameter('client_secret'))

    # === WAYS === #

    @api.model
    def _action_open_app(self):
        """Return where the app begins: the guided path while there is one company to set up, else the dashboard."""
        connections = self.search([], limit=2)
        may_set_up = self.env.user.has_group('qbo_connector.group_qbo_administrator')
        if may_set_up and (not connections or (len(connections) == 1 and not connections.live_at)):
            return connections.action_open_setup()
        return self.env['ir.actions.act_window']._for_xml_id('qbo_connector.qbo_connection_action')

    def action_open_setup(self):
        """Open the guided path, of a connection or of a new one."""
        self.check_access('read')
        return {**self.env['ir.actions.act_window']._for_xml_id(SETUP), 'res_id': self.id}

    def _page(self):
        """Return the address where a person goes on after QuickBooks' consent page."""
        return f'/odoo/quickbooks/{self.id}' if self.live_at else f'/odoo/quickbooks-setup/{self.id}'

    def action_set_scope(self):
        """Note that a person has chosen what is sent and from which day: the form was saved by pressing the button."""
        self.ensure_one()
        self.check_access('write')
        self.scope_set_at = fields.Datetime.now()

    def action_open_dry_run(self):
        """Open the dry run."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("QuickBooks Dry Run"),
            'res_model': 'qbo.dry.run.wizard', 'view_mode': 'form', 'target': 'new',
            'res_id': self.env['qbo.dry.run.wizard'].create({'connection_id': self.id}).id,
            'context': {'dialog_size': 'extra-large'},
        }

    def action_open_go_live(self):
        """Open the checklist, at whose end the company can be switched to live."""
        self.ensure_one()
        self._check_administrator()
        return self.env['qbo.go.live.wizard'].create({'connection_id': self.id})._reopen()

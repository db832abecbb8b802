"""The connection of one Odoo company with one QuickBooks company (a *realm*)."""

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

from .qbo_queue_entry import OPEN_STATES, STUCK_STATES


class QboConnection(models.Model):
    """Which company stands in which realm, how it is reached and what may be sent.

    How it is connected is in :mod:`.qbo_connection_oauth`, when it may send in :mod:`.qbo_connection_sending`.
    Tokens and the client secret are not here but, encrypted, in :mod:`.qbo_credential`.
    """

    _name = 'qbo.connection'
    _description = "QuickBooks Connection"
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _rec_name = 'company_id'
    _order = 'company_id'

    company_id = fields.Many2one(
        'res.company', required=True, index=True, ondelete='restrict', default=lambda self: self.env.company,
        help="The company whose documents go to QuickBooks. It has one connection.")
    active = fields.Boolean(default=True)
    user_id = fields.Many2one(
        'res.users', string="Responsible", required=True, default=lambda self: self.env.user, tracking=True,
        domain=[('share', '=', False)], help="Is told when QuickBooks has to be connected again.")
    environment = fields.Selection(
        [('sandbox', "Sandbox"), ('production', "Production")], required=True, default='production', tracking=True,
        help="Sandbox for an app's development keys, Production for its production keys.")
    simulated = fields.Boolean(
        compute='_compute_simulated', help="The server's configuration puts a simulator in QuickBooks' place.")
    state = fields.Selection(
        [
            ('disconnected', "Not Connected"),
            ('connected', "Connected"),
            ('reconnect', "Reconnect Needed"),
            ('paused', "Paused: Copy of a Database"),
        ],
        required=True, default='disconnected', readonly=True, copy=False, tracking=True)
    state_reason = fields.Char(string="Reason", readonly=True, copy=False)

    # === APP AND TOKENS === #
    client_id = fields.Char(
        string="Client ID", copy=False, groups='qbo_connector.group_qbo_administrator',
        help="Of your app at developer.intuit.com. Empty: the system parameter qbo_connector.client_id.")
    client_secret = fields.Char(
        compute='_compute_client_secret', readonly=False, copy=False,
        groups='qbo_connector.group_qbo_administrator',
        help="Can be set, never read. Empty: the system parameter qbo_connector.client_secret.")
    has_client_secret = fields.Boolean(compute='_compute_credential', string="Secret Stored")
    redirect_uri = fields.Char(
        string="Redirect URI", compute='_compute_redirect_uri',
        help="Register exactly this address with your app at developer.intuit.com.")
    access_expires_at = fields.Datetime(string="Access Token Until", compute='_compute_credential')
    refresh_expires_at = fields.Datetime(
        string="Connection Lapses", compute='_compute_credential',
        help="QuickBooks forgets a connection that is not used for about 100 days; each use extends it.")
    hard_expires_at = fields.Datetime(
        string="Consent Ends", compute='_compute_credential',
        help="QuickBooks asks for a new consent after five years at the latest.")
    expires_soon = fields.Boolean(compute='_compute_credential')
    expiry_warned_for = fields.Datetime(readonly=True, copy=False)
    database_uuid = fields.Char(readonly=True, copy=False, help="The database that may use this connection.")

    # === THE QUICKBOOKS COMPANY, READ AT CONNECT === #
    realm_id = fields.Char(string="QuickBooks Company ID", readonly=True, copy=False, tracking=True)
    qbo_company_name = fields.Char(string="QuickBooks Company", readonly=True, copy=False)
    home_currency = fields.Char(readonly=True, copy=False)
    country_code = fields.Char(string="Country", readonly=True, copy=False)
    plan = fields.Char(readonly=True, copy=False)
    tax_regime = fields.Selection(
        [('us', "US sales tax"), ('global', "Tax code per line"), ('none', "No sales tax")],
        readonly=True, copy=False)
    us_tax_code = fields.Char(string="Default US Tax Code", readonly=True, copy=False)
    using_sales_tax = fields.Boolean(readonly=True, copy=False)
    partner_tax = fields.Boolean(string="Automated Sales Tax", readonly=True, copy=False)
    custom_txn_numbers = fields.Boolean(string="Custom Transaction Numbers", readonly=True, copy=False)
    multi_currency = fields.Boolean(readonly=True, copy=False)
    allow_discount = fields.Boolean(string="Discounts", readonly=True, copy=False)
    allow_shipping = fields.Boolean(string="Shipping", readonly=True, copy=False)
    track_quantity = fields.Boolean(string="Inventory Quantities", readonly=True, copy=False)
    book_close_date = fields.Date(string="Books Closed Until", readonly=True, copy=False)
    facts_read_at = fields.Datetime(string="Read At", readonly=True, copy=False)
    references_read_at = fields.Datetime(string="Lists Read At", readonly=True, copy=False)

    # === WHAT IS SENT, AND WHEN === #
    sync_mode = fields.Selection(
        [('realtime', "Real time"), ('queue', "At an interval")], required=True, default='realtime',
        help="Real time: in QuickBooks seconds after posting. The click itself never waits for QuickBooks.")
    sync_interval = fields.Integer(
        string="Interval (minutes)", required=True, default=5, help="How many minutes lie between two runs.")
    sync_from = fields.Date(
        string="Documents From", default=fields.Date.context_today,
        help="Older documents stay out of QuickBooks: they are usually in its books already. Empty: all.")
    cron_id = fields.Many2one('ir.cron', readonly=True, copy=False, ondelete='set null')
    push_all_customers = fields.Boolean(
        string="Every Customer", help="Otherwise a customer travels with its first document.")
    push_all_products = fields.Boolean(
        string="Every Saleable Product", help="Otherwise a product travels with its first document.")
    stockable_as = fields.Selection(
        [('noninventory', "Non-inventory (Odoo keeps the stock)"), ('inventory', "Inventory (QuickBooks counts too)")],
        string="Stockable Goods As", required=True, default='noninventory',
        help="Which kind of item a stockable product becomes. An item that QuickBooks has already keeps its kind. "
             "What QuickBooks counts begins there at no stock.")
    print_company_name = fields.Boolean(
        string="Company Above Address", help="Prints the company's name above a contact's address.")

    # === TROUBLE === #
    paused_until = fields.Datetime(readonly=True, copy=False)
    paused_reason = fields.Char(readonly=True, copy=False)
    failure_streak = fields.Integer(readonly=True, copy=False)
    sweep_due = fields.Boolean(
        readonly=True, copy=False,
        help="The next run also looks for records that are missing in QuickBooks and not in the queue.")

    mapping_ids = fields.One2many('qbo.mapping', 'connection_id', string="Mappings")
    waiting_count = fields.Integer(compute='_compute_counts')
    failed_count = fields.Integer(compute='_compute_counts')
    link_count = fields.Integer(compute='_compute_counts')
    unmapped_count = fields.Integer(compute='_compute_counts')
    reference_count = fields.Integer(compute='_compute_counts')

    _company_unique = models.Constraint('UNIQUE (company_id)', "A company has only one QuickBooks connection.")
    _realm_unique = models.UniqueIndex(
        '(environment, realm_id) WHERE realm_id IS NOT NULL',
        "This QuickBooks company is already connected with another company.")
    _interval_positive = models.Constraint('CHECK (sync_interval > 0)', "The interval is at least one minute.")

    # === COMPUTE === #

    @api.depends('company_id', 'qbo_company_name')
    def _compute_display_name(self):
        for connection in self:
            names = filter(None, (connection.company_id.name, connection.qbo_company_name))
            connection.display_name = " / ".join(names)

    def _compute_simulated(self):
        self.simulated = bool(self._simulator_url())

    def _compute_client_secret(self):
        self.client_secret = False  # write-only: what was typed goes to the credential, see write()

    @api.depends_context('uid')
    def _compute_credential(self):
        credentials_sudo = self.env['qbo.credential'].sudo().search(
            [('connection_id', 'in', self._origin.ids)]).grouped(lambda credential: credential.connection_id.id)
        for connection in self:
            credential_sudo = credentials_sudo.get(connection._origin.id, self.env['qbo.credential'].sudo())
            connection.has_client_secret = bool(credential_sudo.client_secret_enc)
            connection.access_expires_at = credential_sudo.access_expires_at
            connection.refresh_expires_at = credential_sudo.refresh_expires_at
            connection.hard_expires_at = credential_sudo.hard_expires_at
            connection.expires_soon = bool(connection._expiry_to_warn_of())

    def _compute_redirect_uri(self):
        base = self.env['ir.config_parameter'].sudo().get_param('web.base.url', '').rstrip('/')
        self.redirect_uri = f'{base}/qbo/oauth/callback'

    @api.depends('state', 'paused_until')
    def _compute_counts(self):
        entries = self.env['qbo.queue.entry'].sudo()._read_group(
            [('connection_id', 'in', self.ids), ('state', 'in', OPEN_STATES + STUCK_STATES)],
            ['connection_id', 'state'], ['__count'])
        queue = {(connection.id, state): count for connection, state, count in entries}
        links = dict(self.env['qbo.binding'].sudo()._read_group(
            [('connection_id', 'in', self.ids)], ['connection_id'], ['__count']))
        references = dict(self.env['qbo.reference'].sudo()._read_group(
            [('connection_id', 'in', self.ids)], ['connection_id'], ['__count']))
        unmapped = dict(self.env['qbo.mapping'].sudo()._read_group(
            [('connection_id', 'in', self.ids), ('state', 'in', ('missing', 'inactive'))],
            ['connection_id'], ['__count']))
        for connection in self:
            counts = {state: queue.get((connection.id, state), 0)
                      for state in ('pending', 'sending', 'failed', 'dead', 'unknown')}
            connection.waiting_count = counts['pending'] + counts['sending']
            connection.failed_count = counts['failed'] + counts['dead'] + counts['unknown']
            connection.link_count = links.get(connection, 0)
            connection.reference_count = references.get(connection, 0)
            connection.unmapped_count = unmapped.get(connection, 0)

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override to put the client secret away encrypted and to give each connection its cron."""
        secrets = [self._take_secret(vals) for vals in vals_list]
        connections = super().create(vals_list)
        for connection, secret in zip(connections, secrets, strict=True):
            credential_sudo = self.env['qbo.credential'].sudo().create({'connection_id': connection.id})
            if secret:
                credential_sudo._set_client_secret(secret)
            connection._create_cron()
        self.env.registry.clear_cache()
        return connections

    def write(self, vals):
        """Override to put the client secret away encrypted and to let the cron follow."""
        vals = dict(vals)
        secret = self._take_secret(vals)
        if secret:
            self.check_access('write')
            for connection in self:
                connection._credential_sudo()._set_client_secret(secret)
        if vals.get('environment') or vals.get('company_id'):
            self._check_movable(vals)
        result = super().write(vals)
        if not {'sync_interval', 'active', 'company_id'}.isdisjoint(vals):
            self._update_cron()
        if not {'realm_id', 'active', 'company_id'}.isdisjoint(vals):
            self.env.registry.clear_cache()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_linked(self):
        """Keep what tells which documents stand in QuickBooks: a used connection is archived instead."""
        if self.env['qbo.binding'].sudo().with_context(active_test=False).search_count(
                [('connection_id', 'in', self.ids)], limit=1):
            raise UserError(self.env._("A connection with links into QuickBooks is archived, not deleted."))

    def unlink(self):
        """Override to take the cron along."""
        crons_sudo = self.sudo().cron_id
        result = super().unlink()
        crons_sudo.unlink()
        self.env.registry.clear_cache()
        return result

    def _take_secret(self, vals):
        """Take the client secret out of values, so that it never reaches the ORM's cache, log or chatter."""
        return (vals.pop('client_secret', False) or '').strip()

    def _check_movable(self, vals):
        """Refuse to move a connected connection to another environment or company."""
        for connection in self.filtered('realm_id'):
            company_id = vals.get('company_id', connection.company_id.id)
            environment = vals.get('environment', connection.environment)
            if (company_id, environment) != (connection.company_id.id, connection.environment):
                raise UserError(self.env._(
                    "This connection has links with %(company)s in QuickBooks. Disconnect and archive them before "
                    "you change its company or environment.", company=connection.qbo_company_name))

    @api.constrains('sync_interval')
    def _check_sync_interval(self):
        if any(connection.sync_interval > 1440 for connection in self):
            raise ValidationError(self.env._("The interval is one day (1440 minutes) at most."))

    # === HELPERS === #

    @api.model
    @tools.ormcache()
    def _connected(self):
        """Return ((connection id, company id), ...) of what is pushed anywhere: hooks ask at every posting."""
        return tuple((connection.id, connection.company_id.id) for connection in self.sudo().search(
            [('realm_id', '!=', False)]))

    def _credential_sudo(self):
        """Return the row with the tokens and the secret; nobody has access to it, hence sudo."""
        self.ensure_one()
        return self.env['qbo.credential'].sudo().search([('connection_id', '=', self._origin.id)], limit=1)

    def _open(self, model, name, domain, **extra):
        """Return an action that lists rows of this connection."""
        self.ensure_one()
        self.check_access('read')
        return {
            'type': 'ir.actions.act_window', 'name': name, 'res_model': model, 'view_mode': 'list,form',
            'domain': [('connection_id', '=', self.id), *domain],
            'context': {'default_connection_id': self.id}, **extra,
        }

    # === BUTTONS === #

    def action_open_waiting(self):
        """Open the queue entries that wait."""
        return self._open('qbo.queue.entry', self.env._("Waiting"), [('state', 'in', ('pending', 'sending'))])

    def action_open_failed(self):
        """Open the queue entries a person must look at."""
        return self._open(
            'qbo.queue.entry', self.env._("Needs Attention"), [('state', 'in', ('failed', 'dead', 'unknown'))])

    def action_open_links(self):
        """Open the links into QuickBooks."""
        return self._open('qbo.binding', self.env._("Links"), [])

    def action_open_mappings(self):
        """Open the mappings."""
        return self._open('qbo.mapping', self.env._("Mappings"), [])

    def action_open_references(self):
        """Open the mirror of QuickBooks' lists: when each was read, and the way to its rows."""
        self.check_access('read')
        self.env['qbo.list']._of(self, self._all_lists())
        return self._open('qbo.list', self.env._("QuickBooks Lists"), [], view_mode='list')

    def action_open_mapping_wizard(self):
        """Open the wizard that suggests mappings."""
        self.ensure_one()
        wizard = self.env['qbo.mapping.wizard'].create({'connection_id': self.id})
        return wizard._reopen()

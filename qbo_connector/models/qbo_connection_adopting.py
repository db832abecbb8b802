"""What a connection offers to adopt: customers and items that match, documents that stand in QuickBooks already."""

from odoo import api, fields, models


class QboConnection(models.Model):
    """The part of the connection that opens the matches and the cut-over."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    match_count = fields.Integer(
        string="To Match", compute='_compute_match_count',
        help="Customers and products that may stand in QuickBooks already and wait for your decision.")
    matches_searched_at = fields.Datetime(readonly=True, copy=False)

    @api.depends('state')
    def _compute_match_count(self):
        Match = self.env['qbo.match'].sudo()
        counts = dict(Match._read_group(Match._to_decide(self), ['connection_id'], ['__count']))
        for connection in self:
            connection.match_count = counts.get(connection, 0)

    def action_open_matches(self):
        """Open what of Odoo may stand in QuickBooks already; it is looked for where the lists were read since."""
        self.ensure_one()
        self.env['qbo.binding']._check_may_link()
        self.check_access('read')
        if self.state == 'connected' and not self.references_read_at:
            self.sudo()._load_references_or_note()
        read_at, searched_at = self.references_read_at, self.matches_searched_at
        if not searched_at or (read_at and read_at > searched_at):
            self.env['qbo.match']._search_all(self)
        else:
            self.env['qbo.match']._follow_links(self)
        action = self._open('qbo.match', self.env._("Match with QuickBooks"), [], view_mode='list', context={
            'default_connection_id': self.id, 'search_default_undecided': 1, 'search_default_group_state': 1})
        return self._unless_still_reading(action)

    def _unless_still_reading(self, action):
        """Return an action, after the warning that not everything there is known yet."""
        reading = self._still_reading()
        if not reading:
            return action
        return self._notification(self.env._("Not everything is compared yet"), self.env._(
            "%(reading)s Open this again when they are read.", reading=reading), kind='warning', then=action)

    def action_open_cutover(self):
        """Open the searches for documents that stand in QuickBooks already."""
        self.ensure_one()
        self.env['qbo.binding']._check_may_link()
        return self._open('qbo.cutover', self.env._("Documents Already in QuickBooks"), [])

    def _archive_links(self):
        """Override to forget decisions about the objects of a QuickBooks company that is let go of."""
        super()._archive_links()
        self.env['qbo.match'].sudo().search([('connection_id', '=', self.id)]).unlink()
        self.env['qbo.cutover'].sudo().search([('connection_id', '=', self.id)]).unlink()
        self.matches_searched_at = False

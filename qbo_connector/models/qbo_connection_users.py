"""As whom what comes from QuickBooks is entered in Odoo: an ordered list of users, of whom the first who may does it.

What a cron does as a superuser bears nobody's name and asks for nobody's rights. A payment that is taken over does: it
is made by a person who could have made it by hand, and whoever has left the company no longer does.
"""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..exceptions import PullError

USERS = 'qbo_connector.mail_activity_type_users'

# what taking a payment over does, each of which Odoo asks the rights for
DEEDS = (('account.payment', 'create'), ('account.payment', 'write'), ('account.move', 'create'),
         ('account.partial.reconcile', 'create'), ('account.partial.reconcile', 'unlink'), ('qbo.mapping', 'write'))


class QboActingUser(models.Model):
    """One user of the list of a connection."""

    _name = 'qbo.acting.user'
    _description = "QuickBooks: As Whom Odoo Enters What Comes In"
    _order = 'sequence, id'
    _rec_name = 'user_id'

    connection_id = fields.Many2one('qbo.connection', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='connection_id.company_id', store=True, index=True)
    sequence = fields.Integer(default=10, help="The first in the list who may do it is taken.")
    user_id = fields.Many2one(
        'res.users', required=True, ondelete='cascade', domain=[('share', '=', False)],
        help="Needs the company, the rights of an invoicing user in Odoo, and those of a QuickBooks accountant.")
    obstacle = fields.Char(
        string="Passed Over Because", compute='_compute_obstacle',
        help="Why nothing can be entered as this user at the moment.")

    _user_unique = models.Constraint('UNIQUE (connection_id, user_id)', "This user is in the list already.")

    @api.depends('user_id', 'connection_id.company_id')
    def _compute_obstacle(self):
        for acting in self:
            acting.obstacle = bool(acting.user_id) and acting.connection_id._obstacle_of(acting.user_id)


class QboConnection(models.Model):
    """The part of the connection that knows as whom it works."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    acting_ids = fields.One2many(
        'qbo.acting.user', 'connection_id', string="Enter As",
        help="Payments that come from QuickBooks are entered as the first of these users who is active, belongs to the "
             "company and has the rights; the responsible user comes last. You are told when somebody is passed over.")
    acting_told_for = fields.Json(readonly=True, copy=False, help="The obstacles that people were told of.")

    def _acting_user_sudo(self):
        """Return the user as whom what comes in is entered: the first who may, after the list the responsible one.

        :raises PullError: nobody may
        """
        self.ensure_one()
        for user_sudo in self._acting_users_sudo():
            if not self._obstacle_of(user_sudo):
                return user_sudo
        raise PullError(self._nobody_acts())

    def _acting_users_sudo(self):
        """Return whom it may be, in their order."""
        return self.sudo().acting_ids.user_id | self.sudo().user_id

    def _nobody_acts(self):
        """Return in the user's words that nobody is left, and what to do."""
        return self.env._(
            "Nobody is left as whom this can be entered in Odoo: %(users)s. Give one of them the rights, or name "
            "another user under Enter As on the connection.", users="; ".join(self.env._(
                "%(user)s: %(why)s", user=user_sudo.name, why=self._obstacle_of(user_sudo).rstrip('.'))
                for user_sudo in self._acting_users_sudo()))

    def _obstacle_of(self, user):
        """Return why nothing can be entered as a user, or ''; asked of Odoo's own access rights and rules."""
        user_sudo, company = user.sudo(), self.sudo().company_id
        if not user_sudo.active or user_sudo.share:
            return self.env._("The user is archived or has no access to Odoo's screens.")
        if company not in user_sudo.company_ids:
            return self.env._("The user does not belong to %(company)s.", company=company.name)
        env = self.with_user(user_sudo).with_context(allowed_company_ids=company.ids).env
        for model, deed in DEEDS:
            if not env[model].has_access(deed):
                return self.env._("The user lacks a right on %(what)s.", what=self.env['ir.model']._get(model).name)
        try:
            env[self._name].browse(self._origin.id).check_access('read')
        except AccessError:
            return self.env._("The user does not see this connection.")
        return ''

    def _alert_people(self):
        """Override to tell once of users in the list who are passed over, and that nobody is left."""
        super()._alert_people()
        if not self.exists():
            return
        connection = self._for_alerted_user()
        obstacles = {str(acting.user_id.id): acting.obstacle for acting in connection.acting_ids if acting.obstacle}
        if not obstacles or not self.active or self.state == 'disconnected':
            connection.activity_unlink([USERS])
            self.acting_told_for = False
            return
        told, self.acting_told_for = self.acting_told_for or {}, obstacles
        if obstacles.items() - told.items():  # that one has the rights again is no news
            connection._tell(
                USERS, connection.env._("QuickBooks: users are passed over"), connection._passed_over_note())

    def _passed_over_note(self):
        """Return who is passed over and who acts, as HTML."""
        lines = Markup().join(Markup("<li>%s: %s</li>") % (acting.user_id.name, acting.obstacle)
                              for acting in self.acting_ids if acting.obstacle)
        try:
            now = self.env._("Until this is mended, what comes from QuickBooks is entered as %(user)s.",
                             user=self._acting_user_sudo().name)
        except PullError:
            now = self.env._("Nobody is left, so nothing that comes from QuickBooks is entered.")
        return Markup("<ul>%s</ul><p>%s</p>") % (lines, now)

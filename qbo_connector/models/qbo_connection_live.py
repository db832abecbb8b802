"""The switch "live": until a person has gone live, a company gets what a person sends there by hand, and no more."""

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError

SIGNS = {'ok': "✓", 'hint': "•", 'warning': "⚠", 'blocker': "✗"}


class QboConnection(models.Model):
    """The part of the connection that knows whether it is live, and since when."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    live_at = fields.Datetime(
        string="Live Since", readonly=True, copy=False, tracking=True,
        help="Since then everything that is posted goes to QuickBooks by itself. Before, only what a person sends "
             "there by hand, to try it out.")
    live_user_id = fields.Many2one(
        'res.users', string="Switched to Live By", readonly=True, copy=False, tracking=True, ondelete='set null')
    scope_set_at = fields.Datetime(
        string="Scope Chosen At", readonly=True, copy=False, help="When a person chose what is sent, and since when.")
    dry_run_at = fields.Datetime(string="Last Dry Run", readonly=True, copy=False)
    dry_run_found = fields.Integer(
        string="Looked At in the Dry Run", readonly=True, copy=False, help="What was missing in QuickBooks then.")
    dry_run_stopped = fields.Integer(
        string="Stopped in the Dry Run", readonly=True, copy=False, help="How many of them could not have been sent.")

    def _go_live(self, checks, reason=''):
        """Switch to live, and send what should stand in QuickBooks and does not.

        :param list checks: what was checked, :class:`~.qbo_connection_checklist.Check`; kept in the history
        :param str reason: why a person goes live although not everything is in order
        """
        self.ensure_one()
        self._check_administrator()
        self.write({'live_at': fields.Datetime.now(), 'live_user_id': self.env.uid, 'sweep_due': True})
        lines = Markup().join(
            Markup("<li>%s %s: %s</li>") % (SIGNS[check.level], check.title, check.text) for check in checks)
        note = self.env._("Live: from now on what is posted goes to QuickBooks.")
        despite = ", ".join(check.title for check in checks if check.level == 'warning')
        overridden = self.env._("Not in order, and gone live all the same: %(checks)s. Reason: %(reason)s",
                                checks=despite, reason=reason) if reason else ''
        self.message_post(body=Markup("<p>%s</p><ul>%s</ul><p>%s</p>") % (note, lines, overridden))
        self.env['qbo.audit']._note(self, 'golive', " ".join(filter(None, (note, overridden))))
        self._enqueue_changed_links()
        self._trigger_drain(at=fields.Datetime.now())

    def _enqueue_changed_links(self):
        """Enqueue what was linked before the company was live and has changed in Odoo since: no search finds it."""
        links = self.env['qbo.binding'].sudo().search(
            [('connection_id', '=', self.id), ('pushed_at', '=', False), ('state', '=', 'active')])
        for model, mine in links.grouped('model').items():
            linked_at = {link.res_id: link.create_date for link in mine}
            self.env[model].sudo().browse(linked_at).exists().filtered(
                lambda record, linked_at=linked_at: record.write_date > linked_at[record.id])._qbo_enqueue()

    def _not_live(self):
        """Return why nothing goes to QuickBooks by itself, or ''."""
        return '' if self.live_at else self.env._(
            "%(company)s is not live in QuickBooks yet: only what you send by hand goes there.",
            company=self.company_id.name)

    def _check_live(self):
        """Refuse what sends many documents before the company is live: that would be going live.

        :raises UserError: it is not live
        """
        if not self.live_at:
            raise UserError(self.env._(
                "This company is not live yet. Go live first: that sends everything that is missing."))

    def action_push_missing(self):
        """Override to refuse before the company is live."""
        self._check_live()
        return super().action_push_missing()

    def _archive_links(self):
        """Override to begin from the beginning: the next QuickBooks company has to be gone live with, too."""
        super()._archive_links()
        self.write({'live_at': False, 'live_user_id': False, 'dry_run_at': False, 'scope_set_at': False})

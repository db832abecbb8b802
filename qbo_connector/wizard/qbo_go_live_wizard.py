"""Go live: the checklist, a reason for what is not in order, and the switch. And what it needs to know of dry runs."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class QboGoLiveWizard(models.TransientModel):
    """What stands between a connection and its first document."""

    _name = 'qbo.go.live.wizard'
    _description = "Go Live in QuickBooks"

    connection_id = fields.Many2one('qbo.connection', required=True, ondelete='cascade')
    check_ids = fields.One2many('qbo.go.live.check', 'wizard_id', string="Checklist", readonly=True)
    is_blocked = fields.Boolean(compute='_compute_levels')
    is_warned = fields.Boolean(compute='_compute_levels')
    sync_from = fields.Date(related='connection_id.sync_from')
    reason = fields.Text(
        string="Why Go Live All the Same", help="It is kept in the connection's history, with your name.")

    @api.depends('check_ids.level')
    def _compute_levels(self):
        for wizard in self:
            levels = wizard.check_ids.mapped('level')
            wizard.is_blocked, wizard.is_warned = 'blocker' in levels, 'warning' in levels

    @api.model_create_multi
    def create(self, vals_list):
        """Override to fill in the checklist."""
        wizards = super().create(vals_list)
        for wizard in wizards:
            wizard._check()
        return wizards

    def _check(self):
        """Go through the checklist."""
        connection = self.connection_id
        self.write({'check_ids': [Command.clear(), *(Command.create({
            'connection_id': connection.id, 'level': check.level, 'title': check.title, 'text': check.text,
            'action': check.action}) for check in connection._checks())]})

    def _reopen(self):
        """Return the action that shows this wizard."""
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("Go Live in QuickBooks"), 'res_model': self._name,
            'res_id': self.id, 'view_mode': 'form', 'target': 'new', 'context': {'dialog_size': 'extra-large'},
        }

    def action_check_again(self):
        """Ask QuickBooks for its preferences once more, and go through the checklist again."""
        self.ensure_one()
        self.connection_id._check_administrator()
        if self.connection_id.state != 'disconnected':
            self.connection_id.action_test()
        self._check()
        return self._reopen()

    def action_go_live(self):
        """Check once more, and switch.

        :raises UserError: something blocks, or something is not in order and no reason was given
        """
        self.ensure_one()
        connection, reason = self.connection_id, (self.reason or '').strip()
        connection._check_administrator()
        if connection.live_at:
            raise UserError(self.env._("This company is live already."))
        checks = connection._checks()
        blockers = [check for check in checks if check.level == 'blocker']
        warnings = [check for check in checks if check.level == 'warning']
        if blockers:
            raise UserError("\n".join(f'{check.title}: {check.text}' for check in blockers))
        if warnings and not reason:
            raise UserError(self.env._(
                "Not in order: %(warnings)s. Mend it, or say why you go live all the same.",
                warnings=", ".join(check.title for check in warnings)))
        connection._go_live(checks, reason if warnings else '')
        dashboard = self.env['ir.actions.act_window']._for_xml_id('qbo_connector.qbo_connection_action')
        return {**dashboard, 'target': 'main'}


class QboGoLiveCheck(models.TransientModel):
    """One line of the checklist."""

    _name = 'qbo.go.live.check'
    _description = "QuickBooks Go-Live Check"
    _order = 'id'

    wizard_id = fields.Many2one('qbo.go.live.wizard', required=True, ondelete='cascade')
    connection_id = fields.Many2one('qbo.connection', required=True, ondelete='cascade')
    level = fields.Selection(
        [('ok', "In Order"), ('hint', "Good to Know"), ('warning', "Not in Order"), ('blocker', "Must Be Mended")],
        required=True, string="Result")
    title = fields.Char(required=True, string="Check")
    text = fields.Text(string="Found")
    action = fields.Char()

    def action_mend(self):
        """Open what mends it."""
        self.ensure_one()
        ways = {check.action for check in self.connection_id._checks() if check.action}
        if self.action not in ways:  # the field is the client's
            raise UserError(self.env._("This has been mended meanwhile."))
        return getattr(self.connection_id, self.action)()


class QboDryRunWizard(models.TransientModel):
    """The part of the dry run that is remembered."""

    _inherit = 'qbo.dry.run.wizard'

    def action_continue(self):
        """Override to note the result on the connection: its checklist asks for it."""
        action = super().action_continue()
        if self.state == 'done' and not self.batch_id:  # that of a backfill may be of a few documents
            self.connection_id.sudo().write({
                'dry_run_at': fields.Datetime.now(), 'dry_run_found': self.found,
                'dry_run_stopped': sum(self.kind_ids.mapped('stopped'))})
        return action

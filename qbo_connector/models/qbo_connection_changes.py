"""What becomes of changes that somebody made in QuickBooks to what Odoo pushed, and how many wait for a decision."""

from markupsafe import Markup

from odoo import fields, models

CHANGED = 'qbo_connector.mail_activity_type_changed'
SHOWN = 5  # changes that a mail names


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

    # === ALERT === #

    def _alert_people(self):
        """Override to tell of changes that wait for a decision: by mail what is new, in the activity all there is."""
        super()._alert_people()
        if not self.exists():
            return
        connection = self._for_alerted_user()
        links = self.env['qbo.binding'].sudo().with_context(lang=connection.env.lang).search(
            [('connection_id', '=', self.id), ('remote_change_state', '=', 'open')],
            order='remote_changed_at desc, id desc')
        if not links or not self.active or self.state == 'disconnected':
            connection.activity_unlink([CHANGED])
            return
        news = links.filtered(lambda link: not link.remote_change_told)
        if not news:
            return
        news.remote_change_told = True
        lines = Markup().join(Markup("<li>%s: %s</li>") % (link.record_name, link.remote_change_text)
                              for link in links[:SHOWN])
        if len(links) > SHOWN:
            lines += Markup("<li>%s</li>") % connection.env._("%(count)s more", count=len(links) - SHOWN)
        address = f'{self.get_base_url()}/odoo/quickbooks/{self.id}/quickbooks-changed'
        connection._tell(
            CHANGED, connection.env._("Changed in QuickBooks: %(count)s to decide", count=len(links)),
            Markup('<ul>%s</ul><p><a href="%s">%s</a></p>') % (lines, address, connection.env._("Open them")))

"""How a change in QuickBooks is shown, and decided about from the record that it concerns."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..qbo.differences import value_at
from .qbo_binding_change import UNDECIDED

ROW = Markup("<tr><td>%s</td><td>%s</td><td>%s</td><td><b>%s</b></td></tr>")
TABLE = Markup(
    "<table class='table table-sm'><thead><tr><th>%s</th><th>%s</th><th>%s</th><th>%s</th></tr></thead>"
    "<tbody>%s</tbody></table>")
DATES = ('TxnDate', 'DueDate', 'ServiceDate')


class QboBinding(models.Model):
    """The part of the link that shows the difference."""

    _inherit = 'qbo.binding'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    remote_change_table = fields.Html(string="Difference", compute='_compute_remote_change_table', sanitize=False)

    @api.depends('remote_change')
    @api.depends_context('lang')
    def _compute_remote_change_table(self):
        """Show each field as it is in Odoo today, as it was pushed, and as it is in QuickBooks."""
        for link in self:
            rows = link._change_rows()
            link.remote_change_table = link._table_of(rows) if rows else False

    def _table_of(self, rows):
        handler = self.env['qbo.entity']._for_binding(self)
        record = self._record()
        ours = handler is not None and record.has_access('read') and handler._would_send(self.sudo())
        digits, cells = self.env['qbo.entity']._decimals(record), []
        for name, one in rows:
            today = self.env._("cannot be said")
            if ours:
                today = handler._named_there(
                    self.connection_id, one.field, value_at(ours, one.field, one.line, one.linked, digits))
            cells.append(ROW % (name, *(self._for_people(one.field, value)
                                        for value in (today, one.pushed, one.theirs))))
        return TABLE % (self.env._("Field"), self.env._("Odoo today"), self.env._("As pushed"),
                        self.env._("In QuickBooks"), Markup().join(cells))

    def _for_people(self, field, value):
        """Return a stored value in the user's way of writing it."""
        if field in DATES and value:
            return format_date(self.env, value)
        return {'True': self.env._("Yes"), 'False': self.env._("No")}.get(value, value)

    def action_show_change(self):
        """Open the difference with its buttons."""
        self.ensure_one()
        self.check_access('read')
        return {
            'type': 'ir.actions.act_window', 'res_model': self._name, 'res_id': self.id, 'target': 'new',
            'name': self.env._("%(record)s in QuickBooks", record=self.record_name),
            'views': [(self.env.ref('qbo_connector.qbo_binding_view_form_changed').id, 'form')],
        }


class QboBadge(models.AbstractModel):
    """Deciding from the record."""

    _inherit = 'qbo.badge'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def _qbo_changed_links(self):
        """Return the links of what a record stands for that was changed in QuickBooks and waits for a decision.

        :raise UserError: there is none
        """
        self.ensure_one()
        self.check_access('read')
        records = self._qbo_shown_records()
        links = self.env['qbo.binding'].search([
            ('model', '=', records._name), ('res_id', 'in', records.ids), ('remote_change_state', '=', 'open'),
            ('company_id', '=', (self.company_id or self.env.company).id)])
        if not links:
            raise UserError(self.env._("There is no change in QuickBooks to decide about."))
        return links

    def action_qbo_show_change(self):
        """Show what was changed in QuickBooks, field by field."""
        return self._qbo_changed_links()[:1].action_show_change()

    def action_qbo_push_again(self):
        """Replace what was changed in QuickBooks by what Odoo says."""
        self.env['qbo.queue.entry']._check_may_repair()
        return self._qbo_changed_links().action_push_again()

    def action_qbo_accept_change(self):
        """Leave it in QuickBooks as it was changed there."""
        self.env['qbo.queue.entry']._check_may_repair()
        return self._qbo_changed_links().action_accept_change()


class QboSyncable(models.AbstractModel):
    """Sending by hand."""

    _inherit = 'qbo.syncable'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def _qbo_bring_back(self):
        """Override: who sends a record by hand has decided about what was changed in QuickBooks."""
        super()._qbo_bring_back()
        self.env['qbo.binding'].sudo().search([
            ('model', '=', self._name), ('res_id', 'in', self.ids), ('company_id', 'in', self.env.companies.ids),
            ('remote_change_state', 'in', UNDECIDED)])._decide_to_push()

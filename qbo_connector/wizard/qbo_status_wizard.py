"""How a record stands in QuickBooks: the figures of the last sync, and everything that was sent for it."""

from odoo import api, fields, models
from odoo.fields import Domain

from ..models.qbo_badge import STATES


class QboStatusWizard(models.TransientModel):
    """The dialog behind the smart button.

    Nothing is asked of QuickBooks: amounts are as of the last sync, or of the last change there that Odoo heard of.
    """

    _name = 'qbo.status.wizard'
    _description = "QuickBooks Status"

    model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(model_field='model', required=True, readonly=True)
    name = fields.Char(compute='_compute_record')
    qbo_state = fields.Selection(STATES, compute='_compute_record', string="QuickBooks")
    qbo_message = fields.Char(compute='_compute_record')
    qbo_notice = fields.Char(compute='_compute_record')
    qbo_company_name = fields.Char(compute='_compute_record', string="QuickBooks Company")
    link_ids = fields.Many2many('qbo.binding', compute='_compute_record', string="In QuickBooks")
    entry_ids = fields.Many2many('qbo.queue.entry', compute='_compute_record', string="History")
    link_id = fields.Many2one('qbo.binding', compute='_compute_record', help="Where the record has exactly one.")
    entity = fields.Selection(related='link_id.entity')
    remote_number = fields.Char(related='link_id.remote_number', string="Number")
    remote_id = fields.Char(related='link_id.remote_id', string="QuickBooks ID")
    remote_date = fields.Date(related='link_id.remote_date', string="Date")
    pushed_at = fields.Datetime(related='link_id.pushed_at', string="Last Sync")
    has_amounts = fields.Boolean(compute='_compute_record')
    currency_id = fields.Many2one('res.currency', compute='_compute_record')
    remote_total = fields.Monetary(compute='_compute_record', string="Total")
    remote_tax = fields.Monetary(compute='_compute_record', string="Tax")
    remote_balance = fields.Monetary(
        compute='_compute_record', string="Open Balance", help="As of the last sync, or of the last change there "
                                                               "that Odoo heard of.")

    @api.model
    def _open(self, record):
        """Return the dialog about a record."""
        record.check_access('read')
        status = self.create({'model': record._name, 'res_id': record.id})
        return {
            'type': 'ir.actions.act_window', 'res_model': self._name, 'res_id': status.id, 'view_mode': 'form',
            'name': self.env._("%(record)s in QuickBooks", record=record.display_name), 'target': 'new',
        }

    def _record(self):
        """Return the record that the dialog is about.

        :raise AccessError: for who may not read it, however the dialog came about
        """
        self.ensure_one()
        record = self.env[self.model].browse(self.res_id).exists()
        record.check_access('read')
        return record

    @api.depends('model', 'res_id')
    def _compute_record(self):
        for status in self:
            record = status._record()
            company = record.company_id or self.env.company
            shown = record._qbo_shown_records()
            mine = Domain('company_id', '=', company.id)
            links = self.env['qbo.binding'].search(mine & self._about(shown))
            entries = self.env['qbo.queue.entry'].search(mine & Domain.OR(
                self._about(records) for records in (shown, shown._qbo_companions())))
            link = links if len(links) == 1 else links.browse()
            status.name = record.display_name
            status.qbo_state, status.qbo_message = record.qbo_state, record.qbo_message
            status.qbo_notice = record.qbo_notice or (record.qbo_message and 'info')
            status.qbo_company_name = (links or entries)[:1].connection_id.qbo_company_name
            status.link_id, status.link_ids, status.entry_ids = link, links, entries
            status.has_amounts = bool(link.remote_total or link.remote_date)
            status.currency_id = record.currency_id if 'currency_id' in record._fields else company.currency_id
            status.remote_total, status.remote_tax = link.remote_total, link.remote_tax
            status.remote_balance = link.remote_balance

    @api.model
    def _about(self, records):
        """Return the domain of what belongs to records."""
        return Domain('model', '=', records._name) & Domain('res_id', 'in', records.ids)

    def action_open_page(self):
        """Open the page in QuickBooks."""
        self._record()
        return self.link_id.action_qbo_open()

    def action_send(self):
        """Send the record to QuickBooks now."""
        return self._record().action_qbo_push()

    def action_check(self):
        """Say whether it can be sent, and if not, all that must be corrected first."""
        return self._record().action_qbo_check()

    def action_preview(self):
        """Show the JSON that would be sent."""
        return self._record().action_qbo_preview()

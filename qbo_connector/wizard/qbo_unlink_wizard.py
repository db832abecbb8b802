"""A payment that somebody booked in QuickBooks holds on to a document that must go: take it off."""

import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..qbo import faults


class QboUnlinkWizard(models.TransientModel):
    """Shows the payments as QuickBooks has them at this moment, and takes them off the document."""

    _name = 'qbo.unlink.wizard'
    _description = "Take Payments off a Document in QuickBooks"

    entry_id = fields.Many2one('qbo.queue.entry', required=True, readonly=True, ondelete='cascade')
    payments = fields.Text(string="Payments in QuickBooks", readonly=True)

    @api.model
    def _open(self, entries):
        """Return the action that opens the wizard for a row."""
        entries.ensure_one()
        entries._check_may_repair()
        _client, _binding, payments = self._found(entries.sudo())
        wizard = self.create({'entry_id': entries.id, 'payments': "\n".join(
            self.env._("%(entity)s %(id)s of %(date)s, %(total)s %(currency)s", entity=entity, id=data['Id'],
                       date=data.get('TxnDate'), total=data.get('TotalAmt'),
                       currency=(data.get('CurrencyRef') or {}).get('value', ''))
            for entity, data in payments)})
        return {'type': 'ir.actions.act_window', 'name': entries.record_name, 'res_model': self._name,
                'res_id': wizard.id, 'view_mode': 'form', 'views': [(False, 'form')], 'target': 'new'}

    @api.model
    def _found(self, entry_sudo):
        """Return (client, link, payments) of a row's document.

        :raise UserError: QuickBooks cannot be asked, or the document is not there
        """
        binding = self.env['qbo.binding'].sudo()._of_record(
            entry_sudo.connection_id, entry_sudo.model, entry_sudo.res_id)
        client = entry_sudo.connection_id._qbo_client()
        try:
            payments = entry_sudo._handler()._strange_payments(client, entry_sudo, binding) if binding else []
        except faults.QboError as error:
            raise UserError(self.env._("QuickBooks could not be asked: %(reason)s", reason=str(error))) from error
        return client, binding, payments

    def action_unlink_payments(self):
        """Take the payments off the document, whose money stays with the customer, and send what waited."""
        self.ensure_one()
        self.entry_id._check_may_repair()
        entry_sudo = self.entry_id.sudo()
        client, binding, payments = self._found(entry_sudo)
        handler = entry_sudo._handler()
        for entity, data in payments:
            body = {
                'Id': data['Id'], 'SyncToken': data['SyncToken'], 'sparse': True, 'CustomerRef': data['CustomerRef'],
                'TotalAmt': data['TotalAmt'], 'Line': handler._lines_without(binding, data)}
            try:
                client.write(entity, 'update', json.dumps(body, default=float),
                             f"{entry_sudo.requestid}-{data['Id']}-{data['SyncToken']}"[:50])
            except faults.QboError as error:
                raise UserError(self.env._(
                    "QuickBooks keeps the payment where it is: %(reason)s", reason=str(error))) from error
            self.env['qbo.audit']._note(entry_sudo.connection_id, 'unlinked', self.env._(
                "%(entity)s %(id)s taken off %(record)s in QuickBooks", entity=entity, id=data['Id'],
                record=entry_sudo.record_name), entry_sudo._record())
        self.entry_id.action_retry()
        return {'type': 'ir.actions.act_window_close'}

"""A name or number that is taken in QuickBooks: link with what has it, or give ours a suffix."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..qbo import faults


class QboResolveWizard(models.TransientModel):
    """Shows what has the name or number, as QuickBooks has it at this moment, and asks which of the two it is."""

    _name = 'qbo.resolve.wizard'
    _description = "Name or Number Taken in QuickBooks"

    entry_id = fields.Many2one('qbo.queue.entry', required=True, readonly=True, ondelete='cascade')
    cure = fields.Selection(related='entry_id.cure')
    holder_entity = fields.Char(string="Kind", readonly=True)
    holder_ref = fields.Char(string="ID in QuickBooks", readonly=True)
    holder_token = fields.Char(readonly=True)
    holder_name = fields.Char(string="Name or Number", readonly=True)
    holder_party = fields.Char(string="Customer", readonly=True)
    holder_date = fields.Char(string="Date", readonly=True)
    holder_total = fields.Char(string="Total", readonly=True)
    own_total = fields.Char(string="Total in Odoo", readonly=True)
    obstacle = fields.Char(readonly=True, help="Why it cannot be linked.")
    choice = fields.Selection(
        [('link', "It is the same: link with it, and bring it up to date"),
         ('rename', "It is another one: send ours with a suffix")],
        required=True, default='rename')
    suffix = fields.Char(default="-2")
    new_name = fields.Char(string="In QuickBooks It Becomes", compute='_compute_new_name')

    @api.model
    def _open(self, entries):
        """Return the action that opens the wizard for a row.

        :raise UserError: QuickBooks cannot be asked
        """
        entries.ensure_one()
        entries._check_may_repair()
        wizard = self.create(self._facts(entries.sudo()))
        return {'type': 'ir.actions.act_window', 'name': wizard.entry_id.record_name, 'res_model': self._name,
                'res_id': wizard.id, 'view_mode': 'form', 'views': [(False, 'form')], 'target': 'new'}

    @api.model
    def _facts(self, entry_sudo):
        """Return the values of a wizard: what has the name or number in QuickBooks."""
        handler = entry_sudo._handler()
        named = entry_sudo.cure == 'duplicate_name'
        values = {'entry_id': entry_sudo.id, 'suffix': f'({entry_sudo.res_id})' if named else '-2'}
        try:
            found = handler._holder(entry_sudo.connection_id._qbo_client(), entry_sudo)
        except faults.QboError as error:
            raise UserError(self.env._("QuickBooks could not be asked: %(reason)s", reason=str(error))) from error
        if not found:
            return {**values, 'obstacle': self.env._("QuickBooks does not tell what has it.")}
        entity, data = found
        obstacle = handler._why_not_link(entry_sudo, entity, data)
        currency = (data.get('CurrencyRef') or {}).get('value', '')
        return {
            **values, 'holder_entity': entity, 'holder_ref': data['Id'], 'holder_token': data.get('SyncToken'),
            'holder_name': data.get('DocNumber') or data.get('DisplayName') or data.get('Name'),
            'holder_party': (data.get('CustomerRef') or {}).get('name'), 'holder_date': data.get('TxnDate'),
            'holder_total': f"{data['TotalAmt']} {currency}".strip() if 'TotalAmt' in data else False,
            'own_total': f"{entry_sudo.expected_total:.2f} {currency}".strip() if 'TotalAmt' in data else False,
            'obstacle': obstacle, 'choice': 'rename' if obstacle else 'link',
        }

    @api.depends('entry_id', 'suffix')
    def _compute_new_name(self):
        for wizard in self:
            entry_sudo = wizard.entry_id.sudo()
            try:
                wizard.new_name = entry_sudo._handler()._with_suffix(entry_sudo, wizard.suffix or '')
            except ValueError:
                wizard.new_name = False

    def action_apply(self):
        """Link or rename, and send."""
        self.ensure_one()
        self.entry_id._check_may_repair()
        entry_sudo = self.entry_id.sudo()
        if self.choice == 'link':
            self._link(entry_sudo)
            text = self.env._("%(record)s linked with %(entity)s %(id)s in QuickBooks, which had its name or number",
                              record=entry_sudo.record_name, entity=self.holder_entity, id=self.holder_ref)
            self.env['qbo.audit']._note(entry_sudo.connection_id, 'linked', text, entry_sudo._record())
        else:
            if not (self.suffix or '').strip() or not self.new_name:
                raise UserError(self.env._("Enter a suffix that leaves something of the name."))
            entry_sudo.name_suffix = self.suffix.strip()
        entry_sudo.with_env(self.env).action_retry()
        return {'type': 'ir.actions.act_window_close'}

    def _link(self, entry_sudo):
        """Link the record with what has its name or number; read anew, for it may have changed meanwhile.

        :raise UserError: it cannot be linked
        """
        facts = self._facts(entry_sudo)
        if facts.get('holder_ref') != self.holder_ref or facts.get('obstacle'):
            raise UserError(facts.get('obstacle') or self.env._("Something else has the name or number by now."))
        binding = self.env['qbo.binding'].sudo()
        binding._bind(entry_sudo, self.holder_entity, self.holder_ref, sync_token=facts['holder_token'])

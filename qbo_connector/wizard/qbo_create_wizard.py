"""*Create in QuickBooks*: before a contact is created there, what of it is missing, changed or refused."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..qbo.customer_gaps import CHANGED, LEFT_OUT, MISSING, NOTED, REFUSED

FIELDS = {  # of a gap -> of the contact
    'name': 'name', 'street': 'street', 'city': 'city', 'postal_code': 'zip', 'state': 'state_id',
    'country': 'country_id', 'email': 'email', 'phone': 'phone', 'website': 'website', 'tax_id': 'vat',
    'notes': 'comment',
}


class QboCreateWizard(models.TransientModel):
    """One contact that is to be created."""

    _name = 'qbo.create.wizard'
    _description = "Create in QuickBooks"

    partner_id = fields.Many2one('res.partner', required=True, readonly=True, ondelete='cascade')
    connection_id = fields.Many2one('qbo.connection', required=True, readonly=True, ondelete='cascade')
    line_ids = fields.One2many('qbo.create.line', 'wizard_id', string="Fields", readonly=True)
    refused = fields.Boolean(readonly=True, help="It cannot be created as it is.")

    @api.model
    def _open(self, partner):
        """Examine a contact and return the dialog.

        :raise UserError: its company is not connected, or it belongs to another contact
        """
        self.check_access('create')
        handler = self.env['qbo.entity']._for_record(partner)
        connection = partner._qbo_connections(handler)[:1].with_env(self.env)
        if handler is None:
            raise UserError(self.env._(
                "%(name)s goes to QuickBooks with %(company)s, to which it belongs.", name=partner.display_name,
                company=partner.commercial_partner_id.display_name))
        if not connection:
            raise UserError(self.env._("No QuickBooks company is connected for this record."))
        lines = self._refusals(connection, partner) + self._gaps(connection, handler, partner)
        wizard = self.create({
            'partner_id': partner.id, 'connection_id': connection.id,
            'refused': any(line['kind'] == REFUSED for line in lines),
            'line_ids': [Command.create(line) for line in lines]})
        return {
            'type': 'ir.actions.act_window', 'res_model': self._name, 'res_id': wizard.id, 'view_mode': 'form',
            'name': self.env._("Create in QuickBooks"), 'target': 'new',
        }

    @api.model
    def _refusals(self, connection, partner):
        """Return as lines what stops the contact by the very check that sends it."""
        preflight = self.env['qbo.preflight']
        findings = preflight._examine(connection, partner)
        finding = findings[partner._name, partner.id]
        reasons = [problem.message for problem in (
            *preflight._standing_still(connection), *preflight._problems(findings, finding.key))]
        if finding.operation == 'none':
            reasons.append(finding.note)
        return [{'kind': REFUSED, 'message': reason} for reason in reasons]

    @api.model
    def _gaps(self, connection, handler, partner):
        """Return as lines what is missing, and what QuickBooks gets otherwise than Odoo has it."""
        company = connection.company_id
        handler = handler.sudo().with_company(company)
        gaps = handler._gaps(connection.sudo(), partner.sudo().with_company(company))
        labels = partner.fields_get([*FIELDS.values()], ['string'])
        # why a name is refused has been said by the check
        return [{'kind': gap.kind, 'field_label': labels[FIELDS[gap.field]]['string'],
                 'message': self._in_words(gap)} for gap in gaps if gap.kind != REFUSED]

    @api.model
    def _in_words(self, gap):
        """Return what becomes of a field."""
        return {
            MISSING: self.env._("Empty in Odoo, so it stays empty in QuickBooks."),
            CHANGED: self.env._("QuickBooks gets: %(value)s", value=gap.value),
            NOTED: self.env._("Too long for its field in QuickBooks, so it goes into the notes: %(value)s",
                              value=gap.value),
            LEFT_OUT: self.env._("QuickBooks would refuse it, so it is left out: %(value)s", value=gap.value),
        }[gap.kind]

    def action_create_there(self):
        """Send the contact."""
        self.ensure_one()
        if self.refused:
            raise UserError(self.env._("Correct first what is refused."))
        return self.partner_id.action_qbo_push()


class QboCreateLine(models.TransientModel):
    """One field."""

    _name = 'qbo.create.line'
    _description = "Create in QuickBooks: Field"

    wizard_id = fields.Many2one('qbo.create.wizard', required=True, ondelete='cascade')
    kind = fields.Selection([
        (REFUSED, "Refused"), (MISSING, "Missing"), (CHANGED, "Changed"), (NOTED, "To the notes"),
        (LEFT_OUT, "Left out")], required=True)
    field_label = fields.Char(string="Field")
    message = fields.Text(string="What Becomes of It")

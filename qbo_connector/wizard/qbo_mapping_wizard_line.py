"""One row of the mapping wizard."""

from odoo import api, fields, models

from ..models.qbo_mapping import KINDS


class QboMappingWizardLine(models.TransientModel):
    """One row under review: something of Odoo, its counterpart as it is saved, and as it is chosen here."""

    _name = 'qbo.mapping.wizard.line'
    _description = "QuickBooks Mapping under Review"
    _order = 'sequence, id'

    wizard_id = fields.Many2one('qbo.mapping.wizard', required=True, index=True, ondelete='cascade')
    connection_id = fields.Many2one(related='wizard_id.connection_id')
    mapping_id = fields.Many2one(
        'qbo.mapping', ondelete='cascade', help="Empty for what is not in use, until it gets a counterpart.")
    kind = fields.Selection(
        selection=lambda self: [*self.env['qbo.mapping']._fields['kind']._description_selection(self.env),
                                ('currency', self.env._("Currency"))], required=True, readonly=True)
    entity = fields.Char(compute='_compute_entity')
    res_id = fields.Integer(readonly=True)
    name = fields.Char(string="In Odoo", readonly=True)
    number = fields.Char(readonly=True, help="Of an account or journal: its code.")
    categories = fields.Char(string="Product Categories", readonly=True)
    categorised = fields.Boolean(readonly=True)
    sequence = fields.Integer(readonly=True)
    required = fields.Boolean(readonly=True, help="Documents wait for it.")
    has_stand_in = fields.Boolean(readonly=True, help="The default income account stands in while it has none.")
    drifted = fields.Boolean(readonly=True)
    shown = fields.Boolean(readonly=True)
    reference_id = fields.Many2one(
        'qbo.reference', string="In QuickBooks",
        domain="[('connection_id', '=', connection_id), ('entity', '=', entity), ('active', '=', True)]")
    offered_id = fields.Many2one('qbo.reference', readonly=True)
    suggestion_id = fields.Many2one('qbo.reference', readonly=True)
    confidence = fields.Integer(readonly=True)
    reason = fields.Char(readonly=True)
    waiting_count = fields.Integer(
        string="Waiting", readonly=True, help="Entries of the queue that failed for want of this counterpart.")
    status = fields.Selection(
        [('mapped', "Mapped"), ('suggested', "Suggested"), ('open', "Open")], compute='_compute_status', store=True)
    changed = fields.Boolean(compute='_compute_status', store=True)
    warning = fields.Text(compute='_compute_warning')
    creatable = fields.Boolean(compute='_compute_creatable')

    @api.depends('kind')
    def _compute_entity(self):
        for line in self:
            line.entity = KINDS[line.kind][1] if line.kind in KINDS else 'CompanyCurrency'

    @api.depends('reference_id', 'suggestion_id', 'offered_id')
    def _compute_status(self):
        for line in self:
            line.status = status_of(line.reference_id, line.suggestion_id, line._is_home())
            line.changed = line.reference_id != line.offered_id

    def _is_home(self):
        """Tell whether this is the home currency, which stands in no list."""
        return self.kind == 'currency' and self.name == self.connection_id.home_currency

    @api.depends('reference_id', 'drifted', 'mapping_id.drift', 'mapping_id.reference_id.active')
    def _compute_warning(self):
        Mapping, records = self.env['qbo.mapping'], {}
        for (connection, kind), lines in self.grouped(lambda line: (line.connection_id, line.kind)).items():
            found = Mapping._records_of(connection, kind, lines.mapped('res_id')) if kind in KINDS else {}
            records.update((line, found.get(line.res_id)) for line in lines)
        for line in self:
            saved = line.mapping_id.reference_id
            if line.kind == 'currency':
                line.warning = line._currency_warning()
            elif not line.reference_id and saved and not saved.active:
                line.warning = Mapping._warning(line.kind, records[line], saved)
            else:
                drift = line.mapping_id.drift if line.drifted and line.reference_id == saved else False
                warnings = [Mapping._warning(line.kind, records[line], line.reference_id), drift]
                line.warning = "; ".join(filter(None, warnings)) or False

    def _currency_warning(self):
        """Return what documents in this currency meet with."""
        if self.reference_id or self._is_home() or not self.required:
            return False
        if self.connection_id.multi_currency:
            return self.env._("Not among the currencies of the QuickBooks company.")
        return self.env._("Documents in it are refused: the QuickBooks company keeps one currency.")

    @api.depends('reference_id', 'kind')
    def _compute_creatable(self):
        for line in self:
            line.creatable = not line.reference_id and not line._is_home() and self.env['qbo.mapping']._can_create(
                line.connection_id, line.kind, line.res_id)

    # === BUTTONS === #

    def action_accept(self):
        """Take the suggestion of these lines."""
        self.check_access('write')
        for line in self.filtered('suggestion_id'):
            line.reference_id = line.suggestion_id
        return self.wizard_id._reopen()

    def action_create(self):
        """Make the counterpart in QuickBooks, and choose it."""
        self.ensure_one()
        self.check_access('write')
        Mapping, wizard = self.env['qbo.mapping'], self.wizard_id
        if self.kind == 'currency':
            record = self.env['res.currency'].browse(self.res_id)
        else:
            record = Mapping._records_of(self.connection_id, self.kind, [self.res_id])[self.res_id]
        made = Mapping._create_counterpart(
            self.connection_id, self.kind, record, wizard.agency_id or wizard.agency_name)
        self.reference_id = made
        if self.kind == 'currency':
            self.offered_id = made  # there is nothing to save
        elif not wizard.agency_id:
            wizard.invalidate_recordset()
            wizard._compute_agency()
        return wizard._reopen()

    def action_confirm_drift(self):
        """Keep the counterpart as it has become in QuickBooks."""
        self.check_access('write')
        self.mapping_id.action_confirm_drift()
        self.drifted = False
        return self.wizard_id._reopen()


def status_of(reference, suggestion, is_home=False):
    """Return how far a row is."""
    if reference or is_home:
        return 'mapped'
    return 'suggested' if suggestion else 'open'

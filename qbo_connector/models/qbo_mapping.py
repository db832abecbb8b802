"""Which account, tax, term, journal, payment method or analytic account of Odoo is which one in QuickBooks."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import float_compare

from ..exceptions import MissingMapping

TOGETHER = 'qbo_mappings_together'

# kind -> (model in Odoo, list in QuickBooks)
KINDS = {
    'account': ('account.account', 'Account'),
    'tax': ('account.tax', 'TaxCode'),
    'tax_combination': ('qbo.tax.combination', 'TaxCode'),
    'term': ('account.payment.term', 'Term'),
    'journal': ('account.journal', 'Account'),
    'payment_method': ('account.payment.method.line', 'PaymentMethod'),
    'class': ('account.analytic.account', 'Class'),
    'department': ('account.analytic.account', 'Department'),
}
TAXES = ('tax', 'tax_combination')
# the default income account, where it has an active counterpart
STANDS_IN = Domain('kind', '=', 'account') & Domain('res_id', '=', 0) & Domain('reference_id.active', '=', True)
INCOME_TYPES = ('Income', 'Other Income')
DEPOSIT_TYPES = ('Bank', 'Other Current Asset')
# what lines of sales documents may post to: sales, down payments (a liability), discounts and rounding (expenses)
TYPES_OF_GROUP = {
    'income': INCOME_TYPES, 'liability': ('Other Current Liability',),
    'expense': ('Expense', 'Cost of Goods Sold', 'Other Expense'),
}


class QboMapping(models.Model):
    """One row: a record of Odoo and its counterpart. Rows without a counterpart are a to-do list."""

    _name = 'qbo.mapping'
    _inherit = ['qbo.exportable']
    _description = "QuickBooks Mapping"
    _order = 'kind, res_id'

    connection_id = fields.Many2one('qbo.connection', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='connection_id.company_id', store=True, index=True)
    kind = fields.Selection(
        [('account', "Account"), ('tax', "Tax"), ('tax_combination', "Tax Combination"),
         ('term', "Payment Term"), ('journal', "Bank or Cash Journal"),
         ('payment_method', "Payment Method"), ('class', "Class"), ('department', "Location")],
        required=True)
    res_model = fields.Char(compute='_compute_kind')
    entity = fields.Char(compute='_compute_kind')
    res_id = fields.Many2oneReference(
        model_field='res_model', string="Odoo Record", required=True, default=0,
        help="0 stands for no record: lines without a tax, or the account of income accounts without a row.")
    name = fields.Char(string="In Odoo", required=True)
    reference_id = fields.Many2one(
        'qbo.reference', string="In QuickBooks", index=True, ondelete='set null',
        help="What it is in QuickBooks. Only active entries of the list that fits are offered.",
        domain="[('connection_id', '=', connection_id), ('entity', '=', entity), ('active', '=', True)]")
    missed_at = fields.Datetime(readonly=True, help="When a record last waited for this row.")
    suggestion_id = fields.Many2one('qbo.reference', compute='_compute_suggestion')
    suggestion_reason = fields.Char(compute='_compute_suggestion')
    state = fields.Selection(
        [('missing', "To map"), ('optional', "Not needed"), ('mapped', "Mapped"),
         ('inactive', "Inactive in QuickBooks")],
        compute='_compute_state', search='_search_state',
        help="Documents wait for accounts, and outside the US for taxes. The rest only says more about them.")
    warning = fields.Char(compute='_compute_state')

    _record_unique = models.Constraint('UNIQUE (connection_id, kind, res_id)', "This record is mapped already.")

    # === COMPUTE === #

    @api.depends('kind')
    def _compute_kind(self):
        for mapping in self:
            mapping.res_model, mapping.entity = KINDS.get(mapping.kind, (False, False))

    @api.depends('reference_id.active', 'reference_id.rate', 'reference_id.type', 'kind', 'res_id',
                 'connection_id.tax_regime')
    def _compute_state(self):
        records = self._records()
        defaults = {connection: self._stand_in(connection) for connection in self.connection_id}
        for mapping in self:
            reference, record = mapping.reference_id, records[mapping]
            unmapped = 'missing' if mapping._is_required(mapping.connection_id, mapping.kind) and not (
                defaults[mapping.connection_id] and self._has_stand_in(mapping.kind, record)) else 'optional'
            mapping.state = unmapped if not reference else 'mapped' if reference.active else 'inactive'
            mapping.warning = mapping._warning(mapping.kind, record, reference)

    @api.model
    def _is_required(self, connection, kind):
        """Tell whether documents wait for rows of a kind."""
        return kind == 'account' or (kind in TAXES and connection.tax_regime == 'global')

    @api.model
    def _stand_in(self, connection):
        """Return the counterpart of income accounts without one of their own, empty where there is none."""
        return self.sudo().search(Domain('connection_id', '=', connection.id) & STANDS_IN).reference_id

    @api.model
    def _has_stand_in(self, kind, record):
        """Tell whether the default income account stands in for a record."""
        return bool(kind == 'account' and record and record.internal_group == 'income')

    def _search_state(self, operator, value):
        if operator != 'in':
            return NotImplemented
        unmapped = Domain('reference_id', '=', False)
        required = Domain('kind', '=', 'account') | (
            Domain('kind', 'in', TAXES) & Domain('connection_id.tax_regime', '=', 'global'))
        if served := self.sudo().search(STANDS_IN).connection_id:
            incomes = self.env['account.account'].sudo().with_context(active_test=False)._search(
                [('internal_group', '=', 'income')])
            required &= ~(Domain('connection_id', 'in', served.ids) & Domain('kind', '=', 'account')
                          & Domain('res_id', 'in', incomes))
        domains = {
            'missing': unmapped & required, 'optional': unmapped & ~required,
            'mapped': Domain('reference_id.active', '=', True),
            'inactive': Domain('reference_id.active', '=', False) & ~unmapped}
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.depends('kind', 'res_id', 'connection_id')
    def _compute_suggestion(self):
        records, lists = self._records(), {}
        for mapping in self:
            connection = mapping.connection_id
            lists.setdefault(connection, self._lists(connection))
            suggestion = mapping._suggest(connection, mapping.kind, records[mapping], lists[connection])
            mapping.suggestion_id = suggestion.reference
            mapping.suggestion_reason = suggestion.reason

    @api.model
    def _warning(self, kind, record, reference):
        """Return what is suspicious about a counterpart, or False."""
        if reference and not reference.active:
            return self.env._("%(name)s is inactive or deleted in QuickBooks.", name=reference.name)
        rate = self._tax_rate(record) if kind in TAXES and reference else None
        if rate is not None and float_compare(rate, reference.rate, precision_digits=4):
            return self.env._("Odoo charges %(odoo)g %%, this code %(qbo)g %%.", odoo=rate, qbo=reference.rate)
        group = kind == 'account' and reference and ((record and record.internal_group) or 'income')
        if reference.type and group in TYPES_OF_GROUP and reference.type not in TYPES_OF_GROUP[group]:
            groups = dict(self.env['account.account']._fields['internal_group']._description_selection(self.env))
            return self.env._("%(group)s in Odoo, but an account of type %(type)s in QuickBooks.",
                              group=groups[group], type=reference.type)
        deposits = DEPOSIT_TYPES if not record or kind != 'journal' or record.type != 'credit' else (
            *DEPOSIT_TYPES, 'Credit Card')
        if kind == 'journal' and reference.type and reference.type not in deposits:
            return self.env._("QuickBooks takes money into accounts of type %(types)s, and this is of type %(type)s.",
                              types=", ".join(deposits), type=reference.type)
        return False

    # === CRUD === #

    @api.constrains('reference_id', 'kind', 'connection_id')
    def _check_reference(self):
        for mapping in self.filtered('reference_id'):
            reference = mapping.reference_id
            if reference.connection_id != mapping.connection_id or reference.entity != mapping.entity:
                raise ValidationError(self.env._(
                    "%(name)s does not belong to the right list of this QuickBooks company.", name=reference.name))
            if not reference.active:
                raise ValidationError(self.env._(
                    "%(name)s is inactive or deleted in QuickBooks. Choose another one, or make it active there and "
                    "refresh the lists.", name=reference.name))

    @api.model_create_multi
    def create(self, vals_list):
        """Override to retry what waited for the new rows."""
        mappings = super().create(vals_list)
        mappings._release_entries()
        return mappings

    def write(self, vals):
        """Override to let what depends on the counterpart follow; a row stays with its connection and record."""
        if not (self.env.su or {'connection_id', 'kind', 'res_id'}.isdisjoint(vals)):
            raise UserError(self.env._(
                "A mapping stays with its connection and its record; only its counterpart changes."))
        before = {mapping: mapping.reference_id for mapping in self} if 'reference_id' in vals else {}
        result = super().write(vals)
        if before and not self.env.context.get(TOGETHER):
            self._follow(before)
        return result

    def _set_references(self, references):
        """Give many rows their counterparts; what follows from that is done once for all.

        :param dict references: ``{mapping: reference}``
        """
        before = {mapping: mapping.reference_id for mapping in references}
        for mapping, reference in references.items():
            mapping.with_context(**{TOGETHER: True}).reference_id = reference
        self.browse().union(*references)._follow(before)

    def _follow(self, before):
        """Let follow what depends on the counterparts of these rows.

        :param dict before: ``{mapping: reference}`` as they were
        """
        self._release_entries()

    def _release_entries(self):
        """Retry the queue entries that failed for want of these mappings."""
        waiting = self.filtered('reference_id')._rows_waited_for()
        if waiting:
            self.env['qbo.queue.entry']._release(waiting)

    def _entries_waiting(self):
        """Return the queue entries that go on when these rows get counterparts, with what waits for them alone."""
        entries_sudo = self.env['qbo.queue.entry'].sudo()
        found = news = entries_sudo.search([
            ('mapping_id', 'in', self._rows_waited_for().ids), ('state', '=', 'failed')])
        while news:
            waiting = entries_sudo.search([('dependency_ids', 'in', news.ids), ('state', '=', 'pending'),
                                           ('id', 'not in', found.ids)])
            news = waiting.filtered(lambda entry, found=found: not (entry.dependency_ids - found).filtered(
                lambda other: other.state in ('failed', 'dead', 'unknown')))
            found |= news
        return found

    def _rows_waited_for(self):
        """Return these rows, and those that the default income account stands in for if it is among them."""
        default = self.filtered(lambda mapping: mapping.kind == 'account' and not mapping.res_id)
        if not default:
            return self
        others = self.search([('connection_id', 'in', default.connection_id.ids), ('kind', '=', 'account'),
                              ('res_id', '!=', 0), ('reference_id', '=', False), ('missed_at', '!=', False)])
        records = others._records()
        return self | others.filtered(lambda mapping: self._has_stand_in(mapping.kind, records[mapping]))

    # === LOOK-UP === #

    @api.model
    def _target(self, connection, kind, record=None, required=True):
        """Return the QuickBooks counterpart of a record; looked up once while a batch is prepared.

        :param record: a record of the kind's model, or None for the row of no record
        :param bool required: whether its absence stops the push; the row then exists, to be completed
        :return: an active ``qbo.reference``, empty when there is none and it is not required
        :raises MissingMapping: required and not there, or inactive in QuickBooks
        """
        handlers = self.env['qbo.entity']
        try:
            return handlers._once(
                ('target', kind, record.id if record else 0, required),
                lambda: self._find_target(connection, kind, record, required))
        except MissingMapping as error:
            handlers._put_off(error)
            return self.env['qbo.reference'].new({'remote_id': f'({error.mapping.name})'})

    @api.model
    def _find_target(self, connection, kind, record, required):
        """Look a counterpart up, see :meth:`_target`."""
        res_id = record.id if record else 0
        mappings = self.sudo()
        mapping = mappings.search(
            [('connection_id', '=', connection.id), ('kind', '=', kind), ('res_id', '=', res_id)])
        if mapping.reference_id.active:
            return mapping.reference_id
        if not mapping.reference_id and self._has_stand_in(kind, record) and (default := self._stand_in(connection)):
            return default
        if not required:
            return mapping.reference_id.filtered('active')
        mapping = mapping or mappings._add(connection, kind, record)
        raise MissingMapping(mapping, mapping._missing_message())

    @api.model
    def _add(self, connection, kind, record):
        """Create the row of a record."""
        return self._add_all(connection, [(kind, record)])

    @api.model
    def _add_all(self, connection, targets):
        """Create the rows of several ``(kind, record or None)``."""
        return self.create([{
            'connection_id': connection.id, 'kind': kind, 'res_id': record.id if record else 0,
            'name': self._record_label(connection, kind, record),
        } for kind, record in targets])

    @api.model
    def _record_label(self, connection, kind, record):
        """Return what a row is called: the record's name, or what no record stands for."""
        if record:
            return record.with_company(connection.company_id).display_name
        return self.env._("Lines without tax") if kind == 'tax' else self.env._("Default income account")

    def _missing_message(self):
        """Return in the user's words what is missing."""
        kind = dict(self._fields['kind']._description_selection(self.env))[self.kind]
        if self.reference_id:
            return self.env._(
                "%(kind)s %(name)s: its counterpart %(reference)s is inactive or deleted in QuickBooks. Map it to "
                "another one.", kind=kind, name=self.name, reference=self.reference_id.name)
        return self.env._(
            "%(kind)s %(name)s has no counterpart in QuickBooks yet. Map it, and this entry goes on by itself.",
            kind=kind, name=self.name)

    def _record(self):
        """Return the mapped record in its company, empty for the row of no record or when it was deleted."""
        self.ensure_one()
        return self._records()[self]

    def _records(self):
        """Return ``{mapping: record}``, see :meth:`_record`; one query for each kind."""
        found = {}
        for (connection, kind), mappings in self.grouped(lambda row: (row.connection_id, row.kind)).items():
            records = self._records_of(connection, kind, mappings.mapped('res_id'))
            found.update((mapping, records[mapping.res_id]) for mapping in mappings)
        return found

    @api.model
    def _records_of(self, connection, kind, ids):
        """Return ``{id: record}`` of a kind in the company, empty for 0 or a deleted one."""
        model = self.env[KINDS.get(kind, ('qbo.mapping',))[0]].sudo().with_company(connection.company_id)
        there = {record.id: record for record in model.browse(set(ids) - {0}).exists()}
        return {res_id: there.get(res_id, model.browse()) for res_id in ids}

    # === BUTTONS === #

    def action_accept_suggestion(self):
        """Take what is suggested."""
        self.check_access('write')
        for mapping in self.filtered('suggestion_id'):
            mapping.reference_id = mapping.suggestion_id

    def action_open(self):
        """Open this row, to be completed."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window', 'name': self.name, 'res_model': self._name, 'res_id': self.id,
            'view_mode': 'form', 'views': [(False, 'form')], 'target': 'new',
        }

    def action_open_record(self):
        """Open the record in Odoo."""
        self.ensure_one()
        if not self._record():
            raise UserError(self.env._("There is no record behind this row."))
        return {'type': 'ir.actions.act_window', 'res_model': self.res_model, 'res_id': self.res_id,
                'view_mode': 'form', 'target': 'current'}

"""Everything that is mapped, in one place: review what is suggested, choose, create what is missing, save."""

from odoo import api, fields, models
from odoo.fields import Domain

from ..models.qbo_mapping import KINDS, TAXES
from ..models.rows import insert_rows, update_rows
from .qbo_mapping_wizard_line import status_of

# tab -> what it shows; categories are looked at, their accounts are what is mapped
TABS = {
    'account': Domain('kind', '=', 'account'),
    'category': Domain('kind', '=', 'account') & Domain('categories', '!=', False),
    'tax': Domain('kind', 'in', TAXES),
    'term': Domain('kind', '=', 'term'),
    'journal': Domain('kind', '=', 'journal'),
    'payment_method': Domain('kind', '=', 'payment_method'),
    'currency': Domain('kind', '=', 'currency'),
    'analytic': Domain('kind', 'in', ('class', 'department')),
    'file': Domain.FALSE,
}
NUMBERED = ('account', 'journal')  # kinds whose records have a code
SHOWN = 200  # rows at once; nobody pages through thousands, one searches
FILTERS = {'tab', 'show', 'search_text', 'with_unused'}


class QboMappingWizard(models.TransientModel):
    """What is in use in Odoo, with a suggested counterpart each; nothing is saved before it was reviewed."""

    _name = 'qbo.mapping.wizard'
    _description = "Map Odoo to QuickBooks"

    connection_id = fields.Many2one(
        'qbo.connection', required=True, ondelete='cascade',
        default=lambda self: self.env['qbo.connection'].search([('company_id', '=', self.env.company.id)], limit=1))
    line_ids = fields.One2many('qbo.mapping.wizard.line', 'wizard_id', string="Mappings")
    open_count = fields.Integer(compute='_compute_tally', string="Needed")
    suggested_count = fields.Integer(compute='_compute_tally', string="Suggested")
    changed_count = fields.Integer(compute='_compute_tally', string="Chosen, Not Saved")
    tabs = fields.Json(compute='_compute_tally', help="Of each tab: key, label, rows, and how many are mapped.")
    tab_suggested_count = fields.Integer(compute='_compute_tally')
    release_count = fields.Integer(
        compute='_compute_release_count', string="Entries That Go On",
        help="Entries of the queue that failed for want of what is chosen here, and what waits for them.")

    # === WHAT IS SHOWN === #
    shown_ids = fields.One2many(
        'qbo.mapping.wizard.line', 'wizard_id', string="Rows", domain=[('shown', '=', True)])
    tab = fields.Selection(
        [('account', "Accounts"), ('category', "Categories"), ('tax', "Taxes"), ('term', "Terms"),
         ('journal', "Journals"), ('payment_method', "Methods"), ('currency', "Currencies"),
         ('analytic', "Analytic"), ('file', "File")],
        default='account', required=True)
    show = fields.Selection(
        [('all', "All"), ('open', "To map"), ('suggested', "Suggested"), ('changed', "Chosen here"),
         ('drifted', "Changed in QuickBooks")],
        default='all', required=True)
    search_text = fields.Char(string="Search")
    with_unused = fields.Boolean(
        string="Also what is not in use", help="Accounts and taxes that sales do not use yet, too.")
    waiting = fields.Boolean(compute='_compute_waiting', help="Some entry of the queue waits for one of the rows.")
    hidden_count = fields.Integer(readonly=True)
    hint = fields.Char(compute='_compute_hint')

    # === TAX AGENCY OF NEW CODES === #
    agency_id = fields.Many2one(
        'qbo.reference', string="Tax Agency", compute='_compute_agency', store=True, readonly=False,
        domain="[('connection_id', '=', connection_id), ('entity', '=', 'TaxAgency'), ('active', '=', True)]",
        help="To whom taxes that are created from here are reported in QuickBooks.")
    agency_name = fields.Char(
        string="New Tax Agency", help="QuickBooks has no agency yet: the first new tax code creates this one.")
    has_agency = fields.Boolean(compute='_compute_has_agency')
    makes_tax_codes = fields.Boolean(compute='_compute_has_agency')

    # === COMPUTE === #

    @api.depends('shown_ids.reference_id', 'line_ids.reference_id', 'line_ids.suggestion_id', 'tab')
    def _compute_tally(self):
        labels = dict(self._fields['tab']._description_selection(self.env))
        for wizard in self:
            tally = wizard._tally()
            wizard.open_count = sum(n for n, kind, _c, status, required in tally if required and status != 'mapped')
            wizard.suggested_count = sum(n for n, _k, _c, status, _r in tally if status == 'suggested')
            wizard.changed_count = len(wizard._changed_lines())
            tabs = []
            for key in TABS:
                rows = [row for row in tally if _is_on(key, row[1], row[2])]
                tabs.append({
                    'key': key, 'label': labels[key], 'total': sum(row[0] for row in rows),
                    'mapped': sum(row[0] for row in rows if row[3] == 'mapped'),
                    'needed': sum(row[0] for row in rows if row[4] and row[3] != 'mapped')})
            wizard.tabs = tabs
            wizard.tab_suggested_count = sum(
                row[0] for row in tally if row[3] == 'suggested' and _is_on(wizard.tab, row[1], row[2]))

    def _tally(self):
        """Return (count, kind, has categories, status, required): of stored rows, and of those being edited."""
        self.ensure_one()
        Line = self.env['qbo.mapping.wizard.line']
        edited = self.shown_ids if not isinstance(self.id, int) else self.shown_ids.browse()
        domain = Domain('wizard_id', '=', self._origin.id) & Domain('id', 'not in', edited._origin.ids)
        default = Domain('kind', '=', 'account') & Domain('res_id', '=', 0)
        stands_in = bool((edited.filtered_domain(default) or Line.search(domain & default)).reference_id)
        groups = Line._read_group(
            domain, ['kind', 'categorised', 'status', 'required', 'has_stand_in'], ['__count'])
        rows = [(count, *row) for *row, count in groups] + [
            (1, line.kind, line.categorised, line.status, line.required, line.has_stand_in) for line in edited]
        return [(*row, required and not (stands_in and has_stand_in)) for *row, required, has_stand_in in rows]

    def _changed_lines(self):
        """Return the rows whose counterpart is not the saved one."""
        stored = self.env['qbo.mapping.wizard.line'].search(
            [('wizard_id', '=', self._origin.id), ('changed', '=', True)])
        if isinstance(self.id, int):
            return stored
        return (stored - self.shown_ids._origin) | self.shown_ids.filtered('changed')

    @api.depends('shown_ids.reference_id', 'line_ids.reference_id')
    def _compute_release_count(self):
        for wizard in self:
            complete = wizard._changed_lines().filtered('reference_id').mapping_id
            wizard.release_count = len(complete._origin._entries_waiting()) if complete else 0

    @api.depends('shown_ids.waiting_count')
    def _compute_waiting(self):
        for wizard in self:
            wizard.waiting = any(wizard.shown_ids.mapped('waiting_count'))

    @api.depends('connection_id')
    def _compute_agency(self):
        for wizard in self:
            wizard.agency_id = wizard.agency_id or wizard._agencies()[:1]

    @api.depends('connection_id', 'agency_id')
    def _compute_has_agency(self):
        for wizard in self:
            wizard.has_agency = bool(wizard._agencies())
            wizard.makes_tax_codes = wizard.connection_id._makes_tax_codes()

    def _agencies(self):
        """Return the tax agencies of the QuickBooks company."""
        return self.env['qbo.reference'].search(
            [('connection_id', '=', self.connection_id.id), ('entity', '=', 'TaxAgency')], order='id')

    @api.depends('tab', 'connection_id')
    def _compute_hint(self):
        for wizard in self:
            connection, hints = wizard.connection_id, {
                'category': self.env._(
                    "QuickBooks knows no accounts of categories: what is mapped is the account that a category leads "
                    "to, and it is the same row as under Accounts."),
                'file': self.env._(
                    "A CSV file of all rows, by names and numbers: for a copy, a colleague, or another database.")}
            if connection.tax_regime == 'us' and connection.partner_tax:
                hints['tax'] = self.env._(
                    "This company uses automated sales tax: documents go with Odoo's tax whatever is mapped here.")
            elif connection.tax_regime == 'none':
                hints['tax'] = self.env._("Sales tax is switched off in this QuickBooks company.")
            if not connection.multi_currency:
                hints['currency'] = self.env._(
                    "The QuickBooks company keeps %(home)s alone. Documents in other currencies are refused until "
                    "multicurrency is switched on there (Account and settings > Advanced), for good.",
                    home=connection.home_currency or '?')
            if not connection._mapped_plans():
                hints['analytic'] = self.env._(
                    "Choose on the connection, under What Is Sent, which analytic plan fills classes or locations. "
                    "The QuickBooks company has to track them.")
            wizard.hint = hints.get(wizard.tab, False)

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override to fill in the rows that are in use, with their suggestions."""
        wizards = super().create(vals_list)
        for wizard in wizards:
            connection = wizard.connection_id
            if connection.state == 'connected' and not connection.references_read_at:
                connection.sudo()._load_references_or_note()
            wizard._propose()
        return wizards

    def write(self, vals):
        """Override to show the rows of another tab, or that match another search."""
        result = super().write(vals)
        if not FILTERS.isdisjoint(vals):
            for wizard in self:
                if vals.get('with_unused'):
                    wizard._propose()
                wizard._refilter()
        return result

    def _propose(self):
        """Fill in a row for each thing in use, with what is mapped and what is suggested; keep what was chosen."""
        self.ensure_one()
        Line, Mapping = self.env['qbo.mapping.wizard.line'], self.env['qbo.mapping']
        used, others = Mapping._fill(self.connection_id)
        rows = self._mapping_rows(used, True) + self._mapping_rows(others, False) + self._currency_rows()
        if self.with_unused:
            known = {(row['kind'], row['res_id']) for row in rows}
            rows += self._unused_rows(known)
        there = {(line.kind, line.res_id): line for line in self.line_ids}
        again = {}
        for row in rows:
            if line := there.get((row['kind'], row['res_id'])):
                chosen = line.reference_id.filtered('active')
                again[line] = {
                    **{name: row[name] for name in (
                        'suggestion_id', 'confidence', 'reason', 'offered_id', 'mapping_id', 'waiting_count',
                        'drifted')},
                    'reference_id': row['reference_id'] if (
                        line.kind == 'currency' or not line.changed) else chosen.id}
        Line.browse().union(*again).flush_recordset()
        update_rows(Line, {
            line: self._complete(row, line._is_home()) for line, row in again.items()})
        insert_rows(Line, [{**self._complete(row, row['kind'] == 'currency' and (
            row['name'] == self.connection_id.home_currency)), 'wizard_id': self.id, 'shown': False}
                           for row in rows if (row['kind'], row['res_id']) not in there])
        self.invalidate_recordset()
        self._refilter()

    @api.model
    def _complete(self, row, is_home):
        """Return the values of a row with what follows from them."""
        return {**row, 'status': status_of(row['reference_id'], row['suggestion_id'], is_home),
                'changed': (row['reference_id'] or False) != (row['offered_id'] or False)}

    # === ROWS === #

    def _mapping_rows(self, mappings, in_use):
        """Return the values of the rows of mappings; those whose record is gone have none."""
        connection = self.connection_id
        records, waiting = mappings._records(), dict(self.env['qbo.queue.entry'].sudo()._read_group(
            [('connection_id', '=', connection.id), ('state', '=', 'failed'), ('mapping_id', '!=', False)],
            ['mapping_id'], ['__count']))
        waiting = {mapping.id: count for mapping, count in waiting.items()}
        lists, categories = mappings._lists(connection), mappings._categories(connection)
        return [self._row(
            mapping.kind, records[mapping], lists, in_use, name=self._name_of(mapping.kind, records[mapping], mapping),
            mapping=mapping,
            waiting_count=waiting.get(mapping.id, 0),
            categories=mapping.kind == 'account' and ", ".join(categories.get(mapping.res_id, ())),
        ) for mapping in mappings if records[mapping] or not mapping.res_id]

    def _unused_rows(self, known):
        """Return the values of rows of what sales do not use; without a mapping, until one is chosen."""
        Mapping = self.env['qbo.mapping']
        lists = Mapping._lists(self.connection_id)
        return [self._row(kind, record, lists, False, name=self._name_of(kind, record))
                for kind, record in Mapping._unused(self.connection_id) if (kind, record.id) not in known]

    def _name_of(self, kind, record, mapping=None):
        """Return the name of a row; its number stands by itself."""
        if record and kind in NUMBERED:
            return record.name
        return mapping.name if mapping else self.env['qbo.mapping']._record_label(self.connection_id, kind, record)

    def _row(self, kind, record, lists, in_use, name, mapping=None, categories='', waiting_count=0):
        """Return the values of one row; what is mapped already needs no suggestion."""
        Mapping = self.env['qbo.mapping']
        reference = mapping.reference_id.filtered('active') if mapping else self.env['qbo.reference']
        suggestion = None if reference else Mapping._suggest(self.connection_id, kind, record, lists)
        required = in_use and Mapping._is_required(self.connection_id, kind)
        suggested = suggestion.reference.id if suggestion else False
        return {
            'kind': kind, 'res_id': record.id or 0, 'name': name, 'number': record.code if kind in NUMBERED else False,
            'mapping_id': mapping.id if mapping else False,
            'reference_id': reference.id, 'offered_id': reference.id, 'suggestion_id': suggested,
            'confidence': suggestion.confidence if suggestion else 0,
            'reason': suggestion.reason if suggestion else False, 'required': required,
            'has_stand_in': Mapping._has_stand_in(kind, record),
            'categories': categories or False, 'categorised': bool(categories), 'waiting_count': waiting_count,
            'drifted': bool(mapping and mapping.drifted),
            'sequence': 0 if waiting_count else 5 if not in_use else 1 if required and not reference else (
                2 if suggested else 3 if reference else 4),
        }

    def _currency_rows(self):
        """Return the values of rows of currencies: found by their code, so nothing is chosen or saved."""
        connection, company = self.connection_id, self.connection_id.company_id
        used = self.env['qbo.mapping'].sudo().with_company(company)._used_currencies(company) | company.currency_id
        others = self.env['res.currency'].search([('active', '=', True)]) if self.with_unused else used
        there = {row.number: row for row in self.env['qbo.mapping']._lists(connection).of('CompanyCurrency')}
        rows = []
        for currency in (used | others).sorted('name'):
            reference, home = there.get(currency.name), currency.name == connection.home_currency
            rows.append({
                'kind': 'currency', 'res_id': currency.id, 'name': currency.name, 'number': False, 'mapping_id': False,
                'reference_id': reference.id if reference else False,
                'offered_id': reference.id if reference else False, 'suggestion_id': False, 'confidence': 0,
                'reason': self.env._("home currency") if home else False,
                'required': currency in used and not home, 'has_stand_in': False, 'categories': False,
                'categorised': False, 'waiting_count': 0, 'drifted': False,
                'sequence': 3 if currency in used else 5})
        return rows

    def _refilter(self):
        """Show the rows of the tab that match the filter and the search, as many as anybody looks at."""
        self.ensure_one()
        Line = self.env['qbo.mapping.wizard.line']
        mine = Domain('wizard_id', '=', self.id)
        domain = mine & TABS[self.tab] & {
            'all': Domain.TRUE, 'open': Domain('status', '!=', 'mapped'),
            'suggested': Domain('status', '=', 'suggested'),
            'changed': Domain('changed', '=', True), 'drifted': Domain('drifted', '=', True)}[self.show]
        if not self.with_unused:
            domain &= Domain.OR(
                [Domain('sequence', '!=', 5), Domain('reference_id', '!=', False), Domain('mapping_id', '!=', False)])
        for word in (self.search_text or '').split():
            domain &= Domain.OR(Domain(name, 'ilike', word) for name in (
                'name', 'number', 'categories', 'reference_id.name', 'reference_id.number', 'suggestion_id.name'))
        wanted, shown = Line.search(domain, limit=SHOWN), Line.search(mine & Domain('shown', '=', True))
        (shown - wanted).write({'shown': False})
        (wanted - shown).write({'shown': True})
        self.hidden_count = Line.search_count(domain) - len(wanted) if len(wanted) == SHOWN else 0
        self.invalidate_recordset(['shown_ids'])

    # === BUTTONS === #

    def action_accept_all(self):
        """Take every suggestion for the rows that have no counterpart; review, then save."""
        for wizard in self:
            wizard.line_ids.filtered(lambda line: not line.reference_id).action_accept()
        return self._reopen()

    def action_accept_tab(self):
        """Take every suggestion of this tab."""
        self.ensure_one()
        self.line_ids.filtered_domain(TABS[self.tab]).filtered(lambda line: not line.reference_id).action_accept()
        return self._reopen()

    def action_reload(self):
        """Read QuickBooks' lists again and suggest anew; what was chosen stays."""
        self.ensure_one()
        self.check_access('write')
        self.connection_id.action_refresh_references()
        connection_sudo = self.connection_id.sudo()
        connection_sudo._ask(lambda client: connection_sudo.write(connection_sudo._read_facts(client)))
        self._propose()
        return self._reopen()

    def action_save(self):
        """Save what was chosen; entries that failed for want of it go on."""
        self.check_access('write')
        Mapping = self.env['qbo.mapping']
        for wizard in self:
            # What was not touched is not ours to change.
            changed = wizard._changed_lines().filtered(lambda line: line.kind in KINDS)
            Mapping._set_references({line.mapping_id: line.reference_id for line in changed if line.mapping_id})
            Mapping.create([{
                'connection_id': wizard.connection_id.id, 'kind': line.kind, 'res_id': line.res_id, 'name': line.name,
                'reference_id': line.reference_id.id,
            } for line in changed if not line.mapping_id and line.reference_id])
        return {'type': 'ir.actions.act_window_close'}

    def _reopen(self):
        """Return the action that shows this wizard."""
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("Map Odoo to QuickBooks"), 'res_model': self._name,
            'res_id': self[:1].id, 'view_mode': 'form', 'target': 'new', 'context': {'dialog_size': 'extra-large'},
        }


def _is_on(tab, kind, categorised):
    """Tell whether rows stand on a tab."""
    if tab == 'category':
        return kind == 'account' and categorised
    if tab == 'analytic':
        return kind in ('class', 'department')
    return kind in TAXES if tab == 'tax' else kind == tab

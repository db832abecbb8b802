"""Which customer or item of QuickBooks an Odoo record is: what was found, and what a person decided.

Decisions are kept and obeyed by every push: *create new* keeps a record from being linked with its namesake, a link
wins over whatever the names say, and *do not send* is the record's own flag. What QuickBooks holds is not changed here.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..qbo.pairing import Directory, contested

NEW = 'new'


class QboMatch(models.Model):
    """One Odoo record that may stand in QuickBooks already."""

    _name = 'qbo.match'
    _description = "QuickBooks Match"
    _inherit = ['qbo.exportable']
    _order = 'entity, record_name, id'
    _rec_name = 'record_name'

    connection_id = fields.Many2one('qbo.connection', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='connection_id.company_id', store=True, index=True)
    entity = fields.Selection(
        lambda self: self.env['qbo.entity']._entity_labels(), string="QuickBooks Type", required=True, readonly=True)
    model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(model_field='model', string="Record", required=True, readonly=True)
    record_name = fields.Char(string="In Odoo", readonly=True)
    detail = fields.Char(string="E-mail or Code", readonly=True)
    result = fields.Selection(
        [('exact', "Exact"), ('likely', "Likely"), ('none', "No match")], required=True, readonly=True, default='none')
    confidence = fields.Integer(string="Confidence (%)", readonly=True, aggregator=None)
    reason = fields.Char(readonly=True)
    reference_id = fields.Many2one(
        'qbo.reference', string="In QuickBooks", ondelete='set null', index='btree_not_null',
        domain="[('connection_id', '=', connection_id), ('entity', '=', entity), ('active', '=', True), "
               "('linked_name', '=', False)]",
        help="What was found; choose another one if it is not the same.")
    reference_detail = fields.Char(string="QuickBooks E-mail or Code", compute='_compute_reference_detail')
    twins = fields.Char(
        string="Duplicates in Odoo", readonly=True, help="Other Odoo records that look like the same.")
    duplicates = fields.Char(
        compute='_compute_duplicates', help="Others, in Odoo and in QuickBooks, that look like the same.")
    decision = fields.Selection(
        [('link', "Linked"), (NEW, "Create new"), ('exclude', "Do not send")], readonly=True, index=True)
    decided_by_id = fields.Many2one('res.users', readonly=True, ondelete='set null')
    decided_at = fields.Datetime(readonly=True)
    state = fields.Selection(
        [('exact', "Exact"), ('likely', "Likely"), ('none', "No match"), ('link', "Linked"), (NEW, "Create new"),
         ('exclude', "Do not send")],
        compute='_compute_state', store=True, string="Status")

    _record_unique = models.Constraint('UNIQUE (connection_id, entity, model, res_id)', "Already listed.")

    @api.depends('result', 'decision')
    def _compute_state(self):
        for match in self:
            match.state = match.decision or match.result

    @api.depends('twins', 'reference_id.twin_names')
    def _compute_duplicates(self):
        for match in self:
            theirs = match.reference_id.twin_names
            match.duplicates = "; ".join(filter(None, (
                match.twins and self.env._("in Odoo: %(names)s", names=match.twins),
                theirs and self.env._("in QuickBooks: %(names)s", names=theirs))))

    @api.depends('reference_id')
    def _compute_reference_detail(self):
        for match in self:
            match.reference_detail = match.reference_id.email or match.reference_id.number

    @api.model_create_multi
    def create(self, vals_list):
        """Override: rows come from the search alone."""
        if not self.env.su:
            raise UserError(self.env._("What may match is searched for; rows are not made by hand."))
        return super().create(vals_list)

    def write(self, vals):
        """Override: people choose another object here; decisions have buttons of their own."""
        if not self.env.su and set(vals) - {'reference_id'}:
            raise UserError(self.env._("Only the QuickBooks object can be chosen here; decide with the buttons."))
        if 'reference_id' in vals and not self.env.su:
            if decided := self.filtered('decision'):
                raise UserError(self.env._(
                    "Decided already: %(records)s. Take that back first.",
                    records=", ".join(decided.mapped('record_name'))))
            vals = {**vals, 'result': 'likely' if vals['reference_id'] else 'none', 'confidence': 0,
                    'reason': vals['reference_id'] and self.env._("chosen by %(user)s", user=self.env.user.name)}
        return super().write(vals)

    # === ASKED BY EVERY PUSH === #

    @api.model
    def _is_new(self, connection, record):
        """Tell whether a person decided that the record is nothing that stands in QuickBooks already."""
        return bool(self.sudo().search_count([
            ('connection_id', '=', connection.id), ('model', '=', record._name), ('res_id', '=', record.id),
            ('decision', '=', NEW)], limit=1))

    # === SEARCH === #

    @api.model
    def _handlers(self):
        """Return the handlers whose records are matched."""
        return [handler for handler in self.env['qbo.entity']._handlers() if handler._qbo_matched]

    @api.model
    def _search_all(self, connection):
        """Look for all records in the mirrored lists; what was decided is kept."""
        company_self = self.sudo().with_company(connection.company_id)
        for handler in company_self._handlers():
            company_self._search_list(connection.with_env(company_self.env), handler)
        company_self._follow_links(connection)
        connection.sudo().matches_searched_at = fields.Datetime.now()

    @api.model
    def _search_list(self, connection, handler):
        """Look for the records of one handler."""
        records = handler._to_match(connection)
        rows = {row.res_id: row for row in self.search([
            ('connection_id', '=', connection.id), ('entity', '=', handler._qbo_entity),
            ('model', '=', handler._qbo_model)])}
        references = self.env['qbo.reference'].search(handler._offered(connection))
        self._note_twins(handler, references)
        taken = set(self.env['qbo.binding'].search([
            ('connection_id', '=', connection.id), ('entity', '=', handler._qbo_entity)]).mapped('remote_id'))
        directory = handler._directory(references.filtered(lambda reference: reference.remote_id not in taken))
        wanted = [handler._entry(connection, record) for record in records]
        twins, names = Directory(wanted).twins(), {entry.key: entry.name for entry in wanted}
        found = {entry.key: directory.same(entry) for entry in wanted}
        exact = {key: suggestion for key, suggestion in found.items() if suggestion}
        rivals, new = contested(exact), []
        for entry in wanted:
            row = rows.pop(entry.key, self.browse())
            suggestion = exact.get(entry.key) or (directory.like(entry) if not row.decision else None)
            sure = entry.key in exact and entry.key not in rivals
            values = {
                'record_name': entry.name or str(entry.key), 'detail': entry.email or entry.code or False,
                'twins': self._twin_text(twins.get(entry.key, ()), names),
            }
            if not row.decision and not (row.reference_id.active and row.reason and not row.confidence):  # not chosen
                reasons = [self._reason(suggestion)] if suggestion else []
                if entry.key in rivals:
                    reasons.append(self.env._("but it suits another Odoo record as well"))
                values |= {
                    'reference_id': suggestion.candidate.key if suggestion else False,
                    'result': ('exact' if sure else 'likely') if suggestion else 'none',
                    'confidence': suggestion.confidence if suggestion else 0, 'reason': ", ".join(reasons) or False,
                }
            if not row:
                new.append({**values, 'connection_id': connection.id, 'entity': handler._qbo_entity,
                            'model': handler._qbo_model, 'res_id': entry.key})
            elif changed := {name: value for name, value in values.items()
                             if (row[name].id if name == 'reference_id' else row[name]) != value}:
                row.write(changed)
        self.create(new)
        self.union(*rows.values()).filtered(lambda row: not row.decision).unlink()  # of no interest any more

    @api.model
    def _note_twins(self, handler, references):
        """Note on mirrored objects which others look like the same."""
        twins = handler._directory(references).twins()
        names = {reference.id: reference.name for reference in references}
        for reference in references:
            text = self._twin_text(twins.get(reference.id, ()), names)
            if (reference.twin_names or False) != text:
                reference.twin_names = text

    @api.model
    def _twin_text(self, twins, names):
        """Return who else looks like the same, and why, in one text; False without any."""
        return ", ".join(f'{names[key]} ({self._reasons()[reason]})' for key, reason in twins) or False

    @api.model
    def _reasons(self):
        """Return why two are taken for the same, in words."""
        return {
            'code': self.env._("same code"), 'name': self.env._("same name"), 'email': self.env._("same e-mail"),
            'like_code': self.env._("same code, written differently"),
            'legal': self.env._("same name but for the legal form or its spelling"),
            'mail_only': self.env._("same e-mail, another name"),
            'other_code': self.env._("same name, another code"), 'similar': self.env._("similar name"),
        }

    @api.model
    def _reason(self, suggestion):
        """Return why an object is suggested, in words."""
        text = self._reasons()[suggestion.reason]
        return f'{text} {suggestion.confidence} %' if suggestion.reason == 'similar' else text

    @api.model
    def _follow_links(self, connection):
        """Let the rows say what the links and the flags say: a link, and *do not send*, are decided in many places."""
        self = self.sudo()
        self.flush_model()
        for row in self.search([('connection_id', 'in', connection.ids), ('decision', 'in', (False, 'link'))]).grouped(
                'model').values():
            row._follow_links_of_model()
        self._follow_flags(connection)

    def _follow_links_of_model(self):
        """Let rows of one model follow the links."""
        links = {(link.connection_id.id, link.entity, link.res_id): link for link in self.env['qbo.binding'].search([
            ('connection_id', 'in', self.connection_id.ids), ('model', '=', self[:1].model), ('state', '!=', 'deleted'),
            ('res_id', 'in', self.mapped('res_id'))])}
        references = {(reference.connection_id.id, reference.entity, reference.remote_id): reference.id
                      for reference in self.env['qbo.reference'].with_context(active_test=False).search([
                          ('connection_id', 'in', self.connection_id.ids), ('entity', 'in', self.mapped('entity'))])}
        for row in self:
            link = links.get((row.connection_id.id, row.entity, row.res_id))
            if link:
                reference = references.get((row.connection_id.id, row.entity, link.remote_id), False)
                if row.decision != 'link' or row.reference_id.id != reference:
                    row.write({'decision': 'link', 'reference_id': reference})
            elif row.decision:
                row._decide(False)

    @api.model
    def _follow_flags(self, connection):
        """Let the rows follow the records' *Do Not Send to QuickBooks*."""
        for one in connection:
            company_self = self.with_company(one.company_id)
            rows = company_self.search([('connection_id', '=', one.id), ('decision', '!=', 'link')])
            for model, mine in rows.grouped('model').items():
                records = company_self.env[model].with_context(active_test=False)
                excluded = set(records.search(records._qbo_excluded_here()).ids)
                for row in mine:
                    if (row.res_id in excluded) != (row.decision == 'exclude'):
                        row._decide('exclude' if row.res_id in excluded else False)

    def _record(self):
        """Return the record in the company of its connection, empty when it was deleted."""
        self.ensure_one()
        return self.env[self.model].with_company(self.company_id).browse(self.res_id).exists()

    def _holder(self):
        """Return the record whose *Do Not Send to QuickBooks* decides."""
        record = self._record()
        handler = self.env['qbo.entity']._by_name(self.model, self.entity)
        return (handler._excluders(record) or [record.browse()])[0] if record else record

    # === DECISIONS === #

    def _decide(self, decision):
        """Store a decision, or that there is none."""
        self.sudo().write({
            'decision': decision, 'decided_by_id': decision and self.env.uid,
            'decided_at': decision and fields.Datetime.now()})

    def _undecided(self):
        """Return those that nobody decided about; the user may decide.

        :raise UserError: all are decided
        """
        self.env['qbo.binding']._check_may_link()
        self.check_access('read')
        rows = self.filtered(lambda match: not match.decision)
        if not rows:
            raise UserError(self.env._("These are decided already. Take that back first to decide anew."))
        return rows

    def action_link(self):
        """Link the records with the QuickBooks objects beside them; nothing is sent."""
        rows = self._undecided().filtered('reference_id')
        if not rows:
            raise UserError(self.env._("Choose what it is in QuickBooks first."))
        several = rows.reference_id.filtered(
            lambda reference: len(rows.filtered(lambda row: row.reference_id == reference)) > 1)
        if several:
            raise UserError(self.env._(
                "Chosen for more than one record: %(names)s. Choose one record for each.",
                names=", ".join(several.mapped('name'))))
        for connection, mine in rows.grouped('connection_id').items():
            self.env['qbo.binding']._link(connection, [{
                'model': row.model, 'res_id': row.res_id, 'record_name': row.record_name,
                **row.reference_id._link_values()} for row in mine],
                self.env._("Linked by %(user)s", user=self.env.user.name))
        rows._decide('link')

    def action_new(self):
        """Decide that the records are new to QuickBooks: a push creates them, whatever is called alike there."""
        rows = self._undecided()
        rows._decide(NEW)
        for connection, mine in rows.grouped('connection_id').items():
            self.env['qbo.audit']._note(
                connection, 'linked', self.env._("To be created in QuickBooks as new"), mine)

    def action_exclude(self):
        """Mark the records “Do Not Send to QuickBooks”; what belongs to a customer is kept out with it."""
        rows = self._undecided()
        for row in rows:
            row._holder().qbo_excluded = True
        rows._decide('exclude')

    def action_undo(self):
        """Take decisions back; a link ends, and nothing changes in QuickBooks."""
        self.env['qbo.binding']._check_may_link()
        self.check_access('read')
        for row in self.filtered('decision'):
            if row.decision == 'link':
                row._link().action_end()
            elif row.decision == 'exclude':
                row._holder().qbo_excluded = False
            row._decide(False)

    def _link(self):
        """Return the live link of the record."""
        self.ensure_one()
        return self.env['qbo.binding']._of_record(
            self.connection_id, self.model, self.res_id, self.entity).with_env(self.env)

    def action_open_record(self):
        """Open the Odoo record."""
        self.ensure_one()
        return {'type': 'ir.actions.act_window', 'res_model': self.model, 'res_id': self.res_id,
                'view_mode': 'form', 'target': 'current'}

    # === BUTTONS OF THE LIST, WITHOUT A SELECTION === #

    @api.model
    def _of_context(self):
        """Return the connection whose matches are listed."""
        connection = self.env['qbo.connection'].browse(self.env.context.get('default_connection_id') or [])
        connection = connection or self.env['qbo.connection'].search(
            [('company_id', '=', self.env.company.id)], limit=1)
        if not connection:
            raise UserError(self.env._("Connect to QuickBooks first."))
        return connection

    def action_link_exact(self):
        """Link all that match exactly."""
        self.env['qbo.binding']._check_may_link()
        self.check_access('read')
        connection = self._of_context()
        rows = self.search([('connection_id', '=', connection.id), ('state', '=', 'exact')])
        if not rows:
            raise UserError(self.env._("Nothing matches exactly that is not linked yet."))
        rows.action_link()

    def action_search(self):
        """Read QuickBooks' lists again and look for everything anew; what was decided is kept."""
        self.env['qbo.binding']._check_may_link()
        self.check_access('read')
        connection = self._of_context()
        connection.action_refresh_references()
        self._search_all(connection)
        return connection._unless_still_reading(False)

    @api.model
    def _to_decide(self, connections):
        """Return the domain of the rows that wait for a person."""
        return Domain('connection_id', 'in', connections.ids) & Domain('decision', '=', False) & Domain(
            'result', 'in', ('exact', 'likely'))

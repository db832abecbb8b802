"""Mappings as a CSV file: by names and numbers, so that it fits another database; with an error, none is taken."""

import base64

from odoo import fields, models
from odoo.exceptions import UserError

from ..models.qbo_mapping import KINDS
from ..qbo.spreadsheet import TableError, read_table, write_table
from .qbo_mapping_wizard import NUMBERED

COLUMNS = ('Kind', 'Odoo Number', 'Odoo Name', 'QuickBooks Number', 'QuickBooks Name')
NO_RECORD = '*'  # the number of the row that stands for no record: the default income account, lines without tax
SHOWN_ERRORS = 50


class QboMappingWizard(models.TransientModel):
    """The part of the wizard that writes and reads files."""

    _inherit = 'qbo.mapping.wizard'

    file = fields.Binary(
        string="CSV File", attachment=False,
        help="With the columns Kind, Odoo Number, Odoo Name, QuickBooks Number and QuickBooks Name, as the export "
             "has them.")
    file_name = fields.Char()
    file_errors = fields.Text(readonly=True)

    # === EXPORT === #

    def action_export(self):
        """Download all rows, with what is chosen here."""
        self.ensure_one()
        self.check_access('write')
        self.write({'file': base64.b64encode(self._file_content()), 'file_name': "QuickBooks mappings.csv",
                    'file_errors': False})
        return {
            'type': 'ir.actions.act_url', 'target': 'download',
            'url': f'/web/content/{self._name}/{self.id}/file/QuickBooks%20mappings.csv?download=true'}

    def _file_content(self):
        """Return the CSV file."""
        lines = self.line_ids.filtered(lambda line: line.kind in KINDS)
        facts = self._odoo_facts(lines)
        return write_table(COLUMNS, [(
            line.kind, *facts[line], line.reference_id.number, line.reference_id.full_name or line.reference_id.name,
        ) for line in lines.sorted(lambda line: (list(KINDS).index(line.kind), facts[line]))])

    def _odoo_facts(self, lines):
        """Return ``{line: (number, name)}``: what a row of Odoo is known by, in any database."""
        Mapping, facts = self.env['qbo.mapping'], {}
        for kind, group in lines.grouped('kind').items():
            records = Mapping._records_of(self.connection_id, kind, group.mapped('res_id'))
            for line in group:
                record = records[line.res_id]
                name = line.name if not record or kind in NUMBERED else record.display_name
                facts[line] = ((line.number or '') if line.res_id else NO_RECORD, name or '')
        return facts

    # === IMPORT === #

    def action_import(self):
        """Choose what a file says, to be reviewed and saved; with an error in it, nothing."""
        self.ensure_one()
        self.check_access('write')
        if not self.file:
            raise UserError(self.env._("Choose a CSV file first."))
        try:
            rows = read_table(base64.b64decode(self.file), COLUMNS)
        except TableError as error:
            self.file_errors = str(error)
            return self._reopen()
        chosen, errors = self._resolve(rows)
        if errors:
            more = [self.env._("and %(count)s more", count=len(errors) - SHOWN_ERRORS)] if (
                len(errors) > SHOWN_ERRORS) else []
            self.file_errors = "\n".join([*errors[:SHOWN_ERRORS], *more])
            return self._reopen()
        for line, reference in chosen.items():
            line.reference_id = reference
        self.write({'file': False, 'file_name': False, 'file_errors': False, 'tab': 'account', 'show': 'changed'})
        return self._reopen()

    def _resolve(self, rows):
        """Find what the rows of a file mean.

        :param rows: (number of the line, values) of each
        :return: ``{line of the wizard: reference}`` of those with a counterpart, and the errors
        """
        if not self.with_unused:
            self.with_unused = True  # a file may map what sales do not use yet
        lines = self.line_ids.filtered(lambda line: line.kind in KINDS)
        facts, ours = self._odoo_facts(lines), {}
        for line in lines:
            number, name = facts[line]
            for key in ((line.kind, 'number', number), (line.kind, 'name', name.casefold())):
                ours.setdefault(key, line.browse())
                ours[key] |= line if key[2] else line.browse()
        theirs, chosen, errors = self._qbo_facts(), {}, []
        for number, row in rows:
            line, reference, error = self._resolve_row(row, ours, theirs)
            if not error and line in chosen:
                error = self.env._("%(name)s stands in the file twice.", name=line.name)
            if error:
                errors.append(self.env._("Line %(number)s: %(error)s", number=number, error=error))
            elif reference:
                chosen[line] = reference
        return chosen, errors

    def _qbo_facts(self):
        """Return ``{(entity, 'number' or 'name', text): references}`` of QuickBooks' lists."""
        found = {}
        references = self.env['qbo.reference'].with_context(active_test=False).search([
            ('connection_id', '=', self.connection_id.id),
            ('entity', 'in', [entity for _model, entity in KINDS.values()])])
        for reference in references:
            for key, text in (('number', reference.number), ('name', reference.full_name or reference.name)):
                if text:
                    place = (reference.entity, key, text.casefold())
                    found[place] = found.get(place, reference.browse()) | reference
        return found

    def _resolve_row(self, row, ours, theirs):
        """Return (line, reference, error) of one row; no reference where the file names none."""
        none = self.env['qbo.reference']
        kind, number, name, qbo_number, qbo_name = (row[column] for column in COLUMNS)
        if kind not in KINDS:
            return None, none, self.env._(
                "unknown kind “%(kind)s”; it is one of %(kinds)s.", kind=kind, kinds=", ".join(KINDS))
        line = ours.get((kind, 'number', number)) if number else ours.get((kind, 'name', name.casefold()))
        if not line:
            return None, none, self.env._(
                "there is no %(kind)s %(name)s in Odoo.", kind=kind, name=number or f'“{name}”')
        if len(line) > 1:
            return None, none, self.env._("Odoo has several of the name “%(name)s”.", name=name)
        if not qbo_number and not qbo_name:
            return line, none, None
        entity = KINDS[kind][1]
        found = theirs.get((entity, 'number', qbo_number.casefold()), none) if qbo_number else none
        if not found and qbo_name:
            found = theirs.get((entity, 'name', qbo_name.casefold()), none)
            if qbo_number and found and found.filtered('number'):
                return line, none, self.env._("QuickBooks has “%(name)s”, but not under the number %(number)s.",
                                     name=qbo_name, number=qbo_number)
        active = found.filtered('active')
        label = " ".join(filter(None, (qbo_number, qbo_name)))
        if not found:
            return line, none, self.env._("QuickBooks has no %(entity)s “%(name)s”.", entity=entity, name=label)
        if not active:
            return line, none, self.env._("“%(name)s” is inactive in QuickBooks.", name=label)
        if len(active) > 1:
            return line, none, self.env._("QuickBooks has several %(entity)s “%(name)s”.", entity=entity, name=label)
        return line, active, None

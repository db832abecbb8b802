"""The report of a reconciliation, which an accountant files with the month: as a page or PDF, and as a spreadsheet."""

import io

import xlsxwriter

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from .qbo_exportable import harmless

PRINTED = 1000  # rows of one section on paper; the spreadsheet has all
SHEET_ROWS = 1_000_000  # xlsx ends at 1,048,576
XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
COLUMNS = ('entity', 'kind', 'status', 'reason', 'record_name', 'partner_id', 'date', 'total', 'tax', 'balance',
           'remote_number', 'remote_id', 'remote_customer', 'remote_date', 'remote_total', 'remote_tax',
           'remote_balance', 'currency', 'amount_apart', 'text', 'explanation', 'explained_by_id', 'explained_at')
EXCHANGE = ('entity', 'record_name', 'remote_id', 'currency', 'total', 'home', 'remote_home', 'rate', 'remote_rate',
            'amount_apart', 'status', 'text', 'explanation', 'explained_by_id', 'explained_at')
TOTALS = ('entity', 'currency', 'here_count', 'there_count', 'here_total', 'there_total', 'difference', 'here_tax',
          'there_tax', 'here_balance', 'there_balance', 'drift', 'named', 'rest')


class QboReconciliation(models.Model):
    """The part of the reconciliation that is printed."""

    _inherit = 'qbo.reconciliation'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def _check_ended(self):
        """Refuse to print what is not finished: it would look like agreement.

        :raise UserError: it runs, or was given up
        """
        if any(run.state not in ('clean', 'drift') for run in self):
            raise UserError(self.env._("Only a reconciliation that was completed can be printed."))

    def action_print(self):
        """Print the report."""
        self.check_access('read')
        self._check_ended()
        return self.env.ref('qbo_connector.qbo_reconciliation_report').report_action(self)

    # === WHAT STANDS IN IT === #

    def _facts(self):
        """Return [(label, value)] of the head of the report."""
        self.ensure_one()
        connection, kinds = self.connection_id, dict(self._fields['kind']._description_selection(self.env))
        states = dict(self._fields['state']._description_selection(self.env))
        return [
            (self.env._("Company"), self.company_id.name),
            (self.env._("QuickBooks company"),
             f"{connection.qbo_company_name or ''} ({connection.realm_id or ''})"),
            (self.env._("Period"), self.env._(
                "%(start)s to %(end)s", start=self._since() or "…", end=self.date_to or "…")),
            (self.env._("Kind"), kinds[self.kind]),
            (self.env._("Outcome"), states[self.state]),
            (self.env._("Documents compared"), self.compared),
            (self.env._("Differences"), self.drift_count),
            (self.env._("Still waiting"), self.waiting_count),
            (self.env._("Known"), self.known_count),
            (self.env._("Explained"), self.explained_count),
            (self.env._("Run"), f'{self._moment(self.started_at)} / {self._moment(self.ended_at)} UTC'),
            (self.env._("Reads of QuickBooks"), self.api_calls),
            (self.env._("Remark"), self.remark or ''),
        ]

    def _moment(self, moment):
        """Return a moment in UTC as the user reads it."""
        return format_datetime(self.env, moment, tz='UTC', dt_format='short') if moment else ''

    def _sections(self, limit=None):
        """Return [(title, rows, number of all rows)] of the differences; those of exchange have their own section."""
        self.ensure_one()
        found, Line = [], self.env['qbo.reconciliation.line']
        for title, domain in (
                (self.env._("Differences"), [('status', '=', 'drift'), ('kind', '!=', 'receivable')]),
                (self.env._("Explained"), [('status', '=', 'explained'), ('kind', '!=', 'receivable')]),
                (self.env._("Still Waiting"), [('status', '=', 'waiting')]),
                (self.env._("Known"), [('status', '=', 'known'), ('kind', '!=', 'receivable')]),
                (self.env._("Customers"), [('kind', '=', 'receivable')])):
            domain = [('reconciliation_id', '=', self.id), ('kind', 'not in', ('exchange', 'rounded')), *domain]
            found.append((title, Line.search(domain, order='id', limit=limit), Line.search_count(domain)))
        return found

    def _printed(self):
        """Return what the printed report shows of the differences."""
        return self._sections(PRINTED)

    # === SPREADSHEET === #

    def action_xlsx(self):
        """Download the report as a spreadsheet; it is kept with the reconciliation."""
        self.ensure_one()
        self.check_access('read')
        self._check_ended()
        attachment_sudo = self.env['ir.attachment'].sudo().search([
            ('res_model', '=', self._name), ('res_id', '=', self.id), ('mimetype', '=', XLSX)], limit=1)
        values = {'name': f'{self._file_name()}.xlsx', 'raw': self._xlsx(), 'res_model': self._name,
                  'res_id': self.id, 'mimetype': XLSX}
        if attachment_sudo:
            attachment_sudo.write(values)
        else:
            attachment_sudo = attachment_sudo.create(values)
        return {'type': 'ir.actions.act_url', 'url': f'/web/content/{attachment_sudo.id}?download=true',
                'target': 'self'}

    def _file_name(self):
        """Return the name of the report's file."""
        self.ensure_one()
        return "QuickBooks {} {}".format(
            self.company_id.name.replace('/', '-'),
            self.date_to or fields.Date.to_date(self.ended_at or self.create_date))

    def _xlsx(self):
        """Return the bytes of the spreadsheet. Texts are written as texts, and begin like no formula."""
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {
                'constant_memory': True, 'strings_to_formulas': False, 'strings_to_urls': False,
                'strings_to_numbers': False}) as book:
            bold, formats = book.add_format({'bold': True}), {
                'float': book.add_format({'num_format': '#,##0.00'}),
                'date': book.add_format({'num_format': 'yyyy-mm-dd'}),
                'datetime': book.add_format({'num_format': 'yyyy-mm-dd hh:mm'})}
            sheet = book.add_worksheet(self.env._("Summary"))
            sheet.set_column(0, 0, 24)
            sheet.set_column(1, 13, 18)
            for at, (label, value) in enumerate(self._facts()):
                sheet.write_string(at, 0, label, bold)
                _write(sheet, at, 1, value, None)
            at += 2
            self._write_table(sheet, at, self.env['qbo.reconciliation.total'], TOTALS, self.total_ids, bold, formats)
            at += len(self.total_ids) + 3
            for label in (self.env._("Prepared by"), self.env._("Reviewed by"), self.env._("Date and signature")):
                sheet.write_string(at, 0, label, bold)
                sheet.write_string(at, 1, '_' * 30)
                at += 1
            Line = self.env['qbo.reconciliation.line']
            for title, names, domain in (
                    (self.env._("Documents"), COLUMNS, [('kind', 'not in', ('exchange', 'rounded', 'receivable'))]),
                    (self.env._("Customers"), COLUMNS, [('kind', '=', 'receivable')]),
                    (self.env._("Exchange"), EXCHANGE, [('kind', 'in', ('exchange', 'rounded'))])):
                lines = Line.search([('reconciliation_id', '=', self.id), *domain], order='id', limit=SHEET_ROWS)
                sheet = book.add_worksheet(title)
                sheet.freeze_panes(1, 0)
                sheet.set_column(0, len(names), 16)
                self._write_table(sheet, 0, Line, names, lines, bold, formats)
        return out.getvalue()

    def _write_table(self, sheet, at, model, names, records, bold, formats):
        """Write records as a table with a head."""
        described = model.fields_get(names, ['string', 'type', 'selection'])
        for column, name in enumerate(names):
            sheet.write_string(at, column, harmless(described[name]['string']), bold)
        for record in records:
            at += 1
            for column, name in enumerate(names):
                kind, value = described[name]['type'], record[name]
                if kind == 'selection':
                    value = dict(described[name]['selection']).get(value, '')
                elif kind == 'many2one':
                    value = value.display_name or ''
                _write(sheet, at, column, value, formats.get(kind))


def _write(sheet, row, column, value, style):
    """Write one cell: numbers and dates as such, everything else as text."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        sheet.write_number(row, column, value, style)
    elif value and hasattr(value, 'isoformat'):
        sheet.write_datetime(row, column, value, style)
    else:
        sheet.write_string(row, column, harmless(str(value or '')))

"""Cut-over: documents that stand in QuickBooks already are found by number or money, compared and adopted.

Searching reads QuickBooks and adopting writes links in Odoo; neither changes anything in QuickBooks.
"""

import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..qbo import cutover, faults
from ..qbo.query import MAX_IN, MAX_PAGE
from .qbo_governor import PACE

NUMBERS = MAX_IN  # looked for by one query
PAYMENTS = 500  # looked for together
AROUND = timedelta(days=31)  # by which the dates of one payment may differ if it settles the same
TURN = 40.0  # seconds that one press of a button takes at most: servers end requests after 120
PENDING = 'pending'
FOUND = ('exact', 'date', 'total', 'customer', 'ambiguous')


class QboCutover(models.Model):
    """One search for the documents of a time in QuickBooks."""

    _name = 'qbo.cutover'
    _description = "QuickBooks Cut-Over"
    _order = 'id desc'

    connection_id = fields.Many2one(
        'qbo.connection', required=True, index=True, ondelete='cascade',
        help="Whose documents are looked for in QuickBooks.",
        default=lambda self: self.env['qbo.connection'].search([('company_id', '=', self.env.company.id)], limit=1))
    company_id = fields.Many2one(related='connection_id.company_id', store=True, index=True)
    date_from = fields.Date(string="From", help="Of the documents; empty: from the first one.")
    date_to = fields.Date(string="To", help="Of the documents; empty: up to the last one.")
    state = fields.Selection(
        [('draft', "To Search"), ('running', "Interrupted"), ('done', "Searched")], default='draft', required=True,
        readonly=True)
    trouble = fields.Char(readonly=True, help="Why the search stopped; Continue goes on where it was.")
    reads = fields.Integer(string="Reads of QuickBooks", readonly=True, help="Calls that Intuit meters.")
    expected_reads = fields.Integer(
        string="Reads to Expect", compute='_compute_expected', help="Calls that Intuit meters, at least.")
    document_count = fields.Integer(string="Documents to Look For", compute='_compute_expected')
    line_ids = fields.One2many('qbo.cutover.line', 'cutover_id', string="Documents")
    searched = fields.Float(compute='_compute_counts', string="Looked For (%)")
    exact_count = fields.Integer(compute='_compute_counts')
    differing_count = fields.Integer(compute='_compute_counts')
    ambiguous_count = fields.Integer(compute='_compute_counts')
    none_count = fields.Integer(compute='_compute_counts')
    adopted_count = fields.Integer(compute='_compute_counts')

    @api.depends('date_from', 'date_to')
    def _compute_display_name(self):
        for one in self:
            one.display_name = self.env._(
                "Cut-over %(start)s to %(end)s", start=one.date_from or "…", end=one.date_to or "…")

    @api.depends('connection_id', 'date_from', 'date_to', 'state')
    def _compute_expected(self):
        for one in self:
            one.document_count = one.expected_reads = 0
            for handler, records in one._missing() if one.connection_id and one.state == 'draft' else ():
                per_read = NUMBERS if handler._qbo_cutover == 'number' else PAYMENTS
                one.document_count += len(records)
                one.expected_reads += -(-len(records) // per_read)

    @api.depends('line_ids.state')
    def _compute_counts(self):
        counts = {(one.id, state): count for one, state, count in self.env['qbo.cutover.line']._read_group(
            [('cutover_id', 'in', self.ids)], ['cutover_id', 'state'], ['__count'])}
        for one in self:
            mine = {state: count for (cutover_id, state), count in counts.items() if cutover_id == one.id}
            total = sum(mine.values())
            one.searched = 100 * (total - mine.get(PENDING, 0)) / total if total else 0
            one.exact_count = mine.get('exact', 0)
            one.differing_count = sum(mine.get(state, 0) for state in ('date', 'total', 'customer'))
            one.ambiguous_count = mine.get('ambiguous', 0)
            one.none_count = mine.get('none', 0)
            one.adopted_count = mine.get('adopted', 0)

    @api.model
    def _handlers(self):
        """Return the handlers whose documents can be found in QuickBooks, documents before their payments."""
        return [handler for handler in self.env['qbo.entity']._handlers() if handler._qbo_cutover]

    def _missing(self):
        """Return (handler, documents) of the time that have no link."""
        self.ensure_one()
        company_self = self.sudo().with_company(self.connection_id.company_id)
        connection, found = company_self.connection_id, []
        for handler in company_self._handlers():
            records = handler._booked(connection, self.date_from, self.date_to)
            linked = set(self.env['qbo.binding'].sudo().search([
                ('connection_id', '=', connection.id), ('model', '=', records._name), ('res_id', 'in', records.ids),
                ('state', '!=', 'deleted')]).mapped('res_id'))
            found.append((handler, records.filtered(
                lambda record, handler=handler, linked=linked:
                record.id not in linked and handler._handles(record) and not handler._excluded(connection, record))))
        return found

    # === SEARCH === #

    def action_search(self):
        """Look for all documents of the time, from the beginning; what was decided is kept."""
        self.ensure_one()
        self.env['qbo.binding']._check_may_link()
        self.check_access('write')
        self_sudo = self.sudo()
        self_sudo.line_ids._forget_ended()
        self_sudo.line_ids.filtered(lambda line: not line.decision).unlink()
        decided = {(line.model, line.res_id) for line in self_sudo.line_ids.filtered(
            lambda line: line.decision == 'adopted')}
        for handler, records in self._missing():
            self_sudo.env['qbo.cutover.line'].create([
                self._line_values(handler, record) for record in records if (record._name, record.id) not in decided])
        self_sudo.write({'state': 'running', 'reads': 0, 'trouble': False})
        return self.action_continue()

    def _line_values(self, handler, record):
        """Return the values of the row of a document that was not looked for yet."""
        currency, total = handler._sought_money(record)
        return {
            'cutover_id': self.id, 'entity': handler._qbo_entity, 'model': record._name, 'res_id': record.id,
            'record_name': record.display_name, 'date': record[handler._qbo_date], 'result': PENDING,
            'partner_id': handler._payer(record)[:1].id, 'total': float(total), 'currency_id': currency.id,
        }

    def action_continue(self):
        """Look for what was not looked for yet, as far as it goes in one turn."""
        self.ensure_one()
        self.env['qbo.binding']._check_may_link()
        self.check_access('write')
        connection = self.connection_id
        if connection.state == 'disconnected' or not connection._is_our_database():
            raise UserError(connection._standstill() or connection._copy_reason())
        self_sudo, end = self.sudo(), time.monotonic() + TURN
        self_sudo.trouble = False
        try:
            client = connection.sudo()._qbo_client(patience=PACE)
            for handler in self_sudo.with_company(connection.company_id)._handlers():
                self_sudo._look_for(client, handler, end)
        except faults.AuthError as error:
            connection.sudo()._needs_reconnect(error.message)
            self_sudo.trouble = str(error)
        except faults.QboError as error:  # what was found so far is kept
            self_sudo.trouble = str(error)
        left = self_sudo.line_ids.filtered(lambda line: line.result == PENDING)
        self_sudo.state = 'running' if left else 'done'

    def _look_for(self, client, handler, end):
        """Look for the documents of one handler.

        :param end: the moment of the monotonic clock after which no query begins
        """
        size = NUMBERS if handler._qbo_cutover == 'number' else PAYMENTS
        lines = self.line_ids.filtered(
            lambda line: line.result == PENDING and line._is_of(handler)).sorted('date')
        for chunk in split_every(size, lines.ids, lines.browse):
            if time.monotonic() > end:
                return
            records = {line: line._record() for line in chunk}
            chunk.filtered(lambda line, records=records: not records[line]).unlink()  # deleted meanwhile
            matched = self._matched()
            connection = self.connection_id.with_env(handler.env)
            sought = {line: handler._sought(connection, record, matched) for line, record in records.items() if record}
            if sought:
                candidates = self._read(client, handler, sought.values())
                self._store(handler, sought, candidates)

    def _matched(self):
        """Return ``{(model, id): (entity, remote Id)}`` of what was found exactly."""
        return {(line.model, line.res_id): (line.entity, line.remote_id)
                for line in self.line_ids if line.result == 'exact'}

    def _read(self, client, handler, sought):
        """Read the objects of QuickBooks that may be what is sought."""
        if handler._qbo_cutover == 'number':
            numbers = dict.fromkeys(number for one in sought for number in one.numbers)
            return [remote for some in split_every(NUMBERS, numbers, list)
                    for remote in self._query(client, handler, {'DocNumber': some})]
        days = [one.day for one in sought]
        return self._query(client, handler, [
            ('TxnDate', '>=', min(days) - AROUND), ('TxnDate', '<=', max(days) + AROUND)])

    def _query(self, client, handler, where):
        """Read all pages of a query, and count them."""
        found = list(client.query_all(handler._qbo_entity, where))
        self.reads += len(found) // MAX_PAGE + 1
        return found

    def _store(self, handler, sought, candidates):
        """Compare what is sought with what was read, and store the outcome."""
        taken = set(self.env['qbo.binding'].search([
            ('connection_id', '=', self.connection_id.id), ('entity', '=', handler._qbo_entity)]).mapped('remote_id'))
        apart = self.env['qbo.cutover.line']._apart(self.connection_id, handler)
        free = [remote for remote in candidates if remote['Id'] not in taken]
        by_number = {}
        for remote in free:
            by_number.setdefault((remote.get('DocNumber') or '').casefold(), []).append(remote)
        more = []
        for line, wanted in sought.items():
            mine = [remote for number in {number.casefold() for number in wanted.numbers}
                    for remote in by_number.get(number, ())] if handler._qbo_cutover == 'number' else free
            mine = [remote for remote in mine if remote['Id'] not in apart.get(line.res_id, ())]
            find = cutover.find_document if handler._qbo_cutover == 'number' else cutover.find_payment
            first, *others = find(wanted, mine)
            line.write(line._found_values(first))
            more += [{**line.copy_data()[0], **line._found_values(other)} for other in others]
        self.env['qbo.cutover.line'].create(more)
        self._settle_rivals(handler)

    def _settle_rivals(self, handler):
        """Let a person choose where one object of QuickBooks was found for several documents."""
        lines = self.line_ids.filtered(lambda line: line.entity == handler._qbo_entity and line.result == 'exact')
        for rivals in lines.grouped('remote_id').values():
            if len(rivals) > 1:
                rivals.write({'result': 'ambiguous', 'difference': self.env._("found for several documents")})

    # === ADOPT === #

    def action_adopt_exact(self):
        """Adopt all that were found exactly, as far as it goes in one turn."""
        self.ensure_one()
        self.env['qbo.binding']._check_may_link()
        self.check_access('read')
        lines = self.line_ids.filtered(lambda line: line.state == 'exact')
        if not lines:
            raise UserError(self.env._("Nothing was found exactly that is not adopted yet."))
        order = {(handler._qbo_model, handler._qbo_entity): place for place, handler in enumerate(self._handlers())}
        end = time.monotonic() + TURN
        lines = lines.sorted(lambda line: (order[line.model, line.entity], line.id))
        for some in split_every(NUMBERS, lines.ids, lines.browse):
            if time.monotonic() > end:
                break
            some._adopt()

    # === LISTS === #

    def _open_lines(self, name, states):
        """Return an action that lists rows in some states."""
        self.ensure_one()
        self.check_access('read')
        return {
            'type': 'ir.actions.act_window', 'name': name, 'res_model': 'qbo.cutover.line', 'view_mode': 'list',
            'domain': [('cutover_id', '=', self.id), *([('state', 'in', states)] if states else [])],
        }

    def action_open_all(self):
        """List all documents."""
        return self._open_lines(self.display_name, ()) | {'context': {'search_default_group_state': 1}}

    def action_open_exact(self):
        """List what was found exactly."""
        return self._open_lines(self.env._("Exact"), ['exact'])

    def action_open_differing(self):
        """List what was found and differs."""
        return self._open_lines(self.env._("Different"), ['date', 'total', 'customer'])

    def action_open_ambiguous(self):
        """List what may be several."""
        return self._open_lines(self.env._("Ambiguous"), ['ambiguous'])

    def action_open_none(self):
        """List what was not found."""
        return self._open_lines(self.env._("Not in QuickBooks"), ['none'])

    def action_open_adopted(self):
        """List what was adopted."""
        return self._open_lines(self.env._("Adopted"), ['adopted'])

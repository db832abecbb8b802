"""The durable queue: one row says "make QuickBooks agree with this record".

A row carries no content and no operation of its own: both are read from the record when the drain prepares it,
so an edit made while the row waits is never lost and never sent twice. How rows are worked off is in
:mod:`.qbo_queue_drain`.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .rows import insert_rows, update_rows

OPEN_STATES = ('pending', 'sending')
STUCK_STATES = ('failed', 'dead', 'unknown')
COLLECTED = 'qbo_connector.collected'
FROM_THERE = 'qbo_from_there'  # in the context: what happens follows QuickBooks, and is not sent back
NOT_SKIPPED = {'skip_reason': False, 'skip_user_id': False, 'skipped_at': False}
BEHIND = 100  # ranks from here on are those of batches that go behind the business of the day, and can be paused


class QboQueueEntry(models.Model):
    """One record that QuickBooks must be made to agree with."""

    _name = 'qbo.queue.entry'
    _description = "QuickBooks Sync Queue Entry"
    _inherit = ['qbo.exportable', 'qbo.isolating']
    _order = 'id desc'
    _rec_name = 'record_name'

    connection_id = fields.Many2one('qbo.connection', required=True, ondelete='cascade')
    company_id = fields.Many2one(related='connection_id.company_id', store=True)
    model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field='model', required=True, string="Record")
    record_name = fields.Char(string="Odoo Record")
    rank = fields.Integer(default=50, help="Lower goes first: customers before invoices, invoices before payments.")
    state = fields.Selection(
        [
            ('pending', "Waiting"),
            ('sending', "Sending"),
            ('done', "Done"),
            ('failed', "Failed"),
            ('dead', "Dead"),
            ('unknown', "Outcome Unknown"),
            ('superseded', "Superseded"),
            ('cancelled', "Cancelled"),
        ],
        default='pending', required=True,
        help="Failed: a person must correct something. Dead: eight retries were spent. Outcome unknown: QuickBooks "
             "may have booked it without us hearing so; Retry looks it up there first.",
    )
    entity = fields.Selection(
        lambda self: self.env['qbo.entity']._entity_labels(), string="QuickBooks Type")
    operation = fields.Selection([
        ('create', "Create"), ('update', "Update"), ('void', "Void"), ('delete', "Delete"), ('none', "Nothing to send"),
    ])
    note = fields.Char(help="Why nothing was sent, or what the entry waits for.")
    attempts = fields.Integer(help="Deliveries whose outcome stayed in doubt.")
    recoveries = fields.Integer(help="How often a refusal was answered by reading the object again or renaming it.")
    not_before = fields.Datetime(string="Next Try")
    name_suffix = fields.Char()
    requestid = fields.Char(string="Request ID", help="QuickBooks answers a repeated request id with its first answer.")
    bid = fields.Char(string="Batch Item", help="Which item of the batch of that request ID; empty: sent alone.")
    to_look_up = fields.Boolean(help="It may have reached QuickBooks under a request ID that is worth nothing now.")
    payload = fields.Text(string="Sent", groups='qbo_connector.group_qbo_administrator', prefetch=False)
    answer = fields.Text(string="Received", groups='qbo_connector.group_qbo_administrator', prefetch=False)
    content_hash = fields.Char()
    expected_total = fields.Float(digits=(16, 4))
    expected_tax = fields.Float(digits=(16, 4))
    expected_number = fields.Char()
    fault_class = fields.Char(string="Kind of Failure")
    fault_code = fields.Char(string="QuickBooks Code")
    fault_message = fields.Text(string="Failure")
    fault_detail = fields.Text(string="Detail")
    fault_field = fields.Char()
    intuit_tid = fields.Char(string="Intuit Trace ID", help="Intuit's support asks for it.")
    mapping_id = fields.Many2one('qbo.mapping', string="Missing Mapping", index='btree_not_null', ondelete='set null')
    dependency_ids = fields.Many2many(
        'qbo.queue.entry', 'qbo_queue_entry_dependency', 'entry_id', 'dependency_id', string="Waits for")
    sent_at = fields.Datetime(string="First Sent")
    done_at = fields.Datetime()

    # Settled rows are many and stay for weeks: what is asked all the time is asked of the others alone.
    _open_index = models.Index(
        "(connection_id, state DESC, rank, id) WHERE state IN ('pending', 'sending', 'failed', 'dead', 'unknown')")
    _record_index = models.Index('(model, res_id)')

    # === ENQUEUE === #

    @api.model
    def _collect(self, records, rank=None):
        """Note that records changed: their rows are inserted when this transaction commits, all in one statement.

        A record noted twice gets one row. Without a connection for its company nothing happens at all.

        :param int rank: when it is to be worked off, if not in the order of its kind
        """
        connected = self.env['qbo.connection']._connected()
        if not connected or self.env.context.get(FROM_THERE):
            return
        precommit = self.env.cr.precommit
        if COLLECTED not in precommit.data:
            precommit.data[COLLECTED] = {}
            precommit.add(self.sudo()._insert_collected)
        rows = precommit.data[COLLECTED]
        news = []
        for record in records.sudo():
            handler = self.env['qbo.entity']._for_record(record)
            companies = handler._companies(record).ids if handler is not None else ()
            for connection_id, company_id in connected if handler is not None else ():
                key = (connection_id, record._name, record.id)
                if key in rows:  # what it has become meanwhile may have to wait for others
                    rows[key]['rank'] = rank or handler._rank(record)
                elif not companies or company_id in companies:
                    news.append((connection_id, handler, record))
        for connection, handler, record in self._concerned(news):
            rows[connection.id, record._name, record.id] = {
                **self._row(connection, handler, record), 'rank': rank or handler._rank(record)}

    @api.model
    def _concerned(self, news):
        """Return what of (connection id, handler, record) is pushed on its own account or stands in QuickBooks."""
        Connection = self.env['qbo.connection'].sudo()
        # One may have been deleted since the cache was filled, by another process.
        alive = {connection.id: connection for connection in Connection.browse({new[0] for new in news}).exists()}
        wanted, others = [], []
        for connection_id, handler, record in news:
            connection = alive.get(connection_id)
            if connection and not handler._excluded(connection, record):
                # Before the company is live, it gets what a person sends there by hand, and what becomes of that.
                chosen = wanted if connection.live_at and handler._wanted(connection, record) else others
                chosen.append((connection, handler, record))
        if others:
            records = others[0][2].union(*(record for _connection, _handler, record in others))
            known = self._known(Connection.union(*alive.values()), records)
            wanted += [new for new in others if (new[0].id, new[2].id) in known]
        return wanted

    @api.model
    def _insert_collected(self):
        """Insert the rows noted in this transaction (runs before the commit)."""
        rows = self.env.cr.precommit.data.pop(COLLECTED, {})
        self._insert(rows.values())

    @api.model
    def _row(self, connection, handler, record):
        """Return the values of a new row."""
        return {
            'connection_id': connection.id, 'company_id': connection.company_id.id, 'model': record._name,
            'res_id': record.id, 'record_name': record.display_name, 'rank': handler._qbo_rank,
            'entity': handler._qbo_entity,
        }

    @api.model
    def _insert(self, rows):
        """Insert rows by one statement, whatever their number, and wake the drains of their connections.

        :param rows: values from :meth:`_row`
        :return: the new rows
        """
        rows = [{**row, 'state': 'pending', 'attempts': 0, 'recoveries': 0} for row in rows]
        entries = insert_rows(self, rows)
        for connection in self.env['qbo.connection'].browse({row['connection_id'] for row in rows}):
            connection._trigger_drain()
        return entries

    @api.model
    def _enqueue(self, records, connections=None):
        """Insert a row for each record and connection now; no search among rows, no HTTP.

        Records that no entity handler takes, or whose companies have no connection, are passed over.

        :param records: a recordset of one model
        :param connections: exactly these connections; by default those of the record's companies
        :return: the new rows
        """
        chosen = connections is not None
        if not chosen:
            connections = self.env['qbo.connection'].sudo().search([('realm_id', '!=', False)])
        rows = []
        for record in records.sudo() if connections else ():
            handler = self.env['qbo.entity']._for_record(record)
            if handler is None:
                continue
            companies = () if chosen else handler._companies(record)
            rows += [self._row(connection, handler, record) for connection in connections
                     if not companies or connection.company_id in companies]
        return self.sudo()._insert(rows)

    @api.model
    def _known(self, connections, records):
        """Return (connection id, record id) of what stands in QuickBooks or is on its way there, in two queries."""
        domain = [('connection_id', 'in', connections.ids), ('model', '=', records._name),
                  ('res_id', 'in', records.ids)]
        open_rows = [*domain, ('state', 'in', OPEN_STATES + STUCK_STATES)]
        if not all(connection.live_at for connection in connections):  # before, a link alone sends nothing
            domain += ['|', ('connection_id.live_at', '!=', False), ('pushed_at', '!=', False)]
        return {
            (row.connection_id.id, row.res_id)
            for rows in (
                self.env['qbo.binding'].sudo().search_fetch(domain, ['connection_id', 'res_id']),
                self.sudo().search_fetch(open_rows, ['connection_id', 'res_id']))
            for row in rows
        }

    @api.model
    def _require(self, connection, records):
        """Return the row of each record that must stand in QuickBooks first, enqueuing where there is none.

        :param records: a list of records of any models
        :return: ``{(model, id): row}``
        """
        found = {}
        for model, ids in _ids_by_model(records).items():
            rows = self.sudo().search([
                ('connection_id', '=', connection.id), ('model', '=', model), ('res_id', 'in', ids),
                ('state', 'in', OPEN_STATES + STUCK_STATES)], order='id')
            found.update({(model, row.res_id): row for row in rows})
            missing = self.env[model].browse(id_ for id_ in ids if (model, id_) not in found)
            for row in self._enqueue(missing, connection):
                found[model, row.res_id] = row
        return found

    @api.model
    def _sweep(self, connection):
        """Enqueue every record that should be in QuickBooks, is not, and is not waiting either.

        Hooks are an optimisation, this is the guarantee. What a person cancelled or took back stays out. Nothing is
        missing in a company that is not live yet.

        :return: the new rows
        """
        entries_sudo = self.sudo().browse()
        if not connection.live_at:
            return entries_sudo
        company_self = self.sudo().with_company(connection.company_id).with_context(qbo_once={})
        for handler in company_self.env['qbo.entity']._handlers():
            missing = handler._missing(connection).filtered(
                lambda record, handler=handler: not handler._excluded(connection, record)
                and not handler._taken_back(connection, record) and not handler._left_there(connection, record))
            if missing:
                known = {
                    entry['res_id'] for entry in self.sudo().search_read(
                        [('connection_id', '=', connection.id), ('model', '=', missing._name),
                         ('state', 'in', (*OPEN_STATES, *STUCK_STATES, 'cancelled')),
                         ('res_id', 'in', missing.ids)], ['res_id'])
                }
                entries_sudo |= self._enqueue(missing.filtered(lambda r, known=known: r.id not in known), connection)
        return entries_sudo

    @api.model
    def _release(self, mappings):
        """Retry the rows that failed because one of these mappings was missing.

        :return: the rows that wait again
        """
        entries_sudo = self.sudo().search([('mapping_id', 'in', mappings.ids), ('state', '=', 'failed')])
        entries_sudo._set_waiting()
        return entries_sudo

    # === STATES === #

    def _set_waiting(self):
        """Let rows that stopped be tried again, at once and with all their attempts.

        A row of unknown outcome keeps what it sent: the drain looks it up in QuickBooks before anything else.
        """
        for unknown, entries in self.grouped(lambda entry: entry.state == 'unknown').items():
            entries.write({
                'state': 'sending' if unknown else 'pending', 'attempts': 0, 'recoveries': 0, 'not_before': False,
                'note': False, 'mapping_id': False, **NOT_SKIPPED,
            })
        for connection in self.connection_id:
            connection._trigger_drain()

    def _set_failed(self, fault_class, message, **values):
        """Stop for a person: the cause is stored, each record gets one note in its chatter."""
        self._set_stopped('failed', fault_class, message, **values)

    def _set_stopped(self, state, fault_class, message, **values):
        """Leave the queue for one of the stuck states and say so on the records, once per cause."""
        news = self.filtered(lambda entry: entry.fault_message != message)
        self.write({
            'state': state, 'fault_class': fault_class, 'fault_message': message, 'note': False,
            'fault_code': False, 'fault_detail': False, 'fault_field': False, 'intuit_tid': False,
            'fault_title': False, 'fault_status': 0,
            'mapping_id': False, 'not_before': False, **values,
            'cure': self._cure_name(fault_class, values),
        })
        news._note_on_records(self.env._("Not in QuickBooks: %(cause)s", cause=message))

    def _set_done(self, values):
        """Close rows: QuickBooks agrees with their records. Older stuck rows of the records are settled with them.

        :param dict values: ``{row: {field: value}}``, of the same fields, the operation among them
        """
        if not self:
            return
        stuck = self.search(self._records_domain() & Domain('state', 'in', ('failed', 'dead')) & Domain(
            'id', 'not in', self.ids))
        if stuck:
            stuck.write({'state': 'superseded'})
        were_stuck = {(entry.model, entry.res_id) for entry in stuck}
        recovered = self.filtered(lambda entry: values[entry]['operation'] != 'none' and (
            entry.fault_message or (entry.model, entry.res_id) in were_stuck))
        update_rows(self, {entry: values[entry] for entry in self}, state='done', note=False,
                    done_at=fields.Datetime.now(), mapping_id=False, not_before=False)
        recovered._note_on_records(self.env._("In QuickBooks now."))

    def _note_on_records(self, text):
        """Post a note on the records that have a chatter, all of one model at once."""
        for model, entries in self.grouped('model').items():
            if hasattr(self.env.get(model), '_message_log_batch'):
                records = self.env[model].browse(entries.mapped('res_id')).exists()
                records._message_log_batch(bodies=dict.fromkeys(records.ids, text))

    # === HELPERS === #

    def _records(self):
        """Return ``{(model, id): record}`` of the rows, in the company of their connection, without deleted ones."""
        found = {}
        for model, entries in self.grouped('model').items():
            if model in self.env:
                records = self.env[model].with_company(entries.company_id).browse(entries.mapped('res_id')).exists()
                found.update({(model, record.id): record for record in records})
        return found

    def _record(self):
        """Return the record of the row in the company of its connection, empty when it was deleted."""
        self.ensure_one()
        return self._records().get((self.model, self.res_id), self.env['qbo.queue.entry'])

    def _records_domain(self):
        """Return the domain of all rows of the same records on the same connection."""
        return Domain('connection_id', 'in', self.connection_id.ids) & Domain.OR(
            Domain('model', '=', model) & Domain('res_id', 'in', entries.mapped('res_id'))
            for model, entries in self.grouped('model').items())

    # === BUTTONS === #

    def _check_may_repair(self):
        """Let accountants retry and cancel; nobody writes rows directly, or a payment could be sent twice.

        :raise AccessError: for others
        """
        self.check_access('read')
        if not (self.env.su or self.env.user.has_group('qbo_connector.group_qbo_accountant')):
            raise AccessError(self.env._("Retrying and cancelling needs the QuickBooks accountant group."))

    def action_retry(self):
        """Try stopped rows again (bound to the list, the form and the source record)."""
        self._check_may_repair()
        retried = self.filtered(lambda entry: entry.state in (*STUCK_STATES, 'cancelled'))
        if not retried:
            raise UserError(self.env._("Only entries that failed, are dead, unknown or cancelled can be retried."))
        retried._note_audit('retried', self.env._("Retried in the queue"))
        retried.sudo()._set_waiting()

    @api.model
    def action_retry_all(self):
        """Try every stopped row of the user's companies again."""
        self._check_may_repair()
        retried = self.search([('state', 'in', STUCK_STATES)])
        retried._note_audit('retried', self.env._("All that had stopped was retried"))
        retried.sudo()._set_waiting()

    def action_cancel(self):
        """Take rows out of the queue; what may have reached QuickBooks already cannot be taken back."""
        self._check_may_repair()
        if any(entry.state == 'sending' for entry in self):
            raise UserError(self.env._(
                "An entry that was sent cannot be cancelled: QuickBooks may have booked it. Wait for its outcome."))
        cancelled = self.filtered(lambda entry: entry.state in ('pending', *STUCK_STATES))
        cancelled._note_audit('cancelled', self.env._("Taken out of the queue"))
        cancelled.sudo().write({'state': 'cancelled', 'not_before': False})

    def action_open_record(self):
        """Open the source record."""
        self.ensure_one()
        if not self._record():
            raise UserError(self.env._("The record of this entry was deleted in Odoo."))
        return {'type': 'ir.actions.act_window', 'res_model': self.model, 'res_id': self.res_id,
                'view_mode': 'form', 'target': 'current'}


def _ids_by_model(records):
    """Return ``{model: [id]}`` of a list of records, without repetitions."""
    ids = {}
    for record in records:
        ids.setdefault(record._name, {})[record.id] = True
    return {model: list(found) for model, found in ids.items()}

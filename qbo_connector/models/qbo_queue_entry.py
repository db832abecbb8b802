"""The durable queue: one row says "make QuickBooks agree with this record".

A row carries no content and no operation of its own: both are read from the record when the drain prepares it,
so an edit made while the row waits is never lost and never sent twice. How rows are worked off is in
:mod:`.qbo_queue_drain`.
"""

from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

OPEN_STATES = ('pending', 'sending')
STUCK_STATES = ('failed', 'dead', 'unknown')


class QboQueueEntry(models.Model):
    """One record that QuickBooks must be made to agree with."""

    _name = 'qbo.queue.entry'
    _description = "QuickBooks Sync Queue Entry"
    _order = 'id desc'
    _rec_name = 'record_name'

    connection_id = fields.Many2one('qbo.connection', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='connection_id.company_id', store=True, index=True)
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
    entity = fields.Char(string="QuickBooks Type")
    operation = fields.Selection([
        ('create', "Create"), ('update', "Update"), ('void', "Void"), ('delete', "Delete"), ('none', "Nothing to send"),
    ])
    note = fields.Char(help="Why nothing was sent, or what the entry waits for.")
    attempts = fields.Integer(help="Deliveries whose outcome stayed in doubt.")
    recoveries = fields.Integer(help="Refusals that were answered by re-reading or renaming.")
    not_before = fields.Datetime(string="Next Try")
    name_suffix = fields.Char()
    requestid = fields.Char(string="Request ID", help="QuickBooks answers a repeated request id with its first answer.")
    payload = fields.Text(string="Sent", groups='qbo_connector.group_qbo_administrator')
    answer = fields.Text(string="Received", groups='qbo_connector.group_qbo_administrator')
    content_hash = fields.Char()
    expected_total = fields.Float(digits=(16, 4))
    expected_tax = fields.Float(digits=(16, 4))
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

    _due_index = models.Index("(connection_id, state DESC, rank, id) WHERE state IN ('pending', 'sending')")
    _record_index = models.Index('(model, res_id)')

    # === ENQUEUE === #

    @api.model
    def _enqueue(self, records, connections=None):
        """Insert one row per record and connection in the caller's transaction; no search among rows, no HTTP.

        Records that no entity handler takes, or whose companies have no connection, are passed over.

        :param records: a recordset of one model
        :param connections: exactly these connections; by default those that each record concerns
        :return: the new rows
        """
        chosen = connections is not None
        if not chosen:
            connections = self.env['qbo.connection'].sudo().search([('realm_id', '!=', False)])
        known = set() if chosen or not connections else self._known(connections, records)
        values = defaultdict(list)
        for record in records.sudo() if connections else ():
            handler = self.env['qbo.entity']._for_record(record)
            if handler is None:
                continue
            for connection in connections if chosen else handler._interested(connections, record, known):
                values[connection].append({
                    'connection_id': connection.id, 'model': record._name, 'res_id': record.id,
                    'record_name': record.display_name, 'rank': handler._qbo_rank, 'entity': handler._qbo_entity,
                })
        entries_sudo = self.sudo().create([row for rows in values.values() for row in rows])
        for connection in values:
            connection._trigger_drain()
        return entries_sudo

    @api.model
    def _known(self, connections, records):
        """Return (connection id, record id) of what stands in QuickBooks or is on its way there, in two queries."""
        domain = [('connection_id', 'in', connections.ids), ('model', '=', records._name),
                  ('res_id', 'in', records.ids)]
        return {
            (row.connection_id.id, row.res_id)
            for model in ('qbo.binding', 'qbo.queue.entry')
            for row in self.env[model].sudo().search_fetch(domain, ['connection_id', 'res_id'])
        }

    @api.model
    def _require(self, connection, records):
        """Return a row for each record that must stand in QuickBooks first, enqueuing where there is none."""
        entries_sudo = self.sudo().browse()
        for record in records:
            last = entries_sudo.search([
                ('connection_id', '=', connection.id), ('model', '=', record._name), ('res_id', '=', record.id),
                ('state', 'in', OPEN_STATES + STUCK_STATES),
            ], limit=1)
            entries_sudo |= last or self._enqueue(record, connection)
        return entries_sudo

    @api.model
    def _sweep(self, connection):
        """Enqueue every record that should be in QuickBooks, is not, and is not waiting either.

        Hooks are an optimisation, this is the guarantee. What a person cancelled stays out.

        :return: the new rows
        """
        entries_sudo = self.sudo().browse()
        company_self = self.sudo().with_company(connection.company_id)
        for handler in company_self.env['qbo.entity']._handlers():
            missing = handler._missing(connection)
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
        for entry in self:
            entry.write({
                'state': 'sending' if entry.state == 'unknown' else 'pending',
                'attempts': 0, 'recoveries': 0, 'not_before': False, 'note': False, 'mapping_id': False,
            })
        for connection in self.connection_id:
            connection._trigger_drain()

    def _set_failed(self, fault_class, message, **values):
        """Stop for a person: the cause is stored, the record gets one note in its chatter."""
        self.ensure_one()
        self._set_stopped('failed', fault_class, message, **values)

    def _set_stopped(self, state, fault_class, message, **values):
        """Leave the queue for one of the stuck states and say so on the record, once per cause."""
        self.ensure_one()
        repeated = self.fault_message == message
        self.write({
            'state': state, 'fault_class': fault_class, 'fault_message': message, 'note': False,
            'fault_code': False, 'fault_detail': False, 'fault_field': False, 'intuit_tid': False,
            'mapping_id': False, 'not_before': False, **values,
        })
        record = self._record()
        if record and not repeated:
            record._qbo_note_failure(self)

    def _set_done(self, operation, note=False, **values):
        """Close the row: QuickBooks agrees with the record. Older stuck rows of the record are settled with it."""
        self.ensure_one()
        recovered = bool(self.fault_message)
        stuck = self.search(self._sibling_domain() & Domain('state', 'in', ('failed', 'dead')))
        stuck.write({'state': 'superseded'})
        self.write({
            'state': 'done', 'operation': operation, 'note': note, 'done_at': fields.Datetime.now(),
            'mapping_id': False, 'not_before': False, **values,
        })
        record = self._record()
        if record and operation != 'none' and (recovered or stuck):
            record._qbo_note_recovery(self)

    # === HELPERS === #

    def _record(self):
        """Return the record of the row in the company of its connection, empty when it was deleted."""
        self.ensure_one()
        if self.model not in self.env:
            return self.env['qbo.queue.entry']
        return self.env[self.model].with_company(self.company_id).browse(self.res_id).exists()

    def _sibling_domain(self):
        """Return the domain of the other rows of the same record on the same connection."""
        self.ensure_one()
        return Domain([
            ('connection_id', '=', self.connection_id.id), ('model', '=', self.model),
            ('res_id', '=', self.res_id), ('id', '!=', self.id),
        ])

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
        retried.sudo()._set_waiting()

    @api.model
    def action_retry_all(self):
        """Try every stopped row of the user's companies again."""
        self._check_may_repair()
        self.search([('state', 'in', ('failed', 'dead', 'unknown'))]).sudo()._set_waiting()

    def action_cancel(self):
        """Take rows out of the queue; what may have reached QuickBooks already cannot be taken back."""
        self._check_may_repair()
        if any(entry.state == 'sending' for entry in self):
            raise UserError(self.env._(
                "An entry that was sent cannot be cancelled: QuickBooks may have booked it. Wait for its outcome."))
        cancelled = self.filtered(lambda entry: entry.state in ('pending', *STUCK_STATES))
        cancelled.sudo().write({'state': 'cancelled', 'not_before': False})

    def action_fix(self):
        """Open what must be corrected: the missing mapping, or else the record, of this row or of what it waits for."""
        self.ensure_one()
        blocker = self.dependency_ids.filtered(lambda entry: entry.state in STUCK_STATES)[:1]
        if blocker:
            return blocker.action_fix()
        if self.mapping_id:
            return self.mapping_id.action_open()
        return self.action_open_record()

    def action_open_record(self):
        """Open the source record."""
        self.ensure_one()
        if not self._record():
            raise UserError(self.env._("The record of this entry was deleted in Odoo."))
        return {'type': 'ir.actions.act_window', 'res_model': self.model, 'res_id': self.res_id,
                'view_mode': 'form', 'target': 'current'}

    # === MAINTENANCE === #

    @api.autovacuum
    def _gc_settled(self):
        """Delete settled rows after 30 days; links stay for ever, stuck and cancelled rows are a person's."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=30)
        settled = self.search(
            [('state', 'in', ('done', 'superseded')), ('write_date', '<', limit)], limit=1000)
        settled.unlink()
        return len(settled), len(settled) == 1000

"""By what entries are stuck: one row for each root cause, with all that it holds up; and what cannot be taken in.

A mapping that is missing, a record that others wait for, a fault of the table, a connection that sends nothing. Who
waits for a stuck row, directly or through others, waits for that row's cause; so mending the cause lets all of them go.
Nothing of this is stored, so nothing of it can be out of date.
"""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..qbo import cures
from .qbo_queue_entry import OPEN_STATES, STUCK_STATES

# Each stuck row and, step by step, what waits for it; then what a standing connection holds up. Joins, not IN: of a
# hundred thousand rows PostgreSQL would look each one up among all the others.
MEMBERS = """
    WITH RECURSIVE chain (root, id) AS (
        SELECT id, id FROM qbo_queue_entry WHERE state IN %(stuck)s
         UNION
        SELECT chain.root, entry.id FROM chain
          JOIN qbo_queue_entry_dependency waits ON waits.dependency_id = chain.id
          JOIN qbo_queue_entry entry ON entry.id = waits.entry_id AND entry.state IN %(open)s
    ), awaited AS (
        SELECT DISTINCT root FROM chain WHERE id <> root
    ), held AS (
        SELECT DISTINCT id FROM chain
    ), member AS (
        SELECT chain.id, root.id AS root, root.connection_id, root.company_id, root.state, CASE
                   WHEN root.mapping_id IS NOT NULL THEN 'mapping:' || root.mapping_id
                   WHEN root.cure IN %(together)s THEN root.cure
                   WHEN awaited.root IS NOT NULL THEN 'entry:' || root.id
                   WHEN root.cure NOT IN %(by_text)s THEN root.cure
                   ELSE 'text:' || md5(coalesce(root.fault_message, '')) END AS key
          FROM chain JOIN qbo_queue_entry root ON root.id = chain.root LEFT JOIN awaited ON awaited.root = chain.root
        UNION ALL
        SELECT entry.id, NULL, entry.connection_id, entry.company_id, NULL, 'connection'
          FROM qbo_connection connection JOIN qbo_queue_entry entry ON entry.connection_id = connection.id
          LEFT JOIN held ON held.id = entry.id
         WHERE entry.state IN %(open)s AND held.id IS NULL AND connection.active
           AND (connection.state <> 'connected' OR connection.paused_until > %(now)s)
    )
"""
GROUPS = """
    SELECT coalesce(3 * min(member.root)::bigint, 3 * member.connection_id::bigint + 1) AS id,
           member.connection_id, member.company_id, member.key, member.state, min(member.root) AS entry_id,
           count(DISTINCT member.id) AS entry_count, count(DISTINCT member.root) AS stuck_count,
           min(entry.create_date) AS since, NULL::integer AS change_id
      FROM member JOIN qbo_queue_entry entry ON entry.id = member.id
  GROUP BY member.connection_id, member.company_id, member.key, member.state
 UNION ALL
    SELECT 3 * max(id)::bigint + 2, connection_id, company_id, 'inbox', NULL, NULL, count(*), count(*),
           min(create_date), max(id)
      FROM qbo_change WHERE state = 'failed' GROUP BY connection_id, company_id, outcome
"""
# The rows behind causes, by the same numbers.
ROWS = """
    SELECT id, cause FROM (
        SELECT id, coalesce(
                   3 * min(root) OVER (PARTITION BY connection_id, company_id, key, state)::bigint,
                   3 * connection_id::bigint + 1) AS cause FROM member) AS numbered
"""


class QboQueueCause(models.Model):
    """One reason why entries are stuck or wait, or why changes of QuickBooks are not taken in."""

    _name = 'qbo.queue.cause'
    _description = "QuickBooks: What Needs Attention"
    _auto = False
    _order = 'entry_count desc, id desc'
    _rec_name = 'key'
    _depends = {
        'qbo.queue.entry': ['state', 'mapping_id', 'cure', 'fault_message', 'dependency_ids', 'connection_id'],
        'qbo.connection': ['state', 'paused_until', 'active'],
        'qbo.change': ['state', 'outcome', 'connection_id'],
    }

    connection_id = fields.Many2one('qbo.connection', readonly=True)
    company_id = fields.Many2one('res.company', readonly=True)
    key = fields.Char(readonly=True)
    state = fields.Char(readonly=True)
    entry_id = fields.Many2one('qbo.queue.entry', readonly=True, help="The first of those that stopped.")
    change_id = fields.Many2one('qbo.change', readonly=True, help="The newest change that could not be taken in.")
    entry_count = fields.Integer(
        string="Entries", readonly=True, help="What stopped, and what waits for that, together.")
    stuck_count = fields.Integer(string="Stopped", readonly=True, help="The others wait for these.")
    since = fields.Datetime(readonly=True)
    name = fields.Char(string="What Stops Them", compute='_compute_cure')
    message = fields.Char(string="Cause and Cure", compute='_compute_cure')
    who = fields.Selection(selection='_select_who', compute='_compute_cure', string="Who Can Fix It")
    button = fields.Char(compute='_compute_cure')
    amounts = fields.Char(compute='_compute_amounts', help="Of the documents and payments behind it, by currency.")

    # === THE ROWS === #

    @property
    def _table_query(self):
        return SQL("%s %s", self._members(), SQL(GROUPS))

    @api.model
    def _members(self):
        """Return the rows and their causes as SQL, to be gone on with."""
        names = {True: [], False: []}
        for cure in cures.TABLE:
            names[cure.together].append(cure.name)
        return SQL(
            MEMBERS, stuck=STUCK_STATES, open=OPEN_STATES, together=tuple(names[True]),
            by_text=tuple(cure.name for cure in cures.TABLE if cure.by_text), now=fields.Datetime.now())

    @api.model
    def _select_who(self):
        return self.env['qbo.queue.entry']._select_who()

    def _entries(self, stuck=False):
        """Return the rows behind causes.

        :param bool stuck: without those that only wait
        """
        domain = Domain('cause_ids', 'in', self.ids)
        return self.env['qbo.queue.entry'].search(domain & Domain('state', 'in', STUCK_STATES) if stuck else domain)

    def _cure(self):
        """Return the row of the table of faults."""
        self.ensure_one()
        return self.connection_id._cure() if self.key == 'connection' else self.entry_id._cure()

    def _of_inbox(self):
        """Return the rows whose cause stands in the inbox, with what a person reads there."""
        mine = self.filtered(lambda cause: cause.key == 'inbox')
        for cause in mine:
            what = self.env._("Not taken in")
            cause.name = f'{cause.change_id.display_name}: {what}' if cause.stuck_count == 1 else what
            cause.message, cause.who, cause.button = cause.change_id.outcome, cures.ACCOUNTANT, 'look'
        return mine

    @api.depends('key', 'entry_id', 'stuck_count')
    def _compute_cure(self):
        for cause in self - self._of_inbox():
            cure, entry = cause._cure(), cause.entry_id
            alone = cause.stuck_count == 1 or cure.by_text or entry.mapping_id
            cause.who, cause.button = cure.who, cure.button
            cause.message = entry.fault_message if alone and entry.fault_message else self.env._(cure.cause)
            if cause.key == 'connection':
                cause.name = self.env._(cure.title)
                cause.message = ' '.join(filter(None, (self.env._(cure.cause), cause.connection_id._standstill())))
            elif entry.mapping_id:
                kinds = dict(entry.mapping_id._fields['kind']._description_selection(self.env))
                cause.name = self.env._("Mapping missing: %(kind)s %(name)s", kind=kinds[entry.mapping_id.kind],
                                        name=entry.mapping_id.name)
            elif cause.stuck_count == 1:
                cause.name = f'{entry.record_name}: {self.env._(cure.title)}'
            else:
                cause.name = self.env._(cure.title)

    def _compute_amounts(self):
        """Add up in the database, with one query for each kind of record, whatever their number."""
        amounts = {}
        fields_by_model = {
            handler._qbo_model: handler._qbo_amount for handler in self.env['qbo.entity']._handlers()
            if handler._qbo_amount}
        self.env['qbo.queue.entry'].flush_model()
        for model, name in fields_by_model.items():
            records = self.env[model]
            records.flush_model([name, 'currency_id'])
            self.env.cr.execute(SQL(
                "%s SELECT rows.cause, record.currency_id, sum(abs(record.%s)) FROM (%s) AS rows "
                "JOIN qbo_queue_entry entry ON entry.id = rows.id AND entry.model = %s "
                "JOIN %s record ON record.id = entry.res_id WHERE rows.cause IN %s GROUP BY 1, 2",
                self._members(), SQL.identifier(name), SQL(ROWS), model, SQL.identifier(records._table),
                tuple(self.ids) or (0,)))
            for cause, currency, amount in self.env.cr.fetchall():
                amounts.setdefault(cause, {}).setdefault(currency, []).append(amount)
        currencies = self.env['res.currency']
        for cause in self:
            sums = {currencies.browse(currency): sum(parts) for currency, parts in amounts.get(cause.id, {}).items()}
            cause.amounts = " + ".join(currency.format(float(total)) for currency, total in sums.items() if currency)

    # === BUTTONS === #

    def action_mend(self):
        """Press the one button: for all that stopped where that mends them together, or for the one that stopped."""
        self.ensure_one()
        self.env['qbo.queue.entry']._check_may_repair()
        if self.key == 'connection':
            return self.connection_id._mend()
        if self.key == 'inbox':
            return self.action_open_entries()
        stuck = self._entries(stuck=True)
        if len(stuck) == 1 or self._cure().together or self.button == 'skip':
            return stuck._mend(self.button)
        return self._open(Domain('state', 'in', STUCK_STATES))

    def action_open_entries(self):
        """Open what is behind this cause."""
        self.ensure_one()
        if self.key == 'inbox':
            action = self.connection_id.action_open_inbox()
            same = ('outcome', '=', self.change_id.outcome)
            return action | {'domain': [*action['domain'], ('state', '=', 'failed'), same], 'target': 'current'}
        return self._open(Domain.TRUE)

    def action_skip(self):
        """Ask for the reason why what stopped stays out of QuickBooks."""
        self.ensure_one()
        self.check_access('read')
        return self._entries(stuck=True).action_skip()

    def _open(self, domain):
        return {
            'type': 'ir.actions.act_window', 'name': self.name, 'res_model': 'qbo.queue.entry',
            'view_mode': 'list,form', 'domain': list(domain & Domain('cause_ids', 'in', self.ids)), 'target': 'current',
        }


class QboQueueEntry(models.Model):
    """The part of the queue that is found by its causes."""

    _inherit = 'qbo.queue.entry'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    cause_ids = fields.Many2many(
        'qbo.queue.cause', compute='_compute_cause_ids', search='_search_cause_ids', string="Stopped by")

    def _compute_cause_ids(self):
        Cause, found = self.env['qbo.queue.cause'], {}
        self.flush_model()
        self.env.cr.execute(SQL(
            "%s SELECT id, cause FROM (%s) AS rows WHERE id IN %s", Cause._members(), SQL(ROWS),
            tuple(self.ids) or (0,)))
        for entry_id, cause_id in self.env.cr.fetchall():
            found.setdefault(entry_id, set()).add(cause_id)
        for entry in self:
            entry.cause_ids = Cause.browse(sorted(found.get(entry.id, ())))

    def _search_cause_ids(self, operator, value):
        """Find the rows behind causes."""
        if operator != 'in':
            return NotImplemented
        self.flush_model()
        causes = tuple(cause for cause in value if cause) or (0,)
        # An array is worked out once; of a subquery PostgreSQL expects so many rows that it looks into it for each row.
        return Domain('id', 'in', SQL(
            "(SELECT unnest(ARRAY(%s SELECT id FROM (%s) AS rows WHERE cause IN %s)))",
            self.env['qbo.queue.cause']._members(), SQL(ROWS), causes))

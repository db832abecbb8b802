"""QuickBooks' lists, and how each is read: page by page, by the drain of the connection or while a person waits."""

import itertools

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import split_every

from ..qbo.query import MAX_IN, MAX_PAGE, select
from .qbo_reference import ENTITIES

LISTS = ('Account', 'TaxRate', 'TaxCode', 'Term', 'PaymentMethod', 'Item', 'Customer', 'Vendor')
EVERY = {'Active': (True, False)}  # a list query hides inactive rows unless it asks for both (QBO: "Query operations")
PAGE = MAX_PAGE
PAGES_NOW = 5  # of one list, while a person waits; the drain reads the others
UNFILTERED = ('TaxAgency', 'CompanyCurrency')  # agencies have no Active; that of currencies may not be asked for

# By the database's clock, with its microseconds, which the ORM's fields leave out: what is read later is stamped later.
BEGIN = "UPDATE qbo_list SET begun_at = clock_timestamp() AT TIME ZONE 'UTC' WHERE id = %s"
UNSEEN = """
    SELECT row.id FROM qbo_reference row JOIN qbo_list list USING (connection_id, entity)
     WHERE list.id = %s AND row.active AND (row.read_at IS NULL OR row.read_at < list.begun_at)
"""


class QboList(models.Model):
    """One list of one QuickBooks company: when it was read, and how far a reading that goes on has come."""

    _name = 'qbo.list'
    _description = "QuickBooks List"
    _order = 'connection_id, id'
    _rec_name = 'entity'

    connection_id = fields.Many2one('qbo.connection', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='connection_id.company_id', store=True, index=True)
    entity = fields.Selection(ENTITIES, required=True, string="List")
    read_at = fields.Datetime(string="Last Completed", help="When the whole list was last read to its end.")
    due_at = fields.Datetime(string="To Be Read", help="When it is read next; empty: at the next daily reading.")
    begun_at = fields.Datetime(help="When the reading that goes on began.")
    position = fields.Integer(string="Rows Read", help="Of the reading that goes on.")
    calls = fields.Integer(aggregator=None, help="How many calls of QuickBooks the last reading took.")
    changes = fields.Integer(string="New or Changed", aggregator=None, help="Rows, by the last reading.")
    message = fields.Char(string="What Stops It", help="Why QuickBooks did not show the list.")
    state = fields.Selection(
        [('never', "Never Read"), ('waiting', "Waiting"), ('failed', "Not Answered"), ('read', "Read")],
        compute='_compute_state', string="Status")
    active_count = fields.Integer(compute='_compute_counts', string="Active")
    inactive_count = fields.Integer(compute='_compute_counts', string="Inactive")

    _list_unique = models.Constraint('UNIQUE (connection_id, entity)', "This list is there already.")

    @api.depends('due_at', 'message', 'read_at')
    def _compute_state(self):
        for row in self:
            row.state = 'failed' if row.message else 'waiting' if row.due_at else 'read' if row.read_at else 'never'

    @api.depends('read_at', 'position')
    def _compute_counts(self):
        mirror, counts = self.env['qbo.reference'].sudo().with_context(active_test=False), {}
        for connection, entity, active, count in mirror._read_group(
                [('connection_id', 'in', self.connection_id.ids)], ['connection_id', 'entity', 'active'], ['__count']):
            counts[connection.id, entity, active] = count
        for row in self:
            row.active_count, row.inactive_count = (
                counts.get((row.connection_id.id, row.entity, active), 0) for active in (True, False))

    # === WHICH === #

    @api.model
    def _of(self, connection, entities):
        """Return the rows of lists in this order, made where they are not there yet."""
        lists_sudo = self.sudo().search([('connection_id', '=', connection.id)])
        missing = [entity for entity in entities if entity not in lists_sudo.mapped('entity')]
        lists_sudo += lists_sudo.create([{'connection_id': connection.id, 'entity': entity} for entity in missing])
        by_entity = lists_sudo.grouped('entity')
        return lists_sudo.browse([by_entity[entity].id for entity in entities])

    @api.model
    def _ask(self, connection, entities=None):
        """Let the drain read lists, all by default, and wake it."""
        lists_sudo = self._of(connection, entities or connection._all_lists())
        lists_sudo.write({'due_at': fields.Datetime.now(), 'message': False})
        connection._trigger_drain(at=fields.Datetime.now())
        return lists_sudo

    def action_sync(self):
        """Read these lists again, in the background; those of tax codes need their rates first."""
        if not self.env.user.has_group('qbo_connector.group_qbo_accountant'):
            raise AccessError(self.env._("Only a QuickBooks accountant can refresh the lists."))
        self.check_access('read')
        for connection, lists in self.grouped('connection_id').items():
            self._ask(connection.sudo(), _with_rates(lists.mapped('entity')))

    @api.model
    def action_sync_all(self):
        """Read all lists of the companies that are chosen, in the background."""
        self._of_all(self.env['qbo.connection'].search([('state', '=', 'connected')])).action_sync()

    @api.model
    def _of_all(self, connections):
        """Return the rows of all lists of connections, made where they are not there yet."""
        return self.union(*(self._of(connection, connection._all_lists()).with_env(self.env)
                            for connection in connections))

    def action_open_rows(self):
        """Open what the mirror holds of the list."""
        self.ensure_one()
        title = dict(self._fields['entity']._description_selection(self.env))[self.entity]
        return self.connection_id._open('qbo.reference', title, [('entity', '=', self.entity)], context={
            'qbo_list': self.entity})

    # === READING === #

    def _read_now(self, client, pages=None):
        """Read the list from its beginning.

        :param int pages: so many at most; what is longer is left to the drain
        :raises QboError: QuickBooks did not answer
        """
        self.position = 0
        for number in itertools.count(1):
            if self._read_page(client):
                return
            if number == pages:
                self.due_at = fields.Datetime.now()
                self.connection_id._trigger_drain(at=self.due_at)
                return

    def _read_page(self, client):
        """Read the next page.

        :return: whether it was the last
        :raises QboError: QuickBooks did not answer
        """
        self.ensure_one()
        if not self.position:
            self.write({'calls': 0, 'changes': 0})
            self.env.cr.execute(BEGIN, [self.id])
        where = None if self.entity in UNFILTERED else EVERY
        rows = self._query(client, select(self.entity, where, start=self.position + 1, max_results=PAGE))
        self.position += len(rows)
        if len(rows) == PAGE:
            return False
        self._retire(client)
        self.write({'read_at': fields.Datetime.now(), 'position': 0, 'due_at': False, 'message': False})
        return True

    def _query(self, client, statement):
        """Mirror what a statement finds, and count."""
        rows = client.query(statement).data.get(self.entity) or []
        changed = self.env['qbo.reference']._put(self.connection_id, self.entity, rows)
        self.write({'calls': self.calls + 1, 'changes': self.changes + len(changed)})
        return rows

    def _retire(self, client):
        """Mark inactive what the pages did not show, once QuickBooks has said that it is not there.

        While pages are read rows may move from one to another, and be on none: such a row is asked for by its Id.
        """
        if self.entity not in UNFILTERED:
            for some in split_every(MAX_IN, self._unseen().mapped('remote_id'), list):
                self._query(client, select(self.entity, {'Id': some, **EVERY}))
        gone = self._unseen()
        self.changes += len(gone)
        gone.active = False

    def _unseen(self):
        """Return the active rows of the mirror that this reading has not shown so far."""
        self.env['qbo.reference'].flush_model()
        self.env.cr.execute(UNSEEN, [self.id])
        return self.env['qbo.reference'].sudo().browse([row_id for row_id, in self.env.cr.fetchall()])


class QboConnection(models.Model):
    """The part of the connection that reads QuickBooks' lists."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def _all_lists(self):
        """Return the lists that this company keeps, in the order in which they are read."""
        return (*LISTS, *self._tracked_lists(), *self._further_lists())

    def _load_references(self, kinds=None, client=None, pages=None):
        """Mirror QuickBooks' lists now.

        :param kinds: Intuit's entity names, by default all that the company keeps
        :param client: while connecting, the client with the new tokens
        :param int pages: so many of each list at most; what is longer is left to the drain
        :raises QboError: QuickBooks did not answer; lists read so far are kept
        """
        self.ensure_one()
        client = client or self._qbo_client()
        for row in self.env['qbo.list']._of(self, _with_rates(kinds or self._all_lists())):
            row._read_now(client, pages)
        self._lists_were_read()

    def _lists_were_read(self):
        """Note that a list was read to its end."""
        self.references_read_at = fields.Datetime.now()

    def _still_reading(self):
        """Return which lists are so long that they are still being read, in words, or an empty text."""
        self.ensure_one()
        lists_sudo = self.env['qbo.list'].sudo().search([('connection_id', '=', self.id), ('position', '>', 0)])
        names = dict(lists_sudo._fields['entity']._description_selection(self.env))
        lists = ", ".join(self.env._("%(list)s (%(count)s so far)", list=names[row.entity], count=row.position)
                          for row in lists_sudo)
        return lists and self.env._("Long lists are still being read in the background: %(lists)s.", lists=lists)

    def _further_lists(self):
        """Return the lists that only some companies keep: of currencies, and of the agencies of codes made here."""
        self.ensure_one()
        kept = {'CompanyCurrency': self.multi_currency, 'TaxAgency': self._makes_tax_codes()}
        return tuple(entity for entity, keeps in kept.items() if keeps)

    def _makes_tax_codes(self):
        """Tell whether tax codes can be made there: automated sales tax has its own."""
        return self.tax_regime == 'global' or (self.tax_regime == 'us' and not self.partner_tax)


def _with_rates(entities):
    """Return names of lists with that of the tax rates before that of the codes, which are made of them."""
    if 'TaxCode' not in entities:
        return tuple(entities)
    return ('TaxRate', *(entity for entity in entities if entity != 'TaxRate'))

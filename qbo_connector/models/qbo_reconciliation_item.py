"""The work table of a reconciliation, and the totals that remain of it."""

from decimal import Decimal

from odoo import api, fields, models

from ..qbo.reconciling import There
from .rows import insert_rows

FACTS = ('remote_id', 'number', 'mark', 'day', 'customer', 'customer_name', 'currency', 'total', 'tax', 'balance',
         'home', 'rate', 'voided')
COLUMNS = ', '.join(f'item.{name}::text' if name in ('total', 'tax', 'balance', 'home', 'rate') else f'item.{name}'
                    for name in FACTS)
MATCH = """
    UPDATE qbo_reconciliation_item item SET model = new.model, res_id = new.res_id
      FROM unnest(%s, %s, %s) AS new (remote_id, model, res_id)
     WHERE item.reconciliation_id = %s AND item.entity = %s AND item.remote_id = new.remote_id
"""


class QboReconciliationItem(models.Model):
    """One object that QuickBooks answered: so the two books are joined by the database, however many there are.

    Rows are written and read by SQL alone, and are gone when their run has ended.
    """

    _name = 'qbo.reconciliation.item'
    _description = "QuickBooks Reconciliation: Object Read"
    _rec_name = 'remote_id'
    _log_access = False

    reconciliation_id = fields.Many2one('qbo.reconciliation', required=True, ondelete='cascade')
    entity = fields.Char(required=True)
    remote_id = fields.Char(required=True)
    number = fields.Char()
    mark = fields.Char()
    day = fields.Date()
    customer = fields.Char()
    customer_name = fields.Char()
    currency = fields.Char()
    total = fields.Float(digits=(20, 6))
    tax = fields.Float(digits=(20, 6))
    balance = fields.Float(digits=(20, 6))
    home = fields.Float(digits=(20, 6))
    rate = fields.Float(digits=(20, 10))
    voided = fields.Boolean()
    outside = fields.Boolean(help="Of another time: read because of its link alone.")
    model = fields.Char()
    res_id = fields.Integer()

    _object_unique = models.UniqueIndex('(reconciliation_id, entity, remote_id)')
    _number_index = models.Index('(reconciliation_id, entity, lower(number))')
    _total_index = models.Index('(reconciliation_id, entity, total)')

    @api.model
    def _store(self, run, entity, objects, is_outside):
        """Store objects, or what they have become.

        :param objects: of :class:`~.reconciling.There`
        :param is_outside: a function that tells whether one is of another time
        """
        rows = [(run.id, entity, *(getattr(one, name) for name in FACTS), is_outside(one)) for one in objects]
        if rows:
            news = ', '.join(f'{name} = EXCLUDED.{name}' for name in (*FACTS[1:], 'outside'))
            self.env.cr.execute_values(
                f"INSERT INTO qbo_reconciliation_item (reconciliation_id, entity, {', '.join(FACTS)}, outside) "
                f"VALUES %s ON CONFLICT (reconciliation_id, entity, remote_id) DO UPDATE SET {news}",
                rows, page_size=len(rows))

    @api.model
    def _find(self, run, entity, condition, parameters, limit=None):
        """Return [(id, model, res_id, outside, There)] of the items that meet a condition, in order of their ids."""
        self.env.cr.execute(
            f"SELECT item.id, item.model, item.res_id, item.outside, {COLUMNS} FROM qbo_reconciliation_item item "
            f"WHERE item.reconciliation_id = %s AND item.entity = %s AND {condition} ORDER BY item.id LIMIT %s",
            [run.id, entity, *parameters, limit])
        return [(*row[:4], _there(row[4:])) for row in self.env.cr.fetchall()]

    @api.model
    def _match(self, run, entity, model, pairs):
        """Note which records objects are.

        :param dict pairs: ``{remote Id: record's id}``
        """
        if pairs:
            self.env.cr.execute(MATCH, [list(pairs), [model] * len(pairs), list(pairs.values()), run.id, entity])

    @api.model
    def _drop(self, run, entity, remote_ids):
        """Delete the rows of objects that are not there any more."""
        self.env.cr.execute(
            "DELETE FROM qbo_reconciliation_item WHERE reconciliation_id = %s AND entity = %s AND remote_id = ANY(%s)",
            [run.id, entity, list(remote_ids)])

    @api.model
    def _forget(self, runs, entity=None):
        """Delete the rows of runs, or those of one type."""
        self.env.cr.execute(
            "DELETE FROM qbo_reconciliation_item WHERE reconciliation_id = ANY(%s) AND (%s IS NULL OR entity = %s)",
            [runs.ids, entity, entity])


def _there(row):
    """Return an item as what it was read as; exact, as the database wrote the amounts out."""
    values = dict(zip(FACTS, row, strict=True))
    for name in ('total', 'tax', 'balance', 'home', 'rate'):
        values[name] = None if values[name] is None else Decimal(values[name])
    for name in ('number', 'mark', 'customer', 'customer_name', 'currency'):
        values[name] = values[name] or ''
    return There(**values)


class QboReconciliationTotal(models.Model):
    """Both sides' totals of one kind of documents and currency, and what their difference is made of."""

    _name = 'qbo.reconciliation.total'
    _description = "QuickBooks Reconciliation: Totals"
    _inherit = ['qbo.exportable']
    _order = 'reconciliation_id desc, id'
    _rec_name = 'entity'

    reconciliation_id = fields.Many2one('qbo.reconciliation', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='reconciliation_id.company_id', store=True, index=True)
    entity = fields.Selection(
        lambda self: self.env['qbo.entity']._entity_labels(), string="QuickBooks Type", required=True, readonly=True)
    currency = fields.Char(readonly=True)
    here_count = fields.Integer(string="Number in Odoo", readonly=True)
    there_count = fields.Integer(string="Number in QuickBooks", readonly=True)
    here_total = fields.Float(string="Total in Odoo", digits=(16, 2), readonly=True)
    there_total = fields.Float(string="Total in QuickBooks", digits=(16, 2), readonly=True)
    here_tax = fields.Float(string="Tax in Odoo", digits=(16, 2), readonly=True)
    there_tax = fields.Float(string="Tax in QuickBooks", digits=(16, 2), readonly=True)
    here_balance = fields.Float(string="Open in Odoo", digits=(16, 2), readonly=True)
    there_balance = fields.Float(string="Open in QuickBooks", digits=(16, 2), readonly=True)
    difference = fields.Float(digits=(16, 2), readonly=True)
    drift = fields.Float(string="Of Which Drift", digits=(16, 2), readonly=True)
    named = fields.Float(
        string="Of Which Waiting, Known or Explained", digits=(16, 2), readonly=True)
    rest = fields.Float(
        string="Not Explained by Documents", digits=(16, 2), readonly=True,
        help="What the totals differ by and no document does: something changed while they were read.")
    beyond = fields.Boolean(
        string="Beyond the Threshold", readonly=True, help="The rest is more than the connection's threshold.")

    @api.model
    def _store(self, rows):
        """Insert rows."""
        insert_rows(self, rows)
        self.env.invalidate_all()  # or their run would go on without them, and know of none beyond the threshold

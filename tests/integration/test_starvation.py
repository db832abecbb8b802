"""Bad rows never starve good ones: what stands before a good row costs statements, not calls, and few of them."""

from unittest.mock import patch

from odoo import fields
from odoo.sql_db import Cursor
from odoo.tests import tagged

from .common import QueueCase

MANY = 500


@tagged('standard', 'post_install', '-at_install')
class TestStarvation(QueueCase):
    """Five hundred rows at the head of the queue, and a good one behind them."""

    def setUp(self):
        super().setUp()
        self.invoice()
        self.drain(self.connection)
        self.control('calls', method='DELETE')

    def bad_rows(self, **values):
        """Return so many rows at the head of the queue, of contacts whose names QuickBooks cannot show."""
        partners = self.env['res.partner'].create([{'name': "\N{SMILING FACE WITH SUNGLASSES}"}] * MANY)
        rows = self.env['qbo.queue.entry']._enqueue(partners, self.connection)
        rows.write(values)
        return rows

    def good_row(self):
        """Return a row behind all of them."""
        row = self.env['qbo.queue.entry']._enqueue(
            self.env['res.partner'].create({'name': "Good Customer"}), self.connection)
        row.rank = 90
        return row

    def statements_of_a_drain(self):
        """Return how many SQL statements a drain took."""
        seen = []
        original = Cursor.execute

        def execute(cursor, query, *args, **kwargs):
            seen.append(query)
            return original(cursor, query, *args, **kwargs)

        with patch.object(Cursor, 'execute', execute):
            self.drain(self.connection)
        return len(seen)

    def test_rows_that_fail_are_settled_by_the_batch_and_the_good_one_is_sent_in_the_same_drain(self):
        bad = self.bad_rows()
        good = self.good_row()
        statements = self.statements_of_a_drain()
        self.assertEqual(set(bad.mapped('state')), {'failed'})
        self.assertIn("no name", bad[0].fault_message)
        self.assertEqual(good.state, 'done')
        self.one('Customer', DisplayName="Good Customer")
        self.assertEqual(len(self.api_calls('POST')), 1, "rows that cannot be sent cost no call")
        self.assertLess(statements, MANY * 2)

    def test_rows_that_wait_for_their_time_cost_nothing(self):
        rows = self.bad_rows(not_before=fields.Datetime.add(fields.Datetime.now(), hours=1))
        self.good_row()
        statements = self.statements_of_a_drain()
        self.assertEqual(set(rows.mapped('state')), {'pending'})
        self.one('Customer', DisplayName="Good Customer")
        self.assertLess(statements, 150)

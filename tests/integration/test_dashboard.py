"""The cards of the connections: what they say of the queue, and that many of them are read as fast as one."""

import json
from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.tests import tagged

from .common import QueueCase
from .test_progress import RowsMixin


@tagged('standard', 'post_install', '-at_install')
class TestDashboard(RowsMixin, QueueCase):
    """Rows are put into the queue; asserted is what the cards show."""

    def fields_of_the_card(self):
        """Return the fields that the kanban view reads."""
        arch = self.env['qbo.connection'].get_view(view_type='kanban')['arch']
        return {name: {} for name in {node.get('name') for node in etree.fromstring(arch).iter('field')}}

    def test_a_card_shows_what_was_sent_on_each_of_the_last_days(self):
        self.env['qbo.queue.entry'].search([]).unlink()
        now = fields.Datetime.now()
        for age, count in ((0, 3), (2, 5), (20, 7)):
            self.rows(count, state='done', operation='create', done_at=now - timedelta(days=age))
        self.rows(2, state='failed')
        for zone in ('UTC', 'Pacific/Kiritimati', 'Pacific/Pago_Pago'):  # in one of the latter it is not today
            with self.subTest(zone):
                self.env.user.tz = zone
                self.env.invalidate_all()
                self.env.transaction.reset()
                (graph,) = json.loads(self.connection.dashboard_graph)
                self.assertEqual([value['value'] for value in graph['values']], [0] * 11 + [5, 0, 3])

    def test_many_cards_cost_as_many_queries_as_one(self):
        companies = self.env['res.company'].create([{'name': f"Card {number}"} for number in range(6)])
        self.env.user.company_ids |= companies
        many = self.env['qbo.connection'].create([{'company_id': company.id} for company in companies])
        self.rows(2)
        self.env.flush_all()
        spec, counts = self.fields_of_the_card(), []
        (self.connection | many).web_read(spec)  # what is read once and kept
        for connections in (self.connection, self.connection | many):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            connections.web_read(spec)
            counts.append(self.env.cr.sql_log_count - before)
        # One or two more, of Odoo's own, for what one card alone has not got; never one for each card.
        self.assertLessEqual(counts[1] - counts[0], 2, counts)
        self.assertLess(counts[1], 40)

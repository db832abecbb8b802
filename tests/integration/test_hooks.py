"""What posting costs: one INSERT a transaction, however many records, and nothing without a connection."""

from unittest.mock import patch

from odoo.sql_db import Cursor
from odoo.tests import tagged

from .common import QueueCase


@tagged('standard', 'post_install', '-at_install')
class TestHooks(QueueCase):
    """Counts statements, not seconds."""

    def setUp(self):
        super().setUp()
        self.env.cr.precommit.run()

    def statements_of(self, action):
        """Return the SQL statements that an action and the end of its transaction need."""
        seen = []
        original = Cursor.execute

        def execute(cursor, query, *args, **kwargs):
            seen.append(str(query))
            return original(cursor, query, *args, **kwargs)

        with patch.object(Cursor, 'execute', execute):
            action()
            self.env.flush_all()
            self.env.cr.precommit.run()
        return seen

    def ours(self, statements):
        """Return the statements about our tables."""
        return [statement for statement in statements if 'qbo_' in statement]

    def drafts(self, count):
        """Return so many draft invoices, nothing of them cached."""
        moves = self.env['account.move'].union(*(self.invoice(post=False) for _number in range(count)))
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.invalidate_all()
        return moves

    def test_many_records_are_enqueued_by_one_insert(self):
        moves = self.drafts(25)
        inserts = [s for s in self.statements_of(moves.action_post) if 'INSERT INTO qbo_queue_entry' in s]
        self.assertEqual(len(inserts), 1)
        rows = self.env['qbo.queue.entry'].search([('model', '=', 'account.move'), ('res_id', 'in', moves.ids)])
        self.assertEqual(sorted(rows.mapped('res_id')), sorted(moves.ids))

    def test_our_share_of_the_statements_does_not_grow_with_the_records(self):
        few, many = self.drafts(2), self.drafts(25)
        self.statements_of(self.drafts(1).action_post)  # fill the caches
        self.env.invalidate_all()
        of_few = len(self.ours(self.statements_of(few.action_post)))
        self.env.invalidate_all()
        of_many = len(self.ours(self.statements_of(many.action_post)))
        self.assertLessEqual(of_many, of_few)
        self.assertLess(of_few, 10)

    def test_everything_of_one_transaction_goes_by_one_insert(self):
        move = self.drafts(1)

        def work():
            move.action_post()
            self.env['account.payment.register'].with_context(
                active_model='account.move', active_ids=move.ids).create({})._create_payments()
            move.ref = "again"

        inserts = [s for s in self.statements_of(work) if 'INSERT INTO qbo_queue_entry' in s]
        self.assertEqual(len(inserts), 1)
        self.assertEqual(len(self.entries(move)), 1)

    def test_without_a_connection_of_its_company_nothing_is_asked_or_written(self):
        other = self.env['res.company'].create({'name': "Elsewhere"})
        self.env.user.company_ids |= other
        self.env['account.chart.template'].try_loading('generic_coa', company=other, install_demo=False)
        journal = self.env['account.journal'].search([('type', '=', 'sale'), ('company_id', '=', other.id)], limit=1)
        move = self.env['account.move'].with_company(other).create({
            'move_type': 'out_invoice', 'partner_id': self.partner.id, 'journal_id': journal.id,
            'invoice_date': '2026-01-01',
            'invoice_line_ids': [(0, 0, {'name': "x", 'quantity': 1, 'price_unit': 5, 'tax_ids': []})]})
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env['qbo.connection']._connected()
        self.assertEqual(self.ours(self.statements_of(move.action_post)), [])

    def test_twenty_edits_before_the_drain_are_one_update(self):
        self.invoice()
        self.drain(self.connection)
        self.control('calls', method='DELETE')
        for number in range(20):
            self.partner.street = f"{number} Main Street"
            self.env.cr.precommit.run()
        self.drain(self.connection)
        posts = [call for call in self.api_calls('POST') if '/customer' in call['path']]
        self.assertEqual(len(posts), 1)
        self.assertEqual(self.one('Customer', DisplayName=self.partner.name)['BillAddr']['Line1'], "19 Main Street")

    def test_what_is_in_quickbooks_already_is_not_sent_again(self):
        move = self.invoice()
        self.drain(self.connection)
        self.control('calls', method='DELETE')
        move.action_qbo_push()
        self.partner.action_qbo_push()
        self.drain(self.connection)
        self.assertEqual(self.api_calls(), [])
        self.assertEqual(self.entries(move).mapped('operation'), ['create'])

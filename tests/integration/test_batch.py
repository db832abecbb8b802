"""Batches: what travels together, what each item's fault does, and what a crash leaves of them."""

import json
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .common import QueueCase


@tagged('standard', 'post_install', '-at_install')
class TestBatch(QueueCase):
    """Asserted is what the simulator was asked and what its books hold."""

    elapsed = timedelta()

    def setUp(self):
        super().setUp()
        self.invoice()
        self.drain(self.connection)  # customer and item stand now
        self.control('calls', method='DELETE')

    def script(self, *, times=1, **failure):
        """Script the next answers of the simulator."""
        self.control('fail', {'times': times, **failure})

    def later(self, **delta):
        """Run what became due after some more time."""
        self.elapsed += timedelta(**delta)
        with freeze_time(fields.Datetime.now() + self.elapsed):
            self.drain(self.connection)

    def invoices(self, count):
        """Post so many invoices in one transaction."""
        moves = self.env['account.move'].union(*(self.invoice(post=False) for _number in range(count)))
        moves.action_post()
        self.env.cr.precommit.run()
        return moves

    def states(self, moves):
        """Return the states of the newest entries of documents."""
        return {self.entries(move)[0].state for move in moves}

    def posts(self):
        """Return the writes that were sent, oldest first."""
        return [call for call in self.api_calls('POST') if not call['path'].endswith('/query')]

    def test_due_rows_of_one_rank_travel_in_batches_of_thirty(self):
        moves = self.invoices(65)
        self.drain(self.connection)
        self.assertEqual([call['path'].rpartition('/')[2] for call in self.posts()], ['batch'] * 3)
        sizes = [len(call['request_body']['BatchItemRequest']) for call in self.posts()]
        self.assertEqual(sizes, [30, 30, 5])
        for move in moves:
            self.assertEqual(self.one('Invoice', DocNumber=move.name)['TotalAmt'], 100.0)
        self.assertEqual(self.states(moves), {'done'})
        self.assertFalse(self.api_calls('GET'), "a document costs no read")

    def small_batches(self):
        """Let a batch have two rows: what concerns several batches then takes few documents."""
        for name in ('drain', 'push'):
            self.startPatcher(patch(f'odoo.addons.qbo_connector.models.qbo_queue_{name}.BATCH_LIMIT', 2))
        self.startPatcher(patch('odoo.addons.qbo_connector.models.qbo_queue_drain.AHEAD', 4))

    def test_some_batches_are_prepared_in_one_go_and_no_more_than_may_leave(self):
        self.small_batches()
        prepared, prepare = [], type(self.env['qbo.queue.entry'])._prepare

        def noted(entries):
            prepared.append(len(entries))
            return prepare(entries)

        self.patch(type(self.env['qbo.queue.entry']), '_prepare', noted)
        moves = self.invoices(11)
        self.drain(self.connection)
        self.assertEqual(prepared, [8, 3])
        sizes = [len(call['request_body'].get('BatchItemRequest', [1])) for call in self.posts()]
        self.assertEqual(sizes, [2, 2, 2, 2, 2, 1])
        self.assertEqual(len({call['query']['requestid'] for call in self.posts()}), 6)
        for move in moves:
            self.one('Invoice', DocNumber=move.name)
        self.invoices(5)
        self.patch(type(self.env['qbo.governor']), '_room', lambda _self, _connection: 1)
        self.drain(self.connection)
        self.assertEqual(prepared[2:], [2, 2, 1])

    def test_after_trouble_that_no_row_is_to_blame_for_the_batches_behind_it_wait_unsent(self):
        moves = self.invoices(6)
        self.drain(self.connection)
        payments = self.env['account.payment'].union(*(self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=move.ids).create({})._create_payments() for move in moves))
        self.small_batches()
        for trouble in ({'status': 429}, {'status': 400, 'code': '6190'}):
            with self.subTest(trouble):
                self.control('calls', method='DELETE')
                self.script(path='/batch', kind='status', **trouble)
                self.drain(self.connection)
                self.assertEqual(len(self.posts()), 1, "what comes behind would be refused as well")
                self.connection.sudo().write({'paused_until': False, 'paused_reason': False})
        self.control('calls', method='DELETE')
        self.drain(self.connection)
        self.assertEqual(self.states(payments), {'done'})
        self.assertEqual(len(self.books()['Payment']), 6)
        self.assertEqual(len(self.api_calls('GET')), 2, "payments have no number: the two that left are looked for")

    def test_preparing_thirty_documents_costs_the_queries_of_three(self):
        """Each of another customer and another product: what they read is read for all of them at once."""
        moves = self.env['account.move'].union(*(self.invoice(
            partner=self.env['res.partner'].create({'name': f"Customer {number}"}), post=False,
            lines=[{'product_id': self.env['product.product'].create({'name': f"Product {number}"}).id,
                    'price_unit': 10.0, 'tax_ids': []}]) for number in range(30)))
        moves.action_post()
        self.drain(self.connection)
        self.assertEqual(self.states(moves), {'done'})
        entries = self.env['qbo.queue.entry'].sudo()._enqueue(moves, self.connection)

        def queries(rows):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual({plan.operation for _entry, _handler, plan in rows._plans()}, {'none'})
            return self.env.cr.sql_log_count - before

        queries(entries)
        self.assertEqual(queries(entries), queries(entries[:3]))

    def test_a_single_row_goes_alone(self):
        move = self.invoice()
        self.drain(self.connection)
        (call,) = self.posts()
        self.assertTrue(call['path'].endswith('/invoice'))
        self.one('Invoice', DocNumber=move.name)

    def test_invoices_and_credit_notes_share_a_batch_and_payments_follow(self):
        invoice, note = self.invoice(), self.invoice(move_type='out_refund')
        payments = self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=invoice.ids).create({})._create_payments()
        self.drain(self.connection)
        first, second = self.posts()
        entities = [set(item) - {'bId', 'operation'} for item in first['request_body']['BatchItemRequest']]
        self.assertEqual(entities, [{'Invoice'}, {'CreditMemo'}])
        self.assertTrue(second['path'].endswith('/payment'))
        self.one('CreditMemo', DocNumber=note.name)
        self.assertEqual(self.one('Invoice', DocNumber=invoice.name)['Balance'], 0)
        self.assertEqual(self.states(payments), {'done'})

    def test_the_fault_of_one_item_is_its_own(self):
        good, bad, fine = self.invoices(3)
        taken = {'DocNumber': bad.name, 'CustomerRef': {'value': self.books()['Customer'][0]['Id']},
                 'Line': [{'Amount': 1, 'DetailType': 'SalesItemLineDetail',
                           'SalesItemLineDetail': {'ItemRef': {'value': self.books()['Item'][-1]['Id']}}}]}
        with self.own_cursors():
            self.connection._qbo_client().write('Invoice', 'create', json.dumps(taken), 'by-hand')
        self.drain(self.connection)
        self.assertEqual(self.states(good | fine), {'done'})
        entry = self.entries(bad)[0]
        self.assertEqual((entry.state, entry.fault_code), ('failed', '6140'))
        self.assertEqual(self.one('Invoice', DocNumber=bad.name)['TotalAmt'], 1)

    def test_two_of_one_name_in_one_batch_become_two_customers(self):
        twins = self.env['res.partner'].create([{'name': "Twin", 'city': "York"}, {'name': "Twin", 'city': "Leeds"}])
        for twin in twins:
            self.invoice(partner=twin)
        self.drain(self.connection)
        names = [c['DisplayName'] for c in self.books()['Customer'] if c['DisplayName'].startswith("Twin")]
        self.assertEqual(len(names), 2)
        self.assertEqual(len(set(names)), 2)
        links = self.env['qbo.binding'].search([('model', '=', 'res.partner'), ('res_id', 'in', twins.ids)])
        self.assertEqual(len(set(links.mapped('remote_id'))), 2)

    def test_a_batch_whose_answer_was_lost_is_repeated_as_it_was(self):
        moves = self.invoices(4)
        self.script(path='/batch', kind='lost_answer')
        self.drain(self.connection)
        self.assertEqual(self.states(moves), {'sending'})
        self.later(minutes=5)
        first, second = self.posts()
        self.assertEqual(first['request_body'], second['request_body'])
        self.assertEqual(first['query']['requestid'], second['query']['requestid'])
        for move in moves:
            self.one('Invoice', DocNumber=move.name)
        self.assertEqual(self.states(moves), {'done'})

    def test_past_the_safe_age_a_batch_is_looked_up_item_by_item(self):
        self.control('seed', {'switches': {'requestid_seconds': 1}})
        moves = self.invoices(3)
        self.script(path='/batch', kind='lost_answer')
        self.drain(self.connection)
        self.control('clock', {'advance': 3 * 3600})
        self.later(hours=3)
        for move in moves:
            self.one('Invoice', DocNumber=move.name)
        self.assertEqual(self.states(moves), {'done'})
        self.assertEqual(len(self.posts()), 1)

    def test_a_batch_that_is_refused_as_a_whole_goes_row_by_row(self):
        moves = self.invoices(3)
        self.script(path='/batch', kind='status', status=400, code='2010')
        self.drain(self.connection)
        self.assertEqual([call['path'].rpartition('/')[2] for call in self.posts()], ['batch', *['invoice'] * 3])
        for move in moves:
            self.one('Invoice', DocNumber=move.name)

    def test_a_request_id_that_quickbooks_calls_used_is_looked_up_before_anything_is_sent_again(self):
        moves = self.invoices(2)
        self.script(path='/batch', kind='lost_answer')
        self.drain(self.connection)
        self.script(path='/batch', kind='status', status=400, code='600')
        self.later(minutes=5)
        for move in moves:
            self.one('Invoice', DocNumber=move.name)
        self.assertEqual(self.states(moves), {'done'})

    def test_a_used_request_id_with_nothing_behind_it_is_sent_under_a_new_one(self):
        move = self.invoice()
        self.script(path='/invoice', kind='status', status=400, code='600', times=2)
        self.drain(self.connection)
        self.one('Invoice', DocNumber=move.name)
        self.assertEqual(len({call['query']['requestid'] for call in self.posts()}), 2)
        self.assertEqual(self.states(move), {'done'})

    def test_a_row_is_looked_up_by_number_customer_and_total_where_our_mark_is_gone(self):
        move = self.invoice()
        self.script(path='/invoice', kind='lost_answer')
        self.drain(self.connection)
        standing = self.one('Invoice', DocNumber=move.name)
        body = {'Id': standing['Id'], 'SyncToken': standing['SyncToken'], 'sparse': True, 'PrivateNote': "mine"}
        with self.own_cursors():
            self.connection._qbo_client().write('Invoice', 'update', json.dumps(body), 'by-hand')
        self.control('seed', {'switches': {'requestid_seconds': 1}})
        self.control('clock', {'advance': 3 * 3600})
        self.later(hours=3)
        self.one('Invoice', DocNumber=move.name)
        self.assertEqual(self.states(move), {'done'})

    def test_when_the_batches_of_a_minute_are_used_up_rows_go_alone(self):
        moves = self.invoices(3)
        with self.own_cursors():
            self.patch(type(self.env['qbo.governor']), '_wait', lambda _self, _connection, batch: 30.0 * batch)
            self.drain(self.connection)
        self.assertEqual([call['path'].rpartition('/')[2] for call in self.posts()], ['invoice'] * 3)
        self.assertEqual(self.states(moves), {'done'})

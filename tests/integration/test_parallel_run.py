"""A parallel run: both systems get the same by other means, and nothing is sent."""

from datetime import timedelta

from odoo import fields
from odoo.addons.qbo_connector.qbo.faults import ReadOnly
from odoo.exceptions import UserError
from odoo.tests import tagged

from .reconciling import TODAY, ReconcileCase


@tagged('standard', 'post_install', '-at_install')
class TestParallelRun(ReconcileCase):
    """Both systems get the same by other means."""

    def test_the_books_are_compared_and_nothing_at_all_is_written(self):
        [before] = self.sold(10)
        self.connection.write({'live_at': False, 'parallel_from': TODAY})
        self.connection.action_start_parallel()
        same, apart, here = (self.invoice(lines=[{'name': "Work", 'quantity': 1, 'price_unit': price, 'tax_ids': []}])
                             for price in (100, 200, 300))
        paid = self.pay(same, payment_date=TODAY)
        theirs = self.there(before)['CustomerRef']
        typed = [{'DocNumber': move.name, 'CustomerRef': theirs, 'TxnDate': str(TODAY), 'Line': self.line_there(price)}
                 for move, price in ((same, 100), (apart, 201))]
        typed.append({'DocNumber': "THEIRS", 'CustomerRef': theirs, 'TxnDate': str(TODAY), 'Line': self.line_there(7)})
        made = self.seed(Invoice=typed)['Invoice']
        self.keep_books().receive_payment({made[0]['Id']: 100}, date=str(TODAY))
        self.control('calls', method='DELETE')
        books = self.books()

        self.assertFalse(self.connection._may_send())
        # by hand, by the daily search, by creating a counterpart, by a repair: nothing leaves, nothing is queued
        answer = here.action_qbo_push()
        self.assertIn("parallel run", answer['params']['message'])
        self.assertNotIn("queued", answer['params']['message'])
        before.button_draft()
        before.invoice_line_ids.price_unit = 11
        before.action_post()
        self.env['qbo.queue.entry']._enqueue(here, self.connection)
        self.env['qbo.queue.entry']._sweep(self.connection)
        self.drain(self.connection)
        self.assertFalse(self.env['qbo.queue.entry'].search([('state', '!=', 'done')]))
        with self.own_cursors(), self.assertRaises(ReadOnly):
            self.connection._qbo_client().write('Invoice', 'create', '{}', 'r1')
        with self.own_cursors(), self.assertRaises(ReadOnly):
            self.connection._qbo_client().make_tax_code('{}', 'r2')
        run = self.reconcile(kind='parallel')
        with self.assertRaises(UserError):
            self.line(run, here).action_push()
        with self.assertRaises(UserError):
            self.connection._go_live([])
        self.assertEqual({call['method'] for call in self.api_calls()}, {'GET'})
        self.assertEqual(self.books(), books)

        self.assertEqual(self.told(run), {
            before: 'total,balance', apart: 'total,balance', here: 'missing_there', made[2]['Id']: 'missing_here'})
        self.assertFalse(self.line(run, paid) | self.line(run, same))

        self.connection.action_end_parallel()
        self.assertEqual((self.connection.parallel_run, self.connection.sync_from), (
            False, fields.Date.context_today(self.connection)))
        self.connection.live_at = fields.Datetime.now()
        with self.assertRaises(UserError):
            self.connection.action_start_parallel()

    def test_it_begins_with_a_first_day_and_nothing_on_its_way_and_what_is_sent_later_begins_after_it(self):
        self.invoice()
        self.env.cr.precommit.run()
        self.connection.write({'live_at': False, 'sync_from': False})
        with self.assertRaisesRegex(UserError, "first day"):
            self.connection.action_start_parallel()
        self.connection.parallel_from = TODAY
        with self.assertRaisesRegex(UserError, "on its way"):
            self.connection.action_start_parallel()
        self.drain(self.connection)
        today = fields.Date.context_today(self.connection)
        for before, after in ((False, today), (today - timedelta(days=40), today),
                              (today + timedelta(days=9), today + timedelta(days=9))):
            self.connection.sync_from = before
            self.connection.action_start_parallel()
            self.assertFalse(self.connection._may_send())
            self.connection.action_end_parallel()
            self.assertEqual((self.connection._may_send(), self.connection.sync_from), (True, after))

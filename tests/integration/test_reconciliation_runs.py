"""How a reconciliation runs: in steps, at night, interrupted, and while both books change."""

from datetime import timedelta
from functools import partial
from unittest.mock import patch
from urllib.parse import unquote_plus

from odoo import fields
from odoo.addons.qbo_connector.models import qbo_reconciliation, qbo_reconciliation_run
from odoo.addons.qbo_connector.models.qbo_connection_reconciliation import DRIFTED
from odoo.addons.qbo_connector.qbo.query import select
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .reconciling import ReconcileCase


@tagged('standard', 'post_install', '-at_install')
class TestReconciliationRuns(ReconcileCase):
    """What a run does between its start and its end."""

    def test_a_run_goes_on_where_it_was_when_quickbooks_fails_pauses_or_the_time_is_up(self):
        invoices = self.sold(*range(101, 108))
        self.patch(qbo_reconciliation_run, 'CHUNK', 2)
        self.patch(qbo_reconciliation_run, 'MAX_PAGE', 3)
        self.patch(qbo_reconciliation_run, 'select', partial(select, max_results=3))
        self.meddle(invoices[6], amount='99')
        Run = self.env['qbo.reconciliation']
        # asked for by a person, nothing happens in the request
        self.control('calls', method='DELETE')
        self.connection.action_reconcile()
        run = Run.search([('connection_id', '=', self.connection.id)])
        self.assertEqual((run.state, self.api_calls()), ('waiting', []))
        with self.assertRaises(UserError):
            self.connection.action_reconcile()
        self.connection.paused_until = fields.Datetime.now() + timedelta(minutes=3)
        self.connection.paused_reason = "QuickBooks is down"
        self.turn()
        self.assertEqual((run.state, run.trouble, self.api_calls()), ('waiting', "QuickBooks is down", []))
        self.assertEqual(run.not_before, self.connection.paused_until)
        self.connection.action_resume()
        run.sudo().not_before = False
        # a page that fails is asked for again, and what was read before is kept
        self.control('fail', {'path': '/query', 'after': 2, 'kind': 'status', 'status': 503})
        self.turn()
        self.assertEqual((run.state, run.attempts), ('running', 1))
        self.assertTrue(run.trouble)
        run.sudo().not_before = False
        self.patch(qbo_reconciliation, 'TURN', 0.0)  # a step a turn
        self.turn()
        self.assertEqual((run.state, self.told(run), run.compared), ('drift', {invoices[6]: 'total,balance'}, 7))
        pages = [call for call in self.api_calls() if 'FROM Invoice' in unquote_plus(str(call))
                 and 'STARTPOSITION' in str(call) and ' IN ' not in unquote_plus(str(call))]
        self.assertEqual(len(pages), 3 + 1, "three pages, one of them twice")

    def test_what_is_sent_while_the_books_are_compared_is_read_again_before_it_is_told(self):
        [invoice] = self.sold(100)
        count = type(self.env['qbo.reconciliation'])._step_count

        def meanwhile(run, client, entity, at, position):
            if entity == 'Invoice':  # its page has been read
                move = run.env['account.move'].browse(invoice.id)
                move.button_draft()
                move.invoice_line_ids.price_unit = 110
                move.action_post()
                run.env.cr.precommit.run()
                run.env['qbo.queue.entry']._drain(run.connection_id)
            return count(run, client, entity, at, position)

        with patch.object(type(self.env['qbo.reconciliation']), '_step_count', meanwhile):
            run = self.reconcile()
        self.assertEqual(self.there(invoice)['TotalAmt'], 110)
        self.assertEqual((run.state, self.told(run)), ('clean', {}))
        self.assertEqual(run.total_ids.filtered(lambda total: total.entity == 'Invoice').there_total, 110)

    def test_what_nobody_foresaw_ends_one_run_and_is_said(self):
        with patch.object(type(self.env['qbo.reconciliation']), '_step_count', side_effect=KeyError("oops")), \
                mute_logger('odoo.addons.qbo_connector.models.qbo_reconciliation'):
            run = self.reconcile()
        self.assertEqual(run.state, 'failed')
        self.assertIn("KeyError", run.trouble)
        with self.assertRaises(UserError):
            run.action_print()
        self.alert()
        self.assertEqual(
            self.connection.activity_search([DRIFTED]).summary, "QuickBooks and Odoo could not be compared")

    def test_every_night_each_company_at_its_own_minute(self):
        self.turn()
        due = self.connection.reconcile_next
        self.assertGreater(due, fields.Datetime.now())
        self.assertFalse(self.env['qbo.reconciliation'].search([]))
        self.connection.sudo().reconcile_next = fields.Datetime.now() - timedelta(minutes=1)
        self.turn()
        run = self.env['qbo.reconciliation'].search([])
        self.assertEqual((run.kind, run.state), ('nightly', 'clean'))
        self.assertGreater(self.connection.reconcile_next, fields.Datetime.now())
        self.turn()
        self.assertEqual(self.env['qbo.reconciliation'].search([]), run)
        self.connection.sudo().write({'reconcile_next': fields.Datetime.now(), 'reconcile_nightly': False})
        self.turn()
        self.assertEqual(self.env['qbo.reconciliation'].search([]), run)

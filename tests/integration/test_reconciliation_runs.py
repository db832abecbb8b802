"""How a reconciliation runs: in steps, at night, interrupted, and while both books change."""

from datetime import timedelta
from functools import partial
from unittest.mock import patch
from urllib.parse import unquote_plus

import psycopg2

from odoo import fields
from odoo.addons.qbo_connector.models import qbo_reconciliation, qbo_reconciliation_run
from odoo.addons.qbo_connector.models.qbo_connection_reconciliation import DRIFTED
from odoo.addons.qbo_connector.qbo.query import select
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .reconciling import TODAY, ReconcileCase


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
        self.assertEqual(len(pages), 4 + 1, "four pages, each begins with the last row before it; one of them twice")

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

    def meanwhile(self, step, action, entity='Invoice', times=1, at_end=False):
        """Let something happen right after a step has been taken for a type, or its last part has."""
        Run, left = type(self.env['qbo.reconciliation']), [times]
        original = getattr(Run, step)

        def then(run, client, what, at, position):
            following = original(run, client, what, at, position)
            if what == entity and left[0] and not (at_end and following):
                left[0] -= 1
                action(run)
            return following

        return patch.object(Run, step, then)

    def small_pages(self):
        """Read three objects at once."""
        self.patch(qbo_reconciliation_run, 'MAX_PAGE', 3)
        self.patch(qbo_reconciliation_run, 'select', partial(select, max_results=3))

    def test_what_moves_over_the_edge_of_a_page_while_others_are_deleted_or_made_is_seen(self):
        invoices = self.sold(101, 102, 103)
        books, customer, made = self.keep_books(), self.there(invoices[0])['CustomerRef'], []

        def make(run):
            made.append(self.seed(Invoice=[{
                'DocNumber': f"HAND-{len(made)}", 'CustomerRef': customer, 'TxnDate': str(TODAY),
                'Line': self.line_there(55)}])['Invoice'][0]['Id'])

        def delete(*moves):
            return lambda run: [books.delete('Invoice', self.there(move)['Id']) for move in moves]

        make(None)
        invoices += self.sold(104, 105)
        self.small_pages()
        # Two of the first page are deleted, so the fourth moves to where its reader is not any more. One that is made
        # after the last page makes the numbers equal all the same.
        with self.meanwhile('_step_read', delete(*invoices[:2])), self.meanwhile('_step_read', make, at_end=True):
            run = self.reconcile()
        self.assertEqual(self.told(run), {**dict.fromkeys(invoices[:2], 'missing_there'),
                                          **dict.fromkeys(made, 'missing_here')})
        self.assertEqual((run.remark, run.compared, len(made)), (False, 7, 2))
        # deleted after the last page: only the number tells; made after it: it follows
        with self.meanwhile('_step_read', delete(invoices[2]), at_end=True):
            run = self.reconcile()
        self.assertEqual(self.told(run)[invoices[2]], 'missing_there')
        with self.meanwhile('_step_read', make, at_end=True):
            run = self.reconcile()
        self.assertEqual(set(self.told(run)), {*invoices[:3], *made})
        self.assertFalse(run.remark)

    def test_books_that_never_stand_still_are_not_said_to_agree(self):
        [invoice] = self.sold(100)
        customer = self.there(invoice)['CustomerRef']
        made = []

        def make(run):
            made.append(self.seed(Invoice=[{
                'DocNumber': f"LATE-{len(made)}", 'CustomerRef': customer, 'TxnDate': str(TODAY),
                'Line': self.line_there(0)}])['Invoice'][0]['Id'])

        with self.meanwhile('_step_read', make, times=99):
            run = self.reconcile()
        self.assertIn("were made or deleted meanwhile", run.remark)
        self.assertIn("Invoice", run.remark)
        run.line_ids._explain("Known")  # all but that not everything was seen
        self.assertEqual((run.state, run.drift_count), ('drift', 1))
        self.alert()
        self.assertEqual(self.connection.activity_search([DRIFTED]).summary, "QuickBooks and Odoo differ: 1")

    def test_what_is_sent_or_taken_back_after_its_page_was_read_is_no_drift(self):
        gone, kept = self.sold(100, 200)
        new = []

        def work(run):
            move = run.env['account.move'].browse(gone.id)
            move.button_draft()
            move.button_cancel()
            copy = move.copy({'invoice_date': TODAY})
            copy.action_post()
            new.append(copy.id)
            run.env.cr.precommit.run()
            for _time in range(2):
                run.env['qbo.queue.entry']._drain(run.connection_id)

        with self.meanwhile('_step_count', work):
            run = self.reconcile()
        self.assertEqual((run.state, self.told(run, 'drift', 'waiting', 'known')), ('clean', {}))
        self.assertEqual(self.there(self.env['account.move'].browse(new))['TotalAmt'], 100)
        [invoices] = run.total_ids.filtered(lambda total: total.entity == 'Invoice')
        self.assertEqual((invoices.here_total, invoices.there_total, invoices.rest), (300, 300, 0))
        self.assertTrue(kept)

    def test_totals_that_differ_although_no_document_does_are_drift_beyond_the_threshold(self):
        self.sold(100, 900)

        def change(amount):
            return self.meanwhile('_step_surplus', lambda run: run.env.cr.execute(
                "UPDATE qbo_reconciliation_item SET total = total + %s WHERE reconciliation_id = %s AND number = ("
                "SELECT max(number) FROM qbo_reconciliation_item WHERE entity = 'Invoice')", [amount, run.id]))

        for amount, state in ((1, 'clean'), (3, 'drift')):  # a tenth of a percent is 1.00
            with change(amount):
                run = self.reconcile()
            [total] = run.total_ids.filtered(lambda total: total.entity == 'Invoice')
            self.assertEqual((run.state, total.rest, total.beyond), (state, -amount, state == 'drift'))
            self.assertFalse(run.line_ids)

    def test_a_quickbooks_that_stays_away_at_a_later_page_ends_the_run_and_agrees_with_nothing(self):
        self.sold(*range(101, 109))
        self.small_pages()
        self.control('fail', {'path': '/query', 'after': 2, 'times': 99, 'kind': 'status', 'status': 503})
        run = self.env['qbo.reconciliation'].create({'connection_id': self.connection.id})
        run.action_start()
        for _time in range(qbo_reconciliation.ATTEMPTS):
            self.assertIn(run.state, ('waiting', 'running'))
            run.sudo().not_before = False
            self.connection.sudo().paused_until = False
            self.turn()
        self.assertEqual((run.state, run.compared), ('failed', 0))
        self.assertTrue(run.trouble)
        self.connection.invalidate_recordset()
        self.assertIn("not completed", self.connection.reconciliation_text)
        with self.assertRaises(UserError):
            run.action_xlsx()

    def test_two_runs_of_a_company_are_never_open_at_once(self):
        run = self.env['qbo.reconciliation'].create({'connection_id': self.connection.id})
        other = run.copy()
        run.action_start()
        with self.assertRaises(UserError):
            other.action_start()
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.env.cr.savepoint(), \
                mute_logger('odoo.sql_db'):  # two requests that both saw none
            other.sudo().state = 'waiting'
            other.flush_recordset()
        self.connection.sudo().reconcile_next = fields.Datetime.now()
        self.turn()
        self.assertEqual(self.env['qbo.reconciliation'].search([('state', '!=', 'draft')]), run)

    def test_old_runs_go_except_what_is_filed_and_what_tells_later_runs_of_an_explanation(self):
        [invoice] = self.sold(100)
        self.meddle(invoice, amount='99')
        mid = (fields.Datetime.now() - timedelta(days=400)).replace(day=10)

        def run(days, state='clean', lines=(), **values):
            made = self.env['qbo.reconciliation'].sudo().create({
                'connection_id': self.connection.id, 'kind': 'nightly', 'state': state,
                'ended_at': mid + timedelta(days=days), **values})
            for signature, explained in lines:
                self.env['qbo.reconciliation.line'].sudo().create({
                    'reconciliation_id': made.id, 'entity': 'Invoice', 'kind': 'total', 'status': 'drift',
                    'signature': signature, 'explanation': explained and "Agreed",
                    'explained_at': explained and mid + timedelta(days=explained)})
            return made

        # explained after the first of these runs; held in the second; taken back in the third, and told since
        first = run(0, 'drift', [('back', 0.5), ('gone', False)])
        second = run(1, 'drift', [('back', 0.5), ('once', 0.9)])
        third, fourth = run(2, 'drift', [('back', False)]), run(3, 'drift', [('back', False)])
        plain, failed, month_end = run(4), run(5, 'failed'), run(6, 'drift', [('gone', False)])
        march, nightly, later = run(-45, date_to=mid - timedelta(days=45)), run(-44), run(40)
        taken, draft = run(3.5), run(3.6, 'draft', ended_at=False)
        self.env['ir.attachment'].create({'name': "x.xlsx", 'res_model': taken._name, 'res_id': taken.id})
        other = run(30, 'failed')
        every = (first | second | third | fourth | plain | failed | month_end | march | taken | draft | other | nightly
                 | later)
        Run = self.env['qbo.reconciliation']
        self.env['res.config.settings'].create({'qbo_keep_reconciliation_days': 500}).execute()
        self.assertEqual(Run._gc_old(), (0, False))
        self.env['ir.config_parameter'].set_param('qbo_connector.keep_reconciliation_days', False)
        Run._gc_old()
        self.assertEqual(every.exists(), first | second | fourth | month_end | march | taken | draft | nightly | later)
        self.assertFalse(self.env['qbo.reconciliation.line'].search([('reconciliation_id', '=', third.id)]))

        # what was explained long ago holds, once its run is the only one left of its time
        explained = self.reconcile()
        self.line(explained, invoice)._explain("Agreed")
        told = self.reconcile()
        self.env.cr.execute("UPDATE qbo_reconciliation SET ended_at = ended_at - interval '400 days'")
        self.env.cr.execute("UPDATE qbo_reconciliation_line SET explained_at = explained_at - interval '400 days'")
        self.env.invalidate_all()
        Run._gc_old()
        self.assertTrue(explained.exists() and told.exists())
        self.assertEqual(self.told(self.reconcile(), 'explained'), {invoice: 'total,balance'})

"""The books of Odoo and of QuickBooks side by side: what was planted is told, and nothing else."""

import io
from datetime import timedelta
from functools import partial
from unittest.mock import patch
from urllib.parse import unquote_plus

from openpyxl import load_workbook

from odoo import fields
from odoo.addons.qbo_connector.models import qbo_reconciliation, qbo_reconciliation_run
from odoo.addons.qbo_connector.models.qbo_connection_reconciliation import DRIFTED
from odoo.addons.qbo_connector.qbo.faults import ReadOnly
from odoo.addons.qbo_connector.qbo.query import select
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import US_REALM, QueueCase
from .currencies import MC_REALM, CurrencyCase

TODAY = fields.Date.today()


class ReconcileMixin:
    """Compares the documents of this test alone."""

    realm = US_REALM

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.flush_all()
        for table in ('account_move', 'account_payment'):  # Odoo's demo data
            cls.env.cr.execute(f"UPDATE {table} SET state = 'draft' WHERE state NOT IN ('draft', 'cancel')")
        cls.env.cr.execute("UPDATE account_move_line SET parent_state = 'draft', reconciled = true")
        cls.env.invalidate_all()

    def sold(self, *amounts, **values):
        """Post invoices of these amounts and push them."""
        made = [self.invoice(lines=[{'name': "Work", 'quantity': 1, 'price_unit': amount, 'tax_ids': []}], **values)
                for amount in amounts]
        self.drain(self.connection)
        return made

    def pay(self, move, **values):
        """Register a payment of an invoice."""
        return self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=move.ids).create(values)._create_payments()

    def reconcile(self, **values):
        """Compare, as the cron does; returns the run."""
        run = self.env['qbo.reconciliation'].create({'connection_id': self.connection.id, **values})
        run.action_start()
        self.turn()
        return run

    def turn(self):
        """Run the cron."""
        self.env.cr.precommit.run()
        with self.own_cursors():
            self.assertIs(self.env.ref('qbo_connector.ir_cron_reconcile').method_direct_trigger(), True)
        self.env.invalidate_all()

    def told(self, run, *statuses):
        """Return ``{record or remote Id: kinds}`` of the rows of documents of a run, drift by default."""
        return {(self.env[line.model].browse(line.res_id) if line.res_id and line.kind != 'doubled'
                 else line.remote_id): line.differs
                for line in run.line_ids if line.status in (statuses or ('drift',)) and line.entity != 'Customer'}

    def line(self, run, record):
        """Return the row of a record."""
        return run.line_ids.filtered(lambda line: (line.model, line.res_id) == (record._name, record.id))

    def there(self, move):
        """Return the object that a record is linked with."""
        link = self.env['qbo.binding']._of_record(self.connection, move._name, move.id)
        return self.one(link.entity, self.realm, Id=link.remote_id)

    def keep_books(self):
        """Return the bookkeeper of the QuickBooks company."""
        return self.simulator.bookkeeper(self.realm)

    def meddle(self, move, **changes):
        """Change a document in QuickBooks' own screens."""
        return self.keep_books().edit_invoice(self.there(move)['Id'], **changes)


class ReconcileCase(ReconcileMixin, QueueCase):
    """One company and currency."""

    def seed(self, switches=None, **objects):
        """Put objects into QuickBooks by hand; returns them as they stand there."""
        return self.control('seed', {'switches': switches or {}, 'objects': {US_REALM: objects}})['objects'][US_REALM]

    def line_there(self, amount):
        """Return the lines of a sales document typed into QuickBooks."""
        return [{'Amount': amount, 'DetailType': 'SalesItemLineDetail', 'SalesItemLineDetail': {
            'ItemRef': {'value': self.books()['Item'][0]['Id']}, 'Qty': 1, 'UnitPrice': amount}}]


@tagged('standard', 'post_install', '-at_install')
class TestReconciliation(ReconcileCase):
    """One prepared situation, in which much is planted."""

    def test_books_that_agree_are_said_to_agree_and_every_document_was_compared(self):
        invoices = self.sold(100, 200.02, 300)
        credit = self.invoice(move_type='out_refund', lines=[
            {'name': "Back", 'quantity': 1, 'price_unit': 40, 'tax_ids': []}])
        part = self.pay(invoices[0], amount=30)
        whole = self.pay(invoices[1])
        self.drain(self.connection)
        self.control('calls', method='DELETE')
        self.assertEqual(self.connection.reconciliation_text, False, "never compared")
        run = self.reconcile()
        self.connection.invalidate_recordset()
        self.assertEqual(self.connection.reconciliation_id, run)
        self.assertIn("in agreement", self.connection.reconciliation_text)
        self.assertEqual(self.told(run, 'drift', 'waiting', 'known', 'explained'), {})
        self.assertEqual((run.state, run.trouble, run.remark), ('clean', False, False))
        self.assertEqual(run.compared, len([*invoices, credit, part, whole]))
        totals = {total.entity: total for total in run.total_ids}
        self.assertEqual((totals['Invoice'].here_count, totals['Invoice'].there_count), (3, 3))
        self.assertEqual((totals['Invoice'].here_total, totals['Invoice'].there_total), (600.02, 600.02))
        self.assertEqual((totals['Invoice'].here_balance, totals['Invoice'].there_balance), (370, 370))
        self.assertEqual((totals['Payment'].here_total, totals['Payment'].there_total), (230.02, 230.02))
        self.assertEqual((totals['Customer'].here_total, totals['Customer'].there_total), (330, 330))
        # one page and one count of each kind, one page of customers; nothing was written
        self.assertEqual((run.api_calls, len(self.api_calls())), (7, 7))
        self.assertEqual({call['method'] for call in self.api_calls()}, {'GET'})
        self.assertFalse(self.env['qbo.reconciliation.item'].sudo().search([('reconciliation_id', '=', run.id)]))

    def test_each_planted_difference_is_told_by_its_name_and_repaired(self):
        paid, total, dated, number, gone, void, cancelled, other = self.sold(100, 200, 400, 500, 600, 700, 800, 50)
        money, lost = self.pay(total), self.pay(dated, amount=1)
        self.drain(self.connection)
        missing = self.invoice(lines=[{'name': "Work", 'quantity': 1, 'price_unit': 900, 'tax_ids': []}])
        self.forget(missing)
        books, theirs = self.keep_books(), self.there(paid)['CustomerRef']
        customer = self.seed(Customer=[{'DisplayName': "Somebody Else"}])['Customer'][0]['Id']
        self.meddle(number, number="other")
        self.meddle(dated, date=str(TODAY - timedelta(days=1)))
        self.meddle(other, CustomerRef={'value': customer})
        books.void('Invoice', self.there(void)['Id'])
        books.delete('Invoice', self.there(gone)['Id'])
        books.delete('Payment', self.there(lost)['Id'])
        books.edit_payment(self.there(money)['Id'], applied={self.there(total)['Id']: 199.99}, total='199.99')
        cancelled.button_draft()
        self.env.cr.precommit.clear()
        strange, double = self.seed(switches={'duplicate_number_warning': False}, Invoice=[{
            'DocNumber': name, 'CustomerRef': theirs, 'TxnDate': str(TODAY), 'Line': self.line_there(amount)}
            for name, amount in (("HAND-1", 55), (paid.name, 100))])['Invoice']
        check = books.receive_payment({self.there(paid)['Id']: 100}, reference="check 7")
        run = self.reconcile()
        self.assertEqual(self.told(run), {
            paid: 'balance', total: 'balance', dated: 'balance,date', number: 'number', gone: 'missing_there',
            void: 'voided_there', cancelled: 'voided_here', missing: 'missing_there', other: 'customer',
            money: 'total', lost: 'missing_there', strange['Id']: 'missing_here', double['Id']: 'doubled',
            check['Id']: 'missing_here'})
        self.assertEqual((run.state, run.drift_count), ('drift', 14))
        self.assertEqual(self.line(run, money).amount_apart, 0.01)
        self.assertIn("total 200.00 in Odoo, 199.99 in QuickBooks", self.line(run, money).text)
        # the totals differ by what the documents differ by, and no cent else; so does what customers owe
        self.assertFalse(run.total_ids.filtered(lambda one: one.entity != 'Customer' and (one.rest or one.beyond)))
        self.assertEqual(set(run.line_ids.filtered(lambda line: line.entity == 'Customer').mapped('reason')),
                         {'documents'})

        # repaired: QuickBooks gets what Odoo says, also over what was changed there, and the rest by hand
        mine = run.line_ids.filtered(lambda line: line.res_id and line.kind not in ('doubled', 'receivable'))
        mine.action_push()
        run.line_ids.filtered(lambda line: line.remote_id == check['Id']).action_pull()
        asked = self.env['qbo.change'].search([('connection_id', '=', self.connection.id), ('source', '=', 'hand')])
        self.assertEqual((asked.entity, asked.remote_id), ('Payment', check['Id']))
        self.assertEqual(self.told(self.reconcile(), 'waiting')[check['Id']], 'missing_here')
        asked.unlink()
        self.drain(self.connection)
        self.drain(self.connection)
        for wrong in (strange, double):
            books.delete('Invoice', wrong['Id'])
        books.delete('Payment', check['Id'])
        again = self.reconcile()
        self.assertEqual(self.told(again), {})
        self.assertEqual(self.there(money)['TotalAmt'], 200)
        self.assertIn("Push asked for by", self.line(run, money).repair)

    def forget(self, record):
        """Let a record be pushed by nobody, as if its row had been lost."""
        self.env.cr.precommit.clear()
        self.env['qbo.queue.entry'].search([('res_id', '=', record.id), ('model', '=', record._name)]).unlink()
        self.env['qbo.binding'].search([('res_id', '=', record.id), ('model', '=', record._name)]).unlink()

    def test_what_waits_failed_or_is_kept_out_is_named_and_a_difference_explained_once_stays_explained(self):
        paid, kept, changed, left = self.sold(100, 200, 300, 400)
        waiting = self.pay(paid)
        out, failed = (self.invoice(lines=[{'name': "Work", 'quantity': 1, 'price_unit': price, 'tax_ids': []}])
                       for price in (10, 20))
        out.qbo_excluded = True
        self.env.cr.precommit.run()
        self.entries(failed)._set_failed('Refused', "Tax GST 18 % is not mapped.")
        self.entries(out).unlink()
        self.connection.on_draft = 'leave'
        left.button_draft()
        self.entries(left).unlink()
        self.env['qbo.binding']._of_record(self.connection, left._name, left.id).kept_because = "A policy."
        self.connection.sync_from = TODAY
        old = self.invoice(invoice_date=TODAY - timedelta(days=40))
        self.meddle(changed, amount='299.99')
        run = self.reconcile()
        self.assertEqual(self.told(run), {changed: 'total,balance', failed: 'missing_there'})
        self.assertIn("Tax GST 18 % is not mapped.", self.line(run, failed).text)
        self.assertEqual(self.told(run, 'waiting'), {paid: 'balance', waiting: 'missing_there'})
        self.assertEqual(self.told(run, 'known'), {out: 'missing_there', left: 'voided_here'})
        self.assertEqual((self.line(run, out).reason, self.line(run, left).reason), ('excluded', 'left'))
        self.assertFalse(self.line(run, old) | self.line(run, kept))
        self.assertEqual((run.waiting_count, run.known_count), (2, 2 + len(run.line_ids.filtered(
            lambda line: line.entity == 'Customer' and line.status == 'known'))))
        [invoices] = run.total_ids.filtered(lambda total: total.entity == 'Invoice')
        self.assertEqual((invoices.drift, invoices.rest), (20.01, 0))

        # people are told once, in the activity, by mail and in the channel
        channel = self.env['discuss.channel'].create({'name': "Books"})
        self.connection.reconcile_channel_id = channel
        before = self.env['mail.mail'].sudo().search([])
        for _time in range(2):
            self.alert()
        self.assertEqual(self.connection.activity_search([DRIFTED]).summary, "QuickBooks and Odoo differ: 2")
        [mail] = (self.env['mail.mail'].sudo().search([]) - before).filtered(
            lambda mail: "299.99" in mail.body_html)
        self.assertIn("total 300.00 in Odoo, 299.99 in QuickBooks", mail.body_html)
        self.assertEqual(len(channel.message_ids.filtered(lambda message: "differ" in message.body)), 1)

        # explained with a reason: no drift, now and later; another difference of the same document is told again
        wizard = self.env['qbo.explain.wizard'].browse(self.line(run, changed).action_explain()['res_id'])
        with self.assertRaises(UserError):
            wizard.action_explain()
        wizard.reason = "A cent of rounding, agreed with the bookkeeper"
        wizard.action_explain()
        self.assertEqual((run.drift_count, run.explained_count), (1, 1))
        self.assertIn("agreed with the bookkeeper", self.env['qbo.audit'].search([], limit=1).text)
        self.entries(failed)._set_waiting()
        self.drain(self.connection)
        self.drain(self.connection)
        again = self.reconcile()
        self.assertEqual((again.state, self.told(again), self.told(again, 'explained')), (
            'clean', {}, {changed: 'total,balance'}))
        self.assertEqual(self.line(again, changed).explained_by_id, self.env.user)
        self.alert()
        self.assertFalse(self.connection.activity_search([DRIFTED]))
        self.meddle(changed, amount='299.98')
        self.assertEqual(self.told(self.reconcile()), {changed: 'total,balance'})

    def alert(self):
        """Run the cron that tells people."""
        with self.own_cursors():
            self.assertIs(self.env.ref('qbo_connector.ir_cron_alert').method_direct_trigger(), True)
        self.env.invalidate_all()

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

    def test_documents_without_a_link_are_found_by_number_and_linked(self):
        known, lost = self.sold(100, 200)
        self.forget(lost)
        self.env['qbo.queue.entry'].search([]).unlink()
        remote = next(one for one in self.books()['Invoice'] if one['DocNumber'] == lost.name)
        self.meddle_id(remote, amount='201')
        run = self.reconcile()
        self.assertEqual(self.told(run), {lost: 'total,balance'})
        line = self.line(run, lost)
        self.assertEqual((line.remote_id, line.amount_apart), (remote['Id'], 1))
        wizard = self.env['qbo.link.wizard'].browse(line.action_link()['res_id'])
        self.assertEqual(wizard.wanted, remote['Id'])
        with self.own_cursors():
            wizard.action_look_up()
        wizard.action_link()
        self.assertEqual(self.env['qbo.binding']._of_record(
            self.connection, lost._name, lost.id).remote_id, remote['Id'])
        self.assertTrue(known)

    def meddle_id(self, found, **changes):
        """Change an invoice of QuickBooks in its own screens."""
        self.keep_books().edit_invoice(found['Id'], **changes)

    def test_only_accountants_start_repair_and_explain_and_nobody_edits_the_evidence(self):
        [invoice] = self.sold(100)
        self.meddle(invoice, amount='99')
        run = self.reconcile()
        clerk = new_test_user(self.env, 'clerk', groups='qbo_connector.group_qbo_user,account.group_account_invoice',
                              company_id=self.company.id, company_ids=[fields.Command.set(self.company.ids)])
        accountant = new_test_user(
            self.env, 'accountant', groups='qbo_connector.group_qbo_accountant,account.group_account_manager',
            company_id=self.company.id, company_ids=[fields.Command.set(self.company.ids)])
        line = self.line(run, invoice)
        for action in (line.with_user(clerk).action_push, line.with_user(clerk).action_explain,
                       run.with_user(clerk).action_again, line.with_user(clerk).action_link):
            with self.assertRaises(AccessError):
                action()
        for change in (lambda: run.with_user(accountant).write({'state': 'clean'}),
                       lambda: line.with_user(accountant).write({'status': 'known'})):
            with self.assertRaises(AccessError):
                change()
        with self.assertRaises(UserError):
            run.with_user(accountant).unlink()
        line.with_user(accountant).action_push()
        self.drain(self.connection)
        self.assertEqual(self.there(invoice)['TotalAmt'], 100)


@tagged('standard', 'post_install', '-at_install')
class TestReconciliationReport(ReconcileCase):
    """What an accountant files."""

    def test_the_report_and_the_spreadsheet_say_who_explained_what_and_calculate_nothing(self):
        self.partner.name = "=2+5 Ltd"
        invoice, other = self.sold(100, 200)
        self.meddle(invoice, amount='99.5')
        self.meddle(other, amount='199')
        run = self.reconcile(date_from=TODAY.replace(day=1), date_to=TODAY)
        self.line(run, invoice)._explain("=cmd agreed")
        html = str(self.env['ir.actions.report']._render_qweb_html(
            'qbo_connector.qbo_reconciliation_report', run.ids)[0], 'utf-8')
        for text in (self.company.name, invoice.name, "total 100.00 in Odoo, 99.50 in QuickBooks", "=cmd agreed",
                     self.env.user.name, "Foreign Exchange", "Reviewed by", "Documents compared"):
            self.assertIn(text, html)
        action = run.action_xlsx()
        attachment = self.env['ir.attachment'].search([('res_model', '=', run._name), ('res_id', '=', run.id)])
        self.assertEqual(action['url'], f'/web/content/{attachment.id}?download=true')
        book = load_workbook(io.BytesIO(attachment.raw))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        self.assertFalse([cell for cell in cells if cell.data_type == 'f'])
        texts = [str(cell.value) for cell in cells]
        self.assertIn("'=cmd agreed", texts)
        self.assertIn("'=2+5 Ltd", texts)
        self.assertIn(0.5, [cell.value for cell in cells])
        self.assertEqual(book.sheetnames, ["Summary", "Documents", "Customers", "Exchange"])
        run.action_xlsx()
        self.assertEqual(len(attachment.search([('res_model', '=', run._name), ('res_id', '=', run.id)])), 1)


@tagged('standard', 'post_install', '-at_install')
class TestParallelRun(ReconcileCase):
    """Both systems get the same by other means."""

    def test_the_books_are_compared_and_nothing_at_all_is_written(self):
        [before] = self.sold(10)
        self.connection.write({'live_at': False, 'parallel_from': TODAY})
        self.connection.action_start_parallel()
        same, apart, here = (self.invoice(lines=[{'name': "Work", 'quantity': 1, 'price_unit': price, 'tax_ids': []}])
                             for price in (100, 200, 300))
        paid = self.pay(same)
        theirs = self.there(before)['CustomerRef']
        typed = [{'DocNumber': move.name, 'CustomerRef': theirs, 'TxnDate': str(TODAY), 'Line': self.line_there(price)}
                 for move, price in ((same, 100), (apart, 201))]
        typed.append({'DocNumber': "THEIRS", 'CustomerRef': theirs, 'TxnDate': str(TODAY), 'Line': self.line_there(7)})
        made = self.seed(Invoice=typed)['Invoice']
        self.keep_books().receive_payment({made[0]['Id']: 100})
        self.control('calls', method='DELETE')
        books = self.books()

        self.assertFalse(self.connection._may_send())
        # by hand, by the daily search, by creating a counterpart, by a repair: nothing leaves, nothing is queued
        answer = here.action_qbo_push()
        self.assertIn("parallel run", answer['params']['message'])
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
        self.assertEqual((self.connection.parallel_run, self.connection.sync_from), (False, TODAY))
        self.connection.live_at = fields.Datetime.now()
        with self.assertRaises(UserError):
            self.connection.action_start_parallel()


@tagged('standard', 'post_install', '-at_install')
class TestReconciliationOfCurrencies(ReconcileMixin, CurrencyCase):
    """Documents in euros, in the books of an American company."""

    realm = MC_REALM

    def test_another_rate_is_explained_in_a_section_of_its_own_and_a_cent_of_rounding_is_no_drift(self):
        self.join()
        now, then, odd = self.bill(self.euro), self.bill(self.euro, invoice_date=self.last_month), self.bill(
            self.euro, 33.33)
        self.drain(self.connection)
        self.pay(now)
        self.pay(then, currency_id=self.dollar.id, amount=125)
        self.drain(self.connection)
        run = self.reconcile()
        self.assertEqual(self.told(run, 'drift', 'waiting', 'known'), {})
        self.assertEqual({(total.entity, total.currency): (total.here_total, total.there_total)
                          for total in run.total_ids if total.entity == 'Invoice'}, {
            ('Invoice', 'EUR'): (233.33, 233.33)})

        books = self.keep_books()
        books.edit('Invoice', self.there(then)['Id'], ExchangeRate=2.5)
        cent = self.there(odd)['ExchangeRate'] + 0.0003
        books.edit('Invoice', self.there(odd)['Id'], ExchangeRate=round(cent, 6))
        run = self.reconcile()
        self.assertEqual(self.told(run), {then: 'exchange'})
        self.assertEqual(self.told(run, 'known'), {odd: 'rounded'})
        line = self.line(run, then)
        self.assertEqual((line.home, line.remote_home, line.rate, line.remote_rate, line.amount_apart),
                         (200, 250, 2, 2.5, 50))
        self.assertEqual(run.exchange_ids, line | self.line(run, odd))
        line._explain("The bank's rate of that day")
        html = self.env['ir.qweb']._render('qbo_connector.report_reconciliation', {
            'docs': run, 'doc_ids': run.ids, 'doc_model': run._name, 'company': self.company})
        section = html[html.index("Foreign Exchange"):]
        for text in (then.name, "2.50000000", "250.00", "The bank&#39;s rate of that day", odd.name):
            self.assertIn(text, section)

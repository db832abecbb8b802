"""The books of Odoo and of QuickBooks side by side: what was planted is told, and nothing else."""

from datetime import timedelta

from odoo import fields
from odoo.addons.qbo_connector.models.qbo_connection_reconciliation import DRIFTED
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .reconciling import TODAY, ReconcileCase


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
        # one page and one count of each kind and of customers; nothing was written
        self.assertEqual((run.api_calls, len(self.api_calls())), (8, 8))
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
        self.assertIn("deleted there", self.line(run, gone).text)
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

    def test_a_payment_that_waits_for_a_decision_is_shown_and_not_read_once_more(self):
        [invoice] = self.sold(100)
        desk, there = self.keep_books(), self.there(invoice)['Id']
        known, unheard = (desk.receive_payment({there: amount}, date=str(TODAY))['Id'] for amount in (60, 30))
        asked = self.env['qbo.change']
        asked._ask(self.connection, 'Payment', [known])
        self.drain(self.connection)
        asked.search([]).unlink()
        run = self.reconcile()
        shown = run.line_ids.filtered(lambda line: line.kind == 'missing_here').action_pull()
        self.assertEqual(self.env['qbo.receipt'].browse(shown['res_id']).remote_id, known)
        self.assertEqual(asked.search([]).mapped('remote_id'), [unheard])

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

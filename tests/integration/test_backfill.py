"""Backfill: what was posted before the connection goes to QuickBooks once, and can be watched, paused and repeated."""

from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from .backfill import NUMBER, BackfillCase
from .common import QueueCase


@tagged('standard', 'post_install', '-at_install')
class TestBackfill(BackfillCase):
    """Documents that are older than what the connection pushes by itself."""

    def test_a_backfill_is_paused_goes_on_and_can_be_repeated_without_doubling(self):
        batch = self.batch()
        batch.action_start()
        queue = type(self.env['qbo.queue.entry'])
        settle = queue._settle

        def settle_and_pause(entries, answers):
            settle(entries, answers)
            if awaited in entries.mapped('entity') and batch.state == 'running':
                batch.with_env(entries.env).action_pause()

        awaited = 'Item'  # the invoices are in the queue then
        with patch.object(queue, '_settle', settle_and_pause):
            self.drain(self.connection)
        for _turn in range(2):
            self.drain(self.connection)
        self.assertFalse(self.numbers(), "what is in the queue rests, too")
        awaited = 'Invoice'
        batch.action_resume()
        with patch.object(queue, '_settle', settle_and_pause):
            self.drain(self.connection)
        sent = len(self.numbers())
        self.assertTrue(0 < sent < NUMBER, sent)
        self.assertEqual(batch.state, 'paused')
        rows = self.env['qbo.queue.entry'].search([('batch_id', '=', batch.id)])
        self.assertGreaterEqual(batch._still_outside(), NUMBER - sent + len(self.paid), "not all at once")
        self.assertEqual(batch.remaining_count + batch.done_count, len(rows) + batch._still_outside())

        # what is posted today goes although the backfill rests, and takes along a customer that waits in it
        today = self.invoice(partner=self.partners[3])
        self.drain(self.connection)
        self.assertEqual(len(self.numbers()), sent + 1)
        self.one('Invoice', DocNumber=today.name)
        self.assertFalse(self.connection.remaining_count, "what rests does not hold up the progress of the connection")

        batch.action_resume()
        batch.started_at = fields.Datetime.subtract(fields.Datetime.now(), minutes=2)
        batch.invalidate_recordset(['rate'])
        self.assertTrue(0 < batch.rate <= batch.done_count / 2, "the rate counts from the beginning")
        self.work_off(batch)
        self.assertEqual((batch.state, batch.remaining_count, batch.failed_count), ('done', 0, 0), self.stuck())
        everything = sorted([*self.moves.mapped('name'), today.name])
        self.assertEqual(self.numbers(), everything)
        self.assertEqual(self.numbers('CreditMemo'), sorted(self.notes.mapped('name')))
        books = self.books()
        self.assertEqual(len(books['Payment']), len(self.paid))
        self.assertEqual(sum(o['Balance'] for o in books['Invoice']), 100 * (NUMBER - len(self.paid) + 1))
        self.assertEqual(set(self.link(self.partners[0]).batch_id + self.link(self.moves[5]).batch_id), {batch})
        self.assertFalse(self.link(today).batch_id)
        self.assertEqual(batch.created_count, len(self.env['qbo.binding'].search([])) - 1)

        calls = len(self.api_calls('POST'))
        batch.action_start()
        self.work_off(batch)
        again = self.backfilled()
        self.assertEqual((len(self.api_calls('POST')), batch.state, again.created_count), (calls, 'done', 0))

    def test_a_backfill_goes_behind_the_business_of_the_day(self):
        batch = self.batch()
        batch.action_start()
        today = self.invoice(partner=self.partner)
        order = []
        queue = type(self.env['qbo.queue.entry'])
        settle = queue._settle

        def watched(entries, answers):
            order.extend(entries.mapped('record_name'))
            settle(entries, answers)

        with patch.object(queue, '_settle', watched):
            self.drain(self.connection)
        old = set(self.moves.mapped('name'))
        first_old = next(place for place, name in enumerate(order) if name in old)
        self.assertLess(order.index(today.name), first_old)
        rows = self.env['qbo.queue.entry'].search([('batch_id', '=', batch.id)])
        self.assertIn('Customer', rows.mapped('entity'), "what is pulled in belongs to the batch")
        self.assertEqual(min(rows.mapped('rank')), 110)

    def test_a_turn_that_ended_in_the_middle_is_taken_up_again(self):
        batch = self.batch()
        batch.action_start()
        part = type(self.env['qbo.push.batch.part'])
        work, done = part._work_off, []

        def stop_once(parts):
            work(parts)
            done.append(parts.ids)
            if len(done) == 2:
                raise UserError("The power is gone")

        with patch.object(part, '_work_off', stop_once), self.own_cursors(), self.assertLogs('odoo', 'ERROR'):
            self.connection.cron_id.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(batch.part_ids.filtered('attempts')[-1].attempts, 1)
        self.work_off(batch)
        self.assertEqual(self.numbers(), sorted(self.moves.mapped('name')))
        self.assertEqual(batch.state, 'done')

        # what stops every time is passed over, and said
        again = self.batch(name="Broken")
        again.action_start()
        with patch.object(type(self.env['qbo.push.batch.kind']), '_work_off', side_effect=UserError("Broken")), \
                self.assertLogs('odoo', 'ERROR'):
            for _run in range(3 * len(again.kind_ids)):
                with self.own_cursors():
                    self.connection.cron_id.method_direct_trigger()
        self.work_off(again)
        self.assertEqual(again.state, 'done')
        self.assertIn("server log", " ".join(again.message_ids.mapped('body')))

    def test_what_a_person_cancels_is_not_sent_and_the_rest_of_it_neither(self):
        batch = self.batch()
        batch.action_start()
        queue = type(self.env['qbo.queue.entry'])
        with patch.object(queue, '_perform', lambda entries, client: batch.with_env(entries.env).action_cancel()):
            self.drain(self.connection)
        self.drain(self.connection)
        self.assertEqual((batch.state, batch.remaining_count, self.books()['Invoice']), ('cancelled', 0, []))
        batch.action_start()
        self.work_off(batch)
        self.assertEqual(self.numbers(), sorted(self.moves.mapped('name')), self.stuck())

    def test_only_what_was_chosen_is_sent_and_what_was_sent_is_kept_in_line_whatever_its_date(self):
        journal = self.moves.journal_id
        self.assertEqual(self.batch(journal_ids=[fields.Command.set(journal.copy().ids)]).action_start(), None)
        batch = self.batch(partner_ids=[fields.Command.set(self.partners[0].ids)], date_to='2024-12-31')
        batch.kind_ids.filtered(lambda kind: kind.handler != 'qbo.entity.invoice').chosen = False
        batch.action_start()
        self.drain(self.connection)
        mine = self.moves.filtered(lambda move: move.partner_id == self.partners[0])
        self.assertEqual(self.numbers(), sorted(mine.mapped('name')))
        self.assertFalse(self.books()['CreditMemo'] or self.books()['Payment'])

        mine[1].ref = "PO 7"
        self.drain(self.connection)
        self.assertTrue(self.one('Invoice', DocNumber=mine[1].name)['PrivateNote'].startswith("PO 7"))
        self.connection.action_push_missing()
        self.drain(self.connection)
        self.assertEqual(set(self.numbers()) & set(self.moves.mapped('name')), set(mine.mapped('name')),
                         "the daily search keeps to the date of the connection")

    def test_a_dry_run_tells_what_the_backfill_sends_then(self):
        batch = self.batch()
        dialog = self.env['qbo.dry.run.wizard'].browse(batch.action_dry_run()['res_id'])
        self.assertEqual((dialog.state, dialog.problem_ids), ('done', dialog.problem_ids.browse()))
        kind = batch.kind_ids.filtered(lambda kind: kind.handler == 'qbo.entity.invoice')
        self.assertEqual((kind.found, kind.ready, kind.stopped), (NUMBER, NUMBER, 0))
        self.assertIn("4,800.00", kind.total)
        self.assertTrue(batch.dry_run_at)
        self.assertFalse(self.api_calls('POST') or self.env['qbo.queue.entry'].search([('batch_id', '!=', False)]))

    def test_several_records_pushed_at_once_are_a_batch_too(self):
        chosen = self.invoice() | self.invoice()
        self.env.cr.precommit.run()
        chosen.action_qbo_push()
        batch = self.entries(chosen[0])[0].batch_id
        self.assertEqual((batch.kind, batch.state), ('selection', 'running'))
        self.drain(self.connection)
        self.assertEqual((batch.state, self.link(chosen[1]).batch_id), ('done', batch))
        alone = self.invoice()
        self.env.cr.precommit.run()
        alone.action_qbo_push()
        self.assertFalse(self.entries(alone)[0].batch_id)

    def test_backfills_are_for_accountants_and_a_started_one_is_kept(self):
        batch = self.batch()
        user = new_test_user(self.env, login='looker', groups='qbo_connector.group_qbo_user')
        accountant = new_test_user(
            self.env, login='keeper', groups='account.group_account_invoice,qbo_connector.group_qbo_accountant')
        for method in ('action_start', 'action_dry_run', 'action_undo'):
            with self.assertRaises(AccessError):
                getattr(batch.with_user(user), method)()
        self.assertEqual(self.connection.with_user(accountant).action_open_backfill()['res_model'], 'qbo.push.batch')
        batch.with_user(accountant).action_start()
        self.assertEqual(self.env['qbo.audit'].search([], limit=1).event, 'backfill')
        with self.assertRaises(UserError):
            batch.unlink()
        with self.assertRaises(UserError):
            batch.with_user(accountant).action_start()


@tagged('standard', 'post_install', '-at_install')
class TestBackfillTour(QueueCase, HttpCase):
    """An accountant in a browser."""

    def test_create_look_start_and_undo(self):
        self.connection.sync_from = fields.Date.today()
        moves = self.env['account.move'].union(*(self.invoice(invoice_date='2024-03-01') for _number in range(3)))
        new_test_user(
            self.env, login='bookkeeper', password='bookkeeper',
            groups='qbo_connector.group_qbo_accountant,account.group_account_invoice',
            company_id=self.company.id, company_ids=[fields.Command.set(self.company.ids)])
        older = self.env['account.move'].search([
            ('move_type', 'in', ('out_invoice', 'out_refund')), ('state', '=', 'posted'), ('id', 'not in', moves.ids)])
        older.qbo_excluded = True
        self.env.flush_all()
        self.start_tour('/odoo/quickbooks-batches', 'qbo_backfill', login='bookkeeper')
        batch = self.env['qbo.push.batch'].search([])
        self.assertEqual((batch.name, batch.state), ("Last year", 'running'))
        self.drain(self.connection)
        self.assertEqual(batch.state, 'done')
        created = batch.created_count
        self.start_tour(f'/odoo/quickbooks-batches/{batch.id}', 'qbo_backfill_undo', login='bookkeeper')
        self.drain(self.connection)
        self.assertEqual((batch.state, batch.undone_count, batch.left_count), ('undone', created, 0))
        self.assertEqual({o['TotalAmt'] for o in self.books()['Invoice']}, {0})

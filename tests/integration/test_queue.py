"""The queue under faults: nothing lost, nothing doubled, every stop named."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import QueueCase


@tagged('standard', 'post_install', '-at_install')
class TestQueue(QueueCase):
    """Faults are scripted in the simulator; what counts is what its books hold afterwards."""

    elapsed = timedelta()

    def script(self, *, times=1, **failure):
        """Script the next answers of the simulator."""
        self.control('fail', {'times': times, **failure})

    def later(self, **delta):
        """Run what became due after some more time."""
        self.elapsed += timedelta(**delta)
        with freeze_time(fields.Datetime.now() + self.elapsed):
            self.drain(self.connection)

    def leave_orphan(self, entry):
        """Prepare a row and stop there, as a process does that is killed between prepare and deliver."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.assertTrue(entry.with_env(self.env(cr=cr))._prepare())
        self.env.invalidate_all()

    def write(self, *request):
        """Write to QuickBooks behind the queue's back."""
        with self.enter_registry_test_mode():
            return self.connection._qbo_client().write(*request)

    def settle_masters(self):
        """Push a first invoice, so that later ones need no customer and no item."""
        move = self.invoice()
        self.drain(self.connection)
        return move

    # === FAULTS === #

    def test_an_answer_lost_after_the_write_is_replayed_and_not_doubled(self):
        self.settle_masters()
        self.script(entity='Invoice', method='POST', kind='lost_answer')
        move = self.invoice()
        self.drain(self.connection)
        entry = self.entries(move)[0]
        self.assertEqual((entry.state, entry.attempts), ('sending', 1))
        self.one('Invoice', DocNumber=move.name)
        requestid = entry.requestid
        self.later(minutes=10)
        self.one('Invoice', DocNumber=move.name)
        self.assertEqual((entry.state, entry.requestid), ('done', requestid))

    def test_an_orphan_of_a_crash_is_sent_again_with_the_same_bytes(self):
        self.settle_masters()
        move = self.invoice()
        entry = self.entries(move)[0]
        self.leave_orphan(entry)
        payload, requestid = entry.payload, entry.requestid
        self.write('Invoice', 'create', payload, requestid)
        self.drain(self.connection)  # the process died before it heard the answer; this is the next one
        self.one('Invoice', DocNumber=move.name)
        self.assertEqual((entry.state, entry.payload, entry.requestid), ('done', payload, requestid))

    def test_past_the_safe_age_an_orphan_is_looked_up_and_adopted(self):
        self.settle_masters()
        move = self.invoice()
        entry = self.entries(move)[0]
        self.leave_orphan(entry)
        self.write('Invoice', 'create', entry.payload, 'forgotten')  # QuickBooks does not know our requestid any more
        self.control('calls', method='DELETE')
        self.later(hours=2)
        self.one('Invoice', DocNumber=move.name)
        self.assertEqual(entry.state, 'done')
        self.assertFalse([c for c in self.api_calls('POST') if c['path'].endswith('/invoice')])

    def test_a_create_whose_outcome_stays_in_doubt_ends_as_unknown_and_retry_adopts(self):
        self.settle_masters()
        self.connection.poll_hours = 0  # its own trouble would pause the company before the row's attempts are spent
        self.script(entity='Invoice', method='POST', kind='lost_answer', times=1)
        self.script(method='GET', kind='reset', times=100)
        self.script(entity='Invoice', method='POST', kind='reset', times=100)
        move = self.invoice()
        self.drain(self.connection)
        entry = self.entries(move)[0]
        for _attempt in range(12):
            if entry.state == 'unknown':
                break
            self.later(hours=7)
        self.assertEqual(entry.state, 'unknown')
        self.assertEqual(move.qbo_state, 'unknown')
        self.control('fail', method='DELETE')
        entry.action_retry()
        self.later(hours=7)
        self.one('Invoice', DocNumber=move.name)
        self.assertEqual(entry.state, 'done')

    def test_a_request_id_that_is_called_used_every_time_ends_with_a_person(self):
        self.settle_masters()
        self.script(entity='Invoice', method='POST', kind='status', status=400, code='600', format='json', times=50)
        move = self.invoice()
        for _run in range(10):
            self.drain(self.connection)
        entry = self.entries(move)[0]
        self.assertEqual((entry.state, entry.fault_code), ('failed', '600'))
        self.control('fail', method='DELETE')
        entry.action_retry()
        self.drain(self.connection)
        self.one('Invoice', DocNumber=move.name)

    def test_a_refusal_fails_at_once_and_is_said_on_the_record(self):
        self.settle_masters()
        self.script(entity='Invoice', method='POST', kind='status', status=400, code='6000', format='json')
        move = self.invoice()
        self.drain(self.connection)
        entry = self.entries(move)[0]
        self.assertEqual((entry.state, entry.fault_code, entry.attempts), ('failed', '6000', 0))
        self.assertTrue(entry.intuit_tid)
        self.assertIn("Not in QuickBooks", move.message_ids[0].body)
        entry.action_retry()
        self.drain(self.connection)
        self.one('Invoice', DocNumber=move.name)
        self.assertIn("In QuickBooks now", move.message_ids[0].body)

    def test_throttling_pauses_the_company_and_burns_no_attempt(self):
        self.settle_masters()
        self.script(path='/batch', kind='status', status=429)
        moves = self.invoice() | self.invoice()
        self.drain(self.connection)
        entries = self.entries(moves[0]) | self.entries(moves[1])
        self.assertTrue(self.connection.paused_until)
        self.assertEqual(entries.mapped('attempts'), [0, 0])
        self.later(minutes=5)
        self.assertEqual(set(entries.mapped('state')), {'done'})
        self.assertEqual(len(self.books()['Invoice']), 3)

    def test_a_dead_refresh_token_stops_the_drain_without_burning_attempts(self):
        self.settle_masters()
        moves = self.invoice() | self.invoice()
        self.control('clock', {'advance': 200 * 86400})
        self.later(hours=2)
        entries = self.entries(moves[0]) | self.entries(moves[1])
        self.assertEqual(self.connection.state, 'reconnect')
        self.assertEqual(entries.mapped('attempts'), [0, 0])
        self.assertLessEqual(set(entries.mapped('state')), {'pending', 'sending'})

    def test_a_stale_object_is_read_again_once_and_updated(self):
        move = self.settle_masters()
        invoice = self.one('Invoice', DocNumber=move.name)
        self.write(
            'Invoice', 'update',
            '{"Id": "%s", "SyncToken": "%s", "sparse": true, "CustomerMemo": {"value": "by hand"}}' % (
                invoice['Id'], invoice['SyncToken']), 'by-hand')
        move.button_draft()
        move.invoice_line_ids.price_unit = 70.0
        move.action_post()
        self.drain(self.connection)
        self.assertAlmostEqual(self.one('Invoice', DocNumber=move.name)['TotalAmt'], 70.0)

    def test_an_object_that_is_always_stale_ends_as_a_failure(self):
        move = self.settle_masters()
        self.script(entity='Invoice', method='POST', kind='status', status=400, code='5010', times=50)
        move.button_draft()
        move.invoice_line_ids.price_unit = 71.0
        move.action_post()
        self.control('calls', method='DELETE')
        self.drain(self.connection)
        self.assertEqual(self.entries(move)[0].state, 'failed')
        self.assertLess(len(self.api_calls('POST')), 6)

    def test_an_invoice_deleted_in_quickbooks_says_so_and_retry_creates_it(self):
        move = self.settle_masters()
        invoice = self.one('Invoice', DocNumber=move.name)
        self.write(
            'Invoice', 'delete', '{"Id": "%s", "SyncToken": "%s"}' % (invoice['Id'], invoice['SyncToken']), 'gone')
        move.button_draft()
        move.invoice_line_ids.price_unit = 80.0
        move.action_post()
        self.drain(self.connection)
        entry = self.entries(move)[0]
        self.assertEqual(entry.state, 'failed')
        self.assertIn("was deleted in QuickBooks", entry.fault_message)
        entry.action_retry()
        self.drain(self.connection)
        live = [i for i in self.books()['Invoice'] if i.get('status') != 'Deleted']
        self.assertEqual([float(i['TotalAmt']) for i in live], [80.0])

    def test_a_number_that_somebody_else_used_in_quickbooks_is_explained(self):
        first = self.settle_masters()
        customer = self.one('Customer', DisplayName="Queue Customer")
        item = self.one('Item', Name="Queue Item")
        move = self.invoice(post=False)
        move.name = 'TAKEN-1'
        self.control('seed', {'objects': {self.connection.realm_id: {'Invoice': [{
            'DocNumber': 'TAKEN-1', 'CustomerRef': {'value': customer['Id']}, 'Line': [{
                'DetailType': 'SalesItemLineDetail', 'Amount': 1,
                'SalesItemLineDetail': {'ItemRef': {'value': item['Id']}, 'TaxCodeRef': {'value': 'NON'}}}]}]}}})
        move.action_post()
        self.drain(self.connection)
        entry = self.entries(move)[0]
        self.assertEqual((entry.state, entry.fault_class), ('failed', 'DuplicateDocNumber'))
        self.assertIn("did not come from here", entry.fault_message)
        self.assertEqual(len(self.books()['Invoice']), 2)
        self.assertEqual(first.qbo_state, 'synced')

    # === ROWS === #

    def test_a_bad_row_does_not_stop_the_good_ones(self):
        nameless = self.env['res.partner'].create({'name': "Ok"})
        nameless.name = "\U0001F600"
        bad, good = self.invoice(partner=nameless), self.invoice()
        self.drain(self.connection)
        self.one('Invoice', DocNumber=good.name)
        self.assertEqual(bad.qbo_state, 'blocked')
        self.assertIn("no name", bad.qbo_message)
        self.assertIn("no name", self.entries(nameless)[0].fault_message)
        nameless.name = "Smiling Sam"
        self.drain(self.connection)
        self.one('Invoice', DocNumber=bad.name)
        self.assertEqual(self.entries(nameless).mapped('state'), ['done', 'superseded'])

    def test_an_unexpected_error_in_one_row_is_contained(self):
        good = self.invoice()
        bad = self.invoice()
        original = type(self.env['qbo.entity.invoice'])._content

        def broken(handler, connection, record, *rest):
            if record == bad:
                raise ZeroDivisionError
            return original(handler, connection, record, *rest)

        self.patch(type(self.env['qbo.entity.invoice']), '_content', broken)
        with self.assertLogs('odoo.addons.qbo_connector.models.qbo_queue_outcome', 'ERROR'):
            self.drain(self.connection)
        self.one('Invoice', DocNumber=good.name)
        self.assertEqual(self.entries(bad)[0].state, 'failed')

    def test_several_rows_of_one_record_are_sent_once_with_its_last_state(self):
        self.settle_masters()
        move = self.invoice(post=False)
        move.action_post()
        self.env.cr.precommit.run()  # the end of one transaction
        move.button_draft()
        move.invoice_line_ids.price_unit = 55.0
        move.action_post()
        self.assertEqual(len(self.entries(move)), 2)
        self.drain(self.connection)
        self.assertAlmostEqual(self.one('Invoice', DocNumber=move.name)['TotalAmt'], 55.0)
        self.assertEqual(self.entries(move).mapped('state'), ['done', 'superseded'])

    def test_a_rollback_takes_the_row_with_it(self):
        before = self.env['qbo.queue.entry'].search_count([])
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.invoice()
            raise UserError("the user's transaction fails after posting")
        self.assertEqual(self.env['qbo.queue.entry'].search_count([]), before)

    def test_posting_calls_nobody_and_triggers_the_cron_once(self):
        self.control('calls', method='DELETE')
        self.env.cr.precommit.run()
        trigger = self.env['ir.cron.trigger'].search_count([('cron_id', '=', self.connection.cron_id.id)])
        moves = self.invoice(post=False) | self.invoice(post=False)
        moves.action_post()
        self.env.cr.precommit.run()
        self.assertEqual(self.api_calls(), [])
        self.assertEqual(self.env['ir.cron.trigger'].search_count(
            [('cron_id', '=', self.connection.cron_id.id)]), trigger + 1)

    def test_a_deleted_record_ends_its_row(self):
        move = self.invoice(post=False)
        move.action_post()
        move.button_draft()
        move.unlink()
        self.drain(self.connection)
        self.assertEqual(self.books().get('Invoice', []), [])

    def test_a_cancelled_entry_stays_out_until_it_is_retried(self):
        self.settle_masters()
        move = self.invoice()
        entry = self.entries(move)[0]
        entry.action_cancel()
        self.drain(self.connection)
        self.assertEqual(len(self.books()['Invoice']), 1)
        entry.action_retry()
        self.drain(self.connection)
        self.one('Invoice', DocNumber=move.name)

    def test_a_record_deleted_while_its_create_is_in_doubt_is_voided_in_the_end(self):
        self.settle_masters()
        self.script(entity='Invoice', method='POST', kind='lost_answer')
        move = self.invoice()
        number = move.name
        self.drain(self.connection)
        move.button_draft()
        move.with_context(force_delete=True).unlink()
        self.later(minutes=10)
        self.assertAlmostEqual(self.one('Invoice', DocNumber=number)['TotalAmt'], 0.0)

    def test_while_a_create_is_in_doubt_nothing_else_of_the_record_is_sent(self):
        self.settle_masters()
        self.script(entity='Payment', method='POST', kind='lost_answer')
        payment = self.env['account.payment'].create({
            'payment_type': 'inbound', 'partner_type': 'customer', 'partner_id': self.partner.id, 'amount': 30.0})
        payment.action_post()
        self.drain(self.connection)
        payment.action_qbo_push()
        self.drain(self.connection)
        self.one('Payment')
        self.later(minutes=10)
        self.one('Payment')
        self.assertEqual(set(self.entries(payment).mapped('state')), {'done'})

    def test_a_create_given_up_by_a_person_is_looked_up_before_it_is_sent_anew(self):
        self.settle_masters()
        self.script(entity='Payment', method='POST', kind='lost_answer')
        payment = self.env['account.payment'].create({
            'payment_type': 'inbound', 'partner_type': 'customer', 'partner_id': self.partner.id, 'amount': 30.0})
        payment.action_post()
        self.drain(self.connection)
        entry = self.entries(payment)[0]
        with self.assertRaisesRegex(UserError, "may have booked it"):
            entry.action_cancel()
        entry._set_stopped('unknown', 'InDoubt', "No answer")
        entry.action_cancel()
        self.env['qbo.queue.entry']._sweep(self.connection)
        self.assertEqual(self.entries(payment).mapped('state'), ['cancelled'], "cancelled stays cancelled")
        payment.action_qbo_push()
        self.drain(self.connection)
        self.one('Payment')
        self.assertEqual(payment.qbo_state, 'synced')

    def test_an_idle_or_disconnected_connection_wakes_no_cron(self):
        self.settle_masters()
        self.script(entity='Invoice', method='POST', kind='lost_answer')
        self.invoice()
        self.drain(self.connection)
        self.connection.state = 'reconnect'
        self.env.cr.precommit.run()
        triggers = self.env['ir.cron.trigger'].search([('cron_id', '=', self.connection.cron_id.id)])
        triggers.unlink()
        self.later(days=2)
        self.assertFalse(self.env['ir.cron.trigger'].search([('cron_id', '=', self.connection.cron_id.id)]))
        self.connection.write({'state': 'connected', 'paused_until': fields.Datetime.now()})
        self.later(days=3)
        self.assertFalse(self.env['ir.cron.trigger'].search([('cron_id', '=', self.connection.cron_id.id)]))

    def test_enqueuing_many_contacts_costs_a_few_queries(self):
        partners = self.env['res.partner'].create([{'name': f"Contact {n}"} for n in range(50)])
        self.env.flush_all()
        with self.assertQueryCount(10):
            self.env['qbo.queue.entry']._enqueue(partners)

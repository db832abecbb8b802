"""Undo: what a batch created in QuickBooks goes again, except what somebody changed, paid or closed since."""

import json

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .backfill import DAY, BackfillCase
from .common import US_REALM


@tagged('standard', 'post_install', '-at_install')
class TestUndoBatch(BackfillCase):
    """A backfill that was sent with a wrong mapping, say."""

    def touch(self, entity, record, **change):
        """Let a person in QuickBooks change the object of a record."""
        self.control(f'touch/{US_REALM}', {
            'entity': entity, 'id': self.link(record).remote_id, 'change': change})

    def payment_of(self, move):
        """Return the payment of an invoice."""
        return move.matched_payment_ids | move.reconciled_payment_ids

    def test_an_undone_backfill_leaves_the_books_as_they_were_and_may_be_sent_again(self):
        before = self.trial_balance()
        batch = self.backfilled()
        full = self.trial_balance()
        self.assertNotEqual(full, before)
        calls = len(self.api_calls())
        wizard = self.env['qbo.undo.wizard'].browse(batch.action_undo()['res_id'])
        self.assertEqual((wizard.void_count, wizard.delete_count, wizard.inactive_count),
                         (len(self.moves) + len(self.paid), len(self.notes), 5))
        self.assertEqual(len(self.api_calls()), calls, "nobody is called by a click")
        self.undo(batch)
        self.assertEqual(self.trial_balance(), before)
        self.assertEqual((batch.undone_count, batch.left_count, batch.failed_count),
                         (len(self.moves | self.notes) + len(self.paid) + 5, 0, 0), batch.left_ids.mapped('undo_note'))
        self.assertFalse(any(o['Active'] for o in self.books()['Customer'] if 'Backfill' in o['DisplayName']))
        self.assertEqual((self.moves[0].qbo_state, self.notes[0].qbo_state), ('voided', 'none'))
        self.assertIn("was undone", self.moves[0].qbo_message)
        self.assertIn("was undone", self.notes[0].qbo_message)
        self.assertIn("was undone", self.moves[0].message_ids[0].body)

        # neither the daily search nor an edit brings it back, nor does a second undo harm
        self.connection.sync_from = False
        self.connection.action_push_missing()
        self.moves[1].ref = "PO 1"
        self.drain(self.connection)
        mine = {str(partner_id) for partner_id in [self.link(partner).remote_id for partner in self.partners]}
        self.assertFalse([o for o in self.books()['Invoice'] if o['TotalAmt'] and o['CustomerRef']['value'] in mine])
        with self.assertRaises(UserError):
            self.undo(batch)

        # who pushes one of them gets that one; a new backfill gets the rest, and can be undone in its turn
        self.connection.sync_from = fields.Date.today()
        self.moves[2].action_qbo_push()
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=self.moves[2].name)['TotalAmt'], 100, self.stuck())
        again = self.backfilled()
        self.assertLessEqual(set(self.moves.mapped('name')), set(self.numbers()))
        self.assertEqual(len(set(self.numbers())), len(self.numbers()))
        names = self.moves.mapped('name')
        self.assertEqual(sum(o['Balance'] for o in self.books()['Invoice'] if o['DocNumber'] in names),
                         100 * (len(self.moves) - len(self.paid)))
        self.assertFalse(self.link(self.moves[2]).batch_id)
        self.undo(again)
        self.assertEqual([name for name in self.numbers() if name in self.moves.mapped('name')], [self.moves[2].name])
        self.assertTrue(self.one('Customer', Id=self.link(self.moves[2].partner_id).remote_id)['Active'])

    def test_what_was_edited_paid_deposited_or_closed_since_is_left_with_the_reason(self):
        self.moves[1].invoice_date_due = '2024-05-01'  # what waits already is made the batch's own
        batch = self.backfilled()
        edited, paid, closed, renamed, gone = self.moves[1], self.moves[2], self.moves[3], self.moves[5], self.moves[6]
        self.touch('Invoice', edited, DueDate='2031-01-31')
        self.touch('Invoice', renamed, CustomerRef={**self.books()['Invoice'][0]['CustomerRef'], 'name': "Renamed",
                                                    'value': self.link(renamed.partner_id).remote_id})
        self.env['qbo.change']._ask(self.connection, 'Invoice', [
            self.link(move).remote_id for move in (edited, renamed)])  # so that what undoes them is not stale
        self.drain(self.connection)
        self.env['account.payment.register'].with_context(active_model='account.move', active_ids=paid.ids).create(
            {})._create_payments()
        deposited = self.payment_of(self.paid[0])
        link = {'TxnId': '9999', 'TxnType': 'Deposit'}
        self.touch('Payment', deposited, LinkedTxn=[link])
        self.drain(self.connection)
        remote = self.link(gone)
        with self.own_cursors():
            self.connection._qbo_client().write('Invoice', 'void', json.dumps(
                {'Id': remote.remote_id, 'SyncToken': remote.sync_token, 'sparse': True}), 'by-hand')
        self.touch('Invoice', closed, TxnDate='2023-12-31')
        self.link(closed).remote_date = '2023-12-31'
        self.connection.book_close_date = '2023-12-31'
        self.control(f'preferences/{US_REALM}', {'AccountingInfoPrefs': {'BookCloseDate': '2023-12-31'}})
        self.undo(batch)
        reasons = {left.record_name: left.undo_note for left in batch.left_ids}
        self.assertIn("changed in QuickBooks", reasons[edited.name])
        self.assertIn("paid", reasons[paid.name])
        self.assertIn("closed until", reasons[closed.name])
        self.assertIn("deposited", reasons[deposited.display_name])
        self.assertIn("paid", reasons[self.paid[0].name])
        self.assertIn("stand in QuickBooks", reasons[self.partners[1].name])
        standing = {edited.name, paid.name, closed.name, self.paid[0].name}
        mine = set(self.moves.mapped('name'))
        self.assertEqual(set(self.numbers()) & mine, standing)
        self.assertEqual(self.link(gone).undo_state, 'undone')
        self.assertEqual(edited.qbo_state, 'changed_there')
        self.assertEqual(self.one('Invoice', DocNumber=edited.name)['DueDate'], '2031-01-31', "nothing was sent for it")
        self.assertEqual(batch.undone_count + batch.left_count, len(self.env['qbo.binding'].with_context(
            active_test=False).search([('batch_id', '=', batch.id)])))

        # once the payment is taken off, undoing it again takes that back, too
        self.payment_of(paid).action_cancel()
        self.drain(self.connection)
        self.undo(batch)
        self.assertEqual(set(self.numbers()) & mine, standing - {paid.name})

    def test_an_answer_that_was_lost_is_no_edit_of_somebody(self):
        batch = self.backfilled(partner_ids=[fields.Command.set(self.partners[1].ids)])
        mine = self.moves.filtered(lambda move: move.partner_id == self.partners[1]).mapped('name')
        self.control('fail', {'path': '/batch', 'kind': 'lost_answer', 'times': 1})
        batch._undo()
        self.drain(self.connection)
        rows = self.env['qbo.queue.entry'].search([('state', '=', 'sending')])
        self.assertTrue(rows)
        rows.write({'sent_at': fields.Datetime.subtract(fields.Datetime.now(), hours=3), 'not_before': False})
        self.control('answers', method='DELETE')
        for _run in range(2):
            self.drain(self.connection)
        self.assertEqual((batch.state, batch.left_ids.mapped('undo_note')), ('undone', []), self.stuck())
        self.assertFalse(set(self.numbers()) & set(mine))

    def test_an_undo_can_be_cancelled_and_a_running_backfill_undone(self):
        batch = self.backfilled(partner_ids=[fields.Command.set(self.partners[1].ids)])
        batch._undo()
        batch.action_pause()
        self.drain(self.connection)
        before = self.numbers()
        batch.action_cancel()
        self.drain(self.connection)
        self.assertEqual((batch.state, self.numbers()), ('cancelled', before))
        self.assertFalse(self.env['qbo.binding'].search([('undo_state', '!=', False)]))
        self.assertFalse(self.link(self.moves[0]).undo_state)

        other = self.batch(partner_ids=[fields.Command.set(self.partners[2].ids)])
        other.action_start()
        wizard = self.env['qbo.undo.wizard'].browse(other.action_undo()['res_id'])
        self.assertTrue(wizard.still_open)
        wizard.action_undo()
        self.work_off(other)
        self.assertEqual((other.state, self.numbers()), ('undone', before))
        self.assertEqual(self.moves[2].invoice_date, fields.Date.to_date(DAY))

    def test_a_document_of_today_brings_back_the_customer_that_it_needs(self):
        batch = self.backfilled(partner_ids=[fields.Command.set(self.partners[1].ids)])
        self.undo(batch)
        self.assertFalse(self.one('Customer', Id=self.link(self.partners[1]).remote_id)['Active'])
        move = self.invoice(partner=self.partners[1])
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['TotalAmt'], 100)
        self.assertTrue(self.one('Customer', Id=self.link(self.partners[1]).remote_id)['Active'])

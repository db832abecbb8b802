"""Payments that a bookkeeper enters in QuickBooks, as Odoo's ledger shows them."""

import contextlib
import random

from odoo import fields
from odoo.addons.qbo_connector.models.account_move_line import JUST
from odoo.tests import tagged

from tests.simulator.faults import Refusal

from .common import US_REALM
from .currencies import MC_REALM, CurrencyCase
from .receiving import Receiving, ReceivingCase


@tagged('standard', 'post_install', '-at_install')
class TestPaymentsIn(ReceivingCase):
    """Automatically: what is plain is in the ledger as soon as Odoo hears of it."""

    def test_what_it_settles_is_settled_in_odoo_to_the_cent(self):
        first, second, a, b = self.sent(100.0, 250.0)
        row = self.receive({a: 40, b: 250}, 300, method="Check", reference="1075", memo="by post")
        self.assertEqual((row.state, row.reason), ('taken', False))
        payment = row.payment_id
        self.assertEqual((payment.state, payment.amount, payment.journal_id), ('in_process', 300.0, self.bank))
        self.assertEqual((payment.payment_reference, payment.memo), ("1075", "by post"))
        self.assertEqual((payment.date, payment.create_uid), (fields.Date.today(), self.clerk))
        self.assertEqual((first.amount_residual, second.amount_residual), (60.0, 0.0))
        self.assertEqual(self.receivables(payment).amount_residual, -10.0)
        for record in (payment, first, second):
            self.assertIn(f'txnId%3D{row.remote_id}', self.notes(record))
            self.assertEqual(record.action_qbo_receipts()['res_id'], row.id)
        self.assertFalse(self.entries(payment), "nothing is sent back")
        calls = len(self.api_calls('POST'))
        payment.action_qbo_push()
        self.drain(self.connection)
        self.assertEqual(len(self.api_calls('POST')), calls, "not even when somebody asks for it")
        self.assertEqual(payment.qbo_state, 'synced')
        self.assert_same_balances()

    def test_several_payments_however_often_and_in_whatever_order_they_are_told(self):
        move, invoice = self.sent(100.0)
        ids = [self.bookkeeper.receive_payment({invoice: amount}, deposit_to='Checking')['Id']
               for amount in (30, 50, 20)]
        self.hear(ids[2], ids[0], ids[2], ids[1], *ids)
        payments = self.env['account.payment'].search([('partner_id', '=', self.partner.id)])
        self.assertEqual(sorted(payments.mapped('amount')), [20.0, 30.0, 50.0])
        self.assertEqual((move.amount_residual, move.payment_state), (0.0, move._get_invoice_in_payment_state()))
        self.assert_same_balances()

    def test_what_found_too_little_open_goes_on_when_the_other_change_is_heard_of_at_last(self):
        first, second, a, b = self.sent(100.0, 80.0)
        one, two = self.receive({a: 100}), self.receive({b: 80})
        self.bookkeeper.void('Payment', one.remote_id)
        late = self.receive({a: 60})
        self.assertEqual((late.state, late.cause), ('proposed', 'open'), "the void was told by nobody yet")
        self.hear(one.remote_id)
        self.assertEqual((one.state, late.state, first.amount_residual), ('gone', 'taken', 40.0), late.reason)
        self.bookkeeper.edit_payment(two.remote_id, applied={})
        self.bookkeeper.edit_payment(late.remote_id, applied={b: 60})
        self.hear(late.remote_id)
        self.assertEqual((late.state, late.cause, second.amount_residual), ('decide', 'refused', 0.0))
        self.hear(two.remote_id)
        self.assertEqual((late.state, first.amount_residual, second.amount_residual), ('taken', 100.0, 20.0))
        self.assert_same_balances()

    def test_changes_are_followed_and_what_is_gone_is_cancelled(self):
        first, second, a, b = self.sent(100.0, 80.0)
        row = self.receive({a: 60}, 60, reference="7")
        payment = row.payment_id
        name = payment.name
        self.bookkeeper.edit_payment(row.remote_id, reference="8", memo="corrected")
        self.hear(row.remote_id)
        self.assertEqual((payment.payment_reference, payment.memo, payment.state), ("8", "corrected", 'in_process'))
        self.bookkeeper.edit_payment(row.remote_id, applied={a: 10, b: 50})
        self.hear(row.remote_id)
        self.assertEqual((first.amount_residual, second.amount_residual, payment.amount), (90.0, 30.0, 60.0))
        day = fields.Date.subtract(fields.Date.today(), days=3)
        self.bookkeeper.edit_payment(row.remote_id, applied={b: 75}, total=90, date=day.isoformat())
        self.hear(row.remote_id, row.remote_id)
        self.assertEqual((payment.state, payment.amount, payment.date), ('in_process', 90.0, day))
        self.assertEqual((first.amount_residual, second.amount_residual), (100.0, 5.0))
        self.assertEqual((self.receivables(payment).amount_residual, payment.name), (-15.0, name))
        self.assert_same_balances()
        cash = self.env['account.journal'].create({'name': "Till", 'type': 'cash', 'code': 'TILLQ'})
        self.map('journal', cash, "Undeposited Funds")
        self.bookkeeper.edit_payment(row.remote_id, deposit_to="Undeposited Funds")
        self.hear(row.remote_id)
        self.assertEqual((payment.journal_id, payment.move_id.journal_id, payment.state), (cash, cash, 'in_process'),
                         row.reason)
        self.assertEqual((first.amount_residual, second.amount_residual), (100.0, 5.0))
        self.bookkeeper.void('Payment', row.remote_id)
        self.hear(row.remote_id, row.remote_id)
        self.assertEqual((payment.state, row.state, payment.qbo_state), ('canceled', 'gone', 'voided'))
        self.assertEqual((first.amount_residual, second.amount_residual), (100.0, 80.0))
        other = self.receive({a: 100})
        self.bookkeeper.delete('Payment', other.remote_id)
        self.hear(other.remote_id, other.remote_id)
        self.assertEqual((other.payment_id.state, other.state, first.amount_residual), ('canceled', 'gone', 100.0))
        self.assert_same_balances()

    def test_credits_are_applied_as_in_quickbooks_and_not_sent_back(self):
        first, second, a, b = self.sent(100.0, 50.0)
        note, small = self.document(40.0, 'out_refund'), self.document(5.0, 'out_refund')
        self.drain(self.connection)
        x, y = self.remote_id(note), self.remote_id(small)
        row = self.receive({a: 30, x: 30})
        self.assertEqual((row.state, bool(row.payment_id)), ('taken', False), row.reason)
        self.assertEqual((first.amount_residual, note.amount_residual), (70.0, 10.0))
        both = self.receive({b: 50, y: 5})
        self.assertEqual((both.payment_id.amount, second.amount_residual, small.amount_residual), (45.0, 0.0, 0.0))
        self.connection.sweep_due = True
        self.drained()
        self.assertEqual(len(self.books()['Payment']), 2)
        self.bookkeeper.edit_payment(row.remote_id, applied={a: 40, x: 40})
        self.hear(row.remote_id)
        self.assertEqual((first.amount_residual, note.amount_residual), (60.0, 0.0))
        for entered in (row, both):
            self.bookkeeper.void('Payment', entered.remote_id)
        self.hear(row.remote_id, both.remote_id)
        self.assertEqual([m.amount_residual for m in (first, second, note, small)], [100.0, 50.0, 40.0, 5.0])
        self.drained()

    def test_a_credit_that_both_sides_applied_to_the_same_invoice_is_told_and_left(self):
        move, invoice = self.sent(100.0)
        note = self.document(40.0, 'out_refund')
        debit, credit = self.receivables(move), self.receivables(note)
        (debit | credit).with_context(**{JUST: (debit.id, credit.id, 10.0)}).reconcile()
        self.drain(self.connection)
        row = self.receive({invoice: 5, self.remote_id(note): 5})
        self.assertEqual((row.state, row.cause), ('waiting', 'refused'))
        self.assertIn("applied by another payment", row.reason)
        self.assertEqual((move.amount_residual, note.amount_residual), (90.0, 30.0))

    def test_what_odoo_sent_is_odoos_own(self):
        move, _invoice = self.sent(100.0)
        payment = self.pay(move, 40.0)
        self.drain(self.connection)
        remote_id = self.remote_id(payment)
        link = self.env['qbo.binding']._of_record(self.connection, payment._name, payment.id)
        link.active = False  # the answer is on its way, or was lost
        self.hear(remote_id)
        self.assertFalse(self.env['qbo.receipt']._of(self.connection, remote_id), "it bears Odoo's mark")
        link.active = True
        self.bookkeeper.edit_payment(remote_id, memo="looked at")
        self.hear(remote_id)
        self.assertFalse(self.env['qbo.receipt']._of(self.connection, remote_id))
        self.assertEqual(self.env['account.payment'].search_count([('partner_id', '=', self.partner.id)]), 1)

    def test_what_became_of_it_in_odoo_is_said_and_not_sent(self):
        move, invoice = self.sent(100.0)
        row = self.receive({invoice: 100})
        row.payment_id.action_draft()
        row.payment_id.action_cancel()
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice')['Balance'], 0)
        self.assertEqual(row.payment_id.qbo_state, 'kept')
        self.assertIn("void it there, too", row.payment_id.qbo_message)
        self.bookkeeper.edit_payment(row.remote_id, total=120)
        self.hear(row.remote_id)
        self.assertEqual((row.state, row.payment_id.state), ('decide', 'canceled'))
        self.assertIn("Somebody cancelled it", row.reason)
        row._decline("it bounced")
        self.assertEqual((row.state, move.amount_residual), ('taken', 100.0))

    def test_a_credit_that_was_used_in_odoo_stays_used(self):
        first, second, a, b = self.sent(100.0, 100.0)
        row = self.receive({a: 100}, 130)
        third = self.document(20.0)
        self.reconcile(third, row.payment_id)
        self.bookkeeper.edit_payment(row.remote_id, applied={a: 100, b: 10})
        self.hear(row.remote_id)
        self.assertEqual([m.amount_residual for m in (first, second, third)], [0.0, 90.0, 0.0])
        self.bookkeeper.edit_payment(row.remote_id, total=140)
        self.hear(row.remote_id)
        self.assertEqual([m.amount_residual for m in (first, second, third)], [0.0, 90.0, 0.0])
        self.bookkeeper.edit_payment(row.remote_id, applied={a: 100, b: 40})
        self.hear(row.remote_id)
        self.assertEqual((row.state, second.amount_residual, row.payment_id.amount), ('decide', 90.0, 140.0))
        self.assertIn("cannot be settled for as much", row.reason)

    def test_words_follow_whatever_else_changed_and_money_used_in_odoo_is_not_taken_back_unasked(self):
        first, second, a, b = self.sent(100.0, 100.0)
        row = self.receive({a: 100}, 130)
        payment, third = row.payment_id, self.document(30.0)
        self.reconcile(third, payment)
        self.bookkeeper.edit_payment(row.remote_id, total=110)
        self.hear(row.remote_id)
        self.assertEqual((row.state, row.cause, payment.amount, third.amount_residual), ('decide', 'used', 130.0, 0.0))
        self.assertIn(third.name, row.reason)
        row.with_user(self.clerk).action_accept()
        self.assertEqual((row.state, payment.amount, third.amount_residual), ('taken', 110.0, 20.0))
        self.bookkeeper.edit_payment(row.remote_id, applied={b: 100}, memo="moved")
        self.hear(row.remote_id)
        self.assertEqual((row.state, first.amount_residual, second.amount_residual), ('taken', 100.0, 0.0))
        self.assertEqual(payment.memo, "moved")
        payment.action_draft()
        payment.unlink()
        self.bookkeeper.edit_payment(row.remote_id, applied={a: 100})
        self.hear(row.remote_id)
        self.assertEqual((row.state, row.cause, first.amount_residual), ('decide', 'fixed', 100.0))
        self.assertIn("deleted in Odoo", row.reason)

    def test_the_rest_that_was_left_open_is_that_of_the_documents_it_was_said_of(self):
        move, invoice = self.sent(100.0)
        line = {'Amount': 50, 'DetailType': 'SalesItemLineDetail', 'SalesItemLineDetail': {
            'ItemRef': {'value': self.one('Item', Name="Queue Item")['Id']}}}
        self.simulator.seed(US_REALM, 'Invoice', [
            {'CustomerRef': {'value': self.one('Customer')['Id']}, 'DocNumber': name, 'Line': [line]}
            for name in ('QB-9', 'QB-10')])
        theirs, other = (self.one('Invoice', DocNumber=name)['Id'] for name in ('QB-9', 'QB-10'))
        row = self.receive({invoice: 60, theirs: 40})
        row.with_user(self.clerk).action_accept_rest()
        self.assertEqual((row.state, move.amount_residual, row.payment_id.amount), ('taken', 40.0, 100.0))
        self.bookkeeper.edit_payment(row.remote_id, applied={theirs: 50, other: 50})
        self.hear(row.remote_id)
        self.assertEqual((row.state, row.cause, move.amount_residual), ('decide', 'document', 40.0))
        row.with_user(self.clerk).action_accept_rest()
        self.assertEqual((row.state, move.amount_residual), ('taken', 100.0))


@tagged('standard', 'post_install', '-at_install')
class TestPaymentsInAnyOrder(ReceivingCase):
    """Whatever a bookkeeper does and Odoo hears of it, in the end the same is open on both sides."""

    def test_random_work_of_a_bookkeeper_ends_in_equal_balances(self):
        ids = self.sent(100.0, 80.0, 60.0)[3:]
        note = self.document(50.0, 'out_refund')
        self.drain(self.connection)
        credit = self.remote_id(note)
        for seed in range(3):
            chance, payments, told = random.Random(seed), [], []  # the same at every run
            for _step in range(14):
                deed = chance.choice(('receive', 'receive', 'edit', 'edit', 'void', 'delete', 'hear'))
                applied = {txn: chance.randint(1, 30) for txn in chance.sample(ids, chance.randint(1, 3))}
                if chance.random() < 0.3:
                    applied[credit] = chance.randint(1, min(20, sum(applied.values())))
                used = sum(-amount if txn == credit else amount for txn, amount in applied.items())
                total = used + chance.choice((0, 0, 7))
                with contextlib.suppress(Refusal):  # more than is open, or voided
                    if deed == 'receive':
                        payments.append(self.bookkeeper.receive_payment(applied, total, deposit_to='Checking')['Id'])
                    elif deed == 'edit' and payments:
                        self.bookkeeper.edit_payment(chance.choice(payments), applied=applied, total=total)
                    elif deed in ('void', 'delete') and payments:
                        getattr(self.bookkeeper, deed)('Payment', chance.choice(payments))
                told += chance.choices(payments, k=2) if payments else []
                if deed == 'hear':
                    chance.shuffle(told)
                    self.hear(*told)
                    told.clear()
            self.hear(*payments)
            rows = self.env['qbo.receipt'].search([('state', 'in', ('waiting', 'proposed', 'decide'))])
            self.assertFalse(rows, rows.mapped('reason'))
            self.drained()
        states = self.env['qbo.receipt'].search([]).mapped('state')
        self.assertTrue(states.count('taken') > 3 and states.count('gone') > 1, states)


@tagged('standard', 'post_install', '-at_install')
class TestPaymentsInCurrencies(Receiving, CurrencyCase):
    """QuickBooks' rate is kept, and what differs for it is an exchange difference."""

    def owed(self, row):
        """Return the line of a payment on the customer's account."""
        return row.payment_id.move_id.line_ids.filtered(lambda line: line.account_id.account_type == 'asset_receivable')

    def test_the_rate_of_quickbooks_is_kept(self):
        self.join()
        self.connection.receipt_journal_id = self.env['account.journal'].search(
            [('type', '=', 'bank'), ('company_id', '=', self.company.id)], limit=1)
        self.take_over(MC_REALM)
        move = self.bill(self.euro, 100.0)  # worth 125 dollars
        self.drain(self.connection)
        invoice = self.remote_id(move)
        row = self.receive({invoice: 60}, rate='1.5')
        line = self.owed(row)
        self.assertEqual((row.state, row.payment_id.currency_id, row.payment_id.amount), ('taken', self.euro, 60.0))
        self.assertEqual((line.amount_currency, line.balance, line.amount_residual), (-60.0, -90.0, 0.0))
        self.assertEqual(move.amount_residual, 40.0)
        self.bookkeeper.edit_payment(row.remote_id, rate='1.3')
        self.hear(row.remote_id)
        line = self.owed(row)
        self.assertEqual((line.balance, line.amount_residual, move.amount_residual), (-78.0, 0.0, 40.0), row.reason)
        last = self.receive({invoice: 40}, 50, rate='1.1')
        self.assertEqual((last.payment_id.move_id.amount_total_signed, move.amount_residual), (55.0, 0.0))
        line = self.owed(last)
        self.assertEqual((line.amount_residual_currency, line.amount_residual), (-10.0, -11.0))
        self.assertTrue(move.line_ids.full_reconcile_id or move.payment_state in ('paid', 'in_payment'))

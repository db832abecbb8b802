"""Payments that a bookkeeper enters in QuickBooks, as Odoo's ledger shows them."""

import contextlib
import random
from unittest.mock import patch
from uuid import uuid4

from odoo import fields
from odoo.addons.qbo_connector.qbo.webhooks import Change
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from tests.simulator.faults import Refusal

from .common import US_REALM
from .currencies import MC_REALM, CurrencyCase
from .settling import SettlingCase


class Receiving:
    """A company that takes payments over, and a bookkeeper at work in QuickBooks' screens."""

    mode = 'automatic'

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(
            cls.env, 'enters_payments', groups='account.group_account_invoice,qbo_connector.group_qbo_accountant')

    def take_over(self, realm):
        """Take payments over from now on, entered as the clerk."""
        self.connection.write({'pull_payments': self.mode, 'user_id': self.clerk.id})
        self.bookkeeper = self.simulator.bookkeeper(realm)

    def sent(self, *amounts, **values):
        """Post invoices and push them; returns them and their Ids in QuickBooks."""
        moves = [self.document(amount, **values) for amount in amounts]
        self.drain(self.connection)
        return (*moves, *(self.remote_id(move) for move in moves))

    def notes(self, record):
        """Return what the chatter of a record says."""
        return " ".join(record.message_ids.mapped('body'))

    def close_books(self, day):
        """Close Odoo's books up to a day, though the demo data has bank transactions that nobody reconciled."""
        with patch.object(type(self.company), '_validate_locks'):
            self.company.fiscalyear_lock_date = day

    def remote_id(self, record):
        """Return the Id in QuickBooks."""
        return self.env['qbo.binding']._of_record(self.connection, record._name, record.id).remote_id

    def hear(self, *remote_ids):
        """Let Odoo hear of Payments, each as often as it is named, in this order."""
        for remote_id in remote_ids:
            self.env['qbo.change']._note(self.connection, [Change(
                realm_id=self.connection.realm_id, entity='Payment', remote_id=remote_id, operation='updated',
                changed_at=fields.Datetime.now(), event_id=uuid4().hex)], 'webhook')
        self.drain(self.connection)
        stuck = self.env['qbo.change'].search([('state', 'in', ('failed', 'waiting'))])
        self.assertFalse(stuck, stuck.mapped('outcome'))

    def receive(self, applied, total=None, **details):
        """Enter a payment in QuickBooks and let Odoo hear of it; returns its row."""
        details.setdefault('deposit_to', 'Checking')
        payment = self.bookkeeper.receive_payment(applied, total, **details)
        self.hear(payment['Id'])
        return self.env['qbo.receipt']._of(self.connection, payment['Id'])


class ReceivingCase(Receiving, SettlingCase):
    """The same in a company with one currency, whose payments are booked on an outstanding account."""

    def setUp(self):
        super().setUp()
        self.take_over(US_REALM)


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

    def test_what_odoo_sent_is_odoos_own(self):
        move, _invoice = self.sent(100.0)
        payment = self.pay(move, 40.0)
        self.drain(self.connection)
        remote_id = self.remote_id(payment)
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


@tagged('standard', 'post_install', '-at_install')
class TestPaymentsInDecisions(ReceivingCase):
    """What is not plain waits for a person, who is told why."""

    def test_a_payment_of_an_unknown_document_is_listed_and_goes_on_once_that_is_linked(self):
        move, invoice = self.sent(100.0)
        customer = self.one('Customer')['Id']
        item = self.one('Item', Name="Queue Item")['Id']
        line = {'Amount': 50, 'DetailType': 'SalesItemLineDetail', 'SalesItemLineDetail': {'ItemRef': {'value': item}}}
        self.simulator.seed(US_REALM, 'Invoice', [
            {'CustomerRef': {'value': customer}, 'DocNumber': 'QB-9', 'Line': [line]}])
        theirs = self.one('Invoice', DocNumber='QB-9')['Id']
        row = self.receive({invoice: 100, theirs: 50})
        self.assertEqual((row.state, row.cause, move.amount_residual), ('waiting', 'document', 100.0))
        self.assertIn("QB-9", row.reason)
        row._decline("not ours")
        self.hear(row.remote_id)
        self.assertEqual((row.state, move.amount_residual), ('declined', 100.0))
        row.action_take_up()
        self.assertEqual(row.state, 'waiting')
        other = self.document(50.0)
        self.env['qbo.binding']._link(self.connection, [{
            'entity': 'Invoice', 'model': other._name, 'res_id': other.id, 'record_name': other.name,
            'remote_id': theirs}], "by hand")
        self.entries(other).state = 'cancelled'
        self.drain(self.connection)
        self.drain(self.connection)
        self.assertEqual((row.state, move.amount_residual, other.amount_residual), ('taken', 0.0, 0.0), row.reason)

    def test_deposits_without_a_journal_wait_for_the_mapping_or_a_choice(self):
        move, invoice = self.sent(100.0)
        row = self.receive({invoice: 60}, deposit_to='Undeposited Funds')
        self.assertEqual((row.state, row.cause), ('waiting', 'journal'))
        self.assertIn("Undeposited Funds", row.reason)
        cash = self.env['account.journal'].create({'name': "Till", 'type': 'cash', 'code': 'TILLQ'})
        self.map('journal', cash, "Undeposited Funds")
        self.drain(self.connection)
        self.assertEqual((row.state, row.payment_id.journal_id), ('taken', cash), row.reason)
        self.assertEqual(move.amount_residual, 40.0)

    def test_closed_books_and_bank_matches_ask_and_a_person_decides(self):
        first, second, a, b = self.sent(100.0, 50.0)
        today = fields.Date.today()
        row = self.receive({a: 100})
        past = self.bookkeeper.receive_payment(
            {b: 50}, deposit_to='Checking', date=fields.Date.subtract(today, days=40).isoformat())
        self.close_books(fields.Date.subtract(today, days=30))
        self.hear(past['Id'])
        late = self.env['qbo.receipt']._of(self.connection, past['Id'])
        self.assertEqual((late.state, late.cause, second.amount_residual), ('waiting', 'lock', 50.0))
        late.book_on = today
        late.with_user(self.clerk).action_accept()
        self.assertEqual((late.state, late.payment_id.date, second.amount_residual), ('taken', today, 0.0))
        self.close_books(today)
        self.bookkeeper.void('Payment', row.remote_id)
        self.hear(row.remote_id)
        self.assertEqual((row.state, row.payment_id.state, first.amount_residual), ('decide', 'paid', 0.0))
        self.assertIn("Odoo's books are closed", row.reason)
        self.close_books(False)
        row.with_user(self.clerk).action_accept()
        self.assertEqual((row.state, row.payment_id.state, first.amount_residual), ('gone', 'canceled', 100.0),
                         row.reason)
        line = self.env['account.bank.statement.line'].create({
            'journal_id': self.bank.id, 'date': today, 'payment_ref': "In", 'amount': 50.0})
        suspense = line._seek_for_lines()[1]
        line.move_id.with_context(skip_readonly_check=True, force_delete=True).write({'line_ids': [
            fields.Command.update(suspense.id, {'account_id': self.outstanding.id})]})
        (line.move_id | late.payment_id.move_id).line_ids.filtered(
            lambda entry: entry.account_id == self.outstanding).reconcile()
        self.bookkeeper.delete('Payment', late.remote_id)
        self.hear(late.remote_id)
        self.assertEqual((late.state, second.amount_residual), ('decide', 0.0))
        self.assertIn("matched with a transaction of the bank", late.reason)
        late._decline("the bank has it")
        self.assertEqual((late.state, late.payment_id.qbo_state, second.amount_residual), ('taken', 'deleted', 0.0))

    def test_the_same_money_entered_on_both_sides_is_linked_and_not_doubled(self):
        move, invoice = self.sent(100.0)
        own = self.pay(move)
        row = self.receive({invoice: 100})
        self.assertEqual((row.state, row.cause, row.twin_id), ('proposed', 'twin', own))
        row.with_user(self.clerk).action_link_twin()
        self.drained()
        self.assertEqual((row.payment_id, self.remote_id(own)), (own, row.remote_id))
        self.assertEqual(len(self.books()['Payment']), 1)
        self.assertEqual(self.env['account.payment'].search_count([('partner_id', '=', self.partner.id)]), 1)


@tagged('standard', 'post_install', '-at_install')
class TestPaymentsProposed(ReceivingCase):
    """Without a click nothing moves the ledger."""

    mode = 'propose'

    def test_payments_wait_for_a_click_and_so_do_their_changes(self):
        first, second, a, b = self.sent(100.0, 50.0)
        rows = self.receive({a: 100}) | self.receive({b: 20})
        self.assertEqual(set(rows.mapped('state')), {'proposed'})
        self.assertEqual((first.amount_residual, second.amount_residual), (100.0, 50.0))
        self.assertEqual(self.connection.receipt_count, 2)
        for _time in range(2):
            self.connection._alert_people()
            told = self.connection.activity_search(['qbo_connector.mail_activity_type_receipts'])
            self.assertEqual((len(told), told.user_id), (1, self.clerk))
            self.assertIn(": 2", told.summary)
        self.env['qbo.receipt'].with_user(self.clerk).action_accept_all()
        self.assertEqual(set(rows.mapped('state')), {'taken'}, rows.mapped('reason'))
        self.assertEqual((first.amount_residual, second.amount_residual), (0.0, 30.0))
        self.connection._alert_people()
        self.assertFalse(self.connection.activity_search(['qbo_connector.mail_activity_type_receipts']))
        self.assertIn(self.clerk.name, self.notes(rows[0].payment_id))
        self.bookkeeper.edit_payment(rows[1].remote_id, applied={b: 45}, total=45)
        self.bookkeeper.void('Payment', rows[0].remote_id)
        self.hear(*rows.mapped('remote_id'))
        self.assertEqual((set(rows.mapped('state')), second.amount_residual), ({'decide'}, 30.0))
        rows.with_user(self.clerk).action_accept()
        self.assertEqual((first.amount_residual, second.amount_residual), (100.0, 5.0))
        prepaid = self.receive({}, 10, customer=self.one('Customer')['Id'])
        self.assertEqual((prepaid.state, prepaid.cause), ('proposed', 'prepaid'))
        self.bookkeeper.delete('Payment', prepaid.remote_id)
        self.hear(prepaid.remote_id)
        self.assertEqual((prepaid.state, prepaid.payment_id), ('gone', self.env['account.payment']))
        self.connection.pull_payments = 'off'
        self.assertFalse(self.receive({a: 1}))
        self.assert_same_balances_but(first)

    def assert_same_balances_but(self, move):
        """The invoice that was paid while payments were not followed stays open."""
        self.assertEqual(move.amount_residual, 100.0)

    def test_only_accountants_decide_and_nobody_edits_what_quickbooks_says(self):
        _move, invoice = self.sent(100.0)
        row = self.receive({invoice: 100})
        reader = new_test_user(self.env, 'reads_receipts', groups='qbo_connector.group_qbo_user')
        for deed in (row.with_user(reader).action_accept, row.with_user(reader).action_decline,
                     lambda: row.with_user(self.clerk).write({'amount': 5}), row.with_user(self.clerk).unlink):
            with self.assertRaises(UserError):
                deed()
        self.assertEqual(row.state, 'proposed')

    def test_a_company_that_was_connected_before_takes_nothing_over(self):
        self.env.cr.execute("ALTER TABLE qbo_connection ALTER pull_payments DROP NOT NULL")
        self.env.cr.execute("UPDATE qbo_connection SET pull_payments = NULL")
        self.env['qbo.connection']._init_column('pull_payments')
        self.connection.invalidate_recordset()
        self.assertEqual(self.connection.pull_payments, 'off')
        self.assertEqual(self.env['qbo.connection'].new({}).pull_payments, 'propose')


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

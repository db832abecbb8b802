"""Payments of QuickBooks that wait for a person: why, what helps, and that nothing moves before."""

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common import UK_REALM, US_REALM
from .receiving import ReceivingCase


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

    def test_it_goes_on_once_its_documents_stand_again_and_asks_for_nothing_in_vain(self):
        first, third, second, a, c, b = self.sent(100.0, 70.0, 50.0)
        first.button_draft()
        row = self.receive({a: 40})
        self.assertEqual((row.state, row.cause), ('waiting', 'state'))
        first.action_post()
        self.drain(self.connection)
        self.drain(self.connection)
        self.assertEqual((row.state, first.amount_residual), ('taken', 60.0), row.reason)
        lost = self.bookkeeper.receive_payment({b: 50}, deposit_to='Checking')['Id']  # QuickBooks keeps what is paid
        second.button_draft()
        second.with_context(force_delete=True).unlink()
        self.env['qbo.change']._ask(self.connection, 'Payment', [lost])
        self.drain(self.connection)
        self.assertEqual(self.env['qbo.receipt']._of(self.connection, lost).cause, 'document')
        first.commercial_partner_id = self.env['res.partner'].create({'name': "Split off", 'is_company': True})
        both = self.receive({a: 60, c: 60})
        self.assertEqual((both.state, both.cause, third.amount_residual), ('waiting', 'customer', 70.0))
        self.assertIn("Split off", both.reason)
        self.bookkeeper.edit_payment(row.remote_id, applied={a: 20, c: 10})
        self.hear(row.remote_id)
        self.assertEqual((row.state, row.cause, first.amount_residual), ('decide', 'customer', 60.0))
        self.control('calls', method='DELETE')
        self.drain(self.connection)
        self.assertEqual(self.api_calls('GET'), [], "links lead to nothing, or to two customers: no read could help")

    def test_what_waits_is_not_taken_for_that_of_another_company(self):
        move, invoice = self.sent(100.0)
        row = self.receive({invoice: 100}, deposit_to='Undeposited Funds')
        told = self.env['qbo.change']._ask(self.connection, 'Payment', [row.remote_id])
        link = self.env['qbo.binding']._of_record(self.connection, move._name, move.id)
        self.connection._disconnect(archive_links=True)
        self.assertEqual((row.state, told.state, self.connection.poll_cursor), ('declined', 'ignored', False))
        self.connection.realm_id = UK_REALM
        link.copy({'realm_id': UK_REALM, 'active': True})
        row.write({'journal_id': self.bank.id})
        row.action_take_up()
        row.action_accept()
        self.assertEqual((row.cause, move.amount_residual), ('document', 100.0), "the same Id is another one there")

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
class TestPaymentsJudged(ReceivingCase):
    """Automatically: what is not plain waits all the same. Payments are read as they may stand in QuickBooks."""

    def judged(self, applied, total, **values):
        """Let Odoo read a payment that is applied to {(type, Id): amount}; returns its row."""
        remote_id = str(9000 + self.env['qbo.receipt'].search_count([]))
        self.env['qbo.receipt']._receive(self.connection, remote_id, {
            'Id': remote_id, 'SyncToken': '0', 'TxnDate': fields.Date.today().isoformat(), 'TotalAmt': total,
            'CustomerRef': {'value': self.customer}, 'DepositToAccountRef': {'value': self.checking}, 'Line': [
                {'Amount': amount, 'LinkedTxn': [{'TxnId': txn_id, 'TxnType': kind}]}
                for (kind, txn_id), amount in applied.items()], **values})
        return self.env['qbo.receipt']._of(self.connection, remote_id)

    def test_what_is_not_plain_waits_though_it_is_automatic(self):
        move, paid, invoice, other = self.sent(100.0, 100.0)
        self.customer, self.checking = self.one('Customer')['Id'], self.account("Checking").remote_id
        self.transaction(80.0, paid)
        euro = self.env.ref('base.EUR')
        euro.active = True
        link, first = self.env['qbo.binding']._of_record(self.connection, move._name, move.id), ('Invoice', invoice)
        for cause, row in (
                ('open', self.judged({('Invoice', other): 50}, 50)),
                ('prepaid', self.judged({}, 7)),
                ('kind', self.judged({first: 5, ('JournalEntry', '77'): 5}, 10)),
                ('currency', self.judged({first: 5}, 5, CurrencyRef={'value': 'EUR'}, ExchangeRate='1.5')),
                ('journal', self.judged({first: 5}, 5, DepositToAccountRef={'value': '4711'})),
                ('refused', self.judged({first: 9}, 5))):
            self.assertEqual((row.cause, row.payment_id.id, bool(row.reason)), (cause, False, True))
        live_at = self.connection.live_at
        self.connection.live_at = False
        self.assertEqual(self.judged({first: 6}, 6).cause, 'asked')
        self.connection.write({'live_at': live_at, 'sync_from': fields.Date.add(fields.Date.today(), days=1)})
        pushed_at, link.pushed_at = link.pushed_at, False
        self.assertEqual(self.judged({first: 8}, 8).cause, 'old')
        link.pushed_at = pushed_at
        self.assertEqual(move.amount_residual, 100.0)
        self.assertEqual(self.judged({first: 8}, 8).state, 'taken', "of what Odoo sent it is news")

    def test_the_journal_is_that_of_the_deposit_then_of_the_method_then_of_the_currency(self):
        _move, invoice = self.sent(100.0)
        self.customer, self.checking = self.one('Customer')['Id'], self.account("Checking").remote_id
        journals = self.env['account.journal']
        cards, foreign, rest = (journals.create({'name': name, 'type': 'bank', 'code': name[:5]})
                                for name in ("CARDQ", "FORQN", "RESTQ"))
        foreign.write({'currency_id': self.env.ref('base.EUR').id, 'sequence': -9})
        self.connection.receipt_journal_id = rest
        for journal in (cards, foreign):
            self.map('journal', journal, "Checking")
        method = cards.inbound_payment_method_line_ids[:1]
        mapping = self.env['qbo.mapping']._add(self.connection, 'payment_method', method)
        mapping.reference_id = self.env['qbo.reference'].search([
            ('connection_id', '=', self.connection.id), ('entity', '=', 'PaymentMethod'), ('name', '=', "Check")])
        first = ('Invoice', invoice)
        by_card = self.judged({first: 5}, 5, PaymentMethodRef={'value': mapping.reference_id.remote_id})
        self.assertEqual((by_card.payment_id.journal_id, by_card.payment_id.payment_method_line_id), (cards, method))
        self.assertIn(self.judged({first: 6}, 6).payment_id.journal_id, self.bank | cards)
        self.assertEqual(self.judged({first: 7}, 7, DepositToAccountRef={'value': '4711'}).journal_id, rest)
        (self.bank | cards).active = False
        self.assertEqual(self.judged({first: 8}, 8).journal_id, foreign, "of what is left")


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

    def test_what_is_gone_there_or_taken_back_asks_no_more_though_no_webhook_told(self):
        _first, second, a, b = self.sent(100.0, 50.0)
        gone, row = self.receive({a: 100}), self.receive({b: 30})
        row.with_user(self.clerk).action_accept()
        self.bookkeeper.delete('Payment', gone.remote_id)
        self.bookkeeper.edit_payment(row.remote_id, applied={b: 45}, total=45)
        self.poll()
        self.assertEqual((gone.state, row.state, second.amount_residual), ('gone', 'decide', 20.0))
        self.bookkeeper.edit_payment(row.remote_id, applied={b: 30}, total=30)
        self.poll()
        self.assertEqual((row.state, row.reason, second.amount_residual), ('taken', False, 20.0))
        self.assertEqual(self.connection.receipt_count, 0)

    def poll(self):
        """Ask QuickBooks what changed."""
        self.connection.action_poll()
        self.drain(self.connection)

    def test_a_click_says_yes_to_what_was_shown_and_not_to_what_odoo_got_since(self):
        move, invoice = self.sent(100.0)
        row = self.receive({invoice: 40})
        self.assertEqual((row.state, row.cause), ('proposed', 'asked'))
        own = self.pay(move, 40.0)
        self.env['qbo.receipt'].with_user(self.clerk).action_accept_all()
        self.assertEqual((row.state, row.cause, row.twin_id), ('proposed', 'twin', own))
        self.assertEqual(move.amount_residual, 60.0)
        row.with_user(self.clerk).action_accept()  # the customer paid twice
        self.assertEqual((row.state, move.amount_residual), ('taken', 20.0))

    def test_only_accountants_decide_and_nobody_edits_what_quickbooks_says(self):
        _move, invoice = self.sent(100.0)
        row = self.receive({invoice: 100})
        reader = new_test_user(self.env, 'reads_receipts', groups='qbo_connector.group_qbo_user')
        for deed in (row.with_user(reader).action_accept, row.with_user(reader).action_decline,
                     lambda: row.with_user(self.clerk).write({'amount': 5}), row.with_user(self.clerk).unlink):
            with self.assertRaises(UserError):
                deed()
        self.assertEqual(row.state, 'proposed')
        row.with_user(self.clerk).action_accept()
        with self.assertRaisesRegex(UserError, "waits for a decision"):
            row.with_user(self.clerk).action_accept()
        self.assertEqual(self.env['account.payment'].search_count([('partner_id', '=', self.partner.id)]), 1)

    def test_a_company_that_was_connected_before_takes_nothing_over(self):
        self.env.cr.execute("ALTER TABLE qbo_connection ALTER pull_payments DROP NOT NULL")
        self.env.cr.execute("UPDATE qbo_connection SET pull_payments = NULL")
        self.env['qbo.connection']._init_column('pull_payments')
        self.connection.invalidate_recordset()
        self.assertEqual(self.connection.pull_payments, 'off')
        self.assertEqual(self.env['qbo.connection'].new({}).pull_payments, 'propose')

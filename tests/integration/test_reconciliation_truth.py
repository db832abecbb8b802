"""What a reconciliation must not be made to say: that books agree that do not, nor that they differ when they agree."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.addons.qbo_connector.models.qbo_connection_reconciliation import DRIFTED
from odoo.tests import tagged

from .currencies import MC_REALM, CurrencyCase
from .reconciling import TODAY, ReconcileCase, ReconcileMixin

FIRST = TODAY.replace(day=1) - timedelta(days=1)
FIRST = FIRST.replace(day=1)  # of last month
LAST = TODAY.replace(day=1) - timedelta(days=1)


@tagged('standard', 'post_install', '-at_install')
class TestReconciliationTruth(ReconcileCase):
    """Situations in which the two books are easily mistaken for each other."""

    def dated(self, day, amount):
        """Post and push an invoice of a day."""
        [made] = self.sold(amount, invoice_date=day)
        return made

    def month(self):
        """Compare last month."""
        return self.reconcile(date_from=FIRST, date_to=LAST)

    def book_payments_on(self, account):
        """Let incoming payments book on an outstanding account, or, without one, not at all."""
        journals = self.env['account.journal'].search([
            ('type', 'in', ('bank', 'cash')), ('company_id', '=', self.company.id)])
        journals.inbound_payment_method_line_ids.payment_account_id = account

    def test_a_period_holds_its_first_and_last_day_wherever_its_users_live_and_tells_what_left_it(self):
        before, first, last, after = (self.dated(day, amount) for day, amount in (
            (FIRST - timedelta(days=1), 1), (FIRST, 10), (LAST, 100), (LAST + timedelta(days=1), 1000)))
        users = self.env.ref('base.user_root') | self.env.ref('base.user_admin') | self.env.user
        for zone in ('Pacific/Auckland', 'Pacific/Pago_Pago'):  # 13 hours before UTC, 11 after
            users.sudo().tz = zone
            run = self.month()
            self.assertEqual((run.state, self.told(run)), ('clean', {}), zone)
            [total] = run.total_ids.filtered(lambda total: total.entity == 'Invoice')
            self.assertEqual((total.here_count, total.there_count, total.here_total, total.there_total),
                             (2, 2, 110, 110), zone)
            self.assertEqual(run.compared, 2)
        for move, day in ((before, FIRST), (first, FIRST - timedelta(days=1)), (last, LAST + timedelta(days=1)),
                          (after, LAST)):
            self.meddle(move, date=str(day))
        run = self.month()
        self.assertEqual(self.told(run), dict.fromkeys((before, first, last, after), 'date'))
        [total] = run.total_ids.filtered(lambda total: total.entity == 'Invoice')
        self.assertEqual((total.here_total, total.there_total, total.difference, total.drift, total.rest),
                         (110, 1001, -891, -891, 0))
        # a document that stands in no period of the comparison, and cannot differ in it
        self.assertFalse(self.told(self.reconcile(date_to=FIRST - timedelta(days=9))))

    def test_what_is_kept_out_explains_an_open_balance_as_far_as_its_amount_goes(self):
        invoice, other = self.sold(1000, 50)
        small = self.pay(invoice, amount=10)
        whole = self.pay(other)
        (small | whole).qbo_excluded = True
        self.env.cr.precommit.run()
        self.env['qbo.queue.entry'].search([('model', '=', 'account.payment')]).unlink()
        run = self.reconcile()
        self.assertEqual((run.state, self.told(run, 'known')), ('clean', {
            invoice: 'balance', other: 'balance', small: 'missing_there', whole: 'missing_there'}))
        self.assertEqual(set(run.line_ids.filtered('res_id').mapped('reason')), {'excluded', 'left', 'documents'})
        # a hundred more is settled there, by what is no payment: no row of its own
        books = self.keep_books()
        credit = self.seed(CreditMemo=[{'CustomerRef': self.there(invoice)['CustomerRef'], 'TxnDate': str(TODAY),
                                        'Line': self.line_there(100)}])['CreditMemo'][0]
        self.assertTrue(credit)
        books.edit('Invoice', self.there(invoice)['Id'], Deposit=100)
        self.assertEqual(self.there(invoice)['Balance'], 900)
        run = self.reconcile()
        self.assertEqual(self.told(run), {invoice: 'balance', credit['Id']: 'missing_here'})

    def test_a_payment_of_quickbooks_that_is_undecided_or_declined_says_why_its_invoices_are_open(self):
        self.connection.pull_payments = 'propose'
        whole, part, beyond = self.sold(100, 200, 300)
        desk = self.simulator.bookkeeper(self.connection.realm_id)
        both, less = (desk.receive_payment({self.there(move)['Id']: amount for move, amount in some}, date=str(TODAY))
                      for some in (((whole, 100), (part, 50)), ((beyond, 80),)))
        self.env['qbo.change']._ask(self.connection, 'Payment', [both['Id'], less['Id']])
        self.drain(self.connection)
        self.keep_books().edit('Invoice', self.there(beyond)['Id'], Deposit=100)
        receipt = self.env['qbo.receipt'].search([('remote_id', '=', both['Id'])])
        run = self.reconcile()
        self.assertEqual(self.told(run), {
            whole: 'balance', part: 'balance', beyond: 'balance', both['Id']: 'missing_here',
            less['Id']: 'missing_here'})
        self.assertIn(receipt.reason, self.line(run, whole).text)
        self.assertNotIn(receipt.reason, self.line(run, beyond).text)
        self.env['qbo.receipt.decline'].create({
            'receipt_ids': receipt.ids, 'reason': "Paid to the sister company"}).action_decline()
        run = self.reconcile()
        self.assertEqual(self.told(run), {beyond: 'balance', less['Id']: 'missing_here'})
        self.assertEqual(self.told(run, 'known')[whole], 'balance')
        self.assertIn("Paid to the sister company", self.line(run, part).text)

    def test_the_number_of_another_document_a_double_under_another_number_and_a_draft_are_no_agreement(self):
        one, two, drafted = self.sold(100, 200, 300)
        theirs = self.there(one)
        [double] = self.seed(Invoice=[{
            'DocNumber': "COPY-7", 'CustomerRef': theirs['CustomerRef'], 'TxnDate': str(TODAY),
            'PrivateNote': theirs['PrivateNote'], 'Line': self.line_there(100)}])['Invoice']
        drafted.button_draft()
        self.env.cr.precommit.clear()
        self.entries(drafted).filtered(lambda entry: entry.state != 'done').unlink()
        numbers = one.name, two.name
        self.meddle(one, number="swap")
        self.meddle(two, number=numbers[0])
        self.meddle(one, number=numbers[1])
        run = self.reconcile()
        self.assertEqual(self.told(run), {
            one: 'number', two: 'number', drafted: 'voided_here', double['Id']: 'doubled'})

    def test_credits_applied_deposits_and_a_merged_customer_are_seen_in_the_open_amounts(self):
        invoice, merged = self.sold(100, 70)
        credit = self.invoice(move_type='out_refund', lines=[
            {'name': "Back", 'quantity': 1, 'price_unit': 40, 'tax_ids': []}])
        self.drain(self.connection)
        (invoice.line_ids | credit.line_ids).filtered(
            lambda line: line.account_id.account_type == 'asset_receivable').reconcile()
        for _time in range(2):
            self.drain(self.connection)
        run = self.reconcile()
        self.assertEqual((run.state, self.told(run, 'drift', 'waiting', 'known')), ('clean', {}))
        totals = {total.entity: (total.here_balance, total.there_balance) for total in run.total_ids}
        self.assertEqual((totals['Invoice'], totals['CreditMemo']), ((130, 130), (0, 0)))
        # the application is deleted there: both are open again, and what is owed is the same
        [applied] = [one for one in self.books()['Payment'] if not one['TotalAmt']]
        books = self.keep_books()
        books.delete('Payment', applied['Id'])
        run = self.reconcile()
        self.assertEqual(self.told(run), {invoice: 'balance', credit: 'balance'})
        [line] = run.line_ids.filtered(lambda line: line.res_id == credit.id and line.entity == 'CreditMemo')
        self.assertEqual((line.balance, line.remote_balance), (0, 40))
        customers = run.line_ids.filtered(lambda line: line.entity == 'Customer')
        self.assertFalse(customers, "the customer owes the same")
        # a customer that was merged away: its documents are another's
        [kept] = self.seed(Customer=[{'DisplayName': "Swallows Ltd"}])['Customer']
        books.merge('Customer', self.there(merged)['CustomerRef']['value'], kept['Id'])
        run = self.reconcile()
        told = self.told(run)
        self.assertEqual({told[invoice], told[credit], told[merged]}, {'balance,customer', 'customer'})
        owed = run.line_ids.filtered(lambda line: line.entity == 'Customer')
        self.assertEqual({(line.balance, line.remote_balance, line.reason) for line in owed},
                         {(130, 0, 'documents'), (0, 130, 'documents')})

    def test_money_on_account_is_open_on_both_sides_and_counts_against_what_its_customer_owes(self):
        self.book_payments_on(self.env['account.account'].create({
            'name': "Outstanding", 'code': "119977", 'account_type': 'asset_current', 'reconcile': True}))
        [invoice] = self.sold(100)
        money = self.env['account.payment'].create({
            'payment_type': 'inbound', 'partner_type': 'customer', 'partner_id': self.partner.id, 'amount': 40,
            'date': TODAY})
        money.action_post()
        self.drain(self.connection)
        run = self.reconcile()
        self.assertEqual((run.state, self.told(run, 'drift', 'waiting', 'known')), ('clean', {}))
        [total] = run.total_ids.filtered(lambda total: total.entity == 'Payment')
        self.assertEqual((total.here_balance, total.there_balance), (40, 40))
        books = self.keep_books()
        books.edit_payment(self.there(money)['Id'], applied={self.there(invoice)['Id']: 40}, total='40')
        run = self.reconcile()
        self.assertEqual(self.told(run), {money: 'balance', invoice: 'balance'})
        self.assertFalse(run.line_ids.filtered(lambda line: line.entity == 'Customer'), "he owes the same")
        # returned in Odoo, and voided there: gone on both sides
        [back] = money.copy({'amount': 7, 'date': TODAY})
        back.action_post()
        self.drain(self.connection)
        back.move_id._reverse_moves([{'date': TODAY}], cancel=True)
        for _time in range(2):
            self.drain(self.connection)
        self.assertEqual(self.there(back)['TotalAmt'], 0)
        self.assertNotIn(back, self.told(self.reconcile()))
        books.delete('Payment', self.there(money)['Id'])
        run = self.reconcile()
        self.assertEqual(self.told(run), {money: 'missing_there'})
        [owed] = run.line_ids.filtered(lambda line: line.entity == 'Customer')
        self.assertEqual((owed.balance, owed.remote_balance, owed.reason), (60, 100, 'documents'))

    def test_payments_without_an_entry_count_as_paid_and_what_was_skipped_is_known_by_its_reason(self):
        # as with Odoo's accounting app, which books such a payment with the bank statement only
        self.patch(type(self.env['account.move']), '_get_invoice_in_payment_state', lambda model: 'in_payment')
        self.book_payments_on(self.env['account.account'])
        invoice, late = self.sold(100, 200)
        money = self.pay(invoice, amount=30)
        self.assertFalse(money.move_id)
        self.drain(self.connection)
        self.assertEqual((invoice.amount_residual, self.there(invoice)['Balance']), (100, 70))
        run = self.reconcile()
        self.assertEqual((run.state, self.told(run, 'drift', 'waiting', 'known')), ('clean', {}))
        skipped = self.pay(late, amount=50)
        self.env.cr.precommit.run()
        self.entries(skipped)._skip("Booked there by hand")
        run = self.reconcile()
        self.assertEqual((run.state, self.told(run, 'known')), ('clean', {skipped: 'missing_there', late: 'balance'}))
        self.assertIn("Booked there by hand", self.line(run, skipped).text)

    def test_a_difference_that_was_accepted_when_it_was_sent_is_known_until_it_is_another(self):
        [invoice] = self.sold(100)
        self.meddle(invoice, amount='99.99')
        link = self.env['qbo.binding']._of_record(self.connection, invoice._name, invoice.id)
        link.write({'variance': "QuickBooks says 99.99", 'variance_open': True, 'remote_total': 99.99})
        self.assertEqual(self.told(self.reconcile()), {invoice: 'total,balance'}, "nobody accepted it yet")
        link.variance_open = False
        run = self.reconcile()
        self.assertEqual((run.state, self.told(run, 'known')), ('clean', {invoice: 'total,balance'}))
        self.assertIn("QuickBooks says 99.99", self.line(run, invoice).text)
        self.meddle(invoice, amount='99.98')
        self.assertEqual(self.told(self.reconcile()), {invoice: 'total,balance'})
        self.meddle(invoice, amount='99.99')
        self.keep_books().receive_payment({self.there(invoice)['Id']: 50}, date=str(TODAY))
        self.assertEqual(self.told(self.reconcile())[invoice], 'total,balance', "half of it is paid there alone")

    def test_an_empty_company_agrees_with_nothing_to_compare_and_one_that_is_empty_on_one_side_does_not(self):
        run = self.reconcile()
        self.assertEqual((run.state, run.compared, run.drift_count), ('clean', 0, 0))
        self.assertFalse(run.total_ids.filtered('difference'))
        self.assertIn("Documents compared", [label for label, _value in run._facts()])
        [invoice] = self.sold(100)
        with patch.object(type(self.env['qbo.reconciliation']), '_query', lambda *_args: {}):
            run = self.reconcile()  # as if QuickBooks had answered nothing to everything
        self.assertEqual((run.state, self.told(run)), ('drift', {invoice: 'missing_there'}))

    def test_a_month_that_agrees_takes_nothing_back_of_what_the_whole_books_differ_by(self):
        old, new = self.dated(FIRST, 100), self.dated(TODAY, 200)
        self.meddle(new, number="other")
        whole = self.reconcile()
        self.alert()
        for period in ({'date_from': FIRST, 'date_to': LAST}, {'date_to': LAST}, {'date_from': TODAY + timedelta(1)}):
            run = self.reconcile(**period)
            self.assertEqual((run.state, run.drift_count), ('clean', 0))
            self.alert()
            self.connection.invalidate_recordset()
            self.assertEqual(self.connection.reconciliation_id, whole)
            self.assertEqual(self.connection.activity_search([DRIFTED]).summary, "QuickBooks and Odoo differ: 1")
        self.meddle(new, number=new.name)
        self.assertEqual(self.reconcile().state, 'clean')
        self.alert()
        self.assertFalse(self.connection.activity_search([DRIFTED]))
        # what a customer owes is of all times; no document of the month explains it
        self.meddle(new, amount='199')
        run = self.month()
        [owed] = run.line_ids
        self.assertEqual((run.state, owed.kind, owed.status, owed.reason), ('drift', 'receivable', 'drift', False))
        self.meddle(new, amount='200')
        # that a month does not agree is told at once
        self.meddle(old, number="other")
        self.month()
        self.alert()
        self.assertEqual(self.connection.activity_search([DRIFTED]).summary, "QuickBooks and Odoo differ: 1")

    def test_documents_before_the_first_day_are_left_out_on_both_sides_and_one_moved_there_is_told(self):
        old, new = self.dated(LAST, 100), self.dated(TODAY, 200)
        self.connection.sync_from = TODAY.replace(day=1)
        run = self.reconcile()
        self.assertEqual((run.state, run.compared, self.told(run, 'drift', 'known')), ('clean', 1, {}))
        self.meddle(old, amount='1')
        self.assertNotIn(old, self.told(self.reconcile()))
        self.meddle(new, date=str(LAST))
        self.assertEqual(self.told(self.reconcile()), {new: 'date'})


@tagged('standard', 'post_install', '-at_install')
class TestReconciliationOfRounding(ReconcileMixin, CurrencyCase):
    """Cents: of taxes that prices include, and of rates."""

    realm = MC_REALM

    def test_a_cent_of_total_or_tax_is_drift_in_any_currency_and_partial_payments_leave_the_same_open(self):
        self.join()
        one, two, part = self.bill(self.euro, 33.33), self.bill(self.euro, 66.67), self.bill(self.dollar, 10.01)
        self.drain(self.connection)
        for amount in (3.33, 3.34):
            self.pay(part, amount=amount, payment_date=fields.Date.today())
        for _time in range(2):
            self.drain(self.connection)
        run = self.reconcile()
        self.assertEqual(self.told(run, 'drift', 'waiting', 'known'), {})
        owed = {(total.currency): (total.here_balance, total.there_balance)
                for total in run.total_ids if total.entity == 'Invoice'}
        self.assertEqual(owed, {'EUR': (100, 100), 'USD': (3.34, 3.34)})
        self.meddle(one, amount='33.34')
        self.meddle(two, amount='66.66')
        run = self.reconcile()
        self.assertEqual(self.told(run), {one: 'total,balance', two: 'total,balance'})
        [total] = run.total_ids.filtered(lambda total: (total.entity, total.currency) == ('Invoice', 'EUR'))
        self.assertEqual((total.difference, run.drift_count), (0, 2), "the sums agree, and the documents do not")

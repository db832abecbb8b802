"""Documents that somebody typed into QuickBooks: found by number or money, compared, adopted, and not doubled."""

from datetime import timedelta

from odoo import fields
from odoo.addons.qbo_connector.models import qbo_cutover
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import QueueCase

TODAY = fields.Date.today()


@tagged('standard', 'post_install', '-at_install')
class TestCutover(QueueCase):
    """Invoices, a credit note and payments of Odoo, most of which QuickBooks has already."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.flush_all()
        for table in ('account_move', 'account_payment'):  # Odoo's demo data
            cls.env.cr.execute(f'UPDATE {table} SET qbo_excluded = true')
        cls.env.invalidate_all()

    def setUp(self):
        super().setUp()
        self.items = self.books()['Item'][0]['Id']
        made = self.seed(Customer=[{'DisplayName': "Queue Customer"}, {'DisplayName': "Somebody Else"}])['Customer']
        self.customer, self.somebody = (one['Id'] for one in made)
        self.exact, self.total, self.theirs, self.dated, self.double, self.absent = (
            self.invoice(lines=[{'name': "Work", 'quantity': 1, 'price_unit': price, 'tax_ids': []}])
            for price in (100, 200, 300, 400, 500, 600))
        self.credit = self.invoice(move_type='out_refund', lines=[
            {'name': "Back", 'quantity': 1, 'price_unit': 40, 'tax_ids': []}])
        self.paid, self.paid_later = (self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=move.ids).create({})._create_payments()
            for move in (self.exact, self.total))
        yesterday = TODAY - timedelta(days=1)
        self.remote, *_others = self.seed(switches={'duplicate_number_warning': False}, Invoice=[
            self.document(self.exact, 100), self.document(self.total, 199.5),
            self.document(self.theirs, 300, CustomerRef={'value': self.somebody}),
            self.document(self.dated, 400, TxnDate=str(yesterday)),
            self.document(self.double, 500), self.document(self.double, 500),
            self.document(self.exact, 1, DocNumber="another"),
        ], CreditMemo=[self.document(self.credit, 40)])['Invoice']
        self.seed(Payment=[{
            'CustomerRef': {'value': self.customer}, 'TotalAmt': 100, 'TxnDate': str(TODAY - timedelta(days=20)),
            'PaymentRefNum': "wire 1",
            'Line': [{'Amount': 100, 'LinkedTxn': [{'TxnId': self.remote['Id'], 'TxnType': 'Invoice'}]}]},
            {'CustomerRef': {'value': self.customer}, 'TotalAmt': 200, 'TxnDate': str(TODAY)}])
        with self.own_cursors():
            self.connection._load_references()
        self.before = self.standing()
        self.cutover = self.env['qbo.cutover'].create({
            'connection_id': self.connection.id, 'date_from': TODAY, 'date_to': TODAY})
        self.control('calls', method='DELETE')

    def standing(self):
        """Return the customers, items and documents of QuickBooks."""
        books = self.books()
        return {entity: books.get(entity) for entity in ('Customer', 'Item', 'Invoice', 'CreditMemo', 'Payment')}

    def seed(self, switches=None, **objects):
        """Put objects into QuickBooks by hand; returns them as they stand there."""
        realm = self.connection.realm_id
        return self.control('seed', {'switches': switches or {}, 'objects': {realm: objects}})['objects'][realm]

    def document(self, move, amount, **values):
        """Return an invoice as somebody typed it into QuickBooks."""
        return {'DocNumber': move.name, 'CustomerRef': {'value': self.customer}, 'TxnDate': str(TODAY), 'Line': [{
            'Amount': amount, 'DetailType': 'SalesItemLineDetail', 'SalesItemLineDetail': {
                'ItemRef': {'value': self.items}, 'Qty': 1, 'UnitPrice': amount}}], **values}

    def search(self):
        """Press Search."""
        with self.own_cursors():
            self.cutover.action_search()
        self.env.invalidate_all()

    def line(self, record):
        """Return the rows of a document."""
        return self.cutover.line_ids.filtered(lambda row: (row.model, row.res_id) == (record._name, record.id))

    def states(self):
        """Return ``{document: states of its rows}``."""
        return {record: self.line(record).mapped('state') for record in (
            self.exact, self.total, self.theirs, self.dated, self.double, self.absent, self.credit, self.paid,
            self.paid_later)}

    def settle(self):
        """Let the daily sweep and the queue do all they would do."""
        self.env['qbo.queue.entry']._sweep(self.connection)
        for _run in range(4):
            self.drain(self.connection)

    def test_what_is_there_is_found_adopted_and_neither_doubled_nor_changed(self):
        self.assertEqual((self.cutover.document_count, self.cutover.expected_reads), (9, 3))
        self.search()
        self.assertEqual(self.states(), {
            self.exact: ['exact'], self.total: ['total'], self.theirs: ['customer'], self.dated: ['date'],
            self.double: ['ambiguous', 'ambiguous'], self.absent: ['none'], self.credit: ['exact'],
            self.paid: ['exact'], self.paid_later: ['exact']})
        self.assertEqual((self.cutover.state, self.cutover.reads, len(self.api_calls())), ('done', 3, 3))
        self.assertIn("200.00 USD in Odoo, 199.50 USD in QuickBooks", self.line(self.total).difference)
        self.assertIn("of Queue Customer in Odoo, of Somebody Else in QuickBooks", self.line(self.theirs).difference)

        self.cutover.action_adopt_exact()
        self.line(self.total).action_adopt()
        self.line(self.double)[1].action_adopt()
        self.line(self.theirs).action_apart()
        self.assertEqual(self.states() | {}, {
            self.exact: ['adopted'], self.total: ['adopted'], self.theirs: ['apart'], self.dated: ['date'],
            self.double: ['adopted'], self.absent: ['none'], self.credit: ['adopted'], self.paid: ['adopted'],
            self.paid_later: ['adopted']})
        self.assertEqual(self.standing(), self.before)
        self.env.invalidate_all()
        self.assertEqual(self.exact.qbo_state, 'synced')
        self.assertEqual(self.total.qbo_state, 'variance')
        self.assertIn("Adopted by", self.exact.message_ids[:1].body)

        # searching again asks for what is left only, and decisions are obeyed
        self.search()
        self.assertEqual(self.states()[self.theirs], ['apart', 'none'])
        self.assertEqual(len(self.line(self.exact)), 1)

        # all that a day brings, by hand too: what was adopted stays as it is, and nothing is created for its sake
        (self.dated | self.absent | self.theirs).qbo_excluded = True
        self.control('calls', method='DELETE')
        (self.exact | self.total | self.double | self.credit).action_qbo_push()
        (self.paid | self.paid_later).action_qbo_push()
        self.settle()
        self.assertEqual(self.standing(), self.before)

        # a real change updates the very same document
        self.exact.button_draft()
        self.exact.invoice_line_ids.price_unit = 110
        self.exact.action_post()
        self.settle()
        self.assertEqual(len(self.books()['Invoice']), len(self.before['Invoice']))
        self.assertEqual(self.one('Invoice', Id=self.remote['Id'])['TotalAmt'], 110)
        self.assertEqual(len(self.books()['Payment']), len(self.before['Payment']))

    def test_a_search_that_is_interrupted_goes_on_where_it_was(self):
        self.patch(qbo_cutover, 'NUMBERS', 2)
        self.control('fail', {'path': '/query', 'after': 2, 'kind': 'status', 'status': 503})
        self.search()
        self.assertEqual((self.cutover.state, self.states()[self.exact], self.states()[self.double]),
                         ('running', ['exact'], ['pending']))
        self.assertTrue(self.cutover.trouble)
        with self.own_cursors():
            self.cutover.action_continue()
        self.env.invalidate_all()
        self.assertEqual((self.cutover.state, self.cutover.trouble, self.cutover.reads), ('done', False, 5))
        self.assertEqual(self.states()[self.double], ['ambiguous', 'ambiguous'])
        self.assertEqual(len(self.api_calls('GET')), 6, "none is asked twice but the one that failed")

    def test_undone_it_is_as_if_it_had_not_been_adopted(self):
        self.search()
        self.cutover.action_adopt_exact()
        with self.assertRaisesRegex(UserError, "decided already"):
            self.line(self.exact).action_adopt()
        self.line(self.exact).action_undo()
        self.assertEqual(self.states()[self.exact], ['exact'])
        self.assertEqual(self.env['qbo.binding']._of_record(self.connection, 'account.move', self.exact.id).ids, [])
        self.search()
        self.assertEqual(self.states()[self.exact], ['exact'])
        self.line(self.exact).action_adopt()
        self.assertEqual(self.standing(), self.before)
        reader = new_test_user(self.env, 'cutover_reader', groups='qbo_connector.group_qbo_user')
        for forbidden in (self.cutover.with_user(reader).action_search, self.cutover.with_user(reader).action_continue,
                          self.line(self.dated).with_user(reader).action_adopt,
                          self.cutover.with_user(reader).action_adopt_exact):
            with self.assertRaises(AccessError):
                forbidden()

"""A company with documents from before it was connected, and what is asked about their backfill."""

from unittest.mock import patch

from odoo import fields
from odoo.addons.qbo_connector.models import qbo_push_batch_feed

from .common import US_REALM, QueueCase

DAY = '2024-03-01'
NUMBER = 48  # invoices; every sixth is credited in part, every fourth is paid


class BackfillCase(QueueCase):
    """Sixty-odd documents of last year; the connection pushes those of today and later."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.object(qbo_push_batch_feed, 'PART', 20))
        cls.startClassPatcher(patch.object(qbo_push_batch_feed, 'LOW', 10))
        cls.startClassPatcher(patch.object(qbo_push_batch_feed, 'HIGH', 30))
        quiet = cls.env(context={**cls.env.context, 'tracking_disable': True, 'mail_create_nolog': True})
        line = {'product_id': cls.product.id, 'quantity': 1, 'price_unit': 100.0, 'tax_ids': []}
        cls.partners = quiet['res.partner'].create([{'name': f"Backfill Customer {number}"} for number in range(4)])
        document = {'invoice_date': DAY, 'date': DAY, 'invoice_line_ids': [fields.Command.create(line)]}
        cls.moves = quiet['account.move'].create([
            {**document, 'move_type': 'out_invoice', 'partner_id': cls.partners[number % 4].id}
            for number in range(NUMBER)])
        cls.notes = quiet['account.move'].create([
            {**document, 'move_type': 'out_refund', 'partner_id': cls.partners[number % 4].id}
            for number in range(NUMBER // 6)])
        (cls.moves | cls.notes).action_post()
        cls.paid = cls.moves[::4]
        for move in cls.paid:
            quiet['account.payment.register'].with_context(active_model='account.move', active_ids=move.ids).create(
                {'payment_date': DAY})._create_payments()

    def setUp(self):
        super().setUp()
        self.connection.sync_from = fields.Date.today()

    def batch(self, **values):
        """Return a backfill of the prepared customers' documents."""
        batch = self.env['qbo.push.batch'].create({
            'connection_id': self.connection.id, 'date_from': '2024-01-01',
            'partner_ids': [fields.Command.set(self.partners.ids)], **values})
        batch.kind_ids.filtered(  # of an addon that is tested besides
            lambda kind: self.env[kind.handler]._qbo_model == 'account.analytic.account').chosen = False
        return batch

    def backfilled(self, **values):
        """Return a backfill that was run to its end."""
        batch = self.batch(**values)
        batch.action_start()
        self.work_off(batch)
        self.assertEqual(batch.state, 'done', self.stuck())
        return batch

    def work_off(self, batch):
        """Let the drain have as many turns as it needs."""
        for _turn in range(10):
            self.drain(self.connection)
            if batch.state != 'running':
                break

    def undo(self, batch):
        """Undo a batch by the dialog."""
        wizard = self.env['qbo.undo.wizard'].browse(batch.action_undo()['res_id'])
        wizard.action_undo()
        self.work_off(batch)
        self.assertEqual(batch.state, 'undone', self.stuck())
        return wizard

    def stuck(self):
        """Return what did not come to its end, for a failing test's message."""
        rows = self.env['qbo.queue.entry'].search([('state', 'not in', ('done', 'superseded', 'cancelled'))])
        return [(row.record_name, row.state, row.rank, row.fault_message, row.note) for row in rows]

    def numbers(self, entity='Invoice'):
        """Return the numbers of the documents in QuickBooks that are not voided, with repetitions."""
        return sorted(o['DocNumber'] for o in self.books()[entity] if o['TotalAmt'])

    def link(self, record):
        """Return the link of a record, archived or not."""
        return self.env['qbo.binding'].with_context(active_test=False).search([
            ('model', '=', record._name), ('res_id', '=', record.id)], limit=1)

    def trial_balance(self):
        """Return what QuickBooks' accounts and customers come to."""
        accounts, customers = {}, {}
        for posting in self.control(f'postings/{US_REALM}', method='GET'):
            accounts[posting['Account']] = accounts.get(posting['Account'], 0) + posting['Amount']
        books = self.books()
        for sign, entity in ((1, 'Invoice'), (-1, 'CreditMemo'), (-1, 'Payment')):
            for obj in books[entity]:
                name = obj['CustomerRef']['value']
                customers[name] = customers.get(name, 0) + sign * obj['TotalAmt']
        return {key: value for side in (accounts, customers) for key, value in side.items() if value}

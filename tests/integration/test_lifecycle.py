"""What becomes of a waiting entry when its record changes under it, at each stage of its way.

Every case has one defined outcome: what QuickBooks' books hold, and what the entry says.
"""

from odoo.tests import tagged

from .lifecycle import LifecycleCase

DELETED = "The record was deleted before it reached QuickBooks."
CANCELLED = "Cancelled before it reached QuickBooks."


@tagged('standard', 'post_install', '-at_install')
class TestRecordBeforePrepare(LifecycleCase):
    """The entry waits; nothing was built yet, so the record as it is then decides."""

    def test_deleted_documents_payments_and_masters_are_never_sent(self):
        self.connection.push_all_customers = self.connection.push_all_products = True
        records = [
            self.invoice(), self.invoice(move_type='out_refund'), self.payment(),
            self.env['res.partner'].create({'name': "Short Lived", 'customer_rank': 1}),
            self.env['product.product'].create({'name': "Short Lived", 'type': 'service', 'sale_ok': True}),
        ]
        self.env.cr.precommit.run()  # the end of the transaction that enqueued them
        keys = [(record._name, record.id) for record in records]
        for record in records[:2]:
            record.button_draft()
        records[2].action_draft()
        for record in records:
            record.with_context(force_delete=True).unlink()
        self.drain(self.connection)
        self.assertEqual(self.writes(), [])
        for key in keys:
            rows = self.rows(*key)
            self.assertEqual((rows[0].state, rows[0].operation, rows[0].note), ('done', 'none', DELETED), key)
            self.assertLessEqual(set(rows.mapped('state')), {'done', 'superseded'})

    def test_cancelled_documents_and_payments_are_never_sent(self):
        records = [self.invoice(), self.invoice(move_type='out_refund'), self.payment()]
        self.env.cr.precommit.run()
        for record in records[:2]:
            record.button_cancel()
        records[2].action_cancel()
        self.drain(self.connection)
        self.assertEqual(self.writes(), [])
        for record in records:
            entry = self.newest(record)
            self.assertEqual((entry.state, entry.operation, entry.note), ('done', 'none', CANCELLED))

    def test_a_document_reset_to_draft_waits_for_its_next_posting(self):
        move = self.invoice()
        self.env.cr.precommit.run()
        move.button_draft()
        self.drain(self.connection)
        self.assertEqual(self.writes(), [])
        entry = self.newest(move)
        self.assertEqual((entry.state, entry.note), ('done', "Only posted documents are pushed."))
        self.assertEqual(move.qbo_state, 'none')
        move.action_post()
        self.drain(self.connection)
        self.one('Invoice', DocNumber=move.name)

    def test_a_payment_reset_to_draft_waits_for_its_next_posting(self):
        payment = self.payment()
        self.env.cr.precommit.run()
        payment.action_draft()
        self.drain(self.connection)
        self.assertEqual(self.writes(), [])
        self.assertEqual(self.newest(payment).note, "Only posted payments are pushed.")
        payment.action_post()
        self.drain(self.connection)
        self.one('Payment')

    def test_what_was_archived_is_sent_all_the_same(self):
        partner = self.env['res.partner'].create({'name': "Former Customer"})
        product = self.env['product.product'].create({'name': "Former Item", 'type': 'service', 'taxes_id': False})
        move = self.invoice(partner, [{'product_id': product.id, 'quantity': 1, 'price_unit': 9.0, 'tax_ids': []}])
        self.env.cr.precommit.run()
        partner.active = product.active = False
        self.drain(self.connection)
        invoice = self.one('Invoice', DocNumber=move.name)
        self.assertEqual(invoice['CustomerRef']['value'], self.one('Customer', DisplayName="Former Customer")['Id'])
        self.one('Item', Name="Former Item")

    def test_a_document_deleted_while_its_customer_still_waits_leaves_the_customer_only(self):
        partner = self.env['res.partner'].create({'name': "Left Alone"})
        move = self.invoice(partner)
        self.drain_until_waiting(move)
        key = move._name, move.id
        move.button_draft()
        move.with_context(force_delete=True).unlink()
        self.control('fail', method='DELETE')
        self.connection.action_resume()
        self.drain(self.connection)
        self.one('Customer', DisplayName="Left Alone")
        self.assertEqual(self.rows(*key)[0].note, DELETED)
        self.assertEqual(len(self.books()['Invoice']), 1)

    def drain_until_waiting(self, move):
        """Drain while QuickBooks takes no customer, so that the document waits for its own."""
        self.control('fail', {'times': 1, 'path': '/customer', 'kind': 'status', 'status': 429})
        self.drain(self.connection)
        self.assertTrue(self.newest(move).dependency_ids)


@tagged('standard', 'post_install', '-at_install')
class TestRecordBetweenPrepareAndDeliver(LifecycleCase):
    """The bytes are stored and may have left: they go out, then QuickBooks is made to agree with what became of it."""

    def test_a_cancelled_document_is_delivered_and_then_voided_or_deleted(self):
        invoice, note = self.invoice(), self.invoice(move_type='out_refund')
        self.leave_orphans(self.entries(invoice) | self.entries(note))
        numbers = invoice.name, note.name
        invoice.button_cancel()
        note.button_cancel()
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=numbers[0])['TotalAmt'], 0)
        self.assertEqual(self.standing('CreditMemo', numbers[1]), [])
        self.assertEqual([self.newest(move).operation for move in (invoice, note)], ['void', 'delete'])
        self.assertEqual((invoice.qbo_state, self.newest(note).state), ('voided', 'done'))

    def test_a_deleted_document_is_delivered_and_then_voided(self):
        move = self.invoice()
        number, key = move.name, (move._name, move.id)
        self.leave_orphans(self.entries(move))
        move.button_draft()
        move.with_context(force_delete=True).unlink()
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=number)['TotalAmt'], 0)
        self.assertEqual(self.rows(*key).mapped('operation'), ['void', 'create'])

    def test_a_document_reset_to_draft_is_delivered_and_stays(self):
        move = self.invoice()
        number = move.name
        self.leave_orphans(self.entries(move))
        move.button_draft()
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=number)['TotalAmt'], 100)
        move.button_cancel()
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=number)['TotalAmt'], 0)

    def test_an_edited_document_is_delivered_and_then_updated(self):
        move = self.invoice()
        self.leave_orphans(self.entries(move))
        move.button_draft()
        move.invoice_line_ids.price_unit = 42.0
        move.action_post()
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['TotalAmt'], 42)
        self.assertEqual(self.entries(move).mapped('operation'), ['update', 'create'])

    def test_a_cancelled_payment_is_delivered_and_then_voided(self):
        payment = self.payment()
        self.leave_orphans(self.entries(payment))
        payment.action_cancel()
        self.drain(self.connection)
        self.assertEqual(self.one('Payment')['TotalAmt'], 0)

    def test_a_cancelled_document_whose_update_was_prepared_is_updated_and_then_voided(self):
        move = self.invoice()
        self.drain(self.connection)
        move.button_draft()
        move.invoice_line_ids.price_unit = 42.0
        move.action_post()
        self.leave_orphans(self.newest(move))
        move.button_cancel()
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['TotalAmt'], 0)
        self.assertEqual(self.entries(move).mapped('operation'), ['void', 'update', 'create'])


@tagged('standard', 'post_install', '-at_install')
class TestRecordBetweenDeliverAndSettle(LifecycleCase):
    """QuickBooks has done it, we have not heard yet."""

    def test_a_document_deleted_meanwhile_is_linked_and_then_voided(self):
        move = self.invoice()
        number, key = move.name, (move._name, move.id)

        def delete():
            move.button_draft()
            move.with_context(force_delete=True).unlink()

        self.during('/invoice', delete)
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=number)['TotalAmt'], 0)
        self.assertEqual(self.rows(*key).mapped('operation'), ['void', 'create'])

    def test_a_document_edited_meanwhile_is_pushed_again_with_its_last_state(self):
        move = self.invoice()

        def edit():
            move.button_draft()
            move.invoice_line_ids.price_unit = 42.0
            move.action_post()

        self.during('/invoice', edit)
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['TotalAmt'], 42)
        self.assertEqual(self.entries(move).mapped('operation'), ['update', 'create'])

    def test_a_payment_cancelled_meanwhile_is_voided(self):
        payment = self.payment()

        def cancel():
            payment.action_cancel()

        self.during('/payment', cancel)
        self.drain(self.connection)
        self.assertEqual(self.one('Payment')['TotalAmt'], 0)

"""Fields that are emptied in Odoo are emptied in QuickBooks, and nothing else is."""

from odoo.tests import tagged

from .lifecycle import LifecycleCase


@tagged('standard', 'post_install', '-at_install')
class TestEmptied(LifecycleCase):
    """A customer of whom much is known, in Odoo and in QuickBooks."""

    def setUp(self):
        super().setUp()
        self.partner.write({
            'email': "q@example.com", 'phone': "555-1", 'street': "1 Road", 'street2': "Back Door", 'city': "Reno"})
        self.drain(self.connection)
        self.control('calls', method='DELETE')

    def customer(self):
        """Return the customer in QuickBooks."""
        return self.one('Customer', DisplayName="Queue Customer")

    def change_there(self, entity, remote_id, **change):
        """Let a person change something in QuickBooks."""
        self.control(f'touch/{self.connection.realm_id}', {'entity': entity, 'id': remote_id, 'change': change})

    def test_what_is_emptied_goes_by_one_write_and_no_read(self):
        self.partner.write({'phone': False, 'email': False, 'street2': False})
        self.drain(self.connection)
        customer = self.customer()
        self.assertEqual((customer.get('PrimaryPhone'), customer.get('PrimaryEmailAddr')), (None, None))
        self.assertEqual((customer['BillAddr']['Line1'], customer['BillAddr'].get('Line2')), ("1 Road", None))
        self.assertEqual(len(self.writes()), 1)
        self.assertEqual(self.api_calls('GET'), [])
        self.partner.phone = "555-2"
        self.drain(self.connection)
        self.assertEqual(self.customer()['PrimaryPhone'], {'FreeFormNumber': "555-2"})

    def test_what_a_person_added_in_quickbooks_stays(self):
        self.change_there('Customer', self.customer()['Id'], Fax={'FreeFormNumber': "555-9"},
                          PreferredDeliveryMethod='None')
        self.partner.city = "Elko"  # our version is older than theirs: found out, and theirs is kept
        self.drain(self.connection)
        self.control('calls', method='DELETE')
        self.partner.phone = False
        self.drain(self.connection)
        customer = self.customer()
        self.assertIsNone(customer.get('PrimaryPhone'))
        self.assertEqual((customer['Fax']['FreeFormNumber'], customer['PreferredDeliveryMethod']), ("555-9", 'None'))
        self.assertEqual(len(self.writes()), 1)

    def test_blocks_that_quickbooks_does_not_take_back_are_not_sent_back(self):
        self.change_there('Customer', self.customer()['Id'], CustomerEx={'any': []})
        self.partner.city = "Elko"
        self.drain(self.connection)
        self.assertIn('CustomerEx', self.entries(self.partner)[0].sudo().answer)
        self.partner.phone = False
        self.drain(self.connection)
        self.assertIsNone(self.customer().get('PrimaryPhone'))

    def test_changed_there_since_the_last_push_it_takes_two_writes_and_loses_nothing(self):
        self.change_there('Customer', self.customer()['Id'], Fax={'FreeFormNumber': "555-9"})
        self.partner.phone = False
        self.drain(self.connection)
        customer = self.customer()
        self.assertEqual((customer.get('PrimaryPhone'), customer['Fax']['FreeFormNumber']), (None, "555-9"))

    def test_without_an_answer_at_hand_one_is_had_by_a_write(self):
        self.entries(self.partner).unlink()
        self.partner.phone = False
        self.drain(self.connection)
        self.assertIsNone(self.customer().get('PrimaryPhone'))
        self.assertEqual(len(self.writes()), 2)
        self.assertEqual(self.api_calls('GET'), [])
        self.partner.action_qbo_push()
        self.drain(self.connection)
        self.assertEqual(len(self.writes()), 2, "nothing is left to do")

    def test_what_odoo_never_sent_is_not_emptied(self):
        self.change_there('Customer', self.customer()['Id'], WebAddr={'URI': "https://example.com"})
        self.partner.write({'phone': False, 'city': "Elko"})
        self.drain(self.connection)
        self.assertEqual(self.customer()['WebAddr']['URI'], "https://example.com")

    def test_a_document_loses_its_memo_and_keeps_its_payment_and_then_its_term(self):
        term = self.env['account.payment.term'].create({'name': "Net 15", 'line_ids': [
            (0, 0, {'value': 'percent', 'value_amount': 100.0, 'nb_days': 15})]})
        self.env['qbo.mapping']._add(self.connection, 'term', term).reference_id = self.env['qbo.reference'].search([
            ('connection_id', '=', self.connection.id), ('entity', '=', 'Term')], limit=1)
        move = self.invoice(invoice_payment_term_id=term.id, narration="Thank you")
        payment = self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=move.ids).create({'amount': 40.0})._create_payments()
        self.drain(self.connection)
        before = self.one('Invoice', DocNumber=move.name)
        self.assertTrue(before['SalesTermRef'] and before['CustomerMemo'])
        move.narration = False
        self.drain(self.connection)
        invoice = self.one('Invoice', DocNumber=move.name)
        self.assertIsNone(invoice.get('CustomerMemo'))
        self.assertEqual((invoice['TotalAmt'], invoice['Balance'], invoice['DueDate']), (
            before['TotalAmt'], before['Balance'], str(move.invoice_date_due)))
        self.assertEqual((move.qbo_state, payment.qbo_state), ('synced', 'synced'))
        move.button_draft()
        move.invoice_payment_term_id = False
        move.action_post()
        self.drain(self.connection)
        invoice = self.one('Invoice', DocNumber=move.name)
        self.assertEqual((invoice.get('SalesTermRef'), invoice['TotalAmt']), (None, before['TotalAmt']))

    def test_an_item_loses_its_code(self):
        self.product.default_code = "Q1"
        self.drain(self.connection)
        self.assertEqual(self.one('Item', Name="Queue Item")['Sku'], "Q1")
        self.product.default_code = False
        self.drain(self.connection)
        self.assertIsNone(self.one('Item', Name="Queue Item").get('Sku'))

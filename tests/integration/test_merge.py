"""Contacts that are merged in Odoo: their documents go over to the customer of the one that stays."""

from odoo.tests import tagged

from .test_policies import PolicyCase


@tagged('standard', 'post_install', '-at_install')
class TestMerge(PolicyCase):
    """Two contacts who turned out to be one."""

    def setUp(self):
        super().setUp()
        self.outstanding()
        self.double = self.env['res.partner'].create({'name': "Queue Customer Twice"})

    def merge(self, sources, into):
        """Merge contacts as the wizard does."""
        self.env['base.partner.merge.automatic.wizard']._merge((sources | into).ids, into)
        self.env.invalidate_all()

    def test_documents_and_payments_go_over_and_the_second_customer_becomes_inactive(self):
        for switch in ('refuse', 'unlink'):
            self.control('seed', {'switches': {'customer_change_paid': switch, 'wrong_customer_link': 'refuse'}})
            double = self.env['res.partner'].create({'name': f"Double {switch}"})
            paid, unpaid = self.invoice(partner=double), self.invoice(partner=double)
            payment = self.pay(paid, 60.0)
            self.drain(self.connection)
            self.merge(double, self.partner)
            self.drain(self.connection)
            for move, balance in ((paid, 40), (unpaid, 100)):
                invoice = self.one('Invoice', DocNumber=move.name)
                self.assertEqual((invoice['CustomerRef']['name'], invoice['Balance']), ("Queue Customer", balance))
                self.assertEqual(move.qbo_state, 'synced', move.qbo_message)
            self.assertEqual(payment.qbo_state, 'synced', payment.qbo_message)
            self.assertFalse(self.one('Customer', DisplayName=f"Double {switch} (deleted)")['Active'])
            self.assertIn(f"Double {switch} is merged", ' '.join(self.partner.message_ids.mapped('body')))

    def test_a_second_customer_that_still_owes_stays_active(self):
        move = self.pushed(partner=self.double)
        other = self.one('Invoice', DocNumber=move.name)['CustomerRef']
        self.control('seed', {'objects': {self.connection.realm_id: {'Invoice': [{
            'CustomerRef': other, 'DocNumber': "BY-HAND", 'Line': [{
                'Amount': 5, 'DetailType': 'SalesItemLineDetail', 'SalesItemLineDetail': {
                    'ItemRef': {'value': self.one('Item', Name="Queue Item")['Id']},
                    'TaxCodeRef': {'value': 'NON'}}}]}]}}})
        self.merge(self.double, self.partner)
        self.drain(self.connection)
        self.assertTrue(self.one('Customer', DisplayName="Queue Customer Twice")['Active'])
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['CustomerRef']['name'], "Queue Customer")

    def test_the_customer_follows_where_the_contact_that_stays_has_none(self):
        move = self.pushed(partner=self.double)
        customer = self.one('Customer', DisplayName="Queue Customer Twice")
        fresh = self.env['res.partner'].create({'name': "Never Billed"})
        self.merge(self.double, fresh)
        self.drain(self.connection)
        self.assertEqual(self.one('Customer', DisplayName="Never Billed")['Id'], customer['Id'])
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['CustomerRef']['value'], customer['Id'])
        again = self.pushed(partner=fresh)
        self.assertEqual(self.one('Invoice', DocNumber=again.name)['CustomerRef']['value'], customer['Id'])

    def test_documents_that_wait_go_to_the_customer_that_stays(self):
        move = self.invoice(partner=self.double)
        self.env.cr.precommit.run()
        self.merge(self.double, self.partner)
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['CustomerRef']['name'], "Queue Customer")

    def test_a_contact_that_is_merged_into_a_companys_contact_becomes_the_company(self):
        company = self.env['res.partner'].create({'name': "Whole Company", 'is_company': True})
        contact = self.env['res.partner'].create({'name': "Its Buyer", 'parent_id': company.id})
        move = self.pushed(partner=self.double)
        self.merge(self.double, contact)
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['CustomerRef']['name'], "Whole Company")
        names = [customer['DisplayName'] for customer in self.books()['Customer']]
        self.assertNotIn("Queue Customer Twice", names, "its customer became the company's")

    def test_without_a_connection_nothing_is_asked(self):
        self.connection.write({'state': 'disconnected', 'realm_id': False})
        self.merge(self.double, self.partner)
        self.assertFalse(self.double.exists())

"""A contact that is billed in several currencies: a customer for each."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .currencies import MC_REALM, CurrencyCase


@tagged('standard', 'post_install', '-at_install')
class TestCustomersPerCurrency(CurrencyCase):
    """QuickBooks fixes the currency of a customer for ever."""

    def setUp(self):
        super().setUp()
        self.join()

    def customer_of(self, move, entity='Invoice'):
        """Return the customer under which a document stands."""
        remote_id = self.one(entity, realm=MC_REALM, DocNumber=move.name)['CustomerRef']['value']
        return self.one('Customer', realm=MC_REALM, Id=remote_id)

    def test_a_contact_billed_in_two_currencies_is_two_customers(self):
        dollars, euros = self.bill(self.dollar), self.bill(self.euro)
        self.drain(self.connection)
        self.assertEqual(self.names(), {"Bright Lamps Ltd": 'USD', "Bright Lamps Ltd (EUR)": 'EUR'})
        self.assertEqual(self.customer_of(dollars)['DisplayName'], "Bright Lamps Ltd")
        self.assertEqual(self.customer_of(euros)['DisplayName'], "Bright Lamps Ltd (EUR)")
        self.assertEqual(self.customer_of(euros)['CompanyName'], "Bright Lamps Ltd")
        self.assertEqual(self.customer_of(euros)['PrimaryEmailAddr'], {'Address': "ap@bright.example"})
        self.assertEqual({(row.name, row.currency) for row in self.partner.qbo_customer_ids},
                         set(self.names().items()), "the contact's page shows both")

    def test_the_next_documents_in_a_currency_use_the_same_customer(self):
        self.bill(self.euro)
        self.drain(self.connection)
        second, credit = self.bill(self.euro), self.bill(self.euro, move_type='out_refund')
        self.drain(self.connection)
        self.assertEqual(self.names(), {"Bright Lamps Ltd (EUR)": 'EUR'})
        self.assertEqual(self.customer_of(second), self.customer_of(credit, 'CreditMemo'))

    def test_a_customer_of_that_name_and_currency_is_found_again(self):
        self.control('seed', {'objects': {MC_REALM: {'Customer': [
            {'DisplayName': "bright lamps ltd (EUR)", 'CurrencyRef': {'value': 'EUR'}}]}}})
        self.refresh()
        self.bill(self.euro)
        self.drain(self.connection)
        self.assertEqual(self.names(), {"Bright Lamps Ltd (EUR)": 'EUR'})

    def test_a_customer_alike_in_name_with_the_same_e_mail_and_currency_is_found_again(self):
        mail = {'PrimaryEmailAddr': {'Address': "ap@bright.example"}}
        self.control('seed', {'objects': {MC_REALM: {'Customer': [
            {'DisplayName': "Bright Lamps Euro", 'CurrencyRef': {'value': 'EUR'}, **mail}]}}})
        self.refresh()
        move, other = self.bill(self.euro), self.bill(self.dollar)
        self.drain(self.connection)
        self.assertEqual(self.names(), {"Bright Lamps Ltd (EUR)": 'EUR', "Bright Lamps Ltd": 'USD'})
        self.assertEqual(self.customer_of(move)['Id'], '1')
        self.assertNotEqual(self.customer_of(other)['Id'], '1')

    def test_a_namesake_that_came_in_the_meantime_is_adopted_only_in_the_same_currency(self):
        self.control('seed', {'objects': {MC_REALM: {'Customer': [
            {'DisplayName': "Bright Lamps Ltd (EUR)", 'CurrencyRef': {'value': 'EUR'}},
            {'DisplayName': "Bright Lamps Ltd", 'CurrencyRef': {'value': 'GBP'}}]}}})
        euros, dollars = self.bill(self.euro), self.bill(self.dollar)
        self.drain(self.connection)
        self.assertEqual(self.names(), {
            "Bright Lamps Ltd (EUR)": 'EUR', "Bright Lamps Ltd": 'GBP',
            f"Bright Lamps Ltd ({self.partner.id})": 'USD'})
        self.assertEqual(self.customer_of(euros)['CurrencyRef']['value'], 'EUR')
        self.assertEqual(self.customer_of(dollars)['CurrencyRef']['value'], 'USD')

    def test_a_name_that_stands_for_another_currency_is_not_taken_over(self):
        self.control('seed', {'objects': {MC_REALM: {'Customer': [
            {'DisplayName': "Bright Lamps Ltd (EUR)", 'CurrencyRef': {'value': 'GBP'}}]}}})
        self.refresh()
        self.bill(self.euro)
        self.drain(self.connection)
        self.assertEqual(self.names(), {
            "Bright Lamps Ltd (EUR)": 'GBP', f"Bright Lamps Ltd ({self.partner.id}) (EUR)": 'EUR'})

    def test_a_contact_whose_customer_is_foreign_already_keeps_its_plain_name_for_that_currency(self):
        self.control('seed', {'objects': {MC_REALM: {'Customer': [
            {'DisplayName': "Bright Lamps Ltd", 'CurrencyRef': {'value': 'EUR'}}]}}})
        self.refresh()
        euros, dollars = self.bill(self.euro), self.bill(self.dollar)
        self.drain(self.connection)
        self.assertEqual(self.names(), {"Bright Lamps Ltd": 'EUR', "Bright Lamps Ltd (USD)": 'USD'})
        self.assertEqual(self.customer_of(euros)['DisplayName'], "Bright Lamps Ltd")
        self.assertEqual(self.customer_of(dollars)['DisplayName'], "Bright Lamps Ltd (USD)")
        self.control(f'touch/{MC_REALM}', {'entity': 'Customer', 'id': '1', 'change': {'Active': False}})
        self.refresh()
        handlers = self.env['qbo.entity']
        self.assertEqual(handlers._customer_in(self.connection, self.partner, self.euro), self.partner)

    def test_a_customer_that_was_made_for_a_currency_is_kept_when_another_one_would_fit_now(self):
        first = self.bill(self.euro)
        self.drain(self.connection)
        self.control('seed', {'objects': {MC_REALM: {'Customer': [
            {'DisplayName': "Bright Lamps Ltd", 'CurrencyRef': {'value': 'EUR'}}]}}})
        self.refresh()
        second = self.bill(self.euro)
        self.drain(self.connection)
        self.assertEqual(self.customer_of(second), self.customer_of(first))

    def test_namesakes_are_told_apart_in_every_currency(self):
        other = self.partner.copy({'name': "Bright Lamps Ltd", 'city': "Paris", 'email': False})
        for partner in (self.partner, other):
            self.bill(self.dollar, partner=partner)
        self.drain(self.connection)
        for partner in (other, self.partner):
            self.bill(self.euro, partner=partner)
            self.drain(self.connection)
        self.assertEqual(self.names(), {
            "Bright Lamps Ltd": 'USD', "Bright Lamps Ltd (Paris)": 'USD',
            "Bright Lamps Ltd (EUR)": 'EUR', "Bright Lamps Ltd (Paris) (EUR)": 'EUR'})

    def test_a_new_name_or_address_reaches_the_customer_of_every_currency(self):
        self.bill(self.dollar)
        self.bill(self.euro)
        self.drain(self.connection)
        self.partner.write({'name': "Dim Lamps Ltd", 'city': "Springfield"})
        self.drain(self.connection)
        self.assertEqual(self.names(), {"Dim Lamps Ltd": 'USD', "Dim Lamps Ltd (EUR)": 'EUR'})
        self.assertEqual({c['BillAddr']['City'] for c in self.books(MC_REALM)['Customer']}, {"Springfield"})

    def test_a_contact_that_is_kept_out_is_so_in_every_currency(self):
        self.bill(self.dollar)
        self.bill(self.euro)
        self.drain(self.connection)
        self.partner.qbo_excluded = True
        self.partner.name = "Dim Lamps Ltd"
        self.drain(self.connection)
        self.assertEqual(set(self.names()), {"Bright Lamps Ltd", "Bright Lamps Ltd (EUR)"})
        self.assertEqual(self.partner.qbo_currency_ids.qbo_state, 'excluded')
        self.partner.qbo_excluded = False
        self.drain(self.connection)
        self.assertLessEqual({"Dim Lamps Ltd", "Dim Lamps Ltd (EUR)"}, set(self.names()))

    def test_an_archived_contact_becomes_inactive_in_every_currency_until_it_is_back(self):
        for currency in (self.dollar, self.euro):
            self.env['qbo.entity']._customer_in(self.connection, self.partner, currency).action_qbo_push()
        self.drain(self.connection)
        self.partner.active = False
        self.drain(self.connection)
        self.assertEqual({c['Active'] for c in self.books(MC_REALM)['Customer']}, {False})
        self.partner.active = True
        self.drain(self.connection)
        self.assertEqual(self.names(), {"Bright Lamps Ltd": 'USD', "Bright Lamps Ltd (EUR)": 'EUR'})
        self.assertEqual({c['Active'] for c in self.books(MC_REALM)['Customer']}, {True})

    def test_a_person_keeps_given_and_family_name_in_every_currency(self):
        person = self.env['res.partner'].create({'name': "Jane Roe"})
        self.bill(self.euro, partner=person)
        self.drain(self.connection)
        customer = self.one('Customer', realm=MC_REALM, DisplayName="Jane Roe (EUR)")
        self.assertEqual((customer['GivenName'], customer['FamilyName']), ("Jane", "Roe"))

    def test_the_contact_shows_its_other_currencies_to_those_who_may_see_them(self):
        self.bill(self.euro)
        self.drain(self.connection)
        user = new_test_user(self.env, 'sees', groups='base.group_user,qbo_connector.group_qbo_user')
        shown = self.partner.with_user(user).qbo_currency_ids
        self.assertEqual((shown.display_name, shown.qbo_state), ("Bright Lamps Ltd (EUR)", 'synced'))
        with self.assertRaises(AccessError):
            shown.unlink()
        company = self.env['res.company'].create({'name': "Elsewhere"})
        stranger = new_test_user(
            self.env, 'stranger', groups='base.group_user,qbo_connector.group_qbo_user',
            company_id=company.id, company_ids=[Command.set(company.ids)])
        self.assertFalse(self.partner.with_user(stranger).qbo_currency_ids)
        arch = self.env['res.partner'].with_user(user).get_view(view_type='form')['arch']
        self.assertIn('qbo_currency_ids', arch)

    def test_a_deleted_contact_takes_its_currencies_along(self):
        partner = self.env['res.partner'].create({'name': "Short Lived"})
        other = self.env['qbo.entity']._customer_in(self.connection, partner, self.euro)
        self.assertEqual(other._name, 'qbo.customer.currency')
        partner.unlink()
        self.assertFalse(other.exists())

    def test_documents_of_merged_contacts_go_over_to_the_customer_of_their_currency(self):
        twin = self.env['res.partner'].create({'name': "Bright Lamps"})
        ours, theirs = self.bill(self.euro), self.bill(self.euro, partner=twin)
        self.drain(self.connection)
        self.env['base.partner.merge.automatic.wizard']._merge((self.partner | twin).ids, self.partner)
        self.env.invalidate_all()
        self.drain(self.connection)
        self.assertEqual(self.customer_of(theirs), self.customer_of(ours))
        self.assertEqual({c['DisplayName']: c['Active'] for c in self.books(MC_REALM)['Customer']}, {
            "Bright Lamps Ltd (EUR)": True, "Bright Lamps (EUR) (deleted)": False})

    def test_the_customer_of_a_merged_contact_takes_the_name_of_the_one_that_has_none_in_its_currency(self):
        twin = self.env['res.partner'].create({'name': "Bright Lamps"})
        theirs = self.bill(self.euro, partner=twin)
        self.drain(self.connection)
        self.env['base.partner.merge.automatic.wizard']._merge((self.partner | twin).ids, self.partner)
        self.env.invalidate_all()
        self.drain(self.connection)
        self.assertEqual(self.names(), {"Bright Lamps Ltd (EUR)": 'EUR'})
        self.assertEqual(self.customer_of(theirs)['DisplayName'], "Bright Lamps Ltd (EUR)")

    def test_merged_contacts_keep_one_customer_in_each_currency(self):
        twin = self.env['res.partner'].create({'name': "Bright Lamps"})
        handlers = self.env['qbo.entity']
        ours = handlers._customer_in(self.connection, self.partner, self.euro)
        theirs = handlers._customer_in(self.connection, twin, self.euro)
        self.env['base.partner.merge.automatic.wizard']._merge((self.partner | twin).ids, self.partner)
        self.env.invalidate_all()
        self.assertEqual(self.partner.qbo_currency_ids, ours)
        self.assertFalse(theirs.exists())

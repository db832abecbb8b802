"""Foreign currencies: a customer for each, the rate of the document, and what is refused beforehand."""

import json

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from tests.simulator import US_MULTICURRENCY

from .common import UK_REALM, US_REALM, QboCase

MC_REALM = US_MULTICURRENCY['realm_id']


class CurrencyCase(QboCase):
    """A US company with a customer, and euros at two rates: 0.5 for a dollar last month, 0.8 now."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.env['res.partner'].create({
            'name': "Bright Lamps Ltd", 'is_company': True, 'email': "ap@bright.example"})
        cls.product = cls.env['product.product'].create({'name': "Lamp", 'type': 'service', 'taxes_id': False})
        cls.today = fields.Date.today()
        cls.last_month = fields.Date.subtract(cls.today, months=1)
        cls.dollar = cls.env.ref('base.USD')
        cls.euro = cls.currency('EUR', 0.8, last_month=0.5)

    @classmethod
    def currency(cls, code, rate, last_month=None):
        """Return a currency whose rates, in its units for a dollar, are just these."""
        currency = cls.env['res.currency'].with_context(active_test=False).search([('name', '=', code)])
        currency = currency or cls.env['res.currency'].create({'name': code, 'symbol': code})
        currency.active = True
        currency.rate_ids.unlink()
        for day, value in ((cls.last_month, last_month or rate), (cls.today, rate)):
            cls.env['res.currency.rate'].create({
                'name': day, 'rate': value, 'currency_id': currency.id, 'company_id': cls.company.id})
        return currency

    def setUp(self):
        super().setUp()
        self.control('reset')
        self.control('seed', {'companies': [US_MULTICURRENCY]})

    def join(self, realm=MC_REALM, **values):
        """Connect and map."""
        self.connection = self.connect(realm=realm, **values)
        self.accept_mappings(self.connection)

    def bill(self, currency, *prices, partner=None, move_type='out_invoice', tax=None, **values):
        """Post a document with a line for each price."""
        return self.invoice(partner=partner, move_type=move_type, currency_id=currency.id, lines=[
            {'product_id': self.product.id, 'quantity': 1, 'price_unit': price, 'tax_ids': tax.ids if tax else []}
            for price in prices or (100.0,)], **values)

    def refusal(self, record):
        """Drain, and return why a record was refused; it must not have reached the books."""
        self.drain(self.connection)
        entry = self.entries(record)[0]
        self.assertEqual((entry.state, entry.fault_class), ('failed', 'Refused'), entry.fault_message)
        return entry.fault_message

    def refresh(self):
        """Read QuickBooks' lists again."""
        with self.own_cursors():
            self.connection.action_refresh_references()

    def names(self, realm=MC_REALM):
        """Return ``{DisplayName: currency}`` of the customers in the books."""
        return {c['DisplayName']: c['CurrencyRef']['value'] for c in self.books(realm)['Customer']}


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

    def test_merged_contacts_keep_one_customer_in_each_currency(self):
        twin = self.env['res.partner'].create({'name': "Bright Lamps"})
        handlers = self.env['qbo.entity']
        ours = handlers._customer_in(self.connection, self.partner, self.euro)
        theirs = handlers._customer_in(self.connection, twin, self.euro)
        self.env['base.partner.merge.automatic.wizard']._merge((self.partner | twin).ids, self.partner)
        self.env.invalidate_all()
        self.assertEqual(self.partner.qbo_currency_ids, ours)
        self.assertFalse(theirs.exists())


@tagged('standard', 'post_install', '-at_install')
class TestExchangeRates(CurrencyCase):
    """The rate of the document, in QuickBooks' direction."""

    def setUp(self):
        super().setUp()
        self.join()

    def stands(self, move, entity='Invoice'):
        """Drain and return the document in the books."""
        self.drain(self.connection)
        return self.one(entity, realm=MC_REALM, DocNumber=move.name)

    def test_the_rate_is_dollars_for_a_euro_on_the_day_of_the_document(self):
        old, new = self.bill(self.euro, invoice_date=self.last_month), self.bill(self.euro)
        self.currency('EUR', 0.1)
        for move, rate, home in ((old, 2, 200), (new, 1.25, 125)):
            invoice = self.stands(move)
            self.assertEqual(invoice['CurrencyRef']['value'], 'EUR')
            self.assertAlmostEqual(invoice['ExchangeRate'], rate)
            self.assertAlmostEqual(invoice['TotalAmt'], 100.0)
            self.assertAlmostEqual(invoice['HomeTotalAmt'], home)
            self.assertAlmostEqual(move.amount_total_signed, home)
            self.assertEqual(move.qbo_state, 'synced')

    def test_a_rate_typed_on_the_invoice_counts(self):
        move = self.bill(self.euro, 33.34, post=False)
        move.invoice_currency_rate = 0.7
        move.action_post()
        self.assertEqual(self.stands(move)['ExchangeRate'], 1.428571429)  # not 47.63 / 33.34

    def test_a_home_total_whose_net_and_tax_were_rounded_one_by_one_is_the_same_in_quickbooks(self):
        tax = self.env['account.tax'].create({'name': "Ten", 'amount': 10, 'type_tax_use': 'sale'})
        for move_type, entity in (('out_invoice', 'Invoice'), ('out_refund', 'CreditMemo')):
            move = self.bill(self.euro, 10.04, tax=tax, move_type=move_type)
            document = self.stands(move, entity)
            self.assertAlmostEqual(document['TotalAmt'], 11.04)  # 13.80 at 1.25
            self.assertAlmostEqual(abs(move.amount_total_signed), 13.81)
            self.assertAlmostEqual(document['HomeTotalAmt'], 13.81)
            self.assertAlmostEqual(document['ExchangeRate'], 1.25, delta=0.001)
            self.assertEqual(move.qbo_state, 'synced')

    def test_a_home_total_that_no_rate_makes_is_a_variance(self):
        move = self.bill(self.currency('VND', 25500), 500_000_000)
        invoice = self.stands(move)
        self.assertAlmostEqual(invoice['TotalAmt'], 500_000_000)
        self.assertEqual(move.qbo_state, 'variance')
        self.assertIn("19607.84", move.qbo_message)
        self.assertIn("19608.00", move.qbo_message)

    def test_a_document_in_home_currency_names_it_and_no_rate(self):
        move = self.bill(self.dollar)
        self.stands(move)
        payload = json.loads(self.entries(move)[0].payload)
        self.assertEqual(payload['CurrencyRef'], {'value': 'USD'})
        self.assertNotIn('ExchangeRate', payload)

    def test_yen_travel_as_whole_numbers(self):
        move = self.bill(self.currency('JPY', 149.25), 1001, 333)
        invoice = self.stands(move)
        self.assertEqual(invoice['TotalAmt'], 1334)
        self.assertEqual([line['Amount'] for line in json.loads(self.entries(move)[0].payload)['Line']], [1001, 333])
        self.assertEqual(move.qbo_state, 'synced')

    def test_a_payment_in_euros_pays_the_invoice_at_the_rate_of_its_own_day(self):
        move = self.bill(self.euro, invoice_date=self.last_month)
        self.env['account.payment.register'].with_context(active_model='account.move', active_ids=move.ids).create({
            'payment_date': self.today})._create_payments()
        invoice = self.stands(move)
        payment = self.one('Payment', realm=MC_REALM)
        self.assertEqual(payment['CurrencyRef']['value'], 'EUR')
        self.assertAlmostEqual(payment['ExchangeRate'], 1.25)
        self.assertEqual(payment['CustomerRef']['value'], invoice['CustomerRef']['value'])
        self.assertAlmostEqual(invoice['Balance'], 0.0)


@tagged('standard', 'post_install', '-at_install')
class TestCurrencyPreflight(CurrencyCase):
    """What QuickBooks could not hold is refused with cause and cure, before anything of it is sent."""

    def test_a_company_that_keeps_one_currency_takes_no_other_until_that_is_switched_on(self):
        self.join(realm=US_REALM)
        move = self.bill(self.euro)
        message = self.refusal(move)
        self.assertIn("EUR", message)
        self.assertIn("Switch on multicurrency", message)
        self.assertEqual(self.names(US_REALM), {})

        self.control(f'preferences/{US_REALM}', {'CurrencyPrefs': {'MultiCurrencyEnabled': True}})
        with self.own_cursors():
            self.connection.action_test()
        self.entries(move)[0].action_retry()
        self.drain(self.connection)
        self.assertAlmostEqual(self.one('Invoice', DocNumber=move.name)['HomeTotalAmt'], 125.0)
        self.assertEqual(self.names(US_REALM), {"Bright Lamps Ltd (EUR)": 'EUR'})

    def test_a_payment_in_a_currency_that_is_not_kept_is_refused_too(self):
        self.join(realm=US_REALM)
        payment = self.env['account.payment'].create({
            'payment_type': 'inbound', 'partner_type': 'customer', 'partner_id': self.partner.id, 'amount': 10,
            'currency_id': self.euro.id})
        payment.action_post()
        self.assertIn("Switch on multicurrency", self.refusal(payment))
        self.assertEqual(self.names(US_REALM), {})

    def test_money_cannot_go_to_an_account_in_a_third_currency(self):
        self.join()
        self.control('seed', {'objects': {MC_REALM: {'Account': [
            {'Name': "Pounds", 'AccountType': 'Bank', 'CurrencyRef': {'value': 'GBP'}}]}}})
        self.refresh()
        payment = self.env['account.payment'].create({
            'payment_type': 'inbound', 'partner_type': 'customer', 'partner_id': self.partner.id, 'amount': 10,
            'currency_id': self.euro.id})
        payment.action_post()
        pounds = self.env['qbo.reference'].search([
            ('connection_id', '=', self.connection.id), ('entity', '=', 'Account'), ('name', '=', "Pounds")])
        mapping = self.env['qbo.mapping'].search([
            ('connection_id', '=', self.connection.id), ('kind', '=', 'journal'),
            ('res_id', '=', payment.journal_id.id)])
        before, mapping.reference_id = mapping.reference_id, pounds
        message = self.refusal(payment)
        self.assertIn("Pounds is kept in GBP and takes no EUR", message)
        mapping.reference_id = before
        self.entries(payment)[0].action_retry()
        self.drain(self.connection)
        self.assertAlmostEqual(self.one('Payment', realm=MC_REALM)['ExchangeRate'], 1.25)

    def test_a_currency_of_ones_own_making_is_refused(self):
        self.join()
        self.assertIn("PTS", self.refusal(self.bill(self.currency('PTS', 10))))
        self.assertEqual(self.names(), {})

    def test_a_third_decimal_is_refused_unless_it_is_a_nought(self):
        self.join()
        dinar = self.currency('KWD', 0.3)
        odd, even = self.bill(dinar, 10.0, 10.125), self.bill(dinar, 10.12)
        message = self.refusal(odd)
        self.assertIn("10.125", message)
        self.assertIn("two decimals", message)
        self.assertAlmostEqual(self.one('Invoice', realm=MC_REALM, DocNumber=even.name)['TotalAmt'], 10.12)

    def test_companies_with_different_home_currencies_are_told_apart_at_once_and_nothing_is_sent(self):
        self.connection = self.connect(realm=UK_REALM, push_all_customers=True)
        self.assertIn("USD", self.connection.currency_conflict)
        self.assertIn("GBP", self.connection.currency_conflict)
        self.assertIn('currency_conflict', self.connection.get_view(view_type='form')['arch'])
        move, partner = self.bill(self.dollar), self.env['res.partner'].create({'name': "New", 'customer_rank': 1})
        self.assertEqual(self.refusal(move), self.connection.currency_conflict)
        self.assertEqual(self.refusal(partner), self.connection.currency_conflict)
        self.assertFalse([call for call in self.api_calls('POST') if '/query' not in call['path']])

    def test_companies_of_one_home_currency_do_not_conflict(self):
        self.join()
        self.assertFalse(self.connection.currency_conflict)

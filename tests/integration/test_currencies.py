"""Foreign currencies: the rate of the document, and what is refused beforehand."""

import json

from odoo.tests import tagged

from .common import UK_REALM, US_REALM
from .currencies import MC_REALM, CurrencyCase
from .test_preflight import PreflightMixin


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
class TestCurrencyPreflight(PreflightMixin, CurrencyCase):
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

    def test_looking_at_a_document_tells_its_customer_its_rate_and_what_stops_it(self):
        self.join()
        dialog = self.look(self.bill(self.euro), 'action_qbo_preview')
        self.assertEqual(dialog.step_ids[0].name, "Bright Lamps Ltd (EUR)")
        self.assertEqual(json.loads(dialog.payload)['ExchangeRate'], 1.25)
        dialog = self.look(self.bill(self.currency('PTS', 10)))
        self.assertFalse(dialog.ready)
        self.assertIn("no currency PTS", dialog.problem_ids.message)

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

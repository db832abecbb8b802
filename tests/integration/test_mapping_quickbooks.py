"""Mappings and QuickBooks: what is missing is made there from here, and what changes there is found out."""

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from tests.integration.common import UK_REALM, US_REALM, QboCase
from tests.integration.test_mapping_wizard import WizardCase
from tests.simulator.seeds import US_MULTICURRENCY

ATTRIBUTES = {'Term': 'DueDays', 'PaymentMethod': 'Type', 'Class': 'SubClass', 'Department': 'SubDepartment'}


@tagged('standard', 'post_install', '-at_install')
class TestCreate(WizardCase):
    """The button that makes a counterpart."""

    def make(self, kind, record, wizard=None):
        """Press the button on the row of a record, and return what is chosen then."""
        wizard = wizard or self.open()
        line = self.line(wizard, kind, record)
        self.assertTrue(line.creatable)
        self.press(line.action_create)
        self.assertFalse(line.creatable)
        return line.reference_id

    def term(self, name, **line):
        """Return a term of one line."""
        return self.env['account.payment.term'].create({'name': name, 'line_ids': [
            (0, 0, {'value': 'percent', 'value_amount': 100, 'nb_days': 0, **line})]})

    def test_terms_methods_classes_locations_and_accounts_are_made_and_chosen(self):
        self.connection.company_id.currency_id.active = True
        lines, regions = self.env['account.analytic.plan'].create([{'name': "Lines"}, {'name': "Regions"}])
        trade, north = self.env['account.analytic.account'].create([
            {'name': "Trade: wholesale", 'plan_id': lines.id}, {'name': "North", 'plan_id': regions.id}])
        self.connection.write({'class_plan_id': lines.id, 'department_plan_id': regions.id})
        term = self.env['account.payment.term'].create({
            'name': "Fifty-five days, 2 % within ten, agreed by hand", 'early_discount': True,
            'discount_percentage': 2, 'discount_days': 10, 'line_ids': [(0, 0, {
                'value': 'percent', 'value_amount': 100, 'delay_type': 'days_after', 'nb_days': 55})]})
        method = self.env['account.journal'].search([
            ('type', '=', 'bank'), ('company_id', '=', self.company.id)], limit=1).inbound_payment_method_line_ids[:1]
        method.name = "Carrier Pigeon"
        account = self.income('Sales: "Odd" Things', '488020')
        wizard = self.open()
        made = {kind: self.make(kind, record, wizard) for kind, record in (
            ('term', term), ('payment_method', method), ('class', trade), ('department', north), ('account', account))}
        wizard.action_save()
        for kind, record in (('term', term), ('class', trade), ('account', account)):
            self.assertEqual(self.row(kind, record).reference_id, made[kind])
        self.one('Term', Name=made['term'].name, DueDays=55, DiscountDays=10, DiscountPercent=2)
        self.one('PaymentMethod', Name="Carrier Pigeon", Type='NON_CREDIT_CARD')
        self.one('Class', Name="Trade - wholesale")
        self.one('Department', Name="North")
        self.one('Account', Name="Sales - 'Odd' Things", AccountType='Income', AccountSubType='SalesOfProductIncome')

    def test_terms_of_a_day_of_the_following_month_are_made(self):
        wizard = self.open()
        for values, day, before in (
                ({'delay_type': 'days_end_of_month_on_the', 'days_next_month': '15'}, 15, 14),
                ({'delay_type': 'days_after_end_of_month', 'nb_days': 10}, 10, 9),
                ({'delay_type': 'days_after_end_of_next_month', 'nb_days': 0}, 31, 31)):
            term = self.term(f"Following month, {day}", **values)
            wizard._propose()
            made = self.make('term', term, wizard)
            self.one('Term', Name=term.name, DayOfMonthDue=day, DueNextMonthDays=before, Type='DATE_DRIVEN')
            self.assertEqual(made.due_days, -1)

    def test_a_lost_answer_and_a_name_that_is_there_already_make_nothing_twice(self):
        term = self.env['account.payment.term'].create({'name': "Net 81", 'line_ids': [(0, 0, {
            'value': 'percent', 'value_amount': 100, 'delay_type': 'days_after', 'nb_days': 81})]})
        wizard = self.open()
        self.control('fail', {'path': '/term', 'kind': 'lost_answer', 'times': 1})
        self.assertEqual(self.make('term', term, wizard).name, "Net 81")
        self.one('Term', Name="Net 81")
        self.line(wizard, 'term', term).reference_id = False
        self.control('answers', method='DELETE')
        self.assertEqual(self.make('term', term, wizard).name, "Net 81")
        self.one('Term', Name="Net 81")

    def test_what_quickbooks_cannot_hold_is_refused_with_the_way_out(self):
        account = self.env['account.account'].create(
            {'name': "Machines", 'code': '188020', 'account_type': 'asset_fixed'})
        end_of_month = self.term("End of month", delay_type='days_after_end_of_month', nb_days=0)
        discounted = self.term("15th, 2 % within ten", delay_type='days_end_of_month_on_the', days_next_month='15')
        discounted.write({'early_discount': True, 'discount_percentage': 2, 'discount_days': 10})
        halves = self.env['account.payment.term'].create({'name': "Halves", 'line_ids': [
            (0, 0, {'value': 'percent', 'value_amount': 50, 'nb_days': days}) for days in (10, 40)]})
        for kind, record, words in (
                ('account', account, "chart of accounts"), ('term', end_of_month, "unmapped"),
                ('term', discounted, "unmapped"), ('term', halves, "unmapped"),
                *(('term', self.term(f"{values}", **values), "unmapped") for values in (
                    {'delay_type': 'days_after_end_of_month', 'nb_days': 29},
                    {'delay_type': 'days_after_end_of_month', 'nb_days': 31},
                    {'delay_type': 'days_after_end_of_next_month', 'nb_days': 10},
                    {'delay_type': 'days_end_of_month_on_the', 'days_next_month': '1'},
                    {'delay_type': 'days_end_of_month_on_the', 'days_next_month': '0'},
                    {'delay_type': 'days_end_of_month_on_the', 'days_next_month': '15', 'nb_days': 30}))):
            with self.subTest(record.name), self.assertRaisesRegex(UserError, words):
                self.env['qbo.mapping']._create_counterpart(self.connection, kind, record)
        self.assertFalse([call for call in self.api_calls('POST') if call['path'].endswith(('/account', '/term'))])
        term = end_of_month.copy({'name': "Never Seen"})
        term.line_ids.delay_type = 'days_after'
        self.control('fail', {'path': '/term', 'kind': 'status', 'status': 400, 'code': 6000, 'message': "Not today"})
        with self.assertRaisesRegex(UserError, "Not today"):
            self.press(lambda: self.env['qbo.mapping']._create_counterpart(self.connection, 'term', term))
        self.assertFalse([t for t in self.books()['Term'] if t['Name'] == "Never Seen"])


@tagged('standard', 'post_install', '-at_install')
class TestTaxesAndCurrencies(QboCase):
    """What only some QuickBooks companies can make."""

    row, line, open, press, touch = (
        WizardCase.row, WizardCase.line, WizardCase.open, WizardCase.press, WizardCase.touch)

    def test_tax_codes_are_made_with_their_rates_and_agency(self):
        self.use_uk_company("Taxing Ltd")
        self.connection = self.connect(self.company, realm=UK_REALM)
        tax = self.env['account.tax'].create({'name': "Odd VAT", 'amount': 13.75, 'type_tax_use': 'sale'})
        free = self.env['account.tax'].create({'name': "Nothing", 'amount': 0, 'type_tax_use': 'sale'})
        parts = self.env['account.tax'].create([
            {'name': name, 'amount': amount, 'type_tax_use': 'sale'} for name, amount in (("Town", 3), ("Land", 4.5))])
        group = self.env['account.tax'].create({
            'name': "Town and Land", 'amount_type': 'group', 'amount': 0, 'type_tax_use': 'sale',
            'children_tax_ids': [(6, 0, parts.ids)]})
        wizard = self.open(with_unused=True)
        self.assertTrue(wizard.agency_id, "the company has one agency")
        for record in (tax, group):
            self.press(self.line(wizard, 'tax', record).action_create)
        codes = {code['Name']: code for code in self.books(UK_REALM)['TaxCode']}
        rates = {rate['Id']: rate for rate in self.books(UK_REALM)['TaxRate']}
        for name, expected in (("Odd VAT", [13.75]), ("Town and Land", [3, 4.5])):
            made = [rates[d['TaxRateRef']['value']] for d in codes[name]['SalesTaxRateList']['TaxRateDetail']]
            self.assertEqual([rate['RateValue'] for rate in made], expected)
            self.assertEqual({rate['AgencyRef']['value'] for rate in made}, {wizard.agency_id.remote_id})
        self.assertAlmostEqual(self.line(wizard, 'tax', group).reference_id.rate, 7.5)
        self.assertFalse(self.line(wizard, 'tax', group).warning)
        with self.assertRaisesRegex(UserError, "tax return"):
            self.press(self.line(wizard, 'tax', free).action_create)
        wizard.action_save()
        self.assertEqual(self.row('tax', tax).reference_id.name, "Odd VAT")
        other = self.env['qbo.reference'].search([
            ('connection_id', '=', self.connection.id), ('entity', '=', 'TaxCode'), ('rate', '=', 20)], limit=1)
        line = self.line(wizard, 'tax', tax)
        line.reference_id = other
        self.assertIn("13.75", line.warning, "another rate is warned about at once")

    def test_automated_sales_tax_makes_no_codes(self):
        connection = self.connect()
        tax = self.env['account.tax'].create({'name': "Odd", 'amount': 3, 'type_tax_use': 'sale'})
        self.assertFalse(self.env['qbo.mapping']._can_create(connection, 'tax', tax.id))
        self.assertNotIn('TaxAgency', connection._further_lists())

    def test_currencies_are_shown_made_and_activated(self):
        self.control('seed', {'companies': [US_MULTICURRENCY]})
        realm = US_MULTICURRENCY['realm_id']
        self.connection = self.connect(realm=realm)
        euro, pound = self.env.ref('base.EUR'), self.env.ref('base.GBP')
        (euro | pound).active = True
        partner = self.env['res.partner'].create({'name': "Abroad"})
        move = self.env['account.move'].create({
            'move_type': 'out_invoice', 'partner_id': partner.id, 'invoice_date': fields.Date.today(),
            'currency_id': euro.id, 'invoice_line_ids': [(0, 0, {'name': "x", 'price_unit': 1, 'tax_ids': []})]})
        move.action_post()
        wizard = self.open(with_unused=True)
        home, used, unused = (self.line(wizard, 'currency', currency) for currency in (
            self.company.currency_id, euro, pound))
        self.assertEqual((home.status, used.status, used.required, unused.required), ('mapped', 'open', True, False))
        self.assertTrue(used.warning)
        self.press(used.action_create)
        self.assertEqual((used.status, used.warning, used.changed), ('mapped', False, False))
        found = [c for c in self.books(realm)['CompanyCurrency'] if c['Code'] == 'EUR']
        self.assertEqual(len(found), 1)
        self.control(f'touch/{realm}', {'entity': 'CompanyCurrency', 'id': found[0]['Id'], 'change': {'Active': False}})
        self.press(wizard.action_reload)
        self.assertEqual(used.status, 'open')
        self.press(used.action_create)
        self.assertEqual([c['Active'] for c in self.books(realm)['CompanyCurrency'] if c['Code'] == 'EUR'], [True])
        wizard.action_save()
        self.assertFalse(self.env['qbo.mapping'].search([('kind', '=', 'currency')]))


@tagged('standard', 'post_install', '-at_install')
class TestDrift(WizardCase):
    """What changes in QuickBooks after it was mapped."""

    def test_what_changes_in_quickbooks_is_found_told_once_and_confirmed_or_mapped_anew(self):
        names = ("Drift Named", "Drift Typed", "Drift Gone", "Drift Same")
        self.control('seed', {'objects': {US_REALM: {'Account': [
            {'Name': name, 'AccountType': 'Income', 'AccountSubType': 'SalesOfProductIncome'} for name in names]}}})
        self.press(self.connection.action_refresh_references)
        accounts = {name: self.income(name, f'4871{number}') for number, name in enumerate(names)}
        wizard = self.open()
        wizard.action_accept_all()
        wizard.action_save()
        rows = {name: self.row('account', account) for name, account in accounts.items()}
        self.assertEqual([row.reference_id.name for row in rows.values()], [*names])
        self.connection._alert_people()
        self.assertFalse(self.connection.drift_count)
        remote = {name: row.reference_id.remote_id for name, row in rows.items()}
        self.touch('Account', remote["Drift Named"], Name="Drift Renamed", FullyQualifiedName="Drift Renamed")
        self.touch('Account', remote["Drift Typed"], AccountType='Bank', AccountSubType='Checking')
        self.touch('Account', remote["Drift Gone"], Active=False, Name="Drift Gone (deleted)")
        self.connection.sweep_due = True  # as every night
        self.drain(self.connection)
        self.assertEqual(self.connection.drift_count, 3)
        self.assertEqual(self.env['qbo.mapping'].search([('drifted', '=', True)]), self.env['qbo.mapping'].union(
            *(rows[name] for name in names[:3])))
        for name, words in (("Drift Named", "renamed from Drift Named to Drift Renamed"),
                            ("Drift Typed", "type was Income, is Bank"), ("Drift Gone", "inactive")):
            self.assertIn(words, rows[name].drift)
        self.assertFalse(rows["Drift Same"].drift)
        self.assertIn("Bank", rows["Drift Typed"].warning)
        for _time in range(2):
            self.connection._alert_people()
            activities = self.connection.activity_ids.filtered(lambda a: "lists changed" in (a.summary or ''))
            self.assertEqual(len(activities), 1)
        self.assertIn("Drift Renamed", activities.note)
        activities.unlink()
        self.connection._alert_people()
        self.assertNotIn("lists changed", str(self.connection.activity_ids.mapped('summary')), "told once")

        wizard = self.open()
        renamed, gone = (self.line(wizard, 'account', accounts[name]) for name in ("Drift Named", "Drift Gone"))
        wizard.write({'show': 'drifted'})
        self.assertEqual(len(wizard.shown_ids), 3)
        self.assertIn("renamed", renamed.warning)
        self.assertIn("inactive", gone.warning)
        renamed.action_confirm_drift()
        self.assertFalse(renamed.warning)
        with self.assertRaisesRegex(UserError, "inactive"):
            rows["Drift Gone"].action_confirm_drift()
        gone.reference_id = rows["Drift Same"].reference_id
        wizard.action_save()
        self.assertEqual(self.connection.drift_count, 1)
        rows["Drift Typed"].action_confirm_drift()
        self.press(lambda: self.connection._load_references(('Account',)))
        self.assertFalse(self.connection.drift_count)
        self.assertIn("Confirmed", self.env['qbo.audit'].search([('event', '=', 'mapping')], limit=1).text)

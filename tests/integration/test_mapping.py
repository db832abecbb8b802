"""Mappings: what is suggested, what is refused, what a saved one sets going."""

from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.addons.qbo_connector.exceptions import MissingMapping
from odoo.exceptions import ConcurrencyError, ValidationError

from tests.integration.common import UK_REALM, US_REALM, QboCase


class MappingCase(QboCase):
    """A company connected with the US company, and one with the UK company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.uk_company = cls.env['res.company'].search([('currency_id.name', '=', 'GBP')], limit=1)
        cls.Mapping = cls.env['qbo.mapping']

    def connect_uk(self):
        """Connect the company that keeps its books in GBP."""
        self.assertTrue(self.uk_company, "the template database has a company in GBP")
        self.env.user.company_ids |= self.uk_company
        return self.connect(self.uk_company, realm=UK_REALM)

    def reference(self, connection, entity, **match):
        """Return the first mirrored object that matches."""
        domain = [('connection_id', '=', connection.id), ('entity', '=', entity)]
        return self.env['qbo.reference'].search([*domain, *((k, '=', v) for k, v in match.items())], limit=1)

    def row(self, connection, kind, record=None):
        """Return the mapping row of a record."""
        return self.Mapping.search([
            ('connection_id', '=', connection.id), ('kind', '=', kind),
            ('res_id', '=', record.id if record else 0)])


class TestReferences(MappingCase):
    """The mirror of QuickBooks' lists."""

    def test_the_mirror_holds_every_account_of_the_books_inactive_ones_included(self):
        self.control('seed', {'objects': {US_REALM: {'Account': [
            {'Name': "Old Sales", 'AccountType': 'Income', 'Active': False}]}}})
        connection = self.connect()
        mirrored = self.env['qbo.reference'].with_context(active_test=False).search(
            [('connection_id', '=', connection.id), ('entity', '=', 'Account')])
        self.assertEqual(set(mirrored.mapped('remote_id')), {a['Id'] for a in self.books()['Account']})
        self.assertIn("Old Sales", "".join(mirrored.filtered(lambda r: not r.active).mapped('name')))

    def test_a_tax_code_carries_the_sum_of_its_rates(self):
        connection = self.connect_uk()
        rates = self.env['qbo.reference'].search(
            [('connection_id', '=', connection.id), ('entity', '=', 'TaxCode')]).mapped('rate')
        self.assertIn(20.0, rates)
        self.assertIn(0.0, rates)

    def test_more_rows_than_a_page_are_read_completely(self):
        self.control('seed', {'objects': {US_REALM: {'Customer': [
            {'DisplayName': f"Customer {number:04}"} for number in range(1005)]}}})
        connection = self.connect()
        count = self.env['qbo.reference'].search_count([
            ('connection_id', '=', connection.id), ('entity', '=', 'Customer'), ('name', '=like', 'Customer ____')])
        self.assertEqual(count, 1005)


class TestSuggestions(MappingCase):
    """What the wizard proposes."""

    def test_the_wizard_proposes_what_is_in_use_and_saves_what_was_accepted(self):
        connection = self.connect()
        account = self.env['account.journal'].search(
            [('type', '=', 'sale'), ('company_id', '=', self.company.id)], limit=1).default_account_id
        wizard = self.env['qbo.mapping.wizard'].create({'connection_id': connection.id})
        self.assertIn(account.id, wizard.line_ids.mapping_id.filtered(lambda m: m.kind == 'account').mapped('res_id'))
        self.assertFalse(self.row(connection, 'account', account).reference_id, "nothing is saved before review")
        wizard.action_accept_all()
        wizard.action_save()
        self.assertEqual(self.row(connection, 'account', account).reference_id.type, 'Income')
        self.assertTrue(self.row(connection, 'account').reference_id, "the default income account")

    def test_a_row_that_the_drain_adds_at_the_same_moment_makes_odoo_repeat_the_request(self):
        connection = self.connect()
        with patch.object(type(self.Mapping), '_add_all', side_effect=UniqueViolation), \
                self.assertRaises(ConcurrencyError):
            self.env['qbo.mapping.wizard'].create({'connection_id': connection.id})

    def test_an_account_of_the_same_number_is_suggested_before_one_of_a_like_name(self):
        connection = self.connect()
        account = self.env['account.account'].create(
            {'name': "Consulting", 'code': '487123', 'account_type': 'income'})
        self.env['qbo.reference'].create([
            {'connection_id': connection.id, 'entity': 'Account', 'remote_id': '90001', 'name': "Something else",
             'number': '487123', 'type': 'Income'},
            {'connection_id': connection.id, 'entity': 'Account', 'remote_id': '90002', 'name': "Consulting",
             'type': 'Income'},
        ])
        suggestion = self.Mapping._suggest(connection, 'account', account)
        self.assertEqual(suggestion.reference.remote_id, '90001')
        self.assertTrue(suggestion.reason)

    def test_an_account_is_suggested_one_of_its_own_nature(self):
        connection = self.connect()
        for name, account_type, expected in (
                ("Loan Payable", 'liability_current', "Loan Payable"), ("Sales", 'liability_current', False),
                ("Bank Charges", 'expense', "Bank Charges"), ("Something quite different", 'expense', False)):
            account = self.env['account.account'].new({'name': name, 'account_type': account_type})
            self.assertEqual(self.Mapping._suggest(connection, 'account', account).reference.name, expected, name)

    def test_gains_are_not_suggested_the_account_of_sales(self):
        connection = self.connect()
        gain = connection.company_id.income_currency_exchange_account_id
        self.assertEqual(gain.account_type, 'income')
        suggested = self.Mapping._suggest(connection, 'account', gain).reference
        self.assertFalse(suggested.filtered(lambda row: row.type == 'Income'), "a gain is no sale")

    def test_a_fiscal_position_s_account_and_that_of_discounts_are_listed(self):
        connection = self.connect()
        sales = self.env['account.journal'].search(
            [('type', '=', 'sale'), ('company_id', '=', self.company.id)], limit=1).default_account_id
        abroad, given = self.env['account.account'].create([
            {'name': "Sales Abroad", 'code': '489201', 'account_type': 'income'},
            {'name': "Discounts Allowed", 'code': '689201', 'account_type': 'expense'}])
        self.env['account.fiscal.position'].create({'name': "Abroad", 'account_ids': [
            (0, 0, {'account_src_id': sales.id, 'account_dest_id': abroad.id})]})
        self.company.account_discount_expense_allocation_id = given
        wizard = self.env['qbo.mapping.wizard'].create({'connection_id': connection.id})
        listed = wizard.line_ids.mapping_id.filtered(lambda m: m.kind == 'account').mapped('res_id')
        self.assertLessEqual({abroad.id, given.id}, set(listed))

    def test_a_tax_is_never_suggested_a_code_of_another_rate(self):
        connection = self.connect_uk()
        taxes = self.env['account.tax'].search([('company_id', '=', self.uk_company.id), ('type_tax_use', '=', 'sale')])
        self.assertTrue(taxes)
        for tax in taxes:
            suggestion = self.Mapping._suggest(connection, 'tax', tax)
            if suggestion.reference:
                self.assertAlmostEqual(suggestion.reference.rate, tax.amount, msg=tax.name)
        odd = taxes[0].copy({'name': "17.31 %", 'amount': 17.31, 'amount_type': 'percent'})
        self.assertFalse(self.Mapping._suggest(connection, 'tax', odd).reference)

    def test_taxes_of_no_percent_are_told_apart_by_what_they_are(self):
        connection = self.connect_uk()
        template = self.env['account.tax'].search(
            [('company_id', '=', self.uk_company.id), ('type_tax_use', '=', 'sale')], limit=1)
        for name, label, expected in (
                ("Books", "Zero rated", "0.0% Z"), ("Exempt supplies", "Exempt", "Exempt"),
                ("0% Reverse Charge", "Reverse Charge", False)):
            tax = template.copy({'name': name, 'invoice_label': label, 'description': False, 'amount': 0})
            self.assertEqual(self.Mapping._suggest(connection, 'tax', tax).reference.name, expected, name)

    def test_lines_without_tax_are_a_row_of_their_own_outside_the_us_only(self):
        self.accept_mappings(connection_us := self.connect())
        self.assertFalse(self.row(connection_us, 'tax'))
        self.accept_mappings(connection_uk := self.connect_uk())
        self.assertEqual(self.row(connection_uk, 'tax').reference_id.rate, 0)

    def test_a_term_is_suggested_by_its_days(self):
        connection = self.connect()
        term = self.env['account.payment.term'].create({'name': "a month", 'line_ids': [(0, 0, {
            'value': 'percent', 'value_amount': 100, 'delay_type': 'days_after', 'nb_days': 30})]})
        self.assertEqual(self.Mapping._suggest(connection, 'term', term).reference.due_days, 30)

    def test_a_bank_journal_is_suggested_a_bank_account(self):
        connection = self.connect()
        journal = self.env['account.journal'].search(
            [('type', '=', 'bank'), ('company_id', '=', self.company.id)], limit=1)
        self.assertIn(self.Mapping._suggest(connection, 'journal', journal).reference.type,
                      ('Bank', 'Other Current Asset'))


class TestTargets(MappingCase):
    """What a push gets, and what stops it."""

    def setUp(self):
        super().setUp()
        self.connection = self.connect()
        self.account = self.env['account.account'].create(
            {'name': "Gadgets", 'code': '488001', 'account_type': 'income'})
        self.income = self.reference(self.connection, 'Account', type='Income')

    def missing(self, kind, record):
        """Return the refusal of a look-up (assertRaises would roll back the row that it leaves)."""
        try:
            self.Mapping._target(self.connection, kind, record)
        except MissingMapping as error:
            return error
        return self.fail("the mapping is not missing")

    def test_a_missing_mapping_names_the_record_and_opens_exactly_its_row(self):
        error = self.missing('account', self.account)
        self.assertIn("Gadgets", str(error))
        action = error.mapping.action_open()
        self.assertEqual((action['res_model'], action['res_id']),
                         ('qbo.mapping', self.row(self.connection, 'account', self.account).id))

    def test_a_second_push_finds_the_same_missing_row(self):
        for _attempt in range(2):
            self.missing('account', self.account)
        self.assertEqual(len(self.row(self.connection, 'account', self.account)), 1)

    def test_an_optional_target_is_empty_and_leaves_no_row(self):
        term = self.env['account.payment.term'].search([], limit=1)
        self.assertFalse(self.Mapping._target(self.connection, 'term', term, required=False))
        self.assertFalse(self.row(self.connection, 'term', term))

    def test_the_default_income_account_stands_in_for_an_unmapped_one(self):
        self.Mapping._add(self.connection, 'account', None).reference_id = self.income
        self.assertEqual(self.Mapping._target(self.connection, 'account', self.account), self.income)

    def test_the_default_income_account_stands_in_for_income_alone(self):
        self.Mapping._add(self.connection, 'account', None).reference_id = self.income
        deposits = self.env['account.account'].create(
            {'name': "Customer Deposits", 'code': '288001', 'account_type': 'liability_current'})
        self.assertIn("Customer Deposits", str(self.missing('account', deposits)))

    def test_a_counterpart_that_became_inactive_is_missing_again(self):
        self.Mapping._add(self.connection, 'account', self.account).reference_id = self.income
        self.income.active = False
        error = self.missing('account', self.account)
        self.assertIn("inactive", str(error))
        self.assertEqual(error.mapping.state, 'inactive')

    def test_only_what_documents_wait_for_counts_as_to_map(self):
        self.Mapping._add(self.connection, 'account', self.account)
        self.Mapping._add(self.connection, 'term', self.env['account.payment.term'].search([], limit=1))
        rows = self.Mapping.search([('connection_id', '=', self.connection.id)])
        self.assertEqual(sorted(rows.mapped('state')), ['missing', 'optional'])
        for row in rows:
            self.assertEqual(self.Mapping.search([('state', '=', row.state), ('id', 'in', rows.ids)]), row)
        self.assertEqual(self.connection.unmapped_count, 1)

    def test_an_income_account_without_a_row_is_not_to_map_while_the_default_stands_in(self):
        other = self.env['account.account'].create(
            {'name': "Customer Deposits", 'code': '288001', 'account_type': 'liability_current'})
        own, liability = (self.Mapping._add(self.connection, 'account', account) for account in (self.account, other))
        default = self.Mapping._add(self.connection, 'account', None)
        rows = own | liability | default
        self.assertEqual(rows.mapped('state'), ['missing'] * 3)
        default.reference_id = self.income
        for states, count in ((['optional', 'missing', 'mapped'], 1), (['missing', 'missing', 'inactive'], 3)):
            self.env.invalidate_all()
            self.assertEqual(rows.mapped('state'), states)
            for state in set(states):
                self.assertEqual(self.Mapping.search([('state', '=', state), ('id', 'in', rows.ids)]),
                                 rows.filtered(lambda row, state=state: row.state == state))
            self.assertEqual(self.connection.unmapped_count, count)
            self.income.active = False

    def test_an_inactive_counterpart_cannot_be_chosen(self):
        self.income.active = False
        row = self.Mapping._add(self.connection, 'account', self.account)
        with self.assertRaises(ValidationError):
            row.reference_id = self.income

    def test_a_counterpart_from_another_list_cannot_be_chosen(self):
        row = self.Mapping._add(self.connection, 'account', self.account)
        with self.assertRaises(ValidationError):
            row.reference_id = self.reference(self.connection, 'Term')

    def test_a_tax_mapped_to_a_code_of_another_rate_is_warned_about(self):
        tax = self.env['account.tax'].create({'name': "7.77 %", 'amount': 7.77, 'type_tax_use': 'sale'})
        code = self.env['qbo.reference'].create({
            'connection_id': self.connection.id, 'entity': 'TaxCode', 'remote_id': '901', 'name': "Nine", 'rate': 9})
        row = self.Mapping._add(self.connection, 'tax', tax)
        self.assertFalse(row.warning)
        row.reference_id = code
        self.assertIn("7.77", row.warning)

    def test_saving_a_mapping_lets_the_entries_that_failed_for_want_of_it_go_on(self):
        row = self.Mapping._add(self.connection, 'account', self.account)
        entry = self.env['qbo.queue.entry'].create({
            'connection_id': self.connection.id, 'model': 'account.move', 'res_id': 1, 'state': 'failed',
            'mapping_id': row.id, 'fault_message': "no counterpart"})
        row.reference_id = self.income
        self.assertEqual(entry.state, 'pending')

"""The mapping wizard: tabs, thousands of rows, creating what is missing, reloading, files, what a save releases."""

import base64
import csv
import io

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from tests.integration.common import US_REALM, QueueCase

ROWS = 3000


class WizardCase(QueueCase):
    """A connected company whose mappings are saved, and what a wizard's user does."""

    def open(self, **values):
        """Open a wizard."""
        return self.env['qbo.mapping.wizard'].create({'connection_id': self.connection.id, **values})

    def line(self, wizard, kind, record):
        """Return the wizard's row of a record."""
        return wizard.line_ids.filtered(lambda line: (line.kind, line.res_id) == (kind, record.id))

    def tab(self, wizard, key):
        """Return the counts of a tab."""
        return next(tab for tab in wizard.tabs if tab['key'] == key)

    def row(self, kind, record):
        """Return the saved mapping of a record."""
        return self.env['qbo.mapping'].search([
            ('connection_id', '=', self.connection.id), ('kind', '=', kind), ('res_id', '=', record.id)])

    def income(self, name, code):
        """Return an income account that sales use."""
        account = self.env['account.account'].create({'name': name, 'code': code, 'account_type': 'income'})
        self.env['product.category'].create({
            'name': f"Category of {name}", 'property_account_income_categ_id': account.id})
        return account

    def sales_of(self, category):
        """Let a product for sale be in a category."""
        self.env['product.product'].create({'name': f"In {category.name}", 'categ_id': category.id, 'sale_ok': True})

    def touch(self, entity, remote_id, **change):
        """Change something in QuickBooks, as a person does there."""
        self.control(f'touch/{US_REALM}', {'entity': entity, 'id': remote_id, 'change': change})

    def press(self, button):
        """Press a button that asks QuickBooks."""
        with self.own_cursors():
            return button()


@tagged('standard', 'post_install', '-at_install')
class TestWizard(WizardCase):
    """What an accountant sees and does."""

    def test_tabs_count_and_show_what_is_searched_and_keep_what_was_chosen(self):
        account = self.income("Garden Gnomes", '487001')
        category = self.env['product.category'].search([('name', '=', "Category of Garden Gnomes")])
        self.sales_of(category)
        wizard = self.open()
        gnomes = self.line(wizard, 'account', account)
        self.assertEqual(
            (gnomes.categories, gnomes.status, gnomes.required), (category.display_name, 'suggested', True))
        total = self.tab(wizard, 'account')['total']
        self.assertEqual(self.tab(wizard, 'account'), {
            'key': 'account', 'label': "Accounts", 'total': total, 'mapped': total - wizard.open_count - 1,
            'needed': wizard.open_count}, "the default account stands in for the one that is not mapped")
        self.assertNotEqual(wizard.shown_ids[:1].status, 'mapped', "what is to be mapped comes first")
        default = self.line(wizard, 'account', self.env['account.account'])
        stand_in, needed = default.reference_id, wizard.open_count
        default.reference_id = False
        self.assertEqual((wizard.open_count, self.tab(wizard, 'account')['needed']), (needed + 2,) * 2)
        default.reference_id = stand_in
        self.assertEqual(wizard.open_count, needed, "the default account stands in for the income account")
        wizard.write({'tab': 'category'})
        self.assertIn(gnomes, wizard.shown_ids)
        self.assertNotIn(False, wizard.shown_ids.mapped('categories'))
        chosen = gnomes.suggestion_id
        # the row as the browser saves it when another tab is clicked
        wizard.write({
            'tab': 'account', 'search_text': "487001 gnom", 'shown_ids': [(1, gnomes.id, {'reference_id': chosen.id})]})
        self.assertEqual((wizard.shown_ids, gnomes.reference_id), (gnomes, chosen))
        wizard.write({'search_text': "487001 no such", 'show': 'all'})
        self.assertFalse(wizard.shown_ids)
        wizard.write({'search_text': False, 'show': 'changed'})
        self.assertEqual((wizard.shown_ids, wizard.changed_count), (gnomes, 1))
        self.assertFalse(self.row('account', account).reference_id, "nothing is saved yet")
        for tab in ('term', 'journal', 'payment_method'):
            wizard.write({'tab': tab, 'show': 'all'})
            self.assertEqual(set(wizard.shown_ids.mapped('kind')), {tab})
        wizard.action_save()
        self.assertEqual(self.row('account', account).reference_id, chosen)
        audit = self.env['qbo.audit'].search([('event', '=', 'mapping')], limit=1)
        self.assertIn("Garden Gnomes", audit.text)

    def test_a_save_says_before_how_many_entries_it_lets_go_on(self):
        account = self.income("Waited For", '487002')
        product = self.env['product.product'].create({
            'name': "Stuck", 'type': 'service', 'taxes_id': False, 'property_account_income_id': account.id})
        default = self.env['qbo.mapping'].search([
            ('connection_id', '=', self.connection.id), ('kind', '=', 'account'), ('res_id', '=', 0)])
        income, default.reference_id = default.reference_id, False
        moves = [self.invoice(lines=[{'product_id': product.id, 'quantity': 1, 'price_unit': 5, 'tax_ids': []}])
                 for _number in range(3)]
        self.drain(self.connection)
        wizard = self.open()
        line = self.line(wizard, 'account', account)
        self.assertEqual((line.waiting_count > 0, line.sequence, wizard.release_count), (True, 0, 0))
        line.reference_id = income
        # the product failed for want of the account, and three invoices wait for the product or for the account
        self.assertEqual(wizard.release_count, 4)
        line.reference_id = False
        self.line(wizard, 'account', self.env['account.account']).reference_id = income
        self.assertEqual(wizard.release_count, 4, "the default account stands in for it")
        wizard.action_save()
        self.drain(self.connection)
        numbers = {invoice['DocNumber'] for invoice in self.books()['Invoice']}
        self.assertLessEqual({move.name for move in moves}, numbers)

    def test_reloading_keeps_what_was_chosen_and_drops_what_became_inactive(self):
        one, two = self.income("Reload One", '487003'), self.income("Reload Two", '487004')
        wizard = self.open()
        incomes = self.env['qbo.reference'].search([
            ('connection_id', '=', self.connection.id), ('type', '=', 'Income')], limit=2)
        self.line(wizard, 'account', one).reference_id, self.line(wizard, 'account', two).reference_id = incomes
        self.touch('Account', incomes[1].remote_id, Active=False)
        self.control('seed', {'objects': {US_REALM: {'Term': [{'Name': "Net 77", 'DueDays': 77}]}}})
        term = self.env['account.payment.term'].create({'name': "77 days", 'line_ids': [(0, 0, {
            'value': 'percent', 'value_amount': 100, 'delay_type': 'days_after', 'nb_days': 77})]})
        self.press(wizard.action_reload)
        self.assertEqual(self.line(wizard, 'account', one).reference_id, incomes[0])
        self.assertFalse(self.line(wizard, 'account', two).reference_id)
        self.assertEqual(self.line(wizard, 'term', term).suggestion_id.name, "Net 77", "what is new is there, too")

    def ledger(self, count):
        """Return so many accounts 70000..., copied from one; the ORM takes half a minute for them."""
        template = self.env['account.account'].create({'name': "Ledger", 'code': '699999', 'account_type': 'income'})
        self.env.flush_all()
        self.env.cr.execute("""
            INSERT INTO account_account (account_type, active, name, code_store)
                 SELECT account_type, active, jsonb_build_object('en_US', new.name),
                        jsonb_build_object(%s, new.code)
                   FROM account_account, unnest(%s, %s) AS new (name, code) WHERE id = %s RETURNING id
        """, [str(self.company.root_id.id), [f"Ledger {_words(number)}" for number in range(count)],
              [f'7{number:04}' for number in range(count)], template.id])
        accounts = self.env['account.account'].browse(row[0] for row in self.env.cr.fetchall())
        self.env.cr.execute("""
            INSERT INTO account_account_res_company_rel (account_account_id, res_company_id)
                 SELECT unnest(%s), %s
        """, [accounts.ids, self.company.root_id.id])
        self.env.invalidate_all()
        return accounts

    def test_thousands_of_accounts_cost_few_queries_and_are_found_by_searching(self):
        self.env['qbo.reference'].create([{
            'connection_id': self.connection.id, 'entity': 'Account', 'remote_id': f'9{number:05}',
            'name': f"Ledger {_words(number)}", 'number': f'7{number:04}', 'type': 'Income'} for number in range(ROWS)])
        accounts = self.ledger(ROWS)
        self.env.flush_all()
        with self.assertQueryCount(150):
            wizard = self.open(with_unused=True)
        self.assertGreaterEqual(self.tab(wizard, 'account')['total'], ROWS)
        self.assertEqual(len(wizard.shown_ids), 200)
        self.assertEqual(wizard.hidden_count, self.tab(wizard, 'account')['total'] - 200)
        wizard.write({'search_text': "72999"})
        self.assertEqual(wizard.shown_ids, self.line(wizard, 'account', accounts[-1]))
        self.assertEqual(wizard.shown_ids.suggestion_id.number, '72999')
        wizard.write({'search_text': False})
        with self.assertQueryCount(60):
            wizard.action_accept_tab()
            self.env.flush_all()
        with self.assertQueryCount(120):
            wizard.action_save()
            self.env.flush_all()
        saved = self.env['qbo.mapping'].search([('kind', '=', 'account'), ('res_id', 'in', accounts.ids)])
        self.assertEqual(len(saved), ROWS)
        self.assertTrue(all(row.reference_id.number == account.code for row, account in zip(
            saved.sorted('res_id'), accounts.sorted('id'), strict=True)))

    def test_only_accountants_map_create_and_confirm_and_only_in_their_companies(self):
        wizard = self.open()
        user = new_test_user(self.env, 'qbo_looker', groups='qbo_connector.group_qbo_user')
        elsewhere = self.env['res.company'].create({'name': "Elsewhere"})
        stranger = new_test_user(
            self.env, 'qbo_stranger', groups='qbo_connector.group_qbo_accountant', company_id=elsewhere.id,
            company_ids=[(6, 0, elsewhere.ids)])
        mapping = self.env['qbo.mapping'].search([('connection_id', '=', self.connection.id)], limit=1)
        for person in (user, stranger):
            for attempt in (
                    lambda p=person: self.env['qbo.mapping.wizard'].with_user(p).create(
                        {'connection_id': self.connection.id}),
                    lambda p=person: wizard.with_user(p).action_save(),
                    lambda p=person: wizard.line_ids[:1].with_user(p).read(['name']),
                    lambda p=person: mapping.with_user(p).action_confirm_drift(),
                    lambda p=person: self.env['qbo.mapping'].with_user(p)._create_counterpart(
                        self.connection.with_user(p), 'term', self.env['account.payment.term'].search([], limit=1))):
                with self.assertRaises(AccessError):
                    attempt()


@tagged('standard', 'post_install', '-at_install')
class TestFiles(WizardCase):
    """Mappings leave and come back as a file."""

    def read(self, wizard):
        """Return the rows of the exported file."""
        self.assertIn('/web/content/', wizard.action_export()['url'])
        return list(csv.DictReader(io.StringIO(base64.b64decode(wizard.file).decode('utf-8-sig'))))

    def saved(self):
        """Return what is mapped to what."""
        rows = self.env['qbo.mapping'].search([
            ('connection_id', '=', self.connection.id), ('reference_id', '!=', False)])
        return {(row.kind, row.res_id): row.reference_id for row in rows}

    def load(self, wizard, rows, delimiter=','):
        """Import rows as a spreadsheet saves them."""
        text = io.StringIO()
        writer = csv.DictWriter(text, rows[0].keys(), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
        wizard.file = base64.b64encode(text.getvalue().encode('utf-8-sig'))
        wizard.action_import()

    def test_a_file_brings_all_mappings_to_a_connection_that_has_none(self):
        formula = self.income("=HYPERLINK(\"http://x\")", '487010')
        wizard = self.open()
        wizard.action_accept_all()
        wizard.action_save()
        rows = self.read(self.open())
        before = self.saved()
        self.assertTrue(before)
        row = next(row for row in rows if row['Odoo Number'] == '487010')
        self.assertEqual(row['Odoo Name'], "'" + formula.name, "no spreadsheet takes it for a formula")
        self.assertNotIn(str(formula.id), row.values(), "ids of this database mean nothing in another")
        self.env['qbo.mapping'].search([('connection_id', '=', self.connection.id)]).unlink()
        wizard = self.open()
        self.load(wizard, rows, delimiter=';')
        self.assertFalse(wizard.file_errors)
        self.assertFalse(self.saved(), "reviewed before it is saved")
        wizard.action_save()
        self.assertEqual(self.saved(), before)

    def test_a_file_with_errors_says_row_by_row_what_is_wrong_and_chooses_nothing(self):
        inactive = self.env['qbo.reference'].create({
            'connection_id': self.connection.id, 'entity': 'Account', 'remote_id': '98001', 'name': "Gone",
            'type': 'Income', 'active': False})
        self.income("Fine", '487011')
        wizard = self.open()
        fine = {'Kind': 'account', 'Odoo Number': '487011', 'Odoo Name': '', 'QuickBooks Number': '',
                'QuickBooks Name': "Services"}
        self.load(wizard, [
            fine, {**fine, 'Kind': 'colour'}, {**fine, 'Odoo Number': '', 'Odoo Name': "Nowhere"},
            {**fine, 'QuickBooks Name': "No Such"}, {**fine, 'QuickBooks Name': inactive.name}, fine])
        errors = wizard.file_errors.split('\n')
        for number, words, error in zip(
                (3, 4, 5, 6, 7), ("colour", "Nowhere", "No Such", "inactive", "twice"), errors, strict=True):
            self.assertTrue(error.startswith(f"Line {number}:"), error)
            self.assertIn(words, error)
        self.assertFalse(wizard.changed_count)
        for content, words in ((b"\x00\x01", "not a CSV"), (b"a,b\n1,2", "Kind"), (b'', "Choose a CSV")):
            wizard.file = base64.b64encode(content)
            try:
                wizard.action_import()
            except UserError as error:
                self.assertIn(words, str(error))
            else:
                self.assertIn(words, wizard.file_errors)


def _words(number):
    """Return a name that is like no other's, of letters alone."""
    return "".join(chr(ord('a') + int(digit)) * 2 for digit in f'{number:05}').title()

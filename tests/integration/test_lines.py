"""Lines of documents: which account each posts to in QuickBooks, discounts, down payments, units, their number."""

from collections import defaultdict
from unittest.mock import patch

from odoo import fields
from odoo.addons.qbo_connector.qbo.payloads import sales
from odoo.sql_db import Cursor
from odoo.tests import tagged

from .common import US_REALM, QueueCase


class LinesCase(QueueCase):
    """A second income account and a liability, each with a counterpart of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.income = cls.product.product_tmpl_id._get_product_accounts()['income']
        cls.other = cls.account("Export Sales", '489101', 'income')
        cls.deposits = cls.account("Customer Deposits", '289101', 'liability_current')

    @classmethod
    def account(cls, name, code, account_type):
        """Create an account."""
        return cls.env['account.account'].create({'name': name, 'code': code, 'account_type': account_type})

    def setUp(self):
        super().setUp()
        self.map_to(self.income, "Sales")
        self.map_to(self.other, "Services")
        self.map_to(self.deposits, "Loan Payable")

    def map_to(self, account, name):
        """Map an account to one of QuickBooks by its name."""
        Mapping, connection = self.env['qbo.mapping'], self.connection
        row = Mapping.search([('connection_id', '=', connection.id), ('kind', '=', 'account'),
                              ('res_id', '=', account.id)]) or Mapping._add(connection, 'account', account)
        row.reference_id = self.env['qbo.reference'].search([
            ('connection_id', '=', connection.id), ('entity', '=', 'Account'), ('name', '=', name)])

    def line(self, **values):
        """Return the values of a line of one piece at 100.00 without tax."""
        return {'product_id': self.product.id, 'quantity': 1, 'price_unit': 100.0, 'tax_ids': [], **values}

    def push(self, *lines, **values):
        """Post a document, drain, and return (move, what stands in the books)."""
        move = self.invoice(lines=list(lines) or [self.line()], **values)
        self.drain(self.connection)
        return move, self.in_books(move)

    def in_books(self, move):
        """Return the document in the books, after comparing every account with Odoo's."""
        found = self.one({'out_invoice': 'Invoice', 'out_refund': 'CreditMemo'}[move.move_type], DocNumber=move.name)
        self.assertAlmostEqual(found['TotalAmt'], move.amount_total)
        self.assertEqual(move.qbo_state, 'synced', move.qbo_message)
        self.assertEqual(self.posted(found), self.booked(move))
        return found

    def posted(self, document):
        """Return ``{account: amount}`` of a document in the books."""
        totals = defaultdict(float)
        for row in self.control(f'postings/{US_REALM}', method='GET'):
            if row['Id'] == document['Id']:
                totals[row['Account']] += row['Amount']
        return {account: round(amount, 2) for account, amount in totals.items() if round(amount, 2)}

    def booked(self, move):
        """Return ``{account in QuickBooks: amount}`` of what a document books in Odoo, without tax and receivable."""
        totals = defaultdict(float)
        for line in move.line_ids:
            if line.display_type in ('product', 'discount', 'rounding') and not line.tax_repartition_line_id:
                target = self.env['qbo.mapping']._target(self.connection, 'account', line.account_id)
                totals[target.name] -= line.balance
        return {account: round(amount, 2) for account, amount in totals.items() if round(amount, 2)}

    def item_of(self, line):
        """Return the item of a line in the books."""
        return self.one('Item', Id=line['SalesItemLineDetail']['ItemRef']['value'])


@tagged('standard', 'post_install', '-at_install')
class TestAccountsOfLines(LinesCase):
    """A line posts to the counterpart of its own account, whatever its product's item posts to."""

    def test_a_line_on_the_account_of_its_product_uses_the_product_s_item(self):
        _move, invoice = self.push()
        self.assertEqual(self.posted(invoice), {"Sales": 100})
        self.assertEqual(self.item_of(invoice['Line'][0])['Name'], "Queue Item")

    def test_an_account_changed_by_hand_keeps_its_own_item_and_the_text_says_the_product(self):
        _move, invoice = self.push(self.line(account_id=self.other.id, name="As agreed"))
        self.assertEqual(self.posted(invoice), {"Services": 100})
        self.assertIn("Export Sales", self.item_of(invoice['Line'][0])['Name'])
        self.assertEqual(invoice['Line'][0]['Description'], "Queue Item\nAs agreed")
        self.assertNotIn("Queue Item", [item['Name'] for item in self.books()['Item']])

    def test_a_text_that_names_the_product_already_stays_as_it_is(self):
        self.product.default_code = "Q-1"
        _move, invoice = self.push(self.line(account_id=self.other.id))
        self.assertEqual(invoice['Line'][0]['Description'], "[Q-1] Queue Item")

    def test_a_fiscal_position_moves_the_line_to_its_account(self):
        position = self.env['account.fiscal.position'].create({'name': "Abroad", 'account_ids': [
            fields.Command.create({'account_src_id': self.income.id, 'account_dest_id': self.other.id})]})
        move = self.invoice(post=False)
        move.fiscal_position_id = position
        move.action_update_fpos_values()
        move.action_post()
        self.assertEqual(move.invoice_line_ids.account_id, self.other)
        self.drain(self.connection)
        self.assertEqual(self.posted(self.in_books(move)), {"Services": 100})

    def test_two_accounts_of_one_counterpart_share_the_product_s_item(self):
        self.map_to(self.other, "Sales")
        _move, invoice = self.push(self.line(account_id=self.other.id))
        self.assertEqual(self.item_of(invoice['Line'][0])['Name'], "Queue Item")

    def test_both_kinds_of_lines_stand_side_by_side_and_a_credit_note_takes_both_back(self):
        lines = self.line(), self.line(account_id=self.other.id, price_unit=30.0), self.line(
            product_id=False, name="Advice", account_id=self.other.id, price_unit=7.0)
        _move, invoice = self.push(*lines)
        self.assertEqual(self.posted(invoice), {"Sales": 100, "Services": 37})
        _move, credit = self.push(*lines, move_type='out_refund')
        self.assertEqual(self.posted(credit), {"Sales": -100, "Services": -37})

    def test_an_item_whose_account_was_not_moved_along_is_not_used(self):
        self.company.income_account_id = self.income
        self.push()
        self.control('fail', {'entity': 'Item', 'method': 'POST', 'kind': 'status', 'status': 400, 'code': '2010'})
        self.company.income_account_id = self.other
        self.drain(self.connection)  # QuickBooks refuses the item: it stays as it is
        _move, invoice = self.push(self.line(account_id=self.other.id))
        self.assertEqual(self.item_of(invoice['Line'][0])['Name'], "Export Sales")
        self.assertEqual(self.posted(invoice), {"Services": 100})

    def test_an_old_document_pushed_again_stays_on_its_account_when_the_product_s_has_changed(self):
        move, _invoice = self.push()
        self.product.property_account_income_id = self.other
        self.drain(self.connection)
        self.assertEqual(self.one('Item', Name="Queue Item")['IncomeAccountRef']['name'], "Services")
        move.ref = "PO 7"
        self.drain(self.connection)
        self.assertEqual(self.posted(self.in_books(move)), {"Sales": 100})

    def test_the_account_of_a_category_changes_the_items_of_its_products(self):
        category = self.env['product.category'].create({'name': "Lamps"})
        self.product.categ_id = category
        self.push()
        category.property_account_income_categ_id = self.other
        self.drain(self.connection)
        self.assertEqual(self.one('Item', Name="Queue Item")['IncomeAccountRef']['name'], "Services")

    def test_a_changed_mapping_changes_the_items_that_post_to_its_account(self):
        self.push(self.line(), self.line(product_id=False, name="Advice", account_id=self.other.id))
        self.map_to(self.income, "Services")
        self.map_to(self.other, "Sales")
        self.drain(self.connection)
        items = {item['Name']: item['IncomeAccountRef']['name'] for item in self.books()['Item']}
        self.assertEqual((items["Queue Item"], items["Export Sales"]), ("Services", "Sales"))

    def test_a_document_waits_while_the_item_of_its_account_cannot_follow_the_mapping(self):
        advice = self.line(product_id=False, name="Advice", account_id=self.other.id)
        self.push(advice)
        self.map_to(self.other, "Checking")  # no account for an item: QuickBooks refuses
        move = self.invoice(lines=[advice])
        self.drain(self.connection)
        self.assertEqual(len(self.books()['Invoice']), 1)
        self.assertEqual(move.qbo_state, 'blocked')
        self.assertIn("Export Sales", move.qbo_message)
        self.map_to(self.other, "Sales")
        self.drain(self.connection)
        self.assertEqual(self.posted(self.in_books(move)), {"Sales": 100})

    def test_an_item_that_was_refused_for_its_account_s_type_is_tried_again_with_the_next_one(self):
        self.map_to(self.income, "Checking")
        move = self.invoice()
        self.drain(self.connection)
        self.assertEqual(move.qbo_state, 'blocked')
        self.map_to(self.income, "Sales")
        self.drain(self.connection)
        self.assertEqual(self.posted(self.in_books(move)), {"Sales": 100})

    def test_a_document_is_refused_while_the_item_of_its_account_posts_elsewhere_all_the_same(self):
        advice = self.line(product_id=False, name="Advice", account_id=self.other.id)
        self.push(advice)
        self.env['qbo.binding']._of_record(self.connection, 'account.account', self.other.id).posting_account = '1'
        move = self.invoice(lines=[advice])
        self.drain(self.connection)
        self.assertEqual(move.qbo_state, 'failed')
        self.assertIn("posts to another account", move.qbo_message)

    def test_a_renamed_product_and_a_renamed_account_rename_their_items(self):
        self.push(self.line(), self.line(product_id=False, name="Advice", account_id=self.other.id))
        self.product.name, self.other.name = "Queue Item II", "Sales Abroad"
        self.drain(self.connection)
        self.assertEqual({item['Name'] for item in self.books()['Item']} - {"Services", "Hours"},
                         {"Queue Item II", "Sales Abroad"})

    def test_an_account_of_a_name_that_quickbooks_cannot_show_goes_by_its_code(self):
        self.other.name = "\N{PACKAGE}"
        _move, invoice = self.push(self.line(account_id=self.other.id))
        self.assertEqual(self.item_of(invoice['Line'][0])['Name'], "489101")

    def test_an_item_of_the_same_name_is_taken_only_if_it_posts_to_that_account(self):
        self.other.name = "Hours"  # an item of the company, which posts to Services
        _move, invoice = self.push(self.line(account_id=self.other.id))
        self.assertEqual(self.item_of(invoice['Line'][0])['Name'], "Hours")
        self.income.name = "Services"  # another one
        _move, invoice = self.push(self.line(product_id=False, name="Advice", account_id=self.income.id))
        self.assertEqual(self.item_of(invoice['Line'][0])['Name'], f"Services ({self.income.code})")
        self.assertEqual(self.one('Item', Name="Services")['IncomeAccountRef']['name'], "Services")

    def test_more_lines_cost_no_more_statements(self):
        products = self.env['product.product'].create([
            {'name': f"Part {number}", 'type': 'service', 'taxes_id': False} for number in range(40)])
        few, many = (self.invoice(lines=[
            self.line(product_id=product.id, account_id=account.id) for product in chosen
            for account in (self.income, self.other)]) for chosen in (products[:2], products))
        self.drain(self.connection)
        counts = [self.statements_to_push(move) for move in (few, many)]
        self.assertLess(counts[1], counts[0] + 5)

    def statements_to_push(self, move):
        """Return how many statements pushing a changed document takes."""
        move.ref = "changed"
        self.env.cr.precommit.run()
        self.env.flush_all()
        self.env.invalidate_all()
        seen, original = [], Cursor.execute

        def execute(cursor, query, *args, **kwargs):
            seen.append(query)
            return original(cursor, query, *args, **kwargs)

        with patch.object(Cursor, 'execute', execute):
            self.drain(self.connection)
        self.assertEqual(self.entries(move)[0].operation, 'update')
        return len(seen)


@tagged('standard', 'post_install', '-at_install')
class TestKindsOfLines(LinesCase):
    """Discounts, negative lines, down payments, units, texts: the books say what Odoo says, account by account."""

    def test_discounts_of_all_kinds(self):
        _move, invoice = self.push(
            self.line(quantity=3, price_unit=19.99, discount=12.5), self.line(discount=100),
            self.line(quantity=-2, price_unit=10.0, discount=10), self.line(price_unit=1.111, discount=33.33))
        self.assertEqual([row['Amount'] for row in invoice['Line'][:-1]],
                         [59.97, -7.5, 100, -100, -20, 2, 1.11, -0.37])

    def test_discounts_on_prices_that_include_tax_are_taken_from_the_net_amount(self):
        tax = self.env['account.tax'].create({
            'name': "8 % included", 'amount': 8, 'type_tax_use': 'sale', 'price_include_override': 'tax_included'})
        _move, invoice = self.push(
            self.line(price_unit=108.0, tax_ids=tax.ids, discount=50),
            self.line(price_unit=108.0, tax_ids=tax.ids, discount=100))
        self.assertEqual([(row['Amount'], row['Description']) for row in invoice['Line'][:-1]], [
            (100, "Queue Item"), (-50, "Discount 50 %"), (0, "Queue Item (Discount 100 %)")])

    def test_a_discount_posts_to_the_account_that_odoo_keeps_for_discounts(self):
        given = self.account("Discounts Allowed", '689101', 'expense')
        self.map_to(given, "Discounts given")
        self.company.account_discount_expense_allocation_id = given
        lines = self.line(discount=10), self.line(account_id=self.other.id, discount=25), self.line(
            quantity=0.5, price_unit=20.01, discount=50)
        _move, invoice = self.push(*lines)
        self.assertEqual(self.posted(invoice), {"Sales": 110, "Services": 100, "Discounts given": -40})
        _move, credit = self.push(*lines, move_type='out_refund')
        self.assertEqual(self.posted(credit), {"Sales": -110, "Services": -100, "Discounts given": 40})
        tax = self.env['account.tax'].create({
            'name': "8 % included", 'amount': 8, 'type_tax_use': 'sale', 'price_include_override': 'tax_included'})
        _move, invoice = self.push(self.line(price_unit=108.0, tax_ids=tax.ids, discount=50))
        self.assertEqual(self.posted(invoice), {"Sales": 104, "Discounts given": -54}, "as Odoo books it")

    def test_a_global_discount_is_a_negative_line(self):
        off = self.env['product.product'].create({'name': "Loyalty", 'type': 'service', 'taxes_id': False})
        _move, invoice = self.push(self.line(), self.line(product_id=off.id, price_unit=-15.5))
        self.assertEqual([row['Amount'] for row in invoice['Line'][:2]], [100, -15.5])

    def test_a_down_payment_waits_on_a_liability_until_it_is_deducted(self):
        advance = {'product_id': False, 'name': "Down payment of 40 %", 'account_id': self.deposits.id}
        _move, first = self.push(self.line(**advance, price_unit=40.0))
        self.assertEqual(self.posted(first), {"Loan Payable": 40})
        _move, final = self.push(
            self.line(), {'display_type': 'line_section', 'name': "Down Payments"},
            self.line(**advance, quantity=-1, price_unit=40.0))
        self.assertEqual(self.posted(final), {"Sales": 100, "Loan Payable": -40})
        self.assertAlmostEqual(final['TotalAmt'], 60)

    def test_a_down_payment_on_an_account_without_counterpart_waits_for_it_instead_of_becoming_income(self):
        unmapped = self.account("Advances", '289102', 'liability_current')
        move = self.invoice(lines=[self.line(product_id=False, name="Down payment", account_id=unmapped.id)])
        self.drain(self.connection)
        self.assertEqual(move.qbo_state, 'blocked')
        self.assertIn("Advances has no counterpart", move.qbo_message)
        self.map_to(unmapped, "Loan Payable")
        self.drain(self.connection)
        self.assertEqual(self.posted(self.in_books(move)), {"Loan Payable": 100})

    def test_sections_subsections_and_notes_stay_in_their_places(self):
        _move, invoice = self.push(
            {'display_type': 'line_section', 'name': "Lighting", 'sequence': 1},
            {'display_type': 'line_subsection', 'name': "Indoors", 'sequence': 2}, self.line(sequence=3),
            {'display_type': 'line_note', 'name': "Handle\nwith care", 'sequence': 4})
        self.assertEqual([(row['DetailType'], row.get('Description')) for row in invoice['Line'][:-1]], [
            ('DescriptionOnly', "Lighting"), ('DescriptionOnly', "Indoors"), ('SalesItemLineDetail', "Queue Item"),
            ('DescriptionOnly', "Handle\nwith care")])

    def test_a_document_that_comes_to_nothing_is_a_document(self):
        _move, invoice = self.push(self.line(), self.line(quantity=-1))
        self.assertEqual((invoice['TotalAmt'], invoice['Balance']), (0, 0))
        _move, gift = self.push(self.line(price_unit=0.0))
        self.assertEqual(gift['Line'][0]['Amount'], 0)

    def test_a_line_without_quantity_is_a_line(self):
        _move, invoice = self.push(self.line(), self.line(quantity=0))
        self.assertEqual((invoice['Line'][1]['Amount'], invoice['Line'][1]['SalesItemLineDetail']['Qty']), (0, 0))

    def test_another_unit_than_the_product_s_is_named_and_quantity_and_price_are_those_of_the_document(self):
        dozen = self.env.ref('uom.product_uom_dozen')
        _move, invoice = self.push(self.line(quantity=2, price_unit=50.0, product_uom_id=dozen.id), self.line())
        first, second = invoice['Line'][:2]
        self.assertEqual(first['Description'], f"Queue Item (unit: {dozen.name})")
        self.assertEqual((first['SalesItemLineDetail']['Qty'], first['SalesItemLineDetail']['UnitPrice']), (2, 50))
        self.assertEqual(second['Description'], "Queue Item")

    def test_cash_rounding_posts_to_its_own_account(self):
        rounding = self.env['account.cash.rounding'].create({
            'name': "To 0.05", 'rounding': 0.05, 'strategy': 'add_invoice_line', 'rounding_method': 'HALF-UP',
            'profit_account_id': self.other.id, 'loss_account_id': self.other.id})
        _move, invoice = self.push(self.line(price_unit=10.02), invoice_cash_rounding_id=rounding.id)
        self.assertEqual(self.posted(invoice), {"Sales": 10.02, "Services": -0.02})

    def test_cash_rounding_within_a_tax_is_part_of_the_tax(self):
        tax = self.env['account.tax'].create({'name': "Sales 8 %", 'amount': 8, 'type_tax_use': 'sale'})
        rounding = self.env['account.cash.rounding'].create({
            'name': "To 0.05", 'rounding': 0.05, 'strategy': 'biggest_tax', 'rounding_method': 'HALF-UP'})
        move, invoice = self.push(
            self.line(price_unit=10.02, tax_ids=tax.ids), invoice_cash_rounding_id=rounding.id)
        self.assertAlmostEqual(invoice['TxnTaxDetail']['TotalTax'], move.amount_tax)
        self.assertAlmostEqual(move.amount_tax, 0.78)

    def test_a_discount_for_early_payment_that_lowers_the_tax_from_the_start_is_no_line(self):
        tax = self.env['account.tax'].create({'name': "Sales 8 %", 'amount': 8, 'type_tax_use': 'sale'})
        term = self.env['account.payment.term'].create({
            'name': "2 % within 7 days", 'early_discount': True, 'discount_percentage': 2, 'discount_days': 7,
            'early_pay_discount_computation': 'mixed'})
        move, invoice = self.push(self.line(tax_ids=tax.ids), invoice_payment_term_id=term.id)
        self.assertTrue(move.line_ids.filtered(lambda line: line.display_type == 'epd'))
        self.assertAlmostEqual(invoice['TxnTaxDetail']['TotalTax'], 7.84)

    def test_a_very_long_text_is_cut_where_quickbooks_ends(self):
        _move, invoice = self.push(self.line(name="x" * 5000), {'display_type': 'line_note', 'name': "y" * 5000})
        self.assertEqual([len(row['Description']) for row in invoice['Line'][:2]], [4000, 4000])

    def test_a_thousand_lines_without_tax_arrive(self):
        _move, invoice = self.push(*[self.line(price_unit=1.0)] * 1000)
        self.assertEqual((len(invoice['Line']), invoice['TotalAmt']), (1001, 1000))

    def test_too_many_lines_with_tax_are_refused_with_the_cure(self):
        tax = self.env['account.tax'].create({'name': "Sales 8 %", 'amount': 8, 'type_tax_use': 'sale'})
        with patch.object(sales, 'TAXED_LINES_LIMIT', 3):
            move = self.invoice(lines=[self.line(tax_ids=tax.ids)] * 4)
            self.drain(self.connection)
        entry = self.entries(move)[0]
        self.assertEqual(entry.state, 'failed')
        self.assertIn("4 lines", entry.fault_message)
        self.assertIn("several documents", entry.fault_message)
        self.assertFalse(self.books()['Invoice'])

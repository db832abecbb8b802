"""Generated documents, posted by Odoo's own tax engine: QuickBooks' books must say the same, or the document says so.

320 invoices and credit notes of up to eight lines: both ways of rounding, prices with tax and without, also within one
document, discounts, negative lines, prices of six decimals and quantities of five, pounds, dollars and yen.
``QBO_SEED=123`` draws others.
"""

import json
import os
import random
from collections import Counter
from decimal import Decimal
from pathlib import Path

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from tests.simulator import US_MULTICURRENCY

from .common import UK_REALM, QboCase

SEED = int(os.environ.get('QBO_SEED', 20261121))
DOCUMENTS = 80
REPORT = Path(__file__).resolve().parents[2] / 'build/generated-invoices.json'


class GeneratedCase(QboCase):
    """A company whose books are compared document by document."""

    rates = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.choose_company()
        for name, digits in (('Product Price', 6), ('Product Unit', 5)):
            cls.env['decimal.precision'].search([('name', '=', name)]).digits = digits
        cls.env.registry.clear_cache()
        cls.yen = cls.env.ref('base.JPY')
        cls.yen.active = True
        cls.env['res.currency.rate'].search([('currency_id', '=', cls.yen.id)]).unlink()
        cls.env['res.currency.rate'].create({
            'name': '2020-01-01', 'rate': 150.0, 'currency_id': cls.yen.id, 'company_id': cls.company.id})
        cls.taxes = [cls.env['account.tax'].browse()] + [
            cls.env['account.tax'].create({
                'name': f"{rate} % {kind}", 'amount': rate, 'type_tax_use': 'sale', 'company_id': cls.company.id,
                'price_include_override': kind, 'country_id': cls.company.account_fiscal_country_id.id})
            for rate in cls.rates for kind in ('tax_included', 'tax_excluded')]
        cls.partners = cls.env['res.partner'].create([{'name': f"Generated {letter}"} for letter in 'ABC'])
        cls.products = cls.env['product.product'].create([
            {'name': f"Generated {kind}", 'type': kind, 'taxes_id': False} for kind in ('service', 'consu')])

    @classmethod
    def choose_company(cls):
        """Make the company of the documents; the demo company in dollars by default."""

    def generate(self, rounding):
        """Post documents with a company's way of rounding; return them."""
        self.company.tax_calculation_rounding_method = rounding
        self.random = random.Random(f'{SEED} {self.company.currency_id.name} {rounding}')
        moves = self.env['account.move'].create([self._document() for _number in range(DOCUMENTS)])
        # Odoo posts no negative total: what would be one is sold the other way round.
        for move in moves.filtered(lambda move: move.amount_total < 0):
            for line in move.invoice_line_ids:
                line.quantity = -line.quantity
        moves.action_post()
        return moves

    def _document(self):
        chance = self.random
        currency = self.yen if chance.random() < 0.2 else self.company.currency_id
        return {
            'move_type': chance.choice(('out_invoice', 'out_invoice', 'out_refund')),
            'partner_id': chance.choice(self.partners).id, 'currency_id': currency.id,
            'invoice_date': fields.Date.today(),
            'invoice_line_ids': [Command.create(self._line()) for _line in range(chance.randint(1, 8))],
        }

    def _line(self):
        chance = self.random
        quantity = round(chance.uniform(0.01, 40), chance.choice((0, 0, 0, 1, 2, 5))) or 1
        return {
            'product_id': chance.choice(self.products).id, 'quantity': -quantity if chance.random() < 0.1 else quantity,
            'price_unit': round(chance.uniform(0, 10 ** chance.randint(0, 4)), chance.choice((0, 2, 2, 2, 4, 6))),
            'discount': chance.choice((0, 0, 0, 0, 5, 10, 12.5, 33.33, 100)),
            'tax_ids': [Command.set(chance.choice(self.taxes).ids)],
        }

    def expect_equal_books(self, rounding):
        """Post, push and compare; what differs must be said on the document with both figures.

        :return: how many documents differ in what and by how many units of the last decimal: ``{'tax by 1': 7}``
        """
        moves = self.generate(rounding)
        self.accept_mappings(self.connection)
        self.drain(self.connection)
        books = self.books(self.connection.realm_id)
        standing = {(kind, row['DocNumber']): row for kind in ('Invoice', 'CreditMemo') for row in books[kind]}
        self.assertEqual(len(standing), len(moves), self.trouble(moves))
        differences = Counter()
        for move in moves:
            row = standing['Invoice' if move.move_type == 'out_invoice' else 'CreditMemo', move.name]
            self.compare(move, row, differences)
        self.keep(f'{self.company.currency_id.name} {rounding}', moves, differences)
        return differences

    def compare(self, move, row, differences):
        """Compare one document with what stands in QuickBooks."""
        where = f"{move.name} of seed {SEED}: {move.invoice_line_ids.mapped(self.seen)}"
        digits = move.currency_id.decimal_places
        total, tax = (Decimal(f'{move[name]:.{digits}f}') for name in ('amount_total', 'amount_tax'))
        theirs = Decimal(str(row['TotalAmt'])), Decimal(str(row['TxnTaxDetail']['TotalTax']))
        currency = row['CurrencyRef']['value']
        self.assertEqual(currency, move.currency_id.name, where)
        name = move.partner_id.name
        self.assertIn(row['CustomerRef']['name'], (name, f'{name} ({currency})'), where)
        self.assertEqual(row['Balance'], row['TotalAmt'], where)
        if theirs == (total, tax):
            self.assertEqual(move.qbo_state, 'synced', where)
            return
        self.assertEqual(move.qbo_state, 'variance', where)
        for what, ours, figure in (('total', total, theirs[0]), ('tax', tax, theirs[1])):
            if ours != figure:
                self.assertIn(f'{ours:.2f}', move.qbo_message, where)
                self.assertIn(f'{figure:.2f}', move.qbo_message, where)
                differences[f'{what} by {abs(int((figure - ours).scaleb(digits)))}'] += 1

    def seen(self, line):
        """Return a line as a person would type it."""
        return f"{line.quantity} x {line.price_unit} - {line.discount} % ({line.tax_ids.name or 'no tax'})"

    def trouble(self, moves):
        """Return why documents are not in QuickBooks."""
        stuck = self.env['qbo.queue.entry'].search([
            ('connection_id', '=', self.connection.id), ('state', '!=', 'done')])
        return f"seed {SEED}: {len(moves)} posted; {stuck.mapped(lambda row: (row.record_name, row.fault_message))}"

    def keep(self, title, moves, differences):
        """Write the figures to build/generated-invoices.json."""
        figures = json.loads(REPORT.read_text()) if REPORT.exists() else {}
        figures[title] = {'seed': SEED, 'documents': len(moves), 'lines': len(moves.invoice_line_ids),
                          'differences_in_units_of_the_last_decimal': dict(sorted(differences.items()))}
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(json.dumps(figures, indent=2) + '\n')


@tagged('standard', 'post_install', '-at_install')
class TestGeneratedInUsa(GeneratedCase):
    """Automated sales tax: Odoo's tax is handed over, so nothing may differ."""

    rates = (9.375, 7.25)

    def setUp(self):
        super().setUp()
        self.control('reset')
        self.control('seed', {'companies': [US_MULTICURRENCY]})
        self.connection = self.connect(realm=US_MULTICURRENCY['realm_id'])

    def test_documents_rounded_on_each_line(self):
        self.assertFalse(self.expect_equal_books('round_per_line'))

    def test_documents_rounded_as_a_whole(self):
        self.assertFalse(self.expect_equal_books('round_globally'))


@tagged('standard', 'post_install', '-at_install')
class TestGeneratedInUk(GeneratedCase):
    """A tax code on each line, and a QuickBooks that ignores our tax: the customer owes the same all the same."""

    rates = (20.0, 5.0)

    @classmethod
    def choose_company(cls):
        """Override: a company in pounds."""
        cls.use_uk_company("Generated Ltd")

    def setUp(self):
        super().setUp()
        self.control('reset')
        self.control('seed', {'companies': [{'realm_id': UK_REALM, 'multicurrency': True}]})
        self.connection = self.connect(realm=UK_REALM)

    def test_documents_rounded_on_each_line(self):
        self.expect_rounding_at_most(self.expect_equal_books('round_per_line'))

    def test_documents_rounded_as_a_whole(self):
        self.expect_rounding_at_most(self.expect_equal_books('round_globally'))

    def expect_rounding_at_most(self, differences):
        """Check that the totals are equal, and no tax differs by more than three units of the last decimal."""
        self.assertLessEqual(set(differences), {'tax by 1', 'tax by 2', 'tax by 3'})

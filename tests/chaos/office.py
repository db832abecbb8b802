"""What people in an office do to their books, through Odoo's own API: the material of the crash test.

Every method works through the client it is given, so that the same deeds can be done before the storm, and by several
people at once during it. Amounts, customers and products are drawn from the generator of whoever acts.
"""
import random
from collections.abc import Callable
from datetime import date, timedelta

from tests.lab.client import OdooClient

CHUNK = 25  # documents a call
UNITS = ('Bolt', 'Nut', 'Washer', 'Bracket', 'Hinge', 'Lamp', 'Table', 'Chair', 'Shelf', 'Rug')


class Office:
    """One person at work.

    :param random.Random draw: where the person's decisions come from
    :param str word: what makes the names of this person's records their own
    """

    def __init__(self, client: OdooClient, draw: random.Random, word: str):
        self.client = client
        self.draw = draw
        self.word = word
        self._count = 0

    # --- new records ---

    def new_customers(self, count: int) -> list[int]:
        """Create customers; returns their ids."""
        company = self.client.context['allowed_company_ids'][0]
        return self._create('res.partner', [
            {'name': self._name("Customer"), 'is_company': self.draw.random() < 0.7, 'customer_rank': 1,
             'company_id': company, **self._contact()} for _number in range(count)])

    def new_products(self, count: int) -> list[int]:
        """Create products; returns their ids."""
        company = self.client.context['allowed_company_ids'][0]
        return self._create('product.product', [
            {'name': self._name(self.draw.choice(UNITS)), 'default_code': f'{self.word}-P{self._count}',
             'type': self.draw.choice(('consu', 'service')), 'list_price': self._price(), 'company_id': company,
             'taxes_id': [(6, 0, [])], 'supplier_taxes_id': [(6, 0, [])]} for _number in range(count)])

    def new_documents(self, count: int, kind: str = 'out_invoice', post: bool = True) -> list[int]:
        """Create and post invoices ('out_invoice') or credit notes ('out_refund'); returns their ids."""
        moves = self._create('account.move', [self._document(kind) for _number in range(count)])
        if post:
            self._all('account.move', 'action_post', moves)
        return moves

    def pay(self, invoices: list[int]) -> None:
        """Register a payment for each invoice: of all, of a part, or of more, with Odoo's own wizard."""
        for invoice in invoices:
            context = {'active_model': 'account.move', 'active_ids': [invoice]}
            wizard = self.client.call('account.payment.register', 'create', [{}], context=context)
            share = self.draw.choice((1, 1, 1, 0.5, 0.25))
            if share != 1:
                amount = self.client.call('account.payment.register', 'read', wizard, ['amount'])[0]['amount']
                self.client.call('account.payment.register', 'write', wizard, {
                    'amount': round(amount * share, 2), 'payment_difference_handling': 'open'})
            self.client.call('account.payment.register', 'action_create_payments', wizard, context=context)

    # --- changes ---

    def edit_customers(self, customers: list[int]) -> None:
        """Change what QuickBooks shows of customers; sometimes the name."""
        for customer in customers:
            values = self._contact()
            if self.draw.random() < 0.15:
                values['name'] = self._name("Renamed")
            self.client.call('res.partner', 'write', [customer], values)

    def edit_products(self, products: list[int]) -> None:
        """Change prices."""
        for product in products:
            self.client.call('product.product', 'write', [product], {'list_price': self._price()})

    def edit_documents(self, moves: list[int]) -> None:
        """Change the reference and the narration of posted documents."""
        for move in moves:
            self._count += 1
            self.client.call('account.move', 'write', [move], {'narration': f"Edited {self.word} {self._count}"})

    def repost(self, moves: list[int]) -> None:
        """Reset documents to draft, change the amount of a line, and post them again."""
        for move in moves:
            self.client.call('account.move', 'button_draft', [move])
            line = self.client.search_read('account.move.line', [
                ('move_id', '=', move), ('display_type', '=', 'product')], ['id'], limit=1)[0]['id']
            self.client.call('account.move', 'write', [move], {
                'invoice_line_ids': [(1, line, {'price_unit': self._price()})]})
            self.client.call('account.move', 'action_post', [move])

    def cancel_documents(self, moves: list[int]) -> None:
        """Cancel posted documents."""
        for move in moves:
            self.client.call('account.move', 'button_draft', [move])
            self.client.call('account.move', 'button_cancel', [move])

    def cancel_payments(self, payments: list[int]) -> None:
        """Cancel payments."""
        for payment in payments:
            self.client.call('account.payment', 'action_draft', [payment])
            self.client.call('account.payment', 'action_cancel', [payment])

    # --- what there is ---

    def customers(self) -> list[int]:
        """Return the customers that these people made."""
        return self.client.call('res.partner', 'search', [('name', 'like', 'Chaos %'), ('customer_rank', '>', 0)])

    def products(self) -> list[int]:
        """Return the products that these people made."""
        return self.client.call('product.product', 'search', [('name', 'like', 'Chaos %')])

    def documents(self, kind: str = 'out_invoice', paid: bool = False) -> list[int]:
        """Return posted documents of these people, with or without payments on them."""
        return self.client.call('account.move', 'search', [
            ('move_type', '=', kind), ('state', '=', 'posted'), ('partner_id.name', 'like', 'Chaos %'),
            ('payment_state', 'in' if paid else 'not in', ('paid', 'in_payment', 'partial'))])

    def payments(self) -> list[int]:
        """Return the posted payments of these people."""
        return self.client.call('account.payment', 'search', [
            ('state', 'in', ('in_process', 'paid')), ('partner_id.name', 'like', 'Chaos %')])

    def some(self, ids: list[int], count: int) -> list[int]:
        """Return so many of the records, at random, fewer if there are not as many."""
        return self.draw.sample(ids, min(count, len(ids)))

    def finish_drafts(self) -> int:
        """Post what was left in draft because a server died between two clicks; returns how many."""
        drafts = self.client.call('account.move', 'search', [
            ('state', '=', 'draft'), ('move_type', 'in', ('out_invoice', 'out_refund')),
            ('partner_id.name', 'like', 'Chaos %')])
        self._all('account.move', 'action_post', drafts)
        payments = self.client.call('account.payment', 'search', [
            ('state', '=', 'draft'), ('partner_id.name', 'like', 'Chaos %')])
        for payment in payments:
            self.client.call('account.payment', 'action_cancel', [payment])
        return len(drafts) + len(payments)

    # --- within ---

    def _document(self, kind: str) -> dict:
        lines = [{'product_id': self.draw.choice(self._known(self.products)), 'quantity': self.draw.randint(1, 9),
                  'price_unit': self._price(), 'tax_ids': [(6, 0, [])]} for _line in range(self.draw.randint(1, 4))]
        day = date.today() - timedelta(days=self.draw.randint(0, 40))
        return {'move_type': kind, 'partner_id': self.draw.choice(self._known(self.customers)),
                'invoice_date': day.isoformat(), 'invoice_line_ids': [(0, 0, line) for line in lines]}

    def _known(self, search: Callable[[], list[int]]) -> list[int]:
        """Return what a search finds, asked once a deed and not once a line."""
        name = search.__name__
        if name not in self.__dict__.setdefault('_found', {}):
            self._found[name] = search()
        return self._found[name]

    def _contact(self) -> dict:
        self._count += 1
        number = self.draw.randrange(10 ** 6)
        return {'phone': f"555 {number:06}", 'street': f"{self.draw.randint(1, 999)} Storm Street",
                'email': f"{self.word.lower()}{self._count}@example.com"}

    def _name(self, what: str) -> str:
        self._count += 1
        return f"Chaos {what} {self.word}{self._count}"

    def _price(self) -> float:
        return round(self.draw.uniform(1, 900), 2)

    def _create(self, model: str, values: list[dict]) -> list[int]:
        self.__dict__.pop('_found', None)
        ids = []
        for start in range(0, len(values), CHUNK):
            ids += self.client.call(model, 'create', values[start:start + CHUNK])
        return ids

    def _all(self, model: str, method: str, ids: list[int]) -> None:
        for start in range(0, len(ids), CHUNK):
            self.client.call(model, method, ids[start:start + CHUNK])

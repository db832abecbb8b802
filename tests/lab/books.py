"""The two books side by side: what stands in Odoo and what stands in QuickBooks, per document type.

Odoo's side is counted from Odoo's own documents and never from the addon's links, so that a document the
addon forgot shows as a difference.
"""
from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal

from .client import Browser, OdooClient

COUNTED = ('Customer', 'Item')
MONEY = ('Invoice', 'CreditMemo', 'Payment')
LABELS = {'Customer': "Customers", 'Item': "Products", 'Invoice': "Invoices", 'CreditMemo': "Credit notes",
          'Payment': "Payments"}
CENT = Decimal('0.01')


@dataclass(frozen=True)
class Sums:
    """How many documents, and what they add up to; the money is None for contacts and products."""

    count: int = 0
    total: Decimal | None = None
    tax: Decimal | None = None
    balance: Decimal | None = None

    def as_json(self) -> dict:
        """Return it with amounts as text, so that no cent is lost."""
        money = {'total': self.total, 'tax': self.tax, 'open_balance': self.balance}
        return {'count': self.count, **{name: None if value is None else str(value) for name, value in money.items()}}


@dataclass(frozen=True)
class Row:
    """One document type on both sides.

    `tied` is what QuickBooks has more of tax than Odoo for no other reason than :func:`tied`.
    """

    kind: str
    odoo: Sums
    quickbooks: Sums
    tied: Decimal = Decimal(0)

    @property
    def equal(self) -> bool:
        """Whether both sides agree in everything."""
        if not self.tied:
            return self.odoo == self.quickbooks
        return replace(self.odoo, tax=self.odoo.tax + self.tied) == self.quickbooks

    def as_json(self) -> dict:
        """Return the row for build/demo.json."""
        return {'odoo': self.odoo.as_json(), 'quickbooks': self.quickbooks.as_json(), 'equal': self.equal,
                'tied': str(self.tied)}


def compare(client: OdooClient, connection: int, simulator_url: str, before: dict[str, Sums]) -> list[Row]:
    """Return one row per document type; `before` is what QuickBooks held of its own before it was connected."""
    facts = client.call('qbo.connection', 'read', [connection],
                        ['company_id', 'realm_id', 'push_all_customers', 'push_all_products'])[0]
    odoo = _odoo_sums(client, facts)
    quickbooks = quickbooks_sums(simulator_url, facts['realm_id'])
    rows = [Row(kind, odoo[kind], Sums(quickbooks[kind].count - before[kind].count)) for kind in COUNTED]
    return rows + [Row(kind, odoo[kind], quickbooks[kind]) for kind in MONEY]


def tied(client: OdooClient, connection: int, numbers: Collection[str]) -> dict[str, Decimal]:
    """Return the tax by which QuickBooks differs from Odoo in documents whose tax lies between two cents, per type.

    Odoo adds many lines up in binary fractions, and of hundreds of them the sum can fall short of the half cent that
    is rounded up on paper. Only a cent counts, only of the documents with these `numbers`, only where the totals are
    equal, and only where the document says so itself.
    """
    moves = client.search_read('account.move', [('name', 'in', list(numbers)), ('qbo_state', '=', 'variance')],
                               ['amount_total', 'amount_tax'])
    links = client.search_read('qbo.binding', [
        ('connection_id', '=', connection), ('model', '=', 'account.move'), ('res_id', 'in', [m['id'] for m in moves]),
    ], ['res_id', 'entity', 'remote_total', 'remote_tax'])
    ours = {move['id']: move for move in moves}
    result: dict[str, Decimal] = {}
    for link in links:
        move = ours[link['res_id']]
        difference = _amount(link['remote_tax']) - _amount(move['amount_tax'])
        if abs(difference) == CENT and _amount(link['remote_total']) == _amount(move['amount_total']):
            result[link['entity']] = result.get(link['entity'], Decimal(0)) + difference
    return result


def quickbooks_sums(simulator_url: str, realm_id: str) -> dict[str, Sums]:
    """Return what the simulator's books hold, per type."""
    summary = Browser().get_json(f'{simulator_url}/_sim/summary/{realm_id}')
    result = {}
    for kind in COUNTED + MONEY:
        found = summary.get(kind, {})
        money = (_amount(found.get(name)) for name in ('total', 'tax', 'balance')) if kind in MONEY else ()
        result[kind] = Sums(found.get('count', 0), *money)
    return result


def table(company: str, rows: list[Row], extra: str = '') -> str:
    """Return the rows as a text table for a person."""
    def cells(row: Row) -> list[str]:
        pairs = [(row.odoo.count, row.quickbooks.count), (row.odoo.total, row.quickbooks.total),
                 (row.odoo.tax, row.quickbooks.tax), (row.odoo.balance, row.quickbooks.balance)]
        texts = [f'{value:,}' if value is not None else '' for pair in pairs for value in pair]
        verdict = f"equal, but for {row.tied} of tax between two cents" if row.tied else "equal"
        return [LABELS[row.kind], *texts, verdict if row.equal else "DIFFERENT"]

    heads = ["", *(side for _ in range(4) for side in ("Odoo", "QuickBooks")), ""]
    body = [heads, *(cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in body) for column in range(len(heads))]

    def draw(line: list[str]) -> str:
        return '  '.join(cell.ljust(width) if index in (0, 9) else cell.rjust(width)
                         for index, (cell, width) in enumerate(zip(line, widths, strict=True))).rstrip()

    groups = [(widths[first] + widths[first + 1] + 2) for first in (1, 3, 5, 7)]
    title = '  '.join([' ' * widths[0], *(name.center(width) for name, width in zip(
        ("Count", "Total", "Tax", "Open balance"), groups, strict=True))])
    return '\n'.join(filter(None, [f"\n{company}", title.rstrip(), *map(draw, body), extra]))


def _amount(value) -> Decimal:
    return Decimal(str(value or 0)).quantize(CENT)


def _odoo_sums(client: OdooClient, facts: dict) -> dict[str, Sums]:
    company = [('company_id', '=', facts['company_id'][0])]
    fields = ['move_type', 'commercial_partner_id', 'amount_total', 'amount_tax', 'amount_residual', 'payment_state']
    moves = client.search_read('account.move', [
        *company, ('state', '=', 'posted'), ('move_type', 'in', ('out_invoice', 'out_refund'))], fields)
    payments = client.search_read('account.payment', [
        *company, ('state', 'in', ('in_process', 'paid')), ('payment_type', '=', 'inbound'),
        ('partner_type', '=', 'customer')], ['partner_id', 'amount', 'is_reconciled', 'reconciled_invoice_ids'])
    return {
        'Customer': Sums(_customers(client, facts, moves, payments)),
        'Item': Sums(_products(client, facts, [move['id'] for move in moves])),
        'Invoice': _documents([move for move in moves if move['move_type'] == 'out_invoice']),
        'CreditMemo': _documents([move for move in moves if move['move_type'] == 'out_refund']),
        'Payment': _payments(payments),
    }


def _documents(moves: list[dict]) -> Sums:
    total, tax = (sum((_amount(move[name]) for move in moves), _amount(0)) for name in ('amount_total', 'amount_tax'))
    # An invoice whose payment still waits for the bank statement is paid as far as the customer is concerned.
    open_moves = [move for move in moves if move['payment_state'] not in ('in_payment', 'paid')]
    balance = sum((_amount(move['amount_residual']) for move in open_moves), _amount(0))
    return Sums(len(moves), total, tax, balance)


def _payments(payments: list[dict]) -> Sums:
    total = sum((_amount(payment['amount']) for payment in payments), _amount(0))
    unapplied = [payment for payment in payments if not payment['reconciled_invoice_ids']]
    balance = sum((_amount(payment['amount']) for payment in unapplied), _amount(0))
    return Sums(len(payments), total, _amount(0), balance)


def _customers(client: OdooClient, facts: dict, moves: list[dict], payments: list[dict]) -> int:
    ids = {move['commercial_partner_id'][0] for move in moves}
    payers = list({payment['partner_id'][0] for payment in payments if payment['partner_id']})
    ids |= {partner['commercial_partner_id'][0]
            for partner in client.call('res.partner', 'read', payers, ['commercial_partner_id'])}
    if facts['push_all_customers']:
        ids |= set(client.call('res.partner', 'search', [
            ('parent_id', '=', False), ('customer_rank', '>', 0),
            ('company_id', 'in', (False, facts['company_id'][0]))]))
    return len(ids)


def _products(client: OdooClient, facts: dict, moves: list[int]) -> int:
    lines = client.search_read('account.move.line', [
        ('move_id', 'in', moves), ('display_type', '=', 'product'), ('product_id', '!=', False)], ['product_id'])
    ids = {line['product_id'][0] for line in lines}
    if facts['push_all_products']:
        ids |= set(client.call('product.product', 'search', [
            ('sale_ok', '=', True), ('company_id', 'in', (False, facts['company_id'][0]))]))
    return len(ids)

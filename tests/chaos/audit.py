"""The audit: Odoo's documents and QuickBooks' books side by side, one by one, and what the queue and the links say.

Odoo's side comes from Odoo's own documents, QuickBooks' side from what stands in the simulator; they are matched by the
private mark in the note, and customers and products by their names, which the people of the crash test make unique.
Nothing here looks at how the addon works.
"""
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from tests.lab.books import COUNTED, Row, Sums, table
from tests.lab.client import OdooClient

MARK = re.compile(r'odoo:([0-9a-f]{8}):([\w.]+):(\d+)')
TAGS = re.compile(r'<[^>]*>')
KINDS = {'out_invoice': 'Invoice', 'out_refund': 'CreditMemo'}
DOCUMENTS = ('Invoice', 'CreditMemo', 'Payment')
OPEN_STATES = ('pending', 'sending', 'failed', 'dead', 'unknown')
CENT = Decimal('0.01')


@dataclass
class Audit:
    """What was compared, and every difference in a sentence."""

    differences: list[str] = field(default_factory=list)
    compared: Counter = field(default_factory=Counter)
    rows: list[Row] = field(default_factory=list)

    def differ(self, what: str, odoo, quickbooks) -> None:
        """Note a difference if there is one."""
        if odoo != quickbooks:
            self.differences.append(f"{what}: {odoo!r} in Odoo, {quickbooks!r} in QuickBooks")


    def add_sums(self, rows: list[Row], books: dict[str, list[dict]]) -> None:
        """Note the totals of both sides too, so that nothing hides between the documents."""
        self.rows = [_without_voided(row, books) for row in rows]
        for row in self.rows:
            self.differ(f"{row.kind}s as a whole", row.odoo, row.quickbooks)


def audit(client: OdooClient, connection: int, books: dict[str, list[dict]], edits: list[dict]) -> Audit:
    """Compare everything, one by one.

    :param books: everything in QuickBooks
    :param edits: what "people" changed in QuickBooks itself (see the simulator's weather)
    """
    result = Audit()
    marked = _by_mark(client, books, result)
    _documents(client, marked, books, result)
    _payments(client, marked, result)
    _named(client, 'res.partner', [('name', 'like', 'Chaos %')], books['Customer'], 'DisplayName', _customer, result)
    _named(client, 'product.product', [('name', 'like', 'Chaos %')], books['Item'], 'Name', _product, result)
    _links(client, connection, books, edits, result)
    _queue(client, result)
    _edits(books, edits, result)
    return result


def sums(rows: list[Row]) -> str:
    """Return the totals as a table."""
    return table("Odoo and QuickBooks", rows)


def is_voided(obj: dict) -> bool:
    """Tell whether a document of QuickBooks was voided."""
    return not obj['TotalAmt'] and (obj.get('PrivateNote') or '').startswith('Voided')


# --- documents ---


def _by_mark(client: OdooClient, books: dict, result: Audit) -> dict[tuple[str, int], list[tuple[str, dict]]]:
    """Return {(model, id): [(entity, object)]}; documents without a mark of ours should not be there."""
    uuid = client.call('ir.config_parameter', 'get_param', 'database.uuid')[:8]
    marked = defaultdict(list)
    for entity in DOCUMENTS:
        for obj in books[entity]:
            found = MARK.findall(obj.get('PrivateNote') or '')
            if not found or found[-1][0] != uuid:
                result.differences.append(f"{entity} {obj['Id']} in QuickBooks carries no mark of this database")
                continue
            marked[found[-1][1], int(found[-1][2])].append((entity, obj))
    return marked


def _only(marked: dict, key: tuple[str, int], entity: str, what: str, result: Audit) -> dict | None:
    """Return the one object of a record, noting it when there is none or more than one."""
    found = marked.pop(key, [])
    if len(found) == 1 and found[0][0] == entity:
        return found[0][1]
    there = ', '.join(f"{kind} {obj['Id']}{' (voided)' if is_voided(obj) else ''}" for kind, obj in found)
    result.differences.append(f"{what}: {'TWICE' if found else 'MISSING'} in QuickBooks: {there or 'nothing'}")
    return None


def _gone(marked: dict, key: tuple[str, int], what: str, result: Audit) -> None:
    """A cancelled document is voided, deleted, or never came to QuickBooks at all."""
    for entity, obj in marked.pop(key, []):
        if not is_voided(obj):
            result.differences.append(f"{what} is cancelled and yet lives in QuickBooks: {entity} {obj['Id']}")


def _documents(client: OdooClient, marked: dict, books: dict, result: Audit) -> None:
    moves = client.search_read('account.move', [
        ('move_type', 'in', list(KINDS)), ('company_id', '=', client.context['allowed_company_ids'][0]),
    ], ['name', 'state', 'move_type', 'amount_total', 'amount_tax', 'amount_residual', 'payment_state',
        'commercial_partner_id', 'invoice_date', 'narration'])
    names = {obj['Id']: obj['DisplayName'] for obj in books['Customer']}
    for move in moves:
        entity, key = KINDS[move['move_type']], ('account.move', move['id'])
        what = f"{entity} {move['name']} (move {move['id']})"
        result.compared[entity] += 1
        if move['state'] != 'posted':
            _gone(marked, key, what, result)
            continue
        obj = _only(marked, key, entity, what, result)
        if obj is None:
            continue
        if is_voided(obj):
            result.differences.append(f"{what} is posted and yet voided in QuickBooks ({obj['Id']})")
            continue
        paid = move['payment_state'] in ('paid', 'in_payment')
        result.differ(f"{what}, number", move['name'], obj.get('DocNumber'))
        result.differ(f"{what}, total", _money(move['amount_total']), _money(obj['TotalAmt']))
        result.differ(f"{what}, open amount", _money(0 if paid else move['amount_residual']), _money(obj['Balance']))
        result.differ(f"{what}, date", move['invoice_date'], obj['TxnDate'])
        result.differ(f"{what}, memo", _text(move['narration']), (obj.get('CustomerMemo') or {}).get('value', ''))
        partner = move['commercial_partner_id'][1]
        if partner.startswith("Chaos "):
            result.differ(f"{what}, customer", partner, names.get(obj['CustomerRef']['value']))
    for (model, number), found in list(marked.items()):
        if model == 'account.move':
            result.differences.append(
                f"{found[0][0]} {found[0][1]['Id']} in QuickBooks belongs to no document of Odoo ({model} {number})")


def _payments(client: OdooClient, marked: dict, result: Audit) -> None:
    payments = client.search_read('account.payment', [
        ('payment_type', '=', 'inbound'), ('partner_type', '=', 'customer'),
        ('company_id', '=', client.context['allowed_company_ids'][0])], ['name', 'state', 'amount', 'date'])
    for payment in payments:
        key, what = ('account.payment', payment['id']), f"Payment {payment['name']} ({payment['id']})"
        result.compared['Payment'] += 1
        if payment['state'] not in ('in_process', 'paid'):
            _gone(marked, key, what, result)
            continue
        obj = _only(marked, key, 'Payment', what, result)
        if obj:
            result.differ(f"{what}, amount", _money(payment['amount']), _money(obj['TotalAmt']))
            result.differ(f"{what}, date", payment['date'], obj['TxnDate'])


# --- customers and products ---


def _customer(partner: dict, obj: dict) -> dict:
    return {
        'phone': (partner['phone'], (obj.get('PrimaryPhone') or {}).get('FreeFormNumber')),
        'e-mail': (partner['email'], (obj.get('PrimaryEmailAddr') or {}).get('Address')),
        'street': (partner['street'], (obj.get('BillAddr') or {}).get('Line1')),
    }


def _product(product: dict, obj: dict) -> dict:
    return {'price': (_money(product['lst_price']), _money(obj['UnitPrice'])),
            'code': (product['default_code'], obj.get('Sku'))}


def _named(client: OdooClient, model: str, domain: list, objects: list[dict], name: str, facts, result: Audit) -> None:
    """Compare records that QuickBooks knows by a unique name."""
    read = {'res.partner': ['name', 'phone', 'email', 'street'],
            'product.product': ['name', 'lst_price', 'default_code']}[model]
    kind = 'Customer' if model == 'res.partner' else 'Item'
    there = defaultdict(list)
    for obj in objects:
        if obj[name].startswith("Chaos "):
            there[obj[name]].append(obj)
    for record in client.search_read(model, domain, read):
        result.compared[kind] += 1
        found = there.pop(record['name'], [])
        what = f"{kind} {record['name']} ({model} {record['id']})"
        if len(found) != 1:
            result.differences.append(f"{what}: {'TWICE' if found else 'MISSING'} in QuickBooks")
            continue
        for fact, (odoo, quickbooks) in facts(record, found[0]).items():
            result.differ(f"{what}, {fact}", odoo, quickbooks)
    for surplus in there:
        result.differences.append(f"{kind} {surplus} in QuickBooks belongs to no record of Odoo")


# --- links and queue ---


def _links(client: OdooClient, connection: int, books: dict, edits: list[dict], result: Audit) -> None:
    """Every live link leads to a live object and knows its SyncToken; no object and no record has two."""
    links = client.search_read('qbo.binding', [('connection_id', '=', connection), ('active', '=', True)],
                               ['entity', 'remote_id', 'model', 'res_id', 'sync_token', 'state', 'record_name'])
    objects = {(entity, obj['Id']): obj for entity, found in books.items() for obj in found}
    edited = {(edit['entity'], edit['id'], edit['token']) for edit in edits}
    payers = {payment['CustomerRef']['value'] for payment in books['Payment']}
    for key, word in ((('entity', 'remote_id'), "object"), (('entity', 'model', 'res_id'), "record")):
        for value, times in Counter(tuple(link[name] for name in key) for link in links).items():
            if times > 1:
                result.differences.append(f"{times} live links for one {word}: {value}")
    for link in links:
        what = f"The link of {link['record_name']} to {link['entity']} {link['remote_id']}"
        obj = objects.get((link['entity'], link['remote_id']))
        result.compared['link'] += 1
        if link['state'] == 'deleted':
            continue
        if obj is None:
            result.differences.append(f"{what} leads nowhere")
            continue
        if 'TotalAmt' in obj and is_voided(obj) != (link['state'] == 'voided'):
            result.differences.append(f"{what} is {link['state']}, the object is "
                                      f"{'voided' if is_voided(obj) else 'alive'}")
        ours, theirs = int(link['sync_token'] or 0), int(obj['SyncToken'])
        # Payments move the token of the documents they are applied to, without anybody asking us.
        moved = link['entity'] in ('Invoice', 'CreditMemo') and obj['CustomerRef']['value'] in payers
        moved |= (link['entity'], link['remote_id'], obj['SyncToken']) in edited  # nobody has written since
        if ours > theirs or (ours < theirs and not moved):
            result.differences.append(f"{what} has SyncToken {ours}, the object {theirs}")


def _queue(client: OdooClient, result: Audit) -> None:
    """Nothing waits, nothing is on its way, nothing is stuck."""
    for row in client.search_read('qbo.queue.entry', [('state', 'in', OPEN_STATES)], [
            'state', 'entity', 'operation', 'record_name', 'attempts', 'fault_class', 'fault_message', 'note',
            'not_before']):
        result.differences.append("Queue: " + ", ".join(
            f"{name} {value}" for name, value in row.items() if value))


def _edits(books: dict, edits: list[dict], result: Audit) -> None:
    """What people changed in QuickBooks in fields that Odoo does not own is still there."""
    objects = {(entity, obj['Id']): obj for entity, found in books.items() for obj in found}
    last = {(edit['entity'], edit['id'], edit['field']): edit['value'] for edit in edits if edit['field']}
    for (entity, remote_id, name), value in last.items():
        obj = objects.get((entity, remote_id))
        result.compared['edit in QuickBooks'] += 1
        if obj and obj.get(name) != value:
            result.differences.append(f"{entity} {remote_id}: {name} was set to {value} in QuickBooks by hand and is "
                                      f"{obj.get(name)} now")


# --- sums ---


def _without_voided(row: Row, books: dict) -> Row:
    """Voided documents stay in QuickBooks; they are no difference."""
    if row.kind in COUNTED:
        return row
    voided = sum(is_voided(obj) for obj in books[row.kind])
    theirs = row.quickbooks
    return Row(row.kind, row.odoo, Sums(theirs.count - voided, theirs.total, theirs.tax, theirs.balance))


def _money(value) -> Decimal:
    return Decimal(str(value or 0)).quantize(CENT)


def _text(html) -> str:
    return TAGS.sub('', html or '').strip()

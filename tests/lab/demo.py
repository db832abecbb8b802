"""The demonstration: real Odoo, the addon and the simulator, connected, synced, and compared to the cent."""
import contextlib
import json
import signal
import threading
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from . import books, connect, database, retail, server
from .client import Browser, Form, OdooClient
from .machine import Machine
from .paths import BUILD, LabError, say

ODOO_PORT, SIMULATOR_PORT = 8069, 8070
STALL_SECONDS = 180  # longer without any progress means that something is wrong
SAY_SECONDS = 2
VERIFIER_TOKEN = 'sim-verifier-token'
HEARD_SECONDS = 30  # within which a payment that is entered in QuickBooks is in Odoo
RESULT = BUILD / 'demo.json'


@dataclass
class Lab:
    """Odoo and the simulator, running; `client` is logged in as Odoo's administrator."""

    client: OdooClient
    simulator_url: str
    odoo_url: str
    reports: list[dict] = field(default_factory=list)
    equal: bool = True


def demo(machine: Machine, once: bool, input_file: Path | None, vat: str | None = None) -> bool:
    """Run the demonstration; return whether both books agree. Without `once` it serves until Ctrl-C.

    `vat` puts UK VAT on every line of the file: `retail.EXCLUDED` or `retail.INCLUDED`.
    """
    file = retail.read(input_file) if input_file else None
    began = time.monotonic()
    with running(machine) as lab:
        _demo_company(lab)
        if file:
            _retail_company(lab, file, vat)
        RESULT.write_text(json.dumps({'equal': lab.equal, 'companies': lab.reports}, indent=2) + '\n')
        say(f"\n{'All rows are equal' if lab.equal else 'THE BOOKS DIFFER'} "
            f"after {time.monotonic() - began:.0f} s; the table is also in {RESULT}.")
        if not once:
            _serve(lab)
    return lab.equal


@contextlib.contextmanager
def running(machine: Machine) -> Iterator[Lab]:
    """Yield Odoo on a database of its own and the simulator; both end with the block."""
    name = database.own_copy(machine, 'demo')
    try:
        with server.simulator(machine, server.free_port(SIMULATOR_PORT)) as simulator:
            odoo = server.odoo_server(machine, name, simulator.url, server.free_port(ODOO_PORT))
            say("Starting Odoo ...")
            with odoo:
                yield Lab(OdooClient(odoo.url, name), simulator.url, odoo.url)
    finally:
        database.drop(machine, name)


def _demo_company(lab: Lab) -> None:
    """Connect Odoo's own US demo company, push everything it has, then one new invoice and its payment."""
    company = lab.client.find('res.company', [('chart_template', '=', 'us')])
    if not company:
        raise LabError("Odoo's demo data holds no company with the US chart of accounts.")
    bank = lab.client.find('account.journal', [('company_id', '=', company), ('type', '=', 'bank')])
    with _connected(lab, company, connect.US_REALM, push_all_customers=True, push_all_products=True,
                    pull_payments='automatic', receipt_journal_id=bank) as client:
        say("Posting a new invoice and registering its payment ...")
        pay(client, new_invoice(client))
        invoice = new_invoice(client, 987.65)
        seconds = paid_in_quickbooks(client, lab.simulator_url, connect.US_REALM, invoice)
        say(f"A payment entered on a page of QuickBooks was in Odoo, posted and reconciled, after {seconds:.1f} s.")
    lab.reports[-1]['payment_seconds'] = round(seconds, 1)


def _retail_company(lab: Lab, file: retail.Retail, vat: str | None) -> None:
    """Book the file in a company of its own in pounds, push it, and compare with the file as well."""
    say(f"Booking {len(file.documents)} documents in a company in GBP ...")
    company = _gbp_company(lab.client)
    client = lab.client.in_company(company)
    taxes = [_vat(client, company, vat)] if vat else []
    refused = file.refused + retail.Loader(client, say, taxes).load(file)
    for reason in refused:
        say(f"  refused: {reason}")
    with _connected(lab, company, connect.UK_REALM, ties=file.ties(vat)):
        pass
    report, expected = lab.reports[-1], file.expected(vat)
    report |= {'refused': refused, 'vat': vat, 'variances': _variances(client)}
    report['file'] = {kind: {'count': sums['count'], 'total': str(sums['total']), 'tax': str(sums['tax'])}
                      for kind, sums in expected.items()}
    for number, variance in report['variances'].items():
        say(f"  {number}: {variance}")
    for kind, sums in report['file'].items():
        standing = report['documents'][kind]['quickbooks']
        same = {name: standing[name] for name in sums} == sums
        lab.equal &= same
        say(f"The file holds {sums['count']} {books.LABELS[kind].lower()} over {sums['total']}, {sums['tax']} of it "
            f"VAT: {'the same as QuickBooks' if same else 'QuickBooks DIFFERS'}.")


@contextlib.contextmanager
def _connected(lab: Lab, company: int, realm_id: str, ties: Collection[str] = (), **settings) -> Iterator[OdooClient]:
    """Connect, push what exists, let the block do more, then wait for all of it and report.

    `ties` are the numbers of documents whose tax lies exactly between two cents, see :func:`.books.tied`.
    """
    client = lab.client.in_company(company)
    name = client.call('res.company', 'read', [company], ['name'])[0]['name']
    say(f"Connecting {name} with QuickBooks company {realm_id} through OAuth ...")
    before = books.quickbooks_sums(lab.simulator_url, realm_id)
    connection = connect.connect(client, company, realm_id, lab.simulator_url, sync_from=False, **settings)
    connect.hear(client, connection, lab.odoo_url, lab.simulator_url, VERIFIER_TOKEN)
    say("Accepting the suggested mappings ...")
    connect.accept_mappings(client, connection)
    say("Pushing what exists ...")
    client.call('qbo.connection', 'action_push_missing', [connection])
    wait_until_sent(client, connection)
    yield client
    wait_until_sent(client, connection)
    tied = books.tied(client, connection, ties) if ties else {}
    rows = [replace(row, tied=tied.get(row.kind, Decimal(0)))
            for row in books.compare(client, connection, lab.simulator_url, before)]
    say(books.table(f"{name} and QuickBooks company {realm_id}", rows))
    lab.equal &= all(row.equal for row in rows)
    lab.reports.append({'company': name, 'realm_id': realm_id, 'documents': {row.kind: row.as_json() for row in rows}})


def wait_until_sent(client: OdooClient, connection: int) -> None:
    """Wait until nothing waits in the queue any more, saying how far it is and what failed."""
    mine = [('connection_id', '=', connection)]
    waiting, last_change, last_said = None, time.monotonic(), 0.0
    while waiting != 0:
        count = client.call('qbo.queue.entry', 'search_count', [*mine, ('state', 'in', ('pending', 'sending'))])
        now = time.monotonic()
        if count != waiting:
            waiting, last_change = count, now
        if now - last_said > SAY_SECONDS:
            done = client.call('qbo.queue.entry', 'search_count', [*mine, ('state', '=', 'done')])
            say(f"  {done} sent, {count} waiting{_reason(client, mine) if now - last_change > SAY_SECONDS else ''}")
            last_said = now
        if now - last_change > STALL_SECONDS:
            raise LabError(f"Nothing was sent for {STALL_SECONDS} s; {count} entries still wait. See build/*.log.")
        time.sleep(0.2 if waiting else 0)
    stuck = client.search_read('qbo.queue.entry', [*mine, ('state', 'in', ('failed', 'dead', 'unknown'))],
                               ['record_name', 'state', 'fault_message'])
    for entry in stuck:
        say(f"  {entry['state']}: {entry['record_name']}: {entry['fault_message']}")


def _reason(client: OdooClient, mine: list) -> str:
    """Return why the oldest waiting entry waits, as far as it says so."""
    entry = client.search_read('qbo.queue.entry', [*mine, ('state', 'in', ('pending', 'sending'))],
                               ['record_name', 'state', 'note', 'fault_message', 'not_before'], limit=1, order='id')
    if not entry:
        return ''
    words = (entry[0][name] for name in ('record_name', 'state', 'note', 'fault_message', 'not_before'))
    return f": {', '.join(str(word) for word in words if word)}"


def new_invoice(client: OdooClient, price: float = 1234.56, post: bool = True) -> int:
    """Make an invoice of one line without tax over `price` to a customer of the demo data, post it; return its id."""
    journal = client.search_read('account.journal', [('type', '=', 'sale')], ['default_account_id'], limit=1)[0]
    partner = client.find('res.partner', [('customer_rank', '>', 0), ('is_company', '=', True)])
    product = client.find('product.product', [('sale_ok', '=', True), ('type', '=', 'consu')])
    line = {'product_id': product, 'name': "Delivered today", 'quantity': 1, 'price_unit': price,
            'account_id': journal['default_account_id'][0], 'tax_ids': [(6, 0, [])]}
    invoice = client.call('account.move', 'create', [{
        'move_type': 'out_invoice', 'journal_id': journal['id'], 'partner_id': partner,
        'invoice_date': date.today().isoformat(), 'invoice_line_ids': [(0, 0, line)],
    }])[0]
    if post:
        client.call('account.move', 'action_post', [invoice])
    return invoice


def pay(client: OdooClient, invoice: int) -> None:
    """Register the payment of `invoice` in full, with Odoo's own wizard."""
    context = {'active_model': 'account.move', 'active_ids': [invoice]}
    wizard = client.call('account.payment.register', 'create', [{}], context=context)
    client.call('account.payment.register', 'action_create_payments', wizard, context=context)


def paid_in_quickbooks(client: OdooClient, simulator_url: str, realm_id: str, invoice: int) -> float:
    """Receive the payment of `invoice` on QuickBooks' page of it; return after how many seconds Odoo has it as paid.

    Raises LabError when that takes longer than HEARD_SECONDS.
    """
    number = client.call('account.move', 'read', [invoice], ['name'])[0]['name']
    page = _page_of(simulator_url, realm_id, number)
    browser = Browser()
    form = Form(browser.open(page)[1])
    say(f"Receiving the payment of {number} in QuickBooks ({page}) ...")
    began = time.monotonic()
    browser.open(simulator_url + form.action, {**form.fields, 'reference': "Check 4711"})
    while client.call('account.move', 'read', [invoice], ['payment_state'])[0]['payment_state'] not in (
            'in_payment', 'paid'):
        if time.monotonic() - began > HEARD_SECONDS:
            raise LabError(f"The payment of {number} was not in Odoo after {HEARD_SECONDS} s. See build/*.log.")
        time.sleep(0.2)
    return time.monotonic() - began


def _page_of(simulator_url: str, realm_id: str, number: str) -> str:
    """Return the address of QuickBooks' page of an invoice, as soon as it is there."""
    deadline = time.monotonic() + STALL_SECONDS
    while time.monotonic() < deadline:
        for obj in Browser().get_json(f'{simulator_url}/_sim/books/{realm_id}').get('Invoice', ()):
            if obj.get('DocNumber') == number:
                return f"{simulator_url}/books/{realm_id}/Invoice/{obj['Id']}"
        time.sleep(0.2)
    raise LabError(f"{number} did not reach QuickBooks within {STALL_SECONDS} s. See build/*.log.")


def _gbp_company(client: OdooClient) -> int:
    """Create a company in pounds with the UK chart of accounts."""
    pound = client.search_read('res.currency', [('name', '=', 'GBP')], ['active'], context={'active_test': False})[0]
    if not pound['active']:
        client.call('res.currency', 'write', [pound['id']], {'active': True})
    company = client.call('res.company', 'create', [{
        'name': "Online Retail Ltd", 'currency_id': pound['id'],
        'country_id': client.find('res.country', [('code', '=', 'GB')]),
    }])[0]
    client.call('res.users', 'write', [client.uid], {'company_ids': [(4, company)]})
    client.in_company(company).call('account.chart.template', 'try_loading', [], 'uk', company, install_demo=False)
    return company


def _vat(client: OdooClient, company: int, vat: str) -> int:
    """Let the company round taxes once a document, as QuickBooks does; return its VAT on or in prices."""
    client.call('res.company', 'write', [company], {'tax_calculation_rounding_method': 'round_globally'})
    standard = client.call('res.company', 'read', [company], ['account_sale_tax_id'])[0]['account_sale_tax_id'][0]
    if vat == retail.EXCLUDED:
        return standard
    return client.call('account.tax', 'copy', [standard], {
        'name': f"{retail.VAT} % in the price", 'price_include_override': 'tax_included'})[0]


def _variances(client: OdooClient) -> dict[str, str]:
    """Return what the company's documents say of how they differ in QuickBooks, by number."""
    rows = client.search_read('account.move', [('qbo_state', '=', 'variance')], ['name', 'qbo_message'])
    return {row['name']: row['qbo_message'] for row in rows}


def _serve(lab: Lab) -> None:
    say(f"\nOdoo:       {lab.client.url}  (login admin, password admin)\n"
        f"QuickBooks: {lab.simulator_url}  (the simulator's books)\n"
        "Open an invoice there and receive its payment: it is in Odoo some seconds later.\nCtrl-C ends both.")
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()

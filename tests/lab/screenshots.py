"""The pictures of the README, the manual and the Apps page, taken from a real run in Chromium: ``make screenshots``.

One story is told, from the keys to the daily work. In :data:`STORY` its acts, which change something, and its
pictures, which only look, follow one another; each is a small function of its own.
"""
import time
from collections.abc import Callable
from datetime import date, timedelta

from . import connect, demo
from . import screenshots_incoming as incoming
from .machine import Machine
from .page import open_page
from .paths import BUILD, REPO, LabError, say
from .scene import CUSTOMER, PRODUCTS, Scene, invoices, until

APP = REPO / 'qbo_connector/static/description'
DAYS = 60  # from which documents are sent by themselves
BACKFILL, SLOW, SHARE = 720, 2.5, 30  # invoices, seconds of a call, per cent done when the picture is taken
NAMESAKE = "Lighthouse Supplies"  # a customer in QuickBooks whose invoice has a number that Odoo will give


def take(machine: Machine, only: tuple[str, ...] = ()) -> None:
    """Tell the story in Odoo's US demo company; with `only`, keep the pictures of these names alone."""
    with demo.running(machine) as lab, open_page() as page:
        company = lab.client.find('res.company', [('chart_template', '=', 'us')])
        scene = Scene(machine, page, lab.client.in_company(company), company, lab.simulator_url, only)
        page.log_in(lab.client, company)
        page.open(f'{lab.client.url}/odoo/quickbooks', '.o_kanban_view')
        for part in STORY:
            say(f"  {part.__doc__.splitlines()[0]}")
            try:
                part(scene)
            except LabError:
                BUILD.mkdir(exist_ok=True)
                (BUILD / 'screenshot-failure.png').write_bytes(page.picture())
                raise


# === SET-UP === #

def quickbooks_has_a_past(scene: Scene) -> None:
    """In QuickBooks there are customers and items already, some of them by another spelling."""
    scene.control('seed', {'objects': {connect.US_REALM: {
        'Account': [{'Name': name, 'AccountType': 'Other Income'} for name in (
            "Foreign Exchange Gain", "Cash Discounts Gained", "Other Income")],
        'Customer': [
            {'DisplayName': CUSTOMER, 'PrimaryEmailAddr': {'Address': "azure.Interior24@example.com"}},
            {'DisplayName': "Deco Addict Inc"}, {'DisplayName': "Gemini Furniture Ltd"},
            {'DisplayName': NAMESAKE}],
        'Item': [{'Name': name, 'Type': 'Service', 'IncomeAccountRef': {'value': _account(scene, "Services")}}
                 for name in ("Office Chair", "Large Cabinet", "Desk Stand")],
    }}})


def odoo_sells(scene: Scene) -> None:
    """In Odoo sales post to several accounts."""
    income = [('account_type', 'in', ('income', 'income_other'))]
    accounts = scene.client.call('account.account', 'search', income, limit=6)
    invoices(scene.client, 1, invoice_line_ids=[
        (0, 0, {'name': "Service", 'account_id': account, 'price_unit': 100.0, 'tax_ids': [(6, 0, [])]})
        for account in accounts])


def keys_and_consent(scene: Scene) -> None:
    """A person has entered the keys and gone through Intuit's consent page."""
    scene.connection = connect.connect(
        scene.client, scene.company, connect.US_REALM, scene.simulator_url, live_at=False,
        sync_from=(date.today() - timedelta(days=DAYS)).isoformat())


def picture_of_setup(scene: Scene) -> None:
    """The guided path, three steps done."""
    scene.press('action_open_setup', 'div[name=step_map]')
    scene.shoot('setup', APP, selector='.o_form_sheet', margin=8)


def picture_of_matches(scene: Scene) -> None:
    """Customers and products that QuickBooks may have already."""
    scene.press('action_open_matches', '.o_list_renderer')
    for status in ("Exact", "Likely"):
        scene.page.click('.o_group_header', status)
        time.sleep(1)
    scene.page.wait_for('.o_data_row')
    scene.shoot('matches', down_to='.o_list_table')


def picture_of_mapping(scene: Scene) -> None:
    """The mapping wizard with its suggestions."""
    scene.press('action_open_mapping_wizard', '.modal .o_data_row')
    scene.shoot('mapping', APP, selector='.modal-content')


def mapped_and_tried(scene: Scene) -> None:
    """The suggestions are accepted, and one invoice was sent by hand."""
    connect.accept_mappings(scene.client, scene.connection)
    scene.client.call('qbo.connection', 'action_set_scope', [scene.connection])
    scene.invoice = invoices(scene.client, 1)[0]
    scene.client.call('account.move', 'action_qbo_push', [scene.invoice])
    scene.sent()


def picture_of_invoice(scene: Scene) -> None:
    """An invoice that stands in QuickBooks, and what its badge opens."""
    scene.page.open(f'{scene.client.url}/odoo/customer-invoices/{scene.invoice}', '.o_field_widget[name=qbo_state]')
    scene.shoot('invoice', APP)
    scene.page.open(f'{scene.client.url}/odoo/quickbooks', '.o_kanban_view')


def picture_of_status(scene: Scene) -> None:
    """What the badge opens: the figures at the last sync, and the history."""
    scene.press('action_qbo_status', '.modal .o_data_row', model='account.move', ids=[scene.invoice])
    scene.shoot('status', selector='.modal-content')


def picture_of_dry_run(scene: Scene) -> None:
    """What would be sent, before anything is."""
    scene.press('action_open_dry_run', '.modal button[name=action_run]')
    scene.page.click('.modal button[name=action_run]')
    scene.page.wait_for('.modal .o_progressbar')
    scene.shoot('dry-run', selector='.modal-content')


def picture_of_checklist(scene: Scene) -> None:
    """What stands between the company and its first document."""
    scene.press('action_open_go_live', '.modal .o_data_row')
    scene.shoot('checklist', selector='.modal-content')


# === SENDING === #

def live(scene: Scene) -> None:
    """The company is live, its past is sent later."""
    wizard = scene.client.call('qbo.connection', 'action_open_go_live', [scene.connection])['res_id']
    scene.client.call('qbo.go.live.wizard', 'write', [wizard], {'reason': "Tried out in a sandbox."})
    scene.client.call('qbo.go.live.wizard', 'action_go_live', [wizard])
    scene.sent()


def backfill_runs(scene: Scene) -> None:
    """Invoices of an earlier month are on their way, and QuickBooks takes its time."""
    earlier = date.today() - timedelta(days=DAYS + 40)
    product = scene.client.find('product.product', [('name', '=', PRODUCTS[0])])
    invoices(scene.client, BACKFILL, invoice_date=earlier.isoformat(), invoice_line_ids=[
        (0, 0, {'product_id': product, 'tax_ids': [(6, 0, [])]})])
    scene.control('fail', {'path': '/batch', 'kind': 'slow', 'seconds': SLOW, 'times': BACKFILL // 30})
    scene.batch = scene.client.call('qbo.push.batch', 'create', [{
        'name': f"Backfill of {earlier:%B}", 'connection_id': scene.connection,
        'date_from': earlier.replace(day=1).isoformat()}])[0]
    scene.client.call('qbo.push.batch', 'action_start', [scene.batch])
    until(lambda: scene.client.call('qbo.push.batch', 'read', [scene.batch], ['share'])[0]['share'] >= SHARE)


def picture_of_backfill(scene: Scene) -> None:
    """The backfill while it runs."""
    scene.page.act({'type': 'ir.actions.act_window', 'res_model': 'qbo.push.batch', 'res_id': scene.batch,
                    'view_mode': 'form'}, 'div[name=progress] .o_progressbar')
    scene.shoot('backfill', APP, down_to='.o_form_sheet')


def picture_of_progress(scene: Scene) -> None:
    """The connection while documents are on their way."""
    scene.page.open(f'{scene.client.url}/odoo/quickbooks/{scene.connection}', 'div[name=progress] .o_progressbar')
    scene.shoot('progress')


def backfill_ends(scene: Scene) -> None:
    """All of it has arrived."""
    scene.sent()


# === TROUBLE === #

def trouble(scene: Scene) -> None:
    """Four things that stop documents: an account without a counterpart, a number, an address, closed books."""
    client = scene.client
    office, store = client.call('res.partner', 'create', [
        {'name': name, 'is_company': True} for name in ("Harbour Office", "Lake Street Store")])
    scene.control('fail', {'kind': 'status', 'status': 400, 'code': 2210, 'entity': 'Customer'})
    invoices(client, 1, partner_id=store)
    scene.sent()
    scene.control('fail', {'kind': 'status', 'status': 400, 'code': 6200, 'entity': 'Invoice'})
    closed = invoices(client, 1, partner_id=office)[0]
    scene.sent()
    _take_next_number(scene, closed)
    invoices(client, 1, partner_id=office)
    scene.sent()
    deposits = client.call('account.account', 'create', [{
        'code': '218500', 'name': "Customer Deposits", 'account_type': 'liability_current'}])[0]
    for amount in (1200, 450, 3800, 950, 2100):
        scene.stopped = invoices(client, 1, partner_id=office, invoice_line_ids=[
            (0, 0, {'name': "Deposit", 'account_id': deposits, 'price_unit': amount, 'tax_ids': [(6, 0, [])]})])[0]
    scene.sent()


def _take_next_number(scene: Scene, invoice: int) -> None:
    """In QuickBooks somebody else's invoice has the number that Odoo gives next."""
    head, _, number = scene.client.call('account.move', 'read', [invoice], ['name'])[0]['name'].rpartition('/')
    books = scene.client.get_json(f'{scene.simulator_url}/_sim/books/{connect.US_REALM}')
    other = next(entry['Id'] for entry in books['Customer'] if entry['DisplayName'] == NAMESAKE)
    item = {'ItemRef': {'value': books['Item'][0]['Id']}}
    scene.control('seed', {'objects': {connect.US_REALM: {'Invoice': [{
        'DocNumber': f'{head}/{int(number) + 1:0{len(number)}}', 'CustomerRef': {'value': other},
        'Line': [{'DetailType': 'SalesItemLineDetail', 'Amount': 80, 'SalesItemLineDetail': item}]}]}}})


def picture_of_attention(scene: Scene) -> None:
    """What stops documents, once for each cause."""
    scene.page.act('qbo_connector.qbo_queue_cause_action', '.o_data_row')
    scene.shoot('attention', APP, down_to='.o_list_table')


def picture_of_failure(scene: Scene) -> None:
    """An invoice that is stopped, with the button that mends it."""
    scene.page.open(f'{scene.client.url}/odoo/customer-invoices/{scene.stopped}', 'button[name=action_qbo_fix]')
    scene.shoot('failed')


def picture_of_dashboard(scene: Scene) -> None:
    """The card of a company, on a desk and on a phone."""
    scene.page.act('qbo_connector.qbo_connection_action', '.o_kanban_record:not(.o_kanban_ghost)')
    scene.shoot('dashboard', APP, selector='.o_kanban_record', margin=8, scale=1)


STORY: tuple[Callable[[Scene], None], ...] = (
    quickbooks_has_a_past, odoo_sells, keys_and_consent, picture_of_setup, picture_of_matches, picture_of_mapping,
    mapped_and_tried, picture_of_invoice, picture_of_status, picture_of_dry_run, picture_of_checklist,
    live, backfill_runs, picture_of_backfill, picture_of_progress, backfill_ends,
    incoming.quickbooks_is_worked_in, incoming.picture_of_payments, incoming.picture_of_change,
    incoming.picture_of_contact, incoming.books_differ, incoming.picture_of_reconciliation,
    incoming.picture_of_differences,
    trouble, picture_of_attention, picture_of_failure, picture_of_dashboard,
)


# === WHAT ACTS ARE MADE OF === #

def _account(scene: Scene, name: str) -> str:
    """Return the Id of an account in QuickBooks."""
    books = scene.client.get_json(f'{scene.simulator_url}/_sim/books/{connect.US_REALM}')
    return next(account['Id'] for account in books['Account'] if account['Name'] == name)

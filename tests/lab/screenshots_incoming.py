"""The part of the story in which people work in QuickBooks: payments, changes, and books that are compared."""
from datetime import date, timedelta

from . import connect, demo
from .scene import Scene, invoices, until

#: Who buys, and for how much each time.
SALES = (("Azure Interior", 1240.0), ("Azure Interior", 860.5), ("Acme Corporation", 2310.0),
         ("Gemini Furniture", 495.0), ("Ready Mat", 1780.0), ("Ready Mat", 320.0), ("Acme Corporation", 640.0))


def quickbooks_is_worked_in(scene: Scene) -> None:
    """A bookkeeper receives payments and changes documents in QuickBooks, and Odoo is told of it."""
    client = scene.client
    connect.hear(client, scene.connection, client.url, scene.simulator_url, demo.VERIFIER_TOKEN)
    sold = [invoices(client, 1, partner_id=client.find('res.partner', [('name', '=', name)]), invoice_line_ids=[
        (0, 0, {'name': "Delivery and assembly", 'price_unit': price, 'tax_ids': [(6, 0, [])]})])[0]
        for name, price in SALES]
    scene.sent()
    there = {link['res_id']: link['remote_id'] for link in client.search_read(
        'qbo.binding', [('model', '=', 'account.move'), ('res_id', 'in', sold)], ['res_id', 'remote_id'])}
    scene.there = [there[invoice] for invoice in sold]
    first, second, acme, gemini, edited, voided, _deleted = scene.there
    for applied, details in (
            ({first: 1240, second: 860.5}, {'reference': "1075", 'method': "Check"}),
            ({acme: 1000}, {'reference': "Wire 88-210"}),
            ({gemini: 495}, {'total': 500, 'reference': "1079", 'method': "Check"})):
        _bookkeeper(scene, 'receive_payment', applied=applied, deposit_to="Checking", **details)
    _bookkeeper(scene, 'receive_payment', customer="Ready Mat", total=250, deposit_to="Checking", reference="Advance")
    _bookkeeper(scene, 'edit_invoice', remote_id=edited, amount=1730,
                date=(date.today() - timedelta(days=9)).isoformat())
    _bookkeeper(scene, 'void', entity='Invoice', remote_id=voided)
    until(lambda: client.call('qbo.receipt', 'search_count', []) == 4
          and client.call('qbo.binding', 'search_count', [('remote_change_state', '=', 'open')]) == 2)


def picture_of_payments(scene: Scene) -> None:
    """Payments that wait for a click."""
    scene.page.act('qbo_connector.qbo_receipt_action', '.o_data_row')
    scene.shoot('payments-in', down_to='.o_list_table')


def picture_of_change(scene: Scene) -> None:
    """An invoice that somebody changed in QuickBooks, field by field."""
    link = scene.client.find('qbo.binding', [('remote_change_kind', '=', 'edited')])
    scene.page.act('qbo_connector.qbo_binding_changed_action', '.o_data_row')
    scene.press('action_show_change', '.modal table', model='qbo.binding', ids=[link])
    scene.shoot('changed-there', selector='.modal-content')


def picture_of_contact(scene: Scene) -> None:
    """A contact as it is in QuickBooks."""
    client = scene.client
    partner = client.find('res.partner', [('name', '=', "Ready Mat")])
    client.call('res.partner', 'action_qbo_refresh', [partner])
    until(lambda: not client.call('res.partner', 'read', [partner], ['qbo_asked'])[0]['qbo_asked'])
    scene.page.open(f'{client.url}/odoo/res.partner/{partner}', '.o_notebook a[name=qbo_panel]')
    scene.page.click('.o_notebook a[name=qbo_panel]')
    scene.page.wait_for('[name=qbo_customer_ids] .o_data_row')
    scene.shoot('contact', selector='.o_form_sheet')
    scene.page.open(f'{client.url}/odoo/quickbooks', '.o_kanban_view')


def books_differ(scene: Scene) -> None:
    """An invoice is deleted in QuickBooks and nobody tells of it; then the books are compared."""
    client = scene.client
    scene.control('webhooks/none', {})
    _bookkeeper(scene, 'delete', entity='Invoice', remote_id=scene.there[-1])
    client.call('qbo.connection', 'action_reconcile', [scene.connection])
    until(lambda: client.call('qbo.reconciliation', 'search_count', [('state', '=', 'drift')]))
    scene.run = client.find('qbo.reconciliation', [('state', '=', 'drift')])


def picture_of_reconciliation(scene: Scene) -> None:
    """A comparison that found differences."""
    scene.page.act({'type': 'ir.actions.act_window', 'res_model': 'qbo.reconciliation', 'res_id': scene.run,
                    'view_mode': 'form'}, '.o_form_view .o_data_row')
    scene.shoot('reconciliation', down_to='.o_form_sheet')


def picture_of_differences(scene: Scene) -> None:
    """Its differences, each with its repair."""
    scene.press('action_open_lines', '.o_data_row', model='qbo.reconciliation', ids=[scene.run])
    scene.shoot('differences', down_to='.o_list_table')


def _bookkeeper(scene: Scene, verb: str, **arguments) -> dict:
    """Let somebody do something on QuickBooks' own pages."""
    return scene.control(f'bookkeeper/{connect.US_REALM}/{verb}', arguments)

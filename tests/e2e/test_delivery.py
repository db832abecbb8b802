"""From a posted invoice to QuickBooks' books, and what a crash in between does."""
from decimal import Decimal

from tests.lab import books
from tests.lab.demo import new_invoice, pay

from .office import until


def invoices(office, number):
    """Return the invoices of that number in QuickBooks."""
    return [invoice for invoice in office.books('Invoice') if invoice['DocNumber'] == number]


def test_a_posted_invoice_and_its_payment_stand_in_quickbooks_within_seconds(office):
    invoice = new_invoice(office.client, 1234.56)
    number = office.number(invoice)
    (standing,) = until(lambda: invoices(office, number), "the invoice")
    assert Decimal(str(standing['TotalAmt'])) == Decimal('1234.56')
    assert Decimal(str(standing['Balance'])) == Decimal('1234.56')

    pay(office.client, invoice)
    (payment,) = until(lambda: office.books('Payment'), "the payment")
    assert Decimal(str(payment['TotalAmt'])) == Decimal('1234.56')
    assert Decimal(str(invoices(office, number)[0]['Balance'])) == 0
    assert until(lambda: office.entry('account.move', invoice)['state'] == 'done', "the entry's end")


def test_a_kill_while_quickbooks_has_booked_and_not_answered_leaves_one_invoice(office):
    office.script(kind='slow', seconds=20, entity='Invoice', operation='create')
    invoice = new_invoice(office.client)
    number = office.number(invoice)
    until(lambda: invoices(office, number), "the invoice to be booked while the answer is held back")
    assert office.entry('account.move', invoice)['state'] == 'sending'

    office.odoo.kill()
    office.restart()

    until(lambda: office.entry('account.move', invoice)['state'] == 'done', "the entry after the restart")
    assert len(invoices(office, number)) == 1
    sent = [call for call in office.calls('/invoice') if call['method'] == 'POST']
    assert len(sent) == 2, "the orphan goes out once more"
    assert len({call['query']['requestid'] for call in sent}) == 1, "under the same request id"


def test_a_kill_before_quickbooks_has_booked_still_delivers_the_invoice(office):
    office.script(kind='slow', seconds=20, entity='Customer', operation='create')
    invoice = new_invoice(office.client)
    number = office.number(invoice)
    until(lambda: office.books('Customer'), "the customer to be booked while the answer is held back")

    office.odoo.kill()
    office.restart()

    until(lambda: invoices(office, number), "the invoice after the restart")
    assert len(office.books('Customer')) == 1
    until(lambda: office.entry('account.move', invoice)['state'] == 'done', "the entry's end")
    assert len(invoices(office, number)) == 1


def test_an_answer_lost_on_the_wire_does_not_double_the_invoice(office):
    office.script(kind='lost_answer', entity='Invoice', operation='create')
    invoice = new_invoice(office.client)
    number = office.number(invoice)
    until(lambda: invoices(office, number), "the invoice")
    in_doubt = until(lambda: (entry := office.entry('account.move', invoice)) and entry['attempts'] and entry,
                     "the lost answer to be noticed")
    assert in_doubt['state'] == 'sending', "its outcome is open, it is not forgotten"

    office.end_wait(in_doubt)
    office.run_drain()
    until(lambda: office.entry('account.move', invoice)['state'] == 'done', "the repeated delivery")
    assert len(invoices(office, number)) == 1


def test_kills_in_the_middle_of_a_long_push_lose_nothing_and_double_nothing(open_office):
    office = open_office()
    before = books.quickbooks_sums(office.simulator.url, office.realm_id)
    office.connect(sync_from=False, push_all_customers=True, push_all_products=True)
    office.client.call('qbo.connection', 'action_push_missing', [office.connection])
    for share in (10, 40):
        until(lambda share=share: office.count('done') >= share, f"{share} deliveries")
        office.odoo.kill()
        office.restart()

    until(lambda: not office.count('pending', 'sending'), "the rest of the deliveries")
    rows = books.compare(office.client, office.connection, office.simulator.url, before)
    assert all(row.equal for row in rows), books.table("after two kills", rows)
    assert {row.kind: row.odoo.count for row in rows}['Invoice'] == 9

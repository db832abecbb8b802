"""The forms of the pages: what a person clicks is done by the rules, and shown."""

import re

from tests.simulator import UK_REALM, US_MULTICURRENCY, US_REALM

from .support import Caller


class Person:
    """Fills in the forms that a page offers, as a browser does: fields keep what they show unless told otherwise."""

    def __init__(self, client, realm=US_REALM):
        self.client, self.realm = client, realm

    def page(self, *words):
        """The HTML of a page."""
        answer = self.client.get('/'.join(('/books', self.realm, *words)))
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_data(as_text=True)

    def submit(self, entity, remote_id, verb, status=303, **changed):
        """Press the button of the form `verb`; returns the address that is shown next, or the refusal."""
        form = re.search(rf'<form [^>]*action="/books/\d+/{entity}/{remote_id}/{verb}">(.*?)</form>',
                         self.page(entity, remote_id), re.DOTALL)[1]
        fields = dict(re.findall(r'<input name="([^"]+)"[^>]*? value="([^"]*)"', form))
        fields |= dict.fromkeys(re.findall(r'<select name="([^"]+)"', form), '')
        fields |= dict(re.findall(r'<select name="([^"]+)">(?:(?!</select>).)*<option value="([^"]*)" selected', form))
        wrong = set(changed) - set(fields)
        assert not wrong, f"the form has no {wrong}"
        answer = self.client.post(f'/books/{self.realm}/{entity}/{remote_id}/{verb}', data={**fields, **changed})
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.headers.get('Location') or answer.get_data(as_text=True)


def test_a_payment_is_received_changed_voided_and_deleted_on_the_pages(us):
    person = Person(us.client)
    customer = us.customer()
    first, second = us.invoice(customer), us.invoice(customer)
    checking = us.query("SELECT * FROM Account WHERE Name = 'Checking'")['Account'][0]['Id']
    address = person.submit('Invoice', first['Id'], 'receive', deposit_to=checking, reference="4711", memo="thanks")
    payment = us.get('Payment', address.rsplit('/', 1)[1])
    assert (payment['TotalAmt'], payment['PaymentRefNum'], payment['PrivateNote']) == (100, "4711", "thanks")
    assert payment['DepositToAccountRef']['value'] == checking
    assert 'action="' + address + '/edit"' in person.page('Payment', payment['Id'])
    person.submit('Payment', payment['Id'], 'edit', total='150', **{f"applied-{second['Id']}": '50'})
    assert us.get('Invoice', second['Id'])['Balance'] == 50
    refused = person.submit('Payment', payment['Id'], 'edit', status=400, total='10')
    assert "refuses" in refused and "more than the total" in refused
    person.submit('Payment', payment['Id'], 'void')
    assert us.get('Invoice', first['Id'])['Balance'] == 100
    person.submit('Payment', payment['Id'], 'delete')
    assert us.call('GET', f"payment/{payment['Id']}").status_code == 400
    both = {f"applied-{invoice['Id']}": '30' for invoice in (first, second)}
    person.submit('Customer', customer['Id'], 'receive', total='70', **both)
    assert us.get('Customer', customer['Id'])['Balance'] == 130
    assert "TotalAmt" in person.submit('Customer', customer['Id'], 'receive', status=400)


def test_documents_and_lists_are_changed_on_the_pages(us, uk):
    person = Person(us.client)
    customer, other = us.customer("Ann <b>"), us.customer("Other")
    invoice = us.invoice(customer, DocNumber="INV/1")
    person.submit('Invoice', invoice['Id'], 'edit', amount='80', number="INV/1b")
    seen = us.get('Invoice', invoice['Id'])
    assert (seen['TotalAmt'], seen['DocNumber']) == (80, "INV/1b")
    person.submit('Invoice', invoice['Id'], 'void')
    person.submit('Customer', customer['Id'], 'rename', name="Ann")
    person.submit('Customer', customer['Id'], 'inactive')
    person.submit('Customer', customer['Id'], 'active')
    assert us.get('Customer', customer['Id'])['DisplayName'] == "Ann"
    assert person.submit('Customer', customer['Id'], 'merge', kept=other['Id']).endswith(f"/Customer/{other['Id']}")
    assert us.get('Invoice', invoice['Id'])['CustomerRef']['name'] == "Other"
    person.submit('Item', '1', 'inactive')
    assert us.get('Item', '1')['Active'] is False
    person.submit('Invoice', invoice['Id'], 'delete')
    rate = uk.query("SELECT * FROM TaxRate")['TaxRate'][0]['Id']
    Person(uk.client, UK_REALM).submit('TaxRate', rate, 'rate', percent='21')
    assert uk.get('TaxRate', rate)['RateValue'] == 21
    for address in ('Invoice/99/burn', 'Unicorn/1/void', 'Invoice/1'):
        assert us.client.post(f"/books/{US_REALM}/{address}").status_code == 404


def test_foreign_money_asks_for_its_rate(sim):
    sim.add_company(**US_MULTICURRENCY)
    us = Caller(sim, US_MULTICURRENCY['realm_id'])
    customer = us.customer(CurrencyRef={'value': 'EUR'})
    invoice = us.invoice(customer, CurrencyRef={'value': 'EUR'}, ExchangeRate=1.1)
    address = Person(us.client, us.realm).submit('Invoice', invoice['Id'], 'receive', rate='1.25')
    assert us.get('Payment', address.rsplit('/', 1)[1])['ExchangeRate'] == 1.25


def test_the_page_of_webhooks_registers_tests_and_shows(us):
    client = us.client
    assert "Nobody wants" in client.get('/webhooks').get_data(as_text=True)
    assert client.post('/webhooks', data={'url': 'ftp://x', 'token': 't', 'format': 'classic'}).status_code == 400
    assert client.post('/webhooks', data={
        'url': 'http://127.0.0.1:9/hook', 'token': "secret", 'format': 'cloudevents'}).status_code == 303
    assert client.post('/webhooks', data={'test': US_REALM}).status_code == 303
    us.sim.webhooks.deliver(lambda *_post: 503)
    page = client.get('/webhooks').get_data(as_text=True)
    assert "http://127.0.0.1:9/hook" in page and "503" in page and "qbo.customer.updated.v1" in page
    assert "secret" not in page

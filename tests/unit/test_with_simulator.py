"""The core and the strict simulator over a socket: every shape of payload is accepted and booked to the cent."""

import json
from datetime import date, datetime, timezone
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from qbo import auth, faults
from qbo.client import QboClient
from qbo.company import parse_company
from qbo.documents import Address, Allocation, CustomerDoc, ItemDoc, LineDoc, PaymentDoc, SalesDoc
from qbo.endpoints import endpoints_for
from qbo.payloads.customer import customer_payload
from qbo.payloads.item import item_payload
from qbo.payloads.payment import payment_payload
from qbo.payloads.sales import sales_payload
from qbo.query import select

from tests.simulator import UK_REALM, US_REALM, Simulator
from tests.simulator.server import Server

D = Decimal
TODAY = date(2026, 11, 6)
REDIRECT = 'http://localhost:8069/qbo/oauth/callback'
HOME = Address(lines=("Azure Interior", "1", "2", "3", "4", "5"), city="Fremont", state="CA", postal_code="94538",
               country="United States")


class Company:
    """A company connected through the real OAuth flow, with one customer and one item."""

    def __init__(self, simulator, url, realm):
        simulator.oauth.register('sim-client', redirect_uris=[REDIRECT])
        endpoints, now = endpoints_for('sandbox', url), datetime.now(timezone.utc)
        asked = auth.authorize_url(endpoints, 'sim-client', REDIRECT, 'state')
        form = {name: value for name, [value] in parse_qs(urlsplit(asked).query).items()}
        consent = requests.post(
            endpoints.authorize, data={**form, 'realm_id': realm, 'decision': 'approve'}, allow_redirects=False,
            timeout=5)
        [code] = parse_qs(urlsplit(consent.headers['Location']).query)['code']
        self.tokens = auth.exchange_code(endpoints, 'sim-client', 'sim-secret', code, REDIRECT, now)
        self.client = QboClient(endpoints, realm, lambda stale: self.tokens.access_token)
        self.facts = parse_company(self.client.company_info().data, self.client.preferences().data)
        self.requests = 0
        income = next(a['Id'] for a in self.client.query_all('Account') if a['AccountType'] == 'Income')
        self.item = self.create('Item', item_payload(ItemDoc(
            name="Desk: large", kind='Service', income_account=income, price=D('33.33'), sku="D-1")))['Id']
        self.customer = self.create('Customer', customer_payload(CustomerDoc(
            display_name="Azure O'Neil \\ 東京", company_name="Azure", given_name="Ann", family_name="O'Neil",
            email="a@example.com", phone="1", mobile="2", website="http://example.com", billing=HOME, shipping=HOME,
            resale_number="R-1", tax_identifier="T-1", notes="Hello\nthere")))['Id']

    def write(self, entity, operation, payload):
        """Write and return the object."""
        self.requests += 1
        return self.client.write(entity, operation, json.dumps(payload), f'test-{self.requests}').data

    def create(self, entity, payload):
        """Create and return the object."""
        return self.write(entity, 'create', payload)

    def sale(self, kind='Invoice', number="INV/1", lines=()):
        """Return the payload of a sales document with the company's way of taxing."""
        us = self.facts['tax_regime'] == 'us'
        return sales_payload(SalesDoc(
            kind=kind, number=number, date=TODAY, due_date=TODAY, customer=self.customer, lines=lines,
            tax_regime=self.facts['tax_regime'], tax_code=self.facts['us_tax_code'],
            tax_total=D('8.25') if us else D(0), memo="Thank you", private_note="odoo:1:account.move:1",
            billing=HOME, shipping=HOME, email="a@example.com"))

    def line(self, **values):
        """Return a line of the item, taxed."""
        codes = {code['Name']: code['Id'] for code in self.client.query_all('TaxCode')}
        code = next((code for name, code in codes.items() if '20' in name), None)
        return LineDoc(**{'item': self.item, 'taxable': True, 'tax_code': code, **values})


@pytest.fixture(params=[US_REALM, UK_REALM], ids=['US', 'UK'])
def company(request):
    """A connected company of either way of taxing."""
    simulator = Simulator()
    with Server(simulator) as running:
        yield Company(simulator, running.url, request.param)


@pytest.mark.parametrize('kind', ['Invoice', 'CreditMemo'])
def test_every_kind_of_line_is_booked_to_the_cent(company, kind):
    lines = (
        LineDoc(description="Section"),
        company.line(description="Odd price", quantity=D(3), unit_price=D('33.33'), amount=D(100)),
        company.line(description="Off", quantity=D('2.5'), unit_price=D(10), discount=D('12.5'), amount=D('21.88')),
        company.line(description="No quantity", quantity=D(0), unit_price=D(10), amount=D(5)),
        company.line(description="Rounding", amount=D('-0.01')),
    )
    payload = company.sale(kind, lines=lines)
    made = company.create(kind, payload)
    tax = made['TxnTaxDetail']['TotalTax']
    assert made['TotalAmt'] - tax == D('126.87')
    assert tax == (D('8.25') if company.facts['tax_regime'] == 'us' else D('25.37'))
    again = company.write(kind, 'update', {**payload, 'Id': made['Id'], 'SyncToken': made['SyncToken'], 'sparse': True})
    assert again['TotalAmt'] == made['TotalAmt']


def test_a_payment_is_applied_and_taken_off_again(company):
    invoice = company.create('Invoice', company.sale(lines=(company.line(amount=D(100)),)))
    doc = {'customer': company.customer, 'date': TODAY, 'total': D(50)}
    paid = company.create('Payment', payment_payload(PaymentDoc(
        **doc, allocations=(Allocation(invoice['Id'], 'Invoice', D(40)),), reference="x" * 30)))
    assert paid['UnappliedAmt'] == 10
    assert company.client.read('Invoice', invoice['Id']).data['Balance'] == invoice['TotalAmt'] - 40
    freed = company.write('Payment', 'update', {
        **payment_payload(PaymentDoc(**doc)), 'Id': paid['Id'], 'SyncToken': paid['SyncToken'], 'sparse': True})
    assert freed['UnappliedAmt'] == 50
    void = company.write('Payment', 'void', {'Id': paid['Id'], 'SyncToken': freed['SyncToken'], 'sparse': True})
    assert void['TotalAmt'] == 0


def test_a_name_with_quote_and_backslash_is_found_again(company):
    statement = select('Customer', {'DisplayName': "Azure O'Neil \\ 東京"})
    assert [row['Id'] for row in company.client.query(statement).data['Customer']] == [company.customer]


def test_the_same_requestid_is_answered_by_the_first_answer(company):
    body = json.dumps(company.sale(lines=(company.line(amount=D(100)),)))
    first, second = (company.client.write('Invoice', 'create', body, 'same').data for _attempt in range(2))
    assert first['Id'] == second['Id']


def test_a_second_customer_of_that_name_is_a_duplicate_name(company):
    with pytest.raises(faults.DuplicateName):
        company.create('Customer', customer_payload(CustomerDoc(display_name="azure o'neil \\ 東京")))


def test_a_second_document_of_that_number_names_the_first(company):
    payload = company.sale(lines=(company.line(amount=D(100)),))
    first = company.create('Invoice', payload)
    with pytest.raises(faults.DuplicateDocNumber) as caught:
        company.create('Invoice', payload)
    assert (caught.value.txn_id, caught.value.txn_type) == (first['Id'], 'Invoice')


def test_an_old_sync_token_is_stale(company):
    payload = company.sale(lines=(company.line(amount=D(100)),))
    made = company.create('Invoice', payload)
    known = {'Id': made['Id'], 'SyncToken': made['SyncToken'], 'sparse': True}
    company.write('Invoice', 'update', {**known, 'PrivateNote': "changed"})
    with pytest.raises(faults.StaleObject):
        company.write('Invoice', 'update', {**known, 'PrivateNote': "changed again"})


def test_a_deleted_document_is_not_found(company):
    made = company.create('Invoice', company.sale(lines=(company.line(amount=D(100)),)))
    company.write('Invoice', 'delete', {'Id': made['Id'], 'SyncToken': made['SyncToken']})
    with pytest.raises(faults.NotFound):
        company.client.read('Invoice', made['Id'])

"""Whatever is sold, at whatever price, tax and rounding: QuickBooks takes it and books what Odoo says, or what we said.

The books are the simulator's, which works taxes out by itself. 500 documents for each property, always the same ones;
``HYPOTHESIS_PROFILE=nightly`` draws 10,000 new ones (see conftest.py).
"""

import itertools
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qbo.payloads.sales import sales_payload
from qbo.taxes import HONOURED, IGNORED, closed, predicted

from tests.simulator import Simulator, jsonio, operations
from tests.simulator.entities import ENTITIES

from . import generated

D = Decimal
HEAD = {'DocNumber', 'TxnDate', 'CustomerRef', 'CurrencyRef', 'ExchangeRate', 'Line', 'TxnTaxDetail',
        'GlobalTaxCalculation'}
LINE = {'DetailType', 'Amount', 'Description', 'SalesItemLineDetail'}
DETAIL = {'ItemRef', 'Qty', 'UnitPrice', 'TaxCodeRef', 'TaxInclusiveAmt'}
numbers = itertools.count(1)


class Books:
    """A QuickBooks company with an item, and a customer in its own currency and one in yen, which have no cents.

    :param switches: of the simulator
    """

    def __init__(self, country, currency, taxes=None, **switches):
        self.company = Simulator(**switches).add_company(
            '1', country=country, home_currency=currency, multicurrency=True, preferences={'TaxPrefs': taxes or {}})
        self.automated = bool(self.company.objects['Preferences']['1']['TaxPrefs'].get('PartnerTaxEnabled'))
        income = self.company.by_name('Account', "Services")['Id']
        self.item = self.write('Item', 'create', {
            'Name': "Sold", 'Type': 'Service', 'IncomeAccountRef': {'value': income}})['Id']
        self.customers = {digits: self.write('Customer', 'create', {
            'DisplayName': code, 'CurrencyRef': {'value': code}})['Id'] for digits, code in ((2, currency), (0, 'JPY'))}
        percents = {rate['Id']: rate['RateValue'] for rate in self.company.all('TaxRate')}
        self.rates = {}
        for code in self.company.all('TaxCode'):
            ids = [detail['TaxRateRef']['value'] for detail in code['SalesTaxRateList']['TaxRateDetail']]
            self.rates[code['Id']] = tuple((rate, percents[rate]) for rate in ids)
        self.codes = {sum(percent for _rate, percent in rates): code for code, rates in reversed(self.rates.items())}

    def write(self, entity, operation, body):
        """Write as over the wire: through JSON, by the rules a request obeys."""
        return operations.write(self.company, ENTITIES[entity], operation, jsonio.loads(json.dumps(body)))

    def document(self, sale, included=False):
        """Return (the document as the connector would hand it over, what stands in Odoo)."""
        standing = generated.booked(sale)
        return generated.document(
            sale, standing, self.codes, self.item, number=f'P{next(numbers)}', customer=self.customers[sale.digits],
            currency=self.company.home_currency if sale.digits else 'JPY',
            exchange_rate=None if sale.digits else D('0.0065'), automated_tax=self.automated, tax_rates=self.rates,
            tax_included=included and sale.included), standing

    def booked(self, doc):
        """Book a document and take it out again, checking what was sent; return it as QuickBooks answered."""
        payload = sales_payload(doc)
        assert set(payload) <= HEAD
        for line in payload['Line']:
            assert set(line) <= LINE and set(line['SalesItemLineDetail']) <= DETAIL
        answer = self.write(doc.kind, 'create', payload)
        self.write(doc.kind, 'delete', {'Id': answer['Id'], 'SyncToken': answer['SyncToken']})
        assert answer['Balance'] == answer['TotalAmt']
        return answer


AUTOMATED = Books('US', 'USD')
AUTOMATED_ON_NOTHING = Books('US', 'USD', automated_tax_on_nothing=True)
MANUAL = {'ignored': Books('US', 'USD', {'PartnerTaxEnabled': False}),
          'honoured': Books('US', 'USD', {'PartnerTaxEnabled': False}, manual_tax_override=True)}
ELSEWHERE = {'ignored': Books('GB', 'GBP'), 'honoured': Books('GB', 'GBP', line_tax_override=True)}
KINDS = [pytest.param(MANUAL, 'us', id='US manual'), pytest.param(ELSEWHERE, 'global', id='UK')]
drawn = st.data()


def figures(answer):
    """Return QuickBooks' (total, tax)."""
    return answer['TotalAmt'], answer['TxnTaxDetail']['TotalTax']


@given(generated.sales(regimes=('us',)))
def test_with_automated_sales_tax_the_customer_owes_what_odoo_says(sale):
    doc, standing = AUTOMATED.document(sale)
    answer = figures(AUTOMATED.booked(doc))
    expected = predicted(doc)
    assert answer == (expected.total, expected.tax)
    # Where nothing taxable is left QuickBooks takes no tax at all; what Odoo rounded becomes a line then.
    if sum(net for net, line in zip(standing.nets, sale.lines, strict=True) if line.rate):
        assert answer == (standing.total, standing.tax)
    assert figures(AUTOMATED.booked(closed(doc)))[0] == standing.total


@given(generated.sales(regimes=('us',)))
def test_with_automated_sales_tax_lines_that_cancel_out_leave_a_rounding_line_at_most(sale):
    doc, _standing = AUTOMATED.document(sale)
    lines = [replace(line, discount=D(0), discount_amount=None, quantity=None, taxable=True) for line in doc.lines
             if line.amount is not None]
    lines += [replace(line, amount=-line.amount) for line in lines]
    left = D(1).scaleb(-sale.digits)
    doc = replace(doc, lines=tuple(lines), tax_total=left, total=left)
    for books in (AUTOMATED, AUTOMATED_ON_NOTHING):
        assert figures(books.booked(closed(replace(doc, customer=books.customers[sale.digits])))) == (left, 0)


@pytest.mark.parametrize(('books', 'regime'), KINDS)
@given(drawn)
def test_what_quickbooks_will_come_to_is_known_beforehand(books, regime, data):
    doc, standing = books['ignored'].document(data.draw(generated.sales(regimes=(regime,))), data.draw(st.booleans()))
    answer = figures(books['ignored'].booked(doc))
    expected = predicted(doc)
    assert answer == (expected.total, expected.tax)
    if not doc.tax_included:
        assert answer[0] - answer[1] == sum(standing.nets)


@pytest.mark.parametrize(('books', 'regime'), KINDS)
@given(drawn)
def test_where_quickbooks_ignores_our_tax_the_customer_owes_what_odoo_says(books, regime, data):
    doc, standing = books['ignored'].document(data.draw(generated.sales(regimes=(regime,))), data.draw(st.booleans()))
    total, _tax = figures(books['ignored'].booked(closed(doc, IGNORED)))
    assert total == standing.total


@pytest.mark.parametrize(('books', 'regime'), KINDS)
@given(drawn)
def test_where_quickbooks_honours_our_tax_total_and_tax_are_odoos(books, regime, data):
    doc, standing = books['honoured'].document(data.draw(generated.sales(regimes=(regime,))), data.draw(st.booleans()))
    assert figures(books['honoured'].booked(closed(doc, HONOURED))) == (standing.total, standing.tax)

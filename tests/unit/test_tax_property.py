"""Whatever is sold, at whatever price, tax and rounding: QuickBooks takes it, and books what was said it would.

The books are the simulator's, which works taxes out by itself. 500 documents for each property, always the same ones;
``HYPOTHESIS_PROFILE=nightly`` draws 10,000 new ones (see conftest.py).
"""

import itertools
import json
from decimal import Decimal

from hypothesis import given
from qbo.payloads.sales import sales_payload

from tests.simulator import Simulator, jsonio, operations
from tests.simulator.entities import ENTITIES

from . import generated

D = Decimal
HEAD = {'DocNumber', 'TxnDate', 'CustomerRef', 'CurrencyRef', 'ExchangeRate', 'Line'}
TAX = {'us': {'TxnTaxDetail'}, 'global': {'GlobalTaxCalculation'}}
LINE = {'DetailType', 'Amount', 'Description', 'SalesItemLineDetail'}
DETAIL = {'ItemRef', 'Qty', 'UnitPrice', 'TaxCodeRef'}
numbers = itertools.count(1)


class Books:
    """A QuickBooks company with an item, and a customer in pounds or dollars and one in yen, which have no cents."""

    def __init__(self, country, currency, **taxes):
        self.company = Simulator().add_company(
            '1', country=country, home_currency=currency, multicurrency=True, preferences={'TaxPrefs': taxes})
        income = self.company.by_name('Account', "Services")['Id']
        self.item = self.write('Item', 'create', {
            'Name': "Sold", 'Type': 'Service', 'IncomeAccountRef': {'value': income}})['Id']
        self.customers = {digits: self.write('Customer', 'create', {
            'DisplayName': code, 'CurrencyRef': {'value': code}})['Id'] for digits, code in ((2, currency), (0, 'JPY'))}
        rates = {rate['Id']: rate['RateValue'] for rate in self.company.all('TaxRate')}
        self.tax_codes = {}
        for code in self.company.all('TaxCode'):
            details = code['SalesTaxRateList']['TaxRateDetail']
            self.tax_codes.setdefault(sum(rates[detail['TaxRateRef']['value']] for detail in details), code['Id'])

    def write(self, entity, operation, body):
        """Write as over the wire: through JSON, by the rules a request obeys."""
        return operations.write(self.company, ENTITIES[entity], operation, jsonio.loads(json.dumps(body)))

    def document(self, sale):
        """Return (the document as the connector would hand it over, what stands in Odoo)."""
        standing = generated.booked(sale)
        currency = {'currency': self.company.home_currency} if sale.digits else {
            'currency': 'JPY', 'exchange_rate': D('0.0065')}
        return generated.document(
            sale, standing, f'P{next(numbers)}', self.tax_codes, item=self.item, customer=self.customers[sale.digits],
            **currency), standing

    def booked(self, doc):
        """Book a document and take it out again; return it as QuickBooks answered."""
        answer = self.write(doc.kind, 'create', sales_payload(doc))
        self.write(doc.kind, 'delete', {'Id': answer['Id'], 'SyncToken': answer['SyncToken']})
        return answer


AUTOMATED = Books('US', 'USD')
MANUAL = Books('US', 'USD', PartnerTaxEnabled=False)
ELSEWHERE = Books('GB', 'GBP')

us_sales = generated.sales(regimes=('us',))
other_sales = generated.sales(regimes=('global',))


def expect_accepted(books, sale):
    """Book a sale; check what holds everywhere: the net amounts are Odoo's, the document is open in full.

    :return: (the document handed over, what stands in Odoo, QuickBooks' answer)
    """
    doc, standing = books.document(sale)
    payload = sales_payload(doc)
    assert set(payload) == HEAD - ({'ExchangeRate'} if sale.digits else set()) | TAX[sale.regime]
    for line in payload['Line']:
        assert set(line) <= LINE and set(line['SalesItemLineDetail']) <= DETAIL
    answer = books.booked(doc)
    assert answer['TotalAmt'] - answer['TxnTaxDetail']['TotalTax'] == sum(standing.nets)
    assert answer['Balance'] == answer['TotalAmt']
    return doc, standing, answer


def largest_difference(sale):
    """Return by how much two ways of rounding the same taxes may lie apart: a unit for each line and each tax."""
    taxed = [line.rate for line in sale.lines if line.rate]
    units = len(set(taxed)) + (len(taxed) if sale.per_line or sale.included else 0)
    return units * D(1).scaleb(-sale.digits)


@given(us_sales)
def test_with_automated_sales_tax_the_customer_owes_what_odoo_says(sale):
    _doc, standing, answer = expect_accepted(AUTOMATED, sale)
    if not sum(net for net, line in zip(standing.nets, sale.lines, strict=True) if line.rate):
        return  # nothing taxable is left: QuickBooks then takes no tax at all
    assert (answer['TotalAmt'], answer['TxnTaxDetail']['TotalTax']) == (standing.total, standing.tax)


@given(us_sales)
def test_with_manual_sales_tax_quickbooks_differs_by_rounding_at_most(sale):
    _doc, standing, answer = expect_accepted(MANUAL, sale)
    # Two rates, of the state and of the district, each rounded by itself.
    assert abs(answer['TxnTaxDetail']['TotalTax'] - standing.tax) <= largest_difference(sale) * 2


@given(other_sales)
def test_with_a_tax_code_on_each_line_quickbooks_differs_by_rounding_at_most(sale):
    _doc, standing, answer = expect_accepted(ELSEWHERE, sale)
    assert abs(answer['TxnTaxDetail']['TotalTax'] - standing.tax) <= largest_difference(sale)

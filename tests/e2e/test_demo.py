"""The demonstration itself, on a slice of real invoices: untaxed, with UK VAT on top of the prices, and in them."""
import json
from decimal import Decimal

from tests.lab import demo, retail
from tests.lab.paths import REPO

SLICE = REPO / 'tests/data/online_retail_slice.csv'


def test_the_demo_and_a_slice_of_real_invoices_stand_equal_in_both_books(machine):
    assert demo.demo(machine, once=True, input_file=SLICE)

    result = json.loads(demo.RESULT.read_text())
    company, shop = result['companies']
    assert company['documents']['Invoice']['quickbooks']['count'] == 10
    assert company['documents']['CreditMemo']['quickbooks']['count'] == 4
    assert company['documents']['Payment']['quickbooks']['count'] == 1
    expect_the_file(shop, 'quickbooks')


def test_a_slice_with_vat_on_top_of_the_prices_stands_equal_in_both_books(machine):
    assert demo.demo(machine, once=True, input_file=SLICE, vat=retail.EXCLUDED)

    _company, shop = json.loads(demo.RESULT.read_text())['companies']
    expect_the_file(shop, 'quickbooks', retail.EXCLUDED)
    assert shop['variances'] == {}


def test_a_slice_with_vat_in_the_prices_stands_equal_or_says_where_it_does_not(machine):
    equal = demo.demo(machine, once=True, input_file=SLICE, vat=retail.INCLUDED)

    _company, shop = json.loads(demo.RESULT.read_text())['companies']
    expect_the_file(shop, 'odoo', retail.INCLUDED)
    assert equal or shop['variances']
    pennies = sum(abs(Decimal(side['quickbooks']['total']) - Decimal(side['odoo']['total'])) * 100
                  for side in (shop['documents']['Invoice'], shop['documents']['CreditMemo']))
    assert pennies <= len(shop['variances'])  # a document differs by a penny at most, and says so


def expect_the_file(shop, side, vat=None):
    """Check that one of the two books holds what the file says."""
    for kind, expected in retail.read(SLICE).expected(vat).items():
        standing = shop['documents'][kind][side]
        assert (standing['count'], standing['total'], standing['tax']) == (
            expected['count'], str(expected['total']), str(expected['tax']))
    assert shop['refused'] == []

"""The demonstration itself, on a slice of real invoices: untaxed, and with UK VAT in the prices."""
import json

from tests.lab import demo, retail
from tests.lab.paths import REPO

SLICE = REPO / 'tests/data/online_retail_slice.csv'


def test_the_demo_and_a_slice_of_real_invoices_stand_equal_in_both_books(machine):
    assert demo.demo(machine, once=True, input_file=SLICE)

    result = json.loads(demo.RESULT.read_text())
    company, shop = result['companies']
    assert company['documents']['Invoice']['quickbooks']['count'] == 11
    assert company['documents']['CreditMemo']['quickbooks']['count'] == 4
    assert company['documents']['Payment']['quickbooks']['count'] == 2
    assert company['payment_seconds'] < demo.HEARD_SECONDS
    expect_the_file(shop)


def test_a_slice_with_vat_in_its_prices_stands_equal_in_both_books(machine):
    # On top of the prices it is the nightly job's: that is the easier of the two, and each takes most of a minute.
    assert demo.demo(machine, once=True, input_file=SLICE, vat=retail.INCLUDED)

    _company, shop = json.loads(demo.RESULT.read_text())['companies']
    expect_the_file(shop, retail.INCLUDED)
    assert shop['variances'] == {}


def expect_the_file(shop, vat=None):
    """Check that QuickBooks holds what the file says."""
    for kind, expected in retail.read(SLICE).expected(vat).items():
        standing = shop['documents'][kind]['quickbooks']
        assert (standing['count'], standing['total'], standing['tax']) == (
            expected['count'], str(expected['total']), str(expected['tax']))
    assert shop['refused'] == []

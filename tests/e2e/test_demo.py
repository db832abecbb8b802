"""The demonstration itself, on a slice of real invoices."""
import json

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
    for kind, expected in retail.read(SLICE).expected().items():
        standing = shop['documents'][kind]['quickbooks']
        assert (standing['count'], standing['total']) == (expected['count'], str(expected['total']))
    assert shop['refused'] == []

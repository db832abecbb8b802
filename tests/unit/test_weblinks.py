"""The addresses that lead a person from Odoo to an object in QuickBooks."""

from urllib.parse import parse_qs, urlsplit

import pytest
from qbo.weblinks import PAGES, object_url


def test_a_link_names_the_company_and_the_page_so_that_signing_in_loses_neither():
    url = urlsplit(object_url('production', '9130', 'Invoice', '1037'))
    assert (url.scheme, url.hostname, url.path) == ('https', 'qbo.intuit.com', '/login')
    assert parse_qs(url.query) == {'deeplinkcompanyid': ['9130'], 'pagereq': ['invoice?txnId=1037']}


@pytest.mark.parametrize(('entity', 'page'), [
    ('CreditMemo', 'creditmemo?txnId=7'), ('Payment', 'recvpayment?txnId=7'), ('JournalEntry', 'journal?txnId=7'),
    ('Purchase', 'expense?txnId=7'), ('Customer', 'customerdetail?nameId=7'), ('Item', 'item?itemId=7')])
def test_each_kind_has_its_page(entity, page):
    url = urlsplit(object_url('sandbox', '9130', entity, '7'))
    assert url.hostname == 'sandbox.qbo.intuit.com'
    assert parse_qs(url.query)['pagereq'] == [page]


def test_what_has_no_page_or_no_id_has_no_link():
    assert object_url('production', '9130', 'TaxAgency', '7') == ''
    assert object_url('production', '9130', 'Invoice', '') == ''
    assert object_url('production', '', 'Invoice', '7') == ''
    with pytest.raises(ValueError, match='environment'):
        object_url('live', '9130', 'Invoice', '7')


def test_an_id_cannot_lead_elsewhere():
    url = urlsplit(object_url('production', '9', 'Invoice', '7&deeplinkcompanyid=8'))
    assert parse_qs(url.query) == {'deeplinkcompanyid': ['9'], 'pagereq': ['invoice?txnId=7%26deeplinkcompanyid%3D8']}
    assert object_url('sandbox', '9', 'Invoice', '../1', 'http://sim:1').endswith('/Invoice/..%2F1')


def test_the_simulator_shows_the_object_itself():
    assert object_url('sandbox', '9130', 'Item', '3', 'http://sim:1/') == 'http://sim:1/books/9130/Item/3'
    assert set(PAGES) >= {'Invoice', 'CreditMemo', 'Payment', 'Purchase', 'JournalEntry', 'Customer', 'Item'}

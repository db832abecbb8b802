"""The audit of the crash test: it is silent about books that agree, and names whatever does not."""
import copy
from decimal import Decimal

import pytest

from tests.chaos.audit import audit
from tests.lab.books import Row, Sums

UUID = '1a2b3c4d'
ODOO = {
    'account.move': [
        {'id': 7, 'name': 'INV/1', 'state': 'posted', 'move_type': 'out_invoice', 'amount_total': 100.0,
         'amount_tax': 0.0, 'amount_residual': 40.0, 'payment_state': 'partial', 'invoice_date': '2026-11-01',
         'commercial_partner_id': [3, "Chaos Ann"], 'narration': '<p>Edited</p>'},
        {'id': 8, 'name': 'INV/2', 'state': 'cancel', 'move_type': 'out_invoice', 'amount_total': 50.0,
         'amount_tax': 0.0, 'amount_residual': 0.0, 'payment_state': 'not_paid', 'invoice_date': '2026-11-01',
         'commercial_partner_id': [3, "Chaos Ann"], 'narration': False},
        {'id': 9, 'name': 'RINV/1', 'state': 'cancel', 'move_type': 'out_refund', 'amount_total': 5.0,
         'amount_tax': 0.0, 'amount_residual': 0.0, 'payment_state': 'not_paid', 'invoice_date': '2026-11-01',
         'commercial_partner_id': [3, "Chaos Ann"], 'narration': False},
    ],
    'account.payment': [{'id': 4, 'name': 'PAY/1', 'state': 'paid', 'amount': 60.0, 'date': '2026-11-02'}],
    'res.partner': [{'id': 3, 'name': "Chaos Ann", 'phone': "1", 'email': 'a@b.cd', 'street': "Main Street"}],
    'product.product': [{'id': 5, 'name': "Chaos Bolt", 'lst_price': 2.5, 'default_code': 'B'}],
    'qbo.binding': [
        {'id': 1, 'entity': 'Invoice', 'remote_id': '1', 'model': 'account.move', 'res_id': 7, 'sync_token': '0',
         'state': 'active', 'record_name': 'INV/1'},
        {'id': 2, 'entity': 'Invoice', 'remote_id': '2', 'model': 'account.move', 'res_id': 8, 'sync_token': '1',
         'state': 'voided', 'record_name': 'INV/2'},
        {'id': 3, 'entity': 'Customer', 'remote_id': '1', 'model': 'res.partner', 'res_id': 3, 'sync_token': '2',
         'state': 'active', 'record_name': "Chaos Ann"},
    ],
    'qbo.queue.entry': [],
}
BOOKS = {
    'Invoice': [
        {'Id': '1', 'SyncToken': '1', 'DocNumber': 'INV/1', 'TotalAmt': 100, 'Balance': 40, 'TxnDate': '2026-11-01',
         'CustomerRef': {'value': '1'}, 'CustomerMemo': {'value': "Edited"},
         'PrivateNote': f'odoo:{UUID}:account.move:7'},
        {'Id': '2', 'SyncToken': '1', 'DocNumber': 'INV/2', 'TotalAmt': 0, 'Balance': 0, 'TxnDate': '2026-11-01',
         'CustomerRef': {'value': '1'}, 'PrivateNote': f'Voided - odoo:{UUID}:account.move:8'}],
    'CreditMemo': [],
    'Payment': [{'Id': '3', 'SyncToken': '0', 'TotalAmt': 60, 'TxnDate': '2026-11-02', 'CustomerRef': {'value': '1'},
                 'PrivateNote': f'odoo:{UUID}:account.payment:4'}],
    'Customer': [{'Id': '1', 'SyncToken': '2', 'DisplayName': "Chaos Ann", 'PrimaryPhone': {'FreeFormNumber': "1"},
                  'PrimaryEmailAddr': {'Address': 'a@b.cd'}, 'BillAddr': {'Line1': "Main Street"}, 'Fax': "9"}],
    'Item': [{'Id': '1', 'SyncToken': '0', 'Name': "Chaos Bolt", 'UnitPrice': 2.5, 'Sku': 'B'}],
}
EDITS = [{'entity': 'Customer', 'id': '1', 'field': 'Fax', 'value': "9", 'token': '1'}]


class Odoo:
    """Answers the audit's questions from tables."""

    context = {'allowed_company_ids': [1]}

    def __init__(self, tables):
        self.tables = tables

    def search_read(self, model, _domain, _fields, **_options):
        """Return the model's rows."""
        return self.tables[model]

    def call(self, _model, _method, *_args, **_options):
        """Return the one parameter that is asked for."""
        return UUID + '-0000'


@pytest.fixture
def sides():
    """Odoo's tables and QuickBooks' books, to be spoilt."""
    return copy.deepcopy(ODOO), copy.deepcopy(BOOKS)


def differences(sides, edits=EDITS):
    """What the audit finds."""
    return audit(Odoo(sides[0]), 1, sides[1], edits).differences


def test_books_that_agree_leave_nothing_to_say(sides):
    found = audit(Odoo(sides[0]), 1, sides[1], EDITS)
    assert found.differences == []
    assert found.compared == {'Invoice': 2, 'CreditMemo': 1, 'Payment': 1, 'Customer': 1, 'Item': 1, 'link': 3,
                              'edit in QuickBooks': 1}


@pytest.mark.parametrize(('entity', 'change', 'words'), [
    ('Invoice', {'Balance': 100}, "open amount"), ('Invoice', {'TotalAmt': 99}, "total"),
    ('Invoice', {'DocNumber': 'X'}, "number"), ('Invoice', {'TxnDate': '2026-11-03'}, "date"),
    ('Invoice', {'CustomerMemo': {'value': "Old"}}, "memo"), ('Invoice', {'CustomerRef': {'value': '9'}}, "customer"),
    ('Invoice', {'PrivateNote': "by hand"}, "carries no mark"), ('Payment', {'TotalAmt': 6}, "amount"),
    ('Customer', {'PrimaryPhone': {'FreeFormNumber': "2"}}, "phone"), ('Item', {'UnitPrice': 3}, "price"),
    ('Customer', {'Fax': "8"}, "by hand"), ('Customer', {'SyncToken': '3'}, "has SyncToken 2"),
    ('Customer', {'DisplayName': "Chaos Ann (3)"}, "MISSING")])
def test_a_changed_object_is_noticed(sides, entity, change, words):
    sides[1][entity][0].update(change)
    assert any(words in difference for difference in differences(sides))


@pytest.mark.parametrize(('entity', 'name'), [('Invoice', None), ('Payment', None), ('Customer', 'DisplayName')])
def test_what_stands_there_twice_or_not_at_all_is_noticed(sides, entity, name):
    odoo, books = sides
    twin = dict(books[entity][0], Id='99')
    assert any('TWICE' in difference for difference in differences((odoo, {**books, entity: [*books[entity], twin]})))
    assert any('MISSING' in difference for difference in differences((odoo, {**books, entity: books[entity][1:]})))


def test_a_cancelled_document_must_not_live_in_quickbooks(sides):
    sides[1]['Invoice'][1].update(TotalAmt=50, PrivateNote=f'odoo:{UUID}:account.move:8')
    sides[1]['CreditMemo'].append(dict(sides[1]['Invoice'][0], Id='9', PrivateNote=f'odoo:{UUID}:account.move:9'))
    found = differences(sides)
    assert sum("yet lives in QuickBooks" in difference for difference in found) == 2
    assert any("is voided, the object is alive" in difference for difference in found)


def test_a_posted_document_must_not_be_voided(sides):
    sides[1]['Invoice'][0].update(TotalAmt=0, PrivateNote=f'Voided - odoo:{UUID}:account.move:7')
    assert any("yet voided" in difference for difference in differences(sides))


def test_an_object_of_no_record_is_noticed(sides):
    sides[1]['Invoice'].append(dict(sides[1]['Invoice'][0], Id='9', PrivateNote=f'odoo:{UUID}:account.move:77'))
    sides[1]['Item'].append(dict(sides[1]['Item'][0], Id='9', Name="Chaos Ghost"))
    assert len([difference for difference in differences(sides) if "belongs to no" in difference]) == 2


def test_links_lead_to_one_live_object_each(sides):
    odoo = sides[0]
    odoo['qbo.binding'] += [dict(odoo['qbo.binding'][0], id=9, res_id=70), dict(odoo['qbo.binding'][2], id=10,
                                                                                remote_id='44')]
    found = differences(sides)
    assert any("2 live links for one object" in difference for difference in found)
    assert any("2 live links for one record" in difference for difference in found)
    assert any("leads nowhere" in difference for difference in found)


def test_a_token_that_a_person_moved_last_is_no_difference(sides):
    sides[1]['Customer'][0]['SyncToken'] = '3'
    assert differences(sides, [dict(EDITS[0], token='3')]) == []


def test_whatever_is_left_in_the_queue_is_told(sides):
    sides[0]['qbo.queue.entry'] = [{'id': 1, 'state': 'sending', 'record_name': 'INV/9', 'fault_message': False}]
    assert differences(sides) == ["Queue: id 1, state sending, record_name INV/9"]


def test_totals_count_without_what_was_voided(sides):
    found = audit(Odoo(sides[0]), 1, sides[1], EDITS)
    ours, theirs = Sums(1, Decimal(100), Decimal(0), Decimal(40)), Sums(2, Decimal(100), Decimal(0), Decimal(40))
    found.add_sums([Row('Invoice', ours, theirs), Row('Item', Sums(3), Sums(4))], sides[1])
    assert found.rows[0].equal and found.differences == [
        "Items as a whole: Sums(count=3, total=None, tax=None, balance=None) in Odoo, "
        "Sums(count=4, total=None, tax=None, balance=None) in QuickBooks"]

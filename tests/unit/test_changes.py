"""What a person changed in QuickBooks and we are about to replace."""

from decimal import Decimal

from qbo.changes import fingerprint, replaced, shown

BEFORE = {
    'Id': '5', 'SyncToken': '0', 'DocNumber': 'INV/1', 'TotalAmt': Decimal('10.00'),
    'CustomerMemo': {'value': "Thanks"}, 'CustomerRef': {'value': '3', 'name': "Shop"},
    'BillAddr': {'Id': '9', 'Line1': "Main St", 'Country': 'USA'},
    'Line': [{'Id': '1', 'LineNum': 1, 'Amount': Decimal('10.00'), 'DetailType': 'SalesItemLineDetail',
              'SalesItemLineDetail': {'ItemRef': {'value': '2', 'name': "Tea"}, 'Qty': 1}},
             {'Amount': Decimal('10.00'), 'DetailType': 'SubTotalLineDetail', 'SubTotalLineDetail': {}}],
}
OURS = {
    'Id': '5', 'SyncToken': '0', 'sparse': True, 'DocNumber': 'INV/1', 'CustomerMemo': {'value': "Thank you"},
    'CustomerRef': {'value': '3'}, 'BillAddr': {'Line1': "Main St", 'Country': "United States"},
    'Line': [{'Amount': 12.0, 'DetailType': 'SalesItemLineDetail',
              'SalesItemLineDetail': {'ItemRef': {'value': '2'}, 'Qty': 1}}],
}


def test_what_only_odoo_changed_is_no_change_of_quickbooks():
    assert replaced(BEFORE, {**BEFORE, 'SyncToken': '1'}, OURS) == []


def test_a_changed_field_of_ours_is_named_with_both_values():
    now = {**BEFORE, 'CustomerMemo': {'value': "by hand"}}
    assert replaced(BEFORE, now, OURS) == [('CustomerMemo', "by hand", "Thank you")]


def test_what_we_do_not_send_is_not_ours():
    assert replaced(BEFORE, {**BEFORE, 'Balance': 0, 'LinkedTxn': [{'TxnId': '8'}], 'Deposit': 5}, OURS) == []


def test_a_change_that_agrees_with_odoo_is_not_worth_a_word():
    assert replaced(BEFORE, {**BEFORE, 'CustomerMemo': {'value': "Thank you"}}, OURS) == []


def test_lines_are_compared_by_what_we_send_of_them():
    line = {**BEFORE['Line'][0], 'Amount': Decimal('11.00'), 'Id': '7'}
    assert replaced(BEFORE, {**BEFORE, 'Line': [line]}, OURS) == [('Line', "11.0", "12.0")]
    assert replaced(BEFORE, {**BEFORE, 'Line': [{**BEFORE['Line'][0], 'Id': '7'}]}, OURS) == []


def test_a_line_added_in_quickbooks_is_a_change():
    more = [BEFORE['Line'][0], {'Amount': 1, 'Description': "Freight", 'DetailType': 'SalesItemLineDetail'}]
    assert replaced(BEFORE, {**BEFORE, 'Line': more}, OURS) == [('Line', "10.0; Freight 1", "12.0")]


def test_values_are_shown_as_people_read_them():
    assert shown({'value': '3', 'name': "Shop"}) == "Shop"
    assert shown({'Line1': "Main St", 'City': None}) == "Main St"
    assert shown(None) == ''


def test_a_fingerprint_tells_what_a_person_changed_from_what_quickbooks_moves_by_itself():
    before = {'Id': '7', 'SyncToken': '0', 'TotalAmt': Decimal('10.00'), 'Balance': 10, 'LinkedTxn': [],
              'CustomerRef': {'value': '1', 'name': "Ann"}, 'MetaData': {'LastUpdatedTime': '1'},
              'Line': [{'Id': '1', 'Amount': 10, 'LinkedTxn': [{'TxnId': '5', 'TxnType': 'Invoice'}]}]}
    moved = {**before, 'SyncToken': '2', 'TotalAmt': 10.0, 'Balance': 0, 'MetaData': {'LastUpdatedTime': '2'},
             'LinkedTxn': [{'TxnId': '9', 'TxnType': 'Payment'}], 'CustomerRef': {'value': '1', 'name': "Anna"}}
    assert fingerprint(before) == fingerprint(moved)
    for change in ({'TotalAmt': 11}, {'DueDate': '2031-01-31'}, {'CustomerRef': {'value': '2', 'name': "Ann"}},
                   {'Line': [{'Id': '1', 'Amount': 10, 'LinkedTxn': [{'TxnId': '6', 'TxnType': 'Invoice'}]}]}):
        assert fingerprint({**moved, **change}) != fingerprint(before), change

"""What a person changed in QuickBooks, field by field."""

from decimal import Decimal

import pytest
from qbo.differences import Difference, differences, is_voided, label_of, shown

SENT = ('DocNumber', 'TxnDate', 'CustomerRef', 'BillAddr', 'Line')
INVOICE = {
    'Id': '5', 'SyncToken': '0', 'DocNumber': 'INV/1', 'TxnDate': '2026-11-01', 'TotalAmt': Decimal('30.00'),
    'Balance': Decimal('30.00'), 'CustomerRef': {'value': '3', 'name': "Shop"}, 'LinkedTxn': [],
    'BillAddr': {'Id': '9', 'Line1': "Main St"}, 'TxnTaxDetail': {'TotalTax': 0, 'TaxLine': []},
    'Line': [
        {'Id': '1', 'LineNum': 1, 'Amount': Decimal('20.00'), 'Description': "Tea", 'DetailType': 'SalesItemLineDetail',
         'SalesItemLineDetail': {'ItemRef': {'value': '2', 'name': "Tea"}, 'Qty': 2, 'UnitPrice': 10,
                                 'TaxCodeRef': {'value': 'NON'}}},
        {'Id': '2', 'LineNum': 2, 'Amount': Decimal('10.00'), 'Description': "Milk",
         'DetailType': 'SalesItemLineDetail', 'SalesItemLineDetail': {'ItemRef': {'value': '4', 'name': "Milk"}}},
        {'Amount': Decimal('30.00'), 'DetailType': 'SubTotalLineDetail', 'SubTotalLineDetail': {}}],
}
TEA, MILK, _SUBTOTAL = INVOICE['Line']


def of(now, **options):
    """Return the differences between the invoice and what it has become."""
    return differences(INVOICE, {**INVOICE, **now}, SENT, **options)


@pytest.mark.parametrize('moved', [
    {'SyncToken': '4', 'Balance': 0, 'LinkedTxn': [{'TxnId': '8', 'TxnType': 'Payment'}], 'TotalAmt': 30.0},
    {'CustomerRef': {'value': '3', 'name': "Shop & Sons"}},
    {'BillAddr': {'Id': '77', 'Line1': "Main St", 'Lat': '37.4', 'Long': '-122.1'}},
    {'TrackingNum': "1Z999", 'CustomField': [{'StringValue': "x"}]},
    {'Line': [{**TEA, 'Amount': 20.0, 'LineNum': 3, 'LinkedTxn': []}, MILK]},
    {'TxnTaxDetail': {'TotalTax': 0.0, 'TaxLine': [{'Amount': 0}], 'TxnTaxCodeRef': {'value': '2'}}},
])
def test_what_quickbooks_moves_by_itself_and_what_is_not_ours_is_no_change(moved):
    assert of(moved) == []


def test_header_fields_are_told_with_both_values_and_money_with_its_decimals():
    assert of({'TxnDate': '2026-12-24', 'TotalAmt': 31, 'CustomerRef': {'value': '7', 'name': "Pub"},
               'BillAddr': {'Line1': "High St", 'City': "Bath"}, 'TxnTaxDetail': {'TotalTax': 1}}) == [
        Difference('TxnDate', '2026-11-01', '2026-12-24'),
        Difference('CustomerRef', "Shop", "Pub"),
        Difference('BillAddr', "Main St", "High St, Bath"),
        Difference('TotalAmt', '30.00', '31.00'),
        Difference('TotalTax', '0.00', '1.00')]
    assert of({'TotalAmt': 31}, digits=0) == [Difference('TotalAmt', '30', '31')]


def test_of_lines_description_quantity_price_amount_and_tax_are_told_by_position():
    detail = {**TEA['SalesItemLineDetail'], 'Qty': Decimal('2.5'), 'UnitPrice': Decimal('10.20'),
              'TaxCodeRef': {'value': 'TAX'}}
    changed = {**TEA, 'Description': "Green tea", 'Amount': Decimal('25.50'), 'SalesItemLineDetail': detail}
    assert of({'Line': [changed, MILK]}) == [
        Difference('Amount', '20.00', '25.50', 1), Difference('Description', "Tea", "Green tea", 1),
        Difference('Qty', '2', '2.5', 1), Difference('UnitPrice', '10', '10.2', 1),
        Difference('TaxCodeRef', 'NON', 'TAX', 1)]


def test_a_line_taken_out_leaves_the_others_alone_and_an_added_one_is_told_whole():
    freight = {'Id': '9', 'Amount': 5, 'Description': "Freight", 'DetailType': 'SalesItemLineDetail'}
    assert of({'Line': [MILK, freight]}) == [
        Difference('Line', "Tea 20.00", "", 1), Difference('Line', "", "Freight 5.00", 3)]


def test_lines_that_got_new_ids_are_compared_by_position():
    assert of({'Line': [{**TEA, 'Id': '11'}, {**MILK, 'Id': '12', 'Amount': 12}]}) == [
        Difference('Amount', '10.00', '12.00', 2)]


def test_a_merged_customer_is_still_the_same():
    merged = {'CustomerRef': {'value': '7', 'name': "Shop"}}
    assert of(merged, same={'3': '7'}) == []
    assert of(merged) == [Difference('CustomerRef', "Shop", "Shop")]


def test_what_a_payment_is_applied_to_is_told_by_transaction():
    def payment(**amounts):
        return {'TotalAmt': 30, 'Line': [
            {'Amount': amount, 'LinkedTxn': [{'TxnId': txn_id[1:], 'TxnType': 'Invoice'}]}
            for txn_id, amount in amounts.items()]}
    assert differences(payment(i5=30.0), payment(i5=Decimal('30.00')), ('Line',)) == []
    assert differences(payment(i5=30), payment(i5=10, i6=20), ('Line',)) == [
        Difference('LinkedTxn', '30.00', '10.00', linked=('Invoice', '5')),
        Difference('LinkedTxn', '', '20.00', linked=('Invoice', '6'))]
    assert differences(payment(i5=30), payment(), ('Line',)) == [
        Difference('LinkedTxn', '30.00', '', linked=('Invoice', '5'))]


def test_a_voided_one_is_told_from_one_that_never_had_an_amount():
    assert is_voided(INVOICE, {**INVOICE, 'TotalAmt': 0})
    assert not is_voided(INVOICE, INVOICE)
    assert not is_voided({'TotalAmt': 0}, {'TotalAmt': 0})
    assert not is_voided({'DisplayName': "Ann"}, {'DisplayName': "Ann"})


def test_each_field_has_a_name_for_people():
    assert [label_of(field) for field in ('TxnDate', 'ItemRef', 'SalesRepRef', 'ShipMethod')] == [
        "Date", "Product or service", "Sales Rep", "Ship Method"]
    assert shown('Active', False) == 'False'

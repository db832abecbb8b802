"""Lines of sales documents as JSON: units, discounts with an account of their own, classes, how many there may be."""

from datetime import date
from decimal import Decimal

import pytest
from qbo.documents import LineDoc, SalesDoc
from qbo.payloads import PayloadError
from qbo.payloads.sales import sales_payload

D = Decimal


def line(**values):
    """Return a line of two desks at 50."""
    return LineDoc(**{
        'description': "Desk", 'item': '7', 'quantity': D(2), 'unit_price': D(50), 'amount': D(100), 'tax_code': '3',
        **values})


def sale(*lines, **values):
    """Return the payload of an invoice."""
    return sales_payload(SalesDoc(**{
        'kind': 'Invoice', 'number': "INV/1", 'date': date(2026, 11, 21), 'customer': '58', 'lines': lines or (line(),),
        **values}))


def lines_of(*lines, **values):
    """Return (amount, description, detail) of the lines of an invoice."""
    return [(row['Amount'], row['Description'], row['SalesItemLineDetail']) for row in sale(*lines, **values)['Line']]


def test_the_unit_is_named_and_quantity_and_price_stay():
    [(amount, description, detail)] = lines_of(line(unit="Dozens"))
    assert (amount, description) == (100, "Desk (unit: Dozens)")
    assert (detail['Qty'], detail['UnitPrice']) == (2, 50)


def test_the_unit_survives_a_long_description():
    [(_amount, description, _detail)] = lines_of(line(unit="Dozens", description="x" * 5000))
    assert description.endswith("… (unit: Dozens)") and len(description) == 4000


def test_the_unit_is_named_once_although_a_discount_is_a_line_too():
    assert [row[1] for row in lines_of(line(unit="Dozens", discount=D(10), amount=D(90)))] == [
        "Desk (unit: Dozens)", "Discount 10 %"]


def test_a_discount_may_post_to_an_account_of_its_own():
    gross, off = lines_of(line(discount=D(10), amount=D(90), discount_item='9'))
    assert (gross[0], gross[2]['ItemRef'], off[0], off[2]['ItemRef']) == (100, {'value': '7'}, -10, {'value': '9'})


def test_a_discount_with_an_account_of_its_own_is_the_amount_that_is_booked_there():
    found = lines_of(line(quantity=D('0.5'), unit_price=D('20.01'), discount=D(50), amount=D('5'), discount_item='9',
                          discount_amount=D('5')))
    assert [row[0] for row in found] == [10, -5]
    assert found[0][2]['Qty'] * found[0][2]['UnitPrice'] == 10


def test_a_full_discount_on_a_price_that_includes_tax_is_told_in_words():
    assert [row[:2] for row in lines_of(line(unit_price=None, discount=D(100), amount=D(0)))] == [
        (0, "Desk (Discount 100 %)")]


def test_a_discount_on_nothing_needs_no_words():
    assert [row[:2] for row in lines_of(line(unit_price=D(0), discount=D(10), amount=D(0)))] == [(0, "Desk")]


@pytest.mark.parametrize(('quantity', 'price', 'discount', 'net', 'parts'), [
    ('3', '19.99', '12.5', '52.47', [59.97, -7.5]),
    ('-2', '10', '10', '-18', [-20, 2]),
    ('-1', '60', '0', '-60', [-60]),
    ('1', '-25', '0', '-25', [-25]),
    ('0', '10', '10', '0', [0]),
    ('2', '5', '-10', '11', [10, 1]),
])
def test_discounts_and_negative_lines_come_to_the_net_amount(quantity, price, discount, net, parts):
    found = lines_of(line(quantity=D(quantity), unit_price=D(price), discount=D(discount), amount=D(net)))
    assert [row[0] for row in found] == parts


@pytest.mark.parametrize(('digits', 'net', 'parts'), [
    (3, '52.474', [59.97, -7.496]), (0, '52', [60, -8])])
def test_a_discount_keeps_to_the_digits_of_the_currency(digits, net, parts):
    found = lines_of(line(quantity=D(3), unit_price=D('19.99'), discount=D('12.5'), amount=D(net)), digits=digits)
    assert [row[0] for row in found] == parts


def test_a_class_stands_on_the_line_and_on_its_discount():
    found = lines_of(line(discount=D(10), amount=D(90), class_id='4'), line())
    assert [row[2].get('ClassRef') for row in found] == [{'value': '4'}, {'value': '4'}, None]


def test_class_and_location_of_the_document():
    found = sale(class_id='4', department_id='2')
    assert (found['ClassRef'], found['DepartmentRef']) == ({'value': '4'}, {'value': '2'})
    assert not {'ClassRef', 'DepartmentRef'} & set(sale())


@pytest.mark.parametrize(('count', 'values'), [
    (751, {'tax_regime': 'us', 'tax_code': '2'}), (751, {'tax_regime': 'global'}), (10_001, {'tax_regime': 'none'})])
def test_more_lines_than_quickbooks_takes_are_refused_with_the_cure(count, values):
    with pytest.raises(PayloadError, match=f"{count} lines .* several documents") as caught:
        sale(*[line(taxable=True)] * count, **values)
    assert caught.value.field == 'Line'
    assert len(sale(*[line(taxable=True)] * (count - 1), **values)['Line']) == count - 1


@pytest.mark.parametrize('regime', ['us', 'none'])
def test_a_thousand_lines_without_tax_pass(regime):
    assert len(sale(*[line()] * 1000, tax_regime=regime)['Line']) == 1000


def test_a_discount_counts_as_a_line():
    half = [line(discount=D(10), amount=D(90))] * 376
    with pytest.raises(PayloadError, match="752 lines"):
        sale(*half, tax_regime='global')

"""Decimals, and prices that pass QuickBooks' own check of every line."""

import json
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qbo import money

D = Decimal

quantities = st.decimals('-99999', '99999', places=3, allow_nan=False)
prices = st.decimals('-999999', '999999', places=4, allow_nan=False)
amounts = st.decimals('-99999999', '99999999', places=2, allow_nan=False)


def quickbooks_check(quantity, price, digits=2):
    """Return what QuickBooks makes of the JSON numbers: their exact product, rounded half up."""
    sent = json.loads(json.dumps([money.as_number(quantity), money.as_number(price)]), parse_float=Decimal)
    return (D(sent[0]) * D(sent[1])).quantize(D(1).scaleb(-digits), rounding=ROUND_HALF_UP)


@pytest.mark.parametrize(('amount', 'digits', 'rounded'), [
    ('1861.075', 2, '1861.08'), ('-1861.075', 2, '-1861.08'), ('0.005', 2, '0.01'), ('2.5', 0, '3'),
    ('1.0005', 3, '1.001'), ('1.004999999999999999999999999999', 2, '1.00'),
    ('99999999999999999999.005', 2, '99999999999999999999.01'),
])
def test_halves_are_rounded_away_from_zero(amount, digits, rounded):
    assert str(money.round_half_up(D(amount), digits)) == rounded


@pytest.mark.parametrize(('amount', 'text'), [
    ('10', '10'), ('10.00', '10'), ('0.1', '0.1'), ('-0.00', '0'), ('1E+3', '1000'), ('33.333333', '33.333333'),
    ('999999999999.999', '999999999999.999'), ('123456789012345', '123456789012345'), ('-0.01', '-0.01'),
])
def test_numbers_are_written_exactly(amount, text):
    assert json.dumps(money.as_number(D(amount))) == text


@pytest.mark.parametrize('amount', [
    '1234567890123456', '0.1234567890123456', '12345678901234.56', '1E+15', 'NaN', 'Infinity', '-Infinity',
])
def test_numbers_of_more_than_15_digits_are_refused(amount):
    with pytest.raises(ValueError):
        money.as_number(D(amount))


@pytest.mark.parametrize('value', [1.5, '1', None, True])
def test_only_exact_types_are_numbers(value):
    with pytest.raises(ValueError):
        money.as_number(value)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-10 ** 14, max_value=10 ** 14, places=1))
def test_what_is_accepted_survives_json(amount):
    try:
        number = money.as_number(amount)
    except ValueError:
        return
    assert json.loads(json.dumps(number), parse_float=Decimal, parse_int=Decimal) == amount


@pytest.mark.parametrize(('quantity', 'price', 'amount', 'expected'), [
    ('3', '33.33', '99.99', '33.33'),          # fits as it is
    ('3', '33.33', '100.00', '33.333'),        # more decimals
    ('3', None, '100.00', '33.333'),
    ('128.350', '14.50', '1861.08', '14.50'),  # half up, recorded
    ('1', '10', '12.10', '12.10'),             # a price with tax in it
    ('2', '5', '-10.00', '-5.00'),
    ('-2', '5', '-10.00', '5'),
    ('0', '5', '0.00', '5'),
    ('0', '5', '7.00', None),
    ('0', None, '0.00', None),
    ('7', '0', '0.00', '0'),
    ('1234567890123456', '1', '1', None),
    ('999999999', None, '0.01', '0.0000000000100'),
])
def test_a_price_is_found_that_gives_the_amount(quantity, price, amount, expected):
    found = money.unit_price(D(quantity), price and D(price), D(amount))
    assert (found is None) is (expected is None)
    if expected is not None and quantity != '999999999':
        assert found == D(expected)
    if found is not None:
        assert quickbooks_check(D(quantity), found) == D(amount)


def test_without_quantity_there_is_no_price():
    assert money.unit_price(None, D(1), D(1)) is None


def test_a_currency_without_cents_is_checked_without_cents():
    assert money.unit_price(D(3), D('33.4'), D(100), digits=0) == D('33.4')
    assert money.unit_price(D(3), D(30), D(100), digits=0) == D('33.3')


@given(quantities, prices, amounts)
def test_every_price_found_passes_the_check_of_quickbooks(quantity, price, amount):
    found = money.unit_price(quantity, price, amount)
    if found is not None:
        assert quickbooks_check(quantity, found) == amount


@given(quantities.filter(bool), amounts)
def test_ordinary_quantities_and_amounts_always_have_a_price(quantity, amount):
    assert money.unit_price(quantity, None, amount) is not None


@given(quantities, prices)
def test_the_given_price_is_kept_whenever_it_fits(quantity, price):
    amount = money.round_half_up(quantity * price)
    assert money.unit_price(quantity, price, amount) == price


@pytest.mark.parametrize(('amount', 'decimals', 'limited'), [
    ('1.12345678901234567', 9, '1.123456789'), ('0.30000000000000004', 15, '0.3'), ('14.999999999999998', 15, '15'),
    ('1.5', 9, '1.5'), ('100', 9, '100'), ('1E+3', 9, '1000'),
])
def test_factors_are_limited_to_what_quickbooks_takes(amount, decimals, limited):
    assert money.limit_digits(D(amount), decimals) == D(limited)


@given(st.floats(-1e14, 1e14, allow_nan=False).filter(lambda x: x == 0 or abs(x) > 1e-3))
def test_limited_factors_are_numbers(value):
    money.as_number(money.limit_digits(D(repr(value))))

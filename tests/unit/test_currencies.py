"""The exchange rate of a document, and what fits into QuickBooks."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qbo.currencies import CODES, exchange_rate, fits
from qbo.money import round_half_up


@pytest.mark.parametrize(('per_home', 'rate'), [
    ('0.8', '1.25'), ('1.1', '0.909090909'), ('149.25', '0.006700168'), ('0.3075', '3.252032520'),
])
def test_the_rate_is_stated_the_other_way_round(per_home, rate):
    assert exchange_rate(D(per_home)) == D(rate)


def test_the_documents_own_rate_is_kept_where_it_makes_the_home_total():
    assert exchange_rate(D('0.8'), D('33.33'), D('41.66')) == D('1.25')


def test_amounts_rounded_one_by_one_bend_the_rate_by_as_little_as_it_takes():
    # Three amounts of 11.11 at 0.8 for one home unit: 13.89 each, 41.67 together, where the total alone makes 41.66.
    rate = exchange_rate(D('0.8'), D('33.33'), D('41.67'))
    assert rate != D('1.25') and round_half_up(D('33.33') * rate) == D('41.67')
    assert abs(rate - D('1.25')) < D('0.001')


@given(st.decimals('0.01', '9999999', places=2), st.decimals('0.0001', '10000', places=6),
       st.decimals('-0.05', '0.05', places=2))
def test_every_home_total_of_less_than_ten_million_units_is_met_to_the_cent(total, per_home, off):
    home_total = round_half_up(total / per_home) + off  # as many cents as ten rounded lines may be off
    if home_total > 0:
        assert round_half_up(total * exchange_rate(per_home, total, home_total)) == home_total


def test_a_total_of_nothing_leaves_the_rate_alone():
    assert exchange_rate(D('0.8'), D(0), D(0)) == D('1.25')
    assert exchange_rate(D('25500'), D(50), D(0)) == D('0.000039216')


def test_a_home_total_that_no_rate_makes_leaves_the_rate_alone():
    # A dong is worth so little that nine decimals are too coarse for this many of them; the variance tells.
    rate = exchange_rate(D('25500'), D('500000000'), D('19607.84'))
    assert rate == D('0.000039216')
    assert round_half_up(D('500000000') * rate) == D('19608.00')


def test_a_home_currency_without_cents_is_matched_without_cents():
    assert exchange_rate(D('0.0067'), D('10.01'), D(1494), home_digits=0) == D('149.253731343')


def test_a_currency_that_is_worth_nothing_has_no_rate():
    assert exchange_rate(D('1e12')) is None


@pytest.mark.parametrize(('amount', 'answer'), [('10', True), ('10.12', True), ('10.120', True), ('10.125', False)])
def test_two_decimals_fit(amount, answer):
    assert fits(D(amount)) is answer


def test_the_list_holds_currencies_and_no_inventions():
    assert {'USD', 'EUR', 'JPY', 'KWD', 'XCG'} <= CODES and not {'BTC', 'XXX', 'CNH', ''} & CODES
    assert all(len(code) == 3 and code.isupper() for code in CODES)

"""Document numbers that fit into QuickBooks' 21 characters."""

import pytest
from qbo.numbers import DOC_NUMBER_LIMIT, short_number


@pytest.mark.parametrize('number', ["INV/2026/00042", "1" * 21, "RÉF/7"])
def test_a_number_that_fits_is_left_alone(number):
    assert short_number(number) == number


def test_of_a_long_number_the_end_stays_and_the_length_fits():
    short = short_number("NORTHERN-BRANCH/INV/2026/00042")
    assert short.endswith("INV/2026/00042")
    assert len(short) == DOC_NUMBER_LIMIT


def test_the_same_number_always_becomes_the_same():
    assert short_number("NORTHERN-BRANCH/INV/2026/00042") == "06e520-INV/2026/00042"


def test_numbers_that_differ_in_what_is_cut_off_stay_apart():
    long = [f"BRANCH-{branch:05}/INV/2026/{number:05}" for branch in range(200) for number in range(100)]
    assert len(set(map(short_number, long))) == len(long)


def test_line_breaks_count_as_blanks():
    assert short_number("INV\n7") == "INV 7"

"""Waiting times."""

import random

import pytest
from qbo import retry


class Fixed:
    """A source of randomness that always says the same."""

    def __init__(self, share):
        self.share = share

    def uniform(self, low, high):
        """Return a point of the interval."""
        return low + (high - low) * self.share


MOST, LEAST = Fixed(1), Fixed(0)


def test_a_record_waits_three_times_as_long_each_time_up_to_six_hours():
    assert [retry.delay(attempt, MOST) for attempt in range(1, 9)] == [
        60, 180, 540, 1620, 4860, 14580, 21600, 21600]


def test_a_company_waits_twice_as_long_each_time_up_to_half_an_hour():
    assert [retry.outage_delay(count, MOST) for count in range(1, 8)] == [60, 120, 240, 480, 960, 1800, 1800]


@pytest.mark.parametrize('wait', [retry.delay, retry.outage_delay])
def test_jitter_takes_off_at_most_half(wait):
    assert wait(1, LEAST) == 30
    assert all(30 <= wait(1, random.Random(seed)) <= 60 for seed in range(100))


@pytest.mark.parametrize('wait', [retry.delay, retry.outage_delay])
def test_the_wish_of_the_server_is_the_least(wait):
    assert wait(1, LEAST, retry_after=600) == 600
    assert wait(3, MOST, retry_after=1) == wait(3, MOST)


@pytest.mark.parametrize('wait', [retry.delay, retry.outage_delay])
def test_a_thousand_failures_do_not_overflow(wait):
    assert wait(100_000) <= retry.RECORD_CAP


def test_eight_retries_span_more_than_a_night():
    assert sum(retry.delay(attempt, LEAST) for attempt in range(1, retry.MAX_RETRIES + 1)) > 8 * 3600

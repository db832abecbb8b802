"""The pace of a drain: what counts as one run, how fast it goes, when it ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qbo.pace import RATE_PERIOD, RUN_GAP, SHORTEST, Finished, Pace, pace_of

NOW = 1_000_000.0


def minute(ago, count, lasted=0.0):
    """Return so many rows whose last was finished so many seconds ago."""
    return Finished(NOW - ago - lasted, NOW - ago, count)


def test_nothing_finished_is_no_run_and_has_no_end():
    assert pace_of([], NOW) == Pace(0, 0.0)
    assert pace_of([], NOW).end(7, NOW) is None


def test_the_rate_is_that_of_the_last_minutes():
    slow = [minute(600 - n * 60, 1) for n in range(5)]
    fast = [minute(240 - n * 60, 100) for n in range(5)]
    pace = pace_of(slow + fast, NOW)
    assert pace.run == 505
    assert pace.per_minute == pytest.approx(500 / 4)
    assert pace.end(250, NOW) == pytest.approx(NOW + 120)


def test_a_run_goes_on_after_the_pause_of_an_outage():
    assert pace_of([minute(RUN_GAP, 10), minute(0, 5)], NOW).run == 15


def test_what_was_finished_before_a_longer_gap_was_another_run():
    assert pace_of([minute(RUN_GAP + 1, 10), minute(0, 5)], NOW).run == 5
    assert pace_of([minute(RUN_GAP + 1, 10)], NOW).run == 0


def test_a_gap_is_measured_from_the_first_row_of_the_later_minute():
    assert pace_of([minute(RUN_GAP + 50, 10), minute(0, 5, lasted=50)], NOW).run == 15


def test_when_nothing_was_finished_for_minutes_the_end_is_not_known():
    pace = pace_of([minute(RATE_PERIOD, 90)], NOW)
    assert (pace.run, pace.per_minute, pace.end(10, NOW)) == (90, 0, None)


def test_a_first_batch_promises_no_more_than_it_can_keep():
    assert pace_of([minute(0, 30)], NOW).per_minute == pytest.approx(30 * 60 / SHORTEST)


@given(st.lists(st.tuples(st.floats(0, 40_000), st.floats(0, 59), st.integers(1, 900)), max_size=60))
def test_a_run_never_has_more_than_was_finished_and_its_end_is_never_past(rows):
    minutes = sorted((minute(ago, count, lasted) for ago, lasted, count in rows), key=lambda m: m.first)
    pace = pace_of(minutes, NOW)
    assert 0 <= pace.run <= sum(m.count for m in minutes)
    assert (pace.end(1, NOW) or NOW + 1) > NOW

"""The window of Intuit's limits: what it lets through, counted by somebody who does not share its code."""

from hypothesis import given, settings
from hypothesis import strategies as st
from qbo.limiter import Window


def send(window, now, batch=False):
    """Send one call as early as the window allows from ``now`` on; return (window, moment)."""
    while wait := window.wait(batch, now):
        now += wait
    return window.taken(batch, now), now


def most_within(times, seconds):
    """Return the largest number of moments in any stretch of so many seconds."""
    return max((sum(1 for time in times if start <= time < start + seconds) for start in times), default=0)


def test_forty_batches_leave_at_once_and_the_next_when_the_first_is_a_minute_old():
    window, now = Window(), 1000.0
    for _number in range(40):
        window, now = send(window, now + 0.2, batch=True)
    assert now < 1000 + 40 * 0.3
    _window, next_one = send(window, now, batch=True)
    assert 1060 < next_one < 1062


def test_when_no_batch_may_leave_a_single_call_may():
    window, now = Window(), 1000.0
    for _number in range(40):
        window, now = send(window, now + 0.2, batch=True)
    assert window.wait(True, now + 0.2)
    assert not window.wait(False, now + 0.2)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(0, 3), st.booleans()), max_size=600))
def test_the_room_is_as_many_batches_as_may_leave_one_after_the_other(calls):
    window, now = Window(), 5000.0
    for pause, batch in calls:
        now += pause
        if not window.wait(batch, now):
            window = window.taken(batch, now)
    room = window.room(now)
    for _number in range(room):
        assert not window.wait(True, now)
        window = window.taken(True, now)
    assert window.wait(True, now)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(0, 3), st.booleans()), min_size=1, max_size=900))
def test_no_stretch_of_a_minute_or_a_second_holds_more_than_intuit_allows(calls):
    window, now, requests, batches = Window(), 5000.0, [], []
    for pause, batch in calls:
        window, now = send(window, now + pause * 0.05, batch)
        requests.append(now)
        if batch:
            batches.append(now)
    assert most_within(requests, 60) <= 500
    assert most_within(requests, 1) <= 10
    assert most_within(batches, 60) <= 40


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from((0.0, 0.05, 0.09, 0.3, 2.0, 30.0)), st.floats(0, 0.4), st.booleans()),
                min_size=60, max_size=300))
def test_calls_that_are_late_on_their_way_arrive_within_the_limits_too(calls):
    """One sender, who takes a slot when the last call is answered; what counts is when calls arrive."""
    window, now, requests, batches = Window(), 5000.0, [], []
    for late, answer, batch in calls:
        window, slot = send(window, now, batch)
        requests.append(slot + late)
        if batch:
            batches.append(slot + late)
        now = slot + late + answer
        window = window.answered(slot, batch, now)
    assert most_within(requests, 60) <= 500
    assert most_within(requests, 1) <= 10
    assert most_within(batches, 60) <= 40


def test_a_call_that_is_answered_at_once_keeps_its_slot():
    window = Window().taken(True, 1000.0)
    assert window.answered(1000.0, True, 1000.05) == window


def test_a_call_that_was_longer_on_its_way_than_a_minute_counts_from_its_answer():
    window = Window().taken(True, 1000.0).taken(False, 1070.0).answered(1000.0, True, 1080.0)
    assert window == Window((1070.0, 1079.9), (1079.9,))


def test_the_window_forgets_what_is_older_than_a_minute():
    window = Window()
    for moment in range(0, 1000, 2):
        window = window.taken(False, float(moment))
    assert len(window.requests) < 40


def test_a_clock_that_was_set_back_does_not_close_the_window():
    window = Window()
    for number in range(10):
        window = window.taken(True, 100_000.0 + number)
    assert window.at(50_000.0) == Window()

"""Promises of the pace at which domains are sent to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.deliver.mail.pace import SLOWEST, Pace


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def booked(pace: Pace, domain: str) -> float:
    wait = pace.book(domain)
    assert wait is not None
    return wait


@given(gaps=st.lists(st.floats(0, 3), max_size=60), pace=st.sampled_from([0.5, 2.0, 10.0]))
def test_in_no_window_are_there_more_than_the_pace_and_the_burst_allow(gaps: list[float], pace: float) -> None:
    clock = Clock()
    books = Pace(pace, burst=5, clock=clock)
    moments = []
    for gap in gaps:
        clock.now += gap
        moments.append(clock.now + booked(books, "a"))
    assert moments == sorted(moments)
    for first, start in enumerate(moments):
        for last in range(first, len(moments)):
            assert last - first + 1 <= 5 + pace * (moments[last] - start) + 1e-6


def test_domains_do_not_wait_for_each_other() -> None:
    clock = Clock()
    pace = Pace(1.0, burst=1, clock=clock)
    assert [pace.book("a"), pace.book("a"), pace.book("b")] == [0.0, 1.0, 0.0]


def test_who_asks_for_less_gets_less_and_slowly_more_again() -> None:
    clock = Clock()
    pace = Pace(1.0, burst=1, clock=clock)
    pace.slow_down("a")
    pace.book("a")
    assert pace.book("a") == pytest.approx(2.0)
    for _ in range(100):
        pace.slow_down("b")
    pace.book("b")
    assert pace.book("b") == pytest.approx(SLOWEST)
    for _ in range(300):
        pace.took("b")
    clock.now += 1000
    pace.book("b")
    assert pace.book("b") == pytest.approx(1.0)


def test_without_a_pace_nobody_waits_until_somebody_asks() -> None:
    pace = Pace(0.0, clock=Clock())
    assert [pace.book("a") for _ in range(100)] == [0.0] * 100
    pace.slow_down("a")
    assert [booked(pace, "a") for _ in range(20)][-1] > 0


@given(mails=st.integers(1, 400), pace=st.sampled_from([1.0, 10.0]))
def test_a_long_queue_is_sent_at_its_pace_and_nobody_is_put_off_for_ever(mails: int, pace: float) -> None:
    clock = Clock()
    books = Pace(pace, burst=5, clock=clock)
    queue = [clock.now] * mails
    sent, put_off, began = [], 0, clock.now
    while queue:
        due, queue = [at for at in queue if at <= clock.now], [at for at in queue if at > clock.now]
        for _ in due:
            wait = books.book("a", within=20.0)
            if wait is None:
                put_off += 1
                queue.append(clock.now + books.later("a"))
            else:
                sent.append(clock.now + wait)
        clock.now += 1.0
    assert len(sent) == mails
    assert max(sent) - began <= mails / pace * 1.2 + 5
    assert put_off <= mails * 2

"""Promises of the loop that runs the background steps."""

import logging
import threading
from collections.abc import Callable

import pytest

from broadsheet.errors import BroadsheetError
from broadsheet.jobs import Step, run


def until(
    times: int, stop: threading.Event, then: Callable[[int], str] = lambda _time: ""
) -> Callable[[threading.Event], str]:
    """A step's work that stops the loop when it has run this often."""
    count = 0

    def work(_stop: threading.Event) -> str:
        nonlocal count
        count += 1
        if count >= times:
            stop.set()
        return then(count)

    return work


@pytest.fixture(autouse=True)
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.jobs.close_old_connections", lambda: None)


def test_a_step_runs_again_when_it_is_due_and_reports_what_it_did(caplog: pytest.LogCaptureFixture) -> None:
    stop = threading.Event()
    with caplog.at_level(logging.INFO, "broadsheet.jobs"):
        run(stop, [Step("count", every=0.001, run=until(3, stop, lambda time: f"run {time}" if time != 2 else ""))])
    assert [record.getMessage() for record in caplog.records] == ["count: run 1", "count: run 3"]


def test_a_failing_step_is_logged_and_tried_again_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    stop = threading.Event()

    def fail(time: int) -> str:
        raise BroadsheetError(f"no luck, time {time}")

    steps = [
        Step("unlucky", every=0.001, run=until(99, threading.Event(), fail)),
        Step("count", every=0.01, run=until(5, stop)),
    ]
    run(stop, steps)
    said = [record.getMessage() for record in caplog.records]
    assert said[0] == "unlucky failed: no luck, time 1"
    assert "unlucky failed: no luck, time 2" in said


def test_nothing_runs_after_the_loop_was_told_to_stop() -> None:
    stop = threading.Event()
    last, never = until(1, stop), until(99, threading.Event(), lambda _time: pytest.fail("it ran"))
    run(stop, [Step("last", every=0.0, run=last), Step("never", every=0.0, run=never)])

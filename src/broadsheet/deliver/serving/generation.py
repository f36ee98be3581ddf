"""One generation of the service: the program, loaded once, and the processes that are forked from it."""

from __future__ import annotations

import gc
import os
import signal
import socket
import threading
import time
from collections.abc import Sequence
from functools import partial
from io import FileIO

from broadsheet import jobs
from broadsheet.deliver.serving import worker
from broadsheet.deliver.serving.children import LOOK, Child, Kept, told_to_end

PATIENCE = 10.0
"""Seconds that the jobs get to come to an end."""


def run(listener: socket.socket, ready: int, *, keeper: int, workers: int, threads: int) -> None:
    """Answer requests in so many processes with so many threads in all, and run the jobs in one more, until SIGTERM.

    Writes a byte to the file of this number, `ready`, once all of them answer, and closes it. Ends too when the process
    `keeper`, which started this one, is gone. Django must be ready, and no thread may have been started: this process
    is forked.
    """
    from django.db import connections

    from broadsheet.deliver.web.wsgi import application

    _load_what_all_share()
    connections.close_all()  # none may be shared with a fork
    gc.freeze()  # what is there now is never looked at again, and so its memory stays shared
    here, ended = os.getpid(), told_to_end(keeper)
    pipe, saying = os.pipe()
    os.set_blocking(pipe, False)
    hearing = FileIO(pipe)
    each = max(-(-threads // workers), 2)
    crowd = worker.Crowd(workers)

    def answer(number: int) -> None:
        place = worker.Place(number, crowd, here, each)
        worker.answer(application, listener, place, ready=lambda: os.write(saying, b"."))

    kept = [Kept(f"Worker {number + 1}", partial(answer, number)) for number in range(workers)]
    heard = 0
    while not ended():
        for number, child in enumerate(kept):
            if child.child.ended() and number < workers:
                crowd.leave(number)
            child.tend()
        if heard < workers and (heard := heard + len(hearing.read(workers) or b"")) >= workers:
            os.write(ready, b".")
            os.close(ready)
            kept.append(Kept("The process of the background jobs", lambda: run_jobs(here)))
        time.sleep(LOOK / 10 if heard < workers else LOOK)
    _end([one.child for one in kept[:workers]], [one.child for one in kept[workers:]])


def run_jobs(parent: int) -> None:
    """Run the background jobs until told to stop, or until the process `parent` is gone, which started this one."""
    from broadsheet.deliver import hooks
    from broadsheet.deliver.mail import steps as sending

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _signal, _frame: stop.set())

    def watch() -> None:
        while not stop.wait(1.0):
            if os.getppid() != parent:
                stop.set()

    threading.Thread(target=watch, name="parent watch", daemon=True).start()
    jobs.run(stop, (*jobs.STEPS, *sending.STEPS, *hooks.STEPS))


def _load_what_all_share() -> None:
    """Load what each fork would load for itself at its first request."""
    from django.conf import settings
    from django.urls import get_resolver

    from broadsheet import wiring

    _ = get_resolver().url_patterns
    if not settings.EMBEDDER.startswith("transformer:"):  # those start threads, which no fork has
        wiring.embedder()


def _end(answering: Sequence[Child], working: Sequence[Child]) -> None:
    for child in (*answering, *working):
        child.ask_to_end()
    for child in working:
        child.end(PATIENCE)
    for child in answering:
        child.end(worker.PATIENCE + PATIENCE)

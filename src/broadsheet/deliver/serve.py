"""Runs the service in the foreground: the web server in this process, the jobs in a child that is kept alive."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from types import FrameType

from waitress.server import create_server

from broadsheet import jobs
from broadsheet.errors import BroadsheetError

log = logging.getLogger("broadsheet.serve")

CHILD_PAUSES = (1.0, 2.0, 5.0, 15.0, 60.0)
"""Seconds before the jobs are started again after they died, by how often they did."""


class AddressTakenError(BroadsheetError):
    """The address to listen on is not to be had."""


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to this address; port 0 takes any free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise AddressTakenError(
            f"Cannot listen on {host}:{port}: {error.strerror}. Stop what uses it, or choose another with --port."
        ) from error
    return listener


def address(listener: socket.socket) -> str:
    """The address to type into a browser."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "localhost", "::": "localhost"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{host}:{port}/"


def serve(listener: socket.socket, *, threads: int, ready: Callable[[], None]) -> None:
    """Answer requests and run the jobs until the process is told to stop (SIGTERM, or ctrl-c)."""
    from broadsheet.deliver.web.wsgi import application

    server = create_server(
        application,
        sockets=[listener],
        threads=threads,
        ident="broadsheet",
        clear_untrusted_proxy_headers=False,  # `web.network` believes proxies by the settings, on any server
    )
    stop = threading.Event()
    keeper = threading.Thread(target=_keep_jobs_running, args=(stop,), name="jobs keeper")

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    keeper.start()
    try:
        ready()
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        stop.set()
        server.close()
        keeper.join()


def _keep_jobs_running(stop: threading.Event) -> None:
    deaths = 0
    while not stop.is_set():
        child = subprocess.Popen([sys.executable, "-m", "broadsheet", "jobs"], start_new_session=True)
        while not stop.wait(0.2) and child.poll() is None:
            pass
        if stop.is_set():
            child.terminate()
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.kill()
            return
        pause = CHILD_PAUSES[min(deaths, len(CHILD_PAUSES) - 1)]
        deaths += 1
        log.error("The background jobs ended with status %s; they start again in %g s.", child.returncode, pause)
        stop.wait(pause)


def run_jobs() -> None:
    """Run the background jobs until told to stop, or until the process that started this one is gone."""
    from broadsheet.deliver import hooks
    from broadsheet.deliver.mail import steps as sending

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _signal, _frame: stop.set())
    parent = os.getppid()

    def watch() -> None:
        while not stop.wait(1.0):
            if os.getppid() != parent:
                stop.set()

    threading.Thread(target=watch, name="parent watch", daemon=True).start()
    jobs.run(stop, (*jobs.STEPS, *sending.STEPS, *hooks.STEPS))

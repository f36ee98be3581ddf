"""The real service and other processes of a test's own: started, heard, waited for, and stopped whatever happens."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

LIBRARY = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
"""
"""What a process begins with that needs a library of its own."""


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """What a process is told that works in this data folder: these settings, and nothing of those that tests run with."""
    keep = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    own = {
        "BROADSHEET_DATA": str(folder), "BROADSHEET_EMBEDDER": "hash-256",
        "DJANGO_SETTINGS_MODULE": "broadsheet.settings",
    }  # fmt: skip
    return {**keep, **own, **settings}


@contextmanager
def a_service(told: Mapping[str, str], *options: str) -> Iterator[str]:
    """`broadsheet up` in such an environment, as long as it is needed; answers its address."""
    command = [sys.executable, "-m", "broadsheet", "up", "--port", "0", *options]
    with subprocess.Popen(command, env=dict(told), stdout=subprocess.PIPE, text=True) as service:
        try:
            for line in service.stdout or ():
                if " is at " in line:
                    yield line.split(" is at ")[1].strip()
                    break
            else:
                pytest.fail("The service ended before it said where it is.")
        finally:
            service.terminate()


def said_by(program: str, told: Mapping[str, str]) -> tuple[str, str]:
    """What this Python says, and what it complains of, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=dict(told), check=False)
    return done.stdout, done.stderr


@contextmanager
def a_child(program: str, told: Mapping[str, str], *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process that runs this Python and has said that it is ready; it is killed if it is left behind."""
    command = [sys.executable, "-c", program, *arguments]
    with subprocess.Popen(command, env=dict(told), stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout
            assert child.stdout.readline() == "ready\n"
            yield child
        finally:
            child.kill()


def wait_until(done: Callable[[], bool], what: str, *, seconds: float = 60) -> None:
    """Wait until this is so; the test fails, and says what did not come, if it is not after so many seconds."""
    late = time.monotonic() + seconds
    while not done():
        if time.monotonic() > late:
            pytest.fail(f"After {seconds:.0f} seconds still not: {what}.")
        time.sleep(0.001)


def children(pid: int) -> list[int]:
    """The processes that this one started and that have not ended, in the order in which they were started."""
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(child) for child in found if " Z " not in Path(f"/proc/{child}/stat").read_text()]
    except FileNotFoundError:
        return []


def alive(pid: int) -> bool:
    """Whether this process has not ended."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False

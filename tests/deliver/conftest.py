"""The real command, in a process and a data folder of a test's own; and a browser without a screen."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from running import environment

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def no_papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty library: to make its tables takes longer than most commands."""
    folder = tmp_path_factory.mktemp("empty")
    subprocess.run([sys.executable, "-m", "broadsheet", "merges"], env=environment(folder), check=True)
    return folder / "library.sqlite3"


@pytest.fixture
def run(tmp_path: Path, no_papers: Path) -> Run:
    """Run `broadsheet` on a data folder of this test's own."""
    told = environment(tmp_path / "data")
    (tmp_path / "data").mkdir()
    shutil.copy(no_papers, tmp_path / "data")

    def run(*arguments: str, stdin: str | bytes = "", **more: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "broadsheet", *arguments],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            env=told | more,
            check=False,
        )
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def client() -> Client:
    """Asks the pages as a browser on this machine does."""
    return Client(headers={"host": "localhost"})

"""Before anything is imported: a data folder of this process's own. During every test: no network but loopback."""

import atexit
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

os.environ["DJANGO_SETTINGS_MODULE"] = "broadsheet.settings"
os.environ["BROADSHEET_DATA"] = tempfile.mkdtemp(prefix="broadsheet-tests-")
os.environ["BROADSHEET_EMBEDDER"] = "hash-256"  # needs no file, and its vectors are easy to reason about

import django

django.setup()
atexit.register(shutil.rmtree, os.environ["BROADSHEET_DATA"], ignore_errors=True)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever tries to leave this machine fails at once."""
    connect = socket.socket.connect

    def loopback_only(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise OSError(f"the tests must not connect to {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", loopback_only)


@pytest.fixture
def index_folder(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """An index of the test's own, for whoever asks the wiring."""
    from broadsheet import wiring

    settings.INDEX_FOLDER = tmp_path / "index"
    wiring.index.cache_clear()
    yield settings.INDEX_FOLDER
    wiring.index.cache_clear()


@pytest.fixture
def library(index_folder: Path) -> Callable[..., None]:
    """Put records into the library, and let the index follow. For tests that may use the database."""
    from datetime import UTC, datetime

    from broadsheet import wiring
    from broadsheet.core import indexing
    from broadsheet.core.store import store

    def put(*records: Any) -> None:
        store(records, now=datetime(2026, 3, 17, 8, tzinfo=UTC))
        indexing.catch_up(index_folder, wiring.embedder())

    return put

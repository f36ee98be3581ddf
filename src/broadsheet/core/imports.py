"""The verb `import_file`: a person's file into the library, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from importlib import resources
from typing import IO

from broadsheet.core.store import store
from broadsheet.library import papers
from broadsheet.sources import files
from broadsheet.types import Record, StoreReport


def import_file(
    name: str,
    *,
    now: datetime,
    stream: IO[bytes] | None = None,
    encoding: str | None = None,
    progress: Callable[[int], None] = lambda _read: None,
) -> StoreReport:
    """Store every paper of this file; `stream` is read instead of opening it, if given.

    Raises BadFileError, with the library exactly as it was, if any part of the file cannot be read. `progress` is
    told after each record how many were read.
    """
    records = files.read(name, stream, today=now.date(), encoding=encoding)
    return store(_counted(records, progress), now=now)


def import_sample(*, now: datetime) -> StoreReport:
    """Store the sample reading list that ships with the package, if the library is empty."""
    if papers.count():
        return StoreReport()
    with (resources.files("broadsheet.sample") / "reading-list.jsonl").open("rb") as stream:
        return import_file("the sample reading list", now=now, stream=stream)


def _counted(records: Iterator[Record], progress: Callable[[int], None]) -> Iterator[Record]:
    for number, record in enumerate(records, 1):
        yield record
        progress(number)

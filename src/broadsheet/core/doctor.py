"""The verb `examine`: is everything in order, and if not, what is to be done."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from broadsheet import __version__
from broadsheet.core.indexing import LibraryView
from broadsheet.errors import BroadsheetError
from broadsheet.index import Embedder, Index
from broadsheet.library import papers, sources

FREE_SPACE = 1 << 30
"""Bytes under which a disk counts as nearly full: an index is built beside the old one."""


class Verdict(StrEnum):
    """How a check went."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


class Check(NamedTuple):
    """One thing looked at, how it stands, and where it is not good what to do."""

    name: str
    verdict: Verdict
    words: str


def examine(
    data_folder: Path, index_folder: Path, embedder: Callable[[], Embedder], contact: str = ""
) -> Iterator[Check]:
    """Look at the program, the data folder, the library, the sources, the embedder and the index, in this order."""
    yield Check(
        "program",
        Verdict.GOOD,
        f"Broadsheet {__version__}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}",
    )
    yield _folder(data_folder)
    try:
        yield (library := _library())
        if library.verdict is Verdict.BAD:
            return
        count = papers.count()
        yield Check("papers", Verdict.GOOD if count else Verdict.WARNING, f"{count} papers" if count else
                    "no papers yet. Import some: `broadsheet import FILE`")  # fmt: skip
    except DatabaseError as error:
        remedy = "Is this what DATABASE_URL should name, and is that server running?"
        if connection.vendor == "sqlite":
            remedy = "Run `broadsheet up` once, which makes the tables"
        yield Check("library", Verdict.BAD, f"{' '.join(str(error).split())}. {remedy}")
        return
    yield from _sources(contact)
    try:
        loaded = embedder()
        yield Check("embedder", Verdict.GOOD, f"{loaded.name}, {loaded.dimension} dimensions")
        yield _index(index_folder, loaded)
    except BroadsheetError as error:
        yield Check("embedder", Verdict.BAD, str(error))


def _folder(folder: Path) -> Check:
    if not os.access(folder, os.W_OK):
        return Check("data folder", Verdict.BAD, f"{folder} cannot be written. Set BROADSHEET_DATA to one that can")
    free = shutil.disk_usage(folder).free
    words = f"{folder}, {free / (1 << 30):.1f} GiB free"
    if free < FREE_SPACE:
        return Check("data folder", Verdict.WARNING, f"{words}: make room before the next import or reindex")
    return Check("data folder", Verdict.GOOD, words)


def _library() -> Check:
    executor = MigrationExecutor(connection)
    if waiting := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return Check("library", Verdict.BAD, f"{len(waiting)} migrations wait. Run `broadsheet up`, which applies them")
    if connection.vendor != "sqlite":
        return Check("library", Verdict.GOOD, f"{connection.display_name}, tables up to date")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA quick_check(1)")
        answer = str(cursor.fetchone()[0])
        cursor.execute("PRAGMA journal_mode")
        mode = str(cursor.fetchone()[0])
    if answer != "ok":
        return Check("library", Verdict.BAD, f"SQLite says {answer!r}. Restore the last backup of the library")
    verdict = Verdict.GOOD if mode == "wal" else Verdict.WARNING
    return Check("library", verdict, f"SQLite, sound, journal mode {mode}, tables up to date")


def _sources(contact: str) -> Iterator[Check]:
    """The sources that are followed, and each that fails."""
    followed = sources.every()
    failing = [source for source in followed if source.failing_since and not source.paused]
    for source in failing:
        yield Check(
            "source",
            Verdict.WARNING,
            f"{source.name} fails since {source.failing_since:%Y-%m-%d %H:%M} UTC: {source.error}",
        )
    if followed and not failing:
        yield Check("sources", Verdict.GOOD, f"{len(followed)} followed, none fails")
    if followed and not contact:
        words = "none. Set BROADSHEET_CONTACT to a mail address, so that those who keep sources can reach you"
        yield Check("contact", Verdict.WARNING, words)


def _index(folder: Path, embedder: Embedder) -> Check:
    state = Index(folder, embedder).state()
    if state.building:
        done, total = state.building
        return Check("index", Verdict.WARNING, f"being built, {done} of {total} papers")
    if state.documents is None:
        return Check("index", Verdict.BAD, "missing. `broadsheet up` builds it, or run `broadsheet reindex`")
    if state.embedder != embedder.name:
        return Check("index", Verdict.BAD, f"made with {state.embedder}, not {embedder.name}. Run `broadsheet reindex`")
    behind = LibraryView().latest() - state.applied
    if behind > 0:
        return Check("index", Verdict.WARNING, f"{behind} changes behind. `broadsheet up` applies them as they come")
    return Check("index", Verdict.GOOD, f"{state.documents} papers, up to date")

"""Keeps the index equal to the library: applies its change log, or builds anew beside the old index and swaps.

A crash at any point loses nothing: what the state does not yet tell of is applied again, with the same result.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Protocol

from broadsheet.index import generations
from broadsheet.index.dense import DenseWriter
from broadsheet.index.embed import Embedder
from broadsheet.index.generations import State
from broadsheet.index.lexical import LexicalWriter
from broadsheet.types import Change, Document

BATCH = 1000
"""Changes applied between two commits."""

STALE = 0.1
"""Share of replaced papers above which the index is built anew: until then they still count in BM25's frequencies."""

_BUILD_BATCH = 2000
_BUILD_THREADS = 4

Progress = Callable[[int, int], None]


class Library(Protocol):
    """The library as the index sees it."""

    def latest(self) -> int:
        """The number of the last change."""

    def changes(self, after: int, limit: int) -> Sequence[Change]:
        """Up to `limit` changes after this number, each with the paper as it is now."""

    def documents(self) -> Iterable[Document]:
        """Every paper."""

    def count(self) -> int:
        """How many papers there are."""


class Unchanging:
    """What a library that is only ever read answers of changes; who inherits it has `documents` and `count`."""

    def latest(self) -> int:
        """It never changes."""
        return 0

    def changes(self, after: int, limit: int) -> Sequence[Change]:  # noqa: ARG002
        """None at all."""
        return ()


def catch_up(folder: Path, embedder: Embedder, library: Library, *, progress: Progress | None = None) -> int:
    """Apply what the library has written since; answers how many changes that were.

    Builds anew where there is nothing sound to continue from, where the embedder is another one, where the index
    knows of changes that the library does not, and where too much of it was replaced. IndexBusyError if another
    process is at it.
    """
    latest = library.latest()
    held = _sound(folder, embedder, latest)
    if held and held.applied == latest:
        generations.tidy(folder)
        return 0
    with generations.locked(folder):
        held = _sound(folder, embedder, latest)
        if held:
            generations.clear(folder)
        if not held or not _apply(folder, held, embedder, library, latest, progress):
            _rebuild(folder, embedder, library, progress)
        return latest - (held.applied if held else 0)


def rebuild(folder: Path, embedder: Embedder, library: Library, *, progress: Progress | None = None) -> int:
    """Build a new index beside the old one and swap; answers how many papers it holds.

    IndexBusyError if another process is writing the index.
    """
    with generations.locked(folder):
        return _rebuild(folder, embedder, library, progress)


def _sound(folder: Path, embedder: Embedder, latest: int) -> State | None:
    """The state to continue from, if there is one."""
    generation = generations.current(folder)
    held = generations.state(generation)
    if not held or generations.damage(generation, held):
        return None
    same = (held.embedder, held.dimension) == (embedder.name, embedder.dimension)
    return held if same and held.applied <= latest else None


def _apply(
    folder: Path, held: State, embedder: Embedder, library: Library, latest: int, progress: Progress | None
) -> bool:
    """Apply the changes after `held`; False if the index must be built anew instead."""
    generation = generations.current(folder)
    first = held.applied
    try:
        with (
            closing(LexicalWriter(generation / "lexical")) as lexical,
            closing(DenseWriter(generation / "dense", held.dimension, held.sizes)) as dense,
        ):
            while changes := library.changes(held.applied, BATCH):
                now = {change.key: change.document for change in changes}
                documents = [document for document in now.values() if document]
                for part in (lexical, dense):
                    part.delete(now)
                lexical.add(documents)
                dense.add(documents, *embedder.encode([_text(document) for document in documents]))
                lexical.commit()
                sizes = dense.commit()
                held = replace(held, applied=changes[-1].number, documents=dense.live, sizes=sizes)
                generations.keep(generation, held)
                if progress:
                    progress(min(held.applied, latest) - first, latest - first)
                if dense.rows - dense.live > STALE * dense.live:
                    return False
    except ValueError:  # Tantivy's word for files that are not what they seem
        return False
    # An index of another library may have as many changes; the number of papers tells.
    return library.count() == held.documents or library.latest() != held.applied


def _rebuild(folder: Path, embedder: Embedder, library: Library, progress: Progress | None) -> int:
    applied, total = library.latest(), library.count()
    generation = generations.begin(folder)
    lexical = LexicalWriter(generation / "lexical", threads=_BUILD_THREADS)
    dense = DenseWriter(generation / "dense", embedder.dimension, {})
    try:
        for documents in _batches(library.documents(), _BUILD_BATCH):
            lexical.add(documents)
            dense.add(documents, *embedder.encode([_text(document) for document in documents]))
            generations.report_building(folder, dense.rows, max(total, dense.rows))
            if progress:
                progress(dense.rows, max(total, dense.rows))
        lexical.commit()
        sizes = dense.commit()
        lexical.close()
        held = State(applied, embedder.name, embedder.dimension, documents=dense.live, sizes=sizes)
        generations.keep(generation, held)
        generations.publish(folder, generation)
    except BaseException:
        with suppress(Exception):
            lexical.close()  # its threads would go on writing into the folder that is being removed
        shutil.rmtree(generation, ignore_errors=True)  # a full disk needs the room
        raise
    finally:
        dense.close()
        generations.built(folder)
    return held.documents


def _text(document: Document) -> str:
    return f"{document.title}. {document.abstract}"


def _batches(documents: Iterable[Document], size: int) -> Iterator[list[Document]]:
    rest = iter(documents)
    while batch := list(islice(rest, size)):
        yield batch

"""The index alone: how fast its two parts are built, and how fast they answer beside peers."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.index import Embedder
from broadsheet.index.dense import DenseView, DenseWriter, rotated
from broadsheet.index.lexical import LexicalWriter
from broadsheet.index.query import words
from broadsheet.types import Document, Filter


def lexical_build(documents: Sequence[Document]) -> float:
    """Papers a second into a fresh lexical part, merged and on the disk."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        writer = LexicalWriter(Path(folder), threads=4)
        writer.add(documents)
        writer.commit()
        writer.close()
        return len(documents) / (time.perf_counter() - start)


def dense_build(documents: Sequence[Document], embedder: Embedder) -> float:
    """Papers a second, embedded and on the disk."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        writer = DenseWriter(Path(folder), embedder.dimension, {})
        for first in range(0, len(documents), 1000):
            batch = documents[first : first + 1000]
            writer.add(batch, *embedder.encode([f"{document.title}. {document.abstract}" for document in batch]))
        writer.commit()
        writer.close()
        return len(documents) / (time.perf_counter() - start)


class Fts5:
    """The peer: SQLite's own full-text search with its BM25, on the same documents."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._database = sqlite3.connect(":memory:")
        self._database.execute("CREATE VIRTUAL TABLE papers USING fts5(title, abstract, tokenize='porter unicode61')")
        rows = ((document.key, document.title, document.abstract) for document in documents)
        self._database.executemany("INSERT INTO papers (rowid, title, abstract) VALUES (?, ?, ?)", rows)
        self._database.commit()

    def search(self, text: str) -> list[int]:
        """The keys of the twenty best papers for any of the words."""
        line = " OR ".join(f'"{word}"' for word in words(text))
        return [key for (key,) in self._database.execute("SELECT rowid FROM papers(?) ORDER BY rank LIMIT 20", (line,))]


def scans(documents: Sequence[Document], embedder: Embedder, queries: Sequence[str]) -> tuple[float, float]:
    """Median seconds to find the twenty nearest papers: by our scan, and by a product of the float32 matrix."""
    vectors, tokens = embedder.encode([f"{document.title}. {document.abstract}" for document in documents])
    asked = embedder.embed(queries)
    with tempfile.TemporaryDirectory() as folder:
        writer = DenseWriter(Path(folder), embedder.dimension, {})
        writer.add(documents, vectors, tokens)
        view = DenseView(Path(folder), embedder.dimension, writer.commit())
        writer.close()

        def twenty(scores: NDArray[np.float32]) -> NDArray[np.intp]:
            best = np.argpartition(-scores, 20)[:20]
            return best[np.argsort(-scores[best])]

        admitted = view.admitted(Filter())

        def nearest(query: NDArray[np.float32]) -> object:
            return view.nearest(rotated(query), admitted, 20)

        ours = [seconds(partial(nearest, query)) for query in asked]
        theirs = [seconds(partial(np.matmul, vectors, query), twenty) for query in asked]
    return median(ours), median(theirs)


def seconds(work: Callable[[], Any], then: Callable[[Any], object] = lambda _result: None) -> float:
    """How long it took to do this, and that with its result."""
    start = time.perf_counter()
    then(work())
    return time.perf_counter() - start

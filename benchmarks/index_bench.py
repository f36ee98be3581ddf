"""The index alone: how fast its two parts are built, and how well it finds on public test collections."""

from __future__ import annotations

import json
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.index import Embedder, Index, embed, sync
from broadsheet.index.dense import DenseView, DenseWriter
from broadsheet.index.lexical import LexicalWriter
from broadsheet.index.query import words
from broadsheet.types import Change, Document, Paging, Query

COLLECTIONS = ("scifact", "cranfield", "cisi")


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
            writer.add(batch, embedder.embed([f"{document.title}. {document.abstract}" for document in batch]))
        writer.commit()
        writer.close()
        return len(documents) / (time.perf_counter() - start)


class Collection:
    """A public test collection in the BEIR layout: documents, topics, and which documents answer them (qrels)."""

    def __init__(self, folder: Path) -> None:
        lines = [json.loads(line) for line in (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines()]
        self.ids = [str(line["_id"]) for line in lines]
        self._documents = [
            Document(key=key, title=line.get("title", ""), abstract=line["text"]) for key, line in enumerate(lines)
        ]
        self.qrels: dict[str, dict[str, int]] = {}
        for line in (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines():
            topic, document, grade = line.split("\t")
            if grade.isdigit() and int(grade) > 0:
                self.qrels.setdefault(topic, {})[document] = int(grade)
        topics = [json.loads(line) for line in (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()]
        self.topics = {str(topic["_id"]): topic["text"] for topic in topics if str(topic["_id"]) in self.qrels}

    def latest(self) -> int:
        """It never changes."""
        return 0

    def changes(self, after: int, limit: int) -> Sequence[Change]:  # noqa: ARG002
        """None at all."""
        return ()

    def documents(self) -> Sequence[Document]:
        """All of them."""
        return self._documents

    def count(self) -> int:
        """How many."""
        return len(self._documents)


def quality(folder: Path, embedder: Embedder) -> Iterator[tuple[str, float, float]]:
    """For each collection below this folder, the mean nDCG@10 over its topics: of our search, and of words alone."""
    for name in COLLECTIONS:
        if not (folder / name).is_dir():
            continue
        collection = Collection(folder / name)
        with tempfile.TemporaryDirectory() as place:
            sync.rebuild(Path(place), embedder, collection)
            # Asked with another embedder than it was built with, an index answers by words alone.
            both, alone = (Index(Path(place), asked) for asked in (embedder, embed.load("hash-256")))
            yield name, mean_ndcg(both, collection), mean_ndcg(alone, collection)


def mean_ndcg(index: Index, collection: Collection) -> float:
    """nDCG@10, averaged over the topics."""
    scores = []
    for topic, text in collection.topics.items():
        hits = index.search(Query(text=text, words=words(text)), paging=Paging(1, 10)).hits
        scores.append(ndcg([collection.ids[hit.key] for hit in hits], collection.qrels[topic]))
    return float(np.mean(scores))


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
    vectors = embedder.embed([f"{document.title}. {document.abstract}" for document in documents])
    asked = embedder.embed(queries)
    with tempfile.TemporaryDirectory() as folder:
        writer = DenseWriter(Path(folder), embedder.dimension, {})
        writer.add(documents, vectors)
        view = DenseView(Path(folder), embedder.dimension, writer.commit())
        writer.close()

        def twenty(scores: NDArray[np.float32]) -> NDArray[np.intp]:
            best = np.argpartition(-scores, 20)[:20]
            return best[np.argsort(-scores[best])]

        ours = [seconds(partial(view.similarities, query), twenty) for query in asked]
        theirs = [seconds(partial(np.matmul, vectors, query), twenty) for query in asked]
    return median(ours), median(theirs)


def seconds(work: Callable[[], Any], then: Callable[[Any], object] = lambda _result: None) -> float:
    """How long it took to do this, and that with its result."""
    start = time.perf_counter()
    then(work())
    return time.perf_counter() - start


def ndcg(ranked: Sequence[str], grades: dict[str, int], depth: int = 10) -> float:
    """Normalised discounted cumulative gain with gains as graded and a logarithmic discount (Järvelin, Kekäläinen)."""
    discount = 1 / np.log2(np.arange(2, depth + 2))
    gains = [grades.get(document, 0) for document in ranked[:depth]]
    ideal = sorted(grades.values(), reverse=True)[:depth]
    return float((gains @ discount[: len(gains)]) / (ideal @ discount[: len(ideal)]))

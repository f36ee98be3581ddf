"""The index alone: how fast its two parts are built, and how well it finds on public test collections."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from broadsheet.index import Embedder, Index, sync
from broadsheet.index.dense import DenseWriter
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


def quality(folder: Path, embedder: Embedder) -> Iterator[tuple[str, float]]:
    """For each collection below this folder, the mean nDCG@10 of our search over its topics."""
    for name in COLLECTIONS:
        if not (folder / name).is_dir():
            continue
        collection = Collection(folder / name)
        with tempfile.TemporaryDirectory() as place:
            sync.rebuild(Path(place), embedder, collection)
            index = Index(Path(place), embedder)
            scores = []
            for topic, text in collection.topics.items():
                hits = index.search(Query(text=text, words=words(text)), paging=Paging(1, 10)).hits
                scores.append(ndcg([collection.ids[hit.key] for hit in hits], collection.qrels[topic]))
        yield name, float(np.mean(scores))


def ndcg(ranked: Sequence[str], grades: dict[str, int], depth: int = 10) -> float:
    """Normalised discounted cumulative gain with gains as graded and a logarithmic discount (Järvelin, Kekäläinen)."""
    discount = 1 / np.log2(np.arange(2, depth + 2))
    gains = [grades.get(document, 0) for document in ranked[:depth]]
    ideal = sorted(grades.values(), reverse=True)[:depth]
    return float((gains @ discount[: len(gains)]) / (ideal @ discount[: len(ideal)]))

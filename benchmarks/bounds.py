"""Tells how right and how complete the matches of kept searches are, at the bound and around it.

    python -m benchmarks.bounds

Judged data: the three test collections; 200 descriptions in other words (`known_items.jsonl`) among the Hugging Face
daily papers, of each of which one paper is known to be right; and the keywords that those papers were given, each kept
as a search: right are the papers that were given it. Papers are given few of the keywords that would suit them, so the
last are a lower bound. Then, unjudged: how much some usual searches match of 2,000 papers of `arxiv-recent`.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks import DATA
from benchmarks.known_items import KNOWN_ITEMS
from benchmarks.material import daily_papers
from benchmarks.standing import Archive, papers_of_days
from broadsheet.evaluate import Collection
from broadsheet.index import Index, embed, matching, standing, sync
from broadsheet.index.query import parse, words
from broadsheet.text import readable
from broadsheet.types import Document

BOUNDS = (0.8, 0.9, 1.0, 1.1, 1.2)
LINES = (
    "attention", "privacy", "diffusion models", "federated learning", "machine unlearning", "prompt injection",
    "speculative decoding", "video generation", "mixture of experts", "graph neural networks", "3d gaussian splatting",
    "medical image segmentation", "vision language action models", "retrieval augmented generation evaluation",
    "reinforcement learning for robot manipulation", "speech recognition low resource languages",
    "how do language models store facts", "compressing large models by removing weights", "riemann hypothesis",
    "black hole mergers",
)  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """Papers, lines, and which papers are right for which line."""

    name: str
    papers: Sequence[Document]
    lines: Sequence[str]
    right: Sequence[set[int]]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    embedder = embed.load(embed.DEFAULT)
    print("precision / recall / matches of one query among 2,000 papers, at bounds", *BOUNDS)
    for judged in (*_collections(), *_daily()):
        rows = _scores(judged.papers, judged.papers, judged.lines, embedder, min(BOUNDS))
        every = sum(map(len, judged.right))
        print(f"{judged.name} ({len(judged.lines)} queries)", end="")
        for bound in BOUNDS:
            found = [(row, key) for row, key, score in rows if score >= bound]
            hits = sum(key in judged.right[row] for row, key in found)
            often = len(found) / len(judged.lines) / len(judged.papers) * 2000
            print(f" | {hits / max(len(found), 1):.2f} / {hits / every:.2f} / {often:.2f}", end="")
        print(flush=True)
    library, day = papers_of_days(2000)
    counts = Counter(row for row, _, _ in _scores(library, day, LINES, embedder, matching.BOUND))
    print("; ".join(f"{line}: {counts[row]}" for row, line in enumerate(LINES)))


def _scores(
    library: Sequence[Document],
    papers: Sequence[Document],
    lines: Sequence[str],
    embedder: embed.Embedder,
    bound: float,
) -> list[tuple[int, int, float]]:
    """Line by its place, paper by its key, and the score of each match."""
    with TemporaryDirectory() as folder, _bound(bound):
        sync.rebuild(Path(folder), embedder, Archive(library))
        kept = Index(Path(folder), embedder).standing(enumerate(map(parse, lines)))
        found = kept.match(papers, most=len(papers)).pairs
    keys = np.array([paper.key for paper in papers])[found.places]
    return list(zip(found.rows.tolist(), keys.tolist(), found.scores.tolist(), strict=True))


@contextmanager
def _bound(bound: float) -> Iterator[None]:
    """Matches from this evidence on."""
    with patch.object(matching, "BOUND", bound), patch.object(standing, "BOUND", bound):
        yield


def _collections() -> Iterator[Judged]:
    for folder in sorted((DATA / "beir").iterdir()):
        collection = Collection(folder)
        key_of = {name: key for key, name in enumerate(collection.ids)}
        right = [_right(collection.qrels[name], key_of) for name in collection.queries]
        yield Judged(folder.name, list(collection.documents()), list(collection.queries.values()), right)


def _right(grades: Mapping[str, int], key_of: Mapping[str, int]) -> set[int]:
    return {key_of[name] for name, grade in grades.items() if grade > 0 and name in key_of}


def _daily() -> Iterator[Judged]:
    """What the daily papers tell: descriptions of some, and the keywords of those that have any."""
    told = (entry["paper"] for _, entry in daily_papers() if isinstance(entry, dict))
    entries: dict[str, Any] = {paper["id"]: paper for paper in told}
    ids = [paper_id for paper_id, entry in entries.items() if entry.get("summary")]
    key_of = {paper_id: key for key, paper_id in enumerate(ids)}
    papers = [
        Document(key=key, title=readable(entries[each]["title"]), abstract=readable(entries[each]["summary"]))
        for each, key in key_of.items()
    ]
    items = [json.loads(line) for line in KNOWN_ITEMS.read_text(encoding="utf-8").splitlines()]
    items = [item for item in items if item["id"] in key_of]
    yield Judged("descriptions", papers, [item["text"] for item in items], [{key_of[item["id"]]} for item in items])
    given = {key_of[each]: {word.lower() for word in entries[each].get("ai_keywords") or ()} for each in ids}
    tagged = [paper for paper in papers if given[paper.key]]
    often = Counter(word for every in given.values() for word in every)
    keywords = sorted(word for word, times in often.items() if times >= 5)
    for size in (1, 2, 3):
        lines = [word for word in keywords if min(len(words(word)), 3) == size]
        right = [{paper.key for paper in tagged if line in given[paper.key]} for line in lines]
        yield Judged(f"keywords of {size} words" + (" and more" if size == 3 else ""), tagged, lines, right)


if __name__ == "__main__":
    main()

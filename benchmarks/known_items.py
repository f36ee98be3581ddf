"""Measures how well a half-remembered paper is found among hundreds of thousands: a known-item test.

    python -m benchmarks.known_items papers.jsonl.zst [--among 680000] [--keep FOLDER]

`papers.jsonl.zst` is what `training/papers.py` writes. `known_items.jsonl` beside this file has 200 descriptions in
other words, of papers that the embedder was not trained on; their texts come from the shared data.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean, median, quantiles

from benchmarks.material import daily_papers, lines
from broadsheet.index import Index, embed, sync
from broadsheet.index.query import parse
from broadsheet.text import readable
from broadsheet.types import Document, Method, Paging

KNOWN_ITEMS = Path(__file__).with_name("known_items.jsonl")


class Haystack(sync.Unchanging):
    """The described papers, their keys counted from 0, and others until there are enough."""

    def __init__(self, ids: Sequence[str], papers: Path, among: int) -> None:
        self._ids, self._papers, self._among = ids, papers, among

    def count(self) -> int:
        """How many papers."""
        return self._among

    def documents(self) -> Iterator[Document]:
        """All of them; a paper that is described is not there a second time."""
        described = hf_papers(self._ids)
        for key, paper_id in enumerate(self._ids):
            title, abstract = described[paper_id]
            yield Document(key=key, title=readable(title), abstract=readable(abstract))
        titles = {_letters(title) for title, _ in described.values()}
        key = len(self._ids)
        for paper in lines(self._papers):
            if key < self._among and _letters(paper["title"]) not in titles:
                yield Document(key=key, title=paper["title"], abstract=paper["abstract"])
                key += 1


def hf_papers(ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Title and abstract of these daily papers, from the shared data."""
    wanted, found = set(ids), {}
    for _, entry in daily_papers():
        paper = entry.get("paper", {}) if isinstance(entry, dict) else {}
        if paper.get("id") in wanted:
            found[paper["id"]] = (paper["title"], paper["summary"])
    return found


def main() -> None:
    """Index, ask every description by each method, and print how often its paper is found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("papers", type=Path)
    parser.add_argument("--among", type=int, default=680_000)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="build the index there, or use the one there")
    parser.add_argument("--embedder", default="static-papers-256", metavar="NAME")
    arguments = parser.parse_args()
    embedder = embed.load(arguments.embedder)
    items = [json.loads(line) for line in KNOWN_ITEMS.read_text(encoding="utf-8").splitlines()]
    haystack = Haystack([item["id"] for item in items], arguments.papers, arguments.among)
    with tempfile.TemporaryDirectory(prefix="broadsheet-known-items-") as place:
        folder = arguments.keep or Path(place)
        index = Index(folder, embedder)
        if index.state().documents != arguments.among:
            start = time.perf_counter()
            sync.rebuild(folder, embedder, haystack)
            print(f"indexed {arguments.among} papers in {time.perf_counter() - start:.0f} s", flush=True)
        for method in Method:
            ranks, times = [], []
            for key, item in enumerate(items):
                start = time.perf_counter()
                hits = index.search(parse(item["text"]), method=method, paging=Paging(1, 100)).hits
                times.append((time.perf_counter() - start) * 1000)
                ranks.append(next((hit.rank for hit in hits if hit.key == key), 0))
            print(
                f"{method:<8}"
                f"  R@10 {fmean(0 < rank <= 10 for rank in ranks):.3f}"
                f"  R@100 {fmean(rank > 0 for rank in ranks):.3f}"
                f"  MRR@10 {fmean(1 / rank if 0 < rank <= 10 else 0 for rank in ranks):.3f}"
                f"  {median(times):.1f} ms (p95 {quantiles(times, n=20)[-1]:.1f})",
                flush=True,
            )


def _letters(title: str) -> str:
    return "".join(filter(str.isalnum, title)).casefold()


if __name__ == "__main__":
    main()

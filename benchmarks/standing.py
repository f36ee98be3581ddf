"""Holds a million kept searches against two thousand new papers, beside a percolator and the plain loop.

    python -m benchmarks.standing [--queries 1000000] [--papers 2000] [--sample 10000] [--threads 4]

The papers are those of the last days of `arxiv-recent.jsonl.zst`, the library that words are weighed by is
`papers-60k.jsonl.zst` and the earlier days. Queries are cut from titles, abstracts, authors and categories of the
library and of the days, with the lengths and operators of `PARTS`; the same ones every time.

The percolator does what search engines do with stored queries: the queries are documents of an index, each paper is a
disjunction of its words that finds those with any of them, and what it finds is verified. It and the plain loop (the
definition, pair by pair) are run on a sample and multiplied; what is multiplied says so.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import tantivy

from benchmarks import DATA
from benchmarks.material import lines
from broadsheet.index import Index, embed, matching, standing, sync
from broadsheet.index.day import Arrived, Day
from broadsheet.index.kept import Numbers, Places, Terms
from broadsheet.index.query import parse, words
from broadsheet.index.standing import MOST, Matches, Standing
from broadsheet.text import readable
from broadsheet.types import Document, Query

MIB = 1 << 20
LENGTHS = {1: 15, 2: 34, 3: 28, 4: 13, 5: 6, 6: 4}
PARTS = {
    "words of a title": 52,
    "words of an abstract": 12,
    "a whole title": 6,
    "quoted words": 7,
    "author": 9,
    "category and words": 5,
    "category alone": 1,
    "author and words": 2,
    "words and not another": 2,
    "words with code": 2,
    "title operator": 1,
    "words after a year": 1,
}
"""How many in a hundred queries are of which kind."""

STOP = frozenset(words("a an and are as at by for from in is it its of on or that the this to via we with"))


class Archive(sync.Unchanging):
    """Papers to be indexed."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = documents

    def count(self) -> int:
        """How many."""
        return len(self._documents)

    def documents(self) -> Iterator[Document]:
        """All of them."""
        return iter(self._documents)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queries", type=int, default=1_000_000)
    parser.add_argument("--papers", type=int, default=2000)
    parser.add_argument("--sample", type=int, default=10_000, help="queries that are also run alone")
    parser.add_argument("--percolated", type=int, default=20, help="papers that the percolator is run on")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    embedder = embed.load(embed.DEFAULT)
    library, day = papers_of_days(arguments.papers)
    with tempfile.TemporaryDirectory(prefix="broadsheet-standing-") as place:
        index_folder, folder = Path(place) / "index", Path(place) / "kept"
        sync.rebuild(index_folder, embedder, Archive(library))
        index = Index(index_folder, embedder)
        statistics = index.statistics()
        queries = _timed("lines made and read", lambda: _queries(arguments.queries, library, day, index))
        lines = len({query.text for _, query in queries})
        print(f"{len(queries):,} queries, {lines:,} different lines; {len(day):,} papers")
        _timed("queries → columns", lambda: Standing(queries, embedder, statistics)).save(folder, "now")
        size = sum(file.stat().st_size for file in folder.rglob("*"))
        print(f"columns on the disk: {size / MIB:,.0f} MiB")
        before = _resident()
        kept = _timed("loaded", lambda: Standing.load(folder, embedder, statistics, "now"))
        assert kept
        changing = [(-1 - number, query) for number, query in queries[:1000]]
        _timed("a thousand out, a thousand in", lambda: kept.change(changing, range(1000)))
        kept.change(queries[:1000], [number for number, _ in changing])
        wall, matches = _timed(
            f"matched, {arguments.threads} threads",
            lambda: _clocked(lambda: kept.match(day, threads=arguments.threads)),
        )
        print(f"{matches.total:,} matches of {len(matches):,} queries; memory {_resident() - before:,.0f} MiB more")
        _timed("matched, one thread", lambda: kept.match(day, threads=1))
        _limits(kept, day)
        _alone(queries, day, matches, statistics, embedder, arguments.sample, wall)
        _percolated(kept, day, matches, arguments.percolated, wall)


def papers_of_days(count: int) -> tuple[list[Document], list[Document]]:
    """The library, and the papers of the last days."""
    recent = sorted(lines(DATA / "arxiv-recent.jsonl.zst"), key=lambda line: str(line["announced"]))
    old = list(lines(DATA / "papers-60k.jsonl.zst"))
    made = [_document(key, line) for key, line in enumerate([*old, *recent], 1)]
    return made[:-count], made[-count:]


def _document(key: int, line: dict[str, Any]) -> Document:
    return Document(
        key=key,
        title=readable(line["title"]),
        abstract=readable(line["abstract"]),
        authors=tuple(line["authors"]),
        categories=tuple(line["categories"]),
        day=date.fromisoformat(line["published"]),
        has_code="github.com" in line["abstract"],
    )


def _queries(count: int, library: Sequence[Document], day: Sequence[Document], index: Index) -> list[tuple[int, Query]]:
    """So many lines as people type them, understood. Half are about what the newest papers are about."""
    draw = random.Random(0)
    recent = [*library[60_000:], *day]
    lines = [_line(draw, draw.choice(recent if draw.random() < 0.5 else library)) for _ in range(count)]
    distinct = list(dict.fromkeys(lines))
    query_of = dict(zip(distinct, index.understood(map(parse, distinct)), strict=True))
    return [(number, query_of[line]) for number, line in enumerate(lines)]


def _line(draw: random.Random, paper: Document) -> str:
    kind = draw.choices(list(PARTS), list(PARTS.values()))[0]
    author = draw.choice(paper.authors) if paper.authors else "Li Wei"
    category = draw.choice(paper.categories)
    if kind == "words of an abstract":
        return _cut(draw, paper.abstract)
    some = _cut(draw, paper.title)
    return {
        "words of a title": some,
        "a whole title": paper.title.replace('"', ""),
        "quoted words": f'"{some}"',
        "author": f'author:"{author}"',
        "category and words": f"cat:{category} {some}",
        "category alone": f"cat:{category}",
        "author and words": f"author:{author.split()[-1]} {some}",
        "words and not another": f"{some} -{paper.abstract.split()[0]}",
        "words with code": f"{some} has:code",
        "title operator": f'title:"{some}"',
        "words after a year": f"{some} after:2024",
    }[kind]


def _cut(draw: random.Random, text: str, length: int = 0) -> str:
    """Some words that follow each other, with no stop word at either end."""
    there = words(text) or ("stars",)
    length = length or draw.choices(list(LENGTHS), list(LENGTHS.values()))[0]
    start = draw.randrange(max(len(there) - length + 1, 1))
    cut = list(there[start : start + length])
    while len(cut) > 1 and cut[-1].lower() in STOP:
        cut.pop()
    while len(cut) > 1 and cut[0].lower() in STOP:
        cut.pop(0)
    return " ".join(cut)


def _limits(kept: Standing, day: Sequence[Document]) -> None:
    """What has to be looked at, beside what there is."""
    search = standing._Search(
        kept._columns, Day(Arrived(day, {}, kept._embedder), kept._terms), np.full(len(kept), -1), MOST
    )
    pairs = search._pairs()
    common = search._common(pairs)
    few, every = int(pairs[~common].sum()), len(kept) * len(day)
    print(f"held together for words: {few:,} pairs, 1 in {every / few:,.0f} of all")
    print(f"begun with the meaning: {common.mean():.0%} of queries")
    some = kept._columns.codes[: 1 << 14].astype(np.float32)
    whole, _ = _clocked(lambda: some @ search._day.arrived.units.T)
    rate = 2 * some.size * len(day) / whole / 1e9
    print(
        f"a product of all queries with all papers alone: {whole * len(kept) / len(some):.1f} s at {rate:.0f} GFLOP/s"
    )


def _alone(
    queries: Sequence[tuple[int, Query]],
    day: Sequence[Document],
    matches: Matches,
    statistics: matching.Statistics,
    embedder: embed.Embedder,
    sample: int,
    ours: float,
) -> None:
    """Run a sample of the queries alone, by the definition, and hold every match and score against ours."""
    chosen = random.Random(1).sample(queries, min(sample, len(queries)))
    papers = [matching.told(document) for document in day]
    codes, squares = matching.codes(embedder, [matching.text(document) for document in day])
    wide = codes.astype(np.int64)
    differing = found = 0
    start = time.perf_counter()
    for number, query in chosen:
        asked = matching.asked(query, statistics)
        (code,), (square,) = matching.codes(embedder, [asked.about])
        products = (wide @ code.astype(np.int64)).tolist()
        scores = [
            (-score, paper.document.key)
            for paper, product, length in zip(papers, products, squares.tolist(), strict=True)
            if (score := matching.matches(asked, paper, product, (int(square), length), ()))
        ]
        expected = [(key, -score) for score, key in sorted(scores)[:MOST]]
        differing += expected != [(hit.key, hit.score) for hit in matches.get(number, ())]
        found += len(expected)
    seconds = time.perf_counter() - start
    whole = seconds * len(queries) / len(chosen)
    print(f"{len(chosen):,} queries alone: {differing} differ from ours in any match or score, of {found:,} matches")
    print(f"the plain loop: {seconds:.0f} s for these, so {whole:,.0f} s for all, {whole / ours:,.0f} × ours")


class Percolator(standing._Search):
    """The baseline: an index of queries by their words and names, and the verification that ours has too."""

    def prepare(self, terms: Terms) -> None:
        """Index the queries; those that ask for no term at all are found by every paper."""
        fields = tantivy.SchemaBuilder().add_integer_field("row", fast=True)
        fields = fields.add_text_field("terms", tokenizer_name="whitespace", index_option="basic")
        self._schema = fields.build()
        self._index = tantivy.Index(self._schema)
        writer = self._index.writer(200_000_000, 2)
        names, queries = ["", *terms.features], self._columns
        for row in range(len(queries)):
            found = {
                part
                for number in (*queries.required[row], *queries.wanted[row])
                for part in terms.parts(names[number])
                if ":" in part
            }
            writer.add_document(tantivy.Document(row=row, terms=" ".join(found) or "everything"))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def rows(self, paper: matching.Told) -> Numbers:
        """The queries that ask for anything the paper has, by their number of words."""
        searcher = self._index.searcher()
        asking = tantivy.Query.term_set_query(self._schema, "terms", ["everything", *paper.features])
        hits = searcher.search(tantivy.Query.const_score_query(asking, 0.0), searcher.num_docs, count=False).hits
        rows = np.array(searcher.fast_field_values("row", [place for _, place in hits]), np.int64)
        return rows[np.lexsort((rows, self._columns.wanted.lengths[rows]))]

    def verified(self, rows: Numbers, day: Day) -> Places:
        """Which of these queries a day's only paper matches."""
        self._day = day
        parts = np.array_split(rows, max(len(rows) >> 18, 1))
        return np.concatenate([self.chunk(part, self._all).rows for part in parts])

    def _all(self, rows: Numbers) -> tuple[Numbers, Places]:
        return np.arange(len(rows)), np.zeros(len(rows), np.int32)


def _percolated(kept: Standing, day: Sequence[Document], matches: Matches, count: int, ours: float) -> None:
    """Percolate some of the papers, and hold what they match against ours."""
    chosen = random.Random(2).sample(list(day), count)
    percolator = Percolator(
        kept._columns, Day(Arrived((), {}, kept._embedder), kept._terms), np.full(len(kept), -1), MOST
    )
    _timed("the percolator, its queries indexed", lambda: percolator.prepare(kept._terms))
    finding = verifying = 0.0
    candidates = missed = 0
    for document in chosen:
        paper = Day(Arrived([document], {}, kept._embedder), kept._terms)
        seconds, rows = _clocked(partial(percolator.rows, paper.arrived.papers[0]))
        finding, candidates = finding + seconds, candidates + len(rows)
        seconds, matched = _clocked(partial(percolator.verified, rows, paper))
        verifying += seconds
        found = matches.pairs.rows[matches.pairs.places == day.index(document)]
        missed += len(np.setdiff1d(found, matched))
    whole = (finding + verifying) / count * len(day)
    print(
        f"the percolator: {finding / count:.2f} s a paper to find {candidates // count:,} queries and "
        f"{verifying / count:.2f} s to verify them; for {len(day):,} papers {whole:,.0f} s, "
        f"{whole / ours:,.0f} × ours; {missed} of our matches are not among its"
    )


T = TypeVar("T")


def _timed(name: str, make: Callable[[], T]) -> T:
    """What was made; prints the seconds on the clock and on the processors."""
    start, worked = time.perf_counter(), time.process_time()
    made = make()
    wall, cpu = time.perf_counter() - start, time.process_time() - worked
    print(f"{name}: {wall:.1f} s ({cpu:.1f} s of processors)", flush=True)
    return made


def _clocked(make: Callable[[], T]) -> tuple[float, T]:
    start = time.perf_counter()
    made = make()
    return time.perf_counter() - start, made


def _resident() -> float:
    """MiB that this process holds."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()

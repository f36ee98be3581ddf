"""Holds a million kept searches against two thousand new papers, beside a percolator and the plain loop.

    python -m benchmarks.standing [--queries 1000000] [--papers 2000] [--sample 10000] [--threads 2]

The papers are those of the last days of `arxiv-recent.jsonl.zst`, the library that words are weighed by is
`papers-60k.jsonl.zst` and the earlier days. Queries are cut from titles, abstracts, authors and categories of the
library and of the days, with the lengths and operators of `PARTS`; the same ones every time.

The percolator does what search engines do with stored queries: the queries are documents of an index, each paper is a
disjunction of its words that finds those with any of them, and what it finds is verified. It and the plain loop (the
definition, pair by pair) are run on a sample and multiplied; what is multiplied says so.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import tantivy
import zstandard

from benchmarks import DATA
from broadsheet.index import Index, embed, matching, standing, sync
from broadsheet.index.kept import Numbers, Places
from broadsheet.index.query import parse, words
from broadsheet.index.standing import MOST, Standing
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

STOP = frozenset("a an and are as at by for from in is it its of on or that the this to via we with".split())


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
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    embedder = embed.load(embed.DEFAULT)
    library, day = _papers(arguments.papers)
    with tempfile.TemporaryDirectory(prefix="broadsheet-standing-") as place:
        sync.rebuild(Path(place) / "index", embedder, Archive(library))
        view = Index(Path(place) / "index", embedder)
        statistics = view.statistics()
        queries = _timed("lines → queries, parsed and guessed", lambda: _queries(arguments.queries, library, day, view))
        print(
            f"{len(queries):,} queries, {len({query.text for _, query in queries}):,} different lines; {len(day):,} papers"
        )
        before = _resident()
        kept = _timed("queries → columns", lambda: Standing(queries, embedder, statistics))
        print(
            f"memory of the columns: {_resident() - before:,.0f} MiB (a million: {(_resident() - before) * 1e6 / len(queries):,.0f})"
        )
        folder = Path(place) / "kept"
        _timed("saved", lambda: kept.save(folder, "now"))
        print(f"on the disk: {sum(file.stat().st_size for file in folder.iterdir()) / MIB:,.0f} MiB")
        loaded = _timed("loaded", lambda: Standing.load(folder, embedder, statistics, "now"))
        assert loaded
        _timed(
            "a thousand added, a thousand removed",
            lambda: loaded.change([(-n, q) for n, q in queries[:1000]], range(1000)),
        )
        ours, matches = _clocked(lambda: kept.match(day, threads=arguments.threads))
        print(
            f"ours, {arguments.threads} threads: {ours:.1f} s; {matches.total:,} matches of {len(matches):,} queries; "
            f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB"
        )
        single, _ = _clocked(lambda: kept.match(day, threads=1))
        print(
            f"ours, one thread: {single:.1f} s; of two thousand million pairs a second: {len(queries) * len(day) / single / 1e6:,.0f} million"
        )
        _limits(kept, day)
        _naive(queries, day, matches, statistics, embedder, arguments.sample, ours)
        _percolated(kept, queries, day, matches, arguments.percolated, ours)


def _papers(count: int) -> tuple[list[Document], list[Document]]:
    """The library, and the papers of the last days."""
    recent = sorted(_read(DATA / "arxiv-recent.jsonl.zst"), key=lambda line: str(line["announced"]))
    old = list(_read(DATA / "papers-60k.jsonl.zst"))
    made = [_document(key, line) for key, line in enumerate([*old, *recent], 1)]
    return made[:-count], made[-count:]


def _read(path: Path) -> Iterator[dict[str, object]]:
    with zstandard.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _document(key: int, line: dict) -> Document:  # type: ignore[type-arg]
    from datetime import date

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
    lines = (_line(draw, draw.choice(recent if draw.random() < 0.5 else library)) for _ in range(count))
    return [(number, query) for number, query in enumerate(index.understood(map(parse, lines)))]


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
    """What was looked at, beside what there is, and how soon a machine could do no more than that."""
    columns = kept._columns
    search = standing._Search(columns, standing._Day(day, {}, kept._embedder, kept._terms), MOST)
    pairs = int(search._pairs().sum())
    everything = len(columns) * len(day)
    print(f"pairs looked at: {pairs:,} of {everything:,} (1 in {everything / pairs:,.0f})")


def _naive(queries, day, matches, statistics, embedder, sample, ours) -> None:  # type: ignore[no-untyped-def]
    """Run a sample of the queries alone, by the definition, and hold every match and score against ours."""
    chosen = random.Random(1).sample(queries, min(sample, len(queries)))
    papers = [matching.told(document) for document in day]
    codes, squares = matching.codes(embedder, [matching.text(document) for document in day])
    wide = codes.astype(np.int64)
    start, differing, found = time.perf_counter(), 0, 0
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
    print(
        f"the plain loop: {seconds:.0f} s for {len(chosen):,} queries, so {whole:,.0f} s for all: {whole / ours:,.0f} × ours"
    )
    print(f"of these {len(chosen):,} queries, {differing} differ from ours in any match or score ({found:,} matches)")


class Percolator(standing._Search):
    """The baseline: queries with any word of a paper are found in an index of queries, then verified."""

    def prepare(self, queries: Sequence[tuple[int, Query]]) -> None:
        """Index the queries by their words and authors."""
        schema = (
            tantivy.SchemaBuilder()
            .add_integer_field("row", fast=True)
            .add_text_field("terms", tokenizer_name="whitespace", index_option="basic")
            .build()
        )
        self._schema, self._index = schema, tantivy.Index(schema)
        writer = self._index.writer(200_000_000, 2)
        names = ["", *self._terms.features]
        kept = self._columns
        required, wanted = kept.required, kept.wanted
        for row in range(len(kept)):
            only = np.array([row])
            features = [*required.flat(only)[1].tolist(), *wanted.flat(only)[1].tolist()]
            terms = " ".join(part for number in features for part in self._terms.parts(names[number]) if ":" in part)
            writer.add_document(tantivy.Document(row=row, terms=terms or "everything"))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def rows(self, paper: matching.Told) -> Numbers:
        """The queries that have anything the paper has."""
        searcher = self._index.searcher()
        found = tantivy.Query.term_set_query(self._schema, "terms", ["everything", *paper.features])
        hits = searcher.search(tantivy.Query.const_score_query(found, 0.0), searcher.num_docs, count=False).hits
        return np.sort(np.array(searcher.fast_field_values("row", [place for _, place in hits]), np.int64))

    def candidates(self, rows: Numbers) -> tuple[Numbers, Places]:
        return np.arange(len(rows)), np.zeros(len(rows), np.int32)


def _percolated(kept, queries, day, matches, count, ours) -> None:  # type: ignore[no-untyped-def]
    chosen = random.Random(2).sample(list(day), count)
    percolator = Percolator(kept._columns, standing._Day(chosen, {}, kept._embedder, kept._terms), MOST)
    percolator._terms = kept._terms
    building, _ = _clocked(lambda: percolator.prepare(queries))
    finding = verifying = 0.0
    candidates = found = 0
    ours_of = Counter(key for key in (int(matches._day.keys[place]) for place in matches._pairs.places))
    for document in chosen:
        seconds, rows = _clocked(lambda document=document: percolator.rows(matching.told(document)))
        finding += seconds
        candidates += len(rows)
        percolator._day = standing._Day([document], {}, kept._embedder, kept._terms)
        start = time.perf_counter()
        rows = rows[np.argsort(kept._columns.wanted.lengths[rows], kind="stable")]
        found += sum(
            len(percolator.chunk(part, percolator.candidates).rows)
            for part in np.array_split(rows, max(len(rows) >> 18, 1))
        )
        verifying += time.perf_counter() - start
    whole = (finding + verifying) / count * len(day)
    print(
        f"the percolator: built in {building:.0f} s; {finding / count:.2f} s a paper to find {candidates // count:,} queries, "
        f"{verifying / count:.2f} s to verify them, so {whole:,.0f} s for {len(day):,} papers: {whole / ours:,.0f} × ours; "
        f"{found:,} matches where ours has {sum(ours_of[document.key] for document in chosen):,} within the best {MOST} of each query"
    )


def _timed(name, make):  # type: ignore[no-untyped-def]
    seconds, made = _clocked(make)
    print(f"{name}: {seconds:.1f} s", flush=True)
    return made


def _clocked(make):  # type: ignore[no-untyped-def]
    start = time.perf_counter()
    made = make()
    return time.perf_counter() - start, made


def _resident() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise LookupError


if __name__ == "__main__":
    main()

"""Standing queries: kept searches, as many as you like, held against a day's new papers at once.

The matches are those of `matching.matches`, which is the definition, pair by pair. Here most pairs are never looked at:
a query is held against the papers that have one of its rarest words only, all queries of a chunk at once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import simsimd
from numpy.typing import NDArray

from broadsheet.index import kept
from broadsheet.index.day import Arrived, Day
from broadsheet.index.embed import Embedder
from broadsheet.index.kept import Columns, Lists, Numbers, Places, Terms
from broadsheet.index.matching import BOUND, LEAST, NAMED, WORDS, Codes, Statistics, Told
from broadsheet.types import Document, Hit, PaperId, Query, Reason

MOST = 50
"""Papers that one query is told of at once, the best ones."""

_CHUNK = 1 << 17
"""Pairs of a query and a paper that a thread looks at in one go; some 12 MB of them."""

_MANY = 150
"""Papers from which it is quicker to ask all of them for their likeness first, and only those for words that have some.

Those are queries for common words, which are not evidence enough, whatever paper has them.
"""

_TOGETHER = 4096
"""Papers in one table; what a whole library of new ones takes of memory is bounded by it."""

_ROUNDING = 1e-3
"""More than a cosine in single precision is away from the exact one."""

Doubles = NDArray[np.float64]


class Standing:
    """Kept searches, each under its own number. Not to be changed while it is matched."""

    def __init__(self, queries: Iterable[tuple[int, Query]], embedder: Embedder, statistics: Statistics) -> None:
        self._embedder, self._statistics = embedder, statistics
        self._terms = Terms()
        self._columns = kept.columns(queries, embedder, statistics, self._terms)

    def __len__(self) -> int:
        return len(self._columns)

    @classmethod
    def load(cls, folder: Path, embedder: Embedder, statistics: Statistics, stamp: str) -> Standing | None:
        """What was saved in a folder under this stamp; None if nothing was."""
        found = kept.load(folder, f"{embedder.name} {stamp}")
        if not found:
            return None
        standing = cls((), embedder, statistics)
        standing._columns, standing._terms = found
        return standing

    def save(self, folder: Path, stamp: str) -> None:
        """Keep all of it in a folder, so that it need not be made again."""
        kept.save(folder, self._columns, self._terms, f"{self._embedder.name} {stamp}")

    @property
    def numbers(self) -> Numbers:
        """The number of each query."""
        return self._columns.numbers

    def change(self, added: Iterable[tuple[int, Query]], removed: Collection[int] = ()) -> None:
        """Take queries in, and others out first; what is not touched is as if made now with the rest."""
        if removed:
            self._columns = self._columns.only(np.flatnonzero(~self._having(removed)))
        self._columns += kept.columns(added, self._embedder, self._statistics, self._terms)

    def match(
        self,
        documents: Sequence[Document],
        *,
        ids: Mapping[int, Collection[PaperId]] | None = None,
        among: Collection[int] | None = None,
        most: int = MOST,
        threads: int | None = None,
    ) -> Matches:
        """Number of a query → its matches among these papers, best first and equal ones by key; no match, no entry.

        `ids` are all ids of a paper by its key, for the queries that ask for some; `among`, if given, are the numbers
        of the only queries to match.
        """
        return self.match_arrived(read(documents, ids or {}, self._embedder), among=among, most=most, threads=threads)

    def match_arrived(
        self,
        several: Iterable[Arrived],
        *,
        among: Collection[int] | None = None,
        above: Mapping[int, int] | None = None,
        most: int = MOST,
        threads: int | None = None,
    ) -> Matches:
        """The same, of papers that were read before by the same embedder.

        `above`, if given, says for the number of a query that only papers of a higher key are to match it.
        """
        asked = np.ones(len(self), np.bool_) if among is None else self._having(among)
        parts: list[_Pairs] = []
        lowest = np.full(len(self), -1, np.int64)
        if above:
            lowest[:] = [above.get(number, -1) for number in self.numbers.tolist()]
        papers: list[Told] = []
        ids: dict[int, Collection[PaperId]] = {}
        with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
            alike = map if threads == 1 else pool.map
            for some in several:
                chunks = _Search(self._columns, Day(some, self._terms), lowest, most).chunks(asked)
                parts += (pairs.behind(len(papers)) for pairs in alike(lambda chunk: chunk(), chunks))
                papers += some.papers
                ids |= some.ids
        keys = np.array([paper.document.key for paper in papers], np.int64)
        best = _Pairs.joined(parts).best(keys, most)
        return Matches(self._columns, self._terms, papers, ids, best)

    def _having(self, numbers: Collection[int]) -> NDArray[np.bool_]:
        """Which rows have one of these numbers."""
        return np.isin(self._columns.numbers, np.fromiter(numbers, np.int64, len(numbers)))


def read(
    documents: Sequence[Document], ids: Mapping[int, Collection[PaperId]], embedder: Embedder
) -> Iterator[Arrived]:
    """These papers, read for `match_arrived`: so many in a table that it may be kept in memory."""
    for first in range(0, len(documents), _TOGETHER):
        yield Arrived(documents[first : first + _TOGETHER], ids, embedder)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Matches: the row of the query, the place of the paper, the score, and the cosine (NaN where none was asked)."""

    rows: Numbers
    places: Places
    scores: Doubles
    cosines: Doubles

    @classmethod
    def joined(cls, parts: Sequence[_Pairs]) -> _Pairs:
        """All of them."""
        rows, places, scores, cosines = (
            np.concatenate([np.zeros(0, kind), *(getattr(part, name) for part in parts)])
            for name, kind in (("rows", np.int64), ("places", np.int32), ("scores", float), ("cosines", float))
        )
        return cls(rows, places, scores, cosines)

    def only(self, which: NDArray[Any]) -> _Pairs:
        """Some of them."""
        return _Pairs(self.rows[which], self.places[which], self.scores[which], self.cosines[which])

    def behind(self, papers: int) -> _Pairs:
        """The same, where so many papers come before these."""
        return replace(self, places=self.places + np.int32(papers))

    def best(self, keys: Numbers, most: int) -> _Pairs:
        """The best matches of each query, in the order of the queries and theirs; equal ones by the papers' keys."""
        order = np.lexsort((keys[self.places], -self.scores, self.rows))
        of = self.rows[order]
        return self.only(order[np.arange(len(of)) - np.searchsorted(of, of) < most])


class _Search:
    """One matching of all queries with a day."""

    def __init__(self, columns: Columns, day: Day, lowest: Numbers, most: int) -> None:
        self._columns, self._day, self._lowest, self._most = columns, day, lowest, most

    def chunks(self, asked: NDArray[np.bool_]) -> Iterator[Callable[[], _Pairs]]:
        """What there is to do for some of the queries, in portions that do not depend on each other."""
        pairs = np.where(asked, self._pairs(), 0)
        common = self._common(pairs)
        heavy = 1 + self._columns.required.lengths // 4  # a crowd of long phrases must not fill the memory
        for chosen, portion, candidates in (
            (common, np.full_like(pairs, len(self._day)), self._by_meaning),
            ((pairs > 0) & ~common, pairs, self._by_words),
        ):
            rows = np.flatnonzero(chosen)
            rows = rows[np.argsort(self._columns.wanted.lengths_of(rows), kind="stable")]
            borders = np.flatnonzero(np.diff(np.cumsum((portion * heavy)[rows]) // _CHUNK)) + 1
            for part in np.split(rows, borders) if len(rows) else ():
                yield partial(self.chunk, part, candidates)

    def _common(self, pairs: Numbers) -> NDArray[np.bool_]:
        """Which queries are for words so common that it is quicker to begin with the meaning."""
        scored = (self._columns.wanted.lengths > 0) & (self._columns.ids.lengths == 0)
        common: NDArray[np.bool_] = (pairs >= _MANY) & scored
        return common

    def _pairs(self) -> Numbers:
        """With how many papers each query has to be held together, if its rarest words are looked up."""
        kept, counts = self._columns, self._day.having.lengths[self._day.row_of]
        pairs = kept.anchors.sums(counts)
        pairs[(kept.anchors.lengths == 0) & kept.anything] = len(self._day)
        return pairs + kept.ids.sums(counts)

    def chunk(self, rows: Numbers, candidates: Callable[[Numbers], tuple[Numbers, Places]]) -> _Pairs:
        """The matches of these queries, all of them among the candidates."""
        queries, day = self._columns, self._day
        among, places = candidates(rows)
        whole = np.zeros(len(rows), np.int64)
        met = np.zeros(len(among), np.int32)
        if wide := int(queries.wanted.lengths_of(rows).max(initial=0)):
            wanted, weights = day.row_of[queries.wanted.padded(rows)], queries.weights.padded(rows)
            whole = weights.sum(axis=1, dtype=np.int64)
            for word in range(wide):
                starts = wanted[:, word] * np.int64(len(day))
                met += day.flat.take(starts.take(among) + places) * weights[:, word].take(among)
        keep = met >= LEAST * whole.take(among)
        among, places, met = among[keep], places[keep], met[keep]
        keep = self._admitted(rows, among, places)
        among, places, met = among[keep], places[keep], met[keep]
        among, places, met = _once(among, places, met, len(day))
        cosines, scores = self._scores(rows, among, places, met, whole)
        found = _Pairs(among, places, scores, cosines).only(scores >= BOUND)
        found = self._with_named(rows, found)
        found = found.only(day.arrived.keys[found.places] > self._lowest[rows[found.rows]])
        best = found.best(day.arrived.keys, self._most)
        return replace(best, rows=rows[best.rows])

    def _by_words(self, rows: Numbers) -> tuple[Numbers, Places]:
        """Pairs that may match, some of them several times: the query by its place among the rows, and the paper."""
        queries, day = self._columns, self._day
        of, features = queries.anchors.flat(rows)
        entry, places = day.having.flat(day.row_of[features])
        every = np.flatnonzero((queries.anchors.lengths_of(rows) == 0) & queries.anything[rows])
        if not len(every):
            return of[entry], places
        everyone = np.tile(np.arange(len(day), dtype=np.int32), len(every))
        return np.concatenate([of[entry], np.repeat(every, len(day))]), np.concatenate([places, everyone])

    def _by_meaning(self, rows: Numbers) -> tuple[Numbers, Places]:
        """Pairs so near in meaning that with all words they would match; the same promise, for words that many have."""
        queries, day = self._columns, self._day
        squares = queries.squares[rows].astype(float)
        most = WORDS * np.minimum(_sums_of(queries.weights, rows) / queries.sure[rows], 1.0)
        needed = np.where(squares > 0, (BOUND - most - _ROUNDING) * np.sqrt(squares), 0.0)
        near = queries.codes[rows].astype(np.float32) @ day.arrived.units.T >= needed.astype(np.float32)[:, None]
        near[:, day.arrived.squares == 0] = True
        among, places = np.divmod(np.flatnonzero(near), max(len(day), 1))
        return among, places.astype(np.int32)

    def _admitted(self, rows: Numbers, among: Numbers, places: Places) -> NDArray[np.bool_]:
        """Which pairs pass everything that must hold."""
        queries, day = self._columns, self._day
        of, days = rows[among], day.arrived.days[places]
        keep: NDArray[np.bool_] = (queries.first[of] <= days) & (days <= queries.last[of])
        for lists, wrong in ((queries.required, False), (queries.excluded, True)):
            pair, features = lists.flat(of)
            has = day.flat.take(day.row_of[features] * np.int64(len(day)) + places.take(pair))
            keep[pair[has == wrong]] = False
        return keep

    def _scores(
        self, rows: Numbers, among: Numbers, places: Places, met: Places, whole: Numbers
    ) -> tuple[Doubles, Doubles]:
        """The cosine and the evidence of each pair; as in `matching.matches`, operation by operation."""
        queries, day = self._columns, self._day
        scores, cosines = np.full(len(among), BOUND), np.full(len(among), np.nan)
        asking = np.flatnonzero(whole[among] > 0)
        of, places = rows[among[asking]], places[asking]
        squares = queries.squares[of].astype(float)
        lengths = np.sqrt(squares * day.arrived.squares[places])
        likeness = np.zeros(len(asking))
        np.divide(_products(queries.codes[of], day.arrived.codes[places]), lengths, out=likeness, where=lengths > 0)
        all_of = whole[among[asking]]
        share = met[asking] / all_of
        most = np.where(lengths > 0, WORDS * np.minimum(all_of / queries.sure[of], 1.0), BOUND)
        scores[asking], cosines[asking] = np.maximum(likeness, 0.0) + most * (share * share), likeness
        return cosines, scores

    def _with_named(self, rows: Numbers, found: _Pairs) -> _Pairs:
        """The pairs, and those whose paper was asked for by its id, which count as nothing else."""
        of, features = self._columns.ids.flat(rows)
        entry, places = self._day.having.flat(self._day.row_of[features])
        if not len(entry):
            return found
        among, places, _ = _once(of[entry], places, places, len(self._day))
        size = len(self._day)
        others = found.only(~np.isin(found.rows * size + found.places, among * size + places))
        named = _Pairs(among, places, np.full(len(among), NAMED), np.full(len(among), np.nan))
        return _Pairs.joined([others, named])


class Matches(Mapping[int, tuple[Hit, ...]]):
    """Number of a query → its hits, best first. Millions are kept as numbers, and become hits when they are read."""

    def __init__(
        self,
        columns: Columns,
        terms: Terms,
        papers: Sequence[Told],
        ids: Mapping[int, Collection[PaperId]],
        pairs: _Pairs,
    ) -> None:
        self._columns, self._terms, self._papers, self._ids, self.pairs = columns, terms, papers, ids, pairs
        self._rows, self._starts = np.unique(pairs.rows, return_index=True)
        self._place_of = {number: place for place, number in enumerate(columns.numbers[self._rows].tolist())}

    def __len__(self) -> int:
        return len(self._place_of)

    def __iter__(self) -> Iterator[int]:
        return iter(self._place_of)

    def __getitem__(self, number: int) -> tuple[Hit, ...]:
        place = self._place_of[number]
        end = self._starts[place + 1] if place + 1 < len(self._starts) else len(self.pairs.rows)
        row = int(self._rows[place])
        return tuple(self._hit(row, pair, rank) for rank, pair in enumerate(range(self._starts[place], end), 1))

    @property
    def total(self) -> int:
        """How many matches there are in all."""
        return len(self.pairs.rows)

    def _hit(self, row: int, pair: int, rank: int) -> Hit:
        paper = self._papers[int(self.pairs.places[pair])]
        score, cosine = float(self.pairs.scores[pair]), float(self.pairs.cosines[pair])
        if not np.isnan(cosine):
            reason = self._scored(row, paper, rank, score, cosine)
        elif score == NAMED:
            asked = (self._names[number].removeprefix("id:") for number in self._columns.ids[row])
            of_paper = self._ids[paper.document.key]
            reason = Reason(paper_id=next(paper_id for paper_id in asked if paper_id in of_paper))
        else:
            reason = Reason()
        return Hit(key=paper.document.key, rank=rank, score=score, reason=reason)

    def _scored(self, row: int, paper: Told, rank: int, score: float, cosine: float) -> Reason:
        """Why a paper matches by evidence: which words it has, where, and how near it is."""
        asked = zip(self._columns.typed[row], self._columns.wanted[row], strict=True)
        parts = {self._typed[word]: self._terms.parts(self._names[number]) for word, number in asked}
        met = {word: any_of for word, any_of in parts.items() if not paper.features.isdisjoint(any_of)}
        there = paper.features.intersection(chain.from_iterable(met.values()))
        terms = {feature.removeprefix("text:") for feature in there if feature.startswith("text:")}
        by_name = any(feature.startswith("name:") for feature in there)
        fields = {"title": terms & {*paper.title}, "abstract": terms & {*paper.abstract}, "authors": by_name}
        return Reason(
            lexical_rank=rank,
            lexical_score=score - max(cosine, 0.0),
            dense_rank=rank if cosine > 0 else None,
            similarity=cosine,
            words=tuple(met),
            fields=tuple(name for name, found in fields.items() if found),
        )

    @cached_property
    def _names(self) -> list[str]:
        return ["", *self._terms.features]

    @cached_property
    def _typed(self) -> list[str]:
        return list(self._terms.typed)


def _sums_of(lists: Lists, rows: Numbers) -> Numbers:
    """The sum of the values of some of the lists."""
    among, values = lists.flat(rows)
    sums: Numbers = np.bincount(among, values, len(rows)).astype(np.int64)
    return sums


def _once(among: Numbers, places: Places, met: Places, size: int) -> tuple[Numbers, Places, Places]:
    """Each pair once, sorted."""
    _, first = np.unique(among * size + places, return_index=True)
    return among[first], places[first], met[first]


def _products(some: Codes, others: Codes) -> Doubles:
    """The product of each row with the row beside it, exactly."""
    if not len(some):
        return np.zeros(0)
    return np.asarray(simsimd.dot(some, others), float).reshape(-1)

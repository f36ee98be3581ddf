"""The index, read: `Index` finds papers for a query in whatever generation is current, without ever waiting for one."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from broadsheet.errors import IndexMissingError
from broadsheet.index import fuse, generations
from broadsheet.index.completing import completed
from broadsheet.index.dense import DenseView, Material, Rows, rotated
from broadsheet.index.embed import Embedder
from broadsheet.index.generations import State
from broadsheet.index.guessing import meant, understood
from broadsheet.index.interaction import meetings
from broadsheet.index.lexical import Lexical, LexicalView, Scores
from broadsheet.index.query import stem, words
from broadsheet.index.standing import Standing
from broadsheet.types import Facets, Filter, Hit, Hits, IndexState, Method, Paging, Query, Reason, Sort

LEXICAL_DEPTH = 500
"""Papers that the lexical part puts forward."""

DENSE_DEPTH = 500
"""Papers that the dense part puts forward."""

WIDE = 0.2
"""A filter that admits more than this share of the papers is applied to what words find, not by those who look."""

SPARE = 3
"""Times as many similar papers as asked for are looked at, for some say the same."""

SAME = 0.8
"""Two papers that share this much of all their tokens are one, deposited twice."""

WORTHY = 0.6
"""Ordered by date, a hit needs this share of the best hit's score."""


class Index:
    """One index folder, open to read; may be shared by threads.

    Follows what other processes write there. If the folder disappears, it goes on answering from what it has open.
    """

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self._folder, self.embedder = folder, embedder
        self._lock = threading.Lock()
        self._lexical: tuple[Path, Lexical] | None = None
        self._snapshot: _Snapshot | None = None

    def search(
        self,
        query: Query,
        *,
        sort: Sort = Sort.RELEVANCE,
        paging: Paging = Paging(),
        method: Method = Method.HYBRID,
        faceted: bool = False,
    ) -> Hits:
        """One page of the papers for this query, and how many there are in all, at most 1,000 if they are scored.

        `faceted` counts all of them by their facets too, if they are scored.

        A query that scores nothing lists every paper that it admits, newest first. IndexMissingError if there is no
        index yet.
        """
        return self._current().search(query, self.embedder, sort, paging, method, faceted=faceted)

    def similar(self, key: int, limit: int) -> tuple[Hit, ...]:
        """The papers nearest in meaning to this one, nearest first, without itself and those that say the same."""
        return self._current().similar(key, limit, self.embedder)

    def completed(self, typed: str, limit: int) -> tuple[list[int], list[int]]:
        """The keys of papers by title, and by author, that a line still being typed may mean, best first."""
        titles, authors = completed(typed, self._current().lexical, limit)
        return titles.tolist(), authors.tolist()

    def listed(self, field: str, term: str) -> list[int]:
        """The keys of all papers that have this term in a field, newest first. IndexMissingError without an index."""
        return self._current().listed(field, term)

    def terms(self, field: str, prefix: str, limit: int) -> list[tuple[str, int]]:
        """The terms of a field that begin so, most frequent first, with their numbers of papers."""
        return self._current().lexical.living(field, prefix, limit)

    def material(self, keys: Sequence[int]) -> Material:
        """Those of these papers that are in the index, in the order given, as arrays. IndexMissingError without one."""
        return self._current().dense.material(np.array(keys, np.int64))

    def category_number(self, category: str) -> int | None:
        """What stands for a category among the tokens of `material`; None if no paper is in it."""
        return self._current().dense.category_number(category)

    def saying(self, words_in_a_row: str) -> set[int]:
        """The keys of all papers that have these words in a row, however they are inflected; none for no words."""
        if not any(map(stem, words(words_in_a_row))):
            return set()
        keys = self._current().lexical.allowed(Query(phrases=(words_in_a_row,)))
        return set() if keys is None else set(keys.tolist())

    def statistics(self) -> LexicalView:
        """How often terms are in the papers, as it is now and stays. IndexMissingError without an index."""
        return self._current().lexical

    def understood(self, queries: Iterable[Query]) -> Iterator[Query]:
        """The same queries with what their free words probably mean."""
        view = self._current().lexical
        return (understood(query, view, self.embedder.table.knows) for query in queries)

    def standing(self, queries: Iterable[tuple[int, Query]]) -> Standing:
        """Kept searches, each under its number, understood and weighed by what is in the index now."""
        numbers, several = _unzipped(queries)
        return Standing(zip(numbers, self.understood(several), strict=True), self.embedder, self.statistics())

    def state(self) -> IndexState:
        """How the index stands on the disk, and how far a build is."""
        generation = generations.current(self._folder)
        held = generations.state(generation)
        building = generations.building(self._folder)
        if not held:
            return IndexState(building=building)
        return IndexState(
            generation=generation.name,
            documents=held.documents,
            applied=held.applied,
            embedder=held.embedder,
            building=building,
        )

    def version(self) -> Hashable:
        """What stays equal as long as this index does; None without one."""
        return generations.version(self._folder)

    def _current(self) -> _Snapshot:
        """What is committed now; if that cannot be opened, what was."""
        for _ in range(3):  # a generation may be swapped and removed while it is being opened
            generation = generations.current(self._folder)
            held = generations.state(generation)
            known = self._snapshot
            if not held or (known and known.state == held and known.generation == generation):
                break
            with suppress(OSError, ValueError), self._lock:
                self._snapshot = self._open(generation, held)
        if self._snapshot is None:
            raise IndexMissingError
        return self._snapshot

    def _open(self, generation: Path, held: State) -> _Snapshot:
        if not self._lexical or self._lexical[0] != generation:
            self._lexical = (generation, Lexical(generation / "lexical"))
        dense = DenseView(generation / "dense", held.dimension, held.sizes)
        return _Snapshot(generation, held, self._lexical[1].view(), dense)


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """Both parts as they were at one commit."""

    generation: Path
    state: State
    lexical: LexicalView
    dense: DenseView

    def search(
        self, query: Query, embedder: Embedder, sort: Sort, paging: Paging, method: Method, *, faceted: bool
    ) -> Hits:
        query = understood(query, self.lexical, embedder.table.knows)
        scored = bool(query.words or query.phrases or query.titles)
        candidates = (
            self._candidates(query, meant(query, self.lexical), embedder, method) if scored else self._listed(query)
        )
        order = np.lexsort((self.dense.keys[candidates.rows], -candidates.scores))
        if scored and sort is Sort.DATE and len(order):
            order = order[candidates.scores[order] >= WORTHY * candidates.scores[order[0]]]
        if sort is Sort.DATE or not scored:
            order = order[np.argsort(-self.dense.days[candidates.rows[order]], kind="stable")]
        first = (paging.page - 1) * paging.size
        hits = self._hits(candidates, order[first : first + paging.size], first)
        words = self.lexical.looked_up(query) if hits else ()
        facets = self.dense.facets(candidates.rows[order]) if scored and faceted else Facets()
        return Hits(hits=hits, total=len(order), words=words, query=query, facets=facets)

    def listed(self, field: str, term: str) -> list[int]:
        rows = self.dense.rows(self.lexical.having(field, term))
        rows = np.sort(rows[rows >= 0])
        newest = rows[np.argsort(-self.dense.days[rows], kind="stable")]
        return [int(key) for key in self.dense.keys[newest]]

    def similar(self, key: int, limit: int, embedder: Embedder) -> tuple[Hit, ...]:
        row = int(self.dense.rows(np.array([key], np.int64))[0])
        if row < 0:
            return ()
        rows, cosines = self.dense.nearest(self.dense.vectors(np.array([row]))[0], self.dense.alive, SPARE * limit + 1)
        near = [(other, cosine) for other, cosine in zip(rows.tolist(), cosines.tolist(), strict=True) if other != row]
        distinct = self._distinct(row, [other for other, cosine in near if cosine >= embedder.floor], limit)
        cosine_of = dict(near)
        return tuple(
            Hit(
                key=int(self.dense.keys[other]),
                rank=rank,
                score=cosine_of[other],
                reason=Reason(dense_rank=rank, similarity=cosine_of[other]),
            )
            for rank, other in enumerate(distinct, 1)
        )

    def _distinct(self, row: int, others: Sequence[int], limit: int) -> list[int]:
        """The first of the others, without those that say the same as the row or as one before them."""
        tokens, lengths = self.dense.tokens(np.array([row, *others]))
        said, *rest = (set(each.tolist()) for each in np.split(tokens, np.cumsum(lengths)[:-1]))
        kept: list[int] = []
        before = [said]
        for other, says in zip(others, rest, strict=True):
            if len(kept) < limit and not any(_same(says, earlier) for earlier in before):
                kept.append(other)
                before.append(says)
        return kept

    def _listed(self, query: Query) -> _Candidates:
        """Everything that the query admits, unscored."""
        allowed = self.lexical.allowed(query)
        admitted = self.dense.admitted(query.filter)
        rows = np.flatnonzero(admitted)
        if allowed is not None:
            rows = rows[np.isin(self.dense.keys[rows], allowed)]
        none = np.zeros(len(rows), np.float32)
        return _Candidates(rows, scores=none, bm25=none, lexical=rows[:0], similarity=None, dense=rows[:0])

    def _candidates(self, query: Query, text: str, embedder: Embedder, method: Method) -> _Candidates:
        """What the two parts put forward, with the score of each."""
        lexical, bm25 = self._by_words(query, 0 if method is Method.DENSE else LEXICAL_DEPTH)
        vector = rotated(embedder.embed([text])[0])
        if method is Method.LEXICAL or embedder.name != self.state.embedder or not vector.any():
            return _Candidates(lexical, scores=bm25, bm25=bm25, lexical=lexical, similarity=None, dense=lexical[:0])
        admitted = self.dense.admitted(query.filter)
        if (allowed := self.lexical.allowed(query)) is not None:
            admitted = admitted & np.isin(self.dense.keys, allowed)
        dense, cosines = self.dense.nearest(vector, admitted, DENSE_DEPTH)
        dense, cosines = dense[cosines >= embedder.floor], cosines[cosines >= embedder.floor]
        if method is Method.DENSE:
            none = np.zeros(len(dense), np.float32)
            return _Candidates(dense, scores=cosines, bm25=none, lexical=lexical, similarity=cosines, dense=dense)
        rows = np.concatenate([lexical, _without(np.sort(dense), np.sort(lexical))])
        compared = self.dense.compared(rows)
        similarity = compared.cosines(vector)
        without_words = np.zeros(len(rows) - len(lexical), np.float32)
        shares = np.concatenate([fuse.words(bm25, self.lexical.most(query)), without_words])
        bm25 = np.concatenate([bm25, without_words])
        tokens, lengths = self.dense.tokens(rows)
        scores = fuse.fuse(
            shares, embedder.trust * similarity, meetings(text, embedder.table, tokens, lengths), lengths
        )
        places, trust = fuse.first(scores)
        near = compared.cosines(trust @ self.dense.vectors(rows[places]))
        scores += fuse.FEEDBACK * embedder.trust * near
        return _Candidates(rows, scores=scores, bm25=bm25, lexical=lexical, similarity=similarity, dense=dense)

    def _by_words(self, query: Query, depth: int) -> tuple[Rows, Scores]:
        """The rows that the lexical part puts forward, best first, and their scores.

        Where the filter admits a good part of the papers, it is quicker to ask for more of them and to leave out those
        that it refuses: Tantivy would look up everything that a filter admits.
        """
        admitted = self.dense.admitted(query.filter)
        share = self.dense.share(query.filter)
        wide = bool(query.filter) and share > WIDE
        asked = replace(query, filter=Filter()) if wide else query
        keys, bm25 = self.lexical.ranked(asked, int(depth / share) if wide else depth)
        rows = self.dense.rows(keys)
        kept = (rows >= 0) & admitted[rows]  # not all, where the two parts are a batch of changes apart
        return rows[kept][:depth], bm25[kept][:depth]

    def _hits(self, candidates: _Candidates, page: Rows, before: int) -> tuple[Hit, ...]:
        rows = candidates.rows[page]
        dense_rank = _ranks(rows, candidates.dense)
        hits = []
        for rank, (place, row) in enumerate(zip(page.tolist(), rows.tolist(), strict=True), before + 1):
            reason = Reason(
                lexical_rank=place + 1 if place < len(candidates.lexical) else None,
                lexical_score=float(candidates.bm25[place]) if place < len(candidates.lexical) else None,
                dense_rank=dense_rank.get(row),
                similarity=float(candidates.similarity[place]) if candidates.similarity is not None else None,
            )
            hits.append(
                Hit(key=int(self.dense.keys[row]), rank=rank, score=float(candidates.scores[place]), reason=reason)
            )
        return tuple(hits)


def _without(some: Rows, others: Rows) -> Rows:
    """Those of the rows that are not among the others; both ascend."""
    if not len(others):
        return some
    places = np.minimum(np.searchsorted(others, some), len(others) - 1)
    kept: Rows = some[others[places] != some]
    return kept


def _ranks(rows: Rows, found: Rows) -> dict[int, int]:
    """The ranks, from 1, of those of the rows that are among what was found, which is best first."""
    of_row, places = np.nonzero(rows[:, None] == found)
    return dict(zip(rows[of_row].tolist(), (places + 1).tolist(), strict=True))


def _unzipped(queries: Iterable[tuple[int, Query]]) -> tuple[list[int], list[Query]]:
    several = list(queries)
    return [number for number, _ in several], [query for _, query in several]


def _same(one: set[int], other: set[int]) -> bool:
    return len(one & other) >= SAME * len(one | other) > 0


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Rows put forward and their scores; `lexical` and `dense` are the rows of either part, best first.

    Rows of the lexical part come first.
    `similarity` is the cosine of each row, None where nothing was compared.
    """

    rows: Rows
    scores: Scores
    bm25: Scores
    lexical: Rows
    similarity: Scores | None
    dense: Rows

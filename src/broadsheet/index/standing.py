"""Standing queries: many kept searches held against a day's new papers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from broadsheet.index import matching
from broadsheet.index.embed import Embedder
from broadsheet.index.matching import COSINE, SHARE, Asked, Statistics, Told
from broadsheet.types import Document, Hit, PaperId, Query, Reason

MOST = 50
"""Papers that one query is told of at once, the best ones."""


class Standing:
    """Kept searches, each under its own number."""

    def __init__(self, queries: Sequence[tuple[int, Query]], embedder: Embedder, statistics: Statistics) -> None:
        self._embedder = embedder
        self._numbers = [number for number, _ in queries]
        self._asked = [matching.asked(query, statistics) for _, query in queries]
        self._codes, self._lengths = matching.codes(embedder.embed([asked.about for asked in self._asked]))

    def match(
        self,
        documents: Sequence[Document],
        *,
        ids: Mapping[int, Collection[PaperId]] | None = None,
        most: int = MOST,
    ) -> dict[int, tuple[Hit, ...]]:
        """Number of a query → its matches among these papers, best first and equal ones by key; none, no entry.

        `ids` are the ids of a paper by its key, for the queries that ask for some.
        """
        papers = [matching.told(document) for document in documents]
        texts = [f"{document.title}. {document.abstract}" for document in documents]
        codes, lengths = matching.codes(self._embedder.embed(texts))
        products = self._codes.astype(np.int64) @ codes.astype(np.int64).T
        norms = np.maximum(np.outer(self._lengths, lengths), 1e-9)
        cosines = (products / norms).astype(np.float64)
        found = {}
        for number, asked, row in zip(self._numbers, self._asked, cosines.tolist(), strict=True):
            hits = [
                hit
                for paper, cosine in zip(papers, row, strict=True)
                if (hit := _hit(asked, paper, cosine, (ids or {}).get(paper.document.key, ())))
            ]
            if hits:
                found[number] = _ranked(hits, most)
        return found


def _hit(asked: Asked, paper: Told, cosine: float, ids: Collection[PaperId]) -> Hit | None:
    """The match, its rank still open; None if the paper does not match."""
    key = paper.document.key
    if named := sorted(asked.ids.intersection(ids)):
        return Hit(key=key, rank=1, score=10.0, reason=Reason(paper_id=named[0]))
    if not asked.anything or not matching.admits(asked, paper):
        return None
    words = tuple(word.typed for word in asked.wanted if any(feature in paper.features for feature in word.features))
    share = matching.met(asked, paper.features) / asked.whole if asked.wanted else 1.0
    if asked.wanted and share < SHARE and cosine < COSINE:
        return None
    reason = Reason(
        lexical_rank=1 if share >= SHARE and asked.wanted else None,
        lexical_score=share if asked.wanted else None,
        dense_rank=1 if cosine >= COSINE and asked.about else None,
        similarity=cosine if asked.about else None,
        words=words,
    )
    return Hit(key=key, rank=1, score=share + cosine, reason=reason)


def _ranked(hits: list[Hit], most: int) -> tuple[Hit, ...]:
    best = sorted(hits, key=lambda hit: (-hit.score, hit.key))[:most]
    return tuple(Hit(key=hit.key, rank=rank, score=hit.score, reason=hit.reason) for rank, hit in enumerate(best, 1))

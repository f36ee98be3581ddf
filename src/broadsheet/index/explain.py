"""What a paper says instead of a query's words: for each, the nearest word of the paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from broadsheet.index.embed import Embedder, TokenTable, Vectors, split_words
from broadsheet.index.query import stem

NEAR = 0.28
"""The cosine from which two words are told to mean something like the same."""

TELLING = 2.0
"""The rarity from which a word is worth explaining: what is in more than one paper of eight is not."""

WORTHY = 0.3
"""The share of the most telling token's count from which a word is told."""

MOST = 3
"""Pairs told, the nearest first."""


def nearest_words(typed: Sequence[str], text: str, embedder: Embedder) -> tuple[tuple[str, str], ...]:
    """Pairs of a typed word and the word of the text that is nearest to it in meaning, the nearest pairs first."""
    asked = [word for word in _once(typed) if _rarity(word, embedder) >= TELLING]
    there = _once([text])
    if not asked or not there:
        return ()
    likeness = _units(asked, embedder.table) @ _units(there, embedder.table).T
    best = likeness.argmax(axis=1)
    pairs = [(float(likeness[row, column]), asked[row], there[column]) for row, column in enumerate(best.tolist())]
    near = sorted((pair for pair in pairs if pair[0] >= NEAR and stem(pair[1]) != stem(pair[2])), reverse=True)
    return tuple((word, other) for _, word, other in near[:MOST])


def telling_words(text: str, counts: Mapping[int, float], table: TokenTable, limit: int) -> tuple[str, ...]:
    """The words of a text whose tokens count most, each stem once; `counts` says what those tokens count that do.

    A word that counts less than WORTHY times the most that any token does is not told.
    """
    found: dict[str, tuple[float, str]] = {}
    least = WORTHY * max(counts.values(), default=0.0)
    for word in _once([text]):
        rows = table.rows(word)
        worth = sum(counts.get(row, 0.0) for row in rows) / len(rows) if len(word) > 2 and rows else 0.0
        if worth > least and not word.isdigit() and worth > found.get(key := stem(word), (0.0, ""))[0]:
            found[key] = (worth, word)
    return tuple(word for _, word in sorted(found.values(), key=lambda one: (-one[0], one[1]))[:limit])


def _once(typed: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(word for part in typed for word in split_words(part)))


def _rarity(word: str, embedder: Embedder) -> float:
    return float(embedder.table.rarity[embedder.table.rows(word)].max(initial=0))


def _units(words: Sequence[str], table: TokenTable) -> Vectors:
    return np.stack([_unit(word, table) for word in words])


@lru_cache(maxsize=20_000)
def _unit(word: str, table: TokenTable) -> Vectors:
    """A word's vector. The words of papers come again and again: a page of hits has thousands."""
    vectors, _ = table.encode([word])
    unit: Vectors = vectors[0]
    return unit

"""Why a paper was found: which of a query's words it has, and for the others the nearest word of the paper."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from threading import Lock
from typing import NamedTuple

import numpy as np
import simsimd
from numpy.typing import NDArray

from broadsheet.index.dense import quantise
from broadsheet.index.embed import Embedder, TokenTable, Vectors, spaced, split_words
from broadsheet.index.query import stem, words
from broadsheet.types import Document

NEAR = 0.28
"""The cosine from which two words are told to mean something like the same."""

TELLING = 2.0
"""The rarity from which a word is worth explaining: what is in more than one paper of eight is not."""

WORTHY = 0.3
"""The share of the most telling token's count from which a word is told."""

MOST = 3
"""Pairs told, the nearest first."""

REMEMBERED = 65_536
"""Words whose vectors are remembered, in a quarter of a kilobyte each."""


_BEYOND = re.compile(r"[^\x00-\x7f]+")


def matched(typed: Sequence[str], document: Document) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which of these words a paper contains, by their stems, as typed and in their order, and in which fields."""
    wanted = {stem(word): word for word in typed}
    there = {field: terms_in(getattr(document, field), wanted.keys()) for field in ("title", "abstract")}
    found = there["title"] | there["abstract"]
    return (
        tuple(word for term, word in wanted.items() if term in found),
        tuple(field for field, terms in there.items() if terms),
    )


def terms_in(text: str, terms: Collection[str]) -> set[str]:
    """Those of the terms that the text contains. Only words that begin like one of them are stemmed."""
    line = f" {spaced(text)} "
    found = {term for term in terms if _is_in(line, term)}
    if not text.isascii():
        found |= set(terms).intersection(map(stem, _beyond(line)))
    return found


def _beyond(line: str) -> Iterator[str]:
    """The words that have signs beyond ASCII, and what stands beside them with no blank between."""
    end = 0
    for signs in _BEYOND.finditer(line):
        if signs.end() > end:
            end = line.find(" ", signs.end())
            yield from words(line[line.rfind(" ", 0, signs.start()) + 1 : end])


def _is_in(line: str, term: str) -> bool:
    """Whether a word of ASCII has this stem; it differs from its word in the last two letters at most."""
    beginning = f" {term[: max(len(term) - 2, 1)]}"
    place = line.find(beginning) if term else -1
    while place >= 0:
        end = line.find(" ", place + 1)
        word = line[place + 1 : end]
        if word.isascii() and stem(word) == term:
            return True
        place = line.find(beginning, end)
    return False


Words = dict[str, None]
"""Words, once each, in their order."""

Pairs = tuple[tuple[str, str], ...]
"""Words of a query, each with the word of a text that is nearest to it in meaning; the nearest pairs first."""


def nearest_words(several: Sequence[tuple[Sequence[str], str]], embedder: Embedder) -> list[Pairs]:
    """For each of several texts, with the words that were typed and that it has not: what it says instead of them."""
    lines = dict.fromkeys(tuple(typed) for typed, _ in several)
    telling = {line: [word for word in _once(line) if _rarity(word, embedder.table) >= TELLING] for line in lines}
    asked = [telling[tuple(typed)] for typed, _ in several]
    there = [_once([text]) if typed else {} for typed, (_, text) in zip(asked, several, strict=True)]
    ranked = _ranked(dict.fromkeys(chain.from_iterable(asked)), dict.fromkeys(chain.from_iterable(there)), embedder)
    found = []
    for typed, said in zip(asked, there, strict=True):
        nearest = ([(cosine, word, other) for cosine, other in ranked[word] if other in said][:1] for word in typed)
        pairs = [pair for pair in chain.from_iterable(nearest) if stem(pair[1]) != stem(pair[2])]
        found.append(tuple((word, other) for _, word, other in sorted(pairs, reverse=True)[:MOST]))
    return found


def _ranked(typed: Words, said: Words, embedder: Embedder) -> dict[str, list[tuple[float, str]]]:
    """For each typed word those that are said and near to it, each with the cosine, the nearest first."""
    if not said:
        return {word: [] for word in typed}
    known, others = _codes_of(embedder.table), list(said)
    ranked = {}
    for word, cosines in zip(typed, known.cosines(list(typed), others), strict=True):
        near = np.flatnonzero(cosines >= NEAR)
        near = near[np.argsort(-cosines[near], kind="stable")]
        ranked[word] = [
            (cosine, others[place]) for cosine, place in zip(cosines[near].tolist(), near.tolist(), strict=True)
        ]
    return ranked


class Spelled(NamedTuple):
    """The words of a text that can tell something, each once, and the rows of their tokens, one after the other.

    `owners` is the place of the word that each row is of, `lengths` how many a word has.
    """

    words: tuple[str, ...]
    rows: NDArray[np.intp]
    owners: NDArray[np.intp]
    lengths: NDArray[np.intp]


def spelled(text: str, table: TokenTable) -> Spelled:
    """The words of a text that have tokens, and more than two signs that are not all digits."""
    told = (word for word in _once([text]) if len(word) > 2 and not word.isdigit())
    some = {word: pieces for word in told if (pieces := table.pieces(word))}
    rows = np.fromiter(chain.from_iterable(some.values()), np.intp)
    lengths = np.fromiter(map(len, some.values()), np.intp)
    return Spelled(tuple(some), rows, np.repeat(np.arange(len(some)), lengths), lengths)


def telling_words(said: Spelled, counts: Vectors, limit: int) -> tuple[str, ...]:
    """The words whose tokens count most, by what each token does, each stem once; tokens behind count as the last does.

    A word that counts less than WORTHY times the most that any token does is not told.
    """
    worth = np.bincount(said.owners, counts.take(said.rows, mode="clip"), len(said.words)) / said.lengths
    found: dict[str, tuple[float, str]] = {}
    for place in np.flatnonzero(worth > WORTHY * float(counts.max(initial=0))).tolist():
        word, much = said.words[place], float(worth[place])
        if much > found.get(key := stem(word), (0.0, ""))[0]:
            found[key] = (much, word)
    return tuple(word for _, word in sorted(found.values(), key=lambda one: (-one[0], one[1]))[:limit])


def _once(texts: Sequence[str]) -> Words:
    return dict.fromkeys(chain.from_iterable(map(split_words, texts)))


@lru_cache(maxsize=4096)
def _rarity(word: str, table: TokenTable) -> float:
    return float(table.rarity[table.rows(word)].max(initial=0))


class _Codes:
    """The vectors of words in whole numbers, remembered: those of papers come again and again, a page has thousands.

    May be shared by threads. Forgets everything when it has met too many.
    """

    def __init__(self, table: TokenTable) -> None:
        self._table, self._lock = table, Lock()
        self._known: tuple[dict[str, int], NDArray[np.int8]] = ({}, np.empty((0, 0), np.int8))

    def cosines(self, words: Sequence[str], others: Sequence[str]) -> Vectors:
        """A row for each word: its cosines with the others, within 0.01. All of them are one each."""
        asked, said = self._of(words), self._of(others)
        products = np.asarray(simsimd.cdist(asked, said, metric="dot", out_dtype="float32"))
        lengths, others_lengths = (
            np.sqrt(np.asarray(simsimd.dot(codes, codes), np.float32)) for codes in (asked, said)
        )
        cosines: Vectors = products / np.maximum(np.outer(lengths, others_lengths), 1e-9)
        return cosines

    def _of(self, words: Sequence[str]) -> NDArray[np.int8]:
        """A row for each of these words, which are one each."""
        rows, codes = self._known
        try:
            places = list(map(rows.__getitem__, words))
        except KeyError:
            rows, codes = self._learned(words)
            places = list(map(rows.__getitem__, words))
        return codes.take(places, axis=0)

    def _learned(self, words: Sequence[str]) -> tuple[dict[str, int], NDArray[np.int8]]:
        """What is known, these words among it. Others read meanwhile: a word is put in when its vector is there."""
        with self._lock:
            rows, codes = self._known
            new = [word for word in words if word not in rows]
            if len(rows) + len(new) > len(codes):
                new, rows = list(words), {}
                codes = np.empty((max(REMEMBERED, len(words)), self._table.dimension), np.int8)
            first, last = len(rows), len(rows) + len(new)
            codes[first:last] = quantise(self._table.units(new))
            rows.update(zip(new, range(first, last), strict=True))
            self._known = rows, codes
            return self._known


@lru_cache(maxsize=2)
def _codes_of(table: TokenTable) -> _Codes:
    return _Codes(table)

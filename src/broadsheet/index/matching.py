"""When a paper matches a kept search: a pure function of the query, the paper, and how often words are in the library.

Operators, quotes and excluded words hold exactly as in a search. Free words are held against a bound that means the
same for every query, which a search, where only the order counts, does not need: docs/explanation/standing-queries.md.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from broadsheet.index.dense import quantise, rotated
from broadsheet.index.embed import Vectors
from broadsheet.index.lexical import COMMON, category_names, folded
from broadsheet.index.query import stem, words
from broadsheet.types import Document, Filter, PaperId, Query

Codes = NDArray[np.int8]

SHARE = 0.8
"""By words, a paper matches if it has this share of what the query's words tell together."""

COSINE = 0.5
"""By meaning, it matches from this cosine on."""

SCALE = 1000
"""Steps of a word's rarity: whole numbers add up to the same in any order."""


class Statistics(Protocol):
    """How often terms are in the library, as it was at one moment; a `LexicalView` is one."""

    def __len__(self) -> int:
        """How many papers there are."""

    @property
    def frequency(self) -> Callable[[str, str], int]:
        """In how many of them a field has a term."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One free word: what in a paper meets it, and what that counts."""

    typed: str
    features: tuple[str, ...]
    weight: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, ready to be held against papers.

    A paper has to have all of `required`, none of `excluded`, the terms of each of `rows` one after the other in the
    field named first, and pass the filter. `about` is the text whose meaning counts; empty if only operators count.
    """

    required: frozenset[str]
    excluded: frozenset[str]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    filter: Filter
    ids: frozenset[PaperId]
    wanted: tuple[Wanted, ...]
    about: str

    @property
    def anything(self) -> bool:
        """Whether it asks for anything beyond ids; a query that does not is not one for everything."""
        return bool(self.required or self.excluded or self.filter or self.wanted)

    @property
    def whole(self) -> int:
        """What all wanted words count together."""
        return sum(word.weight for word in self.wanted)


@dataclass(frozen=True, slots=True)
class Told:
    """A paper, ready to be held against queries: what it has, and its terms in their order, empty where none is kept."""

    document: Document
    features: frozenset[str]
    title: tuple[str, ...]
    abstract: tuple[str, ...]


def asked(query: Query, statistics: Statistics) -> Asked:
    """What the query asks of a paper, its words weighted by how rare they are now.

    A word that is nowhere yet is the rarest of all. Words in more than 0.3 of the papers tell nothing, while there are
    others.
    """
    rows = [("text", phrase) for phrase in query.phrases] + [("title", title) for title in query.titles]
    stemmed = [(field, tuple(filter(None, map(stem, words(text))))) for field, text in rows]
    names = {f"name:{name}" for author in query.authors for name in _names(author)}
    return Asked(
        required=frozenset(names.union(f"{field}:{term}" for field, terms in stemmed for term in terms)),
        excluded=frozenset(f"text:{term}" for term in map(stem, query.excluded) if term),
        rows=tuple((field, terms) for field, terms in stemmed if len(terms) > 1),
        filter=query.filter,
        ids=frozenset(query.ids),
        wanted=_wanted(query, statistics),
        about=about(query) if query.words else "",
    )


def about(query: Query) -> str:
    """What the query is about, in one text: without names and years, mistakes corrected."""
    right = dict(query.corrected)
    left_out = {*query.names, *query.years}
    meant = (right.get(word, word) for word in query.words if word not in left_out)
    return " ".join((*meant, *query.phrases, *query.titles))


def told(document: Document) -> Told:
    """What a paper has that a query can ask for."""
    title, abstract = (tuple(map(stem, _tokens(text))) for text in (document.title, document.abstract))
    features = {f"title:{term}" for term in title if term}
    features |= {f"text:{term}" for term in (*title, *abstract) if term}
    features |= {f"name:{folded(name)}" for author in document.authors for name in _tokens(author)}
    features |= {f"category:{name}" for category in document.categories for name in category_names(category)}
    if document.day:
        features.add(f"year:{document.day.year}")
    return Told(document, frozenset(features), title, abstract)


def admits(query: Asked, paper: Told) -> bool:
    """Whether the paper passes everything that must hold, free words aside."""
    return (
        query.required <= paper.features
        and query.excluded.isdisjoint(paper.features)
        and passes(query.filter, paper)
        and all(in_a_row(field, terms, paper) for field, terms in query.rows)
    )


def passes(filter: Filter, paper: Told) -> bool:
    """Whether the filter admits the paper."""
    day, after, before = paper.document.day, filter.after, filter.before
    if (after and not (day and day >= after)) or (before and not (day and day <= before)):
        return False
    if filter.has_code is not None and paper.document.has_code != filter.has_code:
        return False
    return not filter.categories or any(
        f"category:{category_names(name)[-1]}" in paper.features for name in filter.categories
    )


def in_a_row(field: str, terms: Sequence[str], paper: Told) -> bool:
    """Whether a field of the paper has these terms one after the other."""
    texts = (paper.title,) if field == "title" else (paper.title, paper.abstract)
    return any(_within(terms, text) for text in texts)


def met(query: Asked, features: Collection[str]) -> int:
    """What those of the wanted words count together that one of these features meets."""
    return sum(word.weight for word in query.wanted if any(feature in features for feature in word.features))


def codes(vectors: Vectors) -> tuple[Codes, NDArray[np.float64]]:
    """Embeddings as whole numbers, and their lengths: products of these are exact, and so the same in any company."""
    quantised = quantise(rotated(vectors))
    wide = quantised.astype(np.int64)
    return quantised, np.sqrt(np.einsum("ij,ij->i", wide, wide).astype(np.float64))


def _wanted(query: Query, statistics: Statistics) -> tuple[Wanted, ...]:
    corrected = dict(query.corrected)
    typed = {stem(word) or word: word for word in reversed(query.words)}
    times = Counter(stem(word) or word for word in query.words)
    found = []
    for term, word in reversed(typed.items()):
        terms = [kept for kept in (stem(word), stem(corrected.get(word, ""))) if kept]
        features = [f"text:{kept}" for kept in terms]
        often = max((statistics.frequency("text", kept) for kept in terms), default=0)
        if word in query.names:
            features.append(f"name:{folded(word)}")
            often = max(often, statistics.frequency("authors", folded(word)))
        if word in query.years:
            features.append(f"year:{word}")
        if features:
            found.append((often, Wanted(word, tuple(features), times[term] * _rarity(often, len(statistics)))))
    telling = [wanted for often, wanted in found if often <= max(COMMON * len(statistics), 20)]
    return tuple(telling or (wanted for _, wanted in found))


def _rarity(often: int, total: int) -> int:
    """The idf of BM25 in steps, at least one."""
    return max(round(SCALE * math.log1p(max(total - often + 0.5, 0) / (often + 0.5))), 1)


def _names(author: str) -> list[str]:
    names = [name for part in words(author) for name in [folded(part)] if name]
    return [name for name in names if len(name) > 1] or names


def _tokens(text: str) -> Iterable[str]:
    return words(text)


def _within(terms: Sequence[str], text: Sequence[str]) -> bool:
    first, size = terms[0], len(terms)
    return any(
        term == first and tuple(text[place : place + size]) == tuple(terms)
        for place, term in enumerate(text[: len(text) - size + 1] if len(text) >= size else ())
    )

"""When a paper matches a kept search: a pure function of the query, the paper, and how often words are in the library.

Operators, quotes and excluded words hold exactly as in a search. Free words are held against a bound that means the
same for every query, which a search, where only the order counts, does not need: docs/explanation/standing-queries.md
tells what the numbers were chosen on. This is the definition; `standing` is the way to a million queries.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from sys import intern
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from broadsheet.index.dense import quantise, rotated
from broadsheet.index.embed import Embedder
from broadsheet.index.lexical import COMMON, MOST_TERMS, category_names, folded, names_asked
from broadsheet.index.query import said, separated, stem, words
from broadsheet.types import Document, PaperId, Query

Codes = NDArray[np.int8]
Squares = NDArray[np.int32]

BOUND = 1.0
"""The evidence from which a paper matches."""

WORDS = 0.75
"""What it counts that a paper has all words, where they are rare enough together; its likeness has to give the rest."""

SURE = 6.0
"""How rare is enough, in nats: one paper in 400 has them by chance. In a small library, what one paper has."""

LEAST = 0.5
"""The share of what the words tell that a paper has to have; one that has less matched as good as never."""

STEPS = 1000
"""Steps of rarity in a nat. Whole numbers add up to the same in any order."""

NAMED = 2.0
"""The score of a paper whose id was asked for: evidence does not reach it."""

ALWAYS = (-(2**31), 2**31 - 1)
"""The days, as ordinals, of a query that does not mind them; a paper without a day has the first."""

Feature = str
"""Something that a paper has: `text:stem`, `title:stem`, `name:doe`, `category:cs.lg`, `year:2024`, `code:1`."""

Row = tuple[str, tuple[str, ...]]
"""A field (text or title) and terms that stand in it one after the other."""


class Statistics(Protocol):
    """How often terms are in the library, as it was at one moment; a `LexicalView` is one."""

    def __len__(self) -> int:
        """How many papers there are."""

    @property
    def frequency(self) -> Callable[[str, str], int]:
        """In how many of them a field (text, title, authors, categories) has a term."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One free word: any of these features meets it; what that counts, and in how many papers of the library it is."""

    typed: str
    any_of: tuple[Feature, ...]
    weight: int
    often: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, ready to be held against papers.

    A paper has to have one of each of `required`, none of `excluded`, all of `rows`, and be of the days from the first
    to the last. `about` is the text whose meaning counts beside the wanted words; `sure` is their rarity from which
    they count fully. A paper with one of `ids` matches whatever else is asked.
    """

    required: tuple[tuple[Feature, ...], ...]
    rows: tuple[Row, ...]
    excluded: tuple[Feature, ...]
    days: tuple[int, int]
    ids: tuple[PaperId, ...]
    wanted: tuple[Wanted, ...]
    about: str
    sure: int

    @property
    def anything(self) -> bool:
        """Whether anything is asked beyond ids. Who asks for nothing is not mailed everything."""
        return bool(self.required or self.excluded or self.wanted or self.days != ALWAYS)

    @property
    def whole(self) -> int:
        """What all wanted words count together."""
        return sum(word.weight for word in self.wanted)


@dataclass(frozen=True, slots=True)
class Told:
    """A paper, ready to be held against queries: what it has, and its terms in order, empty where none is kept."""

    document: Document
    features: frozenset[Feature]
    title: tuple[str, ...]
    abstract: tuple[str, ...]

    @property
    def day(self) -> int:
        """Its day as an ordinal."""
        return self.document.day.toordinal() if self.document.day else ALWAYS[0]


def asked(query: Query, statistics: Statistics) -> Asked:
    """What the query asks of a paper, its words weighted by how rare they are in the library.

    A word that is nowhere yet is the rarest of all. As in a search, words in more than 0.3 of the papers tell nothing
    while there are others.
    """
    texts = [("text", phrase) for phrase in query.phrases] + [("title", title) for title in query.titles]
    rows = [(field, tuple(filter(None, map(stem, words(text))))) for field, text in texts]
    required: list[tuple[Feature, ...]] = [
        (f"name:{name}",) for author in query.authors for name in names_asked(author)
    ]
    required += [(f"{field}:{term}",) for field, terms in rows for term in terms]
    if query.filter.categories:
        required.append(tuple(f"category:{category_names(name)[-1]}" for name in query.filter.categories))
    if query.filter.has_code is not None:
        required.append((f"code:{int(query.filter.has_code)}",))
    after, before = query.filter.after, query.filter.before
    first = after.toordinal() if after else 1 if before else ALWAYS[0]
    return Asked(
        required=tuple(dict.fromkeys(required)),
        rows=tuple(dict.fromkeys((field, terms) for field, terms in rows if len(terms) > 1)),
        excluded=tuple(dict.fromkeys(f"text:{term}" for term in map(stem, query.excluded) if term)),
        days=(first, before.toordinal() if before else ALWAYS[1]),
        ids=tuple(filter(str.isprintable, dict.fromkeys(query.ids))),
        wanted=_wanted(query, statistics),
        about=about(query) if query.words else "",
        sure=min(round(STEPS * SURE), rarity(1, len(statistics))),
    )


def about(query: Query) -> str:
    """What the query is about, in one text: without names and years, mistakes corrected."""
    return said(query, {*query.names, *query.years})


def told(document: Document) -> Told:
    """What a paper has that a query can ask for."""
    title, abstract = (tuple(map(stem, separated(text))) for text in (document.title, document.abstract))
    features = {f"title:{term}" for term in title if term}
    features |= {f"text:{term}" for term in (*title, *abstract) if term}
    features |= {f"name:{folded(name)}" for author in document.authors for name in separated(author)}
    features |= {f"category:{name}" for category in document.categories for name in category_names(category)}
    features.add(f"code:{int(document.has_code)}")
    if document.day:
        features.add(f"year:{document.day.year}")
    return Told(document, frozenset(map(intern, features)), title, abstract)  # many papers have the same


def admits(query: Asked, paper: Told) -> bool:
    """Whether the paper passes everything that must hold, free words aside."""
    return (
        all(not paper.features.isdisjoint(any_of) for any_of in query.required)
        and paper.features.isdisjoint(query.excluded)
        and query.days[0] <= paper.day <= query.days[1]
        and all(in_a_row(row, paper) for row in query.rows)
    )


def in_a_row(row: Row, paper: Told) -> bool:
    """Whether a field of the paper has these terms one after the other."""
    field, terms = row
    texts = (paper.title,) if field == "title" else (paper.title, paper.abstract)
    return any(
        text[place : place + len(terms)] == terms
        for text in texts
        for place in range(len(text) - len(terms) + 1)
        if text[place] == terms[0]
    )


def codes(embedder: Embedder, texts: Sequence[str]) -> tuple[Codes, Squares]:
    """The embeddings of texts in whole numbers, and the squares of their lengths.

    Products of these are exact, and so the same in whatever order and company they are computed.
    """
    quantised = quantise(rotated(embedder.embed(texts)))
    return quantised, np.einsum("ij,ij->i", quantised, quantised, dtype=np.int32)


def text(document: Document) -> str:
    """What of a paper is embedded."""
    return f"{document.title}. {document.abstract}"


def matches(query: Asked, paper: Told, product: int, squares: tuple[int, int], ids: Collection[PaperId]) -> float:
    """The score of a match, 0 if the paper does not match.

    `product` is that of the codes of query and paper, `squares` those of their lengths, `ids` all ids of the paper.
    The evidence is the cosine and, at most WORDS, the square of the share of the words' rarity that the paper has, less
    where all of them are common. Where the embedder knows nothing of either text, only all words are evidence.
    """
    if not set(query.ids).isdisjoint(ids):
        return NAMED
    if not query.anything or not admits(query, paper):
        return 0.0
    if not query.wanted:
        return BOUND
    met = sum(word.weight for word in query.wanted if not paper.features.isdisjoint(word.any_of))
    share = met / query.whole
    if share < LEAST:
        return 0.0
    comparable = bool(squares[0] and squares[1])
    likeness = product / math.sqrt(squares[0] * squares[1]) if comparable else 0.0
    most = WORDS * min(query.whole / query.sure, 1.0) if comparable else BOUND
    score = max(likeness, 0.0) + most * (share * share)
    return score if score >= BOUND else 0.0


def rarity(often: int, total: int) -> int:
    """The idf of BM25 in steps, at least one."""
    return max(round(STEPS * math.log1p(max(total - often + 0.5, 0.0) / (often + 0.5))), 1)


def _wanted(query: Query, statistics: Statistics) -> tuple[Wanted, ...]:
    corrected = dict(query.corrected)
    times = Counter(stem(word) or word for word in query.words)
    first = {stem(word) or word: word for word in reversed(query.words)}
    found = []
    for term in times:
        word = first[term]
        stems = [kept for kept in (stem(word), stem(corrected.get(word, ""))) if kept]
        any_of = [f"text:{kept}" for kept in stems]
        often = max((statistics.frequency("text", kept) for kept in stems), default=0)
        if word in query.names:
            any_of.append(f"name:{folded(word)}")
            often = max(often, statistics.frequency("authors", folded(word)))
        if word in query.years:
            any_of.append(f"year:{word}")
        if any_of:
            weight = times[term] * rarity(often, len(statistics))
            found.append(Wanted(word, tuple(any_of), weight, often))
    telling = [word for word in found if word.often <= max(COMMON * len(statistics), 20)] or found
    rarest = {word.typed for word in sorted(telling, key=lambda word: word.often)[:MOST_TERMS]}
    return tuple(word for word in telling if word.typed in rarest)

"""What a line probably means beyond its operators: misspelt words, authors' names, years. Asks the index, never fails.

A guess only adds: the word as typed is looked up too, and quotes or an operator overrule every guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from rapidfuzz import process
from rapidfuzz.distance import OSA

from broadsheet.index.lexical import LexicalView, folded
from broadsheet.index.query import said, stem
from broadsheet.types import Query

SHORTEST_NAME = 3
SHORTEST_CORRECTED = 5
LONG = 10
"""Letters from which two mistakes are forgiven, not one."""

RARER = 200
"""A word is misspelt if one so near to it is in so many times as many papers."""

OFTEN = 25
"""In a short line with a year, a word may be so many times as often a word as a name, and still be taken for a name."""

SHORT_LINE = 6

MOST_WORDS = 16
"""Words of a line that are looked at: a pasted abstract needs no guesses."""

_CANDIDATES = 3_000
_YEAR = re.compile(r"(?:19|20)\d\d")


def understood(query: Query, view: LexicalView, knows: Callable[[str], bool]) -> Query:
    """The same query with `names`, `years` and `corrected`; a word that the embedder `knows` is no mistake."""
    if not query.words or len(query.words) > MOST_WORDS:
        return query
    years = tuple(word for word in query.words if _YEAR.fullmatch(word) and view.has_year(word))
    names = tuple(word for word in dict.fromkeys(query.words) if _is_name(word, view))
    if years and not names and len(query.words) <= SHORT_LINE:
        names = _likeliest_name(query.words, view)
    doubtful = [word for word in dict.fromkeys(query.words) if word not in names and not knows(folded(word))]
    corrected = tuple((word, right) for word in doubtful if (right := _corrected(word, view)))
    return replace(query, years=years, names=names, corrected=corrected)


def meant(query: Query, view: LexicalView) -> str:
    """What the query is about, in one text: without what can only be names and years, mistakes corrected."""
    return said(query, {*query.years, *(name for name in query.names if _is_name(name, view))})


def _is_name(word: str, view: LexicalView) -> bool:
    """Whether a word is in more papers as an author's name than as a word."""
    return _named(word, view) > view.frequency("text", stem(word))


def _likeliest_name(typed: Sequence[str], view: LexicalView) -> tuple[str, ...]:
    """The word that is most often a name for each time that it is a word, if it is one often enough."""
    shares = [(_named(word, view) / max(view.frequency("text", stem(word)), 1), word) for word in typed]
    share, word = max(shares)
    return (word,) if OFTEN * share > 1 else ()


def _named(word: str, view: LexicalView) -> int:
    """How many papers have an author of this name."""
    return view.frequency("authors", folded(word)) if len(word) >= SHORTEST_NAME and word.isalpha() else 0


def _corrected(word: str, view: LexicalView) -> str:
    """The frequent word that this one is one mistake away from, or two in a long one; empty if it is right as it is."""
    typed = folded(word)
    if len(typed) < SHORTEST_CORRECTED or not typed.isalpha():
        return ""
    there = view.frequency("text", stem(typed))
    beginnings = dict.fromkeys((typed[:2], typed[0] + typed[2], typed[1] + typed[0]))
    near = dict(pair for beginning in beginnings for pair in view.beginning("spelled", beginning, _CANDIDATES))
    found = process.extract(
        typed, near.keys() - {typed}, scorer=OSA.distance, score_cutoff=2 if len(typed) >= LONG else 1, limit=None
    )
    better = [
        (mistakes, -near[term], term)
        for term, mistakes, _ in found
        if stem(term) != stem(typed) and view.frequency("text", stem(term)) > RARER * there
    ]
    return min(better)[2] if better else ""

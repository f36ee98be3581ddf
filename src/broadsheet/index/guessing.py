"""What a line probably means beyond its operators: misspelt words, authors' names, years. Asks the index, never fails.

A guess only adds: the word as typed is looked up too, and quotes or an operator overrule every guess.
"""

from __future__ import annotations

import re
from dataclasses import replace

from rapidfuzz import process
from rapidfuzz.distance import OSA

from broadsheet.index.lexical import LexicalView, folded
from broadsheet.index.query import stem
from broadsheet.types import Query

SHORTEST_NAME = 3
SHORTEST_CORRECTED = 5
LONG = 8
"""Letters from which two mistakes are forgiven, not one."""

RARER = 200
"""A word is misspelt if one so near to it is in so many times as many titles."""

MOST_WORDS = 16
"""Words of a line that are looked at: a pasted abstract needs no guesses."""

_CANDIDATES = 20_000
_YEAR = re.compile(r"(?:19|20)\d\d")


def understood(query: Query, view: LexicalView) -> Query:
    """The same query with `names`, `years` and `corrected`."""
    if not query.words or len(query.words) > MOST_WORDS:
        return query
    years = tuple(word for word in query.words if _YEAR.fullmatch(word) and view.has_year(word))
    names = tuple(word for word in dict.fromkeys(query.words) if _is_name(word, view))
    rest = [word for word in dict.fromkeys(query.words) if word not in names]
    corrected = tuple((word, right) for word in rest if (right := _corrected(word, view)))
    return replace(query, years=years, names=names, corrected=corrected)


def meant(query: Query) -> str:
    """What the query is about, in one text: without authors' names, mistakes corrected."""
    right = dict(query.corrected)
    about = (right.get(word, word) for word in query.words if word not in query.names)
    return " ".join((*about, *query.phrases, *query.titles))


def _is_name(word: str, view: LexicalView) -> bool:
    """Whether a word is in more papers as an author's name than as a word."""
    if len(word) < SHORTEST_NAME or not word.isalpha():
        return False
    return view.frequency("authors", folded(word)) > view.frequency("text", stem(word))


def _corrected(word: str, view: LexicalView) -> str:
    """The frequent word that this one is one mistake away from, or two in a long one; empty if it is right as it is."""
    typed = folded(word)
    if len(typed) < SHORTEST_CORRECTED or not typed.isalpha():
        return ""
    enough = max(RARER * view.frequency("spelled", typed), 1)
    if enough > len(view):
        return ""
    mistakes = 2 if len(typed) >= LONG else 1
    for beginning in (typed[:2], typed[0]):
        near = dict(view.beginning("spelled", beginning, _CANDIDATES))
        frequent = [term for term, times in near.items() if times >= enough and term != typed]
        found = process.extract(typed, frequent, scorer=OSA.distance, score_cutoff=mistakes, limit=None)
        same = [term for term, _, _ in found if stem(term) == stem(typed)]
        if found:
            return "" if same else min(found, key=lambda each: (each[1], -near[each[0]]))[0]
    return ""

"""The verb `suggest`: what a line that is still being typed may become."""

from __future__ import annotations

from collections import Counter

from broadsheet.errors import IndexMissingError
from broadsheet.index import Index
from broadsheet.index.lexical import folded
from broadsheet.index.query import words
from broadsheet.library import papers
from broadsheet.types import Suggestions

TITLES = 6
AUTHORS = 3
LONGEST = 200
"""Characters of a line that is still worth completing."""

_CANDIDATES = 40


def suggest(index: Index, typed: str) -> Suggestions:
    """Papers whose titles, and authors whose names, have all the words typed, of which the last may be unfinished.

    Titles that begin like the line come first, then the upvoted and the newest; authors by their papers here.
    """
    asked = [folded(word) for word in words(typed)]
    if not asked or len(typed) > LONGEST:
        return Suggestions()
    try:
        titled, written = index.completed(typed, _CANDIDATES)
    except IndexMissingError:
        return Suggestions()
    there = papers.by_keys({*titled, *written})
    line = " ".join(asked)

    def order(key: int) -> tuple[bool, int, int]:
        paper = there[key]
        begins = " ".join(map(folded, words(paper.readable_title))).startswith(line)
        return not begins, -(paper.upvotes or 0), -(paper.listed_on.toordinal() if paper.listed_on else 0)

    titles = sorted((key for key in titled if key in there), key=order)
    names = Counter(name for key in written if key in there for name in there[key].authors if _is_meant(name, asked))
    return Suggestions(
        papers=tuple(there[key] for key in titles[:TITLES]),
        authors=tuple(name for name, _ in names.most_common(AUTHORS)),
    )


def _is_meant(name: str, asked: list[str]) -> bool:
    *whole, last = asked
    parts = [folded(part) for part in words(name)]
    return all(word in parts for word in whole) and any(part.startswith(last) for part in parts)

"""The verbs that list papers by category, by venue, by author's name: newest first, from the index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache

from broadsheet.core import taxonomy
from broadsheet.index import Index
from broadsheet.index.lexical import author_term, venue_term, written_venue_term
from broadsheet.library import papers
from broadsheet.text import name_key, readable, venue_name
from broadsheet.types import Browsed, Circle, Filter, Paging, Paper, Query, Sort

MOST_GROUPED = 400
"""The newest papers by a name that are looked at to tell circles of authors apart."""

VENUES = 300

SPELLINGS = 10 * VENUES
"""Ways to write a venue, the most frequent ones, that are looked through to name the venues."""


def in_category(index: Index, category: str, paging: Paging) -> Browsed:
    """The papers of a category, of an archive with all below it; IndexMissingError while there is no index."""
    query = Query(filter=Filter(categories=(category,)))
    hits = index.search(query, sort=Sort.DATE, paging=paging)
    return Browsed(papers=_found([hit.key for hit in hits.hits]), total=hits.total, paging=paging)


def at_venue(index: Index, venue: str, paging: Paging) -> Browsed:
    """The papers of a journal or a series of conferences, in whatever case and of whatever volume it is asked for.

    IndexMissingError while there is no index.
    """
    return _page(index.listed("named", venue_term(venue_name(readable(venue)))), paging)


def by_author(index: Index, name: str, paging: Paging, beside: str | None = None) -> tuple[Browsed, tuple[Circle, ...]]:
    """The papers that name an author so, perhaps only those of a circle, and all circles of those papers.

    One name may be several people. Which papers are of one is not decided here; but papers that have another author
    in common, directly or over others, are one circle. `beside` names an author of the circle to keep to, or is empty
    for the papers without another author. Only the newest MOST_GROUPED papers are put into circles. IndexMissingError
    while there is no index.
    """
    keys = index.listed("named", author_term(name))
    found = papers.by_keys(keys[:MOST_GROUPED])
    several = [found[key] for key in keys if key in found]
    circles = circles_of(name, several)
    if beside is not None:
        wanted = name_key(beside)
        kept = {
            key for circle in circles for key in circle.keys
            if (wanted in map(name_key, circle.names) if wanted else not circle.names)
        }  # fmt: skip
        keys = [key for key in keys if key in kept]
    return _page(keys, paging), circles


def circles_of(name: str, several: Sequence[Paper]) -> tuple[Circle, ...]:
    """Papers by this name in circles that share no other author, the largest first; names most frequent first.

    A paper without another author is a circle of its own, without names; all those are told as one, last.
    """
    identity = cache(name_key)
    spelled: dict[str, str] = {}
    times: Counter[str] = Counter()
    above: dict[str, str] = {}  # a union-find of names: collaborations have thousands

    def head(other: str) -> str:
        while above[other] != other:
            above[other] = other = above[above[other]]
        return other

    others_of: list[tuple[int, list[str]]] = []
    for paper in several:
        named = {identity(author): author for author in paper.authors}
        others = [other for other in named if other not in {identity(name), ""}]
        times.update(others)
        for other in others:
            spelled.setdefault(other, named[other])
            above.setdefault(other, other)
            above[head(other)] = head(others[0])
        others_of.append((paper.key, others[:1]))
    keys: dict[str, list[int]] = {}
    for key, first in others_of:
        keys.setdefault(head(first[0]) if first else "", []).append(key)
    names: dict[str, list[str]] = {}
    for other, _ in times.most_common():
        names.setdefault(head(other), []).append(spelled[other])
    circles = [
        Circle(names=tuple(names.get(circle, ())), keys=tuple(sorted(members))) for circle, members in keys.items()
    ]
    return tuple(sorted(circles, key=lambda circle: (not circle.names, -len(circle.keys), circle.names)))


def categories(index: Index) -> dict[str, list[tuple[str, str, int]]]:
    """(category, its name, number of papers), alphabetically, by archive; archives with most papers first."""
    counts = {taxonomy.spelled(term): number for term, number in index.terms("categories", "", 5000)}
    archives: dict[str, list[tuple[str, str, int]]] = {}
    for category in sorted(counts, key=lambda one: (-counts.get(one.partition(".")[0], 0), one)):
        archive = category.partition(".")[0]
        archives.setdefault(archive, []).append((category, taxonomy.name(category), counts[category]))
    return archives


def venues(index: Index) -> list[tuple[str, int]]:
    """The venues with most papers, each as most of these write it, with their number."""
    prefix = written_venue_term("")
    written: dict[str, str] = {}
    for term, _ in index.terms("named", prefix, SPELLINGS):
        venue = term.removeprefix(prefix)
        written.setdefault(venue_term(venue), venue)
    numbers = index.terms("named", venue_term(""), VENUES)
    return [(written[term], number) for term, number in numbers if term in written]


def _page(keys: Sequence[int], paging: Paging) -> Browsed:
    first = (paging.page - 1) * paging.size
    return Browsed(papers=_found(keys[first : first + paging.size]), total=len(keys), paging=paging)


def _found(keys: Sequence[int]) -> tuple[Paper, ...]:
    """The papers of these keys, in their order, less those that the library has meanwhile deleted."""
    found = papers.by_keys(keys)
    return tuple(found[key] for key in keys if key in found)

"""The verbs that list papers by category, by venue, by author's name: newest first, from the index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from broadsheet.core import taxonomy
from broadsheet.index import Index
from broadsheet.index.lexical import author_term, category_names, venue_term
from broadsheet.library import papers
from broadsheet.text import name_key
from broadsheet.types import Browsed, Circle, Paging, Paper

MOST_GROUPED = 400
"""The newest papers by a name that are looked at to tell circles of authors apart."""

VENUES = 300


def in_category(index: Index, category: str, paging: Paging) -> Browsed:
    """The papers of a category, of an archive with all below it; IndexMissingError while there is no index."""
    return _page(index.listed("categories", category_names(category)[-1]), paging)


def at_venue(index: Index, venue: str, paging: Paging) -> Browsed:
    """The papers of a journal or a series of conferences; IndexMissingError while there is no index."""
    return _page(index.listed("named", venue_term(venue)), paging)


def by_author(index: Index, name: str, paging: Paging, beside: str = "") -> tuple[Browsed, tuple[Circle, ...]]:
    """The papers that name an author so, perhaps only those of a circle, and all circles of those papers.

    One name may be several people. Which papers are of one is not decided here; but papers that have another author
    in common, directly or over others, are one circle. `beside` names an author of the circle to keep to. Only the
    newest papers of very many are put into circles. IndexMissingError while there is no index.
    """
    keys = index.listed("named", author_term(name))
    found = papers.by_keys(keys[:MOST_GROUPED])
    several = [found[key] for key in keys if key in found]
    circles = circles_of(name, several)
    if beside:
        wanted = next((circle for circle in circles if name_key(beside) in map(name_key, circle.names)), None)
        kept = set(wanted.keys) if wanted else set()
        keys = [key for key in keys if key in kept]
    return _page(keys, paging), circles


def circles_of(name: str, several: Sequence[Paper]) -> tuple[Circle, ...]:
    """Papers by this name in circles that share no other author, the largest first; names most frequent first.

    A paper without another author is a circle of its own, without names; all those are told as one, last.
    """
    own = name_key(name)
    circle_of: dict[str, set[int]] = {}
    spelled: dict[str, str] = {}
    times: Counter[str] = Counter()
    alone: set[int] = set()
    for paper in several:
        others = {name_key(author): author for author in paper.authors if name_key(author) not in {own, ""}}
        times.update(others.keys())
        spelled = others | spelled
        if not others:
            alone.add(paper.key)
            continue
        joined = {paper.key}.union(*(circle_of.get(other, set()) for other in others))
        reached = {other for other, keys in circle_of.items() if keys & joined} | others.keys()
        circle_of |= dict.fromkeys(reached, joined)
    circles = {id(keys): keys for keys in circle_of.values()}.values()
    told = [
        Circle(
            names=tuple(spelled[other] for other, _ in times.most_common() if circle_of.get(other) is keys),
            keys=tuple(sorted(keys)),
        )
        for keys in circles
    ]
    told.sort(key=lambda circle: (-len(circle.keys), circle.names))
    return (*told, *([Circle(names=(), keys=tuple(sorted(alone)))] if alone else []))


def categories(index: Index) -> dict[str, list[tuple[str, str, int]]]:
    """(category, its name, number of papers), alphabetically, by archive; archives with most papers first."""
    counts = {taxonomy.spelled(term): number for term, number in index.terms("categories", "", 5000)}
    archives: dict[str, list[tuple[str, str, int]]] = {}
    for category in sorted(counts, key=lambda one: (-counts.get(one.partition(".")[0], 0), one)):
        archive = category.partition(".")[0]
        archives.setdefault(archive, []).append((category, taxonomy.name(category), counts[category]))
    return archives


def venues(index: Index) -> list[tuple[str, int]]:
    """The venues with most papers, each with their number."""
    prefix = venue_term("")
    return [(term.removeprefix(prefix), number) for term, number in index.terms("named", prefix, VENUES)]


def _page(keys: Sequence[int], paging: Paging) -> Browsed:
    first = (paging.page - 1) * paging.size
    wanted = keys[first : first + paging.size]
    found = papers.by_keys(wanted)
    return Browsed(papers=tuple(found[key] for key in wanted if key in found), total=len(keys), paging=paging)

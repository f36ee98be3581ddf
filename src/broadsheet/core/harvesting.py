"""The verbs of harvests: others take the library in, portion by portion, and from then on what changes.

A harvest is a walk along the change log, over the last line about each paper. A paper that changes meanwhile moves to
the end, so whoever walks to the end has seen everything, however long it takes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from broadsheet.core import taxonomy
from broadsheet.library import changes, papers
from broadsheet.types import Paper

COUNTED = 200_000
"""Lines of the log at most that are looked at to say in advance how many items there are."""


class Item(NamedTuple):
    """A paper to harvest, or None if it is gone; the moment that its last change was seen, and what it was tagged."""

    key: int
    at: datetime
    tags: tuple[str, ...]
    paper: Paper | None

    @property
    def kind(self) -> str:
        """The scheme of its id."""
        return self.tags[0] if self.tags else ""

    @property
    def categories(self) -> tuple[str, ...]:
        """Those of its categories by which it can be asked for."""
        return tuple(name for name in self.tags[1:] if name in taxonomy.CATEGORIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of the library is harvested: what changed in these seconds, inclusive; with such an id; in this category."""

    since: datetime | None = None
    until: datetime | None = None
    kind: str = ""
    category: str = ""


class Portion(NamedTuple):
    """Some items, oldest change first; `last` is where to go on, None at the end; `total` of all, where it is cheap."""

    items: tuple[Item, ...]
    last: int | None
    total: int | None = None


def notice(clock: Callable[[], datetime]) -> int:
    """Give what was added to the change log since the last call its moment: now. Answers the last number with one.

    A change must not be given a moment at which a harvester could have asked and not been told of it. So the clock is
    read after the log, and neither when a change was made nor when its transaction began will do.
    """
    before = changes.last_noticed()
    number = changes.latest()
    if before is None or before[1] < number:
        now = clock().replace(microsecond=0)
        changes.notice(number, max(now, before[0]) if before else now)
    return number


def beginning(clock: Callable[[], datetime]) -> datetime:
    """The moment before which nothing changed."""
    notice(clock)
    return changes.first_noticed() or clock().replace(microsecond=0)


def portion(wanted: Wanted, limit: int, clock: Callable[[], datetime], *, after: int | None = None) -> Portion:
    """At most `limit` items of what is wanted: the first, or those that come after `last` of the portion before."""
    upto = notice(clock)
    begin = changes.noticed_before(wanted.since) if wanted.since else 0
    if wanted.until:
        upto = changes.noticed_by(wanted.until)
    start = begin if after is None else max(after, begin)
    only = {"kind": wanted.kind, "category": wanted.category}
    lines = changes.standing(start, upto, limit + 1, **only)
    more = len(lines) > limit
    total = None
    if after is None:
        if not more:
            total = len(lines)
        elif upto - begin <= COUNTED:
            total = changes.count_standing(begin, upto, **only)
    lines = lines[:limit]
    return Portion(_items(lines), lines[-1].number if more else None, total)


def item(key: int, clock: Callable[[], datetime]) -> Item | None:
    """One paper, here or gone; None if there never was one of this key."""
    line = changes.last_of(key, notice(clock))
    return _items([line])[0] if line else None


def _items(lines: list[changes.Line]) -> tuple[Item, ...]:
    moments = changes.moments([line.number for line in lines])
    found = papers.by_keys([line.key for line in lines])
    return tuple(
        Item(line.key, at.astimezone(UTC), line.tags, found.get(line.key))
        for line, at in zip(lines, moments, strict=True)
    )

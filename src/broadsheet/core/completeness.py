"""The verbs `account`, `close_gaps`, `completeness`: every paper that an archive announced is there, or visibly not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from broadsheet.core.store import store
from broadsheet.errors import FetchError
from broadsheet.incoming import Announced, AnnounceKind, CategoryDay, ListingSaid
from broadsheet.library import announcements, sources
from broadsheet.sources import arxiv_days
from broadsheet.sources.http import Http
from broadsheet.sources.kinds import Lookup
from broadsheet.types import PaperId, StoreReport

MOST_LOOKUPS = 12
"""Times that a missing paper is asked for by its id before it is left as a gap, an hour or more apart."""

AT_ONCE = 200
LOOKED_BACK = timedelta(days=30)


def account(announced: Iterable[Announced], ids: Iterable[PaperId], now: datetime) -> None:
    """Note what listings said, and what became of these ids and of what was announced; in the storing transaction."""
    said = list(announced)
    for each in said:
        announcements.note(each, now)
    settled = dict.fromkeys([*ids, *(paper_id for each in said for paper_id, _ in each.papers)])
    _settle(list(settled))


def close_gaps(http: Http, lookup: Lookup, *, now: datetime) -> StoreReport:
    """Ask by their ids for papers that were announced and are not there, and note why those that stay away do."""
    since = now.date() - LOOKED_BACK
    with transaction.atomic():
        _settle(announcements.missing(since, MOST_LOOKUPS, 10_000))
    report = StoreReport()
    if not (ids := announcements.missing(since, MOST_LOOKUPS, AT_ONCE)):
        return report
    try:
        for batch in lookup.look_up(http, ids):
            with transaction.atomic():
                report += store(batch.records, now=now)
                _settle(ids)
        reason = f"asked for by its id on {now:%Y-%m-%d at %H:%M} UTC, and arXiv's API did not have it"
    except FetchError as error:
        reason = f"asked for by its id on {now:%Y-%m-%d at %H:%M} UTC, without an answer: {error.reason}"
    announcements.looked_up(ids, reason)
    return report


def completeness(*, now: datetime, days: int = 14, category: str = "") -> tuple[CategoryDay, ...]:
    """Each followed category on each day of the last `days`, newest day first, then by category.

    Days on which an announcement was due and no listing was read are there too, as unseen.
    """
    return _told(now.date() - timedelta(days=days - 1), now.date() + timedelta(days=1), now, category)


def of_day(category: str, day: date, *, now: datetime) -> CategoryDay | None:
    """One category on one day, if it was announced or due."""
    return next(iter(_told(day, day, now, category)), None)


def _told(first: date, last: date, now: datetime, category: str) -> tuple[CategoryDay, ...]:
    listings: dict[tuple[str, date], list[ListingSaid]] = defaultdict(list)
    for row in announcements.days(first, last, category):
        listings[row.category, row.day].append(
            ListingSaid(listing=row.listing, given=row.given, told=row.told, trouble=row.trouble, seen_at=row.seen_at)
        )
    kinds: dict[tuple[str, date], dict[AnnounceKind, int]] = defaultdict(dict)
    states: dict[tuple[str, date], dict[str, int]] = defaultdict(dict)
    for name, day, kind, state, number in announcements.counts(first, last, category):
        kinds[name, day][AnnounceKind(kind)] = kinds[name, day].get(AnnounceKind(kind), 0) + number
        states[name, day][state] = states[name, day].get(state, 0) + number
    places = {*listings, *states, *_due(first, last, now, category)}
    return tuple(
        CategoryDay(
            category=name,
            day=day,
            kinds=kinds[name, day],
            stored=states[name, day].get(announcements.STORED, 0),
            withdrawn=states[name, day].get(announcements.WITHDRAWN, 0),
            missing=states[name, day].get(announcements.MISSING, 0),
            listings=tuple(listings[name, day]),
        )
        for name, day in sorted(places, key=lambda place: (-place[1].toordinal(), place[0]))
    )


def not_stored(category: str, day: date) -> Sequence[tuple[PaperId, str, str]]:
    """(paper id, `withdrawn` or `missing`, reason) of each paper announced then that is not there as announced."""
    return announcements.not_stored(category, day)


def _due(first: date, last: date, now: datetime, category: str) -> set[tuple[str, date]]:
    """The announcements that were due for the categories that arXiv sources follow, since they do."""
    due = set()
    for source in sources.every():
        if source.kind != "arxiv" or source.paused:
            continue
        begin = max(first, source.added_at.date() + timedelta(days=1))
        for day in arxiv_days.days(begin, min(last, arxiv_days.expected_day(now))):
            due |= {(name, day) for name in source.words if category in {"", name}}
    return due


def _settle(ids: Sequence[PaperId]) -> None:
    for start in range(0, len(ids), 500):
        announcements.settle(ids[start : start + 500])

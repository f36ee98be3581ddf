"""When an edition is due: at an hour of a subscriber's own clock, whatever that clock does. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from broadsheet.digests import Every

DAY = timedelta(days=1)

REGIONS = (
    "Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/",
    "Pacific/",
)  # fmt: skip
"""Where the zones begin that are named after places; all others are old names, or no zones of anybody."""


def zones() -> list[str]:
    """The time zones to choose from, by the names of their places."""
    return ["UTC", *sorted(name for name in _known() if name.startswith(REGIONS))]


def is_zone(name: str) -> bool:
    """Whether there is a time zone of this name."""
    return name in _known()


@cache
def _known() -> set[str]:
    return available_timezones()


def moment(day: date, hour: int, zone: str) -> datetime:
    """When the clock of this zone first shows this hour of this day, or a later one because it was put past it.

    An hour that comes twice is meant the first time; one that does not come has its moment when the clock jumps.
    """
    wanted, clock = datetime.combine(day, time(hour)), ZoneInfo(zone)
    first = wanted.replace(tzinfo=clock).astimezone(UTC)
    if first.astimezone(clock).replace(tzinfo=None) == wanted:
        return first
    # Not on the clock: somewhere before `first` it jumps over the hour. Offsets change at whole seconds.
    early, late = int(wanted.replace(tzinfo=clock, fold=1).timestamp()), int(first.timestamp())
    while late - early > 1:
        middle = (early + late) // 2
        if datetime.fromtimestamp(middle, clock).replace(tzinfo=None) < wanted:
            early = middle
        else:
            late = middle
    return datetime.fromtimestamp(late, UTC)


@lru_cache(maxsize=4096)  # many are due at the same moments
def next_at(every: Every, weekday: int, hour: int, zone: str, after: datetime) -> datetime:
    """The first moment after this one at which an edition is due; `weekday` counts from 0 for Monday."""
    today = after.astimezone(ZoneInfo(zone)).date()
    # From yesterday on: a day that the clock leaves out has its moment when the next one begins.
    moments = (moment(day, hour, zone) for day in _days(every, weekday, today - DAY))
    return next(one for one in moments if one > after)


def last_at(every: Every, weekday: int, hour: int, zone: str, due: datetime, now: datetime) -> datetime:
    """The last moment not after `now` at which an edition was due, counted from one that was; never before that one."""
    while (following := next_at(every, weekday, hour, zone, due)) <= now:
        due = following
    return due


def changed_at(every: Every, weekday: int, hour: int, zone: str, last: datetime | None, now: datetime) -> datetime:
    """When the next edition is due once hour, day or zone were changed: not on the day of the last one, not before now.

    So whoever has read today's edition and asks for another hour does not get it again.
    """
    if last is not None:
        clock = ZoneInfo(zone)
        ends = moment(last.astimezone(clock).date() + DAY, 0, zone) - timedelta(seconds=1)
        now = max(now, ends)
    return next_at(every, weekday, hour, zone, now)


def _days(every: Every, weekday: int, first: date) -> Iterator[date]:
    """The days of editions, from this day on."""
    if every is Every.MONTH:
        start = first if first.day == 1 else (first.replace(day=28) + 4 * DAY).replace(day=1)
        while True:
            yield start
            start = (start + 31 * DAY).replace(day=1)
    step, start = DAY, first
    if every is Every.WEEK:
        step, start = 7 * DAY, first + (weekday - first.weekday()) % 7 * DAY
    while True:
        if every is Every.WEEK or start.weekday() < 5:
            yield start
        start += step

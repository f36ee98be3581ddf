"""The calendar of arXiv's announcements, and which of them a submission is in. Pure.

New papers are announced at 20:00 US Eastern on Sunday to Thursday; listings and mails carry the next day's date, Monday
to Friday. A submission is in time until 14:00: what comes from Thursday 14:00 to Friday 14:00 is announced on Sunday,
what comes after that until Monday 14:00 on Monday (https://info.arxiv.org/help/availability.html).

On US holidays, and on some days of its own, arXiv announces nothing. It publishes these evenings a year ahead at best
(2023 to 2026 are known here) and adds to them, so the listing itself is always believed over this calendar. After a
holiday on a Friday there is nothing on Sunday.

The feed is made anew at midnight Eastern, four hours after the page: until then it rightly shows the day before.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")
CUT_OFF, ANNOUNCED = time(14), time(20)
IN_FEED = time(0, 15)
"""Midnight, when feeds are made anew, and a quarter of an hour for that."""

_DAY = timedelta(days=1)
_OWN = frozenset(
    map(
        date.fromisoformat,
        (
            "2023-06-14", "2023-08-17", "2023-12-27", "2024-05-22", "2024-10-08", "2024-12-26", "2024-12-31",
            "2025-12-30", "2026-12-29", "2026-12-31",
        ),
    )
)  # fmt: skip
"""Evenings without an announcement besides the US holidays, from the lists of 2023 to 2026."""


def announced_at(day: date) -> datetime:
    """The moment, UTC, at which the listing of this date comes out: the evening before."""
    return datetime.combine(day - _DAY, ANNOUNCED, EASTERN).astimezone(UTC)


def in_feed_at(day: date) -> datetime:
    """The moment, UTC, from which the feeds should show the listing of this date."""
    return datetime.combine(day, IN_FEED, EASTERN).astimezone(UTC)


def is_announcement_day(day: date) -> bool:
    """Whether a listing of this date is to be expected."""
    return day.weekday() < 5 and not _holiday(day - _DAY)


def announcement_day(submitted: datetime) -> date:
    """The date of the listing that a submission of this moment is in, if moderation does not hold it."""
    local = submitted.astimezone(EASTERN)
    evening = local.date() if local.time() < CUT_OFF else local.date() + _DAY
    if evening.weekday() == 4 and local.date() == evening:
        evening += 2 * _DAY  # Friday until the cut-off: Sunday evening
    elif evening.weekday() in {5, 6} or (evening.weekday() == 4 and local.date() != evening):
        # Thursday after the cut-off waits for Sunday evening, Friday after it and the weekend for Monday evening.
        late = local.date().weekday() >= 4
        evening += _DAY * ((7 - evening.weekday()) if late else 2)
    while not is_announcement_day(evening + _DAY):
        evening += _DAY
    return evening + _DAY


def expected_day(now: datetime) -> date:
    """The date of the newest listing that should be out."""
    day = now.astimezone(EASTERN).date() + _DAY
    while not is_announcement_day(day) or announced_at(day) > now:
        day -= _DAY
    return day


def ended_at(day: date) -> datetime:
    """The moment, UTC, at which a day is over: when the next listing comes out. A Friday's ends on Sunday evening."""
    after = day + _DAY
    while not is_announcement_day(after):
        after += _DAY
    return announced_at(after)


def days(first: date, last: date) -> list[date]:
    """The dates from `first` to `last`, both included, of which a listing is to be expected, oldest first."""
    every = (first + number * _DAY for number in range((last - first).days + 1))
    return [day for day in every if is_announcement_day(day)]


def _holiday(evening: date) -> bool:
    """Evenings without an announcement: of a holiday, and the Sunday after a holiday that was a Friday."""
    return _free(evening) or (evening.weekday() == 6 and _free(evening - 2 * _DAY))


def _free(day: date) -> bool:
    """New Year, M. L. King Day, Juneteenth, Independence Day, Labor Day, Thanksgiving, Christmas, and arXiv's own."""
    if day in _OWN or any((each.month, each.day) in {(1, 1), (6, 19), (7, 4), (12, 25)} for each in _observed_as(day)):
        return True
    week = (day.day + 6) // 7
    return (day.month, day.weekday(), week) in {(1, 0, 3), (9, 0, 1), (11, 3, 4)}


def _observed_as(day: date) -> list[date]:
    """The dates whose holiday is kept on this day: a Saturday's on Friday, a Sunday's on Monday."""
    return [day, *([day + _DAY] if day.weekday() == 4 else []), *([day - _DAY] if day.weekday() == 0 else [])]


def announcement_time(moment: datetime) -> float:
    """The moment in announcement days: a clock that stands still while nothing is announced.

    Each announcement starts a day of this clock, which is over after 24 hours; so the papers of a Friday are no older
    on Sunday. Zero is in 1991; it never runs backwards.
    """
    newest = expected_day(moment)
    passed = (moment - announced_at(newest)) / timedelta(days=1)
    return _number(newest) + min(passed, 1.0)


@lru_cache(maxsize=4096)
def _number(day: date) -> int:
    """How many announcement days there were before this day, since arXiv began."""
    start = date(1991, 1, 1)
    first = max(start, day.replace(day=1))
    here = sum(map(is_announcement_day, (first + n * _DAY for n in range(max((day - first).days, 0)))))
    return here + (_number(first - _DAY) + is_announcement_day(first - _DAY) if first > start else 0)

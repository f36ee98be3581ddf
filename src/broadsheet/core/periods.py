"""Days, ISO weeks and months as listings have them: made, named, and followed by the next one. Pure."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from broadsheet.types import Period, PeriodKind


def day(when: date) -> Period:
    """This one day."""
    return Period(kind=PeriodKind.DAY, first=when, last=when)


def week(year: int, number: int) -> Period:
    """This ISO week, Monday to Sunday; ValueError if the year has no such week."""
    monday = date.fromisocalendar(year, number, 1)
    return Period(kind=PeriodKind.WEEK, first=monday, last=monday + min(timedelta(days=6), date.max - monday))


def month(year: int, number: int) -> Period:
    """This month; ValueError if there is none of this number."""
    first = date(year, number, 1)
    return Period(kind=PeriodKind.MONTH, first=first, last=first.replace(day=monthrange(year, number)[1]))


def week_of(text: str) -> Period | None:
    """The ISO week that an address names, `2026-W12`; None if it names none."""
    return _named(r"(\d{4})-W(\d{2})", text, week)


def month_of(text: str) -> Period | None:
    """The month that an address names, `2026-03`; None if it names none."""
    return _named(r"(\d{4})-(\d{2})", text, month)


def _named(pattern: str, text: str, make: Callable[[int, int], Period]) -> Period | None:
    try:
        match = re.fullmatch(pattern, text, re.ASCII)
        return make(int(match[1]), int(match[2])) if match else None
    except ValueError:
        return None


def around(kind: PeriodKind, when: date) -> Period:
    """The period of this kind that contains this day."""
    if kind is PeriodKind.DAY:
        return day(when)
    if kind is PeriodKind.WEEK:
        return week(*when.isocalendar()[:2])
    return month(when.year, when.month)


def address(period: Period) -> str:
    """How an address names it: `2026-03-17`, `2026-W12`, `2026-03`."""
    if period.kind is PeriodKind.DAY:
        return period.first.isoformat()
    if period.kind is PeriodKind.WEEK:
        year, number, _ = period.first.isocalendar()
        return f"{year:04}-W{number:02}"
    return f"{period.first:%Y-%m}"

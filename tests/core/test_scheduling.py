"""Promises of schedules: at the hour the person chose, once a period, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.core.scheduling import changed_at, is_zone, last_at, moment, next_at, zones
from broadsheet.digests import Every

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

RESTLESS = (
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Africa/Casablanca", "Asia/Kathmandu",
    "Pacific/Apia", "America/Sao_Paulo", "Africa/Cairo", "Asia/Gaza", "Pacific/Chatham", "America/St_Johns", "UTC",
)  # fmt: skip
"""Zones whose clocks are put at odd hours, by odd amounts, for a month only, or past a whole day."""

zone_names = st.one_of(st.sampled_from(RESTLESS), st.sampled_from(zones()))
hours = st.integers(0, 23)
weekdays = st.integers(0, 6)
everies = st.sampled_from(Every)
moments = st.datetimes(datetime(2005, 1, 1), datetime(2045, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def is_due(every: Every, weekday: int, day: date) -> bool:
    if every is Every.DAY:
        return day.weekday() in range(5)
    return day.weekday() == weekday if every is Every.WEEK else day.day == 1


def watched(day: date, hour: int, zone: str) -> datetime:
    """The slow way: sit before the clock from two days before, and look at it every minute."""
    clock, wanted = ZoneInfo(zone), datetime.combine(day, time(hour))
    now = datetime.combine(day, time(hour), UTC) - 2 * DAY
    while now.astimezone(clock).replace(tzinfo=None) < wanted:
        now += MINUTE
    return now


class TestMoments:
    @given(day=st.dates(date(2005, 1, 1), date(2045, 1, 1)), hour=hours, zone=zone_names)
    @settings(max_examples=60, deadline=None)
    def test_an_hour_is_when_somebody_who_watches_the_clock_first_sees_it_reached(
        self, day: date, hour: int, zone: str
    ) -> None:
        assert moment(day, hour, zone) == watched(day, hour, zone)

    @given(when=moments, hour=hours, zone=st.sampled_from(RESTLESS))
    @settings(max_examples=60, deadline=None)
    def test_it_is_so_on_the_days_on_which_clocks_are_put(self, when: datetime, hour: int, zone: str) -> None:
        clock = ZoneInfo(zone)
        days = (when + n * DAY for n in range(400))
        put = next(
            (d for d in days if d.astimezone(clock).utcoffset() != (d + DAY).astimezone(clock).utcoffset()), when
        )
        for day in (put.astimezone(clock).date(), (put + DAY).astimezone(clock).date()):
            assert moment(day, hour, zone) == watched(day, hour, zone)

    @pytest.mark.parametrize(
        ("day", "hour", "zone", "expected"),
        [
            ("2026-03-29", 2, "Europe/Berlin", "2026-03-29T01:00"),  # 2:00 is left out: when the clock shows 3:00
            ("2026-03-29", 3, "Europe/Berlin", "2026-03-29T01:00"),
            ("2026-10-25", 2, "Europe/Berlin", "2026-10-25T00:00"),  # comes twice: the first
            ("2026-10-25", 3, "Europe/Berlin", "2026-10-25T02:00"),
            ("2026-10-04", 2, "Australia/Lord_Howe", "2026-10-03T15:30"),  # put by half an hour
            ("2018-11-04", 0, "America/Sao_Paulo", "2018-11-04T03:00"),  # the day began at 1:00
            ("2011-12-30", 7, "Pacific/Apia", "2011-12-30T10:00"),  # there was no such day
            ("2028-02-29", 7, "America/New_York", "2028-02-29T12:00"),
        ],
    )
    def test_known_days_are_as_known(self, day: str, hour: int, zone: str, expected: str) -> None:
        assert moment(date.fromisoformat(day), hour, zone) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


class TestNext:
    @given(every=everies, weekday=weekdays, hour=hours, zone=zone_names, after=moments)
    @settings(max_examples=300, deadline=None)
    def test_it_is_the_first_of_all_moments_that_come_after(
        self, every: Every, weekday: int, hour: int, zone: str, after: datetime
    ) -> None:
        start = after.date() - 3 * DAY
        days = [start + n * DAY for n in range(70)]
        due = [moment(day, hour, zone) for day in days if is_due(every, weekday, day)]
        assert next_at(every, weekday, hour, zone, after) == min(one for one in due if one > after)

    @given(every=everies, weekday=weekdays, hour=hours, zone=zone_names, after=moments)
    @settings(max_examples=100, deadline=None)
    def test_each_day_of_a_year_has_one_edition_or_none(
        self, every: Every, weekday: int, hour: int, zone: str, after: datetime
    ) -> None:
        found = [after]
        while found[-1] < after + 366 * DAY:
            found.append(next_at(every, weekday, hour, zone, found[-1]))
        days = [one.astimezone(ZoneInfo(zone)).date() for one in found[1:]]
        assert len(days) == len(set(days))
        # 20 hours, because Samoa left out a whole day of 2011.
        shortest = {Every.DAY: 20 * HOUR, Every.WEEK: 6 * DAY, Every.MONTH: 27 * DAY}[every]
        assert all(later - one >= shortest for one, later in pairwise(found[1:]))

    def test_a_leap_day_is_a_day(self) -> None:
        at = datetime(2028, 2, 28, 12, tzinfo=UTC)
        assert next_at(Every.DAY, 0, 7, "UTC", at) == datetime(2028, 2, 29, 7, tzinfo=UTC)
        assert next_at(Every.MONTH, 0, 7, "UTC", datetime(2028, 2, 29, 8, tzinfo=UTC)) == datetime(
            2028, 3, 1, 7, tzinfo=UTC
        )

    def test_a_working_day_is_one_of_the_subscriber_s_own_week(self) -> None:
        friday_night = datetime(2026, 3, 20, 20, tzinfo=UTC)  # Saturday in Auckland
        assert next_at(Every.DAY, 0, 7, "Pacific/Auckland", friday_night) == datetime(2026, 3, 22, 18, tzinfo=UTC)


class TestCatchingUp:
    @given(every=everies, weekday=weekdays, hour=hours, zone=zone_names, due=moments, slept=st.integers(0, 5_000_000))
    @settings(max_examples=100, deadline=None)
    def test_after_any_sleep_the_last_due_moment_is_the_one_before_the_next(
        self, every: Every, weekday: int, hour: int, zone: str, due: datetime, slept: int
    ) -> None:
        due = next_at(every, weekday, hour, zone, due)
        now = due + timedelta(seconds=slept)
        last = last_at(every, weekday, hour, zone, due, now)
        assert due <= last <= now < next_at(every, weekday, hour, zone, last)
        assert next_at(every, weekday, hour, zone, now) == next_at(every, weekday, hour, zone, last)


class TestChanges:
    @given(every=everies, weekday=weekdays, hour=hours, zone=zone_names, last=moments, waited=st.integers(0, 200_000))
    @settings(max_examples=100, deadline=None)
    def test_whoever_changes_the_hour_gets_no_second_edition_that_day(
        self, every: Every, weekday: int, hour: int, zone: str, last: datetime, waited: int
    ) -> None:
        now = last + timedelta(seconds=waited)
        at, clock = changed_at(every, weekday, hour, zone, last, now), ZoneInfo(zone)
        assert at > now
        assert at.astimezone(clock).date() > last.astimezone(clock).date()

    def test_without_an_edition_the_next_hour_of_today_is_good(self) -> None:
        noon = datetime(2026, 3, 17, 12, tzinfo=UTC)
        assert changed_at(Every.DAY, 0, 18, "UTC", None, noon) == noon + 6 * HOUR


def test_every_zone_that_is_offered_exists() -> None:
    assert all(map(is_zone, zones()))
    assert not is_zone("Mars/Olympus_Mons")
    assert not is_zone("../etc/passwd")

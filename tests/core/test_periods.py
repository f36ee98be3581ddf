"""Promises about days, weeks and months."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.core import periods
from broadsheet.types import PeriodKind

days = st.dates(date(1900, 1, 1), date(2999, 12, 1))


@given(days, st.sampled_from(PeriodKind))
def test_a_period_contains_the_day_it_is_around_and_touches_the_next(when: date, kind: PeriodKind) -> None:
    period = periods.around(kind, when)
    assert period.first <= when <= period.last
    assert periods.around(kind, period.last) == period
    assert periods.around(kind, period.last + timedelta(days=1)).first == period.last + timedelta(days=1)


def test_addresses_are_iso() -> None:
    when = date(2024, 12, 30)
    assert [periods.address(periods.around(kind, when)) for kind in PeriodKind] == ["2024-12-30", "2025-W01", "2024-12"]


@pytest.mark.parametrize(
    ("make", "numbers"), [(periods.week, (2025, 53)), (periods.month, (2025, 13)), (periods.week, (0, 1))]
)
def test_a_period_that_the_calendar_has_not_is_refused(make: object, numbers: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"(?i)week|month|year"):
        make(*numbers)  # type: ignore[operator]

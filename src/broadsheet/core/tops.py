"""The verb `top`: the papers that gained most upvotes in a day, a week or a month."""

from __future__ import annotations

from datetime import UTC, datetime, time

from broadsheet.library import gains, papers
from broadsheet.rank.trending import LIGHT, VOTES
from broadsheet.types import Paging, Period, Top

UPVOTES = ("upvotes", VOTES, LIGHT)
"""Those elsewhere, and those here as they are weighed."""


def top(period: Period, paging: Paging) -> Top:
    """The papers that gained most upvotes in this period, most first.

    Those that gained as many whole ones share their rank; what light votes count breaks the tie.
    """
    begin = datetime.combine(period.first, time(), UTC)
    end = datetime.combine(period.last, time.max, UTC)
    first = (paging.page - 1) * paging.size
    found = gains.most_gained(UPVOTES, begin, end, offset=first, limit=paging.size)
    above = gains.number_that_gained(UPVOTES, begin, end, least=int(found[0].gained) + 1) if first and found else 0
    by_key = papers.by_keys([one.key for one in found])
    ranked: list[tuple[int, int]] = []
    for number, one in enumerate(found):
        equal = number and int(one.gained) == ranked[-1][1]
        rank = ranked[-1][0] if equal else first + number + 1 if number else above + 1
        ranked.append((rank, int(one.gained)))
    return Top(
        period=period,
        gained=tuple(
            (rank, one.gained, by_key[one.key])
            for (rank, _), one in zip(ranked, found, strict=True)
            if one.key in by_key
        ),
        total=gains.number_that_gained(UPVOTES, begin, end),
        paging=paging,
        earlier=gains.any_before(begin),
    )

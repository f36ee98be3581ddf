"""The verbs `notice` and `trending`: what papers gain, and which of them rise for it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

from django.db import transaction

from broadsheet.library import changes, gains, papers, repositories
from broadsheet.library.gains import Grown
from broadsheet.rank.trending import VERSION, Formula, Gain, added, heat, ranked, worth
from broadsheet.sources.arxiv_days import announcement_time
from broadsheet.types import Counted, Paging, Paper, Rising, Trending

AT_ONCE = 500
CANDIDATES = 3000
"""The hottest papers, among which the list is made."""

LISTED = 500
"""Papers that the list has at most."""

COLD = 0.01
"""Heat below which a paper does not rise any more: forty upvotes are there after eight half-lives."""

VOTES = "votes"
"""The kind of the votes of accounts here; they are noted weighed, not counted."""

MANY_TIMES = 100
"""From here on the number itself says no more: where nearly nothing rises, a single vote is thousands of times that."""

BASELINE = {"stars"}
"""Kinds whose first number is where growth begins, and no growth itself: a repository may be older than its paper."""


def notice(formula: Formula, *, now: datetime) -> int:
    """Read what the library has written since, and note what papers gained; answers how many gains that were.

    If the formula is another one than before, the heat of every paper is made anew from its gains.
    """
    number, before = gains.position(gains.CHANGES)
    settings = json.dumps([VERSION, sorted(formula.weights.items()), formula.half_life, formula.first])
    if before != settings:
        _remake(formula)
        gains.move(gains.CHANGES, number, settings)
    noted = 0
    while seen := changes.after(number, AT_ONCE):
        number = seen[-1][0]
        several = {key: paper for _, key, paper in seen if paper}
        counts = {(key, kind): count for key, paper in several.items() for kind, count in _counts(paper).items()}
        with transaction.atomic():
            noted += note(counts, formula, now=now, papers_by_key=several)
            gains.move(gains.CHANGES, number, settings)
    return noted + _notice_stars(formula, now)


def _notice_stars(formula: Formula, now: datetime) -> int:
    number, _ = gains.position(gains.STARS)
    noted = 0
    while rows := repositories.stars_after(number, AT_ONCE):
        number = rows[-1][0]
        counts = {(key, "stars"): stars for _, stars, keys in rows for key in keys}
        with transaction.atomic():
            noted += note(counts, formula, now=now)
            gains.move(gains.STARS, number)
    return noted


def note(
    counts: Mapping[tuple[int, str], float],
    formula: Formula,
    *,
    now: datetime,
    papers_by_key: Mapping[int, Paper] | None = None,
) -> int:
    """Note these numbers, by paper and kind, where they are higher than any before; answers how many were.

    What is seen for the first time of a paper that was listed days ago counts from the day after it was listed.
    """
    known = gains.highest({key for key, _ in counts})
    grown = []
    for (key, kind), count in counts.items():
        first = (key, kind) not in known
        before = count if first and kind in BASELINE else known.get((key, kind), 0)
        if count > before or (first and kind in BASELINE):
            paper = (papers_by_key or {}).get(key)
            grown.append(Grown(key, kind, before, count, _when(paper, now) if first else now))
    gains.add(grown)
    heats = gains.heats({one.key for one in grown})
    for one in grown:
        heats[one.key] = added(heats.get(one.key, -math.inf), _gain(one), formula)
    _put(heats)
    return len(grown)


def replace_votes(key: int, grown: list[tuple[datetime, float]], formula: Formula) -> None:
    """Make the gains of a paper's votes here anew: at each of these moments, in order, they came to count so much."""
    totals = [0.0, *(total for _, total in grown)]
    steps = zip(grown, totals, strict=False)
    gains.replace(key, VOTES, [Grown(key, VOTES, before, total, at) for (at, total), before in steps if total > before])
    gains.take_heat(key)
    _make_heats({key}, formula)


def trending(paging: Paging, formula: Formula, *, now: datetime) -> Trending:
    """One page of the papers that rise, with what each gained and why it stands where it does.

    If nothing has grown for long, it is the list of the moment when something last did.
    """
    found = gains.hottest(CANDIDATES)
    heats = {key: value for key, (value, _) in found.items()}
    fields = {key: category for key, (_, category) in found.items()}
    as_of = now
    if heats and max(heats.values()) - announcement_time(now) / formula.half_life < math.log2(COLD):
        as_of = gains.newest() or now
    moment = announcement_time(as_of)
    order = [placed for placed in ranked(heats, fields, moment, formula) if placed.heat >= COLD][:LISTED]
    first = (paging.page - 1) * paging.size
    page = order[first : first + paging.size]
    by_key = papers.by_keys([placed.key for placed in page])
    inputs = gains.of(by_key.keys())
    rising = tuple(
        Rising(
            paper=by_key[placed.key],
            rank=rank,
            score=placed.score,
            heat=placed.heat,
            usual=placed.usual,
            field=fields[placed.key],
            gains=tuple(_counted(one, moment, formula) for one in inputs[placed.key] if one.after > one.before),
        )
        for rank, placed in enumerate(page, first + 1)
        if placed.key in by_key
    )
    return Trending(
        rising=rising, total=len(order), paging=paging, version=VERSION, half_life=formula.half_life, as_of=as_of
    )


def reason_of(given: Rising) -> str:
    """In a line: what it gained lately, kind by kind, and how far that is above what is usual."""
    lately: dict[str, float] = {}
    for gain in given.gains:
        if gain.counts >= given.heat / 20:
            lately[gain.kind] = lately.get(gain.kind, 0.0) + gain.after - gain.before
    shown = {kind: f"{number:.1f}".removesuffix(".0") for kind, number in lately.items()}
    told = ", ".join(f"+{number} {kind if number != '1' else kind.removesuffix('s')}" for kind, number in shown.items())
    where = f"in {given.field}" if given.field else "for a paper"
    score = f"{given.score:.1f}" if given.score < MANY_TIMES else f"more than {MANY_TIMES}"
    return f"{told}; {score} times what is usual {where}"


def _counts(paper: Paper) -> dict[str, int]:
    """What of a paper is counted at other places."""
    said = [extras for extras in paper.extras.values() if isinstance(extras, Mapping)]
    counts = {
        "upvotes": paper.upvotes or 0,
        "comments": sum(one["comments"] for one in said if isinstance(one.get("comments"), int)),
        "stars": max((one["github_stars"] for one in said if isinstance(one.get("github_stars"), int)), default=0),
    }
    return {kind: count for kind, count in counts.items() if count > 0}


def _when(paper: Paper | None, now: datetime) -> datetime:
    """The moment from which a first number counts: now, or the end of the day after the paper was listed."""
    if paper is None or paper.listed_on is None:
        return now
    return min(now, datetime.combine(paper.listed_on, time(), UTC) + timedelta(days=2))


def _make_heats(keys: set[int], formula: Formula) -> None:
    """Make the heat of these papers anew from all their gains."""
    _put({key: heat((_gain(one) for one in grown), formula) for key, grown in gains.of(keys).items()})


def _put(heats: Mapping[int, float]) -> None:
    gains.put_heats({key: value for key, value in heats.items() if value > -math.inf})


def _remake(formula: Formula) -> None:
    gains.clear_heats()
    key = 0
    while keys := gains.keys_with_gains(key, AT_ONCE):
        _make_heats(set(keys), formula)
        key = keys[-1]


def _gain(one: Grown) -> Gain:
    return Gain(one.kind, one.before, one.after, announcement_time(one.at))


def _counted(one: Grown, moment: float, formula: Formula) -> Counted:
    gain = _gain(one)
    share = worth(gain, formula) * 2 ** ((gain.time - moment) / formula.half_life)
    return Counted(kind=one.kind, before=one.before, after=one.after, at=one.at, counts=share)

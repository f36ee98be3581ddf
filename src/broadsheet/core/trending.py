"""The verbs `notice` and `trending`: what papers gain, and which of them rise for it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from django.db import transaction

from broadsheet.library import changes, gains, papers, ranking, repositories
from broadsheet.library.gains import Grown
from broadsheet.rank.trending import LIGHTLY, OLD, VERSION, Formula, Gain, Placed, Warm, added, heat, ranked, worth
from broadsheet.sources.arxiv_days import announced_at, announcement_time
from broadsheet.types import Counted, Paging, Paper, Rising, Trending

AT_ONCE = 500
CANDIDATES = 3000
"""The hottest papers, among which the list is made."""

LISTED = 500
"""Papers that the list has at most."""

COLD = 0.1
"""Heat below which a paper does not rise any more: forty upvotes are there after five half-lives."""

VOICES = "voices"
"""The kind of the accounts here that said something of a paper, each once; noted weighed, as votes are."""

MANY_TIMES = 100
"""From here on the number itself says no more: where nearly nothing rises, a single vote is thousands of times that."""

BASELINE = {"stars"}
"""Kinds whose first number is where growth begins, and no growth itself: a repository may be older than its paper."""


def notice(formula: Formula, *, now: datetime) -> int:
    """Read what the library has written since, and note what papers gained; answers how many gains that were.

    If the formula is another one than before, the heat of every paper is made anew from its gains.
    """
    number, before = gains.position(gains.CHANGES)
    settings = _spelled(formula)
    if before != settings:
        with transaction.atomic():
            _remake(formula)
            gains.move(gains.CHANGES, number, settings)
            ranking.note_change("formula", described(formula), now)
    noted = 0
    while seen := changes.after(number, AT_ONCE):
        number = seen[-1][0]
        several = {key: paper for _, key, paper in seen if paper}
        counts = {(key, kind): count for key, paper in several.items() for kind, count in _counts(paper).items()}
        with transaction.atomic():
            noted += note(counts, formula, now=now, papers_by_key=several)
            gains.move(gains.CHANGES, number, settings)
    return noted + _notice_stars(formula, now)


def _spelled(formula: Formula) -> str:
    return json.dumps(described(formula), sort_keys=True)


def _of_the_heats(formula: Formula) -> Formula:
    """The formula by which the heats were made: another than this one until they are made anew."""
    _, settings = gains.position(gains.CHANGES)
    if not settings or settings == _spelled(formula):
        return formula
    made_by = json.loads(settings)
    del made_by["version"]
    return Formula(**made_by)


def described(formula: Formula) -> dict[str, Any]:
    """All that the order depends on, for the log and for lists that are kept."""
    return {
        "version": VERSION,
        "weights": dict(formula.weights),
        "half_life": formula.half_life,
        "gravity": formula.gravity,
        "first": formula.first,
    }


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
    return _grow(grown, formula)


def grow(key: int, kind: str, steps: Iterable[tuple[datetime, float, float]], formula: Formula) -> None:
    """Note what came to count for a paper, firm and light, at these moments, where it is more than ever before."""
    most, grown = gains.highest({key}), []
    for at, *both in steps:
        for name, total in zip((kind, LIGHTLY + kind), both, strict=True):
            before = most.get((key, name), 0.0)
            if total > before:
                grown.append(Grown(key, name, before, total, at))
                most[key, name] = total
    _grow(grown, formula)


def _grow(grown: Sequence[Grown], formula: Formula) -> int:
    gains.add(grown)
    heats = gains.heats({one.key for one in grown})
    for one in grown:
        full, firm = heats.get(one.key, (-math.inf, -math.inf))
        heats[one.key] = (
            added(full, _gain(one), formula),
            firm if one.kind.startswith(LIGHTLY) else added(firm, _gain(one), formula),
        )
    _put(heats)
    return len(grown)


def replace(key: int, kind: str, grown: list[tuple[datetime, float, float]], formula: Formula) -> None:
    """Make the gains of a kind of a paper anew: at each of these moments so much counted, firm and light."""
    by_kind = {kind: [(at, firm) for at, firm, _ in grown], LIGHTLY + kind: [(at, light) for at, _, light in grown]}
    for name, totals in by_kind.items():
        steps = zip(totals, [0.0, *(total for _, total in totals)], strict=False)
        rows = [Grown(key, name, before, total, at) for (at, total), before in steps if total > before]
        gains.replace(key, name, rows)
    gains.take_heats([key])
    _make_heats({key}, formula)


def trending(paging: Paging, formula: Formula, *, now: datetime) -> Trending:
    """One page of the papers that rise, with what each gained and why it stands where it does.

    If nothing has grown for long, it is the list of the moment when something last did.
    """
    formula = _of_the_heats(formula)
    order, fields, as_of = _order(formula, now)
    order = [placed for placed in order if placed.heat >= COLD][:LISTED]
    first = (paging.page - 1) * paging.size
    page = order[first : first + paging.size]
    by_key = papers.by_keys([placed.key for placed in page])
    inputs = gains.of(by_key.keys())
    rising = tuple(
        _rising(by_key[placed.key], placed, rank, fields[placed.key], inputs[placed.key], as_of, formula)
        for rank, placed in enumerate(page, first + 1)
        if placed.key in by_key
    )
    return Trending(
        rising=rising,
        total=len(order),
        paging=paging,
        version=VERSION,
        half_life=formula.half_life,
        gravity=formula.gravity,
        as_of=as_of,
    )


def of_paper(paper: Paper, formula: Formula, *, now: datetime) -> Rising | None:
    """How a paper stands in the trending list, or would; None if it has cooled down, or never gained anything.

    The rank is 0 if it is not listed.
    """
    formula, known = _of_the_heats(formula), gains.heats([paper.key])
    if not known or known[paper.key][0] - announcement_time(now) / formula.half_life < math.log2(COLD):
        return None
    order, fields, as_of = _order(formula, now)
    for rank, placed in enumerate(order, 1):
        if placed.key == paper.key:
            listed = rank if placed.heat >= COLD and rank <= LISTED else 0
            grown = gains.of([paper.key])[paper.key]
            return _rising(paper, placed, listed, fields[paper.key], grown, as_of, formula)
    return None


def _order(formula: Formula, now: datetime) -> tuple[list[Placed], dict[int, str], datetime]:
    """The hottest papers as they are ranked, their fields, and the moment as of which they are."""
    found = gains.hottest(CANDIDATES)
    as_of = now
    if found and found[0].heat - announcement_time(now) / formula.half_life < math.log2(COLD):
        as_of = gains.newest() or now
    moment = announcement_time(as_of)
    warm = [Warm(one.key, one.heat, one.firm, one.field, _age(one.day, moment)) for one in found]
    return ranked(warm, moment, formula), {one.key: one.field for one in found}, as_of


def _age(day: date | None, moment: float) -> float:
    """How long ago a day began, in announcement days; papers of no day are old."""
    return max(moment - _begin(day), 0.0) if day else OLD


@lru_cache(maxsize=4096)
def _begin(day: date) -> float:
    return announcement_time(announced_at(day))


def _rising(
    paper: Paper, placed: Placed, rank: int, field: str, grown: list[Grown], as_of: datetime, formula: Formula
) -> Rising:
    moment = announcement_time(as_of)
    return Rising(
        paper=paper,
        rank=rank,
        score=placed.score,
        heat=placed.heat,
        usual=placed.usual,
        field=field,
        age=placed.age,
        held=placed.held,
        gains=tuple(_counted(one, moment, formula) for one in grown if one.after > one.before),
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
    times = given.heat / given.usual
    told_times = f"{times:.1f}" if times < MANY_TIMES else f"more than {MANY_TIMES}"
    return f"{told}; {told_times} times what is usual {where} {_of_age(given.age)}"


def _of_age(days: float) -> str:
    """The age of a paper in words."""
    if days >= OLD:
        return "long after it was listed"
    hours = round(days * 24)
    return f"after {hours} hour{'' if hours == 1 else 's'}" if hours < 48 else f"after {days:.0f} days"


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
    _put(
        {
            key: (
                heat(map(_gain, grown), formula),
                heat((_gain(one) for one in grown if not one.kind.startswith(LIGHTLY)), formula),
            )
            for key, grown in gains.of(keys).items()
        }
    )


def _put(heats: Mapping[int, tuple[float, float]]) -> None:
    gains.put_heats({key: value for key, value in heats.items() if value[0] > -math.inf})


def _remake(formula: Formula) -> None:
    """Make every heat anew, in one transaction: whoever reads the list meanwhile finds it as it was."""
    key = 0
    while keys := gains.keys_with_gains(key, AT_ONCE):
        gains.take_heats(keys)
        _make_heats(set(keys), formula)
        key = keys[-1]


def _gain(one: Grown) -> Gain:
    return Gain(one.kind, one.before, one.after, announcement_time(one.at))


def _counted(one: Grown, moment: float, formula: Formula) -> Counted:
    gain = _gain(one)
    share = worth(gain, formula) * 2 ** ((gain.time - moment) / formula.half_life)
    return Counted(kind=one.kind, before=one.before, after=one.after, at=one.at, counts=share)

"""Replays the real days of the Hugging Face daily papers and holds five orders against what came of the papers.

    python -m benchmarks.trending
    python -m benchmarks.trending --spread seen
    python -m benchmarks.trending --plot docs/images/trending.svg

The replay sees the votes every two hours, as a library that follows this source does. The data name no fields, so what
is usual in a field plays no part here. The formula was chosen on the weeks of even number (`--weeks even`); what is
printed is of the odd ones.
"""

from __future__ import annotations

import argparse
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from statistics import fmean, median

import numpy as np
from scipy.stats import kendalltau

from benchmarks.replay import SPREADS, Curve, Hours, curves
from benchmarks.trending_plots import Panel, picture
from broadsheet.rank.trending import LIGHT, Formula, Gain, Warm, added, joined, ranked
from broadsheet.rank.trust import AT_MOST, LIFT, OF_A_NETWORK, OF_A_RING
from broadsheet.sources.arxiv_days import announcement_time

FORMULA, BEFORE = Formula(), Formula(half_life=1.0)
"""Ours, and what is left of its version 2 where there are no fields: no age, and gains forgotten within days."""

STEP, BACK = 2, 8
"""Hours between two looks at the votes, and days of which papers are in the list."""

WITHIN, EVENINGS = (12, 24, 36, 48), (4, 12, 20)
"""Ages in hours at which one day's order is judged, and hours of the day at which the week's is."""

RING, PLACES = 50, range(11, 31)

Order = Callable[["Moment"], Hours]


@dataclass
class Seen:
    """A paper as a library that looks every STEP hours sees it: its upvotes, and its heat, after each look."""

    curve: Curve

    @cached_property
    def votes(self) -> Hours:
        """After each look, the first at the beginning of the day."""
        return self.curve.after(np.arange(0, (BACK + 2) * 24 + 1, STEP, dtype=float))

    @cached_property
    def heats(self) -> list[float]:
        """The logarithms of the heat after each look."""
        return self._heats(FORMULA)

    @cached_property
    def heats_before(self) -> list[float]:
        """The same by version 2."""
        return self._heats(BEFORE)

    def _heats(self, formula: Formula) -> list[float]:
        found = [-math.inf]
        for step in range(1, len(self.votes)):
            moment = self.curve.day + timedelta(hours=step * STEP)
            gain = Gain("upvotes", self.votes[step - 1], self.votes[step], _clock(moment))
            found.append(added(found[-1], gain, formula))
        return found


@dataclass
class Moment:
    """The papers that are in the list at a moment; `more` are upvotes, firm or light, that some get just then."""

    now: datetime
    papers: Sequence[Seen]
    firm: dict[int, float] = field(default_factory=dict)
    light: dict[int, float] = field(default_factory=dict)

    @cached_property
    def hours(self) -> Hours:
        """The age of each paper."""
        return np.array([(self.now - paper.curve.day).total_seconds() / 3600 for paper in self.papers])

    @cached_property
    def counts(self) -> Hours:
        """The upvotes of each paper, as an order counts them that knows of no trust."""
        counts = np.array(
            [paper.votes[int(hours // STEP)] for paper, hours in zip(self.papers, self.hours, strict=True)]
        )
        for place, number in (*self.firm.items(), *self.light.items()):
            counts[place] += number
        return counts

    def gained(self, hours: float) -> Hours:
        """The upvotes that each paper gains in the next hours."""
        later = self.now + timedelta(hours=hours)
        return np.array([paper.curve.at(later) - paper.curve.at(self.now) for paper in self.papers])


def raw(moment: Moment) -> Hours:
    """The upvotes."""
    return moment.counts


def hacker_news(moment: Moment) -> Hours:
    """The upvotes less one, over a power of the age in hours."""
    return (moment.counts - 1) / (moment.hours + 2) ** 1.8


def reddit(moment: Moment) -> Hours:
    """The logarithm of the upvotes, and the moment it began."""
    return np.log10(np.maximum(moment.counts, 1)) - moment.hours * 3600 / 45_000


def trending(moment: Moment) -> Hours:
    """Ours: the scores, or minus the places where light votes are held."""
    now = _clock(moment.now)
    papers = []
    for key, (seen, hours) in enumerate(zip(moment.papers, moment.hours, strict=True)):
        firm = seen.heats[int(hours // STEP)]
        firm = added(firm, Gain("votes", 0, moment.firm.get(key, 0), now), FORMULA)
        light = added(-math.inf, Gain(LIGHT, 0, min(moment.light.get(key, 0), AT_MOST), now), FORMULA)
        papers.append(Warm(key, joined(firm, light), firm, "", now - _clock(seen.curve.day)))
    found = np.zeros(len(papers))
    for place, placed in enumerate(ranked(papers, now, FORMULA)):
        found[placed.key] = -place if moment.light else placed.score
    return found


def version_2(moment: Moment) -> Hours:
    """The heat of version 2, which knew of light votes that they count together half a vote."""
    now, heats = _clock(moment.now), []
    for key, (seen, hours) in enumerate(zip(moment.papers, moment.hours, strict=True)):
        votes = moment.firm.get(key, 0) + min(moment.light.get(key, 0), AT_MOST)
        heats.append(added(seen.heats_before[int(hours // STEP)], Gain("votes", 0, votes, now), BEFORE))
    return np.exp2(np.array(heats) - now / BEFORE.half_life)


ORDERS: dict[str, Order] = {
    "raw counts": raw,
    "Hacker News": hacker_news,
    "Reddit": reddit,
    "trending, version 2": version_2,
    "trending": trending,
}


def main() -> None:
    """Print the tables, or draw the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spread", choices=SPREADS, default="usual", help="how votes lie between two known moments")
    parser.add_argument("--weeks", choices=("odd", "even"), default="odd", help="even ones are for choosing")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the pictures of the documentation")
    asked = parser.parse_args()
    by_day: dict[date, list[Seen]] = defaultdict(list)
    for curve in curves(asked.spread):
        by_day[curve.day.date()].append(Seen(curve))
    several = [day for day in _days(by_day) if day.isocalendar()[1] % 2 == (asked.weeks == "odd")]
    print(f"{sum(map(len, by_day.values())):,} papers on {len(by_day)} days; weeks of {asked.weeks} number")
    print(f"Between two known moments votes are spread {SPREADS[asked.spread]}.\n")
    ages = " | ".join(f"{hours} h" for hours in WITHIN)
    print(f"| order | right pairs, {ages} | τ, {ages} | nDCG@10, {' | '.join(f'{hour}:00' for hour in EVENINGS)} |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for name, order in ORDERS.items():
        pairs, taus = zip(*(_agreement(by_day, several, order, hours) for hours in WITHIN), strict=True)
        follows = [_follows(by_day, several, order, hour) for hour in EVENINGS]
        print(f"| {name} | {_row(pairs, '.1%')} | {_row(taus, '.3f')} | {_row(follows, '.3f')} |")
    _print_rings(by_day, several)
    if asked.plot:
        panels = [_agreement_by_age(by_day, several), _places_of_the_ring(by_day, several), _a_week(by_day)]
        asked.plot.write_text(picture("Trending, replayed on real days", panels), encoding="utf-8")


def _row(figures: Iterable[float], form: str) -> str:
    return " | ".join(format(figure, form) for figure in figures)


def _days(by_day: dict[date, list[Seen]]) -> list[date]:
    first, last = min(by_day) + timedelta(days=BACK), max(by_day)
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _moment(by_day: dict[date, list[Seen]], day: date, hour: int) -> Moment:
    """A moment of this day, with the papers of the last BACK days."""
    now = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    return Moment(now, [seen for age in range(BACK) for seen in by_day.get(day - timedelta(days=age), [])])


def _agreement(by_day: dict[date, list[Seen]], days: Sequence[date], order: Order, hours: int) -> tuple[float, float]:
    """How far the order of one day's papers at this age agrees with their final upvotes, over days of eight or more.

    The share of pairs of papers, apart in the end, that are in the right order, where equals count half; and Kendall's
    τ-b, which gives credit for equals.
    """
    pairs, taus = [], []
    for day in days:
        if len(by_day.get(day, ())) >= 8:
            moment = Moment(datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hours), by_day[day])
            scores, finals = order(moment), np.array([seen.curve.final for seen in moment.papers])
            apart = np.sign(finals[:, None] - finals)
            right = apart * np.sign(scores[:, None] - scores)
            pairs.append(float((1 + right.sum() / np.abs(apart).sum()) / 2))
            tau = kendalltau(scores, finals).statistic
            taus.append(0.0 if math.isnan(tau) else float(tau))
    return fmean(pairs), fmean(taus)


def _follows(by_day: dict[date, list[Seen]], days: Sequence[date], order: Order, hour: int) -> float:
    """nDCG@10 of a week's papers against what they gain in the next 24 hours: what a trending list is read for."""
    discount, found = 1 / np.log2(np.arange(2, 12)), []
    for day in days:
        moment = _moment(by_day, day, hour)
        if len(moment.papers) >= 30:
            worth = np.log2(1 + np.maximum(moment.gained(24), 0))
            best = float(np.sort(worth)[::-1][:10] @ discount)
            got = float(worth[np.argsort(-order(moment), kind="stable")[:10]] @ discount)
            found.append(got / max(best, 1e-9))
    return fmean(found)


def _place(moment: Moment, order: Order, key: int, *, firm: float = 0, light: float = 0) -> int:
    """The place of a paper, from 1, once it gets these votes; among equals it is the last."""
    scores = order(Moment(moment.now, moment.papers, {key: firm} if firm else {}, {key: light} if light else {}))
    return int((scores >= scores[key]).sum())


CASES: dict[str, tuple[float, float]] = {
    f"a ring of {RING} accounts made this evening": (0, RING),
    f"{RING} grown accounts of one network": (OF_A_NETWORK, RING - OF_A_NETWORK),
    f"a ring of {RING} grown accounts that is known": (OF_A_RING, RING - OF_A_RING),
    "5 honest newcomers": (0, 5),
    "5 settled readers": (5, 0),
    f"{RING} settled readers, or a ring of grown accounts that is not known yet": (RING, 0),
}
"""Who votes at once: how many firm votes that makes, and how many light ones."""


def _print_rings(by_day: dict[date, list[Seen]], days: Sequence[date]) -> None:
    moments = [moment for day in days if len((moment := _moment(by_day, day, 20)).papers) >= PLACES[-1]]
    print(f"\n{len(moments)} evenings; in how many of the cases the papers in places 11 to 30 come into the ten first")
    print("(and how many places they climb, in the middle), and a paper of the day that nobody voted for")
    print("| who votes | " + " | ".join(f"{name}: 11 to 30 | no vote yet" for name in ORDERS) + " |")
    print("|---|" + "---|---|" * len(ORDERS))
    for case, (firm, light) in CASES.items():
        told = []
        for order in ORDERS.values():
            climbed = [pair for moment in moments for pair in _climbs(moment, order, firm, light)]
            first = fmean(after <= 10 for _, after in climbed)
            unseen = [_unseen(moment, order, firm, light) for moment in moments]
            told += [
                f"{first:.1%} ({median(before - after for before, after in climbed):.0f})",
                f"{fmean(place <= 10 for place in unseen):.1%}",
            ]
        print(f"| {case} | {' | '.join(told)} |")
    print(f"Light votes lift by {LIFT} places at most.")


def _climbs(moment: Moment, order: Order, firm: float, light: float) -> list[tuple[int, int]]:
    """(place before, place after) of every third paper in PLACES that gets these votes."""
    before = _listed(moment, order)
    return [(place, _place(moment, order, before[place - 1], firm=firm, light=light)) for place in PLACES[::3]]


def _listed(moment: Moment, order: Order) -> list[int]:
    """The papers in this order, among equals the last one first, as our list has them."""
    scores = order(moment)
    return sorted(range(len(scores)), key=lambda key: (-scores[key], -key))


def _unseen(moment: Moment, order: Order, firm: float, light: float) -> int:
    """The place of a paper of this day that nobody voted for before these votes."""
    day = moment.now.replace(hour=0)
    nobody = Seen(Curve(day, np.array([0.0, 720.0]), np.zeros(2)))
    return _place(Moment(moment.now, [*moment.papers, nobody]), order, len(moment.papers), firm=firm, light=light)


@lru_cache(maxsize=100_000)
def _clock(moment: datetime) -> float:
    return announcement_time(moment)


def _agreement_by_age(by_day: dict[date, list[Seen]], days: Sequence[date]) -> Panel:
    """By how much more pairs each order has right than raw counts have."""
    ages = range(6, 73, 6)
    right = {
        name: [100 * _agreement(by_day, days, order, hours)[0] for hours in ages] for name, order in ORDERS.items()
    }
    lines = {
        name: [(age, here - there) for age, here, there in zip(ages, found, right["raw counts"], strict=True)]
        for name, found in right.items()
    }
    up = {number / 2: f"{number / 2:+.1f}" for number in range(-4, 5)}
    across = {age: str(age) for age in range(0, 73, 12)}
    return Panel(
        "Pairs of a day's papers in the right order", "age in hours; points above raw counts", lines, across, up
    )


def _places_of_the_ring(by_day: dict[date, list[Seen]], days: Sequence[date]) -> Panel:
    """On how many evenings a ring of new accounts brings the paper in place 20 to a place or above it."""
    moments = [moment for day in days if len((moment := _moment(by_day, day, 20)).papers) >= PLACES[-1]]
    lines = {}
    for name, order in ORDERS.items():
        reached = [_place(moment, order, _listed(moment, order)[19], light=RING) for moment in moments]
        lines[name] = [(place, 100 * fmean(one <= place for one in reached)) for place in range(1, 21)]
    across = {1: "1", 5: "5", 10: "10", 15: "15", 20: "20"}
    up = {share: f"{share} %" for share in range(0, 101, 20)}
    return Panel(f"{RING} new accounts vote for the paper in place 20", "reaches this place", lines, across, up)


def _a_week(by_day: dict[date, list[Seen]]) -> Panel:
    """What the first paper of each day of a week is placed by, Monday to Monday."""
    busy = max((day for day in by_day if day.weekday() == 0), key=lambda day: _busy(by_day, day))
    begin = datetime(busy.year, busy.month, busy.day, tzinfo=UTC)
    lines: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for hours in range(0, 24 * 7 + 1, STEP):
        now = begin + timedelta(hours=hours)
        moment = _moment(by_day, now.date(), now.hour)
        scores = trending(moment)
        for number in range(7):
            day = busy + timedelta(days=number)
            several = [score for seen, score in zip(moment.papers, scores, strict=True) if seen.curve.day.date() == day]
            if several and hours >= number * 24 + STEP:
                lines[f"{day:%A}'s best"].append((hours, max(several)))
    across = {24 * number: f"{busy + timedelta(days=number):%a}" for number in range(8)}
    up = {number: str(number) for number in range(5)}
    title = f"A week from {busy.day} {busy:%B %Y}: who leads"
    return Panel(title, "times what is usual, over (1 + age)^1.5", lines, across, up)


def _busy(by_day: dict[date, list[Seen]], monday: date) -> int:
    """How many papers of this week have votes that are known, on its leanest working day."""
    return min(len(by_day.get(monday + timedelta(days=number), ())) for number in range(5))


if __name__ == "__main__":
    main()

"""Replays the real days of the Hugging Face daily papers and holds four orders against what came of the papers.

    python -m benchmarks.trending

Votes are known at two to eight moments each (the shared data; a moment that is only a day counts as its noon, UTC), and
papers with one known moment are left out. Between two known moments votes are spread in proportion to the usual curve
of growth, which is the median share of the final upvotes that papers had at each age; before the first from nought.
The replay sees the votes every two hours, as a library that follows this source does. The data name no fields, so what
is usual in a field plays no part here.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import zipfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from statistics import fmean, median

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau

from benchmarks import DATA
from broadsheet.rank.trending import Formula, Gain, heat
from broadsheet.rank.trust import together, weight
from broadsheet.sources.arxiv_days import announcement_time

Hours = NDArray[np.float64]
AGES: Hours = np.array([0, 6, 12, 18, 24, 36, 48, 72, 96, 144, 240, 480, 720], float)
STEP, RING = 2.0, 50
FIRST, LAST = date(2024, 6, 10), date(2026, 8, 10)


@dataclass
class Curve:
    """One paper: when its day began, and its upvotes at some ages in hours, the last its final ones."""

    day: datetime
    ages: Hours
    votes: Hours

    def at(self, moment: datetime) -> float:
        """The upvotes at this moment."""
        age = (moment - self.day).total_seconds() / 3600
        return float(np.interp(age, self.ages, self.votes)) if age > 0 else 0.0


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    curves = list(_curves().values())
    print(f"{len(curves):,} papers on {len({curve.day for curve in curves})} days")
    within: dict[tuple[str, int], list[float]] = defaultdict(list)
    tomorrow: dict[str, list[float]] = defaultdict(list)
    places: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    by_day: dict[date, list[Curve]] = defaultdict(list)
    for curve in curves:
        by_day[curve.day.date()].append(curve)
    day = FIRST
    while day <= LAST:
        now = datetime(day.year, day.month, day.day, 20, tzinfo=UTC)
        recent = [curve for age in range(8) for curve in by_day.get(day - timedelta(days=age), [])]
        if len(recent) >= 30:
            gained = np.array([curve.at(now + timedelta(days=1)) - curve.at(now) for curve in recent])
            for name, order in ORDERS.items():
                tomorrow[name].append(_ndcg([order(curve, now) for curve in recent], gained))
            for name, order in ORDERS.items():
                places[name].append(_places(recent, now, order))
        todays = by_day.get(day, [])
        if len(todays) >= 8:
            final = [curve.votes[-1] for curve in todays]
            for hours in (12, 24, 48):
                then = todays[0].day + timedelta(hours=hours)
                for name, order in ORDERS.items():
                    tau = kendalltau([order(curve, then) for curve in todays], final).statistic
                    within[name, hours].append(0.0 if np.isnan(tau) else float(tau))
        day += timedelta(days=1)
    print(
        f"\n| order | τ, 12 h | τ, 24 h | τ, 48 h | nDCG@10, next day's gain ({len(tomorrow['trending'])} evenings) |"
    )
    print("|---|---|---|---|---|")
    for name in ORDERS:
        taus = " | ".join(f"{fmean(within[name, hours]):.3f}" for hours in (12, 24, 48))
        print(f"| {name} | {taus} | {fmean(tomorrow[name]):.3f} |")
    print(f"\n{RING} accounts made this evening vote for one paper (share of evenings in the top 10, median place)")
    print(
        "| order | a paper of today without a vote | the paper in place 20 | as many settled readers, without a vote |"
    )
    print("|---|---|---|---|")
    for name, seen in places.items():
        told = [f"{fmean(place <= 10 for place in case):.1%}, {median(case):.0f}" for case in zip(*seen, strict=True)]
        print(f"| {name} | {' | '.join(told)} |")


def _places(recent: Sequence[Curve], now: datetime, order: Order) -> tuple[int, int, int]:
    """The place in the list that the ring gives a paper without a vote and the 20th, and what settled readers give."""
    scores = sorted((order(curve, now, 0.0) for curve in recent), reverse=True)
    twentieth = sorted(recent, key=lambda curve: -order(curve, now, 0.0))[19]
    today = Curve(now.replace(hour=0), AGES, np.zeros_like(AGES))
    # An order that knows of no trust is given the number of the votes.
    ring = together(0.0, RING * weight(0.0)) if order is _trending else float(RING)
    reached = (order(today, now, ring), order(twentieth, now, ring), order(today, now, float(RING)))
    others = (scores, scores[:19] + scores[20:], scores)
    return tuple(1 + sum(score > mine for score in rest) for mine, rest in zip(reached, others, strict=True))  # type: ignore[return-value]


def _trending(curve: Curve, now: datetime, votes: float = 0.0) -> float:
    """The heat of a paper whose upvotes were seen every two hours, and that accounts here have voted for just now."""
    return heat([*_gains(curve, now), Gain("votes", 0.0, votes, _clock(now))], FORMULA)


def _gains(curve: Curve, now: datetime) -> list[Gain]:
    steps = int((now - curve.day).total_seconds() / 3600 / STEP)
    gains, before = [], 0.0
    for step in range(1, steps + 1):
        moment = curve.day + timedelta(hours=step * STEP)
        after = curve.at(moment)
        if after > before:
            gains.append(Gain("upvotes", before, after, _clock(moment)))
            before = after
    return gains


@lru_cache(maxsize=100_000)
def _clock(moment: datetime) -> float:
    return announcement_time(moment)


def _raw(curve: Curve, now: datetime, votes: float = 0.0) -> float:
    return curve.at(now) + votes


def _hacker_news(curve: Curve, now: datetime, votes: float = 0.0) -> float:
    age = (now - curve.day).total_seconds() / 3600
    return float((curve.at(now) + votes - 1) / (age + 2) ** 1.8)


def _reddit(curve: Curve, now: datetime, votes: float = 0.0) -> float:
    return float(np.log10(max(curve.at(now) + votes, 1.0))) + curve.day.timestamp() / 45_000


FORMULA = Formula(weights={"upvotes": 1.0, "votes": 2.0})
Order = Callable[..., float]
ORDERS: dict[str, Order] = {
    "raw counts": _raw,
    "Hacker News": _hacker_news,
    "Reddit": _reddit,
    "trending": _trending,
}


def _ndcg(scores: Sequence[float], gained: Hours) -> float:
    discount = 1 / np.log2(np.arange(2, 12))
    worth = np.log2(1 + np.maximum(gained, 0))
    best = np.sort(worth)[::-1][:10]
    got = worth[np.argsort(-np.array(scores), kind="stable")[:10]]
    return float(got @ discount[: len(got)] / max(float(best @ discount[: len(best)]), 1e-9))


def _curves() -> dict[str, Curve]:
    """Every paper with its upvotes at the known moments, and those between them by the usual curve."""
    days, finals = _finals()
    points: dict[str, dict[float, float]] = defaultdict(dict)
    for name in ("hf-vote-snapshots.jsonl.zst", "hf-vote-snapshots-rss.jsonl.zst"):
        lines = subprocess.run(["zstd", "-dc", str(DATA / name)], capture_output=True, check=True).stdout.splitlines()
        for line in filter(None, lines):
            seen = json.loads(line)
            paper, told = seen["id"].removeprefix("arXiv:"), seen["seen_at"]
            if paper in days:
                moment = datetime.fromisoformat(told if len(told) > 10 else f"{told}T12:00:00+00:00")
                age = (moment - days[paper]).total_seconds() / 3600
                if 0 < age <= AGES[-1]:
                    points[paper][age] = max(points[paper].get(age, 0.0), float(seen["upvotes"]))
    grown = {paper: known for paper, known in points.items() if len(known) > 1}
    finals = {paper: max(finals[paper], *known.values()) for paper, known in grown.items()}
    usual = _usual(grown, finals)
    told = ", ".join(f"{share:.0%} at {age:.0f} h" for age, share in zip(AGES[1:], usual[1:], strict=True))
    print(f"usual share of the final upvotes: {told}")
    return {paper: _curve(days[paper], known, finals[paper], usual) for paper, known in grown.items()}


def _finals() -> tuple[dict[str, datetime], dict[str, float]]:
    """The day of each paper, and its final upvotes."""
    days: dict[str, datetime] = {}
    finals: dict[str, float] = {}
    with zipfile.ZipFile(DATA / "hf-daily.zip") as archive:
        for name in sorted(archive.namelist()):
            told = Path(name).stem[:10]
            if not told.startswith("20"):
                continue
            for entry in json.loads(archive.read(name)):
                paper = entry.get("paper") if isinstance(entry, dict) else None
                if isinstance(paper, dict) and isinstance(paper.get("upvotes"), int):
                    days.setdefault(paper["id"], datetime.fromisoformat(told).replace(tzinfo=UTC))
                    finals[paper["id"]] = max(finals.get(paper["id"], 0.0), float(paper["upvotes"]))
    return days, finals


def _usual(points: dict[str, dict[float, float]], finals: dict[str, float]) -> Hours:
    """The median share of the final upvotes that papers had at each of AGES; rising."""
    shares: list[list[float]] = [[] for _ in AGES]
    for paper, known in points.items():
        final = max(finals[paper], *known.values())
        if final >= 10:
            for age, votes in known.items():
                shares[int(np.abs(AGES - age).argmin())].append(votes / final)
    told = [float(np.median(several)) if len(several) >= 20 else np.nan for several in shares]
    told[0], told[-1] = 0.0, 1.0
    known_at = ~np.isnan(told)
    filled = np.interp(np.log1p(AGES), np.log1p(AGES[known_at]), np.array(told)[known_at])
    return np.maximum.accumulate(filled)


def _curve(day: datetime, known: dict[float, float], final: float, usual: Hours) -> Curve:
    """A paper's upvotes at its known moments and at AGES between them."""
    ages = [0.0, *sorted(known), float(AGES[-1])]
    votes = [0.0, *(known[age] for age in sorted(known)), max(final, *known.values(), 0.0)]
    votes = list(np.maximum.accumulate(votes))
    if len(ages) > 2 and ages[-2] >= AGES[-1]:
        del ages[-1], votes[-1]
    every = np.union1d(AGES, ages)
    share = np.interp(every, AGES, usual)
    at_known = np.interp(ages, AGES, usual)
    place = np.clip(np.searchsorted(ages, every, side="right") - 1, 0, len(ages) - 2)
    low, high = at_known[place], at_known[place + 1]
    part = np.where(high > low, (share - low) / np.maximum(high - low, 1e-9), 1.0)
    spread = np.array(votes)[place] + np.clip(part, 0, 1) * (np.array(votes)[place + 1] - np.array(votes)[place])
    return Curve(day, every, np.maximum.accumulate(spread))


if __name__ == "__main__":
    main()

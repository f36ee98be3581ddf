"""The real days of the Hugging Face daily papers, for replays: every paper's upvotes at any moment of its first days.

Upvotes are known at two to eight moments each (the shared data; a moment that is only a day counts as its noon, UTC),
and papers with one known moment are left out. What lies between two known moments is spread by one of SPREADS.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, time

import numpy as np
from numpy.typing import NDArray

from benchmarks import DATA
from benchmarks.material import daily_papers, lines

Hours = NDArray[np.float64]
AGES: Hours = np.array([0, 6, 12, 18, 24, 36, 48, 72, 96, 144, 240, 480, 720], float)

SPREADS = {
    "usual": "by the usual curve of growth, the median share of the final upvotes at each age; evenly where it is flat",
    "even": "evenly",
    "seen": "not at all: a vote is there from the known moment on, so that no order sees a vote of the future",
}


@dataclass
class Curve:
    """One paper: when its day began, and its upvotes at some ages in hours, the last its final ones."""

    day: datetime
    ages: Hours
    votes: Hours
    jumps: bool = False

    def at(self, moment: datetime) -> float:
        """The upvotes at this moment."""
        return float(self.after((moment - self.day).total_seconds() / 3600))

    def after(self, hours: float | Hours) -> Hours:
        """The upvotes at these ages in hours; none before the day."""
        if self.jumps:
            return self.votes[np.maximum(np.searchsorted(self.ages, hours, side="right") - 1, 0)]
        return np.asarray(np.interp(hours, self.ages, self.votes, left=0.0))

    @property
    def final(self) -> float:
        """The upvotes in the end."""
        return float(self.votes[-1])


def curves(spread: str) -> list[Curve]:
    """Every paper of the days with its upvotes, oldest day first."""
    days, finals = _finals()
    known = {paper: points for paper, points in _points(days).items() if len(points) > 1}
    finals = {paper: max(finals[paper], *points.values()) for paper, points in known.items()}
    usual = usual_growth(known, finals)
    papers = sorted(known, key=lambda paper: (days[paper], paper))
    return [_curve(days[paper], known[paper], finals[paper], usual, spread) for paper in papers]


def usual_growth(points: dict[str, dict[float, float]], finals: dict[str, float]) -> Hours:
    """The median share of the final upvotes that papers had at each of AGES; rising."""
    shares: list[list[float]] = [[] for _ in AGES]
    for paper, known in points.items():
        if finals[paper] >= 10:
            for age, votes in known.items():
                shares[int(np.abs(AGES - age).argmin())].append(votes / finals[paper])
    told = [float(np.median(several)) if len(several) >= 20 else np.nan for several in shares]
    told[0], told[-1] = 0.0, 1.0
    known_at = ~np.isnan(told)
    filled = np.interp(np.log1p(AGES), np.log1p(AGES[known_at]), np.array(told)[known_at])
    return np.maximum.accumulate(filled)


def _points(days: dict[str, datetime]) -> dict[str, dict[float, float]]:
    """The upvotes of each paper by its age in hours, as they were seen."""
    points: dict[str, dict[float, float]] = defaultdict(dict)
    for name in ("hf-vote-snapshots.jsonl.zst", "hf-vote-snapshots-rss.jsonl.zst"):
        for seen in lines(DATA / name):
            paper, told = seen["id"].removeprefix("arXiv:"), seen["seen_at"]
            if paper in days:
                moment = datetime.fromisoformat(told if len(told) > 10 else f"{told}T12:00:00+00:00")
                age = (moment - days[paper]).total_seconds() / 3600
                if 0 < age <= AGES[-1]:
                    points[paper][age] = max(points[paper].get(age, 0.0), float(seen["upvotes"]))
    return points


def _finals() -> tuple[dict[str, datetime], dict[str, float]]:
    """The day of each paper, and its final upvotes."""
    days: dict[str, datetime] = {}
    finals: dict[str, float] = {}
    for day, entry in daily_papers():
        paper = entry.get("paper") if isinstance(entry, dict) else None
        if isinstance(paper, dict) and isinstance(paper.get("upvotes"), int):
            days.setdefault(paper["id"], datetime.combine(day, time(), UTC))
            finals[paper["id"]] = max(finals.get(paper["id"], 0.0), float(paper["upvotes"]))
    return days, finals


def _curve(day: datetime, known: dict[float, float], final: float, usual: Hours, spread: str) -> Curve:
    """A paper's upvotes at its known moments and at AGES between them."""
    ages = [0.0, *sorted(known), float(AGES[-1])]
    votes = list(np.maximum.accumulate([0.0, *(known[age] for age in sorted(known)), final]))
    if ages[-2] >= AGES[-1]:
        del ages[-1], votes[-1]
    if spread != "usual":
        return Curve(day, np.array(ages), np.array(votes), jumps=spread == "seen")
    every = np.union1d(AGES, ages)
    share = np.interp(every, AGES, usual)
    at_known = np.interp(ages, AGES, usual)
    place = np.clip(np.searchsorted(ages, every, side="right") - 1, 0, len(ages) - 2)
    low, high = at_known[place], at_known[place + 1]
    begin, end = np.array(ages)[place], np.array(ages)[place + 1]
    part = np.where(high > low, (share - low) / np.maximum(high - low, 1e-9), (every - begin) / (end - begin))
    before, after = np.array(votes)[place], np.array(votes)[place + 1]
    return Curve(day, every, np.maximum.accumulate(before + np.clip(part, 0, 1) * (after - before)))

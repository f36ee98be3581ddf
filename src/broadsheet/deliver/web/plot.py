"""A plot of what was sent and what failed, as numbers that a template draws: bars by the hour, or by the day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from broadsheet.library.deliveries import Tally
from broadsheet.sending import State

WIDTH, HEIGHT = 720, 160
ENDS = (State.SENT, State.FAILED, State.SKIPPED)


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a column: where it is drawn, what it counts."""

    x: float
    y: float
    width: float
    height: float
    state: State


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table beside the plot."""

    label: str
    counts: Mapping[State, int]


@dataclass(frozen=True, slots=True)
class Plot:
    """Bars, the highest column they are drawn to, labels with their places, and the same numbers as rows."""

    bars: Sequence[Bar]
    most: int
    labels: Sequence[tuple[float, str]]
    rows: Sequence[Row]


def plot(tallies: Sequence[Tally], now: datetime, *, by_day: bool, columns: int) -> Plot:
    """The plot of the last so many hours or days, this one included; what was longer ago is left out."""
    step = timedelta(days=1) if by_day else timedelta(hours=1)
    last = now.replace(hour=0 if by_day else now.hour, minute=0, second=0, microsecond=0)
    slots = [last - step * (columns - 1 - number) for number in range(columns)]
    counts: dict[datetime, dict[State, int]] = {slot: dict.fromkeys(ENDS, 0) for slot in slots}
    for tally in tallies:
        if tally.at in counts:
            counts[tally.at][tally.state] += tally.number
    most = max((sum(each.values()) for each in counts.values()), default=0)
    wide = WIDTH / columns
    bars: list[Bar] = []
    for number, slot in enumerate(slots):
        top = float(HEIGHT)
        for state in ENDS:
            tall = HEIGHT * counts[slot][state] / most if most else 0.0
            if tall:
                top -= tall
                bars.append(Bar(round(number * wide + 1, 1), round(top, 1), round(wide - 2, 1), round(tall, 1), state))
    shape = "%d %b" if by_day else "%H:%M"
    every = max(1, columns // 8)
    labels = [(round((number + 0.5) * wide, 1), slots[number].strftime(shape)) for number in range(0, columns, every)]
    label = "%A, %d %B" if by_day else "%d %B, %H:%M"
    rows = [Row(slot.strftime(label), counts[slot]) for slot in reversed(slots) if any(counts[slot].values())]
    return Plot(bars, most, labels, rows)

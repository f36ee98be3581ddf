"""Draws the pictures of the replay: plain SVG on white, readable in light and dark. Knows nothing of papers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 400, 300
LEFT, RIGHT, TOP, BOTTOM = 46, 112, 36, 44

Points = Sequence[tuple[float, float]]

COLOURS = {
    "raw counts": "#6b6f76",
    "Hacker News": "#c2570c",
    "Reddit": "#1d4f86",
    "trending, version 2": "#8a6d00",
    "trending": "#8f2018",
}
OTHERS = ("#8f2018", "#c2570c", "#8a6d00", "#1f6b3a", "#1d4f86", "#6a3d9a", "#6b6f76")
"""For lines that are no orders, one after the other."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture: its title, the words below it, its lines by name, and where it marks the axes."""

    title: str
    below: str
    lines: Mapping[str, Points]
    across: Mapping[int, str]
    up: Mapping[float, str] | Mapping[int, str]


def picture(title: str, panels: Sequence[Panel]) -> str:
    """Panels beside each other, as the text of an SVG file."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {len(panels) * WIDTH} {HEIGHT}" role="img">',
        f"<title>{title}</title>",
        '<g font-family="system-ui, sans-serif" font-size="11">',
        f'<rect width="{len(panels) * WIDTH}" height="{HEIGHT}" rx="10" fill="#fff"/>',
    ]
    for place, panel in enumerate(panels):
        parts += [f'<g transform="translate({place * WIDTH},0)">', *_drawn(panel), "</g>"]
    return "\n".join([*parts, "</g>", "</svg>", ""])


def _drawn(panel: Panel) -> Iterator[str]:
    right, floor = WIDTH - RIGHT, HEIGHT - BOTTOM
    begin, end, low, high = min(panel.across), max(panel.across), min(panel.up), max(panel.up)

    def x(value: float) -> float:
        return LEFT + (right - LEFT) * (value - begin) / (end - begin)

    def y(value: float) -> float:
        return floor - (floor - TOP) * (min(max(value, low), high) - low) / (high - low)

    yield f'<text x="{LEFT}" y="20" font-size="13" font-weight="600" fill="#333">{panel.title}</text>'
    for value, label in panel.up.items():
        yield f'<path d="M{LEFT} {y(value):.1f}H{right}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end" fill="#666">{label}</text>'
    for value, label in panel.across.items():
        yield f'<text x="{x(value):.1f}" y="{floor + 16}" text-anchor="middle" fill="#666">{label}</text>'
    yield f'<text x="{LEFT}" y="{floor + 34}" fill="#666">{panel.below}</text>'
    level = TOP - 13.0
    ends = sorted(enumerate(panel.lines.items()), key=lambda one: y(one[1][1][-1][1]))
    for number, (name, points) in ends:
        colour = COLOURS.get(name, OTHERS[number % len(OTHERS)])
        way = "L".join(f"{x(across):.1f} {y(up):.1f}" for across, up in points)
        wide = 2.4 if name == "trending" else 1.5
        yield f'<path d="M{way}" fill="none" stroke="{colour}" stroke-width="{wide}"/>'
        level = max(level + 13, y(points[-1][1]))
        last = x(points[-1][0])
        yield (
            f'<path d="M{last:.1f} {y(points[-1][1]):.1f}L{right + 6} {level:.1f}" stroke="{colour}" '
            'stroke-width=".6" opacity=".6"/>'
        )
        yield f'<text x="{right + 9}" y="{level + 4:.1f}" fill="{colour}">{name}</text>'

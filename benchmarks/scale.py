"""Measures the index from thousands of papers to millions, beside its peers, on the same papers and questions.

    pip install bm25s faiss-cpu usearch lancedb
    python -m benchmarks.scale papers.jsonl.zst --sizes 10000 100000 1000000 3000000 --out FOLDER
    python -m benchmarks.scale --plot FOLDER/scale.json docs/images/scale.svg

`papers.jsonl.zst` is what `training/papers.py` writes; where it ends, `benchmarks.generated` goes on. Every step runs
in a process of its own, searches on one core. FOLDER/SIZE is the index, FOLDER/SIZE-papers what all engines are given;
both are used again when they are there. FOLDER/scale.json is written after every step, and keeps what other runs found.
A million papers take about 5 GB of the disk, the largest peer's files included, which are removed after use.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.generated import ADDED, Prepared, prepare
from benchmarks.peers import ENGINES, MEMORY_LIMIT, OURS
from broadsheet.errors import EmbedderError
from broadsheet.index import Embedder, Index, embed

MIB = 1 << 20

QUIET = {"LANCEDB_LOG": "error"}
"""Lance warns at every search."""

WAYS = {
    "hybrid": "by words and meaning",
    "filtered": "by both, with a filter",
    "lexical": "by words",
    "dense": "by meaning",
}

Figures = dict[str, Any]


class FailedError(Exception):
    """A step came to no figures, and why."""


class Run:
    """One size: its folders, and what is found out about each engine."""

    def __init__(self, out: Path, prepared: Prepared, limit: float) -> None:
        self.prepared, self._out, self._limit = prepared, out, limit
        self._held = out / "scale.json"
        about = json.loads((prepared.folder / "about.json").read_bytes())
        kept = ("embedder", "dimension", "real", "embedding_s", "number")
        self.about = {name: about[name] for name in kept} | machine()

    def found(self) -> Figures:
        """Every figure of this size that is known."""
        return load(self._held).get(str(self.prepared.size), {}).get("engines", {})  # type: ignore[no-any-return]

    def keep(self, engine: str, figures: Figures, *, anew: bool = False) -> None:
        """Add figures to those that are known of an engine, or begin anew."""
        every = load(self._held)
        size = every.setdefault(str(self.prepared.size), {"engines": {}})
        size["about"] = self.about
        size["engines"][engine] = ({} if anew else size["engines"].get(engine, {})) | figures
        draft = self._held.with_suffix(".draft")
        draft.write_text(json.dumps(every, indent=1), encoding="ascii")
        draft.replace(self._held)

    def step(self, step: str, engine: str, folder: Path) -> Figures:
        """What a process of its own finds out; FailedError if it finds out nothing."""
        command = [sys.executable, "-m", "benchmarks.peers", step, engine, str(self.prepared.folder), str(folder)]
        with one_core(step == "search"):
            try:
                done = subprocess.run(
                    command, capture_output=True, text=True, timeout=self._limit, check=False, env=QUIET | os.environ
                )
            except subprocess.TimeoutExpired:
                raise FailedError(f"{step} took more than {self._limit:.0f} s") from None
        if done.returncode < 0:
            raise FailedError(f"{step} was ended by {signal.Signals(-done.returncode).name}: out of memory?")
        if done.returncode:
            raise FailedError(f"{step}: {(done.stderr.strip().splitlines() or ['no reason given'])[-1][:200]}")
        return json.loads(done.stdout.strip().splitlines()[-1])  # type: ignore[no-any-return]

    def ours(self, embedder: Embedder) -> None:
        """Build our index, or use the one that is there, and ask it."""
        folder = self._out / str(self.prepared.size)
        state = Index(folder, embedder).state()
        if (state.documents, state.embedder) == (self.prepared.size, embedder.name):
            print(f"{folder}: used again", flush=True)
        else:
            self.keep(OURS, self.step("build", OURS, folder), anew=True)
        self.keep(OURS, self.step("search", OURS, folder))
        self.keep(OURS, self.step("threads", OURS, folder))
        changed = folder.with_name(f"{folder.name}-changed")
        shutil.rmtree(changed, ignore_errors=True)
        shutil.copytree(folder, changed)
        try:
            self.keep(OURS, self.step("visible", OURS, changed))
        finally:
            shutil.rmtree(changed)

    def peer(self, engine: str) -> None:
        """Build a peer and ask it; its files are removed."""
        folder = self._out / f"{self.prepared.size}-peers" / engine
        try:
            if reason := too_much(engine, self.prepared.size, self.prepared.dimension):
                raise FailedError(reason)
            self.keep(engine, self.step("build", engine, folder), anew=True)
            self.keep(engine, self.step("search", engine, folder))
        except FailedError as error:
            self.keep(engine, {"failed": str(error)}, anew=True)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def too_much(engine: str, size: int, dimension: int) -> str:
    """Why this many papers are not even tried; empty if they are."""
    if engine == "bm25s" and size > 1_000_000:
        return "skipped: above 1,000,000 papers it needs too much memory"
    number = {"numpy": 4 * dimension, "faiss": 4 * dimension, "usearch": dimension + 300}.get(engine, 0)
    need = size * number * 1.05
    return f"skipped: it needs about {need / 1e9:.0f} GB" if need > MEMORY_LIMIT else ""


@contextmanager
def one_core(pinned: bool) -> Iterator[None]:  # noqa: FBT001
    """Processes started meanwhile have one core only, the last one, if `pinned`."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)} if pinned else cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def machine() -> Figures:
    """What it runs on, and the day."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": model[1] if model else "unknown",
        "day": datetime.now(UTC).date().isoformat(),
    }


def load(path: Path) -> dict[str, Any]:
    """What was found so far: size → about, engines → figures."""
    return json.loads(path.read_bytes()) if path.exists() else {}


def table(size: int, about: Figures, engines: dict[str, Figures]) -> Iterator[str]:
    """What is known of one size, in Markdown."""
    ours = engines[OURS]
    yield f"## {size:,} papers"
    yield ""
    yield (
        f"{about['real']:,} of them real; {about['embedder']}; {about['cores']} cores, {about['processor']};"
        f" {about['number']} questions, on one core; {about['day']}."
    )
    yield ""
    yield from ("| Broadsheet | Figure |", "| --- | ---: |")
    if "build_s" in ours:
        yield f"| Build | {_short(ours['build_s'])} s, {_short(size / ours['build_s'])} papers/s |"
    yield f"| Embedding alone, one thread | {_short(about['embedding_s'])} s |"
    yield f"| On the disk | {_short(ours['disk'] / MIB)} MiB, {ours['disk'] / size:.0f} bytes a paper |"
    yield f"| Open in a new process, embedder and first search included | {ours['open_s']:.2f} s |"
    yield f"| Memory that is not file cache | {_short(ours['memory'] / MIB)} MiB |"
    for way, name in WAYS.items():
        yield f"| Search {name}, p50 / p95 | {_short(ours['p50'][way])} / {_short(ours['p95'][way])} ms |"
    if "rate_4" in ours:
        times = ours["rate_4"] / ours["rate_1"]
        yield f"| Searches/s of one thread, on {ours['cores']} cores | {ours['rate_1']:.0f} |"
        yield f"| Searches/s of four threads | {ours['rate_4']:.0f} ({times:.2f} ×) |"
    if "visible_s" in ours:
        yield f"| {ADDED:,} added papers are found after | {_short(ours['visible_s'])} s |"
    yield f"| Recall@10 of the nearest in meaning | {ours['recall']:.3f} |"
    yield ""
    yield "| Engine | Finds | Build, s | p50, ms | p95, ms | Disk, MiB | Memory, MiB | Recall@10 |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for engine in ENGINES:
        if engine in engines:
            yield from _rows(engine, engines[engine], ours, about)
    yield ""
    yield "In brackets: that many times ours. Broadsheet's build makes the embeddings; peers are given them,"
    yield "and what they took is added to the builds of those that find by meaning before they are compared."
    yield ""


def _rows(engine: str, figures: Figures, ours: Figures, about: Figures) -> Iterator[str]:
    """A row for each way in which an engine searches."""
    if "failed" in figures or "p50" not in figures:
        yield f"| {NAMES[engine]} | {figures.get('failed', 'not asked')} | | | | | | |"
        return
    for way in figures["p50"]:
        embedding = 0 if engine == OURS or way == "lexical" else about["embedding_s"]
        build = _short(figures.get("build_s")) + _ratio(figures.get("build_s"), ours.get("build_s"), embedding)
        patience = f", {figures['asked']} questions" if figures["asked"] < about["number"] else ""
        cells = [NAMES[engine], WAYS[way] + patience, build]
        cells += [_short(figures[part][way]) + _ratio(figures[part][way], ours[part][way]) for part in ("p50", "p95")]
        cells += [_short(figures[part] / MIB) + _ratio(figures[part], ours[part]) for part in ("disk", "memory")]
        cells.append(f"{figures['recall']:.3f}" if way == "dense" else "")
        yield f"| {' | '.join(cells)} |"


def _ratio(value: float | None, ours: float | None, more: float = 0) -> str:
    """How many times our figure a peer's is; empty for our own."""
    return f" ({_short((value + more) / ours)} ×)" if value and ours and value != ours else ""


def _short(value: float | None) -> str:
    """A number with two or three digits that count."""
    if value is None:
        return "–"
    return f"{value:,.{max(0, min(3, 2 - math.floor(math.log10(value))))}f}" if value > 0 else "0"


# The plot: panels beside each other, in each a line for each engine


NAMES = {
    OURS: "Broadsheet",
    "tantivy": "Tantivy",
    "bm25s": "bm25s",
    "fts5": "SQLite FTS5",
    "faiss": "faiss, flat",
    "usearch": "usearch, HNSW",
    "numpy": "NumPy, float32",
    "lancedb": "LanceDB",
}
_HUES = ["#c2183c", "#1f6fb4", "#0f8a80", "#8a6d00", "#2f8a2f", "#8a46b8", "#6b6f76", "#c8651b"]
COLOURS = dict(zip(NAMES, _HUES, strict=True))
DASHES = {"hybrid": "none", "lexical": "7 3", "dense": "2 3"}
SHORT = {"hybrid": ", both", "lexical": ", words", "dense": ", meaning"}
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 400, 290, 52, 34, 128, 30

Line = tuple[str, str, str, list[tuple[int, float]]]
"""Name, colour, dashes, points."""


def plot(sizes: Mapping[str, Any]) -> str:
    """Every figure against the number of papers, both axes logarithmic, as SVG."""
    panels = [
        ("Search, p50, ms", _searches(sizes, "p50")),
        ("Search, p95, ms", _searches(sizes, "p95")),
        ("Build, s (peers without embedding)", _lines(sizes, "build_s", 1)),
        ("On the disk, MiB", _lines(sizes, "disk", MIB)),
        ("Memory that is not file cache, MiB", _lines(sizes, "memory", MIB)),
    ]
    width, height = 3 * WIDTH, 2 * HEIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        "<title>Speed and size against the number of papers</title>",
        '<g font-family="system-ui, sans-serif" font-size="11">',
        f'<rect width="{width}" height="{height}" rx="10" fill="#fff"/>',
    ]
    for place, (title, lines) in enumerate(panels):
        parts.append(f'<g transform="translate({place % 3 * WIDTH},{place // 3 * HEIGHT})">')
        parts += [*_panel(title, lines), "</g>"]
    notes = [
        "Across: number of papers. All axes are logarithmic.",
        "A search finds the twenty best, on one core;",
        "solid: by words and meaning,",
        "dashed: by words, dotted: by meaning.",
    ]
    parts += [
        f'<text x="{2 * WIDTH + LEFT}" y="{HEIGHT + TOP + 20 + 18 * line}" fill="#555">{note}</text>'
        for line, note in enumerate(notes)
    ]
    return "\n".join([*parts, "</g>", "</svg>", ""])


def _searches(sizes: Mapping[str, Any], part: str) -> list[Line]:
    """Our three ways to search, and of each peer the one it is for."""
    main = {"lancedb": "hybrid"} | dict.fromkeys(("faiss", "usearch", "numpy"), "dense")
    ways = [(OURS, way) for way in DASHES] + [(peer, main.get(peer, "lexical")) for peer in NAMES if peer != OURS]
    return [
        (f"{NAMES[engine]}{SHORT[way] if engine == OURS else ''}", COLOURS[engine], DASHES[way], points)
        for engine, way in ways
        if (points := _points(sizes, engine, lambda figures, way=way: figures.get(part, {}).get(way)))  # type: ignore[misc]
    ]


def _lines(sizes: Mapping[str, Any], part: str, unit: float) -> list[Line]:
    """One figure of every engine."""
    return [
        (name, COLOURS[engine], "none", points)
        for engine, name in NAMES.items()
        if (points := _points(sizes, engine, lambda figures: figures.get(part, 0) / unit))
    ]


def _points(
    sizes: Mapping[str, Any], engine: str, figure: Callable[[Figures], float | None]
) -> list[tuple[int, float]]:
    known = ((int(size), figure(held["engines"].get(engine, {}))) for size, held in sizes.items())
    return sorted((size, value) for size, value in known if value)


def _panel(title: str, lines: Sequence[Line]) -> Iterator[str]:
    """Title, axes, lines, and the name of each at its end."""
    sizes = sorted({size for *_, points in lines for size, _ in points})
    values = [value for *_, points in lines for _, value in points]
    bottom, top = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    span = math.log10(sizes[-1] / sizes[0]) or 1
    right, floor = WIDTH - RIGHT, HEIGHT - BOTTOM

    def across(size: int) -> float:
        return LEFT + (right - LEFT) * math.log10(size / sizes[0]) / span

    def down(value: float) -> float:
        return floor - (floor - TOP) * (math.log10(value) - bottom) / max(top - bottom, 1)

    yield f'<text x="{LEFT}" y="20" font-size="13" font-weight="600" fill="#333">{title}</text>'
    for power in range(bottom, top + 1):
        y = down(10.0**power)
        yield f'<path d="M{LEFT} {y:.1f}H{right}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="#666">{_tick(10.0**power)}</text>'
    for size in sizes:
        yield f'<text x="{across(size):.1f}" y="{floor + 16}" text-anchor="middle" fill="#666">{_tick(size)}</text>'
    level = TOP - 13.0
    for name, colour, dashes, points in sorted(lines, key=lambda line: -line[3][-1][1]):
        places = [(across(size), down(value)) for size, value in points]
        way = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        wide = 2.6 if name.startswith(NAMES[OURS]) else 1.6
        yield f'<path d="M{way}" fill="none" stroke="{colour}" stroke-width="{wide}" stroke-dasharray="{dashes}"/>'
        yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{wide:.1f}" fill="{colour}"/>' for x, y in places)
        x, y = places[-1]
        level = max(level + 13, y)
        yield f'<path d="M{x:.1f} {y:.1f}L{right + 8} {level:.1f}" stroke="{colour}" stroke-width=".6" opacity=".6"/>'
        weight = 600 if name.startswith(NAMES[OURS]) else 400
        yield f'<text x="{right + 11}" y="{level + 4:.1f}" fill="{colour}" font-weight="{weight}">{name}</text>'


def _tick(value: float) -> str:
    """A round number, briefly."""
    return f"{value / 1e6:g}M" if value >= 1e6 else f"{value / 1e3:g}k" if value >= 1e3 else f"{value:g}"


def main() -> None:
    """Measure each size and print its table; or draw the plot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("papers", type=Path, nargs="?")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], metavar="N")
    parser.add_argument("--out", type=Path, metavar="FOLDER")
    parser.add_argument("--peers", default="all", help="all, none, or some of " + ",".join(list(ENGINES)[1:]))
    parser.add_argument("--queries", type=int, default=200, metavar="N")
    parser.add_argument("--embedder", default="static-papers-256", metavar="NAME")
    parser.add_argument("--limit", type=float, default=1800, metavar="SECONDS", help="the most a step may take")
    parser.add_argument("--plot", type=Path, nargs=2, metavar=("JSON", "SVG"))
    arguments = parser.parse_args()
    if arguments.plot:
        source, target = arguments.plot
        target.write_text(plot(load(source)), encoding="utf-8")
        return
    if not arguments.papers or not arguments.out:
        parser.error("name the papers and --out, or --plot")
    asked = {"all": list(ENGINES)[1:], "none": []}.get(arguments.peers, arguments.peers.split(","))
    if unknown := set(asked) - set(ENGINES):
        parser.error(f"there is no peer {min(unknown)}")
    embedder = chosen(arguments.embedder)
    for size in arguments.sizes:
        prepared = prepare(arguments.papers, arguments.out / f"{size}-papers", size, embedder, arguments.queries)
        run = Run(arguments.out, prepared, arguments.limit)
        try:
            run.ours(embedder)
        except FailedError as error:
            print(f"Broadsheet, {size:,} papers: {error}", flush=True)
        for peer in asked:
            run.peer(peer)
        if "p50" in run.found().get(OURS, {}):
            print("\n".join(table(size, run.about, run.found())), flush=True)


def chosen(name: str) -> Embedder:
    """The embedder of this name, or the one that is there anyway."""
    try:
        return embed.load(name)
    except EmbedderError:
        print(f"There is no {name} here: static-papers-256 is taken.", flush=True)
        return embed.load("static-papers-256")


if __name__ == "__main__":
    main()

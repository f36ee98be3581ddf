"""Measures the whole service on 60,000 real papers: import, index, search, front page, memory, start.

Run by `make bench`; needs the shared data. Machines differ and are shared: run it twice before believing it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from benchmarks import DATA
from benchmarks.processes import set_up

PAPERS = DATA / "papers-60k.jsonl.zst"
MIB = 1 << 20


@dataclass
class Figure:
    """One thing measured, with the goal it is held against."""

    name: str
    value: float
    unit: str
    goal: float
    at_least: bool = False

    def __str__(self) -> str:
        met = self.value >= self.goal if self.at_least else self.value <= self.goal
        sign = "≥" if self.at_least else "≤"
        verdict = "met" if met else "MISSED"
        return f"{self.name:<44}{self.value:>10,.1f} {self.unit:<10} goal {sign} {self.goal:<8,g} {verdict}"


def main() -> None:
    """Print every figure as soon as it is known."""
    if not PAPERS.exists():
        sys.exit(f"{PAPERS} is not there: the benchmarks need the shared data (BROADSHEET_SHARED_DATA).")
    with tempfile.TemporaryDirectory(prefix="broadsheet-bench-") as folder:
        os.environ["BROADSHEET_DATA"] = folder
        set_up()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        for measure in (importing, embedding, indexing, searching, suggesting, peers, quality, front_page, service):
            for figure in measure():
                print(figure, flush=True)


def importing() -> Iterator[Figure]:
    """A person's file into SQLite, change log included; the second time it is all known."""
    from broadsheet.core.imports import import_file

    for name, goal in (("import", 4000), ("import again, nothing new", 4000)):
        start = time.perf_counter()
        report = import_file(str(PAPERS), now=datetime.now(UTC))
        yield Figure(name, report.read / (time.perf_counter() - start), "papers/s", goal, at_least=True)


def embedding() -> Iterator[Figure]:
    """Titles and abstracts → vectors, tokenising included, in one thread."""
    from broadsheet import wiring
    from broadsheet.core import indexing as verb

    texts = [f"{document.title}. {document.abstract}" for document in verb.LibraryView().documents()][:20_000]
    embedder = wiring.embedder()
    start = time.perf_counter()
    for first in range(0, len(texts), 1000):
        embedder.embed(texts[first : first + 1000])
    speed = len(texts) / (time.perf_counter() - start)
    yield Figure("embedding, one thread", speed, "papers/s", 10_000, at_least=True)


def indexing() -> Iterator[Figure]:
    """The two parts of the index apart, then the whole as `broadsheet reindex` builds it."""
    from django.conf import settings

    from benchmarks import index_bench
    from broadsheet import wiring
    from broadsheet.core import indexing as verb

    documents = list(verb.LibraryView().documents())
    yield Figure("index, lexical part", index_bench.lexical_build(documents), "papers/s", 4000, at_least=True)
    yield Figure(
        "index, dense part", index_bench.dense_build(documents, wiring.embedder()), "papers/s", 4000, at_least=True
    )
    start = time.perf_counter()
    count = verb.rebuild(settings.INDEX_FOLDER, wiring.embedder())
    yield Figure(
        "reindex, library to both parts", count / (time.perf_counter() - start), "papers/s", 2000, at_least=True
    )


def searching() -> Iterator[Figure]:
    """The verb `search`, papers read from the library included, with queries made of real titles and sentences."""
    from broadsheet import wiring
    from broadsheet.core.search import search
    from broadsheet.library import papers
    from broadsheet.types import Filter

    some = [paper for number, paper in enumerate(papers.everything()) if number % 200 == 0]
    queries = [paper.title for paper in some[:150]] + [paper.abstract.split(". ")[0] for paper in some[150:300]]
    for name, admitting in (
        ("no filter", Filter()),
        ("a filter", Filter(after=date(2010, 1, 1), categories=("cs", "math"))),
    ):
        for text in queries[:20]:
            search(wiring.index(), text, filter=admitting)
        times = []
        for text in queries:
            start = time.perf_counter()
            search(wiring.index(), text, filter=admitting)
            times.append((time.perf_counter() - start) * 1000)
        yield Figure(f"search, {name}, p50", median(times), "ms", 10)
        yield Figure(f"search, {name}, p95", quantiles(times, n=20)[-1], "ms", 25)


def suggesting() -> Iterator[Figure]:
    """The verb `suggest`, with titles as they are typed: after 3, 6, 10 and 15 letters."""
    from broadsheet import wiring
    from broadsheet.core.suggesting import suggest
    from broadsheet.library import papers

    titles = [paper.title for number, paper in enumerate(papers.everything()) if number % 600 == 0]
    times = []
    for line in (title[:letters] for title in titles for letters in (3, 6, 10, 15)):
        start = time.perf_counter()
        suggest(wiring.index(), line)
        times.append((time.perf_counter() - start) * 1000)
    yield Figure("suggestions while typing, p95", quantiles(times, n=20)[-1], "ms", 30)


def peers() -> Iterator[Figure]:
    """The two parts of the search beside what one would do without us, on the same documents and queries."""
    from benchmarks import index_bench
    from broadsheet import wiring
    from broadsheet.core import indexing as verb
    from broadsheet.index.query import parse

    documents = list(verb.LibraryView().documents())
    titles = [document.title for document in documents[::300]]
    index = wiring.index()
    start = time.perf_counter()
    fts5 = index_bench.Fts5(documents)
    built = len(documents) / (time.perf_counter() - start)
    ratio = index_bench.lexical_build(documents) / built
    yield Figure("index by words, beside SQLite FTS5 in memory", ratio, "× as fast", 0.5, at_least=True)
    ours = median(index_bench.seconds(partial(index.search, parse(title))) for title in titles)
    theirs = median(index_bench.seconds(partial(fts5.search, title)) for title in titles)
    yield Figure("search by both, beside FTS5 by words", theirs / ours, "× as fast", 1, at_least=True)
    ours, theirs = index_bench.scans(documents, wiring.embedder(), titles)
    yield Figure("scan for meaning, beside numpy in float32", theirs / ours, "× as fast", 1, at_least=True)


def quality() -> Iterator[Figure]:
    """What fusing adds to words alone, on public test collections; `broadsheet evaluate` tells more."""
    from broadsheet import wiring
    from broadsheet.evaluate import Collection, evaluate, means
    from broadsheet.types import Method

    for folder in sorted((DATA / "beir").iterdir()):
        collection = Collection(folder)
        found = {run.method: means(collection.qrels, run.rankings) for run in evaluate(collection, wiring.embedder())}
        both, alone = (1000 * found[method]["nDCG@10"] for method in (Method.HYBRID, Method.LEXICAL))
        yield Figure(f"nDCG@10 × 1000, {folder.name}; goal: words alone", both, "", round(alone, 1), at_least=True)


def front_page() -> Iterator[Figure]:
    """The busiest kind of day, rendered whole, fifty papers on it."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from broadsheet.core.imports import import_file

    import_file(str(DATA / "seed" / "daily-papers-page.txt"), now=datetime.now(UTC))
    client = Client(headers={"host": "localhost"})
    client.cookies["known"] = "yes"  # strangers are answered from memory
    for _ in range(5):
        client.get("/")
    times = []
    for _ in range(50):
        start = time.perf_counter()
        assert client.get("/").status_code == 200
        times.append((time.perf_counter() - start) * 1000)
    yield Figure("front page, rendered", median(times), "ms", 15)
    with CaptureQueriesContext(connection) as statements:
        client.get("/")
    yield Figure("front page, SQL statements", len(statements), "", 8)


def service() -> Iterator[Figure]:
    """`broadsheet up` as a person starts it, the second time; its memory when nothing happens."""
    with started() as (seconds, process, address):
        yield Figure("second start, until the first page", seconds, "s", 3)
        for text in ("sparse+graphs", "dark+matter", "learning"):
            urllib.request.urlopen(f"{address}search?q={text}").read()
        while json.loads(urllib.request.urlopen(f"{address}health").read())["index"]["behind"]:
            time.sleep(0.2)
        time.sleep(5)
        tree = [process.pid, *children(process.pid)]
        # Pages that several processes share count once: all but the first are forked from one.
        yield Figure("service at rest, all processes", sum(memory(pid, "Pss") for pid in tree), "MiB", 400)


@contextmanager
def started() -> Iterator[tuple[float, subprocess.Popen[str], str]]:
    """A running service: seconds until it answered, its process, its address."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "broadsheet", "up", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        address = next(line.split(" is at ")[1].strip() for line in process.stdout if " is at " in line)
        urllib.request.urlopen(address).read()
        try:
            yield time.perf_counter() - start, process, address
        finally:
            process.terminate()


def children(pid: int) -> list[int]:
    """The processes below this one."""
    direct = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    found = direct + [
        int(c) for task in Path(f"/proc/{pid}/task").iterdir() for c in (task / "children").read_text().split()
    ]
    return sorted({*found, *(below for child in set(found) for below in children(child))})


def memory(pid: int, kind: str) -> float:
    """MiB of this kind (Rss, Pss) that a process holds."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(f"{kind}:"):
            return int(line.split()[1]) * 1024 / MIB
    raise LookupError(kind)


if __name__ == "__main__":
    main()

"""Fills a library from a fake archive over real HTTP, with and without faults, and from a snapshot of a million papers.

    python -m benchmarks.harvest [--records 100000] [--papers 1000000]

The archive speaks OAI-PMH in arXiv's format on loopback, in a process of its own, with the texts of the real papers of
the shared data; a third of all its answers fail in the second part. Each part has a fresh SQLite library. Peak memory
is that of the process that fetches.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count, islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks import DATA
from benchmarks.processes import set_up

sys.path.append(str(Path(__file__).parent.parent / "tests"))

PAPERS = DATA / "papers-60k.jsonl.zst"
FAULTS = 0.3


def main() -> None:
    """Print each figure beside its goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=100_000, help="records of the archive that is harvested")
    parser.add_argument("--papers", type=int, default=1_000_000, help="papers of the snapshot")
    options = parser.parse_args()
    if not PAPERS.exists():
        sys.exit(f"{PAPERS} is not there: the benchmarks need the shared data (BROADSHEET_SHARED_DATA).")
    parts: tuple[tuple[Callable[..., None], tuple[Any, ...]], ...] = (
        (harvest, (options.records, 0.0)),
        (harvest, (options.records, FAULTS)),
        (snapshot, (options.papers,)),
    )
    for part, argument in parts:
        if argument[0]:
            _apart(part, argument)


def _apart(part: Callable[..., None], argument: tuple[Any, ...]) -> None:
    """Run one part in a fresh process with a fresh library."""
    with tempfile.TemporaryDirectory(prefix="broadsheet-bench-") as folder:
        process = multiprocessing.get_context("spawn").Process(target=_in_library, args=(part, argument, folder))
        process.start()
        process.join()
        if process.exitcode:
            sys.exit(process.exitcode)


def _in_library(part: Callable[..., None], argument: tuple[Any, ...], folder: str) -> None:
    os.environ["BROADSHEET_DATA"] = folder
    set_up()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    part(*argument)


def harvest(records: int, share: float) -> None:
    """Harvest the archive until it is whole, however often a fetch fails, and compare the sets of ids."""
    from broadsheet.core import fetching, sources
    from broadsheet.library import models
    from broadsheet.sources import arxiv_oai
    from broadsheet.sources.http import Http

    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(there, records, share), daemon=True)
    server.start()
    url = here.recv()
    values = {"url": f"{url}/oai", "since": "2026-01-01"}
    sources.follow("arxiv-oai", [], values, now=_now(), name="archive")
    parsing, parse = 0.0, arxiv_oai.parse

    def timed(*arguments: Any) -> Any:
        nonlocal parsing
        began = time.perf_counter()
        try:
            return parse(*arguments)
        finally:
            parsing += time.perf_counter() - began

    arxiv_oai.parse = timed  # type: ignore[assignment]
    http = Http(private={"127.0.0.1"}, pause=lambda _seconds: None, patience=1e9)
    failures, began = 0, time.perf_counter()
    while True:
        report = fetching.fetch("archive", http, clock=_now, stop=threading.Event())
        if report.finished:
            break
        failures += 1
    seconds = time.perf_counter() - began
    here.send("enough")
    expected = {f"arxiv:{_id(number)}" for number in range(records)}
    found = set(models.Paper.objects.values_list("paper_id", flat=True))
    asked = here.recv()
    server.join()
    faults = f"{share:.0%} faults" if share else "no faults"
    print(f"OAI-PMH, {records:,} records, {faults}: {asked:,} requests, {failures} fetches broken off")
    print(f"  exactly the right set: {'yes' if found == expected else 'NO'} ({len(found):,} papers)", flush=True)
    if not share:
        speed = records / seconds
        print(f"  fetched, parsed and stored {speed:,.0f} records/s (goal ≥ 3,000: {_verdict(speed >= 3000)}), "
              f"of which parsing alone {records / parsing:,.0f} records/s")  # fmt: skip
    _memory()
    if found != expected:
        sys.exit(1)


def snapshot(papers: int) -> None:
    """Import a snapshot of so many papers as a source of the kind `file`."""
    from broadsheet.core import fetching, sources
    from broadsheet.library import models
    from broadsheet.sources.http import Http

    with tempfile.TemporaryDirectory(prefix="broadsheet-snapshot-") as folder:
        path = Path(folder, "arxiv-metadata-oai-snapshot.json")
        with path.open("w", encoding="utf-8") as file:
            for number, paper in enumerate(islice(_papers(), papers)):
                file.write(json.dumps(_line(number, paper)) + "\n")
        size = path.stat().st_size
        sources.follow("file", [str(path)], {}, now=_now())
        began = time.perf_counter()
        report = fetching.fetch("file", Http(), clock=_now, stop=threading.Event(), progress=_progress(papers))
        seconds = time.perf_counter() - began
    verdict = _verdict(seconds * 1e6 / papers <= 360)
    print(f"snapshot, {papers:,} papers ({size >> 20:,} MiB): {seconds / 60:.1f} min, {papers / seconds:,.0f} papers/s")
    print(f"  goal for a million ≤ 6 minutes: {verdict}")
    print(f"  {report.stored.new:,} new, {models.Paper.objects.count():,} in the library; {report.error or 'no error'}")
    _memory()


def _progress(papers: int) -> Callable[..., None]:
    def show(stored: Any, _total: int | None) -> None:
        if sys.stderr.isatty():
            print(f"\r{stored.read:,} of {papers:,}", end="", file=sys.stderr, flush=True)

    return show


def _memory() -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  peak memory {peak:,.0f} MiB (goal ≤ 300: {_verdict(peak <= 300)})", flush=True)


def _verdict(met: bool) -> str:  # noqa: FBT001 - it is the verdict
    return "met" if met else "MISSED"


def _serve(pipe: Connection, records: int, share: float) -> None:
    """The archive, until something comes through the pipe."""
    from archive import Archive, Deposit
    from origin import Origin

    papers = [
        Deposit(
            id=_id(number),
            title=f"{paper['title']} ({number})",
            abstract=paper["abstract"],
            authors=tuple(paper["authors"]),
            categories=tuple(paper["categories"]),
            stamp=date(2026, 1, 1) + timedelta(days=number * 90 // records),
        )
        for number, paper in enumerate(islice(_papers(), records))
    ]
    archive = Archive(papers, page_size=250 if share else 1000, forgets_after=2 if share else 0, repeats=bool(share))
    with Origin() as origin:
        origin.route("/oai", lambda asked: _reply(archive.oai(asked)))
        if share:
            origin.fails(share)
        pipe.send(origin.url)
        pipe.recv()
        pipe.send(len(origin.asked))


def _reply(body: bytes) -> Any:
    from origin import Reply

    return Reply(body)


def _papers() -> Iterator[dict[str, Any]]:
    """The real papers, over and over."""
    import zstandard

    with PAPERS.open("rb") as stream:
        lines = zstandard.ZstdDecompressor().stream_reader(stream).read().splitlines()
    for number in count():
        yield json.loads(lines[number % len(lines)])


def _id(number: int) -> str:
    return f"{2001 + number // 90_000:04}.{number % 90_000:05}"


def _line(number: int, paper: dict[str, Any]) -> dict[str, Any]:
    """A paper as the snapshot has it."""
    when = "Mon, 2 Apr 2007 19:18:42 GMT"
    return {
        "id": _id(number), "submitter": paper["authors"][0] if paper["authors"] else None,
        "authors": ", ".join(paper["authors"]), "title": f"{paper['title']} ({number})",
        "comments": paper.get("comment"), "journal-ref": None, "doi": None, "report-no": None,
        "categories": " ".join(paper["categories"]), "license": None, "abstract": f"  {paper['abstract']}\n",
        "versions": [{"version": "v1", "created": when}, {"version": "v2", "created": "Tue, 24 Jul 2007 20:10:27 GMT"}],
        "update_date": "2008-11-26",
        "authors_parsed": [[name.rpartition(" ")[2], name.rpartition(" ")[0], ""] for name in paper["authors"]],
    }  # fmt: skip


def _now() -> datetime:
    return datetime(2026, 4, 1, tzinfo=UTC)


if __name__ == "__main__":
    main()

"""What one search costs of a processor: in the core, and as a request to the API from its first byte to its last.

    python -m benchmarks.searching [--papers 60000] [--searches 500]

A library of real papers; searches of two to five words in a row of their titles, each of them asked for once. Processor
time of one thread, so that a busy machine costs little; half as many searches before warm up what is remembered.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import DATA
from benchmarks.arguments import parser_of
from benchmarks.serving import fill


def main() -> None:
    """Fill, search, tell."""
    asked = parser_of(__doc__, papers=60_000, searches=500).parse_args()
    if not (DATA / "papers-60k.jsonl.zst").exists():
        sys.exit("The benchmarks need the shared data (BROADSHEET_SHARED_DATA).")
    with tempfile.TemporaryDirectory(prefix="broadsheet-searching-") as name:
        os.environ |= {"BROADSHEET_DATA": name, "BROADSHEET_API_RATE": "1000000000"}
        os.environ["DJANGO_SETTINGS_MODULE"] = "broadsheet.settings"
        titles = fill(Path(name), asked.papers, dict(os.environ))
        command = [sys.executable, "-m", "broadsheet", "reindex"]
        subprocess.run(command, check=True, capture_output=True)
        _tell(titles, min(asked.searches, len(titles) * 2 // 5))


def _tell(titles: Sequence[str], number: int) -> None:
    import django

    django.setup()
    from django.test import Client

    from broadsheet import wiring
    from broadsheet.core import search

    client = Client(headers={"host": "localhost"})

    def request(line: str) -> Any:
        return client.get("/api/v1/search", {"q": line, "limit": "20"}).content

    def core(line: str) -> Any:
        return search.search(wiring.index(), line, faceted=True)

    for line in titles[: number // 2]:
        request(line)
    print("| a search, processor ms | median | mean | p95 |\n|---|---|---|---|")
    rest = titles[number // 2 :]
    for words, ask, lines in (("in the core", core, rest[:number]), ("whole", request, rest[number : 2 * number])):
        taken = [_processor(ask, line) for line in lines]
        median, p95 = np.percentile(taken, [50, 95])
        print(f"| {words} | {median:.1f} | {np.mean(taken):.1f} | {p95:.1f} |", flush=True)


def _processor(ask: Callable[[str], Any], line: str) -> float:
    start = time.thread_time()
    ask(line)
    return 1000 * (time.thread_time() - start)


if __name__ == "__main__":
    main()

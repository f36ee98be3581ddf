"""Requests a second: the API's listings and its search, beside a bare Django view and a bare Starlette endpoint.

    python -m benchmarks.serving [--papers 100000] [--seconds 5] [--connections 8] [--renewals 5]

A library of real papers, and generated ones behind the 60,000 of the shared data; the service as `broadsheet up` runs
it, and the two bare ones; each asked over so many connections that stay open, in turns in one run: what is said is the
median of three turns. The bare Django view is served by waitress in as many processes as ours, and Starlette by as many
uvicorns; both answer the very bytes of our listing. Searches are measured twice: each another one, and as people ask,
some lines more often than others. Who asks shares the cores. At last
the service is started anew a few times (SIGHUP) while listings and searches are asked for, and every answer that did
not come is counted. Goals on two cores: listings 2,000 a second, searches 300 a second with a p99 of 100 ms, nothing
lost.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain, cycle, islice
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit
from urllib.request import urlopen

import numpy as np

from benchmarks import DATA
from benchmarks.arguments import parser_of
from benchmarks.generated import stream
from benchmarks.material import lines

LISTING = "/api/v1/front-pages/latest?limit=20"

BARE_DJANGO = """
import logging, os, socket, sys
logging.getLogger("waitress").setLevel("ERROR")
from django.conf import settings
settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="bare")
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
body = open(sys.argv[1], "rb").read()
length = {"Content-Length": str(len(body))}
urlpatterns = [path("", lambda request: HttpResponse(body, "application/json", headers=length))]
from waitress.server import create_server
listener = socket.create_server(("127.0.0.1", 0))
print(" is at http://127.0.0.1:%d/" % listener.getsockname()[1], flush=True)
any(os.fork() for _ in range(int(sys.argv[2]) - 1))  # as many processes as that, of which the first forks
create_server(get_wsgi_application(), sockets=[listener], threads=4).run()
"""

BARE_STARLETTE = """
import os, socket, sys
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
body = open(sys.argv[1], "rb").read()
async def answer(request):
    return Response(body, media_type="application/json")
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # else its answers wait, see asyncio
listener.bind(("127.0.0.1", 0))
listener.listen(1024)
print(" is at http://127.0.0.1:%d/" % listener.getsockname()[1], flush=True)
any(os.fork() for _ in range(int(sys.argv[2]) - 1))  # as many processes as that, of which the first forks
app = Starlette(routes=[Route("/", answer)])
uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run(sockets=[listener])
"""

PROCESSES = 2
TURNS = 3

LINES = 10_000
"""Different lines that people search for; the nth most frequent is asked for 1/n as often as the first (Zipf's law)."""


class Told(NamedTuple):
    """What came of asking for a while.

    Answers a second, the median and the 99th percentile in ms; requests that no answer came to, or one that is not 200;
    and answers in all.
    """

    rate: float
    median: float
    p99: float
    wrong: int
    number: int


def main() -> None:
    """Fill, serve, ask, compare."""
    asked = parser_of(__doc__, papers=100_000, seconds=5, connections=8, renewals=5).parse_args()
    if not (DATA / "papers-60k.jsonl.zst").exists():
        sys.exit("The benchmarks need the shared data (BROADSHEET_SHARED_DATA).")
    with tempfile.TemporaryDirectory(prefix="broadsheet-serving-") as name:
        folder = Path(name)
        environment = {**os.environ, "BROADSHEET_DATA": name, "BROADSHEET_API_RATE": "1000000000"}
        environment |= {"BROADSHEET_WORKERS": str(PROCESSES)}
        titles = fill(folder, asked.papers, environment)
        program = [sys.executable, "-m", "broadsheet"]
        subprocess.run([*program, "reindex"], env=environment, check=True, capture_output=True)
        searches = [f"/api/v1/search?limit=20&q={quote(title)}" for title in titles]
        body = folder / "body.json"
        with ExitStack() as running:
            ours, keeper = running.enter_context(_served([*program, "up", "--port", "0", "--no-sample"], environment))
            with urlopen(f"{ours}{LISTING}") as response:  # an address of our own
                body.write_bytes(response.read())
            bare = {
                words: running.enter_context(
                    _served([sys.executable, "-c", code, str(body), str(PROCESSES)], environment)
                )[0]
                for words, code in (("bare Django view", BARE_DJANGO), ("bare Starlette endpoint", BARE_STARLETTE))
            }
            rows: list[tuple[str, str, Iterator[str]]] = [
                ("listing", ours, cycle([LISTING])),
                ("search, each another one", ours, iter(searches[LINES:])),
                ("search, lines as often as people ask for them", ours, _by_zipf(searches[:LINES])),
                *((words, address, cycle(["/"])) for words, address in bare.items()),
            ]
            for _, address, paths in rows:
                asyncio.run(_ask(address, paths, 1.0, asked.connections))  # to warm up
            told: dict[str, list[Told]] = {words: [] for words, _, _ in rows}
            for _ in range(TURNS):
                for words, address, paths in rows:
                    told[words].append(asyncio.run(_ask(address, paths, asked.seconds, asked.connections)))
            print("| asked | answers/s | median ms | p99 ms | not 200, or none |\n|---|---|---|---|---|")
            for words, several in told.items():
                rate, median, p99, wrong, _ = np.median(several, axis=0)
                print(f"| {words} | {rate:,.0f} | {median:.1f} | {p99:.1f} | {wrong:.0f} |")
            _renew(ours, keeper, [LISTING, *searches[-20:]], asked.renewals, asked.connections)


def _renew(address: str, keeper: int, paths: Sequence[str], times: int, connections: int) -> None:
    """Start the service anew so many times while it is asked; tell what became of all requests."""

    def often() -> None:
        for _ in range(times):
            time.sleep(3)
            os.kill(keeper, signal.SIGHUP)

    renewing = threading.Thread(target=often)
    renewing.start()
    told = asyncio.run(_ask(address, cycle(paths), 3.0 * (times + 2), connections))
    renewing.join()
    print(f"started anew {times} times: {told.number:,} requests answered, {told.wrong} lost")


def fill(folder: Path, number: int, environment: dict[str, str]) -> list[str]:
    """Import so many papers; answers what is searched for, no two alike: two to five words in a row of titles."""
    import orjson

    dice, titles, file = random.Random(7), set(), folder / "papers.jsonl"
    real = min(number, 60_000)
    with file.open("wb") as kept:
        for said in chain(islice(lines(DATA / "papers-60k.jsonl.zst"), real), _generated(real, number)):
            kept.write(orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE))
            words = said["title"].split()
            first, size = dice.randrange(max(len(words) - 2, 1)), dice.randint(2, 5)
            titles.add(" ".join(words[first : first + size]))
    command = [sys.executable, "-m", "broadsheet", "import", str(file)]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return dice.sample(sorted(titles), len(titles))


def _by_zipf(paths: Sequence[str]) -> Iterator[str]:
    """One of these after the other, each as often as its place says, for ever."""
    dice = random.Random(7)
    weights = [1 / place for place in range(1, len(paths) + 1)]
    while True:
        yield from dice.choices(paths, weights, k=1000)


def _generated(first: int, end: int) -> Iterator[dict[str, Any]]:
    """Generated papers from one number to another, as they are imported."""
    for paper in islice(stream(DATA / "papers-60k.jsonl.zst"), first, end):
        yield {
            "title": paper.title,
            "abstract": paper.abstract,
            "authors": list(paper.authors),
            "categories": list(paper.categories),
            "published": paper.day.isoformat() if paper.day else None,
            "doi": f"10.5555/generated.{paper.key}",
        }


@contextmanager
def _served(command: Sequence[str], environment: dict[str, str]) -> Iterator[tuple[str, int]]:
    """What the command serves, as long as it is needed; answers its address and its process."""
    options: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "start_new_session": True}
    with subprocess.Popen(command, env=environment, text=True, **options) as server:
        try:
            said = next(line for line in server.stdout or () if " is at " in line)
            yield said.split(" is at ")[1].strip().rstrip("/"), server.pid
        finally:
            os.killpg(server.pid, signal.SIGTERM)


async def _ask(address: str, paths: Iterator[str], seconds: float, connections: int) -> Told:
    place = urlsplit(address)
    walls: list[float] = []
    wrong = 0
    start = time.perf_counter()

    async def one() -> None:
        """Ask over one connection; a new one is opened when an answer says that the old one is closed."""
        nonlocal wrong
        streams = None
        while time.perf_counter() - start < seconds:
            begun = time.perf_counter()
            try:
                reader, writer = streams = streams or await asyncio.open_connection(place.hostname, place.port)
                writer.write(f"GET {next(paths)} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode())
                head = await reader.readuntil(b"\r\n\r\n")
                fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if line)
                await reader.readexactly(int(fields[b"content-length"]))
            except (OSError, asyncio.IncompleteReadError):
                wrong, streams = wrong + 1, None
                continue
            walls.append(1000 * (time.perf_counter() - begun))
            wrong += b" 200 " not in head.split(b"\r\n", 1)[0]
            if fields.get(b"connection") == b"close":
                writer.close()
                streams = None
        if streams:
            streams[1].close()

    await asyncio.gather(*(one() for _ in range(connections)))
    median, p99 = np.percentile(walls, [50, 99]).tolist()
    return Told(len(walls) / (time.perf_counter() - start), median, p99, wrong, len(walls))


if __name__ == "__main__":
    main()

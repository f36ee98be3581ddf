"""Requests a second: the API's listings and its search, beside a bare Django view and a bare Starlette endpoint.

    python -m benchmarks.serving [--papers 60000] [--seconds 5] [--connections 8]

A library of real papers, the service as `broadsheet up` runs it, and the two bare ones, each asked over so many
connections that stay open, one after the other in one run. The bare Django view is served by waitress, as ours is, and
Starlette by uvicorn; both answer the very bytes of our listing. Who asks takes a core of its own. Goals on two cores:
listings 2,000 a second, searches 300 a second with a p99 of 100 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit
from urllib.request import urlopen

import numpy as np

from benchmarks import DATA
from benchmarks.material import lines

LISTING = "/api/v1/front-pages/latest?limit=20"

BARE_DJANGO = """
import sys
from django.conf import settings
settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="bare")
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
body = open(sys.argv[1], "rb").read()
length = {"Content-Length": str(len(body))}
urlpatterns = [path("", lambda request: HttpResponse(body, "application/json", headers=length))]
from waitress.server import create_server
server = create_server(get_wsgi_application(), host="127.0.0.1", port=0, threads=8)
print(f" is at http://127.0.0.1:{server.effective_port}/", flush=True)
server.run()
"""

BARE_STARLETTE = """
import socket, sys
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
body = open(sys.argv[1], "rb").read()
async def answer(request):
    return Response(body, media_type="application/json")
listener = socket.create_server(("127.0.0.1", 0))
print(" is at http://127.0.0.1:%d/" % listener.getsockname()[1], flush=True)
app = Starlette(routes=[Route("/", answer)])
uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run(sockets=[listener])
"""


class Told(NamedTuple):
    """What came of asking for a while: answers a second, the median and the 99th percentile in ms, those not 200."""

    rate: float
    median: float
    p99: float
    wrong: int


def main() -> None:
    """Fill, serve, ask, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, number in (("papers", 60_000), ("seconds", 5), ("connections", 8)):
        parser.add_argument(f"--{name}", type=int, default=number, metavar="N")
    asked = parser.parse_args()
    if not (DATA / "papers-60k.jsonl.zst").exists():
        sys.exit("The benchmarks need the shared data (BROADSHEET_SHARED_DATA).")
    with tempfile.TemporaryDirectory(prefix="broadsheet-serving-") as name:
        folder = Path(name)
        environment = {**os.environ, "BROADSHEET_DATA": name, "BROADSHEET_API_RATE": "1000000000"}
        titles = _fill(folder, asked.papers, environment)
        program = [sys.executable, "-m", "broadsheet"]
        subprocess.run([*program, "reindex"], env=environment, check=True, capture_output=True)
        print("| asked | answers/s | median ms | p99 ms | not 200 |\n|---|---|---|---|---|")
        with _served([*program, "up", "--port", "0", "--no-sample"], environment) as address:
            body = folder / "body.json"
            with urlopen(f"{address}{LISTING}") as response:  # an address of our own
                body.write_bytes(response.read())
            searches = [f"/api/v1/search?limit=20&q={quote(title)}" for title in titles]
            _print("listing", address, [LISTING], asked.seconds, asked.connections)
            _print("search", address, searches, asked.seconds, asked.connections)
        for words, bare in (("bare Django view", BARE_DJANGO), ("bare Starlette endpoint", BARE_STARLETTE)):
            with _served([sys.executable, "-c", bare, str(body)], environment) as address:
                _print(words, address, ["/"], asked.seconds, asked.connections)


def _fill(folder: Path, number: int, environment: dict[str, str]) -> list[str]:
    """Import so many papers; answers what is searched for: two to five words in a row of their titles."""
    import orjson

    dice, titles, file = random.Random(7), [], folder / "papers.jsonl"
    with file.open("wb") as kept:
        for place, said in enumerate(lines(DATA / "papers-60k.jsonl.zst")):
            if place >= number:
                break
            kept.write(orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE))
            words = said["title"].split()
            first, size = dice.randrange(max(len(words) - 2, 1)), dice.randint(2, 5)
            titles.append(" ".join(words[first : first + size]))
    command = [sys.executable, "-m", "broadsheet", "import", str(file)]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return dice.sample(titles, min(2000, len(titles)))


@contextmanager
def _served(command: Sequence[str], environment: dict[str, str]) -> Iterator[str]:
    """What the command serves, as long as it is needed; answers its address."""
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield next(
                line.split(" is at ")[1].strip().rstrip("/") for line in server.stdout or () if " is at " in line
            )
        finally:
            server.terminate()


def _print(words: str, address: str, paths: Sequence[str], seconds: int, connections: int) -> None:
    asyncio.run(_ask(address, paths, 1.0, connections))  # to warm up
    told = asyncio.run(_ask(address, paths, seconds, connections))
    print(f"| {words} | {told.rate:,.0f} | {told.median:.1f} | {told.p99:.1f} | {told.wrong} |", flush=True)


async def _ask(address: str, paths: Sequence[str], seconds: float, connections: int) -> Told:
    place = urlsplit(address)
    walls: list[float] = []
    wrong = 0
    start = time.perf_counter()

    async def one(offset: int) -> None:
        nonlocal wrong
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        number = offset
        while time.perf_counter() - start < seconds:
            begun = time.perf_counter()
            writer.write(f"GET {paths[number % len(paths)]} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if line)
            await reader.readexactly(int(fields[b"content-length"]))
            walls.append(1000 * (time.perf_counter() - begun))
            wrong += b" 200 " not in head.split(b"\r\n", 1)[0]
            number += connections
        writer.close()

    await asyncio.gather(*(one(offset) for offset in range(connections)))
    median, p99 = np.percentile(walls, [50, 99]).tolist()
    return Told(len(walls) / (time.perf_counter() - start), median, p99, wrong)


if __name__ == "__main__":
    main()

"""Proves that indexing survives kill -9: the index always opens, catches up, and equals a rebuild.

    python -m benchmarks.kill_nine [--times 200] [--papers 3000] [--seed 0]

A process indexes an endless change log into one folder: it builds, follows, sometimes builds again. It is killed by
SIGKILL at a random moment, again and again. A quarter of the kills look at the clock only; the others wait for a phase,
the one that was hit least so far, and then for a random share of the time that it took in a rehearsal. What the process
was at stands in memory that outlives it. The seed repeats the library; where exactly a kill lands, nothing can repeat.

After every kill a reader opens the folder. It must hold what was finished before the kill, and answer papers only that
were there at that time. After every twentieth kill and after the last one, a process that is not killed catches up, and
the index is compared with one built anew in another folder, by 30 queries and each method:

- the number of papers, the keys, what each filter admits and its order: equal;
- the dense ranking: the same papers with the same scores, and so in the same order; scores within SAME are the same;
- the lexical and the hybrid ranking: the same papers, while papers that were replaced or deleted since the last build
  still count in BM25's word frequencies (up to a tenth, `sync.STALE`; how far that moves BM25 is printed); the same
  scores too where catching up ended with a build, for every second time the log is followed until the index is stale.

Nothing may be left over: no earlier generation, no report of a build, not more than twice the bytes of the new index.
"""

from __future__ import annotations

import ctypes
import mmap
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import IntEnum
from functools import lru_cache, wraps
from itertools import accumulate, islice
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.arguments import parser_of
from broadsheet.errors import IndexMissingError
from broadsheet.index import Index, embed, generations, sync
from broadsheet.index.dense import DenseWriter
from broadsheet.index.lexical import Lexical, LexicalWriter
from broadsheet.index.query import parse
from broadsheet.types import Change, Document, Hit, Method, Paging

EMBEDDER = embed.load("hash-256")
Hits = Sequence[Hit]
EVERYTHING = Paging(1, 1_000_000)
FILTERS = ("", "cat:cs", "cat:math.co", "has:code", "after:2021", "before:2021-06", "author:lovelace")

REBUILDS = 0.2
"""Share of the steps that are a rebuild for no reason."""

SAME = 1e-4
"""BLAS adds in another order for a batch of another size, so that a dense part's int8 may be rounded the other way."""

PATIENCE = 120.0
"""Seconds after which a process that does not get anywhere is called stuck."""


class Broken(Exception):  # noqa: N818 - it is the promise that is broken
    """A promise that was not kept, in words."""


class Phase(IntEnum):
    """What the indexing process is at."""

    STARTING = 0
    RESTING = 1
    OPENING = 2
    APPLYING = 3
    BUILDING = 4
    COMMITTING_WORDS = 5
    BETWEEN_COMMITS = 6
    WRITING_THE_STATE = 7
    MERGING = 8
    SWAPPING = 9
    SWEEPING = 10


_TOLD: Sequence[tuple[Any, str, Phase]] = (
    (sync, "catch_up", Phase.OPENING),
    (sync, "rebuild", Phase.OPENING),
    (sync, "_apply", Phase.APPLYING),
    (sync, "_rebuild", Phase.BUILDING),
    (LexicalWriter, "commit", Phase.COMMITTING_WORDS),
    (DenseWriter, "commit", Phase.BETWEEN_COMMITS),
    (generations, "keep", Phase.WRITING_THE_STATE),
    (LexicalWriter, "close", Phase.MERGING),
    (generations, "publish", Phase.SWAPPING),
    (generations, "sweep", Phase.SWEEPING),
)
"""Functions, and the phase that each of them is. The dense part is committed when the lexical part has been."""


class Progress(ctypes.Structure):
    """What the indexing process is at and how far it came, in memory that outlives it.

    `target` is the line of the log that it works towards, `finished` the last one that it had in the index. `visits`
    and `spent` are how often each phase began and how many nanoseconds it took, since `begin`.
    """

    _fields_ = (
        *((name, ctypes.c_int64) for name in ("at", "since", "target", "finished")),
        *((name, ctypes.c_int64 * len(Phase)) for name in ("visits", "spent")),
    )
    at: int
    since: int
    target: int
    finished: int
    visits: ctypes.Array[ctypes.c_int64]
    spent: ctypes.Array[ctypes.c_int64]

    def begin(self) -> None:
        """A new process is being started."""
        self.at, self.since = Phase.STARTING, time.monotonic_ns()
        self.visits[:] = [phase is Phase.STARTING for phase in Phase]
        self.spent[:] = [0] * len(Phase)

    def enter(self, phase: Phase) -> None:
        """The process begins, or goes back to, this phase."""
        now = time.monotonic_ns()
        self.spent[self.at] += now - self.since
        self.at, self.since = phase, now

    def seconds(self) -> dict[Phase, float]:
        """How long each phase took, once."""
        return {phase: int(self.spent[phase]) / 1e9 / max(int(self.visits[phase]), 1) for phase in Phase}

    def telling(self, work: Callable[..., Any], phase: Phase) -> Callable[..., Any]:
        """The same function, which now tells that it is at work."""

        @wraps(work)
        def told(*arguments: Any, **named: Any) -> Any:
            before = Phase(self.at)
            self.enter(phase)
            self.visits[phase] += 1
            try:
                return work(*arguments, **named)
            finally:
                self.enter(before)

        return told


def shared(path: Path) -> Progress:
    """The progress that is kept in this file."""
    with path.open("a+b") as file:
        file.truncate(ctypes.sizeof(Progress))
        return Progress.from_buffer(mmap.mmap(file.fileno(), ctypes.sizeof(Progress)))


class Library:
    """An endless change log and the papers after its first `now` lines; the same for the same seed.

    The first lines add `papers` papers. Every later one adds, changes or deletes a random one of a third more keys, so
    that their number stays about the same.
    """

    def __init__(self, seed: int, papers: int) -> None:
        self.now = 0
        self._seed, self._papers = seed, papers
        self._keys, self._gone = [0], [True]
        self._last: dict[int, int] = {}
        self._paper = lru_cache(20_000)(self._written)
        self._dice = random.Random(f"{seed} words")
        syllables = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
        spelled = dict.fromkeys("".join(self._dice.choices(syllables, k=3)) for _ in range(max(papers // 2, 300)))
        self._words = list(spelled)
        self._weights = list(accumulate(1 / (rank + 10) for rank in range(len(spelled))))
        self._rare = self._words[len(spelled) // 5 :]
        own = iter(self._dice.sample(self._rare, len(self._rare)))
        self._topics = [list(islice(own, 10)) for _ in range(max(papers // 30, 3))]

    def grow(self, now: int) -> None:
        """Write the log up to this line."""
        for number in range(self.now + 1, now + 1):
            first = number <= self._papers
            key = number if first else self._dice.randint(1, self._papers * 4 // 3)
            self._keys.append(key)
            self._gone.append(not first and self._dice.random() < 0.25)
            self._last[key] = number
        self.now = max(self.now, now)

    def latest(self) -> int:
        """The number of the last line."""
        return self.now

    def changes(self, after: int, limit: int) -> Sequence[Change]:
        """Up to `limit` lines after this one, each with the paper as it is now."""
        keys = enumerate(self._keys[after + 1 : after + 1 + limit], after + 1)
        return [Change(number, key, self.paper(key)) for number, key in keys]

    def documents(self) -> Iterator[Document]:
        """Every paper, in order of keys."""
        return filter(None, map(self.paper, sorted(self._last)))

    def count(self) -> int:
        """How many papers there are."""
        return sum(not self._gone[number] for number in self._last.values())

    def paper(self, key: int) -> Document | None:
        """The paper of this key as it is now."""
        number = self._last[key]
        return None if self._gone[number] else self._paper(number, key)

    def between(self, applied: int) -> tuple[set[int], set[int]]:
        """Keys that an index must hold, and that it may hold, if it has applied so much and was killed at the rest."""
        touched = set(self._keys[applied + 1 :])
        certain = {key for key, number in self._last.items() if not self._gone[number] and key not in touched}
        ever = {key for key, gone in zip(self._keys, self._gone, strict=True) if not gone}
        return certain, certain | (touched & ever)

    def queries(self) -> list[str]:
        """Thirty lines to search by: some words of a title, all of them, phrases, excluded words, filters.

        Their words are in some title and in few papers: the index corrects none, and leaves out none as too common.
        """
        dice = random.Random(f"{self._seed} queries")
        titles = [paper.title.split() for paper in dice.sample(list(self.documents()), 30)]
        return [
            *(" ".join(title[:3]) for title in titles[:12]),
            *map(" ".join, titles[12:18]),
            *(f'"{title[0]} {title[1]}" {title[2]}' for title in titles[18:22]),
            *(f"{title[0]} {title[1]} -{title[3]}" for title in titles[22:24]),
            *(f"{title[0]} {title[1]} {way}" for title, way in zip(titles[24:], FILTERS[1:], strict=True)),
        ]

    def _written(self, number: int, key: int) -> Document:
        dice = random.Random(number * 1_000_003 + self._seed)
        topic, first = dice.choice(self._topics), dice.randrange(8)
        common = dice.choices(self._words, cum_weights=self._weights, k=20)
        return Document(
            key=key,
            title=" ".join((*topic[first : first + 3], *dice.choices(self._rare, k=2))),
            abstract=" ".join((*dice.choices(topic, k=20), *common)),
            authors=tuple(dice.choices(("Ada Lovelace", "Emmy Noether", "Alan Turing", "Grace Hopper"), k=2)),
            categories=tuple(dice.choices(("cs.LG", "cs.CL", "math.CO", "stat.ML"), k=2)),
            day=date(2020, 1, 1) + timedelta(dice.randrange(1000)) if dice.random() < 0.9 else None,
            has_code=dice.random() < 0.3,
        )


@dataclass(frozen=True)
class Orders:
    """What an indexing process is told."""

    folder: Path
    progress: Path
    seed: int
    papers: int


def work(orders: Orders, *, steps: int, rebuilds: float = 0.0, until_built: bool = False) -> None:
    """Index, let the library grow, index again, and so on: this is the process that is killed.

    Ends after so many steps; `until_built` goes on until the index is so stale that it is built anew.
    """
    progress = shared(orders.progress)
    for owner, name, phase in _TOLD:
        setattr(owner, name, progress.telling(getattr(owner, name), phase))
    sync.BATCH = max(orders.papers // 60, 5)  # many commits
    sync._BUILD_BATCH = max(orders.papers // 10, 5)
    library = Library(orders.seed, orders.papers)
    library.grow(max(progress.target, orders.papers))
    dice = random.Random(f"{orders.seed} {library.now}")
    progress.enter(Phase.RESTING)
    while steps > 0 or (until_built and not progress.visits[Phase.BUILDING]):
        steps -= 1
        progress.target = library.now
        index = sync.rebuild if dice.random() < rebuilds else sync.catch_up
        index(orders.folder, EMBEDDER, library)
        progress.finished = library.now
        library.grow(library.now + dice.randint(1, max(orders.papers // 20, 2)))


@dataclass(frozen=True)
class Moment:
    """After the `visit`-th beginning of a phase, and this share of its length; without one, of the rehearsal's."""

    phase: Phase | None
    visit: int
    share: float


def moments(times: int, dice: random.Random, landed: Counter[Phase]) -> Iterator[Moment]:
    """So many random moments: a quarter of them by the clock, the others in the phase where fewest landed so far."""
    for kills in range(times):
        phase = min((phase for phase in Phase if phase is not Phase.RESTING), key=lambda phase: landed[phase])
        visit = 1 if phase is Phase.STARTING else dice.randint(1, 2)
        yield Moment(None if kills % 4 == 3 else phase, visit, dice.random())


class Trial:
    """A folder, the processes that index into it and are killed, and what is promised of it afterwards."""

    def __init__(self, place: Path, *, papers: int, seed: int) -> None:
        self._orders = Orders(place / "index", place / "progress", seed, papers)
        self._fresh = place / "fresh"
        self._progress = shared(self._orders.progress)
        self._library = Library(seed, papers)
        self._reader = Index(self._orders.folder, EMBEDDER)
        self._opened = False
        self.landed: Counter[Phase] = Counter()
        self.compared = self.compared_exactly = 0
        self.moved = 0.0
        """The largest share by which papers that are no more moved a BM25 score."""

    def rehearse(self) -> dict[Phase, float]:
        """Index for a while unkilled, in another folder; answers the seconds that each phase takes."""
        orders = replace(self._orders, folder=self._orders.folder.with_name("rehearsal"))
        start = time.monotonic()
        self._progress.begin()
        _finish(orders, steps=5, rebuilds=REBUILDS)
        self._length, self._seconds = time.monotonic() - start, self._progress.seconds()
        self._progress.target = self._progress.finished = 0
        shutil.rmtree(orders.folder)
        return self._seconds

    def kill(self, moment: Moment) -> None:
        """Start indexing, kill it at this moment, and count the phase that this was in."""
        self._progress.begin()
        process = _started(self._orders, steps=1000, rebuilds=REBUILDS)
        if moment.phase is None:
            process.join(moment.share * self._length)
        else:
            self._wait_for(process, moment.phase, moment.visit)
            time.sleep(moment.share * self._seconds[moment.phase])
        _promise(process.exitcode is None, f"indexing failed, exit code {process.exitcode}")
        process.kill()
        process.join()
        self.landed[Phase(self._progress.at)] += 1
        self._library.grow(self._progress.target)

    def check(self) -> None:
        """The index opens, lost nothing that was finished, and answers what was there; so does an open reader."""
        index = Index(self._orders.folder, EMBEDDER)
        try:
            keys = _keys(index, "")
        except IndexMissingError:
            _promise(not (self._opened or self._progress.finished), "an index that was there is missing")
            return
        self._opened = True
        state, finished = index.state(), self._progress.finished
        _promise(state.building is None, "the index says that it is being built, and nobody builds")
        _promise(state.applied >= finished, f"change {finished} was in the index, which now ends at {state.applied}")
        certain, possible = self._library.between(state.applied)
        _promise(len(keys) == len(set(keys)) == state.documents, "the index does not count its papers rightly")
        _promise(certain <= set(keys), "papers are missing that were there before the kill")
        _promise(possible.issuperset(keys), "papers are there that the library never had, or deleted")
        for reader in (index, self._reader):
            self._ask(reader, possible)
        for key in random.Random(state.applied).sample(sorted(certain), 3):
            paper = self._library.paper(key)
            _promise(bool(paper and key in _keys(index, f'title:"{paper.title}"')), f"paper {key} is not found")
            index.similar(key, 5)

    def settle(self, *, until_built: bool) -> None:
        """Let a process catch up unkilled, and compare the index with one built anew."""
        self._progress.begin()
        _finish(self._orders, steps=1, until_built=until_built)
        self._library.grow(self._progress.target)
        self.check()
        shutil.rmtree(self._fresh, ignore_errors=True)
        sync.rebuild(self._fresh, EMBEDDER, self._library)
        self._compare(exactly=bool(self._progress.visits[Phase.BUILDING]))

    def tidy(self) -> None:
        """After settling, nothing is left over, and the folder is not much larger than that of a new index."""
        folder = self._orders.folder
        kept = {"current", "lock", generations.current(folder).name}
        left = {path.name for path in folder.iterdir() if path.suffix != ".draft"} - kept
        _promise(not left, f"after catching up, this is left over of a killed build: {', '.join(sorted(left))}")
        size, fresh = (sum(path.stat().st_size for path in place.rglob("*")) for place in (folder, self._fresh))
        _promise(size <= 2 * fresh, f"the index takes {size:,} bytes, a new one {fresh:,}")

    def _ask(self, reader: Index, possible: set[int]) -> None:
        for line in self._library.queries()[::6]:
            for method in Method:
                keys = _keys(reader, line, method)
                _promise(len(keys) == len(set(keys)), f"{method} search for {line!r} answers a paper twice")
                _promise(possible.issuperset(keys), f"{method} search for {line!r} answers a paper that is not there")

    def _compare(self, *, exactly: bool) -> None:
        held, fresh = (Index(folder, EMBEDDER) for folder in (self._orders.folder, self._fresh))
        lexical = Lexical(generations.current(self._orders.folder) / "lexical").view()
        _promise(held.state().applied == self._library.now, "the index did not catch up")
        counts = {held.state().documents, fresh.state().documents, len(lexical), self._library.count()}
        _promise(len(counts) == 1, f"the number of papers is not the same everywhere: {counts}")
        for line in FILTERS:
            _promise(_keys(held, line) == _keys(fresh, line), f"the filter {line!r} admits other papers")
        for line in self._library.queries():
            for method in Method:
                self._compare_hits(line, method, _hits(held, line, method), _hits(fresh, line, method), exactly=exactly)
        self.compared += 1
        self.compared_exactly += exactly

    def _compare_hits(self, line: str, method: Method, ours: Hits, theirs: Hits, *, exactly: bool) -> None:
        search = f"{method} search for {line!r}"
        found = {hit.key: hit for hit in theirs}
        _promise({hit.key for hit in ours} == found.keys(), f"{search} answers other papers than a rebuild")
        for our, same_rank in zip(ours, theirs, strict=True):
            their = found[our.key]
            similar = abs((our.reason.similarity or 0) - (their.reason.similarity or 0)) <= SAME
            _promise(similar, f"{search}: paper {our.key} has another similarity")
            if exactly or method is Method.DENSE:
                _promise(abs(our.score - their.score) <= SAME, f"{search}: paper {our.key} has another score")
                _promise(abs(our.score - same_rank.score) <= SAME, f"{search}: paper {our.key} has another rank")
            elif method is Method.LEXICAL:
                self.moved = max(self.moved, abs(our.score / their.score - 1))

    def _wait_for(self, process: BaseProcess, phase: Phase, visit: int) -> None:
        late = time.monotonic() + PATIENCE
        while self._progress.visits[phase] < visit and process.exitcode is None:
            time.sleep(0.0001)
            if time.monotonic() > late:
                process.kill()
                raise Broken(f"indexing is stuck at {Phase(self._progress.at).name}")


def _started(orders: Orders, **how: Any) -> BaseProcess:
    process = multiprocessing.get_context("spawn").Process(target=work, args=(orders,), kwargs=how, daemon=True)
    with patch.dict(os.environ, OPENBLAS_NUM_THREADS="1"):  # its threads wait for each other where cores are shared
        process.start()
    return process


def _finish(orders: Orders, **how: Any) -> None:
    process = _started(orders, **how)
    process.join(PATIENCE)
    if process.exitcode is None:
        process.kill()
    _promise(process.exitcode == 0, f"indexing unkilled did not succeed: exit code {process.exitcode}")


def _promise(kept: bool, otherwise: str) -> None:  # noqa: FBT001 - reads like an assertion
    if not kept:
        raise Broken(otherwise)


def _hits(index: Index, line: str, method: Method) -> Hits:
    return index.search(parse(line), method=method, paging=EVERYTHING).hits


def _keys(index: Index, line: str, method: Method = Method.HYBRID) -> list[int]:
    return [hit.key for hit in _hits(index, line, method)]


def prove(trial: Trial, when: Iterator[Moment], *, times: int, every: int) -> Iterator[str]:
    """Kill so many times and check; settle after `every` kills and the last, and answer a line each time."""
    start = time.monotonic()
    for kills in range(every, times + every, every):
        for moment in islice(when, every):
            trial.kill(moment)
            trial.check()
        trial.settle(until_built=trial.compared % 2 == 1)
        trial.tidy()
        yield f"{min(kills, times):>5} kills, {time.monotonic() - start:.0f} s"


def main() -> None:
    """Kill, check, and say what came of it."""
    arguments = parser_of(__doc__, times=200, papers=3000, seed=0).parse_args()
    place = Path(tempfile.mkdtemp(prefix="broadsheet-kill-nine-"))
    trial = Trial(place, papers=arguments.papers, seed=arguments.seed)
    try:
        phases = trial.rehearse()
        print("lengths:", ", ".join(f"{phase.name} {1000 * length:.1f} ms" for phase, length in phases.items()))
        when = moments(arguments.times, random.Random(arguments.seed), trial.landed)
        for line in prove(trial, when, times=arguments.times, every=20):
            print(line, flush=True)
    except Exception as broken:  # noqa: BLE001 - whatever fails, a promise was not kept
        traceback.print_exc()
        again = f"--times {arguments.times} --papers {arguments.papers} --seed {arguments.seed}"
        sys.exit(f"BROKEN: {broken}. Repeat with {again}; the index is in {place}.")
    finally:
        print("kills:", ", ".join(f"{phase.name} {trial.landed[phase]}" for phase in Phase), flush=True)
    shutil.rmtree(place)
    print(
        f"Killed {arguments.times} times: the index always opened, caught up, and equalled a rebuild"
        f" ({trial.compared} comparisons, {trial.compared_exactly} of them with BM25's scores;"
        f" in the others, papers that are no more moved it by up to {trial.moved:.1%})."
    )


if __name__ == "__main__":
    main()

"""Promises of the sync: whatever happens to the library, the process or the folder, the index ends as a rebuild would.

Crashes are real: a process of its own works on the index and is killed by SIGKILL at a random moment.
"""

import multiprocessing
import os
import random
import shutil
import signal
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from fakes import FakeLibrary, a_document
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from broadsheet.errors import IndexBusyError
from broadsheet.index import Index, embed, generations, lexical, sync
from broadsheet.index.query import parse
from broadsheet.types import Document, Paging, Sort

EMBEDDER = embed.load("hash-256")
WORDS = ("stone", "river", "lantern", "graph", "momentum", "sparse", "dense", "norm")
PROBES = (
    *WORDS,
    "stone river graph",
    '"sparse dense"',
    "-stone",
    "cat:cs",
    "has:code stone",
    "after:2021",
    "author:doe",
    "",
)

documents = st.builds(
    a_document,
    st.integers(1, 12),
    title=st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join),
    abstract=st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join),
    categories=st.lists(st.sampled_from(("cs.LG", "math.CO")), max_size=2, unique=True).map(tuple),
    authors=st.lists(st.sampled_from(("Jane Doe", "Ann Li")), max_size=2, unique=True).map(tuple),
    day=st.none() | st.dates(date(2020, 1, 1), date(2022, 1, 1)),
    has_code=st.booleans(),
)


def everything(folder: Path, *, scores: bool = True) -> Any:
    """What an index answers to all the probes, and what is similar to each paper."""
    index = Index(folder, EMBEDDER)
    found: list[Any] = []
    for line in PROBES:
        for sort in Sort:
            hits = index.search(parse(line), sort=sort, paging=Paging(1, 100)).hits
            if scores:
                found.append([(hit.key, hit.rank, round(hit.score, 4), hit.reason.dense_rank) for hit in hits])
            elif sort is Sort.RELEVANCE:
                found.append(sorted((hit.key, hit.reason.found_by, hit.reason.similarity) for hit in hits))
    return found, [index.similar(key, 5) for key in range(1, 13)]


class Index_against_rebuild(RuleBasedStateMachine):  # noqa: N801 - reads as a sentence in the report
    """Adds, edits, deletes, lost and damaged folders in any order; a rebuild is the oracle.

    Built anew as soon as a paper was replaced, for the word frequencies of BM25 count it until then.
    """

    stale = 0.0
    common = lexical.COMMON

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp())
        self.library = FakeLibrary()
        self.before = sync.STALE, lexical.COMMON
        sync.STALE, lexical.COMMON = self.stale, self.common

    @rule(documents=st.lists(documents, min_size=1, max_size=5))
    def add_or_edit(self, documents: list[Document]) -> None:
        self.library.put(*documents)

    @rule(keys=st.lists(st.integers(1, 12), max_size=3))
    def delete(self, keys: list[int]) -> None:
        self.library.remove(*keys)

    @rule()
    def catch_up(self) -> None:
        sync.catch_up(self.folder, EMBEDDER, self.library)

    @rule()
    def rebuild(self) -> None:
        sync.rebuild(self.folder, EMBEDDER, self.library)

    @rule(after=st.integers(0, 3))
    def fail_on_the_way(self, after: int) -> None:
        left = [after]

        def interrupt() -> None:
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt

        self.library.interrupt = interrupt
        try:
            sync.catch_up(self.folder, EMBEDDER, self.library)
        except KeyboardInterrupt:
            pass
        finally:
            self.library.interrupt = lambda: None

    @rule()
    def lose_the_folder(self) -> None:
        shutil.rmtree(self.folder)

    @rule(which=st.integers(0, 1000))
    def lose_a_file(self, which: int) -> None:
        files = sorted(path for path in self.folder.rglob("*") if path.is_file() and path.name != "lock")
        if files:
            files[which % len(files)].unlink()

    @invariant()
    def an_up_to_date_index_answers_as_a_rebuilt_one(self) -> None:
        sync.catch_up(self.folder, EMBEDDER, self.library)
        assert Index(self.folder, EMBEDDER).state().documents == len(self.library.papers)
        fresh = Path(mkdtemp())
        sync.rebuild(fresh, EMBEDDER, self.library)
        scores = self.stale < 1
        assert everything(self.folder, scores=scores) == everything(fresh, scores=scores)
        shutil.rmtree(fresh)

    def teardown(self) -> None:
        sync.STALE, lexical.COMMON = self.before
        shutil.rmtree(self.folder, ignore_errors=True)


class Index_with_many_replaced_papers_against_rebuild(Index_against_rebuild):  # noqa: N801
    """The same without ever building anew for staleness: word frequencies count replaced papers, the hits are the same.

    But for those that have nothing but a word on every third page: which words those are depends on the frequencies.
    """

    stale = 1e9
    common = 1e9


few = settings(max_examples=12, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck))
TestIndexAgainstRebuild = Index_against_rebuild.TestCase
TestIndexAgainstRebuild.settings = few
TestIndexWithManyReplacedPapersAgainstRebuild = Index_with_many_replaced_papers_against_rebuild.TestCase
TestIndexWithManyReplacedPapersAgainstRebuild.settings = few


def some_library(count: int, seed: int = 0) -> FakeLibrary:
    dice = random.Random(seed)
    return FakeLibrary.of(
        *(
            a_document(key, " ".join(dice.choices(WORDS, k=4)), abstract=" ".join(dice.choices(WORDS, k=20)))
            for key in range(1, count + 1)
        )
    )


def killed(work: Callable[[], object], seconds: float) -> None:
    """Do the work in a process of its own, and kill it after so long."""
    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join(seconds)
    if process.is_alive() and process.pid:
        os.kill(process.pid, signal.SIGKILL)
        process.join()


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_process_killed_at_any_moment_leaves_an_index_that_ends_as_a_rebuild(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "BATCH", 20)
    monkeypatch.setattr(sync, "_BUILD_BATCH", 50)
    dice = random.Random(1)
    library = some_library(300)
    folder = tmp_path / "index"
    for _ in range(12):
        if dice.random() < 0.3:
            killed(lambda: sync.rebuild(folder, EMBEDDER, library), dice.uniform(0, 0.12))
        else:
            library.put(a_document(dice.randint(1, 400), dice.choice(WORDS)), a_document(dice.randint(1, 400), "norm"))
            killed(lambda: sync.catch_up(folder, EMBEDDER, library), dice.uniform(0, 0.12))
    sync.catch_up(folder, EMBEDDER, library)
    fresh = tmp_path / "fresh"
    sync.rebuild(fresh, EMBEDDER, library)
    assert Index(folder, EMBEDDER).state().documents == len(library.papers)
    assert everything(folder, scores=False) == everything(fresh, scores=False)


def test_a_reader_goes_on_when_the_folder_disappears_and_sees_the_new_index_when_it_is_there(tmp_path: Path) -> None:
    folder, library = tmp_path / "index", some_library(50)
    sync.catch_up(folder, EMBEDDER, library)
    reader = Index(folder, EMBEDDER)
    before = reader.search(parse("stone"))
    shutil.rmtree(folder)
    assert reader.search(parse("stone")) == before
    assert reader.state().documents is None
    library.put(a_document(51, "zeppelin"))
    sync.catch_up(folder, EMBEDDER, library)
    assert [hit.key for hit in reader.search(parse("title:zeppelin")).hits] == [51]


def test_a_reader_sees_every_change_after_it_was_applied(tmp_path: Path) -> None:
    library = some_library(100)
    sync.catch_up(tmp_path, EMBEDDER, library)
    reader = Index(tmp_path, EMBEDDER)
    assert not reader.search(parse("title:zeppelin")).hits
    library.put(a_document(5, "zeppelin"))
    assert sync.catch_up(tmp_path, EMBEDDER, library) == 1
    assert [hit.key for hit in reader.search(parse("title:zeppelin")).hits] == [5]
    library.remove(5)
    sync.catch_up(tmp_path, EMBEDDER, library)
    assert not reader.search(parse("title:zeppelin")).hits


def test_catching_up_twice_does_nothing_the_second_time(tmp_path: Path) -> None:
    library = some_library(10)
    assert sync.catch_up(tmp_path, EMBEDDER, library) == 10
    generation = generations.current(tmp_path)
    assert sync.catch_up(tmp_path, EMBEDDER, library) == 0
    assert generations.current(tmp_path) == generation


def test_another_embedder_or_another_library_makes_a_new_index(tmp_path: Path) -> None:
    sync.catch_up(tmp_path, EMBEDDER, some_library(30))
    other = embed.load("static-papers-256")
    sync.catch_up(tmp_path, other, some_library(30))
    assert Index(tmp_path, other).state().embedder == other.name
    sync.catch_up(tmp_path, other, some_library(7))
    assert Index(tmp_path, other).state().documents == 7
    longer = some_library(7)
    longer.log += [1] * 50  # as many changes and more, but not the same library
    longer.papers = {1: a_document(1, "lantern")}
    sync.catch_up(tmp_path, other, longer)
    assert Index(tmp_path, other).state().documents == 1


def test_a_rebuild_reports_its_progress_to_whoever_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "_BUILD_BATCH", 10)
    seen: list[Any] = []
    reader = Index(tmp_path, EMBEDDER)
    sync.rebuild(tmp_path, EMBEDDER, some_library(30), progress=lambda *_: seen.append(reader.state().building))
    assert seen == [(10, 30), (20, 30), (30, 30)]
    assert reader.state().building is None


def test_what_is_told_of_a_build_is_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "_BUILD_BATCH", 10)
    reader = Index(tmp_path, EMBEDDER)
    assert reader.version() is None
    sync.rebuild(tmp_path, EMBEDDER, some_library(30))
    before = reader.version()
    assert reader.version() == before
    seen: list[Any] = [before]
    sync.rebuild(tmp_path, EMBEDDER, some_library(30), progress=lambda *_: seen.append(reader.version()))
    assert len({*seen, reader.version()}) == 5


def test_an_index_that_could_not_be_read_once_is_seen_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync.rebuild(tmp_path, EMBEDDER, some_library(3))
    reader = Index(tmp_path, EMBEDDER)

    def full(_path: str) -> bytes:
        raise OSError(24, "Too many open files")

    with monkeypatch.context() as patch:
        patch.setattr(generations, "_content", full)
        assert reader.version() is None
    assert reader.version() is not None


def test_only_one_process_writes(tmp_path: Path) -> None:
    with generations.locked(tmp_path), pytest.raises(IndexBusyError, match="Another process"):
        sync.catch_up(tmp_path, EMBEDDER, some_library(3))


def test_old_generations_are_removed(tmp_path: Path) -> None:
    for _ in range(3):
        sync.rebuild(tmp_path, EMBEDDER, some_library(3))
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 1


def test_a_failed_rebuild_leaves_the_old_index_and_no_litter(tmp_path: Path) -> None:
    library = some_library(20)
    sync.catch_up(tmp_path, EMBEDDER, library)
    before = everything(tmp_path)

    def full() -> None:
        raise OSError(28, "No space left on device")

    library.interrupt = full
    with pytest.raises(OSError, match="No space left"):
        sync.rebuild(tmp_path, EMBEDDER, library)
    assert everything(tmp_path) == before
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 1

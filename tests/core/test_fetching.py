"""Promises about fetching: nothing lost, nothing doubled, and a checkpoint that never passes what is not stored."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from builders import a_record
from django.db import OperationalError, connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from broadsheet.core import fetching, sources, store
from broadsheet.errors import FetchError, SourceError, StoppedError
from broadsheet.incoming import Announced, AnnounceKind, Batch, Checkpoint, FetchReport
from broadsheet.library import announcements, models, papers
from broadsheet.sources import catalogue
from broadsheet.sources.http import Http
from broadsheet.sources.kinds import Kind, Options

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class Shelf:
    """A source with numbered papers, a few a batch; raises what it is told to before the batch of that number."""

    size: int = 10
    batch: int = 3
    trouble: dict[int, BaseException] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)

    def fetch(self, _http: Http, checkpoint: Checkpoint, *, now: datetime) -> Iterator[Batch]:
        first = int(checkpoint.get("next", 0))
        self.asked.append(first)
        for start in range(first, self.size, self.batch):
            if error := self.trouble.pop(start // self.batch, None):
                raise error
            end = min(start + self.batch, self.size)
            yield Batch(checkpoint={"next": end}, records=tuple(map(paper, range(start, end))), **self.extra)


def paper(number: int) -> Any:
    return a_record(source="shelf", title=f"The weight of stone number {number}", ids=(f"doi:10.1/{number}",))


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    made = Shelf()

    def make(options: Options) -> Shelf:
        if options.words == ("nonsense",):
            raise SourceError("There is no shelf 'nonsense'.")
        return made

    kind = Kind(
        name="shelf", about="Stones.", example="shelf", every=HOUR, make=make, words="names", values={"of": "x"}
    )
    monkeypatch.setitem(catalogue.KINDS, "shelf", kind)
    sources.follow("shelf", [], {}, now=NOW)
    return made


def go(turn: float | None = None, stop: threading.Event | None = None, now: datetime = NOW) -> FetchReport:
    http = Http(private={"127.0.0.1"})
    return fetching.fetch("shelf", http, clock=lambda: now, stop=stop or threading.Event(), turn=turn)


def there() -> set[str]:
    return set(models.Paper.objects.values_list("paper_id", flat=True))


def all_of(shelf: Shelf) -> set[str]:
    return {f"doi:10.1/{number}" for number in range(shelf.size)}


def test_a_fetch_stores_everything_and_is_due_again_after_its_interval(shelf: Shelf) -> None:
    assert fetching.due(NOW) == ["shelf"]
    report = go()
    assert (report.stored.new, report.finished, report.error) == (10, True, "")
    assert there() == all_of(shelf)
    state = sources.source("shelf")
    assert (state.checkpoint, state.new, state.read) == ({"next": 10}, 10, 10)
    assert NOW + HOUR <= state.next_at <= NOW + 1.1 * HOUR
    assert fetching.due(NOW + timedelta(minutes=59)) == []


def test_a_fetch_that_breaks_off_goes_on_behind_the_last_batch_that_was_stored(shelf: Shelf) -> None:
    shelf.trouble[2] = FetchError("https://example.org/shelf", "the connection was cut")
    report = go()
    assert "cut" in report.error
    assert there() == {f"doi:10.1/{number}" for number in range(6)}
    assert go().stored.new == 4
    assert shelf.asked == [0, 6]
    assert there() == all_of(shelf)


@pytest.mark.parametrize("error", [ValueError("no such key"), OperationalError("database or disk is full")])
def test_whatever_goes_wrong_is_noted_in_words_and_tried_again(shelf: Shelf, error: Exception) -> None:
    shelf.trouble[1] = error
    report = go()
    assert str(error) in report.error
    state = sources.source("shelf")
    assert (state.failures, state.failing_since, state.checkpoint) == (1, NOW, {"next": 3})
    assert go(now=NOW + HOUR).finished
    assert sources.source("shelf").failing_since is None
    assert there() == all_of(shelf)


def test_a_batch_that_cannot_be_stored_leaves_the_checkpoint_where_it_was(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = OperationalError("database or disk is full")

    def breaks(*_args: Any, **_kwargs: Any) -> bool:
        raise full

    with monkeypatch.context() as patch:
        patch.setattr("broadsheet.library.sources.advance", breaks)
        assert "disk" in go().error
    assert there() == set()
    assert sources.source("shelf").checkpoint == {}
    go()
    assert there() == all_of(shelf)


def test_a_disk_that_is_really_full_loses_nothing_and_doubles_nothing(shelf: Shelf) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's disk cannot be filled from here")
    shelf.size, shelf.batch = 3000, 500
    with a_full_disk(spare=300):
        report = go()
        assert "full" in report.error
        known = int(sources.source("shelf").checkpoint.get("next", 0))
        assert there() == {f"doi:10.1/{number}" for number in range(known)}
    assert go().finished
    assert there() == all_of(shelf)


@contextmanager
def a_full_disk(spare: int) -> Iterator[None]:
    """A database that may grow by so many pages and no more; those that are free already are taken first."""
    with connection.cursor() as cursor:

        def told(pragma: str) -> int:
            cursor.execute(f"PRAGMA {pragma}")
            return int(cursor.fetchone()[0])

        cursor.execute("CREATE TABLE filler (filler BLOB)")
        cursor.execute("INSERT INTO filler VALUES (zeroblob(%s))", [told("freelist_count") * told("page_size")])
        told(f"max_page_count={told('page_count') + spare}")
        try:
            yield
        finally:
            told("max_page_count=1000000")


def test_a_failing_source_rests_longer_each_time_but_not_longer_than_its_interval(shelf: Shelf) -> None:
    pauses = []
    for _ in range(8):
        shelf.trouble[0] = FetchError("https://example.org/shelf", "it does not answer")
        go()
        pauses.append(sources.source("shelf").next_at - NOW)
    assert timedelta(minutes=1) < pauses[0] < timedelta(minutes=3)
    assert pauses[0] < pauses[2] < pauses[4]
    assert max(pauses) <= 1.25 * HOUR


def test_the_moment_that_a_host_names_is_kept_to(shelf: Shelf) -> None:
    shelf.trouble[0] = FetchError("https://example.org/shelf", "it asks for a day", retry_at=NOW + timedelta(days=1))
    go()
    assert sources.source("shelf").next_at == NOW + timedelta(days=1)


def test_told_to_stop_a_fetch_ends_after_the_batch_it_is_at_and_is_due_at_once(shelf: Shelf) -> None:
    stop = threading.Event()
    stop.set()
    assert go(stop=stop).stored.new == 3
    assert fetching.due(NOW) == ["shelf"]
    shelf.trouble[1] = StoppedError("stopped while waiting")
    assert go().error == ""
    assert sources.source("shelf").failing_since is None


def test_a_turn_that_is_over_lets_others_go_first(shelf: Shelf) -> None:
    report = go(turn=0.0)
    assert (report.stored.new, report.finished) == (3, False)
    assert fetching.due(NOW) == ["shelf"]


def test_a_source_that_another_process_fetches_from_is_left_to_it(shelf: Shelf) -> None:
    shelf.trouble[1] = FetchError("https://example.org/shelf", "cut")
    state = sources.source("shelf")
    go()
    models.Source.objects.filter(name="shelf").update(turns=state.turns)  # as if this process had read it earlier
    models.Source.objects.filter(name="shelf").update(turns=7)
    stale = sources.source("shelf")
    models.Source.objects.filter(name="shelf").update(turns=9)
    with pytest.raises(fetching.OvertakenError):
        fetching._keep(stale, stale.turns, Batch(checkpoint={"next": 99}, records=(paper(99),)), NOW)
    assert "doi:10.1/99" not in there()
    assert sources.source("shelf").checkpoint == {"next": 3}


def test_records_that_cannot_be_read_are_counted_and_told_and_stop_nothing(shelf: Shelf) -> None:
    shelf.extra = {"unread": ("record 3: the title is empty.",)}
    report = go()
    assert report.finished
    state = sources.source("shelf")
    assert (state.unread, state.unread_words) == (4, "record 3: the title is empty.")


def test_a_paper_that_its_source_took_out_stays_and_is_marked_as_withdrawn(shelf: Shelf) -> None:
    store.store([a_record(source="arxiv", title="Light", ids=("arxiv:2401.00001",))], now=NOW)
    shelf.extra = {"deleted": ("arxiv:2401.00001", "arxiv:2401.99999")}
    go()
    found = papers.by_alias("arxiv:2401.00001")
    assert found is not None
    assert found.withdrawn


def test_what_was_announced_is_accounted_for_in_the_same_transaction(shelf: Shelf) -> None:
    announced = Announced(
        listing="rss", category="cs.LG", day=date(2026, 3, 17), papers=(("doi:10.1/0", AnnounceKind.NEW),)
    )
    shelf.extra = {"announced": (announced,)}
    shelf.trouble[1] = FetchError("https://example.org/shelf", "cut")
    go()
    assert list(announcements.counts(date(2026, 3, 17), date(2026, 3, 17))) == [
        ("cs.LG", date(2026, 3, 17), "new", "stored", 1)
    ]


def test_two_sources_of_a_kind_get_names_of_their_own_and_a_taken_name_is_refused(shelf: Shelf) -> None:
    assert sources.follow("shelf", [], {}, now=NOW).name == "shelf-2"
    with pytest.raises(SourceError, match="already"):
        sources.follow("shelf", [], {}, now=NOW, name="shelf")


@pytest.mark.parametrize(
    ("kind", "words", "values", "said"),
    [
        ("shelv", [], {}, "no kind of source 'shelv'"),
        ("shelf", ["nonsense"], {}, "nonsense"),
        ("shelf", [], {"colour": "red"}, "no option 'colour'"),
    ],
)
def test_a_source_that_makes_no_sense_is_refused_in_words(
    shelf: Shelf, kind: str, words: list[str], values: dict[str, str], said: str
) -> None:
    with pytest.raises(SourceError, match=said):
        sources.follow(kind, words, values, now=NOW, name="new")


def test_a_paused_source_is_never_due_and_goes_on_where_it_stopped(shelf: Shelf) -> None:
    go(turn=0.0)
    sources.pause("shelf")
    assert fetching.due(NOW + timedelta(days=9)) == []
    sources.resume("shelf", now=NOW)
    go()
    assert shelf.asked == [0, 3]


def test_a_source_that_is_forgotten_leaves_its_papers(shelf: Shelf) -> None:
    go()
    sources.forget("shelf")
    assert there() == all_of(shelf)
    with pytest.raises(SourceError, match="no source 'shelf'"):
        sources.source("shelf")


def test_from_the_start_again_nothing_is_doubled(shelf: Shelf) -> None:
    go()
    sources.restart("shelf", now=NOW)
    report = go()
    assert (report.stored.read, report.stored.unchanged, report.stored.new) == (10, 10, 0)


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    size=st.integers(0, 30),
    batch=st.integers(1, 7),
    troubles=st.lists(
        st.tuples(st.integers(0, 12), st.sampled_from(["fetch", "stop", "bug", "disk", "turn"])), max_size=12
    ),
)
def test_however_often_and_wherever_it_breaks_in_the_end_exactly_everything_is_there(
    shelf: Shelf, size: int, batch: int, troubles: list[tuple[int, str]]
) -> None:
    errors = {
        "fetch": FetchError("https://example.org/shelf", "cut"),
        "stop": StoppedError("stopped"),
        "bug": KeyError("title"),
        "disk": OperationalError("disk full"),
    }
    models.Paper.objects.all().delete()
    sources.restart("shelf", now=NOW)
    shelf.size, shelf.batch = size, batch
    for number, kind in troubles:
        if kind == "turn":
            go(turn=0.0)
        else:
            shelf.trouble = {number: errors[kind]}
            go()
        known = int(sources.source("shelf").checkpoint.get("next", 0))
        assert {f"doi:10.1/{number}" for number in range(known)} <= there()
    shelf.trouble = {}
    while not go().finished:
        pass
    assert there() == all_of(shelf)

"""Promises about sources that are asked about papers the library has: what lacks something, and whose code lives."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from builders import a_record

from broadsheet.core import code, fetching, lookups, papers
from broadsheet.core.store import store
from broadsheet.errors import FetchError
from broadsheet.incoming import Batch, Repository
from broadsheet.library import models
from broadsheet.sources import catalogue
from broadsheet.sources.http import Http, Validators
from broadsheet.types import Link, LinkKind, PaperId

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)


@dataclass
class Desk:
    """Describes whatever it is asked about, if it has it."""

    has: tuple[PaperId, ...] = ()
    asked: list[PaperId] = field(default_factory=list)
    schemes: tuple[str, ...] = ("doi",)
    closed: bool = False

    def look_up(self, _http: Http, ids: Sequence[PaperId]) -> Iterator[Batch]:
        if self.closed:
            raise FetchError("https://example.org/desk", "it answered 503")
        self.asked += ids
        records = tuple(
            a_record(source="crossref", title="Found", abstract="Heavy.", ids=(one,), venue="Stones", authors=("Ada",))
            for one in ids
            if one in self.has
        )
        yield Batch(checkpoint={}, records=records)


def walk(desk: Any, checkpoint: Mapping[str, Any]) -> list[Batch]:
    return list(lookups.batches(desk, Http(), checkpoint, now=NOW))


def test_papers_that_lack_something_are_asked_about_once_and_those_that_come_later_after_them() -> None:
    whole = a_record("A whole stone", abstract="Heavy.", authors=("Ada",), venue="Stones", ids=("doi:10.1/whole",))
    store(
        [whole, a_record("Half a stone", ids=("doi:10.1/half",)), a_record("A stone", ids=("arxiv:2401.1",))], now=NOW
    )
    desk = Desk(has=("doi:10.1/half",))
    batches = walk(desk, {})
    assert desk.asked == ["doi:10.1/half"]
    store(batches[0].records, now=NOW)
    assert papers.paper("doi:10.1/half").abstract == "Heavy."
    store([a_record("A later stone", ids=("doi:10.1/later",))], now=NOW)
    walk(desk, batches[-1].checkpoint)
    assert desk.asked == ["doi:10.1/half", "doi:10.1/later"]


def test_very_many_are_asked_about_in_parts_that_can_be_gone_on_from() -> None:
    store((a_record(f"Stone number {n} of many", ids=(f"doi:10.1/{n:03}",)) for n in range(120)), now=NOW)
    desk = Desk()
    batches = walk(desk, {})
    assert len(batches) == 3
    again = Desk()
    walk(again, batches[0].checkpoint)
    assert again.asked == desk.asked[lookups.AT_ONCE :]


def test_one_paper_is_brought_by_its_id_from_the_first_who_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = Desk(), Desk(has=("doi:10.1000/x",))
    monkeypatch.setattr(catalogue, "lookups", lambda _paper_id: (first, second))
    report, left = fetching.look_up(["https://doi.org/10.1000/X", "10.1000/unknown", "no id"], Http(), now=NOW)
    assert (report.new, left) == (1, ["10.1000/unknown", "no id"])
    assert first.asked == ["doi:10.1000/x", "doi:10.1000/unknown"]


def test_if_nobody_could_be_asked_that_is_an_error_and_not_an_unknown_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "lookups", lambda _paper_id: (Desk(closed=True),))
    with pytest.raises(FetchError, match="503"):
        fetching.look_up(["10.1000/x"], Http(), now=NOW)


@dataclass
class Host:
    """Keeps repositories; raises when its limit is used up."""

    stars: dict[str, int] = field(default_factory=dict)
    limit: int = 1000
    asked: list[str] = field(default_factory=list)

    def repositories(
        self, _http: Http, known: Mapping[str, Validators]
    ) -> Iterator[tuple[str, Repository | None, Validators]]:
        for name, validators in known.items():
            if len(self.asked) >= self.limit:
                raise FetchError("https://example.org", "the limit is used up", retry_at=NOW + timedelta(hours=1))
            self.asked.append(name)
            if name not in self.stars:
                yield name, Repository(name=name, gone=True), Validators()
            elif validators.etag == str(self.stars[name]):
                yield name, None, validators
            else:
                found = Repository(name=name.title(), stars=self.stars[name], pushed_at=NOW - timedelta(days=30))
                yield name, found, Validators(str(self.stars[name]))


def with_code(number: int, *repositories: str) -> Any:
    links = tuple(Link(f"https://github.com/{name}", LinkKind.CODE) for name in repositories)
    return a_record(f"Stone number {number} with code", ids=(f"doi:10.1/{number}",), links=links)


def refresh(host: Host, checkpoint: Mapping[str, Any], now: datetime = NOW) -> Mapping[str, Any]:
    last = checkpoint
    for batch in code.refresh(host, Http(), checkpoint, now=now):
        last = batch.checkpoint
    return last


def test_repositories_are_learnt_from_papers_and_their_stars_kept_by_the_day() -> None:
    store([with_code(1, "ada/engine", "Ada/Engine.git", "bo/loom"), with_code(2, "ada/engine")], now=NOW)
    host = Host(stars={"ada/engine": 5})
    checkpoint = refresh(host, {})
    assert sorted(host.asked) == ["ada/engine", "bo/loom"]
    first, second = code.of_paper(papers.paper("doi:10.1/1"))
    assert (first.name, first.stars, code.lives(first, NOW)) == ("Ada/Engine", 5, True)
    assert (second.gone, code.lives(second, NOW)) == (True, False)
    assert not code.lives(first, NOW + timedelta(days=400))
    host.stars["ada/engine"] = 9
    refresh(host, checkpoint, NOW + timedelta(days=1))
    days = models.RepositoryStars.objects.order_by("day").values_list("stars", flat=True)
    assert list(days) == [5, 9]


def test_a_repository_is_asked_about_once_a_day_and_a_link_that_is_gone_is_forgotten() -> None:
    store([with_code(1, "ada/engine")], now=NOW)
    host = Host(stars={"ada/engine": 5, "bo/loom": 1})
    checkpoint = refresh(host, {})
    refresh(host, checkpoint, NOW + timedelta(hours=3))
    assert host.asked == ["ada/engine"]
    store([with_code(1, "bo/loom")], now=NOW)
    refresh(host, checkpoint, NOW + timedelta(days=1))
    assert [one.name for one in code.of_paper(papers.paper("doi:10.1/1"))] == ["Bo/Loom"]


def test_when_the_limit_is_used_up_the_next_fetch_asks_about_the_others() -> None:
    store([with_code(n, f"ada/stone{n}") for n in range(5)], now=NOW)
    host = Host(stars={f"ada/stone{n}": n for n in range(5)}, limit=3)
    with pytest.raises(FetchError):
        refresh(host, {})
    host.limit = 99
    refresh(host, {}, NOW + timedelta(hours=1))
    assert sorted(host.asked) == sorted(host.stars)

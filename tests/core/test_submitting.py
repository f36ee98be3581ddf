"""Promises of submissions: what is put forward is here, once, on today's front page, with who and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from builders import a_record
from readers import an_actor

from broadsheet.community import Actor
from broadsheet.core import listings, papers, splitting, submitting
from broadsheet.core.store import store
from broadsheet.core.submitting import SubmissionError
from broadsheet.errors import FetchError
from broadsheet.incoming import Batch
from broadsheet.library import models
from broadsheet.rank.trending import Formula
from broadsheet.sources import catalogue
from broadsheet.sources.http import Http
from broadsheet.types import Paging, PaperId, Submitted

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
FORMULA = Formula(weights={"submissions": 2.0})
TODAY = date(2026, 3, 17)


@dataclass
class Desk:
    """Has one paper; raises if it is closed."""

    closed: bool = False
    schemes: tuple[str, ...] = ("arxiv",)

    def look_up(self, _http: Http, ids: Sequence[PaperId]) -> Iterator[Batch]:
        if self.closed:
            raise FetchError("https://example.org", "the host does not answer")
        known = [one for one in ids if one == "arxiv:2603.00001"]
        records = (a_record("A stone from afar", source="arxiv", abstract="Heavy.", ids=(one,)) for one in known)
        yield Batch(checkpoint={}, records=tuple(records))


@pytest.fixture(autouse=True)
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk()
    monkeypatch.setattr(catalogue, "lookups", lambda _paper_id: (made,))
    return made


def submit(
    text: str, why: str = "", actor: Actor | None = None, now: datetime = NOW, *, nod: bool = False
) -> Submitted:
    return submitting.submit(text, why, actor=actor or an_actor(), nod=nod, http=Http(), formula=FORMULA, now=now)


def todays() -> list[str]:
    return [paper.paper_id for paper in listings.front_page(TODAY, Paging(), today=TODAY).papers]


def test_a_paper_that_is_not_here_is_fetched_and_stands_on_today_s_front_page() -> None:
    done = submit("https://arxiv.org/abs/2603.00001v2", "It is heavy.")
    assert (done.paper.abstract, done.again) == ("Heavy.", False)
    assert todays() == ["arxiv:2603.00001"]
    assert submitting.of_paper(done.paper) == [("ada", "It is heavy.", NOW)]


@pytest.mark.parametrize("text", ["2603.00002", "10.1000/X", "a stone, that is here!"])
def test_a_paper_that_is_here_is_found_by_any_id_and_by_its_title(text: str) -> None:
    store([a_record("A stone that is here", ids=("arxiv:2603.00002", "doi:10.1000/x"))], now=NOW)
    assert submit(text).paper.paper_id == "arxiv:2603.00002"
    assert models.Paper.objects.count() == 1
    assert todays() == ["arxiv:2603.00002"]


def test_a_paper_that_stood_on_a_front_page_keeps_its_day_and_each_account_is_told_once() -> None:
    ada, bo = an_actor("ada"), an_actor("bo")
    submit("2603.00001", "First.", ada)
    later = NOW + timedelta(days=3)
    assert submit("2603.00001", "Mine too.", bo, later).again
    assert submit("2603.00001", "Again.", ada, later).again
    assert todays() == ["arxiv:2603.00001"]
    said = submitting.of_paper(papers.paper("arxiv:2603.00001"))
    assert [(who, why) for who, why, _ in said] == [("ada", "First."), ("bo", "Mine too.")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stones and light", "no id, no address"),
        ("", "no id"),
        ("2603.99999", "Nobody who was asked has arxiv:2603.99999"),
    ],
)
def test_what_is_no_paper_is_refused_with_what_to_do(text: str, said: str) -> None:
    with pytest.raises(SubmissionError, match=said):
        submit(text)
    assert not models.Submission.objects.exists()


def test_a_title_that_two_papers_have_means_neither() -> None:
    for author, paper_id in (("Ada", "doi:10.1000/a"), ("Bo", "doi:10.1000/b")):
        store([a_record("On the weight of stones", authors=(author,), ids=(paper_id,))], now=NOW)
    with pytest.raises(SubmissionError):
        submit("On the weight of stones")


def test_a_host_that_does_not_answer_is_told_and_nothing_is_put_forward(desk: Desk) -> None:
    desk.closed = True
    with pytest.raises(SubmissionError, match="does not answer"):
        submit("2603.00001")
    assert not models.Submission.objects.exists()


def test_an_account_puts_no_flood_forward(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submitting, "A_DAY", 2)
    store((a_record(f"Stone number {n}", ids=(f"doi:10.1000/{n}",)) for n in range(4)), now=NOW)
    ada = an_actor()
    submit("10.1000/0", actor=ada)
    submit("10.1000/1", actor=ada)
    with pytest.raises(SubmissionError, match="tomorrow"):
        submit("10.1000/2", actor=ada)
    assert not submit("10.1000/2", actor=an_actor("bo")).again
    submit("10.1000/3", actor=ada, now=NOW + timedelta(days=1, seconds=1))


def test_papers_that_become_one_keep_who_put_them_forward() -> None:
    store([a_record("One stone", ids=("doi:10.1000/a",)), a_record("Other stone", ids=("doi:10.1000/b",))], now=NOW)
    ada, bo = an_actor("ada"), an_actor("bo")
    submit("10.1000/a", "Ada's.", ada)
    submit("10.1000/b", "Ada's other.", ada)
    submit("10.1000/b", "Bo's.", bo)
    splitting.join(papers.paper("10.1000/a"), papers.paper("10.1000/b"), now=NOW)
    said = submitting.of_paper(papers.paper("10.1000/a"))
    assert [why for _, why, _ in said] == ["Ada's.", "Bo's."]

"""Promises of submissions: what is put forward is here, once, on today's front page, with who and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from builders import a_record
from readers import an_actor

from broadsheet.community import Actor, Role, SubmissionState
from broadsheet.core import listings, papers, splitting, submitting, trending
from broadsheet.core.store import store
from broadsheet.core.submitting import SubmissionError
from broadsheet.errors import FetchError, NotAllowedError
from broadsheet.incoming import Batch
from broadsheet.library import models
from broadsheet.rank.trending import Formula
from broadsheet.sources import catalogue
from broadsheet.sources.http import Http
from broadsheet.types import Paging, PaperId, Record, Submitted

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

    def by_title(self, _http: Http, _title: str) -> list[Record]:
        if self.closed:
            raise FetchError("https://example.org", "the host does not answer")
        several = ("A stone from afar: its weight", "Another stone from afar")
        return [
            a_record(title, source="arxiv", abstract="Light.", ids=(f"doi:10.1000/t{n}",))
            for n, title in enumerate(several)
        ]


@pytest.fixture(autouse=True)
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk()
    monkeypatch.setattr(catalogue, "lookups", lambda _paper_id: (made,))
    monkeypatch.setattr(catalogue, "title_lookups", lambda: (made,))
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


def test_a_title_that_is_not_here_is_looked_for_and_only_the_very_same_one_is_taken() -> None:
    assert submit("A Stone from Afar: its Weight").paper.abstract == "Light."
    for text in ("A stone from afar, its weights", "A stone from afar and near"):
        with pytest.raises(SubmissionError, match="easily found"):
            submit(text)
    assert models.Paper.objects.count() == 1


def test_a_place_that_does_not_answer_is_told_and_not_taken_for_one_that_knows_no_such_title(desk: Desk) -> None:
    desk.closed = True
    with pytest.raises(SubmissionError, match="could not be looked for now: the host does not answer"):
        submit("A Stone from Afar: its Weight")


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


class TestNod:
    def test_a_reader_s_paper_waits_and_those_above_are_shown_at_once(self) -> None:
        store((a_record(f"Stone number {n}", ids=(f"doi:10.1000/{n}",)) for n in range(3)), now=NOW)
        for number, role in enumerate((Role.READER, Role.CONTRIBUTOR, Role.EDITOR)):
            done = submit(f"10.1000/{number}", "Heavy.", an_actor(role, role), nod=True)
            assert done.waiting is (role is Role.READER)
        assert todays() == ["doi:10.1000/1", "doi:10.1000/2"]
        waiting, shown, _ = (papers.paper(f"10.1000/{number}") for number in range(3))
        assert submitting.of_paper(waiting) == []
        assert submitting.first_of([waiting, shown]) == {shown.key: ("contributor", NOW)}
        assert [listings.put_forward_by(name, Paging()) for name in ("reader", "contributor")] == [(), (shown,)]

    def test_what_is_accepted_is_on_that_day_s_front_page_and_its_submitter_is_told(self) -> None:
        ada, eve, later = an_actor(), an_actor("eve", Role.EDITOR), NOW + timedelta(days=2)
        submit("2603.00001", "Heavy.", ada, nod=True)
        (waiting,), total = submitting.in_state(eve, SubmissionState.WAITING, Paging())
        assert (waiting.by, waiting.why, waiting.paper.featured, total) == ("ada", "Heavy.", None, 1)
        submitting.accept(eve, waiting.key, FORMULA, now=later)
        assert papers.paper("2603.00001").featured == later.date()
        assert submitting.of_paper(papers.paper("2603.00001")) == [("ada", "Heavy.", NOW)]
        assert "was accepted" in models.Notification.objects.get(account=ada.key).words
        with pytest.raises(SubmissionError, match="shown already"):
            submitting.accept(eve, waiting.key, FORMULA, now=later)

    def test_what_is_refused_is_told_with_the_reason_and_stays_so_until_an_editor_says_otherwise(self) -> None:
        ada, eve = an_actor(), an_actor("eve", Role.EDITOR)
        submit("2603.00001", actor=ada, nod=True)
        key = models.Submission.objects.get().pk
        submitting.refuse(eve, key, "Off topic.", now=NOW)
        assert submit("2603.00001", actor=ada, nod=False).refused
        assert todays() == []
        (mine,), _ = submitting.of_account(ada, Paging())
        assert (mine.state, mine.reason) == (SubmissionState.REFUSED, "Off topic.")
        assert models.Notification.objects.get(account=ada.key).words.endswith("was refused: Off topic.")
        submitting.accept(eve, key, FORMULA, now=NOW)
        assert todays() == ["arxiv:2603.00001"]

    def test_a_paper_that_only_submissions_put_there_leaves_the_front_page_when_the_last_is_refused(self) -> None:
        store(
            [
                a_record("Listed anyway", ids=("doi:10.1000/l",), featured=TODAY),
                a_record("Only put forward", ids=("doi:10.1000/p",)),
            ],
            now=NOW,
        )
        ada, bo, eve = an_actor("ada"), an_actor("bo"), an_actor("eve", Role.EDITOR)
        for actor, name in ((ada, "l"), (ada, "p"), (bo, "p")):
            submit(f"10.1000/{name}", actor=actor)
        for row in models.Submission.objects.order_by("pk"):
            assert "doi:10.1000/p" in todays()
            submitting.refuse(eve, row.pk, "", now=NOW)
        assert todays() == ["doi:10.1000/l"]
        assert papers.paper("10.1000/p").title == "Only put forward"

    def test_a_duplicate_of_what_stands_there_leads_to_it_and_its_line_waits(self) -> None:
        submit("2603.00001", "First.", an_actor("cy", Role.CONTRIBUTOR), nod=True)
        done = submit("2603.00001", "Me too.", an_actor(), nod=True)
        assert (done.again, done.waiting) == (True, True)
        assert [why for _, why, _ in submitting.of_paper(done.paper)] == ["First."]

    def test_one_s_own_is_withdrawn_while_it_waits_and_nobody_else_s_ever(self) -> None:
        ada = an_actor()
        submit("2603.00001", actor=ada, nod=True)
        key = models.Submission.objects.get().pk
        with pytest.raises(SubmissionError, match="no such"):
            submitting.withdraw(an_actor("bo"), key)
        submitting.withdraw(ada, key)
        assert not models.Submission.objects.exists()
        submit("2603.00001", actor=ada)
        with pytest.raises(SubmissionError, match="does not wait"):
            submitting.withdraw(ada, models.Submission.objects.get().pk)

    @pytest.mark.parametrize("role", [Role.READER, Role.CONTRIBUTOR])
    def test_only_editors_decide_and_see_what_waits(self, role: Role) -> None:
        submit("2603.00001", actor=an_actor(), nod=True)
        key, other = models.Submission.objects.get().pk, an_actor("other", role)
        with pytest.raises(NotAllowedError, match="Only an editor"):
            submitting.accept(other, key, FORMULA, now=NOW)
        with pytest.raises(NotAllowedError, match="Only an editor"):
            submitting.refuse(other, key, "", now=NOW)
        with pytest.raises(NotAllowedError, match="Only an editor"):
            submitting.in_state(other, SubmissionState.WAITING, Paging())
        assert todays() == []

    def test_an_editor_s_submission_makes_a_paper_rise_and_a_reader_s_does_not(self) -> None:
        store((a_record(f"Stone number {n}", ids=(f"doi:10.1000/{n}",)) for n in range(2)), now=NOW)
        submit("10.1000/0", actor=an_actor())
        submit("10.1000/1", actor=an_actor("eve", Role.EDITOR))
        (rising,) = trending.trending(Paging(), FORMULA, now=NOW).rising
        assert rising.paper.paper_id == "doi:10.1000/1"
        assert [(gain.kind, gain.before, gain.after) for gain in rising.gains] == [("submissions", 0, 1)]

    def test_who_is_banned_puts_nothing_forward(self) -> None:
        with pytest.raises(NotAllowedError):
            submit("2603.00001", actor=an_actor(banned=True))


@pytest.mark.parametrize(
    "text",
    [
        "Look what I found: https://arxiv.org/abs/2603.00001v1, it is heavy",
        "A stone from afar https://arxiv.org/pdf/2603.00001",
        "https://huggingface.co/papers/2603.00001?utm=share",
    ],
)
def test_an_address_among_other_words_means_its_paper(text: str) -> None:
    assert submit(text).paper.paper_id == "arxiv:2603.00001"


@pytest.mark.parametrize(
    "text",
    [
        "https://openreview.net/forum?id=aBcD_-123",
        "https://openreview.net/pdf?id=aBcD_-123",
        "openreview:aBcD_-123",
        "https://openreview.net/forum?referrer=%5Bthe+page%5D&id=aBcD_-123&noteId=xyz",
    ],
)
def test_a_link_to_openreview_means_its_paper(text: str) -> None:
    store([a_record("A stone under review", ids=("openreview:aBcD_-123",))], now=NOW)
    assert submit(text).paper.paper_id == "openreview:aBcD_-123"

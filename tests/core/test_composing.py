"""Promises of digests: at the hour that was chosen, with what is new, each paper once, never two for one period."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from builders import a_record
from hypothesis import given
from hypothesis import strategies as st
from subscribers import MORNING, NOON_BEFORE, confirmed, sent

from broadsheet import wiring
from broadsheet.core import composing, news, subscribing, trending, voting
from broadsheet.core import papers as paper_verbs
from broadsheet.core.composing import Composed
from broadsheet.core.store import store
from broadsheet.core.wants import WantError
from broadsheet.digests import Every, Kind, Times, Want
from broadsheet.library import editions, models
from broadsheet.rank.trending import Formula
from broadsheet.types import Record

pytestmark = [pytest.mark.django_db, pytest.mark.database]

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
FORMULA = Formula(weights={"upvotes": 1.0, "votes": 2.0})
SEARCH = Want(Kind.SEARCH, "graph transformers")
CATEGORY = Want(Kind.CATEGORY, "cs.LG")
TUESDAY = MORNING.date()

Library = Callable[..., None]


def a_new(title: str, number: int = 1, day: date = TUESDAY, **fields: Any) -> Record:
    return a_record(title, ids=(f"arxiv:2603.{number:05}",), announced=day, **fields)


def compose(now: datetime = MORNING) -> Composed:
    return composing.compose(wiring.index(), FORMULA, now=now)


def digests() -> list[models.Edition]:
    return [edition for edition in sent() if edition.kind == "digest"]


def titles(edition: models.Edition) -> list[list[str]]:
    """The titles of each section."""
    kept = dict(models.FrozenPaper.objects.values_list("pk", "content"))
    return [[kept[paper["frozen"]]["title"] for paper in part["papers"]] for part in edition.content["sections"]]


def reasons(edition: models.Edition) -> list[str]:
    return [paper["why"] for part in edition.content["sections"] for paper in part["papers"]]


class TestWhen:
    def test_nothing_comes_before_the_hour_and_one_digest_at_it(self, library: Library) -> None:
        confirmed(CATEGORY)
        library(a_new("A stone", categories=("cs.LG",)))
        assert compose(datetime(2026, 3, 17, 5, 59, tzinfo=UTC)) == Composed()
        assert compose(datetime(2026, 3, 17, 6, 0, tzinfo=UTC)) == Composed(made=1)
        (edition,) = digests()
        assert (edition.period, edition.deliveries.get().state) == ("2026-03-17T06:00+00:00", "queued")
        assert compose(datetime(2026, 3, 17, 6, 1, tzinfo=UTC)) == Composed()

    def test_a_server_that_slept_for_three_days_makes_one_digest_of_all_that_came(self, library: Library) -> None:
        confirmed(CATEGORY)
        for number in range(3):
            library(a_new(f"Stone {number} of three", number, TUESDAY + number * DAY, categories=("cs.LG",)))
        assert compose(MORNING + 3 * DAY) == Composed(made=1)
        (edition,) = digests()
        assert sorted(titles(edition)[0]) == [f"Stone {number} of three" for number in range(3)]
        assert edition.period == "2026-03-20T06:00+00:00"
        library(a_new("The stone of Friday", 9, TUESDAY + 3 * DAY, categories=("cs.LG",)))
        assert compose(MORNING + 3 * DAY + HOUR) == Composed()
        assert compose(MORNING + 6 * DAY) == Composed(made=1)
        assert titles(digests()[1]) == [["The stone of Friday"]]

    def test_the_clocks_are_put_and_the_hour_stays(self, library: Library) -> None:
        who = confirmed(CATEGORY, times=Times(Every.DAY, 0, 2), now=datetime(2026, 3, 27, 12, tzinfo=UTC))
        at = subscribing.running(who)[0].next_at
        assert at == datetime(2026, 3, 30, 0, tzinfo=UTC)  # Sunday the clocks were put: two o'clock is earlier by UTC
        library(a_new("A stone", categories=("cs.LG",), day=date(2026, 3, 30)))
        assert compose(datetime(2026, 3, 30, 0, 5, tzinfo=UTC)) == Composed(made=1)

    def test_an_hour_that_does_not_exist_has_its_digest_when_the_clock_jumps(self, library: Library) -> None:
        weekly = Times(Every.WEEK, 6, 2)  # Sunday at two: not on 29 March in Berlin
        confirmed(CATEGORY, times=weekly, now=datetime(2026, 3, 27, 12, tzinfo=UTC))
        library(a_new("A stone", categories=("cs.LG",), day=date(2026, 3, 28)))
        assert compose(datetime(2026, 3, 29, 0, 59, tzinfo=UTC)) == Composed()
        assert compose(datetime(2026, 3, 29, 1, 0, tzinfo=UTC)) == Composed(made=1)
        assert compose(datetime(2026, 3, 29, 2, 30, tzinfo=UTC)) == Composed()

    def test_an_hour_that_comes_twice_has_one_digest(self, library: Library) -> None:
        confirmed(CATEGORY, times=Times(Every.WEEK, 6, 2), now=datetime(2026, 10, 23, 12, tzinfo=UTC))
        library(a_new("A stone", categories=("cs.LG",), day=date(2026, 10, 24)))
        assert compose(datetime(2026, 10, 25, 0, 0, tzinfo=UTC)) == Composed(made=1)
        library(a_new("Another stone", 2, categories=("cs.LG",), day=date(2026, 10, 25)))
        assert compose(datetime(2026, 10, 25, 1, 30, tzinfo=UTC)) == Composed()

    def test_the_first_of_march_follows_the_29th_of_february(self, library: Library) -> None:
        times = Times(Every.MONTH, 0, 7)
        who = confirmed(CATEGORY, times=times, zone="UTC", now=datetime(2028, 2, 29, 12, tzinfo=UTC))
        library(a_new("A stone", categories=("cs.LG",), day=date(2028, 2, 29)))
        assert compose(datetime(2028, 3, 1, 7, tzinfo=UTC)) == Composed(made=1)
        assert subscribing.running(who)[0].next_at == datetime(2028, 4, 1, 7, tzinfo=UTC)

    def test_what_is_due_together_is_one_digest_and_what_is_not_is_another(self, library: Library) -> None:
        who = confirmed(CATEGORY, SEARCH)
        confirmed(Want(Kind.AUTHOR, "Ada Lovelace"), times=Times(hour=12))
        library(a_new("Graph transformers", authors=("Ada Lovelace",), categories=("cs.LG",)))
        assert compose() == Composed(made=1)
        assert len(digests()[0].subscriptions) == 2
        assert compose(datetime(2026, 3, 17, 11, tzinfo=UTC)) == Composed(made=1)
        assert {edition.subscriber_id for edition in digests()} == {who.number}

    def test_whoever_changes_the_hour_after_the_digest_gets_the_next_one_tomorrow(self, library: Library) -> None:
        who = confirmed(CATEGORY)
        library(a_new("A stone", categories=("cs.LG",)))
        compose()
        (one,) = subscribing.running(who)
        subscribing.change(who, one.number, Times(hour=20), now=MORNING + HOUR)
        library(a_new("Another stone", 2, categories=("cs.LG",)))
        assert compose(datetime(2026, 3, 17, 23, tzinfo=UTC)) == Composed()
        assert compose(datetime(2026, 3, 18, 19, tzinfo=UTC)) == Composed(made=1)

    def test_whoever_said_stop_pause_or_nothing_gets_nothing(self, library: Library) -> None:
        stopped = confirmed(CATEGORY)
        paused = confirmed(CATEGORY, address="bo@example.org")
        subscribing.subscribe("cy@example.org", [CATEGORY], Times(), "UTC", now=NOON_BEFORE)
        confirmed(CATEGORY, address="di@example.org")
        models.Suppression.objects.create(address="di@example.org", reason="bounce", at=NOON_BEFORE)
        subscribing.end(stopped, None, now=NOON_BEFORE)
        subscribing.pause(paused, [subscribing.running(paused)[0].number], now=NOON_BEFORE)
        library(a_new("A stone", categories=("cs.LG",)))
        assert compose(MORNING + 10 * DAY) == Composed()


class TestWhat:
    def test_a_search_is_mailed_when_something_new_matches_and_not_when_nothing_does(self, library: Library) -> None:
        library(a_new("Graph transformers of old", day=TUESDAY - DAY))
        confirmed(SEARCH)
        library(a_new("Bread for beginners", 2))
        assert compose() == Composed(empty=1)
        assert digests() == []
        library(a_new("Transformers on every graph", 3, TUESDAY + DAY))
        assert compose(MORNING + DAY) == Composed(made=1)
        assert digests()[0].subject == "1 new for “graph transformers”"
        assert reasons(digests()[0]) == ["has graph, transformers and is near in meaning (0.81)"]

    def test_whoever_is_far_behind_takes_nothing_from_others_who_ask_for_the_same(
        self, library: Library, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(news, "MATCHES", 2)
        library(*(a_new(f"Bread, recipe {number}", 100 + number) for number in range(40)))
        confirmed(SEARCH, address="late@example.org")
        library(*(a_new(f"Graph transformers, part {number}", number) for number in range(1, 4)))
        confirmed(SEARCH, address="early@example.org")
        library(a_new("Transformers on every graph that ends somewhere", 4))
        assert compose() == Composed(made=2)
        (late, early) = sorted(digests(), key=lambda edition: -len(edition.papers))
        assert len(late.papers) == 2
        assert titles(early) == [["Transformers on every graph that ends somewhere"]]

    def test_an_old_paper_that_comes_in_now_is_no_news(self, library: Library) -> None:
        confirmed(SEARCH, CATEGORY)
        library(a_new("Graph transformers of old", day=TUESDAY - 60 * DAY, categories=("cs.LG",)))
        assert compose() == Composed(empty=1)

    def test_authors_categories_and_archives_find_their_papers(self, library: Library) -> None:
        confirmed(Want(Kind.AUTHOR, "ada lovelace"), Want(Kind.CATEGORY, "cs"), Want(Kind.CATEGORY, "math.CO"))
        library(
            a_new("Notes on the engine", 1, authors=("Bo Peep", "Ada Lovelace")),
            a_new("On sheep", 2, authors=("Bo Peep",), categories=("cs.LG",)),
            a_new("On counting sheep", 3, categories=("math.CO", "cs.DM")),
            a_new("On nothing", 4, categories=("physics.gen-ph",)),
        )
        compose()
        (edition,) = digests()
        assert titles(edition) == [["Notes on the engine"], ["On sheep", "On counting sheep"]]
        assert reasons(edition)[2] == "new in cs; also new in math.CO"

    def test_no_paper_stands_twice_in_a_digest_and_its_other_reasons_are_told(self, library: Library) -> None:
        confirmed(SEARCH, CATEGORY, Want(Kind.FRONT_PAGE), Want(Kind.TRENDING))
        library(
            a_new("Graph transformers", 1, categories=("cs.LG",), extras={"huggingface": {"upvotes": 9}}),
            a_new("A stone", 2, categories=("cs.LG",)),
            a_new("Bread", 3),
        )
        trending.notice(FORMULA, now=MORNING)
        compose()
        (edition,) = digests()
        assert titles(edition) == [["Graph transformers"], ["A stone"], ["Bread"]]
        assert len(edition.papers) == len(set(edition.papers)) == 3
        why = reasons(edition)[0]
        assert why.startswith(
            "has graph, transformers and is near in meaning (1.00); also new in cs.LG; also number 1 of the front page"
        )
        assert "also number 1 of trending: +9 upvotes" in why

    def test_what_was_mailed_within_a_week_does_not_come_again_from_the_front_page(self, library: Library) -> None:
        confirmed(Want(Kind.FRONT_PAGE))
        library(a_new("A stone"))
        assert compose() == Composed(made=1)
        assert compose(MORNING + DAY) == Composed(empty=1)
        library(a_new("Another stone", 2, TUESDAY + 2 * DAY))
        assert compose(MORNING + 2 * DAY) == Composed(made=1)
        assert titles(digests()[1]) == [["Another stone"]]

    def test_what_still_rises_comes_again_beside_something_new_and_says_so(self, library: Library) -> None:
        confirmed(Want(Kind.TRENDING))
        library(a_new("A stone", extras={"huggingface": {"upvotes": 9}}))
        trending.notice(FORMULA, now=MORNING)
        assert compose() == Composed(made=1)
        assert compose(MORNING + DAY) == Composed(empty=1)
        library(a_new("Another stone", 2, TUESDAY + DAY, extras={"huggingface": {"upvotes": 5}}))
        trending.notice(FORMULA, now=MORNING + DAY + MINUTE)
        assert compose(MORNING + 2 * DAY) == Composed(made=1)
        section = digests()[1].content["sections"][0]
        assert {paper["again"] for paper in section["papers"]} == {"", "Tuesday, 17 March"}
        assert digests()[1].subject == "2 trending"

    def test_a_list_in_which_nothing_grew_lately_is_no_news(self, library: Library) -> None:
        library(a_new("A stone", extras={"huggingface": {"upvotes": 9}}))
        trending.notice(FORMULA, now=MORNING - 90 * DAY)
        confirmed(Want(Kind.TRENDING))
        assert compose(MORNING) == Composed(empty=1)

    def test_searches_of_every_day_and_of_every_week_are_mailed_at_one_moment(self, library: Library) -> None:
        confirmed(SEARCH)
        confirmed(SEARCH, Want(Kind.SEARCH, "stones"), address="bo@example.org", times=Times(Every.WEEK, 1, 7))
        library(a_new("Graph transformers"), a_new("Two stones", 2))
        assert compose() == Composed(made=2)
        assert [titles(edition) for edition in digests()] == [
            [["Graph transformers"]], [["Graph transformers"], ["Two stones"]]
        ]  # fmt: skip

    def test_what_was_asked_for_exactly_comes_again_marked(self, library: Library) -> None:
        confirmed(CATEGORY)
        confirmed(SEARCH, times=Times(Every.WEEK, 4, 7))
        library(a_new("Graph transformers", categories=("cs.LG",)))
        compose()
        compose(MORNING + 3 * DAY)
        weekly = digests()[1].content["sections"][0]
        assert [paper["again"] for paper in weekly["papers"]] == ["Tuesday, 17 March"]

    def test_a_collection_tells_what_was_added_while_it_may_be_read(self, library: Library) -> None:
        ada = models.Account.objects.create(username="ada")
        shelf = models.Collection.objects.create(
            account=ada, title="Stones", public=True, made_at=NOON_BEFORE, changed_at=NOON_BEFORE
        )
        confirmed(Want(Kind.COLLECTION, str(shelf.pk)))
        library(a_new("An old stone", day=TUESDAY - 900 * DAY), a_new("Another stone", 2))
        first, second = models.Paper.objects.order_by("key")
        shelf.papers.create(paper=first, place=1, note="Heavy.", at=MORNING - HOUR)
        compose()
        assert titles(digests()[0]) == [["An old stone"]]
        assert reasons(digests()[0]) == ["added: “Heavy.”"]
        shelf.papers.create(paper=second, place=2, at=MORNING + HOUR)
        models.Collection.objects.update(public=False)
        assert compose(MORNING + DAY) == Composed(empty=1)
        shelf.papers.filter(paper=second).update(at=MORNING + 25 * HOUR)
        models.Collection.objects.update(public=True, deleted_at=MORNING + 26 * HOUR)
        assert compose(MORNING + 2 * DAY) == Composed(empty=1)

    def test_papers_chosen_for_an_account_say_why_and_none_for_anybody_else(self, library: Library) -> None:
        ada = models.Account.objects.create(username="ada", date_joined=MORNING - 90 * DAY)
        EmailAddress.objects.create(user=ada, email="ada@example.org", verified=True, primary=True)
        wants = [Want(Kind.FOR_YOU)]
        subscribing.subscribe_account(ada.pk, wants, Times(), "UTC", now=NOON_BEFORE)
        with pytest.raises(WantError, match="sign in"):
            subscribing.subscribe("bo@example.org", wants, Times(), "UTC", now=NOON_BEFORE)
        models.Follow.objects.create(account=ada, kind="category", value="cs.LG", at=NOON_BEFORE)
        library(*(a_new(f"Stone {n} of many", n, categories=("cs.LG",)) for n in range(3)))
        assert compose(MORNING + HOUR) == Composed(made=1)
        assert len(titles(digests()[0])[0]) == 3
        assert reasons(digests()[0])[0].startswith("for you: in cs.LG, which you follow")
        assert digests()[0].subject == "3 for you"
        assert compose(MORNING + DAY + HOUR) == Composed(empty=1)

    def test_a_withdrawn_paper_is_no_news(self, library: Library) -> None:
        confirmed(CATEGORY)
        library(a_new("A stone", categories=("cs.LG",), withdrawn=True))
        assert compose() == Composed(empty=1)


class TestFrozen:
    def test_an_edition_stays_as_it_was_whatever_becomes_of_its_papers(self, library: Library) -> None:
        confirmed(CATEGORY)
        library(a_new("A stone", categories=("cs.LG",), abstract="It is heavy. It rolls. It stops.", authors=("Ada",)))
        compose()
        number = digests()[0].pk
        before = editions.edition(number)
        account = models.Account.objects.create(username="ada", date_joined=MORNING - 90 * DAY)
        voting.upvote(account.pk, paper_verbs.paper("arxiv:2603.00001"), now=MORNING)
        store([a_new("Another title", categories=("cs.LG",))], now=MORNING)
        models.Paper.objects.all().delete()
        assert before is not None
        assert editions.edition(number) == before
        (kept,) = before.frozen.values()
        assert kept.content["text"] == "It is heavy. It rolls."
        assert kept.content["votes"] == 0

    def test_a_hundred_digests_with_the_same_papers_keep_them_once(self, library: Library) -> None:
        for number in range(10):
            confirmed(CATEGORY, address=f"reader{number}@example.org")
        library(*(a_new(f"Stone {n} of many", n, categories=("cs.LG",)) for n in range(5)))
        assert compose() == Composed(made=10)
        assert models.FrozenPaper.objects.count() == 5
        assert all(len(part) == 5 for edition in digests() for part in titles(edition))

    def test_composing_takes_few_statements_however_many_are_due(
        self, library: Library, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(30):
            confirmed(CATEGORY, SEARCH, Want(Kind.TRENDING), address=f"reader{number}@example.org")
        library(*(a_new(f"Graph transformers {n}", n, categories=("cs.LG",)) for n in range(5)))
        with django_assert_max_num_queries(30):
            assert compose() == Composed(made=30)


class TestCare:
    def test_without_an_index_whoever_asked_for_a_search_waits_and_the_others_do_not(self, library: Library) -> None:
        confirmed(SEARCH)
        confirmed(CATEGORY, address="bo@example.org")
        store([a_new("Graph transformers", categories=("cs.LG",))], now=MORNING)
        assert compose() == Composed(made=1)
        library()
        assert compose(MORNING + MINUTE) == Composed(made=1)
        assert titles(digests()[1]) == [["Graph transformers"]]

    def test_whoever_stops_while_the_digest_is_composed_gets_none(
        self, library: Library, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        who = confirmed(CATEGORY)
        library(a_new("A stone", categories=("cs.LG",)))
        mailed = editions.mailed

        def stopping(*arguments: Any) -> Any:
            subscribing.end(who, None, now=MORNING)
            return mailed(*arguments)

        monkeypatch.setattr(editions, "mailed", stopping)
        assert compose() == Composed()
        assert digests() == []

    def test_an_edition_that_is_there_is_not_made_again(self, library: Library) -> None:
        who = confirmed(CATEGORY)
        library(a_new("A stone", categories=("cs.LG",)))
        compose()
        models.Subscription.objects.update(next_at=datetime(2026, 3, 17, 6, tzinfo=UTC), position=0)
        assert compose(MORNING + MINUTE) == Composed()
        assert len(digests()) == 1
        at = subscribing.running(who)[0].next_at
        assert at is not None
        assert at > MORNING

    def test_a_sample_shows_what_would_come_and_writes_nothing(self, library: Library) -> None:
        library(a_new("Graph transformers", categories=("cs.LG",)))
        found = composing.sample([SEARCH, CATEGORY], wiring.index(), FORMULA, now=MORNING + 300 * DAY)
        assert found is not None
        assert found.subject == "1 new for “graph transformers”"
        assert not models.FrozenPaper.objects.exists()
        assert not sent()
        assert composing.sample([Want(Kind.AUTHOR, "Nobody")], wiring.index(), FORMULA, now=MORNING) is None

    @given(
        sections=st.lists(
            st.fixed_dictionaries(
                {
                    "kind": st.sampled_from([kind.value for kind in Kind]),
                    "label": st.text(),
                    "papers": st.lists(st.just(1), min_size=1),
                }
            ),
            min_size=1,
            max_size=9,
        )
    )
    def test_a_subject_is_one_line_that_says_how_much_of_what(self, sections: list[dict[str, Any]]) -> None:
        line = composing.subject(sections)
        assert line.isprintable()
        assert 0 < len(line) <= 200
        assert line.startswith(str(len(sections[0]["papers"])))

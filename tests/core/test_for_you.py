"""Promises of For you: learned from three papers on, explained, and whatever the reader has seen does not return."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from builders import a_record
from readers import an_actor

from broadsheet import wiring
from broadsheet.community import Actor
from broadsheet.core import (
    collecting,
    field,
    following,
    interleaving,
    own_library,
    papers,
    personal,
    profile,
    reading,
    shelving,
    voting,
)
from broadsheet.core.following import FollowError
from broadsheet.errors import BadFileError, NotAllowedError
from broadsheet.library import models
from broadsheet.tastes import ForYou
from broadsheet.types import Paging, Paper

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
OLD, NEW = date(2025, 3, 3), date(2026, 3, 16)
STONES = "granite basalt boulder quarry masonry"
SHIPS = "schooner frigate rigging harbour keel"
BREAD = "sourdough levain baking crust oven"

Library = Callable[..., None]


def a_text(words: str, number: int) -> str:
    """The words of a field, of which each paper leaves out another one, and one of its own."""
    several = words.split()
    del several[number % len(several)]
    return " ".join([*several, *several, f"own{number}"])


def some(words: str, day: date, numbers: range, scheme: str) -> list[Any]:
    return [
        a_record(
            f"On {words.split()[number % 5]} number{number}{scheme}",
            ids=(f"arxiv:{scheme}.{number:05}",),
            abstract=a_text(words, number),
            authors=(f"Jane Doe {scheme}",),
            categories=("cs.LG",) if words == SHIPS else ("math.CO",),
            announced=day,
        )
        for number in numbers
    ]


@pytest.fixture
def filled(library: Library) -> None:
    """Old papers on stones and ships, to be voted for; new ones on stones, ships and bread."""
    library(
        *some(STONES, OLD, range(6), "2503"), *some(SHIPS, OLD, range(6), "2504"),
        *some(STONES, NEW, range(10), "2601"), *some(SHIPS, NEW, range(10), "2602"), *some(BREAD, NEW, range(30), "2603"),
    )  # fmt: skip


def of(scheme: str, number: int) -> Paper:
    return papers.paper(f"arxiv:{scheme}.{number:05}")


def like(actor: Actor, scheme: str, numbers: range) -> None:
    for number in numbers:
        voting.upvote(actor.key, of(scheme, number), now=NOW)


def asked(actor: Actor, size: int = 100, **more: Any) -> ForYou:
    return personal.for_you(wiring.index(), actor, Paging(1, size), now=NOW, **more)


def fields(found: ForYou, first: int) -> list[str]:
    return [each.paper.paper_id[6:10] for each in found.chosen[:first]]


@pytest.mark.usefixtures("filled")
class TestLearning:
    def test_from_three_papers_on_the_readers_field_comes_first_and_says_why(self) -> None:
        ada = an_actor()
        like(ada, "2503", range(3))
        found = asked(ada)
        assert found.learned_from == 3
        assert set(fields(found, 5)) == {"2601"}
        first = found.chosen[0]
        assert first.nearest is not None
        assert first.nearest.paper_id.startswith("arxiv:2503")
        assert set(first.words) & set(STONES.split())
        assert dict(first.adds)["your papers"] > 1

    def test_below_three_papers_nothing_is_learned_and_it_says_so(self) -> None:
        ada = an_actor()
        like(ada, "2503", range(2))
        found = asked(ada)
        assert found.learned_from == 2
        assert all(each.nearest is None and not each.words for each in found.chosen)
        assert found.chosen

    def test_two_interests_both_stand_in_front(self) -> None:
        ada = an_actor()
        like(ada, "2503", range(6))
        like(ada, "2504", range(3))
        assert set(fields(asked(ada), 8)) == {"2601", "2602"}

    def test_two_readers_are_told_apart(self) -> None:
        ada, bo = an_actor(), an_actor("bo")
        like(ada, "2503", range(3))
        like(bo, "2504", range(3))
        assert set(fields(asked(ada), 5)) == {"2601"}
        assert set(fields(asked(bo), 5)) == {"2602"}

    @pytest.mark.parametrize(("together", "remembered"), [(50, 50_000), (2, 50_000), (2, 1)])
    def test_what_is_chosen_for_many_at_once_is_what_each_has_alone(
        self, monkeypatch: pytest.MonkeyPatch, together: int, remembered: int
    ) -> None:
        monkeypatch.setattr(personal, "TOGETHER", together)
        monkeypatch.setattr(field, "REMEMBERED", remembered)
        readers = [an_actor(name) for name in ("ada", "bo", "cy", "di", "ed")]
        like(readers[0], "2503", range(4))
        like(readers[0], "2504", range(3))
        like(readers[1], "2504", range(3))
        reading.mark(readers[1], of("2602", 5), hidden=True, now=NOW)
        following.follow(readers[2], "author", "Jane Doe 2603", now=NOW)
        like(readers[3], "2503", range(3))
        profile.say(readers[3], unwanted=["basalt boulder"], wanted=["sourdough"], surprise=0.6)
        chosen = personal.for_readers(
            wiring.index(), [each.key for each in readers], 20, now=NOW, field=field.field_of(wiring.index())
        )
        assert chosen == {each.key: asked(each, 20).chosen for each in readers}

    def test_what_was_voted_for_saved_read_written_or_hidden_does_not_come_back(self) -> None:
        ada = an_actor()
        like(ada, "2503", range(3))
        like(ada, "2601", range(1))
        shelf = models.Collection.objects.create(account_id=ada.key, title="Shelf", made_at=NOW, changed_at=NOW)
        models.CollectionPaper.objects.create(collection=shelf, paper_id=of("2601", 1).key, place=1, at=NOW)
        models.Reading.objects.create(account_id=ada.key, paper_id=of("2601", 2).key, state="read", at=NOW)
        models.Submission.objects.create(account_id=ada.key, paper_id=of("2601", 3).key, at=NOW)
        models.Comment.objects.create(account_id=ada.key, paper_id=of("2601", 4).key, text="Heavy.", at=NOW)
        reading.mark(ada, of("2601", 5), hidden=True, now=NOW)
        shown = {each.paper.paper_id for each in asked(ada).chosen}
        assert not shown & {of("2601", number).paper_id for number in range(6)}
        assert of("2601", 6).paper_id in shown

    def test_what_was_mailed_lately_does_not_come_back(self) -> None:
        ada = an_actor()
        like(ada, "2503", range(3))
        who = models.Subscriber.objects.create(address="ada@example.org", account_id=ada.key, secret="x", made_at=NOW)
        for number, age in ((0, 1), (1, 61)):
            models.Edition.objects.create(
                subscriber=who, period=f"{age}", subject="x", papers=[of("2601", number).key],
                composed_at=NOW - timedelta(days=age),
            )  # fmt: skip
        shown = {each.paper.paper_id for each in asked(ada).chosen}
        assert of("2601", 0).paper_id not in shown
        assert of("2601", 1).paper_id in shown

    def test_a_withdrawn_paper_is_not_shown(self, library: Library) -> None:
        ada = an_actor()
        like(ada, "2503", range(3))
        library(a_record("On granite number1 2601", ids=("arxiv:2601.00001",), announced=NEW, withdrawn=True))
        assert "arxiv:2601.00001" not in {each.paper.paper_id for each in asked(ada).chosen}

    def test_pages_go_on_where_the_one_before_ended(self) -> None:
        ada = an_actor()
        like(ada, "2503", range(3))
        whole = [each.paper.paper_id for each in asked(ada).chosen]
        pages = [personal.for_you(wiring.index(), ada, Paging(page, 7), now=NOW) for page in range(1, 12)]
        assert [each.paper.paper_id for page in pages for each in page.chosen] == whole
        assert len(set(whole)) == len(whole)

    def test_a_library_without_an_index_still_answers_and_says_so(self, settings: Any, tmp_path: Any) -> None:
        ada = an_actor()
        like(ada, "2503", range(3))
        settings.INDEX_FOLDER = tmp_path / "nowhere"
        wiring.index.cache_clear()
        found = asked(ada)
        assert found.missing
        assert found.chosen


@pytest.mark.usefixtures("filled")
class TestSaying:
    def test_less_like_a_paper_acts_at_once_and_can_be_taken_back(self) -> None:
        ada = an_actor()
        like(ada, "2503", range(3))
        like(ada, "2504", range(3))
        before = asked(ada)
        gone = next(each.paper for each in before.chosen if each.paper.paper_id.startswith("arxiv:2602"))
        reading.mark(ada, gone, hidden=True, now=NOW)
        after = asked(ada)
        score = {each.paper.paper_id: each.score for each in before.chosen}
        ships = [each for each in after.chosen if each.paper.paper_id.startswith("arxiv:2602")]
        assert gone.paper_id not in {each.paper.paper_id for each in after.chosen}
        assert sum(each.score - score[each.paper.paper_id] for each in ships) < 0
        reading.mark(ada, gone, hidden=False, now=NOW)
        assert asked(ada) == before
        assert not models.Reading.objects.exists()

    def test_what_else_is_kept_of_a_paper_stays_when_it_is_shown_again(self) -> None:
        ada, stone = an_actor(), of("2601", 1)
        models.Reading.objects.create(account_id=ada.key, paper_id=stone.key, note="Mind the edge.", at=NOW)
        reading.mark(ada, stone, hidden=True, now=NOW)
        reading.mark(ada, stone, hidden=False, now=NOW)
        assert models.Reading.objects.get().note == "Mind the edge."

    def test_unwanted_words_leave_out_and_wanted_ones_put_in_front_and_say_so(self) -> None:
        ada = an_actor()
        like(ada, "2503", range(3))
        profile.say(ada, unwanted=["basalt boulder"], wanted=["sourdough"])
        found = asked(ada)
        assert not [each for each in found.chosen if "basalt boulder" in each.paper.abstract]
        breads = [each for each in found.chosen if "sourdough" in each.paper.abstract]
        assert breads[0].wanted == ("sourdough",)
        assert dict(breads[0].adds)["your words"] > 0

    @pytest.mark.parametrize(("kind", "value"), [("author", "Jane Doe 2603"), ("search", "levain crust")])
    def test_what_is_followed_comes_first_and_says_so(self, kind: str, value: str) -> None:
        ada = an_actor()
        following.follow(ada, kind, value, now=NOW)
        first = asked(ada).chosen[0]
        assert first.paper.paper_id.startswith("arxiv:2603")
        assert [(one.kind, one.value) for one in first.followed] == [(kind, value)]

    def test_a_followed_category_comes_before_the_others(self) -> None:
        ada = an_actor()
        following.follow(ada, "category", "CS.lg", now=NOW)
        assert set(fields(asked(ada), 4)) == {"2602"}
        assert following.follows(ada.key, "category", "cs.LG")
        following.unfollow(ada, "category", "cs.LG")
        assert not following.follows(ada.key, "category", "cs.LG")

    @pytest.mark.parametrize(("kind", "value"), [("venue", "Nature"), ("author", "  "), ("search", "x" * 501)])
    def test_what_cannot_be_followed_is_refused_in_words(self, kind: str, value: str) -> None:
        with pytest.raises(FollowError):
            following.follow(an_actor(), kind, value, now=NOW)

    def test_one_account_follows_no_more_than_it_can_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(following, "MOST", 1)
        ada = an_actor()
        following.follow(ada, "author", "Jane Doe", now=NOW)
        with pytest.raises(FollowError):
            following.follow(ada, "author", "Bo Roe", now=NOW)

    def test_surprise_brings_what_is_not_nearest(self) -> None:
        ada = an_actor()
        like(ada, "2503", range(3))
        profile.say(ada, surprise=0.0)
        near = fields(asked(ada), 8)
        assert profile.say(ada, surprise=7.0).surprise == 1
        assert fields(asked(ada), 8).count("2601") < near.count("2601")

    def test_whoever_is_banned_changes_nothing(self) -> None:
        ada = an_actor()
        banned = Actor(key=ada.key, name="ada", banned=True)
        for act in (
            lambda: reading.mark(banned, of("2601", 1), hidden=True, now=NOW),
            lambda: following.follow(banned, "author", "Jane", now=NOW),
            lambda: profile.say(banned, surprise=1.0),
            lambda: own_library.bring(banned, "a.bib", b"@article{a, title={A}}", now=NOW),
        ):
            with pytest.raises(NotAllowedError):
                act()


@pytest.mark.usefixtures("filled")
class TestProfile:
    def test_interests_are_told_apart_by_their_words(self) -> None:
        ada = an_actor()
        like(ada, "2503", range(4))
        like(ada, "2504", range(3))
        found = profile.profile(wiring.index(), ada, now=NOW)
        assert [each.number for each in found.interests] == [4, 3]
        assert set(found.interests[0].words) & set(STONES.split())
        assert set(found.interests[1].words) & set(SHIPS.split())
        assert dict(found.counts) == {"upvoted": 7}

    def test_what_was_learned_is_told_the_same_all_day(self) -> None:
        ada = an_actor()
        like(ada, "2503", range(4))
        like(ada, "2504", range(4))
        models.Upvote.objects.filter(paper__paper_id__startswith="arxiv:2503").update(at=NOW - timedelta(days=200))
        morning, night = (
            profile.profile(wiring.index(), ada, now=NOW.replace(hour=hour, minute=59)) for hour in (0, 23)
        )
        assert morning.interests == night.interests

    def test_a_forgotten_paper_is_not_learned_from_until_it_is_heeded_again(self) -> None:
        ada = an_actor()
        like(ada, "2503", range(3))
        before = asked(ada)
        profile.forget(ada, of("2503", 0), now=NOW)
        assert asked(ada).learned_from == 2
        assert [each.unheeded for each in profile.profile(wiring.index(), ada, now=NOW).apart if each.unheeded] == [
            True
        ]
        profile.heed(ada, of("2503", 0))
        assert asked(ada) == before

    def test_beginning_anew_forgets_all_and_keeps_the_votes_and_can_be_taken_back(self) -> None:
        ada = an_actor()
        like(ada, "2503", range(3))
        before = asked(ada)
        profile.begin_anew(ada, now=NOW + timedelta(hours=1))
        assert asked(ada).learned_from == 0
        assert voting.voted(ada.key, [of("2503", 0)])
        profile.remember(ada)
        assert asked(ada) == before


BIBTEX = b"""
@article{one, title={On granite number02503}, author={Doe 2503, Jane}, eprint={2503.00000}, archivePrefix={arXiv}}
@article{two, title={On basalt number12503}, author={Doe 2503, Jane}, eprint={2503.00001}, archivePrefix={arXiv}}
@article{three, title={Boulders that nobody has seen before}, author={Roe, Bo}, year={2020},
  abstract={granite basalt boulder quarry}, doi={10.1000/boulder}, url={https://spam.example.org/}}
"""


@pytest.mark.usefixtures("filled")
class TestOwnLibrary:
    def test_a_file_of_ones_own_is_learned_from_and_changes_no_paper(self) -> None:
        ada, before = an_actor(), of("2503", 0)
        brought = own_library.bring(ada, "mine.bib", BIBTEX, now=NOW)
        assert (brought.read, brought.new) == (3, 1)
        shelf = models.Collection.objects.get()
        assert (shelf.public, shelf.origin, shelf.papers.count()) == (False, "zotero", 3)
        assert of("2503", 0) == before
        assert len(personal.known([ada.key], now=NOW)[ada.key].liked) == 3

    def test_what_is_new_by_it_stands_on_no_front_page_and_links_nowhere(self) -> None:
        own_library.bring(an_actor(), "mine.bib", BIBTEX, now=NOW)
        found = papers.paper("doi:10.1000/boulder")
        assert (found.listed_on, found.links, found.year) == (None, (), 2020)

    def test_a_file_that_names_two_papers_as_one_joins_nothing(self) -> None:
        number = papers.count()
        crafted = b"@article{x, title={On granite number02503}, author={Doe 2503, Jane}, eprint={2504.00001}, archivePrefix={arXiv}, doi={10.1000/new}}"
        own_library.bring(an_actor(), "x.bib", crafted, now=NOW)
        assert papers.count() == number
        assert of("2504", 1).paper_id != of("2503", 0).paper_id

    def test_bringing_it_again_takes_the_place_of_the_one_before(self) -> None:
        ada = an_actor()
        own_library.bring(ada, "mine.bib", BIBTEX, now=NOW)
        assert own_library.bring(ada, "mine.bib", BIBTEX, now=NOW).new == 0
        own_library.bring(ada, "less.bib", BIBTEX.split(b"@article{three")[0], now=NOW)
        assert models.CollectionPaper.objects.count() == 2

    def test_places_stay_without_gaps_and_what_was_said_stays(self) -> None:
        ada = an_actor()
        own_library.bring(ada, "mine.bib", BIBTEX, now=NOW)
        shelf = models.Collection.objects.get()
        collecting.describe(ada, shelf.pk, "Mine", "", now=NOW)
        shelving.note(ada, shelf.pk, papers.paper("doi:10.1000/boulder"), "Heavy.", now=NOW)
        own_library.bring(ada, "other.bib", BIBTEX[BIBTEX.index(b"@article{two") :], now=NOW)
        shelf.refresh_from_db()
        assert shelf.title == "Mine"
        assert shelf.secret
        assert list(shelf.papers.order_by("place").values_list("place", flat=True)) == [1, 2]
        assert list(shelf.papers.exclude(note="").values_list("note", flat=True)) == ["Heavy."]

    def test_a_library_in_the_bin_stays_there_and_another_begins(self) -> None:
        ada = an_actor()
        own_library.bring(ada, "mine.bib", BIBTEX, now=NOW)
        collecting.delete(ada, models.Collection.objects.get().pk, now=NOW)
        own_library.bring(ada, "mine.bib", BIBTEX, now=NOW)
        assert models.Collection.objects.filter(deleted_at__isnull=True).get().papers.count() == 3

    @pytest.mark.parametrize("content", [b"\x89PNG\x00", b"{}", b"", b"PK\x03\x04\xff\xff", b"no papers at all"])
    def test_what_is_no_library_is_refused_in_words(self, content: bytes) -> None:
        with pytest.raises(BadFileError):
            own_library.bring(an_actor(), "mine.bib", content, now=NOW)
        assert not models.Collection.objects.exists()


@pytest.mark.usefixtures("filled")
class TestMixed:
    def test_two_rankings_are_drafted_into_one_list_and_each_paper_says_whose_it_is(self) -> None:
        ada = an_actor()
        like(ada, "2503", range(3))
        found = asked(ada, mixed=("interests", "mean"), seed=5)
        assert {each.ranking for each in found.chosen} == {"interests", "mean"}
        assert found == asked(ada, mixed=("interests", "mean"), seed=5)
        assert len({each.paper.key for each in found.chosen}) == len(found.chosen)

    def test_only_totals_of_a_day_are_kept(self) -> None:
        mixed = ("interests", "mean")
        for ranking in ("interests", "interests", "mean", "nonsense"):
            interleaving.credit(ranking, mixed, day=NEW)
        assert [tuple(one)[:4] for one in interleaving.tally()] == [("interests", "mean", 2, 1)]
        assert {field.name for field in models.Credit._meta.fields} == {"id", "day", "ranking", "against", "number"}

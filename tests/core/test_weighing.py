"""Promises of weighing: light votes move little, everybody can see why, an editor can say otherwise, nothing is hidden."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from builders import a_record

from broadsheet.community import Actor, Role
from broadsheet.core import listings, papers, trending, voting, weighing
from broadsheet.core.store import store
from broadsheet.errors import NotAllowedError
from broadsheet.library import models
from broadsheet.rank.rings import TOGETHER
from broadsheet.rank.trending import Formula
from broadsheet.rank.trust import FIRST_PLACES, LIFT, OF_A_NETWORK, SETTLED
from broadsheet.types import Paging, Paper

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
FORMULA = Formula()
LONG_AGO = NOW - timedelta(days=SETTLED * 10)


def account(name: str, joined: datetime = LONG_AGO) -> int:
    return int(models.Account.objects.create(username=name, date_joined=joined).pk)


def editor() -> Actor:
    return Actor(key=account("eve"), name="eve", role=Role.EDITOR)


def stones(number: int, upvotes: int = 0) -> list[Paper]:
    """So many papers of this day, the first with most upvotes, counted elsewhere."""
    store(
        (
            a_record(
                f"Stone number {n} of many", ids=(f"arxiv:2603.{n:05}",), featured=NOW.date(), categories=("cs.LG",),
                extras={"huggingface": {"upvotes": upvotes * (number - n + 1)}},
            )
            for n in range(1, number + 1)
        ),
        now=NOW,
    )  # fmt: skip
    trending.notice(FORMULA, now=NOW)
    return [papers.paper(f"arxiv:2603.{n:05}") for n in range(1, number + 1)]


def vote(name: str, *several: Paper, network: str = "", joined: datetime = LONG_AGO) -> int:
    who = account(name, joined)
    for paper in several:
        voting.upvote(who, paper, now=NOW, network=network)
    weighing.take_in(FORMULA)
    return who


def order() -> list[str]:
    return [each.paper.paper_id for each in trending.trending(Paging(1, 50), FORMULA, now=NOW).rising]


def reasons(paper: Paper) -> list[str]:
    rows = models.Upvote.objects.filter(paper=paper.key).order_by("at", "pk")
    return list(rows.values_list("light", flat=True))


class TestNetwork:
    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ("198.51.101.7", "198.51.101.200", True),
            ("198.51.101.7", "198.51.102.7", False),
            ("2a01:4f8:1:2::3", "2a01:4f8:1:ffff::9", True),
            ("2a01:4f8:1:2::3", "2a01:4f8:2:2::3", False),
            ("::ffff:198.51.101.7", "198.51.101.9", True),
        ],
    )
    def test_addresses_of_one_network_have_one_name(self, one: str, other: str, *, same: bool) -> None:
        names = [weighing.network(address, "secret", NOW) for address in (one, other)]
        assert all(names)
        assert (names[0] == names[1]) is same

    def test_the_name_tells_nothing_without_the_secret_and_is_another_one_tomorrow(self) -> None:
        name = weighing.network("198.51.101.7", "secret", NOW)
        assert "198.51.101" not in name
        assert name != weighing.network("198.51.101.7", "another", NOW)
        assert name != weighing.network("198.51.101.7", "secret", NOW + timedelta(days=1))

    @pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "192.168.0.4", "::1", "fd00::1", "", "unix:"])
    def test_readers_inside_the_house_are_of_no_network(self, address: str) -> None:
        assert weighing.network(address, "secret", NOW) == ""


@pytest.mark.django_db
@pytest.mark.database
class TestLightVotes:
    def test_a_ring_of_fifty_new_accounts_lifts_no_paper_among_the_ten_first_nor_by_more_than_three_places(
        self,
    ) -> None:
        several = stones(30, upvotes=1)
        before = order()
        for place in (FIRST_PLACES, 19, 29):
            for number in range(50):
                vote(f"ring {place} {number}", several[place], joined=NOW)
        after = order()
        assert after[:FIRST_PLACES] == before[:FIRST_PLACES]
        for place in (FIRST_PLACES, 19, 29):
            assert max(place - LIFT, FIRST_PLACES) <= after.index(before[place]) <= place

    def test_five_honest_newcomers_lift_a_paper_and_five_settled_readers_lift_it_to_the_top(self) -> None:
        several = stones(30, upvotes=1)
        for number in range(5):
            vote(f"new {number}", several[19], joined=NOW)
        assert order().index(several[19].paper_id) == 19 - LIFT
        for number in range(5):
            vote(f"settled {number}", several[25])
        assert order()[0] == several[25].paper_id

    def test_who_stands_below_a_lower_score_is_told_so(self) -> None:
        several = stones(30, upvotes=1)
        for number in range(50):
            vote(f"new {number}", several[12], joined=NOW)
        held = [each for each in trending.trending(Paging(1, 50), FORMULA, now=NOW).rising if each.held]
        assert [each.paper.key for each in held] == [several[12].key]
        found = trending.of_paper(papers.paper(several[12].paper_id), FORMULA, now=NOW)
        assert found == held[0]

    def test_the_front_page_shows_all_votes_and_ranks_by_those_that_count_fully(self) -> None:
        several = stones(12)
        for number in range(50):
            vote(f"new {number}", several[5], joined=NOW)
        for number, paper in enumerate((several[7], several[7], several[2], several[3])):
            vote(f"settled {number}", paper)
        page = listings.front_page(NOW.date(), Paging(), today=NOW.date())
        assert [paper.key for paper in page.papers[:4]] == [several[n].key for n in (7, 2, 3, 5)]
        assert [paper.votes for paper in page.papers[:4]] == [2, 1, 1, 50]
        assert page.ranks[:5] == (1, 2, 2, 4, 4)

    def test_ranks_are_shared_over_pages(self) -> None:
        several = stones(9)
        for number, place in enumerate((0, 0, 1, 2, 3, 4)):
            vote(f"settled {number}", several[place])
        whole = listings.front_page(NOW.date(), Paging(), today=NOW.date()).ranks
        pages = [listings.front_page(NOW.date(), Paging(page, 2), today=NOW.date()).ranks for page in range(1, 6)]
        assert whole == (1, 2, 2, 2, 2, 6, 6, 6, 6)
        assert tuple(rank for page in pages for rank in page) == whole

    def test_of_one_network_three_votes_a_day_count_fully_for_a_paper(self) -> None:
        one, other = stones(2)
        for number in range(6):
            vote(f"here {number}", one, network="a")
        vote("there", one, network="b")
        vote("elsewhere", other, network="a")
        assert reasons(one) == [""] * OF_A_NETWORK + ["network"] * 3 + [""]
        assert reasons(other) == [""]
        found = papers.paper(one.paper_id)
        assert (found.votes, found.firm) == (7, OF_A_NETWORK + 1)

    def test_a_vote_that_is_taken_back_makes_room_for_another_of_its_network_when_votes_are_weighed_anew(self) -> None:
        (stone,) = stones(1)
        several = [vote(f"here {number}", stone, network="a") for number in range(4)]
        assert reasons(stone)[-1] == "network"
        voting.strike(several[0], [stone.key], FORMULA)
        assert reasons(stone) == [""] * 3

    def test_networks_are_forgotten_and_what_followed_from_them_stays(self) -> None:
        (stone,) = stones(1)
        several = [vote(f"here {number}", stone, network="a") for number in range(5)]
        weighing.keep(FORMULA, now=NOW)
        assert weighing.keep(FORMULA, now=NOW + weighing.REMEMBERED / 2) == 0
        assert weighing.keep(FORMULA, now=NOW + weighing.REMEMBERED * 2) == 5
        assert not models.Upvote.objects.exclude(network="")
        weighing.trust(several[0], None, FORMULA, by=editor(), now=NOW)
        assert reasons(stone) == [""] * 3 + ["network"] * 2

    def test_votes_of_before_these_rules_are_weighed_once_and_again_after_a_kill(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        several = stones(5)
        for paper in several:
            vote(f"new {paper.key}", paper, joined=NOW)
        models.Upvote.objects.update(light="")
        models.Paper.objects.update(firm=0)
        monkeypatch.setattr(weighing, "AT_ONCE", 2)
        recount, left = weighing.recount, 3

        def killed(key: int, formula: Formula) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise OSError("killed")
            recount(key, formula)

        with monkeypatch.context() as patch:
            patch.setattr(weighing, "recount", killed)
            with pytest.raises(OSError, match="killed"):
                weighing.keep(FORMULA, now=NOW)
        assert models.Upvote.objects.filter(light="fresh").count() == 2
        weighing.keep(FORMULA, now=NOW)
        assert models.Upvote.objects.filter(light="fresh").count() == 5


@pytest.mark.django_db
@pytest.mark.database
class TestRings:
    def ring(self, several: list[Paper], number: int = 8) -> list[int]:
        """A ring, among sixty readers who vote for ten of sixty other papers each."""
        dice, others = random.Random(1), stones(60 + len(several))[len(several) :]
        rows = models.Account.objects.bulk_create(
            models.Account(username=f"reader {n}", date_joined=LONG_AGO) for n in range(60)
        )
        models.Upvote.objects.bulk_create(
            models.Upvote(account=row, paper_id=paper.key, at=NOW) for row in rows for paper in dice.sample(others, 10)
        )
        return [vote(f"member {n}", *several) for n in range(number)]

    def test_the_votes_of_a_ring_of_grown_accounts_come_to_count_as_one(self) -> None:
        several = stones(TOGETHER)
        members = self.ring(several)
        vote("ada", several[0])
        assert papers.paper(several[0].paper_id).firm == 9
        assert weighing.look_for_rings(FORMULA, now=NOW) == len(members)
        assert reasons(several[0]) == ["", *["ring"] * 7, ""]
        found = papers.paper(several[0].paper_id)
        assert (found.votes, found.firm) == (9, 2)

    def test_a_member_s_next_vote_is_light_where_another_member_voted_before(self) -> None:
        members = self.ring(stones(TOGETHER))
        weighing.look_for_rings(FORMULA, now=NOW)
        target = stones(90)[-1]
        for member in members[:3]:
            voting.upvote(member, target, now=NOW)
        weighing.take_in(FORMULA)
        assert reasons(target) == ["", "ring", "ring"]

    def test_looking_again_changes_nothing_and_an_old_ring_is_none_any_more(self) -> None:
        several = stones(TOGETHER)
        self.ring(several)
        weighing.look_for_rings(FORMULA, now=NOW)
        before = list(models.RingMember.objects.values())
        assert weighing.look_for_rings(FORMULA, now=NOW + timedelta(days=1)) == 8
        assert list(models.RingMember.objects.values()) == before
        assert weighing.look_for_rings(FORMULA, now=NOW + weighing.WINDOW * 2) == 0
        assert reasons(several[0]) == [""] * 8

    def test_a_club_that_an_editor_knows_counts_fully_from_then_on(self) -> None:
        several = stones(TOGETHER)
        by = editor()
        members = self.ring(several)
        weighing.look_for_rings(FORMULA, now=NOW)
        for member in members:
            weighing.trust(member, 1.0, FORMULA, by=by, now=NOW)
        assert weighing.look_for_rings(FORMULA, now=NOW) == 0
        assert reasons(several[0]) == [""] * 8
        for member in members:
            weighing.trust(member, None, FORMULA, by=by, now=NOW)
        assert weighing.look_for_rings(FORMULA, now=NOW) == 8
        assert reasons(several[0]) == ["", *["ring"] * 7]


@pytest.mark.django_db
@pytest.mark.database
class TestEditors:
    def test_votes_that_an_editor_has_looked_at_count_fully_until_it_is_taken_back(self) -> None:
        (stone,) = stones(1)
        by = editor()
        for number in range(4):
            vote(f"new {number}", stone, joined=NOW)
        rows = list(models.Upvote.objects.order_by("pk").values_list("pk", flat=True))
        before = models.Heat.objects.get(paper=stone.key)
        assert weighing.vouch(rows[:3], FORMULA, honest=True, by=by, now=NOW) == 3
        assert reasons(stone) == ["", "", "", "fresh"]
        gains = {gain.kind: gain.after for gain in models.Gain.objects.filter(paper=stone.key).order_by("after")}
        assert gains == {"votes": 3.0, "light votes": pytest.approx(0.1)}
        vote("settled", stone)
        assert models.Gain.objects.filter(paper=stone.key, kind="votes").order_by("-after")[0].after == 4
        models.Upvote.objects.filter(account__username="settled").delete()
        weighing.vouch(rows[:3], FORMULA, honest=False, by=by, now=NOW)
        after = models.Heat.objects.get(paper=stone.key)
        assert after.value == pytest.approx(before.value)
        assert after.firm is before.firm is None

    def test_the_public_log_tells_numbers_and_no_names(self) -> None:
        (stone,) = stones(1)
        trending.notice(FORMULA, now=NOW)
        trending.notice(Formula(half_life=2.0), now=NOW + timedelta(days=1))
        trending.notice(Formula(half_life=2.0), now=NOW + timedelta(days=2))
        weighing.trust(vote("ada", stone), 0.0, FORMULA, by=editor(), now=NOW + timedelta(days=3))
        told = weighing.changes(10)
        assert [(one.kind, one.at.date()) for one in told] == [
            ("account", date(2026, 3, 20)),
            ("formula", date(2026, 3, 18)),
            ("formula", date(2026, 3, 17)),
        ]
        assert told[0].said == {"counts": 0.0, "votes": 1}
        assert told[1].said["half_life"] == 2.0

    def test_a_reader_may_not_say_what_votes_count(self) -> None:
        (stone,) = stones(1)
        reader = Actor(key=vote("ada", stone), name="ada")
        with pytest.raises(NotAllowedError, match="Only an editor"):
            weighing.trust(reader.key, 1.0, FORMULA, by=reader, now=NOW)
        with pytest.raises(NotAllowedError, match="Only an editor"):
            weighing.vouch([1], FORMULA, honest=True, by=reader, now=NOW)
        assert models.RankingChange.objects.filter(kind="account").count() == 0

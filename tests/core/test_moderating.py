"""Promises of what editors decide: only who may does, everything is written down, and everything has a way back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from readers import a_stored_paper, an_actor

from broadsheet.community import Act, Actor, Role
from broadsheet.core import decisions, moderating, papers, trending, voting, weighing
from broadsheet.core.accounts import LastAdministratorError
from broadsheet.core.moderating import DecisionError
from broadsheet.errors import BroadsheetError, NotAllowedError
from broadsheet.library import accounts, models
from broadsheet.rank.trending import Formula
from broadsheet.types import Paging, Paper

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
FORMULA = Formula(weights={"votes": 2.0})
ROLES = list(Role)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def heat(paper: Paper) -> float:
    weighing.take_in(FORMULA)
    return {each.paper.key: each.heat for each in trending.trending(Paging(), FORMULA, now=NOW).rising}.get(
        paper.key, 0.0
    )


class TestBans:
    def test_a_banned_account_votes_no_more_until_the_ban_ends_by_itself(self) -> None:
        eve, ada, stone = an_actor("eve", Role.EDITOR), an_actor("ada"), a_stored_paper()
        moderating.ban(eve, ada.key, NOW + timedelta(days=3), "Votes by script.", now=NOW)
        with pytest.raises(NotAllowedError, match="may only read"):
            voting.upvote(ada.key, stone, now=NOW + timedelta(days=2))
        assert voting.upvote(ada.key, stone, now=NOW + timedelta(days=3, seconds=1)) == 1

    def test_a_lifted_ban_and_an_undone_one_let_act_again(self) -> None:
        eve, ada, stone = an_actor("eve", Role.EDITOR), an_actor("ada"), a_stored_paper()
        moderating.ban(eve, ada.key, NOW + timedelta(days=3), "Votes by script.", now=NOW)
        moderating.lift_ban(eve, ada.key, now=NOW)
        assert voting.upvote(ada.key, stone, now=NOW) == 1
        number = moderating.ban(eve, ada.key, NOW + timedelta(days=3), "Again.", now=NOW)
        moderating.undo(eve, number, FORMULA, now=NOW)
        assert voting.upvote(ada.key, stone, now=NOW) == 1

    @pytest.mark.parametrize(("days", "reason"), [(0, "Why"), (4000, "Why"), (3, "  ")])
    def test_a_ban_without_a_reason_or_an_end_is_refused(self, days: int, reason: str) -> None:
        with pytest.raises(DecisionError):
            moderating.ban(
                an_actor("eve", Role.EDITOR), an_actor("ada").key, NOW + timedelta(days=days), reason, now=NOW
            )

    @pytest.mark.parametrize("whose", ROLES)
    @pytest.mark.parametrize("role", ROLES)
    def test_only_editors_ban_and_only_those_below_them(self, role: Role, whose: Role) -> None:
        actor, other = an_actor("actor", role), an_actor("other", whose)
        allowed = role.rank >= Role.EDITOR.rank and whose.rank < role.rank
        if allowed:
            moderating.ban(actor, other.key, NOW + timedelta(days=3), "Why", now=NOW)
        else:
            with pytest.raises(NotAllowedError):
                moderating.ban(actor, other.key, NOW + timedelta(days=3), "Why", now=NOW)
        assert bool(accounts.ban_of(other.key)[0]) == allowed


class TestRoles:
    @pytest.mark.parametrize("role", ROLES)
    def test_only_administrators_give_roles(self, role: Role) -> None:
        actor, ada = an_actor("actor", role), an_actor("ada")
        if role == Role.ADMINISTRATOR:
            moderating.set_role(actor, ada.key, Role.EDITOR, now=NOW)
            row = models.Account.objects.get(pk=ada.key)
            assert (row.role, row.is_staff, row.is_superuser) == (Role.EDITOR, True, False)
        else:
            with pytest.raises(NotAllowedError):
                moderating.set_role(actor, ada.key, Role.EDITOR, now=NOW)

    def test_the_last_administrator_stays_one(self) -> None:
        root = an_actor("root", Role.ADMINISTRATOR)
        with pytest.raises(LastAdministratorError):
            moderating.set_role(root, root.key, Role.READER, now=NOW)

    def test_an_editor_cannot_undo_what_an_administrator_said_of_roles(self) -> None:
        root, eve, ada = an_actor("root", Role.ADMINISTRATOR), an_actor("eve", Role.EDITOR), an_actor("ada")
        number = moderating.set_role(root, ada.key, Role.CONTRIBUTOR, now=NOW)
        with pytest.raises(NotAllowedError):
            moderating.undo(eve, number, FORMULA, now=NOW)
        moderating.undo(root, number, FORMULA, now=NOW)
        assert models.Account.objects.get(pk=ada.key).role == Role.READER


class TestVotes:
    def test_struck_votes_come_back_with_what_they_counted(self) -> None:
        eve, ada, bo = an_actor("eve", Role.EDITOR), an_actor("ada"), an_actor("bo")
        stone, other = a_stored_paper(), a_stored_paper("arxiv:2603.00002", "Another stone")
        for actor in (ada, bo):
            for paper in (stone, other):
                voting.upvote(actor.key, paper, now=NOW)
        before = heat(stone)
        number = moderating.strike(eve, ada.key, [stone.key], FORMULA, now=NOW)
        assert papers.paper(stone.paper_id).votes == 1
        assert 0 < heat(stone) < before
        assert papers.paper(other.paper_id).votes == 2
        moderating.undo(eve, number, FORMULA, now=NOW)
        assert papers.paper(stone.paper_id).votes == 2
        assert heat(stone) == pytest.approx(before)

    def test_a_weight_that_is_undone_is_what_it_was(self) -> None:
        eve, ada, stone = (
            an_actor("eve", Role.EDITOR),
            an_actor(trust=None, date_joined=NOW - timedelta(days=400)),
            a_stored_paper(),
        )
        voting.upvote(ada.key, stone, now=NOW)
        before = heat(stone)
        moderating.weigh(eve, ada.key, 0.0, FORMULA, now=NOW)
        assert heat(stone) == 0
        (said,), _ = decisions.recent(eve, Paging(1, 1))
        moderating.undo(eve, said.number, FORMULA, now=NOW)
        assert heat(stone) == pytest.approx(before)
        assert accounts.standing(ada.key).trust is None


class TestPapers:
    def test_papers_that_were_joined_part_again_and_the_other_way_round(self) -> None:
        eve = an_actor("eve", Role.EDITOR)
        one, other = a_stored_paper(), a_stored_paper("doi:10.1000/x", "Another stone")
        moderating.join(eve, one, other, now=NOW)
        assert papers.paper("doi:10.1000/x").key == one.key
        (said,), _ = decisions.recent(None, Paging(1, 1))
        moderating.undo(eve, said.number, FORMULA, now=NOW)
        assert papers.paper("doi:10.1000/x").key != one.key
        assert papers.paper("doi:10.1000/x").title == "Another stone"


class TestTheLog:
    def test_everything_is_written_down_with_who_what_and_why(self) -> None:
        eve, ada = an_actor("eve", Role.EDITOR), an_actor("ada")
        moderating.ban(eve, ada.key, NOW + timedelta(days=3), "Votes\nby   script.", now=NOW)
        (said,), number = decisions.recent(eve, Paging())
        assert (number, said.by, said.act, said.title, said.reason, said.at) == (
            1, "eve", Act.BAN, "ada, until 2026-03-20 08:00", "Votes by script.", NOW,
        )  # fmt: skip

    def test_what_is_said_of_people_only_editors_read(self) -> None:
        eve, ada = an_actor("eve", Role.EDITOR), an_actor("ada")
        moderating.ban(eve, ada.key, NOW + timedelta(days=3), "Why", now=NOW)
        moderating.join(eve, a_stored_paper(), a_stored_paper("doi:10.1000/x", "Another stone"), now=NOW)
        for actor in (None, ada):
            said, number = decisions.recent(actor, Paging())
            assert ([each.act for each in said], number) == ([Act.JOIN_PAPERS], 1)
        assert decisions.recent(eve, Paging())[1] == 2

    def test_nothing_is_undone_twice_or_beneath_a_later_decision(self) -> None:
        eve, ada = an_actor("eve", Role.EDITOR), an_actor("ada")
        first = moderating.ban(eve, ada.key, NOW + timedelta(days=3), "First", now=NOW)
        second = moderating.ban(eve, ada.key, NOW + timedelta(days=9), "Second", now=NOW)
        with pytest.raises(DecisionError, match="since"):
            moderating.undo(eve, first, FORMULA, now=NOW)
        moderating.undo(eve, second, FORMULA, now=NOW)
        assert accounts.ban_of(ada.key) == (NOW + timedelta(days=3), "First")
        with pytest.raises(DecisionError, match="already"):
            moderating.undo(eve, second, FORMULA, now=NOW)
        moderating.undo(eve, first, FORMULA, now=NOW)
        assert accounts.ban_of(ada.key) == (None, "")

    def test_what_was_about_an_account_that_is_gone_says_so(self) -> None:
        eve, ada = an_actor("eve", Role.EDITOR), an_actor("ada")
        number = moderating.ban(eve, ada.key, NOW + timedelta(days=3), "Why", now=NOW)
        models.Account.objects.filter(pk=ada.key).delete()
        with pytest.raises(DecisionError, match="gone"):
            moderating.undo(eve, number, FORMULA, now=NOW)

    @pytest.mark.parametrize(
        "decide",
        [
            lambda actor, other: moderating.lift_ban(actor, other.key, now=NOW),
            lambda actor, other: moderating.weigh(actor, other.key, 0, FORMULA, now=NOW),
            lambda actor, other: moderating.strike(actor, other.key, [], FORMULA, now=NOW),
            lambda actor, _: moderating.join(actor, a_stored_paper(), a_stored_paper("doi:10.1/x", "B"), now=NOW),
            lambda actor, _: moderating.split(actor, a_stored_paper(), [], now=NOW),
            lambda actor, _: moderating.undo(actor, 1, FORMULA, now=NOW),
        ],
    )
    @pytest.mark.parametrize("role", [Role.READER, Role.CONTRIBUTOR])
    def test_readers_decide_nothing(self, role: Role, decide: Callable[[Actor, Actor], object]) -> None:
        actor, other = an_actor("actor", role), an_actor("other")
        with pytest.raises(NotAllowedError):
            decide(actor, other)
        assert decisions.recent(an_actor("eve", Role.EDITOR), Paging())[1] == 0

    def test_a_banned_editor_decides_nothing(self) -> None:
        eve = Actor(key=an_actor("eve", Role.EDITOR).key, name="eve", role=Role.EDITOR, banned=True)
        with pytest.raises(BroadsheetError, match="may only read"):
            moderating.ban(eve, an_actor("ada").key, NOW + timedelta(days=3), "Why", now=NOW)

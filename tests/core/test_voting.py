"""Promises of upvotes: one an account, withdrawable, counted right however many come at once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from builders import a_record
from readers import a_stored_paper, an_actor
from running import LIBRARY, environment, said_by

from broadsheet.community import Actor, Role
from broadsheet.core import papers, splitting, trending, voting, weighing
from broadsheet.core.store import store
from broadsheet.library import models
from broadsheet.rank.trending import Formula
from broadsheet.rank.trust import AT_MOST, SETTLED
from broadsheet.types import Paging, Paper

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
FORMULA = Formula(weights={"votes": 2.0, "upvotes": 1.0})


def an_account(name: str = "ada") -> int:
    return an_actor(name).key


@pytest.mark.django_db
@pytest.mark.database
class TestOne:
    def test_a_vote_counts_once_and_can_be_taken_back(self) -> None:
        ada, stone = an_account(), a_stored_paper()
        assert voting.upvote(ada, stone, now=NOW) == 1
        assert voting.upvote(ada, stone, now=NOW) == 1
        assert voting.voted(ada, [stone]) == {stone.key}
        assert papers.paper(stone.paper_id).votes == 1
        assert voting.withdraw(ada, stone, now=NOW) == 0
        assert voting.withdraw(ada, stone, now=NOW) == 0
        assert voting.voted(ada, [stone]) == set()

    def test_a_record_that_comes_again_leaves_the_votes_alone(self) -> None:
        ada, stone = an_account(), a_stored_paper()
        voting.upvote(ada, stone, now=NOW)
        assert store([a_record("A stone to vote for", ids=(stone.paper_id,))], now=NOW).unchanged == 1
        store([a_record("A stone to vote for", ids=(stone.paper_id,), abstract="Heavy.")], now=NOW)
        found = papers.paper(stone.paper_id)
        assert (found.votes, found.abstract) == (1, "Heavy.")

    def test_papers_that_become_one_have_one_vote_of_each_account(self) -> None:
        one, other = a_stored_paper(), a_stored_paper("doi:10.1000/x", "Another stone")
        third = a_stored_paper("doi:10.1000/y", "A third stone")
        ada, bo, cy = map(an_account, ("ada", "bo", "cy"))
        for account, several in ((ada, (one, other)), (bo, (other, third)), (cy, (third,))):
            for paper in several:
                voting.upvote(account, paper, now=NOW)
        splitting.join(one, other, now=NOW)
        splitting.join(papers.paper(one.paper_id), third, now=NOW)
        joined = papers.paper(one.paper_id)
        assert joined.votes == 3
        assert all(voting.voted(account, [joined]) for account in (ada, bo, cy))

    def test_a_vote_makes_a_paper_rise_and_voting_again_and_again_does_not(self) -> None:
        ada, stone = an_account(), a_stored_paper()
        for hour in range(5):
            voting.upvote(ada, stone, now=NOW + timedelta(hours=hour))
            weighing.take_in(FORMULA)
            voting.withdraw(ada, stone, now=NOW)
        (rising,) = trending.trending(Paging(), FORMULA, now=NOW + timedelta(hours=5)).rising
        assert [(gain.kind, gain.before, gain.after) for gain in rising.gains] == [("votes", 0, 1)]


def an_editor() -> Actor:
    key = models.Account.objects.get_or_create(username="eve", defaults={"role": Role.EDITOR})[0].pk
    return Actor(key=key, name="eve", role=Role.EDITOR)


def signed_up(name: str, at: datetime) -> int:
    return int(models.Account.objects.create(username=name, date_joined=at).pk)


def heat_of(paper: Paper) -> float | None:
    weighing.take_in(FORMULA)
    return models.Heat.objects.filter(paper=paper.key).values_list("value", flat=True).first()


@pytest.mark.django_db
@pytest.mark.database
class TestTrust:
    def test_fifty_new_accounts_count_in_full_on_the_page_and_less_than_one_for_trending(self) -> None:
        stone = a_stored_paper()
        for number in range(50):
            votes = voting.upvote(signed_up(f"ring {number}", NOW), stone, now=NOW)
        assert votes == papers.paper(stone.paper_id).votes == 50
        weighing.take_in(FORMULA)
        (rising,) = trending.trending(Paging(), FORMULA, now=NOW).rising
        assert rising.gains[-1].after == AT_MOST

    def test_settled_readers_and_those_let_in_by_hand_count_fully_beside_a_ring(self) -> None:
        stone = a_stored_paper()
        for number in range(50):
            voting.upvote(signed_up(f"ring {number}", NOW), stone, now=NOW)
        voting.upvote(signed_up("bo", NOW - timedelta(days=SETTLED)), stone, now=NOW)
        voting.upvote(an_account(), stone, now=NOW)
        weighing.take_in(FORMULA)
        (rising,) = trending.trending(Paging(), FORMULA, now=NOW).rising
        assert {gain.kind: gain.after for gain in rising.gains} == {"light votes": AT_MOST, "votes": 2}

    def test_an_editor_takes_a_ring_out_of_the_list_and_can_bring_it_back_as_it_was(self) -> None:
        stone = a_stored_paper()
        ring = [signed_up(f"ring {number}", NOW - timedelta(days=number)) for number in range(20)]
        for hour, account in enumerate(ring):
            voting.upvote(account, stone, now=NOW + timedelta(hours=hour))
        before = heat_of(stone)
        for account in ring:
            assert weighing.trust(account, 0.0, FORMULA, by=an_editor(), now=NOW) == 1
        assert heat_of(stone) is None
        assert papers.paper(stone.paper_id).votes == 20
        for account in ring:
            weighing.trust(account, None, FORMULA, by=an_editor(), now=NOW)
        assert heat_of(stone) == pytest.approx(before)

    def test_what_was_noted_vote_by_vote_is_what_a_recount_says(self) -> None:
        stone = a_stored_paper()
        for number, age in enumerate((0, 30, 3, 0, 14, 7, 90, 1)):
            account = signed_up(f"reader {number}", NOW - timedelta(days=age))
            voting.upvote(account, stone, now=NOW + timedelta(hours=number))
        before = heat_of(stone)
        weighing.trust(account, None, FORMULA, by=an_editor(), now=NOW)
        assert heat_of(stone) == pytest.approx(before)

    def test_votes_that_are_struck_out_leave_nothing_behind(self) -> None:
        one, other = a_stored_paper(), a_stored_paper("doi:10.1000/x", "Another stone")
        ada = an_account()
        for paper in (one, other):
            voting.upvote(ada, paper, now=NOW)
        voting.strike(ada, [one.key], FORMULA)
        assert (papers.paper(one.paper_id).votes, heat_of(one)) == (0, None)
        assert papers.paper(other.paper_id).votes == 1
        voting.strike(ada, None, FORMULA)
        assert (papers.paper(other.paper_id).votes, heat_of(other)) == (0, None)


VOTERS = (
    LIBRARY
    + """
import threading
from datetime import UTC, datetime
from django.db import connection
from broadsheet.core import papers, voting
from broadsheet.core.store import store
from broadsheet.library import models
from broadsheet.rank.trending import Formula
from broadsheet.types import Record

now = datetime(2026, 3, 17, tzinfo=UTC)
store([Record(source="x", title="A stone to vote for", ids=("doi:10.1000/x",))], now=now)
stone = papers.paper("doi:10.1000/x")
several = models.Account.objects.bulk_create(models.Account(username=f"reader {n}") for n in range(100))

def vote(account):
    try:
        for _ in range(2):
            voting.upvote(account.pk, stone, now=now)
    finally:
        connection.close()

threads = [threading.Thread(target=vote, args=(account,)) for account in several]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(papers.paper("doi:10.1000/x").votes, models.Upvote.objects.count())
"""
)


def test_a_hundred_at_once_are_a_hundred_votes(tmp_path: Path) -> None:
    assert said_by(VOTERS, environment(tmp_path)) == ("100 100\n", "")

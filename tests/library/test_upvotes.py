"""Promises of ballots: whatever comes in whatever batches, each account has one vote, and the numbers are right."""

from datetime import UTC, datetime

import pytest
from builders import a_record
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from broadsheet.core import weighing
from broadsheet.core.store import store
from broadsheet.library import models, upvotes
from broadsheet.library.upvotes import Ballot
from broadsheet.rank.trending import Formula

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
BALLOT = st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans())
BATCHES = st.lists(st.lists(BALLOT, min_size=1, max_size=8), max_size=6)


@pytest.mark.database
class TestBallots(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(batches=BATCHES, weighed_after=st.sets(st.integers(0, 5)))
    def test_every_batch_leaves_what_one_ballot_after_the_other_would(
        self, batches: list[list[tuple[int, int, bool]]], weighed_after: set[int]
    ) -> None:
        store([a_record(f"Stone number {n}", ids=(f"doi:10.1000/{n}",)) for n in range(3)], now=NOW)
        papers = [*models.Paper.objects.order_by("key").values_list("key", flat=True), 10**9]  # the last one is gone
        accounts = [models.Account.objects.create(username=f"reader {n}", trust=1.0).pk for n in range(3)]
        accounts.append(
            models.Account.objects.create(username="banned", banned_until=datetime.max.replace(tzinfo=UTC)).pk
        )
        given: set[tuple[int, int]] = set()
        for number, batch in enumerate(batches):
            ballots = [Ballot(accounts[account], papers[paper], NOW, on=on) for account, paper, on in batch]
            changed = []
            for account, paper, on in batch:
                may = paper < 3 and (account < 3 or not on)
                changed.append(may and ((account, paper) in given) != on)
                if changed[-1]:
                    (given.add if on else given.discard)((account, paper))
            counts = [sum(voted == paper for _, voted in given) for paper in range(3)]
            done = upvotes.write(ballots)
            assert [each.changed for each in done] == changed
            assert [each.votes for each in done] == [None if paper == 3 else counts[paper] for _, paper, _ in batch]
            if number in weighed_after:
                weighing.take_in(Formula())
        weighing.take_in(Formula())
        there = {(row.account_id, row.paper_id) for row in models.Upvote.objects.all()}
        assert there == {(accounts[account], papers[paper]) for account, paper in given}
        for paper in range(3):
            row = models.Paper.objects.get(key=papers[paper])
            assert row.votes == row.firm == sum(voted == paper for _, voted in given)

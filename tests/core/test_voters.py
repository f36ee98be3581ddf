"""Promises of who is seen to have voted: everybody who does not mind, in the order of their votes."""

from datetime import UTC, datetime, timedelta

import pytest
from builders import a_record

from broadsheet.core import papers, voting
from broadsheet.core.store import store
from broadsheet.library import models

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.database
def test_who_hides_their_votes_is_counted_and_not_named() -> None:
    store([a_record("A stone", ids=("doi:10.1000/x",))], now=NOW)
    for number, (name, hides) in enumerate((("cy", False), ("ada", True), ("bo", False), ("di", False))):
        account = models.Account.objects.create(username=name, hides_votes=hides)
        voting.upvote(account.pk, papers.paper("doi:10.1000/x"), now=NOW + timedelta(hours=number))
    stone = papers.paper("doi:10.1000/x")
    assert stone.votes == 4
    assert voting.voters(stone, 2) == ["cy", "bo"]
    assert voting.voters(stone, 9) == ["cy", "bo", "di"]

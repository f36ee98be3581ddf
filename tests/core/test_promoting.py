"""Promises of trust that grows with use: earned by what was good, told, logged, and undone for good."""

from datetime import UTC, datetime, timedelta

import pytest
from builders import a_record

from broadsheet.community import Actor, Role
from broadsheet.core import decisions, moderating, promoting
from broadsheet.core.store import store
from broadsheet.library import models
from broadsheet.rank.trending import Formula
from broadsheet.types import Paging

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
LONG_AGO = NOW - promoting.AFTER

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def a_reader(name: str, shown: int, joined: datetime = LONG_AGO, **more: object) -> models.Account:
    row = models.Account.objects.create(username=name, date_joined=joined, **more)
    store([a_record(f"Stone number {n}", ids=(f"doi:10.1000/{n}",)) for n in range(shown)], now=NOW)
    for paper in models.Paper.objects.order_by("key")[:shown]:
        models.Submission.objects.create(account=row, paper=paper, at=NOW)
    return row


def roles() -> dict[str, str]:
    return dict(models.Account.objects.values_list("username", "role"))


def test_only_who_has_been_here_long_and_put_good_papers_forward_is_promoted() -> None:
    a_reader("ada", promoting.PAPERS)
    a_reader("few", promoting.PAPERS - 1)
    a_reader("young", promoting.PAPERS, joined=LONG_AGO + timedelta(seconds=1))
    a_reader("banned", promoting.PAPERS, banned_until=NOW - timedelta(days=1))
    refused = a_reader("refused", promoting.PAPERS + 1)
    models.Submission.objects.filter(account=refused).first().delete()  # type: ignore[union-attr]
    models.Submission.objects.create(
        account=refused, paper=models.Paper.objects.order_by("key")[0], at=NOW, state="refused"
    )
    rude = a_reader("rude", promoting.PAPERS)
    eve = models.Account.objects.create(username="eve", role=Role.EDITOR, date_joined=LONG_AGO)
    models.Comment.objects.create(
        account=rude, paper=models.Paper.objects.order_by("key")[0], text="x", at=NOW, removed_at=NOW, removed_by=eve
    )
    assert promoting.promote(now=NOW) == 1
    assert roles() == {
        "ada": "contributor", "few": "reader", "young": "reader", "banned": "reader", "refused": "reader",
        "rude": "reader", "eve": "editor",
    }  # fmt: skip
    assert models.Notification.objects.get().account.username == "ada"


def test_a_promotion_that_an_editor_undoes_is_not_made_again() -> None:
    a_reader("ada", promoting.PAPERS)
    eve = Actor(key=models.Account.objects.create(username="eve", role=Role.EDITOR).pk, name="eve", role=Role.EDITOR)
    promoting.promote(now=NOW)
    (said,), _ = decisions.recent(eve, Paging())
    assert (said.by, said.title) == ("", "ada")
    moderating.undo(eve, said.number, Formula(), now=NOW)
    assert promoting.promote(now=NOW) == 0
    assert roles()["ada"] == "reader"

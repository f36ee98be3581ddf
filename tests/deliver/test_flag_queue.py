"""Promises of the queue of flags: what is flagged waits there, is decided at one key, and can be undone."""

from datetime import UTC, datetime

import pytest
from readers import a_browser, a_stored_paper, text

from broadsheet.community import Role
from broadsheet.core import discussing, flagging, papers
from broadsheet.library import models
from broadsheet.rank.trending import Formula
from broadsheet.types import Paging

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)

pytestmark = pytest.mark.django_db


class TestComments:
    def test_what_most_accounts_flagged_stands_first_with_what_each_said(self) -> None:
        stone, (eve, _), (_, ada), (_, bo), (_, cy) = (
            a_stored_paper(), a_browser("eve", Role.EDITOR), a_browser("ada"), a_browser("bo"), a_browser("cy"),
        )  # fmt: skip
        flagging.flag(bo, stone, "wrong data", "No <b>author</b>.", now=NOW)
        said = discussing.comment(ada, stone, "Buy *this*.", Formula(), now=NOW)
        for actor in (bo, cy):
            flagging.flag(actor, said, "spam", "", now=NOW)
        html = text(eve, "/flags")
        assert html.index("<em>this</em>") < html.index("No &lt;b&gt;author&lt;/b&gt;.")
        assert html.count("Spam, or an advertisement") >= 2
        assert "2 open" in html

    def test_removing_closes_the_flags_and_undoing_brings_the_comment_back(self) -> None:
        stone, (eve, _), (_, ada), (_, bo) = (
            a_stored_paper(),
            a_browser("eve", Role.EDITOR),
            a_browser("ada"),
            a_browser("bo"),
        )
        said = discussing.comment(ada, stone, "Buy this.", Formula(), now=NOW)
        flagging.flag(bo, said, "spam", "", now=NOW)
        eve.post(f"/flags/comments/{said.key}", {"remove": "1", "reason": "It advertises."})
        assert "Nothing is flagged" in text(eve, "/flags")
        assert papers.paper(stone.paper_id).comments == 0
        number = models.Decision.objects.get().pk
        eve.post(f"/decisions/{number}/undo")
        assert papers.paper(stone.paper_id).comments == 1

    def test_keeping_closes_the_flags_and_undoing_opens_them_again(self) -> None:
        stone, (eve, by), (_, ada), (_, bo) = (
            a_stored_paper(),
            a_browser("eve", Role.EDITOR),
            a_browser("ada"),
            a_browser("bo"),
        )
        said = discussing.comment(ada, stone, "It rolls.", Formula(), now=NOW)
        flagging.flag(bo, said, "spam", "", now=NOW)
        eve.post(f"/flags/comments/{said.key}")
        assert flagging.queue(by, Paging()) == ([], 0)
        assert papers.paper(stone.paper_id).comments == 1
        eve.post(f"/decisions/{models.Decision.objects.get().pk}/undo")
        assert flagging.queue(by, Paging())[1] == 1
        eve.post(f"/flags/comments/{said.key}")
        told = eve.post(f"/flags/comments/{said.key}", follow=True).content.decode()
        assert "somebody was quicker" in told


def test_a_paper_that_was_put_right_leaves_the_queue() -> None:
    stone, (eve, by), (_, bo) = a_stored_paper(), a_browser("eve", Role.EDITOR), a_browser("bo")
    flagging.flag(bo, stone, "duplicate", "", now=NOW)
    assert "/put-right/arxiv:2603.00001" in text(eve, "/flags")
    eve.post("/flags/papers/arxiv:2603.00001", {"remove": "1"})
    assert flagging.queue(by, Paging()) == ([], 0)


def test_a_full_queue_takes_few_statements(django_assert_max_num_queries: object) -> None:
    stone, (eve, _), (_, ada), (_, bo) = (
        a_stored_paper(),
        a_browser("eve", Role.EDITOR),
        a_browser("ada"),
        a_browser("bo"),
    )
    for number in range(12):
        said = discussing.comment(ada, stone, f"Number {number}.", Formula(), now=NOW)
        flagging.flag(bo, said, "spam", "", now=NOW)
    with django_assert_max_num_queries(11):  # type: ignore[operator]
        assert text(eve, "/flags").count("<blockquote") == 12

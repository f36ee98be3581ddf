"""Promises of the pages about the ranking: past lists, tops, the log, why a paper stands there, and what votes count."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from builders import a_rising_stone
from django.test import Client
from readers import an_actor, signed_in, text

from broadsheet.community import Role
from broadsheet.core import papers, past, splitting, trending, weighing
from broadsheet.library import models
from broadsheet.rank.trending import Formula
from broadsheet.sources.arxiv_days import ended_at

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 17)
NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)


def a_stone(number: int, upvotes: int, **said: Any) -> Any:
    return a_rising_stone(number, {"upvotes": upvotes}, title=f"Stone <{number}> that rises", **said)


class TestPastDays:
    def test_a_day_is_shown_as_it_stood_with_what_each_place_was_given_for(
        self, client: Client, library: Callable[..., None], django_assert_max_num_queries: Any
    ) -> None:
        library(a_stone(1, 40), a_stone(2, 5))
        trending.notice(Formula(), now=NOW)
        past.keep(Formula(), now=ended_at(DAY))
        library(a_stone(2, 900))
        with django_assert_max_num_queries(4):
            html = text(client, "/trending/2026-03-17")
        assert (
            re.findall(r'<li value="(\d)"><a href="(.*?)">', html)
            == [
                ("1", "/papers/arxiv:2603.00001"),
                ("2", "/papers/arxiv:2603.00002"),
            ]
            * 2
        )
        assert "Stone &lt;1&gt; that rises" in html
        assert re.search(r"upvotes 2\.\d\d: heat 2\.\d\d", html)
        assert "usual in cs.LG" in html
        assert "40 upvotes" in html
        assert '<a href="/trending/2026-03-17">As it stood that evening</a>' in text(client, "/day/2026-03-17")

    def test_a_place_of_a_paper_that_is_part_of_another_one_now_leads_there(
        self, client: Client, library: Callable[..., None]
    ) -> None:
        library(a_stone(1, 40), a_stone(2, 5))
        trending.notice(Formula(), now=NOW)
        past.keep(Formula(), now=ended_at(DAY))
        splitting.join(papers.paper("arxiv:2603.00001"), papers.paper("arxiv:2603.00002"), now=NOW)
        assert 'href="/papers/arxiv:2603.00002"' in text(client, "/trending/2026-03-17")
        assert client.get("/papers/arxiv:2603.00002").headers["Location"] == "/papers/arxiv:2603.00001"

    def test_a_day_that_was_not_recorded_says_so_and_one_that_runs_says_when(self, client: Client) -> None:
        assert "This day was not recorded" in text(client, "/trending/2026-03-17", 404)
        tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
        assert "This day is not over" in text(client, f"/trending/{tomorrow}", 404)
        assert "is not a day" in text(client, "/trending/2026-02-30", 404)

    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
    def test_the_ends_of_the_calendar_answer(self, client: Client, day: str) -> None:
        text(client, f"/trending/{day}", 404)


class TestTops:
    def test_a_week_and_a_month_list_what_gained_most_in_them(
        self, client: Client, library: Callable[..., None], django_assert_max_num_queries: Any
    ) -> None:
        library(*(a_stone(number, 2 * number) for number in range(1, 61)))
        trending.notice(Formula(), now=NOW)
        for path in ("/top/week/2026-W12", "/top/month/2026-03"):
            with django_assert_max_num_queries(5):
                html = text(client, path)
            assert html.index("Stone &lt;60&gt;") < html.index("Stone &lt;59&gt;")
            assert "+120 in this" in html
            assert "60 papers gained upvotes" in html
            assert "Stone &lt;1&gt;" in text(client, f"{path}?page=2")
        assert 'href="/top/week/2026-W12"' in text(client, "/week/2026-W12")

    def test_a_period_without_gains_and_an_address_that_names_none_have_a_way_on(self, client: Client) -> None:
        assert 'href="/week/2026-W12"' in text(client, "/top/week/2026-W12")
        assert "There is no page 7" not in text(client, "/top/week/2026-W12?page=7")
        for path in ("/top/week/2026-W60", "/top/month/2026-13", "/top/week/now"):
            assert "An address names one as in" in text(client, path, 404)
        for path in ("/top/month/0001-01", "/top/month/9999-12", "/top/week/9999-W52"):
            text(client, path)


class TestLog:
    def test_the_formula_is_told_with_this_site_s_numbers_and_each_change_with_its_moment(self, client: Client) -> None:
        assert "None yet" in text(client, "/ranking")
        trending.notice(Formula(), now=NOW)
        trending.notice(Formula(half_life=2.5, weights={"upvotes": 3.0}), now=NOW + timedelta(days=1))
        html = text(client, "/ranking")
        assert "18 March 2026" in html
        assert "half-life 2.5 days" in html
        assert "weights: upvotes 3." in html
        assert "<i>w</i> = 2 for votes" in html
        assert 'id="light"' in html
        assert 'href="/ranking"' in text(client, "/trending")

    def test_what_editors_decide_is_told_without_a_name(self, client: Client, library: Callable[..., None]) -> None:
        library(a_stone(1, 3))
        an_actor(trust=None)
        signed_in().post("/upvote/arxiv:2603.00001", {"on": "1"})
        by = signed_in("eve", Role.EDITOR)
        said = {"action": "these_are_honest", "_selected_action": [models.Upvote.objects.get().pk]}
        told = by.post("/admin/library/upvote/", said, follow=True).content.decode()
        assert "1 votes were weighed anew" in told
        assert "fully: an editor has looked at it" in told
        html = text(Client(headers={"host": "localhost"}), "/ranking")
        assert "An editor looked at 1 vote: they count fully." in html
        assert "eve" not in re.sub(r"\b(never|every|everybody|even|event|level)\b", "", html)
        assert "ada" not in html.replace("cada", "")


class TestWhy:
    def test_a_paper_s_page_tells_its_place_its_gains_and_what_is_usual(
        self, client: Client, library: Callable[..., None], django_assert_max_num_queries: Any
    ) -> None:
        now = datetime.now(UTC)
        library(*(a_stone(number, 0, featured=now.date()) for number in range(1, 4)))
        library(a_stone(1, 40, featured=now.date()), a_stone(2, 9, featured=now.date()))
        trending.notice(Formula(), now=now)
        with django_assert_max_num_queries(12):
            html = text(client, "/papers/arxiv:2603.00002")
        assert 'Why it is number 2 in <a href="/trending">Trending</a>' in html
        assert "upvotes 0 → 9" in html
        assert "usual in cs.LG at this age" in html
        assert "Trending</a></h2>" not in text(client, "/papers/arxiv:2603.00003")

    def test_a_paper_that_has_cooled_down_says_nothing_of_trending(
        self, client: Client, library: Callable[..., None]
    ) -> None:
        library(a_stone(1, 40, featured=date(2024, 3, 17)))
        trending.notice(Formula(), now=datetime(2024, 3, 18, tzinfo=UTC))
        assert "Trending</a></h2>" not in text(client, "/papers/arxiv:2603.00001")

    def test_light_votes_are_shown_beside_the_number_of_all_and_lead_to_what_they_are(
        self, client: Client, library: Callable[..., None]
    ) -> None:
        library(a_stone(1, 7))
        for number in range(3):
            row = models.Account.objects.create_user(f"reader {number}", password="a long way to the stones")
            client.force_login(row)
            client.post("/upvote/arxiv:2603.00001", {"on": "1"})
        client.logout()
        for path in ("/day/2026-03-17", "/papers/arxiv:2603.00001"):
            html = text(client, path)
            assert "</span> 10<span" in html
            assert re.search(r'<a class="light" href="/ranking#light"[^>]*>3 light</a>', html)

    def test_equals_share_their_place_on_the_front_page(self, client: Client, library: Callable[..., None]) -> None:
        library(*(a_stone(number, upvotes) for number, upvotes in enumerate((9, 5, 5, 2), 1)))
        shown = re.findall(r'<span class="rank" title="[^"]*">(\d) ?(=?)', text(client, "/day/2026-03-17"))
        assert shown == [("1", ""), ("2", "="), ("2", "="), ("4", "")]

    def test_a_front_page_takes_few_statements(
        self, client: Client, library: Callable[..., None], django_assert_max_num_queries: Any
    ) -> None:
        library(*(a_stone(number, number % 7) for number in range(1, 121)))
        for path in ("/", "/?page=2", "/week/2026-W12?page=3"):
            with django_assert_max_num_queries(8):
                text(client, path)


class TestEditors:
    @pytest.mark.parametrize(("role", "status"), [(Role.READER, 302), (Role.EDITOR, 200), (Role.ADMINISTRATOR, 200)])
    def test_only_editors_see_whose_votes_count_what(self, role: Role, status: int) -> None:
        by = signed_in("eve", role)
        for path in ("/admin/library/upvote/", "/admin/library/ringmember/"):
            assert by.get(path).status_code == status

    def test_an_editor_is_told_why_a_vote_is_light_and_which_share_a_network_that_day(
        self, library: Callable[..., None]
    ) -> None:
        library(a_stone(1, 3))
        for number in range(5):
            row = models.Account.objects.create_user(f"reader {number}", password="a long way to the stones")
            models.Account.objects.filter(pk=row.pk).update(date_joined=datetime(2020, 1, 1, tzinfo=UTC))
            visitor = Client(headers={"host": "localhost"}, REMOTE_ADDR=f"198.51.101.{number}")
            visitor.force_login(row)
            visitor.post("/upvote/arxiv:2603.00001", {"on": "1"})
        weighing.take_in(Formula())
        by = signed_in("eve", Role.EDITOR)
        html = text(by, "/admin/library/upvote/?q=arxiv:2603.00001")
        assert html.count("light: one of many of one network that day") == 2
        (name,) = set(models.Upvote.objects.values_list("network", flat=True))
        assert html.count(f">{name[:6]}<") == 5
        assert "198.51" not in html
        assert "/admin/library/upvote/?q=arxiv%3A2603.00001" in text(by, "/papers/arxiv:2603.00001")

    def test_a_club_is_called_honest_in_one_action(self, library: Callable[..., None]) -> None:
        library(a_stone(1, 3))
        row = models.Account.objects.create_user("reader", password="a long way to the stones")
        models.RingMember.objects.create(
            account=row, ring=row.pk, members=8, together=9, expected=0.4, found_at=datetime.now(UTC)
        )
        by = signed_in("eve", Role.EDITOR)
        assert "reader" in text(by, "/admin/library/ringmember/")
        said = {"action": "these_are_honest", "_selected_action": [row.pk]}
        told = by.post("/admin/library/ringmember/", said, follow=True).content.decode()
        assert "The votes of 1 accounts count fully from now on" in told
        assert models.Account.objects.get(pk=row.pk).trust == 1.0
        assert [one.kind for one in weighing.changes(5)] == ["account"]

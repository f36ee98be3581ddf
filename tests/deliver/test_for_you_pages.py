"""Promises of the page For you: it works without a script, shows why, undoes, and keeps what is a reader's own apart."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from builders import a_record
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from readers import signed_in, text

from broadsheet.core import papers
from broadsheet.library import models

pytestmark = pytest.mark.django_db

NAMES = ("granite", "basalt", "boulder", "quarry", "masonry", "gneiss", "schist", "marble")
Library = Callable[..., None]


@pytest.fixture
def stones(library: Library) -> None:
    """Forty papers of two fields, listed on two days."""
    library(
        *(
            a_record(
                f"On {NAMES[number % 8]} <b>{number}</b> {kind}",
                ids=(f"arxiv:260{3 if new else 1}.{number:05}",),
                abstract=f"{NAMES[number % 7]} {NAMES[number % 5]} {kind} {NAMES[number % 3]}",
                authors=("Jane Doe",),
                categories=("cs.LG",),
                announced=date(2026, 3, 16) if new else date(2026, 1, 5),
            )
            for new in (False, True)
            for number in range(20)
            for kind in ["stones" if number % 2 else "ships"]
        )
    )


@pytest.fixture
def ada() -> Client:
    return signed_in()


def upvote(client: Client, several: range) -> None:
    for number in several:
        client.post(f"/upvote/arxiv:2601.{number:05}")


def shown(page: str) -> list[str]:
    return re.findall(r'<h2><a href="/papers/(arxiv:\S+?)">', page)


@pytest.mark.usefixtures("stones")
class TestPage:
    def test_strangers_are_told_what_it_is_and_where_to_sign_in(self, client: Client) -> None:
        assert "/accounts/login/?next=/for-you" in text(client, "/for-you")
        assert client.get("/for-you/profile").status_code == 302

    def test_below_three_papers_it_says_what_to_do_and_shows_what_rises(self, ada: Client) -> None:
        upvote(ada, range(1, 3))
        page = text(ada, "/for-you")
        assert "1 more paper" in page
        assert "/for-you/profile#library" in page
        assert shown(page)

    def test_each_paper_says_why_in_words_and_in_numbers(self, ada: Client) -> None:
        upvote(ada, range(1, 9, 2))
        page = text(ada, "/for-you")
        assert "near your “On" in page
        assert "your papers" in page
        assert "<b>" not in page.replace("&lt;b&gt;", "")

    def test_a_page_asks_the_database_no_more_however_many_papers_it_shows(
        self, ada: Client, django_assert_max_num_queries: Any
    ) -> None:
        upvote(ada, range(1, 9))
        ada.post("/follow", {"kind": "author", "value": "Jane Doe"})
        text(ada, "/for-you")
        with django_assert_max_num_queries(15):
            assert len(shown(text(ada, "/for-you"))) >= 5
        with django_assert_max_num_queries(12):
            text(ada, "/for-you/profile")

    def test_less_like_this_works_without_a_script_and_offers_the_way_back(self, ada: Client) -> None:
        upvote(ada, range(1, 9, 2))
        gone = shown(text(ada, "/for-you"))[0]
        response = ada.post(f"/for-you/less/{gone}", {"on": "1"})
        page = text(ada, response["Location"])
        assert gone not in shown(page)
        assert "Undo" in page
        ada.post(f"/for-you/less/{gone}", {"on": "0", "next": "/for-you"})
        assert gone in shown(text(ada, "/for-you"))

    def test_less_like_this_answers_json_to_a_script(self, ada: Client) -> None:
        answer = ada.post("/for-you/less/arxiv:2603.00001", {"on": "1"}, headers={"accept": "application/json"})
        assert answer.json() == {"hidden": True}

    def test_the_slider_is_kept_and_nonsense_is_not(self, ada: Client) -> None:
        for said, kept in (("80", 0.8), ("nonsense", 0.8), ("²", 0.8), ("999", 1.0)):
            ada.post("/for-you/say", {"surprise": said})
            assert models.Taste.objects.get().surprise == kept
        assert 'value="100"' in text(ada, "/for-you")

    def test_one_readers_page_tells_another_nothing(self, ada: Client) -> None:
        upvote(ada, range(1, 9, 2))
        ada.post("/for-you/say", {"wanted": "a secret wish"})
        bo = signed_in("bo")
        for path in ("/for-you", "/for-you/profile"):
            page = text(bo, path)
            assert "secret" not in page
            assert "near your" not in page

    @pytest.mark.parametrize(
        "path", ["/for-you/say", "/for-you/anew", "/for-you/library", "/for-you/less/arxiv:2603.00001", "/follow",
                 "/for-you/forget/arxiv:2603.00001", "/for-you/opened"],
    )  # fmt: skip
    def test_nothing_is_changed_by_a_link_or_by_a_stranger(self, client: Client, path: str) -> None:
        assert client.get(path).status_code == 405
        assert client.post(path).status_code == 302
        assert Client(enforce_csrf_checks=True, headers={"host": "localhost"}).post(path).status_code == 403

    def test_a_paper_that_is_not_here_is_said_to_be_so(self, ada: Client) -> None:
        assert ada.post("/for-you/less/arxiv:9999.99999").status_code == 404
        assert text(ada, "/for-you?gone=nonsense")


@pytest.mark.usefixtures("stones")
class TestProfile:
    def test_everything_that_is_known_stands_there_and_each_has_its_way_out(self, ada: Client) -> None:
        upvote(ada, range(1, 9, 2))
        ada.post("/for-you/say", {"wanted": "marble\nold quarry", "unwanted": "ships<script>"})
        ada.post("/follow", {"kind": "search", "value": '"old stones"'})
        ada.post("/for-you/less/arxiv:2603.00002")
        page = text(ada, "/for-you/profile")
        for words in ("marble\nold quarry", "ships&lt;script&gt;", "old stones", "Show again", "Do not learn from it"):
            assert words in page

    def test_a_paper_is_forgotten_and_learned_from_again(self, ada: Client) -> None:
        upvote(ada, range(1, 4))
        ada.post("/for-you/forget/arxiv:2601.00001")
        assert "Learn from it" in text(ada, "/for-you/profile")
        ada.post("/for-you/forget/arxiv:2601.00001", {"on": "0"})
        assert not models.Unheeded.objects.exists()

    def test_beginning_anew_is_said_and_can_be_taken_back(self, ada: Client) -> None:
        ada.post("/for-you/anew", {"on": "1"})
        assert "Let it count again" in text(ada, "/for-you/profile")
        ada.post("/for-you/anew", {"on": "0"})
        assert models.Taste.objects.get().since is None

    def test_a_library_is_brought_by_a_file(self, ada: Client) -> None:
        entries = "".join(f"@article{{a{n}, title={{Stones of old times {n}}}, year={{2020}}}}\n" for n in range(4))
        file = SimpleUploadedFile("mine.bib", entries.encode())
        response = ada.post("/for-you/library", {"library": file}, follow=True)
        assert "4 papers are learned from, 4 of them new" in response.content.decode()

    @pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"<html>", b"nothing"])
    def test_a_file_that_is_none_is_refused_in_words(self, ada: Client, content: bytes) -> None:
        file = SimpleUploadedFile("<b>mine</b>.bib", content)
        page = ada.post("/for-you/library", {"library": file}, follow=True).content.decode()
        assert "Nothing was taken in from" in page
        assert "<b>mine" not in page
        assert "No file was chosen" in ada.post("/for-you/library", follow=True).content.decode()


@pytest.mark.usefixtures("stones")
class TestFollowing:
    @pytest.mark.parametrize(
        ("path", "kind", "value"),
        [("/categories/cs.LG", "category", "cs.LG"), ("/authors/Jane%20Doe", "author", "Jane Doe"),
         ("/search?q=basalt", "search", "basalt"),
         ("/search?q=basalt&category=cs.LG&after=2020-01-02", "search", "basalt cat:cs.LG after:2020-01-02"),
         ("/search?category=cs.LG", "search", "cat:cs.LG")],
    )  # fmt: skip
    def test_a_button_follows_and_unfollows(self, ada: Client, path: str, kind: str, value: str) -> None:
        assert 'aria-pressed="false"' in text(ada, path).split("/follow")[1][:500]
        ada.post("/follow", {"kind": kind, "value": value, "on": "1"})
        assert 'aria-pressed="true"' in text(ada, path).split("/follow")[1][:500]
        ada.post("/follow", {"kind": kind, "value": value, "on": "0"})
        assert not models.Follow.objects.exists()

    def test_strangers_are_not_shown_it(self, client: Client) -> None:
        assert "/follow" not in text(client, "/categories/cs.LG")

    def test_what_makes_no_sense_is_refused_in_words(self, ada: Client) -> None:
        page = ada.post("/follow", {"kind": "venue", "value": "Nature"}, follow=True).content.decode()
        assert "What is followed is an author" in page


@pytest.mark.usefixtures("stones")
class TestMixed:
    def test_votes_and_openings_count_for_the_ranking_that_brought_the_paper(self, ada: Client, settings: Any) -> None:
        settings.INTERLEAVE = ["interests", "mean"]
        upvote(ada, range(1, 9, 2))
        page = text(ada, "/for-you")
        first, team = shown(page)[0], re.findall(r'data-team="(\S+?)"', page)[0]
        for _ in range(2):
            ada.post(f"/upvote/{first}", {"on": "1", "team": team})
        assert ada.post("/for-you/opened", {"team": team}).status_code == 204
        ada.post("/for-you/opened", {"team": f"{team}x"})
        assert [row.number for row in models.Credit.objects.all()] == [2]
        assert papers.paper(first).votes == 1

    def test_pages_of_one_draft_belong_together(self, ada: Client, settings: Any) -> None:
        settings.INTERLEAVE = ["interests", "mean"]
        upvote(ada, range(1, 9, 2))
        assert shown(text(ada, "/for-you?draft=7")) == shown(text(ada, "/for-you?draft=7"))

    def test_where_nothing_is_mixed_nothing_is_counted(self, ada: Client) -> None:
        upvote(ada, range(1, 9, 2))
        assert "data-team" not in text(ada, "/for-you")
        ada.post("/for-you/opened", {"team": "interests"})
        assert not models.Credit.objects.exists()

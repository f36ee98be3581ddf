"""Promises of the pages that list by category, venue and name, and of those that tell whether the library is whole."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import a_record, a_rising_stone
from django.test import Client
from readers import signed_in, text

from broadsheet.community import Role
from broadsheet.core import completeness, sources, trending
from broadsheet.core.store import store
from broadsheet.incoming import Announced, AnnounceKind, Repository
from broadsheet.library import models, repositories
from broadsheet.library import sources as rows
from broadsheet.rank.trending import Formula
from broadsheet.types import Link, LinkKind, Version

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)
STONE = a_record(
    "A stone seen twice",
    source="arxiv",
    ids=("arxiv:2603.00001", "doi:10.1000/x"),
    authors=("Ada Lovelace", "Bo <b>Babbage</b>"),
    categories=("cs.CV", "cs.LG"),
    venue="ICLR 2024 poster",
    published=date(2026, 3, 16),
    updated=date(2026, 3, 17),
    versions=(Version(1, date(2026, 3, 16)), Version(2, date(2026, 3, 17))),
    links=(Link("https://github.com/ada/engine", LinkKind.CODE),),
)


class TestBrowsing:
    def test_a_category_s_page_says_what_is_a_cross_list_and_what_was_replaced(
        self, client: Client, library: Callable[..., None]
    ) -> None:
        library(STONE)
        html = text(client, "/categories/cs.LG")
        assert "A stone seen twice" in html
        assert "cross-list from cs.CV" in html
        assert "version 2 of 2026-03-17" in html
        assert "Machine Learning" in html
        assert "cross-list" not in text(client, "/categories/cs.CV")
        assert "cross-list" not in text(client, "/categories/cs")
        assert 'href="/categories/cs.LG"' in text(client, "/categories/")

    def test_authors_and_venues_lead_from_the_paper_to_their_listings(
        self, client: Client, library: Callable[..., None]
    ) -> None:
        library(STONE, a_record("Another stone of hers", authors=("Ada Lovelace", "Di")))
        html = text(client, "/papers/arxiv:2603.00001")
        assert 'href="/authors/Ada%20Lovelace"' in html
        assert 'href="/venues/ICLR"' in html
        listing = text(client, "/authors/Ada%20Lovelace")
        assert "Papers by this name" in listing
        assert "Another stone of hers" in listing
        assert "2 circles" in listing
        assert "Another stone of hers" not in text(client, "/authors/Ada%20Lovelace?with=Bo%20%3Cb%3EBabbage%3C/b%3E")
        assert "<b>Babbage" not in listing
        assert "A stone seen twice" in text(client, "/venues/ICLR")
        assert 'href="/venues/ICLR"' in text(client, "/venues/")

    def test_every_category_and_venue_in_the_lists_leads_to_its_papers_and_none_of_them_is_a_cross_list(
        self, client: Client, library: Callable[..., None]
    ) -> None:
        for n, category in enumerate(("Cell Biology", "Rocks/Stones", "hep-th", "cond-mat.str-el")):
            library(a_record(f"Stone number {n}", categories=(category,), venue=f"{category}, vol. 3"))
        for page in ("/categories/", "/venues/"):
            leads = re.findall(rf'href="({page}[^"]+)"', text(client, page))
            assert len(leads) >= 4
            for lead in leads:
                assert "cross-list" not in text(client, lead)
        assert "Cell Biology</h1>" in text(client, "/categories/cell%20biology")

    def test_a_name_of_many_circles_shows_the_largest_and_has_the_others_ready(
        self, client: Client, library: Callable[..., None]
    ) -> None:
        library(*(a_record(f"Stone number {n}", authors=("Ada", f"Friend {n}")) for n in range(15)))
        library(a_record("Stone alone", authors=("Ada",)))
        html = text(client, "/authors/Ada")
        assert "3 smaller circles" in html
        shown, ready = html.split("<summary>")
        assert (shown.count("with Friend"), ready.count("with Friend")) == (12, 3)
        assert ">alone<" in shown
        alone = text(client, "/authors/Ada?with=")
        assert "1 paper," in alone
        assert "Stone alone" in alone
        assert re.search(r'aria-current="true">alone<', alone)

    def test_a_name_without_papers_with_another_says_so_and_leads_to_all_of_them(
        self, client: Client, library: Callable[..., None]
    ) -> None:
        library(STONE)
        html = text(client, "/authors/Ada%20Lovelace?with=Nobody", 404)
        assert "No paper of this library by this name is also by Nobody" in html
        assert '<a href="?">All papers by this name</a>' in html

    @pytest.mark.parametrize("path", ["/categories/cs.RO", "/venues/Nowhere", "/authors/Nobody%2F..%2Fx"])
    def test_what_has_no_papers_is_not_found_and_says_where_to_go_on(
        self, client: Client, library: Callable[..., None], path: str
    ) -> None:
        library(STONE)
        assert "No paper of this library" in text(client, path, 404)

    @pytest.mark.parametrize("path", ["/categories/", "/categories/cs.LG", "/venues/", "/venues/ICLR", "/authors/Ada"])
    def test_while_the_index_is_built_a_listing_asks_for_patience(
        self, client: Client, index_folder: Path, path: str
    ) -> None:
        assert "being built" in text(client, path, 503)

    def test_a_listing_takes_few_statements_however_many_papers_it_has(
        self, client: Client, library: Callable[..., None], django_assert_max_num_queries: Any
    ) -> None:
        library(*(a_record(f"Stone number {n} of many", categories=("cs.LG",), authors=("Ada",)) for n in range(60)))
        for path in ("/categories/cs.LG", "/authors/Ada"):
            with django_assert_max_num_queries(4):
                client.get(path)


class TestPaper:
    def test_the_page_shows_where_it_was_seen_and_what_stands_there(
        self, client: Client, library: Callable[..., None]
    ) -> None:
        library(STONE, a_record("A stone, seen twice", source="crossref", ids=("doi:10.1000/x",), withdrawn=True))
        html = text(client, "/papers/arxiv:2603.00001")
        assert html.index("arXiv</strong>") < html.index("Crossref</strong>")
        assert "withdrawn there" in html
        assert "preprint, and published" in html
        assert '<span class="tag is-withdrawn">withdrawn</span>' in html

    def test_the_page_says_whether_its_code_lives(self, client: Client, library: Callable[..., None]) -> None:
        library(STONE)
        (key,) = models.Paper.objects.values_list("key", flat=True)
        repositories.link({key: {"ada/engine"}})
        found = Repository(name="Ada/Engine", stars=1234, pushed_at=NOW - timedelta(days=9))
        repositories.put("ada/engine", found, ("", ""), NOW)
        html = text(client, "/papers/arxiv:2603.00001")
        assert "★ 1,234" in html
        assert "code that lives" in html
        repositories.put("ada/engine", Repository(name="Ada/Engine", gone=True), ("", ""), NOW)
        assert "is gone" in text(client, "/papers/arxiv:2603.00001")


class TestTrending:
    def test_what_rises_is_listed_with_what_it_gained_and_the_formula(
        self, client: Client, library: Callable[..., None], django_assert_max_num_queries: Any
    ) -> None:
        assert "sources add huggingface" in text(client, "/trending")
        day = NOW.date()
        for votes in (4, 30):
            library(*(a_rising_stone(n, {"upvotes": votes * n}, featured=day) for n in range(1, 60)))
            trending.notice(Formula(), now=NOW)
        with django_assert_max_num_queries(5):
            html = text(client, "/trending")
        titles = re.findall(r'<h2><a href="[^"]*">(.*?)</a></h2>', html)
        assert titles[0] == "Stone number 59 that rises"
        assert len(titles) == 50
        assert "+1770 upvotes" in html
        assert "times what is usual in cs.LG" in html
        assert "half after 4 announcement days" in html
        assert len(re.findall("<h2><a", text(client, "/trending?page=2"))) == 9


class TestKeeping:
    def test_the_sources_are_shown_with_how_they_are_and_without_their_secrets(self, client: Client) -> None:
        assert "broadsheet sources add" in text(client, "/sources")
        sources.follow("zotero", ["groups/1"], {"key": "do-not-show"}, now=NOW)
        rows.fail("zotero", "The host answers 403 & says no.", NOW, NOW + timedelta(hours=1))
        html = text(client, "/sources")
        assert "failing" in html
        assert "answers 403 &amp; says no" in html
        assert "do-not-show" not in html

    def test_completeness_shows_each_day_and_each_paper_that_is_not_here(self, client: Client) -> None:
        assert "sources add arxiv" in text(client, "/completeness")
        day = NOW.date()
        said = Announced(
            listing="page", category="cs.LG", day=day, told=2,
            papers=(("arxiv:2603.00001", AnnounceKind.NEW), ("arxiv:2603.00002", AnnounceKind.CROSS)),
        )  # fmt: skip
        store([STONE], now=NOW)
        completeness.account([said], [], NOW)
        html = text(client, "/completeness")
        assert "2 announced (1 new, 1 cross-listed), 1 here, 1 missing" in html
        assert "papers are missing" in text(client, "/completeness/cs.LG")
        page = text(client, f"/completeness/cs.LG/{day}")
        assert "arxiv:2603.00002" in page
        assert "not fetched yet" in page
        assert "arxiv:2603.00001" not in page

    @pytest.mark.parametrize("path", ["/completeness/cs.RO", "/completeness/cs.LG/2026-01-01", "/completeness/cs.LG/x"])
    def test_what_was_never_announced_is_not_found(self, client: Client, path: str) -> None:
        assert "Nothing is at this address" in text(client, path, 404)


class TestAdministration:
    @pytest.fixture
    def ada(self) -> Client:
        return signed_in("ada", Role.ADMINISTRATOR)

    def test_it_is_for_those_who_sign_in(self, client: Client) -> None:
        response = client.get("/admin/library/source/")
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/admin/login/")

    def test_a_source_is_added_paused_hurried_and_shown_with_its_last_error(self, ada: Client) -> None:
        said = {"name": "stones", "kind": "arxiv", "words": "cs.LG cs.CL", "options": "", "every": "00:30:00"}
        assert ada.post("/admin/library/source/add/", said).status_code == 302
        state = sources.source("stones")
        assert (state.kind, state.words) == ("arxiv", ("cs.LG", "cs.CL"))
        rows.fail("stones", "The host does not answer.", NOW, NOW + timedelta(hours=1))
        html = text(ada, "/admin/library/source/")
        assert "The host does not answer." in html
        assert "arxiv cs.LG cs.CL" in html
        ada.post("/admin/library/source/", {"action": "pause", "_selected_action": "stones"})
        assert sources.source("stones").paused
        ada.post("/admin/library/source/", {"action": "resume", "_selected_action": "stones"})
        assert not sources.source("stones").paused

    def test_words_that_make_no_sense_are_told_in_the_form(self, ada: Client) -> None:
        said = {"name": "stones", "kind": "arxiv", "words": "nonsense", "options": "", "every": "00:30:00"}
        assert "is not a category of arXiv" in ada.post("/admin/library/source/add/", said).content.decode()

    def test_a_secret_is_not_shown_again_and_survives_a_change(self, ada: Client) -> None:
        sources.follow("zotero", ["groups/1"], {"key": "do-not-show"}, now=NOW)
        html = text(ada, "/admin/library/source/zotero/change/")
        assert "do-not-show" not in html
        said = {"name": "zotero", "kind": "zotero", "words": "groups/2", "options": "key=(kept)", "every": "01:00:00"}
        assert ada.post("/admin/library/source/zotero/change/", said).status_code == 302
        state = sources.source("zotero")
        assert (state.words, state.values["key"]) == (("groups/2",), "do-not-show")

    def test_a_merge_is_undone_with_a_click(self, ada: Client) -> None:
        one = a_record("On the weight of light", source="arxiv", ids=("arxiv:2401.00001",))
        other = a_record("Of the weight of light", source="crossref", ids=("doi:10.1000/x",))
        store([one, other], now=NOW)
        store([a_record("Light", source="openalex", ids=("arxiv:2401.00001", "doi:10.1000/x"))], now=NOW)
        (merge,) = models.Merge.objects.all()
        assert "doi:10.1000/x" in text(ada, "/admin/library/merge/")
        ada.post("/admin/library/merge/", {"action": "undo", "_selected_action": str(merge.pk)})
        assert models.Paper.objects.count() == 2

"""Promises of the pages: every address and every state answers, nothing untrusted gets through, few statements."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from builders import a_record
from django.test import Client
from readers import text

from broadsheet import wiring
from broadsheet.core import indexing
from broadsheet.core.store import store
from broadsheet.index import generations
from broadsheet.types import Link, LinkKind, Version

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
DAY = date(2026, 3, 17)

ADAMP = a_record(
    "AdamP: Slowing Down the Slowdown for Momentum Optimizers",
    abstract="Normalization makes weights scale-invariant, and momentum then shrinks the effective step size.",
    authors=("Byeongho Heo", "Sanghyuk Chun"),
    ids=("arxiv:2006.08217", "doi:10.1000/adamp"),
    published=date(2020, 6, 15),
    featured=DAY,
    categories=("cs.LG",),
    links=(Link("https://github.com/clovaai/AdamP", LinkKind.CODE),),
    versions=(Version(1, date(2020, 6, 15)), Version(2)),
    venue="ICLR",
    comment="19 pages",
)
NOTED = a_record("Stones that learn to stand", note="They are pushed at the right time.", featured=DAY)
EVIL = a_record(
    '<script>alert("title")</script> momentum',
    abstract='<img src=x onerror=alert(1)> & "momentum" </p>',
    authors=("<b>Mallory</b>",),
    categories=('cs"><script>',),
    featured=DAY,
)


def titles(html: str) -> list[str]:
    found = re.findall(r'<h2><a href="[^"]*">(.*?)</a></h2>', html)
    return [re.sub(r"</?mark>", "", title) for title in found]


class TestListings:
    def test_the_front_page_is_the_newest_day_with_papers(self, client: Client, library: Callable[..., None]) -> None:
        library(ADAMP, a_record("An older stone", featured=date(2026, 3, 10)))
        html = text(client, "/")
        assert titles(html) == [ADAMP.title]
        assert "Tuesday, 17 March 2026" in html
        assert 'href="/day/2026-03-10"' in html
        assert "Byeongho Heo, Sanghyuk Chun" in html
        assert 'href="https://github.com/clovaai/AdamP"' in html

    def test_a_day_a_week_and_a_month_have_addresses(self, client: Client, library: Callable[..., None]) -> None:
        library(ADAMP, a_record("An older stone", featured=date(2026, 3, 10)))
        assert titles(text(client, "/day/2026-03-10")) == ["An older stone"]
        assert titles(text(client, "/week/2026-W12")) == [ADAMP.title]
        assert len(titles(text(client, "/month/2026-03"))) == 2

    def test_a_note_is_marked_as_ours(self, client: Client, library: Callable[..., None]) -> None:
        library(NOTED)
        html = text(client, "/")
        assert NOTED.note in html
        assert "our note" in html

    def test_upvotes_counted_elsewhere_are_shown(self, client: Client, library: Callable[..., None]) -> None:
        library(a_record(featured=DAY, extras={"huggingface": {"upvotes": 32}}))
        assert "0 upvotes here, 32 counted elsewhere" in text(client, "/")

    def test_a_long_day_has_pages(self, client: Client, library: Callable[..., None]) -> None:
        library(*(a_record(f"Stone number {number} of very many", featured=DAY) for number in range(120)))
        pages = [titles(text(client, f"/day/2026-03-17?page={page}")) for page in (1, 2, 3)]
        assert [len(page) for page in pages] == [50, 50, 20]
        assert len({title for page in pages for title in page}) == 120
        assert "There is no page 9" in text(client, "/day/2026-03-17?page=9")
        assert "page=3" in text(client, "/day/2026-03-17?page=9")

    def test_an_empty_library_says_how_to_fill_it(self, client: Client, index_folder: Path) -> None:
        assert "broadsheet import" in text(client, "/")
        assert "broadsheet import" in text(client, "/day/2026-03-17")

    def test_a_day_without_papers_leads_to_the_nearest_that_have_some(
        self, client: Client, library: Callable[..., None]
    ) -> None:
        library(ADAMP, a_record("An older stone", featured=date(2026, 3, 10)))
        html = text(client, "/day/2026-03-12")
        assert "Nothing was listed" in html
        assert 'href="/day/2026-03-10"' in html
        assert 'href="/day/2026-03-17"' in html

    @pytest.mark.parametrize(
        "path",
        ["/day/yesterday", "/day/2026-02-30", "/day/2026-3-1", "/week/2026-W54", "/month/2026-13",
         "/month/0000-01", "/day/２０２６-03-17"],
    )  # fmt: skip
    def test_what_is_no_date_is_not_found_and_leads_to_the_newest(
        self, client: Client, library: Callable[..., None], path: str
    ) -> None:
        library(ADAMP)
        html = text(client, path, 404)
        assert "No such date" in html
        assert 'href="/day/2026-03-17"' in html

    @pytest.mark.parametrize(
        "path", ["/day/0001-01-01", "/day/9999-12-31", "/month/9999-12", "/week/0001-W01", "/week/9999-W52"]
    )
    def test_the_ends_of_the_calendar_answer(self, client: Client, library: Callable[..., None], path: str) -> None:
        library(ADAMP)
        assert "Nothing was listed" in text(client, path)

    @pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30, "²"])
    def test_a_page_number_that_is_none_is_the_first(
        self, client: Client, library: Callable[..., None], page: str
    ) -> None:
        library(ADAMP)
        html = text(client, f"/?page={page}")
        assert titles(html) == [ADAMP.title]

    def test_the_date_picker_leads_to_the_day(self, client: Client) -> None:
        assert client.get("/day/?on=2026-03-17").headers["Location"] == "/day/2026-03-17"
        assert client.get("/day/?on=//evil.example").headers["Location"] == "/"


class TestSearch:
    def test_hits_have_whole_abstracts_marked_words_and_reasons(
        self, client: Client, library: Callable[..., None]
    ) -> None:
        library(ADAMP, NOTED)
        html = text(client, "/search?q=momentum+shrinking")
        assert titles(html)[0] == ADAMP.title
        assert "<mark>Momentum</mark> Optimizers" in html
        assert "then <mark>shrinks</mark> the effective step size." in html
        assert '<span class="why">words</span> momentum, shrinking in title and abstract' in html

    def test_filters_narrow_down_and_are_kept_in_the_form(self, client: Client, library: Callable[..., None]) -> None:
        library(ADAMP, a_record("Momentum of stones", featured=DAY, published=date(2024, 1, 1)))
        assert len(titles(text(client, "/search?q=momentum"))) == 2
        for narrow in (
            "category=cs",
            "category=cs.LG",
            "code=1",
            "before=2021-01-01",
            "after=2020-01-01&before=2020-12-31",
        ):
            assert titles(text(client, f"/search?q=momentum&{narrow}")) == [ADAMP.title]
        html = text(client, "/search?q=momentum&category=cs&code=1&before=2021-01-01&sort=date")
        assert 'value="cs"' in html
        assert 'value="2021-01-01"' in html
        assert 'value="1" checked' in html
        assert 'value="date" selected' in html

    def test_a_filter_alone_lists_what_it_admits(self, client: Client, library: Callable[..., None]) -> None:
        library(ADAMP, NOTED)
        assert titles(text(client, "/search?category=cs.LG")) == [ADAMP.title]

    def test_an_id_or_an_address_finds_the_paper(self, client: Client, library: Callable[..., None]) -> None:
        library(ADAMP, NOTED)
        for line in ("2006.08217", "https://arxiv.org/abs/2006.08217v3", "10.1000/adamp"):
            assert titles(text(client, f"/search?q={line}")) == [ADAMP.title]

    def test_an_id_in_a_longer_line_puts_its_paper_first(self, client: Client, library: Callable[..., None]) -> None:
        library(ADAMP, NOTED)
        found = titles(text(client, "/search?q=stones+stand+arXiv:2006.08217"))
        assert found[:2] == [ADAMP.title, NOTED.title]

    def test_an_id_that_is_not_here_is_said_so(self, client: Client, library: Callable[..., None]) -> None:
        library(ADAMP)
        assert "arxiv:1706.03762 is not in this library" in text(client, "/search?q=1706.03762")

    def test_what_was_understood_is_shown_and_can_be_taken_off(
        self, client: Client, library: Callable[..., None]
    ) -> None:
        library(ADAMP, NOTED)
        html = text(client, "/search?q=momentum+author:heo+-survey&category=cs.LG")
        assert '<span class="why">author</span> heo <a href="?q=momentum+-survey&amp;category=cs.LG"' in html
        assert '<span class="why">without</span> survey <a href="?q=momentum+author%3Aheo&amp;category=cs.LG"' in html
        assert (
            '<span class="why">category</span> cs.LG <a href="?q=momentum+author%3Aheo+-survey&amp;category="' in html
        )

    def test_a_misspelt_word_is_corrected_and_the_correction_can_be_refused(
        self, client: Client, library: Callable[..., None]
    ) -> None:
        library(ADAMP, NOTED)
        html = text(client, "/search?q=momentun+heo+2020")
        assert titles(html)[0] == ADAMP.title
        assert "Looked for <b>momentum</b> as well as momentun" in html
        assert 'href="?q=%22momentun%22+heo+2020"' in html
        assert "Taken for an author: <b>heo</b>" in html
        assert '<span class="why">year</span> 2020' in html

    def test_suggestions_are_papers_and_authors(self, client: Client, library: Callable[..., None]) -> None:
        library(ADAMP, NOTED)
        found = json.loads(text(client, "/suggest?q=slowing+do"))
        assert [paper["url"] for paper in found["papers"]] == ["/papers/arxiv:2006.08217"]
        assert json.loads(text(client, "/suggest?q=byeo"))["authors"] == [
            {"name": "Byeongho Heo", "line": 'author:"Byeongho Heo"'}
        ]
        assert json.loads(text(client, "/suggest")) == {"papers": [], "authors": []}

    def test_without_a_query_the_page_explains_itself(self, client: Client, library: Callable[..., None]) -> None:
        assert "author:" in text(client, "/search")

    def test_no_hits_because_of_the_filter_offers_to_drop_it(
        self, client: Client, library: Callable[..., None]
    ) -> None:
        library(ADAMP)
        html = text(client, "/search?q=momentum&category=bio&page=2")
        assert "Without the filter there is one" in html
        assert 'href="?q=momentum"' in html

    def test_no_hits_at_all_suggests_other_words(self, client: Client, library: Callable[..., None]) -> None:
        library(ADAMP)
        assert "Try fewer words" in text(client, '/search?q="zxqwv+vwqxz"')

    def test_a_page_past_the_last_leads_back(self, client: Client, library: Callable[..., None]) -> None:
        library(ADAMP)
        html = text(client, "/search?q=momentum&page=7")
        assert "There is no page 7" in html
        assert "page=1" in html

    def test_while_there_is_no_index_the_page_waits_and_looks_again(self, client: Client, index_folder: Path) -> None:
        store([ADAMP], now=NOW)
        html = text(client, "/search?q=momentum")
        assert "is being built" in html
        assert 'http-equiv="refresh"' in html

    def test_while_the_index_is_built_the_page_shows_how_far_it_is(self, client: Client, index_folder: Path) -> None:
        store([ADAMP], now=NOW)
        with generations.locked(index_folder):
            generations.report_building(index_folder, 40, 100)
            html = text(client, "/search?q=momentum")
        assert '<progress max="100" value="40">' in html
        assert "40 of 100 papers" in html

    def test_changes_that_are_not_yet_searchable_are_announced(
        self, client: Client, library: Callable[..., None]
    ) -> None:
        library(ADAMP)
        store([NOTED], now=NOW)
        assert "1 change will be searchable" in text(client, "/search?q=momentum")

    def test_when_the_index_disappears_the_site_goes_on_and_the_job_heals_it(
        self, client: Client, library: Callable[..., None], index_folder: Path
    ) -> None:
        import shutil

        library(ADAMP)
        assert titles(text(client, "/search?q=momentum")) == [ADAMP.title]
        shutil.rmtree(index_folder)
        html = text(client, "/search?q=momentum")
        assert titles(html) == [ADAMP.title]
        assert "built anew" in html
        indexing.catch_up(index_folder, wiring.embedder())
        assert "built anew" not in text(client, "/search?q=momentum")

    @pytest.mark.parametrize("line", ["%22", "-", "author:", "%00", "%ED%A0%80", "a" * 20_000, "after:9999-99"])
    def test_any_line_is_answered(self, client: Client, library: Callable[..., None], line: str) -> None:
        library(ADAMP)
        assert "</html>" in text(client, f"/search?q={line}&after=x&before=2020-99-99&page=x&sort=y")


class TestPaper:
    def test_the_page_of_a_paper_has_everything_known_of_it(self, client: Client, library: Callable[..., None]) -> None:
        library(ADAMP, NOTED)
        html = text(client, "/papers/arxiv:2006.08217")
        for there in (ADAMP.title, ADAMP.abstract, "doi:10.1000/adamp", "v1 (2020-06-15), v2", "ICLR", "19 pages",
                      "https://arxiv.org/pdf/2006.08217", "https://doi.org/10.1000/adamp", "cs.LG", "Listed on 2026-03-17"):  # fmt: skip
            assert there in html
        assert "@inproceedings{heo2020adamp," in html

    def test_the_tags_that_reference_managers_read(self, client: Client, library: Callable[..., None]) -> None:
        library(ADAMP)
        html = text(client, "/papers/arxiv:2006.08217")
        tags = dict.fromkeys(re.findall(r'<meta name="(citation_\w+)" content="([^"]*)">', html))
        assert list(tags) == [
            ("citation_title", ADAMP.title),
            ("citation_author", "Byeongho Heo"),
            ("citation_author", "Sanghyuk Chun"),
            ("citation_publication_date", "2020/06/15"),
            ("citation_online_date", "2020/06/15"),
            ("citation_conference_title", "ICLR"),
            ("citation_arxiv_id", "2006.08217"),
            ("citation_doi", "10.1000/adamp"),
            ("citation_keywords", "cs.LG"),
            ("citation_abstract", ADAMP.abstract),
            ("citation_pdf_url", "https://arxiv.org/pdf/2006.08217"),
            ("citation_abstract_html_url", "http://localhost/papers/arxiv:2006.08217"),
        ]

    @pytest.mark.parametrize("alias", ["doi:10.1000/adamp", "2006.08217v2", "arXiv:2006.08217"])
    def test_every_other_id_leads_to_the_paper_s_one_address(
        self, client: Client, library: Callable[..., None], alias: str
    ) -> None:
        library(ADAMP)
        response = client.get(f"/papers/{alias}")
        assert (response.status_code, response.headers["Location"]) == (301, "/papers/arxiv:2006.08217")

    def test_similar_papers_are_offered(self, client: Client, library: Callable[..., None]) -> None:
        library(ADAMP, a_record("Momentum optimizers slowing down", abstract="Effective step size and momentum."))
        assert "Momentum optimizers slowing down" in text(client, "/papers/arxiv:2006.08217")

    def test_without_an_index_the_page_is_there_all_the_same(self, client: Client, index_folder: Path) -> None:
        store([ADAMP], now=NOW)
        assert ADAMP.title in text(client, "/papers/arxiv:2006.08217")

    def test_a_paper_that_is_not_here_is_said_so(self, client: Client, library: Callable[..., None]) -> None:
        html = text(client, "/papers/arxiv:2401.99999", 404)
        assert "arxiv:2401.99999" in html
        assert 'href="/search?q=arxiv%3A2401.99999"' in html

    @pytest.mark.parametrize(
        ("form", "media", "start", "name"),
        [
            ("bibtex", "application/x-bibtex", "@inproceedings{", "heo2020adamp.bib"),
            ("ris", "application/x-research-info-systems", "TY  - ", "heo2020adamp.ris"),
            ("csl", "application/vnd.citationstyles.csl+json", "[", "heo2020adamp.json"),
        ],
    )
    def test_the_citation_is_offered_as_a_file(
        self, client: Client, library: Callable[..., None], form: str, media: str, start: str, name: str
    ) -> None:
        library(ADAMP)
        response = client.get(f"/cite/{form}/arxiv:2006.08217")
        assert response.headers["Content-Type"].startswith(media)
        assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert response.content.decode().startswith(start)
        text(client, "/cite/word/arxiv:2006.08217", 404)
        text(client, f"/cite/{form}/arxiv:2401.99999", 404)


class TestSecurity:
    @pytest.mark.parametrize(
        "path", ["/", "/search?q=momentum", "/search?q=<script>alert(1)</script>&category=<b>", "paper"]
    )
    def test_what_others_wrote_is_text_and_never_markup(
        self, client: Client, library: Callable[..., None], path: str
    ) -> None:
        library(EVIL, ADAMP)
        if path == "paper":
            path = re.findall(r'href="(/papers/page:\w+)"', text(client, "/"))[0]
        html = text(client, path)
        data = html.count('<script type="application/ld+json">')
        assert html.count("<script") == 1 + data  # our own, and what is no program
        assert "<img" not in html
        assert "<b>" not in html

    def test_a_page_may_load_nothing_but_what_is_ours(self, client: Client) -> None:
        policy = client.get("/search").headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert client.get("/search").headers["X-Frame-Options"] == "DENY"
        assert client.get("/search").headers["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize("path", ["/", "/search?q=momentum"])
    def test_nothing_inline_that_the_policy_would_refuse(
        self, client: Client, library: Callable[..., None], path: str
    ) -> None:
        library(ADAMP)
        assert not re.findall(r"<style|\sstyle=|\son\w+=|<script(?! src)", text(client, path))

    def test_a_foreign_host_name_is_refused(self) -> None:
        assert Client(headers={"host": "evil.example"}).get("/").status_code == 400

    def test_pages_are_only_read(self, client: Client, library: Callable[..., None]) -> None:
        assert client.post("/search").status_code == 405


class TestRest:
    def test_health_tells_papers_and_index(self, client: Client, library: Callable[..., None]) -> None:
        library(ADAMP)
        store([NOTED], now=NOW)
        assert json.loads(text(client, "/health")) == {
            "status": "ok",
            "papers": 2,
            "index": {"documents": 1, "behind": 1, "building": None},
        }

    def test_robots_and_the_tab_s_picture(self, client: Client) -> None:
        assert "Disallow: /search" in text(client, "/robots.txt")
        assert client.get("/favicon.ico").headers["Location"] == "/static/favicon.svg"

    def test_what_is_nowhere_is_said_so_in_the_house_style(self, client: Client) -> None:
        assert "Nothing is at this address" in text(client, "/nowhere/at/all", 404)

    def test_a_page_that_has_not_changed_is_not_sent_again(self, client: Client, library: Callable[..., None]) -> None:
        library(ADAMP)
        tag = client.get("/").headers["ETag"]
        assert client.get("/", headers={"if-none-match": tag}).status_code == 304

    @pytest.mark.parametrize(
        ("path", "most"),
        [("/", 8), ("/day/2026-03-17", 8), ("/month/2026-03", 8), ("/search?q=stone", 4), ("/search", 0)],
    )
    def test_a_page_costs_few_statements_however_many_papers_it_has(
        self, client: Client, library: Callable[..., None], django_assert_max_num_queries: Any, path: str, most: int
    ) -> None:
        library(*(a_record(f"Stone number {number} of very many", featured=DAY) for number in range(60)))
        with django_assert_max_num_queries(most):
            text(client, path)

    def test_every_page_has_one_heading_of_the_first_rank(self, client: Client, library: Callable[..., None]) -> None:
        library(ADAMP, NOTED)
        for path in ("/", "/search", "/search?q=momentum", "/papers/arxiv:2006.08217", "/day/2026-03-16"):
            assert text(client, path).count("<h1") == 1
        for path in ("/nowhere", "/day/x", "/papers/x"):
            assert text(client, path, 404).count("<h1") == 1


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Pages that are not found are meant not to be found here."""
    with caplog.at_level("CRITICAL", "django.request"), caplog.at_level("CRITICAL", "django.security"):
        yield

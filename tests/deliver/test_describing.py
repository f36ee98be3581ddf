"""Promises of what a paper's page tells programs: Zotero, Google Scholar, search engines, and sites that link to it."""

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from builders import a_record
from django.test import Client
from lxml import html
from xss import CORPUS

pytestmark = pytest.mark.django_db

NASTY = 'Stones & </script><script>alert(1)</script> <!-- ]]> "ü" x < y'
PREPRINT = a_record(
    "A stone & <b>", ids=("arxiv:2603.00001", "arxiv:2603.00009"), published=date(2026, 3, 1), updated=date(2026, 3, 9),
    categories=("cs.LG", "stat.ML"), authors=("Ada Lovelace", "van den Berg, Rianne", "van den Berg, Mary Ann"),
    abstract="Heavy & <i>round</i>. It rolls.",
)  # fmt: skip
PRINTED = a_record("A lamp", ids=("doi:10.1000/lamp",), venue="Journal of Stones", year=2020, authors=("Bo",))
PRESENTED = a_record("A wheel", ids=("doi:10.1000/wheel",), venue="Proceedings of the 9th Conference on Stones")


def page(client: Client, path: str) -> html.HtmlElement:
    response = client.get(path)
    assert response.status_code == 200
    return html.fromstring(response.content)


def tags(of: html.HtmlElement, attribute: str) -> list[tuple[str, str]]:
    return [(str(each.get(attribute)), str(each.get("content"))) for each in of.xpath(f"//head/meta[@{attribute}]")]


def zotero(of: html.HtmlElement) -> dict[str, Any]:
    """What Zotero makes of a page by its embedded metadata, as far as it concerns us.

    The kind is `DC.type` if it is one of Zotero's, else told by the title of a journal or a conference. Of a name with
    a comma and blanks on both sides it makes two people. Without a journal it takes the site's name for one.
    """
    named = [*tags(of, "name"), *tags(of, "property")]
    first = dict(reversed(named))
    kinds = {"citation_journal_title": "journalArticle", "citation_conference_title": "conferencePaper"}
    kind = next((kinds[name] for name in kinds if name in first), "journalArticle")
    kind = first.get("DC.type", "") if first.get("DC.type") in {"preprint", "book", "thesis"} else kind
    creators = []
    for name, content in named:
        if name == "citation_author":
            parts = re.split(r"\s*;\s*", content)
            by_comma = re.split(r"\s*,\s*", content)
            if len(parts) == 1 and len(by_comma) > 1 and " " in by_comma[0] and " " in by_comma[1]:
                parts = by_comma
            for part in parts:
                family, comma, given = part.partition(", ")
                creators.append((family, given) if comma else (part.split()[-1], " ".join(part.split()[:-1])))
    return {
        "itemType": kind,
        "title": first.get("citation_title"),
        "creators": creators,
        "date": first.get("citation_publication_date"),
        "publicationTitle": first.get("citation_journal_title") or first.get("og:site_name"),
        "conferenceName": first.get("citation_conference_title"),
        "publisher": first.get("citation_publisher"),
        "DOI": first.get("citation_doi"),
        "abstractNote": first.get("citation_abstract") or first.get("og:description"),
        "url": first.get("og:url") or first.get("citation_abstract_html_url"),
        "pdf": first.get("citation_pdf_url"),
    }


class TestZotero:
    def test_a_preprint(self, client: Client, library: Callable[..., None]) -> None:
        library(PREPRINT)
        assert zotero(page(client, "/papers/arxiv:2603.00001")) == {
            "itemType": "preprint", "title": "A stone & <b>", "date": "2026/03/01", "publisher": "arXiv", "DOI": None,
            "creators": [("Lovelace", "Ada"), ("van den Berg", "Rianne"), ("Berg", "Mary Ann van den")],
            "publicationTitle": None, "conferenceName": None, "abstractNote": "Heavy & <i>round</i>. It rolls.",
            "url": "http://localhost/papers/arxiv:2603.00001", "pdf": "https://arxiv.org/pdf/2603.00001",
        }  # fmt: skip

    def test_what_was_printed_or_presented(self, client: Client, library: Callable[..., None]) -> None:
        library(PRINTED, PRESENTED)
        lamp = zotero(page(client, "/papers/doi:10.1000/lamp"))
        assert (lamp["itemType"], lamp["publicationTitle"]) == ("journalArticle", "Journal of Stones")
        assert (lamp["DOI"], lamp["date"], lamp["publisher"]) == ("10.1000/lamp", "2020", None)
        wheel = zotero(page(client, "/papers/doi:10.1000/wheel"))
        assert (wheel["itemType"], wheel["conferenceName"]) == ("conferencePaper", PRESENTED.venue)


def test_google_scholar_finds_all_that_it_asks_for(client: Client, library: Callable[..., None]) -> None:
    library(PREPRINT)
    told = dict(tags(page(client, "/papers/arxiv:2603.00001"), "name"))
    assert {"citation_title", "citation_author", "citation_publication_date", "citation_pdf_url"} <= set(told)
    assert re.fullmatch(r"\d{4}/\d\d/\d\d", told["citation_publication_date"])
    assert told["citation_online_date"] == "2026/03/01"
    assert told["citation_keywords"] == "cs.LG; stat.ML"
    assert told["citation_arxiv_id"] == "2603.00001"


class TestOpenGraph:
    def test_a_link_to_a_paper_is_shown_with_title_first_lines_and_a_picture(
        self, client: Client, library: Callable[..., None], settings: Any
    ) -> None:
        settings.SITE_URL = "https://stones.example.org"
        library(PREPRINT)
        told = tags(page(client, "/papers/arxiv:2603.00001"), "property")
        first = dict(reversed(told))
        assert {"og:type", "og:title", "og:url", "og:image", "og:description", "og:image:alt"} <= set(first)
        assert first["og:url"] == "https://stones.example.org/papers/arxiv:2603.00001"
        assert first["og:image"] == "https://stones.example.org/papers/arxiv:2603.00001/card.png"
        assert (first["og:image:width"], first["og:image:height"]) == ("1200", "630")
        assert ("article:tag", "stat.ML") in told
        assert "og:site_name" not in first
        assert dict(tags(page(client, "/papers/arxiv:2603.00001"), "name"))["twitter:card"] == "summary_large_image"


class TestLinkedData:
    def told(self, client: Client, path: str) -> dict[str, Any]:
        (block,) = page(client, path).xpath("//script[@type='application/ld+json']")
        return dict(json.loads(block.text))

    def test_schema_org_reads_a_scholarly_article(self, client: Client, library: Callable[..., None]) -> None:
        library(PREPRINT)
        told = self.told(client, "/papers/arxiv:2603.00001")
        assert (told["@context"], told["@type"]) == ("https://schema.org", "ScholarlyArticle")
        assert told["author"][1] == {
            "@type": "Person", "name": "Rianne van den Berg", "familyName": "van den Berg", "givenName": "Rianne",
        }  # fmt: skip
        assert (told["datePublished"], told["dateModified"]) == ("2026-03-01", "2026-03-09")
        assert told["identifier"] == [{"@type": "PropertyValue", "propertyID": "arxiv", "value": "2603.00001"}]
        assert told["image"].endswith("/papers/arxiv:2603.00001/card.png")
        assert told["abstract"] == "Heavy & <i>round</i>. It rolls."
        assert "https://arxiv.org/abs/2603.00001" in told["sameAs"]
        assert "isPartOf" not in told

    def test_no_text_ends_the_block(self, client: Client, library: Callable[..., None]) -> None:
        text = "\n".join([NASTY, *CORPUS])
        library(a_record(f"A stone {text}", ids=("arxiv:2603.00001",), authors=(NASTY,), abstract=text, venue=text))
        response = client.get("/papers/arxiv:2603.00001").content.decode()
        block = response.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
        assert json.loads(block)["@type"] == "ScholarlyArticle"
        assert not re.search(r"[<>&]", block)
        assert "<script>alert" not in response

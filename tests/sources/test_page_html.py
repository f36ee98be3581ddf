"""Promises of HTML saved by a browser."""

import html
import json
from datetime import date

import pytest

from broadsheet.errors import BadFileError
from broadsheet.sources.page_html import parse
from broadsheet.types import Record

TODAY = date(2026, 9, 1)


def records(page: str) -> list[Record]:
    return list(parse(page, file="page.html", today=TODAY))


def test_the_data_that_a_daily_papers_page_embeds_is_read_with_its_day() -> None:
    paper = {"id": "2405.00001", "title": "A <Lantern>\n for Models", "summary": "We\npropose.", "upvotes": 12}
    props = json.dumps({"dateString": "2024-05-27", "dailyPapers": [{"paper": paper, "numComments": 1}]})
    (record,) = records(
        f'<html><body><div data-target="DailyPapers" data-props="{html.escape(props)}"></div></body></html>'
    )
    assert (record.title, record.abstract, record.ids) == (
        "A <Lantern> for Models",
        "We propose.",
        ("arxiv:2405.00001",),
    )
    assert (record.source, record.featured) == ("huggingface", date(2024, 5, 27))
    assert record.extras == {"huggingface": {"upvotes": 12, "comments": 1}}


def test_damaged_data_inside_a_page_is_an_error() -> None:
    with pytest.raises(BadFileError, match="the data inside the page is damaged"):
        records('<html><div data-target="DailyPapers" data-props="{&quot;dailyPapers"></div></html>')


def test_articles_are_read_where_a_page_embeds_nothing() -> None:
    page = """<html><head><link rel="canonical" href="https://huggingface.co/papers/date/2024-05-27"></head><main>
      <article><h3><a href="/papers/2405.00001">A Lantern</a></h3><div class="leading-none">12</div></article>
      <article><h3><a href="/papers/2405.00002#community">A Lamp</a></h3><p>We propose a lamp.</p></article></main></html>"""
    first, second = records(page)
    assert (first.title, first.ids, first.featured) == ("A Lantern", ("arxiv:2405.00001",), date(2024, 5, 27))
    assert first.extras == {"huggingface": {"upvotes": 12}}
    assert (second.ids, second.abstract) == (("arxiv:2405.00002",), "We propose a lamp.")


def test_any_page_with_citation_tags_gives_its_paper() -> None:
    tags = {
        "citation_title": "A Lantern",
        "citation_author": "Doe, Jane",
        "citation_date": "2020/06/15",
        "citation_arxiv_id": "2006.00001",
        "citation_doi": "10.1000/ABC",
        "citation_abstract": "We propose a lantern.",
        "citation_conference_title": "Proceedings of Lamps",
    }
    meta = "".join(f'<meta name="{name}" content="{text}">' for name, text in tags.items())
    (record,) = records(
        f"<html><head>{meta}</head><td class='tablecell subjects'>Learning (cs.LG); Vision (cs.CV)</td></html>"
    )
    assert (record.title, record.authors, record.published) == ("A Lantern", ("Jane Doe",), date(2020, 6, 15))
    assert record.ids == ("arxiv:2006.00001", "doi:10.1000/abc")
    assert (record.categories, record.venue) == (("cs.LG", "cs.CV"), "Proceedings of Lamps")


def test_a_page_s_own_entities_are_not_expanded() -> None:
    page = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/hostname">]><html><meta name="citation_title" content="A &x; B"></html>'
    assert records(page)[0].title == "A &x; B"

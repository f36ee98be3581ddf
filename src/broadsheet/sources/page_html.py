"""HTML saved by a browser: a daily-papers page of Hugging Face, or any page that carries `citation_*` meta tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from broadsheet.sources import building, hf_daily, page_text
from broadsheet.sources.building import Place, build, given_first
from broadsheet.sources.ids import paper_ids, parse_paper_id
from broadsheet.types import Json, LinkKind, Record

SOURCE = "html"
_UPVOTES = re.compile(r"\d{1,7}")


def parse(text: str, *, file: str, today: date) -> Iterator[Record]:
    """A record for each paper of the page: from the data that the page embeds, else its meta tags, else its articles.

    Nothing is fetched and no entity of the page's own is expanded.
    """
    page = _tree(text, file)
    if (props := _props(page, file)) is not None:
        listed = _listed(page, props, today)
        yield from hf_daily.parse(props, file=file, listed=listed)
        return
    if (meta := _meta(page)).get("citation_title"):
        yield _cited(page, meta, Place(file, "record 1"))
        return
    listed = _listed(page, {}, today)
    papers = page.xpath("//article[.//h3]|//article[.//h2]")
    yield from (_article(paper, Place(file, f"record {number}"), listed) for number, paper in enumerate(papers, 1))


def _tree(text: str, file: str) -> Any:
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise Place(file).error(f"this HTML cannot be read ({error})") from None


def _props(page: Any, file: str) -> Json:
    """The data that the page's own program starts from, if the page is Hugging Face's."""
    import orjson

    for text in page.xpath('//*[@data-target="DailyPapers"]/@data-props'):
        try:
            found = orjson.loads(str(text))
        except ValueError as error:
            raise Place(file).error(f"the data inside the page is damaged ({error})", "Save the page again") from None
        if isinstance(found, dict) and isinstance(found.get("dailyPapers"), list):
            return found
    return None


def _listed(page: Any, props: dict[str, Json], today: date) -> date | None:
    """The day of the list: as the page's data says it, its address, or a heading that is a date."""
    if props.get("periodType", "day") != "day":
        return None
    stated = [props.get("dateString"), props.get("date")]
    stated += page.xpath('//link[@rel="canonical"]/@href|//meta[@property="og:url"]/@content|//main//time/@datetime')
    for text in stated:
        if isinstance(text, str) and (found := hf_daily.day_in(text)):
            return found
    headings = "\n".join(" ".join(node.text_content().split()) for node in page.xpath("//h1|//h2|//time")[:20])
    return page_text.date_in(headings, today)


def _meta(page: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for tag in page.xpath("//meta[@content]"):
        name = str(tag.get("name") or tag.get("property") or "").lower()
        if text := tag.get("content").strip():
            found.setdefault(name, []).append(text)
    return found


def _cited(page: Any, meta: dict[str, list[str]], place: Place) -> Record:
    """The one paper that the page's meta tags describe, as for Google Scholar."""

    def first(*names: str) -> str:
        return next((meta[name][0] for name in names if name in meta), "")

    dates = [first(f"citation_{name}") for name in ("date", "publication_date", "online_date", "year")]
    addresses = [first("citation_pdf_url"), first("citation_abstract_html_url"), first("og:url")]
    addresses += page.xpath('//link[@rel="canonical"]/@href')[:1]
    arxiv = first("citation_arxiv_id")
    subjects = page.xpath('string(//td[contains(@class,"subjects")])')
    return build(
        place,
        source=SOURCE,
        title=first("citation_title"),
        abstract=first("citation_abstract", "dc.description", "og:description", "description"),
        authors=map(given_first, meta.get("citation_author", [])),
        ids=(
            parse_paper_id(f"arXiv:{arxiv}") if arxiv else None,
            parse_paper_id(first("citation_doi", "dc.identifier")),
            *(paper_id for address in addresses for paper_id in paper_ids(address)),
        ),
        published=next(filter(None, map(building.day, dates)), None),
        year=next(filter(None, map(building.year, dates)), None),
        categories=re.findall(r"\(([a-z-]+(?:\.[A-Za-z-]+)?)\)", subjects),
        venue=first("citation_conference_title", "citation_journal_title", "citation_inbook_title"),
    )


def _article(paper: Any, place: Place, listed: date | None) -> Record:
    """A card of the page: its heading, the id in its link, its upvotes where they stand."""
    heading = paper.xpath(".//h3|.//h2")[0]
    addresses = paper.xpath('.//a/@href[contains(., "/papers/") or contains(., "arxiv.org/")]')
    ids = [parse_paper_id(re.sub(r"^/papers/", "arXiv:", address).partition("#")[0]) for address in addresses]
    votes = paper.xpath('string(.//*[contains(@class,"leading-none")])').strip()
    paragraphs = [" ".join(node.text_content().split()) for node in paper.xpath(".//p")]
    code = [
        link
        for url in paper.xpath('.//a/@href[contains(., "github.com/")]')
        for link in building.link(url, LinkKind.CODE)
    ]
    return build(
        place,
        source=SOURCE,
        title=heading.text_content(),
        abstract=max(paragraphs, key=len, default=""),
        ids=ids,
        featured=listed,
        links=code,
        extras={hf_daily.SOURCE: {"upvotes": int(votes)}} if _UPVOTES.fullmatch(votes) else {},
    )

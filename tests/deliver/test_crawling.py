"""Promises to programs that read the site page by page: they find every page, and are told what there is."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.robotparser import RobotFileParser

import pytest
from builders import a_record
from django.core.cache import cache
from django.test import Client
from lxml import etree

from broadsheet.core import papers
from broadsheet.core.store import remove, store

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 17, 8, 0, 0, 123, tzinfo=UTC)
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(autouse=True)
def fresh() -> None:
    cache.clear()


def places(client: Client, path: str) -> list[tuple[str, str | None]]:
    """The paths of a sitemap that keeps the rules, each with its moment."""
    response = client.get(path)
    assert response.headers["Content-Type"] == "application/xml; charset=utf-8"
    root = etree.fromstring(response.content)
    assert root.tag in {f"{MAP}urlset", f"{MAP}sitemapindex"}
    assert 1 <= len(root) <= 50_000
    assert len(response.content) < 50 << 20
    found = []
    for each in root:
        assert each.tag == (f"{MAP}url" if root.tag == f"{MAP}urlset" else f"{MAP}sitemap")
        address, moment = each.findtext(f"{MAP}loc") or "", each.findtext(f"{MAP}lastmod")
        assert address.startswith("http://localhost/")
        assert re.fullmatch(r"[!-~]{1,2047}", address)
        assert moment is None or datetime.fromisoformat(moment).tzinfo
        found.append((address.removeprefix("http://localhost"), moment))
    return found


def end_a_part(size: int) -> None:
    """Use up keys until the next paper begins a part: which are free depends on who used the database before."""
    key = 0
    while (key + 1) % size:
        store([a_record("Used up", ids=("arxiv:2602.00001",))], now=NOW)
        key = papers.paper("2602.00001").key
        remove([key], now=NOW)


def test_the_map_leads_to_every_paper_day_and_category_and_nowhere_else(
    client: Client, library: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(papers, "PART", 2)
    ids = ["arxiv:2603.00001", "doi:10.1000/<a>&b ü", "arxiv:hep-th/9901001"]
    library(*(a_record(f"Stone {one}", ids=(one,), categories=("cs.LG",), announced=date(2026, 3, 16)) for one in ids))
    pages = [path for part, _ in places(client, "/sitemap.xml") for path, _ in places(client, part)]
    assert len(set(pages)) == len(pages)
    assert {"/", "/day/2026-03-16", "/categories/cs.LG", "/categories/cs"} <= set(pages)
    assert len([path for path in pages if path.startswith("/papers/")]) == 3
    assert {client.get(path).status_code for path in pages} == {200}


def test_a_part_says_when_it_changed_and_what_is_gone_is_not_in_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(papers, "PART", 3)
    end_a_part(3)
    store([a_record(f"Stone {number}", ids=(f"arxiv:2603.0000{number}",)) for number in range(6)], now=NOW)
    whole = places(client, "/sitemap.xml")
    assert whole[0] == ("/sitemap/pages.xml", None)
    assert {moment for _, moment in whole[1:]} == {"2026-03-17T08:00:00+00:00"}
    cache.clear()
    remove([papers.paper("2603.00000").key], now=NOW + timedelta(days=1))
    store([a_record("Stone of old", source="person", ids=("arxiv:2603.00005",))], now=NOW + timedelta(days=2))
    after = places(client, "/sitemap.xml")
    assert sorted(moment or "" for _, moment in after)[-2:] == [
        "2026-03-18T08:00:00+00:00",
        "2026-03-19T08:00:00+00:00",
    ]
    listed = [each for part, _ in after[1:] for each in places(client, part)]
    assert len(listed) == 5
    assert ("/papers/arxiv:2603.00005", "2026-03-19T08:00:00+00:00") in listed
    assert client.get("/sitemap/999.xml").status_code == 404


def test_a_part_of_which_all_is_gone_is_not_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers, "PART", 3)
    end_a_part(3)
    store([a_record(f"Stone {number}", ids=(f"arxiv:2603.0000{number}",)) for number in range(4)], now=NOW)
    assert len(places(client, "/sitemap.xml")) == 3
    cache.clear()
    remove([papers.paper("2603.00003").key], now=NOW)
    after = places(client, "/sitemap.xml")
    assert len(after) == 2
    assert len(places(client, after[1][0])) == 3


def test_an_empty_library_has_a_map_of_what_is_always_there(client: Client, index_folder: Any) -> None:
    assert places(client, "/sitemap.xml") == [("/sitemap/pages.xml", None)]
    assert {client.get(path).status_code for path, _ in places(client, "/sitemap/pages.xml")} == {200}


def test_the_map_takes_few_statements(client: Client, django_assert_max_num_queries: Any) -> None:
    store([a_record(f"Stone {number}", ids=(f"arxiv:2603.{number:05}",)) for number in range(300)], now=NOW)
    for path in ("/sitemap.xml", "/sitemap/0.xml", "/sitemap/pages.xml"):
        with django_assert_max_num_queries(10):
            client.get(path)


def test_robots_read_papers_and_feeds_and_find_the_map_but_leave_searches(client: Client, settings: Any) -> None:
    reader = RobotFileParser()
    reader.parse(client.get("/robots.txt").content.decode().splitlines())
    assert reader.site_maps() == ["http://localhost/sitemap.xml"]
    for path in ("/", "/papers/arxiv:2603.00001", "/papers/arxiv:2603.00001.md", "/feeds/trending.atom", "/llms.txt"):
        assert reader.can_fetch("anybody", path)
    for path in ("/search?q=stone", "/cite/ris/arxiv:2603.00001", "/settings", "/accounts/login/"):
        assert not reader.can_fetch("anybody", path)
    settings.PROXY_HEADER = "X-Remote-User"
    assert "Sitemap" not in client.get("/robots.txt").content.decode()


def test_llms_txt_names_only_what_is_there(client: Client, library: Callable[..., None], settings: Any) -> None:
    settings.SITE_NAME = "Stones & Sons"
    library(a_record("A stone", ids=("arxiv:2006.08217",), categories=("cs.LG",), announced=date(2026, 3, 17)))
    response = client.get("/llms.txt")
    text = response.content.decode()
    assert response.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert text.startswith("# Stones & Sons\n\n> ")
    links = re.findall(r"\]\(http://localhost([^)]+)\)", text)
    paths = [path for path in re.findall(r"`(?:http://localhost)?(/[^`]*)`", text) if path != "/search?q="]
    paths = [path.replace("{id}", "arxiv:2006.08217") for path in paths]
    assert len(links) > 8
    assert len(paths) > 8
    for path in (*links, *paths):
        assert client.get(path).status_code == 200, path
    assert len(text) < 4000

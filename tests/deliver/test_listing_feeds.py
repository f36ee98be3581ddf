"""Promises of the feeds of listings and digests: any reader reads them, and they say what the pages say."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import feedparser
import pytest
from builders import a_record
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from subscribers import MORNING, confirmed

from broadsheet import wiring
from broadsheet.core import composing, trending
from broadsheet.core.proofs import Purpose, prove
from broadsheet.digests import Kind, Want
from broadsheet.rank.trending import Formula

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 17)
STONE = a_record(
    "A stone & <b>", ids=("arxiv:2603.00001",), announced=DAY, categories=("cs.LG",), authors=("Ada Lovelace",),
    venue="Journal of Stones", abstract="Heavy & <i>round</i>.\x01", extras={"huggingface": {"upvotes": 9}},
)  # fmt: skip
OTHER = a_record("Bread", ids=("arxiv:2603.00002",), announced=date(2026, 3, 16), categories=("math.CO",))

ALL = ("front-page", "trending", "category", "author", "venue", "search")
OF = {"category": "cs.LG", "author": "Ada Lovelace", "venue": "Journal of Stones", "search": "stone"}


def path(kind: str, form: str) -> str:
    return f"/feeds/{kind}.{form}" + (f"?of={OF[kind].replace(' ', '+')}" if kind in OF else "")


@pytest.fixture
def stones(library: Callable[..., None]) -> None:
    """Two papers, one of them on the rise."""
    library(OTHER, STONE)
    trending.notice(Formula(), now=MORNING)


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.usefixtures("stones")
class TestListings:
    def test_a_feed_reader_finds_the_papers_as_the_page_has_them(self, client: Client, kind: str) -> None:
        response = client.get(path(kind, "atom"))
        assert response.status_code == 200
        read = feedparser.parse(response.content)
        assert not read.bozo
        entry = read.entries[0]
        assert entry.title == "A stone & <b>"
        assert entry.link == "http://localhost/papers/arxiv:2603.00001"
        assert [author.name for author in entry.authors if "name" in author] == ["Ada Lovelace"]
        assert "Heavy &amp; &lt;i&gt;round" in entry.content[0].value
        assert entry.published.startswith("2026-03-17")
        assert len(read.entries) == (2 if kind == "front-page" else 1)
        assert client.get(read.feed.link.removeprefix("http://localhost")).status_code == 200

    def test_json_feed_says_the_same(self, client: Client, kind: str) -> None:
        told = client.get(path(kind, "json")).json()
        read = feedparser.parse(client.get(path(kind, "atom")).content)
        assert told["version"] == "https://jsonfeed.org/version/1.1"
        assert [item["id"] for item in told["items"]] == [entry.id for entry in read.entries]
        assert told["title"] == read.feed.title
        assert told["feed_url"] == f"http://localhost{path(kind, 'json')}"

    def test_what_has_not_changed_is_not_sent_again(self, client: Client, kind: str) -> None:
        first = client.get(path(kind, "atom"))
        again = client.get(path(kind, "atom"), headers={"if-none-match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")

    def test_pages_name_their_feed_and_a_way_to_be_mailed(self, client: Client, kind: str, settings: Any) -> None:
        settings.EMAIL_HOST = "127.0.0.1"
        pages = {
            "front-page": "/", "trending": "/trending", "category": "/categories/cs.LG", "author": "/authors/Ada Lovelace",
            "venue": "/venues/Journal of Stones", "search": "/search?q=stone",
        }  # fmt: skip
        html = client.get(pages[kind]).content.decode()
        said = f"?of={OF[kind].replace(' ', '%20')}" if kind in OF else ""
        assert f'href="/feeds/{kind}.atom{said}"' in html
        wanted = f"/subscribe?want={kind}" + (f":{OF[kind].replace(' ', '%20')}" if kind in OF else "")
        assert (wanted in html) == (kind != "venue")


@pytest.mark.parametrize("kind", ["week", "month"])
def test_the_top_of_a_running_period_is_one_feed_for_ever(
    client: Client, library: Callable[..., None], kind: str
) -> None:
    empty = feedparser.parse(client.get(f"/feeds/top-{kind}.atom").content)
    library(OTHER)
    for upvotes in (20, 32):
        library(a_record("Bread", source="huggingface", ids=OTHER.ids, extras={"huggingface": {"upvotes": upvotes}}))
        trending.notice(Formula(), now=datetime.now(UTC))
    read = feedparser.parse(client.get(f"/feeds/top-{kind}.atom").content)
    assert [entry.title for entry in read.entries] == ["Bread"]
    assert f"number 1, gained 12 upvotes in this {kind}" in read.entries[0].content[0].value
    assert read.feed.id == empty.feed.id
    page = client.get(read.feed.link.removeprefix("http://localhost")).content.decode()
    assert f'href="/feeds/top-{kind}.atom"' in page
    earlier = client.get(f"/top/{kind}/" + ("2020-W12" if kind == "week" else "2020-03")).content.decode()
    assert "/feeds/top-" not in earlier


def test_a_search_with_filters_is_kept_as_one_line(client: Client, library: Callable[..., None], settings: Any) -> None:
    settings.EMAIL_HOST = "127.0.0.1"
    library(STONE)
    html = client.get("/search?q=stone&category=cs.LG&after=2026-01-01").content.decode()
    assert "/subscribe?want=search:stone%20cat%3Acs.LG%20after%3A2026-01-01" in html


@pytest.mark.parametrize("address", ["nothing.atom", "category.atom", "search.json", "trending.rss"])
def test_what_is_no_feed_is_not_found(client: Client, address: str) -> None:
    assert client.get(f"/feeds/{address}").status_code == 404


def test_without_an_index_a_reader_is_asked_to_come_again(client: Client, index_folder: Any) -> None:
    for kind in ("category", "author", "venue", "search"):
        response = client.get(path(kind, "atom"))
        assert (response.status_code, response.headers["Retry-After"]) == (503, "60")


def test_an_empty_library_has_empty_feeds(client: Client) -> None:
    for kind in ("front-page", "trending"):
        read = feedparser.parse(client.get(path(kind, "atom")).content)
        assert (read.bozo, read.entries) == (False, [])


def test_a_subscriber_reads_the_digests_as_a_private_feed(client: Client, library: Callable[..., None]) -> None:
    who = confirmed(Want(Kind.CATEGORY, "cs.LG"))
    library(STONE)
    composing.compose(wiring.index(), Formula(), now=MORNING)
    address = f"/digests/{prove(who, Purpose.READ)}/feed"
    read = feedparser.parse(client.get(f"{address}.atom").content)
    assert not read.bozo
    (entry,) = read.entries
    assert entry.title == "1 in cs.LG"
    assert 'href="http://localhost/papers/arxiv:2603.00001"' in entry.content[0].value
    assert client.get(entry.link.removeprefix("http://localhost")).status_code == 200
    assert client.get(f"{address}.json").json()["items"][0]["id"] == entry.id
    assert client.get(f"/digests/{prove(who, Purpose.MANAGE)}/feed.atom").status_code == 410


def test_a_feed_of_many_digests_costs_no_more_statements_than_one_of_one(
    client: Client, library: Callable[..., None]
) -> None:
    who, numbers = confirmed(Want(Kind.CATEGORY, "cs.LG")), []
    for day in range(3):
        library(
            a_record(
                f"Stone of day {day}",
                ids=(f"arxiv:2603.0001{day}",),
                announced=DAY + timedelta(days=day),
                categories=("cs.LG",),
            )
        )
        composing.compose(wiring.index(), Formula(), now=MORNING + timedelta(days=day))
        with CaptureQueriesContext(connection) as seen:
            read = feedparser.parse(client.get(f"/digests/{prove(who, Purpose.READ)}/feed.atom").content)
        assert len(read.entries) == day + 1
        numbers.append(len(seen))
    assert len(set(numbers)) == 1

"""Promises of feeds: readers of feeds and the rules of Atom are content, ids stay, private ones open by secret only."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import feedparser
import pytest
from builders import a_record
from django.test import Client
from lxml import etree
from readers import NOW, an_actor, signed_in, some_papers, text

from broadsheet.core import collecting, papers, shelving
from broadsheet.core.store import store

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
NASTY = "Stones & <script>alert(1)</script> ]]> “ü” x < y"


def a_collection(*, public: bool = True, title: str = NASTY) -> int:
    record = a_record(
        NASTY, ids=("arxiv:2603.00001",), authors=("Ada <Lovelace>", "Bo & Babbage"), abstract=f"Abstract: {NASTY}",
        categories=("cs.LG",),
    )  # fmt: skip
    store([record], now=NOW)
    ada = an_actor()
    key = collecting.make(ada, title, f"About {NASTY}", public=public, now=NOW).key
    for hour, paper in enumerate((papers.paper("2603.00001"), *some_papers(2))):
        shelving.add(ada, key, [paper], now=NOW + timedelta(hours=hour))
    shelving.note(ada, key, papers.paper("2603.00001"), f"Note: {NASTY}\nsecond line", now=NOW + timedelta(hours=9))
    return key


def moment(entry: Any, name: str) -> datetime:
    return datetime.fromisoformat(entry.findtext(f"{ATOM}{name}"))


def test_the_rules_of_atom_hold(client: Client) -> None:
    feed = etree.fromstring(text(client, f"/collections/{a_collection()}/feed.atom").encode())
    assert feed.tag == f"{ATOM}feed"
    for element in (feed, *feed.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1, name
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", element.findtext(f"{ATOM}id") or "")
        assert moment(element, "updated").tzinfo
        alternates = [link for link in element.findall(f"{ATOM}link") if link.get("rel", "alternate") == "alternate"]
        assert len(alternates) == 1
        assert (alternates[0].get("href") or "").startswith("http://localhost/")
        for author in element.findall(f"{ATOM}author"):
            assert author.findtext(f"{ATOM}name")
        assert {child.tag.removeprefix(ATOM) for child in element} <= {
            "id", "title", "updated", "published", "link", "author", "category", "content", "subtitle", "entry",
        }  # fmt: skip
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "ada"
    (own,) = [link.get("href") for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"]
    assert str(own).endswith("/feed.atom")
    identifiers = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    assert len(set(identifiers)) == 3
    contents = [entry.find(f"{ATOM}content") for entry in feed.iter(f"{ATOM}entry")]
    assert [None if content is None else content.get("type") for content in contents] == ["html", "html", "html"]


def test_a_feed_reader_sees_the_latest_added_first_with_abstract_and_note_and_no_markup_of_theirs(
    client: Client,
) -> None:
    response = client.get(f"/collections/{a_collection()}/feed.atom")
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    parsed = feedparser.parse(response.content, sanitize_html=False)
    assert not parsed.bozo
    assert parsed.feed.title_detail.type == "text/plain"
    assert parsed.feed.title == NASTY
    assert [entry.title[:14] for entry in parsed.entries] == ["Stone number 1", "Stone number 0", NASTY[:14]]
    last = parsed.entries[2]
    assert [author["name"] for author in last.authors] == ["Ada <Lovelace>", "Bo & Babbage"]
    assert [tag["term"] for tag in last.tags] == ["cs.LG"]
    html = last.content[0].value
    assert "<script" not in html
    assert html.startswith("<p>Abstract: Stones &amp; &lt;script&gt;")
    assert "<blockquote><p>Note: Stones &amp; &lt;script&gt;" in html
    assert last.published_parsed[3] == 8
    assert last.updated_parsed[3] == 17


def test_ids_stay_while_everything_else_changes(client: Client) -> None:
    key = a_collection()

    def ids() -> tuple[str, list[str]]:
        parsed = feedparser.parse(text(client, f"/collections/{key}/feed.atom"))
        return parsed.feed.id, [entry.id for entry in parsed.entries]

    before = ids()
    ada = an_actor()
    collecting.describe(ada, key, "Quite another name", "", now=NOW + timedelta(days=1))
    shelving.move(ada, key, papers.paper("10.1000/1"), 1, now=NOW + timedelta(days=1))
    collecting.renew_secret(ada, key)
    assert ids() == before
    other = a_collection()
    assert feedparser.parse(text(client, f"/collections/{other}/feed.atom")).feed.id != before[0]


def test_every_change_of_the_collection_moves_its_moment(client: Client) -> None:
    key, ada = a_collection(), an_actor()
    seen = []
    changes: tuple[Callable[[datetime], object], ...] = (
        lambda now: shelving.remove(ada, key, papers.paper("10.1000/1"), now=now),
        lambda now: shelving.note(ada, key, papers.paper("10.1000/0"), "Light.", now=now),
        lambda now: collecting.describe(ada, key, "Stones", "", now=now),
    )
    for day, change in enumerate(changes, 1):
        change(NOW + timedelta(days=day))
        seen.append(feedparser.parse(text(client, f"/collections/{key}/feed.atom")).feed.updated_parsed[2])
    assert seen == [18, 19, 20]


def test_the_json_feed_says_the_same(client: Client) -> None:
    response = client.get(f"/collections/{a_collection()}/feed.json")
    assert response.headers["Content-Type"] == "application/feed+json; charset=utf-8"
    told = json.loads(response.content)
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert told["title"] == NASTY
    assert told["feed_url"].endswith("/feed.json")
    assert told["home_page_url"].startswith("http://localhost/collections/")
    assert [item["title"][:14] for item in told["items"]] == ["Stone number 1", "Stone number 0", NASTY[:14]]
    last = told["items"][2]
    assert last["authors"] == [{"name": "Ada <Lovelace>"}, {"name": "Bo & Babbage"}]
    assert last["date_published"] == "2026-03-17T08:00:00+00:00"
    assert "<script" not in last["content_html"]
    for item in told["items"]:
        assert {"id", "url", "content_html"} <= set(item)


@pytest.mark.parametrize("form", ["atom", "json"])
def test_a_private_feed_opens_by_its_secret_until_that_is_renewed(client: Client, form: str) -> None:
    key, ada = a_collection(public=False), an_actor()
    path, secret = f"/collections/{key}/feed.{form}", collecting.secret(ada, key)
    assert client.get(path).status_code == 404
    assert client.get(f"{path}?secret=x{secret}").status_code == 404
    assert "Stone number 1" in text(client, f"{path}?secret={secret}")
    assert client.get(f"/collections/{key}?secret={secret}").status_code == 404
    fresh = collecting.renew_secret(ada, key)
    assert client.get(f"{path}?secret={secret}").status_code == 404
    assert "Stone number 1" in text(client, f"{path}?secret={fresh}")
    collecting.delete(ada, key, now=NOW)
    assert client.get(f"{path}?secret={fresh}").status_code == 404


@pytest.mark.parametrize("form", ["atom", "json"])
def test_a_feed_that_did_not_change_is_not_sent_again(client: Client, form: str) -> None:
    key = a_collection()
    path = f"/collections/{key}/feed.{form}"
    tag = client.get(path).headers["ETag"]
    assert client.get(path, headers={"if-none-match": tag}).status_code == 304
    shelving.note(an_actor(), key, papers.paper("10.1000/0"), "New.", now=NOW + timedelta(days=1))
    assert client.get(path, headers={"if-none-match": tag}).status_code == 200


def test_a_feed_has_the_latest_hundred_in_few_statements(client: Client, django_assert_max_num_queries: Any) -> None:
    ada = an_actor()
    key = collecting.make(ada, "Stones", public=True, now=NOW).key
    shelving.add(ada, key, some_papers(130), now=NOW)
    with django_assert_max_num_queries(5):
        parsed = feedparser.parse(text(client, f"/collections/{key}/feed.atom"))
    assert len(parsed.entries) == 100
    assert parsed.entries[0].title == "Stone number 129 of many"


def test_the_page_names_its_feeds_and_only_its_owner_those_of_a_private_one(client: Client) -> None:
    public, private = a_collection(title="Public"), a_collection(title="Private", public=False)
    collecting.share(an_actor(), private, an_actor("bo").name, edits=True, now=NOW)
    links = re.findall(r'<link rel="alternate" type="([^"]+)"', text(client, f"/collections/{public}-public"))
    assert links == ["application/atom+xml", "application/feed+json"]
    secret = collecting.secret(an_actor(), private)
    assert f"feed.atom?secret={secret}" in text(signed_in(), f"/collections/{private}-private")
    assert secret not in text(signed_in("bo"), f"/collections/{private}-private")

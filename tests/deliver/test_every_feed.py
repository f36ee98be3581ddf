"""Promises of every feed there is: others' reader reads it, and a validator has nothing to say."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import feed_rules
import feedparser
import pytest
from builders import a_record, shared_data
from django.test import Client
from django.urls import URLPattern
from readers import an_actor
from subscribers import MORNING, NOON_BEFORE, confirmed
from xss import CORPUS

from broadsheet import wiring
from broadsheet.core import collecting, composing, papers, shelving, trending
from broadsheet.core.proofs import Purpose, prove
from broadsheet.deliver.web import feeding
from broadsheet.digests import Kind, Want
from broadsheet.rank.trending import Formula
from broadsheet.sources import files
from broadsheet.types import Record

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 17)
NASTY = "Stones & \x01<script>alert(1)</script> ]]> “ü” \ufffe x < y"
RECORDS = (
    a_record(NASTY, ids=("arxiv:2603.00001",), announced=DAY, categories=("cs.LG", "a <b>"), authors=("Ada", "<Bo> & \x02"),
             venue="Stones", abstract="\n".join([NASTY, *CORPUS]), extras={"huggingface": {"upvotes": 9}}),
    a_record("\x03", ids=("doi:10.1000/(a)/<b>",), announced=DAY, categories=("cs.LG",), authors=("Ada", " ")),
    a_record("A stone", ids=("arxiv:2603.00003",), announced=DAY, categories=("cs.LG",), authors=("Ada",), venue="Stones"),
)  # fmt: skip

OF = {"category": "cs.LG", "author": "Ada", "venue": "Stones", "search": "stone"}

NO_FEEDS = {"cite/<form>/<path:paper_id>", "reading/export/<which>/<form>", "collections/<name>/export/<form>"}
"""Addresses that have forms, too, and are files to keep."""


def addresses() -> Iterator[str]:
    """The address of every feed that the pages have, without the ending that says its form."""
    from broadsheet.deliver.web.urls import urlpatterns

    found = {
        str(each.pattern) for each in urlpatterns if isinstance(each, URLPattern) and "<form>" in str(each.pattern)
    }
    assert found - NO_FEEDS == {"feeds/<kind>.<form>", "collections/<name>/feed.<form>", "digests/<proof>/feed.<form>"}
    for kind in feeding._LISTINGS:
        yield f"/feeds/{kind}." + (f"?of={OF[kind]}" if kind not in feeding._WHOLE else "")
    actor = an_actor()
    collection = collecting.make(actor, NASTY, NASTY, public=True, now=NOON_BEFORE).key
    for paper_id in ("2603.00001", "doi:10.1000/(a)/<b>", "2603.00003"):
        shelving.add(actor, collection, [papers.paper(paper_id)], now=NOON_BEFORE)
    shelving.note(actor, collection, papers.paper("2603.00001"), "\n\n".join([NASTY, *CORPUS]), now=MORNING)
    yield f"/collections/{collection}/feed."
    hidden = collecting.make(actor, "Private", "", public=False, now=NOON_BEFORE).key
    yield f"/collections/{hidden}/feed.?secret={collecting.secret(actor, hidden)}"
    who = confirmed(Want(Kind.CATEGORY, "cs.LG"), Want(Kind.TRENDING))
    composing.compose(wiring.index(), Formula(), now=MORNING)
    yield f"/digests/{prove(who, Purpose.READ)}/feed."


def keep_the_rules(client: Client, address: str) -> int:
    """Demand of a feed, in both forms, what validators do; answers how many entries it has."""
    path, dot, query = address.partition(".?")
    asked = [f"{path}.{form}?{query}" if dot else f"{address}{form}" for form in ("atom", "json")]
    atom, json = (client.get(each) for each in asked)
    assert (atom.status_code, json.status_code) == (200, 200), address
    assert atom.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert json.headers["Content-Type"] == "application/feed+json; charset=utf-8"
    assert "ETag" in atom.headers or "no-store" in atom.headers["Cache-Control"]
    number = feed_rules.keep_atom(atom.content, f"http://localhost{asked[0]}")
    assert feed_rules.keep_json_feed(json.content, f"http://localhost{asked[1]}") == number
    read = feedparser.parse(atom.content)
    assert not read.bozo
    assert len(read.entries) == number
    assert [entry.id for entry in read.entries] == [item["id"] for item in json.json()["items"]]
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe]", json.json()["title"])
    return number


def test_every_feed_keeps_the_rules_whatever_is_in_it(client: Client, library: Callable[..., None]) -> None:
    library(*RECORDS)
    for upvotes in (20, 32):
        library(
            a_record("A stone", source="huggingface", ids=RECORDS[2].ids, extras={"huggingface": {"upvotes": upvotes}})
        )
        trending.notice(Formula(), now=datetime.now(UTC))
    numbers = {address.partition("?")[0]: keep_the_rules(client, address) for address in addresses()}
    assert len(numbers) == len(feeding._LISTINGS) + 3
    assert list(numbers.values()).count(0) == 1  # the private collection, which is empty


def test_real_papers_keep_the_rules(client: Client, library: Callable[..., None]) -> None:
    read = files.read(str(shared_data("arxiv-recent.jsonl.zst")), today=DAY)
    records: list[Record] = [record for number, record in enumerate(read) if number % 20 == 0]
    library(*records)
    of: dict[str, Any] = {
        "category": records[0].categories[0], "author": records[0].authors[0].replace(" ", "+"), "search": "learning",
    }  # fmt: skip
    assert keep_the_rules(client, "/feeds/front-page.") == 100
    for kind, value in of.items():
        assert keep_the_rules(client, f"/feeds/{kind}.?of={value}") >= 1

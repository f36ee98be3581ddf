"""Promises to programs that read: the same papers in the same words as the pages, in pages that lead on."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest
from builders import a_record
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from ninja import Schema
from programs import V1, a_program, a_stranger
from readers import an_actor

from broadsheet import wiring
from broadsheet.community import ReadingState
from broadsheet.core import collecting, discussing, listings, papers, reading, shelving, trending, voting
from broadsheet.core import search as search_verb
from broadsheet.deliver import present
from broadsheet.deliver.api.v1 import listings as listing_shapes
from broadsheet.deliver.api.v1 import papers as paper_shapes
from broadsheet.deliver.api.v1 import search as search_shapes
from broadsheet.people import Scope
from broadsheet.types import Paging

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
STONES = [
    a_record(
        f"A stone of {kind}", ids=(f"arxiv:2603.0000{number}",), abstract=f"It is made of {kind} and rolls.",
        featured=date(2026, 3, 17 - number // 3), authors=("Ada Stone", f"Bo {kind.title()}"), categories=("cs.LG",),
        venue="Journal of Stones", extras={"huggingface": {"upvotes": 9 - number}},
    )
    for number, kind in enumerate(("granite", "marble", "basalt", "chalk", "slate"), 1)
]  # fmt: skip


@pytest.fixture
def stones(library: Callable[..., None]) -> None:
    library(*STONES, a_record("A lamp by a DOI", ids=("doi:10.1000/a(b)/similar",)))
    trending.notice(wiring.formula(), now=NOW)


def told(path: str, client: Any = None, status: int = 200) -> Any:
    response = (client or a_stranger()).get(f"{V1}{path}")
    assert response.status_code == status, response.content
    return response.json()


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    return json.loads(json.dumps(value, default=str))


@pytest.mark.usefixtures("stones")
class TestOnePaper:
    def test_it_is_told_as_everywhere_by_any_of_its_ids(self) -> None:
        expected = plain(present.paper(papers.paper("arxiv:2603.00001")))
        for name in ("arxiv:2603.00001", "2603.00001", "https://arxiv.org/abs/2603.00001v2"):
            assert told(f"/papers/{name}") == expected

    def test_an_id_with_slashes_is_an_id_even_where_it_ends_as_another_address(self) -> None:
        assert told("/papers/doi:10.1000/a(b)/similar/similar")["papers"] is not None
        assert told("/search?q=doi:10.1000/a(b)/similar")["papers"][0]["title"] == "A lamp by a DOI"

    def test_the_nearest_ones_come_with_why(self) -> None:
        found = told("/papers/arxiv:2603.00001/similar")["papers"]
        assert found
        assert found[0]["rank"] == 1
        assert found[0]["reasons"][0][0] == "meaning"

    def test_what_a_reader_did_with_it_is_told_to_its_own_programs_only(self) -> None:
        ada, stone = an_actor(), papers.paper("arxiv:2603.00001")
        voting.upvote(ada.key, stone, now=NOW)
        reading.mark(ada, stone, state=ReadingState.TO_READ, note="For Thursday.", now=NOW)
        mine = told("/papers/arxiv:2603.00001", a_program())
        assert mine["voted"] is True
        assert (mine["saved"]["state"], mine["saved"]["note"]) == ("to read", "For Thursday.")
        assert told("/papers/arxiv:2603.00001", a_program("bo"))["voted"] is False
        for other in (a_stranger(), a_program("ada", Scope.WRITE)):
            assert "voted" not in told("/papers/arxiv:2603.00001", other)


@pytest.mark.usefixtures("stones")
class TestLists:
    def test_the_front_page_is_the_page(self) -> None:
        expected = plain(present.listing(listings.front_page(None, Paging(1, 20), today=NOW.date())))
        found = told("/front-pages/latest")
        assert found == expected | {"next": None}
        assert told("/front-pages/2026-03-17") == found

    @pytest.mark.parametrize(("period", "number"), [("2026-03-16", 3), ("2026-W12", 5), ("2026-03", 5), ("2020-01", 0)])
    def test_days_weeks_and_months_are_listings(self, period: str, number: int) -> None:
        assert told(f"/listings/{period}")["total"] == number

    @pytest.mark.parametrize("name", ["yesterday", "2026-02-30", "2026-W60", "2026-13", "20260317"])
    def test_what_is_no_period_is_said_to_be_none(self, name: str) -> None:
        for list_ in ("listings", "top", "front-pages"):
            assert "An address names one as in" in told(f"/{list_}/{name}", status=422)["detail"]
        assert told("/front-pages/2026-W12", status=422)

    def test_what_rises_comes_with_its_numbers(self) -> None:
        expected = trending.trending(Paging(1, 20), wiring.formula(), now=datetime.now(UTC))
        found = told("/trending")
        assert [each["rank"] for each in found["papers"]] == [each.rank for each in expected.rising] != []
        first = found["papers"][0]
        assert {"score", "heat", "usual", "times", "age", "field", "reason", "gains"} <= first.keys()
        assert first["gains"][0]["kind"] == "upvotes"

    def test_the_top_of_a_week_is_told(self) -> None:
        assert told("/top/2026-W12")["papers"][0]["gained"] > 0

    @pytest.mark.parametrize(
        ("asked", "number"), [("", 5), ("category=cs", 5), ("venue=journal+of+stones", 5), ("author=Bo+Slate", 1)]
    )
    def test_papers_are_listed_by_what_they_belong_to(self, asked: str, number: int) -> None:
        found = told(f"/papers?{asked}")
        assert (found["total"], len(found["papers"])) == (number, number)

    def test_one_thing_is_asked_for_at_a_time(self) -> None:
        assert "not for several" in told("/papers?category=cs&author=x", status=422)["detail"]

    @pytest.mark.parametrize("path", ["/papers", "/search?q=stone", "/trending", "/listings/2026-03", "/top/2026-03"])
    def test_pages_lead_on_and_tell_of_everything_once(self, path: str) -> None:
        joint = "&" if "?" in path else "?"
        address, seen, client = f"{V1}{path}{joint}limit=2", [], a_stranger()
        while address:
            response = client.get(address)
            found = response.json()
            seen += [each["id"] for each in found["papers"]]
            address = found["next"]
            assert response.headers.get("Link") == (f'<{address}>; rel="next"' if address else None)
        assert len(seen) == len(set(seen)) == found["total"] == 5
        assert len(told(f"{path}{joint}limit=2")["papers"]) == 2

    @pytest.mark.parametrize(
        "cursor", ["x", "eyJ9", "WzEsMiwzLDRd", "WzAsMiwwXQ", "W3RydWUsMSwwXQ", "WzEsMWU5OSwwXQ", "ü"]
    )
    def test_a_cursor_that_was_not_given_is_refused(self, cursor: str) -> None:
        assert "cursor" in told(f"/papers?cursor={cursor}", status=422)["detail"]

    def test_a_number_of_statements_does_not_grow_with_the_list(self) -> None:
        reader = a_program()
        for path, most in (
            ("/papers", 7), ("/search?q=stone", 7), ("/trending", 9), ("/listings/2026-03", 11), ("/top/2026-03", 9),
            ("/papers/arxiv:2603.00001", 6), ("/collections", 4), ("/comments", 5),
        ):  # fmt: skip
            reader.get(f"{V1}{path}")
            counts = []
            for limit in (1, 5):
                with CaptureQueriesContext(connection) as asked:
                    reader.get(f"{V1}{path}{'&' if '?' in path else '?'}limit={limit}")
                counts.append(len(asked))
            assert max(counts) <= most, (path, counts)


@pytest.mark.usefixtures("stones")
@pytest.mark.parametrize("asking", [a_stranger, a_program])
@pytest.mark.parametrize(
    ("path", "shape"),
    [
        *((f"/search?{asked}", search_shapes.Answer) for asked in (
            "q=stone+2026", "q=Bo+granit+rolling", "q=marbel", "q=arxiv:2603.00001+arxiv:2601.99999", "category=cs",
            "q=stone&sort=date&limit=2", "q=%22is+made%22+-chalk+author:stone&code=true", "q=",
        )),
        ("/papers?limit=2", paper_shapes.Papers),
        ("/papers?author=Ada+Stone", paper_shapes.Papers),
        ("/papers/arxiv:2603.00001/similar", paper_shapes.Similar),
        ("/front-pages/latest", listing_shapes.ListingShown),
        ("/listings/2026-03?limit=1", listing_shapes.ListingShown),
        ("/listings/2020-W10", listing_shapes.ListingShown),
        ("/trending?limit=1", listing_shapes.TrendingShown),
        ("/top/2026-03", listing_shapes.TopShown),
    ],
)  # fmt: skip
def test_what_goes_out_as_it_was_made_is_what_its_description_lets_through(
    asking: Callable[[], Client], path: str, shape: type[Schema]
) -> None:
    client = asking()
    if asking is a_program:
        voting.upvote(an_actor("ada").key, papers.paper("arxiv:2603.00001"), now=NOW)
    said = told(path, client)
    described = shape.model_validate(said).model_dump(exclude_unset=True)
    assert orjson.dumps(said, option=orjson.OPT_SORT_KEYS) == orjson.dumps(described, option=orjson.OPT_SORT_KEYS)
    assert all(("voted" in each) == (asking is a_program) for each in said["papers"])


@pytest.mark.usefixtures("stones")
class TestSearch:
    def test_it_answers_as_the_page_with_reasons_and_what_was_understood(self) -> None:
        expected = plain(present.answer(search_verb.search(wiring.index(), "rolls author:slate", faceted=True)))
        found = told("/search?q=rolls+author:slate")
        assert found == expected | {"next": None}
        assert found["understood"] == [{"kind": "author", "value": "slate", "without": "rolls"}]
        assert found["papers"][0]["reasons"]

    def test_filters_stand_beside_the_line(self) -> None:
        assert told("/search?q=stone&after=2026-03-17")["total"] == 2
        assert told("/search?category=cs.LG&category=math&before=2026-03-16")["total"] == 3
        assert told("/search?q=stone&code=true")["without_filter"] == 5
        assert told("/search?q=stone&after=tomorrow", status=422)["errors"][0]["where"] == ["query", "after"]

    def test_facets_count_all_hits_and_not_those_of_the_page(self) -> None:
        facets = told("/search?q=stone&limit=1")["facets"]
        assert facets["categories"] == [{"value": "cs", "number": 5}, {"value": "cs.LG", "number": 5}]
        assert facets["years"] == [{"value": 2026, "number": 5}]
        assert facets["code"] == 0
        assert told("/search?category=cs")["facets"] == {"categories": [], "years": [], "code": 0}

    def test_newest_first_is_asked_for_by_sort(self) -> None:
        found = told("/search?q=stone&sort=date")
        days = [each["listed_on"] for each in found["papers"]]
        assert found["sort"] == "date"
        assert days == sorted(days, reverse=True)


@pytest.mark.usefixtures("stones")
class TestWhatPeopleSayAndKeep:
    def test_a_thread_is_read_as_markdown_and_as_html(self) -> None:
        ada, stone = an_actor(), papers.paper("arxiv:2603.00001")
        first = discussing.comment(ada, stone, "It *rolls*.", wiring.formula(), now=NOW)
        discussing.comment(an_actor("bo"), stone, "Why?", wiring.formula(), now=NOW, parent=first.key)
        found = told("/papers/arxiv:2603.00001/comments")
        assert found["number"] == 2
        one, other = found["comments"]
        assert (one["text"], one["html"].strip(), one["by"]) == ("It *rolls*.", "<p>It <em>rolls</em>.</p>", "ada")
        assert (other["parent"], other["to"], other["depth"]) == (first.key, "ada", 1)
        latest = told("/comments?limit=1")
        assert (latest["total"], latest["comments"][0]["by"], latest["comments"][0]["reply"]) == (2, "bo", True)

    def test_private_collections_are_not_there_for_others(self) -> None:
        ada = an_actor()
        made = collecting.make(ada, "For Thursday", now=NOW)
        shelving.add(ada, made.key, [papers.paper("arxiv:2603.00002")], now=NOW)
        mine = a_program()
        assert told(f"/collections/{made.key}", mine)["own"] is True
        assert [each["place"] for each in told(f"/collections/{made.key}/papers", mine)["papers"]] == [1]
        assert told("/collections?of=account", mine)["collections"][0]["title"] == "For Thursday"
        for other in (a_stranger(), a_program("bo"), a_program("ada", Scope.WRITE)):
            for path in (f"/collections/{made.key}", f"/collections/{made.key}/papers", "/collections/99"):
                assert told(path, other, 404)["detail"] == "There is no such collection, or it is private."
            assert told("/collections", other)["total"] == 0
        assert told("/collections?of=account", status=422)
        collecting.publish(ada, made.key, now=NOW)
        assert told("/collections")["total"] == 1

    def test_an_account_reads_its_lists_and_who_it_is(self) -> None:
        ada, stone = an_actor(), papers.paper("arxiv:2603.00001")
        reading.mark(ada, stone, state=ReadingState.TO_READ, now=NOW)
        found = told("/reading/to-read", a_program())
        assert [each["id"] for each in found["papers"]] == ["arxiv:2603.00001"]
        assert found["counts"]["to read"] == 1
        assert told("/reading/never", a_program(), 422)
        assert told("/me", a_program("ada", Scope.READ)) == {
            "name": "ada", "role": "reader", "banned": False, "scopes": ["read"]
        }  # fmt: skip

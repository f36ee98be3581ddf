"""Promises about making one paper out of many records."""

from datetime import date

from builders import a_record
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.core.merge import TRUST, merge, overlay
from broadsheet.sources.ids import strength
from broadsheet.types import Link, LinkKind, Record, Version

records = st.builds(
    Record,
    source=st.sampled_from([*TRUST, "elsewhere"]),
    title=st.sampled_from(["One title", "Another title"]),
    abstract=st.sampled_from(["", "Short.", "A longer abstract."]),
    authors=st.sampled_from([(), ("Ada Lovelace",), ("Ada Lovelace", "Charles Babbage")]),
    featured=st.sampled_from([None, date(2024, 5, 27), date(2024, 5, 28)]),
    published=st.sampled_from([None, date(2024, 5, 20), date(2024, 5, 21)]),
    links=st.sampled_from([(), (Link("https://example.org/a"),), (Link("https://example.org/a", LinkKind.CODE),)]),
    versions=st.sampled_from([(), (Version(1),), (Version(1, date(2024, 5, 20)), Version(2))]),
    extras=st.sampled_from([{}, {"huggingface": {"upvotes": 3}}, {"huggingface": {"upvotes": 5, "comments": 1}}]),
)


def test_the_abstract_comes_from_the_most_trusted_source_that_has_one() -> None:
    paper = merge(1, [a_record(source="page", abstract="damaged"), a_record(source="arxiv", abstract="whole")], ["x:1"])
    assert paper.abstract == "whole"
    paper = merge(1, [a_record(source="page", abstract="damaged"), a_record(source="arxiv", abstract="")], ["x:1"])
    assert paper.abstract == "damaged"


def test_what_a_person_wrote_is_believed_before_any_source() -> None:
    paper = merge(1, [a_record(source="arxiv", title="Theirs"), a_record(source="person", title="Ours")], ["x:1"])
    assert paper.title == "Ours"


def test_a_source_nobody_ranked_is_believed_before_a_damaged_page() -> None:
    paper = merge(1, [a_record(source="page", title="Damaged"), a_record(source="newcomer", title="Whole")], ["x:1"])
    assert paper.title == "Whole"


def test_a_paper_is_named_by_its_strongest_id() -> None:
    ids = ["page:0123456789abcdef", "zenodo:1", "doi:10.1/x", "arxiv:2401.00001"]
    assert sorted(ids, key=strength) == ["arxiv:2401.00001", "doi:10.1/x", "zenodo:1", "page:0123456789abcdef"]
    paper = merge(1, [a_record()], ids)
    assert paper.paper_id == "arxiv:2401.00001"
    assert paper.aliases == ("doi:10.1/x", "page:0123456789abcdef", "zenodo:1")


def test_the_first_featured_day_stays_when_a_page_is_seen_again_years_later() -> None:
    first = a_record(source="page", featured=date(2026, 3, 17))
    later = a_record(source="page", featured=date(2028, 3, 17))
    assert merge(1, [later, first], ["x:1"]).featured == date(2026, 3, 17)
    assert overlay(first, later).featured == date(2026, 3, 17)


def test_a_year_alone_is_no_day() -> None:
    paper = merge(1, [a_record(published=None, year=2020)], ["x:1"])
    assert (paper.published, paper.year, paper.listed_on) == (None, 2020, None)


def test_a_link_keeps_the_first_kind_that_says_something() -> None:
    url = "https://example.org/x"
    paper = merge(1, [a_record(links=(Link(url),)), a_record(links=(Link(url, LinkKind.CODE),))], ["x:1"])
    assert paper.links == (Link(url, LinkKind.CODE),)


def test_upvotes_of_several_places_add_up_and_none_is_not_nought() -> None:
    assert merge(1, [a_record()], ["x:1"]).upvotes is None
    extras = {"huggingface": {"upvotes": 3}, "elsewhere": {"upvotes": 4}}
    assert merge(1, [a_record(extras=extras)], ["x:1"]).upvotes == 7


def test_silence_is_not_a_deletion_when_a_source_speaks_again() -> None:
    before = a_record(abstract="Said once.", comment="12 pages", extras={"huggingface": {"upvotes": 3, "comments": 1}})
    now = a_record(abstract="", comment="13 pages", extras={"huggingface": {"upvotes": 9}})
    after = overlay(before, now)
    assert (after.abstract, after.comment) == ("Said once.", "13 pages")
    assert after.extras == {"huggingface": {"upvotes": 9, "comments": 1}}


@given(st.lists(records, min_size=1, max_size=5), st.randoms())
def test_the_order_of_records_makes_no_difference(said: list[Record], random: object) -> None:
    shuffled = list(said)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert merge(1, said, ["x:1"]) == merge(1, shuffled, ["x:1"])


@given(records, records)
def test_laying_the_same_record_over_again_changes_nothing(old: Record, new: Record) -> None:
    once = overlay(old, new)
    assert overlay(once, new) == once

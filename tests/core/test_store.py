"""Promises about putting records into the library: each paper once, nothing lost, every write in the log."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from builders import a_record
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadsheet.core import store as verb
from broadsheet.core.recording import dump, load
from broadsheet.core.store import remove, store
from broadsheet.library import changes, models, papers
from broadsheet.types import Link, LinkKind, Record, StoreReport, Version

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)


def put(*records: Record) -> StoreReport:
    return store(records, now=NOW)


def all_papers() -> list[tuple[str, str, tuple[str, ...]]]:
    found = papers.by_keys(models.Paper.objects.values_list("key", flat=True))
    return sorted((paper.paper_id, paper.title, paper.aliases) for paper in found.values())


def test_a_new_record_becomes_a_paper() -> None:
    assert put(a_record(title="Lifting a stone with light", ids=("arxiv:2401.00001",))) == StoreReport(read=1, new=1)
    paper = papers.by_alias("arxiv:2401.00001")
    assert paper is not None
    assert paper.title == "Lifting a stone with light"


def test_storing_again_changes_nothing_and_says_so() -> None:
    record = a_record(ids=("arxiv:2401.00001",))
    put(record)
    before = changes.latest()
    assert put(record) == StoreReport(read=1, unchanged=1)
    assert changes.latest() == before


def test_what_accounts_did_with_a_paper_makes_no_change_of_what_records_say() -> None:
    put(a_record(source="bibtex", ids=("arxiv:2401.00001",)))
    models.Paper.objects.update(votes=3, firm=2, comments=1)
    before = changes.latest()
    assert put(a_record(source="ris", ids=("arxiv:2401.00001",))) == StoreReport(read=1, unchanged=1)
    assert changes.latest() == before


def test_records_of_one_id_are_one_paper() -> None:
    put(a_record(source="bibtex", title="A short title", ids=("arxiv:2401.00001",)))
    report = put(a_record(source="arxiv", title="The whole title of it", ids=("arxiv:2401.00001", "doi:10.1/x")))
    assert report == StoreReport(read=1, changed=1)
    assert all_papers() == [("arxiv:2401.00001", "The whole title of it", ("doi:10.1/x",))]


def test_records_of_one_title_and_first_author_are_one_paper_however_the_title_is_spelt() -> None:
    put(a_record(title="Schr\\\"odinger's Cat: Alive", authors=("Ada Lovelace",), ids=("doi:10.1/x",)))
    put(a_record(title="Schrödinger’s cat — alive", authors=("Lovelace, Ada", "Bo"), ids=("arxiv:2401.00001",)))
    assert [paper_id for paper_id, _, _ in all_papers()] == ["arxiv:2401.00001"]


def test_one_title_of_two_first_authors_is_two_papers() -> None:
    put(a_record(title="On the stability of stones", authors=("Ada Lovelace",), ids=("doi:10.1/x",)))
    put(a_record(title="On the stability of stones", authors=("Bo Babbage",), ids=("doi:10.1/y",)))
    assert len(all_papers()) == 2


def test_a_title_alone_joins_the_paper_that_has_authors_in_either_order() -> None:
    alone = a_record(source="page", title="On the stability of stones", authors=(), ids=())
    whole = a_record(source="arxiv", title="On the stability of stones", authors=("Ada",), ids=("arxiv:2401.00001",))
    put(alone)
    page_id = all_papers()[0][0]
    assert page_id.startswith("page:")
    put(whole)
    assert all_papers() == [("arxiv:2401.00001", "On the stability of stones", (page_id,))]
    models.Paper.objects.all().delete()
    put(whole)
    put(alone)
    assert all_papers() == [("arxiv:2401.00001", "On the stability of stones", (page_id,))]


def test_a_title_alone_never_makes_two_authors_papers_one() -> None:
    for author, doi in (("Ada Lovelace", "doi:10.1/x"), ("Bo Babbage", "doi:10.1/y")):
        put(a_record(title="On the stability of stones", authors=(author,), ids=(doi,)))
    put(a_record(source="page", title="On the stability of stones", authors=(), ids=()))
    assert len(all_papers()) == 2


def test_a_title_too_short_to_tell_joins_nothing_without_an_author() -> None:
    put(a_record(title="Introduction", authors=("Ada Lovelace",), ids=("doi:10.1/x",)))
    put(a_record(title="Introduction", authors=(), ids=("doi:10.1/y",)))
    assert len(all_papers()) == 2


def test_a_record_that_names_two_papers_makes_them_one_and_both_ids_lead_to_it() -> None:
    put(
        a_record(title="First guess at it", ids=("arxiv:2401.00001",)),
        a_record(title="Print of it", ids=("doi:10.1/x",)),
    )
    report = put(a_record(source="crossref", title="Print of it", ids=("doi:10.1/x", "arxiv:2401.00001")))
    assert report == StoreReport(read=1, changed=1, merged=1)
    assert papers.by_alias("doi:10.1/x") == papers.by_alias("arxiv:2401.00001")
    assert models.Record.objects.count() == 3


def test_an_old_id_leads_to_the_paper_for_ever() -> None:
    put(a_record(source="page", title="On the stability of stones", authors=(), ids=()))
    old = all_papers()[0][0]
    put(a_record(source="arxiv", title="On the stability of stones", authors=("Ada",), ids=("arxiv:2401.00001",)))
    found = papers.by_alias(old)
    assert found is not None
    assert found.paper_id == "arxiv:2401.00001"


def test_a_worse_record_that_comes_later_changes_no_word() -> None:
    put(a_record(source="person", abstract="Written by hand.", ids=("arxiv:2401.00001",)))
    put(a_record(source="page", abstract="written byhand", ids=("arxiv:2401.00001",)))
    found = papers.by_alias("arxiv:2401.00001")
    assert found is not None
    assert found.abstract == "Written by hand."


def test_the_note_of_the_sample_gives_way_to_the_abstract_and_is_kept() -> None:
    put(a_record(source="sample", title="On the stability of stones", abstract="", note="Stones stand.", authors=()))
    put(a_record(source="page", title="On the stability of stones", abstract="We study stones.", authors=()))
    (paper,) = papers.by_keys(models.Paper.objects.values_list("key", flat=True)).values()
    assert (paper.abstract, paper.note) == ("We study stones.", "Stones stand.")


@pytest.mark.django_db(transaction=True)
def test_records_that_break_off_leave_the_library_as_it_was() -> None:
    put(a_record(title="The one before", ids=("doi:10.1/before",)))
    before = (all_papers(), changes.latest(), models.Record.objects.count())

    def breaking() -> Iterator[Record]:
        for number in range(verb.BATCH + 10):
            yield a_record(title=f"Number {number} of many", ids=(f"doi:10.1/{number}",))
        raise OSError("cut")

    with pytest.raises(OSError, match="cut"):
        store(breaking(), now=NOW)
    assert (all_papers(), changes.latest(), models.Record.objects.count()) == before


def test_every_write_of_a_paper_is_in_the_change_log_the_lost_ones_too() -> None:
    put(
        a_record(title="First guess at it", ids=("arxiv:2401.00001",)),
        a_record(title="Print of it", ids=("doi:10.1/x",)),
    )
    before = changes.latest()
    keys = set(models.Paper.objects.values_list("key", flat=True))
    put(a_record(source="crossref", title="Print of it", ids=("doi:10.1/x", "arxiv:2401.00001")))
    said = changes.after(before, 100)
    assert {key for _, key, _ in said} == keys
    assert sum(paper is None for _, _, paper in said) == 1


def test_removing_a_paper_removes_its_records_and_ids_and_is_in_the_log() -> None:
    put(a_record(ids=("arxiv:2401.00001",)))
    (key,) = models.Paper.objects.values_list("key", flat=True)
    before = changes.latest()
    remove([key], now=NOW)
    assert changes.after(before, 10) == [(before + 1, key, None)]
    assert not models.Alias.objects.exists()
    assert not models.Record.objects.exists()


def test_a_batch_boundary_splits_no_paper() -> None:
    filler = [
        a_record(title=f"Number {number} of many", ids=(f"doi:10.1/{number}",)) for number in range(verb.BATCH - 1)
    ]
    put(
        *filler,
        a_record(title="Twice in a row", ids=("doi:10.1/a",)),
        a_record(title="Twice in a row", ids=("doi:10.1/a", "acl:b")),
    )
    assert models.Paper.objects.count() == verb.BATCH


some_records = st.builds(
    Record,
    source=st.just("source"),
    title=st.sampled_from(["The stability of stones", "The movement of stones", "Stones"]),
    authors=st.sampled_from([("Ada Lovelace",), ("Bo Babbage",)]),
    ids=st.lists(st.sampled_from(["arxiv:1", "arxiv:2", "doi:10.1/x", "doi:10.1/y"]), max_size=2, unique=True).map(
        tuple
    ),
    abstract=st.sampled_from(["", "One.", "Two."]),
)


def groups_of(records: list[Record]) -> set[frozenset[int]]:
    """The slow obvious way: join any two records that share an id or title and author, until nothing joins."""
    groups = [{number} for number in range(len(records))]

    def alike(a: Record, b: Record) -> bool:
        return bool(set(a.ids) & set(b.ids)) or (a.title, a.authors) == (b.title, b.authors)

    while True:
        for first in groups:
            for second in groups:
                if first is not second and any(alike(records[a], records[b]) for a in first for b in second):
                    groups = [group for group in groups if group not in (first, second)] + [first | second]
                    break
            else:
                continue
            break
        else:
            return {frozenset(group) for group in groups}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(some_records, min_size=1, max_size=8), st.data())
def test_papers_are_what_the_obvious_way_finds_however_the_records_are_batched(
    said: list[Record], data: st.DataObject
) -> None:
    models.Paper.objects.all().delete()
    said = [replace(record, source=f"source {number}") for number, record in enumerate(said)]
    rest = said
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        put(*rest[:size])
        rest = rest[size:]
    assert models.Paper.objects.count() == len(groups_of(said))
    for record in said:
        for paper_id in record.ids:
            assert papers.by_alias(paper_id) is not None


@given(
    st.builds(
        Record,
        source=st.text(max_size=5),
        title=st.text(max_size=20),
        abstract=st.text(max_size=20),
        note=st.text(max_size=20),
        authors=st.lists(st.text(max_size=5)).map(tuple),
        ids=st.lists(st.text(max_size=5)).map(tuple),
        published=st.none() | st.dates(),
        updated=st.none() | st.dates(),
        announced=st.none() | st.dates(),
        scheduled=st.none() | st.dates(),
        featured=st.none() | st.dates(),
        year=st.none() | st.integers(1, 9999),
        categories=st.lists(st.text(max_size=5)).map(tuple),
        links=st.lists(st.builds(Link, st.text(max_size=5), st.sampled_from(LinkKind))).map(tuple),
        withdrawn=st.booleans(),
        versions=st.lists(st.builds(Version, st.integers(1, 9), st.none() | st.dates())).map(tuple),
        extras=st.dictionaries(st.text(max_size=3), st.dictionaries(st.text(max_size=3), st.integers(0, 9))),
    )
)
def test_a_record_survives_being_written_down(record: Record) -> None:
    assert load(dump(record)) == record


def test_a_day_and_its_neighbours_are_found() -> None:
    days = [date(2024, 5, 27), date(2024, 5, 29), date(2024, 6, 3)]
    put(*(a_record(title=f"Paper of {day}", ids=(f"doi:10.1/{day}",), published=None, featured=day) for day in days))
    assert papers.day_before(None) == days[2]
    assert (papers.day_before(days[1]), papers.day_after(days[1])) == (days[0], days[2])
    assert papers.count_listed(days[0], days[1]) == 2

"""Promises about what a person knows better: papers are taken apart, joined, and stay as the person said."""

from datetime import UTC, datetime

import pytest
from builders import a_record

from broadsheet.core import papers as verbs
from broadsheet.core.splitting import SplitError, join, recent_merges, split, undo_merge
from broadsheet.core.store import store
from broadsheet.library import models, papers
from broadsheet.types import Paper, Record

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)

ARXIV = a_record(source="arxiv", title="On the weight of light", authors=("Ada",), ids=("arxiv:2401.00001",))
PRINT = a_record(source="crossref", title="Of the weight of light", authors=("Ada",), ids=("doi:10.1/x",))
BOTH = a_record(source="openalex", title="The weight of light", ids=("arxiv:2401.00001", "doi:10.1/x"))


def put(*records: Record) -> None:
    store(records, now=NOW)


def at(alias: str) -> Paper:
    found = papers.by_alias(alias)
    assert found is not None
    return found


def test_a_merge_is_logged_with_its_cause_and_can_be_undone() -> None:
    put(ARXIV, PRINT)
    put(BOTH)
    (merged,) = recent_merges()
    assert (merged.paper_id, merged.gone_id) == ("arxiv:2401.00001", "doi:10.1/x")
    assert "openalex" in merged.cause
    undo_merge(merged.number, now=NOW)
    assert at("arxiv:2401.00001").key != at("doi:10.1/x").key
    assert at("arxiv:2401.00001").title == "On the weight of light"
    assert at("doi:10.1/x").title == "Of the weight of light"
    assert recent_merges() == ()


def test_what_was_taken_apart_stays_apart_when_its_records_come_again_or_change() -> None:
    put(ARXIV, PRINT)
    put(BOTH)
    undo_merge(recent_merges()[0].number, now=NOW)
    put(ARXIV, PRINT, BOTH)
    put(a_record(source="crossref", title="Of the weight of light!", ids=("doi:10.1/x", "arxiv:2401.00001")))
    put(a_record(source="acl", title="On the weight of light", authors=("Ada",), ids=("doi:10.1/x", "acl:2024.a-b.1")))
    assert models.Paper.objects.count() == 2
    assert at("doi:10.1/x").key == at("acl:2024.a-b.1").key
    assert at("doi:10.1/x").title == "On the weight of light"


def test_a_merge_that_was_undone_cannot_be_undone_again() -> None:
    put(ARXIV, PRINT)
    put(BOTH)
    number = recent_merges()[0].number
    undo_merge(number, now=NOW)
    with pytest.raises(SplitError, match=str(number)):
        undo_merge(number, now=NOW)


def test_a_record_that_joined_by_its_title_can_be_split_off_and_every_id_still_leads_to_a_paper() -> None:
    put(ARXIV, a_record(source="crossref", title="On the weight of light", authors=("Ada",), ids=("doi:10.1/other",)))
    paper = at("arxiv:2401.00001")
    assert paper.aliases == ("doi:10.1/other",)
    split(paper, {("crossref", "doi:10.1/other")}, now=NOW)
    assert at("arxiv:2401.00001").aliases == ()
    assert at("doi:10.1/other").paper_id == "doi:10.1/other"


def test_a_record_without_an_id_of_its_own_is_split_off_under_the_id_of_a_page() -> None:
    put(ARXIV, a_record(source="page", title="On the weight of light", authors=(), ids=()))
    paper = at("arxiv:2401.00001")
    key = split(paper, {(each.record.source, each.name) for each in verbs.seen_at(paper)[1:]}, now=NOW)
    (other,) = papers.by_keys([key]).values()
    assert other.paper_id.startswith("page:")
    assert at("arxiv:2401.00001").key == paper.key


def test_a_split_that_leaves_no_record_to_one_of_the_two_is_refused() -> None:
    put(ARXIV)
    with pytest.raises(SplitError, match="record of its own"):
        split(at("arxiv:2401.00001"), {("arxiv", "arxiv:2401.00001")}, now=NOW)


def test_two_papers_that_a_person_joins_are_one_and_both_ids_lead_to_it() -> None:
    put(ARXIV, PRINT)
    join(at("doi:10.1/x"), at("arxiv:2401.00001"), now=NOW)
    assert at("doi:10.1/x") == at("arxiv:2401.00001")
    put(ARXIV, PRINT)
    assert models.Paper.objects.count() == 1
    undo_merge(recent_merges()[0].number, now=NOW)
    assert models.Paper.objects.count() == 2


def test_each_source_s_record_of_a_paper_is_kept_and_told() -> None:
    put(ARXIV, BOTH)
    seen = verbs.seen_at(at("arxiv:2401.00001"))
    assert [(each.record.source, each.record.title) for each in seen] == [
        ("arxiv", "On the weight of light"),
        ("openalex", "The weight of light"),
    ]
    assert {each.seen_at for each in seen} == {NOW}

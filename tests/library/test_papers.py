"""Promises of reading papers: by their keys they are what the rows say, field by field."""

from collections.abc import Callable
from datetime import date

import pytest
from builders import a_record

from broadsheet.library import changes, models, papers
from broadsheet.types import Link, LinkKind, Paper, Version

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def as_rows_say(key: int) -> Paper:
    """One paper, field by field, as Django reads it."""
    row = models.Paper.objects.get(key=key)
    aliases = models.Alias.objects.filter(paper=row).exclude(alias=row.paper_id).values_list("alias", flat=True)
    written = {
        name: getattr(row, name)
        for name in Paper.__dataclass_fields__
        if name not in ("aliases", "authors", "categories", "links", "versions")
    }
    return Paper(
        **written,
        aliases=tuple(sorted(aliases)),
        authors=tuple(row.authors),
        categories=tuple(row.categories),
        links=tuple(Link(url, LinkKind(kind)) for url, kind in row.links),
        versions=tuple(Version(number, date.fromisoformat(day) if day else None) for number, day in row.versions),
    )


def test_papers_by_their_keys_are_what_the_rows_say(library: Callable[..., None]) -> None:
    library(
        a_record(
            "Ångström “lanterns” \\\\$ %s \U0001d54f",
            ids=("arxiv:2603.00001", "doi:10.1000/xyz"),
            abstract="Code at https://github.com/ada/lantern.",
            authors=("Ada Stöne", "Bo"),
            published=date(2026, 3, 1),
            updated=date(2026, 3, 2),
            featured=date(2026, 3, 4),
            categories=("cs.LG", "stat.ML"),
            links=(Link("https://github.com/ada/lantern", LinkKind.CODE),),
            versions=(Version(1, date(2026, 3, 1)), Version(2)),
            venue="Journal of Lamps",
            comment="8 pages",
            withdrawn=True,
            extras={"huggingface": {"upvotes": 3, "half": 0.5, "nothing": None, "large": 2**60}},
        ),
        a_record("A lamp", year=1999),
        a_record("Another lamp", ids=("acl:P99-1001",)),
    )
    keys = list(models.Paper.objects.values_list("key", flat=True))
    expected = {key: as_rows_say(key) for key in keys}
    assert papers.by_keys({*keys, 10**9}) == expected
    assert papers.by_keys([*keys[:2], *keys[:2]]) == {key: expected[key] for key in keys[:2]}
    assert papers.by_keys([10**9]) == papers.by_keys(()) == {}
    assert {paper.key: paper for paper in papers.newest(offset=0, limit=9)}.items() <= expected.items()


def test_the_last_change_is_the_one_of_the_highest_number(library: Callable[..., None]) -> None:
    assert changes.latest() == 0
    library(a_record("A lamp"), a_record("Another lamp"))
    assert changes.latest() == max(models.Change.objects.values_list("number", flat=True)) > 0


def test_a_paper_that_no_id_leads_to_for_a_moment_is_read_as_well(library: Callable[..., None]) -> None:
    library(a_record("A lamp", ids=("arxiv:2603.00001",)))
    (key,) = models.Paper.objects.values_list("key", flat=True)
    models.Alias.objects.all().delete()
    assert papers.by_keys([key])[key].aliases == ()

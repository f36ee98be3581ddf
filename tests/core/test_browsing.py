"""Promises of the listings by category, venue and author's name."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from builders import a_paper, a_record
from hypothesis import given
from hypothesis import strategies as st

from broadsheet import wiring
from broadsheet.core import browsing
from broadsheet.core.taxonomy import CATEGORIES, name, spelled
from broadsheet.errors import IndexMissingError
from broadsheet.sources import arxiv_records
from broadsheet.text import name_key, venue_name
from broadsheet.types import Browsed, Paging

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)


def titles(found: Browsed) -> list[str]:
    return [paper.title for paper in found.papers]


@pytest.mark.django_db
class TestListings:
    def test_a_category_lists_its_papers_newest_first_cross_lists_too_and_an_archive_all_below_it(
        self, library: Callable[..., None]
    ) -> None:
        library(
            a_record("An old stone of learning", categories=("cs.LG",), published=date(2024, 1, 1)),
            a_record("A new stone of vision", categories=("cs.CV", "cs.LG"), published=date(2026, 1, 1)),
            a_record("A stone of numbers", categories=("math.NT",), published=date(2025, 1, 1)),
        )
        index = wiring.index()
        assert titles(browsing.in_category(index, "cs.LG", Paging())) == [
            "A new stone of vision",
            "An old stone of learning",
        ]
        assert titles(browsing.in_category(index, "cs.lg", Paging())) == titles(
            browsing.in_category(index, "cs", Paging())
        )
        assert browsing.in_category(index, "cs.RO", Paging()).total == 0
        listed = browsing.categories(index)
        assert listed["cs"] == [
            ("cs", "Computer Science", 2),
            ("cs.CV", "Computer Vision and Pattern Recognition", 1),
            ("cs.LG", "Machine Learning", 2),
        ]
        assert list(listed) == ["cs", "math"]

    def test_a_name_lists_the_papers_that_have_it_whole_however_it_is_accented(
        self, library: Callable[..., None]
    ) -> None:
        library(
            a_record("Stones by her", authors=("Ada Müller", "Bo")),
            a_record("More stones by her", authors=("ADA MULLER",)),
            a_record("Stones by another", authors=("Mary Ada Müller", "Ada Müllersen")),
        )
        found, circles = browsing.by_author(wiring.index(), "Ada Muller", Paging())
        assert sorted(titles(found)) == ["More stones by her", "Stones by her"]
        assert [circle.names for circle in circles] == [("Bo",), ()]

    def test_papers_of_one_name_are_kept_to_a_circle_that_shares_authors(self, library: Callable[..., None]) -> None:
        library(
            a_record("Stones with Bo", authors=("Ada", "Bo")),
            a_record("Stones with Bo and Cy", authors=("Bo", "Ada", "Cy")),
            a_record("Stones with Cy", authors=("Cy", "Ada")),
            a_record("Light with Di", authors=("Di", "Ada")),
        )
        _, circles = browsing.by_author(wiring.index(), "Ada", Paging())
        assert [(set(circle.names), len(circle.keys)) for circle in circles] == [({"Bo", "Cy"}, 3), ({"Di"}, 1)]
        found, _ = browsing.by_author(wiring.index(), "Ada", Paging(), beside="Di")
        assert titles(found) == ["Light with Di"]
        assert browsing.by_author(wiring.index(), "Ada", Paging(), beside="Nobody")[0].total == 0

    def test_papers_without_another_author_can_be_kept_to_as_well(self, library: Callable[..., None]) -> None:
        library(a_record("Stones with Bo", authors=("Ada", "Bo")), a_record("Stones alone", authors=("Ada",)))
        assert titles(browsing.by_author(wiring.index(), "Ada", Paging(), beside="")[0]) == ["Stones alone"]

    def test_what_is_listed_as_in_a_category_or_at_a_venue_is_counted_so_after_papers_were_changed(
        self, library: Callable[..., None]
    ) -> None:
        several = [
            a_record(f"Stone number {n}", ids=(f"arxiv:2603.{n:05}",), categories=("cs.LG",), venue="ICLR 2024")
            for n in range(1, 61)
        ]
        library(*several)
        library(*(replace(each, source="arxiv", categories=("math.NT",), venue="Nature") for each in several[:6]))
        index = wiring.index()
        counted = {one: number for listed in browsing.categories(index).values() for one, _, number in listed}
        assert counted == {one: browsing.in_category(index, one, Paging()).total for one in counted}
        assert set(counted) == {"cs", "cs.LG", "math", "math.NT"}
        assert browsing.venues(index) == [("ICLR", 54), ("Nature", 6)]

    def test_a_venue_lists_its_papers_of_all_years(self, library: Callable[..., None]) -> None:
        library(
            a_record("A stone of 2023", venue="ICLR 2023 poster"),
            a_record("A stone of 2024", venue="ICLR 2024 oral"),
            a_record("Another stone", venue="Journal of Stones, vol. 3, pp. 1-9"),
        )
        assert browsing.venues(wiring.index()) == [("ICLR", 2), ("Journal of Stones", 1)]
        assert browsing.at_venue(wiring.index(), "ICLR", Paging()).total == 2

    def test_a_venue_is_one_however_it_is_written_and_asked_for_and_is_told_as_most_papers_write_it(
        self, library: Callable[..., None]
    ) -> None:
        spellings = ("Revue d'Étude", "REVUE D'ETUDE, vol. 2", "Revue d'Étude 3 (2024)")
        library(*(a_record(f"A stone of {venue}", venue=venue) for venue in spellings))
        assert browsing.venues(wiring.index()) == [("Revue d'Étude", 3)]
        for asked in (*spellings, "revue d etude"):
            assert browsing.at_venue(wiring.index(), asked, Paging()).total == 3

    def test_long_listings_have_pages(self, library: Callable[..., None]) -> None:
        library(*(a_record(f"Stone number {n} of very many", categories=("cs.LG",)) for n in range(25)))
        pages = [browsing.in_category(wiring.index(), "cs.LG", Paging(page, 10)) for page in (1, 2, 3, 4)]
        assert [len(page.papers) for page in pages] == [10, 10, 5, 0]
        assert len({title for page in pages for title in titles(page)}) == 25

    def test_without_an_index_there_is_no_listing_and_it_is_told(self, index_folder: Path) -> None:
        with pytest.raises(IndexMissingError):
            browsing.in_category(wiring.index(), "cs.LG", Paging())


papers = st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=3, unique=True), max_size=12)


@given(papers)
def test_circles_are_what_the_obvious_way_finds(others: list[list[str]]) -> None:
    several = [a_paper(key=key, authors=("Ada", *names)) for key, names in enumerate(others, 1)]
    groups = [({key}, set(names)) for key, names in enumerate(others, 1)]
    joined = True
    while joined:
        joined = False
        for one in groups:
            for other in groups:
                if one is not other and one[1] & other[1]:
                    groups = [group for group in groups if group is not one and group is not other]
                    groups.append((one[0] | other[0], one[1] | other[1]))
                    joined = True
                    break
            if joined:
                break
    expected = {frozenset(keys) for keys, names in groups if names}
    if alone := {key for keys, names in groups if not names for key in keys}:
        expected.add(frozenset(alone))
    assert {frozenset(circle.keys) for circle in browsing.circles_of("Ada", several)} == expected


@pytest.mark.parametrize(
    ("venue", "series"),
    [
        ("ICLR 2024 poster", "ICLR"),
        ("Nature", "Nature"),
        ("Journal of Stones, vol. 3 (2024), pp. 1-9", "Journal of Stones"),
        ("Phys. Rev. D 93, 016005 (2016)", "Phys. Rev. D"),
        ("Proceedings of the 41st Conference on Stones", "Proceedings of the 41st Conference on Stones"),
        ("2024", "2024"),
        ("", ""),
    ],
)
def test_a_venue_is_its_series_without_volume_pages_and_year(venue: str, series: str) -> None:
    assert venue_name(venue) == series


def test_a_name_is_the_same_in_any_case_with_any_accents() -> None:
    assert name_key("Ada  MÜLLER-Lüdenscheidt") == name_key("ada muller ludenscheidt")
    assert name_key("J. Doe") != name_key("Jane Doe")
    assert name_key("李明") != ""


def test_every_category_in_the_table_is_one_of_arxiv_s() -> None:
    assert all(map(arxiv_records.is_category, CATEGORIES))
    assert (spelled("CS.lg"), name("cs.lg"), name("neuroscience")) == ("cs.LG", "Machine Learning", "")

"""Promises of the files of reference managers: BibTeX and RIS."""

from datetime import date

import pytest
from builders import shared_data

from broadsheet.errors import BadFileError
from broadsheet.sources import bibtex, ris
from broadsheet.sources.files import read
from broadsheet.types import Record

TODAY = date(2026, 9, 1)
REAL = {
    "front-matter+commonmeta-py/tests/fixtures/crossref.bib": 1,
    "front-matter+commonmeta-py/tests/fixtures/crossref.ris": 1,
    "front-matter+commonmeta-py/tests/fixtures/pure.bib": 1,
    "front-matter+commonmeta-py/tests/fixtures/pure.ris": 1,
    "front-matter+commonmeta-py/tests/fixtures/ris_bug.ris": 1,
    "MrTango+rispy/tests/data/example_full.ris": 2,
    "MrTango+rispy/tests/data/example_extraneous_data.ris": 2,
    "MrTango+rispy/tests/data/example_urls.ris": 4,
    "MrTango+rispy/tests/data/example_utf_chars.ris": 1,
    "asreview+systematic-review-datasets/datasets/van_de_Schoot_2017/raw/schoot-lgmm-ptsd-included-2.ris": 38,
    "asreview+systematic-review-datasets/datasets/van_de_Schoot_2017/raw/schoot-lgmm-ptsd-included-3.ris": 8,
}
ENTRY = r"""@string{lamps = "Journal of Lamps"}
@article{doe2024,
  title = {A {Lantern} for Schr{\"o}dinger},
  author = {Doe, Jane and M{\"u}ller, Hans and {The Lamp Group, Inc.} and others},
  journal = lamps, year = 2024, month = may, keywords = {light},
  eprint = {2405.00001v2}, archivePrefix = {arXiv}, primaryClass = {cs.LG},
  doi = {10.1000/ABC}, url = {https://a.example/lantern}, abstract = {We propose a lantern.}
}
"""
RIS = "TY  - JOUR\nTI  - A Lantern\nAU  - Doe, Jane\nPY  - 2024/05/27/\nDO  - https://doi.org/10.1000/ABC\nJO  - Lamps\nUR  - https://a.example/x\nER  - \n"


def bibtex_records(text: str) -> list[Record]:
    return list(bibtex.parse(text, file="refs.bib"))


@pytest.mark.parametrize(("name", "count"), REAL.items())
def test_real_files_are_read_whole(name: str, count: int) -> None:
    records = list(read(str(shared_data("fixtures", "bibtex_ris", *name.split("/"))), today=TODAY))
    assert len(records) == count
    assert all(record.title for record in records)


def test_an_entry_s_latex_is_decoded_and_its_ids_are_joined() -> None:
    (record,) = bibtex_records(ENTRY)
    assert record.title == "A Lantern for Schrödinger"
    assert record.authors == ("Jane Doe", "Hans Müller", "The Lamp Group, Inc.")
    assert record.ids == ("arxiv:2405.00001", "doi:10.1000/abc")
    assert (record.venue, record.categories, record.abstract) == (
        "Journal of Lamps",
        ("cs.LG",),
        "We propose a lantern.",
    )
    assert [link.url for link in record.links] == ["https://a.example/lantern"]


def test_a_year_or_a_month_is_not_made_a_day() -> None:
    (record,) = bibtex_records(ENTRY)
    assert (record.published, record.year) == (None, 2024)
    (record,) = bibtex_records("@misc{a, title={A Lamp}, date={2024-05-27}}")
    assert (record.published, record.year) == (date(2024, 5, 27), 2024)


def test_a_key_that_is_used_twice_names_two_papers() -> None:
    assert len(bibtex_records("@misc{a, title={A Lamp}}\n@misc{a, title={A Lantern}}")) == 2


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("@misc{a, title={A Lamp}}\n\n@misc{b, title={A Lantern\n\n@misc{c, title={B}}", "record 2 (line 3)"),
        ("@misc{a, title={A Lamp}}\n@misc{b, year=2024}", "record 2 (line 2)"),
    ],
)
def test_a_bad_entry_is_an_error_with_its_line(text: str, place: str) -> None:
    with pytest.raises(BadFileError) as caught:
        bibtex_records(text)
    assert caught.value.place == place


def test_a_file_in_another_encoding_fails_with_the_remedy_and_succeeds_with_it() -> None:
    path = shared_data(
        "fixtures", "bibtex_ris", "sciunto-org+python-bibtexparser", "tests", "resources", "gbk_test.bib"
    )
    with pytest.raises(BadFileError, match="pass --encoding"):
        list(read(str(path), today=TODAY))
    assert [record.title for record in read(str(path), today=TODAY, encoding="gbk")] == ["Test Title"]


def test_ris_fields_are_read() -> None:
    (record,) = ris.parse(RIS, file="refs.ris")
    assert (record.title, record.authors, record.venue) == ("A Lantern", ("Jane Doe",), "Lamps")
    assert (record.published, record.ids) == (date(2024, 5, 27), ("doi:10.1000/abc",))
    assert [link.url for link in record.links] == ["https://a.example/x"]


@pytest.mark.parametrize(
    ("text", "place"),
    [(RIS + "\nTY  - JOUR\nAU  - Doe\nER  - \n", "record 2 (line 10)"), (RIS + RIS[:-8], "record 2 (line 9)")],
)
def test_a_bad_ris_record_is_an_error_with_its_line(text: str, place: str) -> None:
    with pytest.raises(BadFileError) as caught:
        list(ris.parse(text, file="refs.ris"))
    assert caught.value.place == place

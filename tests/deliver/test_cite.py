"""Promises of the citations: other programs read back what the paper says, whatever its title contains."""

import json
from datetime import date

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from builders import a_paper
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.deliver.cite import FORMATS, cite, key
from broadsheet.types import Link, LinkKind

ADAMP = a_paper(
    paper_id="arxiv:2006.08217",
    title="AdamP: Slowing Down the Slowdown for Momentum Optimizers",
    authors=("Byeongho Heo", "van den Berg, Rianne", "Ludwig van Beethoven"),
    abstract="Normalization techniques are a boon.",
    published=date(2020, 6, 15),
    categories=("cs.LG", "stat.ML"),
)


def test_a_preprint_in_bibtex() -> None:
    assert cite(ADAMP, "bibtex") == (
        "@misc{heo2020adamp,\n"
        "  title = {{AdamP}: Slowing Down the Slowdown for Momentum Optimizers},\n"
        "  author = {Heo, Byeongho and van den Berg, Rianne and van Beethoven, Ludwig},\n"
        "  year = {2020},\n"
        "  month = jun,\n"
        "  eprint = {2006.08217},\n"
        "  archivePrefix = {arXiv},\n"
        "  primaryClass = {cs.LG},\n"
        "  url = {https://arxiv.org/abs/2006.08217},\n"
        "}\n"
    )


def test_a_preprint_in_ris() -> None:
    (entry,) = rispy.loads(cite(ADAMP, "ris"))
    assert entry["type_of_reference"] == "UNPB"
    assert entry["title"] == ADAMP.title
    assert entry["authors"] == ["Heo, Byeongho", "van den Berg, Rianne", "van Beethoven, Ludwig"]
    assert (entry["year"], entry["date"]) == ("2020", "2020/06/15")
    assert entry["abstract"] == ADAMP.abstract


def test_a_tie_of_tex_is_no_part_of_a_name() -> None:
    assert "author = {Latifi, A. and Conte, R.}," in cite(a_paper(authors=("A. ~Latifi", "R.~Conte")), "bibtex")


def test_a_preprint_in_csl_json() -> None:
    (entry,) = json.loads(cite(ADAMP, "csl"))
    assert entry["type"] == "article"
    assert entry["author"][0] == {"family": "Heo", "given": "Byeongho"}
    assert entry["issued"] == {"date-parts": [[2020, 6, 15]]}
    assert entry["number"] == "arXiv:2006.08217"


@pytest.mark.parametrize(
    ("venue", "kinds"),
    [
        ("Journal of Stones", ("@article", "JOUR", "article-journal")),
        ("Proceedings of the 9th Conference on Stones", ("@inproceedings", "CONF", "paper-conference")),
        ("ICLR 2021", ("@inproceedings", "CONF", "paper-conference")),
    ],
)
def test_what_was_printed_is_cited_from_where(venue: str, kinds: tuple[str, str, str]) -> None:
    paper = a_paper(venue=venue, year=2021, aliases=("doi:10.1000/182",))
    for form, kind in zip(("bibtex", "ris", "csl"), kinds, strict=True):
        text = cite(paper, form)
        assert kind in text
        assert venue in text
        assert "10.1000/182" in text


def test_a_key_is_made_of_family_name_year_and_the_first_word_that_tells_something() -> None:
    assert key(a_paper(title="On the Origin of Stones", authors=("José García",), year=1999)) == "garcia1999origin"
    assert key(a_paper(title="A Lantern for Small Models")) == "lanternsmall"
    assert key(a_paper(title="石", paper_id="page:ab12")) == "pageab12"


def test_a_paper_of_which_only_the_title_is_known_is_cited_with_its_project() -> None:
    paper = a_paper(links=(Link("https://example.github.io/x", LinkKind.PROJECT),))
    assert "url = {https://example.github.io/x}" in cite(paper, "bibtex")


NASTY = st.text(alphabet=st.one_of(st.characters(), st.sampled_from('{}\\$%&#_^~"@,=\n\r')), min_size=1, max_size=60)


@given(title=NASTY, author=NASTY, venue=NASTY)
def test_no_title_name_or_venue_breaks_out_of_its_field(title: str, author: str, venue: str) -> None:
    paper = a_paper(title=title, authors=(author,), venue=venue, year=2020)
    library = parse_string(cite(paper, "bibtex"))
    assert not library.failed_blocks
    assert [entry.key for entry in library.entries] == [key(paper)]
    assert {field.key for field in library.entries[0].fields} <= {"title", "author", "journal", "booktitle", "year"}
    text = cite(paper, "bibtex")
    assert text.count("{") == text.count("}")
    assert len(rispy.loads(cite(paper, "ris"))) == 1
    (entry,) = json.loads(cite(paper, "csl"))
    assert set(entry) <= {"id", "type", "title", "author", "issued", "container-title"}


def test_every_format_has_a_file_ending_of_its_own() -> None:
    assert len({form.extension for form in FORMATS.values()}) == len(FORMATS)

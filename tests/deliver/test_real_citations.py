"""Promises of the citations of real papers: other people's parsers read back what the papers say, of every one."""

import json
from datetime import date

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import LatexDecodingMiddleware, SeparateCoAuthors
from builders import shared_data

from broadsheet.core.identity import ids_of
from broadsheet.core.merge import merge
from broadsheet.deliver.cite import FORMATS, cite_all, family_and_given
from broadsheet.sources import files
from broadsheet.text import readable
from broadsheet.types import Paper

TODAY = date(2026, 8, 21)
SOURCES = (("papers-60k.jsonl.zst", 60), ("arxiv-recent.jsonl.zst", 4), ("hf-daily.zip", 10))
"""Real papers, and of how many one is looked at."""


@pytest.fixture(scope="module", params=SOURCES, ids=[name for name, _ in SOURCES])
def papers(request: pytest.FixtureRequest) -> list[Paper]:
    name, step = request.param
    records = files.read(str(shared_data(name)), today=TODAY)
    return [merge(1, [record], ids_of(record)) for number, record in enumerate(records) if number % step == 0]


def words(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in readable(text)).split())


def bare(text: str) -> str:
    """Letters and digits alone; the parser gives ^ and ~ back as accents without a letter."""
    return "".join(sign for sign in text if sign.isalnum() and sign not in "ˆ˜")


def test_bibtex(papers: list[Paper]) -> None:
    library = parse_string(
        cite_all(papers, "bibtex"), append_middleware=[SeparateCoAuthors(), LatexDecodingMiddleware()]
    )
    assert not library.failed_blocks
    assert len(library.entries) == len(papers)
    for paper, entry in zip(papers, library.entries, strict=True):
        fields = {field.key: field.value for field in entry.fields}
        assert bare(fields["title"]) == bare(words(paper.title))
        names = [bare(" ".join(reversed(family_and_given(name)))) for name in paper.authors]
        read = [bare(" ".join(reversed(name.strip("{}").partition(", ")[::2]))) for name in fields.get("author", [])]
        assert read == names
        if paper.published:
            assert (fields["year"], fields["month"]) == (str(paper.published.year), f"{paper.published:%b}".lower())
        if paper.paper_id.startswith("arxiv:"):
            assert fields["eprint"] == paper.paper_id.removeprefix("arxiv:")


def test_ris(papers: list[Paper]) -> None:
    entries = rispy.loads(cite_all(papers, "ris"))
    assert len(entries) == len(papers)
    for paper, entry in zip(papers, entries, strict=True):
        assert entry["title"] == words(paper.title)
        assert entry.get("authors", []) == [", ".join(filter(None, family_and_given(name))) for name in paper.authors]
        assert entry.get("abstract", "") == words(paper.abstract)
        assert entry.get("year", "") == str(paper.published.year if paper.published else paper.year or "")


def test_csl(papers: list[Paper]) -> None:
    entries = json.loads(cite_all(papers, "csl"))
    assert [entry["title"] for entry in entries] == [words(paper.title) for paper in papers]
    assert len({entry["id"] for entry in entries}) == len(papers)
    assert {
        len(entry.get("author", [])) == len(paper.authors) for paper, entry in zip(papers, entries, strict=True)
    } == {True}


def test_every_format_is_read_by_somebody_else_here() -> None:
    assert set(FORMATS) == {"bibtex", "ris", "csl"}

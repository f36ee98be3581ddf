"""Promises of adding many papers at once: in the order of what was pasted, and nothing that is not found is lost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import pytest
from builders import a_record
from readers import NOW, an_actor

from broadsheet.community import Access, Actor, Role
from broadsheet.core import collecting, gathering, papers, shelving
from broadsheet.core.gathering import Gathered
from broadsheet.core.store import store
from broadsheet.deliver import shelves
from broadsheet.errors import FetchError, NotAllowedError
from broadsheet.incoming import Batch
from broadsheet.library import models
from broadsheet.sources import catalogue
from broadsheet.sources.http import Http
from broadsheet.types import PaperId

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@dataclass
class Desk:
    """Has the papers of arXiv that end in 1; raises if it is closed; remembers what it was asked for."""

    closed: bool = False
    schemes: tuple[str, ...] = ("arxiv",)
    asked: list[list[PaperId]] = field(default_factory=list)

    def look_up(self, _http: Http, ids: Sequence[PaperId]) -> Iterator[Batch]:
        self.asked.append(list(ids))
        if self.closed:
            raise FetchError("https://example.org", "the host does not answer")
        known = [one for one in ids if one.endswith("1")]
        records = (a_record(f"The stone {one}", source="arxiv", ids=(one,)) for one in known)
        yield Batch(checkpoint={}, records=tuple(records))


@pytest.fixture(autouse=True)
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk()
    monkeypatch.setattr(catalogue, "lookups", lambda paper_id: (made,) if paper_id.startswith("arxiv:") else ())
    return made


@pytest.fixture
def key() -> int:
    store(
        [
            a_record("A stone that is here", ids=("doi:10.1000/a",), authors=("Ada Lovelace",)),
            a_record("Another stone that is here", ids=("arxiv:2603.00007",)),
        ],
        now=NOW,
    )
    return collecting.make(an_actor(), "Stones", now=NOW).key


def gather(key: int, text: str, actor: Actor | None = None, *, nod: bool = False, time: bool = True) -> Gathered:
    return gathering.gather(
        actor or an_actor(), key, text, nod=nod, http=Http(), in_time=lambda: time, now=NOW
    )  # fmt: skip


def kept(key: int) -> list[tuple[str, str]]:
    return [(each.paper.paper_id, each.note) for each in shelving.every(collecting.collection(key, an_actor()))]


def test_lines_of_ids_addresses_dois_and_titles_are_added_in_their_order(key: int, desk: Desk) -> None:
    text = (
        "\n https://arxiv.org/abs/2603.00011v2 \r\n10.1000/A\n\n  another stone, that is here!\n2603.00021\n10.1000/a\n"
    )
    done = gather(key, text)
    assert done == Gathered(added=4)
    assert [one for one, _ in kept(key)] == [
        "arxiv:2603.00011",
        "doi:10.1000/a",
        "arxiv:2603.00007",
        "arxiv:2603.00021",
    ]
    assert desk.asked == [["arxiv:2603.00011", "arxiv:2603.00021"]]
    assert gather(key, text) == Gathered(there=4)


def test_several_ids_on_a_line_are_several_papers(key: int) -> None:
    assert gather(key, "see 2603.00007 and doi:10.1000/a, please").added == 2


def test_what_is_not_found_is_told_line_by_line_and_can_be_sent_again(key: int) -> None:
    done = gather(key, "2603.00002\n10.1000/a\nNo stone of this name is here\n")
    assert done.added == 1
    assert done.left == (
        ("2603.00002", "nobody who was asked has arxiv:2603.00002"),
        ("No stone of this name is here", "no paper of this library has this title, and no id is given"),
    )
    assert done.again == "2603.00002\nNo stone of this name is here"


def test_a_host_that_does_not_answer_loses_nothing(key: int, desk: Desk) -> None:
    desk.closed = True
    done = gather(key, "2603.00001\n10.1000/a")
    assert (done.added, done.again) == (1, "2603.00001")
    assert "could not be fetched now: the host does not answer" in done.left[0][1]


def test_what_there_was_no_time_for_is_asked_for_by_sending_it_again(key: int, desk: Desk) -> None:
    done = gather(key, "2603.00001\n10.1000/a", time=False)
    assert (done.added, done.again, desk.asked) == (1, "2603.00001", [])
    assert gather(key, done.again).added == 1


def test_a_title_that_two_papers_have_is_not_guessed(key: int) -> None:
    for author, name in (("Ada Bee", "x"), ("Bo Cee", "y")):
        store([a_record("On the weight of many stones", authors=(author,), ids=(f"doi:10.1000/{name}",))], now=NOW)
    assert "several papers" in gather(key, "On the weight of many stones").left[0][1]
    entry = "@article{b, title={On the weight of many stones}, author={Cee, Bo}}"
    gather(key, entry)
    assert kept(key) == [("doi:10.1000/y", "")]


BIBTEX = """@article{a, title={A stone that is here}, author={Lovelace, Ada}}
@misc{b, title={Somewhere else}, eprint={2603.00001}, archivePrefix={arXiv}}
@book{c, title={A stone that only this file has}, author={Babbage, Bo}, year={1999}, note={x}}
"""


def test_bibtex_is_found_fetched_or_made_a_paper(key: int) -> None:
    assert gather(key, BIBTEX) == Gathered(added=3)
    found = [each.paper for each in shelving.every(collecting.collection(key, an_actor()))]
    assert [paper.title for paper in found] == [
        "A stone that is here", "The stone arxiv:2603.00001", "A stone that only this file has",
    ]  # fmt: skip
    assert (found[2].authors, found[2].year, found[2].featured) == (("Bo Babbage",), 1999, None)


def test_where_editors_nod_a_reader_makes_no_papers_and_the_whole_file_is_kept(key: int) -> None:
    done = gather(key, BIBTEX, nod=True)
    assert (done.added, done.again) == (2, BIBTEX)
    assert [written for written, _ in done.left] == ["A stone that only this file has"]
    assert not models.Paper.objects.filter(title__startswith="A stone that only")
    contributor = an_actor("cy", Role.CONTRIBUTOR)
    collecting.share(an_actor(), key, "cy", edits=True, now=NOW)
    assert gather(key, BIBTEX, contributor, nod=True) == Gathered(added=1, there=2)


def test_what_is_pasted_changes_no_paper_that_is_here(key: int) -> None:
    before = papers.paper("10.1000/a")
    gather(key, "@article{a, title={A stone that is here}, author={Lovelace, Ada}, doi={10.1000/a}, abstract={Mine!}}")
    gather(key, "@article{a, title={Quite another title}, doi={10.1000/a}, abstract={Mine!}}")
    assert papers.paper("10.1000/a") == before
    assert models.Record.objects.filter(source=gathering.SOURCE).count() == 0


def test_ris_works_too_and_a_broken_file_is_left_whole_with_the_place(key: int) -> None:
    assert gather(key, "TY  - JOUR\nTI  - A stone that is here\nDO  - 10.1000/a\nER  - \n").added == 1
    broken = "TY  - JOUR\nTI  - A stone\n"
    done = gather(key, broken)
    assert (done.added, done.again) == (0, broken)
    assert "record 1 (line 1)" in done.left[0][0]
    assert "no end" in done.left[0][1]


def test_an_exported_collection_comes_back_with_order_and_notes(key: int) -> None:
    ada = an_actor()
    gather(key, "2603.00007\n10.1000/a\n2603.00001")
    shelving.note(ada, key, papers.paper("10.1000/a"), "Heavy “stone”.\n\nTwo lines.", now=NOW)
    found = collecting.collection(key, ada)
    exported = shelves.export(shelving.every(found), found, "json", "https://papers.example.org")
    copy = collecting.make(ada, "Copy", now=NOW).key
    assert gather(copy, exported) == Gathered(added=3)
    assert kept(copy) == kept(key)
    shelving.note(ada, key, papers.paper("10.1000/a"), "Newer.", now=NOW)
    gather(key, exported)
    assert ("doi:10.1000/a", "Newer.") in kept(key)


def test_a_pasted_paper_stands_on_no_front_page(key: int) -> None:
    line = '{"title": "A stone that pushes itself in", "featured": "2026-03-17", "announced": "2026-03-17"}'
    assert gather(key, line).added == 1
    paper = models.Paper.objects.get(title="A stone that pushes itself in")
    assert (paper.featured, paper.announced, paper.listed_on) == (None, None, None)
    assert date(2026, 3, 17) not in set(models.Paper.objects.values_list("listed_on", flat=True))


def test_who_may_only_read_adds_nothing_and_asks_nobody(key: int, desk: Desk) -> None:
    bo = an_actor("bo")
    collecting.share(an_actor(), key, "bo", edits=False, now=NOW)
    assert collecting.collection(key, bo).access is Access.READS
    for actor in (bo, an_actor(banned=True)):
        with pytest.raises(NotAllowedError):
            gather(key, "2603.00001", actor)
    with pytest.raises(collecting.CollectionNotFoundError):
        gather(key, "2603.00001", an_actor("cy"))
    assert desk.asked == []

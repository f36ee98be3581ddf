"""Promises of a library at Zotero: no item lost to what is removed meanwhile, no id that a note only mentions."""

from datetime import UTC, datetime
from typing import Any

import pytest
from answering import Answering, an_answer

from broadsheet.errors import SourceError, UnreadableError
from broadsheet.sources import zotero
from broadsheet.sources.kinds import Options
from broadsheet.types import Record

NOW = datetime(2026, 3, 20, tzinfo=UTC)


def an_item(number: int, **data: Any) -> dict[str, Any]:
    said = {"key": f"K{number}", "itemType": "preprint", "title": f"Stone {number}", **data}
    return {"key": f"K{number}", "version": 1, "data": said}


def one(**data: Any) -> Record:
    (record,), _, _ = zotero.parse(an_answer([an_item(1, **data)]))
    return record


class Library:
    """Items that change between two requests: `changes` says what, by the number of the request."""

    def __init__(self, items: int, changes: dict[int, list[int]]) -> None:
        self.items, self.changes, self.asked = list(range(items)), changes, 0

    def __call__(self, url: str, asked: Any) -> Any:
        self.asked += 1
        for number in self.changes.get(self.asked, []):
            self.items.remove(number)
        start = int(asked["start"])
        found = [an_item(number) for number in self.items[start : start + int(asked["limit"])]]
        told = {"last-modified-version": str(10 + self.asked), "total-results": str(len(self.items))}
        return an_answer(found, url, **told)


def fetch(speak: Any, checkpoint: dict[str, Any] | None = None) -> list[Any]:
    return list(zotero.make(Options(words=("groups/1",))).fetch(Answering(speak), checkpoint or {}, now=NOW))


def titles(batches: list[Any]) -> set[str]:
    return {record.title for batch in batches for record in batch.records}


def test_what_moves_up_when_others_are_removed_is_not_passed_over() -> None:
    library = Library(350, {2: list(range(40)), 4: list(range(40, 90))})
    batches = fetch(library)
    assert titles(batches) >= {f"Stone {number}" for number in library.items}
    assert batches[-1].checkpoint == {"since": 11}


def test_a_fetch_that_stopped_goes_on_and_sees_what_was_removed_meanwhile() -> None:
    library = Library(250, {})
    first = next(iter(zotero.make(Options(words=("groups/1",))).fetch(Answering(library), {}, now=NOW)))
    library.items = library.items[30:]
    rest = fetch(library, dict(first.checkpoint))
    assert titles([first, *rest]) >= {f"Stone {number}" for number in library.items}
    assert rest[-1].checkpoint == {"since": 11}


def test_a_page_that_comes_again_ends_the_fetch() -> None:
    page = [an_item(number) for number in range(zotero.PAGE)]
    with pytest.raises(UnreadableError, match="twice"):
        fetch(lambda _url, _asked: page)


@pytest.mark.parametrize(
    ("data", "ids"),
    [
        ({"extra": "arXiv:2401.00001 [cs]\nCitation Key: stone"}, ("arxiv:2401.00001",)),
        ({"extra": "DOI: 10.1000/x"}, ("doi:10.1000/x",)),
        ({"extra": "Read it after arXiv:2401.00002, and see 10.1000/y."}, ()),
        ({"archiveID": "arXiv:2401.00001", "repository": "arXiv"}, ("arxiv:2401.00001",)),
        ({"url": "http://arxiv.org/abs/2401.00001"}, ("arxiv:2401.00001",)),
        ({"url": "https://publisher.example/doi/10.1000/x/pdf", "DOI": "10.1000/x"}, ("doi:10.1000/x",)),
    ],
)
def test_an_item_has_the_ids_that_are_its_own(data: dict[str, str], ids: tuple[str, ...]) -> None:
    assert one(**data).ids == ids


def test_markup_of_a_title_is_left_out_and_signs_of_comparison_are_not() -> None:
    markup = 'Stones in H<sub>2</sub>O, <i>E. saxum</i>, <span style="font-variant:small-caps;">a</span> < b > c'
    assert one(title=markup).title == "Stones in H2O, E. saxum, a < b > c"


def test_an_address_is_a_link_unless_it_is_an_id() -> None:
    assert [link.url for link in one(url="https://stones.example/paper").links] == ["https://stones.example/paper"]
    assert one(url="https://arxiv.org/abs/2401.00001").links == ()


@pytest.mark.parametrize("tags", [None, [], [{"type": 1}], ["x"]])
def test_without_tags_there_are_no_extras(tags: Any) -> None:
    assert one(tags=tags).extras == {}


def test_a_key_is_sent_as_a_header_and_never_shown() -> None:
    sent: list[Any] = []

    class Listening(Answering):
        def get(self, url: str, *arguments: Any, **named: Any) -> Any:
            sent.append(named["headers"])
            return super().get(url, *arguments, **named)

    source = zotero.make(Options(words=("users/12",), values={"key": "s3cret"}))
    batches = list(source.fetch(Listening(lambda _u, _a: [an_item(1, title="")]), {}, now=NOW))
    assert sent == [{"Zotero-API-Version": "3", "Zotero-API-Key": "s3cret"}]
    assert batches[0].unread
    assert "s3cret" not in repr(batches)


@pytest.mark.parametrize("words", [(), ("users/ada",), ("groups/1", "groups/2"), ("groups/1/../2",)])
def test_a_library_is_named_by_its_number(words: tuple[str, ...]) -> None:
    with pytest.raises(SourceError, match="users/12345"):
        zotero.make(Options(words=words))

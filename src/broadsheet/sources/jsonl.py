"""Our own JSON lines: one object a line with a record's fields. docs/reference/jsonl.md describes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

import orjson

from broadsheet.sources.building import Place, build, link
from broadsheet.sources.ids import parse_paper_id
from broadsheet.types import Json, Link, LinkKind, PaperId, Record, Version


def parse(lines: Iterable[bytes | str], *, file: str) -> Iterator[Record]:
    """A record for each line that is not blank, as they come. Unknown keys are ignored, wrong types are errors."""
    count = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        count += 1
        place = Place(file, f"record {count} (line {number})" if count != number else f"line {number}")
        try:
            found = orjson.loads(line)
        except ValueError as error:
            raise place.error(*_why(line, error)) from None
        yield record(found, place)


def record(found: Json, place: Place) -> Record:
    """The record that one object of our schema describes."""
    if not isinstance(found, dict):
        raise place.error(f"here stands {_name(found)}, not a JSON object", "Give one paper a line, in braces")
    fields = _Fields(found, place)
    ids = fields.ids()
    address = fields.text("url")
    address_id = parse_paper_id(address) if address else None
    links = fields.links()
    if address and address_id is None:
        links += link(address)
    doi = fields.text("doi")
    categories = fields.texts("categories")
    primary = fields.text("primary_category")
    return build(
        place,
        source=fields.text("source") or "jsonl",
        title=fields.text("title"),
        abstract=fields.text("abstract") or fields.text("summary"),
        note=fields.text("note"),
        authors=fields.texts("authors"),
        ids=(*ids, address_id, *map(parse_paper_id, doi.split())),
        published=fields.day("published"),
        announced=fields.day("announced"),
        featured=fields.day("featured"),
        year=fields.whole("year"),
        categories=(primary, *categories) if primary else categories,
        links=links,
        versions=fields.versions(),
        venue=fields.text("venue"),
        comment=fields.text("comment"),
        extras=fields.extras(),
    )


_STRINGS = frozenset((str,))


class _Fields:
    """One object's values, each of the type that the schema says; null and absent are the same."""

    def __init__(self, found: dict[str, Any], place: Place) -> None:
        self.found, self.place = found, place

    def _wrong(self, key: str, wanted: str) -> Exception:
        return self.place.error(f'"{key}" is {_name(self.found[key])}, but must be {wanted}')

    def text(self, key: str) -> str:
        value = self.found.get(key, "")
        if type(value) is str:
            return value
        if value is None:
            return ""
        raise self._wrong(key, "a string")

    def texts(self, key: str) -> list[str]:
        value = self.found.get(key)
        if value is None:
            return []
        if type(value) is not list or not _STRINGS.issuperset(map(type, value)):
            raise self._wrong(key, "a list of strings")
        return value

    def whole(self, key: str) -> int | None:
        value = self.found.get(key)
        if value is None:
            return None
        if type(value) is not int or not 1000 <= value <= 9999:
            raise self._wrong(key, "a year such as 2024")
        return value

    def day(self, key: str) -> date | None:
        value = self.text(key)
        if not value:
            return None
        return _day(value, lambda: self.place.error(f'"{key}" is {value[:40]!r}, but must be a day such as 2024-05-27'))

    def ids(self) -> list[PaperId | None]:
        """`id` and `ids`, in any spelling; a name that no scheme of ours knows is left out."""
        one, more = self.found.get("id"), self.found.get("ids")
        if one is not None and type(one) is not str:
            raise self._wrong("id", "a string")
        if more is not None and type(more) is not str:
            self.texts("ids")
        names = ([one] if one else []) + ([more] if isinstance(more, str) else more or [])
        return [parse_paper_id(name) for name in names]

    def links(self) -> tuple[Link, ...]:
        value = self.found.get("links")
        if value is None:
            return ()
        if type(value) is not list:
            raise self._wrong("links", "a list")
        return tuple(link for one in value for link in self._link(one))

    def _link(self, value: Json) -> tuple[Link, ...]:
        kind = None
        if isinstance(value, dict):
            if (name := value.get("kind")) is not None:
                if name not in list(LinkKind):
                    known = ", ".join(LinkKind)
                    raise self.place.error(f'"links" names the kind {str(name)[:40]!r}, but must name one of {known}')
                kind = LinkKind(name)
            value = value.get("url")
        found = link(value, kind)
        if not found:
            raise self.place.error(f'"links" has {str(value)[:80]!r}, which is no web address')
        return found

    def versions(self) -> list[Version]:
        value = self.found.get("versions")
        if value is None:
            return []
        if type(value) is not list:
            raise self._wrong("versions", "a list")
        versions = []
        for one in value:
            number, deposited = (one.get("number"), one.get("deposited")) if isinstance(one, dict) else (None, None)
            if type(number) is not int or number < 1 or not isinstance(deposited, str | None):
                raise self._wrong("versions", 'a list such as [{"number": 1, "deposited": "2024-05-27"}]')
            versions.append(Version(number, _day(deposited or "", lambda: self._wrong("versions", "a list with days"))))
        return versions

    def extras(self) -> dict[str, Json]:
        value = self.found.get("extras")
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self._wrong("extras", "an object")
        return value


def _day(text: str, error: Callable[[], Exception]) -> date | None:
    if not text:
        return None
    try:
        if len(text) > 10 and text[10] not in "T ":
            raise ValueError
        return date.fromisoformat(text[:10])
    except ValueError:
        raise error() from None


def _name(value: Json) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _why(line: bytes | str, error: Exception) -> tuple[str, str]:
    """Why a line is not JSON, and what to do about it."""
    if isinstance(line, bytes):
        try:
            line.decode()
        except UnicodeDecodeError as wrong:
            return f"byte {wrong.start + 1} of the line is not UTF-8", "Save it as UTF-8 or pass --encoding latin-1"
    if "unexpected end" in str(error):
        return f"the file ends in the middle of a record ({error})", "Fetch the file again, it seems cut off"
    return f"this is not JSON ({error})", "Give one JSON object a line"

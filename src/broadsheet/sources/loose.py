"""Values in JSON from strangers: each of the kind that is hoped for, or the empty one of that kind."""

from __future__ import annotations

from broadsheet.types import Json


def mapping(found: Json) -> dict[str, Json]:
    """An object."""
    return found if isinstance(found, dict) else {}


def mappings(found: Json) -> list[dict[str, Json]]:
    """The objects of a list."""
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def text(found: Json) -> str:
    """A string."""
    return found if isinstance(found, str) else ""


def texts(found: Json) -> list[str]:
    """The strings of a list that are not empty."""
    return [one for one in found if isinstance(one, str) and one] if isinstance(found, list) else []


def whole(found: Json) -> int | None:
    """A whole number."""
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def year(found: Json) -> int | None:
    """A year of four digits."""
    number = whole(found)
    return number if number is not None and 1000 <= number <= 9999 else None

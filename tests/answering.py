"""A stand-in for the way to the network: answers from a table, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import orjson

from broadsheet.errors import FetchError
from broadsheet.sources.http import Answer, Http, Validators


class Answering(Http):
    """Answers what `speak` says of an address with its parameters; None is a 404, a status raises it."""

    def __init__(self, speak: Callable[[str, Mapping[str, str]], Any]) -> None:
        self.speak = speak
        self.asked: list[tuple[str, dict[str, str]]] = []

    def get(
        self,
        url: str,
        params: Mapping[str, str | int] | None = None,
        *,
        pace: float = 1.0,
        headers: Mapping[str, str] | None = None,
        unless: Validators = Validators(),
        most: int = 64 << 20,
    ) -> Answer:
        wanted = {name: str(value) for name, value in (params or {}).items()}
        self.asked.append((url, wanted))
        found = self.speak(url, wanted)
        shown = f"{url}?{urlencode(wanted)}" if wanted else url
        if found is None or isinstance(found, int):
            raise FetchError(shown, f"the host answers {found or 404}", status=found or 404)
        if isinstance(found, Answer):
            return found
        return Answer(url=shown, body=found if isinstance(found, bytes) else orjson.dumps(found))


def an_answer(found: Any, url: str = "https://example.org/answer", **headers: str) -> Answer:
    """An answer with this JSON, or these bytes, as its body."""
    return Answer(url=url, body=found if isinstance(found, bytes) else orjson.dumps(found), headers=headers)

"""Cursors: where the next page of a list begins, in a word that means nothing to whoever asks."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

import orjson
from django.http import HttpRequest
from ninja import Field, Path, Schema

from broadsheet.errors import BroadsheetError
from broadsheet.types import Paging

MOST = 100
USUAL = 20
LAST_PAGE = 10_000

Number = Path[Annotated[int, Field(ge=1, le=2**53, description="Its number.")]]
"""The number of something, in an address."""


class CursorError(BroadsheetError):
    """A cursor is none that this API gave."""

    def __init__(self) -> None:
        super().__init__("This cursor is none that was given here. Take the one in `next`, or begin without any.")


class Slice(Schema):
    """Which part of a list is asked for."""

    limit: int = Field(USUAL, ge=1, le=MOST, description="How many there are on a page. The cursor keeps it.")
    cursor: str = Field("", max_length=200, description="Where the page begins: what `next` of the page before says.")

    def paging(self) -> Paging:
        """The page that is meant; CursorError for a cursor that was not given here."""
        return self._read()[0]

    def moment(self) -> datetime | None:
        """As of when the first page was, if the cursor tells."""
        return self._read()[1]

    def _read(self) -> tuple[Paging, datetime | None]:
        if not self.cursor:
            return Paging(1, self.limit), None
        try:
            page, size, millis = orjson.loads(urlsafe_b64decode(self.cursor.encode("ascii") + b"=="))
            good = all(type(each) is int for each in (page, size, millis))
            if not good or not (1 <= page <= LAST_PAGE and 1 <= size <= MOST and 0 <= millis < 1 << 43):
                raise CursorError
            return Paging(page, size), datetime.fromtimestamp(millis / 1000, UTC) if millis else None
        except (ValueError, TypeError, OverflowError):
            raise CursorError from None


class Page(Schema):
    """What every list says of itself."""

    total: int = Field(description="How many there are on all pages.", examples=[42])
    next: str | None = Field(description="The address of the next page; null on the last one.", examples=[None])


def following(request: HttpRequest, paging: Paging, total: int, *, as_of: datetime | None = None) -> str | None:
    """The address of the page after this one, which the answer also links to; None after the last one.

    `as_of` goes along where the list is made anew each time: so that all pages are of one moment.
    """
    if paging.page * paging.size >= total or paging.page >= LAST_PAGE:
        return None
    told = [paging.page + 1, paging.size, int(as_of.timestamp() * 1000) if as_of else 0]
    cursor = urlsafe_b64encode(orjson.dumps(told)).decode().rstrip("=")
    query = urlencode(dict(request.GET.lists()) | {"cursor": [cursor]}, doseq=True)
    address = f"{request.path}?{query}"
    request.following = re.sub(r"[^\x21-\x7e]", "", address)  # type: ignore[attr-defined]
    return address

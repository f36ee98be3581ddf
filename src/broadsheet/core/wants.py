"""What can be subscribed to: whether a want makes sense, and what it is called."""

from __future__ import annotations

import re

from broadsheet.core import taxonomy
from broadsheet.core.standing import kept
from broadsheet.digests import VALUED, Kind, Want
from broadsheet.errors import BroadsheetError
from broadsheet.library import collected
from broadsheet.text import name_key, plain
from broadsheet.types import Query

LONGEST = 300
"""Characters that a line, a name or a category may have."""

_NUMBER = re.compile(r"[0-9]{1,18}")
_CATEGORY = re.compile(r"[A-Za-z][\w.-]*(/[\w.-]+)?")


class WantError(BroadsheetError):
    """What was asked for cannot be subscribed to."""


def checked(want: Want, account: int | None = None) -> Want:
    """The same want as it is kept; WantError says why there is no such thing, or not for this account."""
    kind, value = want.kind, " ".join(plain(want.value).split())
    if kind not in VALUED:
        if kind is Kind.FOR_YOU and account is None:
            raise WantError("Papers are chosen by what an account did: sign in to one with a verified mail address.")
        return Want(kind)
    if not value:
        raise WantError(f"Say which {kind} you mean.")
    if len(value) > LONGEST:
        raise WantError(f"This {kind} is too long to be kept: {len(value)} characters of at most {LONGEST}.")
    if kind is Kind.SEARCH and not _asks(kept(value)):
        raise WantError(f"“{value}” asks for nothing that a paper could match.")
    if kind is Kind.AUTHOR and not name_key(value):
        raise WantError(f"“{value}” is no name.")
    if kind is Kind.CATEGORY:
        if not _CATEGORY.fullmatch(value):
            raise WantError(f"“{value}” is no category. One looks like cs.LG.")
        value = taxonomy.spelled(value)
    if kind is Kind.COLLECTION and not (_NUMBER.fullmatch(value) and collected.title(int(value), account)):
        raise WantError("There is no such collection, or it is not shared with you.")
    return Want(kind, value)


def named(want: Want, account: int | None = None) -> str:
    """What a want of this account, or of anybody, is called in a list."""
    kind, value = want
    if kind is Kind.SEARCH:
        return f"New papers for “{value}”"
    if kind is Kind.AUTHOR:
        return f"New papers by {value}"
    if kind is Kind.CATEGORY:
        name = taxonomy.name(value)
        return f"New papers in {value}" + (f" ({name})" if name and name != value else "")
    if kind is Kind.COLLECTION:
        return f"What is added to “{label(want, account)}”"
    return {
        Kind.TRENDING: "Trending papers",
        Kind.FRONT_PAGE: "The top of the front page",
        Kind.FOR_YOU: "Papers chosen for you",
    }[kind]


def label(want: Want, account: int | None = None) -> str:
    """The value of a want in words: the title of a collection that this account may read, else the value itself."""
    if want.kind is Kind.COLLECTION:
        return collected.title(int(want.value), account) or "a collection that is not shared any more"
    return want.value


def _asks(query: Query) -> bool:
    return bool(query.words or query.phrases or query.authors or query.titles or query.ids or query.filter)

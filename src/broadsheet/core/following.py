"""The verbs `follow` and `unfollow`: an author, a category or a search that a reader wants to hear of."""

from __future__ import annotations

from datetime import datetime

from broadsheet.community import Actor, Role
from broadsheet.core import roles, taxonomy
from broadsheet.errors import BroadsheetError
from broadsheet.library import personal as library
from broadsheet.tastes import Followed
from broadsheet.text import plain

KINDS = ("author", "category", "search")
MOST = 200
"""Authors, categories and searches that one account follows at most."""

LONGEST = 500
"""Characters of what is followed."""


class FollowError(BroadsheetError):
    """This cannot be followed; the text says why."""


def follow(actor: Actor, kind: str, value: str, *, now: datetime) -> Followed:
    """Let the reader follow this; answers how it is kept. FollowError if it is nothing, or too much."""
    roles.require(actor, Role.READER, "follow anything")
    what = _kept(kind, value)
    if library.number_followed(actor.key) >= MOST:
        raise FollowError(f"You follow {MOST} authors, categories and searches. Unfollow some first.")
    library.follow(actor.key, what, now)
    return what


def unfollow(actor: Actor, kind: str, value: str) -> Followed:
    """Take that back; answers what it was."""
    what = _kept(kind, value)
    library.unfollow(actor.key, what)
    return what


def followed(account: int) -> tuple[Followed, ...]:
    """All that the account follows, each by name."""
    return library.followed([account])[account]


def follows(account: int, kind: str, value: str) -> bool:
    """Whether the account follows this."""
    try:
        return library.follows(account, _kept(kind, value))
    except FollowError:
        return False


def _kept(kind: str, value: str) -> Followed:
    value = " ".join(plain(value).split())
    if kind not in KINDS or not value or len(value) > LONGEST:
        raise FollowError(f"What is followed is an author, a category or a search of at most {LONGEST} characters.")
    return Followed(kind, taxonomy.spelled(value) if kind == "category" else value)

"""The values about accounts that cross a boundary, frozen: what one says of itself, and what others see of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from broadsheet.community import Actor, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an account says of itself and wants: its own words, and what others see of it."""

    about: str = ""
    shows_profile: bool = False
    hides_votes: bool = False
    mailed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """An account as those who keep the house see it; `last_seen` is the last time that it signed in."""

    key: int
    name: str
    role: Role
    mail: str
    joined: datetime
    last_seen: datetime | None
    banned_until: datetime | None
    active: bool


class Deed(NamedTuple):
    """Something that an account did with a paper in the sight of others, and when; `words` are what it said."""

    paper_id: str
    title: str
    at: datetime
    words: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What others see of an account that shows its profile; votes are None where it hides them."""

    name: str
    role: Role
    about: str
    joined: datetime
    public: bool
    submissions: tuple[Deed, ...]
    comments: tuple[Deed, ...]
    votes: tuple[Deed, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Leave to make an account; `by` is the name of who gave it, empty for the command line."""

    number: int
    role: Role
    mail: str
    mailed: bool
    by: str
    made_at: datetime
    until: datetime
    accepted_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """A browser that an account is signed in with: how it calls itself, from where, since when; `own` is the asking."""

    number: str
    name: str
    network: str
    since: datetime
    seen_at: datetime
    own: bool


class Scope(StrEnum):
    """What a token lets a program do for its account; what everybody may read needs none of them."""

    READ = "read"
    """See what only the account sees: its marks, votes, private collections, what it put forward."""

    WRITE = "write"
    """Do what readers do with papers: vote, comment, mark, collect, put forward."""

    SUBSCRIPTIONS = "subscriptions"
    """See and change what is delivered to the account, and where to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """Leave for a program to act for an account, within its scopes; for ever where `ends_at` is None."""

    number: int
    name: str
    scopes: frozenset[Scope]
    made_at: datetime
    used_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Whoever shows the secret of a token: the account that it acts for, and what it may do for it."""

    actor: Actor
    scopes: frozenset[Scope]
    token: int

"""The verbs of collections: make, describe, publish, share, delete and restore them; who may see and change which.

A collection that an account may not see does not exist for it: every verb answers with the same error.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from broadsheet.community import Access, Act, Actor, Collection, Role
from broadsheet.core import decisions, roles
from broadsheet.errors import BroadsheetError, NotAllowedError
from broadsheet.library import accounts, collection_lists, notifications
from broadsheet.library.collection_lists import Member
from broadsheet.text import plain
from broadsheet.types import Paging

LONGEST_TITLE, LONGEST_ABOUT = 200, 4000
MOST = 500
"""Collections of one account."""

MOST_NAMED = 100_000
"""Public collections among which a title is looked for."""

MOST_MEMBERS = 200
"""Accounts that one collection is shared with."""

BIN = timedelta(days=30)
"""How long a deleted collection can be restored."""


class CollectionNotFoundError(BroadsheetError):
    """For this account there is no such collection."""

    def __init__(self) -> None:
        super().__init__("There is no such collection, or it is private.")


class CollectionError(BroadsheetError):
    """The collection cannot be made or changed so; the text says why, and what to do."""


class Public(NamedTuple):
    """One page of the public collections, and how many there are."""

    collections: tuple[Collection, ...]
    total: int
    paging: Paging


def make(actor: Actor, title: str, about: str = "", *, public: bool = False, now: datetime) -> Collection:
    """Make a collection; private, unless told otherwise."""
    roles.require(actor, Role.READER, "make collections")
    if collection_lists.number_of(actor.key) >= MOST:
        raise CollectionError(f"You have {MOST} collections, which is the most. Delete one first.")
    made = collection_lists.put(
        actor.key, _title(title), plain(about)[:LONGEST_ABOUT], public=public, secret=_secret(), now=now
    )
    return collection(made, actor)


def collection(key: int, actor: Actor | None) -> Collection:
    """The collection of this key, if it is not in the bin and this account may see it; None is a stranger."""
    found = collection_lists.find(key, actor.key if actor else None)
    if found is None or found.deleted_at or found.access is None:
        raise CollectionNotFoundError
    return found


def named(name: str, actor: Actor | None) -> Collection:
    """The collection of this number or title that this account may see; a title that several have names none."""
    if name.isascii() and name.isdigit() and len(name) <= 18:
        return collection(int(name), actor)
    seen = of_account(actor) if actor else list(public(None, Paging(1, MOST_NAMED)).collections)
    fitting = [each for each in seen if each.title.casefold() == name.strip().casefold()]
    if len(fitting) > 1:
        numbers = ", ".join(str(each.key) for each in fitting)
        raise CollectionError(f"Several collections are called “{name}”. Give the number of one: {numbers}.")
    if not fitting:
        raise CollectionNotFoundError
    return fitting[0]


def actor_named(name: str, *, now: datetime) -> Actor:
    """The account of this name, as the one that acts; CollectionError if there is none."""
    actor = accounts.acting(name, now)
    if actor is None:
        raise _no_account(name)
    return actor


def opened(key: int, secret: str) -> Collection:
    """The collection of this key as a stranger who knows its secret sees it, compared in constant time."""
    found = collection_lists.find(key, None)
    good = secrets.compare_digest(secret.encode(), (collection_lists.secret(key) or secrets.token_hex()).encode())
    if found is None or found.deleted_at or not good:
        raise CollectionNotFoundError
    return found


def held(key: int, actor: Actor, needed: Access, what: str) -> Collection:
    """The collection of this key, that nobody else changes until the transaction ends, if this account may `what`.

    CollectionNotFoundError if the account does not see it; NotAllowedError if it sees it and may not, or is banned.
    """
    collection_lists.lock(key)
    found = collection(key, actor)
    roles.require(actor, Role.READER, f"{what} a collection")
    if found.access is None or found.access < needed:
        who = "its owner" if needed is Access.OWNS else "its owner and whom it is shared with for editing"
        raise NotAllowedError(f"Only {who} may {what} this collection.")
    return found


def of_account(actor: Actor) -> list[Collection]:
    """The actor's own collections, and those shared with it, by title."""
    return collection_lists.of_account(actor.key)


def editable(actor: Actor) -> list[Collection]:
    """The collections that the actor may put papers into, by title, its own first."""
    return [each for each in of_account(actor) if each.access is not None and each.access >= Access.EDITS]


def public(actor: Actor | None, paging: Paging) -> Public:
    """One page of the public collections, the latest changed first."""
    offset = (paging.page - 1) * paging.size
    found = collection_lists.public(actor.key if actor else None, offset=offset, limit=paging.size)
    return Public(tuple(found), collection_lists.count_public(), paging)


def describe(actor: Actor, key: int, title: str, about: str, *, now: datetime) -> None:
    """Give a collection another title and description."""
    with transaction.atomic():
        held(key, actor, Access.OWNS, "describe")
        collection_lists.change(key, title=_title(title), about=plain(about)[:LONGEST_ABOUT], changed_at=now)


def change(
    actor: Actor,
    key: int,
    *,
    title: str | None = None,
    about: str | None = None,
    public: bool | None = None,
    now: datetime,
) -> None:
    """Describe a collection, publish it or make it private, all of it or nothing; what is None stays as it is."""
    with transaction.atomic():
        found = held(key, actor, Access.OWNS, "describe")
        describe(actor, key, found.title if title is None else title, found.about if about is None else about, now=now)
        if public is not None:
            (publish if public else unpublish)(actor, key, now=now)


def publish(actor: Actor, key: int, *, now: datetime) -> None:
    """Let everybody read a collection."""
    with transaction.atomic():
        held(key, actor, Access.OWNS, "publish")
        collection_lists.change(key, public=True, changed_at=now)


def unpublish(actor: Actor, key: int, reason: str = "", *, now: datetime) -> None:
    """Let only its members read a collection. An editor of the paper may do so too, and its owner is told why."""
    with transaction.atomic():
        collection_lists.lock(key)
        found = collection(key, actor)
        if found.access is not Access.OWNS:
            roles.require(actor, Role.EDITOR, "make a collection of others private")
            decisions.log(
                actor, Act.UNPUBLISH, f"collection:{key}", title=f"{found.title}, of {found.by}", reason=reason, now=now
            )
            why = f": {plain(reason)}" if plain(reason) else "."
            words = f"Your collection “{found.title}” was made private by an editor{why}"
            notifications.tell_decision(found.owner, words, now=now)
        collection_lists.change(key, public=False, changed_at=now)


def delete(actor: Actor, key: int, *, now: datetime) -> None:
    """Put a collection into the bin, from which its owner can take it back for 30 days."""
    with transaction.atomic():
        collection_lists.lock(key)
        if collection(key, actor).access is not Access.OWNS:
            raise NotAllowedError("Only its owner may delete this collection.")
        collection_lists.change(key, deleted_at=now)


def restore(actor: Actor, key: int, *, now: datetime) -> Collection:
    """Take a collection back out of the bin, as it was."""
    with transaction.atomic():
        _binned(actor, key)
        collection_lists.change(key, deleted_at=None, changed_at=now)
    return collection(key, actor)


def destroy(actor: Actor, key: int) -> None:
    """Delete a collection that is in the bin, for good."""
    with transaction.atomic():
        _binned(actor, key)
        collection_lists.delete(key)


def in_bin(actor: Actor) -> list[Collection]:
    """The actor's deleted collections that can still be restored, the latest first."""
    return collection_lists.in_bin(actor.key)


def empty_bin(*, now: datetime) -> int:
    """Delete, for good, what has been in the bin for 30 days; answers how many collections."""
    return collection_lists.empty_bin(now - BIN)


def members(actor: Actor, key: int) -> list[Member]:
    """Whom a collection is shared with, for those who have a part in it."""
    access = collection(key, actor).access
    return collection_lists.members(key) if access is not None and access >= Access.READS else []


def share(actor: Actor, key: int, name: str, *, edits: bool, now: datetime) -> None:
    """Let the account of this name read a collection, or edit it; said again, it changes which."""
    with transaction.atomic():
        found = held(key, actor, Access.OWNS, "share")
        other = accounts.key_of(name.strip())
        if other is None:
            raise _no_account(name.strip())
        if other == found.owner:
            raise CollectionError("A collection is not shared with its owner.")
        several = collection_lists.members(key)
        if len(several) >= MOST_MEMBERS and other not in {one.account for one in several}:
            raise CollectionError(f"A collection is shared with {MOST_MEMBERS} accounts at most.")
        collection_lists.put_member(key, other, edits=edits)
        collection_lists.change(key, changed_at=now)


def unshare(actor: Actor, key: int, account: int) -> None:
    """Let this account have no part in a collection any more. Owners do so with members, members with themselves."""
    with transaction.atomic():
        collection_lists.lock(key)
        found = collection(key, actor)
        if found.access is not Access.OWNS and account != actor.key:
            raise NotAllowedError("Only its owner may end the part of others in this collection.")
        collection_lists.take_member(key, account)


def secret(actor: Actor, key: int) -> str:
    """What opens the private feed of a collection; only its owner is told, others get nothing."""
    return collection_lists.secret(key) if collection(key, actor).access is Access.OWNS else ""


def renew_secret(actor: Actor, key: int) -> str:
    """Let the private feed be opened by another secret, and by the old one no more."""
    with transaction.atomic():
        held(key, actor, Access.OWNS, "renew the private address of")
        fresh = _secret()
        collection_lists.change(key, secret=fresh)
    return fresh


def _binned(actor: Actor, key: int) -> None:
    collection_lists.lock(key)
    found = collection_lists.find(key, actor.key)
    if found is None or found.access is not Access.OWNS or not found.deleted_at:
        raise CollectionNotFoundError


def _no_account(name: str) -> CollectionError:
    return CollectionError(f"No account is called “{name[:150]}”. Names are written exactly.")


def _title(title: str) -> str:
    given = " ".join(plain(title).split())
    if not given:
        raise CollectionError("A collection needs a name.")
    return given[:LONGEST_TITLE]


def _secret() -> str:
    return secrets.token_urlsafe(24)

"""The verbs of hooks: add, pause, resume and remove them, and `tell` them of what happened since they were told last.

What a hook is told comes from the change log, and is written as an edition of it in the transaction that moves its
position: so nothing is told twice, and nothing is forgotten, wherever a process dies. Editions are delivered as all
are (`core.sending`). While some of them wait, a hook is told no more: the log keeps it.
"""

from __future__ import annotations

import base64
import secrets
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import transaction

from broadsheet.community import Actor, Role
from broadsheet.core import roles, standing, submitting, trending
from broadsheet.core.wants import checked
from broadsheet.digests import Kind, Letter, Want
from broadsheet.errors import BroadsheetError, IndexMissingError
from broadsheet.index import Index
from broadsheet.library import changes, editions, hooks, notifications, papers, submissions, subscriptions
from broadsheet.library.editions import Draft
from broadsheet.rank.trending import Formula
from broadsheet.sending import HOOK, Event, Hook
from broadsheet.sources.addresses import check_form, shown
from broadsheet.types import Paging, Paper

Shown = Mapping[str, Any]
Show = Callable[[Paper], Shown]
"""How a paper is told to programs."""

MOST = 50
"""Hooks of a house."""

LONGEST_ADDRESS = 500
PAPERS = 100
"""Papers that one call tells of."""

LARGEST = 512 * 1024
"""Bytes of JSON of the papers of one call, unless a single one is larger."""

AT_ONCE = 500
"""Lines of the change log that are read at a time."""

AHEAD = 8
"""Calls that may wait for a hook; what comes after them stays in the change log until they have ended."""

TOP = 10
"""The first places of the trending list, of which hooks are told."""

AGAIN = timedelta(days=30)
"""After how long a paper that rises again is told again."""

SECRET = "whsec_"  # noqa: S105 - how Standard Webhooks begin a secret
_BYTES = 32


class HookError(BroadsheetError):
    """There is no such hook, or it cannot be made so; the text says why, and what to do."""


def add(actor: Actor | None, address: str, events: Collection[Event], query: str = "", *, now: datetime) -> Hook:
    """Tell the program at this address of these events from now on; answers the hook, with its secret.

    Only administrators may, and whoever keeps the machine (None). HookError, WantError or AddressRefusedError say why
    not.
    """
    _require(actor)
    address = address.strip()
    check_form(address)
    if len(address) > LONGEST_ADDRESS:
        raise HookError(f"The address is too long: {len(address)} letters of at most {LONGEST_ADDRESS}.")
    if not events:
        raise HookError(f"Say what it is told of: one or more of {', '.join(Event)}.")
    if query.strip():
        query = checked(Want(Kind.SEARCH, query)).value
        if Event.PAPER not in events:
            raise HookError("A query chooses among new papers: let the hook be told of `paper` too.")
    with transaction.atomic():
        changes.serialise_writers()  # so that no paper is written between the two positions
        if len(hooks.every()) >= MOST:
            raise HookError(f"There are {MOST} hooks, which is the most. Remove one that is used no more.")
        who = subscriptions.put_subscriber(address, door=HOOK, zone="UTC", secret=secrets.token_urlsafe(16), now=now)
        if hooks.hold(who.number):
            raise HookError(f"There is a hook at this address already: number {who.number}. Remove it first.")
        subscriptions.change_subscriber(who.number, confirmed_at=now)
        secret = SECRET + base64.b64encode(secrets.token_bytes(_BYTES)).decode()
        told = {"position": changes.latest(), "newest": papers.newest_key(), "since": now}
        hooks.put(who.number, events, query.strip(), secret, **told)
    return hook(who.number)


def hook(number: int) -> Hook:
    """The hook of this number; HookError if there is none."""
    found = hooks.find(number)
    if found is None:
        raise HookError(f"There is no hook {number}. `broadsheet hooks` lists all.")
    return found


def every() -> list[Hook]:
    """All hooks, the oldest first."""
    return hooks.every()


def pause(actor: Actor | None, number: int, why: str = "", *, now: datetime) -> None:
    """Tell a hook nothing until `resume`; what happens meanwhile is told then."""
    _require(actor)
    with transaction.atomic():
        _held(number)
        hooks.change(number, paused_at=now, why=why)
        hooks.suspend(number)


def resume(actor: Actor | None, number: int, *, now: datetime) -> int:
    """Go on with a hook where it was paused, what had failed first; answers how many calls are tried again."""
    _require(actor)
    with transaction.atomic():
        _held(number)
        hooks.change(number, paused_at=None, why="", since=now)
        return hooks.revive(number, now)


def remove(actor: Actor | None, number: int) -> None:
    """Delete a hook, with all that it was told and was still to be told."""
    _require(actor)
    with transaction.atomic():
        _held(number)
        subscriptions.delete_subscriber(number)


def tell(
    index: Index,
    formula: Formula,
    show: Show,
    *,
    rising: bool,
    now: datetime,
    stop: threading.Event | None = None,
) -> int:
    """Write the calls that are due, for all hooks that are not paused; answers how many.

    `rising` says to look at the trending list, too. Hooks with a query wait while there is no index. A hook that could
    not be reached for two days, or is gone, is paused here, and the administrators hear of it.
    """
    made = 0
    several = [one for one in hooks.every() if one.paused_at is None and not _given_up(one, now)]
    if rising and any(Event.TRENDING in one.events for one in several):
        top = [each for each in trending.trending(Paging(1, TOP), formula, now=now).rising if each.rank]
        told = {each.paper.key: {**show(each.paper), "why": trending.reason_of(each)} for each in top}
        made += sum(_tell_of_rising(one.number, told, now) for one in several if Event.TRENDING in one.events)
    for one in several:
        while not (stop and stop.is_set()) and hooks.waiting(one.number) < AHEAD:
            try:
                calls = _tell(one.number, index, show, now)
            except IndexMissingError:
                break
            if calls is None:
                break
            made += calls
    return made


def _tell(number: int, index: Index, show: Show, now: datetime) -> int | None:
    """Tell a hook of a part of the change log; how many calls that made, or None if there was nothing to read."""
    known = hooks.find(number)
    seen = hooks.window(known.position, AT_ONCE) if known else None
    if known is None or seen is None:
        return None
    told: dict[Event, list[Shown]] = {}
    if Event.PAPER in known.events:
        keys = sorted(key for key in seen.keys if key > known.newest)
        told[Event.PAPER] = list(_new(known, keys, index, show))
    if Event.SUBMISSION in known.events:
        keys = sorted(hooks.put_forward(submitting.SOURCE, seen))
        told[Event.SUBMISSION] = list(_submitted(keys, show))
    with transaction.atomic():
        held = hooks.hold(number)
        if held is None or held.paused_at or held.position != known.position:
            return None  # somebody else was quicker
        hooks.change(number, position=seen.until, newest=max(seen.keys | {known.newest}))
        drafts = [draft for event, several in told.items() for draft in _drafts(number, event, several, seen.until)]
        return editions.put(drafts, now)


def _tell_of_rising(number: int, top: Mapping[int, Shown], now: datetime) -> int:
    """Tell a hook which of these papers have come to rise."""
    with transaction.atomic():
        held = hooks.hold(number)
        if held is None or held.paused_at or hooks.waiting(number) >= AHEAD:
            return 0
        known = {key: at for key, at in held.risen.items() if now - at < AGAIN}
        fresh = [key for key in top if key not in known]
        if not fresh:
            return 0
        hooks.note_risen(number, known | dict.fromkeys(fresh, now))
        period = now.isoformat(timespec="seconds")
        return editions.put(list(_drafts(number, Event.TRENDING, [top[key] for key in fresh], period)), now)


def _new(hook: Hook, keys: Sequence[int], index: Index, show: Show) -> Iterator[Shown]:
    """The new papers among these that a hook is told of; IndexMissingError if that cannot be said yet."""
    if not hook.query:
        found = papers.by_keys(keys)
        yield from (show(found[key]) for key in keys if key in found)
    elif keys:
        matches = standing.match_new(index, [(0, hook.query)], keys, most=len(keys))
        yield from (show(each.paper) for each in matches.get(0, ()))


def _submitted(keys: Sequence[int], show: Show) -> Iterator[Shown]:
    found = papers.by_keys(keys)
    for key in keys:
        by = [{"by": name, "why": why} for name, why, _ in submissions.of_paper(key)]
        if key in found and by:
            yield {**show(found[key]), "put_forward": by}


def _drafts(number: int, event: Event, told: Sequence[Shown], period: int | str) -> Iterator[Draft]:
    """Calls that tell of these papers, each of so many as it may hold; named by what they tell of, so each is once."""
    for place, part in enumerate(_parts(told), 1):
        yield Draft(
            subscriber=number,
            kind=Letter.CALL,
            period=f"{event[:1]}{period}/{place}",
            subject=f"{event}: {len(part)}",
            subscriptions=(),
            papers=(),
            content={"event": event.value, "papers": part},
        )


def _parts(told: Sequence[Shown]) -> Iterator[list[Shown]]:
    part: list[Shown] = []
    size = 0
    for each in told:
        length = len(orjson.dumps(each))
        if part and (len(part) >= PAPERS or size + length > LARGEST):
            yield part
            part, size = [], 0
        part.append(each)
        size += length
    if part:
        yield part


def _given_up(hook: Hook, now: datetime) -> bool:
    """Whether deliveries to a hook have failed for good; then it is paused, and the administrators are told."""
    failure = hooks.failure(hook)
    if not failure:
        return False
    with transaction.atomic():
        if _held(hook.number).paused_at:
            return True  # somebody else was quicker
        pause(None, hook.number, failure, now=now)
        words = (
            f"The hook {hook.number} at {shown(hook.address)} is paused, {failure}. Nothing of it is lost: resume it."
        )
        for account in hooks.keepers():
            notifications.tell_decision(account, words[:1000], now=now)
    return True


def _held(number: int) -> Hook:
    found = hooks.hold(number)
    if found is None:
        raise HookError(f"There is no hook {number}. `broadsheet hooks` lists all.")
    return found


def _require(actor: Actor | None) -> None:
    if actor is not None:
        roles.require(actor, Role.ADMINISTRATOR, "set up hooks")

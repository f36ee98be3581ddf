"""The verbs about sources: follow one, pause it, look at what it gives, forget it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from broadsheet.core import lookups
from broadsheet.errors import SourceError
from broadsheet.incoming import Batch, SourceState
from broadsheet.library import sources
from broadsheet.sources import catalogue
from broadsheet.sources.http import Http
from broadsheet.sources.kinds import Options

SHORTEST = timedelta(minutes=5)
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")


def follow(
    kind: str,
    words: Sequence[str],
    values: Mapping[str, str],
    *,
    now: datetime,
    name: str = "",
    every: timedelta | None = None,
) -> SourceState:
    """Add a source, due at once. SourceError for options that make no sense and for a name that is taken."""
    chosen = catalogue.kind(kind)
    options = Options(words=tuple(words), values=dict(values))
    chosen.open(options)
    name = name or _free_name(kind)
    if not _NAME.fullmatch(name):
        raise SourceError(f"{name!r} cannot name a source: use small letters, digits, dots and hyphens.")
    if every is not None and every < SHORTEST:
        raise SourceError(f"A source is asked every {SHORTEST.seconds // 60} minutes at most, not every {every}.")
    try:
        with transaction.atomic():
            sources.add(name, kind, options.words, options.values, every or chosen.every, now)
    except IntegrityError:
        raise SourceError(f"There is a source {name!r} already. Choose another name with --name.") from None
    return source(name)


def every() -> list[SourceState]:
    """All sources, by name."""
    return sources.every()


def source(name: str) -> SourceState:
    """The source of this name; SourceError if there is none."""
    if found := sources.named(name):
        return found
    known = ", ".join(each.name for each in sources.every()) or "none yet; add one with `broadsheet sources add`"
    raise SourceError(f"There is no source {name!r}. There are: {known}.")


def pause(name: str) -> None:
    """Fetch no more from this source until `resume`."""
    source(name)
    sources.change(name, paused=True)


def resume(name: str, *, now: datetime) -> None:
    """Fetch from a paused source again, at once."""
    source(name)
    sources.change(name, paused=False, next_at=now)


def hurry(name: str, *, now: datetime) -> None:
    """Let the next fetch of this source be due now."""
    source(name)
    sources.change(name, next_at=now)


def restart(name: str, *, now: datetime) -> None:
    """Forget the checkpoint of this source: the next fetch begins from the start."""
    source(name)
    sources.reset(name, now)


def forget(name: str) -> None:
    """Remove a source. Its papers stay."""
    source(name)
    sources.remove(name)


def look(kind: str, words: Sequence[str], values: Mapping[str, str], http: Http, *, now: datetime) -> Iterator[Batch]:
    """What a source with these options gives from the start, without storing anything."""
    found = catalogue.kind(kind).open(Options(words=tuple(words), values=dict(values)))
    return lookups.batches(found, http, {}, now=now)


def _free_name(kind: str) -> str:
    taken = {each.name for each in sources.every()}
    return next(
        name for number in range(1, 10_000) if (name := kind if number == 1 else f"{kind}-{number}") not in taken
    )

"""The verbs `profile` and those that change it: all that the personal ranking knows of a reader is seen and edited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from broadsheet.community import Actor, Role
from broadsheet.core import roles
from broadsheet.core.field import field_of
from broadsheet.core.personal import WEIGHTS, Known, known, learned, material
from broadsheet.errors import IndexMissingError
from broadsheet.index import Embedder, Index
from broadsheet.index.embed import split_words
from broadsheet.index.explain import spelled, telling_words
from broadsheet.library import papers
from broadsheet.library import personal as library
from broadsheet.rank import personal
from broadsheet.tastes import Interest, Kept, Profile, Taste
from broadsheet.text import plain
from broadsheet.types import Paper

SHOWN = 50
"""Papers of an interest that are shown, and of those that are hidden or that nothing is learned from."""

TOLD = 8
"""Words of an interest."""

READ_FOR_WORDS = 12
"""Papers of an interest whose texts its words are looked for in, the most typical."""

WORDS = 50
"""Words that can be wanted, and unwanted."""

LONGEST = 80
"""Characters of such a word, which may be several in a row."""


def profile(index: Index, actor: Actor, *, now: datetime) -> Profile:
    """What the ranking has learned of this reader, from which papers, and what the reader says and follows."""
    mine = known([actor.key], now=now)[actor.key]
    taste = _taste(index, mine)
    groups = [[int(key) for key in taste.liked.keys[taste.typical(each)]] for each in taste.interests] if taste else []
    grouped = {key for group in groups for key in group}
    hidden = set(mine.disliked)
    apart = [key for key in mine.every if key not in grouped and key not in hidden]
    shown = {*(key for group in groups for key in group[:SHOWN]), *mine.disliked[:SHOWN], *apart[:SHOWN]}
    by_key = papers.by_keys(shown)

    def kept(keys: Iterable[int]) -> tuple[Kept, ...]:
        return tuple(_kept(mine, key, by_key[key]) for key in keys if key in by_key)

    interests = [
        Interest(
            papers=kept(group[:SHOWN]), number=len(group), share=each.share,
            words=_words(index.embedder, each, [by_key[key] for key in group[:READ_FOR_WORDS] if key in by_key]),
        )
        for group, each in zip(groups, taste.interests if taste else (), strict=True)
    ]  # fmt: skip
    counts = Counter(kind for several in mine.every.values() for kind in {one.kind for one in several})
    return Profile(
        taste=mine.taste, interests=tuple(interests), hidden=kept(mine.disliked[:SHOWN]), apart=kept(apart[:SHOWN]),
        followed=tuple(mine.followed),
        counts=tuple((kind, counts[kind]) for kind in (*WEIGHTS, "hidden") if counts[kind]),
    )  # fmt: skip


def forget(actor: Actor, paper: Paper, *, now: datetime) -> None:
    """Learn nothing from this paper, whatever the reader did with it."""
    roles.require(actor, Role.READER, "change a profile")
    library.unheed(actor.key, paper.key, now)


def heed(actor: Actor, paper: Paper) -> None:
    """Take that back."""
    library.heed(actor.key, paper.key)


def say(
    actor: Actor,
    *,
    wanted: Iterable[str] | None = None,
    unwanted: Iterable[str] | None = None,
    surprise: float | None = None,
) -> Taste:
    """Keep what the reader says of the ranking; what is not given stays. Answers what holds now."""
    roles.require(actor, Role.READER, "change a profile")
    said = library.tastes([actor.key])[actor.key]
    if wanted is not None:
        said = replace(said, wanted=_cleaned(wanted))
    if unwanted is not None:
        said = replace(said, unwanted=_cleaned(unwanted))
    if surprise is not None:
        said = replace(said, surprise=min(max(surprise, 0.0), 1.0))
    library.put_taste(actor.key, said)
    return said


def begin_anew(actor: Actor, *, now: datetime) -> None:
    """Learn from nothing that the reader has done so far; votes and collections stay as they are."""
    roles.require(actor, Role.READER, "change a profile")
    library.put_taste(actor.key, replace(library.tastes([actor.key])[actor.key], since=now))


def remember(actor: Actor) -> None:
    """Take that back."""
    library.put_taste(actor.key, replace(library.tastes([actor.key])[actor.key], since=None))


def _taste(index: Index, mine: Known) -> personal.Taste | None:
    """What is learned, held against the recent papers as on the page; nothing while there is no index."""
    try:
        return learned(material(index, [mine]), mine, field_of(index))[1]
    except IndexMissingError:
        return None


def _kept(mine: Known, key: int, paper: Paper) -> Kept:
    several = mine.every[key]
    return Kept(
        paper=paper,
        kinds=tuple(dict.fromkeys(one.kind for one in several)),
        at=several[0].at,
        unheeded=key in mine.unheeded,
    )


def _words(embedder: Embedder, interest: personal.Interest, several: list[Paper]) -> tuple[str, ...]:
    """The words that tell an interest from the papers of these days: those that two of its typical papers have."""
    there = Counter(word for paper in several for word in set(split_words(f"{paper.title} {paper.abstract}")))
    shared = sorted(word for word, number in there.items() if number >= min(2, len(several)))
    return telling_words(spelled(" ".join(shared), embedder.table), interest.telling(), TOLD)


def _cleaned(words: Iterable[str]) -> tuple[str, ...]:
    several = (" ".join(plain(word).split())[:LONGEST] for word in words)
    return tuple(dict.fromkeys(word for word in several if any(map(str.isalnum, word))))[:WORDS]

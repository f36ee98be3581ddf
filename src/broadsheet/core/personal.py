"""The verbs `for_you` and `for_readers`: papers for one reader and for many, each with why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from broadsheet.community import Actor
from broadsheet.core.field import RECENT, Field, Unseen, Wording, field_of
from broadsheet.core.search import progress
from broadsheet.errors import IndexMissingError
from broadsheet.index import Embedder, Index
from broadsheet.index.explain import telling_words
from broadsheet.index.lexical import author_term
from broadsheet.index.query import parse
from broadsheet.library import papers
from broadsheet.library import personal as library
from broadsheet.rank import choosing, personal
from broadsheet.rank import phrases as phrasing
from broadsheet.rank.choosing import Evidence, Placed
from broadsheet.rank.interleave import team_draft
from broadsheet.rank.personal import Fit, Papers, Scores, Vectors
from broadsheet.tastes import Chosen, Followed, ForYou, Signal, Taste, Titled
from broadsheet.types import Filter, Paging, Paper

ENOUGH = 3
"""Papers of a reader's from which something is learned."""

LISTED = 150
"""Papers that the list has at most."""

LIBRARY = 1000
"""Papers of a reader's that are learned from, the newest signals first."""

WEIGHTS = {"wrote": 1.0, "submitted": 1.0, "upvoted": 1.0, "saved": 1.0, "imported": 0.7, "kept": 0.7, "commented": 0.5}
"""What a paper counts by what the reader did with it; the most of several. Hidden ones count against."""

HALF_LIFE = 1000.0
"""Days in which a signal comes to count half."""

SEARCHES = 8
"""Followed searches that are asked for each page, the first by name."""

FOUND = 100
"""Papers that a followed search brings forward."""

NEAR = 0.2
"""The likeness from which the reader's nearest paper is told."""

MAILED = timedelta(days=60)
"""How long a paper that was mailed to a reader does not come back."""

WORDS = 3
"""Words of a paper that are told."""

TOGETHER = 20
"""Readers for whom is chosen at once: what is read for them is asked for once."""

RANKINGS = ("interests", "mean", "trending")
"""What can be mixed: this one, the mean likeness to all of a reader's papers, and what rises."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a reader: signals by paper, what they count, what is said and followed."""

    liked: Mapping[int, float]
    disliked: Sequence[int]
    every: Mapping[int, Sequence[Signal]]
    unheeded: frozenset[int]
    taste: Taste
    followed: Sequence[Followed]


def known(accounts: Sequence[int], *, now: datetime) -> dict[int, Known]:
    """What each of these accounts did, less what it does not want to be learned from."""
    signals, tastes, followed = library.signals(accounts), library.tastes(accounts), library.followed(accounts)
    return {one: _known(signals[one], tastes[one], followed[one], now) for one in accounts}


def _known(signals: Sequence[Signal], taste: Taste, followed: Sequence[Followed], now: datetime) -> Known:
    apart = frozenset(one.key for one in signals if one.kind == "unheeded")
    every: dict[int, list[Signal]] = {}
    for signal in signals:
        if signal.kind != "unheeded":
            every.setdefault(signal.key, []).append(signal)
    liked: dict[int, float] = {}
    disliked = []
    for key, several in every.items():
        if key in apart or (taste.since and max(one.at for one in several) <= taste.since):
            continue
        if any(one.kind == "hidden" for one in several):
            disliked.append(key)
        elif len(liked) < LIBRARY:
            liked[key] = max(WEIGHTS[one.kind] * _faded(one.at, now) for one in several)
    return Known(liked, disliked[:LIBRARY], every, apart, taste, followed)


def for_you(
    index: Index,
    actor: Actor,
    paging: Paging,
    *,
    now: datetime,
    mixed: tuple[str, str] | None = None,
    seed: int = 0,
) -> ForYou:
    """One page of recent papers for this reader, best first, none that it has voted for, read, kept, hidden or mailed.

    Where the index is missing or has fewer than ENOUGH of the reader's papers, what rises and what is followed orders
    them. `mixed` names two rankings to be drafted into one list by this seed; see `rank.interleave`.
    """
    field = field_of(index)
    state, behind = progress(index)
    (found,) = _sharpened(_found(index, field, [actor.key], now), None)
    placed = choosing.chosen(found.evidence, found.mine.taste.surprise, LISTED)
    ranking_of: dict[int, str] = {}
    if mixed and found.taste:
        placed, ranking_of = _drafted(found, placed, mixed, seed)
    first = (paging.page - 1) * paging.size
    (page,) = _explained(index.embedder, field, [_Page(found, placed[first : first + paging.size], first, ranking_of)])
    return ForYou(
        chosen=page, total=len(placed), paging=paging, taste=found.mine.taste, learned_from=len(found.liked),
        looked_at=found.unseen.number, first=found.unseen.first, behind=behind,
        missing=state.documents is None and not found.indexed,
    )  # fmt: skip


def for_readers(
    index: Index, accounts: Sequence[int], limit: int, *, now: datetime, field: Field
) -> dict[int, tuple[Chosen, ...]]:
    """The first papers of the page of each of these accounts, at most so many, from a field that is made once."""
    chosen: dict[int, tuple[Chosen, ...]] = {}
    for first in range(0, len(accounts), TOGETHER):
        some = accounts[first : first + TOGETHER]
        pages = [
            _Page(found, choosing.chosen(found.evidence, found.mine.taste.surprise, limit), 0, {})
            for found in _sharpened(_found(index, field, some, now), field.wording)
        ]
        chosen |= zip(some, _explained(index.embedder, field, pages), strict=True)
    return chosen


def _faded(at: datetime, now: datetime) -> float:
    """What a signal counts yet. It fades at midnight, so that what weighs nearly the same keeps its order all day."""
    return float(2.0 ** (-max((now.date() - at.date()).days, 0) / HALF_LIFE))


@dataclass(frozen=True, slots=True)
class _Found:
    """The evidence for the papers looked at, and what it was made of, by the keys of papers."""

    mine: Known
    unseen: Unseen
    evidence: Evidence
    taste: personal.Taste | None
    liked: Papers
    followed: Mapping[Followed, set[int]]
    wanted: Mapping[str, set[int]]
    indexed: bool


def _found(index: Index, field: Field, accounts: Sequence[int], now: datetime) -> list[_Found]:
    """What speaks for the papers of the field, phrases aside, to each of these accounts."""
    mailed, readers = library.mailed(accounts, now - MAILED), known(accounts, now=now)
    seen = {account: mine.every.keys() | mailed[account] for account, mine in readers.items()}
    try:
        kept = material(index, readers.values())
        return [_gathered(index, field, kept, mine, seen[account]) for account, mine in readers.items()]
    except IndexMissingError:
        return [_without_index(field, mine, seen[account]) for account, mine in readers.items()]


def _gathered(index: Index, field: Field, kept: Papers, mine: Known, seen: Collection[int]) -> _Found:
    """What speaks for each recent paper that is unseen, read from the index. IndexMissingError without one."""
    liked, taste = learned(kept, mine, field)
    unseen = field.unseen(seen, {key for words in mine.taste.unwanted for key in index.saying(words)})
    following = {one: _papers_of(index, one, field, unseen) for one in _asked(mine.followed)}
    wanted = {words: index.saying(words) for words in mine.taste.wanted}

    def counted(several: Iterable[set[int]]) -> Scores:
        keys, counts = field.papers.keys, np.zeros(len(unseen.places), np.float32)
        for found in several:
            counts += np.isin(keys[unseen.places], np.fromiter(found, np.int64))
        return counts

    def counted_of(kind: str) -> Scores:
        return counted(found for one, found in following.items() if one.kind == kind)

    fit = taste.fit(field.papers, unseen.places) if taste and len(unseen.places) else None
    evidence = Evidence(
        papers=field.papers, places=unseen.places, fit=fit,
        authors=counted_of("author"), searches=counted_of("search"), categories=counted_of("category"),
        wanted=counted(wanted.values()), age=unseen.age, rising=unseen.rising,
    )  # fmt: skip
    return _Found(
        mine=mine, unseen=unseen, evidence=evidence, taste=taste if fit else None, liked=liked, followed=following,
        wanted=wanted, indexed=True,
    )  # fmt: skip


def _sharpened(several: Sequence[_Found], wording: Wording | None) -> list[_Found]:
    """The same, where papers that fit best fit by their phrases too; these are read where no `wording` has them."""
    heavy = {key for each in several if each.taste for key in _heavy(each.taste)}
    wording = wording or Wording({key for each in several for key in _short(each)}, heavy)
    wording.learn(heavy)
    return [replace(each, evidence=replace(each.evidence, fit=_worded(each, wording))) for each in several]


def _short(found: _Found) -> list[int]:
    """The keys of the papers whose phrases are looked at."""
    fit = found.evidence.fit
    return list(found.evidence.keys[phrasing.shortlist(fit.score)].tolist()) if fit else []


def _heavy(taste: personal.Taste) -> list[int]:
    """The keys of the reader's papers whose phrases are looked for."""
    return list(taste.liked.keys[phrasing.heaviest(taste.weights)].tolist())


def _worded(found: _Found, wording: Wording) -> Fit | None:
    taste, fit = found.taste, found.evidence.fit
    if not taste or not fit:
        return fit
    short, heavy = phrasing.shortlist(fit.score), phrasing.heaviest(taste.weights)
    interests = phrasing.among(heavy, [each.members for each in taste.interests])
    theirs, score = found.evidence.keys[short].tolist(), fit.score.copy()
    score[short] += wording.added(theirs, _heavy(taste), taste.weights[heavy], interests)
    return replace(fit, score=score)


def material(index: Index, several: Iterable[Known]) -> Papers:
    """The papers of these readers that the index has, in the order of their keys. IndexMissingError without one."""
    return Papers(*index.material(sorted({key for mine in several for key in (*mine.liked, *mine.disliked)})))


def learned(kept: Papers, mine: Known, field: Field) -> tuple[Papers, personal.Taste | None]:
    """The reader's papers among these, and what they tell if they are ENOUGH."""
    liked, disliked = kept.of(mine.liked), kept.of(mine.disliked)
    if len(liked) < ENOUGH or not len(field.papers) or field.usual is None:
        return liked, None
    weights = np.array([mine.liked[key] for key in liked.keys.tolist()], np.float32)
    return liked, personal.Taste(liked, weights, field.usual, disliked)


def _without_index(field: Field, mine: Known, seen: Collection[int]) -> _Found:
    """What is known without an index: days, and what rises."""
    unseen = field.unseen(seen, ())
    none = np.zeros(len(unseen.places), np.float32)
    evidence = Evidence(
        papers=field.papers, places=unseen.places, fit=None, authors=none, searches=none, categories=none, wanted=none,
        age=unseen.age, rising=unseen.rising,
    )  # fmt: skip
    return _Found(
        mine=mine, unseen=unseen, evidence=evidence, taste=None, liked=field.papers.take(np.zeros(0, np.intp)),
        followed={}, wanted={}, indexed=False,
    )  # fmt: skip


def _asked(followed: Sequence[Followed]) -> list[Followed]:
    """What is followed, less the searches that are too many."""
    searches = [one for one in followed if one.kind == "search"][:SEARCHES]
    return [one for one in followed if one.kind != "search"] + searches


def _papers_of(index: Index, one: Followed, field: Field, unseen: Unseen) -> set[int]:
    """The keys of papers that somebody who follows this wants to see, perhaps more than are looked at."""
    if one.kind == "author":
        return set(index.listed("named", author_term(one.value)))
    if one.kind == "category":
        number = index.category_number(one.value)
        return set() if number is None else set(field.papers.keys[field.papers.having(number)].tolist())
    query = parse(one.value, Filter())
    if query.filter.after is None and unseen.first:
        query = replace(query, filter=replace(query.filter, after=unseen.first - RECENT))
    return {hit.key for hit in index.search(query, paging=Paging(1, FOUND)).hits}


def _drafted(
    found: _Found, placed: Sequence[Placed], mixed: tuple[str, str], seed: int
) -> tuple[list[Placed], dict[int, str]]:
    """The list in which two rankings take turns, and which of them brought which paper."""
    keys = found.evidence.keys
    mine = {int(keys[each.place]): each for each in placed}
    orders = {"interests": list(mine)}
    if "mean" in mixed and found.taste:
        orders["mean"] = keys[choosing.by_mean(found.evidence, found.taste.liked, found.taste.weights)].tolist()
    if "trending" in mixed:
        orders["trending"] = keys[choosing.by_heat(found.evidence)].tolist()
    drafted = team_draft(orders[mixed[0]], orders[mixed[1]], LISTED, seed)
    place_of = {key: place for place, key in enumerate(keys.tolist())}
    listed = [mine.get(each.key) or Placed(place_of[each.key], 0.0, ()) for each in drafted]
    return listed, {each.key: mixed[each.team] for each in drafted}


class _Page(NamedTuple):
    """Papers that are shown to a reader, how many are before them, and which ranking brought which, if two did."""

    found: _Found
    placed: Sequence[Placed]
    before: int
    ranking_of: Mapping[int, str]


def _explained(embedder: Embedder, field: Field, pages: Sequence[_Page]) -> list[tuple[Chosen, ...]]:
    """The papers of some readers' pages, each with why it stands there: what that tells of is read once for all."""
    keys = [page.found.evidence.keys[[each.place for each in page.placed]].tolist() for page in pages]
    nearest = [_nearest(page.found, page.placed) for page in pages]
    shown = field.shown({key for several in keys for key in several})
    titles = papers.titles({key for several in nearest for key, like in several if like >= NEAR})
    explained = []
    for page, several, near in zip(pages, keys, nearest, strict=True):
        found, fit = page.found, page.found.evidence.fit
        counts = [each.telling() for each in found.taste.interests] if found.taste else []
        chosen = []
        for rank, (each, key, (mine, like)) in enumerate(zip(page.placed, several, near, strict=True), page.before + 1):
            if key not in shown:
                continue
            chosen.append(
                Chosen(
                    paper=shown[key], rank=rank, score=each.score, adds=each.adds,
                    nearest=Titled(*titles[mine]) if like >= NEAR and mine in titles else None,
                    likeness=like if like >= NEAR else 0.0,
                    words=_words(field, shown[key], counts[int(fit.interest[each.place])], embedder) if fit else (),
                    followed=tuple(one for one, those in found.followed.items() if key in those),
                    wanted=tuple(words for words, those in found.wanted.items() if key in those),
                    ranking=page.ranking_of.get(key, ""),
                )
            )  # fmt: skip
        explained.append(tuple(chosen))
    return explained


def _words(field: Field, paper: Paper, counts: Vectors, embedder: Embedder) -> tuple[str, ...]:
    return telling_words(field.spelled(paper, embedder.table), counts, WORDS)


def _nearest(found: _Found, placed: Sequence[Placed]) -> list[tuple[int, float]]:
    """The key of the reader's paper that each is most like, and how like."""
    if not found.taste:
        return [(0, 0.0)] * len(placed)
    places = found.evidence.places[[each.place for each in placed]]
    nearest, likeness = found.taste.nearest(found.evidence.papers.vectors[places])
    return list(zip(found.taste.liked.keys[nearest].tolist(), likeness.tolist(), strict=True))

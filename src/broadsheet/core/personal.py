"""The verb `for_you`: papers for one reader, each with why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from broadsheet.community import Actor
from broadsheet.core.search import progress
from broadsheet.errors import IndexMissingError
from broadsheet.index import Embedder, Index
from broadsheet.index.explain import telling_words
from broadsheet.index.lexical import author_term
from broadsheet.index.query import parse, phrases
from broadsheet.library import papers
from broadsheet.library import personal as library
from broadsheet.library.personal import Candidate
from broadsheet.rank import choosing, personal
from broadsheet.rank import phrases as phrasing
from broadsheet.rank.choosing import Evidence, Placed
from broadsheet.rank.interleave import team_draft
from broadsheet.rank.personal import Fit, Papers, Scores
from broadsheet.tastes import Chosen, Followed, ForYou, Signal, Taste
from broadsheet.types import Filter, Paging, Paper

ENOUGH = 3
"""Papers of a reader's from which something is learned."""

CANDIDATES = 5000
RECENT = timedelta(days=14)
"""What was listed so long before the newest paper is looked at."""

FEW = 500
"""Papers that are looked at even if they are older."""

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

RANKINGS = ("interests", "mean", "trending")
"""What can be mixed: this one, the mean likeness to all of a reader's papers, and what rises."""


@dataclass(frozen=True, slots=True)
class Field:
    """The recent papers among which is chosen for any reader, and what is usual among them; None without an index."""

    candidates: Sequence[Candidate]
    papers: Papers | None
    usual: personal.Usual | None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a reader: signals by paper, what they count, what is said and followed."""

    liked: Mapping[int, float]
    disliked: Sequence[int]
    every: Mapping[int, Sequence[Signal]]
    unheeded: frozenset[int]
    taste: Taste


def known(account: int, *, now: datetime) -> Known:
    """What an account did, less what it does not want to be learned from."""
    taste, apart = library.taste(account), frozenset(library.unheeded(account))
    every: dict[int, list[Signal]] = {}
    for signal in library.signals(account):
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
    return Known(liked, disliked[:LIBRARY], every, apart, taste)


def field_of(index: Index) -> Field:
    """The papers listed within RECENT of the newest, or the FEW newest."""
    newest = library.candidates(CANDIDATES)
    within = sum(each.day >= newest[0].day - RECENT for each in newest)
    candidates = newest[: max(within, FEW)]
    try:
        papers = Papers(*index.material(sorted(each.key for each in candidates)))
    except IndexMissingError:
        return Field(candidates, None, None)
    return Field(candidates, papers, personal.usual_in(papers))


def for_you(
    index: Index,
    actor: Actor,
    paging: Paging,
    *,
    now: datetime,
    field: Field | None = None,
    mixed: tuple[str, str] | None = None,
    seed: int = 0,
) -> ForYou:
    """One page of recent papers for this reader, best first, none that it has voted for, read, kept, hidden or mailed.

    Where the index is missing or has fewer than ENOUGH of the reader's papers, what rises and what is followed orders
    them. Whoever asks for many readers makes the `field` once. `mixed` names two rankings to be drafted into one list
    by this seed; see `rank.interleave`.
    """
    mine = known(actor.key, now=now)
    seen = mine.every.keys() | library.mailed(actor.key, now - MAILED)
    field = field or field_of(index)
    unseen = [each for each in field.candidates if each.key not in seen]
    state, behind = progress(index)
    try:
        found = _gathered(index, mine, library.followed(actor.key), field, unseen)
    except IndexMissingError:
        found = _without_index(unseen)
    placed = choosing.chosen(found.evidence, mine.taste.surprise, LISTED)
    ranking_of: dict[int, str] = {}
    if mixed and found.taste:
        placed, ranking_of = _drafted(found, placed, mixed, seed)
    first = (paging.page - 1) * paging.size
    return ForYou(
        chosen=_explained(index.embedder, found, placed[first : first + paging.size], first, ranking_of),
        total=len(placed), paging=paging, taste=mine.taste, learned_from=len(found.liked), looked_at=len(unseen),
        first=unseen[-1].day if unseen else None, behind=behind, missing=state.documents is None and not found.indexed,
    )  # fmt: skip


def _faded(at: datetime, now: datetime) -> float:
    return float(2.0 ** (-max((now - at) / timedelta(days=1), 0.0) / HALF_LIFE))


@dataclass(frozen=True, slots=True)
class _Found:
    """The evidence for the papers looked at, and what it was made of, by the keys of papers."""

    evidence: Evidence
    taste: personal.Taste | None
    liked: Papers
    followed: Mapping[Followed, set[int]]
    wanted: Mapping[str, set[int]]
    indexed: bool


def _gathered(
    index: Index, mine: Known, followed: Sequence[Followed], field: Field, unseen: Sequence[Candidate]
) -> _Found:
    """What speaks for each recent paper that is unseen, read from the index. IndexMissingError without one."""
    if field.papers is None:
        raise IndexMissingError
    liked, taste = learned(index, mine, field)
    unwanted = {key for words in mine.taste.unwanted for key in index.saying(words)}
    wanted_keys = np.array([each.key for each in unseen if each.key not in unwanted], np.int64)
    candidates = field.papers.take(np.flatnonzero(np.isin(field.papers.keys, wanted_keys)))
    following = {one: _papers_of(index, one, candidates, unseen) for one in _asked(followed)}
    wanted = {words: index.saying(words) for words in mine.taste.wanted}
    keys = candidates.keys.tolist()
    place_of = {key: place for place, key in enumerate(keys)}

    def counted(several: Iterable[set[int]]) -> Scores:
        counts = np.zeros(len(keys), np.float32)
        for found in several:
            counts[[place_of[key] for key in found & place_of.keys()]] += 1
        return counts

    def counted_of(kind: str) -> Scores:
        return counted(found for one, found in following.items() if one.kind == kind)

    fit = _sharpened(taste, candidates) if taste and keys else None
    evidence = Evidence(
        papers=candidates, fit=fit,
        authors=counted_of("author"), searches=counted_of("search"), categories=counted_of("category"),
        wanted=counted(wanted.values()), **_times(unseen, keys),
    )  # fmt: skip
    return _Found(
        evidence=evidence,
        taste=taste if evidence.fit else None,
        liked=liked,
        followed=following,
        wanted=wanted,
        indexed=True,
    )


def _sharpened(taste: personal.Taste, candidates: Papers) -> Fit:
    """How the papers fit, those that fit best by their phrases too."""
    fit = taste.fit(candidates)
    short, heavy = phrasing.shortlist(fit.score), phrasing.heaviest(taste.weights)
    mine, theirs = taste.liked.keys[heavy].tolist(), candidates.keys[short].tolist()
    texts = papers.texts({*mine, *theirs})
    interests = phrasing.among(heavy, [each.members for each in taste.interests])
    said, liked = ([phrases(texts.get(key, "")) for key in several] for several in (theirs, mine))
    score = fit.score.copy()
    score[short] += phrasing.added(said, liked, taste.weights[heavy], interests)
    return replace(fit, score=score)


def learned(index: Index, mine: Known, field: Field) -> tuple[Papers, personal.Taste | None]:
    """The reader's papers that the index has, and what they tell if they are ENOUGH. IndexMissingError without one."""
    liked, disliked = Papers(*index.material(list(mine.liked))), Papers(*index.material(mine.disliked))
    if len(liked) < ENOUGH or not field.papers or field.usual is None:
        return liked, None
    weights = np.array([mine.liked[key] for key in liked.keys.tolist()], np.float32)
    return liked, personal.Taste(liked, weights, field.usual, disliked)


def _without_index(field: Sequence[Candidate]) -> _Found:
    """What is known without an index: days, and what rises."""
    keys = [each.key for each in field]
    none = np.zeros(len(keys), np.float32)
    papers = Papers(np.array(keys, np.int64), none.reshape(-1, 1), np.zeros(0, np.int64), np.zeros(len(keys), np.int64))
    evidence = Evidence(
        papers=papers, fit=None, authors=none, searches=none, categories=none, wanted=none, **_times(field, keys)
    )
    return _Found(
        evidence=evidence, taste=None, liked=papers.take(np.zeros(0, np.intp)), followed={}, wanted={}, indexed=False
    )


def _times(field: Sequence[Candidate], keys: Sequence[int]) -> dict[str, Scores]:
    """How many days each paper stands behind the newest, and how it rises, from 0 to 1 for the one that rises most."""
    of_key = {each.key: each for each in field}
    hottest = max((each.heat for each in field if each.heat is not None), default=0.0)
    heats = [of_key[key].heat for key in keys]
    newest = field[0].day if field else None
    return {
        "age": np.array([(newest - of_key[key].day).days if newest else 0 for key in keys], np.float32),
        # Heats are logarithms to the base 2: five halvings below the hottest is nothing.
        "rising": np.array([0 if heat is None else max(1 - (hottest - heat) / 5, 0) for heat in heats], np.float32),
    }


def _asked(followed: Sequence[Followed]) -> list[Followed]:
    """What is followed, less the searches that are too many."""
    searches = [one for one in followed if one.kind == "search"][:SEARCHES]
    return [one for one in followed if one.kind != "search"] + searches


def _papers_of(index: Index, one: Followed, candidates: Papers, field: Sequence[Candidate]) -> set[int]:
    """The keys of papers that somebody who follows this wants to see, perhaps more than are looked at."""
    if one.kind == "author":
        return set(index.listed("named", author_term(one.value)))
    if one.kind == "category":
        number = index.category_number(one.value)
        if number is None:
            return set()
        there = np.searchsorted(np.cumsum(candidates.lengths), np.flatnonzero(candidates.tokens == number), "right")
        return set(candidates.keys[there].tolist())
    query = parse(one.value, Filter())
    if query.filter.after is None and field:
        query = replace(query, filter=replace(query.filter, after=field[-1].day - RECENT))
    return {hit.key for hit in index.search(query, paging=Paging(1, FOUND)).hits}


def _drafted(
    found: _Found, placed: Sequence[Placed], mixed: tuple[str, str], seed: int
) -> tuple[list[Placed], dict[int, str]]:
    """The list in which two rankings take turns, and which of them brought which paper."""
    keys = found.evidence.papers.keys
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


def _explained(
    embedder: Embedder, found: _Found, page: Sequence[Placed], before: int, ranking_of: Mapping[int, str]
) -> tuple[Chosen, ...]:
    """The papers of one page, each with why it stands there; the reader's own nearest papers are read with them."""
    some = found.evidence.papers.take(np.array([each.place for each in page], np.intp))
    nearest: dict[int, tuple[int, float]] = {}
    if found.taste:
        places, likeness = found.taste.nearest(some)
        near = zip(some.keys.tolist(), found.taste.liked.keys[places].tolist(), likeness.tolist(), strict=True)
        nearest = {key: (mine, like) for key, mine, like in near if like >= NEAR}
    counts = [each.telling() for each in found.taste.interests] if found.taste else []
    interest = found.evidence.fit.interest if found.evidence.fit else some.keys
    by_key = papers.by_keys({*some.keys.tolist(), *(mine for mine, _ in nearest.values())})
    shown = []
    for rank, (each, key) in enumerate(zip(page, some.keys.tolist(), strict=True), before + 1):
        if key not in by_key:
            continue
        mine, like = nearest.get(key, (0, 0.0))
        shown.append(
            Chosen(
                paper=by_key[key], rank=rank, score=each.score, adds=each.adds, nearest=by_key.get(mine),
                likeness=like, words=_words(embedder, counts[int(interest[each.place])], by_key[key]) if counts else (),
                followed=tuple(one for one, those in found.followed.items() if key in those),
                wanted=tuple(words for words, those in found.wanted.items() if key in those),
                ranking=ranking_of.get(key, ""),
            )
        )  # fmt: skip
    return tuple(shown)


def _words(embedder: Embedder, counts: Mapping[int, float], paper: Paper) -> tuple[str, ...]:
    return telling_words(f"{paper.title} {paper.abstract}", counts, embedder.table, WORDS)

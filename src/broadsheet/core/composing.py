"""The verb `compose`: what is due to subscribers becomes editions, each frozen, once, and queued for delivery.

An edition, its delivery and the next due moment of its subscriptions are written in one transaction: whatever is
killed, and whenever, each period has exactly one edition. What a subscriber is due together is one edition.
"""

from __future__ import annotations

import threading
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import transaction

from broadsheet.core import scheduling
from broadsheet.core.news import LONGEST, News, Told
from broadsheet.digests import Edition, Every, FrozenPaper, Kind, Letter, Subscriber, Subscription, Times, Want
from broadsheet.errors import IndexMissingError
from broadsheet.index import Index
from broadsheet.library import editions, papers, subscriptions
from broadsheet.library.editions import Draft
from broadsheet.rank.trending import Formula

PORTION = 2000
"""Subscribers who are looked up at once."""

AT_ONCE = 200
"""Subscribers whose searches are held against the news at once, and whose editions are written in one transaction.

What composing takes of memory is bounded by it."""

WEEK = timedelta(days=7)
"""How long a paper that was mailed is not mailed again without saying so."""

SHOWN: Mapping[Kind, int] = {Kind.FOR_YOU: 10, Kind.FRONT_PAGE: 10, Kind.TRENDING: 10}
"""Papers that a section has at most; of what was asked for exactly, MOST."""

MOST = 20
AGAIN = 3
"""Papers that rise still and were mailed before, shown so that trending is never empty beside something new."""

SAMPLED = 500
"""Papers, the newest, that are held against what somebody may want."""

Due = tuple[Subscriber, list[Subscription]]


class Composed(NamedTuple):
    """What composing did: editions made, and subscribers for whom there was nothing new."""

    made: int = 0
    empty: int = 0


def compose(index: Index, formula: Formula, *, now: datetime, stop: threading.Event | None = None) -> Composed:
    """Make the editions that are due, until none is or `stop` is set.

    Where a search cannot be matched because there is no index yet, its subscriber waits.
    """
    done = Composed()
    for made, empty in portions(News(index, formula, now)):
        done = Composed(done.made + made, done.empty + empty)
        if stop and stop.is_set():
            break
    return done


def waiting(now: datetime, most: int) -> int:
    """How many subscribers have something due, counted no further than to `most`."""
    return subscriptions.due_number(now, most)


def ground(index: Index, formula: Formula, now: datetime) -> News:
    """The news of this moment with all at hand that is told to many of those who are due.

    For processes that are forked from this one, and then make the editions of a share each, by `portions`.
    """
    news = News(index, formula, now)
    news.prepare(subscriptions.awaited(now))
    return news


def portions(news: News, share: tuple[int, int] = (0, 1)) -> Iterator[Composed]:
    """Make the editions that are due by and by, and tell each time how many were written together.

    Several processes may do so at a time; they are quicker if each has its `share`, (rest, divisor) of subscribers'
    numbers.
    """
    after = 0
    while numbers := subscriptions.due(news.now, after, PORTION, share):
        for first in range(0, len(numbers), AT_ONCE):
            due = _expected(subscriptions.due_of(numbers[first : first + AT_ONCE], news.now), news)
            yield _compose(due, news)
            news.forget()
        after = numbers[-1]


def preview(subscriber: Subscriber, wanted: Sequence[Subscription], news: News) -> Edition | None:
    """The edition that these subscriptions would make now; nothing is written. None if there is nothing new.

    IndexMissingError if there is a search among them, and no index.
    """
    _expect([(subscriber, list(wanted))], news)
    _choose([(subscriber, list(wanted))], news)
    draft = _draft(subscriber, wanted, {}, news)
    if draft is None:
        return None
    return Edition(
        number=0,
        subscriber=subscriber.number,
        kind=draft.kind,
        period=draft.period,
        subject=draft.subject,
        subscriptions=(),
        content=draft.content,
        composed_at=news.now,
        frozen={key: FrozenPaper(f"now {key}", news.content(key)) for key in draft.papers},
    )


def sample(
    wants: Sequence[Want], index: Index, formula: Formula, *, now: datetime, account: int | None = None
) -> Edition | None:
    """The edition that these would have made on the newest day that has papers. None if there is nothing.

    IndexMissingError if there is a search among them, and no index.
    """
    newest = papers.day_before(None)
    then = min(now, datetime.combine(newest, time(23), UTC)) if newest else now
    news = News(index, formula, then)
    nobody = Subscriber(number=0, address="", secret="", account=account)
    position = max(news.newest - SAMPLED, 0)
    wanted = [
        Subscription(number=number, subscriber=0, want=want, times=Times(), position=position)
        for number, want in enumerate(wants, 1)
    ]
    return preview(nobody, wanted, news)


def _compose(due: Sequence[Due], news: News) -> Composed:
    """Write the editions of these subscribers, and when their subscriptions are due next."""
    _choose(due, news)
    mailed = editions.mailed([who.number for who, _ in due], news.now - WEEK)
    drafts = [(who, several, _draft(who, several, mailed[who.number], news)) for who, several in due]
    _freeze([draft for _, _, draft in drafts if draft], news)
    with transaction.atomic():
        held = subscriptions.hold([one.number for _, several in due for one in several])
        # Whoever changed, paused or ended something meanwhile, or was served by another process, is left alone.
        kept = [entry for entry in drafts if all(held.get(one.number) == one.next_at for one in entry[1])]
        made = editions.put([draft for _, _, draft in kept if draft], news.now)
        subscriptions.move(
            {
                one.number: scheduling.next_at(*one.times, who.zone, news.now)
                for who, several, _ in kept
                for one in several
            },
            news.newest,
            news.now,
        )
    return Composed(made, sum(draft is None for _, _, draft in kept))


def _expected(due: Sequence[Due], news: News) -> Sequence[Due]:
    """Those of these for whom everything is at hand: without an index, whoever is due no search."""
    try:
        _expect(due, news)
    except IndexMissingError:
        due = [(who, several) for who, several in due if all(one.want.kind is not Kind.SEARCH for one in several)]
        _expect(due, news)
    return due


def _expect(due: Iterable[Due], news: News) -> None:
    """Have at hand what these are told."""
    alike: dict[Every, list[Subscription]] = {}
    for one in (one for _, several in due for one in several):
        alike.setdefault(one.times.every, []).append(one)
    for every, several in alike.items():
        news.reach(every, min(one.position for one in several))
        news.expect(every, ((one.want.value, one.position) for one in several if one.want.kind is Kind.SEARCH))


def _choose(due: Iterable[Due], news: News) -> None:
    """Have at hand what is chosen for the accounts of these, where they want it."""
    news.choose(
        who.account for who, several in due if who.account and any(each.want.kind is Kind.FOR_YOU for each in several)
    )


def _told(who: Subscriber, one: Subscription, news: News) -> list[Told]:
    """What a subscription is told, whoever has seen it before."""
    every, (kind, value) = one.times.every, one.want
    since = max(one.covered_at or news.now - timedelta(days=1), news.now - LONGEST[Every.MONTH])
    if kind is Kind.SEARCH:
        return news.matching(every, value, one.position)
    if kind is Kind.AUTHOR:
        return news.by_author(every, value, one.position)
    if kind is Kind.CATEGORY:
        return news.in_category(every, value, one.position)
    if kind is Kind.COLLECTION:
        return news.added(int(value), since) if news.title(int(value), who.account) else []
    if kind is Kind.FOR_YOU:
        return news.for_you(who.account) if who.account else []
    return news.front_page(since) if kind is Kind.FRONT_PAGE else news.trending


def _draft(
    who: Subscriber,
    wanted: Sequence[Subscription],
    mailed: Mapping[int, datetime],
    news: News,
) -> Draft | None:
    """The edition of what these subscriptions are told, no paper twice; None if it has nothing new.

    Its papers are named by their keys: `_freeze` keeps them as they are, for many editions at once.
    """
    order = list(Kind)
    sections: list[dict[str, Any]] = []
    placed: dict[int, dict[str, Any]] = {}
    anything = False
    for one in sorted(wanted, key=lambda one: (order.index(one.want.kind), one.number)):
        kind, told = one.want.kind, _told(who, one, news)
        for key, why in (each for each in told if each.key in placed):
            placed[key]["why"] += f"; also {why}"
        shown, left = _chosen(kind, [each for each in told if each.key not in placed], mailed)
        if not shown:
            continue
        anything = anything or kind not in SHOWN or any(each.key not in mailed for each in shown)
        here = {each.key: _placed(each, mailed.get(each.key), who.zone) for each in shown}
        placed |= here
        sections.append(
            {
                "kind": kind.value, "value": one.want.value, "label": _label(one.want, who, news),
                "subscription": one.number, "total": len(shown) + left, "papers": list(here.values()),
            }
        )  # fmt: skip
    if not anything:
        return None
    return Draft(
        subscriber=who.number,
        kind=Letter.DIGEST,
        period=_period(who, wanted, news.now),
        subject=subject(sections),
        subscriptions=[one.number for one in wanted],
        papers=list(placed),
        content={"sections": sections},
    )


def _label(want: Want, who: Subscriber, news: News) -> str:
    """The value of a want in words: of a collection its title."""
    return news.title(int(want.value), who.account) if want.kind is Kind.COLLECTION else want.value


def _chosen(kind: Kind, told: Sequence[Told], mailed: Container[int]) -> tuple[list[Told], int]:
    """What a section shows of what it is told, and how much is left.

    What was asked for exactly is shown even if it was mailed within a week. Trending is so too, a little, where it
    would be thin; the kinds that choose for their reader never are.
    """
    if kind not in SHOWN:
        return list(told[:MOST]), max(len(told) - MOST, 0)
    unseen = [each for each in told if each.key not in mailed]
    shown = unseen[: SHOWN[kind]]
    if kind is Kind.TRENDING and len(shown) < AGAIN:
        before = [each for each in told if each.key in mailed]
        shown = sorted([*shown, *before[: AGAIN - len(shown)]], key=told.index)
    return shown, max(len(unseen) - SHOWN[kind], 0)


def _freeze(drafts: Sequence[Draft], news: News) -> None:
    """Keep the papers of these drafts as they are, and name them by the numbers under which they are kept."""
    frozen = news.freeze({key for draft in drafts for key in draft.papers})
    for draft in drafts:
        for section in draft.content["sections"]:
            for paper in section["papers"]:
                paper["frozen"] = frozen[paper["frozen"]]


def _placed(told: Told, before: datetime | None, zone: str) -> dict[str, Any]:
    day = before.astimezone(ZoneInfo(zone)) if before else None
    return {"frozen": told.key, "why": told.why, "again": f"{day:%A}, {day.day} {day:%B}" if day else ""}


def _period(who: Subscriber, wanted: Iterable[Subscription], now: datetime) -> str:
    """The last moment at which any of these was due: the name of what is sent for it, once."""
    last = max(scheduling.last_at(*one.times, who.zone, one.next_at or now, now) for one in wanted)
    return last.astimezone(UTC).isoformat(timespec="minutes")


def subject(sections: Sequence[Mapping[str, Any]]) -> str:
    """What is inside, in a line: “3 new for “graph transformers”, 2 by Jane Doe, and 10 trending”."""
    told = [_in_short(section) for section in sections]
    if len(told) > 3:
        rest = sum(len(section["papers"]) for section in sections[2:])
        told = [*told[:2], f"{rest} more"]
    line = told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"
    return " ".join(line.split())[:200]


def _in_short(section: Mapping[str, Any]) -> str:
    number, kind, value = len(section["papers"]), Kind(section["kind"]), _cut(section["label"])
    return {
        Kind.SEARCH: f"{number} new for “{value}”",
        Kind.AUTHOR: f"{number} by {value}",
        Kind.COLLECTION: f"{number} added to “{value}”",
        Kind.CATEGORY: f"{number} in {value}",
        Kind.FOR_YOU: f"{number} for you",
        Kind.FRONT_PAGE: f"{number} from the front page",
        Kind.TRENDING: f"{number} trending",
    }[kind]


def _cut(words: str) -> str:
    clean = "".join(sign for sign in words if sign.isprintable())
    return clean if len(clean) <= 40 else f"{clean[:39].rstrip()}…"

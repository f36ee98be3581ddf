"""An edition as a mail: its subject, its text, its HTML, from what was frozen and nothing else.

The styles are inlined once, into the template, by a library; what varies from mail to mail is only filled in.
"""

from __future__ import annotations

import binascii
import textwrap
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import css_inline
from django.conf import settings
from django.template import Context, Engine, Template

from broadsheet.core.proofs import LASTING
from broadsheet.core.subscribing import KEPT_UNCONFIRMED
from broadsheet.core.wants import named
from broadsheet.deliver import editions as shown
from broadsheet.deliver.mail import ways
from broadsheet.digests import Edition, Every, Kind, Letter, Subscriber, Want
from broadsheet.library import editions, subscriptions

MOST_BYTES = 90_000
"""Bytes of HTML, as they travel: Gmail cuts a mail at 102 kB and hides its end, where the ways out are."""

WIDTH = 72
"""Columns of the text."""

OFTEN = {Every.DAY: "each working day", Every.WEEK: "each week", Every.MONTH: "each month"}

_UNASKED = (
    f"The link works once, for {LASTING.days} days. If it was not you, do nothing: no other mail will come, and the "
    f"address is forgotten after {KEPT_UNCONFIRMED.days} days."
)


class Rendering(NamedTuple):
    """What a mail says, twice."""

    subject: str
    text: str
    html: str


def render(edition: Edition, subscriber: Subscriber) -> Rendering:
    """The mail of an edition. What has ended since it was composed is left out."""
    if edition.kind is Letter.CONFIRMATION:
        return _fitting(_asking(edition, subscriber))
    return _fitting(_digest(edition, subscriber))


def rendered(number: int) -> Rendering:
    """The mail of the edition of this number; LookupError if it is gone."""
    found = editions.edition(number)
    subscriber = subscriptions.subscriber(found.subscriber) if found else None
    if found is None or subscriber is None:
        raise LookupError(f"The edition {number} is gone.")
    return render(found, subscriber)


def _digest(edition: Edition, subscriber: Subscriber) -> dict[str, Any]:
    given = shown.edition(edition, editions.ended(edition.subscriptions))
    to = ways.ways(subscriber, edition.number)
    return _letter(edition, subscriber) | {
        "ahead": "; ".join(paper["title"] for part in given["sections"] for paper in part["papers"][:2])[:200],
        "sections": given["sections"],
        "web": to.read,
        "foot": [
            _line("This digest:", (to.read, "read it on the web"), (to.archive, "all your digests")),
            _line("Your subscriptions:", (to.manage, "change or pause them"), (to.stop, "end this one")),
        ],
    }


def _asking(edition: Edition, subscriber: Subscriber) -> dict[str, Any]:
    asked = edition.content["subscriptions"]
    whose = f"Somebody, probably you, gave {subscriber.address} at {settings.SITE_NAME}"
    if not asked:
        to = ways.ways(subscriber, edition.number)
        return _letter(edition, subscriber) | {
            "ahead": "Nothing has changed.",
            "intro": [f"{whose} for what it is subscribed to already. Nothing has changed."],
            "foot": [_line("Your subscriptions:", (to.manage, "change, pause or end them"))],
        }
    wants = [f"{named(Want(Kind(one['kind']), one['value']))}, {OFTEN[Every(one['every'])]}" for one in asked]
    return _letter(edition, subscriber) | {
        "ahead": "One more step: say that it was you.",
        "intro": [f"{whose} to be mailed:", *(f"• {want}" for want in wants), "If it was you, say so:"],
        "press": {
            "url": ways.confirm(subscriber, [one["number"] for one in asked]),
            "words": "Confirm my subscription",
        },
        "outro": [_UNASKED],
    }


def _letter(edition: Edition, subscriber: Subscriber) -> dict[str, Any]:
    when = edition.composed_at.astimezone(ZoneInfo(subscriber.zone))
    return {
        "subject": edition.subject,
        "house": settings.SITE_NAME,
        "site": ways.site(),
        "date": shown.day(when.date()),
        "sections": [],
        "intro": [],
        "outro": [],
        "foot": [],
    }


def _line(words: str, *to: tuple[str, str]) -> dict[str, Any]:
    return {"words": words, "ways": [{"url": url, "words": said} for url, said in to]}


def _fitting(letter: dict[str, Any]) -> Rendering:
    """The letter with as many papers as fit; the longest sections lose their last ones, which are told as more."""
    html = _html(letter)
    while (size := len(binascii.b2a_qp(html.encode()))) > MOST_BYTES and any(_lengths(letter)):
        too_many = max(1, round(sum(_lengths(letter)) * (1 - MOST_BYTES / size)))
        for _ in range(min(too_many, sum(_lengths(letter)))):
            longest = max(letter["sections"], key=lambda section: len(section["papers"]))
            longest["papers"] = longest["papers"][:-1]
            longest["more"] += 1
        html = _html(letter)
    return Rendering(letter["subject"], _text(letter), html)


def _lengths(letter: dict[str, Any]) -> list[int]:
    return [len(section["papers"]) for section in letter["sections"]]


def _html(letter: dict[str, Any]) -> str:
    return _template().render(Context(letter))


@cache
def _template() -> Template:
    source = (Path(__file__).parent / "templates" / "mail" / "letter.html").read_text(encoding="utf-8")
    inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
    return Template(inliner.inline(source), engine=Engine())


def _text(letter: dict[str, Any]) -> str:
    return "\n".join(_lines(letter)).rstrip() + "\n"


def _lines(letter: dict[str, Any]) -> Iterator[str]:
    yield from (letter["house"], letter["date"], "=" * WIDTH, "")
    for words in letter["intro"]:
        yield from (*_wrapped(words), "")
    if press := letter.get("press"):
        yield from (press["url"], "")
    for words in letter["outro"]:
        yield from (*_wrapped(words), "")
    for section in letter["sections"]:
        yield from (section["heading"].upper(), "-" * min(len(section["heading"]), WIDTH), "")
        for number, paper in enumerate(section["papers"], 1):
            yield from _paper(number, paper, letter["site"])
        if section["more"]:
            yield from (f"{section['more']} more on the web:", f"{letter['site']}{section['url']}", "")
    yield from ("=" * WIDTH, "")
    for line in letter["foot"]:
        yield line["words"]
        yield from (part for way in line["ways"] for part in (f"  {way['words']}:", f"  {way['url']}"))
        yield ""


def _paper(number: int, paper: dict[str, Any], site: str) -> Iterator[str]:
    votes = "–" if paper["upvotes"] is None else paper["upvotes"]
    why = f"{paper['again']}; {paper['why']}" if paper["again"] else paper["why"]
    yield from _wrapped(paper["title"], f"{number}. ", "   ")
    for words in (paper["authors"], paper["text"], f"[{why}]"):
        yield from _wrapped(words, "   ", "   ")
    yield from _wrapped(" · ".join(filter(None, (f"▲ {votes}", paper["day"], paper["category"]))), "   ", "   ")
    yield f"   {site}{paper['url']}"
    yield from (f"   {link['label']}: {link['url']}" for link in paper["links"])
    yield ""


def _wrapped(words: str, first: str = "", others: str = "") -> Sequence[str]:
    return textwrap.wrap(
        words, WIDTH, initial_indent=first, subsequent_indent=others, break_long_words=False, break_on_hyphens=False
    )

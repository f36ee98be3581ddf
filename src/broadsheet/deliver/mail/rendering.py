"""An edition as a mail: its subject, its text, its HTML, from what was frozen and nothing else.

The styles are inlined once, into the template, by a library; what varies from mail to mail is only filled in.
"""

from __future__ import annotations

import binascii
import textwrap
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import css_inline
from django.conf import settings
from django.template import Context, Engine, Template
from django.utils.html import conditional_escape

from broadsheet.core.proofs import LASTING
from broadsheet.core.subscribing import KEPT_UNCONFIRMED
from broadsheet.core.wants import named
from broadsheet.deliver import editions as shown
from broadsheet.deliver.mail import ways
from broadsheet.digests import Edition, Every, FrozenPaper, Kind, Letter, Subscriber, Want
from broadsheet.letters import address
from broadsheet.library import editions, subscriptions
from broadsheet.sending import Outgoing

MOST_BYTES = 90_000
"""Bytes of HTML, as they travel: Gmail cuts a mail at 102 kB and hides its end, where the ways out are."""

ROUNDING = 500
"""Bytes that counting in parts may be wrong by: where lines end on their way."""

WIDTH = 72
"""Columns of the text."""

FOLDER = Path(__file__).parent / "templates" / "mail"

_HERE = "\x00"
"""Where in what is made once the reason goes that is another one for each subscriber. No text of a paper has it."""

OFTEN = {Every.DAY: "each working day", Every.WEEK: "each week", Every.MONTH: "each month"}

_UNASKED = (
    f"The link works once, for {LASTING.days} days. If it was not you, do nothing: no other mail will come, and the "
    f"address is forgotten after {KEPT_UNCONFIRMED.days} days."
)


class Rendering(NamedTuple):
    """What a mail says, twice; and the address that ends what it was made for, at one click and without a word."""

    subject: str
    text: str
    html: str
    stop: str = ""


def render(outgoing: Outgoing) -> Rendering:
    """The mail of a delivery's edition; LookupError if it is gone."""
    return show(*of(outgoing.edition))


def show(edition: Edition, subscriber: Subscriber) -> Rendering:
    """The mail of an edition. What has ended since it was composed is left out."""
    if edition.kind is Letter.CONFIRMATION:
        return _fitting(_asking(edition, subscriber))
    return _fitting(_digest(edition, subscriber))._replace(stop=ways.stop(subscriber, edition.number))


def of(number: int) -> tuple[Edition, Subscriber]:
    """The edition of this number, and whose it is; LookupError if it is gone."""
    edition = editions.edition(number)
    subscriber = subscriptions.subscriber(edition.subscriber) if edition else None
    if edition is None or subscriber is None:
        raise LookupError(f"The edition {number} is gone.")
    return edition, subscriber


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
        "site": address(),
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
    for section in letter["sections"]:
        section["papers"] = [_paper(one, letter["site"]) for one in section["papers"]]
    html = _html(letter)
    if _travelling(html) > MOST_BYTES:
        _shorten(letter)
        html = _html(letter)
    return Rendering(letter["subject"], _text(letter), html)


def _shorten(letter: dict[str, Any]) -> None:
    """Take papers out of a letter until it fits."""
    sections = [section for section in letter["sections"] if section["papers"]]
    room = MOST_BYTES - _travelling(_html(letter | {"sections": [section | {"papers": []} for section in sections]}))
    room -= sum(_size(paper) for section in sections for paper in section["papers"]) + ROUNDING
    while room < 0 and any(section["papers"] for section in sections):
        longest = max(sections, key=lambda section: len(section["papers"]))
        room += _size(longest["papers"].pop())
        longest["more"] += 1


def _size(paper: dict[str, Any]) -> int:
    """How many bytes a paper's HTML takes on its way."""
    return _travelling(paper["html"]) + 8


def _travelling(html: str) -> int:
    """How many bytes this is on its way."""
    return len(binascii.b2a_qp(html.encode()))


def _paper(shown: dict[str, Any], site: str) -> dict[str, Any]:
    """A paper as it stands in the letter, twice."""
    (before, after), (above, below) = _once(shown["kept"], site)
    return {
        "html": f"{before}{conditional_escape(shown['why'])}{after}",
        "text": above + _wrapped(f"[{shown['why']}]") + below,
    }


@lru_cache(maxsize=5000)
def _once(kept: FrozenPaper, site: str) -> tuple[Sequence[str], Sequence[str]]:
    """The HTML and the text of a paper, each as what comes before and behind the reason that it is there."""
    paper = shown.paper(kept)
    html = _template("paper.html").render(Context({"paper": paper, "site": site, "why": _HERE}))
    votes = "–" if paper["upvotes"] is None else paper["upvotes"]
    facts = " · ".join(filter(None, (f"▲ {votes}", paper["day"], paper["category"])))
    text = [_wrapped(paper["title"], "* "), _wrapped(paper["authors"]), _wrapped(paper["text"]), _HERE, _wrapped(facts)]
    links = [f"  {site}{paper['url']}\n", *(f"  {link['label']}: {link['url']}\n" for link in paper["links"])]
    return html.strip().split(_HERE, 1), "".join([*text, *links]).split(_HERE, 1)


def _html(letter: dict[str, Any]) -> str:
    return _template("letter.html").render(Context(letter))


@cache
def _template(name: str) -> Template:
    styles, source = ((FOLDER / file).read_text(encoding="utf-8") for file in ("letter.css", name))
    inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True, extra_css=styles)
    inlined = inliner.inline(source) if name == "letter.html" else inliner.inline_fragment(source, styles)
    return Template(inlined, engine=Engine())


def _text(letter: dict[str, Any]) -> str:
    return "\n".join(_lines(letter)).rstrip() + "\n"


def _lines(letter: dict[str, Any]) -> Iterator[str]:
    yield from (letter["house"], letter["date"], "=" * WIDTH, "")
    yield from (_wrapped(words, "") for words in letter["intro"])
    if press := letter.get("press"):
        yield from (press["url"], "")
    yield from (_wrapped(words, "") for words in letter["outro"])
    for section in letter["sections"]:
        yield from (section["heading"], "-" * min(len(section["heading"]), WIDTH), "")
        yield from (paper["text"] for paper in section["papers"])
        if section["more"]:
            yield from (f"{section['more']} more on the web:", f"{letter['site']}{section['url']}", "")
    yield "=" * WIDTH
    for line in letter["foot"]:
        yield from ("", line["words"], *(f"  {way['words']}:\n  {way['url']}" for way in line["ways"]))


@lru_cache(maxsize=5000)
def _wrapped(words: str, first: str = "  ") -> str:
    """Words in lines of the text, each with its end; indented like what `first` begins."""
    lines = textwrap.wrap(
        words,
        WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "".join(f"{line}\n" for line in lines)

"""Pure functions on text: the identity of a title or a name, links, first lines; `tex` makes it readable. No state."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from broadsheet.tex import readable as readable  # noqa: PLC0414 - looked for here
from broadsheet.tex_tables import GREEK
from broadsheet.types import Link, LinkKind

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")


def plain(text: str) -> str:
    """What a person typed, over several lines perhaps, without the signs that databases and XML refuse."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


_LONE_GREEK = re.compile(r"(?<![α-ω])[α-ω](?![α-ω])")
_GREEK_NAMES = {letter: name.removeprefix("var") for name, letter in GREEK.items()} | {"φ": "phi", "ε": "epsilon"}


RUN = re.compile(r"[^\W_]+")
"""A run of letters and digits."""

_BETWEEN = {code: " " for code in range(128) if not chr(code).isalnum()}


def runs(text: str) -> list[str]:
    """Runs of letters and digits."""
    # Twice as fast, for what nearly all texts are.
    return text.translate(_BETWEEN).split() if text.isascii() else RUN.findall(text)


def squash(title: str) -> str:
    """A title's identity: letters and digits only, lower case, no accents; the same however its TeX is spelled.

    A Greek letter that stands alone is spelled out, because pages that strip TeX leave its name.
    """
    text = unicodedata.normalize("NFKD", readable(title).casefold())
    if not text.isascii():
        text = _LONE_GREEK.sub(lambda letter: _GREEK_NAMES.get(letter[0], letter[0]), text)
    return "".join(filter(str.isalnum, text))


_SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv", "phd", "md"))


def author_key(name: str) -> str:
    """The last word of the family name, squashed: "Doe, Jane", "Jane Doe" and "Doe J." agree. Empty for no name."""
    family, comma, _given = name.partition(",")
    words = [word for part in (family if comma and family.strip() else name).split() if (word := squash(part))]
    while len(words) > 1 and words[-1] in _SUFFIXES:
        words.pop()
    if not words:
        return ""
    return words[0] if len(words[-1]) == 1 else words[-1]


def name_key(name: str) -> str:
    """A whole name's identity: its letters without accents, case and punctuation. Not that of a person."""
    text = name.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
    return "".join(filter(str.isalnum, text))


_ISSUE = re.compile(r"[\s,;:(]+(?:(?:vol|no|pp?|volume|issue)\b\.?\s*)?[\[(]?\d+\b.*$", re.IGNORECASE)


@lru_cache(maxsize=2048)
def venue_name(venue: str) -> str:
    """The journal or the series of conferences, without volume, pages and year: `ICLR 2024 poster` is `ICLR`."""
    return _ISSUE.sub("", venue).rstrip(" ,.;:(-") or venue


def first_lines(text: str, limit: int) -> str:
    """At most `limit` characters from the start, ended at a sentence or else a word, with an ellipsis if cut."""
    if len(text) <= limit:
        return text
    if limit < 3:
        return "…"[:limit]
    head = text[: limit - 1]
    sentence = max(text.rfind(mark, limit // 2, limit - 2) for mark in (". ", "? ", "! "))
    if sentence > 0:
        return f"{text[: sentence + 1]} …"
    if not text[limit - 1].isspace() and (space := head.rfind(" ")) > 0:
        head = head[:space]
    return head.rstrip(" ,;:–—-") + "…"


_SHORT = frozenset({
    "al", "e.g", "i.e", "etc", "cf", "vs", "fig", "figs", "eq", "eqs", "sec", "secs", "ref", "refs", "no", "nos",
    "vol", "ch", "p", "pp", "dr", "prof", "mr", "mrs", "ms", "st", "resp", "approx", "ca", "viz", "incl", "esp",
    "jr", "sr", "inc", "ltd", "co", "dept", "univ", "ph.d", "u.s", "u.k", "w.r.t", "a.k.a", "i.i.d", "thm", "lem",
    "prop", "def", "alg", "tab",
})  # fmt: skip
_NEVER_LAST = frozenset(
    {"e.g", "i.e", "cf", "vs", "viz", "incl", "esp", "approx", "ca", "dr", "prof", "mr", "mrs", "ms"}
)
_OPENERS = frozenset({
    "A", "An", "And", "As", "At", "Because", "But", "By", "Compared", "Despite", "Existing", "Experiments",
    "Extensive", "Finally", "First", "Following", "For", "Further", "Furthermore", "Given", "Here", "However", "If",
    "In", "It", "Its", "Moreover", "Most", "On", "Our", "Overall", "Previous", "Recent", "Results", "Second",
    "Several", "Since", "Specifically", "Such", "That", "The", "Their", "Then", "These", "They", "This", "Though",
    "Through", "Thus", "To", "Unlike", "Using", "We", "What", "When", "Whereas", "While", "With", "Yet",
})  # fmt: skip
_ENDING = re.compile(r"(?<![.!?…])[.!?…]+[\"”’)\]]*\s+(?=[\"“‘(\[]*(\w+))")


def sentences(text: str) -> list[str]:
    """The sentences of a text; joined by blanks they are the text again, its white space aside.

    A dot ends none after what is known to be short for something (“et al.”, “e.g.”, “Fig.”) or a single letter, unless
    a word follows that mostly begins one; nor where small letters go on.
    """
    found, start = [], 0
    for match in _ENDING.finditer(text):
        word = max(text.rfind(" ", start, match.start()) + 1, start)
        before, following = text[word : match.start()].lstrip('"“‘(['), match[1]
        if following[0].islower():
            continue
        short = match[0].strip() == "." and (before.lower() in _SHORT or (len(before) == 1 and before.isalpha()))
        if short and (following not in _OPENERS or before.lower() in _NEVER_LAST):
            continue
        found.append(text[start : match.end()].strip())
        start = match.end()
    return [*found, rest] if (rest := text[start:].strip()) else found


_LINK = re.compile(
    r"(?:https?://|(?<![\w./@:-])(?=(?:www\.)?github\.com/))"
    r"[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?#](?:[^\s<>\"{}|^`$“”‘’«»，。；）】》、]|\{\\_\})*)?",
    re.IGNORECASE,
)
_CLOSING = {")": "(", "]": "["}
_KINDS = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (
            LinkKind.DATA,
            (
                r"(?:[\w.-]+\.)?(?:zenodo\.org|kaggle\.com|figshare\.com|dataverse\.[\w.]+|datadryad\.org|osf\.io"
                r"|data\.mendeley\.com)(?:/|$)|(?:huggingface\.co|hf\.co)/datasets/"
                r"|(?:dx\.)?doi\.org/10\.(?:5281/zenodo|6084|5061|17632)"
            ),
        ),
        (
            LinkKind.PAPER,
            (
                r"(?:[\w-]+\.)?(?:arxiv\.org|doi\.org|openreview\.net|aclanthology\.org|biorxiv\.org|medrxiv\.org"
                r"|alphaxiv\.org|semanticscholar\.org)/.|aclweb\.org/anthology/|(?:huggingface\.co|hf\.co)/papers/"
            ),
        ),
        (
            LinkKind.CODE,
            (
                r"(?:github\.com|gitlab\.[\w.]+|bitbucket\.org|codeberg\.org|gist\.github\.com|git\.sr\.ht|gitee\.com"
                r"|sourceforge\.net|colab\.research\.google\.com|anonymous\.4open\.science)/."
                r"|(?:huggingface\.co|hf\.co)/spaces/"
            ),
        ),
        (
            LinkKind.PROJECT,
            (
                r"[\w.-]+\.(?:github\.io|gitlab\.io|pages\.dev|netlify\.app|vercel\.app|readthedocs\.io|web\.app"
                r"|hf\.space)(?:/|$)|sites\.google\.com/"
            ),
        ),
    )
)


def link_kind(url: str) -> LinkKind:
    """What stands at this address, as far as its host and path tell."""
    place = url.partition("://")[2].lower().removeprefix("www.")
    return next((kind for kind, pattern in _KINDS if pattern.match(place)), LinkKind.OTHER)


def find_links(text: str) -> tuple[Link, ...]:
    """The web addresses in running text, each once, in order, clean of the punctuation and TeX around them."""
    if "http" not in text and "ithub.com" not in text:
        return ()
    links: dict[str, Link] = {}
    for match in _LINK.finditer(text):
        url = _clean(match[0])
        if "://" not in url:
            url = f"https://{url}"
        if len(url) <= 2000 and "." in url:
            links.setdefault(url, Link(url, link_kind(url)))
    return tuple(links.values())


def _clean(url: str) -> str:
    """The address alone: escapes undone, cut at a bracket that was opened before it, no punctuation at the end."""
    for escape in ("{\\_}", "\\_"):
        url = url.replace(escape, "_")
    url = re.sub(r"\\([%#&~])", r"\1", url).partition("\\")[0]
    opened: list[str] = []
    for place, sign in enumerate(url):
        if sign in "([":
            opened.append(sign)
        elif sign in _CLOSING and (not opened or opened.pop() != _CLOSING[sign]):
            url = url[:place]
            break
    return url.rstrip(".,;:!?'*…([")

"""The saved text of a daily-papers page: a header, a date, then title and abstract in turn, blank lines between."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from broadsheet.sources.building import Place, build
from broadsheet.types import Record

SOURCE = "page"
HEADER_LINES = 60
"""The date stands within so many lines from the top."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(
    rf"^[ \t]*(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?[ \t]+)?"
    rf"({'|'.join(_MONTHS)})[a-z]*\.?"
    r"[ \t]+(\d{1,2})(?:st|nd|rd|th)?(?:,?[ \t]+(\d{4}))?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_LONGEST_TITLE = 300


def recognises(text: str) -> bool:
    """True if a line near the top is a date and nothing else."""
    return _date_line(text) is not None


def date_in(text: str, today: date) -> date | None:
    """The first line near the top that is a date and nothing else; without a year, the latest one up to `today`."""
    line = _date_line(text)
    return _resolve(line, today) if line else None


def parse(text: str, *, file: str, today: date) -> Iterator[Record]:
    """A record for each title. A date without a year is the latest such day that is not after `today`.

    An abstract may have several paragraphs. A title is a short paragraph that does not end like a sentence; a short
    paragraph of one or two words that no abstract follows is a button of the page, and left out.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    line = _date_line(text)
    if line is None:
        raise Place(file).error("no line near the top is a date such as `Mar 17`", "Save the page from its top")
    featured = _resolve(line, today)
    header = text.count("\n", 0, line.end()) + 1
    for number, (at, title, abstract) in enumerate(_pairs(_paragraphs(text[line.end() :], header)), 1):
        place = Place(file, f"record {number} (line {at})")
        yield build(place, source=SOURCE, title=title, abstract=abstract, featured=featured)


def _date_line(text: str) -> re.Match[str] | None:
    top = 0
    for _ in range(HEADER_LINES):
        top = text.find("\n", top) + 1
        if not top:
            return _DATE.search(text)
    return _DATE.search(text, 0, top)


def _resolve(line: re.Match[str], today: date) -> date | None:
    month, day = _MONTHS.index(line[1].lower()) + 1, int(line[2])
    years = [int(line[3])] if line[3] else range(today.year, today.year - 9, -1)
    for year in years:
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if line[3] or found <= today:
            return found
    return None


def _paragraphs(text: str, line: int) -> list[tuple[int, str]]:
    """The paragraphs with their line numbers; every line is one where the page left no blank lines."""
    separator = r"\n[ \t]*\n\s*" if re.search(r"\S[ \t]*\n[ \t]*\n\s*\S", text) else r"\n\s*"
    found, start = [], 0
    for match in (*re.finditer(separator, text), None):
        paragraph = text[start : match.start() if match else len(text)]
        if paragraph.strip():
            blank = len(paragraph) - len(paragraph.lstrip())
            found.append((line + text.count("\n", 0, start + blank), " ".join(paragraph.split())))
        start = match.end() if match else start
    return found


def _pairs(paragraphs: list[tuple[int, str]]) -> Iterator[tuple[int, str, str]]:
    """Line, title, abstract."""
    line, title, abstract = 0, "", ""
    for place, (number, paragraph) in enumerate(paragraphs):
        following = paragraphs[place + 1][1] if place + 1 < len(paragraphs) else ""
        is_title = _like_title(paragraph) and not (abstract and _goes_on(paragraph, following))
        if not title or is_title:
            if title and (abstract or len(title.split()) > 2):
                yield line, title, abstract
            line, title, abstract = number, paragraph, ""
        else:
            abstract = f"{abstract} {paragraph}" if abstract else paragraph
    if title and (abstract or len(title.split()) > 2):
        yield line, title, abstract


def _like_title(paragraph: str) -> bool:
    return (
        len(paragraph) <= _LONGEST_TITLE and paragraph[-1] not in ".:;," and not re.search(r"[.!?]['\")”]$", paragraph)
    )


def _goes_on(paragraph: str, following: str) -> bool:
    """True for a short paragraph inside an abstract: a point of a list, or one that starts in lower case."""
    if re.match(r"[-*•–]|\(?\d{1,2}[.)]\s|[ivx]{1,4}\)", paragraph):
        return True
    return paragraph[0].islower() and " " in paragraph and bool(following) and following[0].islower()

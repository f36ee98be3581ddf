"""A typed line → a Query. Cannot fail: what is no operator is words, and what is no word is left out."""

from __future__ import annotations

import calendar
import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import date
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import tantivy
from numpy.typing import NDArray

from broadsheet.text import RUN, runs
from broadsheet.types import Filter, Part, Query

LONGEST = 10_000
"""Characters of a line that are read: a pasted abstract fits, a pasted book does not."""

PASTED = 20
"""Words beyond which a line is taken for a pasted text."""

_TOKEN = re.compile(r'(?P<minus>-?)(?:(?P<operator>[A-Za-z]+):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_KINDS = {
    "author": "author",
    "title": "title",
    "cat": "category",
    "category": "category",
    "has": "code",
    "after": "after",
    "before": "before",
    "id": "id",
}
_NAMING = {"author", "title", "category", "id"}
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_FIRST = np.uint64(0x9E3779B97F4A7C15)
"""What the first of two words in a row is multiplied with: an odd number, so that their order tells."""

_analyzer = (
    tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    .filter(tantivy.Filter.remove_long(60))
    .filter(tantivy.Filter.lowercase())
    .filter(tantivy.Filter.ascii_fold())
    .filter(tantivy.Filter.stemmer("english"))
    .build()
)


_separator = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).build()


def text_analyzer() -> tantivy.TextAnalyzer:
    """How titles and abstracts become terms: words, lower case, no accents, English stems."""
    return _analyzer


def words(text: str) -> tuple[str, ...]:
    """The words of a text as the index separates them: runs of letters and digits."""
    return tuple(runs(text))


def pairs(text: str) -> NDArray[np.uint64]:
    """What stands for every two words of a text that stand in a row, as their terms."""
    terms = np.fromiter(map(_number, runs(text)), np.uint64)
    terms = terms[terms > 0]
    return terms[:-1] * _FIRST + terms[1:]


@lru_cache(maxsize=5000)
def phrases(text: str) -> NDArray[np.uint64]:
    """The same, each once, ascending. The same recent papers are asked for by many."""
    found = np.unique(pairs(text))
    found.flags.writeable = False
    return found


@lru_cache(maxsize=100_000)
def _number(word: str) -> int:
    """What stands for the term of a word, the same everywhere; nought for what has none."""
    term = stem(word)
    return int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), "little") if term else 0


def separated(text: str) -> list[str]:
    """The words of a paper's text, as the index separates them before it makes terms of them."""
    return list(_separator.analyze(text))


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The term that the index keeps for a word; empty for what it does not keep."""
    terms = _analyzer.analyze(word)
    return str(terms[0]) if terms else ""


def parse(text: str, base: Filter = Filter()) -> Query:
    """What a line asks for, admitted by `base` as well as by its own filters.

    Free words, `"phrases"`, `-excluded`, `author:`, `title:`, `cat:`, `has:code`, `before:`, `after:` (a day, a month
    or a year) and `id:`. An operator that is unknown, or whose value makes no sense, is taken as words. A word in
    quotes must be there. In a line of many words, which was pasted, quotes and minus signs are the text's own.
    """
    text = text[:LONGEST].strip()
    strict = len(words(re.sub(r'"[^"]*"', "", text))) <= PASTED
    found: defaultdict[str, list[str]] = defaultdict(list)
    days: dict[str, date] = {}
    parts = []
    for token in _TOKEN.finditer(text):
        operator = (token["operator"] or "").lower()
        value = (token["phrase"] if token["phrase"] is not None else token["word"]).strip()
        kind = _KINDS.get(operator, "")
        if strict and token["minus"] and not operator and words(value):
            kind = "without"
            found[kind] += words(value)
        elif not token["minus"] and value and (kind in _NAMING or (kind == "code" and value.lower() == "code")):
            found[kind].append(value)
        elif kind in {"after", "before"} and not token["minus"] and (day := _day(value, last=kind == "before")):
            days[kind] = day
        elif strict and token["phrase"] is not None and not operator and words(value):
            kind = "phrase"
            found[kind].append(value)
        else:
            kind = ""
            found["free"].append(token[0])
        if kind:
            rest = f"{text[: token.start()]} {text[token.end() :]}"
            parts.append(Part(kind, value, " ".join(rest.split())))
    admitting = replace(
        base,
        after=max(_given(base.after, days.get("after")), default=None),
        before=min(_given(base.before, days.get("before")), default=None),
        categories=(*base.categories, *found["category"]),
        has_code=True if found["code"] else base.has_code,
    )
    free = " ".join(found["free"])
    return Query(
        text=text,
        free=free,
        words=words(free),
        phrases=tuple(found["phrase"]),
        excluded=tuple(found["without"]),
        authors=tuple(found["author"]),
        titles=tuple(found["title"]),
        ids=tuple(found["id"]),
        filter=admitting,
        parts=tuple(parts),
    )


def said(query: Query, left_out: Collection[str]) -> str:
    """What the query says, in one text: as typed, signs between the words included, without those that are left out.

    Mistakes are corrected. A model of sentences reads the signs: where one question ends and the next begins.
    """
    right = dict(query.corrected) | dict.fromkeys(left_out, "")
    free = RUN.sub(lambda word: right.get(word[0], word[0]), query.free)
    return " ".join((*free.split(), *query.phrases, *query.titles))


def _given(*days: date | None) -> list[date]:
    return [day for day in days if day]


def _day(value: str, *, last: bool) -> date | None:
    """The first or the last day of what `2024`, `2024-03` or `2024-03-17` names."""
    match = _DATE.fullmatch(value)
    if not match:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        month = month or (12 if last else 1)
        return date(year or 0, month, day or (calendar.monthrange(year or 1, month)[1] if last else 1))
    except (ValueError, calendar.IllegalMonthError):
        return None

"""What every answer of arXiv is read with: dates, authors in a line, categories, and whether a paper was withdrawn."""

from __future__ import annotations

import re
from calendar import month_abbr
from collections.abc import Iterable
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from broadsheet.sources.arxiv_days import EASTERN, announcement_day
from broadsheet.sources.ids import parse_paper_id
from broadsheet.types import PaperId

SOURCE = "arxiv"
_MONTHS = {name: number for number, name in enumerate(month_abbr) if name}
_CATEGORY = re.compile(r"[a-z]{1,8}(?:-[a-z]{2,4})?(?:\.[A-Z]{2}|\.[a-z]{2,6}-[a-z]{2,4}|\.(?:optics|other|soft))?")
_ARCHIVES = re.compile(
    r"acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|cond-mat|cs|dg-ga|econ"
    r"|eess|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|mtrl-th|nlin|nucl-ex|nucl-th|patt-sol|physics"
    r"|plasm-ph|q-alg|q-bio|q-fin|quant-ph|solv-int|stat|supr-con"
)
_TAKEN_BACK = re.compile(
    r"\W*(?:this|the)\s+(?:(?:present|submitted|current)\s+)?(?:paper|article|manuscript|submission|work|preprint|note"
    r"|version|e-?print)\s+(?:in\s+its\s+present\s+form\s+)?(?:has\s+been|was|is(?:\s+being)?|have\s+been)\s+"
    r"(?:temporarily\s+)?(?:withdrawn|removed|retracted)"
    r"|\W*(?:paper\s+|article\s+|submission\s+)?(?:has\s+been\s+)?(?:withdrawn|retracted)\b"
    r"(?!\s+(?:\w+\s+){0,2}(?:papers|articles|publications|studies|research|literature)\b)",
    re.IGNORECASE,
)
_WITHDRAWN_IN_COMMENT = re.compile(
    r"\b(?:paper|article|manuscript|submission|preprint|work)\s+(?:has\s+been|was|is)\s+(?:temporarily\s+)?"
    r"(?:withdrawn|retracted)\b|\bwithdrawn\s+(?:by\s+(?:the\s+)?(?:(?:co-?)?authors?|arxiv)|due\s+to|because)\b",
    re.IGNORECASE,
)
_SUFFIXES = {"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"}


def is_category(text: str) -> bool:
    """Whether this is a category of arXiv, and not a class of another scheme that authors have added."""
    return bool(_CATEGORY.fullmatch(text)) and bool(_ARCHIVES.fullmatch(text.partition(".")[0]))


def categories(texts: Iterable[str]) -> tuple[str, ...]:
    """Those of arXiv's, each once, in order."""
    return tuple(dict.fromkeys(text for text in texts if is_category(text)))


def is_withdrawn(abstract: str, comment: str) -> bool:
    """Whether the authors, or arXiv, say that the paper was taken back: in the comment, or first in the abstract."""
    return bool(_TAKEN_BACK.match(abstract) or _TAKEN_BACK.match(comment) or _WITHDRAWN_IN_COMMENT.search(comment))


@lru_cache(maxsize=4096)
def day(text: str) -> date | None:
    """The day that `2024-05-27`, a moment of it, or `Mon, 27 May 2024 18:00:00 GMT` names."""
    text = text.strip()
    try:
        if text[4:5] == "-":
            return date.fromisoformat(text[:10])
        words = text.partition(",")[2].split() or text.split()
        return date(int(words[2]), _MONTHS[words[1][:3].title()], int(words[0]))
    except (ValueError, KeyError, IndexError):
        return None


def scheduled(text: str) -> date | None:
    """The date of the listing in which a paper deposited at this moment should be, by arXiv's calendar.

    A day without a time counts as its noon in the US East.
    """
    try:
        moment = datetime.fromisoformat(text) if text[4:5] == "-" else parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    if len(text) == 10:
        moment = moment.replace(hour=12, tzinfo=EASTERN)
    return announcement_day(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def authors_in_line(text: str) -> list[str]:
    """The names in `A. Doe (MIT), B. Roe, Jr. and C. Poe`, without what stands in brackets beside them."""
    text = _without_brackets(" ".join(text.split()))
    names: list[str] = []
    for part in re.split(r",\s*(?:and\s+)?|\s+and\s+|;\s*|:\s+", text):
        if part.strip().lower() in _SUFFIXES and names:
            names[-1] += f" {part.strip()}"
        elif part.strip():
            names.append(part.strip())
    return names


def ids(arxiv_id: str, doi: str = "") -> tuple[PaperId, ...]:
    """Its own id, and the DOIs that it names."""
    found = [parse_paper_id(arxiv_id), *map(parse_paper_id, doi.split())]
    return tuple(dict.fromkeys(filter(None, found)))


def _without_brackets(text: str) -> str:
    if "(" not in text:
        return text
    kept, depth = [], 0
    for sign in text:
        if sign == "(":
            depth += 1
        elif sign == ")" and depth:
            depth -= 1
        elif not depth:
            kept.append(sign)
    # A bracket that is never closed is a slip of the pen: what follows it are names all the same.
    return text.replace("(", ", ") if depth else "".join(kept).replace(" ,", ",")

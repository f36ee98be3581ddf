"""Every spelling of a paper's id, to the one paper id that the library knows it by. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from urllib.parse import unquote

from broadsheet.text import author_key, squash
from broadsheet.types import PaperId

_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|cond-mat|cs|dg-ga"
    "|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math-ph|math|mtrl-th|nlin|nucl-ex|nucl-th|patt-sol|physics"
    "|plasm-ph|q-alg|q-bio|quant-ph|solv-int|supr-con"
)
_NEW = r"\d\d(?:0[1-9]|1[0-2])\.\d{4,5}"
_OLD = rf"(?:{_ARCHIVES})(?:\.[a-z]{{2}})?/\d{{7}}"
_ARXIV = rf"(?P<arxiv>{_NEW}|{_OLD})(?:v\d{{1,3}})?"
_ARXIV_HOST = (
    r"(?:(?:[\w-]{1,40}\.)?arxiv\.org|xxx\.lanl\.gov|ar5iv\.(?:labs\.arxiv\.)?org|(?:www\.)?alphaxiv\.org"
    r"|(?:huggingface|hf)\.co|papers\.cool|arxiv-vanity\.com)"
)
_DOI = r"(?P<doi>10\.\d{4,9}/[^\s\"<>{}|\\^`]{1,300})"
_OPENREVIEW = (
    r"openreview\.net/(?:forum|pdf|revisions|attachment|references/pdf)"
    r"\?(?:[^\s&#\"<>]{1,300}&){0,5}id=(?P<openreview>[\w-]{4,60})"
)
_ACL_ID = r"(?:[a-z]\d{2}-\d{4,5}|\d{4}\.[a-z0-9_]+-[a-z0-9_]+\.\d+)"
_ACL = rf"acl(?:anthology\.org|web\.org/anthology|anthology\.info/papers)/(?:[a-z]/[a-z]\d{{2}}/)?(?P<acl>{_ACL_ID})"

_MARKED = re.compile(
    rf"(?<![\w.])(?:arxiv\s?(?:preprint\s)?(?:e-?print\s)?:?\s?(?:id\s)?{_ARXIV}(?![\d/])"
    rf"|{_ARXIV_HOST}/(?:[a-z]{{1,12}}/){{0,2}}{_ARXIV.replace('<arxiv>', '<address>')}(?![\d/])"
    rf"|(?:www\.)?{_OPENREVIEW}|(?:www\.)?{_ACL}"
    rf"|{_DOI})",
    re.IGNORECASE,
)
_BARE_ARXIV = re.compile(
    rf"(?:arxiv:\s?|https?://arxiv\.org/(?:abs|pdf)/)?{_ARXIV}(?:\.pdf)?(?:\s*\[[\w.-]+\])?", re.IGNORECASE
)
_BARE_ACL = re.compile(_ACL_ID, re.IGNORECASE)
_ARXIV_DOI = re.compile(rf"10\.48550/arxiv\.{_ARXIV}$", re.IGNORECASE)
_BEFORE_ID = re.compile(
    r"(?:arxiv\s(?:preprint|e-?print)\s)?(?:https?://)?(?:[\w.-]+(?::\d+)?/(?:[\w.-]+/)*)?(?:doi:?\s*)?", re.IGNORECASE
)
_OURS = re.compile(r"(openreview|acl|page):([\w.-]{1,64})", re.IGNORECASE)
SCHEMES = ("arxiv", "doi", "openreview", "acl")
"""Schemes of paper ids from the strongest; any other comes next, `page` last."""


def strength(paper_id: PaperId) -> tuple[int, PaperId]:
    """Sorts ids: the one to name a paper by first."""
    scheme = paper_id.partition(":")[0]
    rank = SCHEMES.index(scheme) if scheme in SCHEMES else len(SCHEMES) + (scheme == "page")
    return rank, paper_id


def parse_paper_id(text: str) -> PaperId | None:  # noqa: PLR0911 - one for each kind
    """The paper id that this text spells, and nothing but spells; None if it spells none.

    Takes bare ids, prefixed ones and addresses: `2006.08217v3`, `arXiv:math.GT/0309136`, a DOI in any form, pages of
    arXiv and its mirrors, OpenReview and the ACL Anthology. A version is dropped, it names the same paper.
    """
    text = text.strip()
    if not text or len(text) > 500:
        return None
    if match := _BARE_ARXIV.fullmatch(text):
        return _arxiv(match["arxiv"])
    if match := _OURS.fullmatch(text):
        scheme, name = match[1].lower(), match[2]
        return f"{scheme}:{name.lower() if scheme == 'page' else _acl(name) if scheme == 'acl' else name}"
    if _BARE_ACL.fullmatch(text):
        return f"acl:{_acl(text)}"
    if " " in text and not re.match(r"(?:doi|arxiv)\b", text, re.IGNORECASE):
        return None
    if "%2f" in text.lower():
        text = unquote(text)
    match = _MARKED.search(text)
    if not match or not _BEFORE_ID.fullmatch(text[: match.start()]):
        return None
    return _canonical(match)


def id_at(address: str) -> PaperId | None:
    """The paper id that the address of a paper's page spells; a DOI only at doi.org.

    Publishers add to the DOIs in their addresses (`.../10.1000/x/pdf`), and nobody can tell what is added.
    """
    found = parse_paper_id(address)
    return None if found and found.startswith("doi:") and "//doi.org/" not in address else found


def paper_ids(text: str) -> tuple[PaperId, ...]:
    """Every paper id that running text names beyond doubt, each once: arXiv's first, then DOIs and the others."""
    if "%2f" in text.lower():
        text = unquote(text)
    found = dict.fromkeys(filter(None, map(_canonical, _MARKED.finditer(text))))
    return tuple(sorted(found, key=lambda paper_id: strength(paper_id)[0]))


def page_id(title: str, first_author: str) -> PaperId:
    """The id of a paper of which only a title, and perhaps an author, is known."""
    seed = f"{squash(title)}\n{author_key(first_author)}"
    return f"page:{hashlib.sha256(seed.encode()).hexdigest()[:16]}"


def _canonical(match: re.Match[str]) -> PaperId | None:
    makers: dict[str, Callable[[str], PaperId | None]] = {
        "arxiv": _arxiv,
        "address": _arxiv,
        "doi": _doi,
        "openreview": lambda name: f"openreview:{name}",
        "acl": lambda name: f"acl:{_acl(name)}",
    }
    kind = match.lastgroup or ""
    return makers[kind](match[kind])


def _arxiv(name: str) -> PaperId:
    """Old ids go without the subject class: `math.GT/0309136` is `math/0309136`."""
    archive, slash, number = name.lower().partition("/")
    return f"arxiv:{archive.partition('.')[0]}/{number}" if slash else f"arxiv:{archive}"


def _acl(name: str) -> str:
    name = re.sub(r"(?:v\d+)?(?:\.pdf|\.bib)?$", "", name)
    return name.upper() if re.fullmatch(r"[A-Za-z]\d{2}-\d{4,5}", name) else name.lower()


def _doi(name: str) -> PaperId | None:
    """Lower case, without what the sentence around it added; arXiv's own DOIs are arXiv ids."""
    name = name.partition("?")[0].partition("#")[0]
    for opening, closing in ("()", "[]"):
        while name.count(closing) > name.count(opening) and name.rstrip(".,;:'").endswith(closing):
            name = name.rstrip(".,;:'")[:-1]
    name = name.rstrip(".,;:'/*_").lower()
    if match := _ARXIV_DOI.match(name):
        return _arxiv(match["arxiv"])
    return f"doi:{name}" if name.partition("/")[2] else None

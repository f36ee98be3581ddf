"""Citations: a paper as BibTeX, RIS or CSL-JSON, safe against whatever a title may contain."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from broadsheet.text import readable
from broadsheet.types import Paper


class Format(NamedTuple):
    """How a citation is offered for download."""

    label: str
    media_type: str
    extension: str


FORMATS: Mapping[str, Format] = {
    "bibtex": Format("BibTeX", "application/x-bibtex", "bib"),
    "ris": Format("RIS", "application/x-research-info-systems", "ris"),
    "csl": Format("CSL-JSON", "application/vnd.citationstyles.csl+json", "json"),
}

_PROCEEDINGS = re.compile(
    r"\b(proceedings|proc\.|conference|workshop|symposium|neurips|nips|icml|iclr|aaai|ijcai|cvpr|iccv|eccv|acl|emnlp|naacl"
    r"|colm|kdd|sigir|aistats|uai|colt|interspeech|icassp)\b",
    re.IGNORECASE,
)
_CAPITALS = re.compile(r"\w[A-Z]|[A-Z]\w*\d")
_TELLS_NOTHING = {"a", "an", "the", "on", "of", "in", "for", "to", "and", "with", "from", "by", "towards", "toward"}
_PARTICLES = {
    "van",
    "von",
    "der",
    "den",
    "de",
    "del",
    "della",
    "di",
    "da",
    "dos",
    "du",
    "la",
    "le",
    "ten",
    "ter",
    "bin",
}
_TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
}


def cite(paper: Paper, form: str) -> str:
    """The citation in one of FORMATS; ends with a newline. The same paper always gives the same text."""
    return cite_all([paper], form)


def cite_all(papers: Sequence[Paper], form: str) -> str:
    """The citations of several papers as one file, in their order; a key that several would have gets numbers."""
    names = _distinct([key(paper) for paper in papers])
    if form == "csl":
        entries = [_csl(paper, name) for paper, name in zip(papers, names, strict=True)]
        return orjson.dumps(entries, option=orjson.OPT_INDENT_2).decode() + "\n"
    if form == "ris":
        return "\n".join(map(_ris, papers))
    return "\n".join(_bibtex(paper, name) for paper, name in zip(papers, names, strict=True))


def _distinct(names: Sequence[str]) -> list[str]:
    """The same names, a number behind each that came before: `heo2020adamp`, `heo2020adamp-2`."""
    taken: set[str] = set()
    told = []
    for name in names:
        free = name
        number = 1
        while free in taken:
            number += 1
            free = f"{name}-{number}"
        taken.add(free)
        told.append(free)
    return told


def key(paper: Paper) -> str:
    """A citation key: the first author's family name, the year, the first word of the title that tells something."""
    family = _ascii(family_and_given(paper.authors[0])[0]) if paper.authors else ""
    told = [word for word in map(_ascii, paper.readable_title.split()) if word and word not in _TELLS_NOTHING]
    words = told[:1] if family else told[:2]
    return f"{family}{_year(paper) or ''}{''.join(words)}" or _ascii(paper.paper_id)


def _bibtex(paper: Paper, name: str) -> str:
    kind = "inproceedings" if in_proceedings(paper.venue) else "article" if _printed(paper) else "misc"
    arxiv, doi = _named(paper, "arxiv"), _named(paper, "doi")
    fields = {
        "title": _protected(_printable(paper.readable_title)),
        "author": " and ".join(map(_bibtex_name, paper.authors)),
        "booktitle" if kind == "inproceedings" else "journal": _tex(_one_line(paper.venue)),
        "year": str(_year(paper) or ""),
        "month": f"{paper.published:%b}".lower() if paper.published else "",
        "eprint": arxiv,
        "archivePrefix": "arXiv" if arxiv else "",
        "primaryClass": _tex(_one_line(paper.categories[0])) if arxiv and paper.categories else "",
        "doi": _address(doi),
        "url": _address(_url(paper)),
    }
    # A month is one of BibTeX's own names, which stand without braces.
    lines = [f"  {name} = {value if name == 'month' else f'{{{value}}}'}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{name},", *lines, "}"]) + "\n"


def _ris(paper: Paper) -> str:
    kind = "CONF" if in_proceedings(paper.venue) else "JOUR" if _printed(paper) else "UNPB"
    day = paper.published
    pairs = [
        ("TY", kind),
        ("TI", _printable(paper.readable_title)),
        *(("AU", ", ".join(filter(None, family_and_given(author)))) for author in paper.authors),
        ("PY", str(_year(paper) or "")),
        ("DA", f"{day:%Y/%m/%d}" if day else ""),
        ("T2", _one_line(paper.venue)),
        ("AB", _printable(paper.readable_abstract)),
        ("DO", _named(paper, "doi")),
        ("AN", f"arXiv:{arxiv}" if (arxiv := _named(paper, "arxiv")) else ""),
        ("UR", _url(paper)),
    ]
    return "".join(f"{tag}  - {value}\n" for tag, value in pairs if value) + "ER  - \n"


def _csl(paper: Paper, name: str) -> dict[str, Any]:
    kind = "paper-conference" if in_proceedings(paper.venue) else "article-journal" if _printed(paper) else "article"
    day = paper.published
    entry: dict[str, Any] = {
        "id": name,
        "type": kind,
        "title": _printable(paper.readable_title),
        "author": [_csl_name(author) for author in paper.authors],
        "issued": {"date-parts": [[day.year, day.month, day.day] if day else [_year(paper)]]} if _year(paper) else None,
        "container-title": _one_line(paper.venue),
        "abstract": _printable(paper.readable_abstract),
        "DOI": _named(paper, "doi"),
        "number": f"arXiv:{arxiv}" if (arxiv := _named(paper, "arxiv")) else "",
        "publisher": "arXiv" if _named(paper, "arxiv") and not _printed(paper) else "",
        "URL": _url(paper),
    }
    return {field: value for field, value in entry.items() if value}


def _printed(paper: Paper) -> bool:
    return bool(paper.venue.strip())


def in_proceedings(venue: str) -> bool:
    """Whether this is the name of a conference rather than of a journal."""
    return bool(_PROCEEDINGS.search(venue))


def _year(paper: Paper) -> int | None:
    return paper.published.year if paper.published else paper.year


def _named(paper: Paper, scheme: str) -> str:
    """Its id of this scheme, without the scheme; empty if it has none."""
    ids = (paper.paper_id, *paper.aliases)
    return next((one.partition(":")[2] for one in ids if one.startswith(f"{scheme}:")), "")


def _url(paper: Paper) -> str:
    if doi := _named(paper, "doi"):
        return f"https://doi.org/{doi}"
    if arxiv := _named(paper, "arxiv"):
        return f"https://arxiv.org/abs/{arxiv}"
    if openreview := _named(paper, "openreview"):
        return f"https://openreview.net/forum?id={openreview}"
    if acl := _named(paper, "acl"):
        return f"https://aclanthology.org/{acl}/"
    return next((link.url for link in paper.links if link.kind in {"paper", "project"}), "")


def _one_line(text: str) -> str:
    return _printable(readable(text))


def _printable(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def family_and_given(author: str) -> tuple[str, str]:
    """Family name and given names; a particle belongs to the family name."""
    author = " ".join(_one_line(author).replace("~", " ").split())  # a tie of TeX; no name has a tilde
    family, comma, given = author.partition(",")
    if comma:
        return family.strip(), given.strip()
    words = author.split()
    first = len(words) - 1
    while first > 1 and words[first - 1].lower() in _PARTICLES:
        first -= 1
    return " ".join(words[max(first, 0) :]), " ".join(words[: max(first, 0)])


def _csl_name(author: str) -> dict[str, str]:
    family, given = family_and_given(author)
    return {"family": family, "given": given} if given else {"literal": family}


def _bibtex_name(author: str) -> str:
    family, given = map(_tex, family_and_given(author))
    if not given:
        return f"{{{family}}}" if " " in family else family
    name = f"{family}, {given}"
    return f"{{{name}}}" if " and " in name.lower() else name


def _tex(text: str) -> str:
    return "".join(_TEX.get(sign, sign) for sign in text)


def _address(url: str) -> str:
    """An address as it is, less the signs that end a field."""
    return re.sub(r"[\s{}\\]", "", url)


def _protected(title: str) -> str:
    """Braces around words whose capitals a bibliography style must not lower."""
    parts = re.split(r"(\w+)", title)
    return "".join(f"{{{_tex(part)}}}" if _CAPITALS.search(part) else _tex(part) for part in parts)


def _ascii(text: str) -> str:
    """Letters and digits only, lower case, without accents."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", plain.lower())

"""The door for a person's files: which ones are meant, what is inside, and every failure in words.

Containers and formats are recognised by content, never by name. A file's records come lazily; who stores them must
be ready for a BadFileError after the last good one.
"""

from __future__ import annotations

import codecs
import glob
import io
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import IO

from broadsheet.errors import BadFileError
from broadsheet.sources.building import Place
from broadsheet.sources.containers import DamageError, Member, foreign, members
from broadsheet.types import Record

WHOLE = 64 << 20
"""The most bytes of a format that must be read as a whole."""

LINE = 8 << 20
"""The most bytes of one line."""

_HEAD = 1 << 16
_KNOWN = (
    "It reads the saved text or HTML of a papers page, JSON lines, the Hugging Face API's JSON, BibTeX, RIS, the "
    "snapshots of arXiv and OpenAlex, the dumps of Papers with Code and the XML of the ACL Anthology"
)
_RECODE = "Save it as UTF-8 or pass --encoding latin-1"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def expand(patterns: Sequence[str]) -> list[str]:
    """The files that these names mean, each once: files, folders with all below them, patterns; `-` stays itself.

    Folders come in the order of names, hidden files are skipped. Raises BadFileError for a name that means nothing.
    """
    names: list[str] = []
    for pattern in patterns:
        if pattern == "-":
            found = ["-"]
        elif Path(pattern).is_dir():
            found = _below(pattern)
        elif os.path.lexists(pattern):
            found = [pattern]
        else:
            matches = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - may be absolute
            found = [name for match in matches for name in (_below(match) if Path(match).is_dir() else [match])]
        if not found:
            empty = "is a folder without files" if Path(pattern).is_dir() else "matches no file"
            raise BadFileError(pattern, empty, remedy="Check the name, and the folder that you are in")
        names += found
    return list(dict.fromkeys(names))


def _below(folder: str) -> list[str]:
    found = []
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        paths = (os.path.join(root, name) for name in sorted(names) if not name.startswith("."))  # noqa: PTH118 - keeps the spelling
        found += [path for path in paths if Path(path).is_file()]
    return found


Skip = Callable[[BadFileError], None]
"""Told of a record that cannot be read and is left out; by raising it, refuses to leave it out."""


def _refuse(error: BadFileError) -> None:
    raise error


def read(
    name: str,
    stream: IO[bytes] | None = None,
    *,
    today: date,
    encoding: str | None = None,
    skip: Skip = _refuse,
) -> Iterator[Record]:
    """The records of one file, of the stream if one is given. `today` resolves dates without a year.

    Raises BadFileError, with the record and place that it came to, for anything that is not a file of papers. Where one
    record of a snapshot cannot be read, `skip` decides.
    """
    file = "standard input" if name == "-" else name
    _check_encoding(encoding, file)
    count, member = 0, ""
    try:
        with ExitStack() as stack:
            if stream is None:
                stream = sys.stdin.buffer if name == "-" else stack.enter_context(Path(name).open("rb"))
            for member, content in members(stream):
                shown = f"{file} › {member}" if member else file
                for record in _parse(Member(shown, content), today, encoding, skip):
                    count += 1
                    yield record
    except DamageError as error:
        where = [f"after record {count}"] if count else []
        where += [f"byte {error.byte}"] if error.byte is not None else []
        shown = f"{file} › {member}" if member and error.byte is not None else file
        raise BadFileError(shown, error.reason, place=", ".join(where), remedy=error.remedy) from None
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) or "null byte" in str(error):
            why = getattr(error, "strerror", None) or str(error)
            raise BadFileError(file, f"it cannot be read ({why})", remedy="Check its name and permissions") from None
        raise
    if not count:
        raise BadFileError(file, "no papers found", remedy=_KNOWN)


def _check_encoding(encoding: str | None, file: str) -> None:
    try:
        b"".decode(encoding or "utf-8")
        "".encode(encoding or "utf-8")
    except (LookupError, UnicodeError, ValueError):
        raise BadFileError(file, f"there is no encoding {encoding!r}", remedy="Try utf-8, latin-1 or gbk") from None


def _parse(member: Member, today: date, encoding: str | None, skip: Skip) -> Iterator[Record]:
    """Recognise the format by the first 64 KiB and hand over to its parser."""
    file, stream = member
    head = stream.peek(_HEAD)[:_HEAD]
    bom = next((name for mark, name in _BOMS if head.startswith(mark)), None)
    if bom == "utf-8-sig":
        stream.read(3)
        head, encoding = head[3:], None
    elif bom:
        encoding = bom
    elif (kind := foreign(head)) is not None:
        raise BadFileError(file, f"this is a {kind} file", remedy=_KNOWN)
    if not bom and b"\0" in head and not (encoding or "").lower().replace("_", "-").startswith(("utf-16", "utf-32")):
        place = f"byte {head.index(0) + 1}"
        raise BadFileError(file, "this is not text", place=place, remedy="If it is UTF-16, save it as UTF-8")
    try:
        start = head.decode(encoding or "utf-8", "ignore").lstrip("\ufeff \t\r\n\v\f")
    except UnicodeError:
        start = ""
    if not start and not head.strip():
        return iter(())
    return _format(start)(Content(file, stream, encoding, skip), start, today)


class Content:
    """One member's text, by lines or as a whole, with its guards."""

    def __init__(self, file: str, stream: io.BufferedReader, encoding: str | None, skip: Skip) -> None:
        self.file, self.stream, self._encoding, self.skip = file, stream, encoding, skip

    def lines(self) -> Iterator[bytes | str]:
        """The lines as they come; bytes if they are UTF-8."""
        source: io.BufferedReader | io.TextIOWrapper = self.stream
        if self._encoding:
            source = io.TextIOWrapper(self.stream, encoding=self._encoding, newline="\n")
        number = 0
        try:
            while line := source.readline(LINE + 1):
                number += 1
                if len(line) > LINE:
                    reason = f"the line is longer than {LINE >> 20} MiB"
                    raise BadFileError(self.file, reason, place=f"line {number}", remedy="Give each paper its own line")
                yield line
        except UnicodeError as error:
            reason = f"this is not {self._encoding} text ({error})"
            raise BadFileError(self.file, reason, place=f"line {number + 1}", remedy=_RECODE) from None

    def bytes(self) -> bytes:
        """Everything, undecoded."""
        data = self.stream.read(WHOLE + 1)
        if len(data) > WHOLE:
            reason = f"it is larger than {WHOLE >> 20} MiB, the most for a format that is read as a whole"
            raise BadFileError(self.file, reason, remedy="Split it, or turn it into JSON lines")
        return data

    def text(self) -> str:
        """Everything, decoded."""
        data, encoding = self.bytes(), self._encoding or "utf-8"
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            place = f"line {data.count(10, 0, error.start) + 1}, byte {error.start + 1}"
            raise BadFileError(self.file, f"this is not {encoding.upper()} text", place=place, remedy=_RECODE) from None
        except UnicodeError as error:
            raise BadFileError(self.file, f"this is not {encoding} text ({error})", remedy=_RECODE) from None
        text = text.removeprefix("\ufeff")
        if (at := text.find("\0")) >= 0:
            place = f"line {text.count(chr(10), 0, at) + 1}"
            raise BadFileError(self.file, "this is not text", place=place, remedy=_KNOWN)
        return text


Parser = Callable[[Content, str, date], Iterator[Record]]

_BIBTEX = re.compile(
    r"^[ \t]*@[ \t]*(?:article|book|booklet|collection|comment|conference|dataset|in\w+|manual|master'?s?thesis|misc"
    r"|mv\w+|online|patent|periodical|phdthesis|preamble|proceedings|reference|report|set|software|string|suppbook"
    r"|techreport|thesis|unpublished|www|electronic|preprint)[ \t]*[{(]",
    re.IGNORECASE | re.MULTILINE,
)
_RIS = re.compile(r"^TY {1,2}- ", re.MULTILINE)
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|div|article|meta|main|section)[\s>]", re.IGNORECASE)
_SNAPSHOT = re.compile(r'\{\s*"id"\s*:\s*"[^"]{5,40}"\s*,\s*"submitter"\s*:')
_WORK = re.compile(r'\{\s*"id"\s*:\s*"https://openalex\.org/W')
_ANTHOLOGY = re.compile(r"<collection\s+id=")
_DUMP = re.compile(r'\[\s*\{\s*"(?:paper_url"|paper_title"|categories"\s*:\s*\[)')
_KEPT = re.compile(r'\{\s*"broadsheet"\s*:\s*"(?:collection|reading)"')
_WRAPPED = re.compile(r'\{[^{}\[\]]{0,2000}"(?:data|dailyPapers|papers)"\s*:\s*\[')


def is_references(text: str) -> bool:
    """Whether this text is BibTeX, RIS or JSON, which name papers record by record, and not line by line."""
    return _format(text[:_HEAD].lstrip("\ufeff \t\r\n\v\f")) in {_bibtex, _ris, _json, _json_lines, _kept}


def _format(start: str) -> Parser:
    """The parser for a text that starts so."""
    exported = _KEPT.match(start)
    if start[:1] == "{" and (exported or not _WRAPPED.match(start)):
        return _kept if exported else _json_lines
    if start[:1] in ("{", "[") and re.match(r"[{\[]\s*(?:[\"{\[\]}]|$)", start):
        return _json
    if start[:1] == "<":
        return _html if _HTML.search(start) and not _ANTHOLOGY.search(start) else _xml
    if _RIS.search(start):
        return _ris
    if _BIBTEX.search(start):
        return _bibtex
    return _page


def _json_lines(content: Content, start: str, today: date) -> Iterator[Record]:
    """JSON lines; an object that spreads over lines is read as a whole."""
    from broadsheet.sources import arxiv_snapshot, hf_daily, jsonl, openalex

    first = start.partition("\n")[0].rstrip()
    if ("\n" in start or len(start) < _HEAD // 4) and not first.endswith("}"):
        return _json(content, start, today)
    if re.match(r'\{\s*"paper"\s*:\s*\{', start):
        return _entries(content, hf_daily.day_in(content.file))
    thing = _first(first)
    if _SNAPSHOT.match(start) or arxiv_snapshot.recognises(thing):
        return _snapshot(content, arxiv_snapshot.record)
    if _WORK.match(start) or openalex.recognises(thing):
        return _snapshot(content, openalex.record)
    return jsonl.parse(content.lines(), file=content.file)


def _first(line: str) -> object:
    """The object on a first line, whatever the order of its keys; None if the line was not seen to its end."""
    import orjson

    try:
        return orjson.loads(line)
    except ValueError:
        return None


def _entries(content: Content, listed: date | None) -> Iterator[Record]:
    """The entries of Hugging Face's answers, one a line."""
    from broadsheet.sources import hf_daily

    for number, line in enumerate(content.lines(), 1):
        if line.strip():
            found = _loads(line, content.file, f"line {number}")
            yield from hf_daily.parse([found], file=content.file, listed=listed)


def _snapshot(content: Content, record: Callable[[object, Place], Record]) -> Iterator[Record]:
    """A snapshot of JSON lines; what cannot be read of it is for `skip` to decide."""
    for number, line in enumerate(content.lines(), 1):
        if line.strip():
            where = f"line {number}"
            try:
                yield record(_loads(line, content.file, where), Place(content.file, where))
            except BadFileError as error:
                content.skip(error)


def _array(content: Content) -> Iterator[object]:
    """The things of one JSON array, one by one, however large it is."""
    import ijson

    try:
        yield from ijson.items(content.stream, "item", use_float=True)
    except (ijson.JSONError, ValueError) as error:
        words = " ".join(str(error).split())[:200]
        raise BadFileError(content.file, f"this is not whole JSON ({words})", remedy="Fetch the file again") from None


def _json(content: Content, start: str, _today: date) -> Iterator[Record]:
    from broadsheet.sources import hf_daily, jsonl, papers_with_code

    if _DUMP.match(start):
        yield from papers_with_code.parse(_array(content), file=content.file, skip=content.skip)
        return
    found = _loads(content.text(), content.file)
    if hf_daily.recognises(found):
        yield from hf_daily.parse(found, file=content.file)
    else:
        for number, one in enumerate(found if isinstance(found, list) else [found], 1):
            yield jsonl.record(one, Place(content.file, f"record {number}"))


def _kept(content: Content, _start: str, _today: date) -> Iterator[Record]:
    """What Broadsheet exports of a collection or a reading list."""
    from broadsheet.sources import jsonl

    found = _loads(content.text(), content.file)
    several = found.get("papers") if isinstance(found, dict) else None
    if not isinstance(several, list):
        raise BadFileError(content.file, 'it has no list "papers"', remedy="Export it again")
    for number, one in enumerate(several, 1):
        yield jsonl.record(one, Place(content.file, f"record {number}"))


def _loads(text: str | bytes, file: str, place: str = "") -> object:
    import orjson

    try:
        return orjson.loads(text)
    except ValueError as error:
        cut = "Fetch the file again, it seems cut off" if "unexpected end" in str(error).lower() else ""
        where = getattr(error, "lineno", None)
        place = place or (f"line {where}" if where else "")
        raise BadFileError(file, f"this is not whole JSON ({error})", place=place, remedy=cut or _KNOWN) from None


def _html(content: Content, _start: str, today: date) -> Iterator[Record]:
    from broadsheet.sources import page_html

    return page_html.parse(content.text(), file=content.file, today=today)


def _xml(content: Content, start: str, _today: date) -> Iterator[Record]:
    from broadsheet.errors import UnreadableError
    from broadsheet.sources import acl

    if _ANTHOLOGY.search(start):
        try:
            records, unread = acl.parse(content.text().encode(), content.file)
        except UnreadableError as error:
            raise BadFileError(content.file, error.reason, remedy="Fetch the file again") from None
        for words in unread:
            content.skip(BadFileError(content.file, words))
        return iter(records)
    reason = "this is XML that defines entities" if "<!ENTITY" in start else "this is XML of a kind it does not read"
    raise BadFileError(content.file, reason, remedy=_KNOWN)


def _ris(content: Content, _start: str, _today: date) -> Iterator[Record]:
    from broadsheet.sources import ris

    return ris.parse(content.text(), file=content.file)


def _bibtex(content: Content, _start: str, _today: date) -> Iterator[Record]:
    from broadsheet.sources import bibtex

    return bibtex.parse(content.text(), file=content.file)


def _page(content: Content, _start: str, today: date) -> Iterator[Record]:
    from broadsheet.sources import page_text

    text = content.text()
    if not page_text.recognises(text):
        raise BadFileError(content.file, "this is no kind of file that Broadsheet knows", remedy=_KNOWN)
    return page_text.parse(text, file=content.file, today=today)

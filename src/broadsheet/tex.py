"""TeX made readable: by a pass that is repeated until nothing changes.

Here are the reader of real TeX, and what applies the rules for TeX that lost its dollars and backslashes on a web page.
Nothing here raises, keeps state, or takes more than linear time: nesting is followed only so deep.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from string import ascii_lowercase

from broadsheet.tex_tables import (
    ACCENTS,
    BLACKBOARD,
    BY_WORD,
    GREEK,
    INSIDE,
    LETTERS,
    OPERATORS,
    PLAIN,
    SILENT,
    STRIPPED,
    STYLES,
    SUBSCRIPTS,
    SUPERSCRIPTS,
    SWITCHES,
    SYMBOLS,
)

VERSION = 1
"""Of what `readable` makes of texts. Whoever changes that, counts on: what libraries keep of it is then made anew."""

DEEPEST = 40
"""Braces inside braces; what is nested deeper stays as it was written."""

_MARKUP = re.compile(r"[\\{}^_]")
_PIECE = re.compile(r"\\[A-Za-z]+\*?|\\.|[{}^_]|[^\\{}^_]+|\\", re.DOTALL)
_ADDRESS = re.compile(r"https?://[^\s{}<>\"$]+")
_TWICE = re.compile(r"(https?://[^\s{}]{1,500})\}\{\1(?![^\s{}.,;)])")
# Each begins with the sign itself, which `re` then finds quickly, and looks behind afterwards.
_MATH = re.compile(r"\$(?<!\\\$)\$?(?!\s*\$)([^$\n]{1,2000}?)(?<!\\)\$\$?(?!\d)")
_BARE_SCRIPT = re.compile(r"(?<!\\)([_^])\s*(\d+|[A-Za-z])")
_MATH_LIKE = re.compile(r"[\\_^=<>{}+|]|^\S{1,12}$")
_TIE = re.compile(r"~(?<=[\w.,:;)\]}]~)(?=[\w\\$({\[])")
_DASHES = re.compile(r"--(?<![-!<]--)-?(?![->])")
_FLAG = re.compile(r"--(?:(?<=^--)|(?<=[\s(`'\"]--))(?=[A-Za-z])")
_LIST_LIKE = re.compile(r"[,:;|=]|\.\.|…|^\s*$")
_LONE = re.compile(r"(?:[-+−]?\d+|[A-Za-z])(?![A-Za-z0-9_])|[-+*'](?![\d({\\])|[∘⊤†′⋆∗⊥]")
_SWITCHED = re.compile(r"^(?:rm|bf|cal|sf|tt)\s+(?=\S)")
_WORD = re.compile(r"[A-Za-z]+")
_GAPS = re.compile(r" ([-+−×=<>≤≥∈/]) ")
_HELD = "\x00"
_PASSES = 12
_SIGNS = (*"\\$^_{}~`", "--")
_PLAIN = tuple(needle for needle, _, _ in PLAIN)
_SMALL_LETTERS = bytes(code if chr(code) in ascii_lowercase else 32 for code in range(256))
_WORDS = frozenset(BY_WORD)
_INSIDE = tuple(map(str.encode, INSIDE))
_LONGEST = 1 + max(map(len, BY_WORD))
_ASCII_BLANKS = "\n\t\r\v\f\x00\x1c\x1d\x1e\x1f"


def readable(text: str) -> str:
    """The text as one reads it: TeX as letters and signs, white space as single spaces. For display, not for keeping.

    Knows real TeX, and TeX whose dollars and backslashes a web page stripped. Loses no words, never raises, and what
    it made is left alone by a second call: where passes do not come to rest, the text stays as written.
    """
    if not text:
        return text
    text = _one_line(text)
    return _without_tex(text) if _has_signs(text) else text


@lru_cache(maxsize=2048)
def _without_tex(text: str) -> str:
    """What passes make of a text. It takes a hundred times as long as to see that there is no TeX."""
    before = text
    for _ in range(_PASSES):
        after = _one_line(_one_pass(before))
        if after == before or not _has_signs(after):
            return after
        before = after
    return text


def _has_signs(text: str) -> bool:
    """Whether anything in the text hints at TeX."""
    has = text.__contains__
    return any(map(has, _SIGNS)) or (
        any(map(has, _PLAIN)) and any(needle in text and pattern.search(text) for needle, pattern, _ in PLAIN)
    )


def _one_line(text: str) -> str:
    clean = not any(map(text.__contains__, _ASCII_BLANKS)) if text.isascii() else text.isprintable()
    if clean and "  " not in text and text[:1] != " " and text[-1:] != " ":
        return text
    return " ".join(text.replace("\x00", " ").split())


def _one_pass(text: str) -> str:
    """The text with what one look at it can make readable; addresses stay whole."""
    addresses: list[str] = []
    if "://" in text:
        text = _TWICE.sub(r"\1", text)

        def hold(match: re.Match[str]) -> str:
            addresses.append(match[0].replace("\\_", "_").replace("\\%", "%").replace("\\#", "#"))
            return _HELD

        text = _ADDRESS.sub(hold, text)
    if "$" in text:
        text = _MATH.sub(_undressed, text)
    text = apply_rules(text)
    if "~" in text:
        text = _TIE.sub(" ", text)
    if "--" in text and not _FLAG.search(text):
        text = _DASHES.sub(lambda dashes: "—" if len(dashes[0]) == 3 else "–", text)
    if "``" in text:
        text = text.replace("``", "“").replace("''", "”")
    if _MARKUP.search(text):
        text = Reader(text).read()
    if addresses:
        following = iter(addresses)
        text = "".join(next(following, "") if part == _HELD else part for part in re.split(f"({_HELD})", text))
    return text


def apply_rules(text: str) -> str:
    """What the rules for TeX that lost its backslashes make of a text, each in its turn."""
    for number in sorted([number for word in _words(text) & _WORDS for number in BY_WORD[word]]):
        needle, pattern, replacement = STRIPPED[number]
        if needle in text:
            text = pattern.sub(replacement, text)
    return text


def _words(text: str) -> set[bytes]:
    """By which words rules are found. To look for each of a hundred needles would take longer than all else."""
    seen = text.encode("ascii", "replace")
    inside = [needle for needle in _INSIDE if needle in seen]
    for needle in inside:
        seen = seen.replace(needle, b" ")
    words = set(seen.translate(_SMALL_LETTERS).split())
    words.update(inside, (b"times",) if b"times" in seen else ())
    for part in seen.replace(b"^", b"_").split(b"_")[:-1]:
        words.update([word[:-1] for word in part[-_LONGEST:].translate(_SMALL_LETTERS).split()[-1:]])
    return words


def _undressed(match: re.Match[str]) -> str:
    """Mathematics without its dollars, scripts in braces as TeX reads them; two prices are no mathematics."""
    body: str = match[1]
    if body != body.strip() and not _MATH_LIKE.search(body.strip()):
        return match[0]
    return _BARE_SCRIPT.sub(r"\1{\2}", body.strip())


class Reader:
    """Reads the pieces of one text once, from left to right."""

    def __init__(self, text: str) -> None:
        self.pieces = _PIECE.findall(text)
        self.at = 0
        self.depth = 0
        self.closes = _matching(self.pieces)

    def read(self, end: int | None = None) -> str:
        """Everything up to the piece of this number, readable."""
        end = len(self.pieces) if end is None else end
        out: list[str] = []
        while self.at < end:
            piece = self.pieces[self.at]
            self.at += 1
            if piece == "{" and self.at - 1 in self.closes:
                out.append(_unbraced(self._group()))
            elif piece in ("^", "_"):
                self._script(piece, out)
            elif piece[0] == "\\" and len(piece) > 1:
                self._command(piece[1:].rstrip("*"), out)
            else:
                out.append(piece)
        return "".join(out)

    def _group(self) -> str:
        """The content of the braces that were just opened."""
        end = self.closes[self.at - 1]
        if self.depth >= DEEPEST:
            inner = "".join(self.pieces[self.at : end])
        else:
            self.depth += 1
            inner = self.read(end)
            self.depth -= 1
        self.at = end + 1
        return inner

    def _argument(self) -> str | None:  # noqa: PLR0911 - one for each kind
        """What a command or script takes: a group, a command's symbol, one letter; None if nothing is there."""
        if self.at >= len(self.pieces):
            return None
        piece = self.pieces[self.at]
        if piece.isspace() and self.at + 1 < len(self.pieces):
            self.at += 1
            piece = self.pieces[self.at]
        if piece == "{":
            if self.at not in self.closes:
                return None
            self.at += 1
            return self._group()
        if piece in ("}", "^", "_"):
            return None
        if piece[0] == "\\":
            self.at += 1
            found: list[str] = []
            if self.depth < DEEPEST:
                self.depth += 1
                self._command(piece[1:].rstrip("*"), found)
                self.depth -= 1
            return "".join(found)
        text: str = piece.lstrip()
        if not text:
            return None
        self._keep(text[1:])
        return text[0]

    def _keep(self, rest: str) -> None:
        """Leave this much of the current piece to be read next."""
        self.pieces[self.at] = rest
        if not rest:
            self.at += 1

    def _next(self) -> str:
        return self.pieces[self.at] if self.at < len(self.pieces) else ""

    def _script(self, mark: str, out: list[str]) -> None:
        piece = self._next()
        if piece == " " and self.at + 1 in self.closes:
            self.at += 1
            piece = "{"
        if piece == "{" and self.at in self.closes:
            self.at += 1
            out.append(_script(mark, self._group().strip()))
        elif piece[:1] == "\\" and len(piece) > 1 and piece[1].isalpha():
            out.append(_script(mark, (self._argument() or "").strip()))
        elif (lone := _LONE.match(piece)) and (mark == "^" or _takes_index(out)):
            self._keep(piece[lone.end() :])
            out.append(_script(mark, lone[0]))
        else:
            out.append(mark)

    def _command(self, name: str, out: list[str]) -> None:  # noqa: PLR0912 - one branch for each kind of command
        if name in ("over", "slash"):
            out[-1:] = [part.rstrip() for part in out[-1:]] + ["/"]
            if self._next()[:1] == " ":
                self._keep(self._next()[1:])
        elif name in SYMBOLS:
            out.append(self._spaced(name, out))
        elif name in STYLES:
            if self._next()[:1] in ("{", "\\") or self._next().isspace():
                inner = self._argument() or ""
                out.append(BLACKBOARD.get(inner, inner) if name in ("mathbb", "Bbb", "mathds") else inner)
        elif name in SWITCHES:
            if self._next()[:1] == " ":
                self._keep(self._next()[1:])
        elif name in LETTERS:
            out.append(LETTERS[name])
            if self._next()[:1] == " " and self._next()[1:2].isalpha():
                self._keep(self._next()[1:])
        elif name in ACCENTS:
            self._accent(name, out)
        elif name in ("frac", "tfrac", "dfrac", "cfrac", "nicefrac", "sfrac"):
            above, below = self._argument() or "", self._argument() or ""
            out.append(f"{_bracketed(above)}/{_bracketed(below)}")
        elif name in ("binom", "tbinom", "dbinom"):
            above, below = self._argument() or "", self._argument() or ""
            out.append(f"C({above}, {below})")
        elif name == "sqrt":
            out.append("√" + _bracketed(self._argument() or ""))
        elif name in ("href", "hyperlink"):
            address, shown = self._argument() or "", self._argument() or ""
            out.append(shown if address == shown or not address else f"{shown} ({address})")
        elif name in ("begin", "end", "hspace", "vspace"):
            self._argument()
            out.append(" ")
        elif name in ("textcolor", "color"):
            self._argument()
        elif name in ("cite", "citep", "citet", "citealp", "ref", "eqref", "label"):
            out.append(f"[{self._argument() or ''}]")
        elif name == "footnote":
            out.append(f" ({self._argument() or ''})")
        elif not name:
            out.append("\\")
        elif not name[0].isalpha():
            out.append(SILENT.get(name, name))
        elif name not in SILENT:
            self._word(name, out)

    def _word(self, name: str, out: list[str]) -> None:
        """A command that no table knows, or a function like log: its name is a word of the text."""
        if out and out[-1][-1:].isalnum():
            out.append(" ")
        out.append(name)
        if self._next() == "{" and self.at in self.closes:
            self.at += 1
            inner = self._group()
            out.append(f" {inner}" if inner[:1].isalnum() else inner)

    def _spaced(self, name: str, out: list[str]) -> str:
        """The symbol, with a space before an operator that has one behind it."""
        symbol = SYMBOLS[name]
        before = out[-1][-1:] if out else ""
        if name in OPERATORS and self._next()[:1] == " " and (before.isalnum() or before in ")]}"):
            return f" {symbol}" if before else symbol
        return symbol

    def _accent(self, name: str, out: list[str]) -> None:
        piece = self._next()
        if (not name[0].isalpha() and piece[:1] in ("", " ")) or (len(name) == 1 and name.isalpha() and not piece):
            out.append("" if name.isalpha() else name)
            return
        base = (self._argument() or "").translate({0x131: "i", 0x237: "j"})
        if name == '"' and base[:1] not in "aeiouyAEIOUY":
            out.append(f'"{base}')
        elif len(base) == 1 and (base.isalpha() or name == "not"):
            out.append(unicodedata.normalize("NFC", base + ACCENTS[name]))
        elif name == "~" and not base:
            out.append("~")
        else:
            out.append(base)


def _matching(pieces: list[str]) -> dict[int, int]:
    """For each opening brace that is closed, the number of the piece that closes it."""
    opened: list[int] = []
    closes: dict[int, int] = {}
    for number, piece in enumerate(pieces):
        if piece == "{":
            opened.append(number)
        elif piece == "}" and opened:
            closes[opened.pop()] = number
    return closes


def _takes_index(out: list[str]) -> bool:
    """True after a single letter, a closing bracket or a function: `x_1`, not `snake_1`."""
    before = out[-1] if out else ""
    if not before or not (before[-1].isalpha() or before[-1] in ")]′*⟩∑∏∫⋃⋂⨁"):
        return False
    if not before[-1].isalpha() or (len(before) == 1 and not (len(out) > 1 and out[-2][-1:].isalpha())):
        return True
    word = re.search(r"[^\W_]+$", before[-12:])
    return bool(word) and (len(word[0]) == 1 or word[0] in ("log", "max", "min", "sup", "inf", "lim"))  # type: ignore[index]


def _script(mark: str, inner: str) -> str:
    """Raised or lowered letters where Unicode has them all, and where a long word would not get lost in them."""
    table = SUPERSCRIPTS if mark == "^" else SUBSCRIPTS
    upright = _SWITCHED.match(inner)
    inner = _WORD.sub(lambda word: GREEK.get(word[0], word[0]), inner[upright.end() :] if upright else inner)
    if mark == "^" and inner in ("∘", "⊤", "′", "''", "'", "*", "∗", "⋆", "†", "⊥"):
        return {"∘": "°", "⊤": "ᵀ", "'": "′", "''": "″", "∗": "*", "⋆": "*"}.get(inner, inner)
    if not upright and sum(map(str.isalpha, inner)) <= 2 and all(letter in table for letter in inner):
        return "".join(table[letter] for letter in inner)
    if len(inner) == 1 or inner.isalnum() or (inner[:1] == "(" and inner[-1:] == ")" and inner.count("(") == 1):
        return mark + inner
    return mark + "(" + _GAPS.sub(r"\1", inner) + ")"


def _bracketed(inner: str) -> str:
    return inner if len(inner) == 1 or inner.isalnum() else f"({inner})"


def _unbraced(inner: str) -> str:
    """A group without its braces, unless it looks like a set or a list."""
    bare = inner.strip()
    if bare in SYMBOLS and len(bare) > 1:
        return SYMBOLS[bare]
    if switch := _SWITCHED.match(bare):
        return bare[switch.end() :]
    return f"{{{inner}}}" if _LIST_LIKE.search(inner) and inner.strip() not in ("=", ":", ",", ";", "") else inner

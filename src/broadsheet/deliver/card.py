"""The picture of a paper that other sites show beside a link to it, drawn in the style of the pages. PNG, one size."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from threading import Lock
from typing import NamedTuple

from PIL import Image, ImageColor, ImageDraw, ImageFont

SIZE = (1200, 630)

VERSION = 1
"""Of the drawing: a higher one lets pictures that others keep be fetched again."""

LONGEST = 400
"""Characters of a line of text that are looked at."""

AUTHORS = 8

_PAPER, _INK, _QUIET, _RULE, _ACCENT = "#fdfcf9", "#1b1a18", "#5d5950", "#d8d2c4", "#8f2018"
_LEFT, _RIGHT = 72, SIZE[0] - 72
_WIDTH = _RIGHT - _LEFT

_FACES = {name: f"SourceSerifPro-{name}.ttf" for name in ("Regular", "Semibold", "Bold", "It")}

_OTHERS = (
    "NotoSerifCJK-Bold.ttc", "NotoSerifCJK-Regular.ttc", "NotoSansCJK-Bold.ttc", "NotoSansCJK-Regular.ttc",
    "wqy-zenhei.ttc", "DroidSansFallbackFull.ttf", "DejaVuSerif.ttf",
)  # fmt: skip
"""Fonts of the machine, if it has them, for signs that ours has not: Chinese, Japanese, Korean, mathematics."""

_PEN = Lock()
"""However many ask at once, pictures take one core of the machine; and fonts are not made for several threads."""

_NOWHERE = "\U0010fffd"
"""No font has a sign for it, so it is drawn as what a font draws in place of signs that it has not."""


class Card(NamedTuple):
    """What is on the picture: texts for reading. `instead` is shown where most of a title cannot be drawn."""

    house: str
    title: str
    instead: str
    authors: tuple[str, ...]
    date: str
    kicker: str
    foot: str


class _Face(NamedTuple):
    """A font of ours in a size, and behind it those of the machine."""

    name: str
    size: int

    def spans(self, text: str) -> Iterator[tuple[ImageFont.FreeTypeFont, str]]:
        """The text in pieces, each with the font that draws it."""
        font, piece = None, ""
        for sign in text:
            file = _file_for(self.name, sign)
            if file != font and piece:
                yield _font(font or "", self.size), piece
                piece = ""
            font, piece = file, piece + sign
        if piece:
            yield _font(font or "", self.size), piece

    def width(self, text: str) -> float:
        """How wide the text is drawn."""
        return sum(font.getlength(piece) for font, piece in self.spans(text))

    def cut(self, text: str, width: float) -> str:
        """The text, or as much of its beginning as goes into this width with an ellipsis."""
        if self.width(text) <= width:
            return text
        while text and self.width(f"{text}…") > width:
            text = text[:-1].rstrip(" ,.;:–—-")
        return f"{text}…"


@lru_cache(maxsize=128)
def draw(card: Card) -> bytes:
    """The picture as PNG, one at a time. The work is bounded, and the same card gives the same picture."""
    with _PEN:
        return _draw(card)


def _draw(card: Card) -> bytes:
    image = Image.new("RGB", SIZE, _PAPER)
    pen = ImageDraw.Draw(image)
    _masthead(pen, card)
    top = 172
    if kicker := _drawable(card.kicker):
        face = _Face("Semibold", 27)
        _write(pen, (_LEFT, top + 22), face.cut(kicker, _WIDTH), face, _ACCENT)
        top += 54
    authors = _Face("It", 31)
    names = _lines(_named(card.authors), authors, _WIDTH, 2)
    title = _drawable(card.title)
    if len(title) * 2 < len(card.title[:LONGEST]):
        title = _drawable(card.instead)
    face, lines = _fitted(title, 530 - top - 44 * len(names))
    for line in lines:
        top += round(face.size * 1.2)
        _write(pen, (_LEFT, top), line, face, _INK)
    top += 16
    for line in names:
        top += 44
        _write(pen, (_LEFT, top), line, authors, _QUIET)
    pen.line([(_LEFT, 563), (_RIGHT, 563)], fill=_RULE, width=2)
    small = _Face("Regular", 25)
    _write(pen, (_LEFT, 602), small.cut(_drawable(card.foot), _WIDTH), small, _QUIET)
    said = io.BytesIO()
    # A picture of thirty kilobytes is sent everywhere at once.
    image.quantize(palette=_palette(), dither=Image.Dither.NONE).save(said, "PNG", optimize=True)
    return said.getvalue()


@cache
def _palette() -> Image.Image:
    """Each of our colours, and what lies between it and the paper at the edge of a letter."""
    steps = 32
    paper = ImageColor.getrgb(_PAPER)
    colours: list[int] = []
    for name in (_INK, _QUIET, _RULE, _ACCENT):
        colour = ImageColor.getrgb(name)
        for step in range(steps):
            colours += (round(a + (b - a) * step / (steps - 1)) for a, b in zip(paper, colour, strict=True))
    image = Image.new("P", (1, 1))
    image.putpalette(colours)
    return image


def _named(authors: Sequence[str]) -> str:
    """The first authors and how many more there are, less the names that cannot be drawn."""
    names = [name for name in map(_drawable, authors[:AUTHORS]) if any(map(str.isalpha, name))]
    more = len(authors) - AUTHORS
    return ", ".join(names) + (f" and {more} more" if names and more > 0 else "")


def _masthead(pen: ImageDraw.ImageDraw, card: Card) -> None:
    day, name = _Face("It", 29), _Face("Bold", 54)
    date = _drawable(card.date)
    across = day.width(date)
    _write(pen, (_RIGHT - across, 98), date, day, _QUIET)
    _write(pen, (_LEFT, 98), name.cut(_drawable(card.house) or "Broadsheet", _WIDTH - across - 40), name, _INK)
    for y in (124, 131):
        pen.line([(_LEFT, y), (_RIGHT, y)], fill=_INK, width=3)


def _write(pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, face: _Face, colour: str) -> None:
    x, y = at
    for font, piece in face.spans(text):
        pen.text((x, y), piece, font=font, fill=colour, anchor="ls")
        x += font.getlength(piece)


def _fitted(title: str, height: int) -> tuple[_Face, list[str]]:
    """The title as large as goes into this height, its lines about equally long; at the smallest it is cut."""
    for size in range(68, 36, -4):
        face = _Face("Semibold", size)
        most = int(height / (size * 1.2))
        lines = _lines(title, face, _WIDTH, most + 1)
        if len(lines) <= most:
            return face, _balanced(title, face, lines)
    face = _Face("Semibold", 40)
    return face, _lines(title, face, _WIDTH, int(height / (40 * 1.2)))


def _balanced(title: str, face: _Face, lines: list[str]) -> list[str]:
    """The same number of lines in as narrow a column as they go into."""
    for width in range(_WIDTH, _WIDTH // 2, -40):
        narrower = _lines(title, face, width, len(lines) + 1)
        if len(narrower) > len(lines) or any(line.endswith("…") for line in narrower):
            break
        lines = narrower
    return lines


def _lines(text: str, face: _Face, width: float, most: int) -> list[str]:
    """The text in lines of at most this width, broken between words, or where a word is too long; the last cut."""
    lines: list[str] = []
    line = ""
    rest = list(_words(text))
    while rest:
        word = rest.pop(0)
        if face.width((line + word).strip()) <= width:
            line += word
        elif line.strip():
            if len(lines) + 1 == most:
                return [*lines, face.cut((line + word + "".join(rest)).strip(), width)]
            lines.append(line.strip())
            line = ""
            rest.insert(0, word)
        else:
            rest = [*word, *rest]
    return [*lines, line.strip()] if line.strip() else lines


def _words(text: str) -> Iterator[str]:
    """Where a line may break: behind blanks, and beside signs of scripts that need none."""
    word = ""
    for sign in text:
        wide = unicodedata.east_asian_width(sign) in {"W", "F"}
        if wide and word:
            yield word
            word = ""
        word += sign
        if wide or sign == " ":
            yield word
            word = ""
    if word:
        yield word


@lru_cache(maxsize=1024)
def _drawable(text: str) -> str:
    """The text in signs that some font here has, others by what they stand for (ℝ by R), or left out."""
    said = []
    for sign in unicodedata.normalize("NFC", text[:LONGEST]):
        if sign == " " or _has(sign):
            said.append(sign)
        else:
            said.append("".join(filter(_has, unicodedata.normalize("NFKD", sign))))
    return " ".join("".join(said).split())


def _has(sign: str) -> bool:
    return sign.isprintable() and any(_draws(file, sign) for file in (_FACES["Regular"], *_OTHERS))


@lru_cache(maxsize=8192)
def _file_for(name: str, sign: str) -> str:
    """The first of the fonts, ours before those of the machine, that has this sign."""
    return next((file for file in (_FACES[name], *_OTHERS) if _draws(file, sign)), _FACES[name])


@lru_cache(maxsize=8192)
def _draws(file: str, sign: str) -> bool:
    if sign == " ":
        return file in _FACES.values()
    unknown = _unknown(file)
    return unknown is not None and bytes(_font(file, 24).getmask(sign)) != unknown


@cache
def _unknown(file: str) -> bytes | None:
    """What a font draws in place of signs that it has not; None if the machine does not have the font."""
    try:
        return bytes(_font(file, 24).getmask(_NOWHERE))
    except OSError:
        return None


@lru_cache(maxsize=256)
def _font(file: str, size: int) -> ImageFont.FreeTypeFont:
    """A font, ours or the machine's; OSError if there is none of this name."""
    if file in _FACES.values():
        ours = files("font_source_serif_pro") / "files" / file
        return ImageFont.truetype(io.BytesIO(ours.read_bytes()), size)
    return ImageFont.truetype(file, size)

"""Mathematics written in TeX as MathML that browsers show by themselves. No state, no script, no style.

latex2mathml reads the TeX; what it makes of it is written out anew here, element by element from a short list, because
it lets addresses, styles and stray angle brackets through.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from xml.etree.ElementTree import Element

from latex2mathml.converter import Converter

LONGEST = 2000
"""Characters of one formula; a longer one is shown as it was written."""

DEEPEST = 40
"""Braces and brackets inside each other; what is nested deeper is shown as it was written."""

_ELEMENTS = {
    *("mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup", "munder"),
    *("mover", "munderover", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "menclose"),
}
_SIZE = r"-?\d?(?:\.\d{1,4})?(?:em|ex|mu)"
_ATTRIBUTES = {
    name: re.compile(pattern)
    for name, pattern in {
        "stretchy": "true|false",
        "fence": "true|false",
        "form": "prefix|postfix|infix",
        "accent": "true|false",
        "accentunder": "true|false",
        "movablelimits": "true|false",
        "displaystyle": "true|false",
        "scriptlevel": r"[+-]?\d",
        "columnalign": "(?:left|center|right)(?: (?:left|center|right)){0,30}",
        "mathvariant": "normal|bold|italic",
        "linethickness": "0|0px|0em",
        "minsize": _SIZE,
        "maxsize": _SIZE,
        "width": _SIZE,
    }.items()
}
_MACRO = re.compile(r"\\(?:def|[gex]def|let|(?:re)?new[a-z]+|provide[a-z]+|require|href|url)\b")
_ALIGNED = re.compile(r"(\\(?:begin|end)\{)(?:aligned|split|gathered|gather\*?|eqnarray\*?)\}")


@lru_cache(maxsize=2048)
def mathml(tex: str, *, block: bool = False) -> str:
    """The formula as a `<math>` element, in a line or as a block; never raises, in bounded work.

    What cannot be read is a `<code>` element with the TeX as it was written.
    """
    as_written = f"<code>{html.escape(tex)}</code>"
    if len(tex) > LONGEST or _deep(tex) or _MACRO.search(tex):
        return as_written
    try:
        element = Converter().convert_to_element(_ALIGNED.sub(r"\1align*}", tex.strip()))
        inner = "".join(map(_written, element))
    except Exception:  # noqa: BLE001 - whatever another's reader stumbles over, the reader here sees the TeX
        return as_written
    display = "block" if block else "inline"
    return f'<math display="{display}" alttext="{html.escape(" ".join(tex.split()))}">{inner}</math>'


def _deep(tex: str) -> bool:
    depth = 0
    for sign in re.findall(r"\\left\b|\\right\b|\\begin\b|\\end\b|\\.|[{}\[\]^_]", tex, re.DOTALL):
        if sign in ("{", "[", "\\left", "\\begin"):
            depth += 1
        elif sign in ("}", "]", "\\right", "\\end"):
            depth -= 1
        if depth > DEEPEST:
            return True
    return False


def _written(element: Element) -> str:
    """The element and what is in it; of unknown elements only what is in them, of unknown attributes nothing."""
    inner = html.escape(html.unescape(element.text or "")) + "".join(map(_written, element))
    if element.tag not in _ELEMENTS:
        return inner
    said = "".join(
        f' {name}="{value}"'
        for name, value in element.attrib.items()
        if (pattern := _ATTRIBUTES.get(name)) and pattern.fullmatch(value)
    )
    return f"<{element.tag}{said}>{inner}</{element.tag}>"

"""Markdown that accounts write → HTML that is safe to show, with mathematics, mentions and links to papers. Pure.

markdown-it reads it without HTML, and nh3 lets a short list of elements through; what this module adds afterwards is
made by itself, from escaped text. Work is bounded: a text is cut at `LONGEST`, and nested only so deep.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from broadsheet.mathml import mathml
from broadsheet.text import find_links, readable

LONGEST = 10_000
"""Characters that are read of a text."""

DEEPEST = 20
"""Quotes and lists inside each other."""

FIRST_HEADING = 4
"""What a first heading in the text is, below the page's own and the discussion's."""

_TAGS = {
    *("p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "h4", "h5", "h6", "a", "b"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "b": {"class"}, "th": {"class"}, "td": {"class"}}
_SCHEME = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x20]", re.IGNORECASE)
_MATHS = re.compile(
    r"\$\$(?P<shown>(?:\\.|[^$\\]){1,2000}?)\$\$"
    r"|\$(?![\s$])(?P<within>(?:\\.|[^$\\]){1,2000}?)(?<!\s)\$(?!\d)"
    r"|\\\((?P<bracketed>.{1,2000}?)\\\)|\\\[(?P<boxed>.{1,2000}?)\\\]",
    re.DOTALL,
)
_A_PRICE = re.compile(r"\d[^\\_^=<>{}+|]*\s[^\\_^=<>{}+|]*", re.DOTALL)
_LINES_OF_A_BLOCK = 60
_NOTABLE = re.compile(
    r"(?P<address>https?://[^\s<>\"]+)|(?<![\w@./+-])@(?P<name>[^\W_](?:[\w.+-]{0,148}\w)?)(?![\w@])"
    r"|(?<![\w./:@-])(?P<id>(?:arxiv:\s?|doi:\s?|openreview:|acl:)?\w[\w./:()-]{0,200}\d[\w./:()-]{0,200})",
    re.IGNORECASE,
)
_CELLS = 5000
"""Of a table, those that are missing in its rows with them."""


class Notable(NamedTuple):
    """What a text names: accounts, as spelled after the @, and words and addresses that may be a paper's id."""

    names: tuple[str, ...]
    words: tuple[str, ...]


@lru_cache(maxsize=2048)
def notable(text: str) -> Notable:
    """Whom and what the text names outside of code, mathematics and links, each once, in order."""
    names: dict[str, None] = {}
    words: dict[str, None] = {}
    for token in _texts(_parse(text)):
        for match in _NOTABLE.finditer(token.content):
            if match["name"]:
                names.setdefault(match["name"])
            elif word := _word(match):
                words.setdefault(word)
    return Notable(tuple(names), tuple(words))


def plain(text: str) -> str:
    """What the text says, in one line without any marks: for excerpts. Quotations and blocks of code are left out."""
    said: list[str] = []
    quoted = 0
    for token in _parse(text):
        quoted += (token.type == "blockquote_open") - (token.type == "blockquote_close")
        if not quoted and token.type == "maths":
            said.append(readable(f"${token.content}$"))
        elif not quoted and token.children is not None:
            said.append("".join(map(_said, token.children)))
    return " ".join(" ".join(said).split())


def _said(token: Token) -> str:
    if token.type == "maths":
        return readable(f"${token.content}$")
    return " " if token.type in ("softbreak", "hardbreak") else _alt(token) or token.content


def to_html(text: str, *, names: Collection[str] = (), papers: Mapping[str, str] | None = None) -> str:
    """The text as HTML. `names` are those of accounts; `papers` says of words and addresses where that paper's page is.

    Addresses are links that search engines do not follow, pictures are links to them, headings begin at FIRST_HEADING.
    """
    named = notable(text)
    known = frozenset(name for name in named.names if name in names)
    paths = tuple((word, papers[word]) for word in named.words if word in papers) if papers else ()
    return _to_html(text, known, paths)


@lru_cache(maxsize=512)
def _to_html(text: str, names: frozenset[str], paths: tuple[tuple[str, str], ...]) -> str:
    tokens, papers, held = _parse(text), dict(paths), _Held()
    for token in tokens:
        if token.type == "maths":
            held.hold(token, block=True)
        elif token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + FIRST_HEADING - 1, 6)}"
        elif token.type in ("th_open", "td_open") and (style := token.attrs.pop("style", "")):
            token.attrs["class"] = str(style).removeprefix("text-align:")
        elif token.children is not None:
            token.children = list(_shown(token.children, names, papers, held))
    raw = _reader().renderer.render(tokens, _reader().options, {})
    clean = nh3.clean(
        raw,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow ugc noopener",
    )
    return held.put_back(clean)


class _Held:
    """Formulas that are kept out of the way of the cleaner, which finds a mark that nobody can guess in their place."""

    def __init__(self) -> None:
        self.secret = secrets.token_hex(8)
        self.formulas: list[str] = []

    def hold(self, token: Token, *, block: bool) -> Token:
        """Make the token one that shows the mark, and keep the formula."""
        name = "div" if token.block else "span"
        formula = mathml(token.content, block=block)
        self.formulas.append(f'<{name} class="maths{" shown" if block else ""}">{formula}</{name}>')
        token.type, token.content = "text", f"{self.secret}-{len(self.formulas) - 1};"
        return token

    def put_back(self, clean: str) -> str:
        """The text with the formulas in the places of their marks."""
        return re.sub(f"{self.secret}-(\\d+);", lambda mark: self.formulas[int(mark[1])], clean)


def _shown(
    children: Sequence[Token], names: Collection[str], papers: Mapping[str, str], held: _Held
) -> Iterator[Token]:
    """The tokens of a line as they are shown: pictures as links, mathematics held, what is known as links."""
    within = 0
    for token in children:
        within += (token.type == "link_open") - (token.type == "link_close")
        if token.type == "maths":
            yield held.hold(token, block=bool(token.meta.get("block")))
        elif token.type == "image":
            source = str(token.attrs.get("src", ""))
            yield from _link(source, _alt(token) or source) if not within else [_plain(_alt(token))]
        elif token.type == "text" and not within:
            yield from _linked(token.content, names, papers)
        elif token.type == "text_special":  # an escaped sign, which names nobody
            yield _plain(token.content)
        else:
            yield token


def _linked(content: str, names: Collection[str], papers: Mapping[str, str]) -> Iterator[Token]:
    end = 0
    for match in _NOTABLE.finditer(content):
        word = match["name"] or _word(match)
        if match["name"]:
            made = _mention(word) if word in names else None
        else:
            target = papers.get(word, word if match["address"] else "")
            made = _link(target, word) if target else None
        if made:
            start = match.start("name") - 1 if match["name"] else match.start()
            yield _plain(content[end:start])
            yield from made
            end = start + len(word) + bool(match["name"])
    yield _plain(content[end:])


def _word(match: re.Match[str]) -> str:
    """The address, or what may be an id, without the punctuation of the sentence around it, perhaps nothing."""
    if match["address"]:
        found = find_links(match["address"])
        return found[0].url if found and match["address"].startswith(found[0].url) else ""
    word: str = match["id"].rstrip(".,:;/-(")
    while word.endswith(")") and word.count(")") > word.count("("):
        word = word[:-1].rstrip(".,:;/-")
    return word


def _texts(tokens: Sequence[Token]) -> Iterator[Token]:
    """The running text, outside of links."""
    for token in tokens:
        within = 0
        for child in token.children or ():
            within += (child.type == "link_open") - (child.type == "link_close")
            if child.type == "text" and not within:
                yield child


def _plain(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _link(target: str, shown: str) -> list[Token]:
    return [Token("link_open", "a", 1, attrs={"href": target}), _plain(shown), Token("link_close", "a", -1)]


def _mention(name: str) -> list[Token]:
    return [Token("b_open", "b", 1, attrs={"class": "mention"}), _plain(f"@{name}"), Token("b_close", "b", -1)]


def _alt(image: Token) -> str:
    return "".join(child.content for child in image.children or ()).strip()


def _parse(text: str) -> list[Token]:
    return _reader().parse(text[:LONGEST])


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": DEEPEST})
    reader.enable(["table", "strikethrough"])
    reader.disable(["html_block", "html_inline", "text_join"])
    reader.validateLink = lambda url: bool(_SCHEME.match(url))  # type: ignore[method-assign]
    reader.inline.ruler.before("escape", "maths", _maths)
    reader.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    reader.block.ruler.before("fence", "maths", _maths_block, {"alt": ["paragraph", "blockquote", "list"]})
    return reader


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - the form markdown-it calls
    columns = state.src.count("|", state.bMarks[start], state.eMarks[start]) + 1
    return columns * (end - start) <= _CELLS and table(state, start, end, silent)


def _maths(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the form that markdown-it calls
    if state.src[state.pos] not in "$\\":
        return False
    match = _MATHS.match(state.src, state.pos, state.posMax)
    if not match or (match["within"] and _A_PRICE.fullmatch(match["within"])):
        return False
    if not silent:
        token = state.push("maths", "", 0)
        token.content = next(filter(None, match.groups()))
        token.meta = {"block": bool(match["shown"] or match["boxed"])}
    state.pos = match.end()
    return True


def _maths_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001
    """Lines from one that begins with $$ or \\[ to one that ends with $$ or \\]."""
    first = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]].strip()
    if not first.startswith(("$$", "\\[")) or state.is_code_block(start):
        return False
    closing = "$$" if first[0] == "$" else "\\]"
    lines = [first[2:]]
    for line in range(start, min(end, start + _LINES_OF_A_BLOCK)):
        if line > start:
            lines.append(state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].strip())
            if not lines[-1] or state.sCount[line] < state.blkIndent:
                return False
        if lines[-1].endswith(closing):
            content = "\n".join(lines)[:-2].strip()
            if not content or closing in content:
                return False
            if not silent:
                token = state.push("maths", "", 0)
                token.block, token.content, token.map = True, content, [start, line + 1]
                state.line = line + 1
            return True
    return False

"""Discussions and notices → plain dictionaries that every front end shows; comments as HTML that is safe."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.utils.safestring import SafeString, mark_safe

from broadsheet.community import Actor, Heard, Notice, Role, Said, Thread
from broadsheet.core import threads
from broadsheet.deliver.present import Shown, paper_path
from broadsheet.markdown import plain, to_html
from broadsheet.text import first_lines, readable
from broadsheet.types import PaperId

DEEPEST = 4
"""Replies are moved in so often; those further down stand below each other, and say what they reply to."""

EXCERPT = 240

COMPARED = 250_000
"""Pairs of words of two versions that are compared at most."""

VERSIONS = 50
"""Of a history, the newest ones are shown."""


def rendered(text: str, names: Collection[str], papers: Mapping[str, PaperId]) -> SafeString:
    """A comment's Markdown as HTML, with links to the papers of this library."""
    paths = {word: paper_path(paper_id) for word, paper_id in papers.items()}
    return mark_safe(to_html(text, names=names, papers=paths))  # noqa: S308 - `to_html` promises that it is safe


def preview(text: str) -> SafeString:
    """What a comment that says this would look like."""
    return rendered(text, *threads.named_in([text]))


def thread(given: Thread, viewer: Actor | None) -> Shown:
    """What was said of a paper, and what the viewer may do there."""
    shown = [said(one, viewer, given.names, given.papers, more=given.lock is None) for one in given.said]
    return {
        "comments": shown,
        "number": sum(one["stands"] for one in shown),
        "lock": given.lock,
        "moderates": _moderates(viewer),
        "may_say": viewer is not None and viewer.may(Role.READER) and given.lock is None,
    }


def said(
    one: Said,
    viewer: Actor | None,
    names: Collection[str],
    papers: Mapping[str, PaperId],
    *,
    more: bool = True,
) -> Shown:
    """One comment of a thread, with what the viewer may do with it; `more` says whether more may be said there."""
    comment, depth = one.comment, min(one.depth, DEEPEST)
    its_own = viewer is not None and comment.account == viewer.key and comment.stands
    acts = viewer is not None and viewer.may(Role.READER)
    return {
        "key": comment.key,
        "url": f"/comments/{comment.key}",
        "parent": comment.parent,
        "by": comment.by,
        "at": comment.at,
        "edited_at": comment.edited_at,
        "depth": depth,
        "to": one.to,
        "deep": one.depth > DEEPEST,
        "stands": comment.stands,
        "html": rendered(comment.text, names, papers) if comment.text else "",
        "gone": "" if comment.stands else _gone(one),
        "locked": comment.locked,
        "flags": one.flags,
        "flagged": one.flagged,
        "may_reply": acts and comment.stands and more and not one.locked,
        "may_edit": acts and its_own and more and not one.locked,
        "may_take_back": acts and its_own,
        "may_flag": acts and comment.stands and not its_own,
        "may_remove": _moderates(viewer) and comment.stands,
        "may_restore": _moderates(viewer) and bool(comment.text) and not comment.stands and comment.account is not None,
        "may_lock": _moderates(viewer) and comment.stands,
    }


def heard(given: Heard, names: Collection[str], papers: Mapping[str, PaperId]) -> Shown:
    """One comment away from its thread."""
    return {
        "url": f"/comments/{given.comment.key}",
        "by": given.comment.by,
        "at": given.comment.at,
        "html": rendered(given.comment.text, names, papers),
        "paper": {"title": readable(given.title), "url": paper_path(given.paper_id)},
        "reply": given.comment.parent is not None,
    }


def history(now: Said, before: Sequence[tuple[str, datetime]]) -> list[Shown]:
    """Every version of a comment, newest first: since when, and by words what was taken out and put in."""
    texts = [*(text for text, _ in before), now.comment.text]
    since = [now.comment.at, *(until for _, until in before)]
    shown = [
        {"number": number, "at": at, "parts": differences(earlier, text) if number > 1 else [("same", text)]}
        for number, (at, earlier, text) in enumerate(zip(since, ["", *texts], texts, strict=False), 1)
        if number > len(texts) - VERSIONS
    ]
    return shown[::-1]


def differences(earlier: str, later: str) -> list[tuple[str, str]]:
    """The later text in pieces that are `same`, `out` (only in the earlier one) or `in`, word by word.

    Where too much differs to be compared in bounded work, all of it is out and in.
    """
    one, other = (re.findall(r"\s+|\w+|[^\w\s]", text) for text in (earlier, later))
    start = _alike(one, other)
    end = min(_alike(one[::-1], other[::-1]), len(one) - start, len(other) - start)
    middle, other_middle = one[start : len(one) - end], other[start : len(other) - end]
    if len(middle) * len(other_middle) > COMPARED:
        parts = [("out", middle), ("in", other_middle)]
    else:
        parts = []
        for tag, a, b, c, d in difflib.SequenceMatcher(None, middle, other_middle).get_opcodes():
            parts += [("same", middle[a:b])] if tag == "equal" else [("out", middle[a:b]), ("in", other_middle[c:d])]
    parts = [("same", one[:start]), *parts, ("same", one[len(one) - end :])]
    return [(kind, "".join(words)) for kind, words in parts if words]


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words both begin with."""
    return next(
        (at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other))
    )


def notice(given: Notice) -> Shown:
    """One line of what an account is told."""
    words = {"reply": "replied to you", "mention": "mentioned you", "decision": given.words}[given.kind]
    return {
        "key": given.key,
        "kind": str(given.kind),
        "by": given.by if given.kind != "decision" else "An editor",
        "words": words,
        "at": given.at,
        "unread": given.read_at is None,
        "paper": {"title": readable(given.title), "url": paper_path(given.paper_id)} if given.paper_id else None,
        "url": f"/comments/{given.comment}" if given.comment else "",
        "excerpt": first_lines(plain(given.excerpt), EXCERPT) if given.kind != "decision" else "",
    }


def _moderates(viewer: Actor | None) -> bool:
    return viewer is not None and viewer.may(Role.EDITOR)


def _gone(one: Said) -> str:
    """Why there is nothing to read."""
    if one.comment.account is None:
        return "Its author's account is gone."
    if one.comment.erased:
        return "Taken back by its author."
    return f"Removed by an editor: {one.reason}" if one.reason else "Removed by an editor."

"""The verbs that read discussions: `thread`, `comment`, `history`, `latest`; each in a few statements, however long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from broadsheet.community import Act, Actor, Comment, Heard, Role, Said, Thread
from broadsheet.errors import CommentNotFoundError
from broadsheet.library import accounts, comments, decisions, flags, papers
from broadsheet.markdown import notable
from broadsheet.sources.ids import parse_paper_id
from broadsheet.types import Paging, PaperId

PAPERS_NAMED = 30
"""Papers that one comment can name and have linked."""

AT_ONCE = 3000
"""Papers that are looked up for one page."""


def thread(paper: int, viewer: Actor | None) -> Thread:
    """All that was said of the paper of this key, as the viewer may see it; at most seven statements."""
    rows = comments.of_paper(paper)
    lock = comments.discussion_lock(paper)
    if not rows:
        return Thread(said=(), lock=lock)
    said = _seen(_arranged(rows, locked=lock is not None), viewer)
    named, known = named_in([one.comment.text for one in said])
    return Thread(said=said, lock=lock, names=named, papers=known)


def comment(key: int, viewer: Actor | None) -> Said:
    """One comment as the viewer may see it; CommentNotFoundError if there is none."""
    for one in thread(paper_of(key), viewer).said:
        if one.comment.key == key:
            return one
    raise CommentNotFoundError(key)


def paper_of(key: int) -> int:
    """The key of the paper that a comment is about; CommentNotFoundError if there is none."""
    found = comments.by_key(key)
    if found is None:
        raise CommentNotFoundError(key)
    return found.paper


def history(key: int, viewer: Actor | None) -> tuple[Said, list[tuple[str, datetime]]]:
    """A comment, and what it said before and until when, oldest first; CommentNotFoundError if it may not be read."""
    said = comment(key, viewer)
    if not said.comment.text:
        raise CommentNotFoundError(key)
    return said, comments.versions(key)


def latest(paging: Paging) -> tuple[list[Heard], int]:
    """One page of what was said last over all papers, newest first, and how much that is in all."""
    offset = (paging.page - 1) * paging.size
    return comments.latest(offset=offset, limit=paging.size), comments.count_standing()


def named_in(texts: Iterable[str]) -> tuple[frozenset[str], dict[str, PaperId]]:
    """The names of accounts, and the words with the papers here that they mean, of all these texts."""
    texts = list(texts)
    names = {name for text in texts for name in notable(text).names}
    words = dict([pair for text in texts for pair in _ids(text)][:AT_ONCE])
    behind = papers.ids_behind(set(words.values())) if words else {}
    known = {word: behind[paper_id] for word, paper_id in words.items() if paper_id in behind}
    return frozenset(accounts.named(names)), known


@lru_cache(maxsize=2048)
def _ids(text: str) -> tuple[tuple[str, PaperId], ...]:
    """The words of a text that spell a paper's id, with it."""
    pairs = ((word, parse_paper_id(word)) for word in notable(text).words)
    return tuple([(word, paper_id) for word, paper_id in pairs if paper_id][:PAPERS_NAMED])


def _arranged(rows: Sequence[Comment], *, locked: bool) -> list[Said]:
    """The comments, each followed by its replies, oldest first; without a call inside a call, however deep they go."""
    by_key = {row.key: row for row in rows}
    below: dict[int | None, list[Comment]] = {}
    for row in reversed(rows):
        below.setdefault(row.parent if row.parent in by_key else None, []).append(row)
    said = []
    waiting = [(row, 0, locked) for row in below.get(None, ())]
    while waiting:
        row, depth, shut = waiting.pop()
        shut = shut or row.locked
        above = by_key.get(row.parent) if row.parent else None
        said.append(Said(comment=row, depth=depth, to=above.by if above and above.stands else "", locked=shut))
        waiting += [(reply, depth + 1, shut) for reply in below.get(row.key, ())]
    return said


def _seen(said: Sequence[Said], viewer: Actor | None) -> tuple[Said, ...]:
    """The comments with what this viewer may know of them, and without what it may not."""
    editor = viewer is not None and viewer.role >= Role.EDITOR
    keys = [one.comment.key for one in said]
    gone = [f"comment:{one.comment.key}" for one in said if one.comment.removed_at and not one.comment.erased]
    reasons = decisions.reasons(Act.REMOVE_COMMENT, gone) if gone else {}
    numbers = flags.numbers(keys) if editor else {}
    own = flags.flagged(viewer.key, said[0].comment.paper) if viewer else set()
    return tuple(
        replace(
            one,
            comment=one.comment if one.comment.stands or editor else replace(one.comment, text=""),
            reason=reasons.get(f"comment:{one.comment.key}", ""),
            flags=numbers.get(one.comment.key, 0),
            flagged=one.comment.key in own,
        )
        for one in said
    )

"""The verbs of a discussion: `comment`, `edit`, `take_back`, and for editors `remove`, `restore`, and locks.

Each first takes the row of the paper, so that whatever comes at once is counted right and no lock is overtaken.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from broadsheet.community import Act, Actor, Comment, Role
from broadsheet.core import decisions, notices, roles, voices
from broadsheet.errors import BroadsheetError, CommentNotFoundError, NotAllowedError, PaperNotFoundError
from broadsheet.library import comments, flags, papers
from broadsheet.library import decisions as log
from broadsheet.markdown import LONGEST
from broadsheet.rank.trending import Formula
from broadsheet.types import Paper

TWICE = timedelta(minutes=10)
"""Within this time the same words in the same place are a button pressed twice, not two comments."""


class DiscussionError(BroadsheetError):
    """This cannot be said, or not here; the text says why, and what to do."""


def comment(
    actor: Actor, paper: Paper, text: str, formula: Formula, *, now: datetime, parent: int | None = None
) -> Comment:
    """Say something of the paper, perhaps in reply to another comment; answers the comment.

    DiscussionError if there is nothing in it, too much, or the discussion is locked; NotAllowedError if the account is
    banned; CommentNotFoundError if what it replies to is not there, or about another paper.
    """
    roles.require(actor, Role.READER, "comment")
    text = _sayable(text)
    with transaction.atomic():
        _enter(paper.key, paper.paper_id)
        above = _replied_to(paper.key, parent)
        again = comments.same(paper.key, actor.key, text, parent, now - TWICE)
        key = comments.add(paper.key, actor.key, text, parent, now) if again is None else again
        said = _found(key)
        if again is None:
            comments.count(paper.key)
            voices.take_in(paper.key, formula)
            notices.tell_of(actor, said, above, now=now)
    return said


def edit(actor: Actor, key: int, text: str, *, now: datetime) -> Comment:
    """Let a comment of the account say something else; what it said stays readable as its history.

    Whoever is named only now is told now. DiscussionError as of `comment`; NotAllowedError for others' comments.
    """
    roles.require(actor, Role.READER, "edit comments")
    text = _sayable(text)
    with _its_paper(key) as said:
        _its_own(actor, said, "edit it")
        if not said.stands:
            raise DiscussionError("This comment was removed, so it cannot be edited.")
        _unlocked(said.paper, said.key)
        if text == said.text:
            return said
        comments.put_text(said, text, now)
        edited = replace(said, text=text, edited_at=now)
        notices.tell_of(actor, edited, comments.by_key(said.parent) if said.parent else None, now=now)
        return edited


def take_back(actor: Actor, key: int, *, now: datetime) -> int | None:
    """Erase a comment of the account with its history, for everybody and for good; answers the key of what is left.

    Where others replied, its place is left, empty. Where nobody did, nothing is left, nor of emptied places above it.
    """
    roles.require(actor, Role.READER, "remove comments")
    with _its_paper(key) as said:
        _its_own(actor, said, "take it back")
        comments.erase(said.key, now)
        left: Comment | None = replace(said, removed_by=said.account, removed_at=now)
        while left and left.erased and not comments.has_replies(left.key):
            comments.delete(left.key)
            left = comments.by_key(left.parent) if left.parent else None
        comments.count(said.paper)
    return left.key if left and left.key == key else None


def remove(actor: Actor, key: int, reason: str, formula: Formula, *, now: datetime) -> None:
    """Take a comment out of everybody's sight but editors', with what the paper gained by it, and close its flags.

    Its author is told the reason. DiscussionError if there is no reason, or the comment is removed already.
    """
    roles.require(actor, Role.EDITOR, "remove others' comments")
    reason = _reason(reason)
    with _its_paper(key) as said:
        if not said.stands:
            raise DiscussionError("This comment was removed already.")
        comments.put_removed(key, actor.key, now)
        comments.count(said.paper)
        voices.recount(said.paper, formula)
        number = decisions.log(actor, Act.REMOVE_COMMENT, _subject(said), title=_title(said), reason=reason, now=now)
        flags.close(said.paper, key, number)
        notices.tell_author(said, f"Your comment was removed: {reason}", now=now)


def restore(actor: Actor, key: int, reason: str, formula: Formula, *, now: datetime) -> None:
    """Put back what an editor removed, as it was; DiscussionError if none did, or its author has taken it back."""
    roles.require(actor, Role.EDITOR, "put comments back")
    with transaction.atomic():
        said = put_back(key, formula, now=now)
        _undone(actor, Act.REMOVE_COMMENT, _subject(said), now)
        decisions.log(actor, Act.RESTORE_COMMENT, _subject(said), title=_title(said), reason=reason, now=now)


def put_back(key: int, formula: Formula, *, now: datetime) -> Comment:
    """Let everybody read a removed comment again; of `restore` and of undoing a decision, which say who may."""
    with _its_paper(key) as said:
        if said.removed_at is None or said.erased or said.account is None:
            raise DiscussionError("No editor removed this comment, so it cannot be put back.")
        comments.put_removed(key, None, None)
        comments.count(said.paper)
        voices.recount(said.paper, formula)
        notices.tell_author(said, "Your comment was put back.", now=now)
    return said


def lock_thread(actor: Actor, key: int, reason: str, *, now: datetime) -> None:
    """Let nothing more be said below a comment, nor it be edited; DiscussionError without a reason."""
    roles.require(actor, Role.EDITOR, "lock discussions")
    reason = _reason(reason)
    with _its_paper(key) as said:
        if not said.locked:
            comments.put_locked(key, locked=True)
            decisions.log(actor, Act.LOCK_THREAD, _subject(said), title=_title(said), reason=reason, now=now)


def unlock_thread(actor: Actor, key: int, reason: str, *, now: datetime) -> None:
    """Let more be said below a comment."""
    roles.require(actor, Role.EDITOR, "unlock discussions")
    with _its_paper(key) as said:
        if said.locked:
            comments.put_locked(key, locked=False)
            _undone(actor, Act.LOCK_THREAD, _subject(said), now)
            decisions.log(actor, Act.UNLOCK_THREAD, _subject(said), title=_title(said), reason=reason, now=now)


def lock(actor: Actor, paper: Paper, reason: str, *, now: datetime) -> None:
    """Let nothing more be said of a paper; DiscussionError without a reason, which everybody reads there."""
    roles.require(actor, Role.EDITOR, "lock discussions")
    reason = _reason(reason)
    with transaction.atomic():
        _hold(paper.key, paper.paper_id)
        if comments.put_discussion_lock(paper.key, reason, now):
            decisions.log(actor, Act.LOCK_DISCUSSION, f"paper:{paper.key}", title=paper.title, reason=reason, now=now)


def unlock(actor: Actor, paper: Paper, reason: str, *, now: datetime) -> None:
    """Let more be said of a paper."""
    roles.require(actor, Role.EDITOR, "unlock discussions")
    with transaction.atomic():
        _hold(paper.key, paper.paper_id)
        before = {"reason": comments.discussion_lock(paper.key)}
        if comments.take_discussion_lock(paper.key):
            subject, title = f"paper:{paper.key}", paper.title
            _undone(actor, Act.LOCK_DISCUSSION, subject, now)
            decisions.log(actor, Act.UNLOCK_DISCUSSION, subject, title=title, reason=reason, before=before, now=now)


def _sayable(text: str) -> str:
    """The text as it is kept: lines that end as lines do, nothing that a database refuses."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").rstrip()
    text = text.lstrip("\n")
    if not text.strip():
        raise DiscussionError("There is nothing in it yet. Write something, and send it again.")
    if len(text) > LONGEST:
        raise DiscussionError(
            f"This has {len(text):,} characters, and a comment has at most {LONGEST:,}. Shorten it, or make it two."
        )
    return text


def _reason(reason: str) -> str:
    reason = " ".join(reason.replace("\x00", "").split())
    if not reason:
        raise DiscussionError("Say why: the reason is told to whom it concerns, and stands in the log.")
    return reason[: decisions.LONGEST_REASON]


def _found(key: int) -> Comment:
    found = comments.by_key(key)
    if found is None:
        raise CommentNotFoundError(key)
    return found


def _hold(paper: int, paper_id: str) -> None:
    if not papers.lock(paper):
        raise PaperNotFoundError(paper_id)


def _enter(paper: int, paper_id: str) -> None:
    """Hold the paper, and go on only where more may be said of it."""
    _hold(paper, paper_id)
    reason = comments.discussion_lock(paper)
    if reason is not None:
        raise DiscussionError(f"An editor has locked this discussion: {reason}")


@contextmanager
def _its_paper(key: int) -> Iterator[Comment]:
    """The comment as it is while its paper is held, so that nobody else changes it."""
    paper = _found(key).paper
    with transaction.atomic():
        papers.lock(paper)
        said = _found(key)
        if said.paper != paper:  # which became one with another while this waited
            papers.lock(said.paper)
        yield said


def _replied_to(paper: int, parent: int | None) -> Comment | None:
    """The comment that is replied to, if more may be said below it."""
    if parent is None:
        return None
    above = _found(parent)
    if above.paper != paper:
        raise CommentNotFoundError(parent)
    if not above.stands:
        raise DiscussionError("The comment that this replies to was removed. Reply to another, or to none.")
    _unlocked(paper, parent)
    return above


def _unlocked(paper: int, key: int) -> None:
    """Go on only if neither the discussion, nor this comment, nor any above it is locked."""
    reason = comments.discussion_lock(paper)
    if reason is not None:
        raise DiscussionError(f"An editor has locked this discussion: {reason}")
    places = comments.places(paper)
    at: int | None = key
    while at is not None:
        at, locked = places.get(at, (None, False))
        if locked:
            raise DiscussionError("An editor has locked this part of the discussion.")


def _its_own(actor: Actor, said: Comment, what: str) -> None:
    if said.account != actor.key:
        raise NotAllowedError(f"Only who wrote a comment may {what}.")


def _undone(actor: Actor, act: Act, subject: str, now: datetime) -> None:
    """Note that what was decided so about this subject stands no more."""
    for each in log.of_subject(subject):
        if each.act == act and each.undone_at is None:
            log.mark_undone(each.number, actor.key, now)


def _subject(said: Comment) -> str:
    return f"comment:{said.key}"


def _title(said: Comment) -> str:
    """What the log calls it; not what it says, which its author may take back."""
    return f"{said.by or 'somebody'} on {papers.by_keys([said.paper])[said.paper].title}"

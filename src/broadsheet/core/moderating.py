"""The verbs of editors about accounts, votes and papers, and the way back from everything that was decided.

Each is written down with a reason, and can be undone. What editors decide about comments, submissions and claims is
with the verbs of those.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

from django.db import transaction

from broadsheet.community import Act, Actor, ClaimState, Decision, Role, SubmissionState
from broadsheet.core import accounts as keeping
from broadsheet.core import claiming, decisions, discussing, flagging, roles, splitting, submitting, voting, weighing
from broadsheet.core.claiming import ClaimError
from broadsheet.core.discussing import DiscussionError
from broadsheet.core.submitting import SubmissionError
from broadsheet.errors import BroadsheetError, CommentNotFoundError, NotAllowedError
from broadsheet.library import accounts, collection_lists, comments, papers, upvotes
from broadsheet.library import decisions as log
from broadsheet.library.writing import Slot
from broadsheet.rank.trending import Formula
from broadsheet.text import plain
from broadsheet.types import Paper

LONGEST_BAN = timedelta(days=3650)


class DecisionError(BroadsheetError):
    """This cannot be decided, or not be undone any more; the text says why."""


def ban(actor: Actor, account: int, until: datetime, reason: str, *, now: datetime) -> int:
    """Let an account only read until a moment; a ban ends by itself. Answers the number of the decision.

    Editors ban whoever is no editor, administrators whoever is no administrator; a reason must be given.
    """
    found = _below(actor, account, "ban this account", now)
    if not now < until <= now + LONGEST_BAN:
        raise DecisionError(f"A ban ends within {LONGEST_BAN.days:,} days, and not before it begins.")
    reason = plain(reason)
    if not reason:
        raise DecisionError("Say why: whoever is banned reads it.")
    with transaction.atomic():
        before = _ban_of(account)
        accounts.put_ban(account, until, reason)
        title = f"{found.name}, until {until:%Y-%m-%d %H:%M}"
        return decisions.log(
            actor, Act.BAN, f"account:{account}", title=title, reason=reason, before=before, public=False, now=now
        )


def lift_ban(actor: Actor, account: int, reason: str = "", *, now: datetime) -> int:
    """Let a banned account act again."""
    found = _below(actor, account, "lift this ban", now)
    with transaction.atomic():
        before = _ban_of(account)
        accounts.put_ban(account, None, "")
        return decisions.log(
            actor, Act.LIFT_BAN, f"account:{account}", title=found.name, reason=reason, before=before, public=False,
            now=now,
        )  # fmt: skip


def set_role(actor: Actor, account: int, role: Role, reason: str = "", *, now: datetime) -> int:
    """Give an account a role, as `accounts.give_role`, and write it down."""
    with transaction.atomic():
        found = _existing(account, now)
        keeping.give_role(actor, account, role)
        return decisions.log(
            actor, Act.SET_ROLE, f"account:{account}", title=f"{found.name}: {found.role} → {role}", reason=reason,
            before={"role": found.role, "to": role}, public=False, now=now,
        )  # fmt: skip


def let_in(actor: Actor, account: int, *, allowed: bool, now: datetime) -> int:
    """Close an account or open it again, as `accounts.let_in`, and write it down."""
    with transaction.atomic():
        found = _existing(account, now)
        keeping.let_in(actor, account, allowed=allowed)
        act = Act.OPEN_ACCOUNT if allowed else Act.CLOSE_ACCOUNT
        return decisions.log(actor, act, f"account:{account}", title=found.name, public=False, now=now)


def weigh(actor: Actor, account: int, value: float | None, formula: Formula, *, now: datetime) -> int:
    """Let all votes of an account count so much for the ranking; None leaves it to the rules. Answers how many."""
    found = _below(actor, account, "weigh the votes of this account", now)
    with transaction.atomic():
        before = accounts.standing(account).trust
        votes = weighing.trust(account, value, formula, by=actor, now=now)
        says = "by the rules" if value is None else f"{value:g}"
        decisions.log(
            actor, Act.SET_TRUST, f"account:{account}", title=f"{found.name}: its votes count {says}",
            before={"trust": before}, public=False, now=now,
        )  # fmt: skip
    return votes


def strike(actor: Actor, account: int, keys: Collection[int], formula: Formula, *, now: datetime) -> int:
    """Take out the votes of an account for these papers, and what the papers gained by them."""
    roles.require(actor, Role.EDITOR, "strike votes")
    found = _existing(account, now)
    with transaction.atomic():
        given = [[key, at.isoformat()] for key, at in upvotes.given(account, keys)]
        voting.strike(account, keys, formula)
        title = f"{len(given)} of {found.name}"
        return decisions.log(
            actor, Act.STRIKE_VOTES, f"account:{account}", title=title, before={"votes": given}, public=False, now=now
        )


def join(actor: Actor, one: Paper, other: Paper, *, now: datetime) -> int:
    """Make two papers one, whatever their records say; answers its key."""
    roles.require(actor, Role.EDITOR, "join papers")
    with transaction.atomic():
        key = splitting.join(one, other, now=now)
        merge = next(each.number for each in splitting.recent_merges(1))
        title = f"{one.paper_id} and {other.paper_id}"
        decisions.log(actor, Act.JOIN_PAPERS, f"paper:{key}", title=title, before={"merge": merge}, now=now)
    return key


def split(actor: Actor, paper: Paper, slots: Collection[Slot], *, now: datetime) -> int:
    """Make some records of a paper a paper of their own; answers its key."""
    roles.require(actor, Role.EDITOR, "split papers")
    with transaction.atomic():
        key = splitting.split(paper, slots, now=now)
        before = {"papers": [paper.key, key]}
        decisions.log(actor, Act.SPLIT_PAPER, f"paper:{paper.key}", title=paper.paper_id, before=before, now=now)
    return key


def undo(actor: Actor, number: int, formula: Formula, *, now: datetime) -> Decision:
    """Take back a decision: everything is as it was before it, as far as nothing else was decided since.

    DecisionError if there is no such decision, it was undone before, or what it was about is gone.
    """
    roles.require(actor, Role.EDITOR, "undo decisions")
    with transaction.atomic():
        found = log.take(number)
        if found is None:
            raise DecisionError(f"There is no decision {number}.")
        if found.undone_at:
            raise DecisionError(f"Decision {number} was undone by {found.undone_by or 'somebody'} already.")
        if found.act not in _UNDO:
            raise DecisionError(f"What {found.act} did cannot be undone.")
        later = [each for each in log.of_subject(found.subject) if each.number > number and not each.undone_at]
        if any(each.act in _SAME.get(found.act, ()) for each in later):
            raise DecisionError("Something else was decided about it since. Undo that first.")
        try:
            _UNDO[found.act](actor, found, formula, now)
        except KeyError:
            raise DecisionError("Whom it was about has left, and took along what it was before.") from None
        log.mark_undone(number, actor.key, now)
    return found


def can_undo(decision: Decision) -> bool:
    """Whether there is a way back from this decision, as far as itself is concerned."""
    return decision.act in _UNDO and not decision.undone_at


def _undo_ban(_actor: Actor, found: Decision, _formula: Formula, _now: datetime) -> None:
    until = found.before["until"]
    accounts.put_ban(_key(found), datetime.fromisoformat(until) if until else None, found.before["reason"])


def _undo_role(actor: Actor, found: Decision, _formula: Formula, _now: datetime) -> None:
    keeping.give_role(actor, _key(found), Role(found.before["role"]))


def _undo_promotion(_actor: Actor, found: Decision, _formula: Formula, _now: datetime) -> None:
    accounts.put_role(_key(found), Role(found.before["role"]))


def _undo_closing(actor: Actor, found: Decision, _formula: Formula, _now: datetime) -> None:
    keeping.let_in(actor, _key(found), allowed=found.act == Act.CLOSE_ACCOUNT)


def _undo_trust(actor: Actor, found: Decision, formula: Formula, now: datetime) -> None:
    weighing.trust(_key(found), found.before["trust"], formula, by=actor, now=now)


def _undo_strike(_actor: Actor, found: Decision, formula: Formula, _now: datetime) -> None:
    given = [(key, datetime.fromisoformat(at)) for key, at in found.before["votes"]]
    voting.give_back(_key(found), given, formula)


def _undo_join(_actor: Actor, found: Decision, _formula: Formula, now: datetime) -> None:
    splitting.undo_merge(found.before["merge"], now=now)


def _undo_split(_actor: Actor, found: Decision, _formula: Formula, now: datetime) -> None:
    there = papers.by_keys(found.before["papers"])
    if len(there) != 2:
        raise DecisionError("One of the two papers is gone, so they cannot be joined again.")
    one, other = there.values()
    splitting.join(one, other, now=now)


def _undo_removal(_actor: Actor, found: Decision, formula: Formula, now: datetime) -> None:
    try:
        discussing.put_back(_number(found), formula, now=now)
    except (DiscussionError, CommentNotFoundError):
        raise DecisionError("The comment is gone: its author has taken it back.") from None


def _undo_lock_thread(_actor: Actor, found: Decision, _formula: Formula, _now: datetime) -> None:
    comments.put_locked(_number(found), locked=found.act == Act.UNLOCK_THREAD)


def _undo_lock(_actor: Actor, found: Decision, _formula: Formula, now: datetime) -> None:
    if found.act == Act.LOCK_DISCUSSION:
        comments.take_discussion_lock(_number(found))
    elif papers.by_keys([_number(found)]):
        comments.put_discussion_lock(_number(found), found.before["reason"], now)


def _undo_submission(_actor: Actor, found: Decision, formula: Formula, now: datetime) -> None:
    state = SubmissionState(found.before["state"])
    try:
        submitting.put_back(_number(found), state, found.before["reason"], formula, now=now)
    except SubmissionError as error:
        raise DecisionError(str(error)) from None


def _undo_claim(_actor: Actor, found: Decision, _formula: Formula, _now: datetime) -> None:
    try:
        claiming.put_back(_number(found), ClaimState(found.before["state"]), found.before["reason"])
    except ClaimError as error:
        raise DecisionError(str(error)) from None


def _undo_closing_flags(_actor: Actor, found: Decision, _formula: Formula, _now: datetime) -> None:
    flagging.reopen(found.number)


def _undo_unpublish(_actor: Actor, found: Decision, _formula: Formula, now: datetime) -> None:
    if not collection_lists.change(_number(found), public=True, changed_at=now):
        raise DecisionError("The collection is gone.")


_UNDO: Mapping[Act, Callable[[Actor, Decision, Formula, datetime], None]] = {
    Act.BAN: _undo_ban,
    Act.LIFT_BAN: _undo_ban,
    Act.SET_ROLE: _undo_role,
    Act.PROMOTE: _undo_promotion,
    Act.CLOSE_ACCOUNT: _undo_closing,
    Act.OPEN_ACCOUNT: _undo_closing,
    Act.SET_TRUST: _undo_trust,
    Act.STRIKE_VOTES: _undo_strike,
    Act.JOIN_PAPERS: _undo_join,
    Act.SPLIT_PAPER: _undo_split,
    Act.REMOVE_COMMENT: _undo_removal,
    Act.ACCEPT_SUBMISSION: _undo_submission,
    Act.REFUSE_SUBMISSION: _undo_submission,
    Act.CONFIRM_CLAIM: _undo_claim,
    Act.REFUSE_CLAIM: _undo_claim,
    Act.UNPUBLISH: _undo_unpublish,
    Act.KEEP: _undo_closing_flags,
    Act.PUT_RIGHT: _undo_closing_flags,
    Act.LOCK_THREAD: _undo_lock_thread,
    Act.UNLOCK_THREAD: _undo_lock_thread,
    Act.LOCK_DISCUSSION: _undo_lock,
    Act.UNLOCK_DISCUSSION: _undo_lock,
}

_TOGETHER: tuple[set[Act], ...] = (
    {Act.BAN, Act.LIFT_BAN},
    {Act.SET_ROLE, Act.PROMOTE},
    {Act.CLOSE_ACCOUNT, Act.OPEN_ACCOUNT},
    {Act.SET_TRUST},
    {Act.JOIN_PAPERS, Act.SPLIT_PAPER},
    {Act.REMOVE_COMMENT, Act.RESTORE_COMMENT},
    {Act.ACCEPT_SUBMISSION, Act.REFUSE_SUBMISSION},
    {Act.CONFIRM_CLAIM, Act.REFUSE_CLAIM},
    {Act.UNPUBLISH},
    {Act.LOCK_THREAD, Act.UNLOCK_THREAD},
    {Act.LOCK_DISCUSSION, Act.UNLOCK_DISCUSSION},
)
"""Acts of which a later one stands in the way of undoing an earlier one about the same."""

_SAME: Mapping[Act, set[Act]] = {act: acts for acts in _TOGETHER for act in acts}


def _number(found: Decision) -> int:
    return int(found.subject.partition(":")[2])


def _key(found: Decision) -> int:
    key = _number(found)
    if not accounts.exists(key):
        raise DecisionError("The account is gone.")
    return key


def _ban_of(account: int) -> dict[str, str]:
    until, reason = accounts.ban_of(account)
    return {"until": until.isoformat() if until else "", "reason": reason}


def _existing(account: int, now: datetime) -> Actor:
    found = accounts.find(account, now)
    if found is None:
        raise DecisionError("There is no such account.")
    return found


def _below(actor: Actor, account: int, what: str, now: datetime) -> Actor:
    """The account, if the actor is an editor and stands above it."""
    roles.require(actor, Role.EDITOR, what)
    found = _existing(account, now)
    if found.role >= actor.role:
        raise NotAllowedError(f"{found.name} is {found.role} too, so you may not {what}.")
    return found

"""Who may do what: the one question that every verb of the community asks first."""

from __future__ import annotations

from datetime import datetime

from broadsheet.community import Actor, Role
from broadsheet.errors import NotAllowedError
from broadsheet.library import accounts


def require(actor: Actor, role: Role, what: str) -> None:
    """Let the actor go on if its role is this one or a higher, and it is not banned; else NotAllowedError.

    `what` completes the sentence “Only an editor may ...”.
    """
    if actor.banned:
        raise _banned(what)
    if actor.role < role:
        article = "an" if role[0] in "aeiou" else "a"
        raise NotAllowedError(f"Only {article} {role} may {what}.")


def admit(account: int, what: str, *, now: datetime) -> None:
    """Let the account of this key go on if it is not banned at this moment; else NotAllowedError."""
    banned_until = accounts.standing(account).banned_until
    if banned_until is not None and banned_until > now:
        raise _banned(what)


def _banned(what: str) -> NotAllowedError:
    return NotAllowedError(f"This account may only read for now, so it may not {what}.")

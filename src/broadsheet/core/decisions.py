"""The log of decisions: who decided what, about what, and why. Undoing them is `core.moderating`'s."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from broadsheet.community import Act, Actor, Decision, Role
from broadsheet.library import decisions
from broadsheet.text import plain
from broadsheet.types import Paging

LONGEST_REASON = 500


def log(
    actor: Actor | None,
    act: Act,
    subject: str,
    *,
    title: str = "",
    reason: str = "",
    before: Mapping[str, Any] | None = None,
    public: bool = True,
    now: datetime,
) -> int:
    """Write down a decision, in the transaction that carries it out; answers its number.

    No actor: a rule decided. `before` is what undoing it needs; what is not `public` only editors see.
    """
    return decisions.add(
        actor.key if actor else None,
        act,
        subject,
        title=" ".join(plain(title).split())[:LONGEST_REASON],
        reason=" ".join(plain(reason).split())[:LONGEST_REASON],
        before=before or {},
        public=public,
        now=now,
    )


def recent(actor: Actor | None, paging: Paging) -> tuple[list[Decision], int]:
    """One page of the log, latest first, and how many lines there are: all for editors, the public ones for others."""
    only_public = actor is None or actor.role < Role.EDITOR
    found = decisions.recent((paging.page - 1) * paging.size, paging.size, only_public=only_public)
    return found, decisions.count(only_public=only_public)

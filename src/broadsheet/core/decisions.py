"""The log of decisions: every verb of an editor writes one line, in the transaction of what it does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from broadsheet.community import Actor
from broadsheet.library import decisions
from broadsheet.types import Json

LONGEST_REASON = 500


def log(
    actor: Actor,
    verb: str,
    subject: str,
    *,
    title: str,
    reason: str,
    now: datetime,
    before: Mapping[str, Json] | None = None,
    public: bool = True,
) -> int:
    """Write down who did what to what and why; answers the number of the line.

    `subject` is as `comment:12`; `title` names it for people; `before` is what undoing it needs; what is not `public`
    only editors see.
    """
    return decisions.add(
        actor.key,
        verb,
        subject,
        title=title,
        reason=" ".join(reason.split())[:LONGEST_REASON],
        before=before or {},
        public=public,
        now=now,
    )

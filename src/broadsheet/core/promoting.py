"""Trust that grows with use: readers whose submissions were good become contributors, unless an editor undoes it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from broadsheet.community import Act, Role
from broadsheet.core import decisions
from broadsheet.library import accounts, notifications

AFTER = timedelta(days=30)
"""How long the account must have been there."""

PAPERS = 5
"""How many papers that it put forward must be shown; none may have been refused, nor a comment removed."""


def promote(*, now: datetime) -> int:
    """Make contributors of all readers that have earned it, but whose promotion was undone; answers how many."""
    earned = accounts.earning(now - AFTER, PAPERS)
    for account, name in earned:
        with transaction.atomic():
            accounts.put_role(account, Role.CONTRIBUTOR)
            before = {"role": Role.READER}
            decisions.log(None, Act.PROMOTE, f"account:{account}", title=name, before=before, public=False, now=now)
            words = (
                "What you put forward was good. From now on it is on the front page at once, without an editor's nod."
            )
            notifications.tell_decision(account, words, now=now)
    return len(earned)

"""What stands beside a paper on its page: who put it forward, who is confirmed as its author, what the reader keeps."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from broadsheet.community import Actor, SubmissionState
from broadsheet.core import claiming, submitting
from broadsheet.deliver import deciding, present
from broadsheet.deliver.web.acting import actor_of
from broadsheet.deliver.web.saving import choices, mark_saved
from broadsheet.types import Paper


def of_paper(request: HttpRequest, found: Paper, shown: present.Shown) -> dict[str, Any]:
    """For everybody what is shown of submissions and claims; for signed-in readers their own, and their choices."""
    mark_saved(request, [found], [shown])
    confirmed = claiming.confirmed(found)
    told = {
        "authors": [
            {"name": name, "url": present.author_path(name), "account": confirmed.get(name, "")}
            for name in shown["authors"]
        ],
        "submissions": [{"by": by, "why": why, "at": at} for by, why, at in submitting.of_paper(found)],
    }
    return told | (_own(actor_of(request), found, shown) if request.user.is_authenticated else {})


def _own(actor: Actor, found: Paper, shown: present.Shown) -> dict[str, Any]:
    submission, claim = submitting.own(actor, found), claiming.own(actor, found)
    return {
        "choices": choices(actor, shown),
        "own_submission": deciding.submission(submission)
        if submission and submission.state is not SubmissionState.SHOWN
        else None,
        "own_claim": deciding.claim(claim) if claim else None,
    }

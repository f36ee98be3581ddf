"""The button that follows an author, a category or a search."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from broadsheet.core import following
from broadsheet.core.following import FollowError
from broadsheet.deliver.web.acting import actor_of, back, signed_in
from broadsheet.deliver.web.limits import limited


@require_POST
@signed_in
@limited("save")
def follow(request: HttpRequest) -> HttpResponse:
    """Follow an author, a category or a search (`kind`, `value`), or no longer with `on=0`."""
    kind, value, actor = request.POST.get("kind", ""), request.POST.get("value", ""), actor_of(request)
    try:
        if request.POST.get("on") == "0":
            following.unfollow(actor, kind, value)
        else:
            following.follow(actor, kind, value, now=datetime.now(UTC))
    except FollowError as error:
        messages.error(request, str(error))
    return back(request, "/for-you/profile")


def followed(request: HttpRequest, kind: str, value: str) -> bool:
    """Whether this reader follows it; asks nothing for strangers."""
    return request.user.is_authenticated and following.follows(request.user.pk, kind, value)

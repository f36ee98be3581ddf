"""Who acts in a request, and what comes of an act: the way back, or the page that says why not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from broadsheet.community import Actor
from broadsheet.errors import CommentNotFoundError, NotAllowedError, PaperNotFoundError
from broadsheet.library import accounts, models


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in account that acts; only behind `signed_in`."""
    return accounts.actor(cast("models.Account", request.user), datetime.now(UTC))


def viewer_of(request: HttpRequest) -> Actor | None:
    """The signed-in account that reads; None for a stranger."""
    return actor_of(request) if request.user.is_authenticated else None


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asks, which shows by itself what came of it."""
    return "application/json" in request.headers.get("Accept", "")


def signed_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Ask strangers to sign in, and answer what the account may not do, or what is not there, with the page for it."""
    return login_required(answering(view))


def answering(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer what the reader may not do, or what is not there, with the page for it."""

    @wraps(view)
    def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotAllowedError as error:
            return render(request, "403.html", {"reason": str(error)}, status=403)
        except PaperNotFoundError as error:
            return render(request, "web/no_paper.html", {"paper_id": error.paper_id}, status=404)
        except CommentNotFoundError as error:
            return render(request, "web/no_comment.html", {"reason": str(error)}, status=404)

    return respond


def back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """Lead to where the form says that the reader came from, if that is a page of ours, or else to this path."""
    path = request.POST.get("next", "")
    here = url_has_allowed_host_and_scheme(path, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(path if here else otherwise)

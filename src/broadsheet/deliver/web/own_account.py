"""What readers do with their own account: say what others see, end sessions, take all along, delete it."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import Any, cast

from allauth.account import app_settings as allauth_settings
from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.socialaccount.adapter import get_adapter as get_social_adapter
from django.conf import settings
from django.contrib import auth, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_safe

from broadsheet import wiring
from broadsheet.community import Role
from broadsheet.core import accounts, tokens
from broadsheet.core.accounts import LastAdministratorError
from broadsheet.core.tokens import TokenError
from broadsheet.deliver import present
from broadsheet.deliver.web.acting import actor_of, signed_in
from broadsheet.deliver.web.limits import limited
from broadsheet.library import models, sessions
from broadsheet.people import Scope, Settings

LIVES = {"30": "30 days", "90": "90 days", "365": "a year"}
"""For how many days a token may be good, and how the form says it; what is none of them is for ever."""


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@limited("settings")
def own_settings(request: HttpRequest) -> HttpResponse:
    """What the account says of itself and wants, and the way to everything else about it."""
    account = actor_of(request)
    if request.method == "POST":
        wanted = Settings(
            about=request.POST.get("about", "").replace("\r\n", "\n"),
            shows_profile=bool(request.POST.get("shows_profile")),
            hides_votes=bool(request.POST.get("hides_votes")),
            mailed=bool(request.POST.get("mailed")),
        )
        accounts.change(account.key, wanted)
        messages.success(request, "Your settings are kept.")
        return HttpResponseRedirect("/settings")
    context = {
        "settings": accounts.settings(account.key),
        "longest": accounts.LONGEST_ABOUT,
        "account": account,
        "has_password": _row(request).has_usable_password(),
        "providers": bool(get_social_adapter().list_providers(request)),
        "mails": bool(settings.EMAIL_HOST),
        "invites": account.may(Role.EDITOR),
    }
    return render(request, "web/settings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@limited("settings")
def own_sessions(request: HttpRequest) -> HttpResponse:
    """The browsers that are signed in; ends one, or all others."""
    account, key = actor_of(request), request.session.session_key or ""
    if request.method == "POST":
        number = request.POST.get("end", "")
        ended = sessions.end_all(account.key, but_key=key) if number == "others" else sessions.end(account.key, number)
        messages.success(request, "It is signed out." if ended == 1 else f"{ended} browsers are signed out.")
        return HttpResponseRedirect("/settings/sessions")
    browsers = [present.browser(each) for each in sessions.of_account(account.key, key, datetime.now(UTC))]
    return render(request, "web/sessions.html", {"browsers": browsers})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@limited("tokens")
def own_tokens(request: HttpRequest) -> HttpResponse:
    """The tokens by which programs act for the account; makes one, whose secret is shown this once, or ends one."""
    actor, now, said = actor_of(request), datetime.now(UTC), request.POST
    context: dict[str, Any] = {}
    if request.method == "POST":
        number, days = said.get("end", ""), said.get("days", "")
        try:
            if number:
                tokens.end(actor.key, int(number) if re.fullmatch(r"[0-9]{1,18}", number) else 0)
                messages.success(request, "This token is ended.")
                return HttpResponseRedirect("/settings/tokens")
            scopes = {Scope(scope) for scope in said.getlist("scope") if scope in list(Scope)}
            context["made"] = tokens.make(
                actor, said.get("name", ""), scopes, now=now, days=int(days) if days in LIVES else None
            )
        except TokenError as error:
            context |= {"error": str(error), "name": said.get("name", "")[: tokens.LONGEST_NAME]}
    context |= {"tokens": [present.token(each, now) for each in tokens.of_account(actor.key)], "lives": LIVES}
    response = render(request, "web/tokens.html", context, status=422 if "error" in context else 200)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_safe
@signed_in
def export(request: HttpRequest) -> HttpResponse:
    """Everything that the account gave, as one file."""
    given = {"house": settings.SITE_NAME, "exported_at": datetime.now(UTC)} | accounts.export(actor_of(request).key)
    name = f"{slugify(settings.SITE_NAME) or 'broadsheet'}-account.json"
    return JsonResponse(
        given,
        json_dumps_params={"indent": 2, "ensure_ascii": False},
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@limited("delete")
def delete(request: HttpRequest) -> HttpResponse:
    """Ask for proof that it is really the account's owner, and delete it."""
    account, proof = actor_of(request), _proof(request)
    context = {"account": account, "proof": proof}
    if request.method != "POST":
        return render(request, "web/delete.html", context)
    try:
        error = _not_proved(request, proof)
        if not error:
            accounts.delete(account.key, wiring.formula())
    except LastAdministratorError as refused:
        error = str(refused)
    if error:
        return render(request, "web/delete.html", context | {"error": error}, status=422)
    auth.logout(request)
    messages.success(request, "Your account is deleted, with all that you gave here.")
    return HttpResponseRedirect("/")


def _proof(request: HttpRequest) -> str:
    """What proves that it is the owner: a password, having signed in just now, or where a proxy does that the name."""
    if settings.PROXY_HEADER:
        return "name"
    if _row(request).has_usable_password():
        return "password"
    signed_in_at = max((record["at"] for record in get_authentication_records(request)), default=0.0)
    return "nothing" if time.time() - signed_in_at < allauth_settings.REAUTHENTICATION_TIMEOUT else "sign in"


def _not_proved(request: HttpRequest, proof: str) -> str:
    """Why this is not enough to delete the account; empty if it is."""
    if not request.POST.get("sure"):
        return "Tick that you are sure."
    if proof == "name" and request.POST.get("name") != _row(request).username:
        return "This is not the name of your account."
    if proof == "sign in":
        return "Sign in anew first."
    if proof == "password":
        try:
            right = get_adapter().reauthenticate(request.user, request.POST.get("password", ""))
        except ValidationError as error:
            return " ".join(error.messages)
        return "" if right else "This is not your password."
    return ""


def _row(request: HttpRequest) -> models.Account:
    return cast("models.Account", request.user)

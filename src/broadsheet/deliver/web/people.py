"""The pages about accounts that others see: profiles; and the invitations by which there come to be more."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from broadsheet.community import Role
from broadsheet.core import accounts, invitations
from broadsheet.core.invitations import InvitationError
from broadsheet.deliver import inviting, present
from broadsheet.deliver.shelves import number_in
from broadsheet.deliver.web.acting import actor_of, signed_in
from broadsheet.deliver.web.context import address_of
from broadsheet.deliver.web.limits import limited
from broadsheet.deliver.web.signing_in import INVITED


@require_safe
def person(request: HttpRequest, name: str) -> HttpResponse:
    """What an account shows; the same page for one that shows nothing and for one that is not there."""
    found = accounts.profile(name, asked_by=request.user.pk)
    if found is None:
        return render(request, "web/no_person.html", {"name": name}, status=404)
    return render(request, "web/person.html", {"person": present.profile(found)})


@require_safe
def invitation(request: HttpRequest, code: str) -> HttpResponse:
    """Lead whoever has a good invitation to the form that makes an account."""
    found = invitations.of_code(code, now=datetime.now(UTC))
    if found is None or request.user.is_authenticated:
        return render(request, "web/no_invitation.html", status=404 if found is None else 409)
    request.session[INVITED] = found.number
    if found.mailed:
        request.session["account_verified_email"] = found.mail
    return HttpResponseRedirect("/accounts/signup/")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@limited("invite")
def own_invitations(request: HttpRequest) -> HttpResponse:
    """All invitations, for editors; makes one, whose link is shown this once, or takes one back."""
    actor, now = actor_of(request), datetime.now(UTC)
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            if number := request.POST.get("revoke", ""):
                invitations.revoke(actor, number_in(number))
                messages.success(request, "This invitation is taken back.")
                return HttpResponseRedirect("/settings/invitations")
            said = request.POST
            role = Role(said.get("role", "")) if said.get("role") in list(Role) else Role.READER
            context["made"] = inviting.invite(
                actor, role, said.get("mail", "").strip(), now, address=address_of(request)
            )
        except InvitationError as error:
            context["error"] = str(error)
    context |= {
        "invitations": [present.invitation(each, now) for each in invitations.every(actor)],
        "roles": [role for role in Role if role < Role.EDITOR or actor.role == Role.ADMINISTRATOR],
        "days": invitations.DAYS,
    }
    return render(request, "web/invitations.html", context, status=422 if "error" in context else 200)

"""What the pages of the administration share: who sees them, and how they say what the verbs refuse."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from broadsheet import wiring
from broadsheet.community import Role
from broadsheet.core import moderating
from broadsheet.deliver.web.acting import actor_of
from broadsheet.errors import BroadsheetError


class Saying(admin.ModelAdmin):  # type: ignore[type-arg]
    """What the verbs refuse is said above the page, and nothing of it is done."""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list, and its actions."""
        try:
            return super().changelist_view(request, extra_context)
        except BroadsheetError as error:
            return _said(request, error)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The form of one."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except BroadsheetError as error:
            return _said(request, error)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The question whether one shall go."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except BroadsheetError as error:
            return _said(request, error)


class ReadOnly(Saying):
    """What is found out, or written down by what happens, and not by hand; actions do what there is to be done."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Nobody makes one by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Nobody edits one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """What happened stays written down."""
        return False


class ForEditors(Saying):
    """What editors may look at, and say what votes count."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Editors see that it is there."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Editors may look."""
        return is_editor(request)

    def has_weigh_permission(self, request: HttpRequest) -> bool:
        """Who may look may say what votes count."""
        return is_editor(request)


def is_editor(request: HttpRequest) -> bool:
    """Whether an editor asks, who may act now."""
    return request.user.is_authenticated and actor_of(request).may(Role.EDITOR)


def let_count(request: HttpRequest, accounts: dict[int, str], value: float | None) -> tuple[int, int]:
    """Let all votes of these accounts (key → name) count so much, or by the rules; (accounts, votes) that now do.

    Of whom that may not be said is told above the page.
    """
    done, weighed = 0, 0
    for key, name in accounts.items():
        try:
            weighed += moderating.weigh(actor_of(request), key, value, wiring.formula(), now=datetime.now(UTC))
            done += 1
        except BroadsheetError as error:
            messages.error(request, f"{name}: {error}")
    return done, weighed


def _said(request: HttpRequest, error: BroadsheetError) -> HttpResponse:
    if request.method != "POST":
        raise error
    messages.error(request, str(error))
    return HttpResponseRedirect(request.get_full_path())

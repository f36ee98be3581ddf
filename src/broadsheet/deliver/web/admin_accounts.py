"""The administration of accounts: roles, bans, what votes count, and the end of an account."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from broadsheet import wiring
from broadsheet.community import Role
from broadsheet.core import accounts, moderating
from broadsheet.deliver.web.acting import actor_of
from broadsheet.deliver.web.admin_base import ForEditors, is_editor, let_count
from broadsheet.errors import BroadsheetError
from broadsheet.library import models


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """What can be said of an account; what it says of itself is its own."""

    class Meta:
        model = models.Account
        fields = ("role", "is_active", "banned_until", "ban_reason")

    def clean_role(self) -> str:
        """The role, if somebody is left to keep the house."""
        role = Role(self.cleaned_data["role"])
        if "role" in self.changed_data and not accounts.may_become(self.instance.pk, role):
            raise forms.ValidationError("This is the only administrator. Make another one first.")
        return role

    def clean_is_active(self) -> bool:
        """Whether it can sign in, likewise."""
        active = bool(self.cleaned_data["is_active"])
        if not active and not accounts.may_become(self.instance.pk, None):
            raise forms.ValidationError("This is the only administrator. Make another one first.")
        return active


class AccountAdmin(ForEditors):
    """Who can sign in, in which role, and what their votes count in the trending list.

    Editors see all accounts, and ban those of a lower role; administrators give roles and delete accounts too.
    """

    form = AccountForm
    list_display = ("username", "email", "role", "date_joined", "votes", "trusted", "banned")
    list_filter = ("role", "is_active")
    search_fields = ("username", "email")
    ordering = ("username",)
    actions = ("count_fully", "count_nothing", "count_by_age")

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Account]:
        """With the number of each account's votes."""
        rows: QuerySet[models.Account] = super().get_queryset(request).annotate(voted=Count("upvotes"))
        return rows

    def get_fields(self, request: HttpRequest, obj: models.Account | None = None) -> tuple[str, ...]:  # noqa: ARG002
        """Who it is, then what can be said of it."""
        return ("username", "email", "date_joined", "last_login", "votes", "trusted", *AccountForm.Meta.fields)

    def get_readonly_fields(self, request: HttpRequest, obj: models.Account | None = None) -> list[str]:
        """Who it is nobody edits; only administrators give roles and close accounts, and nobody bans one of them."""
        shown, role = ["username", "email", "date_joined", "last_login", "votes", "trusted"], actor_of(request).role
        if role < Role.ADMINISTRATOR:
            shown += ["role", "is_active"]
        if obj is None or Role(obj.role) >= role:
            shown += ["banned_until", "ban_reason"]
        return shown

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Accounts are made by those who have them: by invitation, or on the command line."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Account | None = None) -> bool:
        """Of accounts of a lower role for editors, of all for administrators."""
        if not is_editor(request) or obj is None:
            return is_editor(request)
        role = actor_of(request).role
        return role == Role.ADMINISTRATOR or Role(obj.role) < role

    def has_delete_permission(self, request: HttpRequest, obj: models.Account | None = None) -> bool:
        """For administrators, of whom one stays."""
        administrates = request.user.is_authenticated and actor_of(request).may(Role.ADMINISTRATOR)
        return administrates and (obj is None or accounts.may_become(obj.pk, None))

    @admin.display(description="votes", ordering="voted")
    def votes(self, row: Any) -> str:
        """How many papers it voted for."""
        return f"{row.voted:,}"

    @admin.display(description="its votes count", ordering="trust")
    def trusted(self, row: models.Account) -> str:
        """In the trending list, and who says so."""
        return "by its age" if row.trust is None else f"{row.trust:g}"

    @admin.display(description="banned", ordering="banned_until")
    def banned(self, row: models.Account) -> str:
        """Until when it may only read."""
        banned = row.banned_until is not None and row.banned_until > datetime.now(UTC)
        return f"until {row.banned_until:%Y-%m-%d %H:%M}" if banned else ""

    @admin.action(description="Let their votes count fully for trending", permissions=["change"])
    def count_fully(self, request: HttpRequest, rows: QuerySet[models.Account]) -> None:
        """They are known here."""
        self._trust(request, rows, 1.0)

    @admin.action(description="Let their votes count nothing for trending", permissions=["change"])
    def count_nothing(self, request: HttpRequest, rows: QuerySet[models.Account]) -> None:
        """They are a ring, or somebody's many accounts; the other actions take it back."""
        self._trust(request, rows, 0.0)

    @admin.action(description="Let their votes count by the account's age again", permissions=["change"])
    def count_by_age(self, request: HttpRequest, rows: QuerySet[models.Account]) -> None:
        """As with everybody."""
        self._trust(request, rows, None)

    def save_model(self, request: HttpRequest, obj: models.Account, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001 - Django's signature
        """By the verbs, which ask whether this may be."""
        actor = actor_of(request)
        now = datetime.now(UTC)
        if {"banned_until", "ban_reason"} & set(form.changed_data):
            if obj.banned_until:
                moderating.ban(actor, obj.pk, obj.banned_until, obj.ban_reason, now=now)
            else:
                moderating.lift_ban(actor, obj.pk, now=now)
        if "role" in form.changed_data:
            moderating.set_role(actor, obj.pk, Role(obj.role), now=now)
        if "is_active" in form.changed_data:
            moderating.let_in(actor, obj.pk, allowed=obj.is_active, now=now)

    def delete_model(self, request: HttpRequest, obj: models.Account) -> None:  # noqa: ARG002
        """With all that it gave."""
        accounts.delete(obj.pk, wiring.formula())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[models.Account]) -> None:
        """With all that they gave."""
        for row in queryset:
            try:
                self.delete_model(request, row)
            except BroadsheetError as error:
                messages.error(request, str(error))

    def _trust(self, request: HttpRequest, rows: QuerySet[models.Account], value: float | None) -> None:
        _, weighed = let_count(request, {row.pk: row.username for row in rows}, value)
        messages.success(request, f"{weighed:,} votes were weighed anew. Their number on the pages stays as it is.")

"""The administration of hooks: who is told of what, how it goes, and what can be done about it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest

from broadsheet.core import hooks
from broadsheet.deliver import hooks as calls
from broadsheet.deliver import keeping
from broadsheet.deliver.web.acting import actor_of
from broadsheet.deliver.web.admin_base import Saying
from broadsheet.deliver.web.admin_delivery import site
from broadsheet.library import models
from broadsheet.sending import Event, State, Verdict
from broadsheet.sources.addresses import shown

__all__ = ["site"]

_CALLS = "subscriber__editions__deliveries"


class HookForm(forms.ModelForm):  # type: ignore[type-arg]
    """Sets up a hook."""

    address = forms.CharField(
        max_length=hooks.LONGEST_ADDRESS, help_text="Of a program that takes web hooks: https://…"
    )
    events = forms.MultipleChoiceField(
        choices=[(event.value, event.value) for event in Event],
        initial=[Event.PAPER.value],
        widget=forms.CheckboxSelectMultiple,
        label="What it is told of",
    )
    query = forms.CharField(required=False, help_text="Of new papers only those that match this search; empty: all.")

    class Meta:
        model = models.Hook
        fields = ("events", "query")


@admin.register(models.Hook)
class HookAdmin(Saying):
    """Programs that are told of events; each call is among the deliveries."""

    form = HookForm
    fields = ("address", "events", "query")
    list_display = ("subscriber", "address", "told_of", "query", "state", "waiting", "taken", "last")
    list_select_related = ("subscriber",)
    ordering = ("-pk",)
    actions = ("pause", "resume", "test", "remove")

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Hook]:
        """With what became of the calls."""
        waits = Q(**{f"{_CALLS}__state__in": [State.QUEUED, State.CLAIMED]})
        rows: QuerySet[models.Hook] = super().get_queryset(request)
        return rows.annotate(
            waits=Count(_CALLS, filter=waits),
            took=Count(_CALLS, filter=Q(**{f"{_CALLS}__state": State.SENT})),
            sent=Max(f"{_CALLS}__sent_at"),
        )

    @admin.display(description="address", ordering="subscriber__address")
    def address(self, row: models.Hook) -> str:
        """Where it is, without what its parameters keep secret."""
        return shown(row.subscriber.address)

    @admin.display(description="is told of")
    def told_of(self, row: models.Hook) -> str:
        """The events."""
        return ", ".join(row.events)

    @admin.display(description="state", ordering="paused_at")
    def state(self, row: models.Hook) -> str:
        """Running, or why not."""
        return f"paused: {row.why}" if row.paused_at else "running"

    @admin.display(description="calls that wait", ordering="waits")
    def waiting(self, row: Any) -> int:
        """How many."""
        return int(row.waits)

    @admin.display(description="calls taken", ordering="took")
    def taken(self, row: Any) -> int:
        """How many."""
        return int(row.took)

    @admin.display(description="last taken", ordering="sent")
    def last(self, row: Any) -> str:
        """How long ago."""
        return keeping.ago(row.sent, datetime.now(UTC))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """A hook that is to be told of something else is another one, with another secret."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """It is removed by the action, with all that belongs to it."""
        return False

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Only administrators act on hooks."""
        return bool(request.user.is_superuser)

    def save_model(self, request: HttpRequest, obj: models.Hook, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """Set it up, and show its secret, this once."""
        said = form.cleaned_data
        made = hooks.add(
            actor_of(request), said["address"], set(map(Event, said["events"])), said["query"], now=datetime.now(UTC)
        )
        obj.pk = made.number
        messages.success(
            request, f"The secret that signs its calls is {made.secret}. It is shown now, and never again."
        )

    @admin.action(description="Pause", permissions=["act"])
    def pause(self, request: HttpRequest, rows: QuerySet[models.Hook]) -> None:
        """What happens meanwhile is told later."""
        by, now = actor_of(request), datetime.now(UTC)
        for row in rows:
            hooks.pause(by, row.pk, f"by {by.name}", now=now)
        messages.success(request, f"{len(rows):,} hooks are paused.")

    @admin.action(description="Go on where it was paused", permissions=["act"])
    def resume(self, request: HttpRequest, rows: QuerySet[models.Hook]) -> None:
        """With what failed first."""
        by, now = actor_of(request), datetime.now(UTC)
        for row in rows:
            hooks.resume(by, row.pk, now=now)
        messages.success(request, f"{len(rows):,} hooks go on.")

    @admin.action(description="Call now, with no papers", permissions=["act"])
    def test(self, request: HttpRequest, rows: QuerySet[models.Hook]) -> None:
        """And say what each answers; three at most, since a page waits for them."""
        for row in rows[:3]:
            outcome = calls.test(hooks.hook(row.pk))
            good = outcome.verdict is Verdict.ACCEPTED
            say = messages.success if good else messages.error
            say(request, f"Hook {row.pk} {'took it' if good else 'did not take it'}: {outcome.words}")

    @admin.action(description="Remove", permissions=["act"])
    def remove(self, request: HttpRequest, rows: QuerySet[models.Hook]) -> None:
        """With all that it was still to be told."""
        by, numbers = actor_of(request), [row.pk for row in rows]
        for number in numbers:
            hooks.remove(by, number)
        messages.success(request, f"{len(numbers):,} hooks are removed.")

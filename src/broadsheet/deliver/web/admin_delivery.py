"""The administration of delivery: subscribers, subscriptions, editions, deliveries, what came back, and the outbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from broadsheet.core import opening, scheduling, sending, subscribing
from broadsheet.deliver import doors, keeping
from broadsheet.deliver.web.acting import actor_of
from broadsheet.deliver.web.admin import site
from broadsheet.deliver.web.admin_base import ReadOnly, Saying
from broadsheet.deliver.web.plot import HEIGHT, WIDTH, plot
from broadsheet.digests import Every, Kind, Times, Want
from broadsheet.errors import BroadsheetError
from broadsheet.library import deliveries, models, subscriptions

__all__ = ["site"]

HOURS, DAYS = 48, 30
"""Columns of the plot."""

_LIVING = Q(subscriptions__ended_at=None, subscriptions__confirmed_at__isnull=False)


class Sent(ReadOnly):
    """What is written by sending."""

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Only administrators act on what is sent."""
        return bool(request.user.is_superuser)


class DoorForm(forms.ModelForm):  # type: ignore[type-arg]
    """Opens a door: an address of a service, and what is sent there."""

    address = forms.CharField(
        max_length=500,
        help_text="As Apprise writes it: slack://…, discord://…, ntfy://…, json://… See appriseit.com/services.",
    )
    zone = forms.ChoiceField(initial="UTC")
    kind = forms.ChoiceField(choices=[(kind, kind) for kind in Kind if kind is not Kind.FOR_YOU], label="What is sent")
    value = forms.CharField(required=False, help_text="Which category, author, search or collection.")
    every = forms.ChoiceField(choices=[(every, every) for every in Every], label="How often")
    weekday = forms.TypedChoiceField(
        coerce=int, choices=list(enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")))
    )
    hour = forms.IntegerField(min_value=0, max_value=23, initial=7)

    class Meta:
        model = models.Subscriber
        fields = ("address", "zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = [(zone, zone) for zone in scheduling.zones()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The form, if the address is one of a door that is open."""
        said = super().clean() or self.cleaned_data
        try:
            said["door"] = doors.kind_of(said.get("address", ""), settings.DOORS)
        except BroadsheetError as error:
            self.add_error("address", str(error))
        return said


@admin.register(models.Subscriber)
class SubscriberAdmin(Saying):
    """Who gets what, and whether mail reaches them; adding one opens a door to a service other than mail."""

    form = DoorForm
    list_display = ("address_shown", "door", "subscribed", "confirmed_at", "last_sent", "suppressed")
    list_filter = ("door",)
    search_fields = ("address", "account__username")
    ordering = ("-pk",)
    actions = ("pause", "resume", "end")

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Subscriber]:
        """With what is said of each."""
        sent = models.Delivery.objects.filter(edition__subscriber=OuterRef("pk"), state="sent").order_by("-sent_at")
        barred = models.Suppression.objects.filter(address=OuterRef("address"))
        rows: QuerySet[models.Subscriber] = super().get_queryset(request)
        return rows.annotate(
            living=Count("subscriptions", filter=_LIVING),
            last=Subquery(sent.values("sent_at")[:1]),
            barred=Subquery(barred.values("reason")[:1]),
        )

    @admin.display(description="address", ordering="address")
    def address_shown(self, row: models.Subscriber) -> str:
        """The mail address; of another service no more than tells it from others, for the rest is a key to it."""
        return row.address if row.door == "mail" else row.address[: len(row.door) + 11] + "…"

    @admin.display(description="subscriptions", ordering="living")
    def subscribed(self, row: Any) -> int:
        """How many live."""
        return int(row.living)

    @admin.display(description="last sent", ordering="last")
    def last_sent(self, row: Any) -> str:
        """How long ago something was sent last."""
        return keeping.ago(row.last, datetime.now(UTC))

    @admin.display(description="never mailed because")
    def suppressed(self, row: Any) -> str:
        """Why nothing is sent to it, if so."""
        return row.barred or "–"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """What subscribers want they say themselves."""
        return False

    def save_model(self, request: HttpRequest, obj: models.Subscriber, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """Open the door."""
        said = form.cleaned_data
        want, times = (
            Want(Kind(said["kind"]), said["value"]),
            Times(Every(said["every"]), said["weekday"], said["hour"]),
        )
        obj.pk = opening.open_door(
            actor_of(request), said["door"], said["address"], want, times, said["zone"], now=datetime.now(UTC)
        )

    @admin.action(description="Pause all that is sent to them")
    def pause(self, request: HttpRequest, rows: QuerySet[models.Subscriber]) -> None:
        """Until they, or somebody here, lets it go on."""
        self._each(request, rows, subscribing.pause, "paused")

    @admin.action(description="Let it go on")
    def resume(self, request: HttpRequest, rows: QuerySet[models.Subscriber]) -> None:
        """With what is new from now on."""
        self._each(request, rows, subscribing.resume, "going on")

    @admin.action(description="End all that is sent to them")
    def end(self, request: HttpRequest, rows: QuerySet[models.Subscriber]) -> None:
        """As if they had said so."""
        self._each(request, rows, subscribing.end, "ended")

    def _each(
        self, request: HttpRequest, rows: QuerySet[models.Subscriber], verb: Callable[..., Any], words: str
    ) -> None:
        number = 0
        for row in rows:
            found = subscriptions.subscriber(row.pk)
            several = [one.number for one in subscribing.running(found) if one.ended_at is None] if found else []
            if several:
                verb(found, several, now=datetime.now(UTC))
                number += len(several)
        messages.success(request, f"{number:,} subscriptions are {words}.")


@admin.register(models.Subscription)
class SubscriptionAdmin(Sent):
    """Each agreement to deliver, and when it is due."""

    list_display = ("what", "subscriber", "how_often", "state", "next_at", "covered_at")
    list_filter = ("kind", "every")
    list_select_related = ("subscriber",)
    search_fields = ("value", "subscriber__address")
    ordering = ("-pk",)

    @admin.display(description="what", ordering="kind")
    def what(self, row: models.Subscription) -> str:
        """The kind, and which."""
        return f"{row.kind}: {row.value}" if row.value else row.kind

    @admin.display(description="how often", ordering="every")
    def how_often(self, row: models.Subscription) -> str:
        """And at which hour of the subscriber's clock."""
        return f"each {row.every}, {row.hour}:00"

    @admin.display(description="state")
    def state(self, row: models.Subscription) -> str:
        """In one word."""
        if row.ended_at:
            return "ended"
        return "paused" if row.paused_at else "running" if row.confirmed_at else "not confirmed"


@admin.register(models.Edition)
class EditionAdmin(Sent):
    """Each edition, frozen, and what became of it."""

    list_display = ("subject", "period", "subscriber", "kind", "number_of_papers", "composed_at", "last_state")
    list_filter = ("kind",)
    list_select_related = ("subscriber",)
    search_fields = ("subject", "period", "subscriber__address")
    ordering = ("-pk",)
    actions = ("send_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Edition]:
        """With the state of the last delivery."""
        last = models.Delivery.objects.filter(edition=OuterRef("pk")).order_by("-pk")
        rows: QuerySet[models.Edition] = super().get_queryset(request).defer("content")
        return rows.annotate(last=Subquery(last.values("state")[:1]))

    @admin.display(description="papers")
    def number_of_papers(self, row: models.Edition) -> int:
        """How many papers are in it."""
        return len(row.papers)

    @admin.display(description="delivery", ordering="last")
    def last_state(self, row: Any) -> str:
        """Where its last delivery is."""
        return row.last or "–"

    @admin.action(description="Send again", permissions=["act"])
    def send_again(self, request: HttpRequest, rows: QuerySet[models.Edition]) -> None:
        """As one more delivery, which is logged; the others stay as they are."""
        for row in rows:
            sending.resend(actor_of(request), row.pk, now=datetime.now(UTC))
        messages.success(request, f"{len(rows):,} editions are sent again in a moment.")


@admin.register(models.Delivery)
class DeliveryAdmin(Sent):
    """Each send: where it is, what the server said, when it is tried next; and the outbox as a whole."""

    change_list_template = "web/admin_deliveries.html"
    list_display = ("to", "subject", "state", "why", "tries", "next_try", "sent_at", "response")
    list_filter = ("state", "edition__kind", "edition__subscriber__door")
    list_select_related = ("edition__subscriber",)
    search_fields = ("name", "edition__subscriber__address", "response")
    ordering = ("-pk",)
    actions = ("try_now", "send_again")

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Delivery]:
        """Without what editions say."""
        rows: QuerySet[models.Delivery] = super().get_queryset(request)
        return rows.defer("edition__content", "edition__papers")

    def get_urls(self) -> list[Any]:
        """With the outbox."""
        return [path("outbox", self.admin_site.admin_view(outbox), name="outbox"), *super().get_urls()]

    @admin.display(description="to", ordering="edition__subscriber__address")
    def to(self, row: models.Delivery) -> str:
        """Whom it is for."""
        subscriber = row.edition.subscriber
        return subscriber.address if subscriber.door == "mail" else f"{subscriber.door} {subscriber.pk}"

    @admin.display(description="edition")
    def subject(self, row: models.Delivery) -> str:
        """What is sent."""
        return row.edition.subject

    @admin.display(description="because", ordering="reason")
    def why(self, row: models.Delivery) -> str:
        """Why it failed or was skipped."""
        return row.reason or "–"

    @admin.display(description="next try", ordering="next_at")
    def next_try(self, row: models.Delivery) -> str:
        """When it is tried next, if it is."""
        return keeping.ahead(row.next_at, datetime.now(UTC)) if row.state == "queued" else "–"

    @admin.action(description="Try now", permissions=["act"])
    def try_now(self, request: HttpRequest, rows: QuerySet[models.Delivery]) -> None:
        """Those that wait, or have failed, with all their tries before them."""
        numbers = list(rows.values_list("pk", flat=True))
        hurried = sending.retry(actor_of(request), numbers, now=datetime.now(UTC))
        messages.success(request, f"{hurried:,} are tried in a moment. What was sent or skipped is left alone.")

    @admin.action(description="Send again", permissions=["act"])
    def send_again(self, request: HttpRequest, rows: QuerySet[models.Delivery]) -> None:
        """As one more delivery of the same edition, which is logged."""
        editions = set(rows.values_list("edition_id", flat=True))
        for edition in editions:
            sending.resend(actor_of(request), edition, now=datetime.now(UTC))
        messages.success(request, f"{len(editions):,} editions are sent again in a moment.")


@admin.register(models.Bounce)
class BounceAdmin(Sent):
    """What came back, latest first."""

    list_display = ("at", "kind", "address", "status", "words", "delivery")
    list_filter = ("kind",)
    list_select_related = ("delivery",)
    search_fields = ("address", "words")
    date_hierarchy = "at"
    ordering = ("-pk",)


@admin.register(models.Suppression)
class SuppressionAdmin(Sent):
    """Addresses that are never mailed, and why; lifting one lets them be mailed again."""

    list_display = ("address", "reason", "words", "at")
    list_filter = ("reason",)
    search_fields = ("address", "words")
    ordering = ("-pk",)
    actions = ("lift",)

    @admin.action(description="Let them be mailed again", permissions=["act"])
    def lift(self, request: HttpRequest, rows: QuerySet[models.Suppression]) -> None:
        """What has ended stays ended; what runs goes on."""
        addresses = [row.address for row in rows]
        for address in addresses:
            sending.lift(actor_of(request), address, now=datetime.now(UTC))
        messages.success(request, f"{len(addresses):,} addresses can be mailed again.")


@require_http_methods(["GET", "HEAD", "POST"])
def outbox(request: HttpRequest) -> HttpResponse:
    """The outbox as a whole: what waits, a plot of what was sent and what failed, and the switch that pauses it."""
    now = datetime.now(UTC)
    if request.method == "POST":
        try:
            verb = sending.resume if request.POST.get("pause") == "0" else sending.pause
            verb(actor_of(request), now=now)
        except BroadsheetError as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(reverse("admin:outbox"))
    by_day = request.GET.get("by") == "day"
    since = now - (timedelta(days=DAYS) if by_day else timedelta(hours=HOURS))
    tallies = deliveries.numbers(since, by_day=by_day)
    context = {
        **site.each_context(request),
        "title": "Outbox",
        "plot": plot(tallies, now, by_day=by_day, columns=DAYS if by_day else HOURS),
        "width": WIDTH,
        "height": HEIGHT,
        "by_day": by_day,
        "paused": deliveries.paused(),
        "counts": deliveries.in_state(now),
    }
    return render(request, "web/admin_outbox.html", context)

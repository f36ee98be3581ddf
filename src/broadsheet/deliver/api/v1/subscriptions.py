"""Subscriptions: what is delivered to the account at its verified mail address, how often, at which hour."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError

from broadsheet.core import subscribing
from broadsheet.core.scheduling import is_zone
from broadsheet.core.subscribing import AddressError
from broadsheet.core.wants import LONGEST, WantError, named
from broadsheet.deliver.api.v1.access import actor_of, subscribes
from broadsheet.deliver.api.v1.paging import Number
from broadsheet.deliver.web.limits import limited
from broadsheet.digests import Every, Kind, Subscriber, Subscription, Times, Want

TAG = "subscriptions"
router = Router()

paced = limited("subscription")


class SubscriptionShown(Schema):
    """One agreement to deliver."""

    number: int
    kind: Kind = Field(examples=["search"])
    value: str = Field(description="Of kinds that need one.", examples=["graph transformers"])
    words: str = Field(examples=["New papers for “graph transformers”"])
    every: Every
    weekday: int = Field(description="From 0 for Monday; of weekly ones.")
    hour: int = Field(description="On the subscriber's own clock.")
    state: str = Field(description="`running`, `paused` or `ended`.", examples=["running"])
    next_at: datetime | None = Field(description="When the next edition is due.")


class Subscriptions(Schema):
    """All that is delivered to the account, and where to."""

    address: str = Field(description="The verified mail address; empty if the account has none.")
    zone: str = Field(description="The time zone of the clock that the hours are on.", examples=["Europe/Berlin"])
    subscriptions: list[SubscriptionShown]


class TimesWanted(Schema, extra="forbid"):
    """How often, on which day of the week, at which hour."""

    every: Every = Every.DAY
    weekday: int = Field(0, ge=0, le=6, description="From 0 for Monday.")
    hour: int = Field(7, ge=0, le=23)

    def times(self) -> Times:
        """The same as a value."""
        return Times(self.every, self.weekday, self.hour)


class NewSubscription(TimesWanted, extra="forbid"):
    """Something to be delivered."""

    kind: Kind = Field(examples=["search"])
    value: str = Field("", max_length=LONGEST, examples=["graph transformers"])
    zone: str = Field(
        "",
        max_length=60,
        description="The time zone of its clock; empty for the one that it has.",
        examples=["Europe/Berlin"],
    )


class SubscriptionWanted(Schema, extra="forbid"):
    """How a subscription is to be; what is left out stays as it is."""

    every: Every | None = None
    weekday: int | None = Field(None, ge=0, le=6)
    hour: int | None = Field(None, ge=0, le=23)
    paused: bool | None = Field(None, description="Whether nothing is sent until it goes on.")


@router.get("/subscriptions", response=Subscriptions, auth=subscribes)
def subscriptions(request: HttpRequest) -> dict[str, Any]:
    """List all that is or was delivered to the account, the living first."""
    return _all(actor_of(request).key)


@router.post("/subscriptions", response={201: Subscriptions}, auth=subscribes)
@paced
def subscribe(request: HttpRequest, wanted: NewSubscription) -> Status[Any]:
    """Deliver something to the account at its verified mail address, from now on."""
    account = actor_of(request).key
    known = subscribing.of_account(account)
    zone = wanted.zone or (known.zone if known else "UTC")
    if not is_zone(zone):
        raise WantError(f"There is no time zone “{zone}”. Choose one by the name of a place, as Europe/Berlin.")
    want = Want(wanted.kind, wanted.value)
    if not subscribing.subscribe_account(account, [want], wanted.times(), zone, now=datetime.now(UTC)):
        raise AddressError("This account has no verified mail address. Add one at /accounts/email/.")
    return Status(201, _all(account))


@router.patch("/subscriptions/{int:number}", response=Subscriptions, auth=subscribes)
@paced
def change_subscription(request: HttpRequest, number: Number, wanted: SubscriptionWanted) -> dict[str, Any]:
    """Deliver one at other times, pause it, or let it go on."""
    account, now = actor_of(request).key, datetime.now(UTC)
    who, one = _own(account, number)
    given = wanted.model_dump(exclude={"paused"}, exclude_none=True)
    if given:
        subscribing.change(who, number, one.times._replace(**given), now=now)
    if wanted.paused is not None:
        (subscribing.pause if wanted.paused else subscribing.resume)(who, [number], now=now)
    return _all(account)


@router.delete("/subscriptions/{int:number}", response={204: None}, auth=subscribes)
@paced
def end_subscription(request: HttpRequest, number: Number) -> Status[Any]:
    """Deliver nothing of one ever again, not even what is queued."""
    who, _ = _own(actor_of(request).key, number)
    subscribing.end(who, [number], now=datetime.now(UTC))
    return Status(204, None)


def _own(account: int, number: int) -> tuple[Subscriber, Subscription]:
    who = subscribing.of_account(account)
    for one in subscribing.running(who) if who else ():
        if who and one.number == number:
            return who, one
    raise HttpError(404, "This subscription is not there, or is not the account's.")


def _all(account: int) -> dict[str, Any]:
    who = subscribing.of_account(account)
    if who is None:
        return {"address": "", "zone": "UTC", "subscriptions": []}
    return {
        "address": who.address,
        "zone": who.zone,
        "subscriptions": [_told(one, account) for one in subscribing.running(who)],
    }


def _told(one: Subscription, account: int) -> dict[str, Any]:
    return {
        "number": one.number,
        "kind": one.want.kind,
        "value": one.want.value,
        "words": named(one.want, account),
        "every": one.times.every,
        "weekday": one.times.weekday,
        "hour": one.times.hour,
        "state": "ended" if one.ended_at else "paused" if one.paused_at else "running",
        "next_at": one.next_at,
    }

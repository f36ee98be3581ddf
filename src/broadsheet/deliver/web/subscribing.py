"""The pages of those who are mailed: subscribe, confirm, change, end, and read on the web what was sent.

Whoever follows a link from a mail needs no account: the link proves who was mailed. Reading an address changes nothing,
for mail programs and their guards open every link.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broadsheet import wiring
from broadsheet.core import composing, subscribing
from broadsheet.core.proofs import ProofError, Purpose, prove, proved
from broadsheet.core.scheduling import zones
from broadsheet.core.subscribing import AddressError, SuppressedError
from broadsheet.core.wants import WantError, checked, named
from broadsheet.deliver import editions as shown
from broadsheet.deliver.mail import rendering
from broadsheet.deliver.web.acting import actor_of, signed_in
from broadsheet.deliver.web.limits import limited
from broadsheet.digests import Every, Kind, Subscriber, Times, Want
from broadsheet.errors import IndexMissingError
from broadsheet.library import editions, subscriptions

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ARCHIVED = 100
A_NETWORK = "20/h/ip"
"""Mails that ask to confirm something, by forms filled in from one network."""

_AS_MAIL = "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups allow-top-navigation-by-user-activation"


def by_proof(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that a link in a mail leads to: it is nobody else's, and where the link proves nothing, it says so.

    Other sites are not told its address. The house is: a browser that tells nobody sends forms as from nowhere, and
    such forms are refused.
    """

    @wraps(view)
    def respond(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        try:
            response = view(request, *args, **named)
        except ProofError as error:
            response = render(request, "web/no_proof.html", {"reason": str(error)}, status=410)
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cache-Control"] = "no-store, private"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return respond


@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """The form with everything, filled in from the address; and what it does."""
    said = request.POST if request.method == "POST" else request.GET
    own = subscriptions.verified_address(request.user.pk) if request.user.is_authenticated else ""
    context = _form(said, request) | {"own": own}
    if request.method != "POST":
        return render(request, "web/subscribe.html", context)
    return (_subscribe_reader if request.user.is_authenticated else _subscribe)(request, context)


@csrf_exempt
@require_POST
def address(request: HttpRequest) -> HttpResponse:
    """One field, one button: trending papers, each working day at seven.

    Takes the form of every page, which has no token of a session: such a page could not be kept by anybody's cache.
    None is needed, for whoever sends it acts for nobody: the owner of the address is asked by mail.
    """
    try:
        return _ask(request, [Want(Kind.TRENDING)], Times(), request.POST.get("zone", "UTC"))
    except (AddressError, WantError) as error:
        context = _form(request.POST, request) | {"own": "", "error": str(error)}
        return render(request, "web/subscribe.html", context, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def sample(request: HttpRequest) -> HttpResponse:
    """What a digest of these would hold today; by POST from the form, which may hold an address."""
    asked = wanted(request.POST if request.method == "POST" else request.GET)
    account = request.user.pk if request.user.is_authenticated else None
    context: dict[str, Any] = {"form": urlencode([("want", _spelled(want)) for want in asked])}
    try:
        wants = [checked(want, account) for want in asked]
        found = composing.sample(wants, wiring.index(), wiring.formula(), now=_now(), account=account)
        context["edition"] = shown.edition(found) if found else None
    except WantError as error:
        context["error"] = str(error)
    except IndexMissingError:
        return render(request, "web/wait.html", status=503)
    return render(request, "web/digest.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@by_proof
def confirm(request: HttpRequest, proof: str) -> HttpResponse:
    """The page behind the link in the mail that asks; its button says yes."""
    who, numbers = proved(proof, Purpose.CONFIRM)
    if request.method == "POST":
        subscribing.confirm(proof, now=_now())
        messages.success(request, "Thank you: it is confirmed. Here you can change it at any time.")
        return HttpResponseRedirect(f"/subscriptions/{prove(who, Purpose.MANAGE)}")
    waiting = [one for one in subscriptions.of(who.number) if one.number in numbers and not one.confirmed_at]
    context = {"address": who.address, "asked": [_row(one, who) for one in waiting]}
    return render(request, "web/confirm.html", context, status=200 if waiting else 410)


@require_safe
@signed_in
def own(request: HttpRequest) -> HttpResponse:
    """Leads whoever is signed in to their subscriptions, or to the form for the first one."""
    who = subscribing.of_account(actor_of(request).key)
    return HttpResponseRedirect(f"/subscriptions/{prove(who, Purpose.MANAGE)}" if who else "/subscribe")


@require_http_methods(["GET", "HEAD", "POST"])
@by_proof
def manage(request: HttpRequest, proof: str) -> HttpResponse:
    """Everything that an address is subscribed to, on one page: change, pause, end, start again, be forgotten."""
    who, _ = proved(proof, Purpose.MANAGE)
    if request.method == "POST":
        try:
            return _do(request, who)
        except WantError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(request.path)
    rows = [_row(one, who) for one in subscribing.running(who)]
    context = {
        "address": who.address,
        "zone": who.zone,
        "zones": _zones(who.zone),
        "living": [row for row in rows if not row["ended"]],
        "ended": [row for row in rows if row["ended"]][-10:],
        "archive": f"/digests/{prove(who, Purpose.READ)}/",
        "choices": _choices(),
        "suppressed": subscriptions.suppressed(who.address),
    }
    return render(request, "web/subscriptions.html", context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@by_proof
def unsubscribe(request: HttpRequest, proof: str) -> HttpResponse:
    """Ends what the mail of an edition was about: by POST, as mail programs do by one click (RFC 8058), or by a button.

    No token of a session is asked for, since mail programs have none: the link itself proves who was mailed.
    """
    who, about = proved(proof, Purpose.STOP)
    edition = editions.edition(about[0]) if about else None
    numbers = edition.subscriptions if edition else ()
    living = [one for one in subscribing.running(who) if one.number in numbers and one.ended_at is None]
    if request.method == "POST":
        subscribing.end(who, numbers, now=_now())
    context = {
        "address": who.address,
        "done": request.method == "POST",
        "subscriptions": [named(one.want, who.account) for one in living],
        "manage": f"/subscriptions/{prove(who, Purpose.MANAGE)}",
    }
    return render(request, "web/unsubscribe.html", context)


@require_safe
@by_proof
def archive(request: HttpRequest, proof: str) -> HttpResponse:
    """All digests of a subscriber, newest first."""
    who, _ = proved(proof, Purpose.READ)
    found = [shown.edition(each, zone=who.zone) for each in editions.of_subscriber(who.number, ARCHIVED)]
    return render(request, "web/digests.html", {"address": who.address, "editions": found, "most": ARCHIVED})


@require_safe
@by_proof
def digest(request: HttpRequest, proof: str, number: int) -> HttpResponse:
    """One digest, whole, as a page."""
    who, _ = proved(proof, Purpose.READ)
    found = editions.edition(number)
    if found is None or found.subscriber != who.number:
        raise ProofError("There is no such digest any more.")
    context = {"edition": shown.edition(found, zone=who.zone), "archive": f"/digests/{proof}/"}
    return render(request, "web/digest.html", context)


@require_safe
@by_proof
def as_mailed(request: HttpRequest, proof: str, number: int) -> HttpResponse:  # noqa: ARG001
    """The very HTML of a mail, which runs nothing and fetches nothing."""
    who, _ = proved(proof, Purpose.READ)
    found = editions.edition(number)
    if found is None or found.subscriber != who.number:
        raise ProofError("There is no such digest any more.")
    return HttpResponse(rendering.show(found, who).html, headers={"Content-Security-Policy": _AS_MAIL})


def wanted(said: QueryDict) -> list[Want]:
    """What a form asks for: boxes of `want`, as `trending` or `search:graph`, and fields of each kind."""
    found = []
    for word in said.getlist("want"):
        kind, _, value = word.partition(":")
        with suppress(ValueError):
            found.append(Want(Kind(kind), value.strip()))
    found += [
        Want(kind, value.strip())
        for kind in (Kind.SEARCH, Kind.AUTHOR, Kind.CATEGORY)
        for value in said.getlist(kind.value)
        if value.strip()
    ]
    return list(dict.fromkeys(found))


def times_of(said: QueryDict) -> Times:
    """How often, when and on which day a form says; WantError if it makes no sense."""
    try:
        times = Times(Every(said.get("every", "day")), int(said.get("weekday", "0")), int(said.get("hour", "7")))
    except ValueError:
        raise WantError("Choose how often, and at which hour.") from None
    if times.weekday not in range(7) or times.hour not in range(24):
        raise WantError("Choose a day of the week, and an hour from 0 to 23.")
    return times


def _ask(request: HttpRequest, wants: list[Want], times: Times, zone: str) -> HttpResponse:
    """Have the owner of the address asked, unless too many were from this network; the answer tells nothing of it."""
    said = request.POST.get("address", "")
    if not settings.EMAIL_HOST:
        raise AddressError("This house sends no mail. Its feeds can be read instead")
    if not ratelimit.consume(request, app="broadsheet", action="subscribe", config={"subscribe": A_NETWORK}):
        context = _form(request.POST, request) | {
            "own": "",
            "error": "Too many addresses came from here. Try again in an hour.",
        }
        return render(request, "web/subscribe.html", context, status=429)
    subscribing.subscribe(said, wants, times, zone, now=_now())
    return render(request, "web/subscribed.html", {"address": subscribing.addressed(said)})


@limited("subscription")
def _subscribe_reader(request: HttpRequest, context: Mapping[str, Any]) -> HttpResponse:
    """The same for whoever is signed in, who may do it only so often."""
    return _subscribe(request, context)


def _subscribe(request: HttpRequest, context: Mapping[str, Any]) -> HttpResponse:
    """Do what the form says, or show it again with what is wrong; an address not known to be theirs is asked."""
    said = request.POST
    try:
        wants, times, zone = wanted(said), times_of(said), said.get("zone", "UTC")
        if not context["own"]:
            return _ask(request, wants, times, zone)
        address = subscribing.subscribe_account(actor_of(request).key, wants, times, zone, now=_now())
    except (AddressError, WantError, SuppressedError) as error:
        return render(request, "web/subscribe.html", {**context, "error": str(error)}, status=422)
    messages.success(request, f"It is arranged: mails go to {address}.")
    return HttpResponseRedirect("/subscriptions/")


def _do(request: HttpRequest, who: Subscriber) -> HttpResponse:
    """What a button of the page of subscriptions says."""
    do, number = request.POST.get("do", ""), request.POST.get("number", "")
    numbers = [int(number)] if number.isascii() and number.isdecimal() and len(number) < 19 else []
    said = "It is changed."
    if do == "save" and numbers:
        subscribing.change(who, numbers[0], times_of(request.POST), now=_now())
    elif do == "zone":
        subscribing.change_zone(who, request.POST.get("zone", ""), now=_now())
    elif do == "pause":
        subscribing.pause(who, numbers, now=_now())
        said = "It is paused: nothing comes until you resume it."
    elif do == "resume":
        subscribing.resume(who, numbers, now=_now())
        said = "It goes on, with what is new from now on."
    elif do in {"end", "end-all"}:
        subscribing.end(who, None if do == "end-all" else numbers, now=_now())
        said = "It has ended. Nothing more will be sent of it."
    elif do == "renew":
        who = subscribing.renew(who)
        said = "The links in all mails sent so far are dead now. Keep this page's address, or wait for the next mail."
    elif do == "forget":
        subscribing.forget(who)
        return render(request, "web/forgotten.html", {"address": who.address})
    else:
        raise WantError("Nothing was changed: the form did not say what.")
    messages.success(request, said)
    return HttpResponseRedirect(f"/subscriptions/{prove(who, Purpose.MANAGE)}")


def _form(said: QueryDict, request: HttpRequest) -> dict[str, Any]:
    """What the form with everything shows."""
    asked, account = wanted(said), request.user.pk if request.user.is_authenticated else None
    plain = [Want(kind) for kind in (Kind.TRENDING, Kind.FRONT_PAGE, *([Kind.FOR_YOU] if account else []))]
    boxes = [
        {"value": _spelled(want), "words": _named(want, account), "on": want in asked}
        for want in dict.fromkeys([*asked, *plain])
    ]
    if not asked:
        boxes[0]["on"] = True
    return {
        "address": said.get("address", "")[:320],
        "boxes": boxes,
        "every": said.get("every", "day"),
        "weekday": said.get("weekday", "0"),
        "hour": said.get("hour", "7"),
        "zone": said.get("zone", "UTC"),
        "zones": _zones(said.get("zone", "UTC")),
        "guess": "zone" not in said,
        "choices": _choices(),
    }


def _spelled(want: Want) -> str:
    """A want as a form has it."""
    return f"{want.kind}:{want.value}" if want.value else want.kind.value


def _named(want: Want, account: int | None) -> str:
    try:
        return named(checked(want, account), account)
    except WantError as error:
        return str(error)


def _choices() -> dict[str, Any]:
    return {
        "every": [("day", "each working day"), ("week", "each week"), ("month", "on the first of each month")],
        "weekday": [(str(number), name) for number, name in enumerate(WEEKDAYS)],
        "hour": [(str(hour), f"{hour}:00") for hour in range(24)],
    }


def _zones(own: str) -> dict[str, list[str]]:
    """Zones by their part of the world, with the reader's own one, however old its name is."""
    found: dict[str, list[str]] = {}
    for name in [*zones(), *([own] if own not in zones() else [])]:
        found.setdefault(name.partition("/")[0], []).append(name)
    return found


def _row(one: Any, who: Subscriber) -> dict[str, Any]:
    return {
        "number": one.number,
        "words": named(one.want, who.account),
        "url": shown.path(one.want.kind, one.want.value),
        "every": one.times.every.value,
        "weekday": str(one.times.weekday),
        "hour": str(one.times.hour),
        "paused": one.paused_at is not None,
        "ended": one.ended_at is not None,
        "next": shown.moment(one.next_at, who.zone) if one.next_at else "",
    }


def _now() -> datetime:
    return datetime.now(UTC)

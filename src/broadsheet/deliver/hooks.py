"""Web hooks: programs are told of events in signed JSON, after the Standard Webhooks specification (1.0.0).

What a hook is told, and when, is `core.hooks`'s; that each call is made, once if the other side says that it has it,
is `core.sending`'s. Here is what goes over the wire.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson
from django.conf import settings

from broadsheet import letters, wiring
from broadsheet.core import hooks
from broadsheet.deliver import present
from broadsheet.deliver.mail.pace import Pace
from broadsheet.deliver.mail.sender import Sender
from broadsheet.errors import AddressRefusedError, FetchError
from broadsheet.jobs import Step
from broadsheet.library import editions
from broadsheet.sending import HOOK, Event, Hook, Outcome, Outgoing, Verdict
from broadsheet.sources.http import Http
from broadsheet.types import Paper

TYPES = {Event.PAPER: "paper.new", Event.SUBMISSION: "paper.submitted", Event.TRENDING: "paper.trending"}
"""What a call says that it tells of."""

TEST = "test"
PACE = 5.0
"""Calls a second, at most, to one host."""

GONE = 410
"""What a program answers that wants to be told nothing more."""

CROWDED = frozenset({429, 503})
"""What it answers where calls come too fast."""


class HookCarrier:
    """Calls hooks; what is not answered with 2xx is tried again, unless the program says that it is gone."""

    def __init__(self, http: Http, clock: Callable[[], datetime]) -> None:
        self._http, self._clock = http, clock

    def send(self, outgoing: Outgoing, *, begin: Callable[[], None]) -> Outcome:
        """Make the call; `begin` is called right before the program may have it."""
        edition = editions.edition(outgoing.edition)
        if edition is None:
            raise LookupError(f"The edition {outgoing.edition} is gone.")
        event, papers = Event(edition.content["event"]), edition.content["papers"]
        said = body(TYPES[event], papers, edition.composed_at)
        return self.call(hooks.hook(outgoing.subscriber), outgoing.name, said, begin=begin)

    def call(self, hook: Hook, name: str, said: bytes, *, begin: Callable[[], None] = lambda: None) -> Outcome:
        """Send this to a hook under this name, by which the program knows what it has had already."""
        begin()
        try:
            status, words = self._http.post(hook.address, said, headers(hook.secret, name, said, self._clock()))
        except AddressRefusedError as error:
            return Outcome(name=name, verdict=Verdict.NEVER, words=str(error)[:500])
        except FetchError as error:
            return Outcome(name=name, verdict=Verdict.LATER, words=error.reason[:500])
        words = f"{status} {words}".strip()
        if 200 <= status < 300:
            return Outcome(name=name, verdict=Verdict.ACCEPTED, words=words)
        verdict = Verdict.NEVER if status == GONE else Verdict.LATER
        return Outcome(name=name, verdict=verdict, words=words, slow=status in CROWDED)

    def close(self) -> None:
        """Each call has a connection of its own."""


def body(kind: str, papers: Sequence[Mapping[str, Any]], at: datetime) -> bytes:
    """What is sent: the same bytes at each try, whatever database it was kept in."""
    told = {"type": kind, "timestamp": at.astimezone(UTC).isoformat(), "data": {"papers": papers}}
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS)


def headers(secret: str, name: str, said: bytes, now: datetime) -> dict[str, str]:
    """The headers by which a program knows that this is from us, when it was sent, and whether it has had it."""
    message, moment = f"msg_{name}", str(int(now.timestamp()))
    key = base64.b64decode(secret.removeprefix(hooks.SECRET))
    signature = hmac.new(key, f"{message}.{moment}.".encode() + said, hashlib.sha256).digest()
    return {
        "content-type": "application/json",
        "webhook-id": message,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }


def test(hook: Hook) -> Outcome:
    """Call a hook at once, with no papers; what came of it is kept nowhere."""
    now = _now()
    return HookCarrier(wiring.http(), _now).call(hook, f"{TEST}_{now:%Y%m%d%H%M%S}", body(TEST, [], now))


def shown(hook: Hook) -> present.Shown:
    """A hook without its secret, which is told only to whoever makes it."""
    return {
        "number": hook.number,
        "address": hook.address,
        "events": [event.value for event in Event if event in hook.events],
        "query": hook.query,
        "made_at": hook.made_at.isoformat(timespec="seconds"),
        "paused": hook.paused_at is not None,
        "why": hook.why,
    }


def paper(of: Paper) -> present.Shown:
    """A paper as hooks are told of it: as everywhere, with the address of its page."""
    told = present.paper(of)
    return told | {"page": letters.address() + told["url"]}


def tell(stop: threading.Event) -> str:
    """Write down what hooks are to be told of the library's changes."""
    return _told(stop, rising=False)


def tell_of_trending(stop: threading.Event) -> str:
    """The same, of the trending list too."""
    return _told(stop, rising=True)


def call(stop: threading.Event) -> str:
    """Make the calls that are due."""
    return _sender().run(stop)


STEPS = (
    Step("tell hooks", every=2.0, run=tell),
    Step("tell hooks of trending", every=60.0, run=tell_of_trending),
    Step("call hooks", every=2.0, run=call),
)


def _told(stop: threading.Event, *, rising: bool) -> str:
    made = hooks.tell(wiring.index(), wiring.formula(), paper, rising=rising, now=_now(), stop=stop)
    return f"{made} calls to make" if made else ""


def sender(clock: Callable[[], datetime]) -> Sender:
    """What calls hooks, made of the settings."""
    return Sender(
        lambda: HookCarrier(wiring.http(), clock),
        folder=settings.OUTBOX_FOLDER,
        doors=[HOOK],
        pace=Pace(PACE),
        threads=4,
        clock=clock,
    )


@cache
def _sender() -> Sender:
    """The one of this process."""
    return sender(_now)


def _now() -> datetime:
    return datetime.now(UTC)

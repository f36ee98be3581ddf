"""Doors besides mail: an edition as a message in Slack, Discord, Teams, Telegram, Matrix, ntfy, or to a web hook.

Apprise knows how each of them is spoken to. Its requests are made over connections that only lead to public addresses,
or to hosts that the settings name, whatever a name resolves to and wherever a service redirects.
"""

from __future__ import annotations

import logging
import re
import socket
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

import urllib3.util.connection

from broadsheet.deliver.mail.rendering import Rendering
from broadsheet.errors import AddressRefusedError, BroadsheetError, MissingExtraError
from broadsheet.sending import Outcome, Outgoing, Verdict
from broadsheet.sources.addresses import resolve

CONNECT, READ = 10.0, 30.0
"""Seconds to wait for a service, whatever its address asks for."""

SHORTEST = 200
"""Letters that a message has at least beside its link; services that take fewer get the title and the link."""

_GONE = {400, 401, 403, 404, 405, 410}
"""What a service answers that will not take the next message either."""


class DoorError(BroadsheetError):
    """This is no address of a door that is open; the text says why."""


def kind_of(address: str, doors: Collection[str]) -> str:
    """The kind of door that an address of Apprise leads to; DoorError unless it is one of the open ones."""
    kind = address.partition("://")[0].lower()
    kind = kind[:-1] if kind.endswith("s") and kind[:-1] in doors else kind
    if kind not in doors:
        known = ", ".join(doors) or "none"
        raise DoorError(f"{kind or 'This'} is not a door that is open here ({known}). BROADSHEET_DOORS opens more.")
    if _service(address) is None:
        raise DoorError(f"This is not how an address of {kind} is written. See https://appriseit.com/services/.")
    return kind


class DoorCarrier:
    """Sends to doors; `view` is the address at which a subscriber reads the whole edition."""

    def __init__(
        self,
        render: Callable[[Outgoing], Rendering],
        view: Callable[[Outgoing], str],
        *,
        doors: Collection[str],
        private: Collection[str],
    ) -> None:
        self._render, self._view, self._doors, self._private = render, view, doors, private

    def send(self, outgoing: Outgoing, *, begin: Callable[[], None]) -> Outcome:
        """Send it; `begin` is called right before the service may have it."""
        name = outgoing.name
        try:
            kind = kind_of(outgoing.address, self._doors)
        except DoorError as error:
            return Outcome(name=name, verdict=Verdict.NEVER, words=str(error))
        service = _service(outgoing.address)
        try:
            said, view = self._render(outgoing), self._view(outgoing)
        except LookupError as error:  # its subscriber has asked to be forgotten, a moment ago
            return Outcome(name=name, verdict=Verdict.NEVER, words=str(error))
        title, body = shortened(said, view, int(service.title_maxlen), int(service.body_maxlen))
        begin()
        with _guarded(self._private), _heard() as heard:
            good = bool(service.notify(title=title, body=body))
            refused = _here.refused
        if good:
            return Outcome(name=name, verdict=Verdict.ACCEPTED, words=f"{kind} took it")
        words = refused or "; ".join(heard) or f"{kind} did not take it"
        status = re.search(r"error=(\d{3})", words)
        final = bool(refused) or (status is not None and int(status[1]) in _GONE)
        return Outcome(name=name, verdict=Verdict.NEVER if final else Verdict.LATER, words=words[:500])

    def close(self) -> None:
        """Each message has a connection of its own."""


def shortened(said: Rendering, view: str, title: int, body: int) -> tuple[str, str]:
    """Title and body that a service takes, which may have so many letters; what is cut can be read at `view`.

    A service without titles gets the title in the body. Texts are cut between paragraphs, or else lines.
    """
    text = said.text.strip() if title else f"{said.subject}\n\n{said.text.strip()}"
    more = f"\n\n{view}"
    room = body - len(more)
    if len(text) > room:
        more = f"\n\n…\n\n{view}"
        cut = text[: max(0, body - len(more))]
        for end in ("\n\n", "\n", " "):
            if len(kept := cut.rpartition(end)[0]) >= min(SHORTEST, len(cut) // 2):
                cut = kept
                break
        text = cut.rstrip()
    return said.subject[:title] if title else "", text + more


def _service(address: str) -> Any:
    """What Apprise makes of an address, with our limits; None if it makes nothing of it."""
    try:
        import apprise
    except ImportError:
        raise MissingExtraError("doors", "Sending to other services than mail") from None
    service = apprise.Apprise.instantiate(address, asset=apprise.AppriseAsset(app_id="Broadsheet"))
    if service is not None:
        service.socket_connect_timeout, service.socket_read_timeout = CONNECT, READ
        service.verify_certificate = True
    return service


class _Here(threading.local):
    """What is special about this thread's connections."""

    private: Collection[str] | None = None
    refused: str = ""


_here = _Here()
_usual: Any = urllib3.util.connection.create_connection


def _connected(address: tuple[str, int], *args: Any, **named: Any) -> socket.socket:
    """What urllib3 opens its connections with; in a guarded thread only to where one may connect."""
    if _here.private is None:
        return _usual(address, *args, **named)  # type: ignore[no-any-return]
    host, port = address
    try:
        found = resolve(host.strip("[]"), port, _here.private)
    except AddressRefusedError as error:
        _here.refused = str(error)
        raise OSError(str(error)) from None
    failure: OSError = OSError(f"{host} has no address")
    for *_, place in found:
        try:
            return _usual(place[:2], *args, **named)  # type: ignore[no-any-return]
        except OSError as error:
            failure = error
    raise failure


urllib3.util.connection.create_connection = _connected


@contextmanager
def _guarded(private: Collection[str]) -> Iterator[None]:
    """Let this thread connect to public addresses only, and to these hosts."""
    _here.private, _here.refused = private, ""
    try:
        yield
    finally:
        _here.private = None


@contextmanager
def _heard() -> Iterator[list[str]]:
    """What Apprise complains of in this thread, which is all that it tells of a failure."""
    ear = _Ear(threading.get_ident())
    logger = logging.getLogger("apprise")
    logger.addHandler(ear)
    logger.propagate = False  # our own log says it, once
    try:
        yield ear.heard
    finally:
        logger.removeHandler(ear)


class _Ear(logging.Handler):
    def __init__(self, thread: int) -> None:
        super().__init__(logging.WARNING)
        self._thread, self.heard = thread, list[str]()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self.heard.append(record.getMessage())

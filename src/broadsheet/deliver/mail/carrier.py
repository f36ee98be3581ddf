"""A thread's way to send mail: render the edition, build the mail, hand it to the server."""

from __future__ import annotations

from collections.abc import Callable

from broadsheet.deliver.mail.message import AddressError, Letterhead, build, recipient
from broadsheet.deliver.mail.rendering import Rendering
from broadsheet.deliver.mail.server import Connection, Server
from broadsheet.sending import Outcome, Outgoing, Verdict


class MailCarrier:
    """Sends mail over a connection of its own."""

    def __init__(self, server: Server, head: Letterhead, render: Callable[[Outgoing], Rendering]) -> None:
        self._connection, self._head, self._render = Connection(server), head, render

    def send(self, outgoing: Outgoing, *, begin: Callable[[], None]) -> Outcome:
        """Send it; `begin` is called right before the server may have it."""
        name = outgoing.name
        try:
            mail = build(outgoing, self._render(outgoing), self._head)
        except AddressError as error:
            return Outcome(name=name, verdict=Verdict.NEVER, words=str(error), hard=True)
        except LookupError as error:  # its subscriber has asked to be forgotten, a moment ago
            return Outcome(name=name, verdict=Verdict.NEVER, words=str(error))
        sender = self._head.envelope_sender(name)
        return self._connection.send(name, sender, recipient(outgoing.address), mail, begin=begin)

    def close(self) -> None:
        """Say goodbye to the server."""
        self._connection.close()

"""A real SMTP server on loopback that takes mail, with faults on demand; and certificates that nobody else believes."""

import asyncio
import datetime as dt
import ssl
import threading
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

FAULTS = {
    "421 at mail": "421 4.3.2 closing down",
    "421": "421 4.7.0 too many mails from you, try later",
    "450": "450 4.2.0 greylisted, come again",
    "451": "451 4.3.0 something is wrong here",
    "452": "452 4.2.2 mailbox is full",
    "550": "550 5.1.1 no such user here",
    "552": "552 5.2.2 mailbox is full",
    "554": "554 5.7.1 this looks like spam",
    "451 at data": "451 4.3.0 the disk is full",
    "550 at data": "550 5.7.1 the content is refused",
    "552 at data": "552 5.3.4 too large",
}
"""What the server says instead of yes. Besides: `cut` takes the mail and closes without a word, `lost` only closes,
`slow` waits a moment before its yes."""

NAME, PASSWORD = "broadsheet", "a long way to the stones"


@dataclass
class Arrival:
    """A mail as it arrived."""

    sender: str
    recipient: str
    mail: bytes
    secured: bool


@dataclass
class PostOffice:
    """The server; `fault` says by recipient, and how often it was asked for before, what goes wrong."""

    fault: Callable[[str, int], str] = lambda _recipient, _time: ""
    security: str = "none"
    authenticated: bool = False
    keep: bool = True
    slowness: float = 0.3
    arrivals: list[Arrival] = field(default_factory=list)
    accepted: Counter[bytes] = field(default_factory=Counter)
    """How often each Message-ID was taken."""
    connections: int = 0
    sessions: set[int] = field(default_factory=set)
    on_accept: Callable[[bytes], None] = lambda _message_id: None
    _asked: Counter[str] = field(default_factory=Counter)

    def __enter__(self) -> "PostOffice":
        self._start(0)
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Be away from now on; whoever is connected is cut off."""
        if self._loop.is_running():
            asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def open_again(self) -> None:
        """Be there again, at the same port."""
        self._start(self.port)

    def _start(self, port: int) -> None:
        options: dict[str, Any] = {"auth_required": self.authenticated, "auth_require_tls": self.security == "starttls"}
        if self.authenticated:
            options["authenticator"] = _sign_in
        if self.security == "starttls":
            options |= {"tls_context": certificate()[0], "require_starttls": True}
        self._opened: list[Any] = []

        def session() -> SMTP:
            self.connections += 1
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that the whole way is secured it cannot see
                opened = SMTP(self, hostname="post.example.org", loop=self._loop, **options)
            self._opened.append(opened)
            return opened

        self._loop = asyncio.new_event_loop()
        secured = certificate()[0] if self.security == "tls" else None
        opening = self._loop.create_server(session, "127.0.0.1", port, ssl=secured)
        self._server = self._loop.run_until_complete(opening)
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    async def _close(self) -> None:
        self._server.close()
        for session in self._opened:
            if session.transport is not None:
                session.transport.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0.01)  # what was aborted is closed by the loop

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        self.sessions.add(id(session))
        if self.fault("", 0) == "421 at mail":
            return FAULTS["421 at mail"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        fault = self.fault(address, self._asked[address])
        self._asked[address] += 1
        envelope.fault = fault
        if fault in FAULTS and "at" not in fault:
            return FAULTS[fault]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        fault = envelope.fault
        if fault == "slow":
            await asyncio.sleep(self.slowness)
        if fault == "lost":
            server.transport.abort()
            return "250 never heard"
        if fault.endswith("at data"):
            return FAULTS[fault]
        head = envelope.content[:4000].split(b"\r\nMessage-ID: ", 1)[1]
        name = head.split(b"\r\n", 1)[0]
        self.accepted[name] += 1
        if self.keep:
            for recipient in envelope.rcpt_tos:
                secured = session.ssl is not None or self.security == "tls"
                self.arrivals.append(Arrival(envelope.mail_from, recipient, envelope.content, secured))
        self.on_accept(name)
        if fault == "cut":
            server.transport.abort()
        return "250 2.0.0 OK queued as X"


def _sign_in(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (NAME.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=False)


@cache
def certificate() -> tuple[ssl.SSLContext, Callable[[], ssl.SSLContext]]:
    """A server's side with a certificate for 127.0.0.1, and what makes a client's side that believes it."""
    made, key = certificate_files()
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(made, key)
    return server, lambda: ssl.create_default_context(cafile=str(made))


@cache
def certificate_files() -> tuple[Path, Path]:
    """A new certificate for 127.0.0.1, which it has signed itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = Path(mkdtemp(prefix="broadsheet-certificate-"))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return folder / "certificate.pem", folder / "key.pem"

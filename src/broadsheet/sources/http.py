"""The only socket: polite, bounded requests to public addresses, and nothing else."""

from __future__ import annotations

import http.client
import io
import random
import socket
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit

import orjson
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from broadsheet import __version__
from broadsheet.errors import AddressRefusedError, FetchError, StoppedError, UnreadableError
from broadsheet.sources.addresses import check_form, resolve, shown
from broadsheet.sources.pacing import SLOWEST, Pace, Paces
from broadsheet.types import Json

TRIES = 5
REDIRECTS = 4
CONNECT, READ, WHOLE = 10.0, 30.0, 180.0
"""Seconds to connect, without a byte, and for a whole answer, headers and all."""

LONGEST_BACKOFF = 60.0
_TEMPORARY = {408, 425, 429, 500, 502, 503, 504}
_CHUNK = 1 << 16
_WORDS = 300
"""Bytes that are read of what a server says to a POST."""

_REMEDIES = {
    401: "The key or token is missing or wrong",
    403: "The host forbids it; a contact address or a token may help",
    404: "Check that it is still there",
    410: "It is gone for good",
    414: "Ask for less at once",
}


class Validators(NamedTuple):
    """What a server gave to ask later whether anything changed. JSON keeps it as a list."""

    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answered with status 200, or 304 (`unchanged`, and then without a body).

    `url` is where the body came from, after redirects, without secrets; header names are lower case; the body is
    decompressed.
    """

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    unchanged: bool = False

    @property
    def validators(self) -> Validators:
        """What to send next time as `unless`."""
        return Validators(self.headers.get("etag", ""), self.headers.get("last-modified", ""))

    def json(self) -> Json:
        """The body as JSON; UnreadableError if it is none."""
        try:
            return orjson.loads(self.body)
        except ValueError as error:
            raise UnreadableError(self.url, f"the answer is not whole JSON ({error})") from None


class _TemporaryError(Exception):
    """A failure that may be gone at the next try; `wait` is what the host asked for, in seconds."""

    def __init__(self, reason: str, *, status: int | None = None, wait: float | None = None) -> None:
        self.reason, self.status, self.wait = reason, status, wait
        super().__init__(reason)


class Http:
    """Asks servers, one request at a time per host, whoever else uses the same folder.

    `contact` is a mail or web address that each request carries. `folder` keeps the pace of each host. `private` names
    hosts, or `host:port`, of one's own network that may be asked. A wait of more than `patience` seconds that a host
    asks for is not waited for: FetchError tells when to come back. `pause` waits, and raises StoppedError to stop; by
    default it waits for `stop`.
    """

    def __init__(
        self,
        *,
        contact: str = "",
        folder: Path | None = None,
        private: Collection[str] = (),
        stop: threading.Event | None = None,
        patience: float = 60.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        pause: Callable[[float], None] | None = None,
    ) -> None:
        agent = f"Broadsheet/{__version__}" + (f" (+{contact})" if contact else "")
        self._headers = {"user-agent": agent, "accept-encoding": "gzip, deflate"}
        self._private = frozenset(private)
        self._stop = stop or threading.Event()
        self._patience, self._clock = patience, clock
        self._pause = pause or self._wait_for_stop
        self._paces = Paces(folder)
        self._pool = _pool(self._private)

    def get(
        self,
        url: str,
        params: Mapping[str, str | int] | None = None,
        *,
        pace: float = 1.0,
        headers: Mapping[str, str] | None = None,
        unless: Validators = Validators(),
        most: int = 64 << 20,
    ) -> Answer:
        """The answer to a GET of `url` with `params`, after at most four redirects.

        Asks a host at most once in `pace` seconds, and slower for a while if it complains. Tries again, ever later,
        what may be gone at the next try. `headers` are kept from other hosts than the first. `unless` asks for the
        body only if it changed; `most` bounds the body, in bytes. Raises AddressRefusedError, FetchError, or
        StoppedError.
        """
        if params:
            url = f"{url}{'&' if '?' in url else '?'}{urlencode(params)}"
        check_form(url)
        sent = self._headers | {name.lower(): value for name, value in (headers or {}).items()}
        if unless.etag:
            sent["if-none-match"] = unless.etag
        if unless.modified:
            sent["if-modified-since"] = unless.modified
        for attempt in range(1, TRIES + 1):
            try:
                return self._follow(url, sent, pace, most)
            except _TemporaryError as error:
                if attempt == TRIES:
                    raise FetchError(shown(url), f"{error.reason}, {TRIES} times", status=error.status) from None
                backoff = random.uniform(0.5, 1.0) * min(2.0**attempt, LONGEST_BACKOFF)  # noqa: S311
                self._pause(backoff if error.wait is None else error.wait)
        raise AssertionError

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        """What a server says to one POST: the status, and the beginning of its words.

        It is tried once, at once, and a redirect is an answer as any other. Raises AddressRefusedError or FetchError.
        """
        check_form(url)
        sent = self._headers | {name.lower(): value for name, value in headers.items()}
        try:
            with self._asked("POST", url, sent, body) as response:
                said = response.read(_WORDS, decode_content=True)
        except _TemporaryError as error:
            raise FetchError(shown(url), error.reason) from None
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise FetchError(shown(url), _in_words(error)) from None
        return response.status, " ".join(said.decode(errors="replace").split())

    @contextmanager
    def _asked(
        self, method: str, url: str, sent: Mapping[str, str], body: bytes | None = None
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        """The beginning of an answer; its connection is closed afterwards, unless it was read to its end."""
        try:
            response = self._pool.request(
                method,
                url,
                body=body,
                headers=dict(sent),
                redirect=False,
                retries=False,
                preload_content=False,
                timeout=urllib3.Timeout(connect=CONNECT, read=READ),
            )
        except urllib3.exceptions.LocationValueError:
            remedy = "Check how it is written; a name in other letters than a to z is written as xn--…"
            raise AddressRefusedError(shown(url), "this is no web address", remedy=remedy) from None
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise _TemporaryError(_in_words(error)) from None
        try:
            yield response
        finally:
            response.close()

    def _follow(self, url: str, sent: dict[str, str], pace: float, most: int) -> Answer:
        """One try, through all redirects."""
        first = urlsplit(url).netloc
        for _ in range(REDIRECTS + 1):
            answer = self._in_turn(url, sent, pace, most)
            if isinstance(answer, Answer):
                return answer
            url = _target(url, answer)
            if urlsplit(url).netloc != first:
                sent = dict(self._headers)
        raise FetchError(shown(url), f"more than {REDIRECTS} redirects", remedy="Use the address they end at, if any")

    def _in_turn(self, url: str, sent: Mapping[str, str], pace: float, most: int) -> Answer | str:
        """The answer, or where it redirects to, once it is this request's turn at the host."""
        host = urlsplit(url).netloc.lower()
        with self._paces.of(host, self._pause) as kept:
            if kept.wish(self._clock()) > self._patience:
                reason = f"the host asked not to be asked before {kept.until:%Y-%m-%d %H:%M} UTC"
                raise FetchError(shown(url), reason, retry_at=kept.until)
            if (rest := kept.rest(pace, self._clock())) > 0:
                self._pause(rest)
            if self._stop.is_set():
                raise StoppedError("The work was told to stop.")
            kept.last = self._clock().timestamp()
            kept.keep()
            try:
                answer = self._ask(url, sent, most)
            except _TemporaryError as error:
                self._heed(error, kept, url)
                raise
            kept.slower = max(1.0, kept.slower * 0.9)
            return answer

    def _heed(self, error: _TemporaryError, kept: Pace, url: str) -> None:
        """Remember what the host asked for; FetchError if that is longer than our patience."""
        if error.status == 429 and error.wait is None:
            kept.slower = min(kept.slower * 2, SLOWEST)
        if error.wait is not None:
            until = self._clock() + timedelta(seconds=min(error.wait, 7 * 86400))
            kept.not_before = until.timestamp()
            if error.wait > self._patience:
                raise FetchError(shown(url), error.reason, status=error.status, retry_at=until) from None

    def _ask(self, url: str, sent: Mapping[str, str], most: int) -> Answer | str:
        try:
            with self._asked("GET", url, sent) as response:
                return self._read(url, sent, response, most)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise _TemporaryError(_in_words(error)) from None

    def _read(self, url: str, sent: Mapping[str, str], response: urllib3.BaseHTTPResponse, most: int) -> Answer | str:
        """The whole answer, or where it redirects to."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        if response.status in {301, 302, 303, 307, 308} and headers.get("location"):
            return headers["location"]
        if response.status == 304:
            kept = {"etag": sent.get("if-none-match", ""), "last-modified": sent.get("if-modified-since", "")}
            return Answer(url=shown(url), body=b"", headers=kept | headers, unchanged=True)
        if response.status != 200:
            raise self._refusal(url, response.status, headers)
        body = bytearray()
        for chunk in response.stream(_CHUNK, decode_content=True):
            body += chunk
            if len(body) > most:
                raise FetchError(shown(url), f"the answer is larger than {most >> 20} MiB")
        if not body and not headers.keys() & {"content-length", "transfer-encoding"}:
            raise _TemporaryError("the connection was cut in the middle")  # of the headers: else they say a length
        return Answer(url=shown(url), body=bytes(body), headers=headers)

    def _refusal(self, url: str, status: int, headers: Mapping[str, str]) -> Exception:
        """What a status other than success means: to be tried again, or not."""
        now = self._clock()
        wait = _wait(headers.get("retry-after", ""), now)
        if status in {403, 429} and headers.get("x-ratelimit-remaining") == "0":
            reset = headers.get("x-ratelimit-reset", "")
            if _is_number(reset):
                wait = max(float(reset) - now.timestamp(), wait or 0.0, 1.0)
        if status in _TEMPORARY or (status == 403 and wait is not None):
            asked = f" and asks to wait {wait:.0f} seconds" if wait else ""
            return _TemporaryError(f"the host answers {status}{asked}", status=status, wait=wait)
        return FetchError(shown(url), f"the host answers {status}", remedy=_REMEDIES.get(status, ""), status=status)

    def _wait_for_stop(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise StoppedError("The work was told to stop.")


def _target(url: str, location: str) -> str:
    """Where a redirect leads; AddressRefusedError if it should not be followed there."""
    try:
        target = urljoin(url, location)
    except ValueError:
        raise AddressRefusedError(shown(url), "it redirects to what is no web address") from None
    check_form(target)
    if urlsplit(url).scheme == "https" and urlsplit(target).scheme != "https":
        raise AddressRefusedError(shown(target), "a redirect leads from a secured to an open connection")
    return target


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()  # `²` is a digit too, and may stand in a header


def _wait(text: str, now: datetime) -> float | None:
    """The seconds that a Retry-After asks for, as a number or a date."""
    if _is_number(text.strip()):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((moment - now).total_seconds(), 0.0)


def _in_words(error: BaseException) -> str:
    if isinstance(error, urllib3.exceptions.ProtocolError) and isinstance(error.args[-1], OSError):
        error = error.args[-1]
    if isinstance(error, urllib3.exceptions.TimeoutError | TimeoutError):
        return "the host does not answer in time"
    if isinstance(error, socket.gaierror):
        return "the name of the host is not known, or there is no network"
    if isinstance(error, urllib3.exceptions.SSLError):
        return f"the connection cannot be secured ({' '.join(str(error).split())[:200]})"
    if isinstance(error, urllib3.exceptions.DecodeError):
        return "the answer cannot be decompressed"
    if isinstance(error, urllib3.exceptions.ProtocolError | ConnectionResetError):
        return "the connection was cut in the middle"
    return f"the host cannot be reached ({' '.join(str(error).split())[:200]})"


class _Timed(io.RawIOBase):
    """What a connection brings, as long as the whole answer takes no longer than WHOLE.

    A limit for each read alone would let a host hold us for days, a byte at a time.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._raw = connection, connection.makefile("rb", buffering=0)
        self._end = monotonic() + WHOLE

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What `http.client` asks a socket for."""
        return io.BufferedReader(self, _CHUNK)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if (left := self._end - monotonic()) <= 0:
            raise TimeoutError
        self._connection.settimeout(min(READ, left))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **named: Any) -> None:
        super().__init__(_Timed(sock), *args, **named)  # type: ignore[arg-type]


def _pool(private: Collection[str]) -> urllib3.PoolManager:
    """Connections that are only made to addresses that may be asked."""

    def connect(connection: HTTPConnection) -> socket.socket:
        host, port = connection.host.strip("[]"), connection.port
        failure: OSError = OSError(f"{host} has no address")
        for family, kind, protocol, _name, address in resolve(host, port, private):
            opened = socket.socket(family, kind, protocol)
            try:
                opened.settimeout(CONNECT)
                opened.connect(address)
            except OSError as error:
                opened.close()
                failure = error
            else:
                return opened
        raise failure

    class Open(HTTPConnection):
        response_class: Any = _TimedResponse

        def _new_conn(self) -> socket.socket:
            return connect(self)

    class Secured(HTTPSConnection):
        response_class: Any = _TimedResponse

        def _new_conn(self) -> socket.socket:
            return connect(self)

    class OpenPool(urllib3.HTTPConnectionPool):
        ConnectionCls: Any = Open

    class SecuredPool(urllib3.HTTPSConnectionPool):
        ConnectionCls: Any = Secured

    manager = urllib3.PoolManager(num_pools=8, maxsize=1)
    manager.pool_classes_by_scheme = {"http": OpenPool, "https": SecuredPool}
    return manager

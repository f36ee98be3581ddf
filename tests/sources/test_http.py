"""Promises of the only socket: public addresses, bounded answers, politeness, and patience with an end."""

import gzip
import shutil
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from origin import Asked, Origin, Reply

from broadsheet.errors import AddressRefusedError, BroadsheetError, FetchError, StoppedError, UnreadableError
from broadsheet.sources import http as module
from broadsheet.sources.addresses import is_public, shown
from broadsheet.sources.http import TRIES, Http, Validators

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)


class Clock:
    """A clock that only pauses move."""

    def __init__(self) -> None:
        self.now, self.pauses = NOW, list[float]()

    def __call__(self) -> datetime:
        return self.now

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def origin() -> Iterator[Origin]:
    with Origin() as made:
        yield made


@pytest.fixture
def clock() -> Clock:
    return Clock()


def an_http(clock: Clock, folder: Path | None = None, **kinds: Any) -> Http:
    return Http(private={"127.0.0.1"}, folder=folder, clock=clock, pause=clock.pause, **kinds)


def test_an_answer_brings_the_body_and_carries_who_asks(origin: Origin, clock: Clock) -> None:
    origin.route("/a", lambda asked: Reply(f"{asked.query['q']} by {asked.headers['user-agent']}".encode()))
    answer = an_http(clock, contact="keeper@example.org").get(f"{origin.url}/a", {"q": "stones & light"})
    assert answer.body.startswith(b"stones & light by Broadsheet/")
    assert b"(+keeper@example.org)" in answer.body


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://localhost/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
        "http://[fe80::1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[64:ff9b:1:7f00:0:100:808:808]/",
        "http://[2002:7f00:1::]/",
        "http://[2001:0:7f00:1::1]/",
        "http://[::127.0.0.1]/",
        "http://[fec0::1]/",
        "http://192.0.0.8/",
        "http://240.0.0.1/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "http://name:hunter2@example.org/",
        "http:///nothing",
        "http://[::1",
        "http://name:hunter2@[::1",
        "http://one..two/",
        "http://one%00two/?token=hunter2",
        f"http://{'long' * 20}.example/",
        "http://example.org:99999/",
    ],
)
def test_addresses_that_are_not_public_web_addresses_are_refused_and_not_asked(url: str, clock: Clock) -> None:
    with pytest.raises(AddressRefusedError) as refused:
        Http(clock=clock, pause=clock.pause).get(url)
    assert "hunter2" not in str(refused.value)


def test_a_name_that_leads_to_a_public_and_a_private_address_is_refused(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    def both(*_args: Any, **_kwargs: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, 80)) for host in ("93.184.216.34", "10.0.0.5")]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with pytest.raises(AddressRefusedError, match=r"10\.0\.0\.5"):
        Http(clock=clock, pause=clock.pause).get("http://rebinding.example/")


def test_public_addresses_are_public() -> None:
    assert is_public("93.184.216.34")
    assert is_public("2606:2800:220:1:248:1893:25c8:1946")
    assert is_public("64:ff9b::5db8:d822")


def test_redirects_are_followed_and_each_address_is_checked_anew(origin: Origin, clock: Clock) -> None:
    origin.route("/old", lambda _asked: Reply(status=301, headers={"Location": "/new"}))
    origin.route("/new", b"here")
    origin.route("/inside", lambda _asked: Reply(status=302, headers={"Location": "http://169.254.169.254/"}))
    origin.route("/round", lambda _asked: Reply(status=302, headers={"Location": "/round"}))
    http = an_http(clock)
    assert http.get(f"{origin.url}/old").body == b"here"
    with pytest.raises(AddressRefusedError, match=r"169\.254"):
        http.get(f"{origin.url}/inside")
    with pytest.raises(FetchError, match="redirects"):
        http.get(f"{origin.url}/round")


def test_a_redirect_from_a_secured_to_an_open_connection_is_refused(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr(Http, "_ask", lambda *_args: "http://stones.example/")
    with pytest.raises(AddressRefusedError, match="open connection"):
        Http(clock=clock, pause=clock.pause).get("HTTPS://stones.example/")


@pytest.mark.parametrize(
    "headers",
    [
        {"Location": "http://[::1"},
        {"Location": "http://one..two/"},
        {"Location": "javascript:alert(1)"},
        {"Retry-After": "\u00b2"},
        {"Retry-After": "Tue, 17 Mar 2026 09:00:00 +99999999999999999999"},
        {"Retry-After": "9" * 400},
        {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "\u00b2"},
    ],
)
def test_whatever_a_host_says_becomes_an_error_of_ours(headers: dict[str, str], origin: Origin, clock: Clock) -> None:
    origin.route("/a", lambda _asked: Reply(status=302 if "Location" in headers else 429, headers=headers))
    with pytest.raises(BroadsheetError):
        an_http(clock).get(f"{origin.url}/a")


def test_a_token_is_not_sent_on_to_another_host(origin: Origin, clock: Clock) -> None:
    with Origin() as other:
        other.route("/b", lambda asked: Reply(asked.headers.get("authorization", "nothing").encode()))
        origin.route("/a", lambda _asked: Reply(status=302, headers={"Location": f"{other.url}/b"}))
        assert an_http(clock).get(f"{origin.url}/a", headers={"Authorization": "Bearer x"}).body == b"nothing"


@pytest.mark.parametrize("fault", ["cut", "reset", "busy", "down"])
def test_what_may_be_gone_at_the_next_try_is_tried_again(fault: str, origin: Origin, clock: Clock) -> None:
    origin.route("/a", b"whole" * 1000)
    origin.next_faults(fault, fault)
    assert an_http(clock).get(f"{origin.url}/a").body == b"whole" * 1000
    assert len(origin.asked) == 3


def test_what_never_ends_is_given_up_and_said_in_words(origin: Origin, clock: Clock) -> None:
    origin.next_faults(*["down"] * 20)
    with pytest.raises(FetchError, match=rf"503, {TRIES} times") as failed:
        an_http(clock).get(f"{origin.url}/a")
    assert failed.value.status == 503
    backoffs = [pause for pause in clock.pauses if pause > 1]
    assert backoffs == sorted(backoffs)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_what_is_refused_for_good_is_asked_once(status: int, origin: Origin, clock: Clock) -> None:
    origin.route("/a", lambda _asked: Reply(status=status))
    with pytest.raises(FetchError, match=str(status)):
        an_http(clock).get(f"{origin.url}/a")
    assert len(origin.asked) == 1


def test_a_short_wait_that_the_host_asks_for_is_waited(origin: Origin, clock: Clock) -> None:
    replies = iter([Reply(status=429, headers={"Retry-After": "17"}), Reply(b"now")])
    origin.route("/a", lambda _asked: next(replies))
    assert an_http(clock).get(f"{origin.url}/a").body == b"now"
    assert clock.now - NOW >= timedelta(seconds=17)


@pytest.mark.parametrize("wish", ["3600", "Tue, 17 Mar 2026 09:00:00 GMT"])
def test_a_long_wait_is_told_and_kept_to_by_whoever_shares_the_folder(
    wish: str, origin: Origin, clock: Clock, tmp_path: Path
) -> None:
    origin.route("/a", lambda _asked: Reply(status=503, headers={"Retry-After": wish}))
    with pytest.raises(FetchError) as failed:
        an_http(clock, tmp_path).get(f"{origin.url}/a")
    assert failed.value.retry_at == NOW + timedelta(hours=1)
    with pytest.raises(FetchError, match="asked not to be asked before 2026-03-17 09:00") as again:
        an_http(clock, tmp_path).get(f"{origin.url}/b")
    assert again.value.retry_at == NOW + timedelta(hours=1)
    assert len(origin.asked) == 1
    origin.route("/b", b"open again")
    clock.now += timedelta(hours=1)
    assert an_http(clock, tmp_path).get(f"{origin.url}/b").body == b"open again"


def test_a_limit_that_is_used_up_is_waited_for_until_its_reset(origin: Origin, clock: Clock) -> None:
    reset = str(int((NOW + timedelta(minutes=30)).timestamp()))
    used_up = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
    origin.route("/a", lambda _asked: Reply(status=403, headers=used_up))
    with pytest.raises(FetchError) as failed:
        an_http(clock).get(f"{origin.url}/a")
    assert failed.value.retry_at == NOW + timedelta(minutes=30)


def test_the_pace_is_kept_between_requests_processes_and_restarts(origin: Origin, clock: Clock, tmp_path: Path) -> None:
    origin.route("/a", b"a")
    an_http(clock, tmp_path).get(f"{origin.url}/a", pace=3)
    assert clock.pauses == []
    an_http(clock, tmp_path).get(f"{origin.url}/a", pace=3)
    assert clock.pauses == [3.0]
    clock.now += timedelta(seconds=2)
    an_http(clock, tmp_path).get(f"{origin.url}/a", pace=3)
    assert clock.pauses == [3.0, 1.0]


def test_a_request_that_a_crash_ended_counts_for_the_pace(origin: Origin, clock: Clock, tmp_path: Path) -> None:
    kept, left = tmp_path / "kept", tmp_path / "left"
    kept.mkdir()

    def crash(_asked: Asked) -> Reply:
        shutil.copytree(kept, left)  # what the next process would find if this one died now
        return Reply(b"a")

    origin.route("/a", crash)
    an_http(clock, kept).get(f"{origin.url}/a", pace=3)
    origin.route("/a", b"a")
    an_http(clock, left).get(f"{origin.url}/a", pace=3)
    assert clock.pauses == [3.0]


def test_a_slow_pace_is_waited_for_however_long_our_patience_is(origin: Origin, clock: Clock) -> None:
    origin.route("/a", b"a")
    http = an_http(clock, patience=60)
    for _ in range(2):
        assert http.get(f"{origin.url}/a", pace=90).body == b"a"
    assert clock.pauses == [90.0]


def test_a_host_that_is_named_like_a_folder_breaks_nothing(clock: Clock, tmp_path: Path) -> None:
    with pytest.raises(FetchError):
        an_http(clock, tmp_path).get("http://../")


def test_a_host_that_complains_under_its_own_rate_is_asked_more_slowly_for_a_while(
    origin: Origin, clock: Clock
) -> None:
    replies = iter([Reply(status=429), *[Reply(b"fine")] * 99])
    origin.route("/a", lambda _asked: next(replies))
    http = an_http(clock)
    http.get(f"{origin.url}/a", pace=3)
    http.get(f"{origin.url}/a", pace=3)
    assert clock.pauses[-1] > 3.0
    for _ in range(30):
        http.get(f"{origin.url}/a", pace=3)
    assert clock.pauses[-1] == 3.0


@pytest.mark.parametrize("text", [b"", b'{"last": 17', b'{"last": null}', b"[17]", b"17", b"\xff\xfe"])
def test_a_pace_file_that_is_damaged_is_as_if_it_was_not_there(
    text: bytes, origin: Origin, clock: Clock, tmp_path: Path
) -> None:
    origin.route("/a", b"a")
    http = an_http(clock, tmp_path)
    http.get(f"{origin.url}/a")
    for file in tmp_path.iterdir():
        file.write_bytes(text)
    assert http.get(f"{origin.url}/a").body == b"a"


def test_one_request_at_a_time_goes_to_a_host(origin: Origin, tmp_path: Path) -> None:
    inside, most, guard = 0, 0, threading.Lock()

    def count(_asked: Asked) -> Reply:
        nonlocal inside, most
        with guard:
            inside += 1
            most = max(most, inside)
        threading.Event().wait(0.01)
        with guard:
            inside -= 1
        return Reply(b"a")

    origin.route("/a", count)
    https = [Http(private={"127.0.0.1"}, folder=folder) for folder in (tmp_path, tmp_path)]
    threads = [threading.Thread(target=http.get, args=(f"{origin.url}/a",), kwargs={"pace": 0}) for http in https * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, len(origin.asked)) == (1, 6)


def test_an_answer_that_comes_a_byte_at_a_time_is_not_waited_for(
    origin: Origin, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WHOLE", 0.1)
    origin.route("/a", b"stones" * 20)
    origin.next_faults(*["drip"] * TRIES)
    with pytest.raises(FetchError, match="not answer in time"):
        an_http(clock).get(f"{origin.url}/a")


def test_an_answer_that_is_too_large_is_not_taken_in_even_if_it_comes_packed(origin: Origin, clock: Clock) -> None:
    bomb = gzip.compress(b"\0" * (32 << 20))
    origin.route("/bomb", lambda _asked: Reply(bomb, headers={"Content-Encoding": "gzip"}))
    origin.route("/large", b"a" * 3_000_000)
    for path in ("/bomb", "/large"):
        with pytest.raises(FetchError, match="larger than 2 MiB"):
            an_http(clock).get(origin.url + path, most=2 << 20)


def test_a_packed_answer_comes_out_whole(origin: Origin, clock: Clock) -> None:
    origin.route("/a", lambda _asked: Reply(gzip.compress(b"stones" * 99), headers={"Content-Encoding": "gzip"}))
    assert an_http(clock).get(f"{origin.url}/a").body == b"stones" * 99


def test_what_has_not_changed_is_not_sent_again(origin: Origin, clock: Clock) -> None:
    def page(asked: Asked) -> Reply:
        if asked.headers.get("if-none-match") == '"7"':
            return Reply(status=304)
        return Reply(b"page", headers={"ETag": '"7"', "Last-Modified": "Tue, 17 Mar 2026 08:00:00 GMT"})

    origin.route("/a", page)
    http = an_http(clock)
    first = http.get(f"{origin.url}/a")
    assert first.validators == Validators('"7"', "Tue, 17 Mar 2026 08:00:00 GMT")
    again = http.get(f"{origin.url}/a", unless=first.validators)
    assert (again.unchanged, again.body, again.validators) == (True, b"", first.validators)


def test_what_is_not_json_is_told_with_its_address_and_without_secrets(origin: Origin, clock: Clock) -> None:
    origin.route("/a", b"<html>")
    with pytest.raises(UnreadableError) as wrong:
        an_http(clock).get(f"{origin.url}/a", {"api_key": "hidden", "q": "x"}).json()
    assert "hidden" not in str(wrong.value)
    assert "q=x" in str(wrong.value)
    assert shown("https://u:p@example.org/a?token=abc&mailto=me@x") == "https://example.org/a?token=***&mailto=***"


def test_told_to_stop_it_asks_nobody(origin: Origin) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(StoppedError):
        Http(private={"127.0.0.1"}, stop=stop).get(f"{origin.url}/a")
    assert origin.asked == []


def test_told_to_stop_while_it_waits_to_try_again_it_does_not_ask_again(origin: Origin) -> None:
    stop = threading.Event()

    def busy(_asked: Asked) -> Reply:
        stop.set()
        return Reply(status=503, headers={"Retry-After": "50"})

    origin.route("/a", busy)
    with pytest.raises(StoppedError):
        Http(private={"127.0.0.1"}, stop=stop).get(f"{origin.url}/a")
    assert len(origin.asked) == 1


def test_a_host_that_does_not_exist_is_said_to_be_unknown(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    def unknown(*_args: Any, **_kwargs: Any) -> list[Any]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(FetchError, match="not known"):
        Http(clock=clock, pause=clock.pause).get("http://nowhere.example/")

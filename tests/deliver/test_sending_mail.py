"""Promises of sending mail, with a real server that does what servers do: refuse, wait, close, cut, be away."""

import email
import email.policy
import errno
import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from outbox import a_delivery
from postoffice import NAME, PASSWORD, PostOffice, certificate

from broadsheet.core import sending
from broadsheet.deliver.mail.carrier import MailCarrier
from broadsheet.deliver.mail.message import Letterhead
from broadsheet.deliver.mail.pace import Pace
from broadsheet.deliver.mail.rendering import Rendering
from broadsheet.deliver.mail.sender import Sender
from broadsheet.deliver.mail.server import Server
from broadsheet.library import models
from broadsheet.sending import Outgoing

HEAD = Letterhead(
    site="Broadsheet",
    sender="The paper <paper@example.org>",
    bounces="bounces+{}@example.org",
)


def rendered(outgoing: Outgoing) -> Rendering:
    text = f"Edition {outgoing.edition}."
    return Rendering("Stones of the day", text, f"<p>{text}</p>", f"https://papers.example.org/end/{outgoing.name}")


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC) + timedelta(minutes=1)

    def __call__(self) -> datetime:
        return self.now


def a_sender(office: PostOffice, folder: Path, clock: Callable[[], datetime], threads: int = 2, **way: Any) -> Sender:
    told = {
        "host": "127.0.0.1",
        "port": office.port,
        "security": office.security,
        "patience": 5.0,
        "last_patience": 5.0,
    }
    server = Server(**{**told, **way})
    return Sender(
        lambda: MailCarrier(server, HEAD, rendered),
        folder=folder,
        doors=["mail"],
        pace=Pace(0),
        threads=threads,
        clock=clock,
    )


def states() -> dict[str, tuple[str, int]]:
    rows = models.Delivery.objects.values_list("edition__subscriber__address", "state", "tries")
    return {address: (state, tries) for address, state, tries in rows}


@pytest.mark.django_db(transaction=True)
class TestFaults:
    def test_what_waits_is_sent_and_marked_with_the_words_of_the_server(self, tmp_path: Path) -> None:
        ada = a_delivery("ada@example.org")
        with PostOffice() as office:
            said = a_sender(office, tmp_path, Clock()).run(threading.Event())
        (arrival,) = office.arrivals
        ada.refresh_from_db()
        assert said == "1 sent"
        assert (ada.state, ada.tries, ada.response) == ("sent", 1, "250 2.0.0 OK queued as X")
        assert ada.sent_at
        assert (arrival.sender, arrival.recipient) == (f"bounces+{ada.name}@example.org", "ada@example.org")
        mail = email.message_from_bytes(arrival.mail, policy=email.policy.default)
        assert mail["message-id"] == f"<{ada.name}@example.org>"
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("fault", ["421", "450", "451", "452", "552", "451 at data", "lost"])
    def test_what_fails_for_now_is_tried_again_after_a_pause_and_then_sent(self, tmp_path: Path, fault: str) -> None:
        a_delivery()
        clock = Clock()
        with PostOffice(fault=lambda _, time: fault if time < 2 else "") as office:
            sender = a_sender(office, tmp_path, clock)
            sender.run(threading.Event())
            assert states() == {"ada@example.org": ("queued", 1)}
            assert sender.run(threading.Event()) == ""
            clock.now += timedelta(seconds=70)
            sender.run(threading.Event())
            assert states() == {"ada@example.org": ("queued", 2)}
            clock.now += timedelta(seconds=70)
            assert sender.run(threading.Event()) == ""
            clock.now += timedelta(seconds=300)
            sender.run(threading.Event())
        assert states() == {"ada@example.org": ("sent", 3)}
        assert list(office.accepted.values()) == [1]

    def test_two_days_are_enough(self, tmp_path: Path) -> None:
        a_delivery()
        clock = Clock()
        began = clock.now
        with PostOffice(fault=lambda *_: "451") as office:
            sender = a_sender(office, tmp_path, clock)
            for _ in range(2 * len(sending.PAUSES)):
                sender.run(threading.Event())
                delivery = models.Delivery.objects.get()
                if delivery.state != "queued":
                    break
                clock.now = max(clock.now, delivery.next_at)
        assert (delivery.state, delivery.reason) == ("failed", "given up after two days")
        assert timedelta(hours=42) < clock.now - began < timedelta(hours=54)
        assert not models.Suppression.objects.exists()

    @pytest.mark.parametrize(
        ("fault", "suppressed"), [("550", True), ("554", False), ("550 at data", False), ("552 at data", False)]
    )
    def test_what_is_refused_for_good_has_failed_and_a_bad_address_is_never_mailed_again(
        self, tmp_path: Path, fault: str, suppressed: bool
    ) -> None:
        a_delivery("Ada@example.org")
        with PostOffice(fault=lambda *_: fault) as office:
            sender = a_sender(office, tmp_path, Clock())
            sender.run(threading.Event())
            assert states() == {"Ada@example.org": ("failed", 1)}
            assert models.Suppression.objects.filter(address="ada@example.org", reason="bounce").exists() == suppressed
            again = a_delivery("Ada@example.org")
            sender.run(threading.Event())
        again.refresh_from_db()
        assert (again.state == "skipped") == suppressed
        assert not suppressed or again.reason == "the address is suppressed"

    def test_a_mail_that_was_cut_after_it_was_handed_over_comes_again_under_the_same_name(self, tmp_path: Path) -> None:
        ada = a_delivery()
        clock = Clock()
        with PostOffice(fault=lambda _, time: "cut" if time == 0 else "") as office:
            sender = a_sender(office, tmp_path, clock)
            sender.run(threading.Event())
            ada.refresh_from_db()
            assert "in doubt" in ada.response
            clock.now += timedelta(seconds=70)
            sender.run(threading.Event())
        assert office.accepted == {f"<{ada.name}@example.org>".encode(): 2}
        first, second = (arrival.mail for arrival in office.arrivals)
        assert first == second

    def test_a_server_that_takes_its_time_is_waited_for(self, tmp_path: Path) -> None:
        for number in range(4):
            a_delivery(f"{number}@example.org")
        with PostOffice(fault=lambda *_: "slow") as office:
            assert a_sender(office, tmp_path, Clock()).run(threading.Event()) == "4 sent"
        assert set(office.accepted.values()) == {1}

    def test_one_bad_mail_among_many_harms_only_itself(self, tmp_path: Path) -> None:
        faults = {"3@example.org": "550", "5@example.org": "421", "7@example.org": "550 at data"}
        for number in range(12):
            a_delivery(f"{number}@example.org")
        a_delivery("nobody")
        with PostOffice(fault=lambda address, _: faults.get(address, "")) as office:
            said = a_sender(office, tmp_path, Clock()).run(threading.Event())
        assert said == "9 sent, 1 to be tried again, 3 refused"
        assert states()["nobody"] == ("failed", 1)
        assert office.connections <= 3  # one is opened anew after 421


@pytest.mark.django_db(transaction=True)
class TestServer:
    @pytest.mark.parametrize("security", ["starttls", "tls"])
    def test_the_way_is_secured_and_signed_in(self, tmp_path: Path, security: str) -> None:
        a_delivery()
        with PostOffice(security=security, authenticated=True) as office:
            way: dict[str, Any] = {"user": NAME, "password": PASSWORD, "trust": certificate()[1]}
            assert a_sender(office, tmp_path, Clock(), **way).run(threading.Event()) == "1 sent"
        assert office.arrivals[0].secured

    @pytest.mark.parametrize(
        ("way", "words"),
        [
            ({"user": NAME, "password": "wrong", "trust": certificate()[1]}, "535"),
            ({"user": NAME, "password": PASSWORD}, "certificate is not to be trusted"),
            ({"trust": certificate()[1]}, "530"),
        ],
    )
    def test_who_is_not_let_in_waits_and_says_why_once(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture, way: dict[str, Any], words: str
    ) -> None:
        for number in range(5):
            a_delivery(f"{number}@example.org")
        with PostOffice(security="starttls", authenticated=True) as office, caplog.at_level(logging.WARNING):
            sender = a_sender(office, tmp_path, Clock(), **way)
            for _ in range(3):
                assert sender.run(threading.Event()) == ""
        (warning,) = [record.getMessage() for record in caplog.records if record.name == "broadsheet.sending"]
        assert words in warning
        assert set(states().values()) == {("queued", 0)}
        assert list(tmp_path.iterdir()) == []

    def test_a_server_that_is_away_costs_no_try_and_is_asked_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr("broadsheet.deliver.mail.sender.PAUSES", (0.0,))
        for number in range(5):
            a_delivery(f"{number}@example.org")
        with PostOffice() as office, caplog.at_level(logging.INFO, "broadsheet.sending"):
            office.close()
            sender = a_sender(office, tmp_path, Clock())
            sender.run(threading.Event())
            sender.run(threading.Event())
            assert set(states().values()) == {("queued", 0)}
            office.open_again()
            assert sender.run(threading.Event()) == "5 sent"
        said = [record.getMessage() for record in caplog.records if record.name == "broadsheet.sending"]
        assert len(said) == 2
        assert said[1] == "The mail server is there again."

    def test_a_connection_carries_many_mails_and_no_more_than_it_should(self, tmp_path: Path) -> None:
        for number in range(20):
            a_delivery(f"{number}@example.org")
        with PostOffice() as office:
            a_sender(office, tmp_path, Clock(), threads=1, most=8).run(threading.Event())
        assert len(office.accepted) == 20
        assert len(office.sessions) == 3

    def test_a_server_that_closes_after_each_mail_gets_each_once(self, tmp_path: Path) -> None:
        for number in range(6):
            a_delivery(f"{number}@example.org")
        turns = [0]

        def every_other_time(address: str, _time: int) -> str:
            turns[0] += not address
            return "421 at mail" if not address and turns[0] % 2 == 0 else ""

        with PostOffice(fault=every_other_time) as office:
            assert a_sender(office, tmp_path, Clock(), threads=1).run(threading.Event()) == "6 sent"
        assert list(office.accepted.values()) == [1] * 6
        assert set(states().values()) == {("sent", 1)}

    def test_stopping_gives_back_what_was_not_begun(self, tmp_path: Path) -> None:
        for number in range(30):
            a_delivery(f"{number}@example.org")
        stop = threading.Event()
        with PostOffice(fault=lambda *_: "slow") as office:
            office.on_accept = lambda _: stop.set()
            a_sender(office, tmp_path, Clock()).run(stop)
            taken = len(office.accepted)
        sent = models.Delivery.objects.filter(state="sent").count()
        assert 1 <= sent == taken < 30
        assert models.Delivery.objects.filter(state="queued", claimed_by="").count() == 30 - sent

    def test_a_library_that_fails_for_a_moment_costs_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(6):
            a_delivery(f"{number}@example.org")
        real, failures = sending.settle, iter([OperationalError("the disk is full")])

        def settle(*arguments: Any, **named: Any) -> None:
            for failure in failures:
                raise failure
            real(*arguments, **named)

        monkeypatch.setattr(sending, "settle", settle)
        with PostOffice() as office:
            sender = a_sender(office, tmp_path, Clock())
            with pytest.raises(OperationalError):
                sender.run(threading.Event())
            late = time.monotonic() + 20
            while models.Delivery.objects.exclude(state="sent").exists() and time.monotonic() < late:
                sender.run(threading.Event())
        assert set(states().values()) == {("sent", 1)}
        assert list(office.accepted.values()) == [1] * 6

    def test_an_outbox_that_cannot_be_written_lets_everything_wait(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        a_delivery()
        write, full = os.write, [True]

        def no_room(file: int, line: bytes) -> int:
            if full[0] and line.startswith(b'{"begun"'):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return write(file, line)

        monkeypatch.setattr("broadsheet.core.journal.os.write", no_room)
        monkeypatch.setattr("broadsheet.deliver.mail.sender.PAUSES", (0.0,))
        with PostOffice() as office:
            sender = a_sender(office, tmp_path, Clock(), threads=1)
            assert sender.run(threading.Event()) == ""
            assert states() == {"ada@example.org": ("queued", 0)}
            assert not office.accepted
            full[0] = False
            assert sender.run(threading.Event()) == "1 sent"
        assert "No space left" in caplog.text

    def test_a_mail_that_cannot_be_made_is_tried_later_and_harms_no_other(self, tmp_path: Path) -> None:
        bad = a_delivery("bad@example.org")
        a_delivery("good@example.org")

        def fails(outgoing: Outgoing) -> Rendering:
            if outgoing.name == bad.name:
                raise ValueError("a template is wrong")
            return rendered(outgoing)

        with PostOffice() as office:
            server = Server(host="127.0.0.1", port=office.port, security="none")
            carrier = lambda: MailCarrier(server, HEAD, fails)  # noqa: E731
            sender = Sender(carrier, folder=tmp_path, doors=["mail"], pace=Pace(0), threads=1, clock=Clock())
            assert sender.run(threading.Event()) == "1 sent, 1 to be tried again"
        assert states() == {"bad@example.org": ("queued", 1), "good@example.org": ("sent", 1)}

    def test_a_domain_gets_no_more_than_its_pace_and_the_others_do_not_wait(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("broadsheet.deliver.mail.sender.AHEAD", 0.3)
        for number in range(30):
            a_delivery(f"{number}@slow.example.org")
        a_delivery("ada@quick.example.org")
        clock = Clock()
        with PostOffice() as office:
            server = Server(host="127.0.0.1", port=office.port, security="none")
            pace = Pace(10.0, burst=5, clock=lambda: clock().timestamp())
            carrier = lambda: MailCarrier(server, HEAD, rendered)  # noqa: E731
            sender = Sender(carrier, folder=tmp_path, doors=["mail"], pace=pace, threads=2, clock=clock)
            sender.run(threading.Event())
            counts = [models.Delivery.objects.filter(state="sent").count()]
            assert 8 <= counts[0] <= 10
            assert states()["ada@quick.example.org"] == ("sent", 1)
            assert set(states().values()) == {("sent", 1), ("queued", 0)}
            for _ in range(50):
                time.sleep(0.3)
                clock.now += timedelta(seconds=0.3)
                sender.run(threading.Event())
                counts.append(models.Delivery.objects.filter(state="sent").count())
                if counts[-1] == 31:
                    break
        assert counts[-1] == 31
        assert set(office.accepted.values()) == {1}

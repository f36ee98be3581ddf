"""Promises of what comes back: reports as real servers write them are read, and each is acted on once."""

import mailbox as boxes
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from outbox import NOW, a_delivery

from broadsheet.core import bounces
from broadsheet.deliver.mail import mailbox, reports, services, steps
from broadsheet.deliver.mail.mailbox import MailboxError
from broadsheet.library import models
from broadsheet.sending import Bounce, BounceKind

NAME = "0123456789abcdef0123456789abcdef"


def a_report(
    status: str = "5.1.1",
    action: str = "failed",
    words: str = "smtp; 550 5.1.1 <ada@example.org>: Recipient address rejected: User unknown",
    *,
    to: str = "paper@papers.example.org",
    name: str = NAME,
    number: int = 1,
) -> bytes:
    """A delivery report as Postfix writes it."""
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-Id: <{number}.ABCDEF@mx.example.net>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.net. I'm sorry to have to inform you that your message could not be delivered.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Tue, 17 Mar 2026 08:00:00 +0000 (UTC)

Final-Recipient: rfc822; ada@example.org
Original-Recipient: rfc822;ada@example.org
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.org
Diagnostic-Code: {words}

--B
Content-Type: text/rfc822-headers

From: The Paper <paper@papers.example.org>
To: ada@example.org
Message-ID: <{name}@papers.example.org>
Subject: Stones of the day

--B--
""".replace("\n", "\r\n").encode()


COMPLAINT = f"""\
From: feedback@isp.example.net
To: paper@papers.example.org
Message-ID: <complaint-1@isp.example.net>
Subject: FW: Stones of the day
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="B"

--B
Content-Type: text/plain

This is an email abuse report.

--B
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <bounces+{NAME}@papers.example.org>

--B
Content-Type: message/rfc822

From: The Paper <paper@papers.example.org>
To: <redacted@example.org>
Message-ID: <{NAME}@papers.example.org>
Subject: Stones of the day

Stones.
--B--
""".encode()

QMAIL = f"""\
From: MAILER-DAEMON@mx.example.net
To: paper@papers.example.org
Message-ID: <q1@mx.example.net>
Subject: failure notice

Hi. This is the qmail-send program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<ada@example.org>:
192.0.2.1 does not like recipient.
Remote host said: 550 unknown user

--- Below this line is a copy of the message.

Message-ID: <{NAME}@papers.example.org>
Subject: Stones of the day
""".encode()

HOLIDAY = f"""\
From: ada@example.org
To: paper@papers.example.org
Subject: Out of office: Stones of the day
In-Reply-To: <{NAME}@papers.example.org>
Auto-Submitted: auto-replied
Message-ID: <h@example.org>

I am away until Monday. Mails like this one could not be delivered to me at all.
""".encode()


def read(raw: bytes, bounces: str = "") -> list[Bounce]:
    return reports.read(raw, "papers.example.org", bounces)


class TestRead:
    @pytest.mark.parametrize(
        ("raw", "kind", "address"),
        [
            (a_report(), BounceKind.HARD, "ada@example.org"),
            (a_report("5.2.2", words="smtp; 552 5.2.2 mailbox full"), BounceKind.SOFT, "ada@example.org"),
            (a_report("4.4.1", "delayed", "X-Postfix; connection timed out"), BounceKind.SOFT, "ada@example.org"),
            (COMPLAINT, BounceKind.COMPLAINT, ""),
            (QMAIL, BounceKind.HARD, "ada@example.org"),
        ],
        ids=["unknown", "full", "delayed", "complaint", "qmail"],
    )
    def test_a_report_names_the_delivery_and_what_is_the_matter(
        self, raw: bytes, kind: BounceKind, address: str
    ) -> None:
        (bounce,) = read(raw)
        assert (bounce.kind, bounce.address, bounce.delivery) == (kind, address, NAME)

    @pytest.mark.parametrize(
        "raw",
        [a_report(action="delivered", status="2.0.0"), HOLIDAY, b"", b"\xff\xfe\x00", b"Subject: hello\r\n\r\nHello.",
         COMPLAINT.replace(b"abuse\n", b"not-spam\n"), b"Content-Type: multipart/report; boundary=B\r\n\r\n--B"],
    )  # fmt: skip
    def test_what_is_no_report_says_nothing(self, raw: bytes) -> None:
        assert read(raw) == []

    def test_the_address_that_reports_go_to_names_the_delivery_when_nothing_is_quoted(self) -> None:
        raw = a_report(to=f"<bounces+{NAME}@papers.example.org>", name="not ours")
        assert read(raw)[0].delivery == ""
        assert read(raw, "bounces+{}@papers.example.org")[0].delivery == NAME

    def test_a_report_that_quotes_several_deliveries_names_none(self) -> None:
        raw = a_report().replace(
            b"Subject: Stones", f"References: <{'f' * 32}@papers.example.org>\r\nSubject: S".encode()
        )
        assert read(raw)[0].delivery == ""

    def test_a_wish_by_mail_names_its_delivery(self) -> None:
        (wish,) = read(f"Subject: unsubscribe {NAME}\r\nFrom: ada@example.org\r\n\r\n".encode())
        assert (wish.kind, wish.delivery) == (BounceKind.UNSUBSCRIBE, NAME)

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            (b'{"notificationType":"Bounce","mail":{"messageId":"m","commonHeaders":{"messageId":"<%s@x>"}},"bounce":'
             b'{"feedbackId":"f","bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"ada@example.org",'
             b'"status":"5.1.1"}]}}' % NAME.encode(), (BounceKind.HARD, "ada@example.org", NAME)),
            ((b'{"Type":"Notification","Message":"{\\"notificationType\\":\\"Complaint\\",\\"mail\\":{\\"messageId\\":'
             b'\\"m\\"},\\"complaint\\":{\\"complainedRecipients\\":[{\\"emailAddress\\":\\"ada@example.org\\"}]}}"}'),
             (BounceKind.COMPLAINT, "ada@example.org", "")),
            (b'{"RecordType":"Bounce","ID":1,"Type":"SoftBounce","Email":"ada@example.org","Description":"full"}',
             (BounceKind.SOFT, "ada@example.org", "")),
        ],
        ids=["ses", "sns", "postmark"],
    )  # fmt: skip
    def test_what_services_send_is_understood(self, body: bytes, expected: tuple[BounceKind, str, str]) -> None:
        (bounce,) = services.read(body)
        assert (bounce.kind, bounce.address, bounce.delivery) == expected

    @pytest.mark.parametrize("body", [b"{", b"[]", b"{}", b'{"notificationType":"Bounce"}', b'{"Type":"Notification"}'])
    def test_what_no_service_sends_is_refused(self, body: bytes) -> None:
        with pytest.raises(services.ServiceError):
            services.read(body)


def is_suppressed(address: str = "ada@example.org") -> str:
    row = models.Suppression.objects.filter(address=address).first()
    return row.reason if row else ""


def are_open() -> int:
    return models.Subscription.objects.filter(ended_at=None).count()


@pytest.mark.django_db
@pytest.mark.database
class TestTake:
    def test_a_hard_bounce_suppresses_the_address_and_leaves_its_subscriptions(self) -> None:
        a_delivery(name=NAME, state="sent", sent_at=NOW)
        assert bounces.take(read(a_report()), now=NOW) == 1
        assert (is_suppressed(), are_open()) == ("bounce", 1)

    def test_a_complaint_suppresses_the_address_and_ends_everything(self) -> None:
        a_delivery(name=NAME, state="sent", sent_at=NOW)
        bounces.take(read(COMPLAINT), now=NOW)
        assert (is_suppressed(), are_open()) == ("complaint", 0)

    def test_a_wish_ends_what_the_delivery_was_for_and_nothing_else(self) -> None:
        ada = a_delivery(name=NAME, state="sent", sent_at=NOW).edition.subscriber
        models.Subscription.objects.create(subscriber=ada, kind="search", value="x", made_at=NOW, confirmed_at=NOW)
        bounces.take(read(f"Subject: unsubscribe {NAME}\r\n\r\n".encode()), now=NOW)
        assert is_suppressed() == ""
        assert models.Subscription.objects.get(ended_at=None).kind == "search"

    def test_a_report_read_twice_counts_once(self) -> None:
        a_delivery(name=NAME, state="sent", sent_at=NOW)
        report = a_report("5.2.2", words="smtp; 552 5.2.2 full")
        assert [bounces.take(read(report), now=NOW) for _ in range(9)] == [1] + [0] * 8
        assert is_suppressed() == ""

    def test_five_soft_ones_in_a_row_are_enough_and_one_that_arrives_begins_anew(self) -> None:
        def comes_back(number: int) -> None:
            name = f"{number:032x}"
            a_delivery(name=name, state="sent", sent_at=NOW + timedelta(days=number))
            report = a_report("5.2.2", words="smtp; 552 5.2.2 full", name=name, number=number)
            bounces.take(read(report), now=NOW + timedelta(days=number))

        for number in range(4):
            comes_back(number)
        a_delivery(state="sent", sent_at=NOW + timedelta(days=4))
        for number in range(5, 9):
            comes_back(number)
        assert is_suppressed() == ""
        comes_back(9)
        assert is_suppressed() == "bounce"

    def test_a_forged_report_that_knows_no_delivery_is_written_down_and_does_nothing(self) -> None:
        a_delivery(state="sent", sent_at=NOW)
        assert bounces.take(read(a_report(name="f" * 32)), now=NOW) == 1
        assert is_suppressed() == ""
        assert models.Bounce.objects.get().delivery is None

    def test_a_report_of_one_delivery_cannot_suppress_the_address_of_another(self) -> None:
        a_delivery("bo@example.org", name=NAME, state="sent", sent_at=NOW)
        a_delivery("ada@example.org", state="sent", sent_at=NOW)
        bounces.take(read(a_report()), now=NOW)
        assert (is_suppressed("ada@example.org"), is_suppressed("bo@example.org")) == ("", "bounce")


@pytest.mark.django_db
class TestWays:
    @pytest.fixture(autouse=True)
    def from_papers(self, settings: Any) -> None:
        settings.DEFAULT_FROM_EMAIL = "The Paper <paper@papers.example.org>"
        settings.BOUNCE_SECRET = "a-long-secret"

    def test_a_report_posted_to_the_secret_address_is_taken(self, client: Client) -> None:
        a_delivery(name=NAME, state="sent", sent_at=NOW)
        answer = client.post("/mail/bounces/a-long-secret", a_report(), content_type="message/rfc822")
        assert (answer.status_code, is_suppressed()) == (204, "bounce")

    def test_whoever_knows_the_secret_may_name_an_address_alone(self, client: Client) -> None:
        body = b'{"RecordType":"SpamComplaint","ID":7,"Email":"ada@example.org"}'
        a_delivery()
        assert client.post("/mail/bounces/a-long-secret", body, content_type="application/json").status_code == 204
        assert (is_suppressed(), are_open()) == ("complaint", 0)

    def test_without_the_secret_there_is_nothing(self, client: Client, settings: Any) -> None:
        assert client.post("/mail/bounces/another", a_report(), content_type="message/rfc822").status_code == 404
        settings.BOUNCE_SECRET = ""
        assert client.post("/mail/bounces/", b"", content_type="message/rfc822").status_code == 404
        assert client.get("/mail/bounces/a-long-secret").status_code in {404, 405}
        assert not models.Bounce.objects.exists()

    def test_what_no_service_sends_is_answered_in_words(self, client: Client) -> None:
        answer = client.post("/mail/bounces/a-long-secret", b"{}", content_type="application/json")
        assert answer.status_code == 400
        assert "neither of Amazon SES nor of Postmark" in answer.content.decode()

    @pytest.mark.parametrize("kind", ["maildir", "mbox"])
    def test_a_mailbox_on_disk_is_read_once(self, tmp_path: Path, settings: Any, kind: str) -> None:
        a_delivery(name=NAME, state="sent", sent_at=NOW)
        settings.BOUNCE_MAILDIR = str(tmp_path / "box")
        box: boxes.Mailbox[Any] = (boxes.Maildir if kind == "maildir" else boxes.mbox)(tmp_path / "box", create=True)
        for raw in (a_report(), HOLIDAY, b"Subject: spam\n\nBuy.\n"):
            box.add(raw)
        box.close()
        assert steps.read_reports(threading.Event()) == "1 new reports of mails that came back"
        assert is_suppressed() == "bounce"
        assert list(mailbox.local_reports(tmp_path / "box")) == []
        assert b"Buy." in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

    def test_however_many_mails_were_seen_a_new_one_is_found(self, tmp_path: Path, monkeypatch: Any) -> None:
        monkeypatch.setattr(mailbox, "AT_ONCE", 1)
        box = boxes.Maildir(tmp_path / "box", create=True)
        for number in range(12):
            seen = boxes.MaildirMessage(f"Subject: {number}\n\nOld.\n")
            seen.set_subdir("cur")
            seen.add_flag("S")
            box.add(seen)
        box.add(b"Subject: new\n\nNew.\n")
        answered = boxes.MaildirMessage("Subject: answered\n\nNot looked at here.\n")
        answered.set_subdir("cur")
        answered.add_flag("R")
        box.add(answered)
        assert len(list(mailbox.local_reports(tmp_path / "box"))) == 2

    def test_a_mailbox_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(MailboxError, match="BROADSHEET_BOUNCE_MAILDIR"):
            list(mailbox.local_reports(tmp_path / "nothing"))

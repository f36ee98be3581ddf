"""Promises of the background steps of sending, from a subscription to a mail that is believed."""

import email
import email.policy
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dkim as verifier
import pytest
from django.test import Client
from outbox import a_delivery
from postoffice import NAME, PASSWORD, PostOffice, certificate_files

from broadsheet.core import subscribing
from broadsheet.deliver.mail import dkim, steps
from broadsheet.digests import Kind, Times, Want
from broadsheet.library import models


@pytest.fixture
def office(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    """A server that the settings name, which our side believes."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate_files()[0]))
    with PostOffice(security="starttls", authenticated=True) as running:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.MAIL_SECURITY = "127.0.0.1", running.port, "starttls"
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = NAME, PASSWORD
        settings.DEFAULT_FROM_EMAIL = "The Paper <paper@papers.example.org>"
        settings.SITE_URL = "https://papers.example.org"
        settings.OUTBOX_FOLDER, settings.DKIM_KEY = tmp_path / "outbox", tmp_path / "dkim.pem"
        dkim.make(settings.DKIM_KEY)
        steps.mail_sender.cache_clear()
        yield running
        steps.mail_sender.cache_clear()


@pytest.mark.django_db(transaction=True)
class TestSend:
    def test_who_subscribes_gets_a_signed_mail_that_asks_and_its_link_confirms(
        self, office: PostOffice, client: Client, settings: Any
    ) -> None:
        now = datetime.now(UTC)
        subscribing.subscribe("ada@example.org", [Want(Kind.TRENDING)], Times(), "UTC", now=now)
        assert steps.send(threading.Event()) == "1 sent"
        (arrival,) = office.arrivals
        record = dkim.record(dkim.load(settings.DKIM_KEY)).encode()
        assert verifier.verify(arrival.mail, dnsfunc=lambda name, timeout=5: record)
        mail = email.message_from_bytes(arrival.mail, policy=email.policy.default)
        assert (mail["to"], mail["list-id"]) == ("ada@example.org", None)
        text = mail.get_body(("plain",))
        assert text
        link = re.search(r"https://papers\.example\.org(/subscriptions/confirm/\S+)", text.get_content())
        assert link
        client.post(link[1], secure=True)
        assert models.Subscription.objects.get().confirmed_at

    def test_a_digest_has_the_address_that_ends_it_at_one_click(self, office: PostOffice, client: Client) -> None:
        a_delivery()
        assert steps.send(threading.Event()) == "1 sent"
        mail = email.message_from_bytes(office.arrivals[0].mail, policy=email.policy.default)
        where = re.search(r"<https://papers\.example\.org(/\S+)>", str(mail["list-unsubscribe"]))
        assert where
        answer = client.post(where[1], {"List-Unsubscribe": "One-Click"}, secure=True)
        assert answer.status_code == 200
        assert models.Subscription.objects.get().ended_at

    def test_without_a_server_nothing_is_sent_and_nothing_is_lost(self, settings: Any) -> None:
        settings.EMAIL_HOST = ""
        a_delivery()
        assert steps.send(threading.Event()) == ""
        assert list(steps.examine(datetime.now(UTC))) == []
        assert models.Delivery.objects.get().state == "queued"

    def test_the_steps_of_sending_run_beside_the_others(self) -> None:
        assert [step.name for step in steps.STEPS] == ["send", "send to doors", "read reports"]

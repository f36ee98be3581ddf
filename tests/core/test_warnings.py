"""Promises about failing sources: the administrators hear of them by mail, after a day, once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from post import Inbox, an_inbox

from broadsheet import wiring
from broadsheet.core.warnings import warn
from broadsheet.errors import SettingError
from broadsheet.library import sources

pytestmark = [pytest.mark.django_db]

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def inbox(settings: Any) -> Iterator[Inbox]:
    with an_inbox() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        settings.EMAIL_USE_TLS = False
        settings.ADMINISTRATORS = ["keeper@example.org"]
        yield box


def failing(name: str, since: datetime) -> None:
    sources.add(name, "arxiv", ["cs.LG"], {}, HOUR, NOW - 9 * DAY)
    sources.fail(name, "The host does not answer.", since, NOW + HOUR)


def test_a_source_that_fails_for_a_day_is_told_once_with_what_to_do(inbox: Inbox) -> None:
    failing("arxiv", NOW - DAY - HOUR)
    assert warn(wiring.tell_administrators, now=NOW) == 1
    assert warn(wiring.tell_administrators, now=NOW + DAY) == 0
    (mail,) = inbox.mails
    assert inbox.recipients == ["keeper@example.org"]
    assert "arxiv" in str(mail["Subject"])
    text = str(mail.get_payload())
    assert "The host does not answer." in text
    assert "broadsheet sources pause" in text


def test_a_source_that_fails_for_less_than_a_day_is_not_told(inbox: Inbox) -> None:
    failing("arxiv", NOW - DAY + HOUR)
    assert warn(wiring.tell_administrators, now=NOW) == 0
    assert not inbox.mails


def test_several_failing_sources_are_one_mail_and_paused_ones_are_left_out(inbox: Inbox) -> None:
    for name in ("arxiv", "feed", "zotero"):
        failing(name, NOW - 2 * DAY)
    sources.change("zotero", paused=True)
    assert warn(wiring.tell_administrators, now=NOW) == 2
    assert "zotero" not in str(inbox.mails[0].get_payload())


def test_a_mail_that_the_server_refuses_is_tried_again(inbox: Inbox) -> None:
    failing("arxiv", NOW - 2 * DAY)
    inbox.says["data"] = "451 not now"
    with pytest.raises(OSError, match="not now"):
        warn(wiring.tell_administrators, now=NOW)
    inbox.says.clear()
    assert warn(wiring.tell_administrators, now=NOW + HOUR) == 1


def test_a_source_that_recovers_and_fails_for_another_day_is_told_anew(inbox: Inbox) -> None:
    failing("arxiv", NOW - 2 * DAY)
    warn(wiring.tell_administrators, now=NOW)
    sources.finish("arxiv", NOW, NOW + HOUR)
    sources.fail("arxiv", "Gone again.", NOW + HOUR, NOW + 2 * HOUR)
    assert warn(wiring.tell_administrators, now=NOW + 2 * HOUR) == 0
    assert warn(wiring.tell_administrators, now=NOW + DAY + 2 * HOUR) == 1


def test_without_an_address_or_a_server_no_mail_is_said_to_be_sent(settings: Any) -> None:
    settings.ADMINISTRATORS, settings.EMAIL_HOST = [], ""
    with pytest.raises(SettingError, match="BROADSHEET_ADMINISTRATORS"):
        wiring.tell_administrators("subject", "text")

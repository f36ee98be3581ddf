"""Promises of mails to accounts: one letter about what is unread, to whom it can go, and never the same one twice."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from builders import a_record
from post import Inbox, an_inbox
from running import LIBRARY, environment, said_by

from broadsheet import jobs, letters
from broadsheet.community import Actor, Role
from broadsheet.core import discussing, notices, papers
from broadsheet.core.store import store
from broadsheet.core.telling import STALE, Report, tell
from broadsheet.library import deliveries, models, notifications
from broadsheet.rank.trending import Formula

pytestmark = [pytest.mark.django_db]

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FORMULA = Formula()


@pytest.fixture
def inbox(settings: Any) -> Iterator[Inbox]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_USE_TLS = False
    settings.SITE_URL = "https://papers.example.org"
    with an_inbox() as box:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        yield box


def an_actor(name: str, *, verified: bool = True, **fields: Any) -> Actor:
    row = models.Account.objects.create(username=name, email=f"{name}@example.org", trust=1.0, **fields)
    EmailAddress.objects.create(user=row, email=row.email, verified=verified, primary=True)
    return Actor(key=row.pk, name=name, role=Role(row.role))


def say(actor: Actor, text: str, later: int = 0, parent: int | None = None) -> int:
    store([a_record('A stone & a "test" of $x_1$', ids=("arxiv:2603.00001",))], now=NOW)
    paper = papers.paper("arxiv:2603.00001")
    return discussing.comment(actor, paper, text, FORMULA, now=NOW + later * MINUTE, parent=parent).key


def told(later: int = 10, *, verified: bool = True) -> Report:
    return tell(letters.send, now=NOW + later * MINUTE, verified=verified)


def test_all_that_is_unread_is_one_letter_in_text_and_html_with_a_way_to_every_comment(inbox: Inbox) -> None:
    ada, bo = an_actor("ada"), an_actor("bo")
    first = say(ada, "A question")
    keys = [say(bo, "> A question\n\nAn *answer* <b>with</b> $x^2$", 1, first), say(bo, "And @ada, more.", 2)]
    assert told() == Report(sent=1)
    (mail,) = inbox.mails
    assert inbox.recipients == ["ada@example.org"]
    assert mail["Subject"] == "[Broadsheet] 2 notifications"
    text, page = inbox.text(), inbox.text(kind="html")
    for key in keys:
        assert f"https://papers.example.org/comments/{key}" in text
        assert f"https://papers.example.org/comments/{key}" in page
    assert 'bo replied to you on “A stone & a "test" of x₁”' in text
    assert "An answer <b>with</b> x²" in text
    assert "An answer &lt;b&gt;with&lt;/b&gt; x²" in page
    assert told(20) == Report()


def test_a_single_notice_is_the_subject(inbox: Inbox) -> None:
    an_actor("ada")
    say(an_actor("bo"), "@ada!")
    told()
    assert str(inbox.mails[0]["Subject"]).strip() == '[Broadsheet] bo mentioned you: A stone & a "test" of x₁'


def test_the_subject_of_a_decision_says_what_was_decided(inbox: Inbox) -> None:
    ada, eve = an_actor("ada"), an_actor("eve", role=Role.EDITOR)
    discussing.remove(eve, say(ada, "Buy stones."), "It sells something.", FORMULA, now=NOW)
    told()
    notifications.tell_decision(ada.key, "You are a contributor now.", now=NOW + 20 * MINUTE)
    told(40)
    assert [str(mail["Subject"]).strip() for mail in inbox.mails] == [
        "[Broadsheet] Your comment was removed: It sells something.",
        "[Broadsheet] You are a contributor now.",
    ]


def test_an_address_that_is_never_to_be_mailed_gets_none(inbox: Inbox) -> None:
    ada = an_actor("ada")
    models.Account.objects.filter(pk=ada.key).update(email="Ada@example.org")
    EmailAddress.objects.update(email="Ada@example.org")
    deliveries.suppress("ada@example.org", "bounce", "550 unknown", NOW)
    say(an_actor("bo"), "@ada!")
    assert told() == Report()
    deliveries.lift("ada@example.org")
    assert told() == Report(sent=1)


def test_what_is_read_removed_young_or_stale_is_not_mailed(inbox: Inbox) -> None:
    ada, bo = an_actor("ada"), an_actor("bo")
    eve = an_actor("eve", role=Role.EDITOR)
    say(bo, "@ada one")
    notices.read(ada, None, now=NOW)
    removed = say(bo, "@ada two")
    discussing.remove(eve, removed, "Spam.", FORMULA, now=NOW)
    models.Notification.objects.filter(kind="decision").delete()
    say(bo, "@ada three", 8)
    assert told(10) == Report()
    assert told(10 + int(STALE / MINUTE)) == Report()
    assert not inbox.mails


@pytest.mark.parametrize(
    "fields", [{"mailed": False}, {"is_active": False}, {"verified": False}], ids=["wants none", "gone", "not proved"]
)
def test_who_wants_no_mail_or_has_no_address_of_its_own_gets_none(inbox: Inbox, fields: dict[str, Any]) -> None:
    an_actor("ada", **fields)
    say(an_actor("bo"), "@ada @cy")
    models.Account.objects.create(username="cy")
    assert told() == Report()
    assert not inbox.mails


def test_where_no_address_needs_to_be_proved_every_address_is_mailed(inbox: Inbox) -> None:
    an_actor("ada", verified=False)
    say(an_actor("bo"), "@ada")
    assert told(verified=False) == Report(sent=1)


@pytest.mark.parametrize("place", ["ada@example.org", "data"])
def test_what_the_server_cannot_take_now_is_tried_again_later_and_later(inbox: Inbox, place: str) -> None:
    an_actor("ada")
    say(an_actor("bo"), "@ada")
    inbox.says[place] = "451 not now"
    tries = [minute for minute in range(6, 100) if told(minute).postponed]
    assert tries == [6, 12, 24, 48, 96]
    inbox.says.clear()
    assert told(191) == Report()
    assert told(192) == Report(sent=1)
    assert len(inbox.mails) == 1


@pytest.mark.parametrize("place", ["ada@example.org", "data"])
def test_what_the_server_refuses_for_good_is_not_tried_again_and_others_get_theirs(inbox: Inbox, place: str) -> None:
    for name in ("ada", "cy"):
        an_actor(name)
    say(an_actor("bo"), "@ada @cy")
    inbox.says[place] = "550 nobody here"
    expected = Report(sent=1, refused=1) if place != "data" else Report(refused=2)
    assert told(6) == expected
    inbox.says.clear()
    assert told(600) == Report()


def test_a_server_that_is_not_there_costs_no_letter(inbox: Inbox, settings: Any) -> None:
    an_actor("ada")
    say(an_actor("bo"), "@ada")
    port = settings.EMAIL_PORT
    settings.EMAIL_PORT = 1
    with pytest.raises(ConnectionRefusedError):
        told(6)
    settings.EMAIL_PORT = port
    assert told(12) == Report(sent=1)


def test_a_letter_says_how_to_turn_letters_off_and_the_address_in_it_does_without_signing_in(inbox: Inbox) -> None:
    ada = an_actor("ada")
    say(an_actor("bo"), "@ada")
    told()
    (mail,) = inbox.mails
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = str(mail["List-Unsubscribe"]).strip(" <>")
    assert address in inbox.text()
    token = address.removeprefix("https://papers.example.org/mail/off/")
    assert letters.whose(token) == ada.key
    assert letters.whose(token[:-1] + ("a" if token[-1] != "a" else "b")) is None


def test_the_job_says_what_it_sent_and_does_nothing_without_a_server(inbox: Inbox, settings: Any) -> None:
    an_actor("ada")
    say(an_actor("bo"), "@ada")
    models.Notification.objects.update(at=datetime.now(UTC) - 10 * MINUTE)
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    step = next(step for step in jobs.STEPS if step.name == "tell")
    assert step.run(None) == "1 letters sent"  # type: ignore[arg-type]
    settings.EMAIL_HOST = ""
    assert step.run(None) == ""  # type: ignore[arg-type]


PREPARE = (
    LIBRARY
    + """
from datetime import UTC, datetime
from broadsheet.library import models
ada = models.Account.objects.create(username="ada", email="ada@example.org")
models.Notification.objects.create(account=ada, kind="decision", words="Look.", at=datetime(2026, 3, 17, 8, tzinfo=UTC))
"""
)

SEND = """
import os, sys
from datetime import UTC, datetime
import django
django.setup()
from broadsheet import letters
from broadsheet.core.telling import tell
print(os.getpid(), flush=True)
sys.stdin.readline()
print(tell(letters.send, now=datetime(2026, 3, 17, 9, tzinfo=UTC), verified=False).sent)
"""


def test_a_sender_that_is_killed_while_the_server_has_its_letter_sends_none_twice(inbox: Inbox, tmp_path: Path) -> None:
    told = environment(
        tmp_path,
        BROADSHEET_MAIL_HOST="127.0.0.1",
        BROADSHEET_MAIL_PORT=str(inbox.port),
        BROADSHEET_MAIL_SECURITY="none",
    )
    assert said_by(PREPARE, told) == ("", "")
    for kill, end in ((True, -signal.SIGKILL), (False, 0)):
        with subprocess.Popen(
            [sys.executable, "-c", SEND], env=told, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as sender:
            assert sender.stdout is not None
            inbox.kills = int(sender.stdout.readline()) if kill else 0
            said, _ = sender.communicate("go\n")
        assert sender.returncode == end
    assert said.split()[-1] == "0"
    assert len(inbox.mails) == 1

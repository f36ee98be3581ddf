"""Promises of subscribing, by a real service, a real browser and the mails that come: every button does what it says."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from post import Inbox, an_inbox

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def inbox() -> Iterator[Inbox]:
    with an_inbox() as box:
        yield box


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, inbox: Inbox) -> Iterator[str]:
    """A running service that sends mails."""
    keep = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    environment = {
        **keep,
        "BROADSHEET_DATA": str(tmp_path_factory.mktemp("service")),
        "BROADSHEET_MAIL_HOST": "127.0.0.1",
        "BROADSHEET_MAIL_PORT": str(inbox.port),
        "BROADSHEET_MAIL_SECURITY": "none",
    }
    command = [sys.executable, "-m", "broadsheet", "up", "--port", "0", "--no-sample"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as service:
        lines = iter(service.stdout or ())
        yield next(line.split(" is at ")[1].strip() for line in lines if " is at " in line)
        service.terminate()


def the_link(inbox: Inbox) -> str:
    """The path of the link in the mail that asks, when it has come."""
    end = time.monotonic() + 90
    while not inbox.mails and time.monotonic() < end:
        time.sleep(0.1)
    found = re.search(r"https?://[^/]+(/subscriptions/confirm/\S+)", inbox.text())
    assert found, inbox.text()
    return found[1]


def test_a_stranger_subscribes_says_yes_changes_the_hour_and_ends_it(page: Page, inbox: Inbox) -> None:
    page.goto("/subscribe")
    page.get_by_label("Your mail address").fill("cy@example.org")
    page.get_by_role("main").get_by_role("button", name="Subscribe").click()
    expect(page.get_by_text("cy@example.org")).to_be_visible()

    page.goto(the_link(inbox))
    page.get_by_role("button", name="Yes, send it to me").click()
    expect(page.get_by_text("Thank you: it is confirmed.")).to_be_visible()

    hour = page.locator("select[name=hour]")
    hour.select_option("9")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("It is changed.")).to_be_visible()
    expect(hour).to_have_value("9")

    page.get_by_role("button", name="End", exact=True).click()
    expect(page.get_by_text("It has ended.")).to_be_visible()

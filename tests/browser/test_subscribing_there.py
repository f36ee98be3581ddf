"""Promises of subscribing, by a real service, a real browser and the mails that come: every button does what it says."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from post import Inbox, an_inbox
from running import a_service, environment, wait_until

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def inbox() -> Iterator[Inbox]:
    with an_inbox() as box:
        yield box


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, inbox: Inbox) -> Iterator[str]:
    """A running service that sends mails."""
    told = environment(
        tmp_path_factory.mktemp("service"), BROADSHEET_MAIL_HOST="127.0.0.1", BROADSHEET_MAIL_PORT=str(inbox.port),
        BROADSHEET_MAIL_SECURITY="none",
    )  # fmt: skip
    with a_service(told, "--no-sample") as address:
        yield address


def the_link(inbox: Inbox) -> str:
    """The path of the link in the mail that asks, when it has come."""
    wait_until(lambda: bool(inbox.mails), "the mail that asks", seconds=90)
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

"""Promises of coming in, by a real service and a real browser: by a mailed code without a password, and by another site."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from identity import CLIENT, SECRET, Person, Provider
from playwright.sync_api import Page, expect
from post import Inbox, an_inbox
from running import a_service, environment

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider(person=Person(sub="cy", name="cy", email="cy@example.org")) as server:
        # The provider leads on to a host of another name, as universities do that ask a third party.
        server.hop = server.url.replace("127.0.0.1", "localhost")
        yield server


@pytest.fixture(scope="module")
def inbox() -> Iterator[Inbox]:
    with an_inbox() as box:
        yield box


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, provider: Provider, inbox: Inbox) -> Iterator[str]:
    """A running service that everybody may make an account at, that sends mails and knows another site."""
    told = environment(
        tmp_path_factory.mktemp("service"), BROADSHEET_SIGNUP="open",
        BROADSHEET_MAIL_HOST="127.0.0.1", BROADSHEET_MAIL_PORT=str(inbox.port), BROADSHEET_MAIL_SECURITY="none",
        BROADSHEET_OIDC_ISSUER=provider.url, BROADSHEET_OIDC_CLIENT=CLIENT, BROADSHEET_OIDC_SECRET=SECRET,
        BROADSHEET_OIDC_NAME="The University",
    )  # fmt: skip
    known = [sys.executable, "-m", "broadsheet", "account", "di", "--email", "di@example.org", "--password-from", "-"]
    subprocess.run(known, env=told, input=b"a long way to the stones", check=True, capture_output=True)
    with a_service(told, "--no-sample") as address:
        yield address


def the_code(inbox: Inbox, number: int) -> str:
    """The code in the mail of this number, when it has come."""
    end = time.monotonic() + 20
    while len(inbox.mails) < number and time.monotonic() < end:
        time.sleep(0.05)
    found = re.search(r"^[A-Z0-9]{4}-[A-Z0-9]{4}$", inbox.text(), re.MULTILINE)
    assert found, inbox.text()
    return found[0]


def test_a_reader_comes_in_by_mailed_codes_alone(page: Page, inbox: Inbox) -> None:
    page.goto("/accounts/signup/")
    page.get_by_label("Mail address").fill("bo@example.org")
    page.get_by_label("Name", exact=False).first.fill("bo")
    page.get_by_role("button", name="Make it").click()
    page.get_by_label("Code").fill(the_code(inbox, 1))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("link", name="bo", exact=True)).to_be_visible()

    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Sign Out").click()
    page.get_by_role("link", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Send me a code by mail instead").click()
    page.get_by_label("Email").fill("bo@example.org")
    page.get_by_role("button", name="Request Code").click()
    page.get_by_label("Code").fill(the_code(inbox, 2))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("link", name="bo", exact=True)).to_be_visible()
    assert inbox.recipients[-2:] == ["bo@example.org", "bo@example.org"]


def test_a_known_and_an_unknown_mail_address_are_answered_alike(page: Page, inbox: Inbox) -> None:
    def answers(path: str, label: str, button: str) -> list[tuple[str, str]]:
        seen = []
        for address in ("di@example.org", "zz@example.org"):
            page.context.clear_cookies()
            before = len(inbox.mails)
            page.goto(path)
            page.get_by_label(label).fill(address)
            if "signup" in path:
                page.get_by_label("Name", exact=False).first.fill("newcomer" + address[0])
            page.get_by_role("button", name=button).click()
            expect(page).not_to_have_url(re.compile(re.escape(path) + "$"))
            seen.append((page.url, page.locator("main").inner_text().replace(address, "…")))
            assert len(inbox.mails) == before + 1
            assert inbox.recipients[-1] == address
        return seen

    for path, label, button in (
        ("/accounts/login/code/", "Email", "Request Code"),
        ("/accounts/password/reset/", "Email", "Reset My Password"),
        ("/accounts/signup/", "Mail address", "Make it"),
    ):
        known, unknown = answers(path, label, button)
        assert known == unknown, path


def test_a_reader_comes_in_by_another_site_that_leads_on_to_a_third(page: Page, provider: Provider) -> None:
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with The University").click()
    expect(page.get_by_role("link", name="cy", exact=True)).to_be_visible()
    assert provider.asked.count("/authorize") == 2

"""Promises of a discussion: readers of a real service write, reply and are told, with and without a script."""

import re
import subprocess
import sys
from typing import Any

import pytest
from contrast import LOW_CONTRAST
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = pytest.mark.browser

PASSWORD = "a long way to the stones"


@pytest.fixture(scope="module", autouse=True)
def _readers(service: Any) -> None:
    for name, more in (("ada", []), ("bo", []), ("eve", ["--administrator"])):
        command = [sys.executable, "-m", "broadsheet", "account", name, "--password-from", "-", *more]
        subprocess.run(command, input=PASSWORD.encode(), env=service.environment, check=True, capture_output=True)


def sign_in(page: Page, name: str) -> Page:
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Notifications")).to_be_visible()
    return page


def a_reader(browser: Browser, address: str, name: str, **more: Any) -> tuple[BrowserContext, Page]:
    context = browser.new_context(base_url=address, **more)
    return context, sign_in(context.new_page(), name)


def test_readers_write_preview_reply_and_are_told(page: Page, browser: Browser, address: str) -> None:
    sign_in(page, "ada")
    page.goto("/")
    page.locator(".paper h2 a").first.click()
    paper = page.url
    page.get_by_label("Your comment").fill("The step is *small*: $\\frac{1}{\\|w\\|_2}$, it costs $5 and $10.")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview em")).to_have_text("small")
    box = page.locator(".preview math").bounding_box()
    assert box
    assert box["height"] > 20  # a fraction stands over two lines: the browser shows it as mathematics
    page.get_by_role("button", name="Comment").click()
    expect(page).to_have_url(re.compile("#comment-1$"))
    expect(page.locator("#comment-1")).to_be_in_viewport()

    context, other = a_reader(browser, address, "bo", java_script_enabled=False)
    other.goto(paper)
    other.locator("#comment-1").get_by_role("link", name="Reply").click()
    other.get_by_label("Your words").fill("How small, @ada?")
    other.get_by_role("button", name="Reply").click()
    expect(other.locator("#comment-2 .mention")).to_have_text("@ada")
    context.close()

    page.goto("/")
    expect(page.get_by_role("link", name="Notifications 1")).to_be_visible()
    expect(page.get_by_role("link", name="2 comments")).to_be_visible()
    page.get_by_role("link", name="Notifications 1").click()
    page.get_by_role("button", name="Open").click()
    expect(page).to_have_url(re.compile("#comment-2$"))
    page.locator("#comment-2").get_by_role("link", name="Reply").click()
    page.get_by_label("Your words").fill("Very.")
    page.get_by_label("Your words").press("Control+Enter")
    expect(page.locator("#comment-3")).to_contain_text("Very.")
    expect(page.get_by_role("link", name=re.compile("^Notifications$"))).to_be_visible()


def test_a_vote_that_a_script_cannot_send_is_sent_by_the_form(browser: Browser, address: str) -> None:
    context, page = a_reader(browser, address, "bo")
    page.goto("/")
    page.route(
        "**/upvote/**", lambda route: route.abort() if route.request.resource_type == "fetch" else route.continue_()
    )
    vote = page.locator("form.upvote button").first
    before = vote.inner_text()
    with page.expect_navigation():
        vote.click()
    expect(vote).to_have_attribute("aria-pressed", "true")
    assert vote.inner_text() != before
    context.close()


def test_the_keyboard_writes_a_comment(page: Page) -> None:
    sign_in(page, "bo")
    page.goto("/")
    page.locator(".paper h2 a").nth(1).click()
    page.get_by_label("Your comment").focus()
    page.keyboard.type("Written with j and k and /.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".comment .words")).to_have_text("Written with j and k and /.")


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (390, "light"), (1200, "dark"), (1200, "light")])
def test_no_page_of_a_discussion_is_wider_than_the_screen_and_every_text_can_be_read(
    browser: Browser, address: str, width: int, scheme: Any
) -> None:
    context, page = a_reader(browser, address, "eve", viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.goto("/")
    page.locator(".paper h2 a").nth(2).click()
    paper = page.url.removeprefix(address.rstrip("/"))
    words = (
        "x" * 300
        + " "
        + "$$"
        + "+".join("x" * 90)
        + "$$\n\n```\n"
        + "code " * 60
        + "\n```\n\n"
        + "|a" * 30
        + "\n"
        + "|-" * 30
    )
    page.get_by_label("Your comment").fill(f"{words} {width} {scheme}")
    page.get_by_role("button", name="Comment").click()
    key = page.url.rpartition("-")[2]
    for verb in ("", "/reply", "/edit", "/history", "/take-back", "/remove", "/lock"):
        page.goto(f"/comments/{key}{verb}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, verb
        assert page.evaluate(LOW_CONTRAST) == [], verb
    for path in ("/discussions", "/notifications", f"/flag{paper}", f"/lock{paper}"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.evaluate(LOW_CONTRAST) == [], path
    context.close()

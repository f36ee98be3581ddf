"""Promises of a morning with the paper: a real service, a real browser, the real page."""

import re

import pytest
from contrast import LOW_CONTRAST
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

QUERY = "normalization makes momentum shrink the effective step size"
ADAMP = re.compile("AdamP: Slowing Down the Slowdown")


def search(page: Page, words: str) -> None:
    page.get_by_label("Search the library").fill(words)
    page.get_by_label("Search the library").press("Enter")
    expect(page.locator(".hits .paper").first).to_be_visible(timeout=30_000)  # the index may still be in the making


def test_a_reader_opens_the_day_finds_adamp_by_what_it_does_and_takes_its_citation_away(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tuesday, 17 March 2026")
    page.get_by_label("Go to").fill("2026-03-17")
    page.get_by_role("button", name="Open").click()
    expect(page).to_have_url(re.compile("/day/2026-03-17$"))
    expect(page.locator(".paper")).to_have_count(50)
    page.get_by_role("link", name="Next page").click()
    expect(page.locator(".paper")).to_have_count(29)

    search(page, QUERY)
    titles = page.locator(".hits .paper h2")
    first_three = [titles.nth(place).inner_text().replace("\n", " ") for place in range(3)]
    assert any(ADAMP.search(title) for title in first_three)
    hit = page.locator(".hits .paper", has_text=ADAMP).first
    expect(hit.locator("mark", has_text="Momentum").first).to_be_visible()
    expect(hit.locator(".reason")).to_contain_text("meaning")

    hit.get_by_role("link", name=ADAMP).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(ADAMP)
    page.get_by_role("button", name="Copy BibTeX").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("@")
    assert "{AdamP}: Slowing Down the Slowdown for Momentum Optimizers" in copied


def test_without_javascript_everything_but_the_comforts_is_there(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("link", name="Month").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("March 2026")
    page.goto(f"/search?q={QUERY}")
    page.get_by_role("link", name=ADAMP).click()
    expect(page.locator("#bibtex")).to_contain_text("@misc{")
    expect(page.get_by_role("button", name="Copy BibTeX")).to_be_hidden()
    with page.expect_download() as download:
        page.get_by_role("link", name="RIS").click()
    assert download.value.suggested_filename.endswith(".ris")
    context.close()


def test_the_field_suggests_titles_and_authors_and_the_keyboard_takes_one(page: Page) -> None:
    page.goto("/")
    search(page, "momentum")  # so that there is an index
    field = page.get_by_label("Search the library")
    field.fill("")
    field.press_sequentially("slowing down the slo", delay=20)
    option = page.get_by_role("option", name=ADAMP)
    expect(option).to_be_visible()
    field.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    field.press("Escape")
    expect(option).to_be_hidden()
    field.press_sequentially("w", delay=20)
    expect(option).to_be_visible()
    field.press("ArrowDown")
    field.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(ADAMP)


def test_what_was_understood_can_be_taken_off(page: Page) -> None:
    page.goto("/")
    search(page, "scale invariant -momentum")
    page.get_by_role("link", name="Take off without momentum").click()
    expect(page.get_by_label("Search the library")).to_have_value("scale invariant")


def test_the_filter_narrows_down_what_was_found(page: Page) -> None:
    page.goto("/")
    search(page, "scale invariant")
    page.get_by_label("with code").check()
    page.get_by_role("button", name="Narrow down").click()
    expect(page).to_have_url(re.compile("code=1"))
    for paper in page.locator(".hits .paper").all():
        expect(paper.get_by_role("link", name="Code")).to_be_visible()


def test_the_keyboard_reaches_everything(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the papers")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    first = page.locator(".paper h2 a").first
    expect(first).to_be_focused()
    title = first.inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.keyboard.press("/")
    expect(page.get_by_label("Search the library")).to_be_focused()


@pytest.mark.parametrize("width", [320, 390, 768, 1920])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_wider_than_the_screen_and_every_text_can_be_read(
    browser: Browser, address: str, width: int, scheme: str
) -> None:
    context = browser.new_context(
        base_url=address, viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    page.goto("/")
    paper = page.locator(".paper h2 a").first.get_attribute("href")
    for path in ("/", "/day/2026-03-16", f"/search?q={QUERY}", "/search", str(paper), "/nowhere"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.evaluate(LOW_CONTRAST) == [], path
    context.close()

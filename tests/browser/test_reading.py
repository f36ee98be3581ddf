"""Promises of a morning with the paper: a real service, a real browser, the real page."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import shared_data
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

pytestmark = pytest.mark.browser

CHROMIUM = Path("/usr/bin/chromium")
QUERY = "normalization makes momentum shrink the effective step size"
ADAMP = re.compile("AdamP: Slowing Down the Slowdown")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running service with the papers of the real page; with the sample reading list where that is absent."""
    folder = tmp_path_factory.mktemp("service")
    keep = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    environment = {**keep, "BROADSHEET_DATA": str(folder)}
    command = [sys.executable, "-m", "broadsheet"]
    try:
        page = shared_data("seed", "daily-papers-page.txt")
        subprocess.run([*command, "import", str(page)], env=environment, check=True, capture_output=True)
    except pytest.skip.Exception:
        pass  # `up` loads the sample: the same papers with our own notes
    with subprocess.Popen(
        [*command, "up", "--port", "0"], env=environment, stdout=subprocess.PIPE, text=True
    ) as service:
        lines = iter(service.stdout or ())
        yield next(line.split(" is at ")[1].strip() for line in lines if " is at " in line)
        service.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is not installed, and continuous integration must not skip the browser tests.")
        pytest.skip("Chromium is not installed: Debian has it as the package chromium.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A browser's tab in which nothing may go wrong: no error, no warning, nothing that the policy refuses."""
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address.rstrip("/"))
    page = context.new_page()
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            said.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert not said


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


LOW_CONTRAST = """() => {
  const channel = (value) => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const colour = (text) => text.match(/[\\d.]+/g).map(Number);
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const found = colour(getComputedStyle(element).backgroundColor);
      if (found.length < 4 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  const low = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility()) continue;
    const [one, other] = [luminance(colour(getComputedStyle(element).color)), luminance(behind(element))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < 4.5) low.push(`${element.tagName} ${element.className} ${contrast.toFixed(2)}`);
  }
  return low;
}"""

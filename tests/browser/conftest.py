"""A real service and a real browser."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from builders import shared_data
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")


class Service(NamedTuple):
    """Where a running service is, and the environment in which the command works on its library."""

    address: str
    environment: dict[str, str]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
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
    ) as running:
        lines = iter(running.stdout or ())
        yield Service(next(line.split(" is at ")[1].strip() for line in lines if " is at " in line), environment)
        running.terminate()


@pytest.fixture(scope="module")
def address(service: Service) -> str:
    """Where it is."""
    return service.address


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

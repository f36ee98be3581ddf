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
from running import a_service, environment

CHROMIUM = Path("/usr/bin/chromium")


class Service(NamedTuple):
    """Where a running service is, and the environment in which the command works on its library."""

    address: str
    environment: dict[str, str]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A running service with the papers of the real page; with the sample reading list where that is absent."""
    told = environment(tmp_path_factory.mktemp("service"))
    del told["BROADSHEET_EMBEDDER"]  # as it is installed
    try:
        page = shared_data("seed", "daily-papers-page.txt")
        command = [sys.executable, "-m", "broadsheet", "import", str(page)]
        subprocess.run(command, env=told, check=True, capture_output=True)
    except pytest.skip.Exception:
        pass  # `up` loads the sample: the same papers with our own notes
    with a_service(told) as address:
        yield Service(address, told)


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

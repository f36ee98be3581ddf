"""Renews docs/images: starts the service on a library of its own and photographs it in a real browser.

The front page shows the sample reading list, whose notes are our own words; no abstract of anybody else is pictured.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).parent.parent / "docs" / "images"
QUERY = "normalization makes momentum shrink the effective step size"
PICTURES = (
    ("front-page.png", "", "light", 1280, 900),
    ("search.png", f"search?q={QUERY.replace(' ', '+')}", "light", 1280, 900),
    ("front-page-dark-phone.png", "", "dark", 390, 844),
)


def main() -> None:
    """Start, photograph, stop."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "BROADSHEET_DATA": folder}
        with subprocess.Popen(
            [sys.executable, "-m", "broadsheet", "up", "--port", "0"],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        ) as service:
            lines = iter(service.stdout or ())
            address = next(line.split(" is at ")[1].strip() for line in lines if " is at " in line)
            try:
                photograph(address)
            finally:
                service.terminate()


def photograph(address: str) -> None:
    """Take every picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name, path, scheme, width, height in PICTURES:
            page = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
            )
            page.goto(address + path)
            while page.locator("meta[http-equiv=refresh]").count():  # the index is still being built
                page.wait_for_timeout(500)
                page.reload()
            page.screenshot(path=IMAGES / name)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()

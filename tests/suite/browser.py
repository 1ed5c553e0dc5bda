"""Headless Chromium for tests of pages; a test that asks for it is skipped, with the reason, where there is none."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from typing import Any

import pytest


def reason_for_none() -> str:
    """Return why there is no browser, or nothing if there is one."""
    missing = [
        name for name, found in (("chromium", _chromium()), ("chromedriver", which("chromedriver"))) if not found
    ]
    return (
        f"{' and '.join(missing)} not found on PATH (Debian: apt-get install chromium chromium-driver)"
        if missing
        else ""
    )


def _chromium() -> str | None:
    return next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := which(name))), None)


class Page:
    """A page in the browser."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver

    def open(self, path: Path, width: int, dark: bool = False) -> None:
        """Open a file in a window so many CSS pixels wide."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self._driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self._driver.get(path.absolute().as_uri())

    def ask(self, expression: str) -> Any:
        """Return the value of a JavaScript expression."""
        return self._driver.execute_script(f"return {expression}")

    def messages(self) -> list[str]:
        """Return what the console has said since it was asked last, and requests that failed."""
        return [entry["message"] for entry in self._driver.get_log("browser")]

    def picture(self, path: Path, height: int = 900) -> None:
        """Write the upper part of the page to ``path`` as PNG."""
        clip = {"x": 0, "y": 0, "width": self.ask("innerWidth"), "height": height, "scale": 1}
        shot = self._driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
        path.write_bytes(base64.b64decode(shot["data"]))


@contextmanager
def browser(profile: Path) -> Iterator[Page]:
    """Start Chromium with a new profile in ``profile``, without network services of its own."""
    webdriver = pytest.importorskip("selenium.webdriver")
    if reason := reason_for_none():
        pytest.skip(reason)
    options = webdriver.ChromeOptions()
    options.binary_location = _chromium()
    for switch in (
        "headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
        "disable-component-update", "disable-sync", "disable-dev-shm-usage", f"user-data-dir={profile}",
    ):  # fmt: skip
        options.add_argument(f"--{switch}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(which("chromedriver")))
    try:
        yield Page(driver)
    finally:
        driver.quit()

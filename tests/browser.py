"""Headless Chromium with the network cut, for the tests that look at the map."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from playwright.sync_api import Browser, ConsoleMessage, Page, Route

    Show = Callable[..., AbstractContextManager[tuple[Page, "Seen"]]]

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The headless one first: it draws the same pages without the windows around them."""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WIDE = (1280, 800)
NARROW = (390, 844)
PICTURES = Path(os.environ.get("LANDRENEW_PICTURES", Path(__file__).parents[1] / "build/pictures"))
"""Where the tests leave what they photograph, to be looked at."""


@dataclass
class Seen:
    """What a page did that it must not do; and what it asked of those whom it may ask."""

    requests: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def nothing(self) -> bool:
        """Tell whether no request left the machine and no error reached the console."""
        return self.requests == [] and self.errors == []


def installed(*names: str) -> str:
    """Find a browser; without one the test is skipped here, and fails in CI."""
    found = next((path for path in map(shutil.which, names) if path), None)
    if found:
        return found
    message = f"no such browser on this machine: {', '.join(names)}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def keep_picture(name: str, picture: bytes) -> None:
    """Leave a picture where it can be looked at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    (PICTURES / name).write_bytes(picture)


@contextmanager
def launched() -> Iterator[Browser]:
    """Start the browser."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=installed(*NAMES), args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def opened(
    browser: Browser,
    file: Path,
    size: tuple[int, int] = WIDE,
    url: str | None = None,
    *,
    fragment: str = "",
    home: str | None = None,
) -> Iterator[tuple[Page, Seen]]:
    """
    Open a file as a double click does, cut off from all but itself and what lies under a home.

    With a URL it is asked for there, from a server of this machine. A folder opens by its index.
    """
    seen = Seen()
    if file.is_dir():
        file, home = file / "index.html", file.as_uri() + "/"
    own = url or file.as_uri()

    def cut(route: Route) -> None:
        if route.request.url.partition("#")[0] == own:
            route.continue_()
        elif home is not None and route.request.url.startswith(home):
            seen.asked.append(route.request.url.removeprefix(home))
            route.continue_()
        else:
            seen.requests.append(route.request.url)
            route.abort()

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            seen.errors.append(message.text)

    width, height = size
    is_alone = url is None and (home is None or home.startswith("file:"))
    context = browser.new_context(viewport={"width": width, "height": height}, offline=is_alone)
    context.route(lambda url: not url.startswith(("data:", "blob:")), cut)
    page = context.new_page()
    page.on("console", note)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.goto(own + fragment)
    page.locator("body[data-state]").wait_for()  # all unpacked and painted, or said to be broken
    yield page, seen
    context.close()

"""With the network cut the map is whole: in Chromium and Firefox, from the disk and over http."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from browser import NARROW, WIDE, Seen, keep_picture, opened
from firefox import started
from playwright.sync_api import expect
from recorder import recording

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from firefox import Firefox
    from playwright.sync_api import Browser, Page
    from recorder import Recorder

pytestmark = pytest.mark.browser

ONE = "330282100020"
STAMPS = {"en": "Internal working map · not for publication", "zh": "内部工作用图 不得公开"}
ENTER = "\ue007"


@pytest.fixture
def fox(foxes: tuple[Firefox, Recorder]) -> tuple[Firefox, Recorder]:
    window, server = foxes
    window.seen, server.asked = Seen(), []
    return window, server


@pytest.fixture(scope="module")
def foxes(
    file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Firefox, Recorder]]:
    profile = tmp_path_factory.mktemp("profile")
    with recording(file) as server, started(profile, server.server_port) as window:
        yield window, server


def use(page: Page) -> None:
    """Do what a reader does: both languages, a card, another colouring, closer."""
    for lang, stamp in STAMPS.items():
        page.locator(f"#lang-{lang}").click()
        expect(page.locator(".stamp")).to_have_text(stamp)
        page.locator("#search").fill(ONE)
        page.locator("#search").press("Enter")
        expect(page.locator("#card h2")).to_have_text(ONE)
    page.locator(".close:visible").click()
    page.locator("[data-name=zoom_out]").click()
    page.wait_for_timeout(100)


def use_by_hand(window: Firefox) -> None:
    """Do the same in Firefox."""
    for lang, stamp in STAMPS.items():
        window.click(f"#lang-{lang}")
        assert window.value("document.querySelector('.stamp').textContent") == stamp
        window.value("document.getElementById('search').value = ''")
        window.click("#search")
        window.type(ONE + ENTER)
        assert window.value("document.querySelector('#card h2').textContent") == ONE
        assert window.value("document.getElementById('found').hidden")
    window.click(".card .close")
    window.click("[data-name=zoom_out]")
    assert window.value("document.getElementById('card').hidden")
    assert window.value("document.body.scrollWidth <= innerWidth")


@pytest.mark.parametrize("size", [WIDE, NARROW])
@pytest.mark.parametrize("by", ["file", "http"])
def test_chromium_asks_for_the_file_alone(
    browser: Browser, file: Path, size: tuple[int, int], by: str
) -> None:
    with recording(file) as server:
        url = server.address if by == "http" else None
        with opened(browser, file, size, url) as (page, seen):
            use(page)
        assert seen.nothing(), seen
        assert server.asked == (["GET /map.html"] if by == "http" else [])


def test_firefox_asks_for_the_file_alone(fox: tuple[Firefox, Recorder], file: Path) -> None:
    window, server = fox
    for url in (file.as_uri(), server.address):
        for width, size in {"wide": WIDE, "narrow": NARROW}.items():
            window.open(url, size)
            use_by_hand(window)
            keep_picture(f"firefox.{width}.png", window.picture())
    assert window.seen.errors == []
    assert set(window.seen.requests) <= {file.as_uri(), server.address}
    assert server.asked == [f"GET {server.address}"] * 2


def test_firefox_would_be_caught(fox: tuple[Firefox, Recorder], file: Path, tmp_path: Path) -> None:
    window, server = fox
    spoilt = tmp_path / "map.html"
    text = file.read_text(encoding="utf-8")
    free = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
    calls = "<script>fetch('http://far.example/x').catch(() => console.error('no'))</script></body>"
    spoilt.write_text(free.replace("</body>", calls), encoding="utf-8")
    window.open(spoilt.as_uri())
    assert "http://far.example/x" in window.seen.requests
    assert "GET http://far.example/x" in server.asked
    assert any("far.example" in one or one == "no" for one in window.seen.errors)


def test_the_page_brings_its_own_icon(file: Path) -> None:
    head = file.read_text(encoding="utf-8").split("</head>")[0]
    assert re.search(r'<link rel="icon" href="data:image/svg\+xml,', head)


def test_the_page_may_be_enlarged(file: Path) -> None:
    head = file.read_text(encoding="utf-8").split("</head>")[0]
    assert "user-scalable" not in head
    assert "maximum-scale" not in head

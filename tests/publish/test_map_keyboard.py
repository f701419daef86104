"""The page without a mouse, and for those who hear it: reached by Tab, named, and said aloud."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from map_city import made_result
from map_states import ONE
from playwright.sync_api import expect

from landrenew.publish.map.draw import draw_map
from landrenew.publish.map.offline import save_map

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from browser import Show
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

UNREACHED = """() => {
    const found = document.querySelectorAll('button, input, select, summary, [tabindex="0"]');
    // Of a group of radio buttons the chosen one is reached; arrows lead to the others.
    const asked = [...found].filter((node) => node.checkVisibility() && !node.disabled
        && (node.type !== 'radio' || node.checked));
    window.passed ||= new Set();
    window.passed.add(document.activeElement);
    return asked.filter((node) => !window.passed.has(node)).map(({ outerHTML }) => outerHTML);
}"""
FOCUS = "document.activeElement.id || document.activeElement.dataset.town || ''"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "map.html"
    save_map(draw_map(made_result(96)), path)
    return path


@pytest.fixture(scope="module")
def shared(file: Path, show: Show) -> Iterator[Page]:
    with show(file) as (page, seen):
        yield page
        assert seen.nothing(), seen


@pytest.fixture
def page(shared: Page, file: Path) -> Page:
    shared.goto("about:blank")
    shared.goto(file.as_uri())
    shared.locator("body[data-state=ready]").wait_for()
    return shared


def card_by_keys(page: Page) -> None:
    page.locator("#search").focus()
    page.keyboard.type(ONE)
    page.keyboard.press("Enter")
    expect(page.locator("#card h2")).to_have_text(ONE)


def test_tab_reaches_every_control(page: Page) -> None:
    card_by_keys(page)
    page.evaluate("document.activeElement.blur()")
    wanted = len(page.evaluate(UNREACHED))
    assert wanted > 30
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
        left = page.evaluate(UNREACHED)
    assert left == []


def test_the_map_is_moved_and_enlarged_by_keys(page: Page) -> None:
    page.locator(".folium-map").focus()
    for key, figure in (
        ("+", "getZoom()"), ("ArrowRight", "getCenter().lng"), ("ArrowUp", "getCenter().lat"),
    ):  # fmt: skip
        before = page.evaluate(f"map_city.{figure}")
        for _ in range(50):  # a key is passed over while the map still moves
            page.keyboard.press(key)
            page.wait_for_timeout(50)
            if page.evaluate(f"map_city.{figure}") > before:
                break
        assert page.evaluate(f"map_city.{figure}") > before


def test_a_card_takes_the_keyboard_and_gives_it_to_the_map(page: Page) -> None:
    card_by_keys(page)
    assert page.evaluate(FOCUS) == "card"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # its cross comes first
    expect(page.locator("#card")).to_be_hidden()
    assert page.evaluate("document.activeElement === map_city.getContainer()")


def test_what_is_chosen_by_keys_keeps_the_keyboard(page: Page) -> None:
    page.locator("[data-town=周巷镇]").focus()
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUS) == "周巷镇"
    expect(page.locator("[data-town=周巷镇]")).to_have_attribute("aria-pressed", "true")
    page.locator("#legend [data-class='1']").focus()
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.dataset.class") == "1"
    page.locator("#clear-filter").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('#filter') !== null")


def test_a_filter_is_said_aloud(page: Page) -> None:
    said = page.locator("#said")
    expect(said).to_have_attribute("role", "status")
    expect(said).to_have_text("")
    page.locator("[data-town=周巷镇]").click()
    expect(said).to_have_text(page.locator("#filter-sums").inner_text())
    page.locator("#clear-filter").click()
    expect(said).to_have_text("")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_part_of_the_page_has_a_name_of_its_own(page: Page, lang: str) -> None:
    page.locator(f"#lang-{lang}").click()
    card_by_keys(page)
    names = page.locator("main, aside, header, [role=main], [role=search], [role=toolbar]")
    labels = names.evaluate_all("all => all.map((one) => one.getAttribute('aria-label'))")
    given = [one for one in labels if one]
    assert len(given) == len(set(given)) >= 4
    levels = page.locator("h1, h2, h3").evaluate_all(
        "all => all.filter((one) => one.checkVisibility()).map((one) => +one.tagName[1])"
    )
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))

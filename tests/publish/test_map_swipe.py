"""Two states of the parcels, left and right of a divider."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from browser import NARROW
from PIL import Image
from playwright.sync_api import expect

if TYPE_CHECKING:
    from pathlib import Path

    from browser import Show
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

ONE = "330282100020"


def go_to_one(page: Page) -> None:
    page.locator("#search").fill(ONE)
    page.locator("#search").press("Enter")
    page.locator("#card .close").click()


def colour_of_one(page: Page) -> tuple[int, ...]:
    """Read the pixel that the reader sees a little above the middle of a parcel."""
    page.evaluate("new Promise((act) => layer_parcels.whenPainted(act))")
    page.wait_for_timeout(300)
    x, y = page.evaluate(
        """(id) => {
            const box = map_city.getContainer().getBoundingClientRect();
            const place = layer_parcels.bounds(layer_parcels.ids.indexOf(id)).getCenter();
            const at = map_city.latLngToContainerPoint(place);
            return [box.left + at.x, box.top + at.y - 12];
        }""",
        ONE,
    )
    picture = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
    return tuple(int(one) for one in picture[int(y), int(x)])


def colour_in(page: Page, theme: str) -> tuple[int, ...]:
    """Tell the colour of a parcel's class in a theme, as it holds now."""
    colour = page.evaluate(
        """([name, id]) => {
            const theme = layer_parcels.themes.find((one) => one.name === name);
            return layer_parcels.classOf(theme, layer_parcels.ids.indexOf(id)).colour;
        }""",
        [theme, ONE],
    )
    return tuple(bytes.fromhex(colour[1:]))


def test_each_side_of_the_divider_shows_its_own_theme(show: Show, file: Path) -> None:
    with show(file) as (page, seen):
        go_to_one(page)
        page.locator("input[name=theme][value=control_class]").check()
        page.locator("#swipe").click()
        page.locator("#swipe-left").select_option("efficiency_grade")
        left, right = (colour_in(page, one) for one in ("efficiency_grade", "control_class"))
        assert left != right
        page.locator("#divider").press("End")
        assert colour_of_one(page) == left
        page.locator("#divider").press("Home")
        assert colour_of_one(page) == right
        page.locator("#swipe").click()
        expect(page.locator("#divider")).to_be_hidden()
        assert colour_of_one(page) == right
        assert seen.nothing(), seen


def test_the_divider_is_dragged_and_stands_in_the_address(show: Show, file: Path) -> None:
    with show(file) as (page, seen):
        page.locator("#swipe").click()
        box = page.locator("#divider").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 12, box["y"] + 200)
        page.mouse.down()
        page.mouse.move(box["x"] + 12 - 150, box["y"] + 200, steps=5)
        page.mouse.up()
        moved = page.locator("#divider").bounding_box()
        assert moved is not None
        assert moved["x"] == pytest.approx(box["x"] - 150, abs=2)
        assert "swipe=" in page.evaluate("location.hash")
        page.locator("#undo").click()
        expect(page.locator("#divider")).to_have_attribute("aria-valuenow", "50")
        assert seen.nothing(), seen


def test_a_trial_is_held_against_the_run(show: Show, file: Path) -> None:
    with show(file) as (page, seen):
        go_to_one(page)
        page.locator("input[name=theme][value=low_efficiency_class]").check()
        before = colour_in(page, "low_efficiency_class")
        page.locator("#what-if summary").click()
        path = "low_efficiency.tests.floor_area_ratio.threshold"
        value = page.evaluate(
            "(id) => layer_parcels.table.value('floor_area_ratio', layer_parcels.ids.indexOf(id))",
            ONE,
        )
        tried = "0.001" if value < 0.6 else "99"  # whatever it was, it is the other now
        if value < 0.6:
            page.locator(
                '#what-if input[type=number][data-path="low_efficiency.tests.tax_cny10k_per_mu'
                '.threshold"]'
            ).fill("0.001")
        box = page.locator(f'#what-if input[type=number][data-path="{path}"]')
        box.fill(tried)
        box.press("Enter")
        after = colour_in(page, "low_efficiency_class")
        assert before != after
        page.locator("#swipe").click()
        expect(page.locator("#swipe-left")).to_have_value("run:low_efficiency_class")
        expect(page.locator(".swipe-right")).to_have_text("低效判定 · 推演")
        page.locator("#divider").press("End")
        assert colour_of_one(page) == before
        page.locator("#divider").press("Home")
        assert colour_of_one(page) == after
        page.locator("#trial-clear").click()  # without a trial there is no run to hold it against
        expect(page.locator("#swipe-left")).not_to_have_value("run:low_efficiency_class")
        assert seen.nothing(), seen


def test_on_a_phone_both_names_stay_on_the_screen(show: Show, file: Path) -> None:
    with show(file, NARROW) as (page, seen):
        page.locator("#swipe").click()
        for key in ("Home", "End"):
            page.locator("#divider").press(key)
            for one in ("#swipe-left", ".swipe-right"):
                box = page.locator(one).bounding_box()
                assert box is not None
                assert box["x"] > -1
                assert box["x"] + box["width"] <= NARROW[0] + 1
        assert seen.nothing(), seen

"""A name is shown as text, whatever it holds and however long it is, and the page stays usable."""

from __future__ import annotations

import csv
import dataclasses
import io
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from browser import NARROW, WIDE, opened
from map_city import TOWNS, blocks, made_result, parcels, share
from map_states import faults
from playwright.sync_api import expect

from landrenew.base.words import Text
from landrenew.intake.parcels import Parcels
from landrenew.publish.map.draw import draw_map
from landrenew.publish.map.offline import save_map
from landrenew.publish.result import Result
from landrenew.publish.tables import FORMULA_STARTS

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


def huge(first: str) -> str:
    """Make a name of 10,000 characters that no line breaks, full of what pages trip over."""
    return (first + "<script>window.hacked=1</script>长名&\"'" * 300)[:10_000]


PARCEL, OWNER, TOWN, PARK, BLOCK = (huge(kind) for kind in ("宗", "权", "镇", "园", "组"))
CITY, UNIT, NOTE, SOURCE = (huge(kind) for kind in ("市", "院", "注", "源"))
ODD = [
    "\u202eright to left\u202c",
    "שלום עולם",
    "e\u0301\u0302\u0303" * 40,
    "👩‍👩‍👧‍👦🏭🇨🇳",
    "`${window.hacked=1}`",
    "javascript:window.hacked=1",
    "&lt;b&gt; &#60;",
    "{{ 7*7 }}",
    "a\tb\r\nc",
    "#&?=%00",
    "\\u003cscript\\u003e",
    "\uff1d1+1",
    "\n=1+1",
    "-1",
]


GO = "(id) => { location.hash = new URLSearchParams({ open: `parcel:${id}` }); }"


def renamed() -> Result:
    """Make a city in which one of everything has a name of 10,000 characters, and some odd ones."""
    table = parcels(96)
    ids = [PARCEL, *ODD]
    table.index = pd.Index([*ids, *table.index[len(ids) :]], name="parcel_id")
    table["owner"] = [OWNER, *ODD, *table["owner"].iloc[len(ids) :]]
    table["town"] = table["town"].replace({TOWNS[0]: TOWN})
    table["block_id"] = table["block_id"].replace({table["block_id"].iloc[0]: BLOCK})
    layers = made_result(24).layers
    said = {"name": CITY, "drawing_unit": UNIT, "review_number": UNIT}
    project = layers.project.model_copy(update={
        "city": layers.project.city.model_copy(update=said),
        "parcels": layers.project.parcels.model_copy(update={"source": SOURCE}),
    })  # fmt: skip
    layers = dataclasses.replace(
        layers, project=project, parcels=Parcels(table),
        towns=layers.towns.replace({"town": {TOWNS[0]: TOWN}}),
        parks=layers.parks.assign(park_name=[PARK]),
    )  # fmt: skip
    return Result(
        layers=layers, parcels=Parcels(table), share=share(table), blocks=blocks(table),
        notes=(Text(NOTE, NOTE),),
    )  # fmt: skip


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("names") / "map.html"
    save_map(draw_map(renamed()), path)
    return path


def search(page: Page, words: str) -> None:
    page.locator("#search").fill(words)
    page.locator("#search").press("Enter")


def shown(page: Page, selector: str) -> str:
    return page.locator(selector).first.evaluate("node => node.textContent")


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_names_of_ten_thousand_characters_leave_the_page_usable(
    browser: Browser, file: Path, size: tuple[int, int]
) -> None:
    with opened(browser, file, size) as (page, seen):
        assert shown(page, "#city-name") == CITY
        assert page.locator("#city-name .name").get_attribute("title") == CITY
        assert page.locator(".title").bounding_box()["height"] < size[1] / 4
        assert faults(page) == []
        for name, kind in ((PARCEL, "宗地"), (BLOCK, "连片地块组"), (PARK, "园区")):
            page.locator("#search").fill(name[:30])
            expect(page.locator("#found li")).to_have_count(1)
            assert shown(page, "#found .name") == name
            assert faults(page) == []
            page.locator("#search").press("Enter")
            assert shown(page, "#card h2") == name
            assert page.locator("#card h2").get_attribute("title") == name
            assert faults(page) == [], kind
            page.locator("#card .close").click()
        assert seen.nothing(), seen


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_long_names_are_filtered_by_and_printed(
    browser: Browser, file: Path, size: tuple[int, int]
) -> None:
    with opened(browser, file, size) as (page, seen):
        search(page, OWNER)
        if size == NARROW:
            page.locator("#drawer").click()
        assert shown(page, ".condition .name") == OWNER
        assert NOTE in shown(page, "#about")
        assert SOURCE in shown(page, "#about")
        assert faults(page) == []
        page.locator("[data-town]", has_text=TOWN[:30]).click()
        assert TOWN in shown(page, "#share h2")
        page.evaluate("document.getElementById('clear-filter').click()")  # behind the drawer
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        page.set_viewport_size({"width": 1060, "height": 730})
        assert faults(page) == []
        assert page.evaluate("window.hacked === undefined")
        assert page.locator("script").count() == page.locator("head script, body > script").count()
        assert seen.nothing(), seen


def test_odd_names_are_shown_as_they_are(browser: Browser, file: Path) -> None:
    with opened(browser, file) as (page, seen):
        for name in ODD:
            page.evaluate(GO, name)
            expect(page.locator("#card h2")).to_have_js_property("textContent", name)
            assert name in shown(page, "#card .sub")
        assert page.evaluate("window.hacked === undefined")
        assert seen.nothing(), seen


def test_no_cell_that_is_taken_away_is_a_formula(browser: Browser, file: Path) -> None:
    with opened(browser, file) as (page, seen):
        page.locator("[data-mode=rectangle]").click()
        page.mouse.click(346, 300)
        page.mouse.click(1275, 795)
        with page.expect_download() as download:
            page.locator("#export").click()
        text = download.value.path().read_bytes().decode("utf-8-sig")
        head, *rows = csv.reader(io.StringIO(text, newline=""))
        names = {row[0] for row in rows} | {row[head.index("权利人")] for row in rows}
        assert not any(cell.startswith(FORMULA_STARTS) for cell in names)
        assert {"'\uff1d1+1", "'\n=1+1", "'-1", "a\tb\r\nc", OWNER, PARCEL} <= names
        assert seen.nothing(), seen

"""The public page as its reader meets it: opened from the disk, network cut, clicked, typed at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from browser import NARROW, WIDE
from playwright.sync_api import expect
from public_city import COLUMNS, PLANTED, TOWNS, public_city

from landrenew.publish.map.offline import save_map
from landrenew.publish.map.public.draw import draw_public_map
from landrenew.publish.map.public.figures import AreaFigures, published_figures
from landrenew.workflow import run_project

if TYPE_CHECKING:
    from pathlib import Path

    from browser import Show
    from playwright.sync_api import Page

    from landrenew.publish.result import Result

pytestmark = pytest.mark.browser

KNOWN, WITHHELD, EMPTY = "甲镇", "丁镇", "己镇"


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return run_project(public_city(tmp_path_factory.mktemp("city"), {"layers": ["parks"]}))


@pytest.fixture(scope="module")
def figures(result: Result) -> AreaFigures:
    return published_figures(result, result.layers.project.public)


@pytest.fixture(scope="module")
def file(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("map") / "公开 public.html"
    save_map(draw_public_map(result), path)
    return path


def click_area(page: Page, name: str) -> None:
    """Click the middle of an area, where a reader would."""
    x, y = page.evaluate(
        """(name) => {
            const place = layer_parcels.bounds(layer_parcels.ids.indexOf(name)).getCenter();
            const box = map_city.getContainer().getBoundingClientRect();
            const at = map_city.latLngToContainerPoint(place);
            return [box.left + at.x, box.top + at.y];
        }""",
        name,
    )
    page.mouse.click(x, y)


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_it_opens_with_the_network_cut_and_asks_for_nothing(
    show: Show, file: Path, size: tuple[int, int]
) -> None:
    with show(file, size) as (page, seen):
        assert page.evaluate("layer_parcels.ids") == sorted(TOWNS)
        assert PLANTED not in page.content()
        expect(page.locator("#what-if")).to_be_empty()  # nothing of a parcel to judge anew
        assert seen.nothing(), seen


def test_an_area_that_is_clicked_shows_its_figures(
    show: Show, file: Path, figures: AreaFigures
) -> None:
    row = figures.areas.loc[KNOWN]
    with show(file) as (page, seen):
        click_area(page, KNOWN)
        card = page.locator("#card")
        expect(card.locator("h2")).to_have_text(KNOWN)
        expect(card.locator("[data-fact]")).to_have_count(len(COLUMNS))
        expect(card.locator("[data-fact=area_mu]")).to_contain_text(f"{row['area_mu']:.2f} 亩")
        expect(card.locator("[data-fact=tax_cny10k_per_mu]")).to_contain_text(
            f"{row['tax_cny10k_per_mu']:.2f} 万元/亩"
        )
        expect(card.locator("#why")).to_have_count(0)
        assert seen.nothing(), seen


@pytest.mark.parametrize(
    ("lang", "said", "why"),
    [
        ("zh", "不公布", "涉及的企业少于 3 家"),
        ("en", "not published", "rests on fewer than 3 firms"),
    ],
)
def test_a_withheld_area_says_why(show: Show, file: Path, lang: str, said: str, why: str) -> None:
    with show(file) as (page, seen):
        page.locator(f"#lang-{lang}").click()
        click_area(page, WITHHELD)
        card = page.locator("#card")
        expect(card.locator("h2")).to_have_text(WITHHELD)
        assert card.locator("[data-fact] dd").all_text_contents() == [said] * len(COLUMNS)
        expect(card.locator("#why")).to_contain_text(why)
        assert seen.nothing(), seen


def test_a_withheld_area_is_hatched_and_an_empty_one_is_not(show: Show, file: Path) -> None:
    with show(file) as (page, _):
        rows = page.locator("#legend tbody tr")
        withheld = rows.filter(has_text="少于 3 家或可推算，不公布")
        expect(withheld.locator(".swatch")).to_have_attribute(
            "style", re.compile("repeating-linear-gradient")
        )
        expect(withheld.locator("td")).to_have_text(["2", "—"])
        expect(rows.filter(has_text="没有工业用地").locator("td")).to_have_text(["1", "0.00"])
        hatched = page.evaluate(
            "(names) => names.map((one) => layer_parcels.classOf(layer_parcels.theme,"
            " layer_parcels.ids.indexOf(one)).hatched)",
            [WITHHELD, KNOWN, EMPTY],
        )
        assert hatched == [True, False, False]


def test_the_stamp_gives_way_to_the_review_number(
    show: Show, file: Path, result: Result, tmp_path: Path
) -> None:
    with show(file) as (page, _):
        expect(page.locator(".stamp")).to_have_text("审图号未注明：公开前须经地图审核")
        assert "不得公开" not in page.inner_text("body")
    city = public_city(
        tmp_path / "city",
        city={**result.layers.project.city.model_dump(exclude_none=True), "review_number": "浙S1"},
    )
    path = tmp_path / "m.html"
    save_map(draw_public_map(run_project(city)), path)
    with show(path) as (page, _):
        expect(page.locator(".stamp")).to_have_text("审图号：浙S1")
        expect(page.locator("#meta")).to_contain_text("小城规划院")
        expect(page.locator("#meta")).to_contain_text("2026-06-30")


def test_totals_stand_in_the_panel_and_a_list_leads_to_each_area(
    show: Show, file: Path, figures: AreaFigures
) -> None:
    with show(file) as (page, seen):
        total = page.locator("[data-total=area_mu] dd")
        expect(total).to_have_text(f"{figures.total['area_mu']:,.2f} 亩")
        expect(page.locator("#towns button")).to_have_count(len(TOWNS))
        page.locator(f'#towns [data-town="{KNOWN}"]').click()
        expect(page.locator("#card h2")).to_have_text(KNOWN)
        page.locator('input[name="theme"][value="control_share"]').check()
        expect(page.locator("#towns h2")).to_contain_text("线内占比")
        assert seen.nothing(), seen


def test_a_town_is_found_by_name_and_a_park_is_no_more_than_its_name(
    show: Show, file: Path
) -> None:
    with show(file) as (page, seen):
        page.locator("#search").fill("丙")
        expect(page.locator("#found .kind")).to_have_text(["镇街"])
        page.locator("#search").press("Enter")
        expect(page.locator("#card h2")).to_have_text("丙<b>镇")
        page.locator("#search").fill("东园")
        page.locator("#search").press("Enter")
        expect(page.locator("#card h2")).to_have_text("东园")
        expect(page.locator("#card dt")).to_have_count(0)
        assert seen.nothing(), seen


def test_chosen_areas_are_counted_and_taken_away_without_what_is_withheld(
    show: Show, file: Path, tmp_path: Path
) -> None:
    with show(file) as (page, seen):
        box = page.locator("#map_city, .folium-map").first.bounding_box()
        page.locator("[data-mode=rectangle]").click()
        page.mouse.click(box["x"] + 40, box["y"] + 120)
        page.mouse.click(box["x"] + box["width"] - 20, box["y"] + box["height"] - 60)
        expect(page.locator(".sketch-said span")).to_have_text("6 个")
        with page.expect_download() as taken:
            page.locator("#export").click()
        taken.value.save_as(tmp_path / "areas.csv")
        lines = (tmp_path / "areas.csv").read_text(encoding="utf-8-sig").splitlines()
        (short,) = [one for one in lines if one.startswith(WITHHELD)]
        assert short == WITHHELD + "," * len(COLUMNS)
        assert seen.nothing(), seen


def test_a_class_that_is_hidden_leaves_a_count_without_land(show: Show, file: Path) -> None:
    with show(file) as (page, seen):
        page.locator("#legend .class").first.click()
        expect(page.locator("#filter-sums")).to_have_text("5 个")
        assert seen.nothing(), seen


def test_areas_are_painted_on_paper_at_whatever_scale_the_sheet_has(show: Show, file: Path) -> None:
    with show(file, (1600, 900)) as (page, seen):
        shown = page.evaluate(
            """() => {
                window.dispatchEvent(new Event('beforeprint'));
                return Object.values(layer_parcels._tiles)
                    .filter(({ coords }) => coords.z === layer_parcels._tileZoom)
                    .map(({ el }) => getComputedStyle(el).visibility);
            }"""
        )
        assert set(shown) == {"visible"}
        assert seen.nothing(), seen

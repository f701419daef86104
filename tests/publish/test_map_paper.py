"""The map on paper: an A3 sheet, as a picture and as what the browser prints."""

from __future__ import annotations

import dataclasses
import math
import re
import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from map_city import NASTY, TOWNS, made_result
from matplotlib.image import imread
from playwright.sync_api import expect
from pyproj import Geod
from trial_page import go_to

from landrenew.publish.map.draw import draw_map
from landrenew.publish.map.offline import save_map
from landrenew.publish.map.shapes import bounds
from landrenew.publish.themes import GRADE_COLOURS

if TYPE_CHECKING:
    from pathlib import Path

    from browser import Show
    from numpy.typing import NDArray
    from playwright.sync_api import Page

    from landrenew.publish.result import Result

pytestmark = pytest.mark.browser

RATIO = 3
"""Dots of the picture to a CSS pixel, of which a sheet of A3 has 1587 by 1122."""
FRAME = (372, 120, 1185, 894)
"""Left, top, width, height of the map on the sheet [CSS pixel]."""
EDGE = 40
"""Ground that is shown around what was asked for, at least [CSS pixel]."""
EARTH_M = 2 * math.pi * 6_378_137
INK = (0x26, 0x24, 0x1F)
RED = (0xB3, 0x26, 0x1E)


@pytest.fixture(scope="module")
def result() -> Result:
    return made_result()


@pytest.fixture(scope="module")
def file(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("paper") / "地图 map.html"
    save_map(draw_map(result), path)
    return path


def picture_of(page: Page, to: Path) -> NDArray[np.uint8]:
    """Save the picture with its button, and read its pixels."""
    with page.expect_download() as download:
        page.locator("#picture").click()
    download.value.save_as(to)
    return np.rint(imread(to) * 255).astype(np.uint8)[..., :3]


def is_colour(pixels: NDArray[np.uint8], colour: tuple[int, ...]) -> NDArray[np.bool_]:
    return (np.abs(pixels.astype(int) - colour) <= 3).all(axis=-1)


def part(pixels: NDArray[np.uint8], box: tuple[float, ...]) -> NDArray[np.uint8]:
    """Cut out what lies at left, top, width, height [CSS pixel]."""
    left, top, width, height = (round(one * RATIO) for one in box)
    return pixels[top : top + height, left : left + width]


def lay(page: Page) -> None:
    """Have the sheet laid out, as the browser does before it prints."""
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")


def text_of(page: Page, block: str) -> str:
    return page.locator(f"#sheet [data-block={block}]").evaluate("node => node.textContent")


class Fitted:
    """A second opinion on where things lie: Web Mercator, the whole city in the frame."""

    def __init__(self, box: list[float]) -> None:
        x, y = self.mercator(np.array(box[0::2]), np.array(box[1::2]))
        _, _, width, height = FRAME
        self.metre = min((width - 2 * EDGE) / (x[1] - x[0]), (height - 2 * EDGE) / (y[1] - y[0]))
        self.middle = x.mean(), y.mean()

    @staticmethod
    def mercator(lon: NDArray, lat: NDArray) -> tuple[NDArray, NDArray]:
        """Metres of Web Mercator."""
        y = np.log(np.tan(np.pi / 4 + np.radians(lat) / 2))
        return lon / 360 * EARTH_M, y / (2 * np.pi) * EARTH_M

    def on_sheet(self, lon: NDArray, lat: NDArray) -> tuple[NDArray, NDArray]:
        """Place on the sheet [CSS pixel]."""
        x, y = self.mercator(lon, lat)
        left, top, width, height = FRAME
        return (
            left + width / 2 + (x - self.middle[0]) * self.metre,
            top + height / 2 - (y - self.middle[1]) * self.metre,
        )

    def ground_per_pixel(self) -> float:
        """Metres across the middle of the map, on the ellipsoid."""
        lon = self.middle[0] / EARTH_M * 360
        lat = math.degrees(math.atan(math.sinh(self.middle[1] / EARTH_M * 2 * np.pi)))
        step = 100 / self.metre / EARTH_M * 360
        return Geod(ellps="GRS80").inv(lon - step / 2, lat, lon + step / 2, lat)[2] / 100


def test_the_picture_is_a3_and_says_so(show: Show, file: Path, tmp_path: Path) -> None:
    with show(file) as (page, seen):
        pixels = picture_of(page, tmp_path / "sheet.png")
        expect(page.locator("#picture")).to_be_enabled()
        assert seen.nothing(), seen
    assert pixels.shape == (1122 * RATIO, 1587 * RATIO, 3)
    head = (tmp_path / "sheet.png").read_bytes()[33:54]
    length, kind, across, down, unit, check = struct.unpack(">I4sIIBI", head)
    assert (length, kind, unit) == (9, b"pHYs", 1)
    assert pixels.shape[1] / across == pytest.approx(0.420, abs=0.0005)
    assert pixels.shape[0] / down == pytest.approx(0.297, abs=0.0005)

    assert check == zlib.crc32(head[4:17])


def test_the_picture_holds_title_stamp_legend_and_frame(
    show: Show, file: Path, tmp_path: Path
) -> None:
    with show(file) as (page, _):
        pixels = picture_of(page, tmp_path / "sheet.png")
    assert is_colour(part(pixels, (30, 30, 160, 40)), INK).sum() > 2_000
    assert is_colour(part(pixels, (1_300, 30, 260, 40)), RED).sum() > 4_000
    side = part(pixels, (30, 120, 330, 894))
    for colour in GRADE_COLOURS[:4]:
        rgb = tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
        assert is_colour(side, rgb).sum() > 1_500
    left, top, width, _ = FRAME
    for edge in ((left, top + 200, 2, 300), (left + width - 1, top + 200, 2, 300)):
        assert is_colour(part(pixels, edge), INK).any(axis=1).all()
    assert (part(pixels, (0, 0, 1_587, 25)) == 255).all()
    assert (part(pixels, (0, 1_097, 1_587, 25)) == 255).all()


def test_each_parcel_lies_where_it_lies_in_the_colour_of_its_grade(
    show: Show, file: Path, result: Result, tmp_path: Path
) -> None:
    with show(file) as (page, _):
        for name in ("blocks", "parks", "barriers", "towns", "control_line"):
            page.locator(f"[data-layer={name}]").uncheck()
        pixels = picture_of(page, tmp_path / "sheet.png")
    table = result.parcels
    alone = np.bincount(table.sindex.query(table.geometry)[0], minlength=len(table)) == 1
    wanted = table[alone & table["efficiency_grade"].isin(list("ABCD")).to_numpy()]
    assert len(wanted) > 100
    middles = wanted.geometry.representative_point().to_crs(4326)
    across, down = Fitted(bounds([table])).on_sheet(middles.x.to_numpy(), middles.y.to_numpy())
    for grade, x, y in zip(wanted["efficiency_grade"], across, down, strict=True):
        colour = GRADE_COLOURS["ABCD".index(grade)]
        rgb = tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
        assert is_colour(part(pixels, (x - 1, y - 1, 2, 2)), rgb).all(), (grade, x, y)


def test_parcels_switched_off_are_not_in_the_picture(
    show: Show, file: Path, tmp_path: Path
) -> None:
    with show(file) as (page, _):
        page.locator("[data-layer=parcels]").uncheck()
        pixels = picture_of(page, tmp_path / "sheet.png")
        lay(page)
        expect(page.locator("#sheet [data-block=legend]")).to_have_count(0)
    for colour in GRADE_COLOURS[:4]:
        rgb = tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
        assert not is_colour(part(pixels, FRAME), rgb).any()


def test_the_scale_bar_is_as_long_as_it_says(
    show: Show, file: Path, result: Result, tmp_path: Path
) -> None:
    ground = Fitted(bounds([result.parcels])).ground_per_pixel()
    with show(file) as (page, _):
        pixels = picture_of(page, tmp_path / "sheet.png")
        lay(page)
        said = page.locator("#sheet [data-meta=scale] dd").evaluate("node => node.textContent")
    ratio = float(re.search(r"1:([\d,]+)", said)[1].replace(",", ""))
    assert ratio == pytest.approx(ground / (0.0254 / 96), rel=5e-3)  # three digits
    left, top, _, height = FRAME
    row = part(pixels, (left + 4, top + height - 24 + 0.4, 260, 1))[0]
    inked = np.flatnonzero(is_colour(row, INK))
    length = (inked.max() - inked.min() + 1) / RATIO * ground
    assert length == pytest.approx(1_000, rel=5e-3)


def test_the_sheet_says_what_is_shown(show: Show, file: Path, result: Result) -> None:
    town = "周巷镇"
    rows = result.parcels[result.parcels["town"] == town]
    with show(file) as (page, seen):
        lay(page)
        assert "无（全部宗地）" in text_of(page, "filter")
        page.locator("#legend .class").first.click()
        page.locator(f"[data-town={town}]").click()
        page.locator("#span-column").select_option("floor_area_ratio")
        page.locator("#span-at_most").fill("2.5")
        page.locator("#filter button[type=submit]").click()
        page.locator("[data-layer=parks]").uncheck()
        lay(page)
        said = text_of(page, "filter")
        for condition in (f"镇街：{town}", "评级：B 类、C 类", "容积率 ≤ 2.5"):
            assert condition in said
        kept = (rows["efficiency_grade"] != "A") & (rows["floor_area_ratio"].round(2) <= 2.5)
        assert f"{kept.sum()} 宗" in said
        legend = text_of(page, "legend")
        for grade in "ABCD":
            assert f"{grade} 类" in legend
        assert f"A 类 · 不显示{(rows['efficiency_grade'] == 'A').sum()}" in legend
        assert "产业园区" not in text_of(page, "layers")
        assert town in text_of(page, "share")
        assert "目标 80%" in text_of(page, "share")
        assert seen.nothing(), seen


def test_the_sheet_names_its_data_crs_unit_and_the_slot_for_a_review(
    show: Show, file: Path
) -> None:
    with show(file) as (page, seen):
        lay(page)
        meta = {
            word: page.locator(f"#sheet [data-meta={word}] dd").evaluate("one => one.textContent")
            for word in ("as_of", "crs", "drawing_unit", "review")
        }
        assert meta["as_of"] == "2024-06-30"
        assert "EPSG:4549" in meta["crs"]
        assert meta["drawing_unit"] == "示例市规划院"
        assert set(meta["review"]) == {"\N{FULLWIDTH LOW LINE}"}
        assert page.locator("#sheet .stamp").evaluate("one => one.textContent") == (
            "内部工作用图 不得公开"
        )
        assert page.locator("#sheet h1").evaluate("one => one.textContent") == "示例市 <i>"
        foot = page.locator("#sheet footer").evaluate("one => one.textContent")
        assert "椭球面积" in foot
        assert "2023-12-31" in foot
        assert seen.nothing(), seen


def page_count(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


def media_box(pdf: bytes) -> list[float]:
    return [float(one) for one in re.search(rb"/MediaBox\s*\[([^\]]+)\]", pdf)[1].split()]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_prints_on_one_sheet_of_a3_and_leaves_the_page_as_it_was(
    show: Show, file: Path, lang: str
) -> None:
    where = "[map_city.getZoom(), map_city.getCenter().lat, map_city.getCenter().lng]"
    with show(file) as (page, seen):
        page.locator(f"#lang-{lang}").click()
        before = page.evaluate(where)
        pdf = page.pdf(prefer_css_page_size=True, print_background=True)
        assert page_count(pdf) == 1
        assert media_box(pdf)[2:] == pytest.approx([1190.55, 841.89], abs=1)
        assert len(pdf) > 100_000, "the map is missing"
        assert page.evaluate(where) == before
        expect(page.locator("#sheet")).to_be_empty()
        assert page.evaluate("document.documentElement.scrollWidth") == 1280
        assert seen.nothing(), seen


def crowded(result: Result) -> Result:
    """Give the city long names, and more towns than a sheet has room for."""
    share = result.share
    more = tuple(
        dataclasses.replace(share.towns[0], name=f"第{n}号名称很长的街道办事处") for n in range(45)
    )
    share = dataclasses.replace(share, towns=(*share.towns, *more))
    layers = result.layers
    named = {"name": "很长的城市名称" * 20, "drawing_unit": NASTY[7] * 5}
    city = layers.project.city.model_copy(update=named)
    project = layers.project.model_copy(update={"city": city})
    return dataclasses.replace(
        result, share=share, layers=dataclasses.replace(layers, project=project)
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_cut_however_much_there_is_to_say(
    show: Show, result: Result, tmp_path: Path, lang: str
) -> None:
    save_map(draw_map(crowded(result), lang), tmp_path / "map.html")
    with show(tmp_path / "map.html") as (page, seen):
        for theme in ("low_efficiency_class", "control_class", "efficiency_grade"):
            page.locator(f"input[name=theme][value={theme}]").check()
            page.locator("#legend .class").first.click()
        lay(page)
        cut = page.locator("#sheet, #sheet header, #sheet aside, #sheet footer").evaluate_all(
            "all => all.filter((one) => one.scrollWidth > one.clientWidth"
            " || one.scrollHeight > one.clientHeight).map((one) => one.tagName)"
        )
        assert cut == []
        assert str(len(TOWNS) + 45 - 30) in text_of(page, "towns")
        assert page.locator("#sheet img, #sheet script").count() == 0
        pdf = page.pdf(prefer_css_page_size=True, print_background=True)
        assert page_count(pdf) == 1
        pixels = picture_of(page, tmp_path / "sheet.png")
        assert (part(pixels, (1_562, 0, 25, 1_122)) == 255).all(), "the head runs off the sheet"
        assert (part(pixels, (0, 1_097, 1_587, 25)) == 255).all(), "the foot runs off the sheet"
        assert page.evaluate("window.hacked === undefined")
        assert seen.nothing(), seen


@pytest.mark.parametrize("name", ['a/b\\c:*?"<>|', "..", "示例市\u202e", "=1+1", "\n"])
def test_the_picture_has_a_name_that_every_system_takes(
    show: Show, result: Result, tmp_path: Path, name: str
) -> None:
    layers = result.layers
    city = layers.project.city.model_copy(update={"name": name})
    project = layers.project.model_copy(update={"city": city})
    named = dataclasses.replace(result, layers=dataclasses.replace(layers, project=project))
    save_map(draw_map(named), tmp_path / "map.html")
    with show(tmp_path / "map.html") as (page, _), page.expect_download() as download:
        page.locator("#picture").click()
    assert re.fullmatch(r"[\w-]+_评级_A3\.png|评级_A3\.png", download.value.suggested_filename)


def test_a_part_that_was_chosen_on_the_screen_is_what_is_drawn(
    show: Show, file: Path, tmp_path: Path
) -> None:
    with show(file) as (page, _):
        lay(page)
        scale = "#sheet [data-meta=scale] dd"
        whole = page.locator(scale).evaluate("one => one.textContent")
        page.locator("#search").fill("330282100020")
        page.locator("#search").press("Enter")
        lay(page)
        near = page.locator(scale).evaluate("one => one.textContent")
        pixels = picture_of(page, tmp_path / "sheet.png")
    ratios = [float(re.search(r"1:([\d,]+)", one)[1].replace(",", "")) for one in (whole, near)]
    assert ratios[1] < ratios[0] / 5
    left, top, width, height = FRAME
    middle = part(pixels, (left + width / 2 - 300, top + height / 2 - 200, 600, 400))
    assert (middle != 255).any(axis=-1).mean() > 0.3, "parcels fill a close-up"


def test_a_trial_is_called_one_on_sheet_and_picture(show: Show, file: Path) -> None:
    with show(file) as (page, seen):
        go_to(page, {"share.target": 0.9})
        lay(page)
        assert "推演中，非评价结果" in text_of(page, "trial")
        assert "80 → 90%" in text_of(page, "trial")
        assert "目标 90%" in text_of(page, "share")
        assert "未达标" in text_of(page, "share")
        stamps = page.locator("#sheet .stamp").all_inner_texts()
        assert len(stamps) == 2
        with page.expect_download() as download:
            page.locator("#picture").click()
        assert "推演中" in download.value.suggested_filename
        page.locator("#trial-clear").click()
        lay(page)
        expect(page.locator("#sheet [data-block=trial]")).to_have_count(0)
        assert "目标 80%" in text_of(page, "share")
        assert seen.nothing(), seen

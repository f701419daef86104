"""What lies beneath the parcels: asked of nobody before the switch, in its right place after it."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np
import pytest
import rasterio
from map_city import CRS, X, Y, made_result
from matplotlib.image import imread
from playwright.sync_api import expect
from pyproj import Transformer
from rasterio import Affine
from tile_server import SIDE, plain, tile_server

from landrenew.base.shifted import shifted
from landrenew.intake.ground import Ground
from landrenew.publish.map.draw import draw_map
from landrenew.publish.map.elements import page_folder
from landrenew.publish.map.offline import offline_page, save_map

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from browser import Show
    from numpy.typing import NDArray
    from playwright.sync_api import Page
    from tile_server import Pixels

    from landrenew.publish.result import Result

pytestmark = pytest.mark.browser

GREEN = (40, 200, 90)
MARK = (255, 0, 255)


@pytest.fixture(scope="module")
def result() -> Result:
    return made_result(240)


def with_ground(result: Result, folder: Path | None = None, **ground: Any) -> Result:  # noqa: ANN401  keys of [map]
    """Give a run another section [map]."""
    said = {"map": Ground(**ground), **({"folder": folder} if folder else {})}
    project = result.layers.project.model_copy(update=said)
    return dataclasses.replace(result, layers=dataclasses.replace(result.layers, project=project))


def basemap(host: str, **more: object) -> dict[str, object]:
    return {"name": "局内", "url": f"{host}/{{z}}/{{x}}/{{y}}.png", "attribution": "© 局", **more}


def drawn(result: Result, path: Path, host: str, **more: object) -> Path:
    save_map(draw_map(with_ground(result, basemaps=[basemap(host, **more)])), path)
    return path


def switch(page: Page, value: str = "0") -> None:
    page.locator(f"[name=basemap][value='{value}']").check()


def settle(page: Page) -> None:
    """Wait until every tile is there."""
    page.wait_for_function("""() => {
        const all = [...document.querySelectorAll('.leaflet-ground-pane img.leaflet-tile')];
        return all.length > 0 && all.every((one) => one.complete && one.naturalWidth > 0);
    }""")
    page.wait_for_timeout(150)


def on_whole_pixels(page: Page) -> None:
    """Have the map begin on a whole pixel: what is measured on it is then not off by half a one."""
    page.add_style_tag(content=".title { height: 65px; overflow: hidden }")
    page.evaluate("map_city.invalidateSize({ animate: false }) && 0")
    assert page.locator(".folium-map").bounding_box()["y"] == 65


PLACED = """([lat, lng]) => {
    const at = map_city.project([lat, lng]).subtract(map_city.getPixelOrigin());
    const { x, y } = map_city.layerPointToContainerPoint(at);
    return [x, y];
}"""
"""Where a place lies on the map, not rounded to a pixel."""


def seen_on_screen(page: Page, path: Path) -> Pixels:
    page.locator(".folium-map").screenshot(path=path)
    return np.rint(imread(path) * 255).astype(np.uint8)[..., :3]


def pixels_of(path: Path) -> Pixels:
    return np.rint(imread(path) * 255).astype(np.uint8)[..., :3]


def test_without_a_basemap_there_is_no_switch_and_no_host(
    show: Show, result: Result, tmp_path: Path
) -> None:
    drawing = draw_map(result)
    assert "img-src data: blob:;" in offline_page(drawing)
    save_map(drawing, tmp_path / "map.html")
    with show(tmp_path / "map.html") as (page, seen):
        expect(page.locator("#ground")).to_be_empty()
        assert seen.nothing(), seen


def test_nothing_is_asked_before_the_switch_nor_after_it_is_off(
    show: Show, result: Result, tmp_path: Path
) -> None:
    with tile_server(plain(GREEN)) as host:
        path = drawn(result, tmp_path / "map.html", host)
        policy = re.search(r'Content-Security-Policy" content="([^"]+)"', path.read_text("utf-8"))[
            1
        ]
        assert f"img-src data: blob: {host};" in policy
        assert "connect-src 'none'" in policy
        with show(path, home=f"{host}/") as (page, seen):
            page.locator(".zoom button").first.click()
            page.wait_for_timeout(300)
            assert seen.asked == []
            expect(page.locator("#ground")).to_contain_text("会联网")
            switch(page)
            settle(page)
            assert seen.asked
            expect(page.locator(".credit")).to_have_text("© 局")
            assert tuple(seen_on_screen(page, tmp_path / "on.png")[-40, 300]) == GREEN
            switch(page, "none")
            asked = len(seen.asked)
            page.locator(".zoom button").first.click()
            page.wait_for_timeout(300)
            assert len(seen.asked) == asked
            expect(page.locator(".credit")).to_be_hidden()
            assert tuple(seen_on_screen(page, tmp_path / "off.png")[-40, 300]) != GREEN
            assert seen.nothing(), seen


def test_a_link_does_not_switch_a_basemap_on(show: Show, result: Result, tmp_path: Path) -> None:
    with tile_server(plain(GREEN)) as host:
        path = drawn(result, tmp_path / "map.html", host)
        with show(path, home=f"{host}/") as (page, seen):
            switch(page)
            settle(page)
            asked = len(seen.asked)
            page.locator(".zoom button").last.click()
            page.wait_for_timeout(300)
            asked = len(seen.asked)
            page.reload()
            page.locator("body[data-state=ready]").wait_for()
            assert len(seen.asked) == asked
            assert seen.nothing(), seen


def tile_pixel(lon: float, lat: float, zoom: int) -> tuple[float, float]:
    """Place a point in pixels of all tiles of a zoom together."""
    y = np.log(np.tan(np.pi / 4 + np.radians(lat) / 2))
    return (
        (lon / 360 + 0.5) * SIDE * 2**zoom,
        (0.5 - y / (2 * np.pi)) * SIDE * 2**zoom,
    )


def marks(places: list[tuple[float, float]]) -> Callable[[int, int, int], Pixels]:
    """Paint a square of 8 pixels around each place, in the coordinates of the tiles."""

    def covered(middle: float) -> NDArray[np.float64]:
        """Tell how much of each pixel of a row the square covers."""
        edges = np.arange(SIDE)
        return (np.minimum(edges + 1, middle + 4) - np.maximum(edges, middle - 4)).clip(0, 1)

    def paint(zoom: int, column: int, row: int) -> Pixels:
        tile = np.full((SIDE, SIDE, 3), 255, np.uint8)
        for lon, lat in places:
            x, y = tile_pixel(lon, lat, zoom)
            share = np.outer(covered(y - row * SIDE), covered(x - column * SIDE))
            tile[..., 1] -= np.rint(255 * share).astype(np.uint8)
        return tile

    return paint


PLACES = [(120.9, 30.14), (120.93, 30.155), (120.96, 30.13), (120.94, 30.17)]
"""True longitude and latitude of places in sight."""


def how_far_off(page: Page, path: Path) -> list[float]:
    """Measure how far each mark in sight is from where its place is drawn [pixel]."""
    pixels = seen_on_screen(page, path).astype(float)
    weight = (pixels[..., 0] - pixels[..., 1]).clip(0)
    off = []
    for lon, lat in PLACES:
        x, y = page.evaluate(PLACED, [lat, lon])
        if not (110 < x < pixels.shape[1] - 60 and 80 < y < pixels.shape[0] - 60):  # under controls
            continue
        left, top = round(x) - 25, round(y) - 25
        near = weight[top : top + 50, left : left + 50]
        across = near.sum(axis=0) @ (np.arange(50) + left + 0.5) / near.sum()
        down = near.sum(axis=1) @ (np.arange(50) + top + 0.5) / near.sum()
        off.append(float(np.hypot(across - x, down - y)))
    return off


@pytest.mark.parametrize("is_shifted", [False, True])
def test_tiles_lie_where_they_belong(
    show: Show, result: Result, tmp_path: Path, *, is_shifted: bool
) -> None:
    there = shifted(PLACES, "gcj02") if is_shifted else np.array(PLACES)
    with tile_server(marks([tuple(one) for one in there])) as host:
        path = drawn(result, tmp_path / "map.html", host, gcj02=is_shifted)
        with show(path, home=f"{host}/") as (page, seen):
            for box in page.locator("[data-layer]").all():
                box.uncheck()
            on_whole_pixels(page)
            page.evaluate("map_city.setView([30.15, 120.93], 12.6, { animate: false }) && 0")
            switch(page)
            measured = []
            for step in ("as it is", "drag", "zoom", "zoom", "wheel"):
                if step == "drag":
                    page.mouse.move(900, 500)
                    page.mouse.down()
                    page.mouse.move(760, 430, steps=6)
                    page.mouse.up()
                if step == "zoom":
                    page.locator(".zoom button").first.click()
                if step == "wheel":
                    page.mouse.wheel(0, 300)
                page.wait_for_timeout(700)
                settle(page)
                measured += how_far_off(page, tmp_path / "seen.png")
            assert len(measured) >= 10
            assert max(measured) < 1.0, measured
            assert seen.nothing(), seen


def test_the_shift_of_the_page_is_that_of_the_library(
    show: Show, result: Result, tmp_path: Path
) -> None:
    save_map(draw_map(result), tmp_path / "map.html")
    source = page_folder().joinpath("gcj02.js").read_text(encoding="utf-8")
    chance = np.random.default_rng(5)
    places = chance.uniform((70, 0), (139, 57), (400, 2))
    places = np.vstack([places, [[113.38, 22.52], [121.25, 30.17], [2.35, 48.85]]])
    script = """(places) => {
        const sum = (values) => values.reduce((total, one) => total + one, 0);
        SOURCE
        return places.map(([lng, lat]) => {
            const there = shifted(L.latLng(lat, lng));
            const back = unshifted(there);
            return [there.lng, there.lat, back.lng, back.lat];
        });
    }"""
    with show(tmp_path / "map.html") as (page, _):
        found = np.array(page.evaluate(script.replace("SOURCE", source), places.tolist()))
    assert np.abs(found[:, :2] - shifted(places, "gcj02")).max() < 1e-11
    assert found[-3, :2] == pytest.approx([113.385475, 22.517302], abs=1e-6)
    inside = (places[:, 0] > 73) & (places[:, 0] < 137) & (places[:, 1] > 2) & (places[:, 1] < 55)
    assert np.abs(found[inside, 2:] - places[inside]).max() < 1e-9


def test_a_key_is_typed_sent_and_kept_nowhere(show: Show, result: Result, tmp_path: Path) -> None:
    key = "a&b=密 1"
    with tile_server(plain(GREEN)) as host:
        url = f"{host}/{{z}}/{{x}}/{{y}}.png?tk={{key}}"
        path = drawn(result, tmp_path / "map.html", host, url=url)
        with show(path, home=f"{host}/") as (page, seen):
            switch(page)
            page.wait_for_timeout(200)
            assert seen.asked == []
            page.locator("#basemap-key").fill(key)
            page.locator("#basemap-key").press("Enter")
            settle(page)
            assert all(one.endswith(f"?tk={quote(key)}") for one in seen.asked)
            page.locator("#search").fill("330282100020")
            page.locator("#search").press("Enter")
            assert "tk" not in page.evaluate("location.hash")
            assert quote(key) not in page.evaluate("location.href")
            kept = page.evaluate("[sessionStorage.length, localStorage.length, document.cookie]")
            assert kept == [0, 0, ""]
            switch(page, "none")
            assert key not in page.content()
            switch(page)
            expect(page.locator("#basemap-key")).to_have_count(0)  # known while the page is open
            page.reload()
            page.locator("body[data-state=ready]").wait_for()
            switch(page)
            expect(page.locator("#basemap-key")).to_be_visible()
            assert seen.nothing(), seen


def test_a_server_that_fails_is_given_up_and_the_map_works_on(
    show: Show, result: Result, tmp_path: Path
) -> None:
    with tile_server(plain(GREEN), status=500) as host:
        path = drawn(result, tmp_path / "map.html", host)
        with show(path, home=f"{host}/") as (page, seen):
            page.locator("[name=basemap][value='0']").click()  # soon off again
            expect(page.locator("#ground .warn")).to_contain_text("底图没有取到，已关闭")
            expect(page.locator("[name=basemap][value=none]")).to_be_checked()
            asked = len(seen.asked)
            assert asked < 40
            page.locator("#search").fill("330282100020")
            page.locator("#search").press("Enter")
            expect(page.locator("#card h2")).to_have_text("330282100020")
            page.locator(".zoom button").first.click()
            page.wait_for_timeout(300)
            assert len(seen.asked) == asked, "it is asked no more"
            assert seen.requests == []


@pytest.mark.parametrize("is_open", [True, False])
def test_the_picture_holds_the_basemap_only_where_its_server_lets_it(
    show: Show, result: Result, tmp_path: Path, *, is_open: bool
) -> None:
    with tile_server(plain(GREEN), is_open=is_open) as host:
        path = drawn(result, tmp_path / "map.html", host)
        with show(path, home=f"{host}/") as (page, seen):
            switch(page)
            settle(page)
            with page.expect_download() as download:
                page.locator("#picture").click()
            download.value.save_as(tmp_path / "sheet.png")
            corner = pixels_of(tmp_path / "sheet.png")[-400:-390, -300:-250]
            assert (corner == (GREEN if is_open else (255, 255, 255))).all()
            said = page.locator(".sketch-said")
            if is_open:
                expect(said).to_be_hidden()
                assert seen.nothing(), seen
            else:
                expect(said).to_contain_text("图中未画入")
            page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
            foot = page.locator("#sheet footer").evaluate("one => one.textContent")
            assert "底图：局内 © 局" in foot
            assert "70% 不透明度" in foot
            painted = page.locator("#sheet canvas").evaluate(
                "one => { try { one.getContext('2d').getImageData(0, 0, 1, 1); return 'clean'; }"
                " catch (error) { return error.name; } }"
            )
            assert painted == "SecurityError", "what is printed may hold what cannot be saved"


def test_parcels_are_seen_through_only_while_there_is_ground_beneath(
    show: Show, result: Result, tmp_path: Path
) -> None:
    opacity = "getComputedStyle(map_city.getPane('parcels')).opacity"
    with tile_server(plain(GREEN)) as host:
        path = drawn(result, tmp_path / "map.html", host)
        with show(path, home=f"{host}/") as (page, seen):
            assert page.evaluate(opacity) == "1"
            switch(page)
            assert page.evaluate(opacity) == "0.7"
            page.locator("#ground-opacity").focus()
            page.keyboard.press("ArrowLeft")
            assert page.evaluate(opacity) == "0.65"
            switch(page, "none")
            assert page.evaluate(opacity) == "1"
            assert seen.nothing(), seen


def ortho(path: Path) -> tuple[float, float]:
    """Write a picture in the city's own CRS with one mark; give the mark's middle [m]."""
    pixels = np.full((3, 1_200, 1_600), 120, np.uint8)
    pixels[:, 700:712, 900:912] = np.array(MARK, np.uint8)[:, None, None]
    pixels[:, :200] = 0  # what has no data
    left, top = X - 1_000, Y + 9_000
    with rasterio.open(
        path, "w", driver="GTiff", width=1_600, height=1_200, count=3, dtype="uint8", crs=CRS,
        transform=Affine(10, 0, left, 0, -10, top), nodata=0,
    ) as raster:  # fmt: skip
        raster.write(pixels)
    return left + 906 * 10, top - 706 * 10


def test_a_picture_of_the_ground_lies_in_its_place_on_screen_and_sheet(
    show: Show, result: Result, tmp_path: Path
) -> None:
    east, north = ortho(tmp_path / "ortho.tif")
    lon, lat = Transformer.from_crs(CRS, 4326, always_xy=True).transform(east, north)
    path = tmp_path / "map.html"
    save_map(draw_map(with_ground(result, tmp_path, picture={"path": "ortho.tif"})), path)
    assert "img-src data: blob:;" in path.read_text("utf-8")
    with show(path) as (page, seen):
        for name in page.locator("[data-layer]").evaluate_all(
            "all => all.map((one) => one.dataset.layer)"
        ):
            if name != "ground":
                page.locator(f"[data-layer={name}]").uncheck()
        on_whole_pixels(page)
        page.wait_for_timeout(300)
        pixels = seen_on_screen(page, tmp_path / "on.png").astype(int)
        rows, columns = np.nonzero((pixels[..., 0] > 200) & (pixels[..., 1] < 90))
        x, y = page.evaluate(PLACED, [lat, lon])
        assert abs(columns.mean() + 0.5 - x) < 1
        assert abs(rows.mean() + 0.5 - y) < 1
        with page.expect_download() as download:
            page.locator("#picture").click()
        download.value.save_as(tmp_path / "sheet.png")
        sheet = pixels_of(tmp_path / "sheet.png").astype(int)[360:3_042, 1_116:4_671]
        assert ((sheet[..., 0] > 200) & (sheet[..., 1] < 90)).any()
        page.locator("[data-layer=ground]").uncheck()
        page.wait_for_timeout(200)
        pixels = seen_on_screen(page, tmp_path / "off.png").astype(int)
        assert not ((pixels[..., 0] > 200) & (pixels[..., 1] < 90)).any()
        expect(page.locator("#ground")).to_be_empty()
        assert seen.nothing(), seen

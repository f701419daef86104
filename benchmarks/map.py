"""How large the map is, how soon it is there, and how long each touch takes, beside plain folium.

    python benchmarks/map.py [--parcels 5000 50000 100000 300000 1000000] [--folders 1000000]
                             [--folium 5000 50000] [--repeat 3]

The parcels of ``map_ground.py``: 31 corners, 14 columns, neighbours share their borders. Each map
is built in a process of its own and opened from the disk in headless Chromium, 1280 x 800, with the
network cut; of the runs the median is told. Plain folium is ``folium.GeoJson`` with a style and a
tooltip, on canvas; the one script that it cannot do without, Leaflet, is handed to it.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium
import psutil
import shapely
from engine import own_peak_bytes
from map_ground import parcels, result_of
from page import PAGE, digits, machine, rows_of, write_part
from playwright.sync_api import sync_playwright

from landrenew.intake.sections import Layer
from landrenew.intake.sources.read import read_source
from landrenew.publish.map.draw import draw_map
from landrenew.publish.map.elements import library_script
from landrenew.publish.map.folder import is_folder, page_of
from landrenew.publish.map.offline import save_map

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page, Route

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
         "--enable-precise-memory-info"]  # fmt: skip
SIZE = {"width": 1280, "height": 800}
CLICKS = 3_000
JUDGED = ("efficiency_score", "efficiency_grade", "low_efficiency_class")
"""Columns that the rulebook adds to those of the ground; 14 in all."""

WATCH = """
addEventListener('DOMContentLoaded', () => {
    const look = () => requestAnimationFrame(() => requestAnimationFrame(() => {
        const isThere = window.isFolium
            ? document.readyState === 'complete' : document.body.dataset.state;
        if (isThere) window.firstPicture = performance.now();
        else look();
    }));
    look();
});
"""

UNTIL_PAINTED = """
async () => {
    const began = performance.now();
    ACT;
    await new Promise((done) => layer_parcels.whenPainted(done));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    return performance.now() - began;
}
"""

FRAMES = """
() => {
    window.frames_ = [];
    let last = performance.now();
    const tick = (now) => {
        window.frames_.push(now - last);
        last = now;
        requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
}
"""


def build(kind: str, source: Path, path: Path) -> None:
    """Build a map of a table that is read as the commands read it; print what it took."""
    read = read_source(source.parent, Layer(path=source.name), "parcels")
    table = read.frame.set_index("parcel_id")
    result = result_of(table)
    before = psutil.Process().memory_info().rss
    began = time.perf_counter()
    if kind == "folium":
        plain_folium(result.parcels[[*table.columns, *JUDGED]], path)
    else:
        save_map(draw_map(result, in_folder=is_folder(path)), path)
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "before": before, "peak": own_peak_bytes()}))


def plain_folium(table: Any, path: Path) -> None:  # noqa: ANN401  a GeoDataFrame
    """Draw as the documentation of folium does."""
    colours = {"A": "#2b6c9e", "B": "#74b3a4", "C": "#f2c45a", "D": "#d2622a"}
    shown = table.to_crs(4326).reset_index()
    left, bottom, right, top = shown.total_bounds
    chart = folium.Map(tiles=None, prefer_canvas=True)
    folium.GeoJson(
        shown,
        style_function=lambda one: {
            "fillColor": colours.get(one["properties"]["efficiency_grade"], "#999999"),
            "color": "#555555", "weight": 0.5, "fillOpacity": 0.9,
        },
        tooltip=folium.GeoJsonTooltip(["parcel_id", "owner", "efficiency_grade"]),
    ).add_to(chart)  # fmt: skip
    chart.fit_bounds([[bottom, left], [top, right]])
    chart.save(str(path))


def built(kind: str, count: int, folder: Path) -> dict[str, float]:
    """Build a map in a process of its own."""
    path, source = place_of(kind, count, folder), folder / f"{count}.parquet"
    if not source.exists():
        parcels(count).reset_index().to_parquet(source)
    command = [sys.executable, __file__, "--build", kind, str(source), str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  ours
    said = json.loads(done.stdout.splitlines()[-1])
    return {
        "build_s": said["seconds"], "before_mb": said["before"] / 1e6,
        "peak_mb": said["peak"] / 1e6,
        "mb": sum(one.stat().st_size for one in (path, *path.rglob("*")) if one.is_file()) / 1e6,
    }  # fmt: skip


def place_of(kind: str, count: int, folder: Path) -> Path:
    """Say where a map goes."""
    return folder / (f"map_{count}" if kind == "landrenew, folder" else f"{kind}_{count}.html")


def watched(
    kind: str, path: Path, measure: Callable[[Page, dict[str, Any]], None]
) -> dict[str, Any]:
    """Open a map, and measure on it."""
    found: dict[str, Any] = {}
    asked = []
    page_path = page_of(path)
    home = path.as_uri() + "/" if is_folder(path) else page_path.as_uri()

    def cut(route: Route) -> None:
        if route.request.url.startswith(home):
            route.continue_()
            return
        asked.append(route.request.url)
        is_leaflet = route.request.url.endswith("leaflet.js")
        body = library_script() if is_leaflet else ""
        route.fulfill(body=body, content_type="text/javascript" if is_leaflet else "text/css")

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=FLAGS)
        context = browser.new_context(viewport=SIZE)
        context.route(lambda url: not url.startswith(("data:", "blob:")), cut)
        page = context.new_page()
        page.set_default_timeout(600_000)
        page.add_init_script(WATCH + ("window.isFolium = true;" if kind == "folium" else ""))
        page.goto(page_path.as_uri(), wait_until="load")
        while page.evaluate("window.firstPicture === undefined"):
            page.wait_for_timeout(200)
        found["first_s"] = page.evaluate("window.firstPicture") / 1000
        measure(page, found)
        found["memory_mb"] = renderer_bytes() / 1e6
        browser.close()
    found["requests"] = len(asked)
    return found


def chromium() -> str:
    """Find the browser."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    return found or sys.exit("there is no Chromium on this machine")


def renderer_bytes() -> int:
    """Tell what the largest of our renderers holds, shared memory by its share."""
    ours = psutil.Process().children(recursive=True)
    renderers = [one for one in ours if "--type=renderer" in one.cmdline()]
    return max(one.memory_full_info().pss for one in renderers)


def touched(page: Page, found: dict[str, Any]) -> None:
    """Recolour at every zoom, filter, try, search, and pan; keep the worst of each."""
    found["paint_ms"] = max(recoloured(page))
    found["filter_ms"] = max(filtered(page))
    found["slider_ms"] = max(slid(page))
    found["town_ms"] = max(towns_kept(page))
    found["search_first_ms"], found["search_next_ms"] = searched(page)
    found["pan_ms"] = panned(page)
    found["sharp_ms"] = max(moved(page))


def moved(page: Page) -> Iterator[float]:
    """Move by half a screen at a time, until what came into view is painted with its outlines."""
    page.evaluate("window.middle = map_city.getCenter();0")
    for zoom in range(12, 18):
        go = f"map_city.setView(middle, {zoom}, {{animate: false}})"
        page.evaluate(UNTIL_PAINTED.replace("ACT", go))
        for x, y in ((470, 0), (0, 370), (-470, 370), (-470, 0), (-470, -370), (470, -740)):
            go = f"map_city.panBy([{x}, {y}], {{animate: false}})"
            yield page.evaluate(UNTIL_PAINTED.replace("ACT", go))


def recoloured(page: Page) -> Iterator[float]:
    """Choose another theme at each zoom."""
    themes = page.locator("input[name=theme]").count()
    for number, zoom in enumerate(range(9, 19)):
        page.evaluate(f"map_city.setZoom({zoom}, {{animate: false}});0")
        page.wait_for_timeout(400)
        which = number % themes
        click = f"document.querySelectorAll('input[name=theme]')[{which}].click()"
        yield page.evaluate(UNTIL_PAINTED.replace("ACT", click))
    page.evaluate("document.querySelector('[data-name=whole]').click();0")
    page.wait_for_timeout(600)


def filtered(page: Page) -> Iterator[float]:
    """Hide a class of the legend at each zoom, and show it again."""
    click = "document.querySelector('#legend [data-class]').click()"
    for zoom in range(9, 19):
        page.evaluate(f"map_city.setZoom({zoom}, {{animate: false}});0")
        page.wait_for_timeout(400)
        yield page.evaluate(UNTIL_PAINTED.replace("ACT", click))
        page.evaluate(UNTIL_PAINTED.replace("ACT", click))
    page.evaluate("document.querySelector('[data-name=whole]').click();0")
    page.wait_for_timeout(600)


def slid(page: Page) -> Iterator[float]:
    """Move the slider of a baseline at each zoom: scores, grades and colours follow."""
    page.evaluate("document.querySelector('#what-if details').open = true;0")
    page.wait_for_timeout(1000)
    move = """const slider = document.querySelector('#what-if input[data-path$=baseline]');
        slider.value = VALUE;
        slider.dispatchEvent(new Event('input'))"""
    for number, zoom in enumerate(range(9, 19)):
        page.evaluate(f"map_city.setZoom({zoom}, {{animate: false}});0")
        page.wait_for_timeout(400)
        act = move.replace("VALUE", str(1 + number / 10))
        yield page.evaluate(UNTIL_PAINTED.replace("ACT", act))
    page.evaluate("document.getElementById('trial-clear').click();0")
    page.evaluate("document.querySelector('#what-if details').open = false;0")
    page.evaluate("document.querySelector('[data-name=whole]').click();0")
    page.wait_for_timeout(600)


def towns_kept(page: Page) -> Iterator[float]:
    """Keep one town after the other, which moves the map there."""
    for town in range(min(3, page.locator("[data-town]").count())):
        page.wait_for_timeout(300)
        click = f"document.querySelectorAll('[data-town]')[{town}].click()"
        yield page.evaluate(UNTIL_PAINTED.replace("ACT", click))
    page.evaluate("document.querySelector('[data-name=whole]').click();0")


def searched(page: Page) -> tuple[float, float]:
    """Type into the search box, for the first time and again."""
    typed = """(text) => {
        const box = document.getElementById('search');
        const began = performance.now();
        box.value = text;
        box.dispatchEvent(new Event('input'));
        return performance.now() - began;
    }"""
    first = page.evaluate(typed, "00")
    return first, max(page.evaluate(typed, one) for one in ("JB0", "JB00", "JB000", "JB0001"))


def panned(page: Page) -> float:
    """Drag the map about, and find the longest frame."""
    page.evaluate("document.getElementById('search').value = '';0")
    worst = 0.0
    for zoom in (12, 14, 16):
        page.evaluate(f"map_city.setZoom({zoom}, {{animate: false}});0")
        page.wait_for_timeout(600)
        page.evaluate(FRAMES)
        page.mouse.move(900, 500)
        page.mouse.down()
        for step in range(40):
            page.mouse.move(900 - 12 * step, 500 - 6 * step)
            page.wait_for_timeout(16)
        page.mouse.up()
        page.wait_for_timeout(500)
        worst = max(worst, *page.evaluate("window.frames_.slice(2)"))
    return worst


def clicked(page: Page, count: int) -> str:
    """Click on random places, and hold the card that opens against the parcels themselves."""
    table = parcels(count)
    ids, shapes = list(table.index), table.to_crs(4326).geometry.to_numpy()
    tree = shapely.STRtree(shapes)
    chance = random.Random(1)  # noqa: S311  for a benchmark
    right = 0
    page.evaluate("window.heard = null; map_city.on('click', (e) => { heard = e.latlng; });0")
    for number in range(CLICKS):
        if number % 100 == 0:
            shape = shapes[chance.randrange(len(shapes))].centroid
            zoom = chance.uniform(13, 18)
            page.evaluate(f"map_city.setView([{shape.y}, {shape.x}], {zoom}, {{animate: false}});0")
        page.mouse.click(chance.randrange(640, 860), chance.randrange(200, 760))
        lat, lng = page.evaluate("[heard.lat, heard.lng]")
        card = page.locator("#card")
        said = card.locator("h2").inner_text() if card.is_visible() else None
        point = shapely.Point(lng, lat)
        there = [ids[one] for one in tree.query(point, "within")]
        near = tree.query(point, "dwithin", distance=2e-6)  # on the border itself, to 0.2 m
        right += said in there if there else said is None or len(near) > 0
        right += bool(there) and said not in there and len(near) > 1
    return f"{right:,} of {CLICKS:,}"


HEADS = (
    "map", "MB", "built, s", "before, MB", "peak, MB", "first picture, s", "recolour, ms",
    "filter, ms", "slider, ms", "town, ms", "search, ms", "longest frame, ms", "pan, ms",
    "memory, MB", "requests",
)  # fmt: skip


def row(kind: str, count: int, one: dict[str, float]) -> list[str]:
    """Write a row of the table."""

    def said(name: str) -> str:
        return digits(one[name]) if name in one else "–"

    search = f"{said('search_first_ms')} / {said('search_next_ms')}"
    return [
        f"{kind}, {count:,}", said("mb"), said("build_s"), said("before_mb"), said("peak_mb"),
        said("first_s"), said("paint_ms"), said("filter_ms"), said("slider_ms"),
        said("town_ms"), search, said("pan_ms"), said("sharp_ms"), said("memory_mb"),
        f"{one['requests']:.0f}",
    ]  # fmt: skip


def measured(kind: str, count: int, folder: Path, repeat: int) -> dict[str, float]:
    """Build and open a map a few times, and take the median of each figure."""
    runs = []
    for _ in range(repeat):
        one = built(kind, count, folder)
        one |= watched(kind, place_of(kind, count, folder), MEASURES[kind])
        print(kind, count, {key: round(value, 2) for key, value in one.items()}, flush=True)
        runs.append(one)
    return {key: statistics.median(one[key] for one in runs) for key in runs[0]}


MEASURES: dict[str, Callable[[Page, dict[str, Any]], None]] = {
    "folium": lambda page, found: None,  # noqa: ARG005  nothing is touched
    "landrenew": touched,
    "landrenew, folder": touched,
}


def clicks_of(count: int, folder: Path) -> str:
    """Say how many clicks were right."""
    found: dict[str, str] = {}

    def click(page: Page, _: dict[str, Any]) -> None:
        found["right"] = clicked(page, count)

    watched("landrenew", folder / f"landrenew_{count}.html", click)
    return f"{found['right']} random clicks at {count:,} parcels opened the right card."


def main() -> None:
    """Measure, and write the page."""
    read = argparse.ArgumentParser()
    sizes = [5_000, 50_000, 100_000, 300_000, 1_000_000]
    read.add_argument("--parcels", type=int, nargs="*", default=sizes)
    read.add_argument("--folders", type=int, nargs="*", default=[1_000_000])
    read.add_argument("--folium", type=int, nargs="*", default=[5_000, 50_000])
    read.add_argument("--repeat", type=int, default=3)
    read.add_argument("--clicks", type=int, default=100_000, help="at so many parcels")
    read.add_argument("--page", type=Path, default=PAGE)
    read.add_argument("--build", nargs=3)
    said = read.parse_args()
    if said.build:
        build(said.build[0], *map(Path, said.build[1:]))
        return
    with tempfile.TemporaryDirectory() as name:
        asked = [*(("folium", one) for one in said.folium),
                 *(("landrenew", one) for one in said.parcels),
                 *(("landrenew, folder", one) for one in said.folders)]  # fmt: skip
        rows = [row(*one, measured(*one, Path(name), said.repeat)) for one in asked]
        parts = [rows_of(HEADS, rows), f"{machine()}; median of {said.repeat}."]
        if said.clicks in said.parcels:
            parts.insert(1, clicks_of(said.clicks, Path(name)))
    write_part(said.page, "map", "\n\n".join(parts))


if __name__ == "__main__":
    main()

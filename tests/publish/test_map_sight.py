"""Every parcel is seen at every zoom in its colour, lies where it lies, and is found by a click."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
import shapely.affinity
from map_city import X, Y, blocks, made_layers, parcels, share

from landrenew.intake.parcels import Parcels
from landrenew.publish.map.draw import draw_map
from landrenew.publish.map.offline import save_map
from landrenew.publish.result import Result

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from browser import Show
    from geopandas import GeoDataFrame
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

ZOOMS = np.arange(8, 20.25, 0.25)
"""All that the page knows."""
SMALL = 24
BELOW, ALIKE, TURNED = 100, 101, 102
"""Rows of the parcels that lie upon each other."""
LARGEST_ERROR_M = 0.4
CLICKS = 100


def ground() -> GeoDataFrame:
    """Make a city with shreds among its parcels: 1 m wide, 2 m small, and far from all others."""
    table = parcels(240)
    shapes = table.geometry.to_numpy().copy()
    rng = np.random.default_rng(5)
    for k, (x, y) in enumerate(
        rng.uniform((X + 200, Y + 200), (X + 11_000, Y + 7_000), (SMALL, 2))
    ):
        width, height = ((1, 90), (60, 1.5), (2, 2))[k % 3]
        shapes[k] = shapely.box(x, y, x + width, y + height)
    return table.set_geometry(shapes, crs=table.crs)


def stacked() -> GeoDataFrame:
    """Lay two parcels of one class upon a third with a hole, drawn either way round."""
    table = parcels(240)
    shapes = table.geometry.to_numpy().copy()
    below = shapely.box(X + 1_000, Y + 1_000, X + 1_200, Y + 1_200)
    hole = shapely.box(X + 1_140, Y + 1_140, X + 1_180, Y + 1_180)
    shapes[BELOW] = below - hole
    for k, at in ((ALIKE, 20), (TURNED, 80)):
        shapes[k] = shapely.box(X + 1_000 + at, Y + 1_020, X + 1_040 + at, Y + 1_060)
    shapes[TURNED] = shapely.reverse(shapes[TURNED])
    table["control_class"] = "inside"
    return table.set_geometry(shapes, crs=table.crs)


@pytest.fixture(scope="module")
def table() -> GeoDataFrame:
    return ground()


def written(table: GeoDataFrame, folder: Path) -> Path:
    result = Result(
        layers=made_layers(table), parcels=Parcels(table), share=share(table), blocks=blocks(table)
    )
    save_map(draw_map(result), folder / "map.html")
    return folder / "map.html"


@pytest.fixture(scope="module")
def page(
    table: GeoDataFrame, tmp_path_factory: pytest.TempPathFactory, show: Show
) -> Iterator[Page]:
    with show(written(table, tmp_path_factory.mktemp("ground"))) as (page, seen):
        page.evaluate(WITHOUT_LETTERS)
        yield page
        assert seen.nothing(), seen


WITHOUT_LETTERS = """() => {
  const { brush } = layer_parcels;
  brush.fineness = { ...brush.fineness, markFrom: Infinity };
}"""
"""A letter lies at the very place where the colour of a parcel is looked for."""

SIGHT = """async ([zoom, centre, names, places]) => {
  map_city.setView(centre, zoom, { animate: false });
  await new Promise((act) => layer_parcels.whenPainted(act));
  const layer = layer_parcels;
  const { x: width, y: height } = map_city.getSize();
  const view = map_city.getContainer().getBoundingClientRect();
  const picture = Object.assign(document.createElement('canvas'), { width, height });
  const pen = picture.getContext('2d', { willReadFrequently: true });
  for (const { el, coords } of Object.values(layer._tiles)) {
    if (coords.z !== layer._tileZoom) continue;
    const box = el.getBoundingClientRect();
    pen.drawImage(el, box.left - view.left, box.top - view.top, box.width, box.height);
  }
  const { data } = pen.getImageData(0, 0, width, height);
  const classes = layer.theme.classes.map(({ colour, hatched }) =>
    ({ hatched, parts: [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)) }));
  const isLike = ({ parts, hatched }, at) => data[at + 3] > 0
    && (hatched || parts.every((part, k) => Math.abs(part - data[at + k]) < 8));
  const spots = places.map((place) => map_city.latLngToContainerPoint(place));
  const unseen = [];
  let looked = 0;
  spots.forEach((spot, at) => {
    const i = layer.ids.indexOf(names[at]);
    if (spot.x < 4 || spot.y < 4 || spot.x > width - 4 || spot.y > height - 4) return;
    looked += 1;
    const { _northEast: ne, _southWest: sw } = layer.bounds(i);
    const [a, b] = [sw, ne].map((corner) => map_city.latLngToContainerPoint(corner));
    const isLarge = b.x - a.x > 6 && a.y - b.y > 6;
    const isAlone = spots.every((other, k) => k === at
      || Math.abs(other.x - spot.x) > 6 || Math.abs(other.y - spot.y) > 6);
    const asked = isLarge || isAlone ? [layer.classOf(layer.theme, i)] : layer.theme.classes;
    const wanted = asked.map((one) => classes[layer.theme.classes.indexOf(one)]);
    for (let x = -2; x <= 2; x += 1) {
      for (let y = -2; y <= 2; y += 1) {
        const pixel = 4 * (Math.floor(spot.y + y) * width + Math.floor(spot.x + x));
        if (wanted.some((one) => isLike(one, pixel))) return;
      }
    }
    unseen.push(names[at]);
  });
  return [looked, unseen];
}"""
"""Looks for each parcel's colour at its place: its own where it is large or alone, else one of the
legend's, for what shares a pixel cannot all be seen in it."""


def looked_at(page: Page, table: GeoDataFrame, zoom: float, at: int | None = None) -> list[Any]:
    """Count the parcels in view at a zoom, round one of them or the middle; name those unseen."""
    points = table.geometry.representative_point().to_crs(4326)
    places = np.column_stack([points.y, points.x])
    centre = places.mean(axis=0) if at is None else places[at]
    return page.evaluate(SIGHT, [zoom, centre.tolist(), list(table.index), places.tolist()])


def test_every_parcel_is_seen_at_every_zoom(page: Page, table: GeoDataFrame) -> None:
    rng = np.random.default_rng(11)
    most = 0
    for turn, zoom in enumerate(ZOOMS.tolist()):
        around = rng.integers(*((0, SMALL) if turn % 2 else (SMALL, len(table))))
        looked, unseen = looked_at(page, table, zoom, around if zoom >= 12 else None)
        assert unseen == [], zoom
        assert looked, zoom
        most = max(most, looked)
    assert most == len(table)


def test_a_parcel_that_is_not_painted_would_be_missed(page: Page, table: GeoDataFrame) -> None:
    moved = table.geometry.to_numpy().copy()
    moved[-1] = shapely.affinity.translate(moved[-1], 900, 900)  # where nothing is painted
    spoilt = table.set_geometry(moved, crs=table.crs)
    assert looked_at(page, spoilt, 12.5)[1] == [table.index[-1]]


PIXELS = """async (places) => {
  const centre = places[places.length - 1];
  map_city.setView(centre, 18, { animate: false });
  await new Promise((act) => layer_parcels.whenPainted(act));
  const view = map_city.getContainer().getBoundingClientRect();
  return places.map((place) => {
    const at = map_city.latLngToContainerPoint(place);
    for (const { el, coords } of Object.values(layer_parcels._tiles)) {
      const box = el.getBoundingClientRect();
      const [x, y] = [at.x + view.left - box.left, at.y + view.top - box.top];
      if (coords.z !== layer_parcels._tileZoom || x < 0 || y < 0 || x >= box.width || y >= box.height) continue;
      const scale = el.width / box.width;
      return [...el.getContext('2d').getImageData(x * scale, y * scale, 1, 1).data];
    }
    return null;
  });
}"""  # noqa: E501  a page's line


def test_a_parcel_upon_another_of_its_class_is_painted_and_a_hole_is_none(
    show: Show, tmp_path: Path
) -> None:
    table = stacked()
    spots = [(30, 30), (90, 30), (160, 160), (40, 150)]  # alike, turned, in the hole, below
    points = gpd.GeoSeries([shapely.Point(X + 1_000 + x, Y + 1_000 + y) for x, y in spots])
    places = [[one.y, one.x] for one in points.set_crs(table.crs).to_crs(4326)]
    with show(written(table, tmp_path)) as (stack, _):
        stack.locator("input[value=control_class]").check()
        alike, turned, hole, below = stack.evaluate(PIXELS, places)
    assert alike == turned == below
    assert below[3] == 255
    assert hole == [0, 0, 0, 0]


OUTLINES = """(names) => names.map((name) => layer_parcels.outline(layer_parcels.ids.indexOf(name))
    .map((ring) => ring.map((at) => (Array.isArray(at) ? [at[1], at[0]] : [at.lng, at.lat]))))"""


def test_no_outline_is_off_by_more_than_the_promised_error(page: Page, table: GeoDataFrame) -> None:
    drawn = table.geometry.copy().to_crs(4326)
    rings = page.evaluate(OUTLINES, list(table.index))
    drawn[:] = [shapely.union_all([shapely.Polygon(ring) for ring in one]) for one in rings]
    drawn = drawn.to_crs(table.crs)
    error = shapely.hausdorff_distance(drawn.to_numpy(), table.geometry.to_numpy(), 0.25)
    assert error.max() <= LARGEST_ERROR_M
    assert error.max() > 0


def test_a_click_opens_the_parcel_that_shapely_finds(page: Page, table: GeoDataFrame) -> None:
    rng = np.random.default_rng(17)
    shapes = table.geometry.to_crs(4326)
    tree = shapely.STRtree(shapes.to_numpy())
    edges = shapely.boundary(shapes.to_numpy())
    close = LARGEST_ERROR_M / 95_000  # in degrees, on the safe side
    met = 0
    for step in range(CLICKS):
        if step % 20 == 0:
            middle = shapes.iloc[int(rng.integers(SMALL, len(shapes)))].centroid
            page.evaluate(
                "([lat, lng]) => { map_city.setView([lat, lng], 17, { animate: false }); }",
                [middle.y, middle.x],
            )
        x, y = int(rng.integers(420, 860)), int(rng.integers(260, 700))
        place = page.evaluate(
            "([clientX, clientY]) => { const { lng, lat } = map_city.mouseEventToLatLng("
            "{ clientX, clientY }); return [lng, lat]; }",
            [x, y],
        )
        point = shapely.Point(place)
        if shapely.distance(edges, point).min() < close:
            continue
        page.mouse.click(x, y)
        found = tree.query(point, predicate="within")
        wanted = table.index[found[0]] if len(found) else None
        card = page.locator("#card")
        said = card.evaluate("card => card.hidden ? null : card.querySelector('h2').textContent")
        if wanted is not None:
            met += 1
            assert said == wanted
        else:  # a block or a park may lie there, but no parcel
            assert said not in set(table.index)
    assert met > CLICKS / 5

"""Layers out of map services: recognised where the offset shows it, never where it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import CRS, DEMO, ORIGIN
from small_city import save, small_city

from landrenew.base.errors import CrsError
from landrenew.base.shifted import SYSTEMS, shifted
from landrenew.intake.city import read_city
from landrenew.intake.geometry.offsets import building_shift, edge_shift, matched_shift, point_shift
from landrenew.intake.parcels import metric_crs

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.intake.layers import Layers

CHANCE = 5
METRES = gpd.GeoSeries(crs=CRS).crs


def town(count: int = 400, size: float = 80.0, lane: float = 20.0) -> np.ndarray:
    """Draw lots of uneven size with lanes between, so that no other shift fits by chance."""
    chance = np.random.default_rng(CHANCE)
    side = int(np.sqrt(count))
    xs = np.cumsum(chance.uniform(0.5, 1.5, side) * (size + lane)) + ORIGIN[0]
    ys = np.cumsum(chance.uniform(0.5, 1.5, side) * (size + lane)) + ORIGIN[1]
    return np.array([shapely.box(x, y, x + chance.uniform(0.4, 0.5) * size,
                                 y + chance.uniform(0.4, 0.5) * size)
                     for x in xs for y in ys])  # fmt: skip


def off(shapes: np.ndarray, system: str) -> np.ndarray:
    """Shift shapes as a map service does."""
    degrees = gpd.GeoSeries(shapes, crs=CRS).to_crs(4490)
    moved = shapely.transform(degrees.to_numpy(), lambda xy: shifted(xy, system))
    return gpd.GeoSeries(moved, crs=4490).to_crs(CRS).to_numpy()


def scattered(shapes: np.ndarray, metres: float) -> np.ndarray:
    """Move each shape its own way, as addresses are found more or less well."""
    chance = np.random.default_rng(CHANCE)
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    moved = shapes.copy()
    shapely.set_coordinates(moved, xy + chance.normal(0, metres, (len(shapes), 2))[owner])
    return moved


LOTS = town()
POINTS = shapely.centroid(LOTS)
HOUSES = shapely.buffer(POINTS, 12.0, cap_style="square")
LINE = np.array([shapely.union_all(LOTS[:60]), shapely.union_all(LOTS[200:260])])

WAYS = {
    "matched": (lambda shapes: matched_shift(shapes, LOTS, METRES), POINTS),
    "points": (lambda shapes: point_shift(shapes, LOTS, METRES), POINTS),
    "buildings": (lambda shapes: building_shift(shapes, LOTS, METRES), HOUSES),
    "line": (lambda shapes: edge_shift(shapes, LOTS, METRES), LINE),
}


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("way", WAYS)
def test_a_shifted_layer_is_recognised(way: str, system: str) -> None:
    recognise, shapes = WAYS[way]
    assert recognise(off(shapes, system)) == system


@pytest.mark.parametrize("way", WAYS)
def test_a_layer_in_its_place_is_let_through(way: str) -> None:
    recognise, shapes = WAYS[way]
    assert recognise(shapes) is None


@pytest.mark.parametrize("metres", [5.0, 60.0, 600.0, 5_000.0])
@pytest.mark.parametrize("way", ["matched", "points", "buildings"])
def test_scatter_is_no_shift(way: str, metres: float) -> None:
    recognise, shapes = WAYS[way]
    assert recognise(scattered(shapes, metres)) is None


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("turn", [(0, -1), (-1, 0), (1, 1)])
def test_a_move_of_another_kind_is_no_shift(way: str, turn: tuple[int, int]) -> None:
    recognise, shapes = WAYS[way]
    moved = shapely.transform(shapes, lambda xy: xy + 480 * np.array(turn))
    assert recognise(moved) is None


def test_scattered_points_of_a_map_service_are_still_recognised() -> None:
    assert WAYS["matched"][0](off(scattered(POINTS, 40.0), "gcj02")) == "gcj02"


def test_few_points_prove_nothing() -> None:
    few = off(POINTS[:4], "gcj02")
    assert matched_shift(few, LOTS[:4], METRES) is None
    assert point_shift(few, LOTS, METRES) is None
    assert matched_shift(np.array([None] * 9, dtype=object), LOTS[:9], METRES) is None


def firms(folder: Path, points: np.ndarray, **columns: list[str]) -> Path:
    """Write a city whose firms are points."""
    ids = [f"P{i}" for i in range(len(LOTS))]
    save(gpd.GeoDataFrame({"parcel_id": ids}, geometry=LOTS, crs=CRS), folder / "parcels.gpkg")
    table = {"firm_id": [f"F{i}" for i in range(len(points))], "tax_cny10k": [1.0] * len(points)}
    save(gpd.GeoDataFrame(table | columns, geometry=points, crs=CRS), folder / "firms.gpkg")
    return small_city(folder, control_line=None, firms={"path": "firms.gpkg"})


def test_points_of_firms_are_not_joined_while_they_are_shifted(tmp_path: Path) -> None:
    city = firms(tmp_path, off(POINTS, "gcj02"))
    with pytest.raises(
        CrsError, match=r'\[firms\] lies off as GCJ-02 .* shift = "gcj02"'
    ) as caught:
        read_city(city)
    assert "整体偏移" in caught.value.say("zh")


def test_points_beside_stated_parcels_are_doubted(tmp_path: Path) -> None:
    parcel_id = [f"P{i}" for i in range(len(LOTS))]
    layers = read_city(firms(tmp_path, off(POINTS, "bd09"), parcel_id=parcel_id))
    said = [(one.layer, one.code, one.detail.en) for one in layers.faults]
    assert said == [("firms", "shifted", "lies off as BD-09 (Baidu) does")]


def test_firms_in_their_place_are_joined_without_a_word(tmp_path: Path) -> None:
    layers = read_city(firms(tmp_path, POINTS))
    assert layers.faults == ()
    assert layers.links["parcel_id"].tolist() == [f"P{i}" for i in range(len(LOTS))]


def test_a_layer_is_converted_on_request_and_says_so(tmp_path: Path) -> None:
    small_city(tmp_path)
    line = gpd.read_file(tmp_path / "line.gpkg")
    moved = gpd.GeoDataFrame(geometry=off(line.geometry.to_numpy(), "gcj02"), crs=CRS)
    save(moved.to_crs(4326), tmp_path / "gaode.gpkg")
    city = small_city(tmp_path, control_line={"path": "gaode.gpkg", "shift": "gcj02"})
    layers = read_city(city)
    away = shapely.hausdorff_distance(layers.control_line.geometry.iloc[0], line.geometry.iloc[0])
    assert away < 0.01
    assert any("brought from GCJ-02" in note.en for note in layers.notes)


@pytest.fixture(scope="module")
def demo() -> Layers:
    return read_city(DEMO / "city.toml", only=("control_line", "buildings", "firms", "links"))


def test_the_demo_city_is_in_its_place(demo: Layers) -> None:
    parcels, crs = demo.parcels.geometry.to_numpy(), metric_crs(demo.parcels)
    assert building_shift(demo.buildings.geometry.to_numpy(), parcels, crs) is None
    assert edge_shift(demo.control_line.geometry.to_numpy(), parcels, crs) is None
    assert matched_shift(shapely.centroid(parcels[:500]), parcels[:500], crs) is None


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_demo_city_is_recognised_when_shifted(demo: Layers, system: str) -> None:
    parcels, crs = demo.parcels.geometry.to_numpy(), metric_crs(demo.parcels)
    buildings = demo.buildings.geometry.to_numpy()[:4000]
    assert building_shift(off(buildings, system), parcels, crs) == system
    line = demo.control_line.geometry.to_numpy()
    assert edge_shift(off(line, system), parcels, crs) == system
    parcel = demo.parcels.geometry.reindex(pd.Index(demo.links["parcel_id"][:300])).to_numpy()
    assert matched_shift(off(shapely.centroid(parcel), system), parcel, crs) == system


@pytest.mark.parametrize(("name", "shapes"), [("control_line", LINE), ("buildings", HOUSES)])
def test_a_shifted_layer_is_refused_with_the_key_that_converts_it(
    name: str, shapes: np.ndarray, tmp_path: Path
) -> None:
    moved = gpd.GeoDataFrame(geometry=off(shapes, "bd09"), crs=CRS).to_crs(4490)
    save(moved, tmp_path / "baidu.gpkg")
    firms(tmp_path, POINTS)
    layer = {"path": "baidu.gpkg"}
    with pytest.raises(CrsError, match=rf'\[{name}\] lies off as BD-09 .* shift = "bd09"'):
        read_city(small_city(tmp_path, **{"control_line": None, name: layer}))
    mended = {"control_line": None, name: layer | {"shift": "bd09"}}
    assert len(getattr(read_city(small_city(tmp_path, **mended)), name)) == len(shapes)


def test_abroad_nothing_is_shifted(tmp_path: Path) -> None:
    table = gpd.GeoDataFrame(geometry=LOTS, crs=CRS).to_crs(4326)
    save(table.set_geometry(table.translate(-100, 15)), tmp_path / "parcels.gpkg")
    moved = table.set_geometry(table.translate(-99.9957, 15.0024))
    save(moved, tmp_path / "line.gpkg")
    assert len(read_city(small_city(tmp_path)).control_line) == len(LOTS)

"""Measuring part by part gives exactly what measuring in one go gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from conftest import CRS, ORIGIN, parcels_of, zones_of
from hand_made import layers_of

from landrenew.intake.sections import Rasters
from landrenew.measure.indicators import measure_parcels
from landrenew.measure.prepared import Prepared
from landrenew.scale.parts import measure_in_parts, parts_of

if TYPE_CHECKING:
    from landrenew.intake.layers import Layers

X, Y = ORIGIN


def at(x: float, y: float, right: float, top: float) -> shapely.Polygon:
    return shapely.box(X + x, Y + y, X + right, Y + top)


@pytest.fixture(scope="module")
def layers(tmp_path_factory: pytest.TempPathFactory) -> Layers:
    """Make a 6 x 6 town whose line, towns and buildings cross the edges of its parcels."""
    chance = np.random.default_rng(7)
    folder = tmp_path_factory.mktemp("city")
    for name, size in (("height.tif", 13), ("light.tif", 13), ("dsm.tif", 11), ("dem.tif", 12)):
        grid = rasterio.Affine(size, 0, X - 50, 0, -size, Y + 450)
        profile = {"driver": "GTiff", "count": 1, "height": 40, "width": 40, "dtype": "float32"}
        with rasterio.open(
            folder / name, "w", **profile, crs=CRS, transform=grid, nodata=-1
        ) as raster:
            raster.write(chance.uniform(-1, 40, (1, 40, 40)).astype("float32"))
    parcels = parcels_of(
        *[at(x, y, x + 60, y + 60) for y in range(0, 360, 60) for x in range(0, 360, 60)],
        declared_area_m2=[3600.0, np.nan] * 18,
    )
    corners = chance.uniform(0, 340, (60, 2))
    feet = [
        at(x, y, x + w, y + h)
        for (x, y), (w, h) in zip(corners, chance.uniform(5, 50, (60, 2)), strict=True)
    ]
    feet += [at(60 * k + 20, 30, 60 * k + 60.3, 40) for k in range(4)]  # overhang by 0.3 m
    unknown = [np.nan, 1.0, 3.0, np.nan] * 16
    height = [np.nan, 9.0, np.nan, 11.0] * 16
    return layers_of(
        parcels,
        folder=folder,
        rasters=Rasters(height="height.tif", dsm="dsm.tif", dem="dem.tif", nightlight="light.tif"),
        control_line=zones_of(at(30, 30, 250, 300), at(200, -10, 330, 200)),
        growth_boundary=zones_of(shapely.Point(X + 180, Y + 180).buffer(170)),
        protected=zones_of(at(-10, -10, 20, 400)),
        towns=zones_of(at(-1, -1, 170, 361), at(170, -1, 361, 361), town=["west", "east"]),
        parks=zones_of(at(100, 100, 170, 170), park_id=["K"]),
        buildings=zones_of(*feet, floor_count=unknown, height_m=height, kind=["厂房", "堆场"] * 32),
    )


@pytest.mark.parametrize(
    ("size", "threads"), [(1, 3), (5, 1), (7, 3), (13, 1), (35, 3), (36, 1), (1000, 3)]
)
def test_parts_of_any_size_give_the_same_columns(layers: Layers, size: int, threads: int) -> None:
    whole = measure_parcels(layers.parcels, Prepared.of(layers))
    parts = measure_in_parts(Prepared.of(layers), size=size, threads=threads)
    pd.testing.assert_frame_equal(parts.columns, whole.columns, check_exact=True)
    assert parts.met_buildings.tolist() == whole.met_buildings.tolist()
    assert parts.silent_buildings.tolist() == whole.silent_buildings.tolist()
    np.testing.assert_array_equal(parts.silent_support, whole.silent_support)


def test_the_town_has_something_of_everything(layers: Layers) -> None:
    found = measure_parcels(layers.parcels, Prepared.of(layers))
    columns = found.columns
    assert set(columns["control_class"]) == {"inside", "straddling", "outside"}
    assert set(columns["town"]) == {"west", "east"}
    assert columns["floor_area_ratio"].isna().any() == bool(len(found.silent_buildings))
    assert columns["estimated_floor_share"].gt(0).any()
    assert columns["night_light_mean"].notna().all()
    assert columns["protected_area_m2"].gt(0).any()
    assert columns["building_coefficient"].gt(columns["building_density"]).any()
    assert columns["height_support_share"].between(0, 1, inclusive="neither").any()


@pytest.mark.parametrize("size", [1, 5, 36, 99])
def test_parts_hold_every_parcel_once(layers: Layers, size: int) -> None:
    parts = parts_of(layers.parcels, size)
    assert max(map(len, parts)) <= size
    assert sorted(np.concatenate(parts).tolist()) == list(range(36))


def test_parcels_of_a_part_lie_together(layers: Layers) -> None:
    shapes = layers.parcels.geometry.to_numpy()
    for part in parts_of(layers.parcels, 9):
        left, bottom, right, top = shapely.total_bounds(shapes[part])
        assert (right - left) * (top - bottom) <= 2 * 9 * 3600


def test_a_raster_that_is_not_there_is_told_from_any_part(layers: Layers) -> None:
    broken = layers_of(layers.parcels, rasters=Rasters(nightlight="none.tif"))
    with pytest.raises(ValueError, match="does not exist"):
        measure_in_parts(Prepared.of(broken), size=5)

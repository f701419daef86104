"""Buildings and heights of real layers give the figures that were found by hand."""

from __future__ import annotations

import warnings
from collections import Counter
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely

from landrenew.intake.geometry.footprints import clear_footprints, height_faults
from landrenew.intake.geometry.shapes import check_polygons
from landrenew.intake.parcels import check_parcels
from landrenew.measure.buildings import building_pieces, settle_overhangs
from landrenew.measure.land import parcel_area_m2
from landrenew.measure.rasters import height_mean

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.intake.geometry.checked import Checked


def read(path: Path, crs: str, **names: str) -> gpd.GeoDataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a DBF with a broken column
        table = gpd.read_file(path).rename(columns=names)
    table.index = range(1, len(table) + 1)
    return table.to_crs(crs)


def stock(path: Path, crs: str, **names: str) -> Checked:
    layer = read(path, crs, **names)
    return clear_footprints(check_polygons(layer, layer.crs, "buildings"), width_m=0.5)


@pytest.mark.parametrize(
    ("path", "crs", "rows", "codes", "doubts"),
    [
        ("goteborg_dsm/buildings.shp", "EPSG:3007", 137,
         {"repaired": 2, "building_overlap": 1}, []),
        ("turin_transformation/buildings.geojson", "EPSG:32632", 657,
         {"building_duplicate": 9}, ["height_filler"]),
        ("tokyo_ota_buildings/bd_demo.geojson", "EPSG:6677", 1374,
         {"repaired": 3, "building_overlap": 10}, []),
        ("china_buildings/beijing_cbd_buildings.geojson", "EPSG:4548", 5442,
         {"building_overlap": 3}, ["height_looks_like_storeys"]),
        ("china_buildings/shijiazhuang_buildings.geojson", "EPSG:4547", 690,
         {"building_overlap": 6}, ["height_filler"]),
    ],
)  # fmt: skip
def test_footprints_count_once_and_heights_are_doubted(
    shared: Path, path: str, crs: str, rows: int, codes: dict[str, int], doubts: list[str]
) -> None:
    found = stock(shared / path, crs, height="height_m")
    assert len(found.kept) == rows
    assert Counter(fault.code for fault in found.faults) == codes
    assert [fault.code for fault in height_faults(found.kept)] == doubts
    area = found.kept.geometry.area.sum()
    assert area == pytest.approx(found.kept.union_all().area, abs=0.1)
    balance = found.balance
    assert balance.area_in_m2 + balance.area_repaired_m2 == pytest.approx(
        balance.area_out_m2 + balance.area_rejected_m2, rel=1e-9
    )


def test_heights_of_goteborg_come_from_surface_less_ground(shared: Path) -> None:
    folder = shared / "goteborg_dsm"
    buildings = stock(folder / "buildings.shp", "EPSG:3007").kept
    surface, ground = folder / "DSM_KRbig.tif", folder / "DEM_KRbig.tif"
    found = height_mean(buildings, surface, ground)
    assert (found["support"] == 0).sum() == 96  # outside the rasters
    assert ((found["support"] > 0) & (found["support"] < 0.5)).sum() == 7
    assert found["mean"].median() == pytest.approx(14.85, abs=0.01)
    assert found["mean"].max() == pytest.approx(22.60, abs=0.01)
    import rasterio  # noqa: PLC0415  only for the second opinion

    with rasterio.open(surface) as dsm, rasterio.open(ground) as dem:
        over = dsm.read(1).astype(float) - dem.read(1)
        window = dsm.transform
    one = int(np.argmax(found["pixels"].where(found["support"] > 0.999)))
    shape = buildings.geometry.iloc[one]
    left, bottom, right, top = shape.bounds
    total = area = 0.0
    for column in range(int((left - window.c) // 1), int((right - window.c) // 1) + 1):
        for row in range(int((window.f - top) // 1), int((window.f - bottom) // 1) + 1):
            x, y = window.c + column, window.f - row
            part = shapely.intersection(shape, shapely.box(x, y - 1, x + 1, y)).area
            total, area = total + part * over[row, column], area + part
    assert found["mean"].iloc[one] == pytest.approx(total / area, rel=1e-6)


def test_footprints_cover_a_sixteenth_of_the_plots_of_athi_river(shared: Path) -> None:
    folder = shared / "athi_river_kenya"
    plots = read(folder / "parcels.geojson", "EPSG:32737").rename(columns={"Name": "parcel_id"})
    parcels, _ = check_parcels(plots[["parcel_id", "geometry"]], plots.crs)
    parcels = parcels.assign(parcel_area_m2=parcel_area_m2(parcels))
    buildings = stock(folder / "building.geojson", "EPSG:32737").kept
    pieces = building_pieces(parcels, buildings)
    land = parcels.union_all().area
    assert land / 1e4 == pytest.approx(16.47, abs=0.01)
    covered = shapely.intersection(parcels.union_all(), buildings.union_all()).area
    assert covered / land == pytest.approx(0.062, abs=0.0005)
    after = settle_overhangs(pieces, parcels, buildings, width_m=0.5)
    assert len(after) < len(pieces)
    met = set(after["building"])
    kept = pieces[pieces["building"].isin(met)]["footprint_m2"].sum()
    assert after["footprint_m2"].sum() == pytest.approx(kept, rel=1e-9)

"""Reading a whole project: the one CRS, and what strays from the city."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from landrenew.intake.city import read_city

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = '[city]\nname = "c"\nrulebook = "cixi-2022"\n[parcels]\npath = "parcels.geojson"\n'


def lot(lon: float, lat: float) -> shapely.Polygon:
    return shapely.box(lon, lat, lon + 0.001, lat + 0.001)


def city_of(folder: Path, *lots: shapely.Polygon) -> Path:
    gpd.GeoDataFrame(geometry=list(lots), crs=4326).to_file(folder / "parcels.geojson")
    (folder / "city.toml").write_text(PROJECT, encoding="utf-8")
    return folder / "city.toml"


def test_a_stray_parcel_does_not_choose_the_crs(tmp_path: Path) -> None:
    near = [lot(121.2 + i / 500, 30.17) for i in range(19)]
    layers = read_city(city_of(tmp_path, *near, lot(111.2, 30.17)))
    assert layers.parcels.crs == "EPSG:4549"
    assert [(fault.code, fault.row) for fault in layers.faults] == [("far_away", 20)]
    assert len(layers.parcels) == 20


def test_an_extent_that_no_strip_carries_gets_an_equal_area_projection(tmp_path: Path) -> None:
    halves = [lot(120.0, 30 + i / 500) for i in range(5)]
    halves += [lot(123.0, 30 + i / 500) for i in range(5)]
    layers = read_city(city_of(tmp_path, *halves))
    assert layers.parcels.crs.name == "CGCS2000 / equal area around 121.5, 30.0"

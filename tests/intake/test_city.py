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


def test_a_park_whose_id_is_taken_is_doubted(tmp_path: Path) -> None:
    parks = [lot(121.2 + i / 500, 30.17) for i in range(4)]
    table = gpd.GeoDataFrame({"park_id": ["A", "B", "A", None]}, geometry=parks, crs=4490)
    table.to_file(tmp_path / "parks.gpkg")
    path = city_of(tmp_path, lot(121.2, 30.17))
    path.write_text(PROJECT + '[parks]\npath = "parks.gpkg"\n', encoding="utf-8")
    faults = [(one.layer, one.code, one.row, one.id) for one in read_city(path).faults]
    assert faults == [("parks", "duplicate_id", 3, "A")]


def test_what_only_the_drawing_shows_is_doubted_by_the_projects_tolerance(tmp_path: Path) -> None:
    side = 2e-6  # about 20 cm
    pair = [lot(121.2, 30.17), lot(121.2 + 0.001 + side, 30.17)]
    path = city_of(tmp_path, *pair)
    assert [(one.code, one.row) for one in read_city(path).faults] == [("gap", 1)]
    path.write_text(PROJECT + "[tolerances]\ngap_width_m = 0.1\n", encoding="utf-8")
    assert read_city(path).faults == ()
    assert read_city(path).parcel_rows == {"row-1": 1, "row-2": 2}

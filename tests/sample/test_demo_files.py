"""The demo city as files: the same bytes every time, small, and readable by the usual readers."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pyogrio
import pytest
import rasterio
import shapely

from landrenew.intake.project import read_project
from landrenew.sample import write_demo

DEMO = Path(__file__).parents[2] / "data" / "demo"
LAYERS = ["control_line", "towns", "parks", "barriers", "protected", "background"]


def digests(folder: Path) -> dict[str, str]:
    return {
        one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in sorted(folder.iterdir())
    }


@pytest.mark.skipif(shapely.geos_version[:2] != (3, 14), reason="shapes are cut by GEOS 3.14")
def test_the_committed_files_are_what_is_written_to_the_byte(tmp_path: Path) -> None:
    write_demo(tmp_path)
    assert digests(DEMO) == digests(tmp_path)


def test_files_are_small() -> None:
    assert sum(one.stat().st_size for one in DEMO.iterdir()) < 8_000_000


def test_project_file_is_valid_and_names_files_that_exist() -> None:
    project = read_project(DEMO / "city.toml")
    layers = [value for _, value in project if hasattr(value, "path")]
    assert len(layers) == 13
    assert all((DEMO / one.path).is_file() for one in layers)
    assert (DEMO / str(project.city.rulebook)).is_file()
    assert (DEMO / str(project.rasters.height)).is_file()
    assert (DEMO / str(project.rasters.nightlight)).is_file()


def test_columns_of_project_file_are_in_the_files() -> None:
    project = read_project(DEMO / "city.toml")
    parcels = pyogrio.read_info(DEMO / project.parcels.path)
    assert {one.column for one in project.parcels.columns.values()} <= set(parcels["fields"])
    assert project.firms is not None
    firms = pd.read_excel(DEMO / project.firms.path, nrows=1)
    assert {one.column for one in project.firms.columns.values()} == set(firms.columns)


def test_vector_layers_are_read_by_gdal() -> None:
    assert [name for name, _ in pyogrio.list_layers(DEMO / "city.gpkg")] == LAYERS
    for name in LAYERS:
        info = pyogrio.read_info(DEMO / "city.gpkg", layer=name)
        assert info["crs"] == "EPSG:4549"
    assert pyogrio.read_info(DEMO / "growth_boundary.geojson")["crs"] == "EPSG:4490"


@pytest.mark.parametrize(("name", "pixel"), [("ndsm.tif", 2), ("nightlight.tif", 40)])
def test_rasters_are_in_the_project_crs(name: str, pixel: int) -> None:
    with rasterio.open(DEMO / name) as raster:
        assert raster.crs.to_epsg() == 4549
        assert raster.res == (pixel, pixel)
        assert raster.nodata is not None


def test_tables_open_right_in_excel() -> None:
    for name in ("links.csv", "ledger.csv"):
        assert (DEMO / name).read_bytes().startswith(b"\xef\xbb\xbf")

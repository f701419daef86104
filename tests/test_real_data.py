"""Real layers beside the repository give the figures that were found by hand."""

from __future__ import annotations

import csv
import re
from collections import Counter
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
from conftest import ROOT
from typer.testing import CliRunner

from landrenew.cli import app
from landrenew.workflow import run_project

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.publish.result import Result

EXAMPLES = ROOT / "examples"
FT2 = 0.3048**2

pytestmark = pytest.mark.usefixtures("shared")


def project(name: str) -> Path:
    return EXAMPLES / f"{name}.toml"


@pytest.fixture(scope="module")
def gowanus(shared: Path) -> Result:  # noqa: ARG001  skips without the data
    return run_project(project("nyc_gowanus"))


@pytest.fixture(scope="module")
def maspeth(shared: Path) -> Result:  # noqa: ARG001
    return run_project(project("nyc_ibz_mappluto"))


@pytest.fixture(scope="module")
def hangzhou(shared: Path) -> Result:  # noqa: ARG001
    return run_project(project("hangzhou_osm_landuse"))


def test_gowanus_is_half_inside(gowanus: Result) -> None:
    share = gowanus.share
    assert share.share == pytest.approx(0.5083, abs=0.0005)
    assert share.verdict == "not_met"
    assert share.total_m2 / 1e4 == pytest.approx(125.49, abs=0.01)
    assert 1 - share.interval[1] > 1 - 0.51


def test_gowanus_lists_the_row_without_shape(gowanus: Result) -> None:
    balance = gowanus.layers.balances[0]
    assert (balance.rows_in, balance.rows_out, balance.rows_rejected) == (1341, 1340, 1)
    codes = Counter(fault.code for fault in gowanus.faults)
    assert codes == {"empty_geometry": 1, "repeated_vertex": 10, "sliver_parcel": 3, "spike": 1}


def test_gowanus_by_the_slow_way(gowanus: Result, shared: Path) -> None:
    line = gpd.read_file(shared / "nyc_gowanus" / "ibz.geojson").to_crs("EPSG:2263")
    zone = line.geometry.make_valid().union_all()
    plots = gowanus.parcels.to_crs("EPSG:2263").geometry
    inside = sum(plot.intersection(zone).area for plot in plots)
    # the slivers that the tolerance of 0.5 m settles are a ten-thousandth
    assert gowanus.share.share == pytest.approx(inside / plots.area.sum(), abs=2e-4)


def test_gowanus_through_the_door() -> None:
    met = CliRunner().invoke(app, ["share", str(project("nyc_gowanus")), "--lang", "en"])
    assert met.exit_code == 1
    assert re.search(r"50\.8\d% inside .* target 80%, not met", met.stdout)
    assert "1341 parcel rows, 1 set aside (row numbers): No geometry" in met.stderr


def test_feet_become_metres(maspeth: Result, shared: Path) -> None:
    lots = gpd.read_file(shared / "nyc_ibz_mappluto" / "mappluto_maspeth.shp")
    parcels = maspeth.parcels
    assert len(parcels) == 813
    assert parcels.index.tolist() == lots["BBL"].astype("int64").astype(str).tolist()
    assert np.allclose(parcels["parcel_area_m2"], lots.geometry.area * FT2, rtol=1e-3)
    assert np.allclose(parcels["declared_area_m2"], lots["LotArea"] * FT2)
    assert parcels["owner"].fillna("").tolist() == lots["OwnerName"].fillna("").tolist()


def test_floor_area_ratio_is_the_declared_one(maspeth: Result, shared: Path) -> None:
    built = gpd.read_file(shared / "nyc_ibz_mappluto" / "mappluto_maspeth.shp")["BuiltFAR"]
    parcels = maspeth.parcels
    declared = parcels["counted_floor_area_m2"] / parcels["declared_area_m2"].replace(0, np.nan)
    assert (declared - built.to_numpy()).abs().median() == pytest.approx(0.001, abs=0.0005)
    ratio = parcels["counted_floor_area_m2"] / parcels["parcel_area_m2"]
    assert parcels["floor_area_ratio"].tolist() == pytest.approx(ratio.tolist())


def test_lots_cut_from_the_line_are_inside_and_their_areas_differ(maspeth: Result) -> None:
    assert maspeth.share.share == pytest.approx(1.0, abs=1e-6)
    codes = [fault.code for fault in maspeth.faults]
    assert codes.count("area_differs") == 651
    assert codes.count("repaired") == 3  # polygons of IBZ.shp


def test_overlapping_land_counts_once(hangzhou: Result) -> None:
    parcels = hangzhou.parcels
    assert len(parcels) == 540
    assert parcels.crs == "EPSG:4549"
    planar = parcels.geometry
    assert planar.area.sum() / 1e4 == pytest.approx(6660.4, abs=0.1)
    assert planar.union_all().area / 1e4 == pytest.approx(6627.7, abs=0.1)
    scale = parcels["parcel_area_m2"].sum() / planar.area.sum()
    once = parcels["counted_area_m2"].sum() / 1e4
    assert once == pytest.approx(6627.7 * scale, abs=0.2)
    assert Counter(fault.code for fault in hangzhou.faults) == {"overlap": 4, "gap": 1}
    assert hangzhou.share is None
    assert any("[control_line]" in note.zh for note in hangzhou.notes)


@pytest.mark.parametrize(("name", "rows"), [("taiwan_zoning", 132), ("hangzhou_osm_landuse", 540)])
def test_land_without_a_line_runs_to_a_map(name: str, rows: int, tmp_path: Path) -> None:
    out = tmp_path / "out"
    met = CliRunner().invoke(app, ["run", str(project(name)), "--out", str(out), "--lang", "zh"])
    assert met.exit_code == 0, met.output
    assert "未计算线内占比" in met.stderr
    written = sorted(one.name for one in out.iterdir())
    assert written == ["faults.csv", "manifest.json", "map.html", "parcels.gpkg",
                       "parcels.parquet"]  # fmt: skip
    assert len(gpd.read_parquet(out / "parcels.parquet")) == rows
    assert (out / "map.html").stat().st_size > 100_000


def test_taiwan_keeps_its_own_crs_and_its_declared_areas(shared: Path) -> None:  # noqa: ARG001
    found = run_project(project("taiwan_zoning"))
    parcels = found.parcels
    assert parcels.crs == "EPSG:3826"
    assert parcels["planar_area_m2"].sum() / 1e4 == pytest.approx(722.3, abs=0.1)
    assert parcels["declared_difference_share"].abs().max() < 0.001
    assert set(parcels["land_code"]) == {"工業區", "零星工業區"}


def test_every_example_is_in_the_readme() -> None:
    said = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert all(one.name in said for one in EXAMPLES.glob("*.toml"))


def test_faults_of_real_data_are_listed_for_excel(tmp_path: Path) -> None:
    run = ["run", str(project("nyc_gowanus")), "--out", str(tmp_path / "o"), "--lang", "en"]
    assert CliRunner().invoke(app, run).exit_code == 0
    with (tmp_path / "o" / "faults.csv").open(encoding="utf-8-sig", newline="") as file:
        (fault,) = (one for one in csv.DictReader(file) if one["outcome"] == "set aside")
    assert (fault["layer"], fault["code"], fault["outcome"]) == (
        "parcels", "empty_geometry", "set aside",
    )  # fmt: skip
    assert int(fault["row"]) > 0

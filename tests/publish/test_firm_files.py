"""What a run publishes of its firms: where each stands, by what, and that the amounts add up."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
from small_city import SIZE, SOUTH, WEST, small_city

from landrenew.intake.city import read_city
from landrenew.publish.run_folder import save_run
from landrenew.workflow import run_project

if TYPE_CHECKING:
    from pathlib import Path

LEASES = "landlord_id,tenant_id,parcel_id,leased_area_m2,lease_end\nA,B,P0,100,2026-01-01\n"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run a city in which A lets a quarter of P0 to B, C stands nowhere and D is silent."""
    folder = tmp_path_factory.mktemp("city")
    (folder / "f.csv").write_text("firm_id,tax_cny10k\nA,30\n=B,2\nB,10\nC,5\nD,\n")
    (folder / "l.csv").write_text("firm_id,parcel_id\nA,P0\n=B,P1\nD,P1\n")
    (folder / "z.csv").write_text(LEASES)
    grid = rasterio.Affine(SIZE, 0, WEST, 0, -SIZE, SOUTH + SIZE)
    profile = {"driver": "GTiff", "count": 1, "height": 1, "width": 4, "dtype": "float32"}
    with rasterio.open(folder / "r.tif", "w", **profile, crs="EPSG:4549", transform=grid) as out:
        out.write(np.arange(4, dtype="float32").reshape(1, 1, 4))
    path = small_city(
        folder,
        firms={"path": "f.csv"},
        links={"path": "l.csv"},
        leases={"path": "z.csv", "as_of": "2025-12-31"},
        **{"rasters.more.heat": {"path": "r.tif", "label": "地温", "unit": "K"}},
        tolerances={"min_raster_pixels": 0.9},
    )
    return save_run(run_project(path), folder / "out", lang="en")


def test_the_accounts_of_the_firms_are_in_the_manifest(run: Path) -> None:
    record = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    (tax,) = record["allocation"]
    assert tax == {"flow": "tax_cny10k", "firms": 5, "stated": 4, "total": 47.0,
                   "allocated": 40.0, "undetermined": 2.0, "unallocated": 5.0}  # fmt: skip
    heat = {"zh": "地温均值", "en": "地温: mean"}
    assert record["raster_columns"][0] == {"name": "raster_heat_mean", "unit": "K", "label": heat}
    assert record["rasters"].keys() == {"more.heat"}


def test_the_land_of_each_firm_is_a_table(run: Path) -> None:
    with (run / "firm_land.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {(one["Firm"], one["Parcel"]): one for one in csv.DictReader(file)}
    assert set(rows) == {("'=B", "P1"), ("A", "P0"), ("B", "P0"), ("D", "P1")}
    used = {key[0]: float(one["Land used (m²)"] or "nan") for key, one in rows.items()}
    assert used["A"] + used["B"] == pytest.approx(400, rel=2e-3)
    assert used["B"] == 100
    assert np.isnan(used["D"])  # shares P1 with another, and neither says how
    assert rows["A", "P0"]["Allocated by"] == "On one parcel"


def test_leases_without_firms_are_not_passed_over_in_silence(tmp_path: Path) -> None:
    (tmp_path / "z.csv").write_text(LEASES)
    layers = read_city(small_city(tmp_path, leases={"path": "z.csv"}))
    assert layers.leases is None
    assert any("[leases]" in note.en for note in layers.notes)

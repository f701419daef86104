"""Vector tiles hold every parcel at every zoom, and no column that the map does not publish."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from conftest import CRS, ORIGIN, square

from landrenew.base.errors import FileError
from landrenew.publish.export import export_layer
from landrenew.publish.tile_file import STEP_M, ZOOMS, for_tiles

if TYPE_CHECKING:
    from pathlib import Path

WEST, SOUTH = ORIGIN
LOW, HIGH = ZOOMS
NAMES = ["甲厂", "<b>乙</b>", None, "=1+1"]


def shapes() -> list[shapely.Geometry]:
    """Draw what tiles lose: the tiny, the narrow, the many in one place; and what they cut."""
    tiny = [
        shapely.box(WEST + 40 * k, SOUTH, WEST + 40 * k + size, SOUTH + size * 0.4)
        for k, size in enumerate(np.linspace(0.3, 30, 60))
    ]
    ends = [[(WEST, SOUTH + 100 + 20 * k), (WEST + 900, SOUTH + 180 + 20 * k)] for k in range(4)]
    lanes = [
        shapely.LineString(end).buffer(width, cap_style="flat")
        for end, width in zip(ends, (0.2, 0.5, 1.0, 2.0), strict=True)
    ]
    crowd = [
        shapely.box(WEST + 12 * i, SOUTH + 400 + 12 * j, WEST + 12 * i + 11, SOUTH + 411 + 12 * j)
        for i in range(30) for j in range(30)
    ]  # fmt: skip
    large = shapely.box(WEST - 9_000, SOUTH + 2_000, WEST + 9_000, SOUTH + 20_000)
    holed = large.difference(large.buffer(-50)).union(square(0, 900))
    return [*tiny, *lanes, *crowd, large.buffer(-100), holed]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the table of a run that was too large for a GeoPackage."""
    out = tmp_path_factory.mktemp("run")
    drawn = shapes()
    count = len(drawn)
    table = gpd.GeoDataFrame(
        {
            "parcel_id": [f"P{k}" for k in range(count)],
            "owner": [NAMES[k % 4] for k in range(count)],
            "efficiency_grade": ["ABCD"[k % 4] for k in range(count)],
            "firm_name": ["绝密企业"] * count,
            "firm_id": ["F1"] * count,
            "tax_cny10k": np.arange(count) * 1.5,
            "tax_cny10k_per_mu": np.arange(count) / 7,
        },
        geometry=drawn, crs=CRS,
    )  # fmt: skip
    table.set_index("parcel_id").to_parquet(out / "parcels.parquet")
    return out


@pytest.fixture(scope="module")
def tiles(run: Path) -> Path:
    export_layer(run, run / "parcels.pmtiles", lang="en")
    return run / "parcels.pmtiles"


@pytest.mark.parametrize("zoom", range(LOW, HIGH + 1))
def test_every_parcel_is_there_at_every_zoom(run: Path, tiles: Path, zoom: int) -> None:
    ids = set(gpd.read_parquet(run / "parcels.parquet").index)
    found = pyogrio.read_dataframe(tiles, ZOOM_LEVEL=zoom)
    assert set(found["parcel_id"]) == ids
    assert (found.geometry.area > 0).all()


def test_a_parcel_lies_in_the_tiles_where_it_lies(run: Path, tiles: Path) -> None:
    table = gpd.read_parquet(run / "parcels.parquet").to_crs(3857)
    found = pyogrio.read_dataframe(tiles, ZOOM_LEVEL=HIGH).dissolve("parcel_id")
    wide = table.index[~table.geometry.buffer(-STEP_M).is_empty]
    assert len(wide) > 900
    true = table.geometry.loc[wide]
    apart = true.symmetric_difference(found.geometry.loc[wide], align=True)
    assert (apart.area < 0.3 * true.length).all()  # 0.3 m along the border


def test_tiles_carry_what_the_map_publishes(tiles: Path) -> None:
    told = pyogrio.read_info(tiles)["fields"]
    assert {"parcel_id", "owner", "efficiency_grade", "tax_cny10k_per_mu"} <= set(told)
    assert not {"firm_name", "firm_id", "tax_cny10k"} & set(told)


def test_what_was_widened_is_told(run: Path, tmp_path: Path) -> None:
    (said,) = export_layer(run, tmp_path / "a.pmtiles", lang="zh")
    assert "已在瓦片中加宽" in said.zh
    assert "widened in the tiles" in said.en


def test_the_same_run_gives_the_same_bytes(run: Path, tiles: Path, tmp_path: Path) -> None:
    export_layer(run, tmp_path / "another name.pmtiles", lang="en")
    digests = [
        hashlib.sha256(one.read_bytes()).hexdigest()
        for one in (tiles, tmp_path / "another name.pmtiles")
    ]
    assert digests[0] == digests[1]


def test_shapes_wide_enough_stay_as_they_are() -> None:
    table = gpd.GeoDataFrame({"a": [1, 2]}, geometry=[square(0, size=90), None], crs=CRS)
    placed, told = for_tiles(table)
    assert told == []
    assert placed.geometry.iloc[0].equals(table.to_crs(3857).geometry.iloc[0])
    assert placed.geometry.iloc[1] is None


def test_other_layers_are_refused(run: Path, tmp_path: Path) -> None:
    table = gpd.read_parquet(run / "parcels.parquet").iloc[:2].reset_index()
    table.to_file(run / "parcels.gpkg", layer="rejected", engine="pyogrio")
    with pytest.raises(FileError, match="Layer rejected is not written as tiles"):
        export_layer(run, tmp_path / "a.pmtiles", layer="rejected")
    assert list(tmp_path.iterdir()) == []

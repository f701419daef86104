"""Rasters over shapes: exact shares of pixels, against rasters whose mean is known by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
import shapely
from conftest import CRS, ORIGIN, parcels_of, zones_of
from hypothesis import given
from hypothesis import strategies as st

from landrenew.base.errors import CrsError, FileError
from landrenew.measure.rasters import raster_mean

if TYPE_CHECKING:
    from pathlib import Path

X, Y = ORIGIN
SIZE = 10.0


def at(x: float, y: float, right: float, top: float) -> shapely.Polygon:
    return shapely.box(X + x, Y + y, X + right, Y + top)


def raster_of(
    path: Path, values: np.ndarray, *, crs: str | None = CRS, nodata: float | None = None
) -> Path:
    """Write pixels of 10 m whose lower left corner is the origin."""
    bands = np.atleast_3d(values.T).T.astype("float32")
    count, height, width = bands.shape
    grid = rasterio.Affine(SIZE, 0, X, 0, -SIZE, Y + height * SIZE)
    profile = {"driver": "GTiff", "count": count, "height": height, "width": width}
    with rasterio.open(
        path, "w", **profile, dtype="float32", crs=crs, transform=grid, nodata=nodata
    ) as raster:
        raster.write(bands)
    return path


def ramp(size: int = 20) -> np.ndarray:
    """Make a raster that rises by one a pixel eastwards."""
    return np.tile(np.arange(size, dtype=float), (size, 1))


@pytest.fixture(scope="module")
def slope(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return raster_of(tmp_path_factory.mktemp("raster") / "slope.tif", ramp())


def test_pixels_count_by_their_covered_share(slope: Path) -> None:
    found = raster_mean(parcels_of(at(5, 0, 25, 10), at(0, 0, 20, 20)), slope, "height")
    assert found["mean"].tolist() == pytest.approx([(0.5 * 0 + 1 + 0.5 * 2) / 2, 0.5])
    assert found["pixels"].tolist() == pytest.approx([2, 4])
    assert found.index.tolist() == ["P0", "P1"]


def test_a_plot_smaller_than_a_pixel_has_its_value(slope: Path) -> None:
    found = raster_mean(zones_of(at(71, 2, 73, 3)), slope, "height")
    assert found["mean"].tolist() == [7]
    assert found["pixels"].tolist() == pytest.approx([0.02])


def test_a_plot_that_meets_no_pixel_centre_is_still_measured(slope: Path) -> None:
    found = raster_mean(zones_of(at(38, 0, 42, 10)), slope, "height")
    assert found["mean"].tolist() == pytest.approx([3.5])


def test_pixels_without_data_count_for_nothing(tmp_path: Path) -> None:
    values = np.array([[4.0, -9999.0], [-9999.0, -9999.0]])
    path = raster_of(tmp_path / "r.tif", values, nodata=-9999.0)
    found = raster_mean(zones_of(at(0, 0, 20, 20), at(10, 0, 20, 10)), path, "height")
    assert found["mean"].iloc[0] == 4
    assert found["pixels"].tolist() == [1, 0]
    assert np.isnan(found["mean"].iloc[1])


def test_outside_the_raster_nothing_is_known(slope: Path) -> None:
    found = raster_mean(zones_of(at(900, 900, 910, 910), at(0, 0, 10, 10)), slope, "height")
    assert np.isnan(found["mean"].iloc[0])
    assert found["mean"].iloc[1] == 0
    alone = raster_mean(zones_of(at(900, 900, 910, 910)), slope, "height")
    assert alone["mean"].isna().all()
    assert alone["pixels"].tolist() == [0]


def test_over_the_edge_only_the_covered_part_counts(slope: Path) -> None:
    found = raster_mean(zones_of(at(-30, 0, 20, 10)), slope, "height")
    assert found["mean"].tolist() == pytest.approx([0.5])
    assert found["pixels"].tolist() == pytest.approx([2])


def test_shapes_are_brought_to_the_rasters_crs(slope: Path) -> None:
    shapes = zones_of(at(5, 0, 25, 10), at(90, 90, 110, 110))
    here = raster_mean(shapes, slope, "height")
    for code in (4490, 4528, 4550, 32651):
        there = raster_mean(shapes.to_crs(code), slope, "height")
        assert there["mean"].tolist() == pytest.approx(here["mean"].tolist(), abs=1e-3)


@given(st.floats(0, 150), st.floats(0, 150), st.floats(0.5, 50), st.floats(0.5, 50))
def test_mean_is_what_adding_pixel_by_pixel_gives(
    slope: Path, x: float, y: float, width: float, height: float
) -> None:
    right, top = min(x + width, 200.0), min(y + height, 200.0)
    edges = np.arange(21) * SIZE
    along = np.clip(np.minimum(edges[1:], right) - np.maximum(edges[:-1], x), 0, None)
    found = raster_mean(zones_of(at(x, y, right, top)), slope, "height")
    plain = (along * np.arange(20)).sum() / along.sum()
    assert found["mean"].iloc[0] == pytest.approx(plain, abs=1e-4)
    assert found["pixels"].iloc[0] == pytest.approx((right - x) * (top - y) / 100, rel=1e-3)


def test_missing_broken_and_foreign_rasters_are_refused(tmp_path: Path) -> None:
    shapes = zones_of(at(0, 0, 10, 10))
    with pytest.raises(FileError, match=r"\[rasters\] height: .*does not exist"):
        raster_mean(shapes, tmp_path / "none.tif", "height")
    (tmp_path / "text.tif").write_text("no raster", encoding="utf-8")
    with pytest.raises(FileError, match="cannot be read"):
        raster_mean(shapes, tmp_path / "text.tif", "height")
    with pytest.raises(CrsError, match="has no CRS"):
        raster_mean(shapes, raster_of(tmp_path / "bare.tif", ramp(), crs=None), "height")
    colours = raster_of(tmp_path / "colours.tif", np.stack([ramp(), ramp(), ramp()]))
    with pytest.raises(FileError, match="3 bands where one is needed"):
        raster_mean(shapes, colours, "height")

"""Rasters over shapes: exact shares of pixels, against rasters whose mean is known by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
import shapely
from conftest import CRS, ORIGIN, parcels_of, zones_of
from hand_made import WHOLE_RULEBOOK, layers_of
from hypothesis import given
from hypothesis import strategies as st

from landrenew.base.errors import CrsError, FileError
from landrenew.intake.rasters import check_rasters
from landrenew.intake.sections import MoreRaster, Rasters, Tolerances
from landrenew.measure.heights import raster_heights
from landrenew.measure.indicators import measure_parcels
from landrenew.measure.prepared import Prepared
from landrenew.measure.rasters import height_mean, raster_mean, support_notes
from landrenew.workflow import run_layers

if TYPE_CHECKING:
    from pathlib import Path

X, Y = ORIGIN
SIZE = 10.0


def at(x: float, y: float, right: float, top: float) -> shapely.Polygon:
    return shapely.box(X + x, Y + y, X + right, Y + top)


def raster_of(
    path: Path,
    values: np.ndarray,
    *,
    crs: str | None = CRS,
    nodata: float | None = None,
    grid: rasterio.Affine | None = None,
    dtype: str = "float32",
) -> Path:
    """Write pixels of 10 m whose lower left corner is the origin, unless told otherwise."""
    bands = np.atleast_3d(values.T).T.astype(dtype)
    count, height, width = bands.shape
    grid = grid or rasterio.Affine(SIZE, 0, X, 0, -SIZE, Y + height * SIZE)
    profile = {"driver": "GTiff", "count": count, "height": height, "width": width}
    with rasterio.open(
        path, "w", **profile, dtype=dtype, crs=crs, transform=grid, nodata=nodata
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


def test_a_raster_shifted_by_half_a_pixel_shifts_the_mean(tmp_path: Path) -> None:
    grid = rasterio.Affine(SIZE, 0, X + SIZE / 2, 0, -SIZE, Y + 20 * SIZE)
    shifted = raster_of(tmp_path / "s.tif", ramp(), grid=grid)
    found = raster_mean(zones_of(at(30, 0, 50, 10)), shifted, "ndvi")
    assert found["mean"].tolist() == pytest.approx([0.25 * 2 + 0.5 * 3 + 0.25 * 4])


@given(st.lists(st.tuples(st.integers(0, 190), st.integers(0, 190)), min_size=3, max_size=3))
def test_any_triangle_is_what_its_pieces_of_pixels_give(
    slope: Path, corners: list[tuple[int, int]]
) -> None:
    shape = shapely.Polygon([(X + x, Y + y) for x, y in corners])
    if shape.area < 1:
        return
    grid = [(c, at(c * SIZE, r * SIZE, (c + 1) * SIZE, (r + 1) * SIZE))
            for c in range(20) for r in range(20)]  # fmt: skip
    pieces = [(value, shape.intersection(pixel).area) for value, pixel in grid]
    plain = sum(value * area for value, area in pieces) / shape.area
    found = raster_mean(zones_of(shape), slope, "height").iloc[0]
    assert found["mean"] == pytest.approx(plain, abs=1e-3)
    assert found["pixels"] == pytest.approx(shape.area / 100, rel=1e-3, abs=1e-3)
    assert found["support"] == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("filler", [-9999.0, -99999.0, np.nan, np.inf, -np.inf, -3.4028235e38,
                                    3.4028235e38])  # fmt: skip
def test_fillers_that_no_file_declares_are_no_data(tmp_path: Path, filler: float) -> None:
    path = raster_of(tmp_path / "r.tif", np.array([[4.0, filler]]))
    found = raster_mean(zones_of(at(0, 0, 20, 10)), path, "ndvi")
    assert found.iloc[0].tolist() == [4.0, 1.0, 0.5]


def test_whole_numbers_with_a_scale_are_scaled(tmp_path: Path) -> None:
    path = raster_of(tmp_path / "r.tif", np.array([[2000, -3000, 4000]]), dtype="int16",
                     nodata=-3000)  # fmt: skip
    with rasterio.open(path, "r+") as raster:
        raster.scales, raster.offsets = (0.0001,), (0.5,)
    found = raster_mean(zones_of(at(0, 0, 30, 10)), path, "ndvi")
    assert found["mean"].tolist() == pytest.approx([0.5 + 0.3])
    assert found["pixels"].tolist() == [2]


def test_a_grid_that_stands_on_its_head_is_turned(tmp_path: Path) -> None:
    values = np.array([[1.0, 2.0], [3.0, 4.0]])
    head = raster_of(tmp_path / "h.tif", values, grid=rasterio.Affine(SIZE, 0, X, 0, SIZE, Y))
    found = raster_mean(zones_of(at(0, 0, 10, 10), at(10, 10, 20, 20)), head, "height")
    assert found["mean"].tolist() == pytest.approx([1, 4])
    notes = check_rasters(layers_of(parcels_of(at(0, 0, 9, 9)), folder=tmp_path,
                                    rasters=Rasters(ndvi="h.tif")).project,
                          parcels_of(at(0, 0, 9, 9)))  # fmt: skip
    assert [note.en for note in notes] == [
        "[rasters] ndvi: its grid is rotated or upside down; turned upright, bilinearly."
    ]


def test_a_rotated_grid_is_read_where_it_lies(tmp_path: Path) -> None:
    turn = rasterio.Affine.translation(X + 100, Y) @ rasterio.Affine.rotation(30)
    grid = turn @ rasterio.Affine.scale(1, 1)
    plane = np.add.outer(np.arange(200.0), np.arange(200.0))  # row + column
    path = raster_of(tmp_path / "r.tif", plane, grid=grid)
    inside = shapely.Point(grid.a * 100 + grid.b * 90 + grid.c, grid.d * 100 + grid.e * 90 + grid.f)
    found = raster_mean(zones_of(inside.buffer(10)), path, "ndvi")
    assert found["mean"].iloc[0] == pytest.approx(100 + 90 - 1, abs=0.1)
    assert found["support"].iloc[0] == pytest.approx(1, abs=1e-6)


def test_height_is_the_surface_less_the_ground(tmp_path: Path) -> None:
    dsm = np.array([[30.0, 40.0, -9999.0, 20.0]])
    dem = np.array([[10.0, 10.0, 10.0, -3.4e38]])
    surface = raster_of(tmp_path / "dsm.tif", dsm, nodata=-9999)
    ground = raster_of(tmp_path / "dem.tif", dem)
    found = height_mean(zones_of(at(0, 0, 20, 10), at(0, 0, 40, 10)), surface, ground)
    assert found["mean"].tolist() == pytest.approx([25, 25])
    assert found["support"].tolist() == pytest.approx([1, 0.5])


@pytest.mark.parametrize("crs", [CRS, "EPSG:4528", "EPSG:4490"])
def test_ground_on_another_grid_is_brought_to_the_surfaces(tmp_path: Path, crs: str) -> None:
    surface = raster_of(tmp_path / "dsm.tif", ramp() + 12)
    if crs == CRS:
        grid = rasterio.Affine(7, 0, X - 33, 0, -7, Y + 251)
        easting = X - 33 + 7 * (np.arange(45) + 0.5)
        ground = np.tile((easting - X) / SIZE - 0.5, (45, 1))
    else:
        frame = zones_of(at(-40, -40, 240, 240)).to_crs(crs).total_bounds
        (left, bottom, right, top), n = frame, 45
        grid = rasterio.Affine((right - left) / n, 0, left, 0, (bottom - top) / n, top)
        middles = shapely.points(*[
            axis.ravel() for axis in np.meshgrid(
                frame[0] + (np.arange(45) + 0.5) * grid.a, frame[3] + (np.arange(45) + 0.5) * grid.e
            )
        ])  # fmt: skip
        easting = zones_of(*middles).set_crs(crs, allow_override=True).to_crs(CRS).geometry.x
        ground = ((easting.to_numpy() - X) / SIZE - 0.5).reshape(45, 45)
    path = raster_of(tmp_path / "dem.tif", ground, crs=crs, grid=grid)
    found = height_mean(zones_of(at(23, 31, 88, 94), at(100, 100, 160, 160)), surface, path)
    assert found["mean"].tolist() == pytest.approx([12, 12], abs=0.02)
    project = layers_of(parcels_of(at(0, 0, 9, 9)), folder=tmp_path,
                        rasters=Rasters(dsm="dsm.tif", dem="dem.tif")).project  # fmt: skip
    notes = check_rasters(project, parcels_of(at(0, 0, 9, 9)))
    assert any("brought to its grid" in note.en for note in notes)


def city(folder: Path, rasters: Rasters, **tolerances: float):  # noqa: ANN201  layers
    feet = [at(0, 0, 20, 10), at(30, 0, 50, 10), at(60, 0, 80, 10), at(90, 0, 110, 10)]
    made = layers_of(
        parcels_of(*[at(x, -1, x + 25, 12) for x in (0, 30, 60, 90)]),
        folder=folder, rasters=rasters,
        buildings=zones_of(*feet, floor_count=[np.nan, np.nan, np.nan, 2.0]),
    )  # fmt: skip
    project = made.project.model_copy(update={"tolerances": Tolerances(**tolerances)})
    return made.__class__(**{**made.__dict__, "project": project})


def test_heights_need_enough_of_the_footprint(tmp_path: Path) -> None:
    known = [12.0, 12, -9999, 9, -9999, -9999, -9999, -9999, 9, 9, 9]
    raster_of(tmp_path / "h.tif", np.array([known]))
    layers = city(tmp_path, Rasters(height="h.tif"), min_height_support_share=0.5)
    found = raster_heights(layers.buildings, np.arange(4), layers)
    assert found["height_m"].tolist() == pytest.approx([12, 9, np.nan, np.nan], nan_ok=True)
    assert found["support"].tolist() == pytest.approx([1, 0.5, 0, np.nan], nan_ok=True)
    strict = city(tmp_path, Rasters(height="h.tif"), min_height_support_share=0.9)
    again = raster_heights(strict.buildings, np.arange(4), strict)
    assert again["height_m"].notna().tolist() == [True, False, False, False]


def test_the_surface_fills_what_the_height_raster_leaves(tmp_path: Path) -> None:
    raster_of(tmp_path / "h.tif", np.array([[12.0, 12.0]]))
    raster_of(tmp_path / "dsm.tif", np.array([[99.0, 99, 99, 28, 28, 99, 5, 5, 5, 5, 5]]))
    raster_of(tmp_path / "dem.tif", np.array([[20.0] * 11]))
    layers = city(tmp_path, Rasters(height="h.tif", dsm="dsm.tif", dem="dem.tif"))
    found = raster_heights(layers.buildings, np.arange(4), layers)
    assert found["height_m"].tolist() == pytest.approx([12, 8, np.nan, np.nan], nan_ok=True)
    measured = measure_parcels(layers.parcels, Prepared.of(layers))
    assert measured.silent_buildings.tolist() == [2]  # the surface lies below the ground
    assert measured.silent_support.tolist() == [1.0]
    columns = measured.columns
    assert columns["estimated_floor_share"].tolist() == pytest.approx([1, 1, np.nan, 0],
                                                                     nan_ok=True)  # fmt: skip
    assert columns["height_support_share"].tolist() == pytest.approx([1, 1, 1, np.nan], nan_ok=True)


def test_a_parcel_under_a_pixel_has_no_mean_but_its_support(tmp_path: Path) -> None:
    raster_of(tmp_path / "v.tif", ramp(12))
    rasters = Rasters(ndvi="v.tif", more={"heat": MoreRaster(path="v.tif", label="地温", unit="K")})
    layers = city(tmp_path, rasters, min_raster_pixels=3.1)
    found = measure_parcels(layers.parcels, Prepared.of(layers)).columns
    assert found["ndvi_pixels"].tolist() == pytest.approx([3.0] * 4, abs=0.01)
    assert found["ndvi_mean"].isna().all()
    notes = support_notes(layers.parcels.join(found), layers.project)
    assert notes[0].en.startswith("[rasters] ndvi: 4 parcels cover fewer than 3.1 pixels")
    fine = city(tmp_path, rasters)
    columns = measure_parcels(fine.parcels, Prepared.of(fine)).columns
    assert columns["ndvi_mean"].notna().all()
    assert columns["raster_heat_mean"].tolist() == columns["ndvi_mean"].tolist()
    assert support_notes(fine.parcels.join(columns), fine.project) == ()


def test_a_raster_of_ones_own_is_in_the_projects_dictionary(tmp_path: Path) -> None:
    raster_of(tmp_path / "v.tif", ramp(12))
    rasters = Rasters(more={"heat": MoreRaster(path="v.tif", label="地温", unit="K")})
    layers = city(tmp_path, rasters)
    own = layers.project.rasters.own_columns()
    assert own["raster_heat_mean"].label.zh == "地温均值"
    assert own["raster_heat_mean"].unit == "K"
    result = run_layers(layers)
    assert list(result.parcels)[-3:] == [*own, "geometry"]
    assert layers.rulebook is WHOLE_RULEBOOK


def test_a_raster_of_a_part_of_the_city_says_so(tmp_path: Path) -> None:
    raster_of(tmp_path / "v.tif", ramp(5))
    layers = city(tmp_path, Rasters(ndvi="v.tif"))
    (note,) = check_rasters(layers.project, layers.parcels)
    assert note.en.startswith("[rasters] ndvi covers 0 of 4 parcels whole (0.0%)")


def test_surface_and_ground_go_together() -> None:
    with pytest.raises(ValueError, match="dsm and dem go together"):
        Rasters(dsm="dsm.tif")
    with pytest.raises(ValueError, match="pattern"):
        Rasters(more={"../x": MoreRaster(path="v.tif")})

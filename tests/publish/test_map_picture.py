"""A picture of the ground for the map: in its place, see-through where it is empty, kept small."""

from __future__ import annotations

import base64
import math
import warnings
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from pyproj import Transformer
from rasterio.enums import ColorInterp
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile
from shapely import box

from landrenew.base.errors import CrsError, FileError
from landrenew.intake.ground import Ground
from landrenew.intake.parcels import Parcels
from landrenew.intake.project import Project
from landrenew.intake.rasters import check_rasters
from landrenew.intake.sections import City
from landrenew.publish.map.picture import BUDGET, LONGEST, picture_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

CRS = "EPSG:4549"
LEFT, TOP = 614_000.0, 3_340_000.0
PIXEL = 5.0


def parcels() -> Parcels:
    table = gpd.GeoDataFrame(geometry=[box(LEFT + 500, TOP - 2_500, LEFT + 2_500, TOP - 500)],
                             index=["P0"], crs=CRS)  # fmt: skip
    return Parcels(table)


def project(folder: Path, path: str | None = "ortho.tif") -> Project:
    city = City(name="x", crs=CRS, rulebook="made")
    return Project(folder=folder, city=city, map=Ground(picture=path))


def write(
    folder: Path, pixels: NDArray[Any], *, turn: float = 0.0, pixel: float = PIXEL, **more: Any  # noqa: ANN401  keys of rasterio
) -> rasterio.Affine:  # fmt: skip
    """Write a picture with its corner at LEFT, TOP; turned, if asked for, around it."""
    c, s = math.cos(turn) * pixel, math.sin(turn) * pixel
    grid = rasterio.Affine(c, s, LEFT, s, -c, TOP)
    count, high, wide = pixels.shape
    options = {"crs": CRS, "nodata": None, **more}
    colours = options.pop("colours", None)
    with rasterio.open(
        folder / "ortho.tif", "w", driver="GTiff", width=wide, height=high, count=count,
        dtype=pixels.dtype, transform=grid, **options,
    ) as raster:  # fmt: skip
        raster.write(pixels)
        if colours:
            raster.colorinterp = [ColorInterp.palette]
            raster.write_colormap(1, colours)
    return grid


def shown(folder: Path) -> tuple[NDArray[np.uint8], list[float], int]:
    """Read what the page would hold: pixels, bounds [degree], bytes."""
    found = picture_of(project(folder), parcels())
    written = base64.b64decode(found["url"].removeprefix("data:image/webp;base64,"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with MemoryFile(written) as file, file.open() as picture:
            return picture.read(), found["bounds"], len(written)


def mercator(lon: float, lat: float) -> tuple[float, float]:
    return lon, math.asinh(math.tan(math.radians(lat)))


@pytest.mark.parametrize("turn", [0.0, 0.2])
def test_a_mark_lies_in_its_place_to_less_than_a_pixel(tmp_path: Path, turn: float) -> None:
    pixels = np.full((3, 700, 700), 60, np.uint8)
    pixels[:, 300:312, 400:412] = 255
    grid = write(tmp_path, pixels, turn=turn)
    picture, (left, bottom, right, top), _ = shown(tmp_path)
    rows, columns = np.nonzero(picture[0] > 160)
    _, high, wide = picture.shape
    east, north = grid.a * 406 + grid.b * 306 + grid.c, grid.d * 406 + grid.e * 306 + grid.f
    lon, lat = Transformer.from_crs(CRS, 4326, always_xy=True).transform(east, north)
    x = (lon - left) / (right - left) * wide
    (_, y0), (_, y), (_, y1) = (mercator(0, one) for one in (top, lat, bottom))
    assert abs(columns.mean() + 0.5 - x) < 1
    assert abs(rows.mean() + 0.5 - (y - y0) / (y1 - y0) * high) < 1


def test_what_has_no_data_is_seen_through(tmp_path: Path) -> None:
    pixels = np.full((3, 700, 700), 90, np.uint8)
    pixels[:, :, :350] = 0
    write(tmp_path, pixels, nodata=0)
    picture, _, _ = shown(tmp_path)
    assert picture.shape[0] == 4
    middle = picture[3, picture.shape[1] // 2]
    assert middle[middle.size // 4] == 0
    assert middle[3 * middle.size // 4] == 255
    assert abs(int(picture[0, picture.shape[1] // 2, 3 * middle.size // 4]) - 90) < 8


def test_a_turned_picture_is_seen_through_at_its_corners(tmp_path: Path) -> None:
    write(tmp_path, np.full((3, 300, 300), 90, np.uint8), turn=0.4)
    picture, _, _ = shown(tmp_path)
    assert picture.shape[0] == 4
    assert {0, 255} <= set(np.unique(picture[3]).tolist())


def test_it_is_cut_to_the_city_and_kept_small(tmp_path: Path) -> None:
    noise = np.random.default_rng(2).integers(0, 255, (3, 4_200, 4_200), np.uint8)
    write(tmp_path, noise, pixel=1.0)
    picture, (left, _, right, _), size = shown(tmp_path)
    assert size <= BUDGET
    assert max(picture.shape) <= LONGEST
    lon = parcels().to_crs(4326).total_bounds
    assert right - left < 1.3 * (lon[2] - lon[0])


def test_it_is_never_enlarged(tmp_path: Path) -> None:
    write(tmp_path, np.full((3, 60, 60), 90, np.uint8), pixel=50.0)
    picture, _, _ = shown(tmp_path)
    assert max(picture.shape[1:]) <= 62


def test_one_band_is_grey_and_sixteen_bits_are_spread(tmp_path: Path) -> None:
    ramp = np.linspace(200, 1_200, 700, dtype=np.uint16)
    write(tmp_path, np.broadcast_to(ramp, (1, 700, 700)).copy())
    picture, _, _ = shown(tmp_path)
    row = picture[:, picture.shape[1] // 2].astype(int)
    assert abs(row[0] - row[1]).max() <= 4
    assert row[0, -20] - row[0, 20] > 200


@pytest.mark.parametrize(("kind", "index"), [(np.uint8, 1), (np.uint16, 1_000)])
def test_an_indexed_picture_has_its_colours(kind: type, index: int, tmp_path: Path) -> None:
    pixels = np.full((1, 700, 700), index, kind)
    colours = {0: (0, 0, 0, 255), index: (200, 30, 60, 255)}
    write(tmp_path, pixels, colours=colours)
    picture, _, _ = shown(tmp_path)
    middle = picture[:3, picture.shape[1] // 2, picture.shape[2] // 2].astype(int)
    assert abs(middle - [200, 30, 60]).max() < 12


def test_the_same_picture_gives_the_same_bytes(tmp_path: Path) -> None:
    noise = np.random.default_rng(2).integers(0, 255, (3, 400, 400), np.uint8)
    write(tmp_path, noise)
    assert picture_of(project(tmp_path), parcels()) == picture_of(project(tmp_path), parcels())


def test_without_a_picture_there_is_none(tmp_path: Path) -> None:
    assert picture_of(project(tmp_path, None), parcels()) is None


@pytest.mark.parametrize(
    ("spoilt", "error", "said"),
    [
        ("missing", FileError, r"\[map\] picture: file .* does not exist"),
        ("broken", FileError, "cannot be read"),
        ("placeless", CrsError, "has no CRS"),
        ("elsewhere", CrsError, "does not overlap the parcels"),
        ("numbers", FileError, "not integers of 8 or 16 bits"),
    ],
)
def test_a_picture_that_cannot_serve_is_refused_before_anything_is_measured(
    tmp_path: Path, spoilt: str, error: type[Exception], said: str
) -> None:
    pixels = np.full((3, 60, 60), 90, np.float32 if spoilt == "numbers" else np.uint8)
    crs = {"placeless": None, "elsewhere": "EPSG:4526"}.get(spoilt, CRS)
    write(tmp_path, pixels, pixel=50.0, crs=crs)
    if spoilt == "missing":
        (tmp_path / "ortho.tif").unlink()
    if spoilt == "broken":
        (tmp_path / "ortho.tif").write_bytes(b"no picture")
    with pytest.raises(error, match=said):
        check_rasters(project(tmp_path), parcels())

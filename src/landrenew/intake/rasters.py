"""Open a raster, or say in a sentence why not: a CRS, and ground that the city has.

What is measured has one band; a picture for the map may have several.
"""

from __future__ import annotations

import math
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

import shapely

from landrenew.base.errors import CrsError, FileError
from landrenew.base.words import Text
from landrenew.intake.sources.remote import file_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rasterio.io import DatasetReader
    from shapely import Polygon

    from landrenew.intake.parcels import Parcels
    from landrenew.intake.project import Project

SHADES = {"uint8", "uint16", "int16"}
"""Kinds of pixels that a picture of the ground may have."""

GRID_TOLERANCE = 1e-9
"""Grids whose corners and pixels differ by less are one, in the units of their CRS."""


@contextmanager
def open_raster(path: Path, name: str) -> Iterator[DatasetReader]:
    """
    Open a raster of one band with a CRS.

    Parameters
    ----------
    path
        The file.
    name
        The raster's name in the project file, for messages.

    Yields
    ------
    DatasetReader
        The open raster.

    Raises
    ------
    FileError
        When it is missing, cannot be read, or has several bands.
    CrsError
        When it has no CRS, or no place on the map.
    """
    with open_located(path, f"[rasters] {name}") as raster:
        if raster.count != 1:
            raise FileError(
                f"[rasters] {name} 的文件 {path} 有 {raster.count} 个波段，须只有一个。"
                "请在 GIS 中导出所需的一个波段。",
                f"[rasters] {name}: file {path} has {raster.count} bands where one is needed."
                " Export the one band in the GIS.",
            )
        yield raster


@contextmanager
def open_located(path: Path, key: str) -> Iterator[DatasetReader]:
    """
    Open a raster that has a place on the map, whatever its bands.

    Parameters
    ----------
    path
        The file.
    key
        Where the project file names it, for messages.

    Yields
    ------
    DatasetReader
        The open raster.

    Raises
    ------
    FileError
        When it is missing or cannot be read.
    CrsError
        When it has no CRS, or no place on the map.
    """
    import rasterio  # noqa: PLC0415  # heavy, and needed only where a project has rasters
    from rasterio.errors import NotGeoreferencedWarning, RasterioIOError  # noqa: PLC0415  as above

    if not path.exists():
        raise FileError(
            f"{key} 的文件 {path} 不存在。请改正路径。",
            f"{key}: file {path} does not exist. Mend the path.",
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", NotGeoreferencedWarning)
            with rasterio.open(path) as raster:
                if raster.crs is None:
                    raise _no_crs(path, key)
                yield raster
    except RasterioIOError as error:
        why = str(error).rstrip(".")
        raise FileError(
            f"{key} 的文件 {path} 读不出来：{why}。请确认文件完整。",
            f"{key}: file {path} cannot be read: {why}. Check that it is whole.",
        ) from error
    except NotGeoreferencedWarning as error:
        raise _no_crs(path, key) from error


def _no_crs(path: Path, key: str) -> CrsError:
    return CrsError(
        f"{key} 的文件 {path} 没有坐标系。请在 GIS 中为它定义坐标系。",
        f"{key}: file {path} has no CRS. Define one in the GIS.",
    )


def is_upright(raster: DatasetReader) -> bool:
    """
    Tell whether rows run east and columns run south, without rotation.

    Parameters
    ----------
    raster
        An open raster.

    Returns
    -------
    bool
        Whether its pixels can be read as they lie.
    """
    grid = raster.transform
    return bool(grid.b == 0 and grid.d == 0 and grid.a > 0 > grid.e)


def same_grid(raster: DatasetReader, other: DatasetReader) -> bool:
    """
    Tell whether the pixels of two rasters lie on each other.

    Parameters
    ----------
    raster
        An open raster.
    other
        Another.

    Returns
    -------
    bool
        Whether CRS, corner, pixel size and shape are the same.
    """
    return bool(
        raster.crs == other.crs
        and raster.shape == other.shape
        and raster.transform.almost_equals(other.transform, GRID_TOLERANCE)
    )


def check_rasters(project: Project, parcels: Parcels) -> list[Text]:
    """
    Refuse a raster that cannot be read or lies elsewhere than the parcels.

    Parameters
    ----------
    project
        The project file.
    parcels
        The parcel table (projected, metres).

    Returns
    -------
    list of Text
        Which rasters cover only a part of the parcels, and which are resampled.

    Raises
    ------
    FileError
        When a raster is missing, cannot be read, or has several bands; or the picture for the map
        is none.
    CrsError
        When one has no CRS, or shares no ground with the parcels.
    """
    notes = []
    for name, source in project.rasters.files().items():
        with open_raster(file_of(project.folder, source, f"rasters.{name}"), name) as raster:
            frame, grid = ground_of(raster), raster.crs.to_wkt()
            if name != "dem" and not is_upright(raster):
                notes.append(_turned(name))
        if parcels.empty:  # a project without parcels: only that it can be read
            continue
        shapes = parcels.geometry.to_crs(grid)
        if not shapes.intersects(frame).any():
            raise CrsError(
                f"[rasters] {name} 的文件 {source} 与宗地毫不重叠。请核对它的坐标系。",
                f"[rasters] {name}: file {source} does not overlap the parcels. Check its CRS.",
            )
        inside = int(shapes.covered_by(frame).sum())
        if inside < len(parcels):
            notes.append(_partial(name, inside, len(parcels)))
    _check_picture(project, parcels)
    return [*notes, *_resampled(project)]


def _check_picture(project: Project, parcels: Parcels) -> None:
    """Refuse a picture for the map before anything is measured, not after."""
    if project.map.picture is None:
        return
    source = project.map.picture.path
    with open_located(file_of(project.folder, source, "map.picture"), "[map] picture") as raster:
        frame, grid = ground_of(raster), raster.crs.to_wkt()
        if not set(raster.dtypes) <= SHADES:
            raise FileError(
                f"[map] picture 的文件 {source} 的像元不是 8 位或 16 位整数，不是图片。"
                "请在 GIS 中渲染后导出为 RGB 图片。",
                f"[map] picture: the pixels of file {source} are not integers of 8 or 16 bits, so"
                " it is no picture. Render it in the GIS and export it as RGB.",
            )
    if len(parcels) and not parcels.geometry.to_crs(grid).intersects(frame).any():
        raise CrsError(
            f"[map] picture 的文件 {source} 与宗地毫不重叠。请核对它的坐标系。",
            f"[map] picture: file {source} does not overlap the parcels. Check its CRS.",
        )


def ground_of(raster: DatasetReader) -> Polygon:
    """
    Draw the ground of a raster, rotated where it is.

    Parameters
    ----------
    raster
        An open raster.

    Returns
    -------
    Polygon
        Its four corners, in its own CRS.
    """
    (high, wide), grid = raster.shape, raster.transform
    corners = ((0, 0), (wide, 0), (wide, high), (0, high))
    return shapely.Polygon([
        (grid.a * x + grid.b * y + grid.c, grid.d * x + grid.e * y + grid.f) for x, y in corners
    ])  # fmt: skip


def _turned(name: str) -> Text:
    return Text(
        f"[rasters] {name} 的像元网格是斜的或上下颠倒，已用双线性重采样转正。",
        f"[rasters] {name}: its grid is rotated or upside down; turned upright, bilinearly.",
    )


def _partial(name: str, inside: int, count: int) -> Text:
    share = math.floor(1000 * inside / count) / 1000  # never 100 % where one is missing
    return Text(
        f"[rasters] {name} 只完整覆盖 {count} 宗中的 {inside} 宗（{share:.1%}），其余缺失或不全。",
        f"[rasters] {name} covers {inside} of {count} parcels whole ({share:.1%}); the rest are"
        " missing or in part.",
    )


def _resampled(project: Project) -> list[Text]:
    """Say when the ground is brought to the grid of the surface."""
    surface, ground = project.rasters.dsm, project.rasters.dem
    if surface is None or ground is None:
        return []
    paths = [
        file_of(project.folder, path, f"rasters.{name}")
        for name, path in (("dsm", surface), ("dem", ground))
    ]
    with open_raster(paths[0], "dsm") as dsm, open_raster(paths[1], "dem") as dem:
        if same_grid(dem, dsm):
            return []
    return [
        Text(
            "[rasters] dem 与 dsm 的网格或坐标系不同，dem 已用双线性重采样到 dsm 的网格。",
            "[rasters] dem has another grid or CRS than dsm; brought to its grid, bilinearly.",
        )
    ]

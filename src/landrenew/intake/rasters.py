"""Open a raster, or say in a sentence why not: one band, a CRS, and ground that the city has."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

import shapely

from landrenew.base.errors import CrsError, FileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rasterio.io import DatasetReader

    from landrenew.intake.parcels import Parcels
    from landrenew.intake.project import Project


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
    import rasterio  # noqa: PLC0415  # heavy, and needed only where a project has rasters
    from rasterio.errors import NotGeoreferencedWarning, RasterioIOError  # noqa: PLC0415

    if not path.exists():
        raise FileError(
            f"[rasters] {name} 的文件 {path} 不存在。请改正路径。",
            f"[rasters] {name}: file {path} does not exist. Mend the path.",
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", NotGeoreferencedWarning)
            with rasterio.open(path) as raster:
                _refuse_unfit(raster, path, name)
                yield raster
    except RasterioIOError as error:
        raise FileError(
            f"[rasters] {name} 的文件 {path} 读不出来：{error}。请确认文件完整。",
            f"[rasters] {name}: file {path} cannot be read: {error}. Check that it is whole.",
        ) from error
    except NotGeoreferencedWarning as error:
        raise _no_crs(path, name) from error


def _refuse_unfit(raster: DatasetReader, path: Path, name: str) -> None:
    if raster.count != 1:
        raise FileError(
            f"[rasters] {name} 的文件 {path} 有 {raster.count} 个波段，须只有一个。"
            "请在 GIS 中导出所需的一个波段。",
            f"[rasters] {name}: file {path} has {raster.count} bands where one is needed."
            " Export the one band in the GIS.",
        )
    if raster.crs is None:
        raise _no_crs(path, name)


def _no_crs(path: Path, name: str) -> CrsError:
    return CrsError(
        f"[rasters] {name} 的文件 {path} 没有坐标系。请在 GIS 中为它定义坐标系。",
        f"[rasters] {name}: file {path} has no CRS. Define one in the GIS.",
    )


def check_rasters(project: Project, parcels: Parcels) -> None:
    """
    Refuse a raster that cannot be read or lies elsewhere than the parcels.

    Parameters
    ----------
    project
        The project file.
    parcels
        The parcel table (projected, metres).

    Raises
    ------
    FileError
        When a raster is missing, cannot be read, or has several bands.
    CrsError
        When one has no CRS, or shares no ground with the parcels.
    """
    for name, source in project.rasters.model_dump().items():
        if source is None:
            continue
        with open_raster(project.folder / source, name) as raster:
            frame = shapely.box(*raster.bounds)
            on_grid = parcels.geometry.to_crs(raster.crs.to_wkt())
        if not on_grid.intersects(frame).any():
            raise CrsError(
                f"[rasters] {name} 的文件 {source} 与宗地毫不重叠。请核对它的坐标系。",
                f"[rasters] {name}: file {source} does not overlap the parcels. Check its CRS.",
            )

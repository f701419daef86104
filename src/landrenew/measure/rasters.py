"""Rasters over shapes: means weighted by the exact share of each pixel that a shape covers.

Pixel centres would miss every fifth small plot; here each pixel counts by its covered share, and
pixels without data count for nothing. How many pixels a mean rests on stands beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.base.words import Text, some
from landrenew.intake.rasters import open_raster
from landrenew.intake.sources.remote import file_of

if TYPE_CHECKING:
    from pathlib import Path

    from geopandas import GeoDataFrame

    from landrenew.intake.parcels import Parcels
    from landrenew.intake.project import Project
    from landrenew.measure.pixels import Band

COLUMNS_OF = {"nightlight": "night_light", "ndvi": "ndvi"}
"""Rasters that become a column of parcels: key of the project file, stem of the columns."""


def raster_mean(shapes: GeoDataFrame, path: Path, name: str) -> pd.DataFrame:
    """
    Average a raster over each shape.

    Parameters
    ----------
    shapes
        Polygons with a CRS; they are brought to the raster's grid, never the other way.
    path
        A raster file of one band with a CRS. A grid that is rotated or upside down is turned
        upright, bilinearly.
    name
        The raster's name in the project file, for messages.

    Returns
    -------
    DataFrame
        Same index: ``mean`` in the raster's unit (NaN where no pixel has data), ``pixels`` the
        number of pixels with data that the shape covers, fractions counted, ``support`` the share
        of the shape that they cover [0-1].

    Raises
    ------
    FileError
        When the raster cannot be read, or has several bands.
    CrsError
        When it has no CRS.
    """
    from landrenew.measure.pixels import Band, upright  # noqa: PLC0415  # only for rasters

    with open_raster(path, name) as raster:
        return _means(shapes, Band(upright(raster)))


def height_mean(shapes: GeoDataFrame, surface: Path, ground: Path) -> pd.DataFrame:
    """
    Average the height of the surface above the ground over each shape [m].

    Parameters
    ----------
    shapes
        Polygons with a CRS.
    surface
        Raster of the surface, roofs included (DSM) [m].
    ground
        Raster of the ground (DEM) [m]; brought to the grid of the surface bilinearly where its own
        is another.

    Returns
    -------
    DataFrame
        As :func:`raster_mean`; only pixels count where both have data.

    Raises
    ------
    FileError
        When a raster cannot be read, or has several bands.
    CrsError
        When one has no CRS.
    """
    from landrenew.measure.pixels import Difference, on_grid_of, upright  # noqa: PLC0415  rasterio is heavy

    with open_raster(surface, "dsm") as dsm, open_raster(ground, "dem") as dem:
        over = upright(dsm)
        return _means(shapes, Difference(over, on_grid_of(dem, over)))


def _means(shapes: GeoDataFrame, band: Band) -> pd.DataFrame:
    from exactextract import exact_extract  # noqa: PLC0415  # needed only where there are rasters

    bare = shapes[["geometry"]].to_crs(band.srs_wkt()).reset_index(drop=True)
    found = exact_extract(band, bare, ["mean", "count"], output="pandas")
    pixels = found["count"].to_numpy(float)
    mean = np.where(pixels > 0, found["mean"].to_numpy(float), np.nan)
    width, height = band.res()
    whole = bare.geometry.area.to_numpy() / (width * height)
    support = np.clip(np.divide(pixels, whole, out=np.zeros_like(pixels), where=whole > 0), 0, 1)
    return pd.DataFrame({"mean": mean, "pixels": pixels, "support": support}, index=shapes.index)


def raster_columns_of(parcels: Parcels, project: Project) -> pd.DataFrame:
    """
    Average every raster of the project that becomes a column, with its support.

    Parameters
    ----------
    parcels
        Parcel table, or any part of it (projected, metres).
    project
        The project file.

    Returns
    -------
    DataFrame
        Same index: ``night_light_mean``, ``ndvi_mean``, ``raster_NAME_mean`` as far as there are
        such rasters, each with ``…_pixels``. The mean is missing where a parcel covers fewer pixels
        with data than ``min_raster_pixels``.

    Raises
    ------
    FileError
        When a raster cannot be read.
    CrsError
        When a raster has no CRS.
    """
    table = pd.DataFrame(index=parcels.index)
    for name, (path, stem) in _wanted(project).items():
        found = raster_mean(parcels, file_of(project.folder, path, f"rasters.{name}"), name)
        enough = found["pixels"] >= project.tolerances.min_raster_pixels
        table[f"{stem}_mean"] = found["mean"].where(enough)
        table[f"{stem}_pixels"] = found["pixels"]
    return table


def _wanted(project: Project) -> dict[str, tuple[str, str]]:
    """List the rasters that become columns: path and stem of the columns by key."""
    stems = COLUMNS_OF | {f"more.{name}": f"raster_{name}" for name in project.rasters.more}
    files = project.rasters.files()
    return {name: (files[name], stem) for name, stem in stems.items() if name in files}


def raster_column_names(project: Project) -> list[str]:
    """
    Name the columns that the rasters of a project decide.

    Parameters
    ----------
    project
        The project file.

    Returns
    -------
    list of str
        The means and the pixels they rest on.
    """
    stems = [stem for _, stem in _wanted(project).values()]
    return [f"{stem}_{what}" for stem in stems for what in ("mean", "pixels")]


def support_notes(parcels: Parcels, project: Project) -> tuple[Text, ...]:
    """
    Say how many parcels are too small for the pixels of each raster, or lie where it has no data.

    Parameters
    ----------
    parcels
        The measured parcel table.
    project
        The project file.

    Returns
    -------
    tuple of Text
        One sentence a raster that leaves parcels without a mean.
    """
    least = project.tolerances.min_raster_pixels
    notes = []
    for name, (_, stem) in _wanted(project).items():
        pixels = parcels[f"{stem}_pixels"]
        none = int((pixels <= 0).sum())
        small = parcels.index[(pixels > 0) & (pixels < least)]
        if not none and not len(small):
            continue
        notes.append(
            Text(
                f"[rasters] {name}：{len(small)} 宗覆盖的有值像元不足 {least:g} 个，"
                f"{none} 宗没有有值像元，其均值缺失；前几宗：{some(small)}。",
                f"[rasters] {name}: {len(small)} parcels cover fewer than {least:g} pixels with"
                f" data, {none} cover none; they have no mean. The first: {some(small)}.",
            )
        )
    return tuple(notes)

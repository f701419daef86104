"""Rasters over shapes: means weighted by the exact share of each pixel that a shape covers.

Pixel centres would miss every fifth small plot; here each pixel counts by its covered share, and
pixels without data count for nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.intake.rasters import open_raster

if TYPE_CHECKING:
    from pathlib import Path

    from geopandas import GeoDataFrame


def raster_mean(shapes: GeoDataFrame, path: Path, name: str) -> pd.DataFrame:
    """
    Average a raster over each shape.

    Parameters
    ----------
    shapes
        Polygons with a CRS; they are brought to the raster's grid, never the other way.
    path
        A raster file of one band with a CRS.
    name
        The raster's name in the project file, for messages.

    Returns
    -------
    DataFrame
        Same index: ``mean`` in the raster's unit (NaN where no pixel has data), ``pixels`` the
        number of pixels with data that the shape covers, fractions counted.

    Raises
    ------
    FileError
        When the raster cannot be read, or has several bands.
    CrsError
        When it has no CRS.
    """
    from exactextract import exact_extract  # noqa: PLC0415  # needed only where there are rasters

    with open_raster(path, name) as raster:
        grid = raster.crs.to_wkt()
        found = exact_extract(raster, _bare(shapes, grid), ["mean", "count"], output="pandas")
    pixels = found["count"].to_numpy(float)
    mean = np.where(pixels > 0, found["mean"].to_numpy(float), np.nan)
    return pd.DataFrame({"mean": mean, "pixels": pixels}, index=shapes.index)


def _bare(shapes: GeoDataFrame, wkt: str) -> GeoDataFrame:
    """Give the shapes alone, on the raster's grid."""
    return shapes[["geometry"]].to_crs(wkt).reset_index(drop=True)

"""Rasters over shapes: means weighted by the exact share of each pixel that a shape covers.

Pixel centres would miss every fifth small plot; here each pixel counts by its covered share, and
pixels without data count for nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.base.errors import CrsError, FileError

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
    import rasterio  # noqa: PLC0415  # heavy, and needed only where a project has rasters
    from exactextract import exact_extract  # noqa: PLC0415
    from rasterio.errors import RasterioIOError  # noqa: PLC0415

    if not path.exists():
        raise FileError(
            f"[rasters] {name} 的文件 {path} 不存在。请改正路径。",
            f"[rasters] {name}: file {path} does not exist. Mend the path.",
        )
    try:
        with rasterio.open(path) as raster:
            if raster.count != 1:
                raise FileError(
                    f"[rasters] {name} 的文件 {path} 有 {raster.count} 个波段，须只有一个。"
                    "请在 GIS 中导出所需的一个波段。",
                    f"[rasters] {name}: file {path} has {raster.count} bands where one is needed."
                    " Export the one band in the GIS.",
                )
            crs = raster.crs
            if crs is None:
                raise CrsError(
                    f"[rasters] {name} 的文件 {path} 没有坐标系。请在 GIS 中为它定义坐标系。",
                    f"[rasters] {name}: file {path} has no CRS. Define one in the GIS.",
                )
            found = exact_extract(
                raster, _bare(shapes, crs.to_wkt()), ["mean", "count"], output="pandas"
            )
    except RasterioIOError as error:
        raise FileError(
            f"[rasters] {name} 的文件 {path} 读不出来：{error}。请确认文件完整。",
            f"[rasters] {name}: file {path} cannot be read: {error}. Check that it is whole.",
        ) from error
    pixels = found["count"].to_numpy(float)
    mean = np.where(pixels > 0, found["mean"].to_numpy(float), np.nan)
    return pd.DataFrame({"mean": mean, "pixels": pixels}, index=shapes.index)


def _bare(shapes: GeoDataFrame, wkt: str) -> GeoDataFrame:
    """Give the shapes alone, on the raster's grid."""
    return shapes[["geometry"]].to_crs(wkt).reset_index(drop=True)

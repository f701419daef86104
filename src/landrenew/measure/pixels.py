"""Pixels as they are meant: no-data masked, scaled values scaled, grids upright and aligned.

Whatever reads a raster gets masked arrays of true values from here. The module is imported only
where a project has rasters, for its libraries are heavy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from exactextract.raster import RasterSource
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from landrenew.intake.rasters import is_upright, same_grid

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from rasterio.io import DatasetReader

FILLERS = (-9999.0, -99999.0)
"""What files write for "no data" without declaring it."""

HUGE = 1e38
"""Beyond this a value is a filler, as the largest number of four bytes, 3.4e38."""

EXACT = 1e-6
"""Where a pixel comes from may be off by this much of a pixel; GDAL takes no 0."""

Masked = np.ma.MaskedArray


def true_values(raw: Masked, *, scale: float = 1.0, offset: float = 0.0) -> Masked:
    """
    Mask what is no value, and scale the rest.

    Parameters
    ----------
    raw
        Pixels as stored, the declared no-data masked.
    scale
        Factor that the file states.
    offset
        Summand that the file states.

    Returns
    -------
    MaskedArray
        Same shape, float64; NaN, infinite and huge values and common fillers are masked.

    Examples
    --------
    >>> true_values(np.ma.array([2, -9999, 4]), scale=0.5, offset=1.0).tolist()
    [2.0, None, 3.0]
    """
    data = np.ma.filled(raw.astype(np.float64), np.nan)
    nothing = ~np.isfinite(data) | (np.abs(data) >= HUGE) | np.isin(data, FILLERS)
    return np.ma.array(np.where(nothing, 0.0, data) * scale + offset, mask=nothing)


class Band(RasterSource):  # type: ignore[misc]  # the library has no types
    """
    The one band of a raster, for exact coverage fractions.

    Parameters
    ----------
    raster
        An open raster whose grid is upright.
    """

    def __init__(self, raster: DatasetReader) -> None:
        super().__init__()
        self.raster = raster

    def res(self) -> tuple[float, float]:
        """
        Give the size of a pixel.

        Returns
        -------
        tuple of float
            Width and height in the units of the raster's CRS.
        """
        left, bottom, right, top = self.extent()
        return (right - left) / self.raster.width, (top - bottom) / self.raster.height

    def extent(self) -> tuple[float, float, float, float]:
        """
        Give the ground of the raster.

        Returns
        -------
        tuple of float
            Left, bottom, right, top in the raster's CRS.
        """
        bounds = self.raster.bounds
        return bounds.left, bounds.bottom, bounds.right, bounds.top

    def srs_wkt(self) -> str:
        """
        Give the CRS.

        Returns
        -------
        str
            As WKT.
        """
        return str(self.raster.crs.to_wkt())

    def nodata_value(self) -> None:
        """Give no no-data value: what has none is masked."""

    def read_window(self, left: int, top: int, width: int, height: int) -> Masked:
        """
        Read pixels.

        Parameters
        ----------
        left
            First column.
        top
            First row.
        width
            Columns.
        height
            Rows.

        Returns
        -------
        MaskedArray
            Shape (height, width): true values.
        """
        raw = self.raster.read(1, window=Window(left, top, width, height), masked=True)
        return true_values(raw, scale=self.raster.scales[0], offset=self.raster.offsets[0])


class Difference(Band):
    """
    One raster less another on the same grid, pixel by pixel.

    Parameters
    ----------
    raster
        An open raster whose grid is upright.
    ground
        Another on the same grid; see :func:`on_grid_of`. Where either has no data, nor has this.
    """

    def __init__(self, raster: DatasetReader, ground: DatasetReader) -> None:
        super().__init__(raster)
        self.ground = Band(ground)

    def read_window(self, left: int, top: int, width: int, height: int) -> Masked:
        """
        Read pixels.

        Parameters
        ----------
        left
            First column.
        top
            First row.
        width
            Columns.
        height
            Rows.

        Returns
        -------
        MaskedArray
            Shape (height, width): true values of the difference.
        """
        over = super().read_window(left, top, width, height)
        ground = self.ground.read_window(left, top, width, height)
        return np.ma.array(over.data - ground.data, mask=over.mask | ground.mask)


def upright(raster: DatasetReader) -> DatasetReader:
    """
    Turn a raster's grid upright where it is rotated or stands on its head.

    Parameters
    ----------
    raster
        An open raster.

    Returns
    -------
    DatasetReader
        The raster itself, or a view of it, resampled bilinearly, in the same CRS.
    """
    return raster if is_upright(raster) else WarpedVRT(raster, crs=raster.crs, **_how(raster))


def on_grid_of(raster: DatasetReader, other: DatasetReader) -> DatasetReader:
    """
    Bring a raster onto the grid of another.

    Parameters
    ----------
    raster
        The open raster to be brought.
    other
        An open raster whose grid is upright.

    Returns
    -------
    DatasetReader
        The raster itself where the grids are one, else a view of it, resampled bilinearly; no data
        where it has none.
    """
    if same_grid(raster, other):
        return raster
    height, width = other.shape
    grid = {"crs": other.crs, "transform": other.transform, "width": width, "height": height}
    return WarpedVRT(raster, **grid, **_how(raster))


def _how(raster: DatasetReader) -> dict[str, object]:
    """Resample exactly, whatever window is read, and keep what has no data apart."""
    signed: NDArray[np.str_] = np.array(["float32", "float64", "int16", "int32"])
    filler = FILLERS[0] if raster.dtypes[0] in signed else None
    return {
        "resampling": Resampling.bilinear,
        "dtype": "float64",
        "tolerance": EXACT,
        "src_nodata": filler if raster.nodata is None else raster.nodata,
        "nodata": -2 * HUGE,
    }

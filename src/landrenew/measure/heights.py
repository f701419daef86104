"""Heights of buildings from rasters, for those that state neither storeys nor height.

A raster of heights above ground comes first, then the surface less the ground. A height counts only
where pixels with data cover enough of the footprint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.intake.sources.remote import file_of
from landrenew.measure.buildings import has_storeys
from landrenew.measure.rasters import height_mean, raster_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from landrenew.intake.layers import Layers


def raster_heights(
    buildings: GeoDataFrame, met: NDArray[np.intp], layers: Layers
) -> pd.DataFrame | None:
    """
    Look the heights of buildings up in the rasters of the project.

    Parameters
    ----------
    buildings
        Footprints with ``floor_count`` and ``height_m`` [m] where known.
    met
        Positions of the buildings that stand on a parcel; the others are not looked up.
    layers
        The layers of the project, for its rasters and tolerances.

    Returns
    -------
    DataFrame or None
        Same index as the buildings: ``height_m`` (NaN where none is above 0 or too little is
        covered) and ``support``, the largest share of the footprint that pixels with data cover in
        any raster [0-1], NaN where no height was sought. None without such rasters.

    Raises
    ------
    FileError
        When a raster cannot be read.
    CrsError
        When a raster has no CRS.
    """
    rasters = layers.project.rasters
    if rasters.height is None and rasters.dsm is None:
        return None
    wanted = np.zeros(len(buildings), dtype=bool)
    wanted[met] = True
    wanted &= ~_says_something(buildings)
    least = layers.project.tolerances.min_height_support_share
    nothing = np.full(len(buildings), np.nan)
    found = pd.DataFrame({"height_m": nothing, "support": nothing}, index=buildings.index)
    if not wanted.any():
        return found
    asked = buildings[wanted]
    height, support = pd.Series(np.nan, asked.index), pd.Series(0.0, asked.index)
    for means in _means(asked, layers):
        is_sound = (means["support"] >= least) & (means["mean"] > 0)
        height = height.fillna(means["mean"].where(is_sound))
        support = support.clip(lower=means["support"])
    found.loc[wanted, "height_m"] = height.to_numpy()
    found.loc[wanted, "support"] = support.to_numpy()
    return found


def _means(asked: GeoDataFrame, layers: Layers) -> Iterator[pd.DataFrame]:
    """Average each raster that tells heights, the best first."""
    rasters, folder = layers.project.rasters, layers.project.folder
    if rasters.height is not None:
        yield raster_mean(asked, file_of(folder, rasters.height, "rasters.height"), "height")
    if rasters.dsm is not None and rasters.dem is not None:
        surface = file_of(folder, rasters.dsm, "rasters.dsm")
        yield height_mean(asked, surface, file_of(folder, rasters.dem, "rasters.dem"))


def _says_something(buildings: GeoDataFrame) -> NDArray[np.bool_]:
    """Tell which buildings state storeys or a height, or have none."""
    nothing = pd.Series(np.nan, buildings.index)
    stated = [buildings.get(name, nothing).gt(0) for name in ("floor_count", "height_m")]
    says: NDArray[np.bool_] = (stated[0] | stated[1] | ~has_storeys(buildings)).to_numpy()
    return says

"""Parcels as vector tiles, one PMTiles file, for offices that run a tile server.

Tiles are made to be looked at from afar, and what makes them drops what is too small to be seen or
too much for a tile. Here no parcel may be missing at any zoom.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from landrenew.base.words import Text

if TYPE_CHECKING:
    import numpy as np
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]

MERCATOR = 3857
EQUATOR_M = 40_075_016.686
"""Width of the whole map of Web Mercator."""

ZOOMS = (8, 14)
"""From a province on a screen to a parcel of a few pixels; a viewer enlarges the last."""

EXTENT = 32_768
"""Steps across a tile: eight times the usual, so that a plot keeps its shape from afar."""

NO_LIMIT = 2**31 - 1

STEP_M = EQUATOR_M / 2 ** ZOOMS[0] / EXTENT
"""A step of the lowest zoom [m of Web Mercator]; what is no wider would round to nothing."""


def tile_options(name: str) -> dict[str, object]:
    """
    Say how GDAL is to write tiles.

    Parameters
    ----------
    name
        Name of the tile set; GDAL takes that of the file, and the bytes would depend on it.

    Returns
    -------
    dict
        Options of the driver PMTiles. Beyond its usual limits of bytes and rows a tile loses rows.
    """
    low, high = ZOOMS
    return {
        "NAME": name, "DESCRIPTION": name, "MINZOOM": low, "MAXZOOM": high, "EXTENT": EXTENT,
        "MAX_SIZE": NO_LIMIT, "MAX_FEATURES": NO_LIMIT,
    }  # fmt: skip


def for_tiles(frame: GeoDataFrame) -> tuple[GeoDataFrame, list[Text]]:
    """
    Place shapes on Web Mercator, each wide enough to be there at every zoom.

    Parameters
    ----------
    frame
        Polygons in a known CRS.

    Returns
    -------
    GeoDataFrame
        In EPSG:3857; what is narrower than two steps of the lowest zoom is widened by one all
        around.
    list of Text
        How many were.
    """
    placed = frame.to_crs(MERCATOR)
    shapes: Shapes = shapely.make_valid(placed.geometry.to_numpy())
    is_narrow = shapely.is_empty(shapely.buffer(shapes, -STEP_M)) & ~shapely.is_empty(shapes)
    shapes[is_narrow] = shapely.buffer(shapes[is_narrow], STEP_M, join_style="mitre")
    placed = placed.set_geometry(shapes, crs=placed.crs)
    if not is_narrow.any():
        return placed, []
    count, width = int(is_narrow.sum()), 2 * STEP_M
    return placed, [
        Text(
            f"{count} 个图形窄于约 {width:.0f} 米，已在瓦片中加宽，以免在小比例尺下消失。",
            f"{count} shapes narrower than some {width:.0f} m were widened in the tiles, so that"
            " none is lost from afar.",
        )
    ]

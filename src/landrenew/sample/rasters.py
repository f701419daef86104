"""Two rasters: heights above ground of one district at 2 m, and lights of the night at 40 m."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import rasterio
from rasterio import Affine
from rasterio.features import rasterize
from shapely.geometry import box

from landrenew.sample.chance import stream
from landrenew.sample.towns import TOWNS

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from landrenew.sample.places import Place
    from landrenew.sample.terrain import Terrain

DISTRICT = box(630_600, 3_340_000, 634_800, 3_343_400)
"""The district the height raster covers [m]."""

PIXEL_M, LIGHT_PIXEL_M = 2, 40
"""Pixel sizes [m]."""

NO_HEIGHT, NO_LIGHT = 255, 65_535
"""What pixels without data hold."""

# LZW is written by libtiff itself: unlike DEFLATE, its bytes do not hang on a zlib version.
_PROFILE = {
    "driver": "GTiff", "count": 1, "crs": "EPSG:4549", "compress": "LZW",
    "tiled": True, "blockxsize": 256, "blockysize": 256,
}  # fmt: skip


def _write(path: Path, grid: NDArray[np.uint16], transform: Affine, nodata: int) -> None:
    height, width = grid.shape
    profile = {**_PROFILE, "dtype": grid.dtype, "width": width, "height": height}
    with rasterio.open(path, "w", transform=transform, nodata=nodata, **profile) as file:
        file.write(grid, 1)


def write_heights(path: Path, buildings: pd.DataFrame, ground: Terrain) -> None:
    """
    Burn the buildings' heights into the district's raster [m].

    Parameters
    ----------
    path
        GeoTIFF to write.
    buildings
        The buildings, with ``true_height_m`` in whole metres.
    ground
        The ground; the river has no data.
    """
    left, bottom, right, top = (int(one) for one in DISTRICT.bounds)
    shape = (top - bottom) // PIXEL_M, (right - left) // PIXEL_M
    transform = Affine(PIXEL_M, 0.0, left, 0.0, -PIXEL_M, top)
    near = buildings[[DISTRICT.intersects(one) for one in buildings["shape"]]]
    burnt = [(ground.river, NO_HEIGHT), *zip(near["shape"], near["true_height_m"], strict=True)]
    grid = rasterize(burnt, out_shape=shape, transform=transform, fill=0, dtype="uint8")
    _write(path, grid, transform, NO_HEIGHT)


def _glow(
    x: NDArray[np.float64], y: NDArray[np.float64], places: list[Place]
) -> NDArray[np.float64]:
    light = np.zeros(x.shape)
    lamps: list[tuple[tuple[float, float], float, float]]
    lamps = [(xy, 1_150.0, 4_600.0) for xy in TOWNS.values()]
    for one in places:
        size = one.ground.area**0.5
        lamps.append((one.middle, 0.55 * size, 5_200.0 if one.kind == "park" else 2_300.0))
    for (px, py), reach, power in lamps:
        light += power * np.exp(-((x - px) ** 2 + (y - py) ** 2) / (2 * reach**2))
    return light


def write_lights(path: Path, places: list[Place], ground: Terrain) -> None:
    """
    Write the lights of the night, no unit, brightest over parks and towns.

    Parameters
    ----------
    path
        GeoTIFF to write.
    places
        Parks and villages.
    ground
        The ground; the sea has no data.
    """
    left, bottom, right, top = (float(np.floor(one)) for one in ground.land.buffer(500).bounds)
    across, down = int((right - left) // LIGHT_PIXEL_M), int((top - bottom) // LIGHT_PIXEL_M)
    transform = Affine(LIGHT_PIXEL_M, 0.0, left, 0.0, -LIGHT_PIXEL_M, top)
    x, y = np.meshgrid(
        left + LIGHT_PIXEL_M * (np.arange(across) + 0.5),
        top - LIGHT_PIXEL_M * (np.arange(down) + 0.5),
    )
    light = 120 + _glow(x, y, places) * (0.95 + 0.1 * stream("lights").random(x.shape))
    grid = np.minimum(np.round(light / 20) * 20, 60_000).astype("uint16")
    sea = rasterize([(ground.sea, 1)], out_shape=grid.shape, transform=transform, dtype="uint8")
    grid[sea == 1] = NO_LIGHT
    _write(path, grid, transform, NO_LIGHT)

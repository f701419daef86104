"""A picture of the ground as the page holds it: on Web Mercator, cut to the city, kept small.

For display only, like the shapes on it.
"""

from __future__ import annotations

import base64
import math
import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from landrenew.intake.rasters import ground_of, open_located
from landrenew.intake.sources.remote import file_of
from landrenew.publish.map.shapes import bounds

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray
    from rasterio.io import DatasetReader
    from rasterio.vrt import WarpedVRT

    from landrenew.intake.project import Project

    Pixels = NDArray[np.uint8]

MERCATOR = "EPSG:3857"
EARTH_M = 2 * math.pi * 6_378_137
LONGEST = 2_048
"""Pixels of the longer side, at most."""
BUDGET = 1_500_000
"""Bytes of the picture, at most."""
QUALITIES = (80, 65, 50)
SMALLER = 0.8
AROUND = 0.1
"""Ground shown around the parcels, as a share of theirs."""
DARK, BRIGHT = 2, 98
"""Percentiles between which the shades of pixels of 16 bits are spread."""
OPAQUE = 255
FULL_COLOUR = 3


class Frame(NamedTuple):
    """
    A window of Web Mercator.

    Parameters
    ----------
    left, bottom, right, top
        Its edges [m].
    """

    left: float
    bottom: float
    right: float
    top: float

    @property
    def across(self) -> float:
        """Width [m]."""
        return self.right - self.left

    @property
    def down(self) -> float:
        """Height [m]."""
        return self.top - self.bottom

    def degrees(self) -> list[float]:
        """Left, bottom, right, top [degree]."""
        lon = [one / EARTH_M * 360 for one in (self.left, self.right)]
        lat = [math.degrees(math.atan(math.sinh(2 * math.pi * one / EARTH_M)))
               for one in (self.bottom, self.top)]  # fmt: skip
        return [lon[0], lat[0], lon[1], lat[1]]


def _mercator(box: list[float]) -> Frame:
    """Place a box of degrees, with a little ground around it."""
    x = [one / 360 * EARTH_M for one in box[0::2]]
    y = [math.asinh(math.tan(math.radians(one))) / (2 * math.pi) * EARTH_M for one in box[1::2]]
    more = AROUND * max(x[1] - x[0], y[1] - y[0])
    return Frame(x[0] - more, y[0] - more, x[1] + more, y[1] + more)


def picture_of(project: Project, parcels: GeoDataFrame) -> dict[str, Any] | None:
    """
    Bring the project's picture of the ground onto the page's grid.

    Parameters
    ----------
    project
        The project file.
    parcels
        Parcel table in a known CRS, whose surroundings are shown.

    Returns
    -------
    dict or None
        ``url``, the picture itself, WebP with what has no data see-through, at most 2,048 pixels
        and 1.5 MB; ``bounds``, left, bottom, right, top [degree], between which its rows lie evenly
        on Web Mercator. None where the project names no picture, or it shows nothing of the city.

    Raises
    ------
    FileError
        When the file cannot be read.
    CrsError
        When it has no CRS.
    """
    if project.map.picture is None:
        return None
    path = file_of(project.folder, project.map.picture.path, "map.picture")
    with open_located(path, "[map] picture") as raster:
        frame = _shared(raster, _mercator(bounds([parcels])))
        if frame is None:
            return None
        finest = _pixel_m(raster)
        side = min(LONGEST, math.ceil(max(frame.across, frame.down) / finest))
        written = b""
        while not written or len(written) > BUDGET:
            pixels = _warped(raster, frame, max(1, side))
            written = _within_budget(pixels)
            side = int(side * SMALLER)
    encoded = base64.b64encode(written).decode("ascii")
    return {"url": f"data:image/webp;base64,{encoded}", "bounds": frame.degrees()}


def _shared(raster: DatasetReader, around: Frame) -> Frame | None:
    """Find what of the picture lies around the city."""
    from rasterio.warp import transform_bounds  # noqa: PLC0415  heavy, and rarely needed

    own = Frame(*transform_bounds(raster.crs, MERCATOR, *ground_of(raster).bounds, densify_pts=51))
    frame = Frame(
        max(own.left, around.left), max(own.bottom, around.bottom),
        min(own.right, around.right), min(own.top, around.top),
    )  # fmt: skip
    return frame if frame.across > 0 and frame.down > 0 else None


def _pixel_m(raster: DatasetReader) -> float:
    """Measure a pixel in the middle of the picture on Web Mercator, so that nothing is enlarged."""
    from rasterio.warp import transform  # noqa: PLC0415  as above

    x, y = ground_of(raster).centroid.coords[0]
    grid = raster.transform
    ends = ((x, y), (x + grid.a, y + grid.d), (x + grid.b, y + grid.e))
    across, down = transform(raster.crs, MERCATOR, *zip(*ends, strict=True))
    sides = (math.hypot(across[k] - across[0], down[k] - down[0]) for k in (1, 2))
    return max(min(sides), 1e-3)


def _warped(raster: DatasetReader, frame: Frame, side: int) -> Pixels:
    """Read the frame in so many pixels: red, green, blue, and how much is there."""
    from rasterio.enums import Resampling  # noqa: PLC0415  as above
    from rasterio.transform import Affine  # noqa: PLC0415
    from rasterio.vrt import WarpedVRT  # noqa: PLC0415

    step = max(frame.across, frame.down) / side
    wide, high = (max(1, round(one / step)) for one in (frame.across, frame.down))
    is_indexed = _palette(raster) is not None
    with WarpedVRT(
        raster,
        crs=MERCATOR,
        transform=Affine(frame.across / wide, 0, frame.left, 0, -frame.down / high, frame.top),
        width=wide,
        height=high,
        resampling=Resampling.nearest if is_indexed else Resampling.average,
        add_alpha=raster.nodata is None and not _has_alpha(raster),
    ) as grid:
        return np.concatenate([_colours(raster, grid), grid.dataset_mask()[None]])


def _has_alpha(raster: DatasetReader) -> bool:
    from rasterio.enums import ColorInterp  # noqa: PLC0415  as above

    return ColorInterp.alpha in raster.colorinterp


def _palette(raster: DatasetReader) -> dict[int, tuple[int, int, int, int]] | None:
    """Give the colours of an indexed picture; None of any other."""
    from rasterio.enums import ColorInterp  # noqa: PLC0415  as above

    if raster.colorinterp[0] != ColorInterp.palette:
        return None
    colours: dict[int, tuple[int, int, int, int]] = raster.colormap(1)
    return colours


def _colours(raster: DatasetReader, grid: WarpedVRT) -> Pixels:
    palette = _palette(raster)
    if palette is not None:
        table = np.zeros((np.iinfo(raster.dtypes[0]).max + 1, FULL_COLOUR), np.uint8)
        for index, colour in palette.items():
            table[index] = colour[:FULL_COLOUR]
        indexed: Pixels = np.moveaxis(table[grid.read(1)], -1, 0)
        return indexed
    shown = raster.count - _has_alpha(raster)
    bands: NDArray[Any] = grid.read((1, 2, 3) if shown >= FULL_COLOUR else (1, 1, 1))
    if bands.dtype == np.uint8:
        return bands.astype(np.uint8, copy=False)
    return _spread(bands, grid.dataset_mask() > 0)


def _spread(bands: NDArray[Any], is_there: NDArray[np.bool_]) -> Pixels:
    """Spread the shades of 16 bits over 8, all bands alike."""
    seen = bands[:, is_there]
    low, high = np.percentile(seen, [DARK, BRIGHT]) if seen.size else (0, 1)
    scaled = (bands.astype(np.float64) - low) / max(high - low, 1) * OPAQUE
    spread: Pixels = np.rint(scaled.clip(0, OPAQUE)).astype(np.uint8)
    return spread


def _within_budget(pixels: Pixels) -> bytes:
    """Write a picture as well as the budget lets."""
    written = b""
    for quality in QUALITIES:
        written = _webp(pixels, quality)
        if len(written) <= BUDGET:
            break
    return written


def _webp(pixels: Pixels, quality: int) -> bytes:
    from rasterio.errors import NotGeoreferencedWarning  # noqa: PLC0415  as above
    from rasterio.io import MemoryFile  # noqa: PLC0415

    bands = pixels[:FULL_COLOUR] if (pixels[-1] == OPAQUE).all() else pixels
    count, high, wide = bands.shape
    shape = {"width": wide, "height": high, "count": count, "dtype": "uint8"}
    with MemoryFile() as file, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # a picture knows no place
        with file.open(driver="WEBP", quality=quality, **shape) as picture:
            picture.write(bands)
        return bytes(file.read())

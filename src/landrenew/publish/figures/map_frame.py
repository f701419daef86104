"""The frame of a printed map: which ground it shows, at which scale, and where north is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from pyproj import Proj, Transformer

from landrenew.base.crs import to_lonlat

if TYPE_CHECKING:
    from pyproj import CRS

    from landrenew.base.crs import Bounds

ROUND = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.5, 10.0)
"""Leading digits of the scales of maps."""

LARGEST = 500
"""The largest scale is 1:500: below it a map of parcels says nothing more."""

MARGIN = 1.08
"""The frame is at least so many times as wide as what it shows."""

MM_PER_M = 1000


class MapFrame(NamedTuple):
    """
    The ground that a map shows, and its scale.

    Parameters
    ----------
    bounds
        Left, bottom, right, top in the project CRS [m].
    denominator
        The map is 1 to this, ground to paper.
    metres_per_mm
        Metres of the project CRS in one millimetre of paper.
    north_deg
        Direction of true north, counter-clockwise from grid north, which is upwards [degrees].
    """

    bounds: Bounds
    denominator: int
    metres_per_mm: float
    north_deg: float


def fit_frame(bounds: Bounds, width: float, height: float, crs: CRS) -> MapFrame:
    """
    Choose the largest round scale at which a box fits into a frame.

    Parameters
    ----------
    bounds
        The box: left, bottom, right, top [m].
    width, height
        Size of the frame [mm].
    crs
        Projected CRS of the box [m].

    Returns
    -------
    MapFrame
        The frame around the middle of the box.

    Notes
    -----
    The scale is true on the ground: the projection's own scale in the middle of the frame is taken
    out, the square root of its areal scale where it differs by direction.
    """
    left, bottom, right, top = bounds
    x, y = (left + right) / 2, (bottom + top) / 2
    stretch = _stretch(crs, x, y)
    needed = MARGIN * max((right - left) / width, (top - bottom) / height) / stretch
    denominator = round_scale(needed * MM_PER_M)
    per_mm = denominator / MM_PER_M * stretch
    across, up = width * per_mm / 2, height * per_mm / 2
    frame = (x - across, y - up, x + across, y + up)
    return MapFrame(frame, denominator, per_mm, _north(crs, x, y))


def round_scale(denominator: float) -> int:
    """
    Round the denominator of a scale up to one that people know.

    Parameters
    ----------
    denominator
        Denominator that is needed at least.

    Returns
    -------
    int
        A round one, at least :data:`LARGEST`.

    Examples
    --------
    >>> round_scale(10_001), round_scale(37_000), round_scale(3)
    (12500, 40000, 500)
    """
    power = 10.0 ** math.floor(math.log10(max(denominator, LARGEST)))
    wanted = max(denominator, LARGEST)
    return round(next(one * power for one in ROUND if one * power >= wanted * (1 - 1e-9)))


def bar_length(denominator: int, width: float) -> float:
    """
    Choose the length of a scale bar [m of ground].

    Parameters
    ----------
    denominator
        The map is 1 to this.
    width
        Room for the bar [mm].

    Returns
    -------
    float
        The longest round length that has room.

    Examples
    --------
    >>> bar_length(10_000, 60)
    500.0
    """
    room = width * denominator / MM_PER_M
    power = 10.0 ** math.floor(math.log10(room))
    return max(one * power for one in (1.0, 2.0, 5.0) if one * power <= room * (1 + 1e-9))


def _stretch(crs: CRS, x: float, y: float) -> float:
    """Measure how much longer a line is on the plane than on the ground."""
    lon, lat = to_lonlat(crs).transform(x, y)
    return math.sqrt(float(Proj(crs).get_factors(lon, lat).areal_scale))


def _north(crs: CRS, x: float, y: float) -> float:
    there = to_lonlat(crs)
    back = Transformer.from_crs(there.target_crs, crs, always_xy=True)
    lon, lat = there.transform(x, y)
    north_x, north_y = back.transform(lon, lat + 1e-3)
    return math.degrees(math.atan2(x - north_x, north_y - y))

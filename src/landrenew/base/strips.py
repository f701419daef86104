"""The one projected CRS that carries a project, and the strips of the national surveys.

Distances and intersections are taken in one projected CRS in metres, chosen once for a project;
areas are ellipsoidal, see :mod:`landrenew.base.area`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from pyproj import CRS
from pyproj.aoi import AreaOfInterest
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import LambertAzimuthalEqualAreaConversion
from pyproj.database import query_utm_crs_info

from landrenew.base.crs import BELTS, area_error, is_metric
from landrenew.base.errors import CrsError
from landrenew.base.words import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from landrenew.base.crs import Bounds

MAX_AREA_ERROR = 1e-3
"""Largest relative area error of a project CRS within the city."""

CHINA = (73.0, 3.0, 136.0, 54.0)
"""Rough box in which the 3-degree strips are used [degrees: left, bottom, right, top]."""

CGCS2000 = 4490
CGCS2000_DATUM = "China 2000"

FIRST_STRIP, LAST_STRIP = 25, 45
"""The westernmost 3-degree strip, its meridian is 75 E, and the easternmost, 135 E."""

FIRST_WIDE, LAST_WIDE = 13, 23
"""The 6-degree strips that lie on the same meridians' outer ends, 75 E and 135 E."""

PLAIN_STRIPS = {CGCS2000_DATUM: 4534, "Xian 1980": 2370, "Beijing 1954": 2422}
"""Code of the 3-degree strip of 75 E without zone prefix, by datum; each next strip is one more."""

PREFIXED, WIDE_PREFIXED = 4513, 4491
"""Code of the westernmost CGCS2000 strip with zone prefix, 3 and 6 degrees wide."""

WORLD = (-180.0, -90.0, 180.0, 90.0)


class Belt(NamedTuple):
    """
    A Gauss-Kruger strip.

    Parameters
    ----------
    meridian
        Central meridian [degrees east].
    width
        3 or 6 [degrees].
    has_prefix
        Whether eastings begin with the number of the strip.
    """

    meridian: int
    width: int
    has_prefix: bool


def belt_of(crs: CRS) -> Belt | None:
    """
    Tell which strip a CRS is.

    Parameters
    ----------
    crs
        Any CRS.

    Returns
    -------
    Belt or None
        The strip; None for any other projection.

    Examples
    --------
    >>> belt_of(CRS("EPSG:4528"))
    Belt(meridian=120, width=3, has_prefix=True)
    """
    met = BELTS.match(crs.name)
    if met is None:
        return None
    width = 3 if met["three"] else 6
    if met["middle"]:
        return Belt(int(met["middle"]), width, has_prefix=False)
    zone = int(met["zone"])
    return Belt(zone * 3 if width == 3 else zone * 6 - 3, width, has_prefix=True)  # noqa: PLR2004  degrees


def plain_strip(meridian: int, datum: str = CGCS2000_DATUM) -> CRS:
    """
    Give the 3-degree strip without zone prefix on a meridian.

    Parameters
    ----------
    meridian
        Central meridian, a multiple of 3 from 75 to 135 [degrees east]. A 6-degree strip on the
        same meridian is the same projection.
    datum
        Name of the datum, a key of :data:`PLAIN_STRIPS`.

    Returns
    -------
    CRS
        The strip.

    Examples
    --------
    >>> plain_strip(120).to_epsg()
    4549
    """
    return CRS.from_epsg(PLAIN_STRIPS[datum] + meridian // 3 - FIRST_STRIP)


def prefixed_strip(zone: int) -> CRS | None:
    """
    Give the CGCS2000 strip whose eastings begin with a number.

    Parameters
    ----------
    zone
        Number of the strip: 25 to 45 are 3, 13 to 23 are 6 degrees wide.

    Returns
    -------
    CRS or None
        The strip; None where no strip of China has this number.

    Examples
    --------
    >>> prefixed_strip(40).to_epsg(), prefixed_strip(21).to_epsg(), prefixed_strip(3)
    (4528, 4499, None)
    """
    if FIRST_STRIP <= zone <= LAST_STRIP:
        return CRS.from_epsg(PREFIXED + zone - FIRST_STRIP)
    if FIRST_WIDE <= zone <= LAST_WIDE:
        return CRS.from_epsg(WIDE_PREFIXED + zone - FIRST_WIDE)
    return None


def beyond_strip(bounds: Bounds, crs: CRS) -> Text | None:
    """
    Say when a city reaches over the edge of its strip.

    Parameters
    ----------
    bounds
        Extent of the parcels [degrees: left, bottom, right, top].
    crs
        The project CRS.

    Returns
    -------
    Text or None
        A sentence; None within the strip, or where the CRS is none.
    """
    belt = belt_of(crs)
    if belt is None:
        return None
    west, east = belt.meridian - belt.width / 2, belt.meridian + belt.width / 2
    if west <= bounds[0] and bounds[2] <= east:
        return None
    error = area_error(crs, bounds)
    return Text(
        f"宗地东西范围 {bounds[0]:.2f}°–{bounds[2]:.2f}° 超出投影带（{west:.1f}°–{east:.1f}°）。"
        f"全项目只用一条中央经线 {belt.meridian}°E，没有逐宗换带；平面面积至多偏差 {error:.3%}，"
        "发布的椭球面积不受影响。",
        f"Parcels reach from {bounds[0]:.2f} to {bounds[2]:.2f} degrees east, beyond the strip"
        f" ({west:.1f} to {east:.1f}). The whole project keeps the one meridian {belt.meridian} E;"
        f" planar areas are off by up to {error:.3%}, the published ellipsoidal areas are not.",
    )


def check_project_crs(crs: CRS, bounds: Bounds) -> None:
    """
    Refuse a CRS that cannot carry a project.

    Parameters
    ----------
    crs
        The CRS a user asks for.
    bounds
        Extent of the parcels [degrees: left, bottom, right, top].

    Raises
    ------
    CrsError
        When it is not projected in metres, or distorts areas in the extent by more than 0.1 %.
    """
    if not is_metric(crs):
        zh, en = _advice(bounds)
        raise CrsError(
            f"项目坐标系“{crs.name}”不是以米为单位的投影坐标系。{zh}",
            f"Project CRS {crs.name!r} is not projected in metres. {en}",
        )
    error = area_error(crs, bounds)
    if not error <= MAX_AREA_ERROR:  # NaN where the projection cannot reach
        zh, en = _advice(bounds)
        raise CrsError(
            f"坐标系“{crs.name}”在本市使面积偏差 {error:.2%}，超过 0.1%。{zh}",
            f"CRS {crs.name!r} distorts areas here by {error:.2%}, more than 0.1 %. {en}",
        )


def _advice(bounds: Bounds) -> Text:
    code = choose_crs(bounds).to_epsg()
    if code is None:
        return Text(
            "请删去 [city] 下的 crs，由程序选择。", "Leave crs out under [city]; one is chosen."
        )
    return Text(
        f'请在 [city] 中写 crs = "EPSG:{code}"，或删去该行由程序选择。',
        f'Write under [city] crs = "EPSG:{code}", or leave the line out.',
    )


def choose_crs(bounds: Bounds, datum: str = CGCS2000_DATUM) -> CRS:
    """
    Choose the projected CRS in metres that suits an extent.

    Parameters
    ----------
    bounds
        The extent [degrees: left, bottom, right, top].
    datum
        Name of the datum of the parcels: one of the old national datums is kept, for there are no
        public parameters to leave it.

    Returns
    -------
    CRS
        In China the 3-degree strip without zone prefix whose meridian is nearest to the middle, on
        CGCS2000 unless the datum is an old one; elsewhere the UTM zone; an equal-area projection
        where these distort areas in the extent by more than 0.1 %.

    Raises
    ------
    CrsError
        When the extent is nowhere on Earth.

    Examples
    --------
    >>> choose_crs((121.0, 30.0, 121.7, 30.4)).to_string()
    'EPSG:4549'
    """
    left, bottom, right, top = bounds
    if not on_earth(bounds):
        raise CrsError(
            f"范围 {bounds} 不在地球上，无法选择坐标系。请核对图层的坐标系。",
            f"Extent {bounds} is nowhere on Earth; no CRS can be chosen. Check the layer's CRS.",
        )
    lon, lat = (left + right) / 2, (bottom + top) / 2
    strip = _strip_at(lon, lat, datum if datum in PLAIN_STRIPS else CGCS2000_DATUM)
    if strip is not None and area_error(strip, bounds) <= MAX_AREA_ERROR:
        return strip
    return _equal_area_at(lon, lat)


def _strip_at(lon: float, lat: float, datum: str) -> CRS | None:
    west, south, east, north = CHINA
    if west <= lon <= east and south <= lat <= north:
        return plain_strip(min(max(round(lon / 3), FIRST_STRIP), LAST_STRIP) * 3, datum)
    found = query_utm_crs_info("WGS 84", AreaOfInterest(lon, lat, lon, lat))
    return CRS.from_epsg(int(found[0].code)) if found else None


def _equal_area_at(lon: float, lat: float) -> CRS:
    """Make a projection for an extent that no strip carries, a province for example."""
    middle = round(lat, 1), round(lon, 1)
    return ProjectedCRS(
        name=f"CGCS2000 / equal area around {middle[1]}, {middle[0]}",
        conversion=LambertAzimuthalEqualAreaConversion(*middle),
        geodetic_crs=CRS.from_epsg(CGCS2000),
    )


def on_earth(bounds: Sequence[float]) -> bool:
    """
    Tell whether a box in degrees lies on the Earth.

    Parameters
    ----------
    bounds
        Left, bottom, right, top [degrees].

    Returns
    -------
    bool
        False as well where one of them is no number.
    """
    if not np.isfinite(bounds).all():
        return False
    west, south, east, north = WORLD
    return bounds[0] >= west and bounds[1] >= south and bounds[2] <= east and bounds[3] <= north

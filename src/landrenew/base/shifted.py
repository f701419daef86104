"""The shifted coordinates of Chinese map services: GCJ-02 (Gaode, Tencent) and BD-09 (Baidu).

The formulas are public but approximate, good to a few metres; coordinates brought back by them may
be joined to parcels where that is enough, and are never a survey.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from landrenew.base.words import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    LonLat = NDArray[np.float64]

System = Literal["gcj02", "bd09"]

SYSTEMS: dict[System, Text] = {
    "gcj02": Text("GCJ-02（高德、腾讯）", "GCJ-02 (Gaode, Tencent)"),
    "bd09": Text("BD-09（百度）", "BD-09 (Baidu)"),
}
"""The shifted systems, and who publishes in them."""

AXIS_M = 6_378_245.0
ECCENTRICITY2 = 0.00669342162296594323
"""The ellipsoid of the shift, Krassowsky's."""

ORIGIN = np.array([105.0, 35.0])
SHIFTED_BOX = (72.004, 0.8293, 137.8347, 55.8271)
"""Where the services shift [degrees: left, bottom, right, top]."""

BAIDU = np.array([0.0065, 0.006])
BAIDU_PI = np.pi * 3000 / 180
ENOUGH_DEGREES = 1e-10
ROUNDS = 30
"""When the way back has come near enough, and when it gives up."""


def _waves(value: LonLat, *terms: tuple[float, float]) -> LonLat:
    """Add up sine waves, each an amplitude and the length of half a wave."""
    total = np.zeros_like(value)
    for high, half in terms:
        total += high * np.sin(value * np.pi / half)
    mean: LonLat = total * 2 / 3
    return mean


def _gcj_offset(lonlat: LonLat) -> LonLat:
    """Give the shift of true coordinates in degrees; none outside China."""
    x, y = (lonlat - ORIGIN).T
    ripple = _waves(x, (20, 1 / 6), (20, 1 / 2))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + ripple
    east += _waves(x, (20, 1), (40, 3)) + _waves(x, (150, 12), (300, 30))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + ripple
    north += _waves(y, (20, 1), (40, 3)) + _waves(y, (160, 12), (320, 30))
    lat = np.radians(lonlat[:, 1])
    flat = 1 - ECCENTRICITY2 * np.sin(lat) ** 2
    across = AXIS_M / np.sqrt(flat) * np.cos(lat)
    along = AXIS_M * (1 - ECCENTRICITY2) / flat**1.5
    offset: LonLat = np.degrees(np.column_stack([east / across, north / along]))
    west, south, right, top = SHIFTED_BOX
    lon, lat = lonlat.T
    is_shifted = (lon >= west) & (lon <= right) & (lat >= south) & (lat <= top)
    offset[~is_shifted] = 0.0
    return offset


def _to_gcj(lonlat: LonLat) -> LonLat:
    return lonlat + _gcj_offset(lonlat)


def _gcj_to_bd(lonlat: LonLat) -> LonLat:
    x, y = lonlat.T
    far = np.hypot(x, y) + 0.00002 * np.sin(y * BAIDU_PI)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * BAIDU_PI)
    there: LonLat = np.column_stack([far * np.cos(angle), far * np.sin(angle)]) + BAIDU
    return there


def _to_bd(lonlat: LonLat) -> LonLat:
    return _gcj_to_bd(_to_gcj(lonlat))


FORWARD: dict[System, Callable[[LonLat], LonLat]] = {"gcj02": _to_gcj, "bd09": _to_bd}


def shifted(lonlat: ArrayLike, system: System) -> LonLat:
    """
    Shift true coordinates as a map service does.

    Parameters
    ----------
    lonlat
        Shape (n, 2): longitude, latitude, WGS 84 or CGCS2000 [degrees].
    system
        ``"gcj02"`` or ``"bd09"``.

    Returns
    -------
    ndarray
        Shape (n, 2), shifted [degrees]; GCJ-02 leaves what lies outside China where it is.

    Notes
    -----
    Source: the transform as published by many independent implementations; approximate.

    Examples
    --------
    >>> shifted([[113.38, 22.52]], "gcj02").round(6).tolist()
    [[113.385475, 22.517302]]
    """
    return FORWARD[system](np.asarray(lonlat, dtype=float).reshape(-1, 2))


def unshifted(lonlat: ArrayLike, system: System) -> LonLat:
    """
    Bring shifted coordinates back to where things are.

    Parameters
    ----------
    lonlat
        Shape (n, 2): longitude, latitude, shifted [degrees].
    system
        The system they are in, ``"gcj02"`` or ``"bd09"``.

    Returns
    -------
    ndarray
        Shape (n, 2), WGS 84 or CGCS2000 [degrees]; shifted again they come back to 1e-10 degrees.

    Examples
    --------
    >>> unshifted([[121.260936, 30.173209]], "bd09").round(5).tolist()
    [[121.25, 30.17]]
    """
    wanted = np.asarray(lonlat, dtype=float).reshape(-1, 2)
    true: LonLat = wanted.copy()
    for _ in range(ROUNDS):
        off = wanted - FORWARD[system](true)
        true += off
        if not len(off) or np.nanmax(np.abs(off), initial=0.0) < ENOUGH_DEGREES:
            break
    return true

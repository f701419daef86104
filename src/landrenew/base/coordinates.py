"""Whether coordinates can be in the CRS they are said to be in, and what they look like if not.

Numbers alone never choose a CRS: what they look like is only ever named in a sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from pyproj import CRS

from landrenew.base.crs import crs_words, lonlat_bounds, to_lonlat
from landrenew.base.errors import CrsError
from landrenew.base.shifted import SYSTEMS, System, unshifted
from landrenew.base.strips import (
    CGCS2000,
    CHINA,
    FIRST_STRIP,
    LAST_STRIP,
    WORLD,
    belt_of,
    plain_strip,
    prefixed_strip,
)
from landrenew.base.words import Text, listing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from landrenew.base.crs import Bounds

MILLION = 1e6
"""Between one zone prefix and the next, and between the eastings without one and the northings."""

EASTINGS = (5e4, 9.5e5)
NORTHINGS = (3e5, 6e6)
"""What eastings without prefix and northings are in China [m]."""

WEB_MERCATOR = 3857
MERCATOR = (8.1e6, 3.3e5, 15.2e6, 7.2e6)
"""China in Web Mercator [m: left, bottom, right, top]."""

UTM_NORTH, UTM_ZONES = 32600, range(43, 54)
"""Code of the UTM zones, and those of China."""

OUTSIDE_DEGREES = 5.0
"""How far beyond its area of use a CRS may be stretched before the coordinates are doubted."""

LOCAL = 1e5
"""Coordinates all below are those of a building site or a local system [m]."""

UNITS = {
    1.0: Text("", ""),
    0.001: Text("单位为毫米", "in millimetres"),
    1000.0: Text("单位为公里", "in kilometres"),
    0.3048: Text("单位为英尺", "in feet"),
}
"""Units of drawings, as metres, in the order they are thought of."""

ALIKE = 0.05
"""Two readings that fit a place equally well up to this are both named."""


class Reading(NamedTuple):
    """
    A way to read coordinates.

    Parameters
    ----------
    crs
        The CRS in which the numbers make sense.
    is_swapped
        Whether x and y must be swapped first.
    factor
        What one unit of the numbers is [m].
    system
        The shifted system they are in, or None.
    """

    crs: CRS
    is_swapped: bool = False
    factor: float = 1.0
    system: System | None = None

    @property
    def words(self) -> Text:
        """What the numbers look like, for a sentence."""
        name = crs_words(self.crs)
        swapped = Text("X、Y 颠倒", "x and y swapped")
        if self.crs.is_geographic:
            swapped = Text("经度、纬度颠倒", "longitude and latitude swapped")
            name = Text(f"经纬度（{name.zh}）", f"degrees ({name.en})")
        parts = [Text("", "") if not self.is_swapped else swapped, UNITS[self.factor]]
        if self.system is not None:
            parts.append(SYSTEMS[self.system])
        said = [one for one in parts if one.zh]
        return listing([*said, name])

    def lonlat(self, bounds: Bounds) -> Bounds:
        """
        Say where a box lies when it is read this way.

        Parameters
        ----------
        bounds
            Left, bottom, right, top as the file has them.

        Returns
        -------
        tuple of float
            Left, bottom, right, top [degrees].
        """
        box = lonlat_bounds(_changed(bounds, self.factor, swap=self.is_swapped), self.crs)
        if self.system is None:
            return box
        (left, bottom), (right, top) = unshifted([box[:2], box[2:]], self.system).tolist()
        return left, bottom, right, top


def _changed(bounds: Bounds, factor: float, *, swap: bool) -> Bounds:
    left, bottom, right, top = (value * factor for value in bounds)
    return (bottom, left, top, right) if swap else (left, bottom, right, top)


def readings(bounds: Bounds) -> Iterator[Reading]:
    """
    Give every way in which a box of numbers could be read as a place in China.

    Parameters
    ----------
    bounds
        Left, bottom, right, top as the file has them.

    Yields
    ------
    Reading
        The usual ones first: as it stands before swapped, metres before other units.
    """
    if not np.isfinite(bounds).all():
        return
    for factor in UNITS:
        for swap in (False, True):
            box = _changed(bounds, factor, swap=swap)
            for crs in _systems(box, is_plain=factor == 1):
                if not (swap and crs.to_epsg() == WEB_MERCATOR):  # no program writes it so
                    yield Reading(crs, swap, factor)


def _systems(box: Bounds, *, is_plain: bool) -> Iterator[CRS]:
    """Give the CRSs in which a box of metres, or of degrees where it is plain, lies in China."""
    left, bottom, right, top = box
    if is_plain and _is_within(box, CHINA):
        yield CRS.from_epsg(CGCS2000)
        return
    is_north = NORTHINGS[0] <= bottom <= top <= NORTHINGS[1]
    zone = int(left // MILLION)
    strip = prefixed_strip(zone)
    eastings = (left - zone * MILLION, right - zone * MILLION)
    if is_north and EASTINGS[0] <= eastings[0] <= eastings[1] <= EASTINGS[1]:
        if zone == 0:
            yield from (plain_strip(3 * one) for one in range(FIRST_STRIP, LAST_STRIP + 1))
            yield from (CRS.from_epsg(UTM_NORTH + one) for one in UTM_ZONES)
        elif strip is not None:
            yield strip
    if is_plain and _is_within(box, MERCATOR):
        yield CRS.from_epsg(WEB_MERCATOR)


def _is_within(box: Bounds, limits: Bounds) -> bool:
    return (limits[0] <= box[0] <= box[2] <= limits[2]) and (
        limits[1] <= box[1] <= box[3] <= limits[3]
    )


def looks_like(bounds: Bounds, crs: CRS | None) -> Text:
    """
    Say what numbers usually are that cannot be what they are said to be.

    Parameters
    ----------
    bounds
        Left, bottom, right, top as the file has them.
    crs
        The CRS they are said to be in, None where nothing is said.

    Returns
    -------
    Text
        Part of a sentence, naming the EPSG codes that would fit.

    Examples
    --------
    >>> looks_like((40_620_000, 3_339_000, 40_630_000, 3_349_000), None).en
    'they look like CGCS2000 / 3-degree Gauss-Kruger zone 40 (EPSG:4528)'
    """
    found = list(readings(bounds))
    found = [one for one in found if one.factor == found[0].factor]  # metres before other units
    plain = [one for one in found if _is_six_digit(one)]
    others = [one.words for one in found if not _is_six_digit(one)][:2]
    said = [*([_six_digit_words(plain[0], crs)] if plain else []), *others]
    if said:
        return Text(
            f"看起来是{'，或'.join(one.zh for one in said)}",
            f"they look like {', or '.join(one.en for one in said)}",
        )
    if _looks_swapped(bounds):
        return Text("看起来经度、纬度颠倒了", "longitude and latitude look swapped")
    if 0 < max(abs(value) for value in bounds) < LOCAL:
        return Text(
            "看起来是地方独立坐标系或工地坐标，没有公开参数；请先在 GIS 中转换为 CGCS2000",
            "they look like a local system without public parameters; convert the layer to"
            " CGCS2000 in the GIS first",
        )
    return Text("请核对原图的坐标系", "check the CRS of the source")


def _is_six_digit(reading: Reading) -> bool:
    """Tell whether the numbers leave the meridian open."""
    belt = belt_of(reading.crs)
    is_utm = (reading.crs.to_epsg() or 0) // 100 == UTM_NORTH // 100
    return is_utm or (belt is not None and not belt.has_prefix)


def _six_digit_words(reading: Reading, crs: CRS | None) -> Text:
    belt = None if crs is None else belt_of(crs)
    if belt is not None and belt.meridian % 3 == 0:
        return reading._replace(crs=plain_strip(belt.meridian)).words
    change = reading._replace(crs=plain_strip(120)).words
    zh, en = change.zh.rpartition("、")[0], change.en.rpartition(", ")[0]
    return Text(
        f"{zh + '、' if zh else ''}六位横坐标的高斯投影，中央经线须另查"
        "（例如 120°E 是 EPSG:4549，114°E 是 EPSG:4547）",
        f"{en + ', ' if en else ''}Gauss-Kruger without zone prefix, whose meridian must be asked"
        " (120 E is EPSG:4549, 114 E is EPSG:4547)",
    )


def _looks_swapped(bounds: Bounds) -> bool:
    """Tell whether degrees would be on Earth the other way round, and are not as they stand."""
    left, bottom, right, top = bounds
    west, south, east, north = WORLD
    if not south <= bottom <= top <= north:
        return west <= bottom <= top <= east and south <= left <= right <= north
    return False


def fits(boxes: NDArray[np.float64], crs: CRS) -> NDArray[np.bool_]:
    """
    Tell which boxes can be in a CRS.

    Parameters
    ----------
    boxes
        Shape (k, 4): left, bottom, right, top in the CRS.
    crs
        The CRS they are said to be in.

    Returns
    -------
    ndarray
        Shape (k,): whether the box lies on the Earth, and not far outside the area of use.

    Raises
    ------
    CrsError
        When the CRS has no geographic base.
    """
    xs, ys = boxes[:, [0, 2, 0, 2]], boxes[:, [1, 1, 3, 3]]
    lon, lat = to_lonlat(crs).transform(xs, ys)
    lon, lat = np.asarray(lon), np.asarray(lat)
    west, south, east, north = WORLD
    area = crs.area_of_use
    if area is not None:
        south, north = area.south - OUTSIDE_DEGREES, area.north + OUTSIDE_DEGREES
        if area.west <= area.east:  # else it crosses the date line
            west, east = area.west - OUTSIDE_DEGREES, area.east + OUTSIDE_DEGREES
    south, north = max(south, WORLD[1]), min(north, WORLD[3])
    west, east = max(west, WORLD[0]), min(east, WORLD[2])
    is_inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    fitting: NDArray[np.bool_] = np.logical_and.reduce(is_inside, axis=1)
    return fitting


def check_coordinates(bounds: Bounds, crs: CRS, what: str) -> None:
    """
    Refuse coordinates that cannot be in the CRS they are said to be in.

    Parameters
    ----------
    bounds
        Extent of the layer, in ``crs``.
    crs
        CRS the layer is said to be in.
    what
        Name of the layer in the project file.

    Raises
    ------
    CrsError
        When the extent lies off the Earth or far outside the CRS's area of use, with a guess of
        what the numbers are.
    """
    if fits(np.array([bounds]), crs)[0]:
        return
    zh, en = looks_like(bounds, crs)
    shown = ", ".join(f"{value:.10g}" for value in bounds)
    raise CrsError(
        f"[{what}] 的坐标（如某行的范围 {shown}）与坐标系“{crs_words(crs).zh}”不符：{zh}。"
        f"请在 [{what}] 下写明正确的 crs，或在 GIS 中改正后重新导出。",
        f"[{what}]: the extent of a row ({shown}) does not fit CRS {crs.name!r}: {en}. State the"
        f" right crs under [{what}], or mend the layer in the GIS and export it again.",
    )


def readings_at(bounds: Bounds, place: Bounds) -> list[Reading]:
    """
    Give the ways to read a box of numbers that would lay it on a place.

    Parameters
    ----------
    bounds
        Left, bottom, right, top as the file has them.
    place
        Where something certain lies [degrees: left, bottom, right, top].

    Returns
    -------
    list of Reading
        The one that fits best, and a second where it fits as well; none where nothing fits.
    """
    scored = []
    for one in _with_shifts(bounds):
        fit = _likeness(one.lonlat(bounds), place)
        if fit > 0:
            scored.append((fit, one))
    best = max((fit for fit, _ in scored), default=0.0)
    return [one for fit, one in scored if fit >= best - ALIKE][:2]


def _with_shifts(bounds: Bounds) -> Iterator[Reading]:
    for one in readings(bounds):
        yield one
        if one.crs.is_geographic:
            yield from (one._replace(system=system) for system in SYSTEMS)


def _likeness(box: Bounds, place: Bounds) -> float:
    """Compare two boxes: what they share over what they cover together; 0 when apart."""
    width = min(box[2], place[2]) - max(box[0], place[0])
    height = min(box[3], place[3]) - max(box[1], place[1])
    if not (width >= 0 and height >= 0):  # also where one is no number
        return 0.0
    areas = [max(b[2] - b[0], 1e-9) * max(b[3] - b[1], 1e-9) for b in (box, place)]
    shared = max(width, 1e-9) * max(height, 1e-9)
    return shared / (sum(areas) - shared)


def names_itself(crs: CRS) -> bool:
    """
    Tell whether numbers show of themselves that they are in a CRS.

    Parameters
    ----------
    crs
        Any CRS.

    Returns
    -------
    bool
        True for degrees and for strips with a zone prefix; eastings of six digits may be in any
        strip.
    """
    belt = belt_of(crs)
    return crs.is_geographic or (belt is not None and belt.has_prefix)

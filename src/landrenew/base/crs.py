"""Where things are: coordinate systems, which of them can carry a project, and how to name them.

Distances and intersections are taken in one projected CRS in metres, chosen once for a project;
areas are ellipsoidal, see :mod:`landrenew.base.area`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from pyproj import CRS, Proj, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import LambertAzimuthalEqualAreaConversion
from pyproj.database import query_utm_crs_info
from pyproj.exceptions import CRSError

from landrenew.base.errors import CrsError
from landrenew.base.words import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Bounds = tuple[float, float, float, float]

MAX_AREA_ERROR = 1e-3
"""Largest relative area error of a project CRS within the city."""

CHINA = (73.0, 3.0, 136.0, 54.0)
"""Rough box in which the 3-degree CGCS2000 strips are used [degrees: left, bottom, right, top]."""

CGCS2000 = 4490
CERTAIN = 100

FIRST_STRIP = 25
"""The westernmost 3-degree strip; its meridian is 75 E."""

WORLD = (-180.0, -90.0, 180.0, 90.0)
ZONE_PREFIXES = range(FIRST_STRIP, 46)
MILLION = 1e6
"""Between the eastings without zone prefix and the northings of China [m]."""

MAX_DEGREES = 360.0
OUTSIDE_DEGREES = 5.0
"""How far beyond its area of use a CRS may be stretched before the coordinates are doubted."""


BELTS = re.compile(
    r"(?P<datum>.+) / (?P<three>3-degree )?Gauss-Kruger (?:CM (?P<middle>\d+)E|zone (?P<zone>\d+))$"
)
"""How PROJ names the projections of Chinese surveys."""


def parse_crs(text: str) -> CRS:
    """
    Read a CRS as a user writes it.

    Parameters
    ----------
    text
        ``EPSG:4549``, WKT or a PROJ string.

    Returns
    -------
    CRS
        The coordinate reference system.

    Raises
    ------
    CrsError
        When it cannot be understood.

    Examples
    --------
    >>> parse_crs("EPSG:4549").name
    'CGCS2000 / 3-degree Gauss-Kruger CM 120E'
    """
    try:
        return CRS.from_user_input(text)
    except CRSError as error:
        raise CrsError(
            f'不认识坐标系“{text}”。请写 EPSG 编号，例如 crs = "EPSG:4549"。',
            f'CRS {text!r} is not known. Write an EPSG code, such as crs = "EPSG:4549".',
        ) from error


def recognised(crs: CRS) -> CRS:
    """
    Give the registry's own definition of a CRS that a file spells out in another way.

    Parameters
    ----------
    crs
        A CRS as a file defines it, such as the ``.prj`` of a shapefile.

    Returns
    -------
    CRS
        The EPSG definition where PROJ is certain that it is the same, with its area of use; else
        the CRS as it came.

    Examples
    --------
    >>> esri = CRS(CRS("EPSG:4549").to_wkt("WKT1_ESRI"))
    >>> esri == CRS("EPSG:4549"), recognised(esri) == CRS("EPSG:4549")
    (False, True)
    """
    code = crs.to_epsg(min_confidence=CERTAIN)
    return crs if code is None else CRS.from_epsg(code)


def to_lonlat(crs: CRS) -> Transformer:
    """
    Make the transformer from a CRS to longitude and latitude on its own datum.

    Parameters
    ----------
    crs
        Any CRS.

    Returns
    -------
    Transformer
        Takes x, y; gives longitude, latitude [degrees].

    Raises
    ------
    CrsError
        When the CRS has no geographic base (an engineering or local system).
    """
    if crs.geodetic_crs is None:
        raise CrsError(
            f"坐标系“{crs.name}”是地方独立坐标系，没有公开参数，无法计算面积。"
            "请先在 GIS 中转换为 CGCS2000。",
            f"CRS {crs.name!r} is a local system without public parameters; areas cannot be"
            " taken. Convert the layer to CGCS2000 in the GIS first.",
        )
    return Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)


def _corners(bounds: Bounds) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    left, bottom, right, top = bounds
    xs = np.array([left, right, left, right, (left + right) / 2])
    ys = np.array([bottom, bottom, top, top, (bottom + top) / 2])
    return xs, ys


def lonlat_bounds(bounds: Bounds, crs: CRS) -> Bounds:
    """
    Give bounds in longitude and latitude.

    Parameters
    ----------
    bounds
        Left, bottom, right, top in ``crs``.
    crs
        CRS of the bounds.

    Returns
    -------
    tuple of float
        Left, bottom, right, top [degrees]; infinite where the CRS cannot reach.
    """
    lon, lat = to_lonlat(crs).transform(*_corners(bounds))
    return float(min(lon)), float(min(lat)), float(max(lon)), float(max(lat))


def area_error(crs: CRS, bounds: Bounds) -> float:
    """
    Find the worst relative area error of planar area in a box.

    Parameters
    ----------
    crs
        A projected CRS.
    bounds
        The box [degrees: left, bottom, right, top].

    Returns
    -------
    float
        Largest ``|planar / true - 1|`` at corners and centre.

    Examples
    --------
    >>> round(area_error(CRS("EPSG:3857"), (121, 30, 121.5, 30.4)), 2)
    0.34
    """
    factors = Proj(crs).get_factors(*_corners(bounds))
    return float(np.max(np.abs(np.asarray(factors.areal_scale) - 1)))


def crs_words(crs: CRS) -> Text:
    """
    Name a CRS for people, in Chinese as a map sheet does.

    Parameters
    ----------
    crs
        Any CRS.

    Returns
    -------
    Text
        Datum, width of the belt, central meridian or zone, and the code; the plain name where the
        projection is another.

    Examples
    --------
    >>> crs_words(CRS("EPSG:4549")).zh
    'CGCS2000 3 度带 中央经线 120°E（EPSG:4549）'
    """
    code = crs.to_authority()
    plain = crs.name if code is None else f"{crs.name} ({':'.join(code)})"
    belt = BELTS.match(crs.name)
    if belt is None:
        return Text(plain, plain)
    width = "3 度带" if belt["three"] else "6 度带"
    where = f"中央经线 {belt['middle']}°E" if belt["middle"] else f"第 {belt['zone']} 带"
    known = "" if code is None else f"（{':'.join(code)}）"
    return Text(f"{belt['datum']} {width} {where}{known}", plain)


def is_metric(crs: CRS) -> bool:
    """
    Tell whether a CRS is projected in metres.

    Parameters
    ----------
    crs
        Any CRS.

    Returns
    -------
    bool
        True when both axes are in metres.
    """
    return crs.is_projected and all(axis.unit_conversion_factor == 1 for axis in crs.axis_info)


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


def choose_crs(bounds: Bounds) -> CRS:
    """
    Choose the projected CRS in metres that suits an extent.

    Parameters
    ----------
    bounds
        The extent [degrees: left, bottom, right, top].

    Returns
    -------
    CRS
        In China the CGCS2000 3-degree strip without zone prefix whose meridian is nearest to the
        middle, elsewhere the UTM zone; an equal-area projection where these distort areas in the
        extent by more than 0.1 %.

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
    if not _on_earth(bounds):
        raise CrsError(
            f"范围 {bounds} 不在地球上，无法选择坐标系。请核对图层的坐标系。",
            f"Extent {bounds} is nowhere on Earth; no CRS can be chosen. Check the layer's CRS.",
        )
    lon, lat = (left + right) / 2, (bottom + top) / 2
    strip = _strip_at(lon, lat)
    if strip is not None and area_error(strip, bounds) <= MAX_AREA_ERROR:
        return strip
    return _equal_area_at(lon, lat)


def _strip_at(lon: float, lat: float) -> CRS | None:
    west, south, east, north = CHINA
    if west <= lon <= east and south <= lat <= north:
        meridian = max(round(lon / 3), FIRST_STRIP) * 3
        return CRS.from_epsg(4534 + meridian // 3 - FIRST_STRIP)
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


def _on_earth(bounds: Sequence[float]) -> bool:
    if not np.isfinite(bounds).all():
        return False
    west, south, east, north = WORLD
    return bounds[0] >= west and bounds[1] >= south and bounds[2] <= east and bounds[3] <= north


def _outside_use(lonlat: Bounds, crs: CRS) -> bool:
    area = crs.area_of_use
    if area is None:
        return False
    beyond_south = lonlat[1] < area.south - OUTSIDE_DEGREES
    beyond_north = lonlat[3] > area.north + OUTSIDE_DEGREES
    if beyond_south or beyond_north or area.west > area.east:  # the last crosses the date line
        return beyond_south or beyond_north
    return lonlat[0] < area.west - OUTSIDE_DEGREES or lonlat[2] > area.east + OUTSIDE_DEGREES


def _guess(bounds: Bounds, crs: CRS) -> tuple[str, str]:
    """Say what numbers like these usually are."""
    left, bottom, _, top = bounds
    _, south, _, north = WORLD
    if max(abs(value) for value in bounds) <= MAX_DEGREES:
        if crs.is_geographic or not south <= bottom <= top <= north:
            return "看起来经度、纬度颠倒了", "longitude and latitude look swapped"
        return "看起来是经纬度（例如 EPSG:4490）", "they look like degrees (such as EPSG:4490)"
    prefix = int(left // MILLION)
    if prefix in ZONE_PREFIXES:
        code = 4488 + prefix
        return (
            f"看起来是带号 {prefix} 的高斯坐标（EPSG:{code}）",
            f"they look like Gauss-Kruger with zone prefix {prefix} (EPSG:{code})",
        )
    if int(bottom // MILLION) in ZONE_PREFIXES or 0 <= bottom <= top < MILLION <= left:
        return "看起来 X、Y 颠倒了", "x and y look swapped"
    return "请核对原图的坐标系", "check the CRS of the source"


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
        Name of the layer, for the message.

    Raises
    ------
    CrsError
        When the extent lies off the Earth or far outside the CRS's area of use, with a guess of
        what the numbers are.
    """
    lonlat = lonlat_bounds(bounds, crs)
    if not _on_earth(lonlat) or _outside_use(lonlat, crs):
        zh, en = _guess(bounds, crs)
        shown = ", ".join(f"{value:.6g}" for value in bounds)
        raise CrsError(
            f"图层 {what} 的坐标范围（{shown}）与坐标系“{crs.name}”不符：{zh}。"
            "请在该图层下写明正确的 crs。",
            f"Layer {what}: its extent ({shown}) does not fit CRS {crs.name!r}: {en}. State the"
            " right crs for the layer in the project file.",
        )

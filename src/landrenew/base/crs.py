"""Coordinate systems: how to read, name, compare and leave them.

Which of them can carry a project is settled in :mod:`landrenew.base.strips`, whether coordinates
can be in the one they are said to be in by :mod:`landrenew.base.coordinates`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from pyproj import CRS, Proj, Transformer
from pyproj.exceptions import CRSError

from landrenew.base.errors import CrsError
from landrenew.base.words import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bounds = tuple[float, float, float, float]

CERTAIN = 100

NO_NAMES, MERIDIAN = {"unnamed", "unknown", ""}, "Longitude of natural origin"

CGCS2000_DEGREES = ("EPSG", "4490")

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
    if crs.name.casefold() in NO_NAMES:
        return _unnamed(crs)
    plain = crs.name if code is None else f"{crs.name} ({':'.join(code)})"
    if code == CGCS2000_DEGREES:
        return Text("CGCS2000 经纬度（EPSG:4490）", plain)
    belt = BELTS.match(crs.name)
    if belt is None:
        return Text(plain, plain)
    width = "3 度带" if belt["three"] else "6 度带"
    where = f"中央经线 {belt['middle']}°E" if belt["middle"] else f"第 {belt['zone']} 带"
    known = "" if code is None else f"（{':'.join(code)}）"
    return Text(f"{belt['datum']} {width} {where}{known}", plain)


def _unnamed(crs: CRS) -> Text:
    """Describe a CRS that a file spells out without a name, as MapInfo does."""
    how = crs.coordinate_operation
    if how is None:
        return Text("没有名称的坐标系", "a CRS without a name")
    middle = next((one.value for one in how.params if one.name == MERIDIAN), None)
    at = Text("", "") if middle is None else Text(f"，中央经线 {middle:g}°", f", CM {middle:g}")
    return Text(f"没有名称的投影坐标系（{how.method_name}{at.zh}）",
                f"a CRS without a name ({how.method_name}{at.en})")  # fmt: skip


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

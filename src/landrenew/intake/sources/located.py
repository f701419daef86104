"""Rows of a table that say where they are: WKT, longitude and latitude, or easting and northing.

The CRS is never guessed. Surveyors call the northing X; where two recognised columns hold a
northing and an easting, they are taken for what they are, and a note says so.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landrenew.base.crs import parse_crs
from landrenew.base.errors import ColumnError, CrsError
from landrenew.base.missing import none_where_missing
from landrenew.base.strips import on_earth
from landrenew.base.words import Text, some
from landrenew.intake.attributes.names import BRACKETS, find_column, plain_name
from landrenew.intake.attributes.values import BLANKS, THOUSANDS, has_decimal_comma
from landrenew.intake.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from pyproj import CRS

    from landrenew.intake.sections import Layer
    from landrenew.intake.sources.source import Source

    Numbers = NDArray[np.float64]

SHAPED = frozenset({
    "parcels", "control_line", "growth_boundary", "towns", "villages", "parks", "buildings",
    "barriers", "protected", "background", "earlier_parcels", "earlier_control_line",
})  # fmt: skip
"""Sections that need shapes: their tables are located without being asked."""

WKT_NAMES = ("wkt", "geometry", "geom", "the_geom", "shape", "空间坐标", "图形", "坐标串")

PAIRS = (
    ("经度", "纬度"), ("lon", "lat"), ("lng", "lat"), ("long", "lat"), ("longitude", "latitude"),
    ("x", "y"), ("x坐标", "y坐标"), ("坐标x", "坐标y"), ("point_x", "point_y"),
    ("横坐标", "纵坐标"), ("东坐标", "北坐标"), ("easting", "northing"),
)  # fmt: skip
"""Names of the columns for x and y, in plain spelling; the first five pairs are degrees."""

IN_DEGREES = {name for pair in PAIRS[:5] for name in pair}

WKT = re.compile(
    r"\s*(?:SRID=(\d+);)?\s*((?:MULTI)?(?:POINT|LINESTRING|POLYGON|CURVE|SURFACE)"
    r"|CURVEPOLYGON|COMPOUNDCURVE|CIRCULARSTRING|GEOMETRYCOLLECTION)\b",
    re.IGNORECASE,
)
SRID = re.compile(r"\s*SRID=\d+;", re.IGNORECASE)
UNSET = {"0", "-1"}
"""What PostGIS writes for a shape without a CRS."""

DEGREES = re.compile(
    r"(?P<before>[nsew]|东经|西经|北纬|南纬)?\s*(?P<sign>[+-])?(?P<degrees>\d{1,3}(?:\.\d+)?)\s*[°度]"
    r"(?:\s*(?P<minutes>\d{1,2}(?:\.\d+)?)\s*['分])?"
    r"(?:\s*(?P<seconds>\d{1,2}(?:\.\d+)?)\s*(?:[\"秒]|''))?\s*(?P<behind>[nsew])?"
)
SOUTH_WEST = {"s", "w", "西经", "南纬"}
PRIMES = str.maketrans({"\u2032": "'", "\u2019": "'", "\u2033": '"', "\u201d": '"', "\u00ba": "°"})

NORTHINGS = (2e6, 6e6)
EASTINGS = (1e5, 1e6)
PREFIXED = 1.3e7
"""What northings and eastings are in China, with and without the strip's number [m]."""


def is_located(source: Source, spec: Layer) -> bool:
    """
    Tell whether the rows of a table say where they are.

    Parameters
    ----------
    source
        The rows.
    spec
        The table as the project file states it.

    Returns
    -------
    bool
        True for a table without shapes that names coordinate columns, or has some we recognise.
    """
    if isinstance(source.frame, gpd.GeoDataFrame):
        return False
    return bool(spec.wkt or spec.x or spec.y) or _recognised(source.frame) is not None


def locate(source: Source, spec: Layer, name: str) -> Source:
    """
    Make shapes of the coordinates that the rows of a table state.

    Parameters
    ----------
    source
        The rows, without shapes.
    spec
        The table as the project file states it, with ``wkt``, or ``x`` and ``y``, and ``crs``.
    name
        The table's name in the project file.

    Returns
    -------
    Source
        The rows as a GeoDataFrame in the CRS stated; no shape where the coordinates are blank, zero
        or unreadable, the last with a fault ``coordinates_unreadable``.

    Raises
    ------
    ColumnError
        When a column named for the coordinates is not there, or only one of a pair is named.
    CrsError
        When no CRS is stated, or the rows state several.
    """
    columns = _stated(source.frame, spec, name) or _recognised(source.frame)
    if columns is None:
        return source
    if len(columns) == 1:
        return _from_wkt(source, columns[0], spec, name)
    return _from_pair(source, columns, spec, name)


def _stated(frame: pd.DataFrame, spec: Layer, name: str) -> tuple[str, ...] | None:
    """Find the columns that the project file names."""
    if spec.wkt is not None:
        return (_find(frame, spec.wkt, "wkt", spec, name),)
    if spec.x is not None and spec.y is not None:
        return _find(frame, spec.x, "x", spec, name), _find(frame, spec.y, "y", spec, name)
    if spec.x is None and spec.y is None:
        return None
    raise ColumnError(
        f"[{name}] 的 x 与 y 须同时写明：x 是东坐标或经度所在的列，y 是北坐标或纬度所在的列。"
        "请补上另一个。",
        f"[{name}]: x and y go together: x names the column of eastings or longitudes, y that of"
        " northings or latitudes.",
    )


def _find(frame: pd.DataFrame, wanted: str, key: str, spec: Layer, name: str) -> str:
    theirs = [str(one) for one in frame.columns]
    return find_column(theirs, wanted, spec.path, layer=name, named_for=key)[0]


def _recognised(frame: pd.DataFrame) -> tuple[str, ...] | None:
    """Find columns whose names say that they hold coordinates, and which do."""
    plain = {_bare(str(one)): str(one) for one in reversed(frame.columns)}
    for one in WKT_NAMES:
        if one in plain and _holds_wkt(frame[plain[one]]):
            return (plain[one],)
    for x, y in PAIRS:
        if x in plain and y in plain:
            pair = plain[x], plain[y]
            if all(np.isfinite(_numbers(frame[one].head(100))[0]).any() for one in pair):
                return pair
    return None


def _bare(heading: str) -> str:
    """Spell a heading plainly, without what its brackets say, such as a degree sign."""
    return plain_name(BRACKETS.sub("", heading))


def _holds_wkt(values: pd.Series) -> bool:
    held = (one for one in values if isinstance(one, str) and one.strip())
    return WKT.match(next(held, "")) is not None


def _from_wkt(source: Source, column: str, spec: Layer, name: str) -> Source:
    texts = source.frame[column].to_numpy(dtype=object)
    blank = np.array([not isinstance(one, str) or _is_blank(one) for one in texts], dtype=bool)
    plain = np.full(len(texts), None, dtype=object)
    plain[~blank] = [SRID.sub("", one) for one in texts[~blank]]
    with np.errstate(over="ignore"):  # numbers beyond all measure are unreadable
        shapes = shapely.force_2d(np.array([_shape(one) for one in plain], dtype=object))
    shapes[np.isinf(shapely.bounds(shapes)).any(axis=1)] = None
    crs = _own_crs(texts[~blank], name) or _crs(spec, name, (column,), is_degrees=False)
    faults = _unreadable(source.frame, ~blank & (shapes == None), [column], name)  # noqa: E711  array
    frame = source.frame.drop(columns=column)
    return replace(source, frame=_with(frame, shapes, crs), faults=(*source.faults, *faults))


def _own_crs(texts: Iterable[str], name: str) -> CRS | None:
    """Give the CRS that the WKT itself states, one for all rows."""
    said = {met[1] or "0" for one in texts if (met := WKT.match(one))}
    if len(said) > 1:
        raise CrsError(
            f"[{name}] 各行 WKT 的 SRID 不一致：{some(sorted(said))}（0 为没有）。请先统一坐标系。",
            f"[{name}]: the WKT of its rows states different SRIDs: {some(sorted(said))} (0 for"
            " none). Convert them to one CRS first.",
        )
    return parse_crs(f"EPSG:{said.pop()}") if said - UNSET else None


def _shape(text: str | None) -> object:
    """Read one shape; arcs and bodies in space, unknown to GEOS, are unreadable like any other."""
    try:
        return shapely.from_wkt(text, on_invalid="ignore")
    except NotImplementedError:
        return None


def _from_pair(source: Source, columns: tuple[str, ...], spec: Layer, name: str) -> Source:
    frame, notes = source.frame, list(source.notes)
    (x, wrong_x), (y, wrong_y) = (_numbers(frame[one]) for one in columns)
    if spec.x is None:
        notes.append(Text(
            f"[{name}] 的位置取自列“{columns[0]}”和“{columns[1]}”。",
            f"[{name}] is placed by columns {columns[0]!r} and {columns[1]!r}.",
        ))  # fmt: skip
        if _is_northing_first(x, y):
            x, y = y, x
            notes.append(Text(
                f"列“{columns[0]}”是北坐标，“{columns[1]}”是东坐标（测量的习惯），已按此读取。",
                f"Column {columns[0]!r} holds northings and {columns[1]!r} eastings, as surveyors"
                " write; they were read so.",
            ))  # fmt: skip
    is_zero = (x == 0) & (y == 0)
    if is_zero.any():
        notes.append(Text(
            f"[{name}] 有 {int(is_zero.sum())} 行坐标为 0，已作没有坐标。",
            f"[{name}]: {int(is_zero.sum())} rows have 0 for coordinates, taken as none.",
        ))  # fmt: skip
    is_there = np.isfinite(x) & np.isfinite(y) & ~is_zero
    shapes = np.full(len(frame), None, dtype=object)
    shapes[is_there] = shapely.points(x[is_there], y[is_there])
    crs = _crs(spec, name, columns, is_degrees=_are_degrees(columns, x[is_there], y[is_there]))
    faults = _unreadable(frame, wrong_x | wrong_y, list(columns), name)
    return replace(
        source, frame=_with(frame, shapes, crs), notes=tuple(notes),
        faults=(*source.faults, *faults),
    )  # fmt: skip


def _with(frame: pd.DataFrame, shapes: NDArray[np.object_], crs: CRS) -> gpd.GeoDataFrame:
    place = "geometry" if "geometry" not in frame.columns else "geometry_"
    located = gpd.GeoSeries(shapes, frame.index, crs=crs, name=place)
    return gpd.GeoDataFrame(frame).set_geometry(located)


def _are_degrees(columns: tuple[str, ...], x: Numbers, y: Numbers) -> bool:
    named = {_bare(one) for one in columns} <= IN_DEGREES
    box = x.min(initial=0), y.min(initial=0), x.max(initial=0), y.max(initial=0)
    return named and on_earth(box)


def _is_northing_first(x: Numbers, y: Numbers) -> bool:
    x, y = x[np.isfinite(x) & (x != 0)], y[np.isfinite(y) & (y != 0)]
    if not len(x) or not len(y):
        return False
    first, second = float(np.median(x)), float(np.median(y))
    is_easting = EASTINGS[0] <= second <= EASTINGS[1] or second >= PREFIXED
    return NORTHINGS[0] <= first <= NORTHINGS[1] and is_easting


def _crs(spec: Layer, name: str, columns: tuple[str, ...], *, is_degrees: bool) -> CRS:
    """Take the CRS the project file states; without one, refuse and say what could be meant."""
    if spec.crs is not None:
        return parse_crs(spec.crs)
    which = "、".join(f"“{one}”" for one in columns)
    if is_degrees:
        could = Text(
            '这些数是经纬度：2000 国家大地坐标系写 crs = "EPSG:4490"，GPS（WGS 84）写'
            ' "EPSG:4326"；高德、百度等地图的坐标另写 shift = "gcj02" 或 "bd09"',
            'The numbers are degrees: crs = "EPSG:4490" for CGCS2000, "EPSG:4326" for GPS (WGS 84);'
            ' for coordinates of Gaode or Baidu add shift = "gcj02" or "bd09"',
        )
    else:
        could = Text(
            '例如 crs = "EPSG:4549"（CGCS2000 3 度带，120E）',
            'for example crs = "EPSG:4549" (CGCS2000, 3-degree, CM 120E)',
        )
    raise CrsError(
        f"[{name}] 的文件 {spec.path} 以列{which}给出位置，但没有写明坐标系。请在 [{name}] 下写明。"
        f"{could.zh}。",
        f"[{name}]: file {spec.path} says where its rows are by {', '.join(columns)}, but not in"
        f" which CRS. State it under [{name}]. {could.en}.",
    )


def _unreadable(
    frame: pd.DataFrame, wrong: NDArray[np.bool_], columns: list[str], name: str
) -> list[Fault]:
    rows = frame.loc[wrong, columns]
    return [
        Fault(name, int(row), "", "coordinates_unreadable", Text(said, said))
        for row, cells in zip(rows.index, rows.itertuples(index=False), strict=True)
        if (said := ", ".join(str(one)[:60] for one in cells))
    ]


def _is_blank(text: str) -> bool:
    return text.strip().casefold() in BLANKS


def _numbers(values: pd.Series) -> tuple[Numbers, NDArray[np.bool_]]:
    """Read coordinates: numbers, with a decimal comma if need be, or degrees with minutes."""
    plain = none_where_missing(values)
    number = pd.to_numeric(plain, errors="coerce").to_numpy(dtype=float, na_value=np.nan, copy=True)
    left = [i for i in np.flatnonzero(np.isnan(number)) if isinstance(plain.iloc[i], str)]
    texts = {i: unicodedata.normalize("NFKC", plain.iloc[i].translate(PRIMES)).strip().casefold()
             for i in left}  # fmt: skip
    is_decimal = has_decimal_comma(texts.values())
    wrong = np.zeros(len(number), dtype=bool)
    for i, text in texts.items():
        if _is_blank(text):
            continue
        spelt = text.replace(",", ".") if is_decimal else THOUSANDS.sub("", text)
        number[i] = _degrees(spelt)
        wrong[i] = np.isnan(number[i])
    return number, wrong | np.isinf(number)


def _degrees(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        met = DEGREES.fullmatch(text)
    if met is None:
        return np.nan
    size = sum(float(met[part] or 0) / by
               for part, by in (("degrees", 1), ("minutes", 60), ("seconds", 3600)))  # fmt: skip
    is_below = met["sign"] == "-" or {met["before"], met["behind"]} & SOUTH_WEST
    return -size if is_below else size

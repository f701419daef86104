"""Polygons as boundary points in the national exchange form 界址点坐标 TXT."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from landrenew.base.area import ellipsoidal_area
from landrenew.base.errors import CrsError, FileError
from landrenew.base.strips import CGCS2000_DATUM, belt_of
from landrenew.base.words import some

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray
    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

HEAD = """[属性描述]
坐标系=2000国家大地坐标系
几度分带={width}
投影类型=高斯克吕格
计量单位=米
带号={zone}
精度=0.001
转换参数=,,,,,,
[地块坐标]"""

POLYGON = "面"
M2_PER_HA = 10_000
LINE_SIGNS = re.compile("[,\uff0c@\r\n]+")
"""Signs that would end a value of a plot's line."""

NAME_COLUMNS = ("owner", "park_name", "name", "town")
"""Columns that may name a plot, the first that a layer has."""


def corner_lines(table: GeoDataFrame, crs: CRS) -> str:
    """
    Write polygons as boundary points.

    Parameters
    ----------
    table
        Polygons in ``crs``; the first column is the number of the plot.
    crs
        The project CRS.

    Returns
    -------
    str
        The file's text, lines ended by CR LF: corners clockwise from the north-west with three
        decimals, holes counter-clockwise as further rings, the ellipsoidal area in hectares.

    Raises
    ------
    CrsError
        When the CRS is no CGCS2000 Gauss-Kruger strip.
    FileError
        When a row has no polygon.
    """
    belt = belt_of(crs)
    if belt is None or CGCS2000_DATUM not in crs.name.replace("CGCS2000", CGCS2000_DATUM):
        raise CrsError(
            f"界址点 TXT 须用 CGCS2000 高斯-克吕格坐标，而结果的坐标系是“{crs.name}”。"
            '请在 [city] 中写明 crs（例如 "EPSG:4549"）后重新运行。',
            f"A boundary-point TXT needs CGCS2000 Gauss-Kruger; the run is in {crs.name!r}. State"
            ' crs under [city] (such as "EPSG:4549") and run again.',
        )
    shapes = table.geometry.to_numpy()
    _refuse_unlike_polygons(table)
    zone = belt.meridian // 3 if belt.width == 3 else (belt.meridian + 3) // 6  # noqa: PLR2004  degrees
    lines = HEAD.format(width=belt.width, zone=zone).splitlines()
    numbers = table.iloc[:, 0].map(_value)
    names, uses = (_column(table, *names) for names in (NAME_COLUMNS, ("land_code",)))
    areas = ellipsoidal_area(shapes, crs) / M2_PER_HA
    for number, name, use, shape, area in zip(numbers, names, uses, shapes, areas, strict=True):
        corners = _corner_lines(shape)
        said = (len(corners), f"{area:.4f}", number, name, POLYGON, "", "", use, "@")
        lines += [",".join(map(str, said)), *corners]
    return "".join(f"{line}\r\n" for line in lines)


def _refuse_unlike_polygons(table: GeoDataFrame) -> None:
    is_polygon = np.isin(shapely.get_type_id(table.geometry.to_numpy()), (3, 6))
    is_drawn = ~shapely.is_empty(table.geometry.to_numpy())
    if not (is_polygon & is_drawn).all():
        rows = some(table.iloc[:, 0].to_numpy()[~(is_polygon & is_drawn)].tolist())
        raise FileError(
            f"{rows} 没有面图形，写不成界址点 TXT。请导出为 gpkg。",
            f"{rows} has no polygon and cannot be written as boundary points. Export to gpkg.",
        )


def _value(value: object) -> str:
    return "" if pd.isna(value) else LINE_SIGNS.sub("、", str(value)).strip()  # type: ignore[call-overload]  # any cell


def _column(table: GeoDataFrame, *names: str) -> list[str]:
    name = next((one for one in names if one in table.columns), None)
    return [""] * len(table) if name is None else [_value(one) for one in table[name]]


def _corner_lines(shape: BaseGeometry) -> list[str]:
    """Write the corners of a shape, numbered through all rings; a ring ends with its first."""
    lines: list[str] = []
    mark = 0
    for ring, corners in enumerate(_rings(shape), 1):
        marks = [*range(mark + 1, mark + len(corners)), mark + 1]
        lines += [f"J{at},{ring},{y:.3f},{x:.3f}"
                  for at, (x, y) in zip(marks, corners, strict=True)]  # fmt: skip
        mark += len(corners) - 1
    return lines


def _rings(shape: BaseGeometry) -> list[NDArray[np.float64]]:
    rings = []
    for part in shapely.get_parts(shapely.orient_polygons(shape, exterior_cw=True)):
        rings += [shapely.get_coordinates(one) for one in (part.exterior, *part.interiors)]
    return [_from_north_west(ring) for ring in rings]


def _from_north_west(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    corners = ring[:-1]
    start = int(np.argmax(corners[:, 1] - corners[:, 0]))
    turned = np.roll(corners, -start, axis=0)
    return np.vstack([turned, turned[:1]])

"""Plots of the national exchange form 界址点坐标 TXT as polygons: one file, or a folder of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landrenew.base.crs import crs_words
from landrenew.base.errors import CrsError
from landrenew.base.words import Text, some
from landrenew.intake.faults import Fault
from landrenew.intake.sources.corner_system import order_of, system_of
from landrenew.intake.sources.corner_text import corner_file
from landrenew.intake.sources.files import files_of
from landrenew.intake.sources.source import Source
from landrenew.intake.sources.text import text_encoding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

    from landrenew.intake.sections import Layer
    from landrenew.intake.sources.corner_text import CornerFile, Plot

    Ring = NDArray[np.float64]

CORNER_COUNT, DECLARED_HA = "界址点数", "面积（公顷）"
COLUMNS = (
    CORNER_COUNT, DECLARED_HA, "地块编号", "地块名称", "图形属性", "图幅号", "地块用途", "地类编码",
)  # fmt: skip
"""What stands in the line of a plot before the ``@``."""

FILE_COLUMN = "文件"
"""Column that names the file of a plot, where several files make one layer."""

FEWEST_CORNERS = 3


def read_corners(path: Path, spec: Layer, name: str) -> Source:
    """
    Read the plots of one boundary-point file, or of all files of a folder or pattern.

    Parameters
    ----------
    path
        A TXT, a folder of them, or a pattern such as ``plots/*.txt``.
    spec
        The layer as the project file states it; ``crs`` where the head does not say it.
    name
        The layer's name in the project file.

    Returns
    -------
    Source
        One row a plot; ``面积（公顷）`` is the area the file declares. Where several files are
        read, ``文件`` names each plot's.

    Raises
    ------
    FileError
        When a file is no boundary-point file, or a line of it cannot be read.
    CrsError
        When X and Y cannot be told apart, a head contradicts its figures, or files differ.
    """
    paths = [one for one in files_of(path) if one.suffix.lower() == ".txt"]
    sheets = [_read(one, spec, name) for one in paths]
    orders = [order_of(sheet, name) for sheet in sheets]
    systems = [system_of(*pair, name) for pair in zip(sheets, orders, strict=True)]
    crs = _one_system(systems, sheets, name)
    swapped = [sheet.name for sheet, one in zip(sheets, orders, strict=True) if one.is_swapped]
    meant = [sheet.name for sheet in sheets if set("123456789") & {*sheet.head.get("转换参数", "")}]
    plots = [plot for sheet in sheets for plot in sheet.plots]
    shapes = [
        _outline(plot, is_swapped=one.is_swapped)
        for sheet, one in zip(sheets, orders, strict=True)
        for plot in sheet.plots
    ]
    values = _values(plots)
    if not path.is_file():
        files: list[object] = [sheet.name for sheet in sheets for _ in sheet.plots]
        values = {FILE_COLUMN: files, **values}
    index = pd.RangeIndex(1, len(plots) + 1, name="row")
    return Source(
        gpd.GeoDataFrame(values, index=index, geometry=np.array(shapes, object), crs=crs),
        units={DECLARED_HA: "ha"},
        notes=_notes(crs, swapped, meant),
        faults=_miscounted(plots, name),
    )


def _read(path: Path, spec: Layer, name: str) -> CornerFile:
    raw = path.read_bytes()
    return corner_file(raw.decode(spec.encoding or text_encoding(raw)), path, name)


def _one_system(
    systems: Sequence[CRS | None], sheets: Sequence[CornerFile], name: str
) -> CRS | None:
    first = systems[0]
    others = [sheet.name for sheet, one in zip(sheets, systems, strict=True) if one != first]
    if others:
        raise CrsError(
            f"[{name}] 的界址点文件坐标系不一致：{some(others)} 与 {sheets[0].name} 不同。"
            "请先在 GIS 中转换到同一坐标系，或分开读取。",
            f"[{name}]: boundary-point files differ in their CRS: {some(others)} from"
            f" {sheets[0].name}. Convert them to one CRS in the GIS, or read them apart.",
        )
    return first


def _values(plots: Sequence[Plot]) -> dict[str, list[object]]:
    """Give what the lines of the plots say; a blank is missing, figures are numbers."""
    width = max(len(COLUMNS), *(len(plot.said) for plot in plots))
    names = [*COLUMNS, *(f"第{i}项" for i in range(len(COLUMNS) + 1, width + 1))]
    table: dict[str, list[object]] = {
        one: [(plot.said[i : i + 1] or [""])[0] or None for plot in plots]
        for i, one in enumerate(names)
    }
    return table


def _notes(crs: CRS | None, swapped: Sequence[str], meant: Sequence[str]) -> tuple[Text, ...]:
    notes = []
    if crs is not None:
        words = crs_words(crs)
        notes.append(Text(f"界址点文件的坐标系按文件头取 {words.zh}。",
                          f"CRS of the boundary points, by their head: {words.en}."))  # fmt: skip
    if swapped:
        notes.append(
            Text(
                f"界址点文件 {some(swapped)} 的 X、Y 写反了，已按数值大小调换。",
                f"Boundary-point file {some(swapped)} has X and Y exchanged; their size told, and"
                " they were put right.",
            )
        )
    if meant:
        notes.append(
            Text(
                f"界址点文件 {some(meant)} 的文件头写有转换参数，没有使用："
                "坐标按文件中的数字读入。",
                f"Boundary-point file {some(meant)} states parameters of a transformation, which"
                " were not used: coordinates are read as they stand.",
            )
        )
    return tuple(notes)


def _miscounted(plots: Sequence[Plot], name: str) -> tuple[Fault, ...]:
    """Find the plots whose line says another number of corners than follow it."""
    said = [(i, (plot.said or [""])[0], len(plot.corners)) for i, plot in enumerate(plots, 1)]
    return tuple(
        Fault(name, row, "", "corner_count", Text(f"写 {stated}，实有 {found}",
                                                  f"{stated} stated, {found} there"))
        for row, stated, found in said
        if stated.isdecimal() and int(stated) != found
    )  # fmt: skip


def _outline(plot: Plot, *, is_swapped: bool) -> BaseGeometry | None:
    """Draw a plot; what is no ring makes it a line or a point, which the check of shapes finds."""
    rings = _rings(plot, is_swapped=is_swapped)
    if not rings:
        return None
    if any(len(np.unique(ring, axis=0)) < FEWEST_CORNERS for ring in rings):
        lines = [shapely.LineString(ring) if len(ring) > 1 else shapely.Point(ring[0])
                 for ring in rings]  # fmt: skip
        return lines[0] if len(lines) == 1 else shapely.GeometryCollection(lines)
    return polygon_of(rings)


def _rings(plot: Plot, *, is_swapped: bool) -> list[Ring]:
    """Part the corners into rings: where the number changes, and where a ring has come home."""
    rings: list[list[tuple[float, float]]] = []
    before = ""
    for corner in plot.corners:
        point = (corner.north, corner.east) if is_swapped else (corner.east, corner.north)
        is_home = bool(rings) and len(rings[-1]) > FEWEST_CORNERS and rings[-1][0] == rings[-1][-1]
        if corner.ring != before or is_home:
            rings.append([])
        rings[-1].append(point)
        before = corner.ring
    return [np.array(ring) for ring in rings]


def polygon_of(rings: Sequence[Ring]) -> BaseGeometry:
    """
    Make one shape of rings whatever their order and direction: geometry tells holes from parts.

    Parameters
    ----------
    rings
        Corners of each ring, shape (n, 2), n at least 3; the first need not be repeated.

    Returns
    -------
    BaseGeometry
        A polygon; a multipolygon where parts lie beside each other. A ring within an odd number
        of others is a hole of the smallest of them.
    """
    solid = sorted((shapely.Polygon(ring) for ring in rings), key=lambda one: -one.area)
    around = [[j for j in range(i) if _is_within(solid[i], solid[j])] for i in range(len(solid))]
    parts = [i for i, outer in enumerate(around) if len(outer) % 2 == 0]
    holes: dict[int, list[shapely.LinearRing]] = {i: [] for i in parts}
    for i, outer in enumerate(around):
        if len(outer) % 2:
            home = next((j for j in reversed(outer) if j in holes), parts[0])
            holes[home].append(solid[i].exterior)
    drawn = [shapely.Polygon(solid[i].exterior, holes[i]) for i in parts]
    return drawn[0] if len(drawn) == 1 else shapely.MultiPolygon(drawn)


def _is_within(small: shapely.Polygon, large: shapely.Polygon) -> bool:
    """Tell by most of its corners; rings that cross are found by the check of shapes."""
    corners = shapely.get_coordinates(small)
    return bool(np.mean(shapely.intersects_xy(large, *corners.T)) > 1 / 2)

"""Check shapes: missing, of the wrong type, invalid; repair what repair does not change.

An invalid polygon is repaired only where that changes its area by less than 0.5 %; everything
else is set aside. Areas here are planar, in the project CRS, and serve the balance of the intake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landrenew.base.coordinates import check_coordinates, fits, looks_like
from landrenew.base.crs import parse_crs, recognised
from landrenew.base.errors import CrsError, FileError
from landrenew.base.jargon import plainly
from landrenew.base.words import Text, some
from landrenew.intake.faults import NO_DETAIL
from landrenew.intake.geometry.checked import Checked
from landrenew.intake.naming import faults_at

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray
    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

    from landrenew.intake.sections import Layer

    Shapes = NDArray[np.object_]

MAX_REPAIR = 0.005
"""Largest relative change of area that a repair may make."""

DUST_M2 = 1e-4
"""Ground smaller than this is rounding where shapes only touch [m2], one square centimetre."""

FREE_DEFAULT = {".geojson", ".json", ".geojsonl", ".geojsons", ".topojson"}
"""Formats for which GDAL says EPSG:4326 whether or not the file does."""

DEFAULT_CRS = 4326

SPECK = Text("小于 1 cm²", "smaller than 1 cm2")

PLANE = 2
POLYGON, COLLECTION = 3, 7
POLYGONAL = (3, 6)
"""Numbers of the kinds of shapes; what comes after a polygon holds several."""


def with_crs(frame: pd.DataFrame, spec: Layer, name: str) -> GeoDataFrame:
    """
    Settle the CRS of a layer: said by the file, or stated in the project file, never guessed.

    Parameters
    ----------
    frame
        The layer as it came.
    spec
        The layer as the project file states it.
    name
        The layer's name in the project file.

    Returns
    -------
    GeoDataFrame
        The same rows with a CRS that its coordinates fit.

    Raises
    ------
    FileError
        When the file holds no shapes.
    CrsError
        When no CRS is known, two disagree, or the coordinates cannot be in it.
    """
    if not isinstance(frame, gpd.GeoDataFrame):
        raise FileError(
            f"[{name}] 的文件 {spec.path} 没有图形。请给出面图层。",
            f"[{name}]: file {spec.path} holds no shapes. Give a layer with polygons.",
        )
    stated = None if spec.crs is None else parse_crs(spec.crs)
    own = None if frame.crs is None else recognised(frame.crs)
    crs = stated or own
    if crs is None:
        raise _no_crs(frame, spec, name)
    may_be_silent = f".{spec.path.rsplit('.', 1)[-1].lower()}" in FREE_DEFAULT
    free = may_be_silent and own is not None and own.to_epsg() == DEFAULT_CRS
    if own is not None and stated is not None and own != stated and not free:
        raise CrsError(
            f"[{name}] 的文件 {spec.path} 自带坐标系“{own.name}”，项目文件却写“{stated.name}”。"
            "请删去 crs，或先在 GIS 中改正文件。",
            f"[{name}]: file {spec.path} says {own.name!r}, the project file says"
            f" {stated.name!r}. Remove crs, or mend the file in the GIS first.",
        )
    layer = frame.set_crs(crs.to_2d(), allow_override=True)
    _check_fit(layer, crs, name)
    return layer


def _no_crs(frame: GeoDataFrame, spec: Layer, name: str) -> CrsError:
    """Say what the numbers look like where nothing says what they are."""
    boxes, _ = finite_boxes(frame)
    seen = looks_like(extent(boxes), None) if len(boxes) else NO_DETAIL
    guess = Text(f"坐标{seen.zh}。", f"As for the coordinates, {seen.en}. ") if seen.zh else seen
    return CrsError(
        f"[{name}] 的文件 {spec.path} 没有坐标系。{guess.zh}请在 [{name}] 下写明，例如"
        ' crs = "EPSG:4490"（CGCS2000 经纬度）或 crs = "EPSG:4549"（3 度带，120E）。',
        f"[{name}]: file {spec.path} has no CRS. {guess.en}State it under [{name}], for example"
        ' crs = "EPSG:4490" (CGCS2000 degrees) or crs = "EPSG:4549" (3-degree, CM 120E).',
    )


def _check_fit(layer: GeoDataFrame, crs: CRS, name: str) -> None:
    """Refuse a layer that is not in its CRS; where only a few rows are not, name these."""
    boxes, at = finite_boxes(layer)
    if not len(boxes) or fits(np.array([extent(boxes)]), crs)[0]:
        return
    strangers = np.flatnonzero(~fits(boxes, crs))
    if 2 * len(strangers) >= len(boxes):  # then it is not the rows' fault
        left, bottom, right, top = np.median(boxes[strangers], axis=0).tolist()
        if fits(np.array([(left, bottom, right, top)]), crs)[0]:
            left, bottom, right, top = boxes[strangers[0]].tolist()
        check_coordinates((left, bottom, right, top), crs, name)
    if len(strangers):
        rows = some(sorted(layer.index[at[strangers]].tolist()))
        seen = looks_like(extent(boxes[strangers[:1]]), crs)
        raise CrsError(
            f"[{name}] 的第 {rows} 行坐标与坐标系“{crs.name}”不符（{seen.zh}），其余各行相符。"
            "请改正这些行，或用 where 排除。",
            f"[{name}]: the coordinates of row {rows} do not fit CRS {crs.name!r} ({seen.en});"
            " those of all other rows do. Mend these rows, or leave them out with where.",
        )


def finite_boxes(layer: GeoDataFrame) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """
    Give the boxes of the shapes whose coordinates are numbers.

    Parameters
    ----------
    layer
        Any table of shapes.

    Returns
    -------
    boxes : ndarray
        Shape (k, 4): left, bottom, right, top in the CRS of the layer.
    at : ndarray
        Shape (k,): positions of these rows.
    """
    boxes = shapely.bounds(layer.geometry.to_numpy())
    at = np.flatnonzero(np.isfinite(boxes).all(axis=1))
    return boxes[at], at


def extent(boxes: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """
    Give the box around boxes.

    Parameters
    ----------
    boxes
        Shape (k, 4), k at least 1: left, bottom, right, top.

    Returns
    -------
    tuple of float
        Left, bottom, right, top.
    """
    (left, bottom), (right, top) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return float(left), float(bottom), float(right), float(top)


def check_polygons(layer: GeoDataFrame, crs: CRS, name: str) -> Checked:
    """
    Bring polygons into the project CRS, repair what can be, set aside the rest.

    Parameters
    ----------
    layer
        Index ``row``; any geometry, with a CRS. A column named like ``parcel_id`` names the rows
        in the faults.
    crs
        The project CRS [m].
    name
        The layer's name in the project file.

    Returns
    -------
    Checked
        Kept rows are valid, two-dimensional polygons or multipolygons.
    """
    shapes: Shapes = _flat_shapes(layer, crs)
    before = _areas(shapes)
    code = _codes(shapes)
    mended = shapes.copy()
    mixed = code == "collection"
    mended[mixed] = [bare_polygons(one) for one in shapes[mixed]]
    broken = np.isin(code, ("", "collection")) & ~shapely.is_valid(mended)
    mended[broken] = [_polygons_of(one) for one in mended[broken]]
    after = _areas(mended)
    change = np.abs(after - before)
    too_much = (broken | mixed) & (~(change <= MAX_REPAIR * before) | shapely.is_empty(mended))
    is_speck = np.isin(code, ("", "collection")) & (after <= DUST_M2)  # no share of it is known
    code[broken] = "repaired"
    code[too_much | is_speck] = "unrepairable"
    rejected = ~np.isin(code, ("", "repaired", "collection"))
    details = _details(code, shapes, before, np.where(broken, after, before))
    kept = layer.loc[~rejected].set_geometry(
        gpd.GeoSeries(mended[~rejected], layer.index[~rejected]), crs=crs
    )
    drawn = shapes[rejected]
    drawn[_is_endless(drawn)] = None  # no file could hold them
    out = layer.loc[rejected].set_geometry(gpd.GeoSeries(drawn, layer.index[rejected]), crs=crs)
    out = out.assign(code=code[rejected], detail=[details[i].en for i in np.flatnonzero(rejected)])
    faulty = [(int(i), str(code[i]), details[i]) for i in np.flatnonzero(code != "")]
    account = pd.DataFrame({
        "in": before,
        "out": np.where(rejected, 0.0, after),
        "rejected": np.where(rejected, before, 0.0),
        "repaired": np.where(broken & ~too_much, after - before, 0.0),
    }, index=layer.index)  # fmt: skip
    return Checked(name, kept, out, faults_at(layer, name, shapes, faulty), account)


def _flat_shapes(layer: GeoDataFrame, crs: CRS) -> Shapes:
    """Give the shapes in the project CRS without heights; a copy only where something changes."""
    placed = layer if layer.crs == crs else layer.to_crs(crs)
    shapes: Shapes = placed.geometry.to_numpy().copy()
    high = shapely.get_coordinate_dimension(shapes) > PLANE
    shapes[high] = shapely.force_2d(shapes[high])
    return shapes


def _areas(shapes: Shapes) -> NDArray[np.float64]:
    """Measure planar areas [m2]; a shape that is missing or endless has none."""
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(np.abs(shapely.area(shapes)), posinf=0.0)


def _codes(shapes: Shapes) -> Shapes:
    code = np.full(len(shapes), "", dtype=object)
    polygonal = np.isin(shapely.get_type_id(shapes), POLYGONAL)
    code[~polygonal] = "not_polygon"
    code[_holds_polygons(shapes)] = "collection"
    code[shapely.is_missing(shapes) | shapely.is_empty(shapes)] = "empty_geometry"
    code[_is_endless(shapes)] = "unrepairable"
    return code


def _is_endless(shapes: Shapes) -> NDArray[np.bool_]:
    """Tell which shapes have a coordinate that is no number, or beyond all bounds."""
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    is_endless = np.zeros(len(shapes), dtype=bool)
    is_endless[owner[np.flatnonzero(~np.isfinite(xy)) // 2]] = True
    return is_endless


def _holds_polygons(shapes: Shapes) -> NDArray[np.bool_]:
    """Tell which shapes are collections with a polygon among what they hold."""
    is_mixed: NDArray[np.bool_] = shapely.get_type_id(shapes) == COLLECTION
    is_mixed[is_mixed] = [not bare_polygons(one).is_empty for one in shapes[is_mixed]]
    return is_mixed


def bare_polygons(shape: BaseGeometry) -> shapely.Polygon | shapely.MultiPolygon:
    """
    Take the polygons out of a shape that also holds lines and points, which have no area.

    Parameters
    ----------
    shape
        Any shape.

    Returns
    -------
    Polygon or MultiPolygon
        Its polygons as they are drawn; an empty multipolygon where it holds none.
    """
    parts = [shape]
    while any(shapely.get_type_id(one) > POLYGON for one in parts):
        parts = [part for one in parts for part in shapely.get_parts(one)]
    polygons = [one for one in parts if isinstance(one, shapely.Polygon)]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def _polygons_of(shape: BaseGeometry) -> BaseGeometry:
    """Repair a shape and keep its polygons."""
    valid = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    return bare_polygons(valid)


def _details(
    code: Shapes, shapes: Shapes, before: NDArray[np.float64], after: NDArray[np.float64]
) -> list[Text]:
    details = [NO_DETAIL] * len(code)
    for i in np.flatnonzero(code != "").tolist():
        if code[i] in {"repaired", "unrepairable"}:
            is_speck = before[i] <= DUST_M2 and shapely.is_valid(shapes[i])
            reason = SPECK if is_speck else plainly(str(shapely.is_valid_reason(shapes[i])))
            details[i] = Text(
                f"{reason.zh}；修复前 {before[i]:.3f} m²，修复后 {after[i]:.3f} m²",
                f"{reason.en}; {before[i]:.3f} m2 before, {after[i]:.3f} m2 after repair",
            )
        elif code[i] in {"not_polygon", "collection"}:
            details[i] = plainly(shapes[i].geom_type)
    return details


def check_any(layer: GeoDataFrame, crs: CRS, name: str) -> Checked:
    """
    Bring lines, points or polygons into the project CRS and drop what is empty.

    Parameters
    ----------
    layer
        Index ``row``; any geometry, with a CRS.
    crs
        The project CRS [m].
    name
        The layer's name in the project file.

    Returns
    -------
    Checked
        Kept rows have valid geometry of any type.
    """
    shapes: Shapes = _flat_shapes(layer, crs)
    code = _codes(shapes)
    code[np.isin(code, ("not_polygon", "collection"))] = ""
    gone = code != ""
    kept = layer.loc[~gone].set_geometry(
        gpd.GeoSeries(shapely.make_valid(shapes[~gone]), layer.index[~gone]), crs=crs
    )
    out = layer.loc[gone].assign(code=code[gone], detail="")
    faulty = [(int(i), str(code[i]), NO_DETAIL) for i in np.flatnonzero(gone)]
    faults = faults_at(layer, name, shapes, faulty)
    return Checked(name, kept, out, faults, pd.DataFrame(index=layer.index))

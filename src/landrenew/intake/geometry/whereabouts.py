"""Where a project lies: its one CRS, and whether every layer lies where the parcels lie.

A CRS is never guessed: where layers do not meet, the sentence names the CRS that would bring them
together, and the user states it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from landrenew.base.coordinates import names_itself, readings_at
from landrenew.base.crs import area_error, crs_words, is_metric, lonlat_bounds, parse_crs, to_lonlat
from landrenew.base.errors import CrsError, FileError
from landrenew.base.strips import MAX_AREA_ERROR, beyond_strip, check_project_crs, choose_crs
from landrenew.base.words import Text
from landrenew.intake.geometry.shapes import extent, finite_boxes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geopandas import GeoDataFrame
    from pyproj import CRS

    from landrenew.base.crs import Bounds
    from landrenew.intake.sections import Layer

MUST_MEET = (
    "control_line", "growth_boundary", "towns", "villages", "buildings", "firms",
    "earlier_parcels", "earlier_control_line",
)  # fmt: skip
"""Layers that say nothing unless they lie where the parcels lie."""

CITY_DEGREES, MOST = 1.0, 0.9
"""Parcels farther than this from the middle are strays where most others are nearer [degrees]."""

LITTLE = 0.1
"""A layer whose extent holds a smaller share of the parcels is remarked on."""

OLD_DATUMS = {
    "Beijing 1954": Text("1954 年北京坐标系", "Beijing 1954"),
    "New Beijing": Text("新 1954 年北京坐标系", "New Beijing"),
    "Xian 1980": Text("1980 西安坐标系", "Xian 1980"),
}
"""National datums that were left; the way to CGCS2000 is not public, a hundred metres and more."""

NAMELESS = ("Not specified", "Unknown", "unknown")
OLD_ELLIPSOIDS = {"Krassowsky 1940": "Beijing 1954", "IAG 1975": "Xian 1980"}
"""What a datum without a name is, by its ellipsoid."""

HALF_ROUND, HIGHEST = 180.0, 85.0
"""A wider city crosses the 180th meridian; a higher one is off Web Mercator [degrees]."""

STRIP_DEGREES = 3
FALSE_EASTING = 500_000.0
MILLION = 1e6


class Extent(NamedTuple):
    """
    Where a layer lies, in the numbers of its file.

    Parameters
    ----------
    bounds
        Left, bottom, right, top.
    crs
        CRS of the file, as it says or as stated.
    """

    bounds: Bounds
    crs: CRS

    @property
    def lonlat(self) -> Bounds:
        """Left, bottom, right, top [degrees]."""
        return lonlat_bounds(self.bounds, self.crs)


def city_extent(located: GeoDataFrame) -> Extent | None:
    """
    Give the extent of a layer; a stray shape far from the rest does not stretch it.

    Parameters
    ----------
    located
        A layer as it came, with its CRS.

    Returns
    -------
    Extent or None
        In the CRS of the layer; None where no shape has coordinates.
    """
    boxes, _ = finite_boxes(located)
    if not len(boxes) or located.crs is None:
        return None
    west, south, east, north = lonlat_bounds(extent(boxes), located.crs)
    if max(east - west, north - south) < CITY_DEGREES / 2:  # then no shape is a stray
        return Extent(extent(boxes), located.crs)
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    lonlat = np.column_stack(to_lonlat(located.crs).transform(middle[:, 0], middle[:, 1]))
    near = np.abs(lonlat - np.median(lonlat, axis=0)).max(axis=1) <= CITY_DEGREES
    if near.mean() >= MOST:
        boxes = boxes[near]
    return Extent(extent(boxes), located.crs)


def project_crs(
    located: GeoDataFrame, spec: Layer, stated: str | None
) -> tuple[CRS, tuple[Text, ...]]:
    """
    Take the CRS the user states, else the layer's own where it serves, else choose one.

    Parameters
    ----------
    located
        The layer that decides, as a rule the parcels, with its CRS.
    spec
        The layer as the project file states it.
    stated
        ``crs`` of ``[city]``, or None.

    Returns
    -------
    crs : CRS
        The one projected CRS of the project [m].
    notes : tuple of Text
        What was chosen and why.

    Raises
    ------
    FileError
        When no shape has coordinates.
    CrsError
        When the stated CRS cannot carry the project, or none can: the shapes lie on both sides of
        the 180th meridian, or beyond 85 degrees of latitude.
    """
    city = city_extent(located)
    if city is None:
        raise FileError(
            f"文件 {spec.path} 没有一个图形有坐标。请检查导出。",
            f"No shape of file {spec.path} has coordinates. Check the export.",
        )
    own, bounds = city.crs, city.lonlat
    _refuse_ends_of_earth(spec, bounds)
    if stated is not None:
        crs = parse_crs(stated)
        check_project_crs(crs, bounds)
        notes = []
    else:
        error = area_error(own, bounds) if is_metric(own) else np.nan
        crs = own if error <= MAX_AREA_ERROR else choose_crs(bounds, _datum(own))
        notes = [_chosen(crs, own, error)]
    check_datum(own, crs, "parcels")
    beyond = beyond_strip(bounds, crs)
    return crs, (*notes, *([beyond] if beyond else []))


def _refuse_ends_of_earth(spec: Layer, bounds: Bounds) -> None:
    """Refuse what no projection here lays flat: UTM, for one, folds the far side onto the near."""
    left, bottom, right, top = bounds
    if right - left <= HALF_ROUND and max(-bottom, top) <= HIGHEST:
        return
    raise CrsError(
        f"文件 {spec.path} 的图形位于 180° 经线两侧，或超出南北纬 85°"
        f"（经度 {left:g} 至 {right:g}，纬度 {bottom:g} 至 {top:g}），没有适用的坐标系。"
        "请核对坐标系，或分开处理。",
        f"The shapes of file {spec.path} lie on both sides of the 180th meridian, or beyond 85"
        f" degrees of latitude (longitude {left:g} to {right:g}, latitude {bottom:g} to {top:g}):"
        " no CRS serves. Check the CRS, or work on the parts one by one.",
    )


def _chosen(crs: CRS, own: CRS, error: float) -> Text:
    said, theirs = crs_words(crs), crs_words(own)
    why = Text("", "")
    if error > MAX_AREA_ERROR:
        why = Text(
            f"宗地图层的坐标系 {theirs.zh} 在本市使面积偏差 {error:.1%}，已转换；",
            f" {theirs.en} of the parcels distorts areas here by {error:.1%} and was left;"
            " published areas are ellipsoidal.",
        )
    return Text(
        f"{why.zh}项目坐标系由程序选定：{said.zh}{'；发布的面积均为椭球面积' if why.zh else ''}。",
        f"Project CRS chosen: {said.en}.{why.en}",
    )


def _datum(crs: CRS | None) -> str:
    if crs is None or crs.datum is None:
        return ""
    name = crs.datum.name
    if name.startswith(NAMELESS) and crs.ellipsoid is not None:
        return OLD_ELLIPSOIDS.get(crs.ellipsoid.name, name)
    return name


def check_datum(crs: CRS | None, wanted: CRS, name: str) -> None:
    """
    Refuse to move a layer between an old national datum and another: nobody can without asking.

    Parameters
    ----------
    crs
        CRS of the layer.
    wanted
        CRS it should go to.
    name
        The layer's name in the project file.

    Raises
    ------
    CrsError
        When one of them is on an old datum and the other is not on the same.
    """
    own, other = _datum(crs), _datum(wanted)
    old = OLD_DATUMS.get(own) or OLD_DATUMS.get(other)
    if crs is None or old is None or own == other:
        return
    raise CrsError(
        f"[{name}] 的坐标系是 {crs_words(crs).zh}，项目是 {crs_words(wanted).zh}。{old.zh}与其他"
        "基准之间没有公开的转换参数，相差可达百米，程序不作转换。请向测绘部门要参数，先在 GIS 中"
        "把所有图层转换到 CGCS2000。",
        f"[{name}] is in {crs_words(crs).en}, the project in {crs_words(wanted).en}. Between"
        f" {old.en} and other datums there are no public parameters, they differ by a hundred"
        " metres and more, and nothing is converted. Ask the survey office for them and bring all"
        " layers to CGCS2000 in the GIS first.",
    )


def crs_note(crs: CRS | None, name: str) -> Text | None:
    """
    Remark on a CRS that a reader should know about: an old datum, a projection of one city's own.

    Parameters
    ----------
    crs
        CRS of the layer.
    name
        The layer's name in the project file.

    Returns
    -------
    Text or None
        A sentence; None where there is nothing to remark.
    """
    if crs is None:
        return None
    if (old := OLD_DATUMS.get(_datum(crs))) is not None:
        return Text(
            f"[{name}] 使用{old.zh}（{crs.name}）。程序不作基准转换：成果仍在该坐标系，"
            "不能直接与 CGCS2000 的图层叠加。",
            f"[{name}] is in {old.en} ({crs.name}). No datum is shifted: the results stay in it and"
            " do not lie exactly on layers in CGCS2000.",
        )
    if not _is_own_projection(crs):
        return None
    return Text(
        f"[{name}] 的投影“{crs.name}”不是国家标准分带，可能是地方独立坐标系；程序按文件写明的参数"
        "使用。请核对参数。",
        f"[{name}]: projection {crs.name!r} is no strip of the national surveys and may be a local"
        " one; it is used with the parameters that the file states. Check them.",
    )


def _is_own_projection(crs: CRS) -> bool:
    """Tell whether a transverse Mercator stands on a meridian or false easting of its own."""
    operation = crs.coordinate_operation
    if crs.to_epsg() is not None or operation is None:
        return False
    if operation.method_name != "Transverse Mercator":
        return False
    given = {one.name: one.value for one in operation.params}
    meridian = given.get("Longitude of natural origin", 0.0)
    easting = given.get("False easting", FALSE_EASTING)
    return meridian % STRIP_DEGREES != 0 or easting % MILLION != FALSE_EASTING


def refuse_elsewhere(
    parcels: GeoDataFrame,
    shapes: Mapping[str, GeoDataFrame | None],
    extents: Mapping[str, Extent],
    paths: Mapping[str, str],
) -> tuple[Text, ...]:
    """
    Refuse a layer that does not lie where the parcels lie, naming the CRS that would lay it there.

    Parameters
    ----------
    parcels
        The parcel table (projected, metres).
    shapes
        The checked layers, in the same CRS.
    extents
        Where each layer and the parcels lie in the numbers of their files.
    paths
        File of each layer, for the message.

    Returns
    -------
    tuple of Text
        A remark for each layer that meets only a small part of the parcels.

    Raises
    ------
    CrsError
        When a layer that says nothing elsewhere shares no ground with the parcels' box.
    """
    notes = []
    ground = shapely.box(*parcels.total_bounds)
    for name in MUST_MEET:
        layer = shapes.get(name)
        if layer is None:
            continue
        if not layer.geometry.intersects(ground).any():
            guess = _guess(extents.get("parcels"), extents.get(name), name)
            raise CrsError(
                f"[{name}] 的文件 {paths[name]} 与宗地毫不重叠：宗地范围 {_span(parcels)}，"
                f"该图层范围 {_span(layer)}。{guess.zh}请核对坐标系。",
                f"[{name}]: file {paths[name]} does not overlap the parcels: parcels lie in"
                f" {_span(parcels)}, the layer in {_span(layer)}. {guess.en}Check the CRS.",
            )
        share = _share_within(parcels, layer)
        if share < LITTLE:
            notes.append(
                Text(
                    f"[{name}] 的范围只含 {share:.1%} 的宗地。请核对它是否是本市的图层、坐标系是否"
                    "正确。",
                    f"The extent of [{name}] holds only {share:.1%} of the parcels. Check that it"
                    " is a layer of this city and its CRS is right.",
                )
            )
    return tuple(notes)


def _share_within(parcels: GeoDataFrame, layer: GeoDataFrame) -> float:
    """Give the share of parcels that meet the box of a layer."""
    west, south, east, north = layer.total_bounds
    left, bottom, right, top = shapely.bounds(parcels.geometry.to_numpy()).T
    meets = (left <= east) & (right >= west) & (bottom <= north) & (top >= south)
    return float(meets.mean())


def _guess(parcels: Extent | None, layer: Extent | None, name: str) -> Text:
    """Name the CRS that would bring two together; what shows its own CRS is not doubted."""
    if parcels is None or layer is None:
        return Text("", "")
    doubted = [
        (who, one, other)
        for who, one, other in ((name, layer, parcels), ("parcels", parcels, layer))
        if not names_itself(one.crs)
    ]
    zh, en = [], []
    for who, one, other in doubted or [(name, layer, parcels)]:
        if found := readings_at(one.bounds, other.lonlat):
            said = [reading.words for reading in found]
            zh.append(f" [{who}] 是 {'，或 '.join(one.zh for one in said)}")
            en.append(f"[{who}] were {', or '.join(one.en for one in said)}")
    if not zh:
        return Text("", "")
    return Text(
        f"若{'，或'.join(zh)}，两者就在一处。", f"They would meet if {', or if '.join(en)}. "
    )


def _span(layer: GeoDataFrame) -> str:
    return "(" + ", ".join(f"{value:.0f}" for value in layer.total_bounds) + ")"

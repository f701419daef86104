"""Layers shifted by GCJ-02 or BD-09: recognised where the offset shows it, brought back on request.

A layer out of Gaode or Baidu lies half a kilometre and more beside the parcels. It is recognised
only where bringing it back makes it fit the parcels far better than leaving it, and far better than
moving it as far in other directions; otherwise nothing is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer

from landrenew.base.crs import lonlat_bounds
from landrenew.base.errors import CrsError
from landrenew.base.shifted import SYSTEMS, System, unshifted
from landrenew.base.strips import CGCS2000
from landrenew.base.words import Text
from landrenew.intake.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from landrenew.intake.parcels import Parcels

    Shapes = NDArray[np.object_]
    Move = Callable[[NDArray[np.float64]], NDArray[np.float64]]
    Misfit = Callable[[Shapes], float]

ENOUGH_PAIRS, ENOUGH_SHAPES, MOST_SHAPES = 5, 30, 2_000
"""Fewer prove nothing; more are not looked at."""

FAR_M = 100.0
"""Points nearer to their stated parcels, in the median, are not shifted [m]."""

MUCH_BETTER = 0.25
"""The misfit after the way back must be this part of the misfit of staying, or less."""

SCATTERED = 0.2
"""A misfit below this share needs no explanation."""

FEW_CORNERS = 10
"""What chance may lay on edges: a few corners more or less prove nothing."""

ON_EDGE_M = 3.0
"""How exactly the formulas bring edges back to edges [m]."""

TURNS = np.array([[[0, -1], [1, 0]], [[-1, 0], [0, -1]], [[0, 1], [-1, 0]]])
"""Quarter turns: a fit that is as good in another direction proves nothing."""


def brought_back(layer: GeoDataFrame, system: System, name: str) -> tuple[GeoDataFrame, Text]:
    """
    Convert a layer that is said to be shifted to where things are.

    Parameters
    ----------
    layer
        A layer with the CRS its file states; the numbers are in the shifted system.
    system
        ``shift`` of the project file.
    name
        The layer's name in the project file.

    Returns
    -------
    GeoDataFrame
        The same rows in CGCS2000 degrees.
    Text
        What was done.
    """
    degrees = layer.to_crs(CGCS2000)
    shapes = shapely.transform(
        degrees.geometry.to_numpy(), lambda lonlat: unshifted(lonlat, system)
    )
    said = SYSTEMS[system]
    return degrees.set_geometry(gpd.GeoSeries(shapes, layer.index, crs=CGCS2000)), Text(
        f"[{name}] 按项目文件的 shift 由 {said.zh} 换算为 CGCS2000；公开公式为近似，误差可达数米。",
        f"[{name}] was brought from {said.en} to CGCS2000 as shift in the project file asks; the"
        " public formula is approximate, to a few metres.",
    )


def matched_shift(points: Shapes, parcels: Shapes, crs: CRS) -> System | None:
    """
    Recognise the shift of points whose parcels are stated.

    Parameters
    ----------
    points
        Shape (n,): points or any shapes, of which the middle counts, in ``crs``.
    parcels
        Shape (n,): the parcel each of them is stated to stand on.
    crs
        The project CRS [m].

    Returns
    -------
    str or None
        The system; None where the offset shows none.
    """
    is_there = ~(shapely.is_missing(points) | shapely.is_missing(parcels))
    points, parcels = points[is_there], parcels[is_there]

    def misfit(moved: Shapes) -> float:
        return float(np.median(shapely.distance(moved, parcels)))

    if len(points) < ENOUGH_PAIRS or misfit(points) < FAR_M:
        return None
    return _explained(shapely.centroid(points), crs, misfit)


def point_shift(points: Shapes, parcels: Shapes, crs: CRS) -> System | None:
    """
    Recognise the shift of points of which most should stand on some parcel.

    Parameters
    ----------
    points
        Shape (n,): points, in ``crs``.
    parcels
        Shape (m,): all parcels.
    crs
        The project CRS [m].

    Returns
    -------
    str or None
        The system; None where the offset shows none.
    """
    points = _sample(points)
    tree = shapely.STRtree(parcels)

    def misfit(moved: Shapes) -> float:
        met = tree.query(moved, predicate="intersects")[0]
        return 1 - len(np.unique(met)) / len(moved)

    if len(points) < ENOUGH_SHAPES or misfit(points) < SCATTERED:
        return None
    return _explained(points, crs, misfit)


def building_shift(buildings: Shapes, parcels: Shapes, crs: CRS) -> System | None:
    """
    Recognise the shift of buildings, which cross parcel edges only when shifted.

    Parameters
    ----------
    buildings
        Shape (n,): polygons, in ``crs``.
    parcels
        Shape (m,): all parcels.
    crs
        The project CRS [m].

    Returns
    -------
    str or None
        The system; None where the offset shows none.
    """
    tree = shapely.STRtree(parcels)
    around = shapely.box(*shapely.total_bounds(parcels))
    shapely.prepare(around)
    buildings = _sample(buildings[shapely.intersects(around, buildings)])

    def misfit(moved: Shapes) -> float:
        met = np.unique(tree.query(moved, predicate="intersects")[0])
        whole = np.unique(tree.query(moved, predicate="within")[0])
        return 1 - len(whole) / len(met) if len(met) >= ENOUGH_SHAPES else 1.0

    if len(buildings) < ENOUGH_SHAPES or misfit(buildings) < SCATTERED:
        return None
    return _explained(buildings, crs, misfit)


def edge_shift(zones: Shapes, parcels: Shapes, crs: CRS) -> System | None:
    """
    Recognise the shift of zones whose edges were drawn along parcel edges.

    Parameters
    ----------
    zones
        Shape (n,): polygons, in ``crs``.
    parcels
        Shape (m,): all parcels.
    crs
        The project CRS [m].

    Returns
    -------
    str or None
        The system; None where the offset shows none.
    """
    xy = shapely.get_coordinates(zones)
    corners = np.array(shapely.points(xy[:: _step(len(xy))]), dtype=object)
    tree = shapely.STRtree(shapely.boundary(parcels))

    def misfit(moved: Shapes) -> float:
        on_edge = tree.query(moved, predicate="dwithin", distance=ON_EDGE_M)[0]
        return 1 / (len(np.unique(on_edge)) + FEW_CORNERS)

    return _explained(corners, crs, misfit) if len(corners) >= ENOUGH_SHAPES else None


def _sample(shapes: Shapes) -> Shapes:
    """Take at most so many shapes, evenly spread over the file."""
    shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    return shapes[:: _step(len(shapes))]


def _step(count: int) -> int:
    return max(1, -(-count // MOST_SHAPES))


def _explained(shapes: Shapes, crs: CRS, misfit: Misfit) -> System | None:
    """Give the system whose way back explains the misfit, where no other move does as well."""
    ways = {system: _way_back(shapes, crs, system) for system in SYSTEMS}
    found = {system: misfit(_moved(shapes, way)) for system, way in ways.items()}
    best = min(found, key=found.__getitem__)
    turned = [misfit(_moved(shapes, way @ turn)) for way in ways.values() for turn in TURNS]
    is_proof = found[best] <= MUCH_BETTER * min(misfit(shapes), *turned)
    return best if is_proof else None


def _way_back(shapes: Shapes, crs: CRS, system: System) -> NDArray[np.float64]:
    """Give the vector from each shape to where it would be without the shift [m]."""
    middle = shapely.get_coordinates(shapely.centroid(shapes))
    there = Transformer.from_crs(crs, CRS.from_epsg(CGCS2000), always_xy=True)
    lonlat = unshifted(np.column_stack(there.transform(middle[:, 0], middle[:, 1])), system)
    back = np.column_stack(there.transform(lonlat[:, 0], lonlat[:, 1], direction="INVERSE"))
    offset: NDArray[np.float64] = back - middle
    return offset


def _moved(shapes: Shapes, offset: NDArray[np.float64]) -> Shapes:
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    return shapely.set_coordinates(shapes.copy(), xy + offset[owner])


def refuse_shifted(
    shapes: Shapes, parcels: Parcels, name: str, recognise: Callable[..., System | None]
) -> None:
    """
    Refuse a layer whose offset shows that it is shifted.

    Parameters
    ----------
    shapes
        Shape (n,): the layer in the project CRS.
    parcels
        The parcel table.
    name
        The layer's name in the project file.
    recognise
        How such a layer shows it, one of the functions of this module.

    Raises
    ------
    CrsError
        When it is recognised, with the key that would convert it.
    """
    crs = parcels.crs
    if crs is None or not len(shapes) or not _is_in_china(parcels):
        return
    system = recognise(shapes, parcels.geometry.to_numpy(), crs)
    if system is not None:
        said = _words(system)
        raise CrsError(
            f"[{name}] {said.zh}，不能与宗地叠加。请向提供方要未偏移的数据，或在 [{name}] 下写"
            f' shift = "{system}" 由程序近似换算。',
            f"[{name}] {said.en} and cannot be laid on the parcels. Ask for data that are not"
            f' shifted, or write under [{name}] shift = "{system}" to have them converted roughly.',
        )


def _words(system: System) -> Text:
    said = SYSTEMS[system]
    return Text(
        f"的位置整体偏移，与 {said.zh} 的偏移相符",
        f"lies off as {said.en} does",
    )


def firm_faults(firms: pd.DataFrame, links: pd.DataFrame, parcels: Parcels) -> list[Fault]:
    """
    Doubt the points of firms that lie off their stated parcels as a map service shifts them.

    Parameters
    ----------
    firms
        Index ``firm_id``; with shapes in the project CRS where it has any.
    links
        ``firm_id`` and ``parcel_id``, both known.
    parcels
        The parcel table.

    Returns
    -------
    list of Fault
        ``shifted``, once for the layer; the links do not rest on the points.
    """
    if not isinstance(firms, gpd.GeoDataFrame) or links.empty or parcels.crs is None:
        return []
    if not _is_in_china(parcels):
        return []
    first = links.drop_duplicates("firm_id")
    points = np.array(firms.geometry.reindex(first["firm_id"]), dtype=object)
    grounds = np.array(parcels.geometry.reindex(first["parcel_id"]), dtype=object)
    system = matched_shift(points, grounds, parcels.crs)
    return [] if system is None else [Fault("firms", None, "", "shifted", _words(system))]


def _is_in_china(parcels: Parcels) -> bool:
    """Only there do the services shift."""
    if parcels.empty or parcels.crs is None:
        return False
    left, bottom, right, top = parcels.total_bounds.tolist()
    west, south, east, north = lonlat_bounds((left, bottom, right, top), parcels.crs)
    middle = [[(west + east) / 2, (south + north) / 2]]
    return bool(np.any(unshifted(middle, "gcj02") != np.array(middle)))

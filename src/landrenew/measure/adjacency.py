"""Which parcels are neighbours: within a gap, and not across a river, railway or expressway."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from landrenew.intake.parcels import require

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from landrenew.intake.parcels import Parcels

    Shapes = NDArray[np.object_]

TOUCH_M = 0.01
"""A barrier this close to a link lies on it [m]; coordinates are no finer."""

BANK_M = 2 * TOUCH_M
"""Strip along a barrier in which no link is looked for [m]: neighbours on one bank touch it."""


def contacts(
    parcels: Parcels, *, max_gap_m: float, barriers: GeoDataFrame | None = None
) -> pd.DataFrame:
    """
    Find the pairs of parcels that are neighbours.

    Parameters
    ----------
    parcels
        Parcel table (projected, metres).
    max_gap_m
        Largest distance between two parcels that still counts [m].
    barriers
        Lines or polygons that contiguity never crosses, in the same CRS.

    Returns
    -------
    DataFrame
        ``first`` and ``second`` positions, the smaller first; ``gap_m`` distance [m]; one row a
        pair, sorted.

    Raises
    ------
    CrsError
        When the table is not in a projected CRS in metres.

    Notes
    -----
    Two parcels are neighbours when a straight link of at most the gap joins them and meets no
    barrier. The shortest link is tried first; where it meets a barrier, as it does between two
    parcels that share an edge down to a river, the shortest link off the banks is.
    Source: project choice; no document says how far apart is still contiguous, so the gap comes
    from the rulebook.
    """
    require(parcels)
    shapes = parcels.geometry.to_numpy()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=max_gap_m)
    once = first < second
    first, second = first[once], second[once]
    if barriers is not None:
        lines = barriers.geometry.to_numpy()
        tree = shapely.STRtree(lines)
        links = shapely.shortest_line(shapes[first], shapes[second])
        touch = shapely.length(links) == 0
        links[touch] = shapely.get_point(links[touch], 0)  # GEOS: near a line of no length is none
        free = np.ones(len(first), dtype=bool)
        for i in np.unique(tree.query(links, predicate="dwithin", distance=TOUCH_M)[0]):
            pair = shapes[[first[i], second[i]]]
            between = _between(pair, max_gap_m)
            free[i] = _is_free(pair, lines[tree.query(between)], between, max_gap_m)
        first, second = first[free], second[free]
    order = np.lexsort((second, first))
    first, second = first[order], second[order]
    gap = shapely.distance(shapes[first], shapes[second])
    return pd.DataFrame({"first": first, "second": second, "gap_m": gap})


def _between(pair: Shapes, max_gap_m: float) -> BaseGeometry:
    """Draw the box that holds every link of at most the gap between two shapes."""
    near = shapely.bounds(pair) + max_gap_m * np.array([-1, -1, 1, 1])
    left, bottom = near[:, :2].max(axis=0).tolist()
    right, top = near[:, 2:].min(axis=0).tolist()
    box: BaseGeometry = shapely.box(left, bottom, right, top)
    return box


def _is_free(pair: Shapes, barriers: Shapes, between: BaseGeometry, max_gap_m: float) -> np.bool_:
    """Tell whether a link off the banks joins two shapes without meeting a barrier."""
    barrier = shapely.union_all(shapely.intersection(barriers, between))
    off_banks = shapely.difference(
        shapely.intersection(pair, between), shapely.buffer(barrier, BANK_M)
    )
    ones, others = (shapely.get_parts(shape) for shape in off_banks)
    links = shapely.shortest_line(ones[:, None], others[None])
    is_short = shapely.length(links) <= max_gap_m + 2 * BANK_M
    return np.any(is_short & ~shapely.dwithin(links, barrier, TOUCH_M))


def contact_groups(parcels: Parcels, pairs: pd.DataFrame) -> pd.Series[int]:
    """
    Find the groups of parcels that hang together.

    Parameters
    ----------
    parcels
        Parcel table.
    pairs
        The result of :func:`contacts`.

    Returns
    -------
    Series
        ``group``, int, same index, from 0 in the order of each group's first parcel.
    """
    size = len(parcels)
    links = (np.ones(len(pairs)), (pairs["first"], pairs["second"]))
    _, label = connected_components(coo_array(links, shape=(size, size)), directed=False)
    codes, _ = pd.factorize(label)  # numbered as they appear, whatever the library's order
    return pd.Series(codes, parcels.index, name="group")

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

    from landrenew.intake.parcels import Parcels

TOUCH_M = 0.01
"""A barrier this close to a link lies on it [m]; coordinates are no finer."""


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
    Two parcels are neighbours when their shortest link is at most the gap and meets no barrier.
    Source: project choice; no document says how far apart is still contiguous, so the gap comes
    from the rulebook.
    """
    require(parcels)
    shapes = parcels.geometry.to_numpy()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=max_gap_m)
    once = first < second
    first, second = first[once], second[once]
    if barriers is not None:
        links = shapely.shortest_line(shapes[first], shapes[second])
        tree = shapely.STRtree(barriers.geometry.to_numpy())
        barred = np.unique(tree.query(links, predicate="dwithin", distance=TOUCH_M)[0])
        free = np.ones(len(first), dtype=bool)
        free[barred] = False
        first, second = first[free], second[free]
    order = np.lexsort((second, first))
    first, second = first[order], second[order]
    gap = shapely.distance(shapes[first], shapes[second])
    return pd.DataFrame({"first": first, "second": second, "gap_m": gap})


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

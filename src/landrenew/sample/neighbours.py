"""Neighbours whose contiguity is known: over a lane yes, over a canal never."""

# ruff: noqa: PLR2004 - the bare numbers here are the drawing itself, not rules
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

MAX_GAP_M = 12.0
"""Largest gap within a block, as in the demo rulebook [m]."""

SHOWN = 12
"""How many pairs of each kind are named."""


@dataclass(frozen=True)
class Pairs:
    """
    Pairs of parcels on either side of something.

    Parameters
    ----------
    over_lane
        Gap of 4 m to 10 m with no barrier between: one block.
    over_canal
        Gap under 12 m over a canal, in different blocks whichever way one goes around.
    blocks
        Number of blocks of all industrial parcels.
    """

    over_lane: list[tuple[str, str]]
    over_canal: list[tuple[str, str]]
    blocks: int


def _roots(count: int, joined: list[tuple[int, int]]) -> list[int]:
    parent = list(range(count))

    def root(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for a, b in joined:
        parent[max(root(a), root(b))] = min(root(a), root(b))
    return [root(one) for one in range(count)]


def pairs(parcels: pd.DataFrame, barriers: gpd.GeoDataFrame) -> Pairs:
    """
    Find neighbours over lanes and over canals.

    Parameters
    ----------
    parcels
        The register, as meant.
    barriers
        Rivers, canals, railway and expressway.

    Returns
    -------
    Pairs
        The pairs, and how many blocks there are.
    """
    rows = parcels[parcels["land_code"] == "0601"]
    ids, shapes = rows["parcel_id"].tolist(), np.asarray(rows["shape"], dtype=object)
    left, right = shapely.STRtree(shapes).query(shapes, "dwithin", distance=MAX_GAP_M)
    a, b = left[left < right], right[left < right]
    links = shapely.shortest_line(shapes[a], shapes[b])
    wall = shapely.union_all(barriers.geometry.tolist())
    shapely.prepare(wall)
    blocked = shapely.intersects(wall, links)
    near = list(zip(a.tolist(), b.tolist(), strict=True))
    root = _roots(len(ids), [pair for pair, no in zip(near, blocked, strict=True) if not no])
    gap = shapely.length(links)
    lane = [
        (ids[i], ids[j])
        for (i, j), no, g in zip(near, blocked, gap, strict=True)
        if not no and g > 4
    ]
    canal = [
        (ids[i], ids[j])
        for (i, j), no in zip(near, blocked, strict=True)
        if no and root[i] != root[j]
    ]
    return Pairs(
        lane[:: max(1, len(lane) // SHOWN)][:SHOWN],
        canal[:: max(1, len(canal) // SHOWN)][:SHOWN],
        len(set(root)),
    )

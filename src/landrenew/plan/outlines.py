"""The outline of a block: its parcels, with the lanes and ditches between them closed."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landrenew.base.parts import parts_of
from landrenew.base.threads import each_on_threads, on_threads
from landrenew.intake.parcels import require
from landrenew.measure.pieces import own

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from landrenew.intake.parcels import Parcels

    Numbers = NDArray[np.float64]
    Shapes = NDArray[np.object_]

CLOSING_M = 0.01
"""A little more than half the gap, so that a gap of exactly the rule's width closes [m]."""

MITRE_LIMIT = 5.0
"""A sharp corner reaches out by no more than so many times the reach."""

ARC = 6
"""Edges that round a re-entrant corner by a quarter turn, true to a hundredth of the reach."""

FAR = MITRE_LIMIT + 1
"""What lies further away than so many times the reach has no part in a step out or in."""

RIM = 0.25
"""Width of the rim along which tiles are joined, in reaches."""

TILE_VERTICES = 5_000
"""A block of more vertices is drawn tile by tile, which costs each vertex the same."""

SAMPLE = 8
"""Every eighth vertex tells where the tiles are to be."""

TILES_AT_A_TIME = 4
"""Tiles that a thread takes at a time."""

HAIR_M = 0.0123457
"""A cut runs so far beside a vertex, on no grid that coordinates are written on [m]."""

OUTWARD = np.array([-1.0, -1.0, 1.0, 1.0])
"""Where left, bottom, right and top go when a box grows."""


class Tile(NamedTuple):
    """
    A part of a block's ground, and what its outline there hangs on.

    Parameters
    ----------
    block
        Number of the block.
    shapes
        Shape (n,): the polygons in and around the tile.
    bounds
        Shape (4,): left, bottom, right, top [m]; NaN where the tile is the whole block.
    """

    block: int
    shapes: Shapes
    bounds: Numbers


def block_outline(
    parcels: Parcels, max_gap_m: float, *, threads: int | None = None
) -> gpd.GeoSeries:
    """
    Draw one outline a block, in which gaps up to the rule's width are closed.

    Parameters
    ----------
    parcels
        Parcel table with ``block_id``, none missing (projected, metres).
    max_gap_m
        Largest gap that still counts as contiguous [m].
    threads
        Tiles drawn at a time; None takes one a core.

    Returns
    -------
    GeoSeries
        Index ``block_id``, sorted.

    Raises
    ------
    ColumnError
        When ``block_id`` is missing.

    Notes
    -----
    Wider by half the gap with sharp corners, so that crossings of lanes close, then narrower by as
    much with round ones: sharp corners would cut notches into parcels on the way back. A large
    block is drawn tile by tile; tiles and one go differ by less than a millionth of the area.
    Source: project choice.
    """
    require(parcels, "block_id")
    reach = max_gap_m / 2 + CLOSING_M
    shapes = own(parcels.geometry)
    number, names = pd.factorize(parcels["block_id"], sort=True)
    order = np.lexsort((*shapely.bounds(shapes).T, number))  # by place, whatever the rows' order
    every = np.split(shapes[order], np.searchsorted(number[order], range(1, len(names))))
    tiles = [tile for i in range(len(names)) for tile in _tiles(i, every[i], reach)]
    drawn = on_threads(
        lambda some: _drawn([tiles[i] for i in some], reach),
        np.arange(len(tiles)),
        threads=threads,
        at_a_time=max(TILES_AT_A_TIME, len(tiles) // 256),
    )
    block = np.array([tile.block for tile in tiles], dtype=int)
    each = np.split(drawn, np.flatnonzero(np.diff(block)) + 1)
    outlines = own(each_on_threads(_joined, [one for one in each if len(one)], threads))
    return gpd.GeoSeries(outlines, pd.Index(names, name="block_id"), crs=parcels.crs)


def _tiles(block: int, shapes: Shapes, reach: float) -> list[Tile]:
    """Part a block into tiles of about as many vertices; most blocks are one."""
    if shapely.get_num_coordinates(shapes).sum() <= TILE_VERTICES:
        return [Tile(block, shapes, np.full(4, np.nan))]
    shapes, _ = parts_of(shapes)
    around = 2 * FAR * reach
    whole = shapely.total_bounds(shapes) + around * OUTWARD
    bounds = np.array(_halved(shapely.get_coordinates(shapes)[::SAMPLE], whole, around))
    windows = shapely.box(*(bounds + around * OUTWARD).T)
    tile, near = shapely.STRtree(shapes).query(windows)
    order = np.lexsort((near, tile))
    every = np.split(near[order], np.searchsorted(tile[order], range(1, len(bounds))))
    return [Tile(block, shapes[rows], box) for rows, box in zip(every, bounds, strict=True)]


def _halved(xy: Numbers, bounds: Numbers, narrowest: float) -> list[Numbers]:
    """Halve a box between its vertices until few are in each, or halves would be too narrow."""
    sides = np.ptp(xy, axis=0)
    axis = int(sides[1] > sides[0])
    if len(xy) * SAMPLE <= TILE_VERTICES or sides[axis] <= 4 * narrowest:
        return [bounds]
    along = xy[:, axis]
    cut = np.clip(np.median(along), along.min() + narrowest, along.max() - narrowest) + HAIR_M
    low, high = bounds.copy(), bounds.copy()
    low[2 + axis] = high[axis] = cut
    halves = ((xy[along < cut], low), (xy[along >= cut], high))
    return [box for half in halves for box in _halved(*half, narrowest)]


def _drawn(tiles: list[Tile], reach: float) -> Shapes:
    """Close the gaps of each tile; give its core, and the rim along which it is to be joined."""
    bounds = np.array([tile.bounds for tile in tiles]).reshape(-1, 4)
    united = own([_united(tile, 2 * FAR * reach) for tile in tiles])
    wide = shapely.buffer(united, reach, join_style="mitre", mitre_limit=MITRE_LIMIT)
    wide = _cut(wide, bounds + FAR * reach * OUTWARD)
    # not with sharp corners again: these cut notches into parcels, and the engine loses whole ones
    drawn = _cut(shapely.buffer(wide, -reach, quad_segs=ARC), bounds)
    core = bounds - RIM * reach * OUTWARD
    return np.stack([_cut(drawn, core), _cut(drawn, core, shapely.difference)], axis=1)


def _united(tile: Tile, around: float) -> BaseGeometry:
    """Unite what lies in a tile and around it; what sticks out further is cut off."""
    shapes, window = tile.shapes, tile.bounds + around * OUTWARD
    if not np.isnan(window).any():
        beyond = (shapely.bounds(shapes) - window) * OUTWARD
        far = (beyond > 0).any(axis=1)
        cut = shapely.intersection(shapes[far], shapely.box(*window))
        shapes = np.concatenate([shapes[~far], parts_of(cut)[0]])
    return shapely.disjoint_subset_union_all(shapes)


def _cut(
    shapes: Shapes, bounds: Numbers, keep: Callable[..., Shapes] = shapely.intersection
) -> Shapes:
    """Cut shapes along the bounds of their tiles, where these are not the whole block."""
    shapes, is_part = shapes.copy(), ~np.isnan(bounds[:, 0])
    shapes[is_part] = keep(shapes[is_part], shapely.box(*bounds[is_part].T))
    return shapes


def _joined(drawn: Shapes) -> BaseGeometry:
    """Join the tiles of a block: rims with each other, then all along edges that are the same."""
    if len(drawn) == 1:
        only: BaseGeometry = drawn[0, 0]
        return only
    (cores, _), (rims, _) = parts_of(drawn[:, 0]), parts_of(drawn[:, 1])
    with suppress(shapely.GEOSException):  # where rounding left the edges different
        frame, _ = parts_of(own([shapely.union_all(rims)]))
        joined = shapely.coverage_union_all([*cores, *frame])
        if joined.is_valid:
            return joined
    return shapely.union_all([*cores, *rims])

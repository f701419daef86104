"""Geometry as the page reads it: whole millionths of a degree, each vertex told from the last.

For display only: no figure is ever computed from these shapes. A feature is a list of rings drawn
by the even-odd rule, so holes and parts need no word of their own; a line is a ring left open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import Transformer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geopandas import GeoDataFrame, GeoSeries
    from numpy.typing import NDArray

DEGREE = 1_000_000
"""Steps per degree: 6 decimals, 0.11 m."""

AT_A_TIME = 65_536
"""Features whose boxes are placed on the globe at a time."""


def _rings(shapes: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Take every polygon ring and every line, with the number of its feature."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    is_area = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    is_line = shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING
    rings, of_part = shapely.get_rings(parts[is_area], return_index=True)
    owners = np.concatenate([owner[is_area][of_part], owner[is_line]])
    order = np.argsort(owners, kind="stable")
    return np.concatenate([rings, parts[is_line]])[order], owners[order]


def _steps(rings: NDArray[Any]) -> tuple[list[int], list[int]]:
    """Give the vertex count of each ring and the steps x, y, x, y … from vertex to vertex."""
    if not len(rings):
        return [], []
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    grid = np.rint(xy * DEGREE).astype(np.int64)
    first = np.r_[True, ring[1:] != ring[:-1]]
    moved = np.r_[True, (grid[1:] != grid[:-1]).any(axis=1)]
    grid, ring = grid[first | moved], ring[first | moved]
    sizes = np.bincount(ring, minlength=len(rings))
    steps = np.diff(grid, axis=0, prepend=np.zeros((1, 2), np.int64))
    return sizes.tolist(), steps.ravel().tolist()


def encode(shapes: GeoSeries) -> dict[str, Any]:
    """
    Write shapes as the page reads them.

    Parameters
    ----------
    shapes
        Polygons and lines in a known CRS; empty ones keep their place with no ring.

    Returns
    -------
    dict
        ``rings``: rings of each feature; ``sizes``: vertices of each ring; ``steps``: whole
        millionths of a degree from vertex to vertex, longitude before latitude.
    """
    placed = np.asarray(shapes.to_crs("EPSG:4326").array, dtype=object)
    rings, owners = _rings(placed)
    sizes, steps = _steps(rings)
    return {
        "rings": np.bincount(owners, minlength=len(placed)).tolist(),
        "sizes": sizes,
        "steps": steps,
    }


def decode(written: dict[str, Any]) -> list[list[list[tuple[float, float]]]]:
    """
    Read shapes back, as the page does.

    Parameters
    ----------
    written
        What :func:`encode` gave.

    Returns
    -------
    list
        Rings of each feature, each a list of (longitude, latitude) [degree].
    """
    grid = np.cumsum(np.asarray(written["steps"], np.int64).reshape(-1, 2), axis=0) / DEGREE
    ends = np.cumsum(written["sizes"]).tolist()
    starts = [0, *ends[:-1]]
    rings = [list(map(tuple, grid[a:b].tolist())) for a, b in zip(starts, ends, strict=False)]
    taken = iter(rings)
    return [[next(taken) for _ in range(count)] for count in written["rings"]]


def bounds(frames: Sequence[GeoDataFrame]) -> list[float]:
    """
    Find the frame that holds every feature of some layers.

    Parameters
    ----------
    frames
        Layers in known CRSs, at least one not empty.

    Returns
    -------
    list of float
        Left, bottom, right, top [degree].

    Notes
    -----
    Of each feature the corners of its own box are placed: for a map's opening view that is as good
    as all its corners, and does not take the memory of a second table.
    """
    placed = [one for frame in frames for one in _corners(frame)]
    low, high = np.min(placed, axis=0)[0], np.max(placed, axis=0)[1]
    return [*low.tolist(), *high.tolist()]


def _corners(frame: GeoDataFrame) -> Iterator[NDArray[np.float64]]:
    """Place the corners of boxes on the globe, some features at a time: their least and most."""
    to_globe = Transformer.from_crs(frame.crs, "EPSG:4326", always_xy=True)
    for first in range(0, len(frame), AT_A_TIME):
        some = frame.iloc[first : first + AT_A_TIME]
        boxes = some.geometry.bounds.dropna().to_numpy()
        if len(boxes):
            x, y = boxes[:, [0, 2, 0, 2]].ravel(), boxes[:, [1, 1, 3, 3]].ravel()
            corners = np.column_stack(to_globe.transform(x, y))
            yield np.array([corners.min(axis=0), corners.max(axis=0)])

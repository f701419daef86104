"""The single polygons that shapes are made of, and the corners of their rings."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Shapes = NDArray[np.object_]


class Rings(NamedTuple):
    """
    The corners of polygons, ring by ring.

    Parameters
    ----------
    xy
        Shape (k, 2): corners; a ring ends where it begins.
    first
        Shape (r,): position of the first corner of each ring.
    owner
        Shape (r,): position of the polygon of each ring, rising; its outer ring comes first.
    """

    xy: Numbers
    first: Rows
    owner: Rows


def parts_of(shapes: Shapes) -> tuple[Shapes, Rows]:
    """
    Give the polygons that shapes are made of.

    Parameters
    ----------
    shapes
        Shape (n,): any shapes; lines, points and what is missing or empty have no part.

    Returns
    -------
    parts : ndarray
        Shape (k,): the polygons; the array that came where each shape is one.
    owner : ndarray
        Shape (k,): position of the shape each belongs to, rising.

    Notes
    -----
    A single polygon, as parcels and buildings mostly are, is its own part and is not copied;
    copying is dearer than most questions asked of a parcel.
    """
    several = shapely.get_type_id(shapes) != shapely.GeometryType.POLYGON
    several |= shapely.is_empty(shapes)
    if not several.any():
        return shapes, np.arange(len(shapes))
    single, at = np.flatnonzero(~several), np.flatnonzero(several)
    parts, whole = shapely.get_parts(shapes[at], return_index=True)
    # twice, for a collection may hold multipolygons
    parts, inner = shapely.get_parts(parts, return_index=True)
    is_ground = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    is_ground &= ~shapely.is_empty(parts)
    owner = np.concatenate([single, at[whole[inner[is_ground]]]])
    order = np.argsort(owner, kind="stable")
    return np.concatenate([shapes[single], parts[is_ground]])[order], owner[order]


def rings_of(polygons: Shapes, *, oriented: bool = False) -> Rings:
    """
    Give the corners of polygons; only those with holes are taken apart into rings.

    Parameters
    ----------
    polygons
        Shape (n,): polygons without parts.
    oriented
        Whether the holes of a polygon shall run the other way than its outer ring.

    Returns
    -------
    Rings
        Every ring.
    """
    has_holes = shapely.get_num_interior_rings(polygons) > 0
    rings, owner = polygons, np.arange(len(polygons))
    if has_holes.any():
        holed = polygons[has_holes]
        taken, at = shapely.get_rings(
            shapely.orient_polygons(holed) if oriented else holed, return_index=True
        )
        owner = np.concatenate([owner[~has_holes], owner[has_holes][at]])
        order = np.argsort(owner, kind="stable")
        rings, owner = np.concatenate([polygons[~has_holes], taken])[order], owner[order]
    corners = shapely.get_num_coordinates(rings)
    return Rings(shapely.get_coordinates(rings), np.cumsum(corners) - corners, owner)


def runs(first: Rows, count: Rows) -> tuple[Rows, Rows]:
    """
    List runs of positions one after the other.

    Parameters
    ----------
    first
        Shape (n,): where each run begins.
    count
        Shape (n,): how long it is.

    Returns
    -------
    run : ndarray
        Shape (k,): the run of each position.
    position
        Shape (k,): the positions.

    Examples
    --------
    >>> run, position = runs(np.array([10, 20]), np.array([2, 1]))
    >>> run.tolist(), position.tolist()
    ([0, 0, 1], [10, 11, 20])
    """
    run = np.repeat(np.arange(len(count)), count)
    return run, np.arange(len(run)) + np.repeat(first - (np.cumsum(count) - count), count)

"""The overlay kernel: how much of each shape lies in each zone.

A shape that one zone covers is settled by the predicate alone, which costs a twentieth of an
intersection; only shapes that truly cross an edge are intersected. Everything is planar, in one
projected CRS; what the areas mean on the ground is for the callers to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from landrenew.intake.geometry.topology import DUST_M2, mean_width

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Shapes = NDArray[np.object_]
    Rows = NDArray[np.intp]


class Pairs(NamedTuple):
    """
    Pairs of shapes and zones that share ground, sorted by shape, then zone.

    Parameters
    ----------
    shape
        Position of the shape.
    zone
        Position of the zone.
    area
        Planar area they share [m2], above
        :data:`landrenew.intake.geometry.topology.DUST_M2`.
    """

    shape: Rows
    zone: Rows
    area: NDArray[np.float64]


class Cover(NamedTuple):
    """
    How shapes lie in the union of all zones.

    Parameters
    ----------
    is_whole
        True where one zone covers the shape.
    inside
        Where several zones or none cover it wholly: the part inside, else None.
    """

    is_whole: NDArray[np.bool_]
    inside: Shapes


def _own(shapes: ArrayLike) -> Shapes:
    """Copy an array: shapely locks one while it works on it, and threads share the zones."""
    return np.array(shapes, dtype=object)


def _meetings(shapes: Shapes, zones: Shapes) -> tuple[Rows, Rows, NDArray[np.bool_]]:
    """Find the pairs that meet, and whether the zone covers the shape."""
    tree = shapely.STRtree(shapes)
    zone, shape = tree.query(zones, predicate="intersects")
    covering = tree.query(zones, predicate="covers")
    size = len(shapes)
    is_whole = np.isin(zone * size + shape, covering[0] * size + covering[1])
    order = np.lexsort((zone, shape))
    return shape[order], zone[order], is_whole[order]


def shared_areas(shapes: ArrayLike, zones: ArrayLike) -> Pairs:
    """
    Measure the ground that each shape shares with each zone [m2].

    Parameters
    ----------
    shapes
        Shape (n,): valid polygons in one projected CRS [m].
    zones
        Shape (m,): valid polygons in the same CRS. They may overlap; each pair stands alone.

    Returns
    -------
    Pairs
        The pairs that share more ground than rounding leaves where shapes touch.

    Examples
    --------
    >>> pairs = shared_areas([shapely.box(0, 0, 2, 1)], [shapely.box(1, 0, 9, 9)])
    >>> pairs.area.tolist()
    [1.0]
    """
    shapes, zones = _own(shapes), _own(zones)
    shape, zone, is_whole = _meetings(shapes, zones)
    area = shapely.area(shapes)[shape]
    cut = ~is_whole
    area[cut] = shapely.area(shapely.intersection(shapes[shape[cut]], zones[zone[cut]]))
    real = area > DUST_M2
    return Pairs(shape[real], zone[real], area[real])


def cover(shapes: ArrayLike, zones: ArrayLike) -> Cover:
    """
    Find the part of each shape inside the union of all zones.

    Parameters
    ----------
    shapes
        Shape (n,): valid polygons in one projected CRS [m].
    zones
        Shape (m,): valid polygons in the same CRS. Ground that several cover counts once.

    Returns
    -------
    Cover
        Arrays of shape (n,).

    Notes
    -----
    The zones are never dissolved: a shape that crosses edges is cut with the original zones it
    meets and only these few pieces are united, which gives the same ground for a fraction of the
    work.
    """
    shapes = _own(shapes)
    parts = shapely.get_parts(_own(zones))
    shape, zone, covers_it = _meetings(shapes, parts)
    is_whole = np.zeros(len(shapes), dtype=bool)
    is_whole[shape[covers_it]] = True
    inside = np.full(len(shapes), None, dtype=object)
    crossing = ~is_whole[shape]
    owner = shape[crossing]
    pieces = shapely.intersection(shapes[owner], parts[zone[crossing]])
    for mine in np.split(np.arange(len(owner)), np.flatnonzero(np.diff(owner)) + 1):
        if len(mine):
            one = len(mine) == 1
            inside[owner[mine[0]]] = pieces[mine[0]] if one else shapely.union_all(pieces[mine])
    return Cover(is_whole, inside)


class Overlaps(NamedTuple):
    """
    Pairs of shapes that lie on each other's ground, sorted.

    Parameters
    ----------
    first
        Position of the one.
    second
        Position of the other, after the first.
    area
        Planar area they share [m2].
    width
        Mean width of the widest part they share [m].
    place
        Shape (n, 2): a point on the ground they share.
    """

    first: Rows
    second: Rows
    area: NDArray[np.float64]
    width: NDArray[np.float64]
    place: NDArray[np.float64]


def overlaps_of(shapes: ArrayLike, width_m: float) -> Overlaps:
    """
    Find the shapes of one layer that lie on each other's ground.

    Parameters
    ----------
    shapes
        Shape (n,): valid polygons in one projected CRS [m].
    width_m
        Overlaps of which no part has this mean width are drawing noise and are left out [m].

    Returns
    -------
    Overlaps
        Each pair once.

    Examples
    --------
    >>> pair = overlaps_of([shapely.box(0, 0, 2, 2), shapely.box(1, 0, 9, 2)], 0.5)
    >>> pair.area.tolist(), pair.place.tolist()
    ([2.0], [[1.5, 1.0]])
    """
    shapes = _own(shapes)
    near = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    first, second = near[:, near[0] < near[1]]
    order = np.lexsort((second, first))
    first, second = first[order], second[order]
    shared = shapely.intersection(shapes[first], shapes[second])
    area = shapely.area(shared)
    parts, pair = shapely.get_parts(shared, return_index=True)
    width = np.zeros(len(first))
    is_ground = shapely.area(parts) > 0
    np.maximum.at(width, pair[is_ground], mean_width(parts[is_ground]))
    real = (width >= width_m) & (area > DUST_M2)
    place = shapely.get_coordinates(shapely.point_on_surface(shared[real]))
    return Overlaps(first[real], second[real], area[real], width[real], place)

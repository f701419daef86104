"""The overlay kernel: how much of each shape lies in each zone.

Zones are cut into pieces once. A shape that meets no edge of a zone lies in it or out of it as a
whole; one that meets an edge may still be covered by a piece, which a predicate tells for a
twentieth of the cost of an intersection; only what truly crosses an edge is intersected, and only
with the pieces it crosses. Everything is planar, in one projected CRS; what the areas mean on the
ground is for the callers to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from landrenew.intake.geometry.topology import DUST_M2, mean_width
from landrenew.measure.pieces import Zones, cut_up, own

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Shapes = NDArray[np.object_]
    Rows = NDArray[np.intp]
    Flags = NDArray[np.bool_]


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
        True where the zones cover the shape and none of their edges comes near it.
    inside
        Where edges cut the shape: the part inside, maybe empty; else None.
    """

    is_whole: Flags
    inside: Shapes


class _Meetings(NamedTuple):
    """The ground that shapes and zones share, in one or several pieces a pair, sorted by shape."""

    shape: Rows
    zone: Rows
    ground: Shapes
    is_whole: Flags


def _numbered(shape: Rows, zone: Rows, size: int) -> Rows:
    """Give each pair one number, so that sets of pairs can be compared."""
    return zone * size + shape


def _meetings(shapes: Shapes, zones: Zones) -> _Meetings:
    """Find what shapes share with zones; only shapes that cross an edge are cut."""
    size = len(shapes)
    ground, edges = zones.near(shapes)
    tree = shapely.STRtree(shapes)
    piece, shape = tree.query(ground.shapes, predicate="intersects")
    edge, cut = tree.query(edges.shapes, predicate="intersects")
    pair = _numbered(shape, ground.owner[piece], size)
    meets_edge = np.isin(pair, _numbered(cut, edges.owner[edge], size))
    clear, first = np.unique(pair[~meets_edge], return_index=True)
    piece, shape = (np.r_[at[~meets_edge][first], at[meets_edge]] for at in (piece, shape))
    order = np.lexsort((piece, shape))  # the same pieces in the same order, whatever lies beside
    is_whole = (np.arange(len(piece)) < len(clear))[order]
    piece, shape = piece[order], shape[order]
    is_whole[~is_whole] = _covered(shapes, ground.shapes, shape[~is_whole], piece[~is_whole])
    shared = shapes[shape]
    cuts = shapely.intersection(shared[~is_whole], ground.shapes[piece[~is_whole]])
    shared[~is_whole] = cuts
    return _Meetings(shape, ground.owner[piece], shared, is_whole)


def _covered(shapes: Shapes, ground: Shapes, shape: Rows, piece: Rows) -> Flags:
    """Tell of pairs whether the piece of ground covers the shape."""
    some, at = np.unique(shape, return_inverse=True)
    pieces, number = np.unique(piece, return_inverse=True)
    by, covered = shapely.STRtree(shapes[some]).query(ground[pieces], predicate="covers")
    found: Flags = np.isin(_numbered(at, number, len(some)), _numbered(covered, by, len(some)))
    return found


def shared_areas(shapes: ArrayLike, zones: Zones | ArrayLike) -> Pairs:
    """
    Measure the ground that each shape shares with each zone [m2].

    Parameters
    ----------
    shapes
        Shape (n,): valid polygons in one projected CRS [m].
    zones
        Shape (m,): valid polygons in the same CRS, or zones made ready. They may overlap; each
        pair stands alone.

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
    ready = zones if isinstance(zones, Zones) else Zones(own(zones))
    parts = cut_up(shapes)
    met = _meetings(parts.shapes, ready)
    count = max(len(ready.shapes), 1)
    pair, row = np.unique(parts.owner[met.shape] * count + met.zone, return_inverse=True)
    area = np.zeros(len(pair))
    np.add.at(area, row, shapely.area(met.ground))
    real = area > DUST_M2
    shape, zone = np.divmod(pair[real], count)
    return Pairs(shape, zone, area[real])


def cover(shapes: ArrayLike, zones: Zones | ArrayLike) -> Cover:
    """
    Find the part of each shape inside the union of all zones.

    Parameters
    ----------
    shapes
        Shape (n,): valid polygons in one projected CRS [m].
    zones
        Shape (m,): valid polygons in the same CRS, of which ground that several cover counts once;
        or the one zone that :meth:`Zones.united` makes of them.

    Returns
    -------
    Cover
        Arrays of shape (n,).
    """
    shapes = own(shapes)
    parts = cut_up(shapes)
    met = _meetings(parts.shapes, zones if isinstance(zones, Zones) else Zones.united(zones))
    owner = parts.owner[met.shape]
    size = len(shapes)
    whole_parts = np.bincount(owner[met.is_whole], minlength=size)
    is_whole = (whole_parts == np.bincount(parts.owner, minlength=size)) & (whole_parts > 0)
    is_ground = ~is_whole[owner] & (shapely.area(met.ground) > 0)
    return Cover(is_whole, _united(met.ground[is_ground], owner[is_ground], size))


def _united(ground: Shapes, owner: Rows, size: int) -> Shapes:
    """Unite the pieces of each owner, which stand together; None for an owner without any."""
    united = np.full(size, None, dtype=object)
    owners, first, pieces = np.unique(owner, return_index=True, return_counts=True)
    united[owners] = ground[first]
    several = pieces > 1
    for one, begin, count in zip(owners[several], first[several], pieces[several], strict=True):
        united[one] = shapely.union_all(ground[begin : begin + count])
    return united


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
    shapes = own(shapes)
    parts = cut_up(shapes)
    one, other = shapely.STRtree(parts.shapes).query(parts.shapes, predicate="intersects")
    once = parts.owner[one] < parts.owner[other]
    one, other = one[once], other[once]
    order = np.lexsort((other, one, parts.owner[other], parts.owner[one]))
    one, other = one[order], other[order]
    ground = shapely.intersection(parts.shapes[one], parts.shapes[other])
    real = shapely.area(ground) > 0
    first, second, ground = parts.owner[one[real]], parts.owner[other[real]], ground[real]
    size = max(len(shapes), 1)
    pair, row = np.unique(first * size + second, return_inverse=True)
    first, second = np.divmod(pair, size)
    shared = _united(ground, row, len(pair))
    area, width = shapely.area(shared), _widest(shared)
    real = (width >= width_m) & (area > DUST_M2)
    place = shapely.get_coordinates(shapely.point_on_surface(shared[real]))
    return Overlaps(first[real], second[real], area[real], width[real], place)


def _widest(shapes: Shapes) -> NDArray[np.float64]:
    """Give the mean width of the widest part of each shape [m]."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    width = np.zeros(len(shapes))
    np.maximum.at(width, owner, mean_width(parts))
    return width

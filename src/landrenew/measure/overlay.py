"""The overlay kernel: how much of each shape lies in each zone.

Zones are cut into pieces once. What a shape shares with the pieces around it is added up from
their edges (:mod:`landrenew.measure.trapezoids`), which tells what lies inside or outside as a
whole; only where the ground itself is asked for, and an edge cuts it, are polygons intersected.
Shapes are measured in portions, on threads; each hangs on itself alone. Everything is planar, in
one projected CRS; what the areas mean on the ground is for the callers to say.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from landrenew.base.threads import each_on_threads, portions
from landrenew.intake.geometry.shapes import DUST_M2
from landrenew.intake.geometry.topology import mean_width
from landrenew.measure.pieces import Zones, cut_up, own, rounding_m2
from landrenew.measure.trapezoids import shared_area

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import ArrayLike, NDArray

    Shapes = NDArray[np.object_]
    Rows = NDArray[np.intp]
    Flags = NDArray[np.bool_]


AT_A_TIME = 12_500
"""Shapes that a thread takes at a time: long enough runs of numbers that threads seldom meet."""

MOST_VERTICES = 256
"""Vertices that a part of a shape may have: more than a piece of a zone, of which many are met."""


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
        :data:`landrenew.intake.geometry.shapes.DUST_M2`.
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
        True where the zones cover the shape, but for what rounding of coordinates moves.
    inside
        Where edges cut the shape: the part inside; else None.
    """

    is_whole: Flags
    inside: Shapes


class _Shares(NamedTuple):
    """The ground that parts of shapes and pieces of zones share, sorted by part, then piece."""

    part: Rows
    piece: Rows
    area: NDArray[np.float64]


def _shares(parts: Shapes, zones: Zones) -> _Shares:
    """Measure what parts and pieces share: the same pairs in the same order, whatever is beside."""
    part, piece = zones.index.query(parts)
    area = shared_area(parts, zones.outlines, part, piece)
    real = np.flatnonzero(area > 0)
    real = real[np.lexsort((piece[real], part[real]))]
    return _Shares(part[real], piece[real], area[real])


def shared_areas(
    shapes: ArrayLike, zones: Zones | ArrayLike, *, threads: int | None = None
) -> Pairs:
    """
    Measure the ground that each shape shares with each zone [m2].

    Parameters
    ----------
    shapes
        Shape (n,): valid polygons in one projected CRS [m].
    zones
        Shape (m,): valid polygons in the same CRS, or zones made ready. They may overlap; each
        pair stands alone.
    threads
        Portions worked on at a time; None takes one a core.

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
    ready = (zones if isinstance(zones, Zones) else Zones(own(zones))).ready()
    shapes = own(shapes)
    work = partial(_shared_areas, zones=ready)
    return Pairs(*_in_portions(work, shapes, np.arange(len(shapes)), threads=threads))


def _in_portions(
    work: Callable[..., Iterable[NDArray[Any]]], *columns: NDArray[Any], threads: int | None
) -> list[NDArray[Any]]:
    """Work on portions of the rows, on threads, and put the columns of the results together."""
    split = portions(*columns, at_a_time=AT_A_TIME)
    found = each_on_threads(lambda rows: work(*rows), split, threads)
    return [np.concatenate(column) for column in zip(*found, strict=True)]


def _shared_areas(shapes: Shapes, rows: Rows, zones: Zones) -> Pairs:
    """Measure a portion of the shapes, of which the rows in the whole are told."""
    parts = cut_up(shapes, MOST_VERTICES)
    met = _shares(parts.shapes, zones)
    count = max(len(zones.shapes), 1)
    pair, row = np.unique(
        parts.owner[met.part] * count + zones.pieces.owner[met.piece], return_inverse=True
    )
    area = np.bincount(row, weights=met.area, minlength=len(pair)).astype(np.float64)
    shape, zone = np.divmod(pair, count)
    whole = shapely.area(shapes)[shape]
    area = np.where(whole - area <= rounding_m2(shapes)[shape], whole, area)
    real = area > DUST_M2
    return Pairs(rows[shape[real]], zone[real], area[real])


def cover(shapes: ArrayLike, zones: Zones | ArrayLike, *, threads: int | None = None) -> Cover:
    """
    Find the part of each shape inside the union of all zones.

    Parameters
    ----------
    shapes
        Shape (n,): valid polygons in one projected CRS [m].
    zones
        Shape (m,): valid polygons in the same CRS, of which ground that several cover counts once;
        or the one zone that :meth:`Zones.united` makes of them.
    threads
        Portions worked on at a time; None takes one a core.

    Returns
    -------
    Cover
        Arrays of shape (n,).
    """
    ready = (zones if isinstance(zones, Zones) else Zones.united(zones)).ready()
    return Cover(*_in_portions(partial(_cover, zones=ready), own(shapes), threads=threads))


def _cover(shapes: Shapes, zones: Zones) -> Cover:
    """Measure a portion of the shapes."""
    parts = cut_up(shapes, MOST_VERTICES)
    met = _shares(parts.shapes, zones)
    owner, part_area = parts.owner[met.part], shapely.area(parts.shapes)
    add = partial(np.bincount, minlength=len(shapes))
    inside, whole = add(owner, weights=met.area), add(parts.owner, weights=part_area)
    rounding = add(parts.owner, weights=rounding_m2(parts.shapes))
    is_whole = (inside > 0) & (inside >= whole - rounding)
    is_cut = ~is_whole & (inside > rounding)
    rows = np.flatnonzero(is_cut[owner])
    part, piece = met.part[rows], met.piece[rows]
    ground = parts.shapes[part]
    crosses = met.area[rows] < part_area[part]
    ground[crosses] = shapely.intersection(ground[crosses], zones.pieces.shapes[piece[crosses]])
    real = shapely.area(ground) > 0
    return Cover(is_whole, united_by(ground[real], owner[rows[real]], len(shapes)))


def united_by(ground: Shapes, owner: Rows, size: int) -> Shapes:
    """
    Unite the pieces of each owner.

    Parameters
    ----------
    ground
        Shape (k,): polygons.
    owner
        Shape (k,): whose each is, from 0 and below ``size``, rising.
    size
        Number of owners.

    Returns
    -------
    ndarray
        Shape (size,): the united ground; None for an owner without any.
    """
    united = np.full(size, None, dtype=object)
    owners, first, pieces = np.unique(owner, return_index=True, return_counts=True)
    united[owners] = ground[first]
    several = pieces > 1
    for one, begin, count in zip(owners[several], first[several], pieces[several], strict=True):
        united[one] = shapely.disjoint_subset_union_all(ground[begin : begin + count])
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


def overlaps_of(shapes: ArrayLike, width_m: float, *, threads: int | None = None) -> Overlaps:
    """
    Find the shapes of one layer that lie on each other's ground.

    Parameters
    ----------
    shapes
        Shape (n,): valid polygons in one projected CRS [m].
    width_m
        Overlaps of which no part has this mean width are drawing noise and are left out [m].
    threads
        Portions worked on at a time; None takes one a core.

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
    layer = Zones(own(shapes)).ready()
    parts = layer.pieces
    work = partial(_overlapping, layer=layer)
    found = _in_portions(work, parts.shapes, np.arange(len(parts.shapes)), threads=threads)
    one, other, ground = found
    first, second = parts.owner[one], parts.owner[other]
    order = np.lexsort((other, one, second, first))
    first, second, ground = first[order], second[order], ground[order]
    size = max(len(layer.shapes), 1)
    pair, row = np.unique(first * size + second, return_inverse=True)
    first, second = np.divmod(pair, size)
    shared = united_by(ground, row, len(pair))
    area, width = shapely.area(shared), _widest(shared)
    real = (width >= width_m) & (area > DUST_M2)
    place = shapely.get_coordinates(shapely.point_on_surface(shared[real]))
    return Overlaps(first[real], second[real], area[real], width[real], place)


def _overlapping(parts: Shapes, rows: Rows, layer: Zones) -> tuple[Rows, Rows, Shapes]:
    """Find what a portion of the parts of a layer shares with parts of later shapes."""
    owner = layer.pieces.owner
    part, other = layer.index.query(parts)
    later = owner[rows[part]] < owner[other]
    part, other = part[later], other[later]
    real = shared_area(parts, layer.outlines, part, other) > rounding_m2(parts)[part]
    part, other = part[real], other[real]
    ground = shapely.intersection(parts[part], layer.pieces.shapes[other])
    real = shapely.area(ground) > 0
    return rows[part[real]], other[real], ground[real]


def _widest(shapes: Shapes) -> NDArray[np.float64]:
    """Give the mean width of the widest part of each shape [m]."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    width = np.zeros(len(shapes))
    np.maximum.at(width, owner, mean_width(parts))
    return width

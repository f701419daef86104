"""Large shapes cut into small ones, so that a question about a spot looks at that spot alone.

Two polygons of n and m vertices take the time of n + m to intersect, however little they share. A
control line of 100,000 vertices is cut up once; each parcel then meets the piece or two around it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from landrenew.base.parts import parts_of, rings_of, runs
from landrenew.base.threads import on_threads
from landrenew.measure.trapezoids import Outlines, outlines_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray
    from shapely.geometry.base import BaseGeometry

    Flags = NDArray[np.bool_]
    Rows = NDArray[np.intp]
    Shapes = NDArray[np.object_]
    Cut = Callable[[Shapes, Shapes], Shapes]

MOST_VERTICES = 64
"""Vertices that a piece may have: fewer make more pieces, more make each of them dearer."""

MOST_SEGMENTS = 32
"""Segments of one stretch of an edge."""

SMALLEST_M = 0.001
"""A piece no wider than a millimetre is not cut again, however many vertices it has [m]."""

EXACT = 1e-12
"""Pieces that gain or lose no more than this share of the ground, and rounding, are right."""

WORTH_A_THREAD = 5_000
"""A cut through fewer vertices is done before another thread has taken it up."""

HALF = 0.4951247
"""Where a box is cut: not quite in the middle, so that no corner of round numbers lies there."""


class Pieces(NamedTuple):
    """
    Shapes in pieces.

    Parameters
    ----------
    shapes
        Shape (k,): polygons, or stretches of lines, without parts.
    owner
        Shape (k,): position of the shape that each belongs to, rising.
    """

    shapes: Shapes
    owner: Rows


def own(shapes: ArrayLike | Sequence[BaseGeometry]) -> Shapes:
    """
    Copy an array of shapes: shapely locks one while it works on it, and threads share layers.

    Parameters
    ----------
    shapes
        Shape (n,): shapes.

    Returns
    -------
    ndarray
        Shape (n,): the same shapes in an array of one's own.
    """
    return np.array(shapes, dtype=object)


def cut_up(shapes: ArrayLike, most_vertices: int = MOST_VERTICES) -> Pieces:
    """
    Cut polygons into pieces of few vertices that share no ground.

    Parameters
    ----------
    shapes
        Shape (n,): valid polygons or multipolygons.
    most_vertices
        Vertices that a piece may have, or half the root of those of its polygon where that is more:
        to cut 500,000 vertices up to the last takes longer than it saves.

    Returns
    -------
    Pieces
        Each part that is small enough as it came; of the others pieces that add up to it.

    Notes
    -----
    A box around a piece is halved across its longer side until few enough vertices are in it, as
    PostGIS does in ``ST_Subdivide``. New vertices lie on the cuts; they move an area by no more
    than rounding does. A fast way to cut is tried first, which may fail where a hole touches an
    edge; a polygon whose pieces are not valid, or do not add up to it, is cut the sure way.

    Examples
    --------
    >>> circle = shapely.Point(0, 0).buffer(100, quad_segs=100)
    >>> pieces = cut_up([circle])
    >>> len(pieces.shapes), float(round(shapely.area(pieces.shapes).sum() / circle.area, 12))
    (12, 1.0)
    """
    parts, owner = parts_of(own(shapes))
    is_large = shapely.get_num_coordinates(parts) > most_vertices
    if not is_large.any():
        return Pieces(parts, owner)
    small, large = np.flatnonzero(~is_large), np.flatnonzero(is_large)
    pieces, part = _halved(parts[large], most_vertices, _clipped)
    wrong = np.flatnonzero(_differ(parts[large], pieces, part))
    again, number = _halved(parts[large[wrong]], most_vertices, shapely.intersection)
    right = ~np.isin(part, wrong)
    pieces = np.concatenate([parts[small], pieces[right], again])
    part = np.concatenate([small, large[part[right]], large[wrong[number]]])
    order = np.argsort(part, kind="stable")
    return Pieces(pieces[order], owner[part[order]])


def _halved(parts: Shapes, most_vertices: int, cut: Cut) -> tuple[Shapes, Rows]:
    """Halve polygons until all pieces are small; also give the polygon of each piece."""
    owner = np.arange(len(parts))
    most = np.fmax(most_vertices, np.sqrt(shapely.get_num_coordinates(parts)) / 2)
    done, owners = [parts[:0]], [owner[:0]]
    while len(parts):
        is_small = shapely.get_num_coordinates(parts) <= most[owner]
        is_small |= _width(parts) <= SMALLEST_M
        done.append(parts[is_small])
        owners.append(owner[is_small])
        parts, owner = _halves(parts[~is_small], owner[~is_small], cut)
    return np.concatenate(done), np.concatenate(owners)


def _differ(parts: Shapes, pieces: Shapes, owner: Rows) -> Flags:
    """Tell of which polygons the pieces are not valid, or do not add up to it."""
    add = partial(np.bincount, owner, minlength=len(parts))
    area = shapely.area(parts)
    allowed = EXACT * area + add(weights=rounding_m2(pieces))
    lost = np.abs(add(weights=shapely.area(pieces)) - area) > allowed
    differ: Flags = lost | (add(weights=~shapely.is_valid(pieces)) > 0)
    return differ


def _width(shapes: Shapes) -> NDArray[np.float64]:
    """Give the longer side of the box around each shape [m]."""
    left, bottom, right, top = shapely.bounds(shapes).T
    longer: NDArray[np.float64] = np.fmax(right - left, top - bottom)
    return longer


def _halves(shapes: Shapes, owner: Rows, cut: Cut) -> tuple[Shapes, Rows]:
    """Cut each polygon in two across the longer side of its box."""
    if not len(shapes):
        return shapes, owner
    left, bottom, right, top = shapely.bounds(shapes).T
    wide, high = right - left, top - bottom
    lies = wide >= high
    x, y = left + HALF * wide, bottom + HALF * high
    left, right, bottom, top = left - wide, right + wide, bottom - high, top + high
    first = shapely.box(left, bottom, np.where(lies, x, right), np.where(lies, top, y))
    second = shapely.box(np.where(lies, x, left), np.where(lies, bottom, y), right, top)
    both, boxes = np.concatenate([shapes, shapes]), np.concatenate([first, second])
    vertices = shapely.get_num_coordinates(shapes).mean()
    at_a_time = 1 if vertices > WORTH_A_THREAD else len(both)
    found = on_threads(cut, both, boxes, at_a_time=at_a_time)
    parts, half = shapely.get_parts(found, return_index=True)
    is_ground = shapely.area(parts) > 0  # a cut along an edge leaves that edge behind
    return parts[is_ground], np.tile(owner, 2)[half[is_ground]]


def _clipped(shapes: Shapes, boxes: Shapes) -> Shapes:
    """Cut out what lies in boxes: fast, but not always right; None where it fails."""
    found = np.full(len(shapes), None, dtype=object)
    for row, (shape, box) in enumerate(zip(shapes, shapely.bounds(boxes), strict=True)):
        with suppress(shapely.GEOSException):
            found[row] = shapely.clip_by_rect(shape, *box)
    return found


def rounding_m2(shapes: Shapes) -> NDArray[np.float64]:
    """
    Give the area that the last digit of coordinates decides along the box around a shape [m2].

    Parameters
    ----------
    shapes
        Shape (n,): shapes in a projected CRS [m].

    Returns
    -------
    ndarray
        Shape (n,): what a shape may seem to have too much or too little after it was cut [m2].
    """
    left, bottom, right, top = shapely.bounds(shapes).T
    digit = np.spacing(np.maximum.reduce(np.abs([left, bottom, right, top])))
    moved: NDArray[np.float64] = digit * (right - left + top - bottom)
    return moved


def edges_of(shapes: ArrayLike) -> Pieces:
    """
    Take the edges of polygons in short stretches.

    Parameters
    ----------
    shapes
        Shape (n,): polygons or multipolygons.

    Returns
    -------
    Pieces
        Lines of at most :data:`MOST_SEGMENTS` segments that follow every ring.

    Examples
    --------
    >>> edges_of([shapely.box(0, 0, 1, 1)]).shapes.tolist()
    [<LINESTRING (1 0, 1 1, 0 1, 0 0, 1 0)>]
    """
    parts, part_owner = parts_of(own(shapes))
    rings = rings_of(parts)
    segments = np.diff(rings.first, append=len(rings.xy)) - 1
    stretches = -(-segments // MOST_SEGMENTS)
    of_ring, number = runs(np.zeros_like(stretches), stretches)
    begin = rings.first[of_ring] + number * MOST_SEGMENTS
    size = np.minimum(segments[of_ring] - number * MOST_SEGMENTS, MOST_SEGMENTS) + 1
    of_point, point = runs(begin, size)
    lines: Shapes = np.asarray(shapely.linestrings(rings.xy[point], indices=of_point), dtype=object)
    return Pieces(lines, part_owner[rings.owner[of_ring]])


@dataclass(frozen=True)
class Zones:
    """
    Zones made ready to be asked often: cut into pieces once, with an index.

    Parameters
    ----------
    shapes
        Shape (m,): valid polygons in one projected CRS [m]; they may overlap.
    """

    shapes: Shapes

    @classmethod
    def united(cls, shapes: ArrayLike) -> Zones:
        """
        Make one zone of all, in which ground that several cover counts once.

        Parameters
        ----------
        shapes
            Shape (m,): valid polygons in one projected CRS [m].

        Returns
        -------
        Zones
            A single zone; none where there is no shape.
        """
        shapes = own(shapes)
        return cls(own([shapely.disjoint_subset_union_all(shapes)] if len(shapes) else []))

    def ready(self) -> Zones:
        """
        Do now what is costly, so that threads find it done.

        Returns
        -------
        Zones
            The same zones.
        """
        _ = self.index, self.outlines
        return self

    @cached_property
    def pieces(self) -> Pieces:
        """Pieces of the zones' ground."""
        return cut_up(self.shapes)

    @cached_property
    def outlines(self) -> Outlines:
        """Outlines of the pieces."""
        return outlines_of(self.pieces.shapes)

    @cached_property
    def index(self) -> shapely.STRtree:
        """Index of the pieces by their boxes."""
        return shapely.STRtree(self.pieces.shapes)

    @cached_property
    def edges(self) -> Pieces:
        """Stretches of the zones' edges."""
        return edges_of(self.shapes)

    @cached_property
    def _edge_index(self) -> shapely.STRtree:
        return shapely.STRtree(self.edges.shapes)

    def near(self, shapes: Shapes) -> tuple[Pieces, Pieces]:
        """
        Give what lies in the box around some shapes.

        Parameters
        ----------
        shapes
            Shape (n,): shapes in the CRS of the zones.

        Returns
        -------
        ground : Pieces
            Pieces of ground, owners as in the zones.
        edges : Pieces
            Stretches of edges.
        """
        boxes = own([shapely.box(*shapely.total_bounds(shapes))] if len(shapes) else [])
        found = [np.sort(tree.query(boxes)[1]) for tree in (self.index, self._edge_index)]
        ground, edges = (
            Pieces(all_.shapes[at], all_.owner[at])
            for all_, at in zip((self.pieces, self.edges), found, strict=True)
        )
        return ground, edges

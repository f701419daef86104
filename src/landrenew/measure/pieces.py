"""Large shapes cut into small ones, so that a question about a spot looks at that spot alone.

Two polygons of n and m vertices take the time of n + m to intersect, however little they share. A
control line of 100,000 vertices is cut up once; each parcel then meets the piece or two around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from landrenew.base.parts import parts_of, rings_of, runs
from landrenew.measure.trapezoids import Outlines, outlines_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from shapely.geometry.base import BaseGeometry

    Shapes = NDArray[np.object_]
    Rows = NDArray[np.intp]

MOST_VERTICES = 64
"""Vertices that a piece may have: fewer make more pieces, more make each of them dearer."""

MOST_SEGMENTS = 32
"""Segments of one stretch of an edge."""

SMALLEST_M = 0.001
"""A piece no wider than a millimetre is not cut again, however many vertices it has [m]."""

EXACT = 1e-12
"""A cut that gains or loses no more than this share of the ground, and rounding, is right."""

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
        Vertices that a piece may have.

    Returns
    -------
    Pieces
        Each part that is small enough as it came; of the others pieces that add up to it.

    Notes
    -----
    A box around a piece is halved across its longer side until few enough vertices are in it, as
    PostGIS does in ``ST_Subdivide``. New vertices lie on the cuts; they move an area by no more
    than rounding does.

    Examples
    --------
    >>> circle = shapely.Point(0, 0).buffer(100, quad_segs=100)
    >>> pieces = cut_up([circle])
    >>> len(pieces.shapes), float(round(shapely.area(pieces.shapes).sum() / circle.area, 12))
    (4, 1.0)
    """
    left, owner = parts_of(own(shapes))
    if (shapely.get_num_coordinates(left) <= most_vertices).all():
        return Pieces(left, owner)
    done, owners = [], []
    while len(left):
        is_small = shapely.get_num_coordinates(left) <= most_vertices
        is_small |= _width(left) <= SMALLEST_M
        done.append(left[is_small])
        owners.append(owner[is_small])
        left, owner = _halves(left[~is_small], owner[~is_small])
    pieces, owner = np.concatenate(done), np.concatenate(owners)
    wrong = ~shapely.is_valid(pieces)  # where a hole touches an edge, a cut may leave a ring in one
    mended, row = parts_of(shapely.make_valid(pieces[wrong]))
    pieces = np.concatenate([pieces[~wrong], mended])
    owner = np.concatenate([owner[~wrong], owner[wrong][row]])
    order = np.argsort(owner, kind="stable")
    return Pieces(pieces[order], owner[order])


def _width(shapes: Shapes) -> NDArray[np.float64]:
    """Give the longer side of the box around each shape [m]."""
    left, bottom, right, top = shapely.bounds(shapes).T
    longer: NDArray[np.float64] = np.fmax(right - left, top - bottom)
    return longer


def _halves(shapes: Shapes, owner: Rows) -> tuple[Shapes, Rows]:
    """Cut each polygon in two across the longer side of its box."""
    if not len(shapes):
        return shapes, owner
    left, bottom, right, top = shapely.bounds(shapes).T
    wide, high = right - left, top - bottom
    lies = wide >= high
    x, y = left + HALF * wide, bottom + HALF * high
    left, right, bottom, top = left - wide, right + wide, bottom - high, top + high
    boxes = np.array([
        [left, bottom, np.where(lies, x, right), np.where(lies, top, y)],
        [np.where(lies, x, left), np.where(lies, bottom, y), right, top],
    ])  # fmt: skip
    cut = np.array([[_clipped(*one) for one in zip(shapes, *box, strict=True)] for box in boxes])
    area = shapely.area(shapes)
    lost = area - np.nansum(shapely.area(cut), axis=0)
    wrong = np.abs(lost) > EXACT * area + 16 * rounding_m2(shapes)
    wrong |= (shapely.get_num_interior_rings(shapes) > 0) & ~shapely.is_valid(cut).all(axis=0)
    cut[:, wrong] = shapely.intersection(
        shapes[wrong], shapely.box(*boxes[:, :, wrong].swapaxes(0, 1))
    )
    parts, half = shapely.get_parts(cut.ravel(), return_index=True)
    is_ground = shapely.area(parts) > 0  # a cut along an edge leaves that edge behind
    return parts[is_ground], np.tile(owner, 2)[half[is_ground]]


def _clipped(shape: shapely.Polygon, *box: float) -> BaseGeometry | None:
    """Cut out what lies in a box: fast, but not always right; None where it fails."""
    try:
        return shapely.clip_by_rect(shape, *box)
    except shapely.GEOSException:
        return None


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
    lines = shapely.linestrings(rings.xy[point], indices=of_point)
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

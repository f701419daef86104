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

from landrenew.base.parts import parts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from shapely.geometry.base import BaseGeometry

    Shapes = NDArray[np.object_]
    Rows = NDArray[np.intp]

MOST_VERTICES = 128
"""Vertices that a piece may have: fewer make more pieces, more make each cut dearer."""

MOST_SEGMENTS = 32
"""Segments of one stretch of an edge."""

SMALLEST_M = 0.001
"""A piece no wider than a millimetre is not cut again, however many vertices it has [m]."""


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
    done, owners = [], []
    while len(left):
        is_small = shapely.get_num_coordinates(left) <= most_vertices
        is_small |= _width(left) <= SMALLEST_M
        done.append(left[is_small])
        owners.append(owner[is_small])
        left, owner = _halves(left[~is_small], owner[~is_small])
    if not done:
        return Pieces(left, owner)
    order = np.argsort(np.concatenate(owners), kind="stable")
    return Pieces(np.concatenate(done)[order], np.concatenate(owners)[order])


def _width(shapes: Shapes) -> NDArray[np.float64]:
    """Give the longer side of the box around each shape [m]."""
    left, bottom, right, top = shapely.bounds(shapes).T
    longer: NDArray[np.float64] = np.fmax(right - left, top - bottom)
    return longer


def _halves(shapes: Shapes, owner: Rows) -> tuple[Shapes, Rows]:
    """Cut each polygon in two across the longer side of its box."""
    left, bottom, right, top = shapely.bounds(shapes).T
    lies = right - left >= top - bottom
    x, y = (left + right) / 2, (bottom + top) / 2
    first = shapely.box(left, bottom, np.where(lies, x, right), np.where(lies, top, y))
    second = shapely.box(np.where(lies, x, left), np.where(lies, bottom, y), right, top)
    cut = np.concatenate([shapely.intersection(shapes, box) for box in (first, second)])
    parts, half = shapely.get_parts(cut, return_index=True)
    is_ground = shapely.area(parts) > 0  # a cut along an edge leaves that edge behind
    return parts[is_ground], np.tile(owner, 2)[half[is_ground]]


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
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    first = np.searchsorted(ring, np.arange(len(rings)))
    segments = np.diff(np.r_[first, len(ring)]) - 1
    stretches = -(-segments // MOST_SEGMENTS)
    of_ring = np.repeat(np.arange(len(rings)), stretches)
    number = np.arange(len(of_ring)) - np.repeat(np.cumsum(stretches) - stretches, stretches)
    begin = first[of_ring] + number * MOST_SEGMENTS
    size = np.minimum(segments[of_ring] - number * MOST_SEGMENTS, MOST_SEGMENTS) + 1
    of_point = np.repeat(np.arange(len(of_ring)), size)
    along = np.arange(len(of_point)) - np.repeat(np.cumsum(size) - size, size)
    lines = shapely.linestrings(xy[begin[of_point] + along], indices=of_point)
    return Pieces(lines, part_owner[part[of_ring]])


@dataclass(frozen=True)
class Zones:
    """
    Zones made ready to be asked often: cut into pieces once, with their edges and an index.

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

    @cached_property
    def pieces(self) -> Pieces:
        """Pieces of the zones' ground."""
        return cut_up(self.shapes)

    @cached_property
    def edges(self) -> Pieces:
        """Stretches of the zones' edges."""
        return edges_of(self.shapes)

    @cached_property
    def _trees(self) -> tuple[shapely.STRtree, shapely.STRtree]:
        return shapely.STRtree(self.pieces.shapes), shapely.STRtree(self.edges.shapes)

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
        found = [np.sort(tree.query(boxes)[1]) for tree in self._trees]
        ground, edges = (
            Pieces(all_.shapes[at], all_.owner[at])
            for all_, at in zip((self.pieces, self.edges), found, strict=True)
        )
        return ground, edges

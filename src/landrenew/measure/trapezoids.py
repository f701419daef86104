"""The area that two polygons share, from their edges alone, without the polygon that they share.

A polygon is the sum of the trapezoids beneath its edges: those of edges that run one way count, the
others are taken off. Two polygons share the sum of what each two of their trapezoids share, and
that is the area beneath the lower one of two edges. No corner is made and no case is special, so
shapes that touch along an edge, as parcels do, cost no digit and no time.

An edge beside or below the box around a shape gives nothing, and one above it gives all that lies
beneath. So a shape whose box no edge of a zone passes through lies in the zone or out of it as a
whole, and only what an edge passes through is looked at edge by edge.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from landrenew.base.parts import rings_of, runs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Shapes = NDArray[np.object_]

AT_A_TIME = 1 << 18
"""Edges looked at in one go, as many as the processor keeps at hand."""

TINY = 1e-300
"""Keeps a quotient from being nothing by nothing."""


class Outlines(NamedTuple):
    """
    Polygons as closed walks along their edges; to a hole and back, the walk takes the same way.

    Parameters
    ----------
    x
        Shape (k,): corners, walk by walk.
    y
        Shape (k,): corners.
    first
        Shape (n,): position of each polygon's first corner.
    edges
        Shape (n,): number of its edges.
    """

    x: Numbers
    y: Numbers
    first: Rows
    edges: Rows


class _Edges(NamedTuple):
    """
    Edges, seen from the lower left corner of the box around a shape.

    Each covers the way across from ``left`` to ``right``, passes through the point ``x``, ``y``
    with a slope, and counts (1) or is taken off (-1).
    """

    left: Numbers
    right: Numbers
    x: Numbers
    y: Numbers
    slope: Numbers
    sign: Numbers

    @classmethod
    def between(cls, x: Numbers, y: Numbers, to_x: Numbers, to_y: Numbers) -> _Edges:
        """Make the edges between two corners each; upright ones have no slope and no trapezoid."""
        across = to_x - x
        slope = np.divide(to_y - y, across, out=np.zeros_like(x), where=across != 0)
        return cls(np.minimum(x, to_x), np.maximum(x, to_x), x, y, slope, -np.sign(across))

    def take(self, rows: Rows) -> _Edges:
        """Choose some edges."""
        return _Edges(*(one.take(rows) for one in self))

    def height(self, x: Numbers) -> Numbers:
        """Give the height of each edge at its own place."""
        return self.y + self.slope * (x - self.x)


def outlines_of(polygons: Shapes) -> Outlines:
    """
    Take the outlines of polygons.

    Parameters
    ----------
    polygons
        Shape (n,): valid polygons without parts.

    Returns
    -------
    Outlines
        One walk a polygon.
    """
    xy, first, owner = rings_of(polygons, oriented=True)
    ends = np.append(first[1:], len(xy))
    is_hole = np.diff(owner, prepend=-1) == 0
    if is_hole.any():
        outer = first[np.searchsorted(owner, owner[is_hole])]
        xy = np.insert(xy, ends[is_hole], xy[outer], axis=0)
    corners = np.zeros(len(polygons), dtype=np.intp)
    np.add.at(corners, owner, ends - first + is_hole)
    x, y = np.ascontiguousarray(xy.T)
    return Outlines(x, y, np.cumsum(corners) - corners, np.maximum(corners - 1, 0))


def shared_area(shapes: Shapes, zones: Outlines, shape: Rows, zone: Rows) -> Numbers:
    """
    Measure the area that shapes and zones share, pair by pair [m2].

    Parameters
    ----------
    shapes
        Shape (n,): valid polygons without parts, in one projected CRS [m].
    zones
        Outlines of valid polygons in the same CRS.
    shape
        Shape (k,): position of the shape of each pair.
    zone
        Shape (k,): position of its zone.

    Returns
    -------
    ndarray
        Shape (k,): planar area [m2], at least 0. Where no edge of the zone passes through the box
        around the shape it is exactly that of the shape, or 0.
    """
    area, boxes = shapely.area(shapes), shapely.bounds(shapes).T
    shared = np.empty(len(shape))
    for rows in _blocks(zones.edges[zone]):
        at = shape[rows]
        pair, edges, is_inside, is_crossed = _around(boxes[:, at], zones, zone[rows])
        found = np.where(is_inside, area[at], 0.0)
        few = np.flatnonzero(is_crossed[pair])
        pair = (np.cumsum(is_crossed) - 1)[pair[few]]
        found[is_crossed] = _beneath_both(shapes, boxes, at[is_crossed], pair, edges.take(few))
        shared[rows] = found
    return shared


def _blocks(counts: Rows) -> Iterator[slice]:
    """Split rows so that what they count adds up to about as much in each block."""
    ends = np.cumsum(counts)
    marks = np.arange(AT_A_TIME, ends[-1] if len(ends) else 0, AT_A_TIME)
    cuts = np.unique([0, *np.searchsorted(ends, marks, side="right"), len(counts)])
    for begin, end in pairwise(cuts):
        yield slice(begin, end)


def _around(boxes: Numbers, zones: Outlines, zone: Rows) -> tuple[Rows, _Edges, Flags, Flags]:
    """
    Find the edges of zones through and above boxes: the pair of each, and the edges.

    Also tell of each pair whether the box lies inside as a whole, and whether an edge passes
    through it. It lies inside where the edges above its middle do not cancel out.
    """
    left, bottom, right, top = boxes
    count = zones.edges[zone]
    pair, at = runs(zones.first[zone], count)
    x, to_x, y, to_y = (one.take(at) for one in (zones.x, zones.x[1:], zones.y, zones.y[1:]))
    meets = np.minimum(x, to_x) < np.repeat(right, count)
    meets &= np.maximum(x, to_x) > np.repeat(left, count)
    meets &= np.maximum(y, to_y) > np.repeat(bottom, count)
    near = np.flatnonzero(meets)
    pair = pair.take(near)
    x, to_x, y, to_y = (one.take(near) for one in (x, to_x, y, to_y))
    corner_x, corner_y = left.take(pair), bottom.take(pair)
    edges = _Edges.between(x - corner_x, y - corner_y, to_x - corner_x, to_y - corner_y)
    wide, high = (right - left).take(pair), (top - bottom).take(pair)
    begin = edges.height(np.maximum(edges.left, 0.0))
    end = np.where(edges.left < edges.right, edges.height(np.minimum(edges.right, wide)),
                   to_y - corner_y)  # fmt: skip
    is_above = np.minimum(begin, end) >= high
    passes = ~is_above & (np.maximum(begin, end) > 0)
    is_crossed = np.bincount(pair, weights=passes, minlength=len(zone)) > 0
    is_above &= (edges.left <= wide / 2) & (edges.right > wide / 2)
    turns = np.bincount(pair, weights=edges.sign * is_above, minlength=len(zone))
    return pair, edges, ~is_crossed & (turns != 0), is_crossed


def _beneath_both(
    shapes: Shapes, boxes: Numbers, shape: Rows, pair: Rows, edges: _Edges
) -> Numbers:
    """Add up, for pairs of a shape and the edges of a zone around it, what lies beneath both."""
    some, number = np.unique(shape, return_inverse=True)
    walks = outlines_of(shapes[some])
    owner, at = runs(walks.first, walks.edges)
    left, bottom = boxes[:2, some[owner]]
    corners = walks.x[at] - left, walks.y[at] - bottom
    mine = _Edges.between(*corners, walks.x[at + 1] - left, walks.y[at + 1] - bottom)
    first, count = np.cumsum(walks.edges) - walks.edges, walks.edges
    area = np.zeros(len(shape))
    terms = np.bincount(pair, minlength=len(shape)) * count[number]
    for rows in _blocks(terms):  # never through a pair, whose sum must not hang on its neighbours
        near = slice(*np.searchsorted(pair, [rows.start, rows.stop]))
        met = number[pair[near]]
        one, other = runs(first[met], count[met])
        lower = _beneath(_Edges(*(column[near] for column in edges)), mine, one, other)
        of_pair = (pair[near] - rows.start).take(one)
        area[rows] = np.bincount(of_pair, weights=lower, minlength=rows.stop - rows.start)
    return np.abs(area)


def _beneath(ones: _Edges, others: _Edges, one: Rows, other: Rows) -> Numbers:
    """Give the area beneath the lower of two edges, over the way across that both cover."""
    left = np.maximum(ones.left.take(one), others.left.take(other))
    right = np.minimum(ones.right.take(one), others.right.take(other))
    area = np.zeros(len(one))
    both = np.flatnonzero(right > left)
    left, right = left[both], right[both]
    first, second = ones.take(one[both]), others.take(other[both])
    wide, middle = right - left, (left + right) / 2
    height, other_height = first.height(middle), second.height(middle)
    # where the two cross, each is the lower one on its side
    rise = np.abs(first.slope - second.slope) * wide / 2
    beyond = np.maximum(rise - np.abs(height - other_height), 0.0)
    lower = np.minimum(height, other_height) - beyond**2 / (4 * rise + TINY)
    area[both] = first.sign * second.sign * wide * lower
    return area

"""Which polygons may lie near each other, told without measuring a distance.

The upright boxes of lots that lie askew overlap although the lots do not. A box turned along the
longest edge fits a lot closely, and whether a line parts two such boxes is a matter of a few sums.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]
    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]

ROUNDING_M = 0.001
"""Boxes are taken to be nearer by so much, more than their sums can be wrong by [m]."""


class TurnedBoxes(NamedTuple):
    """
    Boxes around polygons, each turned along the longest edge of its polygon.

    Parameters
    ----------
    x
        Middle of the box [m].
    y
        Middle of the box [m].
    cos
        Direction of the longest edge: cosine of its angle.
    sin
        Sine of its angle.
    long
        Half of what the box measures along that edge [m].
    wide
        Half of what it measures across [m].
    """

    x: Numbers
    y: Numbers
    cos: Numbers
    sin: Numbers
    long: Numbers
    wide: Numbers

    def take(self, rows: Rows) -> TurnedBoxes:
        """
        Choose some boxes.

        Parameters
        ----------
        rows
            Shape (k,): their positions.

        Returns
        -------
        TurnedBoxes
            These boxes, in this order.
        """
        return TurnedBoxes(*(one[rows] for one in self))


def turned_boxes(shapes: Shapes) -> TurnedBoxes:
    """
    Lay a box around each polygon, along its longest edge.

    Parameters
    ----------
    shapes
        Shape (n,): polygons or multipolygons, none of them empty, in a projected CRS [m].

    Returns
    -------
    TurnedBoxes
        The boxes; each holds all of its polygon, but for rounding.
    """
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    cos, sin = _longest_edges(xy, owner, starts).T
    (x, y), turn_x, turn_y = xy.T, cos[owner], sin[owner]
    along, long = _middle_and_half(x * turn_x + y * turn_y, starts)
    across, wide = _middle_and_half(y * turn_x - x * turn_y, starts)
    return TurnedBoxes(along * cos - across * sin, along * sin + across * cos, cos, sin, long, wide)


def _longest_edges(xy: Numbers, owner: Rows, starts: Rows) -> Numbers:
    """Give the direction of the longest edge of each polygon, as a step of length 1."""
    step = np.diff(xy, axis=0, append=xy[-1:])
    step[starts[1:] - 1] = 0.0  # from one polygon to the next
    length = np.hypot(step[:, 0], step[:, 1])
    longest = np.flatnonzero(length == np.maximum.reduceat(length, starts)[owner])
    first = longest[np.flatnonzero(np.diff(owner[longest], prepend=-1))]
    direction: Numbers = step[first] / length[first, None]
    return direction


def _middle_and_half(values: Numbers, starts: Rows) -> tuple[Numbers, Numbers]:
    """Give the middle and half the width of the values of each polygon."""
    low, high = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
    return (low + high) / 2, (high - low) / 2


def _apart(one: TurnedBoxes, other: TurnedBoxes) -> Numbers:
    """Give how far boxes are apart, at least: what lies between them along an edge of the first."""
    x, y = other.x - one.x, other.y - one.y
    cos = np.abs(one.cos * other.cos + one.sin * other.sin)
    sin = np.abs(one.cos * other.sin - one.sin * other.cos)
    along = np.abs(x * one.cos + y * one.sin) - one.long - other.long * cos - other.wide * sin
    across = np.abs(y * one.cos - x * one.sin) - one.wide - other.long * sin - other.wide * cos
    apart: Numbers = np.maximum(along, across)
    return apart


def may_be_near(shapes: Shapes, distance_m: float) -> tuple[Rows, Rows]:
    """
    List the pairs of polygons that may lie within a distance of each other.

    Parameters
    ----------
    shapes
        Shape (n,): polygons or multipolygons, none of them empty, in a projected CRS [m].
    distance_m
        The distance [m]; 0 for those that touch or overlap.

    Returns
    -------
    first : ndarray
        Position of the one polygon.
    second : ndarray
        Position of the other, after the first. Every pair that is as near as that is among them,
        and a few that are not.
    """
    around = shapes if distance_m == 0 else _boxes_around(shapes, distance_m)
    first, second = shapely.STRtree(shapes).query(around)
    is_pair = first < second
    first, second = first[is_pair], second[is_pair]
    boxes = turned_boxes(shapes)
    one, other = boxes.take(first), boxes.take(second)
    is_near = np.maximum(_apart(one, other), _apart(other, one)) <= distance_m + ROUNDING_M
    return first[is_near], second[is_near]


def _boxes_around(shapes: Shapes, distance_m: float) -> Shapes:
    left, bottom, right, top = shapely.bounds(shapes).T
    boxes: Shapes = shapely.box(
        left - distance_m, bottom - distance_m, right + distance_m, top + distance_m
    )
    return boxes

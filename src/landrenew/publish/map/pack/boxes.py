"""What stands for a shape until its outline is there: the box around it, and its middle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from landrenew.publish.map.pack.steps import folded, to_bytes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landrenew.publish.map.pack.grid import Rings

    Integers = NDArray[np.int64]
    Numbers = NDArray[np.float64]


def box_parts(rings: Rings) -> list[bytes]:
    """
    Write the boxes and middles of shapes.

    Parameters
    ----------
    rings
        Rings on the grid.

    Returns
    -------
    list of bytes
        Two parts. The boxes, four numbers a shape: steps east and south from the box before, width
        and height and 1 of each; 0 and 0 say that a shape is empty, which has the place of the one
        before. The middles, two numbers a shape: steps east and south from the middle of its box.
    """
    box = _boxes(rings)
    is_there = rings.counts > 0
    corner = box[:, :2][np.maximum.accumulate(np.where(is_there, np.arange(len(box)), 0))]
    steps = folded(np.diff(corner, axis=0, prepend=np.zeros((1, 2), dtype=np.int64)))
    sides = np.where(is_there[:, np.newaxis], box[:, 2:] - box[:, :2] + 1, 0)
    away = np.rint(_middles(rings) - (box[:, :2] + box[:, 2:]) // 2).astype(np.int64)
    return [to_bytes(np.column_stack([steps, sides]).ravel()), to_bytes(folded(away.ravel()))]


def _boxes(rings: Rings) -> Integers:
    """Shape (n, 4): left, top, right, bottom; zeros where a shape is empty."""
    box = np.zeros((len(rings.counts), 4), dtype=np.int64)
    begin = rings.starts[_first_rings(rings)]
    if len(begin):
        sides = (
            each.reduceat(along, begin)
            for each, along in (
                (np.minimum, rings.x), (np.minimum, rings.y),
                (np.maximum, rings.x), (np.maximum, rings.y),
            )
        )  # fmt: skip
        box[rings.counts > 0] = np.column_stack(list(sides))
    return box


def _first_rings(rings: Rings) -> Integers:
    """Find the first ring of each shape that has any."""
    first: Integers = (np.cumsum(rings.counts) - rings.counts)[rings.counts > 0]
    return first


def _middles(rings: Rings) -> Numbers:
    """
    Shape (n, 2): the centre of mass of each shape's largest ring.

    The middle of its box, in whole steps, where no ring has an area.
    """
    box = _boxes(rings)
    middle = ((box[:, :2] + box[:, 2:]) // 2).astype(np.float64)
    if not len(rings.sizes):
        return middle
    area, centre = _centres(rings)
    owner = np.repeat(np.arange(len(rings.counts)), rings.counts)
    # the largest ring of each shape comes first, of equal ones the first
    order = np.lexsort([np.arange(len(area)), -area, owner])
    largest = order[_first_rings(rings)]
    largest = largest[area[largest] > 0]
    middle[owner[largest]] = centre[largest]
    return middle


def _centres(rings: Rings) -> tuple[Numbers, Numbers]:
    """Shape (r,) and (r, 2): twice the area of each ring, and its centre of mass."""
    base = np.repeat(rings.starts, rings.sizes)
    following = np.arange(1, len(rings.x) + 1)
    following[rings.starts + rings.sizes - 1] = rings.starts
    east, south = (rings.x - rings.x[base]), (rings.y - rings.y[base])
    cross = east * south[following] - east[following] * south
    area = np.add.reduceat(cross, rings.starts).astype(np.float64)
    centre = np.empty((len(area), 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        for axis, along, start in ((0, east, rings.x), (1, south, rings.y)):
            moment = np.add.reduceat((along + along[following]) * cross, rings.starts)
            centre[:, axis] = start[rings.starts] + moment / (3 * area)
    return np.abs(area), centre

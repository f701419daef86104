"""Boxes around shapes: the one around many, and which of many lie where others do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]

SQUARES = 512
"""So many times so many squares hold the boxes that others are held against."""


def around(boxes: Numbers) -> Numbers:
    """
    Give the box around boxes.

    Parameters
    ----------
    boxes
        Shape (n, 4): left, bottom, right, top; NaN has no place.

    Returns
    -------
    ndarray
        Shape (4,); NaN where nothing has a place.
    """
    placed = boxes[np.isfinite(boxes).all(axis=1)]
    if not len(placed):
        return np.full(4, np.nan)
    box: Numbers = np.r_[placed[:, :2].min(axis=0), placed[:, 2:].max(axis=0)]
    return box


@dataclass(frozen=True)
class Ground:
    """
    The ground that boxes lie on, marked square by square.

    A margin may hold too much but never too little, so squares are enough; to hold millions of
    boxes against thousands of others takes a look at four numbers each.

    Parameters
    ----------
    box
        Shape (4,): left, bottom, right, top [m]; NaN where nothing has a place.
    before
        Shape (SQUARES + 1, SQUARES + 1): marked squares to the left of and below a corner.
    """

    box: Numbers
    before: NDArray[np.int64]

    @classmethod
    def of(cls, boxes: Numbers) -> Ground:
        """
        Mark the ground of boxes.

        Parameters
        ----------
        boxes
            Shape (n, 4); NaN has no place.

        Returns
        -------
        Ground
            Every square that a box meets.
        """
        box = around(boxes)
        first, last = _squares(boxes[_meets(boxes, box)], box)
        change = np.zeros((SQUARES + 1, SQUARES + 1), dtype=np.int64)  # where a box begins, ends
        for x, y, by in (
            (first[0], first[1], 1), (last[0] + 1, first[1], -1),
            (first[0], last[1] + 1, -1), (last[0] + 1, last[1] + 1, 1),
        ):  # fmt: skip
            change += by * np.bincount(x * (SQUARES + 1) + y, minlength=change.size).reshape(
                change.shape
            )
        is_marked = _running(change)[:-1, :-1] > 0
        return cls(box, np.pad(_running(is_marked), ((1, 0), (1, 0))))

    def meets(self, boxes: Numbers) -> Flags:
        """
        Tell which boxes meet the ground.

        Parameters
        ----------
        boxes
            Shape (n, 4); NaN meets nothing.

        Returns
        -------
        ndarray
            Shape (n,): True for all that share a spot with a box of the ground; also for some that
            lie less than a square beside it.
        """
        is_met = _meets(boxes, self.box)
        (left, bottom), (right, top) = _squares(boxes[is_met], self.box)
        right, top = right + 1, top + 1
        upper = self.before[right, top] - self.before[left, top]
        is_met[is_met] = upper > self.before[right, bottom] - self.before[left, bottom]
        return is_met


def _meets(boxes: Numbers, other: Numbers) -> Flags:
    """Tell which boxes share a spot with another."""
    left, bottom, right, top = boxes.T
    beside = np.less_equal(left, other[2]) & np.greater_equal(right, other[0])
    level = np.less_equal(bottom, other[3]) & np.greater_equal(top, other[1])
    return np.asarray(beside & level)


def _squares(boxes: Numbers, whole: Numbers) -> tuple[Rows, Rows]:
    """Give column and row of the first and the last square that each box meets."""
    low, high = whole.reshape(2, 2, 1)
    size = np.fmax((high - low) / SQUARES, np.finfo(float).tiny)
    corners = (np.clip(boxes.T.reshape(2, 2, -1), low, high) - low) / size
    first, last = np.minimum(corners.astype(np.intp), SQUARES - 1)
    return first, last


def _running(counts: NDArray[np.generic]) -> NDArray[np.int64]:
    """Add up along both ways."""
    return np.asarray(np.cumsum(np.cumsum(counts, axis=0, dtype=np.int64), axis=1))

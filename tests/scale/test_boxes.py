"""No neighbour is missed, and none is far away."""

from __future__ import annotations

import math

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from landrenew.scale.boxes import SQUARES, Ground, around

whole = st.integers(0, 12).map(float)
some = st.floats(-1e7, 1e7) | whole
spans = st.tuples(some, some).map(sorted)
nowhere = st.just((math.nan,) * 4)
box = st.tuples(spans, spans).map(lambda xy: (xy[0][0], xy[1][0], xy[0][1], xy[1][1]))
boxes = st.lists(st.one_of(box, box, box, nowhere), max_size=25).map(
    lambda drawn: np.array(drawn, dtype=float).reshape(-1, 4)
)


def share_a_spot(one: np.ndarray, other: np.ndarray, reach: np.ndarray) -> bool:
    (left, bottom, right, top), (west, south, east, north) = one.tolist(), other.tolist()
    along, across = reach.tolist()
    return (
        left <= east + along and right >= west - along
        and bottom <= north + across and top >= south - across
    )  # fmt: skip


@given(boxes, boxes)
def test_boxes_meet_ground_where_they_share_a_spot_or_lie_less_than_a_square_beside(
    one: np.ndarray, other: np.ndarray
) -> None:
    found = Ground.of(other).meets(one).tolist()
    whole = around(other)
    square = (whole[2:] - whole[:2]) / SQUARES * (1 + 1e-9)
    must = [any(share_a_spot(a, b, np.zeros(2)) for b in other) for a in one]
    may = [any(share_a_spot(a, b, square) for b in other) for a in one]
    assert all(here for here, needed in zip(found, must, strict=True) if needed)
    assert not any(here for here, allowed in zip(found, may, strict=True) if not allowed)


@given(boxes)
def test_the_box_around_boxes_is_the_smallest_that_holds_them(some: np.ndarray) -> None:
    placed = some[~np.isnan(some[:, 0])]
    found = around(some)
    if not len(placed):
        assert np.isnan(found).all()
    else:
        assert found.tolist() == shapely.total_bounds(shapely.box(*placed.T)).tolist()


def test_a_far_box_makes_no_neighbour_of_what_lies_between() -> None:
    rows = np.arange(1_000.0)
    grid = np.column_stack([rows, rows * 0, rows + 1, rows * 0 + 1])
    ground = Ground.of(grid[[0, 999]])
    assert np.flatnonzero(ground.meets(grid)).tolist() == [0, 1, 998, 999]

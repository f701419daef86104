"""Boxes turned along the longest edge: what they rule out is far, and what is near they keep."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import shapely
from conftest import square
from hypothesis import given
from hypothesis import strategies as st
from small_city import SOUTH, WEST

from landrenew.intake.geometry.nearby import ROUNDING_M, may_be_near, turned_boxes

CORNER = np.array([WEST, SOUTH])
LONG_LOT = shapely.box(0, 0, 80, 20)


def placed(shape: shapely.Geometry, x: float, y: float, degrees: float) -> shapely.Geometry:
    turn, start = np.radians(degrees), np.array([x, y])
    across = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return shapely.transform(shape, lambda xy: (xy + start) @ across + CORNER)


def pairs(*shapes: shapely.Geometry, distance: float) -> set[tuple[int, int]]:
    first, second = may_be_near(np.array(shapes, dtype=object), distance)
    return set(zip(first.tolist(), second.tolist(), strict=True))


def test_lots_across_a_lane_are_not_near_however_they_are_turned() -> None:
    for degrees in range(0, 180, 10):
        lots = [placed(LONG_LOT, 0, y, degrees) for y in (0, 24, 44)]
        assert pairs(*lots, distance=0.5) == {(1, 2)}
        assert pairs(*lots, distance=5) == {(0, 1), (1, 2)}


def test_what_only_touches_is_near() -> None:
    assert pairs(square(0), square(1), square(1, 1), square(3), distance=0) == {
        (0, 1), (0, 2), (1, 2),
    }  # fmt: skip


shapes = st.builds(
    placed,
    st.sampled_from([
        LONG_LOT, square(size=15), LONG_LOT.difference(shapely.box(10, 5, 90, 15)),
        shapely.Polygon([(0, 0), (40, 0), (3, 30)]),
        shapely.MultiPolygon([shapely.box(0, 0, 9, 9), shapely.box(50, 30, 60, 60)]),
        shapely.MultiPolygon([shapely.box(0, 0, 30, 30).difference(shapely.box(9, 9, 20, 20))]),
    ]).map(lambda shape: shapely.transform(shape, lambda xy: xy - xy.min(axis=0))),
    st.floats(0, 150), st.floats(0, 150), st.floats(0, 360),
)  # fmt: skip


@given(st.lists(shapes, min_size=2, max_size=6), st.floats(0, 30))
def test_no_pair_that_is_near_is_left_out(drawn: list[shapely.Geometry], distance: float) -> None:
    near = {
        (i, j)
        for i, j in combinations(range(len(drawn)), 2)
        if shapely.distance(drawn[i], drawn[j]) <= distance
    }
    assert near <= pairs(*drawn, distance=distance)


@given(shapes)
def test_a_box_holds_all_of_its_polygon_and_no_more_along_its_edge(
    drawn: shapely.Geometry,
) -> None:
    box = turned_boxes(np.array([drawn]))
    along = np.array([box.cos, box.sin]).T[0]
    off = shapely.get_coordinates(drawn) - [box.x[0], box.y[0]]
    for axis, half in ((along, box.long[0]), (along[::-1] * [-1, 1], box.wide[0])):
        assert np.abs(off @ axis).max() == pytest.approx(half, abs=ROUNDING_M)

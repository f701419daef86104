"""What stands for a shape until its outline is there: its box and its middle, to the step."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from test_map_arcs import rings
from unpacked import unfolded, whole_numbers

from landrenew.publish.map.pack.boxes import box_parts
from landrenew.publish.map.pack.grid import Rings, on_grid

Box = tuple[int, int, int, int]


def told(given: Rings) -> tuple[list[Box | None], list[tuple[int, int] | None]]:
    """Read boxes and middles back, as the page does."""
    sides, away = (whole_numbers(one) for one in box_parts(given))
    left = top = 0
    boxes, middles = [], []
    for east, south, width, height, right, down in zip(
        sides[::4], sides[1::4], sides[2::4], sides[3::4], away[::2], away[1::2], strict=True
    ):
        left, top = left + unfolded([east])[0], top + unfolded([south])[0]
        if not width:
            boxes.append(None)
            middles.append(None)
            continue
        box = (left, top, left + width - 1, top + height - 1)
        boxes.append(box)
        middles.append((
            (box[0] + box[2]) // 2 + unfolded([right])[0],
            (box[1] + box[3]) // 2 + unfolded([down])[0],
        ))  # fmt: skip
    return boxes, middles


SQUARE = [(0, 0), (10, 0), (10, 10), (0, 10)]
CORNER = [(0, 0), (30, 0), (30, 10), (10, 10), (10, 30), (0, 30)]


def test_a_square_has_its_middle_in_its_box() -> None:
    assert told(rings([SQUARE])) == ([(0, 0, 10, 10)], [(5, 5)])


def test_the_middle_is_that_of_the_largest_ring() -> None:
    small = [(100, 100), (102, 100), (102, 102)]
    boxes, middles = told(rings([small, CORNER]))
    assert boxes == [(0, 0, 102, 102)]
    assert middles == [(11, 11)]  # the corner's, by hand: (300·15 + 200·5) / 500


def test_an_empty_shape_has_no_box_and_moves_none() -> None:
    boxes, middles = told(rings([], [SQUARE], [], [CORNER], []))
    assert boxes == [None, (0, 0, 10, 10), None, (0, 0, 30, 30), None]
    assert middles[1] == (5, 5)
    assert told(rings([], [])) == ([None, None], [None, None])


def test_a_shape_too_small_for_the_grid_is_a_point() -> None:
    assert told(rings([[(7, -3)]])) == ([(7, -3, 7, -3)], [(7, -3)])


@given(
    st.lists(
        st.tuples(
            st.floats(-5e6, 5e6), st.floats(-5e6, 5e6), st.floats(0.3, 500), st.integers(3, 9)
        ),
        min_size=1,
        max_size=8,
    )
)
def test_boxes_and_middles_are_those_of_the_shapes(
    made: list[tuple[float, float, float, int]],
) -> None:
    shapes = np.array([_round(*one) for one in made], dtype=object)
    on = on_grid(shapes, 0.2)
    boxes, middles = told(on)
    for at, (box, middle) in enumerate(zip(boxes, middles, strict=True)):
        ring = slice(on.starts[at], on.starts[at] + on.sizes[at])
        xs, ys = on.x[ring], on.y[ring]
        assert box == (xs.min(), ys.min(), xs.max(), ys.max())
        if len(xs) > 2 and (area := shapely.Polygon(np.column_stack([xs, ys]))).area > 0:
            assert middle == pytest.approx(area.centroid.coords[0], abs=0.51)


def _round(x: float, y: float, radius: float, corners: int) -> shapely.Polygon:
    """Draw a polygon of so many corners around a place."""
    turns = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    return shapely.Polygon(
        np.column_stack([x + radius * np.cos(turns), y + radius * np.sin(turns)])
    )

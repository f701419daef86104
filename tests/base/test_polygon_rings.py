"""Rings of many polygons are those of each polygon alone."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from conftest import square
from hypothesis import given
from hypothesis import strategies as st

from landrenew.base.parts import rings_of

HOLED = square(size=30).difference(square(1, 1))
DRAWINGS = [
    square(), square(3, 2, 25), HOLED, shapely.reverse(HOLED),
    square(size=50).difference(shapely.union_all([square(1, 1), square(3, 3)])),
]  # fmt: skip


@pytest.mark.parametrize("oriented", [False, True])
@given(shapes=st.lists(st.sampled_from(DRAWINGS), max_size=6))
def test_rings_are_those_of_each_polygon_alone(
    shapes: list[shapely.Polygon], *, oriented: bool
) -> None:
    rings = rings_of(np.array(shapes, dtype=object), oriented=oriented)
    plain = []
    for i, shape in enumerate(shapes):
        is_turned = oriented and len(shape.interiors) > 0
        turned = shapely.orient_polygons(shape) if is_turned else shape
        plain += [(i, shapely.get_coordinates(ring).tolist()) for ring in shapely.get_rings(turned)]
    ends = [*rings.first, len(rings.xy)][1:]
    found = [
        (i, rings.xy[first:end].tolist())
        for i, first, end in zip(rings.owner, rings.first, ends, strict=True)
    ]
    assert found == plain

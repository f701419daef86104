"""The part of a shape inside zones: its ground is what its area says, slivers on the right side."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import CRS, ORIGIN, zones_of
from hypothesis import given
from hypothesis import strategies as st

from landrenew.measure.inside import area_inside, part_inside
from landrenew.measure.pieces import own

X, Y = ORIGIN


def at(x: float, y: float, right: float, top: float) -> shapely.Polygon:
    return shapely.box(X + x, Y + y, X + right, Y + top)


boxes = st.builds(
    lambda x, y, w, h: at(x / 4, y / 4, (x + w) / 4, (y + h) / 4),
    *(st.integers(0, 60), st.integers(0, 60), st.integers(1, 60), st.integers(1, 60)),
)
some = st.lists(boxes, min_size=1, max_size=5)
widths = st.sampled_from([0.0, 0.3, 0.5, 2.0])


@given(some, some, widths)
def test_the_part_has_the_area_that_counts_as_inside(
    shapes: list[shapely.Geometry], zones: list[shapely.Geometry], width: float
) -> None:
    layer = zones_of(*zones)
    part = part_inside(own(shapes), layer, sliver_width_m=width)
    ground = gpd.GeoSeries(shapes, crs=CRS)
    inside, _ = area_inside(ground, layer, sliver_width_m=width, area_m2=ground.area)
    assert part.share * shapely.area(shapes) == pytest.approx(inside, rel=1e-9, abs=1e-6)
    is_cut = ~shapely.is_missing(part.ground)
    assert (is_cut == ((part.share > 0) & (part.share < 1))).all()
    assert shapely.area(part.ground[is_cut]) == pytest.approx(inside[is_cut], rel=1e-9)
    assert (shapely.area(shapely.difference(part.ground, own(shapes))[is_cut]) < 1e-6).all()


@given(some, some, some, widths)
def test_what_two_parts_share_and_what_one_misses_add_up_to_the_other(
    shapes: list[shapely.Geometry],
    ones: list[shapely.Geometry],
    others: list[shapely.Geometry],
    width: float,
) -> None:
    every = own(shapes)
    one, other = (
        part_inside(every, zones_of(*zones), sliver_width_m=width) for zones in (ones, others)
    )
    both = one.shared_with(other, every)
    assert (both == other.shared_with(one, every)).all()
    assert (both <= np.fmin(one.share, other.share)).all()
    assert both + one.missed_by(other, every) == pytest.approx(other.share, abs=1e-12)


def test_a_sliver_goes_with_the_side_it_is_settled_to() -> None:
    shape = own([at(0, 0, 20, 20)])
    zone = zones_of(at(-1, -1, 10, 21), at(19.7, -1, 30, 21))  # half, and a sliver at the far edge
    part = part_inside(shape, zone, sliver_width_m=0.5)
    assert part.share.tolist() == [0.5]
    assert part.ground[0].equals(at(0, 0, 10, 20))
    exact = part_inside(shape, zone, sliver_width_m=0.0)
    assert exact.share.tolist() == pytest.approx([0.515])
    rest = part_inside(shape, zones_of(at(-1, -1, 10, 21), at(10.2, -1, 15, 21)),
                       sliver_width_m=0.5)  # fmt: skip
    assert rest.ground[0].equals(at(0, 0, 15, 20))  # the gap of 0.2 m lies inside

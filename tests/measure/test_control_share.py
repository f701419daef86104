"""The share of a parcel inside zones: by area, overlapping zones once, drawing noise settled."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import ORIGIN, parcels_of, square, zones_of
from hypothesis import given
from hypothesis import strategies as st

from landrenew.base.errors import ColumnError, CrsError
from landrenew.intake.parcels import Parcels
from landrenew.measure.inside import area_inside
from landrenew.measure.land import parcel_area_m2
from landrenew.measure.zones import (
    control_share,
    largest_zone,
    mean_width,
    protected_area_m2,
    zone_class,
    zone_share,
)

X, Y = ORIGIN


def ready(*shapes: shapely.Geometry) -> Parcels:
    parcels = parcels_of(*shapes)
    return Parcels(parcels.assign(parcel_area_m2=parcel_area_m2(parcels)))


def share_of(parcel: shapely.Geometry, *zones: shapely.Geometry, width: float = 0.5) -> float:
    return float(control_share(ready(parcel), zones_of(*zones), sliver_width_m=width).iloc[0])


def at(x: float, y: float, right: float, top: float) -> shapely.Polygon:
    return shapely.box(X + x, Y + y, X + right, Y + top)


def plain_share(parcel: shapely.Geometry, zones: list[shapely.Geometry]) -> float:
    """Give a second opinion: dissolve everything, one parcel at a time."""
    return shapely.intersection(parcel, shapely.union_all(zones)).area / parcel.area


boxes = st.builds(
    lambda x, y, w, h: at(x, y, x + w, y + h),
    st.integers(-20, 60),
    st.integers(-20, 60),
    st.integers(1, 40),
    st.integers(1, 40),
)
zones = st.lists(boxes, min_size=1, max_size=6)
parcels = st.lists(boxes, min_size=1, max_size=5)


def test_half_in_is_a_half() -> None:
    found = control_share(ready(square()), zones_of(at(0, 0, 5, 10)))
    assert found.tolist() == pytest.approx([0.5], abs=1e-9)
    assert found.name == "control_share"


def test_wholly_in_is_one_and_wholly_out_is_zero() -> None:
    shares = control_share(ready(square(0), square(1), square(5)), zones_of(at(0, 0, 20, 10)))
    assert shares.tolist() == [1.0, 1.0, 0.0]


def test_overlapping_zones_count_once() -> None:
    assert share_of(square(), at(0, 0, 5, 10), at(2, 0, 7, 10)) == pytest.approx(0.7, abs=1e-9)
    assert share_of(square(), at(0, 0, 5, 10), at(0, 0, 5, 10)) == pytest.approx(0.5, abs=1e-9)


def test_two_zones_that_meet_in_a_parcel_cover_it_wholly() -> None:
    assert share_of(square(), at(-5, -5, 5, 15), at(5, -5, 15, 15)) == 1.0
    assert share_of(square(), at(-5, -5, 5, 15), at(5, -5, 15, 15), width=0) == 1.0


def test_touching_is_outside() -> None:
    assert share_of(square(), at(10, 0, 20, 10)) == 0.0  # along an edge
    assert share_of(square(), at(10, 10, 20, 20)) == 0.0  # at a corner
    assert share_of(square(), at(10, 0, 20, 10), at(0, 0, 5, 10)) == pytest.approx(0.5, abs=1e-9)


def test_holes_of_the_line_are_outside_and_holes_of_a_parcel_are_no_land() -> None:
    holed = shapely.difference(at(-10, -10, 30, 30), at(0, 0, 5, 10))
    assert share_of(square(), holed) == pytest.approx(0.5, abs=1e-9)
    ring = shapely.difference(at(0, 0, 30, 30), at(10, 10, 20, 20))
    assert share_of(ring, at(0, 0, 10, 30)) == pytest.approx(300 / 800, abs=1e-9)
    assert share_of(ring, at(10, 10, 20, 20)) == 0.0


def test_parts_of_a_parcel_and_of_the_line_are_taken_together() -> None:
    parcel = shapely.MultiPolygon([at(0, 0, 10, 10), at(20, 0, 30, 30)])
    line = shapely.MultiPolygon([at(0, 0, 10, 10), at(20, 0, 30, 15)])
    assert share_of(parcel, line) == pytest.approx(250 / 400, abs=1e-9)


@given(parcels, zones)
def test_share_is_what_a_plain_intersection_gives(
    ground: list[shapely.Polygon], lines: list[shapely.Polygon]
) -> None:
    shares = control_share(ready(*ground), zones_of(*lines), sliver_width_m=0)
    assert shares.between(0, 1).all()
    assert shares.tolist() == pytest.approx([plain_share(one, lines) for one in ground], abs=1e-9)


@given(parcels, zones)
def test_inside_and_outside_add_to_the_parcel(
    ground: list[shapely.Polygon], lines: list[shapely.Polygon]
) -> None:
    table = ready(*ground)
    around = shapely.difference(at(-100, -100, 200, 200), shapely.union_all(lines))
    inside, outside = (
        area_inside(table.geometry, layer, sliver_width_m=0)[0]
        for layer in (zones_of(*lines), zones_of(around))
    )
    assert inside + outside == pytest.approx(table["parcel_area_m2"].to_numpy(), rel=1e-9)


@given(parcels, zones, boxes)
def test_adding_a_zone_never_lowers_a_share(
    ground: list[shapely.Polygon], lines: list[shapely.Polygon], more: shapely.Polygon
) -> None:
    before, after = (
        control_share(ready(*ground), zones_of(*layer)) for layer in (lines, [*lines, more])
    )
    assert (after >= before - 1e-6).all()


@given(parcels, zones, st.floats(-20, 60))
def test_splitting_zones_changes_nothing(
    ground: list[shapely.Polygon], lines: list[shapely.Polygon], cut: float
) -> None:
    halves = [at(-100, -100, cut, 200), at(cut, -100, 200, 200)]
    pieces = [shapely.intersection(one, half) for one in lines for half in halves]
    split = [one for one in pieces if one.area > 0]
    whole, parts, doubled = (
        control_share(ready(*ground), zones_of(*layer)) for layer in (lines, split, lines + split)
    )
    assert parts.tolist() == pytest.approx(whole.tolist(), abs=1e-9)
    assert doubled.tolist() == pytest.approx(whole.tolist(), abs=1e-9)


@given(parcels, zones, st.integers(-900, 900), st.integers(-900, 900))
def test_moving_everything_changes_nothing(
    ground: list[shapely.Polygon], lines: list[shapely.Polygon], dx: int, dy: int
) -> None:
    there = [
        [shapely.transform(one, lambda xy: xy + np.array([dx, dy])) for one in shapes]
        for shapes in (ground, lines)
    ]
    here = control_share(ready(*ground), zones_of(*lines))
    moved = control_share(ready(*there[0]), zones_of(*there[1]))
    assert moved.tolist() == pytest.approx(here.tolist(), abs=1e-9)


@given(parcels, zones, st.randoms())
def test_shuffling_rows_shuffles_rows(
    ground: list[shapely.Polygon], lines: list[shapely.Polygon], chance: object
) -> None:
    table = ready(*ground)
    order, other = list(range(len(ground))), list(range(len(lines)))
    chance.shuffle(order)
    chance.shuffle(other)
    line = zones_of(*lines)
    straight = zone_share(table, line, sliver_width_m=0.5).iloc[order]
    mixed = zone_share(Parcels(table.iloc[order]), line.iloc[other], sliver_width_m=0.5)
    pd.testing.assert_frame_equal(straight, mixed, rtol=1e-9)


# ── drawing noise ──────────────────────────────────────────────────────


@pytest.mark.parametrize("off", [0.001, 0.1, 0.3, 0.49])
def test_a_sliver_outside_is_taken_in_and_a_sliver_inside_out(off: float) -> None:
    table = ready(at(0, 0, 100, 100))
    for zone, share, moved in (
        (at(off, -1, 200, 200), 1.0, 100 * off),
        (at(-50, -1, off, 200), 0.0, -100 * off),
    ):
        found = zone_share(table, zones_of(zone), sliver_width_m=0.5)
        assert found["share"].tolist() == [share]
        assert found["settled_m2"].tolist() == pytest.approx([moved], rel=1e-3)


def test_a_narrow_lane_inside_survives() -> None:
    lane = at(0, 0, 100, 4)
    assert share_of(at(0, 0, 100, 100), lane) == pytest.approx(0.04, abs=1e-9)
    assert share_of(lane, at(0, -50, 100, 2)) == pytest.approx(0.5, abs=1e-9)


def test_each_part_is_settled_by_its_own_width() -> None:
    parcel = at(0, 0, 100, 100)
    lane_and_sliver = shapely.union_all([at(0, 0, 4, 100), at(99.8, 0, 100, 100)])
    assert share_of(parcel, lane_and_sliver) == pytest.approx(0.04, abs=1e-9)
    all_but_those = shapely.difference(parcel, lane_and_sliver)
    assert share_of(parcel, all_but_those) == pytest.approx(0.96, abs=1e-9)


def test_what_was_settled_is_what_came_in_less_what_went_out() -> None:
    parcel = ready(at(0, 0, 100, 100))
    inside = shapely.union_all([at(0, 0, 4, 100), at(99.8, 0, 100, 100)])
    for line, moved in ((inside, -20), (shapely.difference(at(0, 0, 100, 100), inside), 20)):
        found = zone_share(parcel, zones_of(line), sliver_width_m=0.5)
        assert found["settled_m2"].tolist() == pytest.approx([moved], rel=1e-3)


def test_a_parcel_that_is_all_sliver_goes_where_most_of_it_lies() -> None:
    strip = at(0, 0, 0.4, 100)
    assert share_of(strip, at(-1, -1, 0.3, 101)) == 1.0
    assert share_of(strip, at(-1, -1, 0.1, 101)) == 0.0


def test_edge_noise_moves_no_share() -> None:
    rng = np.random.default_rng(20260630)
    grid = [at(x, y, x + 60, y + 60) for x in range(0, 600, 60) for y in range(0, 600, 60)]
    line = at(120, 120, 420, 480)
    corners = shapely.get_coordinates(shapely.segmentize(line, 20))
    noisy = shapely.Polygon(corners + rng.uniform(-0.3, 0.3, corners.shape))
    true = control_share(ready(*grid), zones_of(line))
    drawn = control_share(ready(*grid), zones_of(noisy))
    assert drawn.tolist() == true.tolist()
    assert set(zone_class(drawn)) == {"inside", "outside"}
    raw = control_share(ready(*grid), zones_of(noisy), sliver_width_m=0)
    assert (zone_class(raw) == "straddling").any()  # without the tolerance the noise shows


def test_without_tolerance_nothing_is_settled() -> None:
    found = zone_share(ready(square()), zones_of(at(0.1, 0, 10, 10)), sliver_width_m=0)
    assert found["settled_m2"].tolist() == [0.0]
    assert found["share"].tolist() == pytest.approx([0.99], abs=1e-9)


def test_mean_width_of_a_strip_is_its_width_and_of_nothing_zero() -> None:
    widths = mean_width(np.array([shapely.box(0, 0, 1000, 0.5), shapely.Polygon()], dtype=object))
    assert widths.tolist() == pytest.approx([0.49975, 0.0], abs=1e-5)


# ── words, protected land, towns ───────────────────────────────────────


def test_class_names_how_a_parcel_lies() -> None:
    words = zone_class(pd.Series([1.0, 0.0, 0.5, np.nan]))
    assert words.tolist() == ["inside", "outside", "straddling", None]


def test_protected_land_is_measured_without_tolerance() -> None:
    found = protected_area_m2(ready(square()), zones_of(at(0, 0, 0.2, 10)))
    assert found.tolist() == pytest.approx([2.0], rel=1e-3)
    assert protected_area_m2(ready(square()), zones_of(square(1))).tolist() == [0.0]


def test_town_is_the_one_that_holds_most() -> None:
    towns = zones_of(at(0, 0, 4, 10), at(4, 0, 20, 10), town=["west", "east"])
    assert largest_zone(ready(square(), square(9)), towns, "town").tolist() == ["east", None]


def test_a_town_in_two_pieces_counts_as_one() -> None:
    towns = zones_of(
        at(0, 0, 3, 10), at(3, 0, 7, 10), at(7, 0, 10, 10), town=["split", "middle", "split"]
    )
    assert largest_zone(ready(square()), towns, "town").tolist() == ["split"]


def test_of_equal_towns_the_first_holds_and_nameless_ones_never() -> None:
    towns = zones_of(square(), at(0, 0, 5, 10), at(5, 0, 10, 10), town=[None, "b", "a"])
    assert largest_zone(ready(square()), towns, "town").tolist() == ["b"]


def test_rounding_where_shapes_touch_is_no_ground() -> None:
    """The middle of a slanting edge is no number: neighbours drawn through it share dust."""
    corner, along, across = np.array([X, Y]), np.array([331.7, 97.3]), np.array([-97.3, 331.7])
    middle = corner + 0.3173 * along
    parcel = shapely.Polygon([corner, corner + along, corner + along + across, corner + across])
    zone = shapely.Polygon(
        [corner, middle, corner + along, corner + along - across, corner - across]
    )
    assert 0 < shapely.intersection(parcel, zone).area < 1e-6
    zones = zones_of(zone, town=["next door"])
    assert largest_zone(ready(parcel), zones, "town").tolist() == [None]
    assert protected_area_m2(ready(parcel), zones).tolist() == [0.0]
    for width in (0, 0.5):
        assert zone_class(control_share(ready(parcel), zones, sliver_width_m=width)).item() == (
            "outside"
        )


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.5]))
def test_a_parcel_wholly_in_two_zones_is_inside_to_the_last_bit(seed: int, width: float) -> None:
    chance = np.random.default_rng(seed)
    shape = shapely.convex_hull(shapely.MultiPoint(chance.uniform(0, 300, (7, 2)) + ORIGIN))
    cut = float(chance.uniform(-50, 350))
    halves = [at(-500, -500, cut, 900), at(cut, -500, 900, 900)]
    assert share_of(shape, *halves, width=width) == 1.0


@given(st.integers(0, 2**32 - 1), st.floats(0, 300))
def test_any_parcel_is_the_sum_of_its_parts_on_the_ellipsoid(seed: int, cut: float) -> None:
    chance = np.random.default_rng(seed)
    shape = shapely.convex_hull(shapely.MultiPoint(chance.uniform(0, 300, (7, 2)) + ORIGIN))
    table = ready(shape)
    west, east = (
        area_inside(table.geometry, zones_of(half), sliver_width_m=0)[0][0]
        for half in (at(-500, -500, cut, 900), at(cut, -500, 900, 900))
    )
    assert west + east == pytest.approx(table["parcel_area_m2"].iloc[0], abs=1e-3)


def test_a_park_that_overlaps_by_drawing_noise_holds_nothing() -> None:
    table = ready(at(0, 0, 100, 100), at(99.9, 20, 99.95, 30))
    parks = zones_of(at(99.7, 0, 200, 100), park_id=["K"])
    assert largest_zone(table, parks, "park_id").tolist() == ["K", "K"]
    assert largest_zone(table, parks, "park_id", sliver_width_m=0.5).tolist() == [None, "K"]


def test_measures_refuse_degrees_and_missing_columns() -> None:
    table = parcels_of(square())
    with pytest.raises(ColumnError, match="lacks parcel_area_m2"):
        control_share(table, zones_of(square()))
    degrees = Parcels(ready(square()).to_crs(4490))
    with pytest.raises(CrsError, match="metres is needed"):
        control_share(degrees, zones_of(square()).to_crs(4490))

"""Parcels that are valid and still wrong: spikes, doubled vertices, slivers, gaps, parts apart."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from conftest import square
from hypothesis import given
from hypothesis import strategies as st
from small_city import SOUTH, WEST, layer_of

from landrenew.intake.geometry import topology
from landrenew.intake.geometry.topology import (
    NOISE_M,
    PARTS_APART_M,
    check_topology,
    corners_of,
    gaps,
    mean_width,
)

WIDTH = 0.5


def at(left: float, bottom: float, right: float, top: float) -> shapely.Polygon:
    return shapely.box(WEST + left, SOUTH + bottom, WEST + right, SOUTH + top)


def drawn(*corners: tuple[float, float]) -> shapely.Polygon:
    return shapely.Polygon([(WEST + x, SOUTH + y) for x, y in corners])


def found(*shapes: shapely.Geometry, width: float = WIDTH) -> list[tuple[str, str]]:
    return [(one.code, one.id) for one in faults(*shapes, width=width)]


def faults(*shapes: shapely.Geometry, width: float = WIDTH) -> list:
    layer = layer_of(*shapes, parcel_id=[f"P{i}" for i in range(len(shapes))])
    layer.index = np.arange(11, 11 + len(shapes))
    return check_topology(layer.rename_axis("row"), width)


def test_neighbours_that_share_an_edge_are_clean() -> None:
    assert found(square(0), square(1), square(0, 1), square(1, 1)) == []


def test_a_lane_of_four_metres_is_no_gap() -> None:
    assert found(at(0, 0, 50, 50), at(54, 0, 100, 50)) == []


def test_a_gap_names_both_sides_its_area_and_width() -> None:
    said = faults(at(0, 0, 50, 50), at(50.2, 0, 100, 50))
    assert [(one.code, one.id, one.row) for one in said] == [("gap", "P0", 11)]
    assert said[0].detail.en == "beside P1 (row 12), 10.00 m2, 0.20 m wide"
    assert at(50, 0, 50.2, 50).covers(shapely.Point(said[0].x, said[0].y))


def test_the_order_of_the_rows_does_not_choose_the_side() -> None:
    pair = {"B": at(0, 0, 50, 50), "A": at(50.2, 0, 100, 50)}
    layer = layer_of(*pair.values(), parcel_id=list(pair)).rename_axis("row")
    for rows in (layer, layer.iloc[::-1]):
        (fault,) = check_topology(rows, WIDTH)
        assert (fault.id, fault.row) == ("A", 1)
        assert fault.detail.en.startswith("beside B (row 0), 10.00 m2")


@pytest.mark.parametrize(("gap", "is_found"), [(0.0005, False), (0.02, True), (0.45, True),
                                               (0.55, False)])  # fmt: skip
def test_the_tolerance_and_rounding_bound_what_is_a_gap(gap: float, *, is_found: bool) -> None:
    pair = at(0, 0, 50, 50), at(50 + gap, 0, 100, 50)
    assert (found(*pair) == [("gap", "P0")]) == is_found


def test_the_tolerance_is_the_projects() -> None:
    pair = at(0, 0, 50, 50), at(51, 0, 100, 50)
    assert found(*pair, width=0.5) == []
    assert found(*pair, width=1.5) == [("gap", "P0")]
    assert found(*pair, width=0) == []


def test_ground_of_a_third_parcel_is_no_gap() -> None:
    left, right, strip = at(0, 0, 50, 50), at(50.2, 0, 100, 50), at(50, 0, 50.2, 50)
    assert found(left, right, strip) == [("sliver_parcel", "P2")]


def test_a_notch_in_one_parcel_is_not_between_two() -> None:
    notched = at(0, 0, 50, 50).difference(at(20, 40, 20.2, 50))
    assert found(notched, at(50, 0, 100, 50)) == []


def test_a_wedge_between_neighbours_is_found_where_it_is_narrow() -> None:
    slanted = drawn((0, 0), (100, 0), (100, 50), (0, 50))
    other = drawn((0, 50), (100, 50.3), (100, 100), (0, 100))
    assert found(slanted, other) == [("gap", "P0")]
    far = drawn((0, 50), (100, 90), (100, 120), (0, 100))
    assert found(slanted, far) == []


def test_a_vertex_on_a_straight_edge_is_no_gap() -> None:
    """Rounded to millimetres it never lies exactly on the edge."""
    left = drawn((0, 0), (50, 3), (53, 50), (0, 50))
    bent = drawn((50, 3), (51.001, 18.665), (53, 50), (100, 50), (100, 3))
    assert found(left, bent) == []


def test_a_road_beside_many_lots_is_looked_at_lot_by_lot() -> None:
    road = at(0, 50.1, 1000, 60)
    lots = [at(50 * i, 0, 50 * i + 50, 50) for i in range(20)]
    strips = gaps(np.array([road, *lots]), WIDTH)
    assert strips.first.tolist() == [0] * 20
    assert strips.second.tolist() == list(range(1, 21))
    assert shapely.area(strips.strip) == pytest.approx(np.full(20, 5.0), abs=0.06)


@given(st.floats(0.02, 0.48), st.floats(0, 2 * np.pi), st.floats(20, 200))
def test_a_gap_is_found_wherever_and_however_it_lies(
    gap: float, turn: float, length: float
) -> None:
    pair = np.array([at(0, 0, 60, length), at(60 + gap, 0, 90, length)])
    across = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    middle = np.array([WEST, SOUTH])
    turned = shapely.transform(pair, lambda xy: (xy - middle) @ across + middle)
    strips = gaps(turned, WIDTH)
    assert len(strips.strip) == 1
    assert shapely.area(strips.strip)[0] == pytest.approx(gap * length, rel=0.02)
    assert mean_width(strips.strip)[0] == pytest.approx(gap, rel=0.05)
    assert gaps(turned[::-1], WIDTH).strip[0].equals_exact(strips.strip[0], NOISE_M)


def test_mitres_that_cross_themselves_stop_nothing() -> None:
    wedge = shapely.Polygon(
        [(499931.77, 3339833.25), (499937.08, 3339845.26), (499930.13, 3339841.16)]
    )
    needle = shapely.Polygon([(499932.81, 3339832.89), (499927.62, 3339822.76),
                              (499929.2, 3339827.13), (499931.5, 3339832.81)])  # fmt: skip
    assert found(wedge, needle, at(0, 0, 50, 50), at(50.2, 0, 100, 50)) == [("gap", "P2")]


lots = st.builds(
    lambda column, row, gap, shift: at(
        60 * column + shift, 40 * row, 60 * (column + 1) - gap, 40 * (row + 1) - gap / 2
    ),
    st.integers(0, 3), st.integers(0, 3), st.sampled_from([0, 0.2, 0.4, 5]), st.floats(-0.4, 0.4),
)  # fmt: skip


@given(st.lists(lots, min_size=1, max_size=12), st.floats(0, 2 * np.pi))
def test_no_gap_is_missed_where_only_near_neighbours_are_looked_at(
    drawn: list[shapely.Polygon], turn: float
) -> None:
    across = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    shapes = shapely.transform(np.array(drawn), lambda xy: (xy - [WEST, SOUTH]) @ across)
    strips = gaps(shapes, WIDTH)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(topology, "may_be_near", lambda all_, _: np.triu_indices(len(all_), 1))
        every = gaps(shapes, WIDTH)
    assert strips.first.tolist() == every.first.tolist()
    assert strips.second.tolist() == every.second.tolist()
    assert shapely.to_wkb(strips.strip).tolist() == shapely.to_wkb(every.strip).tolist()


def test_a_parcel_narrower_than_the_tolerance_is_doubted_and_a_lane_of_four_metres_not() -> None:
    assert found(at(0, 0, 100, 0.3), at(0, 10, 100, 14)) == [("sliver_parcel", "P0")]


def test_a_spike_is_doubted_at_its_tip() -> None:
    spike = drawn((0, 0), (50, 0), (50, 25), (55, 25.01), (50, 25.02), (50, 50), (0, 50))
    said = faults(spike)
    assert [(one.code, one.row) for one in said] == [("spike", 11)]
    assert (said[0].x - WEST, said[0].y - SOUTH) == pytest.approx((55, 25.01))
    assert said[0].detail.en == "1, the sharpest 0.23 deg, edge 5.00 m"


def test_a_cut_into_a_parcel_is_a_spike_too_and_a_sharp_corner_is_none() -> None:
    cut = drawn((0, 0), (50, 0), (50, 25), (45, 25.01), (50, 25.02), (50, 50), (0, 50))
    assert found(cut) == [("spike", "P0")]
    assert found(drawn((0, 0), (50, 0), (50, 2))) == []  # 2.3 degrees
    short = drawn((0, 0), (50, 0), (50, 25), (50.3, 25.001), (50, 25.002), (50, 50), (0, 50))
    assert found(short) == []


def test_a_spike_is_seen_through_a_doubled_vertex() -> None:
    double = drawn((0, 0), (50, 0), (50, 25), (55, 25.01), (55, 25.0101), (50, 25.02), (50, 50),
                   (0, 50))  # fmt: skip
    assert found(double) == [("repeated_vertex", "P0"), ("spike", "P0")]


def test_a_vertex_drawn_twice_is_named_once_for_a_parcel() -> None:
    xy = np.array(square().exterior.coords)
    twice = shapely.Polygon(np.repeat(xy, 2, axis=0))
    said = faults(square(5), twice)
    assert [(one.code, one.id) for one in said] == [("repeated_vertex", "P1")]
    assert said[0].detail.en.startswith("4, ") or said[0].detail.en.startswith("5, ")


def test_parcels_looked_at_in_portions_are_those_of_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    spike = drawn((0, 0), (50, 0), (50, 25), (55, 25.01), (50, 25.02), (50, 50), (0, 50))
    twice = shapely.Polygon(np.repeat(np.array(square(1).exterior.coords), 2, axis=0))
    shapes = [square(3), spike, square(5), twice, spike, twice]
    whole = faults(*shapes)
    monkeypatch.setattr(topology, "AT_A_TIME", 2)
    assert [one.id for one in whole if one.code == "spike"] == ["P1", "P4"]
    assert faults(*shapes) == whole


def test_rings_of_holes_and_parts_are_walked_one_by_one() -> None:
    holed = square(size=30).difference(square(1, 1))
    both = shapely.MultiPolygon([holed, square(9)])
    corners = corners_of(np.array([square(20), both]))
    assert len(corners.xy) == 4 + 4 + 4 + 4
    assert corners.owner.tolist() == [0] * 4 + [1] * 12
    assert sorted(corners.step.tolist()) == [10] * 12 + [30] * 4


DRAWINGS = [
    square(), square(3, 2, 25), square(size=30).difference(square(1, 1)),
    shapely.MultiPolygon([square(size=30).difference(square(1, 1))]),
    shapely.MultiPolygon([square(0), square(9), square(5, size=30).difference(square(6, 1))]),
]  # fmt: skip


@given(st.lists(st.sampled_from(DRAWINGS), max_size=6))
def test_corners_are_those_of_each_ring_alone(shapes: list[shapely.Geometry]) -> None:
    corners = corners_of(np.array(shapes, dtype=object))
    rings = [(i, ring) for i, shape in enumerate(shapes) for part in shapely.get_parts(shape)
             for ring in shapely.get_rings(part)]  # fmt: skip
    plain = [(i, number, *xy) for number, (i, ring) in enumerate(rings)
             for xy in shapely.get_coordinates(ring)[:-1].tolist()]  # fmt: skip
    assert list(zip(corners.owner, corners.ring, *corners.xy.T, strict=True)) == plain


def test_parts_far_apart_under_one_id_are_doubted() -> None:
    near = shapely.MultiPolygon([at(0, 0, 50, 50), at(900, 0, 950, 50)])
    far = shapely.MultiPolygon([at(0, 100, 50, 150), at(0, 1200 + PARTS_APART_M, 50, 2300)])
    said = faults(near, far)
    assert [(one.code, one.id) for one in said] == [("scattered_parts", "P1")]
    assert said[0].detail.en == "2 parts, 2050 m apart"


def test_nothing_is_wrong_with_no_parcel() -> None:
    assert faults() == []

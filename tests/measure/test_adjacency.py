"""Neighbours: within a gap, and not across a river, railway or expressway."""

from __future__ import annotations

import shapely
from conftest import ORIGIN, parcels_of, zones_of
from hypothesis import given
from hypothesis import strategies as st

from landrenew.measure.adjacency import contact_groups, contacts

X, Y = ORIGIN


def at(x: float, y: float, right: float, top: float) -> shapely.Polygon:
    return shapely.box(X + x, Y + y, X + right, Y + top)


def line(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([(X + x, Y + y) for x, y in points])


def groups(
    *shapes: shapely.Geometry, gap: float = 10.0, barriers: list[shapely.Geometry] | None = None
) -> list[int]:
    table = parcels_of(*shapes)
    layer = None if barriers is None else zones_of(*barriers)
    return contact_groups(table, contacts(table, max_gap_m=gap, barriers=layer)).tolist()


LANE = (at(0, 0, 100, 50), at(108, 0, 208, 50))
TOUCHING = (at(0, 0, 100, 50), at(100, 0, 200, 50))
boxes = st.builds(
    lambda x, y, w, h: at(x, y, x + w, y + h),
    st.integers(0, 150),
    st.integers(0, 150),
    st.integers(1, 30),
    st.integers(1, 30),
)
grounds = st.lists(boxes, min_size=1, max_size=8)


def test_a_lane_of_eight_metres_joins_at_ten_and_parts_at_five() -> None:
    assert groups(*LANE, gap=10) == [0, 0]
    assert groups(*LANE, gap=8) == [0, 0]  # exactly the gap still counts
    assert groups(*LANE, gap=5) == [0, 1]


def test_parcels_that_touch_are_neighbours_at_any_gap() -> None:
    assert groups(*TOUCHING, gap=0) == [0, 0]
    assert groups(at(0, 0, 10, 10), at(10, 10, 20, 20), gap=0) == [0, 0]


def test_contacts_name_each_pair_once_with_its_gap() -> None:
    table = parcels_of(at(0, 0, 10, 10), at(15, 0, 25, 10), at(10, 0, 15, 10))
    found = contacts(table, max_gap_m=10)
    assert found.to_dict("list") == {"first": [0, 0, 1], "second": [1, 2, 2], "gap_m": [5, 0, 0]}


def test_a_chain_of_neighbours_is_one_group() -> None:
    assert groups(*[at(18 * i, 0, 18 * i + 10, 10) for i in range(6)]) == [0] * 6


def test_groups_are_numbered_by_their_first_parcel() -> None:
    assert groups(at(500, 0, 510, 10), at(0, 0, 10, 10), at(512, 0, 520, 10)) == [0, 1, 0]


def test_a_railway_or_a_river_between_parts() -> None:
    railway = line((104, -100), (104, 100))
    river = at(101, -100, 107, 100)
    assert groups(*LANE, barriers=[railway]) == [0, 1]
    assert groups(*LANE, barriers=[river]) == [0, 1]
    assert groups(*TOUCHING, barriers=[line((100, -100), (100, 100))]) == [0, 1]


def test_a_barrier_elsewhere_parts_nothing() -> None:
    assert groups(*LANE, barriers=[line((0, 60), (300, 60)), at(300, 0, 310, 50)]) == [0, 0]


def test_neighbours_on_one_bank_stay_neighbours() -> None:
    river = at(-100, -40, 400, 0)
    railway = line((-100, 50), (400, 50))
    for parcels in (LANE, TOUCHING):
        assert groups(*parcels, barriers=[river]) == [0, 0]
        assert groups(*parcels, barriers=[railway]) == [0, 0]
        assert groups(*parcels, barriers=[river, railway]) == [0, 0]


def test_neighbours_on_one_bank_are_not_joined_to_the_other() -> None:
    river = at(-100, 50, 400, 56)
    north = at(0, 56, 200, 90)
    assert groups(*TOUCHING, north, barriers=[river]) == [0, 0, 1]
    assert groups(*TOUCHING, north) == [0, 0, 0]


def test_a_parcel_drawn_into_the_river_still_has_its_neighbour() -> None:
    river = at(-100, -40, 400, 1)
    assert groups(*TOUCHING, barriers=[river]) == [0, 0]
    assert groups(*TOUCHING, at(0, -60, 200, -39), gap=50, barriers=[river]) == [0, 0, 1]


def test_where_a_barrier_ends_the_lane_is_free() -> None:
    assert groups(*LANE, barriers=[at(101, -100, 107, 40)]) == [0, 0]


def test_off_the_banks_the_gap_holds_as_well() -> None:
    slanting = shapely.Polygon(
        [(X + x, Y + y) for x, y in [(108, 0), (208, 0), (208, 50), (130, 50)]]
    )
    river = at(-100, -40, 400, 8)
    assert groups(LANE[0], slanting, gap=10, barriers=[river]) == [0, 1]
    assert groups(LANE[0], slanting, gap=12, barriers=[river]) == [0, 0]


def test_a_railway_through_both_parcels_leaves_them_joined_on_each_side() -> None:
    assert groups(*TOUCHING, barriers=[line((-100, 25), (400, 25))]) == [0, 0]


def test_a_parcel_under_the_barrier_has_no_neighbour() -> None:
    assert groups(*TOUCHING, barriers=[at(-10, -10, 100, 60)]) == [0, 1]


@given(grounds, st.integers(0, 40))
def test_contacts_are_what_plain_distances_give(shapes: list[shapely.Polygon], gap: int) -> None:
    found = contacts(parcels_of(*shapes), max_gap_m=gap)
    plain = [
        (i, j)
        for i in range(len(shapes))
        for j in range(i + 1, len(shapes))
        if shapes[i].distance(shapes[j]) <= gap
    ]
    assert list(zip(found["first"], found["second"], strict=True)) == plain


@given(grounds, st.integers(0, 20), st.integers(0, 20))
def test_groups_part_the_parcels_and_only_grow_with_the_gap(
    shapes: list[shapely.Polygon], gap: int, more: int
) -> None:
    narrow, wide = groups(*shapes, gap=gap), groups(*shapes, gap=gap + more)
    assert len(narrow) == len(shapes)
    assert sorted(set(narrow)) == list(range(len(set(narrow))))
    for i in range(len(shapes)):
        for j in range(i):
            assert narrow[i] != narrow[j] or wide[i] == wide[j]


@given(grounds, boxes)
def test_a_barrier_only_ever_parts(shapes: list[shapely.Polygon], barrier: shapely.Polygon) -> None:
    with_barrier = contacts(parcels_of(*shapes), max_gap_m=10, barriers=zones_of(barrier))
    without = contacts(parcels_of(*shapes), max_gap_m=10)
    pairs = [set(zip(one["first"], one["second"], strict=True)) for one in (with_barrier, without)]
    assert pairs[0] <= pairs[1]

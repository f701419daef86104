"""Neighbours: within a gap, and not across a river, railway or expressway."""

from __future__ import annotations

from itertools import combinations, product

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import CRS, ORIGIN, parcels_of, zones_of
from hypothesis import given
from hypothesis import strategies as st

from landrenew.base.threads import AT_A_TIME
from landrenew.intake.parcels import Parcels
from landrenew.measure import adjacency
from landrenew.measure.adjacency import (
    BANK_M,
    TOUCH_M,
    contact_groups,
    contacts,
)

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
spots = st.tuples(st.integers(-20, 200), st.integers(-20, 200))
winding = st.lists(spots, min_size=2, max_size=6, unique=True).map(lambda points: line(*points))
barrier_layers = st.lists(boxes | winding, min_size=1, max_size=3)

Pairs = list[tuple[int, int]]


def pairs_of(
    shapes: list[shapely.Geometry], gap: float, barriers: list[shapely.Geometry] | None = None
) -> Pairs:
    layer = None if barriers is None else zones_of(*barriers)
    found = contacts(parcels_of(*shapes), max_gap_m=gap, barriers=layer)
    return list(zip(found["first"].tolist(), found["second"].tolist(), strict=True))


def plain_links(one: shapely.Geometry, other: shapely.Geometry) -> list[shapely.Geometry]:
    """Draw the shortest links, from both sides and with the rings either way around."""
    ways = [(one, other), (other, one)]
    ways += [(a.reverse(), b.reverse()) for a, b in ways]
    links = [shapely.shortest_line(a, b) for a, b in ways]
    return [link if link.length else shapely.get_point(link, 0) for link in links]


def plainly_free(
    one: shapely.Geometry, other: shapely.Geometry, wall: shapely.Geometry, gap: float
) -> bool:
    """Try the links of two parcels with the whole barrier, then those off its banks."""
    if any(link.distance(wall) > TOUCH_M for link in plain_links(one, other)):
        return True
    boxes = [shapely.box(*shape.bounds).buffer(gap, join_style="mitre") for shape in (one, other)]
    between = boxes[0].intersection(boxes[1])
    near = wall.intersection(shapely.box(*between.buffer(TOUCH_M).bounds))
    banks = near.buffer(BANK_M)
    dry = [shape.intersection(between).difference(banks) for shape in (one, other)]
    parts = [[] if shape.is_empty else list(shapely.get_parts(shape)) for shape in dry]
    return any(
        link.length <= gap + 2 * BANK_M and link.distance(near) > TOUCH_M
        for a, b in product(*parts)
        for link in plain_links(a, b)
    )


def plain_pairs(
    shapes: list[shapely.Geometry], gap: float, barriers: list[shapely.Geometry]
) -> Pairs:
    """Find neighbours pair by pair: the slow second opinion."""
    wall = shapely.union_all(barriers)
    return [
        (i, j)
        for i, j in combinations(range(len(shapes)), 2)
        if shapes[i].distance(shapes[j]) <= gap and plainly_free(shapes[i], shapes[j], wall, gap)
    ]


def city(seed: int, side: int = 12) -> np.ndarray:
    """Draw lots with lanes of 0 to 14 m between them, turned a little."""
    chance = np.random.default_rng(seed)
    left, bottom = (one.ravel() * 40.0 for one in np.meshgrid(range(side), range(side)))
    right, top = (at + 40 - chance.choice([0, 2, 6, 9, 14], side**2) for at in (left, bottom))
    return shapely.transform(
        shapely.box(left, bottom, right, top),
        lambda xy: np.round(xy @ [[0.98, 0.2], [-0.2, 0.98]], 3) + ORIGIN,
    )


def rivers(seed: int, side: int = 12) -> list[shapely.Geometry]:
    """Draw lines and a river that wind through such a city."""
    chance = np.random.default_rng([seed, 1])
    along = np.linspace(-50, side * 40, 200)
    rows = chance.uniform(0, side * 40, 4)
    wind = [at + 15 * np.sin(along / chance.uniform(10, 60)) for at in rows]
    lines = [shapely.LineString(np.c_[along, across] + ORIGIN) for across in wind[:2]]
    lines += [shapely.LineString(np.c_[across, along] + ORIGIN) for across in wind[2:]]
    return [*lines[:3], lines[3].buffer(5)]


def table_of(shapes: np.ndarray) -> Parcels:
    index = [f"P{i}" for i in range(len(shapes))]
    return Parcels(gpd.GeoDataFrame(index=index, geometry=shapes, crs=CRS))


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


def test_off_the_banks_the_gap_holds_from_corner_to_corner() -> None:
    pond = at(47, 47, 50, 50)
    corners = (at(0, 0, 50, 50), at(56, 57, 90, 90))
    assert groups(*corners, gap=10) == [0, 0]
    assert groups(*corners, gap=10, barriers=[pond]) == [0, 1]  # 9 m and 7 m apart
    assert groups(*corners, gap=12, barriers=[pond]) == [0, 0]


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


@given(grounds, barrier_layers, st.integers(0, 20))
def test_contacts_are_what_pair_by_pair_with_whole_barriers_gives(
    shapes: list[shapely.Polygon], barriers: list[shapely.Geometry], gap: int
) -> None:
    assert pairs_of(shapes, gap, barriers) == plain_pairs(shapes, gap, barriers)


@pytest.mark.parametrize("seed", range(2))
def test_a_city_of_rivers_is_what_pair_by_pair_gives(seed: int) -> None:
    shapes, barriers = list(city(seed)), rivers(seed)
    free = pairs_of(shapes, 10)
    found = pairs_of(shapes, 10, barriers)
    assert len(free) > len(found) > 100
    assert found == plain_pairs(shapes, 10, barriers)


@given(st.integers(0, 99), st.randoms())
def test_shuffling_rows_only_shuffles_pairs(seed: int, random: object) -> None:
    shapes, barriers = city(seed, 5), rivers(seed, 5)
    order = np.random.default_rng(random.randrange(2**32)).permutation(len(shapes))
    straight = set(pairs_of(list(shapes), 10, barriers))
    mixed = pairs_of(list(shapes[order]), 10, barriers)
    assert {tuple(sorted((order[i], order[j]))) for i, j in mixed} == straight


def test_any_number_of_threads_gives_the_same() -> None:
    parcels, barriers = table_of(city(3, 60)), zones_of(*rivers(3, 60))
    one, two, five = (
        contacts(parcels, max_gap_m=10, barriers=barriers, threads=threads) for threads in (1, 2, 5)
    )
    assert len(one) > AT_A_TIME
    assert one.equals(two)
    assert one.equals(five)


@given(st.integers(0, 99), st.integers(1, 4), st.integers(1, 4))
def test_windows_wider_by_the_gap_find_together_what_the_whole_has(
    seed: int, across: int, down: int
) -> None:
    parcels, barriers = table_of(city(seed, 8)), zones_of(*rivers(seed, 8))
    whole = contacts(parcels, max_gap_m=10, barriers=barriers)
    x, y = (parcels.geometry.centroid.x.rank(pct=True), parcels.geometry.centroid.y.rank(pct=True))
    part = np.ceil(x * across) * 10 + np.ceil(y * down)
    found = set()
    for core in part.unique():
        left, bottom, right, top = parcels[part == core].total_bounds
        rows = np.flatnonzero(parcels.intersects(
            shapely.box(left - 10, bottom - 10, right + 10, top + 10)
        ))  # fmt: skip
        window = contacts(Parcels(parcels.iloc[rows]), max_gap_m=10, barriers=barriers)
        pairs = rows[window[["first", "second"]].to_numpy()]
        has_core = (part.to_numpy()[pairs] == core).any(axis=1)
        gaps = window["gap_m"].to_numpy()[has_core]
        found |= {(*pair, gap) for pair, gap in zip(pairs[has_core].tolist(), gaps, strict=True)}
    assert found == set(whole.itertuples(index=False, name=None))


@given(grounds, st.integers(0, 20))
def test_a_parcel_searched_by_its_edge_has_the_same_neighbours(
    shapes: list[shapely.Polygon], gap: int
) -> None:
    parcels = parcels_of(*shapes)
    whole = contacts(parcels, max_gap_m=gap)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(adjacency, "MANY_VERTICES", 4)
        assert contacts(parcels, max_gap_m=gap).equals(whole)


def test_a_parcel_of_many_vertices_has_the_neighbours_its_whole_shape_has() -> None:
    turn = np.linspace(0, 2 * np.pi, 4000, endpoint=False)
    wavy = 300 + 5 * np.sin(40 * turn)
    outer, inner = (np.c_[np.cos(turn), np.sin(turn)] * one[:, None] for one in (wavy, wavy / 3))
    ring = shapely.Polygon(outer + ORIGIN, [inner[::-1] + ORIGIN])
    near = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    lots = [at(309 * np.cos(a) - 2, 309 * np.sin(a) - 2, 309 * np.cos(a) + 2, 309 * np.sin(a) + 2)
            for a in near]  # fmt: skip
    shapes = [*lots, ring, at(199, -1, 201, 1), at(-2, -2, 2, 2)]  # on its ground; in its hole
    found = contacts(parcels_of(*shapes), max_gap_m=4)
    mine = found[(found["first"] == 90) | (found["second"] == 90)]
    gaps = {i: ring.distance(shape) for i, shape in enumerate(shapes) if i != 90}
    other = np.where(mine["first"] == 90, mine["second"], mine["first"])
    assert dict(zip(other.tolist(), mine["gap_m"], strict=True)) == {
        i: gap for i, gap in gaps.items() if gap <= 4
    }
    assert 20 < len(mine) < 90
    wall = shapely.LineString(outer[::2] * 1.004 + ORIGIN)
    assert pairs_of(shapes, 4, [wall]) == plain_pairs(shapes, 4, [wall])


def test_a_barrier_parts_the_same_in_one_line_and_in_a_thousand() -> None:
    shapes, barriers = list(city(5)), rivers(5)
    xy = [shapely.get_coordinates(one) for one in barriers[:3]]
    pieces = np.concatenate([np.stack([one[:-1], one[1:]], axis=1) for one in xy])
    apart = [*shapely.linestrings(pieces), barriers[3]]
    together = [shapely.GeometryCollection([shapely.MultiLineString(barriers[:3]), barriers[3]])]
    assert pairs_of(shapes, 10, apart) == pairs_of(shapes, 10, barriers)
    assert pairs_of(shapes, 10, together) == pairs_of(shapes, 10, barriers)


def test_a_straight_line_through_the_city_parts_all_along() -> None:
    lots = [at(100 * i, y, 100 * i + 95, y + 40) for i in range(20) for y in (0, 45)]
    assert groups(*lots, barriers=[line((-5000, 42), (9000, 43))]) == [0, 1] * 20


def test_a_point_parts_nothing() -> None:
    assert groups(*TOUCHING, gap=0, barriers=[shapely.Point(X + 100, Y + 25)]) == [0, 0]


def test_a_layer_without_barriers_parts_nothing() -> None:
    table = parcels_of(*LANE)
    assert len(contacts(table, max_gap_m=10, barriers=zones_of())) == 1
    assert len(contacts(Parcels(table.iloc[:0]), max_gap_m=10, barriers=zones_of(LANE[0]))) == 0


def test_a_lane_walled_at_one_end_is_free_at_the_other_whichever_parcel_is_first() -> None:
    for wall in (at(102, -5, 106, 5), at(102, 45, 106, 55)):
        for one, other in (LANE, LANE[::-1]):
            assert groups(one, other, barriers=[wall]) == [0, 0]

"""The overlay kernel against the plain computation, on shapes of every hard kind."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from landrenew.measure import overlay, trapezoids
from landrenew.measure.overlay import cover, overlaps_of, shared_areas
from landrenew.measure.pieces import MOST_VERTICES, Zones, cut_up, edges_of

EXACT = 1e-9
"""Relative difference from the plain computation that the kernel may have."""

LEFT, BOTTOM = (one.ravel() for one in np.meshgrid(*[np.arange(0, 2000, 50.0)] * 2))
GRID = shapely.box(LEFT, BOTTOM, LEFT + 45, BOTTOM + 45)
"""1,600 parcels of 45 m with lanes of 5 m between them."""


def plain_areas(shapes: np.ndarray, zones: np.ndarray) -> dict[tuple[int, int], float]:
    """Give a second opinion: one pair at a time, whole shapes."""
    areas = {
        (i, j): shapely.intersection(shape, zone).area
        for j, zone in enumerate(zones)
        for i, shape in enumerate(shapes)
        if shape.intersects(zone)
    }
    return {pair: area for pair, area in areas.items() if area > 1e-4}


def check_areas(shapes: np.ndarray, zones: np.ndarray) -> None:
    found = shared_areas(shapes, zones)
    pairs = zip(found.shape.tolist(), found.zone.tolist(), strict=True)
    assert dict(zip(pairs, found.area.tolist(), strict=True)) == pytest.approx(
        plain_areas(shapes, zones), rel=EXACT, abs=1e-6
    )


def inside_of(shapes: np.ndarray, zones: np.ndarray | Zones) -> np.ndarray:
    found = cover(shapes, zones)
    return np.where(found.is_whole, shapely.area(shapes), np.nan_to_num(shapely.area(found.inside)))


def check_cover(shapes: np.ndarray, zones: np.ndarray) -> None:
    plain = shapely.area(shapely.intersection(shapes, shapely.union_all(zones)))
    np.testing.assert_allclose(inside_of(shapes, zones), plain, rtol=EXACT, atol=1e-6)


def star(points: int, x: float = 1000, y: float = 1000, size: float = 900) -> shapely.Polygon:
    """Draw an outline that winds in and out."""
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    radius = size * (0.7 + 0.2 * np.sin(9 * angle) + 0.05 * np.sin(points / 7 * angle))
    return shapely.Polygon(np.c_[x + radius * np.cos(angle), y + radius * np.sin(angle)])


def comb(teeth: int) -> shapely.Polygon:
    """Draw a zone of long narrow teeth on a narrow back."""
    width = 2000 / teeth
    left = np.arange(teeth) * width
    tooth = np.stack([np.c_[left, np.full(teeth, 10.0)], np.c_[left, np.full(teeth, 1990.0)],
                      np.c_[left + width / 2, np.full(teeth, 1990.0)],
                      np.c_[left + width / 2, np.full(teeth, 10.0)]], axis=1)  # fmt: skip
    return shapely.Polygon([(2000, 0), (0, 0), *tooth.reshape(-1, 2), (2000, 10)])


def circles(count: int, size: float, seed: int = 1) -> np.ndarray:
    chance = np.random.default_rng(seed)
    middle = shapely.points(chance.uniform(0, 2000, (count, 2)))
    return shapely.buffer(middle, chance.uniform(size / 2, size, count))


east = star(90, 1500, 1500, 400)
ring = shapely.difference(star(700), star(500, size=500))
HARD = {
    "a long line": np.array([star(5_000)]),
    "a comb": np.array([comb(400)]),
    "300 overlapping zones": circles(300, 200),
    "a hole": np.array([ring]),
    "parts": np.array([shapely.MultiPolygon([star(300, 500, 500, 400), east])]),
    "along parcel edges": shapely.box([50, 1000], [50, 0], [995, 1995], [1945, 2000]),
    "zones that touch": shapely.box([0, 970], [0, 0], [970, 2000], [2000, 2000]),
    "a zone within a parcel": np.array([shapely.box(10, 10, 20, 20)]),
    "none near": np.array([shapely.box(9000, 9000, 9010, 9010)]),
}  # fmt: skip


@pytest.mark.parametrize("zones", HARD.values(), ids=HARD)
def test_hard_zones_are_measured_as_the_plain_way_does(zones: np.ndarray) -> None:
    check_cover(GRID, zones)
    check_areas(GRID[::7], zones[:40])


@pytest.mark.parametrize("zones", HARD.values(), ids=HARD)
def test_a_prefix_of_the_strip_costs_no_exactness(zones: np.ndarray) -> None:
    far = np.array([40_500_000.0, 3_340_000.0])
    there = [shapely.transform(shapes, lambda xy: xy + far) for shapes in (GRID, zones)]
    near = inside_of(GRID, zones)
    # moving alone rounds coordinates of 8 digits to 7 nm
    np.testing.assert_allclose(inside_of(*there), near, rtol=EXACT, atol=1e-5)
    check_cover(*there)


def test_parcels_of_thousands_of_vertices_are_cut_up_too() -> None:
    large = np.array([star(5_000), star(2_000, 400, 400, 300), *GRID[:20]])
    check_cover(large, np.array([star(4_000, 1100, 900, 800)]))
    check_areas(large, circles(40, 300))
    check_areas(circles(40, 300), large)


def test_a_large_shape_wholly_inside_is_whole() -> None:
    found = cover(np.array([star(3000)]), np.array([shapely.box(0, 0, 2000, 2000)]))
    assert found.is_whole.tolist() == [True]


def test_a_shape_that_only_touches_lies_outside() -> None:
    found = cover(np.array([shapely.box(0, 0, 1, 1)]), np.array([shapely.box(1, 0, 2, 1)]))
    assert not found.is_whole.any()
    assert found.inside.tolist() == [None]


outlines = st.builds(
    star, st.sampled_from([5, 40, 300, 900]), st.integers(200, 1800), st.integers(200, 1800),
    st.integers(50, 900),
)  # fmt: skip
layers = st.lists(outlines, min_size=1, max_size=5).map(np.array)


@given(layers, layers)
def test_any_shapes_in_any_zones(shapes: np.ndarray, zones: np.ndarray) -> None:
    check_areas(shapes, zones)
    check_cover(shapes, zones)


@given(layers, st.data())
def test_what_lies_beside_changes_no_bit(zones: np.ndarray, data: st.DataObject) -> None:
    chosen = np.array(data.draw(st.lists(st.integers(0, len(GRID) - 1), min_size=1, unique=True)))
    ready = Zones.united(zones)
    assert inside_of(GRID[chosen], ready).tolist() == inside_of(GRID, ready)[chosen].tolist()
    all_pairs, some = shared_areas(GRID, zones), shared_areas(GRID[chosen], zones)
    whole = dict(
        zip(zip(all_pairs.shape, all_pairs.zone, strict=True), all_pairs.area, strict=True)
    )
    for shape, zone, area in zip(chosen[some.shape], some.zone, some.area, strict=True):
        assert whole[shape, zone] == area


def squares(field: np.ndarray) -> shapely.Geometry:
    """Unite the marked squares of a field: edges meet, holes touch edges and each other."""
    column, row = np.nonzero(field)
    return shapely.union_all(shapely.box(column, row, column + 1, row + 1))


def wedges(corners: np.ndarray) -> shapely.Geometry:
    """Unite triangles on whole numbers, and take the last off: needles, holes, shared corners."""
    shapes = shapely.polygons(corners)
    *ground, hole = shapes[shapely.area(shapes) > 0]
    return shapely.difference(shapely.union_all(ground), hole)


fields = st.integers(0, 2**36 - 1).map(
    lambda bits: squares(np.array([bits >> one & 1 for one in range(36)], dtype=bool).reshape(6, 6))
)
triangles = (
    st.lists(st.integers(0, 8), min_size=36, max_size=36)
    .map(lambda numbers: np.array(numbers, dtype=float).reshape(6, 3, 2))
    .filter(lambda corners: (shapely.area(shapely.polygons(corners)) > 0).sum() > 1)
    .map(wedges)
)
touching = st.lists(fields | triangles, min_size=1, max_size=4).map(
    lambda shapes: shapely.transform(np.array(shapes), lambda xy: xy * 50)
)
"""Layers in which nearly everything touches something."""


@given(touching, touching)
def test_shapes_that_touch_in_every_way(shapes: np.ndarray, zones: np.ndarray) -> None:
    check_areas(shapes, zones)
    check_cover(shapes, zones)
    found = overlaps_of(shapes, 0.0)
    pairs = zip(found.first.tolist(), found.second.tolist(), strict=True)
    plain = {pair: area for pair, area in plain_areas(shapes, shapes).items() if pair[0] < pair[1]}
    assert dict(zip(pairs, found.area.tolist(), strict=True)) == pytest.approx(plain, rel=EXACT)


@given(touching, st.sampled_from([8, 12, 30]))
def test_pieces_of_shapes_that_touch_themselves_are_valid_and_add_up(
    shapes: np.ndarray, most: int
) -> None:
    pieces = cut_up(shapes, most)
    assert shapely.is_valid(pieces.shapes).all()
    assert (shapely.get_type_id(pieces.shapes) == shapely.GeometryType.POLYGON).all()
    for one in range(len(shapes)):
        mine = pieces.shapes[pieces.owner == one]
        assert shapely.area(mine).sum() == pytest.approx(shapes[one].area, rel=EXACT)
        assert shapely.union_all(mine).area == pytest.approx(shapes[one].area, rel=EXACT)


@pytest.mark.parametrize("threads", [1, 2, 5])
@given(layers, st.integers(200, 900), st.integers(8, 18))
def test_threads_and_portions_change_no_bit(
    threads: int, zones: np.ndarray, shapes: int, edges: int
) -> None:
    whole, pairs = inside_of(GRID, zones), shared_areas(GRID, zones, threads=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(overlay, "AT_A_TIME", shapes)
        patch.setattr(trapezoids, "AT_A_TIME", 2**edges)
        some = shared_areas(GRID, zones, threads=threads)
        assert inside_of(GRID, zones).tolist() == whole.tolist()
    for one, other in zip(pairs, some, strict=True):
        assert one.tolist() == other.tolist()


def test_what_is_covered_has_its_own_area_to_the_last_bit() -> None:
    zones = shapely.box([0, 700.3], [0, 0], [700.3, 2000], [2000, 2000])
    shapes = np.array([star(40, 350, 350, 300), shapely.MultiPolygon(GRID[[5, 90]].tolist())])
    pairs = shared_areas(np.concatenate([GRID, shapes]), zones)
    area = np.concatenate([shapely.area(GRID), shapely.area(shapes)])
    covered = shapely.covers(zones[pairs.zone], np.concatenate([GRID, shapes])[pairs.shape])
    assert covered.sum() > len(GRID) * 0.9
    assert pairs.area[covered].tolist() == area[pairs.shape[covered]].tolist()
    line = star(5_000)
    parcels = shapely.intersection(GRID, line)[shapely.intersects(GRID, line)]
    assert cover(parcels, np.array([line])).is_whole.mean() > 0.9  # cut along it, up to rounding


def test_rings_may_run_either_way() -> None:
    outer, inner = shapely.box(0, 0, 100, 100), shapely.box(20, 20, 60, 60)
    turned = [
        shapely.Polygon(shell, [hole])
        for shell in (outer.exterior, outer.exterior.reverse())
        for hole in (inner.exterior, inner.exterior.reverse())
    ]
    shapes = shapely.box([10, 30, 50], [10, 30, 50], [50, 50, 70], [50, 50, 70])
    for ground in turned:
        assert shared_areas(shapes, [ground]).area.tolist() == [700.0, 300.0]
        assert shared_areas([ground], shapes).area.tolist() == [700.0, 300.0]


@given(layers)
def test_pieces_are_small_and_add_up_to_their_shape(shapes: np.ndarray) -> None:
    pieces = cut_up(shapes)
    assert shapely.get_num_coordinates(pieces.shapes).max() <= MOST_VERTICES
    sums = np.bincount(pieces.owner, weights=shapely.area(pieces.shapes))
    np.testing.assert_allclose(sums, shapely.area(shapes), rtol=1e-12)
    for one in range(len(shapes)):
        mine = pieces.shapes[pieces.owner == one]
        assert shapely.union_all(mine).area == pytest.approx(shapes[one].area, rel=1e-12)


@given(layers)
def test_stretches_follow_every_edge(shapes: np.ndarray) -> None:
    edges = edges_of(shapes)
    sums = np.bincount(edges.owner, weights=shapely.length(edges.shapes))
    np.testing.assert_allclose(sums, shapely.length(shapes), rtol=1e-12)


def test_vertices_on_one_spot_are_not_cut_for_ever() -> None:
    angle = np.linspace(0, 2 * np.pi, 1000, endpoint=False)
    dust = shapely.Polygon(np.c_[np.cos(angle), np.sin(angle)] * 1e-5)
    assert shapely.area(cut_up([dust]).shapes).sum() == pytest.approx(dust.area, rel=1e-6)


def test_overlaps_of_large_shapes_are_those_of_the_plain_way() -> None:
    shapes = np.array([star(2000), star(700, 1300, 1200, 500), *GRID[:300], *circles(50, 60)])
    found = overlaps_of(shapes, 0.0)
    pairs = zip(found.first.tolist(), found.second.tolist(), strict=True)
    plain = {pair: area for pair, area in plain_areas(shapes, shapes).items() if pair[0] < pair[1]}
    assert dict(zip(pairs, found.area.tolist(), strict=True)) == pytest.approx(plain, rel=EXACT)
    ground = shapely.intersection(shapes[found.first], shapes[found.second])
    assert shapely.dwithin(shapely.points(found.place), ground, 1e-9).all()

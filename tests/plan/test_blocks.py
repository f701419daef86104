"""Contiguous blocks: who belongs, totals over totals, and what cannot yet be judged."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import ORIGIN, parcels_of, zones_of
from hand_made import READ, links_of
from hypothesis import given
from hypothesis import strategies as st

from landrenew.base.errors import ColumnError
from landrenew.base.units import to_mu
from landrenew.intake.parcels import Parcels
from landrenew.plan import outlines as outlines_module
from landrenew.plan.blocks import block_id, block_table, consolidation, nearest_parks
from landrenew.plan.outlines import CLOSING_M, block_outline
from landrenew.rules.comparison import TestSet
from landrenew.rules.model import Contiguity

X, Y = ORIGIN
MU = 2000 / 3
RULE = Contiguity.model_validate(
    {**READ, "max_gap_m": 10.0, "min_area_mu": 0.0, "small_plot_mu": 5.0}
)
ALL_LOW = TestSet.model_validate({
    **READ,
    "logic": "all",
    "tests": [
        {"column": "area_mu", "comparison": "at_least", "threshold": 10},
        {"column": "low_efficiency_area_share", "comparison": "at_least", "threshold": 0.6},
    ],
})  # fmt: skip


def at(x: float, y: float, right: float, top: float) -> shapely.Polygon:
    return shapely.box(X + x, Y + y, X + right, Y + top)


def row_of(*mu: float, apart: tuple[float, ...] = (), **columns: list[object]) -> Parcels:
    """Make parcels of the areas given in a row, 8 m apart, or as far as ``apart`` says."""
    shapes, x = [], 0.0
    for i, area in enumerate(mu):
        width = area * MU / 100
        shapes.append(at(x, 0, x + width, 100))
        x += width + (apart[i] if i < len(apart) else 8.0)
    land = [area * MU for area in mu]
    given_columns = {"counted_area_m2": land, "parcel_area_mu": list(mu), **columns}
    return parcels_of(*shapes, **given_columns)


def blocks_of(parcels: Parcels, rule: Contiguity = RULE, **layers: pd.DataFrame) -> pd.DataFrame:
    named = Parcels(parcels.assign(block_id=block_id(parcels, rule)))
    return block_table(named, rule, layers.get("links"))


def rule_of(*rows: tuple[str, str, float]) -> TestSet:
    names = ("column", "comparison", "threshold")
    tests = [dict(zip(names, row, strict=True)) for row in rows]
    return TestSet.model_validate({**READ, "logic": "all", "tests": tests})


def low(*words: str) -> dict[str, list[object]]:
    return {"low_efficiency_class": list(words)}


def test_the_largest_block_is_the_first() -> None:
    parcels = row_of(5, 20, 10, 10, apart=(50, 50, 8))
    assert block_id(parcels, RULE).tolist() == ["B003", "B001", "B002", "B002"]


def test_equal_blocks_are_named_by_their_parcels_whatever_the_row_order() -> None:
    parcels = row_of(10, 10, 5, apart=(50, 50))
    straight = block_id(parcels, RULE)
    assert straight.tolist() == ["B001", "B002", "B003"]
    mixed = block_id(Parcels(parcels.iloc[[1, 2, 0]]), RULE)
    assert mixed[parcels.index].tolist() == straight.tolist()


def test_groups_too_small_for_a_block_have_none() -> None:
    rule = RULE.model_copy(update={"min_area_mu": 15.0})
    parcels = row_of(10, 10, 14.9, 15, apart=(8, 50, 50))
    assert block_id(parcels, rule).tolist() == ["B001", "B001", None, "B002"]


def test_no_block_at_all_is_an_empty_table() -> None:
    rule = RULE.model_copy(update={"min_area_mu": 1000.0})
    parcels = row_of(10, 10, **low("yes", "no"))
    assert block_id(parcels, rule).tolist() == [None, None]
    blocks = blocks_of(parcels, rule, links=links_of(("F", "P0", None)))
    assert blocks.empty
    assert {"area_mu", "owner_count", "floor_area_ratio", "town"} <= set(blocks)
    assert consolidation(blocks, ALL_LOW).empty


def test_ratios_are_of_totals_not_means_of_ratios() -> None:
    parcels = row_of(10, 30, tax_cny10k=[100.0, 60.0], counted_floor_area_m2=[2000.0, 14_000.0])
    block = blocks_of(parcels).iloc[0]
    assert block["tax_cny10k_per_mu"] == pytest.approx(160 / 40)  # the mean of ratios is 6
    assert block["floor_area_ratio"] == pytest.approx(16_000 / (40 * MU))
    assert (block["tax_known_area_share"], block["floor_known_area_share"]) == (1, 1)


def test_ratios_rest_on_the_known_and_say_so() -> None:
    parcels = row_of(10, 30, tax_cny10k=[100.0, np.nan])
    block = blocks_of(parcels).iloc[0]
    assert block["tax_cny10k_per_mu"] == pytest.approx(10)
    assert block["tax_known_area_share"] == pytest.approx(0.25)
    assert np.isnan(block["floor_area_ratio"])
    assert block["floor_known_area_share"] == 0


def test_what_stands_on_ground_claimed_twice_counts_once() -> None:
    parcels = parcels_of(
        at(0, 0, 100, 100),
        at(0, 0, 100, 100),
        counted_area_m2=[10_000.0, 0.0],
        parcel_area_mu=[15.0, 15.0],
        counted_floor_area_m2=[8000.0, 8000.0],
    )
    block = blocks_of(parcels).iloc[0]
    assert block["area_mu"] == 15
    assert block["floor_area_ratio"] == pytest.approx(0.8)


def test_counts_and_shares_of_dongfeng() -> None:
    """Its 32 parcels: 18 under 5 mu, 9 of 5 to 10, 5 over 10."""
    parcels = row_of(*[4.0] * 18, *[5.0] * 9, *[20.0] * 5)
    block = blocks_of(parcels).iloc[0]
    assert block["parcel_count"] == 32
    assert block["small_area_share"] == pytest.approx(72 / 217)  # exactly 5 mu is not small


def test_owners_known_and_parcels_of_unknown_owner_are_counted_apart() -> None:
    parcels = row_of(5, 5, 5, 5, apart=(8, 50, 8), owner=["a", "a", "b", None])
    made = blocks_of(parcels)
    assert made["owner_count"].tolist() == [1, 1]
    assert made["owner_unknown_count"].tolist() == [0, 1]
    assert blocks_of(row_of(5))[["owner_count", "owner_unknown_count"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("bar", "verdict"), [(1, "yes"), (2, "undetermined"), (3, "undetermined"), (4, "no")]
)
def test_an_unknown_owner_may_be_one_more(bar: int, verdict: str) -> None:
    made = blocks_of(row_of(5, 5, 5, apart=(1, 1), owner=["a", None, None]))
    rule = rule_of(("owner_count", "at_least", bar))
    assert consolidation(made, rule)["consolidation_class"].tolist() == [verdict]


def test_a_ratio_over_part_of_the_land_answers_no_test() -> None:
    made = blocks_of(row_of(5, 5, apart=(1,), tax_cny10k=[10.0, None]))
    rule = rule_of(("tax_cny10k_per_mu", "below", 50.0))
    assert made["tax_cny10k_per_mu"].notna().all()
    assert consolidation(made, rule)["consolidation_class"].tolist() == ["undetermined"]


def test_a_firm_on_two_parcels_of_a_block_is_one_firm() -> None:
    links = links_of(("F", "P0", None), ("F", "P1", None), ("G", "P1", None), ("G", "P2", None))
    parcels = row_of(5, 5, 5, 5, apart=(8, 50, 50))
    assert blocks_of(parcels, links=links)["firm_count"].tolist() == [2, 1, 0]
    assert blocks_of(parcels)["firm_count"].isna().all()


def test_town_of_a_block_is_that_of_most_of_its_land() -> None:
    parcels = row_of(5, 10, 6, town=["west", "east", "west"])
    assert blocks_of(parcels)["town"].tolist() == ["west"]


def test_shares_are_of_land_and_inside_of_counted_land() -> None:
    parcels = row_of(
        10, 30, 60, **low("yes", "no", "undetermined"), inside_area_m2=[10 * MU, 15 * MU, 0.0]
    )
    block = blocks_of(parcels).iloc[0]
    assert block["low_efficiency_area_share"] == pytest.approx(0.1)
    assert block["undetermined_area_share"] == pytest.approx(0.6)
    assert block["control_share"] == pytest.approx(0.25)


def test_outline_closes_the_lanes_and_only_those() -> None:
    parcels = row_of(10, 10, 10, apart=(10, 60))
    outline = blocks_of(parcels).geometry
    both = shapely.union_all(parcels.geometry.to_numpy()[:2])
    assert outline["B001"].geom_type == "Polygon"
    assert outline["B001"].buffer(1e-6).covers(both)
    assert outline["B001"].area == pytest.approx(20 * MU + 10 * 100, rel=1e-6)
    assert outline["B002"].area == pytest.approx(10 * MU, rel=1e-6)


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        (("yes", "yes"), "yes"),
        (("yes", "no"), "no"),
        (("yes", "undetermined"), "undetermined"),
        (("no", "undetermined"), "no"),
        (("undetermined", "undetermined"), "undetermined"),
    ],
)
def test_undetermined_land_leaves_open_what_it_could_turn(
    words: tuple[str, str], verdict: str
) -> None:
    found = consolidation(blocks_of(row_of(10, 10, **low(*words))), ALL_LOW)
    assert found["consolidation_class"].tolist() == [verdict]
    assert found["consolidation_tests"].tolist() == [f"yes,{verdict}"]


def test_a_failed_test_settles_it_whatever_is_undetermined() -> None:
    found = consolidation(blocks_of(row_of(4, 4, **low("yes", "undetermined"))), ALL_LOW)
    assert found["consolidation_class"].tolist() == ["no"]


def test_without_judgements_consolidation_is_undetermined() -> None:
    found = consolidation(blocks_of(row_of(10, 10)), ALL_LOW)
    assert found["consolidation_class"].tolist() == ["undetermined"]


def test_the_nearest_park_with_room_takes_the_block() -> None:
    blocks = blocks_of(row_of(30))
    parks = zones_of(
        at(0, -200, 10, -100), at(0, -400, 10, -300), at(0, -600, 10, -500),
        park_id=["full", "unknown", "roomy"], capacity_mu=[29.9, np.nan, 30.0],
    )  # fmt: skip
    found = nearest_parks(blocks, parks).iloc[0]
    assert found["nearest_park_id"] == "roomy"
    assert found["nearest_park_distance_m"] == pytest.approx(500)
    none = nearest_parks(blocks, parks.iloc[:2]).iloc[0]
    assert none["nearest_park_id"] is None
    assert np.isnan(none["nearest_park_distance_m"])
    nobody = nearest_parks(blocks, parks.drop(columns="capacity_mu")).iloc[0]
    assert nobody["nearest_park_id"] is None


def test_blocks_need_the_counted_area() -> None:
    with pytest.raises(ColumnError, match="lacks counted_area_m2"):
        block_id(parcels_of(at(0, 0, 1, 1)), RULE)


cells = st.tuples(st.integers(1, 30), st.one_of(st.none(), st.floats(-100, 100)))


@given(st.lists(cells, min_size=1, max_size=8), st.lists(st.sampled_from([8.0, 30.0])))
def test_blocks_part_the_parcels_and_add_up(
    rows: list[tuple[int, float | None]], apart: list[float]
) -> None:
    tax = pd.Series([value for _, value in rows], dtype=float)
    parcels = row_of(*[mu for mu, _ in rows], apart=tuple(apart), tax_cny10k=tax.tolist())
    blocks = blocks_of(parcels)
    assert blocks["parcel_count"].sum() == len(rows)
    assert blocks["area_mu"].sum() == pytest.approx(to_mu(parcels["counted_area_m2"].sum()))
    assert (
        blocks["area_mu"].is_monotonic_decreasing
        or blocks["area_mu"].round(6).is_monotonic_decreasing
    )
    known = blocks["tax_known_area_share"] * blocks["area_mu"]
    total = (blocks["tax_cny10k_per_mu"] * known).sum()
    assert total == pytest.approx(tax.sum(), abs=1e-6)


REACH = RULE.max_gap_m / 2 + CLOSING_M
SMOOTHED = 0.01 * REACH
"""How far the engine may smooth a shape that it draws wider or narrower [m]."""


def city(seed: int, side: int, least: float = 0.0) -> np.ndarray:
    """Draw lots with lanes of 0 to 14 m between them; some reach over two, some have a wing."""
    chance = np.random.default_rng(seed)
    left, bottom = (one.ravel() * 40.0 for one in np.meshgrid(range(side), range(side)))
    right, top = (at + 40 - chance.choice([least, 6, 9, 14], side**2) for at in (left, bottom))
    wing = shapely.box(left, bottom, right, (bottom + top) / 2)
    body = shapely.box(left, bottom, (left + right) / 2, top)
    shapes = np.where(chance.random(side**2) < 0.2, shapely.union(wing, body),
                      shapely.box(left, bottom, right, top))  # fmt: skip
    return shapely.transform(shapes, lambda xy: xy @ [[0.96, 0.28], [-0.28, 0.96]] + ORIGIN)


def outline_of(shapes: np.ndarray | list[shapely.Geometry], threads: int = 2) -> shapely.Geometry:
    parcels = parcels_of(*shapes, block_id=["B001"] * len(shapes))
    drawn = block_outline(parcels, RULE.max_gap_m, threads=threads)
    assert drawn.index.tolist() == ["B001"]
    assert drawn.is_valid.all()
    return drawn["B001"]


def plain_outline(shapes: np.ndarray) -> shapely.Geometry:
    """Draw the outline in one go: the slow second opinion."""
    wide = shapely.union_all(shapes).buffer(REACH, join_style="mitre")
    return wide.buffer(-REACH, quad_segs=outlines_module.ARC)


def assert_same_picture(
    one: shapely.Geometry, other: shapely.Geometry, within: float = 1e-3
) -> None:
    assert one.symmetric_difference(other).area <= within * 1e-3 * other.area
    assert one.boundary.hausdorff_distance(other.boundary) <= within


def test_outline_closes_a_crossing_of_lanes() -> None:
    shapes = [at(x, y, x + 60, y + 60) for x in (0, 70) for y in (0, 70)]
    assert_same_picture(outline_of(shapes), at(0, 0, 130, 130))


def test_outline_leaves_a_wider_lane_open() -> None:
    shapes = [at(0, 0, 60, 60), at(71, 0, 130, 60)]
    assert_same_picture(outline_of(shapes), shapely.union_all(shapes))


def test_outline_rounds_a_re_entrant_corner_by_half_the_gap_and_no_other() -> None:
    corner = shapely.union(at(0, 0, 60, 20), at(0, 0, 20, 60))
    outline = outline_of([corner])
    square = at(20, 20, 20 + REACH, 20 + REACH)
    assert outline.difference(corner.union(square)).area <= 1e-6
    assert corner.difference(outline).area <= 1e-6
    filled = outline.area - corner.area
    assert (1 - np.pi / 4) * REACH**2 <= filled <= 0.3 * REACH**2


def test_outline_keeps_a_parcel_that_hangs_by_a_neck() -> None:
    """The engine loses the second when it draws these narrower with sharp corners."""
    below = [(9.524, 49.117), (73.875, 60.5), (138.177, 72.158), (202.544, 83.447),
             (266.87, 94.967), (331.217, 106.368), (395.664, 117.204), (386.6, 168.607),
             (309.508, 154.219), (232.275, 140.629), (155.035, 127.08), (77.806, 113.472),
             (0.46, 100.52)]  # fmt: skip
    above = [(103.477, 128.787), (116.572, 131.519), (129.798, 133.507), (142.977, 135.758),
             (156.086, 138.409), (169.226, 140.883), (182.479, 142.718), (176.48, 176.738),
             (160.761, 173.493), (144.892, 171.093), (129.108, 168.215), (113.377, 165.034),
             (97.478, 162.808)]  # fmt: skip
    beside = [(86.106, 125.724), (88.28, 126.261), (90.499, 126.55), (92.674, 127.081),
              (94.842, 127.654), (97.048, 128.009), (99.31, 128.053), (93.311, 162.073),
              (90.676, 161.575), (88.15, 160.457), (85.456, 160.297), (82.86, 159.575),
              (80.107, 159.745)]  # fmt: skip
    shapes = [shapely.Polygon(np.array(one) + ORIGIN) for one in (below, above, beside)]
    wide = shapely.union_all(shapes).buffer(REACH, join_style="mitre")
    sharp = wide.buffer(-REACH, join_style="mitre")
    assert not sharp.buffer(10).covers(shapes[1])
    assert outline_of(shapes).buffer(SMOOTHED).covers(shapely.union_all(shapes))


@pytest.mark.parametrize("seed", range(2))
def test_outline_drawn_by_tiles_is_the_one_drawn_at_once(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes = city(seed, 24)
    at_once = outline_of(shapes)
    assert_same_picture(at_once, plain_outline(shapes))
    monkeypatch.setattr(outlines_module, "TILE_VERTICES", 400)
    tiled = outline_of(shapes)
    assert shapely.get_num_coordinates(tiled) > shapely.get_num_coordinates(at_once)
    assert_same_picture(tiled, at_once, within=SMOOTHED)


def test_outline_by_tiles_is_the_same_where_no_edges_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = city(1, 20)
    monkeypatch.setattr(outlines_module, "TILE_VERTICES", 400)
    fitting = outline_of(shapes)

    def refuse(_: object) -> None:
        raise shapely.GEOSException

    monkeypatch.setattr(shapely, "coverage_union_all", refuse)
    assert_same_picture(outline_of(shapes), fitting)


@given(st.integers(0, 999), st.randoms())
def test_outlines_hold_their_parcels_whatever_the_rows_order(seed: int, random: object) -> None:
    shapes = city(seed, 5)
    chance = np.random.default_rng(random.randrange(2**32))
    bent = shapely.transform(
        shapely.segmentize(shapes, 15.0), lambda xy: xy + 0.7 * np.sin(xy[:, ::-1] * (seed + 1))
    )
    outline = outline_of(bent)
    assert outline.buffer(SMOOTHED + 1e-6).covers(shapely.union_all(bent))
    assert outline_of(bent[chance.permutation(len(bent))]).equals_exact(outline, 0)


def test_outlines_are_the_same_on_any_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlines_module, "TILE_VERTICES", 400)
    shapes = city(2, 24)
    parcels = parcels_of(*shapes, block_id=["B001", "B002", "B003"] * (len(shapes) // 3))
    one, two, five = (block_outline(parcels, 10.0, threads=threads) for threads in (1, 2, 5))
    assert one.index.tolist() == ["B001", "B002", "B003"]
    assert (one.to_numpy() == two.to_numpy()).all()
    assert (one.to_numpy() == five.to_numpy()).all()


def test_tiles_do_not_hang_on_the_rows_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlines_module, "TILE_VERTICES", 400)
    shapes = city(5, 24)
    mixed = shapes[np.random.default_rng(5).permutation(len(shapes))]
    assert outline_of(mixed).equals_exact(outline_of(shapes), 0)


def test_each_block_has_the_outline_it_has_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = city(4, 20)
    chance = np.random.default_rng(4)
    names = chance.choice(["B001", "B002", "B003"], len(shapes), p=[0.9, 0.09, 0.01])
    monkeypatch.setattr(outlines_module, "TILE_VERTICES", 600)
    drawn = block_outline(parcels_of(*shapes, block_id=names.tolist()), 10.0)
    for name, outline in drawn.items():
        assert_same_picture(outline, plain_outline(shapes[names == name]), within=SMOOTHED)


def test_a_parcel_across_many_tiles_is_drawn_in_each(monkeypatch: pytest.MonkeyPatch) -> None:
    turn = np.linspace(0, 2 * np.pi, 3000, endpoint=False)
    circle = np.c_[np.cos(turn), np.sin(turn)]
    ring = shapely.Polygon(circle * 900 + ORIGIN, [circle[::-1] * 880 + ORIGIN])
    far = shapely.MultiPolygon([at(-800, 900, -700, 950), at(700, 900, 800, 950)])
    shapes = np.array([ring, far, at(-875, -20, -840, 20), at(860, -20, 875, 20)])
    monkeypatch.setattr(outlines_module, "TILE_VERTICES", 300)
    drawn, plain = outline_of(shapes), plain_outline(shapes)
    assert shapely.get_num_geometries(drawn) == shapely.get_num_geometries(plain) == 3
    assert drawn.boundary.hausdorff_distance(plain.boundary) <= SMOOTHED


def test_parcels_all_on_one_spot_are_one_outline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlines_module, "TILE_VERTICES", 300)
    stack = [at(0, 0, 60, 60)] * 200
    assert_same_picture(outline_of(stack), at(0, 0, 60, 60))
    apart = [*stack, at(4000, 0, 4060, 60)]
    assert_same_picture(outline_of(apart), shapely.union_all(apart))

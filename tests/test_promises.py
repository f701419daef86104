"""The four promises of the parcel table, held over every measure, judgement and whole run.

Rows, their order, their index and their geometry never change; the input is never modified; every
column added is in the data dictionary; what is missing stays missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import ORIGIN, parcels_of, zones_of
from hand_made import WHOLE_RULEBOOK, firms_of, layers_of, links_of
from hypothesis import given, settings
from hypothesis import strategies as st

from landrenew.assess.evaluation import assessed_parcels
from landrenew.assess.grades import efficiency_grade
from landrenew.assess.pools import pool_of
from landrenew.assess.scores import scores
from landrenew.assess.verdicts import judge
from landrenew.base.columns import COLUMNS, FLOWS, INTENSITIES
from landrenew.intake.parcels import Parcels
from landrenew.measure.adjacency import contact_groups, contacts
from landrenew.measure.buildings import building_floors, building_measures, building_pieces
from landrenew.measure.firms import allocation_shares, firm_amounts, intensities
from landrenew.measure.forbidden import protected_settled_m2
from landrenew.measure.indicators import measure_parcels
from landrenew.measure.land import (
    counted_area_m2,
    counted_ground,
    declared_difference_share,
    overlapping_pairs,
    parcel_area_m2,
    parcel_area_mu,
    planar_area_m2,
)
from landrenew.measure.leases import firm_land
from landrenew.measure.pieces import Zones
from landrenew.measure.prepared import Prepared
from landrenew.measure.vintages import new_ground
from landrenew.measure.zones import control_share, largest_zone, protected_area_m2, zone_share
from landrenew.plan.blocks import block_id
from landrenew.track.ledger import check_events, renewal_stage
from landrenew.workflow import measured_parcels, run_layers

if TYPE_CHECKING:
    from collections.abc import Callable

    from landrenew.intake.layers import Layers
    from landrenew.publish.result import Result

X, Y = ORIGIN
SIDE = 60
HELPERS = {"share", "settled_m2", "group", "verdict", "tests", "missing"}
"""Columns of intermediate tables; the run gives them the names of the dictionary."""


def at(x: float, y: float, right: float, top: float) -> shapely.Polygon:
    return shapely.box(X + x, Y + y, X + right, Y + top)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), values)


amounts = maybe(st.floats(-1e4, 1e4))
floor_counts = maybe(st.sampled_from([0.0, 1.0, 3.0, 6.0]))
heights = maybe(st.sampled_from([0.0, 4.0, 8.0, 9.0, 24.0]))


@st.composite
def cities(draw: st.DrawFn) -> Layers:
    """Make a small city in which anything may be missing."""
    size = draw(st.integers(1, 7))
    spots = st.tuples(st.integers(0, 3), st.integers(0, 1), st.sampled_from([0, 4, 20]))
    shapes = [
        at(c * 68 - o, r * 68, c * 68 - o + SIDE, r * 68 + SIDE)
        for c, r, o in draw(st.lists(spots, min_size=size, max_size=size))
    ]

    def each(values: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(values, min_size=size, max_size=size))

    parcels = parcels_of(
        *shapes,
        town=each(maybe(st.sampled_from(["east", "west"]))),
        owner=each(maybe(st.sampled_from(["a", "b"]))),
        declared_area_m2=pd.array(each(maybe(st.floats(0, 1e4))), dtype=float),
        exempt_reason=each(maybe(st.just("在建"))),
    )
    ids = [f"F{i}" for i in range(draw(st.integers(1, 4)))]
    named = st.sampled_from(list(parcels.index))
    firms = firms_of(
        *ids,
        size_class=draw(st.lists(maybe(st.sampled_from(["above_scale", "below_scale"])),
                                 min_size=len(ids), max_size=len(ids))),
        **{
            flow: pd.array(draw(st.lists(amounts, min_size=len(ids), max_size=len(ids))), float)
            for flow in FLOWS
        },
    )  # fmt: skip
    links = [
        (firm, one, None) for firm in ids for one in draw(st.lists(named, max_size=3, unique=True))
    ]
    feet = draw(
        st.lists(st.tuples(st.integers(0, 250), st.integers(0, 120)), min_size=1, max_size=5)
    )
    count = len(feet)
    stages = st.sampled_from(["surveyed", "demolished", "built", "blessed"])
    events = draw(st.lists(st.tuples(named, stages, maybe(st.dates().map(str))), max_size=4))
    every = {
        "control_line": zones_of(at(0, 0, 100, 200), at(80, 0, 150, 30)),
        "growth_boundary": zones_of(at(-50, -50, 128, 400)),
        "towns": zones_of(at(0, 0, 100, 60), town=["east"]),
        "parks": zones_of(at(400, 0, 500, 60), park_id=["K"], capacity_mu=[draw(amounts)]).astype(
            {"capacity_mu": float}
        ),
        "protected": zones_of(at(0, 0, 300, 3)),
        "earlier_parcels": zones_of(at(0, 0, 100, 60), at(60, 30, 200, 40)),
        "barriers": zones_of(shapely.LineString([(X + 131, Y), (X + 131, Y + 300)])),
        "buildings": zones_of(
            *[at(x, y, x + 30, y + 20) for x, y in feet],
            floor_count=pd.array(
                draw(st.lists(floor_counts, min_size=count, max_size=count)), float
            ),
            height_m=pd.array(draw(st.lists(heights, min_size=count, max_size=count)), float),
        ),
        "ledger": pd.DataFrame(
            [(f"E{i}", *event) for i, event in enumerate(events)],
            columns=["event_id", "parcel_id", "stage", "event_date"],
            dtype=object,
        ),
    }
    there = {name: layer for name, layer in every.items() if draw(st.integers(0, 4))}
    if draw(st.booleans()):
        there |= {"firms": firms, "links": links_of(*links)}
    return layers_of(parcels, **there)


def frames_of(layers: Layers) -> dict[str, pd.DataFrame]:
    values = {name: getattr(layers, name) for name in layers.__dataclass_fields__}
    return {name: one for name, one in values.items() if isinstance(one, pd.DataFrame)}


def copies(layers: Layers) -> dict[str, pd.DataFrame]:
    return {name: frame.copy(deep=True) for name, frame in frames_of(layers).items()}


def assert_same_rows(made: pd.DataFrame | pd.Series, parcels: Parcels) -> None:
    pd.testing.assert_index_equal(made.index, parcels.index)
    if isinstance(made, pd.DataFrame) and "geometry" in made:
        assert made.geometry.geom_equals_exact(parcels.geometry, 0).all()
        assert made.crs == parcels.crs


MEASURES: dict[str, Callable[[Parcels, Layers], pd.DataFrame | pd.Series]] = {
    "parcel_area_m2": lambda p, _: parcel_area_m2(p),
    "parcel_area_mu": lambda p, _: parcel_area_mu(p),
    "planar_area_m2": lambda p, _: planar_area_m2(p),
    "declared_difference_share": lambda p, _: declared_difference_share(p),
    "counted_area_m2": lambda p, _: counted_area_m2(p, counted_ground(p, overlapping_pairs(p))),
    "zone_share": lambda p, c: zone_share(p, c["control_line"], sliver_width_m=0.5),
    "control_share": lambda p, c: control_share(p, c["control_line"]),
    "protected_area_m2": lambda p, c: protected_area_m2(p, c["protected"]),
    "protected_settled_m2": lambda p, c: protected_settled_m2(
        Parcels(
            p.assign(
                counted_area_m2=p["parcel_area_m2"],
                protected_area_m2=protected_area_m2(p, c["protected"]),
            )
        ),
        p.geometry,
        c["protected"],
        sliver_width_m=0.5,
    ),
    "new_ground": lambda p, c: new_ground(
        Parcels(p.assign(counted_area_m2=p["parcel_area_m2"])),
        p.geometry,
        {"earlier_parcels": Zones.united(c["earlier_parcels"].geometry)},
        sliver_width_m=0.5,
    ),
    "town": lambda p, c: largest_zone(p, c["towns"], "town"),
    "group": lambda p, c: contact_groups(p, contacts(p, max_gap_m=10, barriers=c["barriers"])),
    "buildings": lambda p, c: building_measures(
        p,
        building_pieces(p, c["buildings"]),
        building_floors(c["buildings"], WHOLE_RULEBOOK.storeys),
    ),
    "firm_amounts": lambda p, c: firm_amounts(
        p, c["firms"], allocation_shares(firm_land(c["links"], p), p)
    ),
    "intensities": lambda p, _: intensities(p),
    "judge": lambda p, _: judge(p, WHOLE_RULEBOOK.low_efficiency),
    "pool": lambda p, _: pool_of(p, WHOLE_RULEBOOK.scoring),
    "scores": lambda p, _: scores(p, WHOLE_RULEBOOK.scoring),
    "efficiency_grade": lambda p, _: efficiency_grade(
        p.join(scores(p, WHOLE_RULEBOOK.scoring)[["pool", "efficiency_score"]]),
        WHOLE_RULEBOOK.grades,
    ),
    "block_id": lambda p, _: block_id(
        p.assign(counted_area_m2=p["parcel_area_m2"]), WHOLE_RULEBOOK.contiguity
    ),
    "renewal_stage": lambda p, c: renewal_stage(p, check_events(c["ledger"], p)[0]),
}
"""Every public measure and judgement that answers a parcel table with one row a parcel."""


@pytest.mark.parametrize("name", MEASURES)
@settings(max_examples=15)
@given(layers=cities())
def test_each_measure_keeps_rows_and_input_and_names_its_columns(name: str, layers: Layers) -> None:
    area = parcel_area_m2(layers.parcels)
    tax = pd.Series(np.resize([np.nan, 3.0, 8.0], len(area)), area.index)
    parcels = Parcels(
        layers.parcels.assign(parcel_area_m2=area, parcel_area_mu=area * 0.0015, tax_cny10k=tax)
    )
    city = frames_of(layers)
    needed = {"zone_share": "control_line", "control_share": "control_line", "town": "towns",
              "protected_area_m2": "protected", "protected_settled_m2": "protected",
              "new_ground": "earlier_parcels", "group": "barriers", "buildings": "buildings",
              "firm_amounts": "firms", "renewal_stage": "ledger"}  # fmt: skip
    if needed.get(name, "parcels") not in city:
        return
    before, old = copies(layers), parcels.copy(deep=True)
    made = MEASURES[name](parcels, city)
    assert_same_rows(made, parcels)
    pd.testing.assert_frame_equal(parcels, old)
    for layer, frame in before.items():
        pd.testing.assert_frame_equal(city[layer], frame)
    columns = made.columns if isinstance(made, pd.DataFrame) else [made.name]
    assert set(columns) <= set(COLUMNS) | HELPERS
    again = MEASURES[name](parcels, city)
    (
        pd.testing.assert_frame_equal
        if isinstance(made, pd.DataFrame)
        else pd.testing.assert_series_equal
    )(made, again)


@given(cities())
def test_measuring_keeps_rows_and_adds_only_columns_of_the_dictionary(layers: Layers) -> None:
    before = copies(layers)
    measured = measure_parcels(layers.parcels, Prepared.of(layers))
    assert_same_rows(measured.columns, layers.parcels)
    assert set(measured.columns) <= set(COLUMNS)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frames_of(layers)[name], frame)


@settings(max_examples=60, deadline=None)
@given(cities())
def test_a_run_keeps_all_four_promises(layers: Layers) -> None:
    before = copies(layers)
    result = run_layers(layers)
    assert_same_rows(result.parcels, layers.parcels)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frames_of(layers)[name], frame)
    assert set(result.parcels) - {"geometry"} <= set(COLUMNS)
    assert result.blocks is not None
    assert set(result.blocks) - {"geometry"} <= set(COLUMNS)
    assert_missing_stays_missing(layers, result)
    assert_values_can_be_true(result.parcels)
    assert_values_can_be_true(result.blocks)


def assert_missing_stays_missing(layers: Layers, result: Result) -> None:
    parcels = result.parcels
    for name in ("owner", "declared_area_m2", "exempt_reason"):
        assert parcels[name].isna().tolist() == layers.parcels[name].isna().tolist()
    for name, (over, under) in INTENSITIES.items():
        if name in parcels:
            blank = parcels[over].isna() | parcels[under].isna()
            assert parcels.loc[blank, name].isna().all()
    if layers.firms is not None:
        for flow in FLOWS:
            silent = set(layers.firms.index[layers.firms[flow].isna()])
            links = layers.links
            unknown = set(links.loc[links["firm_id"].isin(silent), "parcel_id"])
            alone = set(parcels.index) - set(links["parcel_id"])
            assert set(parcels.index[parcels[flow].isna()]) == unknown | alone
    tax = parcels.get("tax_cny10k_per_mu", pd.Series(np.nan, parcels.index))
    assert parcels.loc[tax.isna(), "efficiency_score"].isna().all()
    assert parcels["missing_inputs"].str.contains("tax_cny10k_per_mu").tolist() == (
        tax.isna().tolist()
    )
    graded = parcels["efficiency_grade"].isin(["A", "B"])
    assert not (graded & parcels["efficiency_score"].isna()).any()
    exempt = parcels["exempt_reason"].notna()
    assert (parcels["efficiency_grade"].eq("T") == exempt).all()
    ratio = parcels.get("floor_area_ratio", pd.Series(np.nan, parcels.index))
    blank = tax.isna() & ratio.isna()
    assert parcels.loc[blank, "low_efficiency_class"].eq("undetermined").all()


def assert_values_can_be_true(table: pd.DataFrame) -> None:
    for name in table.columns.drop("geometry"):
        low, high = COLUMNS[name].low, COLUMNS[name].high
        if COLUMNS[name].kind in {"text", "class"}:
            continue
        values = table[name].dropna()
        assert np.isfinite(values.astype(float)).all(), name
        # amounts of these cities are negative at random, and so is what follows from them
        if name not in FLOWS and not name.startswith(("output", "revenue", "rd_share")):
            assert low is None or (values >= low - 1e-6).all(), name
            assert high is None or (values <= high + 1e-6).all(), name


@settings(max_examples=25, deadline=None)
@given(cities(), st.randoms())
def test_shuffling_the_rows_of_a_city_shuffles_the_rows_of_its_table(
    layers: Layers,
    chance: Any,  # noqa: ANN401  # a random.Random of hypothesis
) -> None:
    order = list(layers.parcels.index)
    chance.shuffle(order)
    others = {
        name: frame
        for name, frame in frames_of(layers).items()
        if name not in {"parcels", "rejected"}
    }
    mixed = layers_of(Parcels(layers.parcels.loc[order]), **others)
    straight, shuffled = run_layers(layers), run_layers(mixed)
    pd.testing.assert_frame_equal(
        pd.DataFrame(shuffled.parcels.loc[layers.parcels.index]).drop(columns="geometry"),
        pd.DataFrame(straight.parcels).drop(columns="geometry"),
        rtol=1e-9,
        check_dtype=False,
    )
    if straight.share is not None:
        assert shuffled.share.share == pytest.approx(straight.share.share, rel=1e-9, nan_ok=True)


@settings(max_examples=25, deadline=None)
@given(cities())
def test_assessing_twice_is_assessing_once(layers: Layers) -> None:
    measured, _ = measured_parcels(layers)
    once = assessed_parcels(measured, layers.rulebook)
    twice = assessed_parcels(once, layers.rulebook)
    pd.testing.assert_frame_equal(pd.DataFrame(twice)[list(once)], pd.DataFrame(once))


@settings(max_examples=25, deadline=None)
@given(cities())
def test_towns_and_blocks_add_to_the_city(layers: Layers) -> None:
    result = run_layers(layers)
    parcels = result.parcels
    union = shapely.union_all(layers.parcels.geometry.to_numpy())
    assert parcels["counted_area_m2"].sum() == pytest.approx(union.area, rel=1e-3)
    assert result.blocks["area_mu"].sum() == pytest.approx(
        parcels["counted_area_m2"].sum() * 0.0015, rel=1e-9
    )
    if result.share is not None:
        inside = shapely.intersection(union, shapely.union_all(layers.control_line.geometry))
        assert result.share.share == pytest.approx(inside.area / union.area, abs=1e-5)
        assert sum(one.total_m2 for one in result.share.towns) == pytest.approx(
            result.share.total_m2
        )

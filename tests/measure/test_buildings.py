"""Buildings: storeys settled, high ones doubled, floor area split at parcel edges, none lost."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import ORIGIN, parcels_of, square, zones_of
from hypothesis import given
from hypothesis import strategies as st
from shapely.affinity import translate

from landrenew.base.area import ellipsoidal_area
from landrenew.base.units import M2_PER_MU
from landrenew.intake.parcels import Parcels
from landrenew.measure.buildings import (
    building_floors,
    building_measures,
    building_pieces,
    settle_overhangs,
)
from landrenew.measure.land import parcel_area_m2
from landrenew.rules.model import Storeys

X, Y = ORIGIN
RULE = Storeys(document="d", source="s", confidence="user", double_above_m=8, storey_height_m=4)
SILENT = Storeys(document="d", source="s", confidence="user", double_above_m=8)
NO_BUILDINGS = gpd.GeoDataFrame(
    {"floor_count": pd.Series(dtype=float)}, geometry=[], crs="EPSG:4549"
)


def at(x: float, y: float, right: float, top: float) -> shapely.Polygon:
    return shapely.box(X + x, Y + y, X + right, Y + top)


def ready(*shapes: shapely.Geometry) -> Parcels:
    parcels = parcels_of(*shapes)
    return Parcels(parcels.assign(parcel_area_m2=parcel_area_m2(parcels)))


def floors_of(
    floor_count: float | None, height_m: float | None, rule: Storeys = RULE
) -> tuple[float, float, bool]:
    building = zones_of(square(), floor_count=[floor_count], height_m=[height_m]).astype(
        {"floor_count": float, "height_m": float}
    )
    found = building_floors(building, rule)
    return tuple(found.iloc[0][["floors", "counted_floors", "is_estimated"]])


def measured(parcels: Parcels, buildings: gpd.GeoDataFrame, rule: Storeys = RULE) -> pd.DataFrame:
    floors = building_floors(buildings, rule)
    return building_measures(parcels, building_pieces(parcels, buildings), floors)


@pytest.mark.parametrize(
    ("floor_count", "height_m", "floors", "counted", "is_estimated"),
    [
        (1, 8.0, 1, 1, False),  # exactly 8 m is not doubled
        (1, 8.01, 1, 2, False),
        (1, 9.0, 1, 2, False),  # the single-storey shed
        (3, 24.0, 3, 3, False),  # three storeys of exactly 8 m
        (3, 24.3, 3, 6, False),
        (4, None, 4, 4, False),  # no storey is known to be high
        (None, 12.0, 3, 3, True),
        (None, 9.0, 2, 2, True),
        (None, 3.0, 1, 1, True),  # whatever stands has a storey
    ],
)
def test_storeys_of_a_building(
    floor_count: float | None,
    height_m: float | None,
    floors: float,
    counted: float,
    *,
    is_estimated: bool,
) -> None:
    assert floors_of(floor_count, height_m) == (floors, counted, is_estimated)


@pytest.mark.parametrize(("floor_count", "height_m"), [(None, None), (0, 0), (0, None), (None, 0)])
def test_neither_storeys_nor_height_is_unknown_not_zero(
    floor_count: float | None, height_m: float | None
) -> None:
    floors, counted, is_estimated = floors_of(floor_count, height_m)
    assert np.isnan([floors, counted]).all()
    assert not is_estimated


def test_without_a_storey_height_nothing_is_estimated() -> None:
    assert np.isnan(floors_of(None, 12.0, SILENT)[0])
    assert floors_of(1, 12.0, SILENT) == (1, 2, False)


@given(st.integers(1, 40), st.sampled_from([3.0, 3.3, 3.6, 4.0, 4.2, 4.5, 6.7]))
def test_whole_storeys_are_found_whatever_the_last_bit_says(count: int, each: float) -> None:
    rule = RULE.model_copy(update={"storey_height_m": each})
    assert floors_of(None, count * each, rule)[0] == count


def test_raster_height_serves_only_where_a_building_says_nothing() -> None:
    buildings = zones_of(
        *[square(i) for i in range(5)],
        floor_count=[2, None, None, None, None],
        height_m=[None, 8.0, None, None, None],
    ).astype({"floor_count": float, "height_m": float})
    raster = pd.Series([40.0, 40.0, 12.0, np.nan, -0.2])
    found = building_floors(buildings, RULE, raster)
    assert found["floors"].fillna(-1).tolist() == [2, 2, 3, -1, -1]
    assert found["counted_floors"].fillna(-1).tolist() == [2, 2, 3, -1, -1]
    assert found["is_estimated"].tolist() == [False, True, True, False, False]


def test_a_building_over_two_parcels_is_split_by_ground() -> None:
    table = ready(square(0), square(1))
    buildings = zones_of(at(4, 0, 14, 10), floor_count=[3.0], height_m=[9.0])
    found = measured(table, buildings)
    assert found["footprint_m2"].tolist() == pytest.approx([60, 40], rel=1e-3)
    assert found["floor_area_m2"].tolist() == pytest.approx([180, 120], rel=1e-3)
    assert found["building_count"].tolist() == [1, 0]
    assert found["floor_area_ratio"].tolist() == pytest.approx([1.8, 1.2], rel=1e-6)
    assert found["building_density"].tolist() == pytest.approx([0.6, 0.4], rel=1e-6)


def test_gross_and_counted_floor_area_are_kept_apart() -> None:
    """The Torch-zone plant: gross 65,000 m2 is not what its published ratio counts."""
    site = ready(at(0, 0, 200, 34.22 * M2_PER_MU / 200))
    buildings = zones_of(
        at(0, 0, 100, 50), at(100, 0, 200, 50), floor_count=[1.0, 4.0], height_m=[9.0, 18.0]
    )
    found = measured(site, buildings).iloc[0]
    assert found["floor_area_m2"] == pytest.approx(25_000, rel=1e-3)
    assert found["counted_floor_area_m2"] == pytest.approx(30_000, rel=1e-3)
    assert found["floor_area_ratio"] == pytest.approx(30_000 / (34.22 * M2_PER_MU), rel=1e-4)
    gross, published = 65_000, 3.43
    assert gross / (34.22 * M2_PER_MU) == pytest.approx(2.849, abs=5e-4)
    assert published * 34.22 * M2_PER_MU == pytest.approx(78_250, abs=5)


@pytest.mark.parametrize(
    ("mu", "floor_area", "ratio"),
    [(20.83, 7_140.41, 0.5142), (20.83, 51_395.7, 3.7011), (365.4, 120_000, 0.4926)],
)
def test_published_ratios_of_zhongshan(mu: float, floor_area: float, ratio: float) -> None:
    side = (mu * M2_PER_MU) ** 0.5
    site = ready(at(0, 0, side, side))
    floors = 4.0
    building = zones_of(at(0, 0, floor_area / floors / side, side), floor_count=[floors])
    found = measured(site, building)["floor_area_ratio"].iloc[0]
    assert found == pytest.approx(ratio, abs=6e-5)


def test_a_parcel_without_buildings_has_none() -> None:
    table = ready(square(0), square(5))
    for buildings in (zones_of(square(0), floor_count=[2.0]), NO_BUILDINGS):
        found = measured(table, buildings)
        assert found.loc["P1", ["footprint_m2", "floor_area_m2", "building_count"]].eq(0).all()
        assert found.loc["P1", ["floor_area_ratio", "building_density"]].eq(0).all()
        assert np.isnan(found.loc["P1", "estimated_floor_share"])


def test_unknown_storeys_leave_floor_area_missing_but_not_the_footprint() -> None:
    table = ready(square(0), square(1))
    buildings = zones_of(
        at(0, 0, 5, 10), at(5, 0, 9, 10), at(10, 0, 15, 10), floor_count=[2.0, np.nan, 3.0]
    )
    found = measured(table, buildings)
    floor = ["floor_area_m2", "counted_floor_area_m2", "floor_area_ratio", "estimated_floor_share"]
    assert found.loc["P0", floor].isna().all()
    assert found.loc["P0", "building_density"] == pytest.approx(0.9, rel=1e-6)
    assert found.loc["P1", "floor_area_ratio"] == pytest.approx(1.5, rel=1e-6)
    assert found["building_count"].tolist() == [2, 1]


def test_estimated_share_is_of_floor_area() -> None:
    buildings = zones_of(
        at(0, 0, 5, 10), at(5, 0, 10, 10), floor_count=[1.0, np.nan], height_m=[4.0, 12.0]
    )
    found = measured(ready(square()), buildings)
    assert found["estimated_floor_share"].tolist() == pytest.approx([0.75])


boxes = st.builds(
    lambda x, y, w, h: at(x, y, x + w, y + h),
    st.integers(0, 50),
    st.integers(0, 50),
    st.integers(1, 20),
    st.integers(1, 20),
)


@given(st.lists(boxes, min_size=1, max_size=6), st.lists(boxes, min_size=1, max_size=6))
def test_pieces_are_what_a_plain_intersection_gives(
    ground: list[shapely.Polygon], feet: list[shapely.Polygon]
) -> None:
    pieces = building_pieces(ready(*ground), zones_of(*feet))
    found = {
        (one.parcel, one.building): one.building_share for one in pieces.itertuples(index=False)
    }
    plain = {
        (i, j): shapely.intersection(parcel, foot).area / foot.area
        for i, parcel in enumerate(ground)
        for j, foot in enumerate(feet)
        if shapely.intersection(parcel, foot).area > 0
    }
    assert found == pytest.approx(plain, rel=1e-9)


@given(st.lists(boxes, min_size=1, max_size=6), st.integers(1, 9))
def test_floor_area_of_a_building_is_kept_whole_over_parcels(
    feet: list[shapely.Polygon], floors: int
) -> None:
    grid = [at(x, y, x + 10, y + 10) for x in range(0, 80, 10) for y in range(0, 80, 10)]
    buildings = zones_of(*feet, floor_count=[float(floors)] * len(feet))
    found = measured(ready(*grid), buildings)
    whole = ellipsoidal_area(buildings.geometry.to_numpy(), buildings.crs).sum()
    assert found["footprint_m2"].sum() == pytest.approx(whole, rel=1e-9)
    assert found["floor_area_m2"].sum() == pytest.approx(whole * floors, rel=1e-9)


def settled(parcels: Parcels, buildings: gpd.GeoDataFrame) -> pd.DataFrame:
    pieces = building_pieces(parcels, buildings)
    return settle_overhangs(pieces, parcels, buildings, width_m=0.5)


def test_what_overhangs_by_centimetres_stays_with_the_rest() -> None:
    table = ready(square(0), square(1))
    hall = zones_of(at(2, 0, 10.2, 10), floor_count=[np.nan])
    found = building_measures(table, settled(table, hall), building_floors(hall, RULE))
    assert found["footprint_m2"].tolist() == pytest.approx([82, 0], rel=1e-3)
    assert np.isnan(found["floor_area_ratio"].iloc[0])
    assert found["floor_area_ratio"].iloc[1] == 0  # the neighbour's ratio is known
    wide = zones_of(at(2, 0, 11.2, 10), floor_count=[1.0])
    pieces = settled(table, wide)
    assert pieces["building_share"].tolist() == pytest.approx([8 / 9.2, 1.2 / 9.2])


def test_a_building_that_only_overhangs_stands_nowhere() -> None:
    table = ready(square(0))
    assert settled(table, zones_of(at(9.8, 0, 30, 10))).empty
    assert len(settled(table, zones_of(at(9, 0, 30, 10)))) == 1


def test_a_wall_across_an_edge_is_no_overhang() -> None:
    table = ready(square(0), square(1))
    pieces = settled(table, zones_of(at(4, 2, 16, 2.3)))
    assert pieces["building_share"].tolist() == pytest.approx([0.5, 0.5])


def test_between_two_halves_alike_the_first_takes_the_overhang() -> None:
    table = ready(at(0, 0, 10, 10), at(10.2, 0, 20, 10), at(10, 0, 10.2, 10))
    pieces = settled(table, zones_of(at(0.2, 0, 20, 10)))
    assert pieces["parcel"].tolist() == [0, 1]
    assert pieces["building_share"].tolist() == pytest.approx([10 / 19.8, 9.8 / 19.8])


@given(st.lists(boxes, min_size=1, max_size=6), st.integers(-40, 40), st.integers(-40, 40))
def test_settling_keeps_the_ground_of_every_building(
    feet: list[shapely.Polygon], dx: int, dy: int
) -> None:
    moved = [translate(one, dx / 100, dy / 100) for one in feet]
    grid = ready(*[at(x, y, x + 10, y + 10) for x in range(-10, 90, 10)
                   for y in range(-10, 90, 10)])  # fmt: skip
    buildings = zones_of(*moved)
    pieces = building_pieces(grid, buildings)
    after = settle_overhangs(pieces, grid, buildings, width_m=0.5)
    for name in ("footprint_m2", "building_share"):
        whole = pieces.groupby("building")[name].sum()
        assert after.groupby("building")[name].sum().tolist() == pytest.approx(whole.tolist())
    assert len(after) <= len(pieces)


def test_structures_and_yards_enter_the_building_coefficient_alone() -> None:
    table = ready(square(0), square(5))
    ground = zones_of(
        at(0, 0, 5, 4), at(5, 0, 8, 10), at(8, 0, 9, 10),
        kind=["厂房", "堆场", "structure"], floor_count=[2.0, np.nan, np.nan],
    )  # fmt: skip
    found = measured(table, ground)
    assert found["building_coefficient"].tolist() == pytest.approx([0.6, 0.0], rel=1e-6)
    assert found["building_density"].tolist() == pytest.approx([0.2, 0.0], rel=1e-6)
    assert found["floor_area_ratio"].tolist() == pytest.approx([0.4, 0.0], rel=1e-6)
    assert found["building_count"].tolist() == [1, 0]


def test_without_yards_in_the_layer_the_coefficient_is_not_known() -> None:
    buildings = zones_of(square(0), floor_count=[1.0], kind=["厂房"])
    assert "building_coefficient" not in measured(ready(square(0)), buildings)


def test_support_is_of_the_footprints_whose_height_was_sought() -> None:
    buildings = zones_of(at(0, 0, 6, 10), at(6, 0, 8, 10), at(8, 0, 10, 10))
    floors = building_floors(buildings.assign(floor_count=1.0), RULE)
    support = pd.Series([np.nan, 1.0, 0.5])
    found = building_measures(
        ready(square(0), square(5)), building_pieces(ready(square(0), square(5)), buildings),
        floors, support,
    )  # fmt: skip
    assert found["height_support_share"].tolist() == pytest.approx([0.75, np.nan], nan_ok=True)

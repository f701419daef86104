"""What measuring brings to light: parcels on one ground, areas at odds, towns on towns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import shapely
from conftest import ORIGIN, parcels_of, square, zones_of
from hand_made import layers_of
from hypothesis import given
from hypothesis import strategies as st
from small_city import layer_of, small_city

from landrenew.base.area import ellipsoidal_area
from landrenew.measure.doubts import area_faults, overlap_faults, place_faults
from landrenew.measure.land import overlapping_pairs
from landrenew.workflow import run_project

if TYPE_CHECKING:
    from pathlib import Path

ROWS = {"P0": 7, "P1": 3, "P2": 9}
WEST, SOUTH = ORIGIN


def overlaps(*shapes: shapely.Geometry) -> list:
    parcels = parcels_of(*shapes)
    layers = layers_of(parcels, parcel_rows=ROWS)
    return overlap_faults(layers, overlapping_pairs(parcels))


def areas(**columns: list[object]) -> list:
    parcels = parcels_of(*(square(i) for i in range(len(columns["parcel_area_m2"]))), **columns)
    return area_faults(layers_of(parcels, parcel_rows=ROWS), parcels)


def test_an_overlap_names_rows_ids_area_and_place() -> None:
    (fault,) = overlaps(square(0), square(0.6))
    assert (fault.code, fault.id, fault.row) == ("overlap", "P1", 3)
    assert fault.detail.en == "shares 40.0 m2 with P0 (row 7)"
    assert square(0).intersection(square(0.6)).covers(shapely.Point(fault.x, fault.y))


def test_one_shape_under_two_ids_is_a_duplicate_wherever_its_ring_begins() -> None:
    turned = shapely.Polygon([*square().exterior.coords][2:] + [*square().exterior.coords][1:3])
    (fault,) = overlaps(square(), turned)
    assert (fault.code, fault.id, fault.row) == ("duplicate_shape", "P1", 3)
    assert fault.detail.en == "the same as P0 (row 7), 100.0 m2"


def test_a_parcel_within_another_is_no_duplicate() -> None:
    (fault,) = overlaps(square(size=30), square(1, 1))
    assert fault.code == "overlap"


def test_three_areas_at_odds_are_all_listed() -> None:
    (fault,) = areas(
        declared_area_m2=[101.0, 100.0, None],
        survey_area_m2=[99.5, 100.2, 100.9],
        parcel_area_m2=[100.0, 100.5, 100.0],
    )
    assert (fault.code, fault.id, fault.row) == ("area_differs", "P0", 7)
    assert fault.detail.en == ("declared 101.0 m2, surveyed 99.5 m2, drawn 100.0 m2; 1.5% apart")


def test_a_survey_alone_is_compared_with_the_drawing() -> None:
    (fault,) = areas(survey_area_m2=[105.0, None], parcel_area_m2=[100.0, 100.0])
    assert fault.detail.en == "surveyed 105.0 m2, drawn 100.0 m2; 5.0% apart"
    assert areas(parcel_area_m2=[100.0, 100.0]) == []


@given(st.floats(0.5, 2.0))
def test_one_percent_of_the_drawn_area_is_the_bar(ratio: float) -> None:
    found = areas(declared_area_m2=[100 * ratio], parcel_area_m2=[100.0])
    assert bool(found) == (abs(100 * ratio - 100) / 100 > 0.01)


def test_towns_on_each_others_ground_are_named_once() -> None:
    towns = zones_of(square(0, size=100), square(0.9, size=100), square(5, size=100),
                     town=["东", "西", "南"])  # fmt: skip
    towns.index = [4, 5, 6]
    (fault,) = place_faults(layers_of(parcels_of(square()), towns=towns))
    assert (fault.layer, fault.code, fault.id, fault.row) == ("towns", "towns_overlap", "西", 5)
    assert fault.detail.en == "shares 1000.0 m2 with 东 (row 4)"


def test_villages_on_each_others_ground_are_named_like_towns() -> None:
    villages = zones_of(square(size=100), square(0.5, size=100), village=["新村", "老村"])
    (fault,) = place_faults(layers_of(parcels_of(square()), villages=villages))
    assert (fault.layer, fault.code, fault.id) == ("villages", "villages_overlap", "老村")


@pytest.mark.parametrize("left", [100.0, 99.8])
def test_towns_that_touch_or_overlap_by_drawing_noise_are_fine(left: float) -> None:
    other = shapely.box(WEST + left, SOUTH, WEST + 200, SOUTH + 100)
    towns = zones_of(square(size=100), other, town=["东", "西"])
    assert place_faults(layers_of(parcels_of(square()), towns=towns)) == ()


def test_a_narrow_overlap_counts_once_too_and_is_not_named(tmp_path: Path) -> None:
    shapes = [square(0, size=20.0), shapely.box(WEST + 19.8, SOUTH, WEST + 40, SOUTH + 20)]
    parcels = layer_of(*shapes, parcel_id=["P0", "P1"])
    parcels.to_file(tmp_path / "narrow.gpkg")
    result = run_project(small_city(tmp_path, parcels={"path": "narrow.gpkg"}))
    assert "overlap" not in [one.code for one in result.faults]
    union = shapely.union_all(result.parcels.geometry.to_numpy())
    counted = result.parcels["counted_area_m2"].sum()
    assert counted == pytest.approx(ellipsoidal_area([union], result.parcels.crs)[0], rel=1e-9)
    assert counted < result.parcels["parcel_area_m2"].sum() - 3.9

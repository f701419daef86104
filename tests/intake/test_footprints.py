"""Footprints: every spot of ground belongs to one building, and odd heights are doubted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from conftest import ORIGIN, zones_of
from hypothesis import given, settings
from hypothesis import strategies as st

from landrenew.intake.geometry.footprints import clear_footprints, height_faults
from landrenew.intake.geometry.shapes import check_polygons

if TYPE_CHECKING:
    from landrenew.intake.geometry.checked import Checked

X, Y = ORIGIN


def at(x: float, y: float, right: float, top: float) -> shapely.Polygon:
    return shapely.box(X + x, Y + y, X + right, Y + top)


def cleared(*shapes: shapely.Geometry, **columns: list[object]) -> Checked:
    layer = zones_of(*shapes, **columns)
    layer.index = range(1, len(layer) + 1)
    checked = check_polygons(layer, layer.crs, "buildings")
    return clear_footprints(checked, width_m=0.5)


def areas(checked: Checked) -> list[float]:
    return checked.kept.geometry.area.round(6).tolist()


def test_of_two_that_overlap_the_larger_loses_the_shared_ground() -> None:
    found = cleared(at(0, 0, 20, 20), at(15, 0, 25, 10), building_id=["hall", "hut"])
    assert areas(found) == [350, 100]
    (fault,) = found.faults
    assert (fault.id, fault.row, fault.code) == ("hall", 1, "building_overlap")
    assert fault.detail.en == "shares 50.0 m2 with hut (row 2)"
    assert found.balance.area_repaired_m2 == pytest.approx(-50)


def test_a_tower_on_a_podium_keeps_its_ground() -> None:
    for order in ([0, 1], [1, 0]):
        shapes = [[at(0, 0, 40, 40), at(10, 10, 20, 20)][i] for i in order]
        assert sorted(areas(cleared(*shapes))) == [100, 1500]


def test_a_building_drawn_twice_is_set_aside_once() -> None:
    found = cleared(*[at(0, 0, 10, 10)] * 2, at(0.05, 0, 10.05, 10), building_id=["b", "a", "c"])
    assert found.kept["building_id"].tolist() == ["a"]
    assert [(fault.id, fault.code) for fault in found.faults] == [
        ("b", "building_duplicate"), ("c", "building_duplicate"),
    ]  # fmt: skip
    assert (found.balance.rows_out, found.balance.rows_rejected) == (1, 2)


def test_buildings_of_one_id_are_told_apart_by_their_rows() -> None:
    found = cleared(at(0, 0, 20, 20), at(15, 0, 25, 10), building_id=["b", "b"])
    assert found.faults[0].detail.en == "shares 50.0 m2 with b (row 2)"


def test_narrow_overlaps_count_once_and_are_not_reported() -> None:
    found = cleared(at(0, 0, 20, 20), at(19.9, 0, 30, 20))
    assert found.faults == ()
    assert sum(areas(found)) == pytest.approx(600)


def test_buildings_that_touch_stay_as_they_are() -> None:
    found = cleared(at(0, 0, 10, 10), at(10, 0, 20, 10), at(40, 0, 50, 10))
    assert areas(found) == [100, 100, 100]
    assert found.faults == ()


boxes = st.builds(lambda x, y, w, h: at(x, y, x + w, y + h), st.integers(0, 30),
                  st.integers(0, 30), st.integers(1, 20), st.integers(1, 20))  # fmt: skip


@settings(max_examples=60)
@given(st.lists(boxes, min_size=1, max_size=7), st.randoms())
def test_the_ground_is_kept_counts_once_and_hangs_on_no_order(
    shapes: list[shapely.Polygon],
    chance: object,
) -> None:
    ids = [f"B{i}" for i in range(len(shapes))]
    found = cleared(*shapes, building_id=ids)
    union = shapely.union_all(shapes).area
    assert sum(areas(found)) == pytest.approx(union, abs=1e-3)
    balance = found.balance
    assert balance.area_in_m2 + balance.area_repaired_m2 == pytest.approx(
        balance.area_out_m2 + balance.area_rejected_m2, rel=1e-9
    )
    order = list(range(len(shapes)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    mixed = cleared(*[shapes[i] for i in order], building_id=[ids[i] for i in order])
    named = [dict(zip(one.kept["building_id"], areas(one), strict=True)) for one in (found, mixed)]
    assert named[0] == pytest.approx(named[1])


def heights(values: list[float]) -> list[str]:
    buildings = zones_of(*[at(0, 0, 1, 1)] * len(values), height_m=values)
    return [fault.code for fault in height_faults(buildings)]


SPREAD = [float(one) + 0.3 for one in range(4, 44)]


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        (SPREAD, []),
        ([1.0, 2, 2, 3, 4, 5, 6, 11, 18, 24] * 4, ["height_looks_like_storeys"]),
        ([3.0, 4, 6, 9, 12, 24, 31, 45, 60, 96] * 4, []),  # whole metres, but none too low
        ([1.0, 2, 2, 3.5, 4, 5, 6, 11, 18, 24] * 4, []),  # not all whole
        ([9.0] * 21 + SPREAD[:20], ["height_filler"]),
        ([9.0] * 20 + SPREAD[:20], []),  # half is not over half
        ([0.0] * 50 + SPREAD[:20], []),  # 0 says nothing
        ([9.0] * 19, []),  # too few to show a habit
        ([np.nan] * 40, []),
    ],
)
def test_heights_that_cannot_be_measured_metres_are_doubted(
    values: list[float], codes: list[str]
) -> None:
    assert heights(values) == codes


def test_without_heights_nothing_is_doubted() -> None:
    assert height_faults(zones_of(at(0, 0, 1, 1))) == []

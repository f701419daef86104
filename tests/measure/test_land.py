"""The land itself: three areas kept apart, and ground that two parcels claim counted once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import shapely
from conftest import ORIGIN, parcels_of, square
from hypothesis import given
from hypothesis import strategies as st

from landrenew.intake.parcels import Parcels
from landrenew.measure.land import (
    counted_area_m2,
    counted_ground,
    declared_difference_share,
    overlapping_pairs,
    parcel_area_m2,
    parcel_area_mu,
    planar_area_m2,
)

if TYPE_CHECKING:
    import numpy as np

X, Y = ORIGIN


def at(x: float, y: float, right: float, top: float) -> shapely.Polygon:
    return shapely.box(X + x, Y + y, X + right, Y + top)


def ready(*shapes: shapely.Geometry, **columns: list[object]) -> Parcels:
    parcels = parcels_of(*shapes, **columns)
    return Parcels(parcels.assign(parcel_area_m2=parcel_area_m2(parcels)))


def counted(parcels: Parcels, width: float = 0.5) -> np.ndarray:
    ground = counted_ground(parcels, overlapping_pairs(parcels, width_m=width))
    return counted_area_m2(parcels, ground).to_numpy()


boxes = st.builds(
    lambda x, y, w, h: at(x, y, x + w, y + h),
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(1, 40),
    st.integers(1, 40),
)
grounds = st.lists(boxes, min_size=1, max_size=6)


def test_three_areas_are_kept_apart() -> None:
    table = ready(shapely.box(620_400, 3_339_600, 621_400, 3_340_600), declared_area_m2=[1e6])
    assert table["parcel_area_m2"].tolist() == pytest.approx([999_639.58], abs=0.01)
    assert planar_area_m2(table).tolist() == pytest.approx([1e6], rel=1e-12)
    assert declared_difference_share(table).tolist() == pytest.approx([360.5e-6], abs=1e-7)
    assert parcel_area_mu(table).tolist() == pytest.approx([1499.45937], abs=1e-4)


def test_undeclared_area_has_no_difference() -> None:
    table = ready(square(), square(1), declared_area_m2=[None, 200.0])
    found = declared_difference_share(Parcels(table.astype({"declared_area_m2": float})))
    assert found.isna().tolist() == [True, False]
    assert found.iloc[1] == pytest.approx(1.0, abs=1e-3)


def test_parcels_apart_or_touching_do_not_overlap() -> None:
    pairs = overlapping_pairs(parcels_of(square(0), square(1), square(5)), width_m=0.0)
    assert pairs.empty


def test_an_overlap_names_both_parcels_once() -> None:
    pairs = overlapping_pairs(parcels_of(at(0, 0, 10, 10), at(6, 0, 16, 10)), width_m=0.5)
    assert pairs[["first", "second", "area_m2"]].to_numpy().tolist() == [["P0", "P1", 40.0]]
    place = shapely.Point(pairs["x"].iloc[0], pairs["y"].iloc[0])
    assert at(6, 0, 10, 10).covers(place)


def test_drawing_noise_between_neighbours_is_no_overlap() -> None:
    table = parcels_of(at(0, 0, 100, 100), at(99.8, 0, 200, 100))
    assert overlapping_pairs(table, width_m=0.5).empty
    assert len(overlapping_pairs(table, width_m=0.1)) == 1


def test_noise_along_an_edge_does_not_hide_a_real_overlap() -> None:
    first = at(0, 0, 100, 100)
    second = shapely.MultiPolygon([at(99.9, 0, 200, 80), at(95, 90, 120, 95)])
    pairs = overlapping_pairs(parcels_of(first, second), width_m=0.5)
    assert pairs["area_m2"].tolist() == pytest.approx([33])


def test_duplicates_and_parcels_within_parcels_count_once() -> None:
    table = ready(at(0, 0, 20, 20), at(0, 0, 20, 20), at(5, 5, 10, 10), at(20, 0, 30, 20))
    areas = table["parcel_area_m2"].to_numpy()
    assert counted(table).tolist() == [areas[0], 0.0, 0.0, areas[3]]


def test_three_parcels_on_one_ground_count_it_once() -> None:
    table = ready(at(0, 0, 20, 10), at(10, 0, 30, 10), at(5, 0, 25, 10))
    assert counted(table).sum() == pytest.approx(300, rel=1e-3)


def test_a_sliver_between_the_first_and_last_does_not_come_back() -> None:
    """The middle parcel lost the sliver to the first; the last must not get it back."""
    table = ready(at(0, 0, 10, 10), at(0, 0, 20, 10), at(9.8, 0, 30, 10))
    assert counted(table).sum() == pytest.approx(300, rel=1e-3)


@given(grounds)
def test_counted_ground_adds_to_the_union(shapes: list[shapely.Polygon]) -> None:
    table = ready(*shapes)
    assert counted(table, width=0).sum() == pytest.approx(shapely.union_all(shapes).area, rel=1e-3)
    pairs = overlapping_pairs(table, width_m=0)
    ground = counted_ground(table, pairs)
    assert ground.area.sum() == pytest.approx(shapely.union_all(shapes).area, rel=1e-9)
    for one, other in zip(pairs["first"], pairs["second"], strict=True):
        assert shapely.intersection(ground[one], ground[other]).area == pytest.approx(0, abs=1e-6)


@given(st.lists(boxes, min_size=2, max_size=2))
def test_union_is_the_sum_less_the_overlap(shapes: list[shapely.Polygon]) -> None:
    table = ready(*shapes)
    overlap = overlapping_pairs(table, width_m=0)["area_m2"].sum()
    total = planar_area_m2(table).sum() - overlap
    ground = counted_ground(table, overlapping_pairs(table, width_m=0))
    assert ground.area.sum() == pytest.approx(total, rel=1e-9)


@given(grounds, st.randoms())
def test_row_order_changes_no_parcels_counted_ground(
    shapes: list[shapely.Polygon], chance: object
) -> None:
    table = ready(*shapes)
    order = list(table.index)
    chance.shuffle(order)
    mixed = Parcels(table.loc[order])
    straight = dict(zip(table.index, counted(table), strict=True))
    assert dict(zip(order, counted(mixed), strict=True)) == pytest.approx(straight, rel=1e-9)


@given(grounds)
def test_names_of_parcels_change_no_total(shapes: list[shapely.Polygon]) -> None:
    table = ready(*shapes)
    backwards = Parcels(table.set_axis(table.index[::-1]))
    assert counted(backwards, 0).sum() == pytest.approx(counted(table, 0).sum(), rel=1e-6)

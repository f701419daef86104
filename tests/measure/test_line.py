"""Ground near the control line: what may change sides if the line lies off."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import ORIGIN, parcels_of, square, zones_of
from hand_made import layers_of
from hypothesis import given
from hypothesis import strategies as st

from landrenew.base.errors import ColumnError
from landrenew.intake.parcels import Parcels
from landrenew.intake.sections import Tolerances
from landrenew.measure.ground import measured_ground
from landrenew.measure.indicators import measure_parcels
from landrenew.measure.land import parcel_area_m2
from landrenew.measure.line import line_strips, near_line
from landrenew.measure.pieces import Zones
from landrenew.measure.prepared import Prepared

X, Y = ORIGIN


def at(x: float, y: float, right: float, top: float) -> shapely.Polygon:
    return shapely.box(X + x, Y + y, X + right, Y + top)


def near(line: shapely.Geometry, line_m: float, *shapes: shapely.Geometry) -> np.ndarray:
    """Measure ground near a line as planar areas: rows are parcels, columns inside, outside."""
    parcels = parcels_of(*shapes)
    parcels = Parcels(parcels.assign(parcel_area_m2=parcel_area_m2(parcels)))
    found = near_line(parcels, parcels.geometry, line_strips(Zones.united([line]), line_m))
    assert found.columns.tolist() == ["inside_within_line_m2", "outside_within_line_m2"]
    assert found.index.equals(parcels.index)
    return (
        found.to_numpy() * (parcels.geometry.area / parcels["parcel_area_m2"]).to_numpy()[:, None]
    )


def test_a_parcel_across_the_line_has_a_strip_on_either_side() -> None:
    found = near(at(-100, -100, 5, 100), 2.0, square())
    assert found == pytest.approx(np.array([[20, 20]]), abs=1e-6)


def test_a_parcel_along_the_line_has_one_strip_and_one_far_off_none() -> None:
    line = at(0, -100, 100, 100)
    inside, outside, away = square(0), square(-1), square(3)
    found = near(line, 2.0, inside, outside, away)
    assert found == pytest.approx(np.array([[20, 0], [0, 20], [0, 0]]), abs=1e-6)


def test_a_line_that_may_lie_off_by_its_own_width_may_not_be_there_at_all() -> None:
    found = near(at(0, 0, 10, 10), 20.0, square(), square(1))
    assert found == pytest.approx(np.array([[100, 0], [0, 100]]), abs=1e-6)


def test_lines_that_touch_are_one_and_the_edge_between_them_is_none() -> None:
    strips = line_strips(Zones.united([at(0, 0, 50, 50), at(50, 0, 100, 50)]), 2.0)
    (inner,) = strips["line_inner"].shapes
    assert inner.area == pytest.approx(100 * 50 - 96 * 46, abs=1e-6)


corners = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=3, max_size=9)


@given(corners, st.sampled_from([0.5, 2.0, 7.0]))
def test_strips_hold_all_ground_within_reach_and_no_ground_far_off(
    points: list[tuple[int, int]], line_m: float
) -> None:
    zone = shapely.buffer(shapely.LineString([(X + x, Y + y) for x, y in points]), 3.0, quad_segs=2)
    strips = line_strips(Zones.united([zone]), line_m)
    both = shapely.union_all([one for zones in strips.values() for one in zones.shapes])
    edge = zone.boundary
    assert edge.buffer(line_m, quad_segs=16).difference(both).area < 1e-6
    assert both.difference(edge.buffer(math.hypot(1, 2.01) * line_m)).area < 1e-6
    for name, side in (("line_inner", zone), ("line_outer", both.difference(zone))):
        for strip in strips[name].shapes:
            assert strip.difference(side).area < 1e-6


@given(st.integers(0, 2**32 - 1))
def test_a_line_redrawn_within_reach_moves_no_more_than_the_strips(seed: int) -> None:
    chance = np.random.default_rng(seed)
    line_m = 2.0
    true = shapely.segmentize(at(13, 17, 71, 64), 8.0)
    xy = shapely.get_coordinates(true)
    angle, off = chance.uniform(0, 2 * math.pi, len(xy)), line_m * chance.random(len(xy))
    moved = xy + np.column_stack([off * np.cos(angle), off * np.sin(angle)])
    moved[-1] = moved[0]
    drawn = shapely.make_valid(shapely.Polygon(moved))
    shapes = [square(i % 10, i // 10) for i in range(100)]
    reach = near(drawn, line_m, *shapes)
    inside, truth = (shapely.area(shapely.intersection(shapes, one)) for one in (drawn, true))
    assert (truth >= inside - reach[:, 0] - 1e-6).all()
    assert (truth <= inside + reach[:, 1] + 1e-6).all()


def measured(*shapes: shapely.Geometry, line_m: float | None) -> Parcels:
    """Measure parcels as a run does."""
    layers = layers_of(parcels_of(*shapes), control_line=zones_of(at(-100, -100, 5, 100)))
    tolerances = Tolerances(line_m=line_m)
    project = layers.project.model_copy(update={"tolerances": tolerances})
    prepared = Prepared.of(layers.__class__(**{**layers.__dict__, "project": project}))
    return measured_ground(prepared, measure_parcels(layers.parcels, prepared))[0]


def test_nothing_is_measured_where_nobody_said_how_far_the_line_lies_off() -> None:
    assert "inside_within_line_m2" not in measured(square(), line_m=None)


def test_ground_that_counts_for_another_parcel_is_near_the_line_once() -> None:
    table = measured(square(), square(), square(0.8), line_m=2.0)
    found = table[["inside_within_line_m2", "outside_within_line_m2"]].to_numpy()
    assert found == pytest.approx(np.array([[20, 20], [0, 0], [0, 0]]), rel=1e-3, abs=1e-9)
    assert table["shares_ground_with"].tolist() == [None, "P0", "P0; P1"]
    assert (found.sum(axis=1) <= table["counted_area_m2"] + 1e-9).all()


def test_measuring_needs_the_area() -> None:
    ground = gpd.GeoSeries([square()], crs="EPSG:4549")
    with pytest.raises(ColumnError, match="parcel_area_m2"):
        near_line(parcels_of(square()), ground, {})


def test_a_part_of_the_parcels_measures_as_all_do() -> None:
    line = Zones.united([at(3, 3, 44, 38)])
    parcels = parcels_of(*(square(i % 5, i // 5) for i in range(20)))
    parcels = Parcels(parcels.assign(parcel_area_m2=parcel_area_m2(parcels)))
    strips = line_strips(line, 1.5)
    whole = near_line(parcels, parcels.geometry, strips)
    halves = [Parcels(parcels.iloc[::2]), Parcels(parcels.iloc[1::2])]
    found = pd.concat([near_line(half, half.geometry, strips) for half in halves])
    pd.testing.assert_frame_equal(found.loc[whole.index], whole, check_exact=True)

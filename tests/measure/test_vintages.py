"""Two states of the land: ground is compared, not ids; strips of drawing noise are no change."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import CRS, ORIGIN, parcels_of, zones_of
from hand_made import layers_of, rulebook_of
from hypothesis import given, settings
from hypothesis import strategies as st

from landrenew.assess.share.change import CAUSES, ShareChange
from landrenew.intake.parcels import Parcels
from landrenew.workflow import run_layers

if TYPE_CHECKING:
    import geopandas as gpd

    from landrenew.intake.layers import Layers
    from landrenew.publish.result import Result

X, Y = ORIGIN


def at(x: float, y: float, right: float, top: float) -> shapely.Polygon:
    return shapely.box(X + x, Y + y, X + right, Y + top)


def plot(column: float, row: float = 0) -> shapely.Polygon:
    return at(20 * column, 20 * row, 20 * column + 20, 20 * row + 20)


def city(
    parcels: list[shapely.Geometry],
    line: list[shapely.Geometry],
    earlier: list[shapely.Geometry] | None = None,
    earlier_line: list[shapely.Geometry] | None = None,
    **layers: gpd.GeoDataFrame,
) -> Layers:
    there = {"control_line": zones_of(*line), **layers}
    if earlier is not None:
        there["earlier_parcels"] = zones_of(*earlier)
    if earlier_line is not None:
        there["earlier_control_line"] = zones_of(*earlier_line)
    return layers_of(parcels_of(*parcels), rulebook_of(), **there)


def run(*args: list[shapely.Geometry] | None, **layers: gpd.GeoDataFrame) -> Result:
    return run_layers(city(*args, **layers))


def changed(*args: list[shapely.Geometry] | None) -> ShareChange:
    found = run(*args).share_change
    assert found is not None
    return found


def points(change: ShareChange) -> list[float]:
    return [round(part, 6) for part in change.causes]


# planted


def test_only_the_line_moved() -> None:
    plots = [plot(i) for i in range(4)]
    found = changed(plots, plots[:3], plots, plots[:1])
    assert points(found) == [0.5, 0, 0]
    assert found.causes.retired == found.causes.built == 0
    assert (found.retired.total_m2, found.new.total_m2) == (0, 0)


def test_only_ground_was_retired() -> None:
    plots = [plot(i) for i in range(4)]
    found = changed(plots[:2], plots[:1], plots, plots[:1])
    assert points(found) == [0, 0.25, 0]
    assert found.causes.line == 0
    assert found.retired.total_m2 == pytest.approx(800, rel=1e-3)


def test_only_ground_was_built() -> None:
    plots = [plot(i) for i in range(4)]
    found = changed(plots, plots[1:], plots[:2], plots[1:])
    assert points(found) == [0, 0, 0.25]
    assert found.causes.line == 0


def test_line_and_retirement_together() -> None:
    plots = [plot(i) for i in range(4)]
    # before 1 of 4, now 2 of 3: the line +1 of 4 or of 3, one plot outside gone
    found = changed(plots[:3], plots[:2], plots, plots[:1])
    line = ((2 / 4 - 1 / 4) + (2 / 3 - 1 / 3)) / 2
    retired = ((2 / 3 - 2 / 4) + (1 / 3 - 1 / 4)) / 2
    assert points(found) == [round(line, 6), round(retired, 6), 0]


def test_moving_the_line_to_reach_the_target_shows_as_re_drawing() -> None:
    plots = [plot(i) for i in range(5)]
    found = changed(plots, plots[:4], plots, plots[:2])
    assert found.after == pytest.approx(0.8)
    assert found.by_earlier_line == pytest.approx(0.4)
    assert found.causes.line == found.after - found.before


def test_a_parcel_that_was_divided_merged_and_renamed_is_the_same_ground() -> None:
    whole, halves = at(0, 0, 40, 20), [plot(0), plot(1)]
    for now, then in ((halves, [whole]), ([whole], halves)):
        found = changed(now, [plot(0)], then, [plot(0)])
        assert (found.retired.total_m2, found.new.total_m2) == (0, 0)
        assert found.causes == (0, 0, 0)


def test_a_parcel_that_grew_is_new_only_where_it_grew() -> None:
    result = run([at(0, 0, 30, 20)], [at(20, 0, 40, 20)], [plot(0)], [at(20, 0, 40, 20)])
    row = result.parcels.iloc[0]
    assert row["new_ground_m2"] == pytest.approx(row["counted_area_m2"] / 3)
    assert row["new_inside_m2"] == pytest.approx(row["new_ground_m2"])
    assert row["inside_earlier_line_m2"] == pytest.approx(row["inside_area_m2"])


def test_noise_of_drawing_is_neither_retired_nor_new() -> None:
    then = [at(0, 0, 20, 20), at(20, 0, 40, 20)]
    now = [at(0.3, -0.2, 20.2, 20.3), at(20.2, 0.2, 40.4, 19.8)]
    found = changed(now, [at(-5, -5, 20.1, 30)], then, [at(-5, -5, 20.1, 30)])
    assert (found.retired.total_m2, found.new.total_m2) == (0, 0)
    assert found.causes == (0, 0, 0)
    assert found.as_drawn is not None
    assert found.as_drawn == pytest.approx(found.before, abs=0.01)


def test_a_strip_wider_than_the_tolerance_is_new() -> None:
    found = changed([at(0, 0, 20.7, 20)], [plot(0)], [plot(0)], [plot(0)])
    assert found.new.total_m2 == pytest.approx(14, rel=1e-3)
    assert found.retired.total_m2 == 0


def test_ground_that_several_earlier_parcels_claim_is_retired_once() -> None:
    found = changed([plot(5)], [plot(5)], [at(0, 0, 30, 20), at(20, 0, 40, 20), plot(5)], [plot(5)])
    assert found.retired.total_m2 == pytest.approx(800, rel=1e-3)


def test_what_is_not_compared_is_zero_and_has_no_columns() -> None:
    plots = [plot(i) for i in range(3)]
    only_line = run(plots, plots[:2], None, plots[:1])
    assert only_line.share_change is not None
    assert only_line.share_change.causes[1:] == (0, 0)
    assert "new_ground_m2" not in only_line.parcels
    assert only_line.retired is None
    only_ground = run(plots, plots[:2], plots[:1])
    assert only_ground.share_change is not None
    assert only_ground.share_change.causes.line == 0
    assert "inside_earlier_line_m2" not in only_ground.parcels
    assert run(plots, plots[:2]).share_change is None
    no_line = run_layers(layers_of(parcels_of(*plots), earlier_parcels=zones_of(*plots[:1])))
    assert no_line.share_change is None
    assert no_line.parcels["new_ground_m2"].gt(0).tolist() == [False, True, True]


def test_towns_of_the_earlier_state_are_found_where_they_are_not_given() -> None:
    towns = zones_of(at(0, 0, 40, 20), at(40, 0, 80, 20), town=["west", "east"])
    plots = [plot(i) for i in range(4)]
    result = run([plots[0], plots[2]], plots[:1], plots, plots[:1], towns=towns)
    assert result.share_change is not None
    east, west = result.share_change.towns
    assert (east.name, west.name) == ("east", "west")
    assert east.retired.total_m2 == pytest.approx(400, rel=1e-3)
    assert west.before == pytest.approx(0.5)
    assert west.after == 1.0


# a second opinion

boxes = st.builds(
    lambda x, y, w, h: at(5 * x, 5 * y, 5 * (x + w), 5 * (y + h)),
    st.integers(0, 10), st.integers(0, 10), st.integers(1, 6), st.integers(1, 6),
)  # fmt: skip
some = st.lists(boxes, min_size=1, max_size=6)


def slow_shares(
    now: list[shapely.Geometry], line: list[shapely.Geometry], then: list[shapely.Geometry],
    earlier_line: list[shapely.Geometry],
) -> dict[frozenset[str], float]:  # fmt: skip
    """Give every share on the way by uniting whole layers, in the plane."""
    before, after = shapely.union_all(then), shapely.union_all(now)
    found = {}
    for done in (frozenset(some) for n in range(4) for some in combinations(CAUSES, n)):
        ground = before.intersection(after)
        if "retired" not in done:
            ground = ground.union(before)
        if "built" in done:
            ground = ground.union(after)
        inside = shapely.union_all(line if "line" in done else earlier_line)
        found[done] = ground.intersection(inside).area / ground.area if ground.area else math.nan
    return found


@settings(max_examples=40)
@given(some, some, some, some)
def test_the_slow_way_gives_the_same(
    now: list[shapely.Geometry], line: list[shapely.Geometry], then: list[shapely.Geometry],
    earlier_line: list[shapely.Geometry],
) -> None:  # fmt: skip
    v = slow_shares(now, line, then, earlier_line)
    found = changed(now, line, then, earlier_line)
    none, everything = frozenset(), frozenset(CAUSES)
    assert found.before == pytest.approx(v[none], abs=1e-6)
    assert found.after == pytest.approx(v[everything], abs=1e-6)
    assert found.as_drawn == pytest.approx(found.before, abs=1e-6)
    if any(map(math.isnan, v.values())):
        return
    for cause, part in zip(CAUSES, found.causes, strict=True):
        others = [one for one in CAUSES if one != cause]
        slow = math.fsum(
            weight * (v[frozenset(done) | {cause}] - v[frozenset(done)])
            for done, weight in (
                ((), 1 / 3), (others[:1], 1 / 6), (others[1:], 1 / 6), (others, 1 / 3)
            )
        )  # fmt: skip
        assert part == pytest.approx(slow, abs=1e-6)


@settings(max_examples=25)
@given(some, some, some, some)
def test_parts_add_up_to_wholes(
    now: list[shapely.Geometry], line: list[shapely.Geometry], then: list[shapely.Geometry],
    earlier_line: list[shapely.Geometry],
) -> None:  # fmt: skip
    result = run(now, line, then, earlier_line)
    change, share = result.share_change, result.share
    assert change is not None
    assert share is not None
    assert change.after == share.share
    assert math.fsum(change.causes) == pytest.approx(change.after - change.before, abs=1e-12)
    kept, new = change.kept, change.new
    assert kept.total_m2 + new.total_m2 == pytest.approx(share.total_m2, rel=1e-9)
    assert kept.inside_m2 + new.inside_m2 == pytest.approx(share.inside_m2, rel=1e-9, abs=1e-9)
    earlier = result.retired
    assert earlier is not None
    then_all = math.fsum(earlier["counted_area_m2"])
    assert kept.total_m2 + change.retired.total_m2 == pytest.approx(then_all, rel=1e-6)
    table = result.parcels
    new_columns = ["new_inside_m2", "new_inside_earlier_line_m2"]
    assert (table[new_columns].le(table["new_ground_m2"] * (1 + 1e-9) + 1e-9, axis=0)).all(
        axis=None
    )
    assert (table["new_ground_m2"] <= table["counted_area_m2"]).all()
    assert (table[["new_ground_m2", *new_columns]] >= 0).all(axis=None)


@settings(max_examples=15)
@given(some, some, some, some, st.integers(0, 99))
def test_order_of_rows_and_splitting_parcels_change_nothing(
    now: list[shapely.Geometry], line: list[shapely.Geometry], then: list[shapely.Geometry],
    earlier_line: list[shapely.Geometry], seed: int,
) -> None:  # fmt: skip
    layers = city(now, line, then, earlier_line)
    found = run_layers(layers).share_change
    assert found is not None
    order = np.random.default_rng(seed).permutation(len(now))
    mixed = run_layers(replace(layers, parcels=Parcels(layers.parcels.iloc[order]))).share_change
    assert mixed is not None
    assert mixed.causes == pytest.approx(found.causes, rel=0, abs=1e-14, nan_ok=True)
    left, right = at(0, -10, 27.5, 200), at(27.5, -10, 200, 200)
    split = [
        [part for shape in one for side in (left, right)
         if (part := shape.intersection(side)).area > 0]
        for one in (now, then)
    ]  # fmt: skip
    again = changed(split[0], line, split[1], earlier_line)
    assert again.causes == pytest.approx(found.causes, abs=1e-6, nan_ok=True)


def test_the_input_is_not_changed() -> None:
    plots = [plot(i) for i in range(3)]
    layers = city(plots, plots[:1], plots[1:], plots[:2])
    before = {
        name: getattr(layers, name).copy(deep=True)
        for name in ("parcels", "control_line", "earlier_parcels", "earlier_control_line")
    }
    run_layers(layers)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(getattr(layers, name), frame)
    assert layers.parcels.crs == CRS

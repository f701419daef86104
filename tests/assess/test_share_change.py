"""The change of the share by cause: exact, in no preferred order, re-drawing apart from ground."""

from __future__ import annotations

import math
from itertools import pairwise, permutations

import pandas as pd
import pytest
from conftest import parcels_of, square
from hypothesis import given
from hypothesis import strategies as st

from landrenew.assess.share.change import (
    CAUSES,
    Areas,
    share_at,
    split_change,
    summarize_change,
)
from landrenew.assess.share.land import UNKNOWN_TOWN
from landrenew.base.errors import ColumnError
from landrenew.intake.parcels import Parcels

NOTHING = Areas(0.0, 0.0, 0.0)
ALL = frozenset(CAUSES)


def ground(total: float, earlier: float, now: float) -> Areas:
    return Areas(total, earlier, now)


def change(kept: Areas, retired: Areas, new: Areas) -> float:
    return share_at(kept, retired, new, ALL) - share_at(kept, retired, new, frozenset())


def test_when_only_the_line_moved_all_change_is_re_drawing() -> None:
    kept = ground(100, 40, 80)  # pitfall 43: the target is reached, nothing was done on the ground
    found = split_change(kept, NOTHING, NOTHING)
    assert found == pytest.approx((0.4, 0, 0), abs=1e-15)
    assert found.retired == found.built == 0.0


def test_when_ground_was_only_retired_all_change_is_retirement() -> None:
    found = split_change(ground(60, 60, 60), ground(40, 0, 0), NOTHING)
    assert found == pytest.approx((0, 0.4, 0), abs=1e-15)
    assert found.line == found.built == 0.0


def test_when_ground_was_only_built_all_change_is_new_building() -> None:
    found = split_change(ground(50, 25, 25), NOTHING, ground(50, 50, 50))
    assert found == pytest.approx((0, 0, 0.25), abs=1e-15)
    assert found.line == found.retired == 0.0


def test_two_causes_share_what_they_do_together_evenly() -> None:
    # kept 100 of which 50, then 60 inside; 100 outside is retired.
    # line first: 50/200 -> 60/200 (+.05), then retired -> 60/100 (+.30)
    # retired first: 50/200 -> 50/100 (+.25), then line -> 60/100 (+.10)
    found = split_change(ground(100, 50, 60), ground(100, 0, 0), NOTHING)
    assert found == pytest.approx((0.075, 0.275, 0), abs=1e-15)


def test_all_three_by_hand() -> None:
    # v: none 6/16, L 8/16, R 6/10, B 8/20, LR 8/10, LB 11/20, RB 8/14, LRB 11/14
    kept, retired, new = ground(10, 6, 8), ground(6, 0, 0), ground(4, 2, 3)
    v = {"": 6 / 16, "L": 8 / 16, "R": 6 / 10, "B": 8 / 20,
         "LR": 8 / 10, "BL": 11 / 20, "BR": 8 / 14, "BLR": 11 / 14}  # fmt: skip
    line = (2 * (v["L"] - v[""]) + (v["LR"] - v["R"]) + (v["BL"] - v["B"])
            + 2 * (v["BLR"] - v["BR"])) / 6  # fmt: skip
    retire = (2 * (v["R"] - v[""]) + (v["LR"] - v["L"]) + (v["BR"] - v["B"])
              + 2 * (v["BLR"] - v["BL"])) / 6  # fmt: skip
    build = (2 * (v["B"] - v[""]) + (v["BL"] - v["L"]) + (v["BR"] - v["R"])
             + 2 * (v["BLR"] - v["LR"])) / 6  # fmt: skip
    assert split_change(kept, retired, new) == pytest.approx((line, retire, build), abs=1e-15)
    assert line + retire + build == pytest.approx(11 / 14 - 6 / 16, abs=1e-15)


def test_where_no_ground_is_kept_building_comes_before_retirement() -> None:
    # without the land that is retired and before the land that is built there is no share
    retired, new = ground(10, 5, 10), ground(10, 0, 10)
    # line, built, retired: .5 -> 1 -> 1 -> 1; built, line, retired: .5 -> .25 -> 1 -> 1;
    # built, retired, line: .5 -> .25 -> 0 -> 1
    found = split_change(NOTHING, retired, new)
    line, retire, build = (0.5 + 0.75 + 1.0) / 3, -0.25 / 3, (0 - 0.25 - 0.25) / 3
    assert found == pytest.approx((line, retire, build), abs=1e-15)


def test_a_city_that_had_no_industrial_land_has_no_change_to_split() -> None:
    assert all(map(math.isnan, split_change(NOTHING, NOTHING, ground(10, 0, 5))))
    assert all(map(math.isnan, split_change(NOTHING, ground(10, 0, 5), NOTHING)))
    assert math.isnan(share_at(NOTHING, NOTHING, NOTHING, ALL))


lands = st.builds(
    lambda total, one, other: Areas(total, total * one, total * other),
    st.one_of(st.just(0.0), st.floats(1.0, 1e7)), st.floats(0, 1), st.floats(0, 1),
)  # fmt: skip


@given(lands, lands, lands)
def test_the_three_parts_add_up_to_the_change(kept: Areas, retired: Areas, new: Areas) -> None:
    found, whole = split_change(kept, retired, new), change(kept, retired, new)
    if math.isnan(whole):
        assert all(map(math.isnan, found))
    else:
        assert math.fsum(found) == pytest.approx(whole, abs=1e-12)


@given(lands, lands, lands)
def test_what_did_not_change_did_nothing(kept: Areas, retired: Areas, new: Areas) -> None:
    if kept.total_m2 == 0:
        return
    still = [Areas(one.total_m2, one.inside_m2, one.inside_m2) for one in (kept, retired, new)]
    assert split_change(*still).line == 0.0
    assert split_change(kept, NOTHING, new).retired == 0.0
    assert split_change(kept, retired, NOTHING).built == 0.0


@given(lands, lands, lands)
def test_no_order_is_preferred(kept: Areas, retired: Areas, new: Areas) -> None:
    """Work the mean over the orders out a second time, by adding one cause after the other."""
    if kept.total_m2 == 0:
        return
    mean = dict.fromkeys(CAUSES, 0.0)
    for order in permutations(CAUSES):
        done: frozenset[str] = frozenset()
        for cause in order:
            before = share_at(kept, retired, new, done)
            done |= {cause}
            mean[cause] += (share_at(kept, retired, new, done) - before) / 6
    assert split_change(kept, retired, new) == pytest.approx(tuple(mean.values()), abs=1e-12)


# a table of parcels


def measured(**columns: list[object]) -> Parcels:
    shapes = [square(i) for i in range(len(next(iter(columns.values()))))]
    return parcels_of(*shapes, **columns)


def retired(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame(columns)


PARCELS = measured(
    town=["a", "a", None],
    counted_area_m2=[100.0, 100.0, 100.0],
    inside_area_m2=[100.0, 0.0, 50.0],
    inside_earlier_line_m2=[0.0, 0.0, 50.0],
    new_ground_m2=[0.0, 100.0, 0.0],
    new_inside_m2=[0.0, 0.0, 0.0],
    new_inside_earlier_line_m2=[0.0, 0.0, 0.0],
)
GONE = retired(
    town=["a", "b"],
    counted_area_m2=[150.0, 80.0],
    drawn_inside_m2=[0.0, 80.0],
    retired_ground_m2=[50.0, 80.0],
    retired_inside_m2=[0.0, 80.0],
    retired_inside_earlier_line_m2=[0.0, 80.0],
)


def test_a_city_and_its_towns_are_split_alike() -> None:
    found = summarize_change(PARCELS, GONE, name="here")
    assert found.kept == Areas(200, 50, 150)
    assert found.retired == Areas(130, 80, 80)
    assert found.new == Areas(100, 0, 0)
    assert (found.before, found.after) == (130 / 330, 150 / 300)
    assert found.by_earlier_line == 50 / 300
    assert math.fsum(found.causes) == pytest.approx(found.after - found.before, abs=1e-15)
    assert [one.name for one in found.towns] == ["a", "b", UNKNOWN_TOWN]
    a, b, unknown = found.towns
    assert (a.before, a.after) == (0 / 150, 100 / 200)
    assert b.before == 1.0  # all its ground was retired: it had a share and has none
    assert all(map(math.isnan, (b.after, *b.causes)))
    assert unknown.causes == (0, 0, 0)


def test_the_earlier_share_is_also_given_as_it_was_drawn_then() -> None:
    assert summarize_change(PARCELS, GONE, name="here").as_drawn == 80 / 230


def test_the_fixed_order_is_the_line_first() -> None:
    found = summarize_change(PARCELS, GONE, name="here")
    steps = [130 / 330, 230 / 330, 150 / 200, 150 / 300]
    assert found.line_first == pytest.approx([b - a for a, b in pairwise(steps)], abs=1e-15)


def test_a_line_alone_can_be_compared() -> None:
    columns = ["town", "counted_area_m2", "inside_area_m2", "inside_earlier_line_m2", "geometry"]
    found = summarize_change(Parcels(PARCELS[columns]), None, name="here")
    assert (found.causes.retired, found.causes.built) == (0, 0)
    assert found.causes.line == pytest.approx(100 / 300)
    assert found.as_drawn is None


def test_the_ground_alone_can_be_compared() -> None:
    columns = ["counted_area_m2", "inside_area_m2", "new_ground_m2", "new_inside_m2", "geometry"]
    gone = GONE.drop(columns="retired_inside_earlier_line_m2")
    found = summarize_change(Parcels(PARCELS[columns]), gone, name="here")
    assert found.causes.line == 0
    assert found.before == 230 / 330
    assert found.by_earlier_line == found.after
    assert found.towns == ()


def test_the_measures_must_be_there() -> None:
    with pytest.raises(ColumnError, match="inside_area_m2"):
        summarize_change(Parcels(PARCELS.drop(columns="inside_area_m2")), None, name="here")

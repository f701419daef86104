"""The list of doubts: what each may do to the share, by hand and as invariants."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_share import NONE_REJECTED, measured, summary

from landrenew.assess.share.doubts import (
    KINDS,
    share_doubts,
    unknown_class,
)
from landrenew.assess.share.land import MOST_NAMED
from landrenew.assess.share.summary import ControlShare, summarize_share
from landrenew.base.errors import ColumnError
from landrenew.intake.parcels import Parcels

FOUR = [(100.0, 100.0), (100.0, 100.0), (100.0, 100.0), (100.0, 0.0)]


def moves_by_kind(share: ControlShare) -> dict[str, list[list[float]]]:
    assert share.work is not None
    doubts = share.work.doubts
    return {
        KINDS[kind]: doubts.moves[doubts.kind == kind].reshape(-1, 4).tolist()
        for kind in dict.fromkeys(doubts.kind.tolist())
    }


def settle(share: ControlShare) -> list[tuple[str, ...]]:
    return [ids for _, ids in share.to_settle]


# ── each kind by hand ──────────────────────────────────────────────────


@pytest.mark.parametrize("code", [None, "6O1"])
def test_a_parcel_of_unknown_class_may_be_no_industrial_land(code: str | None) -> None:
    found = summary(measured(FOUR, land_code=[code, "0601", "0601", "0601"]), 0.7)
    assert moves_by_kind(found) == {"unknown_class": [[-100, -100, 0, 0]]}
    assert found.interval == pytest.approx((200 / 300, 300 / 400))
    assert (found.share, found.verdict) == (0.75, "undetermined")


def test_a_layer_without_any_land_code_says_itself_what_it_holds() -> None:
    nothing: list[object] = [None] * 4
    assert summary(measured(FOUR, land_code=nothing)).doubts.empty
    assert summary(measured(FOUR)).doubts.empty


def test_codes_of_another_scheme_or_of_a_bureaus_own_are_no_doubt() -> None:
    other = measured(FOUR, land_code=["100101", "100101", "100102", "0601"])
    assert not unknown_class(other, "三调").any()
    own = measured(FOUR, land_code=["工1", "工2", "工1", "工1"])
    assert not unknown_class(own, None).any()
    blank = measured(FOUR, land_code=["工1", None, "工1", "工1"])
    assert unknown_class(blank, None).tolist() == [False, True, False, False]


def test_ground_that_two_parcels_claim_may_lie_elsewhere() -> None:
    rows = [(100.0, 100.0), (60.0, 0.0)]
    table = measured(rows, shares_ground_with=[None, "P0"])
    table["parcel_area_m2"] = [100.0, 100.0]
    table["planar_area_m2"] = table["parcel_area_m2"]
    found = summary(table)
    assert moves_by_kind(found) == {"overlap": [[0, 40, 40, 40]]}
    assert found.doubts["ids"].tolist() == [("P1", "P0")]
    assert found.interval == pytest.approx((100 / 200, 140 / 200))


def test_the_line_is_in_doubt_only_where_somebody_said_by_how_much() -> None:
    near = {"inside_within_line_m2": [10.0, 0.0, 0.0, 0.0],
            "outside_within_line_m2": [0.0, 0.0, 0.0, 20.0]}  # fmt: skip
    table = measured(FOUR, **near)
    silent = summary(table)
    assert (silent.doubts.empty, silent.line_m, silent.interval) == (True, None, (0.75, 0.75))
    stated = summarize_share(table, NONE_REJECTED, name="", target=0.8, line_m=2.0)
    assert moves_by_kind(stated) == {"line": [[0, 0, 20, 0], [-10, 0, 0, 0]]}
    assert stated.interval == pytest.approx((290 / 400, 320 / 400))
    with pytest.raises(ColumnError, match="inside_within_line_m2"):
        summarize_share(measured(FOUR), NONE_REJECTED, name="", target=0.8, line_m=2.0)


def test_the_interval_covers_every_way_to_take_areas() -> None:
    table = measured([(100.0, 100.0), (100.0, 0.0)], declared_area_m2=[150.0, 100.0])
    table["planar_area_m2"] = [100.0, 125.0]
    found = summary(table)
    assert found.by_method == {
        "ellipsoidal": 0.5, "planar": pytest.approx(100 / 225), "declared": 0.6,
    }  # fmt: skip
    assert found.interval == pytest.approx((100 / 225, 0.6))
    assert found.doubts["ids"].tolist() == [("P0", "P1")]  # the one by 50 m2, the other by 25


def test_a_declared_area_that_one_parcel_lacks_gives_no_share() -> None:
    table = measured([(100.0, 100.0), (100.0, 0.0)], declared_area_m2=[150.0, np.nan])
    assert set(summary(table).by_method) == {"ellipsoidal", "planar"}


def test_of_many_differing_areas_the_largest_are_named() -> None:
    count = MOST_NAMED + 5
    declared = [100.0 + 2 * i for i in range(count)]
    found = summary(measured([(100.0, 100.0 * (i % 2)) for i in range(count)],
                             declared_area_m2=declared))  # fmt: skip
    (ids,) = found.doubts["ids"]
    assert (len(ids), ids[0]) == (MOST_NAMED, f"P{count - 1}")


def test_a_row_set_aside_is_named_by_its_id_or_row_and_nobody_makes_up_its_area() -> None:
    rejected = pd.DataFrame(
        {
            "code": ["unrepairable", "missing_id", "empty_geometry", "duplicate_row"],
            "declared_area_m2": [10.0, 20.0, None, 7.0],
            "parcel_id": ["A", None, "C", "P0"],
        },
        index=[5, 6, 7, 8],
    )
    found = summary(measured(FOUR), 0.8, rejected)
    assert sorted(found.doubts["ids"]) == [("A",), ("row-6",)]
    assert moves_by_kind(found)["set_aside"] == [[0, 20, 20, 20], [0, 10, 10, 10]]
    assert found.unknown_areas == 1


# ── the work list ──────────────────────────────────────────────────────


def test_the_work_list_names_what_decides_the_verdict() -> None:
    rows = [(100.0, 100.0)] * 8 + [(60.0, 0.0)] * 2
    codes: list[object] = [None] * 3 + ["0601"] * 7
    found = summary(measured(rows, land_code=codes, settled_m2=[0.0] * 9 + [-1.0]), 0.85)
    # 800 of 920 is 87 %; without one of them 85.4 %, without two 83.3 %
    assert (found.verdict, found.leaning) == ("undetermined", "met")
    assert settle(found) == [("P0",), ("P1",)]
    assert found.doubts["ids"].tolist()[-1] == ("P9",)


def test_a_verdict_that_holds_asks_for_no_work() -> None:
    found = summary(measured(FOUR, land_code=[None, "0601", "0601", "0601"]), 0.5)
    assert (found.verdict, settle(found)) == ("met", [])
    assert found.doubts["lowers_mu"].gt(0).all()


def test_without_a_target_doubts_are_listed_by_what_they_do_to_the_share() -> None:
    found = summary(measured(FOUR, land_code=[None, "0601", "0601", None]), None)
    assert (found.verdict, settle(found)) == ("undetermined", [])
    assert found.doubts["ids"].tolist() == [("P3",), ("P0",)]  # 100 of 100 outside, then inside
    assert found.doubts[["lowers_mu", "raises_mu"]].to_numpy() * (2000 / 3) == pytest.approx(
        np.array([[0, 75], [25, 0]])
    )


def test_kinds_add_up_and_each_alone_has_an_interval() -> None:
    table = measured(FOUR, land_code=[None, "0601", "0601", "0601"], settled_m2=[0, 5.0, 0, 0])
    rejected = pd.DataFrame({"code": ["missing_id"], "declared_area_m2": [50.0]})
    found = summary(table, 0.8, rejected)
    assert [one.kind for one in found.by_kind] == ["set_aside", "unknown_class", "sliver"]
    for one in found.by_kind:
        low, high = one.interval
        assert found.interval[0] <= low <= found.share <= high <= found.interval[1]
        rows = found.doubts[found.doubts["kind"] == one.kind]
        assert one.number == len(rows)
        assert one.lowers_mu == pytest.approx(rows["lowers_mu"].sum())
    assert set(found.doubts["kind"]) <= set(KINDS)


# ── city, town, village ────────────────────────────────────────────────


def test_a_village_is_one_of_its_town_and_names_may_repeat() -> None:
    table = measured(FOUR, town=["东", "西", "西", "西"], village=["新村", "新村", "老村", None])
    found = summary(table)
    assert [(town.name, [one.name for one in town.villages]) for town in found.towns] == [
        ("东", ["新村"]), ("西", ["—", "新村", "老村"]),
    ]  # fmt: skip
    assert [one.share for one in found.towns[1].villages] == [0, 1, 1]
    assert found.villages == ()


def test_villages_stand_alone_where_no_towns_are_known() -> None:
    found = summary(measured(FOUR, village=["a", "b", "b", "a"]))
    assert [(one.name, one.share) for one in found.villages] == [("a", 0.5), ("b", 1)]
    assert found.towns == ()


def test_a_doubt_stays_in_its_village() -> None:
    table = measured(FOUR, town=["t"] * 4, village=["a", "b", "b", "a"],
                     land_code=[None, "0601", "0601", "0601"])  # fmt: skip
    rejected = pd.DataFrame({
        "code": ["missing_id"] * 2, "declared_area_m2": [50.0, 50.0], "town": ["t", "t"],
        "village": ["b", None],
    })  # fmt: skip
    (town,) = summary(table, 0.8, rejected).towns
    assert len(town.doubts) == 3
    assert [one.doubts["kind"].tolist() for one in town.villages] == [
        ["unknown_class"], ["set_aside"],
    ]  # fmt: skip


places = st.sampled_from(["甲", "乙", "丙", None])
parcels = st.lists(
    st.tuples(st.floats(1, 1e6), st.floats(0, 1), st.floats(-0.01, 0.01), places, places,
              st.sampled_from(["0601", "0601", None])),
    min_size=1, max_size=12,
)  # fmt: skip


def table_of(rows: list[tuple]) -> Parcels:
    return measured(
        [(area, area * share) for area, share, *_ in rows],
        settled_m2=[area * part for area, _, part, *_ in rows],
        town=[row[3] for row in rows],
        village=[row[4] for row in rows],
        land_code=[row[5] for row in rows],
    )


def exact(values: pd.Series[float]) -> Fraction:
    return sum(map(Fraction, values), Fraction(0))


@given(parcels)
def test_villages_add_to_their_town_and_towns_to_the_city(rows: list[tuple]) -> None:
    table = table_of(rows)
    found = summary(table)
    named = table.fillna({"town": "—", "village": "—"})
    for column in ("inside_area_m2", "counted_area_m2"):
        name = "inside_m2" if column == "inside_area_m2" else "total_m2"
        assert getattr(found, name) == float(exact(table[column]))
        for town in found.towns:
            mine = named[named["town"] == town.name]
            assert getattr(town, name) == float(exact(mine[column]))
            for one in town.villages:
                there = mine[mine["village"] == one.name]
                assert getattr(one, name) == float(exact(there[column]))
    assert found.parcels == sum(one.parcels for one in found.towns)
    assert all(one.parcels == sum(v.parcels for v in one.villages) for one in found.towns)


FEWER = settings(max_examples=20)
"""Each example takes a share by town and village twice."""


# ── invariants ─────────────────────────────────────────────────────────


@given(parcels, st.randoms())
@FEWER
def test_the_order_of_the_rows_changes_no_bit(rows: list[tuple], chance: object) -> None:
    table = table_of(rows)
    shuffled = list(range(len(rows)))
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = summary(table), summary(Parcels(table.iloc[shuffled]))
    assert one == other
    pd.testing.assert_frame_equal(one.doubts, other.doubts, check_exact=True)


@given(parcels, st.integers(0, 11), st.floats(0.01, 0.99))
@FEWER
def test_a_parcel_split_in_two_changes_no_share_and_no_interval(
    rows: list[tuple], which: int, part: float
) -> None:
    at = which % len(rows)
    area, *rest = rows[at]
    split = [*rows[:at], (area * part, *rest), (area * (1 - part), *rest), *rows[at + 1 :]]
    one, other = summary(table_of(rows)), summary(table_of(split))
    assert other.share == pytest.approx(one.share, abs=1e-12)
    assert other.interval == pytest.approx(one.interval, abs=1e-12)


@given(parcels, st.integers(0, 11))
@FEWER
def test_a_parcel_moved_wholly_inside_raises_the_share(rows: list[tuple], which: int) -> None:
    at = which % len(rows)
    area, share, _, *rest = rows[at]
    still = [*rows[:at], (area, share, 0.0, *rest), *rows[at + 1 :]]
    inside = [*rows[:at], (area, 1.0, 0.0, *rest), *rows[at + 1 :]]
    before, after = summary(table_of(still)), summary(table_of(inside))
    assert after.share >= before.share
    assert after.share > before.share or share > 1 - 1e-9
    assert after.interval[1] >= before.interval[1] - 1e-12
    assert after.interval[0] >= before.interval[0] - 1e-12


@given(parcels, st.integers(-10, 10))
@FEWER
def test_areas_in_another_unit_give_the_same_share(rows: list[tuple], power: int) -> None:
    scaled = [(area * 2.0**power, *rest) for area, *rest in rows]
    one, other = summary(table_of(rows)), summary(table_of(scaled))
    assert (other.share, other.interval, other.verdict) == (one.share, one.interval, one.verdict)
    assert settle(one) == settle(other)


@given(parcels)
@FEWER
def test_nothing_in_the_list_is_missing_and_what_moves_nothing_is_left_out(
    rows: list[tuple],
) -> None:
    table = table_of(rows)
    doubts = share_doubts(table, NONE_REJECTED)
    assert np.isfinite(doubts.moves).all()
    assert (doubts.moves != 0).any(axis=(1, 2)).all()
    assert not math.isnan(summary(table).interval[0])

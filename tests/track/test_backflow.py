"""Backflow: new small uses by cleared land are found, renewed parks are not, doubts stay open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest
import shapely
from conftest import ORIGIN, parcels_of, zones_of
from hand_made import layers_of, rulebook_of

from landrenew.base.words import Text
from landrenew.workflow import run_layers

if TYPE_CHECKING:
    from landrenew.intake.layers import Layers
    from landrenew.publish.result import Result

X, Y = ORIGIN
BOOK = rulebook_of(backflow={"within_m": 50.0, "below_mu": 3.0})
OLD = ("old", "demolished", "2025-01-01")


def at(x: float, y: float, right: float, top: float) -> shapely.Polygon:
    return shapely.box(X + x, Y + y, X + right, Y + top)


CLEARED = at(0, 0, 40, 40)
"""Was ``old`` in the earlier state, and is cleared."""


def ledger(*events: tuple[str, str, str | None]) -> pd.DataFrame:
    table = pd.DataFrame(events, columns=["parcel_id", "stage", "event_date"], dtype=object)
    table.insert(0, "event_id", [f"E{i}" for i in range(len(events))])
    return table.set_index(pd.RangeIndex(1, len(events) + 1, name="row"))


def city(
    *events: tuple[str, str, str | None],
    parcels: dict[str, shapely.Geometry],
    earlier: dict[str, shapely.Geometry] | None = None,
) -> Layers:
    """Make a city of which ``far`` was and is there, and ``old`` was there."""
    now = {"far": at(900, 0, 940, 40), **parcels}
    table = parcels_of(*now.values())
    table.index = pd.Index(list(now), name="parcel_id")
    then = earlier or {"far": at(900, 0, 940, 40), "old": CLEARED}
    before = zones_of(*then.values(), parcel_id=list(then))
    return layers_of(table, BOOK, earlier_parcels=before, ledger=ledger(*events))


def found(
    *events: tuple[str | None, str, str | None],
    parcels: dict[str, shapely.Geometry],
    earlier: dict[str, shapely.Geometry] | None = None,
) -> dict[str, str]:
    """Give the answer for each parcel that is not ``no``."""
    result = run_layers(city(*events, parcels=parcels, earlier=earlier))
    answers = result.parcels["backflow_class"]
    assert result.backflow is not None
    listed = result.backflow["backflow_class"].to_dict()
    assert listed == {one: said for one, said in answers.items() if said != "no"}
    return listed


def row_of(result: Result, one: str) -> pd.Series:
    assert result.backflow is not None
    return result.backflow.loc[one]


def test_a_planted_new_plot_next_to_cleared_land_is_found() -> None:
    assert found(OLD, parcels={"new": at(50, 0, 70, 20)}) == {"new": "yes"}


def test_a_planted_new_plot_on_cleared_land_is_found_with_what_lies_on_it() -> None:
    result = run_layers(city(OLD, parcels={"new": at(30, 0, 50, 20)}))
    row = row_of(result, "new")
    assert row["backflow_class"] == "yes"
    assert (row["cleared_parcel_id"], row["cleared_date"]) == ("old", "2025-01-01")
    assert row["cleared_distance_m"] == 0
    assert row["backflow_mu"] == pytest.approx(0.6, rel=1e-3)
    assert row["on_cleared_mu"] == pytest.approx(0.3, rel=1e-3)
    assert (
        Text(
            "回潮：已拆除地面上或其旁新增零星用地 1 宗、0.60 亩，待定 0 宗。",
            "Backflow, new small uses on or next to cleared land: 1 with 0.60 mu, undetermined: 0.",
        )
        in result.notes
    )


@pytest.mark.parametrize(("gap", "answer"), [(0.0, "yes"), (50.0, "yes"), (50.001, "no")])
def test_the_distance_counts_itself(gap: float, answer: str) -> None:
    listed = found(OLD, parcels={"new": at(40 + gap, 0, 60 + gap, 20)})
    assert listed.get("new", "no") == answer


def test_the_distance_is_that_of_the_new_ground_not_of_the_parcel() -> None:
    then = {"far": at(900, 0, 940, 40), "old": CLEARED, "grown": at(50, 0, 100, 20)}
    assert found(OLD, parcels={"grown": at(50, 0, 120, 20)}, earlier=then) == {}
    assert found(OLD, parcels={"grown": at(50, 0, 100, 30)}, earlier=then) == {"grown": "yes"}


@pytest.mark.parametrize(("height", "answer"), [(39.9, "yes"), (40.2, "no")])
def test_a_use_of_the_size_or_more_is_not_small(height: float, answer: str) -> None:
    listed = found(OLD, parcels={"new": at(50, 0, 100, height)})  # 50 m x 40 m are 3 mu
    assert listed.get("new", "no") == answer


def test_an_old_plot_next_to_cleared_land_is_no_backflow() -> None:
    then = {"far": at(900, 0, 940, 40), "old": CLEARED, "P": at(50, 0, 70, 20)}
    assert found(OLD, parcels={"P": at(50, 0, 70, 20)}, earlier=then) == {}
    assert found(OLD, parcels={"renamed": at(50, 0, 70, 20)}, earlier=then) == {}


def test_a_plot_that_overlapped_the_cleared_one_before_is_no_backflow() -> None:
    then = {"far": at(900, 0, 940, 40), "old": CLEARED, "P": at(30, 0, 60, 20)}
    assert found(OLD, parcels={"P": at(30, 0, 60, 20)}, earlier=then) == {}


@pytest.mark.parametrize("stage", ["supplied", "built", "in_production"])
def test_a_park_that_was_cleared_and_built_again_is_no_backflow(stage: str) -> None:
    events = (OLD, ("old", stage, "2025-06-01"))
    plots = {"a": at(0, 0, 20, 40), "b": at(20, 0, 40, 40)}
    assert found(*events, parcels=plots) == {}
    assert found(OLD, parcels=plots) == {"a": "yes", "b": "yes"}


def test_plots_of_a_renewed_park_next_to_land_still_cleared_are_no_backflow() -> None:
    then = {"far": at(900, 0, 940, 40), "old": CLEARED, "gone": at(40, 0, 80, 40)}
    events = (OLD, ("old", "built", "2025-06-01"), ("gone", "demolished", "2025-01-01"))
    assert found(*events, parcels={"a": at(0, 0, 40, 40)}, earlier=then) == {}
    assert found(*events, parcels={"b": at(40, 0, 60, 20)}, earlier=then) == {"b": "yes"}


def test_the_cleared_parcel_that_still_stands_in_the_table_is_no_use() -> None:
    assert found(OLD, parcels={"old": CLEARED}) == {}
    assert found(OLD, parcels={"old": CLEARED, "new": at(10, 10, 20, 20)}) == {"new": "yes"}


def test_what_is_vacated_only_is_not_cleared() -> None:
    assert found(("old", "vacated", "2025-01-01"), parcels={"new": at(50, 0, 70, 20)}) == {}


@pytest.mark.parametrize(
    "events",
    [
        [("old", "demolished", None)],
        [("old", "demolished", "2025-01")],
        [("old", "blessed", "2025-01-01")],
        [("old", None, "2025-01-01")],
        [OLD, ("old", "built", None)],
        [("old", "built", "2025-01-01")],
        [("old", "supplied", "2024-01-01"), OLD],
    ],
)
def test_what_the_ledger_leaves_open_stays_open(
    events: list[tuple[str, str, str | None]],
) -> None:
    plots = {"new": at(50, 0, 70, 20), "other": at(300, 0, 320, 20)}
    assert found(*events, parcels=plots) == {"new": "undetermined"}


def test_what_changes_nothing_opens_nothing() -> None:
    """A demolition told twice, or an early stage without a date."""
    for more in (("old", "demolished", "2025-03-01"), ("old", "demolished", None),
                 ("old", "surveyed", None)):  # fmt: skip
        assert found(OLD, more, parcels={"new": at(50, 0, 70, 20)}) == {"new": "yes"}


def test_cleared_land_that_nobody_can_find_leaves_every_small_new_use_open() -> None:
    plots = {"new": at(300, 0, 320, 20), "large": at(400, 0, 500, 100)}
    assert found(("?", "demolished", "2025-01-01"), parcels=plots) == {"new": "undetermined"}
    assert found((None, "demolished", "2025-01-01"), parcels=plots) == {"new": "undetermined"}
    assert found(("?", "surveyed", "2025-01-01"), parcels=plots) == {}
    result = run_layers(city(("?", "demolished", "2025-01-01"), parcels=plots))
    assert row_of(result, "new")["cleared_parcel_id"] is None


def test_the_nearest_cleared_parcel_is_named_and_of_equals_the_first() -> None:
    then = {"far": at(900, 0, 940, 40), "old": CLEARED, "a": at(80, 0, 120, 40)}
    events = (OLD, ("a", "demolished", "2025-02-01"))
    for x, name, away in ((45, "old", 5), (50, "a", 10), (55, "a", 5)):
        result = run_layers(city(*events, parcels={"new": at(x, 0, x + 20, 20)}, earlier=then))
        row = row_of(result, "new")
        assert (row["cleared_parcel_id"], row["cleared_distance_m"]) == (name, away)


def test_a_parcel_that_is_gone_counts_as_cleared_land_of_its_year() -> None:
    result = run_layers(city(OLD, parcels={"new": at(50, 0, 70, 20)}))
    assert result.faults == ()
    assert result.progress is not None
    assert result.progress["cleared_mu"].tolist() == pytest.approx([2.4], rel=1e-3)


def test_ground_cleared_under_an_old_and_a_new_number_counts_once() -> None:
    events = (OLD, ("half", "demolished", "2025-02-01"))
    result = run_layers(city(*events, parcels={"half": at(0, 0, 20, 40)}))
    assert result.progress is not None
    assert result.progress["cleared_mu"].tolist() == pytest.approx([2.4], rel=1e-3)
    assert [one.code for one in result.faults] == ["cleared_twice"]


def test_order_of_rows_changes_nothing() -> None:
    plots = {"b": at(50, 0, 70, 20), "a": at(0, 0, 20, 20), "c": at(45, 50, 60, 60)}
    layers = city(OLD, ("?", "demolished", "2025-01-01"), parcels=plots)
    backwards = replace(
        layers, parcels=layers.parcels.iloc[::-1], earlier_parcels=layers.earlier_parcels.iloc[::-1]
    )
    one, other = (run_layers(each).backflow for each in (layers, backwards))
    assert one is not None
    assert other is not None
    pd.testing.assert_frame_equal(one, other.iloc[::-1])


def test_what_is_lacking_is_named() -> None:
    layers = city(OLD, parcels={"new": at(50, 0, 70, 20)})
    for name in ("earlier_parcels", "ledger"):
        result = run_layers(replace(layers, **{name: None}))
        assert result.backflow is None
        assert "backflow_class" not in result.parcels
        assert f"Backflow was not looked for: the project has no [{name}]." in {
            note.en for note in result.notes
        }
    silent = run_layers(replace(layers, rulebook=rulebook_of(share={"target": 0.8})))
    assert silent.backflow is None
    assert any("backflow (distance and size) [backflow]" in one.en for one in silent.notes)

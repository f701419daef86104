"""The ledger: stages only move forward, and nothing is built where nothing was cleared."""

from __future__ import annotations

import pandas as pd
import pytest
from conftest import parcels_of, square
from hypothesis import given
from hypothesis import strategies as st

from landrenew.base.errors import ColumnError
from landrenew.intake.parcels import Parcels
from landrenew.track.ledger import (
    STAGES,
    check_events,
    cleared_land,
    cleared_twice,
    renewal_stage,
)

MU = 2000 / 3
PARCELS = parcels_of(
    square(0), square(1), square(2), counted_area_m2=[10 * MU, 20 * MU, 40 * MU],
    town=["a", "a", None],
)  # fmt: skip


def ledger(*events: tuple[str, str, str | None]) -> pd.DataFrame:
    table = pd.DataFrame(events, columns=["parcel_id", "stage", "event_date"], dtype=object)
    table.insert(0, "event_id", [f"E{i}" for i in range(len(events))])
    return table.set_index(pd.RangeIndex(1, len(events) + 1, name="row"))


def checked(*events: tuple[str, str, str | None]) -> tuple[list[str], list[tuple[str, str]]]:
    """Give the ids of the events kept, and id and code of the faults."""
    kept, faults = check_events(ledger(*events), PARCELS)
    return kept["event_id"].tolist(), [(fault.id, fault.code) for fault in faults]


def test_a_whole_story_is_kept_in_the_order_of_its_dates() -> None:
    story = [("P0", stage, f"2025-{i + 1:02d}-01") for i, stage in enumerate(STAGES)]
    kept, faults = checked(*reversed(story))
    assert kept == [f"E{i}" for i in range(8, -1, -1)]
    assert faults == []


def test_stages_may_be_skipped_but_not_the_clearing() -> None:
    assert checked(("P0", "demolished", "2025-01-01"), ("P0", "built", "2025-02-01"))[1] == []
    for stage in ("supplied", "built", "in_production"):
        kept, faults = checked(("P0", "vacated", "2025-01-01"), ("P0", stage, "2025-02-01"))
        assert kept == ["E0"]
        assert faults == [("E1", "stage_jump")]


def test_steps_back_are_set_aside() -> None:
    kept, faults = checked(
        ("P0", "demolished", "2025-01-01"), ("P0", "agreed", "2025-02-01"),
        ("P0", "supplied", "2025-03-01"),
    )  # fmt: skip
    assert kept == ["E0", "E2"]
    assert faults == [("E1", "stage_jump")]


def test_clearing_another_parcel_does_not_help() -> None:
    assert checked(("P0", "demolished", "2025-01-01"), ("P1", "built", "2025-02-01"))[1] == [
        ("E1", "stage_jump")
    ]


def test_repeated_events_count_once() -> None:
    kept, faults = checked(("P0", "demolished", "2025-01-01"), ("P0", "demolished", "2025-01-01"))
    assert kept == ["E0"]
    assert faults == [("E1", "stage_jump")]


def test_events_of_one_day_are_taken_in_the_order_of_their_stages() -> None:
    kept, faults = checked(("P0", "supplied", "2025-01-01"), ("P0", "demolished", "2025-01-01"))
    assert kept == ["E1", "E0"]
    assert faults == []


@pytest.mark.parametrize("date", [None, "", "soon", "2025-13-01", "2025-02-30", "2025-01"])
def test_an_unreadable_date_is_set_aside(date: str | None) -> None:
    assert checked(("P0", "surveyed", date)) == ([], [("E0", "stage_unreadable")])


def test_the_time_of_day_and_its_zone_are_left_out() -> None:
    kept, faults = check_events(
        ledger(
            ("P0", "surveyed", "2025-01-01 23:30:00"),
            ("P0", "listed", "2025-01-02T00:30:00+08:00"),
            ("P0", "willing", "2025年1月3日"),
            ("P0", "agreed", "20250104"),
        ),
        PARCELS,
    )
    assert faults == []
    assert kept["date"].dt.strftime("%Y-%m-%d").tolist() == [f"2025-01-0{i}" for i in (1, 2, 3, 4)]


def test_unknown_stages_and_parcels_are_set_aside() -> None:
    kept, faults = checked(("P0", "blessed", "2025-01-01"), ("P9", "surveyed", "2025-01-01"))
    assert kept == []
    assert faults == [("E0", "stage_unreadable"), ("E1", "link_unknown_parcel")]


def test_a_fault_says_where_and_what() -> None:
    table = ledger(("P0", "built", "2025-01-01")).assign(event_id=None)
    fault = check_events(table, PARCELS)[1][0]
    assert (fault.layer, fault.row, fault.id) == ("ledger", 1, "")
    assert fault.detail.en == "P0 built 2025-01-01"


def test_stage_is_the_last_one_and_silence_is_missing() -> None:
    kept, _ = check_events(
        ledger(("P1", "surveyed", "2025-01-01"), ("P1", "willing", "2025-02-01")), PARCELS
    )
    assert renewal_stage(PARCELS, kept).tolist() == [None, "willing", None]
    assert renewal_stage(PARCELS, kept.iloc[:0]).tolist() == [None] * 3


def test_cleared_land_by_town_and_year() -> None:
    kept, _ = check_events(
        ledger(
            ("P1", "demolished", "2024-12-31"),
            ("P0", "demolished", "2024-01-01"),
            ("P0", "built", "2025-01-01"),
            ("P2", "demolished", "2025-06-30"),
        ),
        PARCELS,
    )
    found = cleared_land(PARCELS, kept)
    assert found["town"].tolist()[:1] == ["a"]
    assert found["town"].isna().tolist() == [False, True]
    assert found["year"].tolist() == [2024, 2025]
    assert found["parcel_count"].tolist() == [2, 1]
    assert found["cleared_mu"].tolist() == pytest.approx([30, 40])


def test_cleared_land_without_towns_or_events() -> None:
    kept, _ = check_events(ledger(("P1", "demolished", "2024-12-31")), PARCELS)
    found = cleared_land(Parcels(PARCELS.drop(columns="town")), kept)
    assert found["cleared_mu"].tolist() == pytest.approx([20])
    nothing = cleared_land(PARCELS, kept.iloc[:0])
    assert nothing.empty
    assert list(nothing) == ["town", "year", "parcel_count", "cleared_mu"]
    with pytest.raises(ColumnError, match="counted_area_m2"):
        cleared_land(Parcels(PARCELS.drop(columns="counted_area_m2")), kept)


events = st.lists(
    st.tuples(
        st.sampled_from(["P0", "P1", "P9"]),
        st.sampled_from([*STAGES, "blessed"]),
        st.one_of(st.none(), st.dates().map(str)),
    ),
    max_size=12,
)


@given(events)
def test_every_event_is_kept_or_faulted_and_the_kept_only_move_forward(
    rows: list[tuple[str, str, str | None]],
) -> None:
    kept, faults = check_events(ledger(*rows), PARCELS)
    assert sorted([*kept["event_id"], *(fault.id for fault in faults)]) == sorted(
        f"E{i}" for i in range(len(rows))
    )
    for _, story in kept.groupby("parcel_id"):
        steps = story["step"].tolist()
        assert steps == sorted(set(steps))
        assert story["date"].is_monotonic_increasing
        assert max(steps) <= STAGES.index("demolished") or STAGES.index("demolished") in steps


@given(events, st.randoms())
def test_row_order_changes_no_stage(
    rows: list[tuple[str, str, str | None]], chance: object
) -> None:
    table = ledger(*rows)
    order = list(table.index)
    chance.shuffle(order)
    stages = [
        renewal_stage(PARCELS, check_events(one, PARCELS)[0]).tolist()
        for one in (table, table.loc[order])
    ]
    assert stages[0] == stages[1]


def test_ground_cleared_by_two_events_is_named_once_for_the_later() -> None:
    parcels = parcels_of(square(0), square(0.5), square(2), square(2.98))
    kept, _ = check_events(
        ledger(
            ("P1", "demolished", "2024-01-01"), ("P0", "demolished", "2025-01-01"),
            ("P2", "demolished", "2025-01-01"), ("P3", "demolished", "2025-01-01"),
        ),
        parcels,
    )  # fmt: skip
    faults = cleared_twice(parcels, kept, width_m=0.5)
    assert [(one.id, one.row, one.code) for one in faults] == [("E1", 2, "cleared_twice")]
    assert "E0" in faults[0].detail.en
    assert "50.0 m2" in faults[0].detail.en


def test_overlap_with_a_plot_that_still_stands_is_no_second_clearing() -> None:
    parcels = parcels_of(square(0), square(0.5))
    kept, _ = check_events(ledger(("P0", "demolished", "2025-01-01")), parcels)
    assert cleared_twice(parcels, kept, width_m=0.5) == []

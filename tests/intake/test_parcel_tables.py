"""Tables by parcel: what towns surveyed, and neighbours joined or parted by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from conftest import parcels_of, square
from small_city import small_city

from landrenew.base.errors import ColumnError
from landrenew.intake.city import read_city
from landrenew.intake.parcel_tables import surveyed
from landrenew.measure.adjacency import contacts, set_by_hand
from landrenew.workflow import measured_parcels, project_faults

if TYPE_CHECKING:
    from pathlib import Path


def surveyed_city(folder: Path, text: str, **columns: object) -> Path:
    """Write the small city with a survey of the given lines."""
    folder.mkdir(exist_ok=True)
    (folder / "survey.csv").write_text(text, encoding="utf-8")
    names = {"parcel_id": "宗地代码", "willingness": "改造意愿", **columns}
    return small_city(folder, survey={"path": "survey.csv", "columns": names})


def test_parcels_take_what_was_surveyed_of_them(tmp_path: Path) -> None:
    path = surveyed_city(
        tmp_path,
        "宗地代码,改造意愿,村集体年收益（元）\nP2,不愿意,30000\nP0,愿意,0\n",
        village_income_cny10k={"column": "村集体年收益（元）", "unit": "元"},
    )
    parcels, _ = measured_parcels(read_city(path))
    assert parcels["willingness"].where(parcels["willingness"].notna(), None).tolist() == [
        "willing", None, "unwilling", None,
    ]  # fmt: skip
    income = parcels["village_income_cny10k"]
    assert income[["P0", "P2"]].tolist() == [0.0, 3.0]
    assert income[["P1", "P3"]].isna().all()


def test_rows_that_cannot_be_joined_are_named(tmp_path: Path) -> None:
    path = surveyed_city(
        tmp_path, "宗地代码,改造意愿\nP0,愿意\nP0,愿意\nP1,愿意\nP1,不愿意\nP9,愿意\n,愿意\n"
    )
    result = project_faults(path)
    found = [(one.row, one.id, one.code) for one in result.faults if one.layer == "survey"]
    assert sorted(found) == [
        (3, "P0", "duplicate_row"), (4, "P1", "conflicting_id"), (5, "P1", "conflicting_id"),
        (6, "P9", "survey_unknown_parcel"), (7, "", "missing_id"),
    ]  # fmt: skip
    assert result.parcels["willingness"].notna().tolist() == [True, False, False, False]
    balance = next(one for one in result.layers.balances if one.layer == "survey")
    assert (balance.rows_in, balance.rows_out, balance.rows_rejected) == (6, 1, 5)


@pytest.mark.parametrize(
    ("heading", "ours"),
    [("控制线", "control_share"), ("园区", "capacity_mu")],
)
def test_a_survey_gives_nothing_that_is_measured_or_not_of_parcels(
    tmp_path: Path, heading: str, ours: str
) -> None:
    path = surveyed_city(tmp_path, f"宗地代码,改造意愿,{heading}\nP0,愿意,1\n", **{ours: heading})
    with pytest.raises(ColumnError, match=ours):
        measured_parcels(read_city(path))


def test_a_number_has_one_source(tmp_path: Path) -> None:
    path = surveyed_city(tmp_path, "宗地代码,改造意愿\nP0,愿意\n")
    layers = read_city(path)
    parcels, _ = measured_parcels(layers)
    with pytest.raises(ColumnError, match=r"willingness.*\[survey\]"):
        surveyed(parcels, layers.survey)


def hand(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Write contacts set by hand."""
    return pd.DataFrame(rows, columns=["parcel_id", "other_parcel_id", "contact_class"])


def pairs_of(*rows: tuple[str, str, str]) -> list[tuple[int, int, float]]:
    """Find the neighbours of four squares, the last of them 70 m away, as people set them."""
    parcels = parcels_of(square(0), square(1), square(2), square(10))
    pairs = set_by_hand(contacts(parcels, max_gap_m=1), parcels, hand(*rows) if rows else None)
    return [tuple(one) for one in pairs.itertuples(index=False)]


def test_a_bridge_joins_and_a_break_parts() -> None:
    assert pairs_of() == [(0, 1, 0.0), (1, 2, 0.0)]
    assert pairs_of(("P3", "P2", "bridge")) == [(0, 1, 0.0), (1, 2, 0.0), (2, 3, 70.0)]
    assert pairs_of(("P1", "P0", "break")) == [(1, 2, 0.0)]
    assert pairs_of(("P1", "P0", "break"), ("P0", "P1", "bridge")) == [(0, 1, 0.0), (1, 2, 0.0)]


def test_contacts_that_say_nothing_are_named(tmp_path: Path) -> None:
    (tmp_path / "hand.csv").write_text(
        "parcel_id,other_parcel_id,contact_class,contact_reason\n"
        "P0,P2,连接,路已封闭\nP0,P0,连接,\nP0,P9,断开,\nP1,P2,也许,\n",
        encoding="utf-8",
    )
    layers = read_city(small_city(tmp_path, contacts={"path": "hand.csv"}))
    found = [(one.row, one.code) for one in layers.faults if one.layer == "contacts"]
    assert sorted(found) == [
        (3, "contact_unreadable"), (4, "contact_unknown_parcel"), (5, "contact_unreadable"),
        (5, "unknown_word"),
    ]  # fmt: skip
    assert layers.contacts is not None
    assert layers.contacts["contact_class"].tolist() == ["bridge"]

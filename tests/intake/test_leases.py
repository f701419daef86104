"""Leases: read as planners write them, counted only while they hold, never dropped in silence."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from conftest import parcels_of, square
from small_city import small_city

from landrenew.base.errors import FileError
from landrenew.intake.city import read_city
from landrenew.intake.firms.leases import check_leases, lease_note, parties

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.intake.layers import Layers

DAY = dt.date(2025, 12, 31)
FIRMS = pd.DataFrame({"row": [1, 2]}, index=pd.Index(["A", "B"], name="firm_id"))
PARCELS = parcels_of(square(0), square(1), owner=["村集体", None])


def leases(*rows: dict[str, object]) -> pd.DataFrame:
    table = pd.DataFrame([{"tenant_id": "B", "parcel_id": "P0", "leased_area_m2": 40.0} | row
                          for row in rows])  # fmt: skip
    table.index = pd.RangeIndex(1, len(rows) + 1, name="row")
    return table


def codes(*rows: dict[str, object]) -> list[str]:
    return [fault.code for fault in check_leases(leases(*rows), FIRMS, PARCELS, DAY)[1]]


@pytest.mark.parametrize(
    ("start", "end", "in_force"),
    [
        ("2024-01-01", "2026-12-31", True),
        ("2025-12-31", "2025-12-31", True),  # the last day still counts
        ("2024-01-01", "2025-12-30", False),
        ("2026-01-01", None, False),
        (None, "2025-12-30", False),
        (None, None, True),
        ("2020-01-01", "长期", True),
        ("2020-01-01", "2025年12月", True),
    ],
)
def test_a_lease_counts_while_it_holds(
    start: str | None, end: str | None, *, in_force: bool
) -> None:
    table = leases({"lease_start": start, "lease_end": end})
    kept, faults = check_leases(table, FIRMS, PARCELS, DAY)
    assert kept["in_force"].tolist() == [in_force]
    assert faults == []
    assert parties(kept) == ({"B"} if in_force else set())


def test_what_cannot_be_read_is_set_aside_and_named() -> None:
    rows = [
        {},
        {},
        {"tenant_id": None},
        {"parcel_id": "P9"},
        {"lease_start": "年初", "lease_id": "L5"},
        {"lease_start": "2025-02-01", "lease_end": "2025-01-01"},
    ]
    kept, faults = check_leases(leases(*rows), FIRMS, PARCELS, DAY)
    assert kept.index.tolist() == [1]
    assert [(fault.row, fault.code) for fault in faults] == [
        (2, "duplicate_row"), (3, "missing_id"), (4, "lease_unknown_parcel"),
        (5, "lease_unreadable"), (6, "lease_unreadable"),
    ]  # fmt: skip
    assert faults[3].id == "L5"
    assert "年初" in faults[3].detail.zh


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({}, []),
        ({"landlord_id": "A"}, []),
        ({"landlord_id": "村集体"}, []),  # the owner of the parcel
        ({"landlord_id": "别家"}, ["lease_unknown_firm"]),
        ({"tenant_id": "小店"}, ["lease_unknown_firm"]),
        ({"leased_area_m2": None}, ["lease_no_area"]),
        ({"leased_area_m2": None, "leased_floor_area_m2": 9.0}, []),
        ({"landlord_id": "别家", "lease_end": "2020-01-01"}, []),  # long over
    ],
)
def test_a_party_or_an_area_that_is_not_known_is_doubted(
    row: dict[str, object], code: list[str]
) -> None:
    assert codes(row) == code


def city(folder: Path, table: str, **sections: dict) -> Layers:
    (folder / "f.csv").write_text("firm_id,tax_cny10k\nA,1\nB,2\nC,3\n")
    (folder / "l.csv").write_text("firm_id,parcel_id\nA,P0\n")
    (folder / "z.csv").write_text(table, encoding="utf-8")
    spec = {"path": "z.csv"} | sections.pop("leases", {})
    tables = {"firms": {"path": "f.csv"}, "links": {"path": "l.csv"}, "leases": spec}
    return read_city(small_city(folder, **tables, **sections))


TABLE = "tenant_id,parcel_id,leased_area_m2,lease_end\nB,P0,30,2025-06-30\nB,P9,30,\n"


def test_leases_place_firms_and_balance(tmp_path: Path) -> None:
    layers = city(tmp_path, TABLE, leases={"as_of": "2025-06-30"})
    assert layers.leases["in_force"].tolist() == [True]
    balance = next(one for one in layers.balances if one.layer == "leases")
    assert (balance.rows_in, balance.rows_out, balance.rows_rejected) == (2, 1, 1)
    assert [(fault.id, fault.code) for fault in layers.faults] == [
        ("B", "lease_unknown_parcel"), ("C", "firm_unlinked"),
    ]  # fmt: skip


def test_a_lease_that_is_over_places_nobody(tmp_path: Path) -> None:
    layers = city(tmp_path, TABLE, leases={"as_of": "2025-07-01"})
    unlinked = [fault.id for fault in layers.faults if fault.code == "firm_unlinked"]
    assert unlinked == ["B", "C"]
    assert any("0 份计入" in note.zh for note in layers.notes)


def test_leases_alone_may_say_where_firms_are(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("firm_id,tax_cny10k\nB,2\n")
    (tmp_path / "z.csv").write_text(TABLE)
    spec = {"path": "z.csv", "as_of": "2025"}
    layers = read_city(small_city(tmp_path, firms={"path": "f.csv"}, leases=spec))
    assert layers.links.empty
    assert layers.leases["in_force"].tolist() == [False]  # of a year, the last day


def test_the_day_must_be_known(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="not known on which day leases are to hold"):
        city(tmp_path, TABLE)
    with pytest.raises(FileError, match="as_of is '去年'"):
        city(tmp_path, TABLE, leases={"as_of": "去年"})


def test_the_note_counts_leases() -> None:
    kept, _ = check_leases(leases({}, {"lease_end": "2020-01-01"}), FIRMS, PARCELS, DAY)
    assert lease_note(kept, DAY).en == (
        "2 leases, of which 1 hold on 2025-12-31 and are counted; 1 without dates are taken to"
        " hold."
    )


def test_a_lease_of_a_firm_with_itself_is_set_aside_and_named() -> None:
    assert codes({"landlord_id": "B"}) == ["lease_to_self"]
    assert codes({"landlord_id": "A"}) == []

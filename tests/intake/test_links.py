"""Links between firms and parcels: kept, rescaled, or set aside, and never counted twice."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from conftest import CRS, square
from hypothesis import given
from hypothesis import strategies as st
from small_city import SIZE, SOUTH, WEST, save, small_city

from landrenew.intake.city import read_city
from landrenew.intake.firms.links import check_links

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.intake.layers import Layers

FIRMS = pd.DataFrame({"row": [1, 2]}, index=pd.Index(["F1", "F2"], name="firm_id"))
PARCELS = gpd.GeoDataFrame(
    geometry=[square(i, size=SIZE) for i in range(4)], crs=CRS,
    index=pd.Index([f"P{i}" for i in range(4)], name="parcel_id"),
)  # fmt: skip


def links(*rows: tuple[str | None, str | None, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["firm_id", "parcel_id", "share"])
    table.index = pd.RangeIndex(1, len(rows) + 1, name="row")
    stated = dict.fromkeys(("held_area_m2", "occupied_floor_area_m2"), math.nan)
    return table.astype({"share": float}).assign(**stated)


NONE = math.nan
FAULTLESS: list[str] = []


@pytest.mark.parametrize(
    ("rows", "shares", "codes"),
    [
        ([("F1", "P0", 0.4), ("F1", "P1", 0.6), ("F2", "P0", 1)], [0.4, 0.6, 1], FAULTLESS),
        ([("F1", "P0", NONE), ("F1", "P1", NONE), ("F2", "P0", NONE)], [NONE] * 3, FAULTLESS),
        ([("F1", "P0", 0.5), ("F1", "P1", 0.4), ("F2", "P0", 1)], [5 / 9, 4 / 9, 1],
         ["link_shares"]),
        ([("F1", "P0", 0.5), ("F1", "P1", NONE), ("F2", "P0", 1)], [NONE, NONE, 1],
         ["link_shares"]),
        ([("F1", "P0", 0.0), ("F1", "P1", 0.0), ("F2", "P0", 1)], [NONE, NONE, 1],
         ["link_shares"]),
        ([("F1", "P0", 1), ("F2", None, 1)], [1], ["missing_id", "firm_unlinked"]),
        ([("F1", "P0", 1), (None, "P1", 1)], [1], ["missing_id", "firm_unlinked"]),
        ([("F1", "P0", 1), ("F3", "P1", 1)], [1], ["link_unknown_firm", "firm_unlinked"]),
        ([("F1", "P0", 0.6), ("F1", "P9", 0.4), ("F2", "P1", 1)], [0.6, 1],
         ["link_unknown_parcel"]),
        ([("F1", "P0", NONE), ("F1", "P0", NONE), ("F2", "P1", 1)], [NONE, 1], ["duplicate_row"]),
    ],
)  # fmt: skip
def test_links_are_checked(rows: list, shares: list[float], codes: list[str]) -> None:
    kept, faults = check_links(links(*rows), FIRMS, PARCELS)
    assert kept["share"].tolist() == pytest.approx(shares, nan_ok=True)
    assert [fault.code for fault in faults] == codes


def test_two_pieces_of_one_parcel_are_no_repetition() -> None:
    pieces = links(("F1", "P0", NONE), ("F1", "P0", NONE), ("F2", "P1", NONE))
    kept, faults = check_links(pieces.assign(held_area_m2=[300.0, 500.0, NONE]), FIRMS, PARCELS)
    assert kept["held_area_m2"].sum() == 800
    assert faults == []


ROW = st.tuples(
    st.sampled_from(["F1", "F2", "F3", None]),
    st.sampled_from(["P0", "P1", "P2", "P9", None]),
    st.one_of(st.just(math.nan), st.floats(0, 1)),
)


@given(st.lists(ROW, max_size=12))
def test_shares_of_a_firm_add_to_one_or_are_all_missing(rows: list) -> None:
    rows = [row for row in rows if row[1] != "P9"]
    kept, _ = check_links(links(*rows), FIRMS, PARCELS)
    for _, shares in kept.groupby("firm_id")["share"]:
        assert shares.isna().all() or shares.sum() == pytest.approx(1)


def city(folder: Path, firms: dict, **sections: dict) -> Layers:
    return read_city(small_city(folder, firms=firms, **sections))


def test_firms_are_linked_by_their_own_parcel_ids(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("firm_id,parcel_id,tax_cny10k\nF1,P0,1\nF2,P0,2\nF3,,3\n")
    layers = city(tmp_path, {"path": "f.csv"})
    assert layers.links["parcel_id"].tolist() == ["P0", "P0"]
    assert [fault.code for fault in layers.faults] == ["missing_id", "firm_unlinked"]


def test_firms_are_linked_by_their_points(tmp_path: Path) -> None:
    points = [square(i, size=SIZE).centroid for i in (0, 2)]
    nowhere = square(50, size=SIZE).centroid
    firms = gpd.GeoDataFrame(
        {"firm_id": ["F1", "F2", "F3"], "tax_cny10k": [1.0, 2, 3]},
        geometry=[*points, nowhere], crs=CRS,
    ).to_crs("EPSG:4490")  # fmt: skip
    save(firms, tmp_path / "f.gpkg")
    layers = city(tmp_path, {"path": "f.gpkg"})
    assert layers.links["parcel_id"].tolist() == ["P0", "P2"]
    assert [(fault.id, fault.code) for fault in layers.faults] == [("F3", "firm_unlinked")]


def test_one_firm_on_two_rows_that_agree_is_one_firm(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("firm_id,parcel_id,tax_cny10k\nF1,P0,1\nF1,P0,1\n")
    layers = city(tmp_path, {"path": "f.csv"})
    assert len(layers.firms) == 1
    assert [(fault.row, fault.code) for fault in layers.faults] == [(3, "duplicate_row")]


def test_blank_links_and_percent_shares_are_read(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("firm_id,tax_cny10k\nF1,1\n")
    (tmp_path / "l.csv").write_text("firm_id,parcel_id,share\n F1 ,\u3000P0,40\nF1,P1,60\n-,P1,\n")
    share = {"column": "share", "unit": "%"}
    layers = city(tmp_path, {"path": "f.csv"}, links={"path": "l.csv", "columns": {"share": share}})
    assert layers.links["share"].tolist() == [0.4, 0.6]
    assert [fault.code for fault in layers.faults] == ["missing_id"]


def points(folder: Path, *places: tuple[float, float] | None) -> Layers:
    shapes = [None if one is None else shapely.Point(WEST + one[0], SOUTH + one[1])
              for one in places]  # fmt: skip
    ids = [f"F{i}" for i in range(len(places))]
    firms = gpd.GeoDataFrame({"firm_id": ids, "tax_cny10k": 1.0}, geometry=shapes, crs=CRS)
    save(firms, folder / "f.gpkg")
    return city(folder, {"path": "f.gpkg"})


def test_a_point_outside_is_never_given_to_the_nearest_parcel(tmp_path: Path) -> None:
    layers = points(tmp_path, (10, -0.5), (10, 10))
    assert layers.links["firm_id"].tolist() == ["F1"]
    (fault,) = layers.faults
    assert (fault.id, fault.code) == ("F0", "firm_unlinked")
    assert fault.detail.en == "nearest parcel P0, 0.5 m away"
    assert (fault.x, fault.y) == pytest.approx((WEST + 10, SOUTH - 0.5))


def test_a_point_on_a_shared_edge_is_on_both_and_doubted(tmp_path: Path) -> None:
    layers = points(tmp_path, (SIZE, 5), (10, 10))
    assert layers.links["parcel_id"].tolist() == ["P0", "P1", "P0"]
    (fault,) = layers.faults
    assert (fault.id, fault.code, fault.detail.zh) == ("F0", "firm_point_ambiguous", "P0, P1")


def test_a_firm_without_a_point_is_unlinked_without_a_place(tmp_path: Path) -> None:
    (fault,) = points(tmp_path, None, (10, 10)).faults
    assert (fault.id, fault.code, fault.detail.en, fault.x) == ("F0", "firm_unlinked", "", None)


def test_a_link_keeps_what_it_says_of_land_and_floor(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("firm_id,tax_cny10k\nF1,1\n")
    (tmp_path / "l.csv").write_text(
        "firm_id,parcel_id,occupied_floor_area_m2,held\nF1,P0,50,0.3\nF1,P1,,\n"
    )
    held = {"held_area_m2": {"column": "held", "unit": "亩"}}
    layers = city(tmp_path, {"path": "f.csv"}, links={"path": "l.csv", "columns": held})
    assert layers.links["held_area_m2"].tolist() == pytest.approx([200, NONE], nan_ok=True)
    assert layers.links["occupied_floor_area_m2"].tolist() == pytest.approx([50, NONE], nan_ok=True)


@pytest.mark.parametrize(
    ("heads", "taxes", "groups", "codes"),
    [
        (["", "F1", "F2"], [9, 1, 2], ["F1", "F1", "F1"], FAULTLESS),
        (["F1", "", ""], [9, 1, 2], ["F1", "F2", "F3"], FAULTLESS),
        (["", "F9", ""], [9, 1, 2], ["F1", "F2", "F3"], ["head_office_unknown"]),
        (["F2", "F1", "F2"], [9, 1, 2], ["F1", "F2", "F3"], ["head_office_cycle"] * 3),
        (["", "F1", "F1"], [9, 0, ""], ["F1", "F1", "F1"], ["head_office_carries_all"]),
        (["", "F1", "F1"], [9, 0, 1], ["F1", "F1", "F1"], FAULTLESS),
        (["", "F1", "F1"], ["", "", ""], ["F1", "F1", "F1"], FAULTLESS),
    ],
)
def test_groups_are_followed_to_the_top(
    tmp_path: Path, heads: list[str], taxes: list[object], groups: list[str], codes: list[str]
) -> None:
    both = zip(taxes, heads, strict=True)
    rows = [f"F{i + 1},P{i},{tax},{head}" for i, (tax, head) in enumerate(both)]
    table = "\n".join(["firm_id,parcel_id,tax_cny10k,head_office_id", *rows])
    (tmp_path / "f.csv").write_text(table + "\n")
    layers = city(tmp_path, {"path": "f.csv"})
    assert layers.firms["group_id"].tolist() == groups
    assert [fault.code for fault in layers.faults] == codes

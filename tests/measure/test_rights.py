"""What codes say of ownership and village industry, and what they leave open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from conftest import parcels_of, square
from hypothesis import given
from hypothesis import strategies as st
from small_city import four, save, small_city

from landrenew.base.codes.land import is_village_industry
from landrenew.measure.rights import ownership_class, rights_columns, village_industry_class
from landrenew.workflow import run_project

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.intake.parcels import Parcels

IDS = ["330282001002GB00001", "330282001002JB00002", "330282001002ZB00003", "own-4"]


def named(**columns: list[object]) -> Parcels:
    parcels = parcels_of(*(square(i) for i in range(4)), **columns)
    parcels.index = IDS
    parcels.index.name = "parcel_id"
    return parcels


def test_ownership_stands_in_the_parcel_number() -> None:
    found = ownership_class(named())
    assert found.tolist() == ["state", "collective", "unconfirmed", None]
    assert list(found.index) == IDS


def test_village_industry_is_industrial_land_with_203a() -> None:
    parcels = named(
        land_code=["0601", "0601", "0508", "0601"], settlement_code=["203A", "201A", "203A", None]
    )
    assert village_industry_class(parcels, "三调").tolist() == ["yes", "no", "no", "undetermined"]
    assert set(village_industry_class(parcels, None)) == {"undetermined"} | {"no"}


@given(st.lists(
    st.tuples(st.sampled_from(["0601", "0508", "1001v", "100101", "x", None]),
              st.sampled_from(["203A", "203a ", "202A", "203", "", None])),
    min_size=4, max_size=4,
))  # fmt: skip
def test_parcels_alike_have_the_answer_of_each_alone(
    rows: list[tuple[str | None, str | None]],
) -> None:
    land, place = (list(one) for one in zip(*rows, strict=True))
    found = village_industry_class(named(land_code=land, settlement_code=place), None)
    alone = [is_village_industry(one or "", other or "", None) for one, other in rows]
    assert found.tolist() == [{"unknown": "undetermined"}.get(one, one) for one in alone]


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({}, ["ownership_class"]),
        ({"land_code": ["0601"] * 4}, ["ownership_class"]),
        ({"ownership_class": ["state"] * 4}, []),
        (
            {"land_code": ["0601"] * 4, "settlement_code": ["203A"] * 4},
            ["ownership_class", "village_industry_class"],
        ),
    ],
)
def test_only_what_the_data_say_becomes_a_column(
    columns: dict[str, list[object]], found: list[str]
) -> None:
    assert list(rights_columns(named(**columns), "三调")) == found


def test_a_bureaus_own_ids_say_nothing_of_ownership() -> None:
    assert list(rights_columns(parcels_of(square(0)), "三调")) == []


def test_the_columns_reach_the_result(tmp_path: Path) -> None:
    table = four(DLBM=["0601"] * 4, CZCSXM=["203A", "201A", "203A", "203A"])
    save(table.assign(parcel_id=[f"330282001002JB0000{n}" for n in range(4)]),
         tmp_path / "parcels.gpkg")  # fmt: skip
    spec = {
        "path": "parcels.gpkg", "land_scheme": "三调",
        "columns": {"land_code": "DLBM", "settlement_code": "CZCSXM"},
    }  # fmt: skip
    parcels = run_project(small_city(tmp_path, parcels=spec)).parcels
    assert parcels["village_industry_class"].tolist() == ["yes", "no", "yes", "yes"]
    assert set(parcels["ownership_class"]) == {"collective"}

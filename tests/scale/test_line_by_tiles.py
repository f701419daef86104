"""Two states of the land measured by tiles are the same as measured as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from alike import same_result
from conftest import zones_of
from squares import at, city_of, grid

from landrenew.scale import gather
from landrenew.scale.city import Way
from landrenew.workflow import run_project

if TYPE_CHECKING:
    from pathlib import Path

EARLIER = {"as_of": "2024"}
BOOK = """
name = "b"
title = "b"
region = "here"
extends = "none"
[backflow]
within_m = 30
below_mu = 2
document = "d"
source = "s"
confidence = "user"
"""


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """Write thirty plots, of which some were smaller, elsewhere or not there."""
    then = grid(30).drop(index=[3, 8, 9, 14, 22]).reset_index(drop=True)
    then.loc[0, "geometry"] = at(0, 0, 12, 20)
    then.loc[24, ["parcel_id", "geometry"]] = ["GONE", at(120, 40, 150, 60)]
    (tmp_path / "b.toml").write_text(BOOK, encoding="utf-8")
    return city_of(
        tmp_path,
        parcels=grid(30, town=["a", "b", None] * 10),
        control_line=zones_of(at(-5, -5, 75, 200)),
        earlier_control_line=(zones_of(at(-5, -5, 50, 200)), EARLIER),
        earlier_parcels=(then, EARLIER),
        growth_boundary=zones_of(at(-5, -5, 200, 45)),
        protected=zones_of(at(70, 0, 90, 90), at(75, 10, 80, 300), kind=["farmland", "湿地"]),
        ledger="event_id,parcel_id,stage,event_date\nE1,GONE,demolished,2025-01-01\n",
        city={"name": "c", "rulebook": "b.toml"},
    )


@pytest.mark.parametrize("size", [5, 100])
def test_tiles_give_the_same(city: Path, size: int) -> None:
    whole = run_project(city)
    assert whole.share_change is not None
    assert whole.backflow is not None
    assert len(whole.backflow)
    assert {one.code for one in whole.findings} == {"new_outside_growth", "on_protected_land"}
    tiled = run_project(city, way=Way(city.parent / "parts", tile_size=size))
    same_result(tiled, whole)


def test_with_an_earlier_state_the_shapes_come_back_into_memory(
    city: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gather, "IN_MEMORY", 10)
    tiled = run_project(city, way=Way(city.parent / "parts", tile_size=7))
    assert tiled.shapes is None
    same_result(tiled, run_project(city))

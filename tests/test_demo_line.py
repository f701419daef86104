"""The demo city and a state before it: what was planted comes back as cause and as finding."""

from __future__ import annotations

import json
import math
from itertools import permutations
from shutil import copytree
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely
from conftest import DEMO

from landrenew.sample import write_before
from landrenew.workflow import run_project

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.publish.result import Result

CAUSES = ("line", "retired", "built")


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the state before beside a copy of the city."""
    home = tmp_path_factory.mktemp("demo")
    copytree(DEMO, home / "city")
    write_before(home / "city", home / "before")
    return home / "before"


@pytest.fixture(scope="module")
def truth(before: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads((before / "truth.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def new(truth: dict[str, list[str]]) -> list[str]:
    return truth["new"]


@pytest.fixture(scope="module")
def result(before: Path) -> Result:
    return run_project(before / "line.toml")


def lots() -> gpd.GeoDataFrame:
    return gpd.read_file(DEMO / "parcels.gpkg", layer="GYYD").dropna(subset=["ZDDM"])


def test_the_state_before_is_the_same_bytes_every_time(before: Path, tmp_path: Path) -> None:
    write_before(before.parent / "city", tmp_path)
    assert {one.name for one in tmp_path.iterdir()} == {one.name for one in before.iterdir()}
    for one in before.iterdir():
        assert (tmp_path / one.name).read_bytes() == one.read_bytes()


def test_new_lots_and_only_they_are_new(result: Result, new: list[str]) -> None:
    ground = result.parcels["new_ground_m2"]
    assert sorted(ground.index[ground > 0]) == sorted(new)
    assert (ground[new] == result.parcels["counted_area_m2"][new]).all()


def test_homes_and_only_they_were_retired(result: Result, truth: dict[str, list[str]]) -> None:
    assert result.retired is not None
    gone = result.retired[result.retired["retired_ground_m2"] > 0]
    assert sorted(gone["parcel_id"]) == truth["retired"]
    assert len(gone) > 30


def _common(ground: gpd.GeoSeries, line: shapely.Geometry) -> float:
    return float(shapely.area(shapely.intersection(ground.to_numpy(), line)).sum())


def test_the_change_is_that_of_a_city_added_up_lot_by_lot(
    result: Result, new: list[str], truth: dict[str, list[str]]
) -> None:
    """Take every lot as a whole, and its part inside either line in the plane, without slivers."""
    every = lots()
    homes = every[every["DLBM"] == "0701"].geometry
    now = gpd.read_file(DEMO / "city.gpkg", layer="control_line")
    then = now[~now["name"].isin(truth["not_yet_drawn"])]
    assert len(then) == len(now) - 3
    lines = {"now": now.union_all(), "then": then.union_all()}
    here = result.parcels.geometry
    twice = result.parcels["counted_area_m2"] == 0
    here = here[~twice]
    kinds = {"kept": here.drop(new), "retired": homes, "new": here[new]}
    land = {
        kind: (ground.area.sum(), *(_common(ground, lines[one]) for one in ("then", "now")))
        for kind, ground in kinds.items()
    }

    def share(done: tuple[str, ...]) -> float:
        there = ["kept", *([] if "retired" in done else ["retired"]),
                 *(["new"] if "built" in done else [])]  # fmt: skip
        inside = sum(land[one][2 if "line" in done else 1] for one in there)
        return float(inside / sum(land[one][0] for one in there))

    found = result.share_change
    assert found is not None
    assert found.before == pytest.approx(share(()), abs=1e-4)
    for cause, part in zip(CAUSES, found.causes, strict=True):
        slow = [share(order[: order.index(cause) + 1]) - share(order[: order.index(cause)])
                for order in permutations(CAUSES)]  # fmt: skip
        assert part == pytest.approx(math.fsum(slow) / 6, abs=1e-5)
        assert abs(part) > 1e-3
    assert math.fsum(found.causes) == pytest.approx(found.after - found.before, abs=1e-12)


def test_new_lots_outside_the_boundary_are_found(result: Result, new: list[str]) -> None:
    boundary = gpd.read_file(DEMO / "growth_boundary.geojson").to_crs("EPSG:4549").union_all()
    ground = result.parcels.geometry[new]
    outside = ground[ground.difference(boundary).buffer(-0.5).area > 0].index
    found = [one.id for one in result.findings if one.code == "new_outside_growth"]
    assert sorted(found) == sorted(outside)
    assert 0 < len(found) < len(new)


def test_lots_on_farmland_are_found(result: Result) -> None:
    found = [one for one in result.findings if one.code == "on_protected_land"]
    area = result.parcels["protected_settled_m2"]
    assert sorted({one.id for one in found}) == sorted(area.index[area > 0])
    assert len(found) == 3
    assert all("永久基本农田" in one.detail.zh for one in found)


def test_backflow_is_what_lies_near_cleared_lots(result: Result, new: list[str]) -> None:
    stage, shape = result.parcels["renewal_stage"], result.parcels.geometry
    cleared = shape[stage == "demolished"]
    assert len(cleared) == 5
    near = [one for one in new if cleared.distance(shape[one]).min() <= 30]
    small = result.parcels["parcel_area_mu"] < 4
    assert result.backflow is not None
    assert sorted(result.backflow.index) == sorted(one for one in near if small[one])
    assert len(result.backflow)
    assert set(result.backflow["backflow_class"]) == {"yes"}

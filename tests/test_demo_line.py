"""The demo city and a state before it: what was planted comes back as cause and as finding."""

from __future__ import annotations

import math
from itertools import permutations
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from conftest import DEMO
from small_city import save, toml

from landrenew.workflow import run_project

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.publish.result import Result

CAUSES = ("line", "retired", "built")
BACKFLOW = 'within_m = 30\nbelow_mu = 4\ndocument = "d"\nsource = "s"\nconfidence = "user"\n'
BOOK = f'name = "b"\ntitle = "b"\nregion = "x"\nextends = "none"\n[backflow]\n{BACKFLOW}'


def lots() -> gpd.GeoDataFrame:
    return (
        gpd.read_file(DEMO / "parcels.gpkg", layer="GYYD")
        .dropna(subset=["ZDDM"])
        .set_index("ZDDM", drop=False)
    )


def old_line() -> gpd.GeoDataFrame:
    """Give the line before three of its areas were drawn."""
    return gpd.read_file(DEMO / "city.gpkg", layer="control_line").drop(index=[4, 11, 23])


@pytest.fixture(scope="module")
def new() -> list[str]:
    """Name the industrial lots that were not there: every sixtieth, and two by cleared land."""
    every = lots()
    industrial = every[(every["DLBM"] == "0601") & ~every["ZDDM"].duplicated(keep=False)]
    whole = industrial[industrial.geometry.notna() & industrial.geometry.is_valid]
    ledger = pd.read_csv(DEMO / "ledger.csv", dtype=str)
    last = ledger.sort_values("event_date", kind="stable").groupby("parcel_id")["stage"].last()
    cleared = whole.geometry[last.index[last == "拆除"]].union_all()
    free = whole.geometry[~whole.index.isin(ledger["parcel_id"])]
    by_cleared = free[free.area < 2600].distance(cleared).sort_values(kind="stable").index[:2]
    return sorted({*free.index[7::60], *by_cleared})


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory, new: list[str]) -> Result:
    """Run the city with the state before it: new lots not there, homes still industrial."""
    folder: Path = tmp_path_factory.mktemp("line")
    every = lots()
    every = every[every.geometry.notna()]
    then = every[every["DLBM"].isin(["0601", "0701"]) & ~every["ZDDM"].isin(new)]
    save(then[["ZDDM", "geometry"]].reset_index(drop=True), folder / "then.gpkg")
    save(old_line(), folder / "old_line.gpkg")
    (folder / "b.toml").write_text(BOOK, encoding="utf-8")
    layer = {"path": str(DEMO / "city.gpkg")}
    text = toml({
        "city": {"name": "示例市", "rulebook": "b.toml", "crs": "EPSG:4549", "as_of": "2026"},
        "parcels": {
            "path": str(DEMO / "parcels.gpkg"), "layer": "GYYD", "where": "DLBM = '0601'",
            "columns": {"parcel_id": "ZDDM", "town": "ZLDWMC"},
        },
        "control_line": layer | {"layer": "control_line"},
        "growth_boundary": {"path": str(DEMO / "growth_boundary.geojson")},
        "protected": layer | {"layer": "protected"},
        "ledger": {"path": str(DEMO / "ledger.csv")},
        "earlier_parcels": {
            "path": "then.gpkg", "as_of": "2024", "columns": {"parcel_id": "ZDDM"},
        },
        "earlier_control_line": {"path": "old_line.gpkg", "as_of": "2024"},
    })  # fmt: skip
    (folder / "city.toml").write_text(text, encoding="utf-8")
    return run_project(folder / "city.toml")


def test_new_lots_and_only_they_are_new(result: Result, new: list[str]) -> None:
    ground = result.parcels["new_ground_m2"]
    assert sorted(ground.index[ground > 0]) == sorted(new)
    assert (ground[new] == result.parcels["counted_area_m2"][new]).all()


def test_homes_and_only_they_were_retired(result: Result) -> None:
    every = lots()
    homes = every[every["DLBM"] == "0701"]
    assert result.retired is not None
    gone = result.retired[result.retired["retired_ground_m2"] > 0]
    assert sorted(gone["parcel_id"]) == sorted(homes["ZDDM"])


def _common(ground: gpd.GeoSeries, line: shapely.Geometry) -> float:
    return float(shapely.area(shapely.intersection(ground.to_numpy(), line)).sum())


def test_the_change_is_that_of_a_city_added_up_lot_by_lot(result: Result, new: list[str]) -> None:
    """Take every lot as a whole, and its part inside either line in the plane, without slivers."""
    every = lots()
    homes = every[every["DLBM"] == "0701"].geometry
    now = gpd.read_file(DEMO / "city.gpkg", layer="control_line").union_all()
    lines = {"now": now, "then": old_line().union_all()}
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
